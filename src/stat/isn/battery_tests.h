/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The single tests of the battery: a series of numbers in, a statistic and its p value out. */
#ifndef STAT_ISN_BATTERY_TESTS_H
#define STAT_ISN_BATTERY_TESTS_H

#include <stddef.h>
#include <stdint.h>

/*
 * In all of them the hypothesis is "independent and uniform over 0 … 2^32 - 1", p is the
 * probability (0 … 1) of this or a worse statistic under it, and the order of the values is that of
 * time unless they are called sorted.
 */
struct isn_score {
    double statistic;
    double p;
};

/* The two-sided p value of a standard normal deviate. */
double isn_two_sided(double z);

/* How often bit 0 … 31 is set: z = (2 S - n) / sqrt n; p exact, from the binomial distribution. */
struct isn_score isn_test_bit(const uint32_t *values, size_t count, unsigned bit);

/*
 * Chi-square of the 2^width values (width 4 or 8) of the bits from `shift` on; p of the gamma
 * distribution that has the statistic's exact mean, variance and skewness, for with a few values a
 * cell its tail is heavier than the chi-square distribution's.
 */
struct isn_score isn_test_symbols(const uint32_t *values, size_t count, unsigned shift,
                                  unsigned width);

/*
 * Autocorrelation r at a lag (1 … count - 2) as z = (r - E r) / sd r, with the moments of white
 * noise: E r = -(n - lag) / (n (n - 1)), var r = (n - lag) / (n (n + 2)) (Moran, Biometrika 35,
 * 1948; Ljung and Box, Biometrika 65, 1978).
 */
struct isn_score isn_test_correlation(const uint32_t *values, size_t count, size_t lag);

/*
 * Fisher's g (Proceedings of the Royal Society A 125, 1929): the largest of the m ordinates of the
 * periodogram over their sum; p <= m (1 - g)^(m - 1), the first term of his sum, which bounds it.
 * Of the first isn_smooth(count) values. A negative statistic: out of memory.
 */
struct isn_score isn_test_periodogram(const uint32_t *values, size_t count);

/* The largest number <= n (n >= 1) whose only factors are 2, 3 and 5: a fast Fourier transform's.
 */
size_t isn_smooth(size_t n);

/* Runs above and below `median` as z (Wald and Wolfowitz 1940); values equal to it are left out. */
struct isn_score isn_test_median_runs(const uint32_t *values, size_t count, uint32_t median);

/* Runs up and down: z = (R - (2n - 1) / 3) / sqrt((16n - 29) / 90) (Levene, Wolfowitz 1944);
 * repeated values are left out. */
struct isn_score isn_test_up_down_runs(const uint32_t *values, size_t count);

/*
 * Rao's spacings (Sankhya A 38, 1976): U = sum |s - 1/n| / 2 over the n gaps of the sorted values
 * on the circle, as z with mean (1 - 1/n)^n and variance (2/e - 5/e^2) / n. Large: clustered;
 * small: too even.
 */
struct isn_score isn_test_spacings(const uint32_t *sorted, size_t count);

/* Pairs of equal values among the sorted ones; p of as many or more, Poisson with n (n - 1) / 2^33.
 */
struct isn_score isn_test_collisions(const uint32_t *sorted, size_t count);

/*
 * How often the commonest difference of the byte at `shift` occurs, of `count` steps from one value
 * to another; p is 256 times the exact binomial tail (at most 1).
 */
struct isn_score isn_test_increment(const uint32_t *from, const uint32_t *to, size_t count,
                                    unsigned shift);

#endif
