/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tests of NIST SP 800-22 that count words of a few bits. */
#include <assert.h>
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "stat/isn/sp800_22_tests.h"

#define ONES       9 /* of the overlapping template */
#define ONES_BLOCK 1032
#define ONES_MOST  5 /* the last class: so many or more */

/* How often each word of m bits occurs, the stream closed to a circle. */
static void count_words(const uint8_t *bits, size_t count, unsigned m, uint32_t *seen)
{
    uint32_t mask = (1U << m) - 1;
    uint32_t word = 0;

    memset(seen, 0, sizeof(*seen) << m);
    /* The first m - 1 bits stand behind the last one, too. */
    for (size_t i = 0; i + 1 < m; i++)
        word = word << 1 | bits[i % count];
    for (size_t i = m - 1; i < count + m - 1; i++) {
        word = (word << 1 | bits[i < count ? i : i % count]) & mask;
        seen[word]++;
    }
}

/* psi^2 of 2.11.4: 2^m / n times the sum of squares, less n. */
static double psi_square(const uint8_t *bits, size_t count, unsigned m, uint32_t *seen)
{
    double n = (double)count;
    double sum = 0;

    if (m == 0)
        return 0;
    assert(m < 32);
    count_words(bits, count, m, seen);
    for (size_t i = 0; i < (size_t)1 << m; i++)
        sum += (double)seen[i] * seen[i];
    return sum * ldexp(1, (int)m) / n - n;
}

int isn_sp_serial(const uint8_t *bits, size_t count, unsigned m, struct isn_score ret_scores[2])
{
    uint32_t *seen = malloc(sizeof(*seen) << m);

    if (seen == NULL)
        return -FAULT_MEMORY;
    double whole = psi_square(bits, count, m, seen);
    double shorter = psi_square(bits, count, m - 1, seen);
    double shortest = psi_square(bits, count, m - 2, seen);
    /* Rounding may leave less than nothing. */
    double first = fmax(0, whole - shorter);
    double second = fmax(0, whole - 2 * shorter + shortest);

    free(seen);
    ret_scores[0] = (struct isn_score){first, gsl_cdf_chisq_Q(first, ldexp(1, (int)m - 1))};
    ret_scores[1] = (struct isn_score){second, gsl_cdf_chisq_Q(second, ldexp(1, (int)m - 2))};
    return 0;
}

/* phi of 2.12.4: the sum of p ln p over the words. */
static double phi(const uint8_t *bits, size_t count, unsigned m, uint32_t *seen)
{
    double sum = 0;

    count_words(bits, count, m, seen);
    for (size_t i = 0; i < (size_t)1 << m; i++) {
        double p = (double)seen[i] / (double)count;

        sum += p > 0 ? p * log(p) : 0;
    }
    return sum;
}

int isn_sp_entropy(const uint8_t *bits, size_t count, unsigned m, struct isn_score *ret_score)
{
    uint32_t *seen = malloc(sizeof(*seen) << (m + 1));

    if (seen == NULL)
        return -FAULT_MEMORY;
    double entropy = phi(bits, count, m, seen) - phi(bits, count, m + 1, seen);
    double square = fmax(0, 2 * (double)count * (M_LN2 - entropy));

    free(seen);
    *ret_score = (struct isn_score){square, gsl_cdf_chisq_Q(square, ldexp(1, (int)m))};
    return 0;
}

size_t isn_sp_aperiodic(unsigned length, uint16_t *ret_templates)
{
    size_t count = 0;

    for (uint32_t word = 0; word < 1U << length; word++) {
        int borders = 0;

        /* Its first bits are its last ones: it could begin again before it has ended. */
        for (unsigned shift = 1; shift < length; shift++)
            borders |= word >> shift == (word & ((1U << (length - shift)) - 1));
        if (borders)
            continue;
        if (ret_templates != NULL)
            ret_templates[count] = (uint16_t)word;
        count++;
    }
    return count;
}

/* The words of `length` bits that lie in a block as a whole. */
static void count_inside(const uint8_t *bits, size_t block, unsigned length, uint32_t *seen)
{
    uint32_t mask = (1U << length) - 1;
    uint32_t word = 0;

    for (size_t i = 0; i < block; i++) {
        word = (word << 1 | bits[i]) & mask;
        if (i + 1 >= length)
            seen[word]++;
    }
}

size_t isn_sp_templates(const uint8_t *bits, size_t count, unsigned length, size_t blocks,
                        struct isn_score *ret_scores, size_t room)
{
    size_t words = (size_t)1 << length;
    size_t block = count / blocks;
    size_t templates = isn_sp_aperiodic(length, NULL);
    uint16_t *which = malloc(words * sizeof(*which));
    uint32_t *seen = calloc(words * blocks, sizeof(*seen));
    double share = 1 / (double)words;
    double mean = ((double)block - length + 1) * share;
    double variance = (double)block * (share - (2.0 * length - 1) * share * share);

    if (which == NULL || seen == NULL || templates > room || block < length) {
        free(which);
        free(seen);
        return 0;
    }
    isn_sp_aperiodic(length, which);
    for (size_t i = 0; i < blocks; i++)
        count_inside(bits + i * block, block, length, seen + i * words);
    for (size_t i = 0; i < templates; i++) {
        double square = 0;

        for (size_t k = 0; k < blocks; k++) {
            double excess = seen[k * words + which[i]] - mean;

            square += excess * excess / variance;
        }
        ret_scores[i] = (struct isn_score){square, gsl_cdf_chisq_Q(square, (double)blocks)};
    }
    free(which);
    free(seen);
    return templates;
}

/* The probabilities of 0 … ONES_MOST (or more) places with ONES ones in a block, bit by bit. */
static void overlapping_probabilities(double *ret_probabilities)
{
    /* at[k][c]: ends with k ones (the last: ONES or more), and there were c places so far. */
    double at[ONES + 1][ONES_MOST + 1] = {{1}};

    for (unsigned bit = 0; bit < ONES_BLOCK; bit++) {
        double next[ONES + 1][ONES_MOST + 1] = {{0}};

        for (unsigned k = 0; k <= ONES; k++)
            for (unsigned c = 0; c <= ONES_MOST; c++) {
                unsigned run = k < ONES ? k + 1 : ONES;
                unsigned places = run == ONES && c < ONES_MOST ? c + 1 : c;

                next[0][c] += at[k][c] / 2;
                next[run][places] += at[k][c] / 2;
            }
        memcpy(at, next, sizeof(at));
    }
    for (unsigned c = 0; c <= ONES_MOST; c++) {
        ret_probabilities[c] = 0;
        for (unsigned k = 0; k <= ONES; k++)
            ret_probabilities[c] += at[k][c];
    }
}

struct isn_score isn_sp_overlapping(const uint8_t *bits, size_t count)
{
    size_t blocks = count / ONES_BLOCK;
    double probabilities[ONES_MOST + 1];
    size_t seen[ONES_MOST + 1] = {0};
    double square = 0;

    if (blocks == 0)
        return (struct isn_score){0, 1};
    for (size_t i = 0; i < blocks; i++) {
        unsigned places = 0;
        unsigned run = 0;

        for (size_t k = 0; k < ONES_BLOCK; k++) {
            run = bits[i * ONES_BLOCK + k] ? run + 1 : 0;
            places += run >= ONES;
        }
        seen[places < ONES_MOST ? places : ONES_MOST]++;
    }
    overlapping_probabilities(probabilities);
    for (unsigned c = 0; c <= ONES_MOST; c++) {
        double expected = (double)blocks * probabilities[c];
        double excess = (double)seen[c] - expected;

        square += excess * excess / expected;
    }
    return (struct isn_score){square, gsl_cdf_chisq_Q(square, ONES_MOST)};
}
