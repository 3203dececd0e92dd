/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tests of NIST SP 800-22 on long streams: spectrum, rank, compression, linear complexity. */
#include <assert.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_fft_real.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stat/isn/sp800_22_tests.h"

struct isn_score isn_sp_spectral(const uint8_t *bits, size_t count)
{
    size_t n = isn_smooth(count);
    struct isn_score score = {(double)NAN, 1};
    double *parts = malloc(n * sizeof(*parts));
    gsl_fft_real_wavetable *wavetable = gsl_fft_real_wavetable_alloc(n);
    gsl_fft_real_workspace *workspace = gsl_fft_real_workspace_alloc(n);

    if (parts != NULL && wavetable != NULL && workspace != NULL) {
        double limit = (double)n * log(1 / 0.05);
        size_t below;

        for (size_t i = 0; i < n; i++)
            parts[i] = 2.0 * bits[i] - 1;
        gsl_fft_real_transform(parts, 1, n, wavetable, workspace);
        /* The first half of the spectrum, the sum among it; gsl has pairs after the sum. */
        below = parts[0] * parts[0] < limit;
        for (size_t i = 1; i < n / 2; i++)
            below += parts[2 * i - 1] * parts[2 * i - 1] + parts[2 * i] * parts[2 * i] < limit;
        double d = ((double)below - 0.95 * (double)n / 2) / sqrt((double)n * 0.95 * 0.05 / 4);

        score = (struct isn_score){d, erfc(fabs(d) / M_SQRT2)};
    }
    free(parts);
    gsl_fft_real_wavetable_free(wavetable);
    gsl_fft_real_workspace_free(workspace);
    return score;
}

static unsigned rank_of(uint32_t *rows, unsigned size)
{
    unsigned rank = 0;

    for (unsigned bit = size; bit > 0 && rank < size; bit--) {
        uint32_t mask = 1U << (bit - 1);
        unsigned pivot = rank;

        while (pivot < size && !(rows[pivot] & mask))
            pivot++;
        if (pivot == size)
            continue;
        uint32_t row = rows[pivot];

        rows[pivot] = rows[rank];
        rows[rank] = row;
        for (unsigned i = rank + 1; i < size; i++)
            if (rows[i] & mask)
                rows[i] ^= row;
        rank++;
    }
    return rank;
}

/* That a random square matrix has `less` below the full rank (3.5). */
static double rank_probability(unsigned size, unsigned less)
{
    double r = (double)size - less;
    double probability = exp2(r * (2.0 * size - r) - (double)size * size);

    for (unsigned i = 0; i < size - less; i++) {
        double part = 1 - exp2((double)i - size);

        probability *= part * part / (1 - exp2((double)i - r));
    }
    return probability;
}

struct isn_score isn_sp_rank(const uint8_t *bits, size_t count, unsigned size)
{
    size_t matrices = count / ((size_t)size * size);
    double seen[3] = {0};
    double expected[3];
    double square = 0;

    if (matrices == 0 || size < 2)
        return (struct isn_score){0, 1};
    for (size_t i = 0; i < matrices; i++) {
        uint32_t rows[32] = {0};
        unsigned less;

        for (size_t k = 0; k < (size_t)size * size; k++)
            rows[k / size] = rows[k / size] << 1 | bits[i * size * size + k];
        less = size - rank_of(rows, size);
        seen[less < 2 ? less : 2]++;
    }
    expected[0] = (double)matrices * rank_probability(size, 0);
    expected[1] = (double)matrices * rank_probability(size, 1);
    expected[2] = (double)matrices - expected[0] - expected[1];
    for (unsigned i = 0; i < 3; i++)
        square += (seen[i] - expected[i]) * (seen[i] - expected[i]) / expected[i];
    return (struct isn_score){square, gsl_cdf_chisq_Q(square, 2)};
}

/* The variance of one word's log2 of the distance, for words of 1 … 16 bits (2.9.4 and 3.9;
 * Menezes, van Oorschot and Vanstone, Handbook of Applied Cryptography, table 5.3). */
static const double distance_variance[] = {0,     0.690, 1.338, 1.901, 2.358, 2.705,
                                           2.954, 3.125, 3.238, 3.311, 3.356, 3.384,
                                           3.401, 3.410, 3.416, 3.419, 3.421};

/* Its mean: 2^-L times the sum over i of (1 - 2^-L)^(i - 1) log2 i. */
static double distance_mean(unsigned length)
{
    double share = ldexp(1, -(int)length);
    double weight = share;
    double sum = 0;

    for (unsigned i = 1; weight > 1e-18; i++) {
        sum += weight * log2(i);
        weight *= 1 - share;
    }
    return sum;
}

unsigned isn_sp_universal_length(size_t count)
{
    unsigned length = 0;

    /* Each length wants 1000 words for each of its values, and ten to begin with. */
    for (unsigned next = 6; next <= 16 && count >= (size_t)1010 * next << next; next++)
        length = next;
    return length;
}

static uint32_t word_at(const uint8_t *bits, size_t place, unsigned length)
{
    uint32_t word = 0;

    for (unsigned i = 0; i < length; i++)
        word = word << 1 | bits[place * length + i];
    return word;
}

struct isn_score isn_sp_universal(const uint8_t *bits, size_t count, unsigned length, size_t start)
{
    size_t words = count / length;
    size_t *last = calloc((size_t)1 << length, sizeof(*last));
    double sum = 0;

    if (last == NULL)
        return (struct isn_score){(double)NAN, 1};
    for (size_t i = 1; i <= words; i++) {
        uint32_t word = word_at(bits, i - 1, length);

        if (i > start)
            sum += log2((double)(i - last[word]));
        last[word] = i;
    }
    free(last);
    if (words <= start)
        return (struct isn_score){0, 1};
    double tested = (double)(words - start);
    double value = sum / tested;
    double correction = 0.7 - 0.8 / length + (4 + 32.0 / length) * pow(tested, -3.0 / length) / 15;
    double sigma = correction * sqrt(distance_variance[length] / tested);

    return (struct isn_score){value, erfc(fabs(value - distance_mean(length)) / (M_SQRT2 * sigma))};
}

#define BLOCK_MOST 5000
#define LIMBS      ((BLOCK_MOST + 64) / 64 + 1)

/* Polynomials over GF(2); bit i of the whole is the coefficient of x^i. */
struct polynomial {
    uint64_t limbs[LIMBS];
};

/* to += from * x^shift */
static void add_shifted(struct polynomial *to, const struct polynomial *from, size_t shift,
                        size_t limbs)
{
    size_t whole = shift / 64;
    unsigned part = shift % 64;

    for (size_t i = whole; i < limbs; i++) {
        uint64_t value = from->limbs[i - whole] << part;

        if (part > 0 && i > whole)
            value |= from->limbs[i - whole - 1] >> (64 - part);
        to->limbs[i] ^= value;
    }
}

size_t isn_sp_register_length(const uint8_t *bits, size_t count)
{
    struct polynomial current = {{1}};
    struct polynomial before = {{1}};
    struct polynomial window = {{0}};
    size_t limbs = count / 64 + 1;
    size_t length = 0;
    size_t gap = 1; /* steps since `before` was replaced */

    assert(count <= BLOCK_MOST);
    for (size_t i = 0; i < count; i++) {
        uint64_t parity = 0;

        /* The newest bit is the window's lowest. */
        for (size_t k = limbs; k-- > 0;) {
            window.limbs[k] = window.limbs[k] << 1 | (k > 0 ? window.limbs[k - 1] >> 63 : bits[i]);
            parity ^= window.limbs[k] & current.limbs[k];
        }
        if (__builtin_parityll(parity)) {
            struct polynomial old = current;

            add_shifted(&current, &before, gap, limbs);
            if (2 * length <= i) {
                length = i + 1 - length;
                before = old;
                gap = 0;
            }
        }
        gap++;
    }
    return length;
}

struct isn_score isn_sp_linear_complexity(const uint8_t *bits, size_t count, size_t block)
{
    /* 3.10; of T from below -2.5 to above 2.5. */
    static const double probabilities[] = {1.0 / 96, 1.0 / 32, 1.0 / 8, 1.0 / 2,
                                           1.0 / 4,  1.0 / 16, 1.0 / 48};
    size_t blocks = count / block;
    double m = (double)block;
    double sign = block % 2 == 0 ? 1 : -1;
    double mean = m / 2 + (9 - sign) / 36 - (m / 3 + 2.0 / 9) * exp2(-m);
    size_t seen[7] = {0};
    double square = 0;

    if (blocks == 0)
        return (struct isn_score){0, 1};
    for (size_t i = 0; i < blocks; i++) {
        double length = (double)isn_sp_register_length(bits + i * block, block);
        double t = sign * (length - mean) + 2.0 / 9;

        seen[(size_t)fmin(6, fmax(0, ceil(t + 2.5)))]++;
    }
    for (unsigned i = 0; i < 7; i++) {
        double expected = (double)blocks * probabilities[i];
        double excess = (double)seen[i] - expected;

        square += excess * excess / expected;
    }
    return (struct isn_score){square, gsl_cdf_chisq_Q(square, 6)};
}
