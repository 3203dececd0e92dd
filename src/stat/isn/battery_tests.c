/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The single tests of the battery: a series of numbers in, a statistic and its p value out. */
#include "stat/isn/battery_tests.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_fft_real.h>
#include <math.h>
#include <stdlib.h>

double isn_two_sided(double z)
{
    return fmin(1, 2 * gsl_cdf_ugaussian_Q(fabs(z)));
}

static struct isn_score normal_score(double value, double mean, double variance)
{
    double z = variance > 0 ? (value - mean) / sqrt(variance) : 0;

    return (struct isn_score){z, isn_two_sided(z)};
}

/* P(B >= k) of n trials; gsl's is P(B > k). */
static double binomial_upper(size_t k, double p, size_t n)
{
    return k == 0 ? 1 : gsl_cdf_binomial_Q((unsigned)(k - 1), p, (unsigned)n);
}

struct isn_score isn_test_bit(const uint32_t *values, size_t count, unsigned bit)
{
    size_t set = 0;

    for (size_t i = 0; i < count; i++)
        set += values[i] >> bit & 1;
    double n = (double)count;
    /* Both tails are alike: that of the rarer value is as long. */
    size_t more = set > count - set ? set : count - set;

    return (struct isn_score){(2 * (double)set - n) / sqrt(n),
                              fmin(1, 2 * binomial_upper(more, 0.5, count))};
}

/*
 * With N pairs of values in one cell of k the statistic is (2 k / n) N + k - n. N is the sum of an
 * indicator for each of the n (n - 1) / 2 pairs, with probability q = 1 / k; any two are
 * independent, and of three only those of a triangle are not, so that the second and third central
 * moments can be written down.
 */
static double symbols_p(double square, double k, double n)
{
    double pairs = n * (n - 1) / 2;
    double q = 1 / k;
    double variance = pairs * q * (1 - q);
    double third = pairs * q * (1 - q) * (1 - 2 * q) + n * (n - 1) * (n - 2) * (q * q - q * q * q);
    double scale = 2 * k / n;
    double mean = k - 1;
    double deviation = scale * sqrt(variance);
    double skewness = third / pow(variance, 1.5);
    /* A gamma distribution of shape a has the skewness 2 / sqrt a. */
    double shape = 4 / (skewness * skewness);

    return gsl_cdf_gamma_Q(fmax(0, shape + (square - mean) / deviation * sqrt(shape)), shape, 1);
}

struct isn_score isn_test_symbols(const uint32_t *values, size_t count, unsigned shift,
                                  unsigned width)
{
    uint32_t seen[256] = {0};
    size_t cells = (size_t)1 << width;
    double n = (double)count;
    double square = 0;

    for (size_t i = 0; i < count; i++)
        seen[values[i] >> shift & (cells - 1)]++;
    for (size_t i = 0; i < cells; i++) {
        double excess = seen[i] - n / (double)cells;

        square += excess * excess;
    }
    square *= (double)cells / n;
    return (struct isn_score){square, symbols_p(square, (double)cells, n)};
}

struct isn_score isn_test_correlation(const uint32_t *values, size_t count, size_t lag)
{
    double n = (double)count;
    double rest = (double)(count - lag);
    double mean = 0;
    double square = 0;
    double product = 0;

    for (size_t i = 0; i < count; i++)
        mean += values[i];
    mean /= n;
    for (size_t i = 0; i < count; i++) {
        double here = values[i] - mean;

        square += here * here;
        if (i + lag < count)
            product += here * (values[i + lag] - mean);
    }
    if (!(square > 0))
        return (struct isn_score){0, 1};
    return normal_score(product / square, -rest / (n * (n - 1)), rest / (n * (n + 2)));
}

size_t isn_smooth(size_t n)
{
    size_t best = 1;

    for (size_t five = 1; five <= n; five *= 5)
        for (size_t three = five; three <= n; three *= 3) {
            size_t two = three;

            while (two <= n / 2)
                two *= 2;
            if (two > best)
                best = two;
        }
    return best;
}

/* The largest ordinate over the sum; gsl leaves real and imaginary parts as neighbours. */
static struct isn_score largest_ordinate(const double *parts, size_t count)
{
    size_t ordinates = (count - 1) / 2;
    double largest = 0;
    double sum = 0;

    for (size_t i = 0; i < ordinates; i++) {
        double power = parts[2 * i + 1] * parts[2 * i + 1] + parts[2 * i + 2] * parts[2 * i + 2];

        sum += power;
        largest = fmax(largest, power);
    }
    if (!(sum > 0))
        return (struct isn_score){0, 1};
    double g = largest / sum;
    double m = (double)ordinates;

    return (struct isn_score){g, fmin(1, m * pow(1 - g, m - 1))};
}

struct isn_score isn_test_periodogram(const uint32_t *values, size_t count)
{
    size_t n = isn_smooth(count);
    struct isn_score score = {-1, 1};
    double *parts = malloc(n * sizeof(*parts));
    gsl_fft_real_wavetable *wavetable = gsl_fft_real_wavetable_alloc(n);
    gsl_fft_real_workspace *workspace = gsl_fft_real_workspace_alloc(n);

    if (parts != NULL && wavetable != NULL && workspace != NULL) {
        /* Centred, for the sake of the last digits only: ordinate 0 is not looked at. */
        for (size_t i = 0; i < n; i++)
            parts[i] = ((double)values[i] - 2147483647.5) / 4294967296.0;
        gsl_fft_real_transform(parts, 1, n, wavetable, workspace);
        score = largest_ordinate(parts, n);
    }
    free(parts);
    gsl_fft_real_wavetable_free(wavetable);
    gsl_fft_real_workspace_free(workspace);
    return score;
}

struct isn_score isn_test_median_runs(const uint32_t *values, size_t count, uint32_t median)
{
    size_t side[2] = {0, 0};
    size_t runs = 0;
    int last = -1;

    for (size_t i = 0; i < count; i++) {
        int above = values[i] > median;

        if (values[i] == median)
            continue;
        side[above]++;
        runs += above != last;
        last = above;
    }
    double below = (double)side[0];
    double above = (double)side[1];
    double n = below + above;

    if (side[0] == 0 || side[1] == 0)
        return (struct isn_score){0, 1};
    double twice = 2 * below * above;

    return normal_score((double)runs, twice / n + 1, twice * (twice - n) / (n * n * (n - 1)));
}

struct isn_score isn_test_up_down_runs(const uint32_t *values, size_t count)
{
    size_t distinct = count > 0;
    size_t runs = 0;
    int last = -1;

    for (size_t i = 1; i < count; i++) {
        int up = values[i] > values[i - 1];

        if (values[i] == values[i - 1])
            continue;
        distinct++;
        runs += up != last;
        last = up;
    }
    double n = (double)distinct;

    if (distinct < 3)
        return (struct isn_score){0, 1};
    return normal_score((double)runs, (2 * n - 1) / 3, (16 * n - 29) / 90);
}

struct isn_score isn_test_spacings(const uint32_t *sorted, size_t count)
{
    double n = (double)count;
    double sum = 0;

    for (size_t i = 0; i < count; i++) {
        uint32_t gap = sorted[(i + 1) % count] - sorted[i];
        /* The circle closes with what is left, not with 0 where all are equal. */
        double share = (double)gap / 4294967296.0;

        if (i + 1 == count && gap == 0)
            share = 1;
        sum += fabs(share - 1 / n);
    }
    return normal_score(sum / 2, pow(1 - 1 / n, n), (2 * exp(-1) - 5 * exp(-2)) / n);
}

struct isn_score isn_test_collisions(const uint32_t *sorted, size_t count)
{
    double n = (double)count;
    double pairs = 0;
    size_t equal = 0;

    for (size_t i = 1; i < count; i++) {
        equal = sorted[i] == sorted[i - 1] ? equal + 1 : 0;
        pairs += (double)equal;
    }
    /* gsl's is P(N > k), and takes an unsigned int. */
    double below = fmin(pairs - 1, 4294967294.0);

    return (struct isn_score){
        pairs,
        pairs > 0 ? gsl_cdf_poisson_Q((unsigned)below, n * (n - 1) / 8589934592.0) : 1,
    };
}

struct isn_score isn_test_increment(const uint32_t *from, const uint32_t *to, size_t count,
                                    unsigned shift)
{
    uint32_t seen[256] = {0};
    uint32_t most = 0;

    for (size_t i = 0; i < count; i++) {
        uint32_t *here = &seen[((to[i] >> shift) - (from[i] >> shift)) & 255];

        ++*here;
        if (*here > most)
            most = *here;
    }
    if (count == 0)
        return (struct isn_score){0, 1};
    return (struct isn_score){most, fmin(1, 256 * binomial_upper(most, 1.0 / 256, count))};
}
