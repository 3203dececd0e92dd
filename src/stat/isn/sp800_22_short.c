/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tests of NIST SP 800-22 that need few bits: frequency, runs, cumulative sums. */
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <string.h>

#include "stat/isn/sp800_22_tests.h"

/* As 2.4.4 has them: blocks of so many bits, classes from `least` or less to `most` or more. */
#define CLASSES_MOST 7

static size_t count_ones(const uint8_t *bits, size_t count)
{
    size_t ones = 0;

    for (size_t i = 0; i < count; i++)
        ones += bits[i];
    return ones;
}

struct isn_score isn_sp_frequency(const uint8_t *bits, size_t count)
{
    double n = (double)count;
    double s = fabs(2 * (double)count_ones(bits, count) - n) / sqrt(n);

    return (struct isn_score){s, count > 0 ? erfc(s / M_SQRT2) : 1};
}

size_t isn_sp_block_length(size_t count)
{
    size_t block = count / 100 + 1;

    return block < 20 ? 20 : block;
}

struct isn_score isn_sp_block_frequency(const uint8_t *bits, size_t count, size_t block)
{
    size_t blocks = count / block;
    double m = (double)block;
    double square = 0;

    for (size_t i = 0; i < blocks; i++) {
        double excess = (double)count_ones(bits + i * block, block) / m - 0.5;

        square += 4 * m * excess * excess;
    }
    return (struct isn_score){square, blocks > 0 ? gsl_cdf_chisq_Q(square, (double)blocks) : 1};
}

struct isn_score isn_sp_runs(const uint8_t *bits, size_t count)
{
    double n = (double)count;
    double share = (double)count_ones(bits, count) / n;
    double twice = 2 * share * (1 - share);
    size_t runs = count > 0;

    for (size_t i = 1; i < count; i++)
        runs += bits[i] != bits[i - 1];
    if (count < 2 || twice <= 0)
        return (struct isn_score){(double)runs, 1};
    return (struct isn_score){(double)runs,
                              erfc(fabs((double)runs - n * twice) / (sqrt(2 * n) * twice))};
}

/* The probability that a block of `length` random bits has no run of more than `most` ones. */
static double no_longer_run(size_t length, unsigned most)
{
    /* run[k]: the block so far has no longer run and ends with k ones. */
    double run[32] = {1};

    for (size_t i = 0; i < length; i++) {
        double all = 0;

        for (unsigned k = 0; k <= most; k++)
            all += run[k];
        for (unsigned k = most; k > 0; k--)
            run[k] = run[k - 1] / 2;
        run[0] = all / 2;
    }
    double all = 0;

    for (unsigned k = 0; k <= most; k++)
        all += run[k];
    return all;
}

static unsigned longest_run(const uint8_t *bits, size_t count)
{
    unsigned longest = 0;
    unsigned run = 0;

    for (size_t i = 0; i < count; i++) {
        run = bits[i] ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    return longest;
}

struct isn_score isn_sp_longest_run(const uint8_t *bits, size_t count)
{
    size_t block = count >= 750000 ? 10000 : count >= 6272 ? 128 : 8;
    unsigned least = block == 8 ? 1 : block == 128 ? 4 : 10;
    unsigned classes = block == 8 ? 4 : block == 128 ? 6 : 7;
    size_t blocks = count / block;
    size_t seen[CLASSES_MOST] = {0};
    double square = 0;
    double before = 0;

    if (blocks == 0)
        return (struct isn_score){0, 1};
    for (size_t i = 0; i < blocks; i++) {
        unsigned longest = longest_run(bits + i * block, block);
        unsigned place = longest < least ? 0 : longest - least;

        seen[place < classes ? place : classes - 1]++;
    }
    for (unsigned i = 0; i < classes; i++) {
        double up_to = i + 1 == classes ? 1 : no_longer_run(block, least + i);
        double expected = (double)blocks * (up_to - before);
        double excess = (double)seen[i] - expected;

        square += excess * excess / expected;
        before = up_to;
    }
    return (struct isn_score){square, gsl_cdf_chisq_Q(square, classes - 1)};
}

/* The sum over k of P((4k + a) z < x < (4k + b) z), x normal with the variance n. */
static double between(double z, double n, double from, double a, double b)
{
    int64_t to = (int64_t)floor((n / z - 1) / 4);
    double step = z / sqrt(n);
    double sum = 0;

    for (int64_t i = (int64_t)ceil(from); i <= to; i++) {
        double k = (double)i;

        sum += gsl_cdf_ugaussian_P((4 * k + b) * step) - gsl_cdf_ugaussian_P((4 * k + a) * step);
    }
    return sum;
}

struct isn_score isn_sp_cusum(const uint8_t *bits, size_t count, int backward)
{
    double n = (double)count;
    int64_t sum = 0;
    int64_t largest = 0;

    for (size_t i = 0; i < count; i++) {
        sum += bits[backward ? count - 1 - i : i] ? 1 : -1;
        if (sum > largest || -sum > largest)
            largest = sum < 0 ? -sum : sum;
    }
    double z = (double)largest;

    if (count == 0)
        return (struct isn_score){0, 1};
    double p = 1 - between(z, n, ceil((-n / z + 1) / 4), -1, 1) +
               between(z, n, ceil((-n / z - 3) / 4), 1, 3);

    return (struct isn_score){z, fmin(1, fmax(0, p))};
}
