/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of stat/histogram: edges by hand, properties of many shapes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdlib.h>

#include "stat/histogram.h"

#define US INT64_C(1000)
#define MS INT64_C(1000000)
#define S  INT64_C(1000000000)

static int by_size(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left;
    int64_t b = *(const int64_t *)right;

    return (a > b) - (a < b);
}

/* A round edge has two significant digits at most, or is a multiple of the power of ten at or below
 * the width of the narrower bin beside it. */
static int is_round(const struct histogram *histogram, size_t at)
{
    const struct histogram_bin *bins = histogram->bins;
    int64_t edge = bins[at].from;
    int64_t width = bins[at].to - edge;
    int64_t unit = 1;

    if (at > 0 && edge - bins[at - 1].from < width)
        width = edge - bins[at - 1].from;

    while (unit <= width / 10)
        unit *= 10;
    while (edge >= 100 && edge % 10 == 0)
        edge /= 10;
    return edge < 100 || bins[at].from % unit == 0;
}

/* What holds of every histogram, whatever the samples. */
static void check(const int64_t *samples, size_t count, size_t bins_max,
                  struct histogram *histogram)
{
    uint64_t sum = 0;
    int64_t *sorted = calloc(count, sizeof(*sorted));

    for (size_t i = 0; i < count; i++)
        sorted[i] = samples[i] < 0 ? 0 : samples[i];
    qsort(sorted, count, sizeof(*sorted), by_size);
    assert_int_equal(histogram_make(samples, count, bins_max, histogram), 0);
    assert_in_range(histogram->count, 1, bins_max);
    assert_true(histogram->scale < HISTOGRAM_SCALE_COUNT);
    for (size_t i = 0; i < histogram->count; i++) {
        const struct histogram_bin *bin = &histogram->bins[i];
        uint64_t inside = 0;

        assert_true(bin->from < bin->to);
        assert_true(i == 0 || bin->from == bin[-1].to);
        assert_true(is_round(histogram, i));
        for (size_t j = 0; j < count; j++)
            inside += bin->from <= sorted[j] && sorted[j] < bin->to;
        assert_int_equal(bin->count, inside);
        sum += bin->count;
    }
    assert_int_equal(sum, count);
    assert_true(histogram->bins[0].count > 0);
    assert_true(histogram->bins[histogram->count - 1].count > 0);
    free(sorted);
}

static void assert_bins(const struct histogram *histogram, const struct histogram_bin *bins,
                        size_t count)
{
    assert_int_equal(histogram->count, count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(histogram->bins[i].from, bins[i].from);
        assert_int_equal(histogram->bins[i].to, bins[i].to);
        assert_int_equal(histogram->bins[i].count, bins[i].count);
    }
}

static void test_none(void **state)
{
    struct histogram histogram;

    (void)state;
    assert_int_equal(histogram_make(NULL, 0, 20, &histogram), 0);
    assert_int_equal(histogram.count, 0);
}

static void test_one(void **state)
{
    static const struct {
        int64_t sample, from, to;
    } rows[] = {
        {10300 * US, 10 * MS, 11 * MS},
        {123456, 120 * US, 140 * US},
        {0, 0, 1},
        {7, 7, 8},
        {-5, 0, 1},
        {99999, 90 * US, 100 * US},
        {100000, 100 * US, 110 * US},
        {HISTOGRAM_TIME_MAX - 1, 900000000 * S, 1000000000 * S},
    };
    struct histogram histogram;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int64_t equal[9];

        for (size_t j = 0; j < 9; j++)
            equal[j] = rows[i].sample;
        for (size_t count = 1; count <= 9; count += 8) {
            check(equal, count, 20, &histogram);
            assert_bins(&histogram, &(struct histogram_bin){rows[i].from, rows[i].to, count}, 1);
        }
    }
    /* Beyond the range: in the last bin there is. */
    int64_t most = INT64_MAX;

    assert_int_equal(histogram_make(&most, 1, 20, &histogram), 0);
    assert_int_equal(histogram.bins[0].to, HISTOGRAM_TIME_MAX);
    assert_int_equal(histogram.bins[0].count, 1);
}

static void test_linear(void **state)
{
    /* Ten samples: 2 * cbrt(10) = 4.3 makes five bins; 20 … 40 ms in steps of 5 ms. */
    static const int64_t samples[] = {21 * MS, 22 * MS, 27 * MS, 25 * MS, 31 * MS,
                                      33 * MS, 34 * MS, 29 * MS, 39 * MS, 30 * MS};
    static const struct histogram_bin bins[] = {
        {20 * MS, 25 * MS, 2}, {25 * MS, 30 * MS, 3}, {30 * MS, 35 * MS, 4}, {35 * MS, 40 * MS, 1}};
    struct histogram histogram;

    (void)state;
    check(samples, 10, 20, &histogram);
    assert_int_equal(histogram.scale, HISTOGRAM_LINEAR);
    assert_bins(&histogram, bins, 4);
    check(samples, 10, 2, &histogram);
    assert_bins(&histogram,
                (const struct histogram_bin[]){{20 * MS, 30 * MS, 5}, {30 * MS, 40 * MS, 5}}, 2);
    check(samples, 10, 1, &histogram);
    assert_bins(&histogram, (const struct histogram_bin[]){{20 * MS, 40 * MS, 10}}, 1);
}

static void test_logarithmic(void **state)
{
    /* Nine samples, five bins: 1, 2, 5 per decade would be six. */
    static const int64_t samples[] = {1 * MS,  3 * MS,  7 * MS,  10 * MS, 20 * MS,
                                      50 * MS, 60 * MS, 70 * MS, 99 * MS};
    static const struct histogram_bin coarse[] = {{1 * MS, 10 * MS, 3}, {10 * MS, 100 * MS, 6}};
    static const struct histogram_bin fine[] = {{1 * MS, 2 * MS, 1},   {2 * MS, 5 * MS, 1},
                                                {5 * MS, 10 * MS, 1},  {10 * MS, 20 * MS, 1},
                                                {20 * MS, 50 * MS, 1}, {50 * MS, 100 * MS, 4}};
    struct histogram histogram;
    int64_t twice[90];

    (void)state;
    check(samples, 9, 20, &histogram);
    assert_int_equal(histogram.scale, HISTOGRAM_LOGARITHMIC);
    assert_bins(&histogram, coarse, 2);
    /* 90 samples may have nine bins, and six are taken. */
    for (size_t i = 0; i < 90; i++)
        twice[i] = samples[i % 9];
    check(twice, 90, 20, &histogram);
    assert_int_equal(histogram.count, 6);
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(histogram.bins[i].from, fine[i].from);
        assert_int_equal(histogram.bins[i].count, 10 * fine[i].count);
    }
}

/* The border between the two: ten times the smallest. */
static void test_scale(void **state)
{
    static const int64_t linear[] = {1 * MS, 5 * MS, 10 * MS - 1};
    static const int64_t logarithmic[] = {1 * MS, 5 * MS, 10 * MS};
    struct histogram histogram;

    (void)state;
    check(linear, 3, 20, &histogram);
    assert_int_equal(histogram.scale, HISTOGRAM_LINEAR);
    check(logarithmic, 3, 20, &histogram);
    assert_int_equal(histogram.scale, HISTOGRAM_LOGARITHMIC);
}

static uint64_t fullest(const struct histogram *histogram)
{
    uint64_t most = 0;

    for (size_t i = 0; i < histogram->count; i++)
        if (histogram->bins[i].count > most)
            most = histogram->bins[i].count;
    return most;
}

/* 999 samples around 10 ms and one far away, above or below: they must not be squeezed. */
static void test_outlier(void **state)
{
    static const int64_t outliers[] = {90 * MS, 10 * S, 3000 * S, 2 * MS, 20 * US, 0};
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    struct histogram histogram;
    int64_t samples[1000];

    (void)state;
    gsl_rng_set(rng, 1);
    for (size_t i = 0; i < 999; i++)
        samples[i] = 10 * MS + (int64_t)(gsl_ran_gaussian(rng, 50) * 1000);
    for (size_t i = 0; i < sizeof(outliers) / sizeof(outliers[0]); i++)
        for (size_t bins_max = 8; bins_max <= 24; bins_max += 4) {
            samples[999] = outliers[i];
            check(samples, 1000, bins_max, &histogram);
            assert_int_equal(histogram.scale, HISTOGRAM_TAILED);
            assert_true(fullest(&histogram) < 600);
            /* The outlier stands alone. */
            size_t bin = outliers[i] < 10 * MS ? 0 : histogram.count - 1;

            assert_int_equal(histogram.bins[bin].count, 1);
        }
    /* Without it there are no tails. */
    check(samples, 999, 20, &histogram);
    assert_int_equal(histogram.scale, HISTOGRAM_LINEAR);
    /* A few samples, too: nine close together and a slow one. */
    static const int64_t few[] = {10010 * US, 10020 * US, 10030 * US, 10040 * US, 10050 * US,
                                  10060 * US, 10070 * US, 10080 * US, 10090 * US, 3 * S};

    check(few, 10, 20, &histogram);
    assert_int_equal(histogram.scale, HISTOGRAM_TAILED);
    assert_true(fullest(&histogram) < 9);
    assert_int_equal(histogram.bins[histogram.count - 1].count, 1);
    gsl_rng_free(rng);
}

/* Two paths: the one's times and the other's are apart in the picture. */
static void test_two_modes(void **state)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    struct histogram histogram;
    int64_t samples[500];
    size_t peaks = 0;

    (void)state;
    gsl_rng_set(rng, 2);
    for (size_t i = 0; i < 500; i++)
        samples[i] = (i % 5 ? 1 * MS : 21 * MS) + (int64_t)(gsl_ran_exponential(rng, 40) * 1000);
    check(samples, 500, 20, &histogram);
    for (size_t i = 0; i < histogram.count; i++)
        peaks += histogram.bins[i].count > 50;
    assert_true(peaks >= 3); /* the first mode in two bins or more, the second in one */
    assert_int_equal(histogram.bins[histogram.count - 1].count, 100);
    gsl_rng_free(rng);
}

static int64_t as_time(double value)
{
    return (int64_t)fmin(value, 9e17);
}

static void test_properties(void **state)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);

    (void)state;
    gsl_rng_set(rng, 3);
    for (unsigned run = 0; run < 3000; run++) {
        int64_t samples[200];
        size_t count = 1 + gsl_rng_uniform_int(rng, 200);
        size_t bins_max = 1 + gsl_rng_uniform_int(rng, HISTOGRAM_BINS_MAX);
        double scale = pow(10, gsl_ran_flat(rng, 0, 14));
        double spread = gsl_ran_flat(rng, 0, 3);
        struct histogram one;
        struct histogram two;

        for (size_t i = 0; i < count; i++)
            switch (run % 4) {
            case 0:
                samples[i] = as_time(scale * gsl_ran_lognormal(rng, 0, spread));
                break;
            case 1:
                samples[i] = as_time(scale * (1 + 0.01 * gsl_ran_exponential(rng, spread)));
                break;
            case 2:
                samples[i] = as_time(scale * (1 + gsl_ran_pareto(rng, 0.5, 0.001)));
                break;
            default:
                samples[i] = (int64_t)gsl_ran_poisson(rng, spread) * 10 - 10;
                break;
            }
        check(samples, count, bins_max, &one);
        /* In any order the same. */
        gsl_ran_shuffle(rng, samples, count, sizeof(samples[0]));
        assert_int_equal(histogram_make(samples, count, bins_max, &two), 0);
        assert_int_equal(two.scale, one.scale);
        assert_bins(&two, one.bins, one.count);
    }
    gsl_rng_free(rng);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_none),      cmocka_unit_test(test_one),
        cmocka_unit_test(test_linear),    cmocka_unit_test(test_logarithmic),
        cmocka_unit_test(test_scale),     cmocka_unit_test(test_outlier),
        cmocka_unit_test(test_two_modes), cmocka_unit_test(test_properties),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
