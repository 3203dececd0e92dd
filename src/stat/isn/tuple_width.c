/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How many bits wide values of F are: their shortest arc, their collisions, their evenness. */
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

#include "stat/isn/tuple.h"

#define NUMBERS 4294967296.0 /* 2^32 */

enum { LEAST = 8, BINS = 16 };

/* Low bits of F that may stand still, and what proves it. */
#define STILL_MOST    28
#define STILL_LEAST   4
#define STILL_TURNS   3
#define STILL_LOG10_P (-11.0)

static int compare_values(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

/* From a sorted value to one of those after it, round the circle if need be: equal values are apart
 * by all of it then. */
static double apart(const uint32_t *values, size_t count, size_t from, size_t on)
{
    size_t to = from + on;

    if (to < count)
        return values[to] - values[from];
    return NUMBERS + values[to - count] - values[from];
}

/* The shortest arc with so many of the sorted values. */
static double shortest(const uint32_t *values, size_t count, size_t wanted)
{
    double best = NUMBERS;

    for (size_t i = 0; i < count; i++)
        best = fmin(best, apart(values, count, i, wanted - 1) + 1);
    return best;
}

static size_t near_pairs(const uint32_t *values, size_t count, uint32_t tolerance)
{
    size_t pairs = 0;

    /* Each value with those after it, round the circle; broken off where there are very many. */
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 1; k < count && k < 1000; k++) {
            if (apart(values, count, i, k) > tolerance)
                break;
            pairs++;
        }
    }
    return pairs;
}

/* log10 of Chernoff's bound of P[Poisson(mean) >= k]. */
static double poisson_log10_p(double k, double mean)
{
    return k > mean ? -(mean - k + k * log(k / mean)) / M_LN10 : 0;
}

static double evenness(const uint32_t *values, size_t count)
{
    double expected = (double)count / BINS, sum = 0;
    size_t bins[BINS] = {0};

    for (size_t i = 0; i < count; i++)
        bins[values[i] >> 28]++;
    for (size_t i = 0; i < BINS; i++)
        sum += ((double)bins[i] - expected) * ((double)bins[i] - expected) / expected;
    return gsl_cdf_chisq_Q(sum, BINS - 1);
}

/*
 * How many low bits are the same in all values but for noise: 2^k turns once round the circle, and
 * the values are all at one place of it (Rayleigh's test). 0: none.
 */
static int still_bits(const uint32_t *values, size_t count, double arc, double *ret_log10_p)
{
    /* Of values on an arc, 2^k must turn round it some times to say anything. */
    int most = (int)fmin(STILL_MOST, floor(log2(arc)) - STILL_TURNS);

    for (int k = most; k >= STILL_LEAST; k--) {
        double turn = 2 * M_PI / (double)(1u << k);
        double cosines = 0, sines = 0, squares;

        for (size_t i = 0; i < count; i++) {
            double angle = turn * (double)(values[i] & ((1u << k) - 1));

            cosines += cos(angle);
            sines += sin(angle);
        }
        squares = (cosines * cosines + sines * sines) / (double)count;
        *ret_log10_p = log10(STILL_MOST - STILL_LEAST + 1) - squares / M_LN10;
        if (squares > 0.5 * (double)count && *ret_log10_p < STILL_LOG10_P)
            return k;
    }
    return 0;
}

struct isn_width isn_values_width(uint32_t *values, size_t count, uint32_t tolerance)
{
    struct isn_width width = {.arc = NAN, .bits = NAN, .log10_p = 0, .uniform_p = NAN};
    double n = (double)count, all, whole, pairs = n * (n - 1) / 2, log10_p;
    size_t most = (count * 19 + 19) / 20;

    if (count < LEAST)
        return width;
    qsort(values, count, sizeof values[0], compare_values);
    width.arc = shortest(values, count, most);
    all = shortest(values, count, count);
    whole = width.arc / 0.95;
    /* None lies apart: their whole range says more. */
    if (all < 1.1 * whole)
        whole = all * (n + 1) / (n - 1);
    width.bits = log2(fmin(whole, NUMBERS));
    width.log10_p = fmin(0, isn_binomial_log10_p(count, most, width.arc / NUMBERS) + log10(n));
    width.uniform_p = evenness(values, count);

    /* Within so short an arc, collisions are no surprise. */
    width.collisions = near_pairs(values, count, tolerance);
    width.expected = pairs * fmin(1, (2.0 * tolerance + 1) / fmin(whole, NUMBERS));
    if (poisson_log10_p((double)width.collisions, width.expected) < -11 && width.collisions >= 8) {
        double values_seen = pairs / ((double)width.collisions - width.expected);

        width.bits = fmin(width.bits, log2(fmax(values_seen, 1)));
        width.log10_p =
            fmin(width.log10_p, poisson_log10_p((double)width.collisions, width.expected));
    }
    width.still = still_bits(values, count, width.arc, &log10_p);
    if (width.still > 0) {
        width.bits = fmin(width.bits, log2(fmin(whole, NUMBERS)) - width.still);
        width.log10_p = fmin(width.log10_p, log10_p);
    }
    return width;
}
