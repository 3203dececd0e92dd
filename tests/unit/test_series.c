/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of stat/series: hand-made vectors, properties, the bound on memory, and memory that fails.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>

/* The source itself, so that its memory can be made to fail. */
static int allocations_left = -1; /* -1: without end */

static void *scarce_malloc(size_t size)
{
    if (allocations_left == 0)
        return NULL;
    allocations_left -= allocations_left > 0;
    return malloc(size);
}

static void *scarce_realloc(void *old, size_t size)
{
    if (allocations_left == 0)
        return NULL;
    allocations_left -= allocations_left > 0;
    return realloc(old, size);
}

#define malloc(size)       scarce_malloc(size)
#define realloc(old, size) scarce_realloc(old, size)
#include "stat/series.c"
#undef malloc
#undef realloc

/* splitmix64 (Steele, Lea, Flood 2014): the same values in every run. */
static uint64_t seed;

static uint64_t fresh(void)
{
    uint64_t z = seed += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static void assert_near(double value, double expected)
{
    if (!(fabs(value - expected) <= 1e-9 * fmax(1, fabs(expected))))
        fail_msg("%.17g, not %.17g", value, expected);
}

static struct series_summary summary_of(const int64_t *samples, size_t count)
{
    struct series series;
    struct series_summary summary;

    series_init(&series);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(series_add(&series, samples[i], 0), 0);
    assert_int_equal(series_summarize(&series, &summary), 0);
    assert_int_equal(summary.n, count);
    series_release(&series);
    assert_int_equal(series.n, 0);
    return summary;
}

static void test_empty(void **state)
{
    struct series_summary summary = summary_of(NULL, 0);
    struct series series;
    size_t count = 7;

    (void)state;
    assert_true(isnan(summary.min) && isnan(summary.mean) && isnan(summary.max));
    assert_true(isnan(summary.mdev) && isnan(summary.jitter));
    assert_true(isnan(summary.p50) && isnan(summary.p90) && isnan(summary.p95));
    assert_true(isnan(summary.p99) && isnan(summary.p50_low) && isnan(summary.p50_high));
    assert_int_equal(summary.jitter_n, 0);
    assert_int_equal(summary.quantile_n, 0);
    series_init(&series);
    assert_null(series_samples(&series, &count));
    assert_int_equal(count, 0);
}

static void test_one(void **state)
{
    struct series series;
    struct series_summary summary;
    size_t count;

    (void)state;
    /* Not a byte of memory beyond the struct, which is small. */
    assert_true(sizeof(series) <= 16);
    allocations_left = 0;
    series_init(&series);
    assert_int_equal(series_add(&series, 42, 0), 0);
    assert_int_equal(series_summarize(&series, &summary), 0);
    assert_int_equal(*series_samples(&series, &count), 42);
    assert_int_equal(count, 1);
    series_release(&series);
    allocations_left = -1;

    assert_near(summary.min, 42);
    assert_near(summary.mean, 42);
    assert_near(summary.max, 42);
    assert_near(summary.mdev, 0);
    assert_near(summary.p50, 42);
    assert_near(summary.p99, 42);
    assert_true(isnan(summary.jitter) && isnan(summary.p50_low));
    assert_int_equal(summary.quantile_n, 1);
}

static void test_vector(void **state)
{
    /* Sorted: 12 12 27 28 29 30 31 33 45 90. As R: quantile(x, c(.5, .9, .95, .99)), mean(x),
     * sqrt(mean(x^2) - mean(x)^2); the jitter worked out from the definition. */
    static const int64_t samples[] = {31, 12, 45, 27, 12, 90, 33, 28, 30, 29};
    struct series_summary summary = summary_of(samples, 10);

    (void)state;
    assert_near(summary.min, 12);
    assert_near(summary.max, 90);
    assert_near(summary.mean, 33.7);
    assert_near(summary.mdev, 20.88085247301939);
    assert_near(summary.p50, 29.5);
    assert_near(summary.p90, 49.5);
    assert_near(summary.p95, 69.75);
    assert_near(summary.p99, 85.95);
    assert_near(summary.jitter, 10.619699006943847);
    assert_int_equal(summary.jitter_n, 9);
    /* The 2nd of 10 and the 2nd from the end: 97.9 %. */
    assert_near(summary.p50_low, 12);
    assert_near(summary.p50_high, 45);
    assert_int_equal(summary.quantile_n, 10);
}

static void test_jitter(void **state)
{
    static const int64_t steps[] = {100, 132, 100, 84};
    struct series_summary summary = summary_of(steps, 2);

    (void)state;
    assert_near(summary.jitter, 2);
    summary = summary_of(steps, 4);
    /* 32/16 = 2; 2 + 30/16 = 3.875; 3.875 + 12.125/16 */
    assert_near(summary.jitter, 4.6328125);

    /* A steady |D| of 100 is reached as 100 (1 - (15/16)^n): within 5 % after 47. */
    int64_t samples[49];

    for (size_t i = 0; i < 49; i++)
        samples[i] = i % 2 ? 600 : 500;
    assert_true(summary_of(samples, 46).jitter < 95);
    assert_true(summary_of(samples, 48).jitter > 95);
}

static void test_median_rank(void **state)
{
    /* Worked out with whole numbers: the largest l with sum of C(n, 0 … l-1) <= 2^n / 40. */
    static const struct {
        uint64_t n, rank;
    } rows[] = {
        {0, 0},
        {1, 0},
        {5, 0},
        {6, 1},
        {7, 1},
        {8, 1},
        {9, 2},
        {10, 2},
        {11, 2},
        {12, 3},
        {15, 4},
        {16, 4},
        {17, 5},
        {20, 6},
        {25, 8},
        {30, 10},
        {50, 18},
        {99, 40},
        {100, 40},
        {101, 41},
        {1000, 469},
        {1001, 470},
        {1048576, 523284},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(series_median_rank(rows[i].n), rows[i].rank);
}

/* The interval holds the true median in 95 % of the cases or more: 50 of uniform 0 … 10^6. */
static void test_median_coverage(void **state)
{
    unsigned held = 0;

    (void)state;
    seed = 1;
    for (unsigned run = 0; run < 4000; run++) {
        int64_t samples[50];

        for (size_t i = 0; i < 50; i++)
            samples[i] = (int64_t)(fresh() % 1000001);
        struct series_summary summary = summary_of(samples, 50);

        held += summary.p50_low <= 500000 && 500000 <= summary.p50_high;
    }
    /* Exactly 96.7 %; the standard deviation is 0.28 %. */
    assert_in_range(held, 3868 - 45, 3868 + 45);
}

static void test_stable(void **state)
{
    /* A large offset: the mean of squares less the square of the mean would be lost in rounding. */
    static const int64_t samples[] = {1000000000000004, 1000000000000007, 1000000000000013,
                                      1000000000000016};
    struct series_summary summary = summary_of(samples, 4);
    int64_t equal[1000];

    (void)state;
    assert_true(summary.mean == 1000000000000010.0);
    assert_near(summary.mdev, sqrt(22.5));
    for (size_t i = 0; i < 1000; i++)
        equal[i] = 123456789;
    summary = summary_of(equal, 1000);
    assert_true(summary.mdev == 0 && summary.jitter == 0 && summary.mean == 123456789);
    assert_true(summary.p50 == 123456789 && summary.p99 == 123456789);
    assert_true(summary.p50_low == 123456789 && summary.p50_high == 123456789);
}

static void test_extremes(void **state)
{
    static const int64_t samples[] = {INT64_MIN, INT64_MAX, INT64_MIN, INT64_MAX};
    struct series_summary summary = summary_of(samples, 4);

    (void)state;
    assert_true(summary.min == -0x1p63 && summary.max == 0x1p63);
    assert_true(isfinite(summary.jitter) && isfinite(summary.mdev) && isfinite(summary.p90));
}

/* Quantiles rise with p and stay within min … max; all but jitter is the same in any order. */
static void test_properties(void **state)
{
    (void)state;
    seed = 2;
    for (unsigned run = 0; run < 2000; run++) {
        int64_t samples[64];
        size_t count = 2 + fresh() % 63;
        uint64_t range = UINT64_C(1) << fresh() % 50;

        for (size_t i = 0; i < count; i++)
            samples[i] = (int64_t)(fresh() % range);
        struct series_summary one = summary_of(samples, count);

        for (size_t i = count - 1; i > 0; i--) {
            size_t other = fresh() % (i + 1);
            int64_t sample = samples[i];

            samples[i] = samples[other];
            samples[other] = sample;
        }
        struct series_summary two = summary_of(samples, count);

        assert_true(one.min <= one.p50 && one.p50 <= one.p90 && one.p90 <= one.p95);
        assert_true(one.p95 <= one.p99 && one.p99 <= one.max);
        assert_true(one.min <= one.mean && one.mean <= one.max);
        assert_true(one.mdev >= 0 && one.mdev <= (one.max - one.min) / 2 * (1 + 1e-12));
        assert_true(one.jitter >= 0 && one.jitter <= one.max - one.min);
        assert_true(count < 6 ? isnan(one.p50_low)
                              : one.p50_low <= one.p50 && one.p50 <= one.p50_high);
        assert_true(one.min == two.min && one.max == two.max && one.p50 == two.p50);
        assert_true(one.p99 == two.p99 && !(one.p50_low < two.p50_low));
        assert_near(one.mean, two.mean);
        assert_near(one.mdev, two.mdev);
    }
}

/* Beyond the bound: a ramp 0, 1, 2, … whose every part must be kept alike. */
static void test_reservoir(void **state)
{
    const uint64_t total = 3 * (uint64_t)SERIES_KEPT_MAX;
    struct series series;
    struct series_summary summary;
    const int64_t *samples;
    size_t count;

    (void)state;
    seed = 3;
    series_init(&series);
    for (uint64_t i = 0; i < SERIES_KEPT_MAX; i++)
        assert_int_equal(series_add(&series, (int64_t)i, fresh()), 0);
    samples = series_samples(&series, &count);
    assert_int_equal(count, SERIES_KEPT_MAX);
    for (size_t i = 0; i < count; i++)
        assert_true(samples[i] == (int64_t)i);
    assert_int_equal(series_summarize(&series, &summary), 0);
    assert_near(summary.p50, (SERIES_KEPT_MAX - 1) / 2.0);

    /* From here on it takes no more memory. */
    allocations_left = 0;
    for (uint64_t i = SERIES_KEPT_MAX; i < total; i++)
        assert_int_equal(series_add(&series, (int64_t)i, fresh()), 0);
    allocations_left = -1;
    samples = series_samples(&series, &count);
    assert_int_equal(count, SERIES_KEPT_MAX);
    unsigned thirds[3] = {0, 0, 0};

    for (size_t i = 0; i < count; i++)
        thirds[(uint64_t)samples[i] / SERIES_KEPT_MAX]++;
    /* Each is hypergeometric with mean 2^20 / 3 and deviation 394: five of them. */
    for (size_t i = 0; i < 3; i++)
        assert_in_range(thirds[i], 349525 - 1970, 349525 + 1970);

    assert_int_equal(series_summarize(&series, &summary), 0);
    assert_int_equal(summary.n, total);
    assert_int_equal(summary.quantile_n, SERIES_KEPT_MAX);
    assert_int_equal(summary.jitter_n, total - 1);
    assert_true(summary.min == 0 && summary.max == (double)(total - 1));
    assert_near(summary.mean, (double)(total - 1) / 2);
    assert_near(summary.mdev, sqrt(((double)total * (double)total - 1) / 12));
    assert_near(summary.jitter, 1);
    /* The deviation of the sample median is 0.5 / sqrt(2^20) of the range, at most. */
    assert_true(fabs(summary.p50 / (double)total - 0.5) < 5 * 0.5 / 1024);
    assert_true(summary.p50_low < summary.p50 && summary.p50 < summary.p50_high);
    series_release(&series);
}

/* A series that cannot grow stays as it was, and goes on when there is memory again. */
static void test_memory(void **state)
{
    struct series series;
    struct series_summary summary = {.n = 99};
    size_t count;

    (void)state;
    series_init(&series);
    assert_int_equal(series_add(&series, 5, 0), 0);
    allocations_left = 0;
    assert_int_equal(series_add(&series, 6, 0), -FAULT_MEMORY);
    assert_int_equal(series.n, 1);
    assert_int_equal(*series_samples(&series, &count), 5);
    allocations_left = 1;
    for (int64_t i = 6; i < 13; i++)
        assert_int_equal(series_add(&series, i, 0), 0);
    assert_int_equal(series_add(&series, 13, 0), -FAULT_MEMORY);
    assert_int_equal(series_summarize(&series, &summary), -FAULT_MEMORY);
    assert_int_equal(summary.n, 99);
    allocations_left = -1;
    assert_int_equal(series_summarize(&series, &summary), 0);
    assert_int_equal(summary.n, 8);
    assert_near(summary.mean, 8.5);
    assert_int_equal(series_add(&series, 13, 0), 0);
    assert_int_equal(series_summarize(&series, &summary), 0);
    assert_near(summary.max, 13);
    assert_near(summary.mean, 9);
    series_release(&series);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),       cmocka_unit_test(test_one),
        cmocka_unit_test(test_vector),      cmocka_unit_test(test_jitter),
        cmocka_unit_test(test_median_rank), cmocka_unit_test(test_median_coverage),
        cmocka_unit_test(test_stable),      cmocka_unit_test(test_extremes),
        cmocka_unit_test(test_properties),  cmocka_unit_test(test_reservoir),
        cmocka_unit_test(test_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
