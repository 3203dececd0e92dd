/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of stat/isn/battery: each test against its definition, Holm's steps, weak generators found,
 * and the promise about false alarms. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stat/isn/battery.h"
#include "stat/isn/battery_tests.h"

#define MOST 2048

static void assert_near(double value, double expected, double tolerance)
{
    if (!(fabs(value - expected) <= tolerance * fmax(1, fabs(expected))))
        fail_msg("%.17g, not %.17g", value, expected);
}

/* splitmix64: a fixed stream of well-mixed numbers (Steele, Lea, Flood, OOPSLA 2014). */
static uint32_t mixed(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return (uint32_t)((z ^ z >> 31) >> 32);
}

static int compare_values(const void *a, const void *b)
{
    uint32_t first = *(const uint32_t *)a;
    uint32_t second = *(const uint32_t *)b;

    return (first > second) - (first < second);
}

static void test_single(void **state)
{
    static const uint32_t steps[] = {5, 9, 2, 7, 1, 8, 8, 3};
    static const uint32_t sorted[] = {3, 3, 3, 7, 9, 9};
    uint32_t even[64];
    uint32_t ones[20];
    struct isn_score score;

    (void)state;
    /* 18 of 20: z = 16 / sqrt 20, p = 2 (C(20, 2) + 20 + 1) / 2^20 */
    for (unsigned i = 0; i < 20; i++)
        ones[i] = i < 18 ? 4 : 0;
    score = isn_test_bit(ones, 20, 2);
    assert_near(score.statistic, 16 / sqrt(20), 1e-12);
    assert_near(score.p, 422.0 / 1048576, 1e-9);
    assert_near(isn_test_bit(ones, 20, 3).p, 2.0 / 1048576, 1e-9);
    assert_near(isn_test_bit(ones, 1, 2).p, 1, 0);

    /* 5 9 2 7 1 8 3: six runs of seven distinct neighbours; mean 13/3, variance 96/90 - … */
    score = isn_test_up_down_runs(steps, 8);
    assert_near(score.statistic, (6 - 13.0 / 3) / sqrt((16.0 * 7 - 29) / 90), 1e-12);
    /* about 6: - + - + - + + -: seven runs of 4 and 4 */
    score = isn_test_median_runs(steps, 8, 6);
    assert_near(score.statistic, (7 - 5.0) / sqrt(32.0 * 24 / (64 * 7)), 1e-12);

    /* Three pairs and one. */
    score = isn_test_collisions(sorted, 6);
    assert_near(score.statistic, 4, 0);
    assert_near(score.p, pow(30.0 / 8589934592.0, 4) / 24, 1e-6);
    assert_near(isn_test_collisions(steps, 3).p, 1, 0);

    /* Evenly spread: U is 0; all in one place: 1 - 1/n. */
    for (uint32_t i = 0; i < 64; i++)
        even[i] = i << 26;
    score = isn_test_spacings(even, 64);
    assert_near(score.statistic, -pow(63.0 / 64, 64) / sqrt((2 * exp(-1) - 5 * exp(-2)) / 64),
                1e-9);
    memset(even, 0, sizeof(even));
    score = isn_test_spacings(even, 64);
    assert_near(score.statistic,
                (63.0 / 64 - pow(63.0 / 64, 64)) / sqrt((2 * exp(-1) - 5 * exp(-2)) / 64), 1e-9);
}

static void test_increment(void **state)
{
    uint32_t values[41];
    struct isn_score score;

    (void)state;
    /* 30 of 40 steps of the second byte are 7, all others differ. */
    values[0] = 0xab00ff;
    for (uint32_t i = 1; i < 41; i++)
        values[i] = values[i - 1] + ((i <= 30 ? 7 : 20 + i) << 8);
    score = isn_test_increment(values, values + 1, 40, 8);
    assert_near(score.statistic, 30, 0);
    assert_true(score.p < 1e-60);
    /* One of each is what chance gives. */
    for (uint32_t i = 1; i < 41; i++)
        values[i] = values[i - 1] + (i << 8);
    assert_near(isn_test_increment(values, values + 1, 40, 8).p, 1, 0);
}

static void test_symbols(void **state)
{
    uint32_t values[160];
    struct isn_score score;

    (void)state;
    /* Ten of each nibble, then eight of one moved to another: 2 * 64 / 10. */
    for (uint32_t i = 0; i < 160; i++)
        values[i] = i % 16 << 12;
    score = isn_test_symbols(values, 160, 12, 4);
    assert_near(score.statistic, 0, 1e-12);
    assert_near(score.p, 1, 1e-6);
    for (uint32_t i = 0; i < 8; i++)
        values[16 * i + 3] = 4 << 12;
    score = isn_test_symbols(values, 160, 12, 4);
    assert_near(score.statistic, 12.8, 1e-12);
    /* Near the chi-square distribution's, above it in the tail. */
    assert_near(score.p, gsl_cdf_chisq_Q(12.8, 15), 0.02);
    for (uint32_t i = 0; i < 160; i++)
        values[i] = i < 40 ? 0 : values[i];
    score = isn_test_symbols(values, 160, 12, 4);
    assert_true(score.p < 1e-8 && score.p > gsl_cdf_chisq_Q(score.statistic, 15));
}

static void test_waves(void **state)
{
    uint32_t values[240];
    uint64_t random = 1;
    struct isn_score score;

    (void)state;
    assert_int_equal(isn_smooth(1), 1);
    assert_int_equal(isn_smooth(7), 6);
    assert_int_equal(isn_smooth(2048), 2048);
    assert_int_equal(isn_smooth(2039), 2025);
    assert_int_equal(isn_smooth(1000003), 1000000);
    /* A sine of twelve samples: all power in one ordinate, and an autocorrelation of one. */
    for (unsigned i = 0; i < 240; i++)
        values[i] = (uint32_t)(2147483648.0 + 1e9 * sin(2 * M_PI * i / 12));
    score = isn_test_periodogram(values, 240);
    assert_near(score.statistic, 1, 1e-9);
    assert_true(score.p < 1e-100);
    score = isn_test_correlation(values, 240, 12);
    assert_near(score.statistic, (228.0 / 240 + 228.0 / (240 * 239)) / sqrt(228.0 / (240 * 242.0)),
                1e-6);
    assert_true(isn_test_correlation(values, 240, 6).statistic < -14);
    for (unsigned i = 0; i < 240; i++)
        values[i] = mixed(&random);
    assert_true(isn_test_periodogram(values, 240).p > 1e-3);
}

static void test_holm(void **state)
{
    struct isn_battery battery = {0};
    static const double p[] = {0.01, 0.04, 0.03, 0.005};

    (void)state;
    /* Holm's steps at 0.05: 0.005 < 0.05/4, 0.01 < 0.05/3, 0.03 > 0.05/2. */
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(isn_battery_add(&battery, "all", 1, p[i], "test %u", i), 0);
    assert_int_equal(isn_battery_judge(&battery, 0.05), 2);
    assert_true(battery.tests[0].rejected && battery.tests[3].rejected);
    assert_false(battery.tests[1].rejected || battery.tests[2].rejected);
    assert_string_equal(battery.tests[3].name, "test 3");
    /* Again, with another alpha: nothing is left of the first time. */
    assert_int_equal(isn_battery_judge(&battery, 1e-4), 0);
    assert_false(battery.tests[3].rejected);
    /* 0.05/3 for the third when the first two fall: the whole family goes. */
    battery.tests[2].p = 0.02;
    assert_int_equal(isn_battery_judge(&battery, 0.05), 4);
    /* Collisions are judged by themselves, and share their 2e-5. */
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(isn_battery_add(&battery, "all", 1, 1.5e-5, "collisions"), 0);
        battery.tests[4 + i].collision = true;
    }
    assert_int_equal(isn_battery_judge(&battery, 0.05), 4);
    battery.tests[4].p = 0.9e-5;
    assert_int_equal(isn_battery_judge(&battery, 1e-9), 1);
    assert_true(battery.tests[4].rejected);
    /* What could not be computed is no evidence. */
    isn_battery_release(&battery);
    assert_int_equal(isn_battery_add(&battery, "all", 1, (double)NAN, "nothing"), 0);
    assert_int_equal(isn_battery_judge(&battery, 0.5), 0);
    isn_battery_release(&battery);
    assert_int_equal(battery.count, 0);
}

/* Whether a rejected test has `words` in its name. */
static bool rejects(const struct isn_battery *battery, const char *words)
{
    for (size_t i = 0; i < battery->count; i++)
        if (battery->tests[i].rejected && strstr(battery->tests[i].name, words) != NULL)
            return true;
    return false;
}

enum weakness { BIASED_BIT, STUCK_HALF, POOL, NO_TOP_BIT, COUNTS, WAVE, TOP_COUNTS, CONSTANT };

static uint32_t weak(enum weakness weakness, uint32_t i, uint64_t *random)
{
    uint32_t value = mixed(random);

    switch (weakness) {
    case BIASED_BIT:
        return (value & 0x7fffffff) | (mixed(random) % 100 < 65 ? 0x80000000 : 0);
    case STUCK_HALF:
        return value << 16;
    case POOL:
        return (value % 4096 + 1) * 2654435761U;
    case NO_TOP_BIT:
        return value >> 1;
    case COUNTS:
        return i * 64000;
    case WAVE:
        return (uint32_t)(value / 2 + 1e9 * (1 + sin(i * 0.7)));
    case TOP_COUNTS:
        return (value & 0xffffff) | i << 24;
    case CONSTANT:
        return 1000000;
    }
    return 0;
}

static void test_weak(void **state)
{
    static const struct {
        enum weakness weakness;
        size_t count;
        const char *words;
    } rows[] = {
        {BIASED_BIT, 512, "bit 31"},
        {STUCK_HALF, 128, "bit 0"},
        {STUCK_HALF, 128, "nibble 0, chi-square"},
        {POOL, 512, "collisions"},
        {NO_TOP_BIT, 64, "bit 31"},
        {COUNTS, 512, "correlation, lag 1"},
        {COUNTS, 512, "runs about the median"},
        {WAVE, 256, "Fisher's g"},
        {TOP_COUNTS, 64, "byte 3, commonest increment"},
        {TOP_COUNTS, 2048, "byte 3 of the differences"},
        {TOP_COUNTS, 2048, "runs up and down"},
        {CONSTANT, 32, "collisions"},
        {CONSTANT, 2048, "Rao's spacings"},
    };
    static uint32_t isns[MOST];

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct isn_battery battery = {0};
        uint64_t random = 7 + i;

        for (uint32_t k = 0; k < rows[i].count; k++)
            isns[k] = weak(rows[i].weakness, k, &random);
        assert_int_equal(isn_battery_add_series(&battery, "all", isns, rows[i].count), 0);
        assert_true(isn_battery_judge(&battery, ISN_BATTERY_ALPHA) > 0);
        if (!rejects(&battery, rows[i].words))
            fail_msg("row %zu: '%s' is not rejected", i, rows[i].words);
        isn_battery_release(&battery);
    }
}

static void test_few(void **state)
{
    static const uint32_t isns[] = {5, 5, 5};
    struct isn_battery battery = {0};

    (void)state;
    assert_int_equal(isn_battery_add_series(&battery, "fixed", isns, 0), 0);
    assert_int_equal(battery.count, 0);
    assert_int_equal(isn_battery_add_series(&battery, "fixed", isns, 1), 0);
    assert_int_equal(isn_battery_judge(&battery, ISN_BATTERY_ALPHA), 0);
    assert_int_equal(isn_battery_add_series(&battery, "fixed", isns, 3), 0);
    assert_int_equal(battery.count, 2);
    assert_string_equal(battery.tests[0].series, "fixed");
    assert_int_equal(isn_battery_judge(&battery, ISN_BATTERY_ALPHA), 1);
    isn_battery_release(&battery);
}

/* Well-mixed streams: the family's error at several levels, and that of the parts at one. */
static void false_alarms(size_t count, unsigned streams, uint64_t seed)
{
    static uint32_t isns[MOST];
    unsigned family[3] = {0, 0, 0};
    unsigned small = 0;
    size_t tests = 0;

    for (unsigned stream = 0; stream < streams; stream++) {
        static const double alpha[3] = {0.05, 0.01, ISN_BATTERY_ALPHA};
        struct isn_battery battery = {0};

        for (size_t i = 0; i < count; i++)
            isns[i] = mixed(&seed);
        assert_int_equal(isn_battery_add_series(&battery, "all", isns, count), 0);
        assert_int_equal(isn_battery_add_series(&battery, "half", isns, count / 2), 0);
        for (unsigned i = 0; i < 3; i++)
            family[i] += isn_battery_judge(&battery, alpha[i]) > 0;
        for (size_t i = 0; i < battery.count; i++)
            small += battery.tests[i].p < 0.01;
        tests += battery.count;
        isn_battery_release(&battery);
    }
    /* Three standard deviations above what is promised. */
    assert_true(family[0] <= 0.05 * streams + 3 * sqrt(0.05 * streams));
    assert_true(family[1] <= 0.01 * streams + 3 * sqrt(0.01 * streams) + 1);
    assert_int_equal(family[2], 0);
    /* And the p values mean what they say: not too small, and, most tests being so, not too large.
     */
    assert_in_range(small, tests * 6 / 1000, tests * 11 / 1000);
}

static void test_false_alarms(void **state)
{
    (void)state;
    false_alarms(128, 2000, 20261);
    false_alarms(512, 600, 20262);
    false_alarms(2048, 200, 20263);
}

/* A million equal ISNs: far beyond any sample, and no arithmetic gives way. */
static void test_extremes(void **state)
{
    size_t count = 200000;
    uint32_t *isns = calloc(count, sizeof(*isns));
    struct isn_battery battery = {0};

    (void)state;
    assert_non_null(isns);
    assert_int_equal(isn_battery_add_series(&battery, "all", isns, count), 0);
    assert_true(isn_battery_judge(&battery, ISN_BATTERY_ALPHA) > 40);
    for (size_t i = 0; i < battery.count; i++)
        assert_true(battery.tests[i].p >= 0 && battery.tests[i].p <= 1);
    isn_battery_release(&battery);
    for (size_t i = 0; i < count; i++)
        isns[i] = (uint32_t)(i * 21474);
    qsort(isns, count, sizeof(*isns), compare_values);
    assert_int_equal(isn_battery_add_series(&battery, "all", isns, count), 0);
    assert_true(isn_battery_judge(&battery, ISN_BATTERY_ALPHA) > 0);
    isn_battery_release(&battery);
    free(isns);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_single),   cmocka_unit_test(test_increment),
        cmocka_unit_test(test_symbols),  cmocka_unit_test(test_waves),
        cmocka_unit_test(test_holm),     cmocka_unit_test(test_weak),
        cmocka_unit_test(test_few),      cmocka_unit_test(test_false_alarms),
        cmocka_unit_test(test_extremes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
