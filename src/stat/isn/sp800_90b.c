/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The estimators of NIST SP 800-90B on ISNs, and those of them that count: values, bits, words. */
#include "stat/isn/sp800_90b.h"

#include <math.h>
#include <stdlib.h>

#include "base/err.h"
#include "stat/isn/sp800_22.h"

/* The 0.995 quantile of the normal distribution, with the digits of the publication. */
#define CONFIDENCE 2.576
#define WORD       6
#define WORDS      (1U << WORD)
#define DICTIONARY 1000
/* Of the deviation of the compression statistic, whose parts are not independent. */
#define COMPRESSION_FACTOR 0.5907

double isn_90b_most_common(const uint8_t *symbols, size_t count)
{
    size_t seen[256] = {0};
    size_t most = 0;

    if (count < 2)
        return (double)NAN;
    for (size_t i = 0; i < count; i++) {
        size_t *here = &seen[symbols[i]];

        ++*here;
        most = *here > most ? *here : most;
    }
    double p = (double)most / (double)count;

    return -log2(fmin(1, p + CONFIDENCE * sqrt(p * (1 - p) / ((double)count - 1)))) + 0.0;
}

double isn_90b_collision(const uint8_t *bits, size_t count)
{
    size_t found = 0;
    size_t threes = 0;

    for (size_t i = 0; i + 1 < count;) {
        bool two = bits[i] == bits[i + 1];

        if (!two && i + 2 >= count)
            break;
        found++;
        threes += !two;
        i += two ? 2 : 3;
    }
    if (found < 2)
        return (double)NAN;
    double v = (double)found;
    double share = (double)threes / v;
    /* Each is 2 or 3, so that its variance follows from the share of threes. */
    double lower = 2 + share - CONFIDENCE * sqrt(share * (1 - share) / (v - 1));
    /* 2 + 2 p (1 - p) of a bit with p reaches no further than 2.5. */
    double p = lower >= 2.5 ? 0.5 : 0.5 + 0.5 * sqrt(fmin(1, 1 - 2 * (lower - 2)));

    return -log2(p) + 0.0;
}

/* times * -log2(p) where 0 times costs nothing. */
static double cost(double times, double p)
{
    return times > 0 ? times * -log2(p) : 0;
}

double isn_90b_markov(const uint8_t *bits, size_t count)
{
    double pairs[2][2] = {{0}};
    double ones = 0;
    double first[2];
    double next[2][2] = {{0}};
    double least = 128;

    if (count < 2)
        return (double)NAN;
    for (size_t i = 0; i < count; i++) {
        ones += bits[i];
        if (i + 1 < count)
            pairs[bits[i]][bits[i + 1]]++;
    }
    first[1] = ones / (double)count;
    first[0] = 1 - first[1];
    for (unsigned a = 0; a < 2; a++)
        for (unsigned b = 0; b < 2; b++)
            if (pairs[a][0] + pairs[a][1] > 0)
                next[a][b] = pairs[a][b] / (pairs[a][0] + pairs[a][1]);
    /* From each first bit: it stays, it changes once and stays, it changes always. */
    for (unsigned a = 0; a < 2; a++) {
        unsigned b = 1 - a;
        double begin = cost(1, first[a]);

        least = fmin(least, begin + cost(127, next[a][a]));
        least = fmin(least, begin + cost(1, next[a][b]) + cost(126, next[b][b]));
        least = fmin(least, begin + cost(64, next[a][b]) + cost(63, next[b][a]));
    }
    return fmin(1, least / 128) + 0.0;
}

/*
 * The expected part of the statistic of a word with probability z among `words` words, v of them
 * after the dictionary. A distance u within the words read so far has the probability
 * z^2 (1 - z)^(u - 1); at the t-th word, t itself (it never came before) has z (1 - z)^(t - 1).
 * Summed over t, a distance counts min(v, words - u) times.
 */
static double expected_part(double z, size_t words)
{
    size_t v = words - DICTIONARY;
    double inside = 0;
    double never = 0;
    double weight = 1;

    for (size_t u = 1; u <= words && weight > 1e-20; u++) {
        double bits = weight * log2((double)u);

        inside += bits * (double)(words - u < v ? words - u : v);
        if (u > DICTIONARY)
            never += bits;
        weight *= 1 - z;
    }
    return z * (z * inside + never) / (double)v;
}

static double expected_compression(double p, size_t words)
{
    double q = (1 - p) / (WORDS - 1);

    return expected_part(p, words) + (WORDS - 1) * expected_part(q, words);
}

static unsigned word_at(const uint8_t *bits, size_t place)
{
    unsigned word = 0;

    for (unsigned i = 0; i < WORD; i++)
        word = word << 1 | bits[place * WORD + i];
    return word;
}

double isn_90b_compression(const uint8_t *bits, size_t count)
{
    size_t last[WORDS] = {0};
    size_t words = count / WORD;
    double sum = 0;
    double squares = 0;

    if (words < DICTIONARY + 2)
        return (double)NAN;
    for (size_t i = 1; i <= words; i++) {
        unsigned word = word_at(bits, i - 1);

        if (i > DICTIONARY) {
            double distance = log2((double)(i - last[word]));

            sum += distance;
            squares += distance * distance;
        }
        last[word] = i;
    }
    double v = (double)(words - DICTIONARY);
    double mean = sum / v;
    double deviation = COMPRESSION_FACTOR * sqrt(fmax(0, squares / (v - 1) - mean * mean));
    double lower = mean - CONFIDENCE * deviation / sqrt(v);
    double low = 1.0 / WORDS;
    double high = 1;

    /* It falls as p grows; at the even distribution and above there is nothing to be found. */
    if (expected_compression(low, words) <= lower)
        return 1;
    for (unsigned i = 0; i < 50; i++) {
        double middle = (low + high) / 2;

        if (expected_compression(middle, words) > lower)
            low = middle;
        else
            high = middle;
    }
    return fmax(0, -log2(high) / WORD);
}

/* One lane's seven rows. */
static int estimate_lane(const uint8_t *symbols, size_t count, double *ret_bits)
{
    struct isn_predictions found;
    int status = isn_90b_tuples(symbols, count, &ret_bits[1], &ret_bits[2]);

    if (status != 0)
        return status;
    ret_bits[0] = isn_90b_most_common(symbols, count);
    found = isn_90b_windows(symbols, count);
    ret_bits[3] = isn_90b_predictability(&found, 256);
    found = isn_90b_lags(symbols, count);
    ret_bits[4] = isn_90b_predictability(&found, 256);
    status = isn_90b_contexts(symbols, count, &found);
    if (status != 0)
        return status;
    ret_bits[5] = isn_90b_predictability(&found, 256);
    status = isn_90b_dictionary(symbols, count, &found);
    if (status != 0)
        return status;
    ret_bits[6] = isn_90b_predictability(&found, 256);
    return 0;
}

int isn_sp800_90b(const uint32_t *isns, size_t count,
                  struct isn_entropy ret_rows[ISN_SP800_90B_ROWS])
{
    static const char *const of_bytes[] = {
        "most common value", "t-tuple", "longest repeated substring", "MultiMCW", "lag",
        "MultiMMC",          "LZ78Y"};
    static const char *const of_bits[] = {"collision", "Markov", "compression"};
    uint8_t *symbols;
    size_t row = 0;
    int status;

    count = count < ISN_SP800_90B_MOST ? count : ISN_SP800_90B_MOST;
    symbols = malloc(32 * count + 1);
    status = symbols == NULL ? -FAULT_MEMORY : 0;
    for (int lane = 0; lane < 4 && status == 0; lane++) {
        double bits[7];

        for (size_t i = 0; i < count; i++)
            symbols[i] = (uint8_t)(isns[i] >> (8 * lane));
        status = estimate_lane(symbols, count, bits);
        for (unsigned i = 0; i < 7 && status == 0; i++)
            ret_rows[row++] = (struct isn_entropy){of_bytes[i], lane, count, bits[i]};
    }
    if (status == 0) {
        double bits[3];

        isn_sp800_22_bits(isns, count, symbols);
        bits[0] = isn_90b_collision(symbols, 32 * count);
        bits[1] = isn_90b_markov(symbols, 32 * count);
        bits[2] = isn_90b_compression(symbols, 32 * count);
        for (unsigned i = 0; i < 3; i++)
            ret_rows[row++] = (struct isn_entropy){of_bits[i], -1, 32 * count, bits[i]};
    }
    free(symbols);
    return status;
}
