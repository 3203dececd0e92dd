/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of stat/isn/quantile: quantiles, shortest intervals and arcs, and their odds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "isn_streams_parts.h"
#include "stat/isn/quantile.h"

static void test_quantile(void **state)
{
    double values[101];

    (void)state;
    /* A permutation of 0 … 100. */
    for (size_t i = 0; i < 101; i++)
        values[i] = (double)(i * 37 % 101);
    for (int share = 0; share <= 100; share++)
        assert_true(isn_quantile(values, 101, share / 100.0) == share);
    for (size_t i = 0; i < 101; i++)
        values[i] = i < 50 ? 3 : 7;
    assert_true(isn_quantile(values, 101, 0.25) == 3);
    assert_true(isn_quantile(values, 101, 0.75) == 7);
    assert_true(isnan(isn_quantile(values, 0, 0.5)));
}

static void test_interval(void **state)
{
    static const double sorted[] = {-90, 1, 2, 3, 4, 50, 60, 70, 80, 90};
    double middle;

    (void)state;
    assert_true(isn_interval(sorted, 10, 0.4, &middle) == 3);
    assert_true(middle == 2.5);
    assert_true(isn_interval(sorted, 10, 1, &middle) == 180);
    assert_true(isn_interval(sorted, 0, 0.5, &middle) == 0);
}

/* The shortest arc may go over 0. */
static void test_arc(void **state)
{
    static const double sorted[] = {1, 3, 40, 60, 97, 99};
    double middle;

    (void)state;
    assert_true(isn_arc(sorted, 6, 4 / 6.0, 100, &middle) == 6);
    assert_true(middle == 0);
    assert_true(isn_arc(sorted, 6, 1, 100, &middle) == 63);
}

/* Three points on one half of a circle: 3/4; all of n in an arc of part f: n f^(n-1). */
static void test_odds(void **state)
{
    (void)state;
    assert_true(fabs(isn_arc_log10_p(3, 3, 0.5) - log10(0.75)) < 1e-9);
    assert_true(fabs(isn_arc_log10_p(20, 20, 0.01) - (log10(20) - 38)) < 1e-9);
    assert_true(isn_arc_log10_p(20, 10, 0.9) == 0);
}

/* As often as the odds say: 40 of 50 points within 0.6 of the circle. */
static void test_odds_hold(void **state)
{
    struct isn_noise noise = {.state = 7};
    double values[50];
    double middle;
    size_t hits = 0;
    double limit = pow(10, isn_arc_log10_p(50, 45, 0.6));

    (void)state;
    for (int i = 0; i < 20000; i++) {
        for (size_t j = 0; j < 50; j++)
            values[j] = isn_noise_uniform(&noise);
        isn_sort(values, 50);
        hits += isn_arc(values, 50, 0.9, 1, &middle) <= 0.6;
    }
    assert_true((double)hits / 20000 <= 1.2 * limit);
}

static void test_gcd(void **state)
{
    (void)state;
    assert_int_equal(isn_gcd(64000, 250000), 2000);
    assert_int_equal(isn_gcd(0, 7), 7);
    assert_int_equal(isn_gcd(7, 0), 7);
    assert_int_equal(isn_gcd(UINT64_C(1) << 40, UINT64_C(3) << 38), INT64_C(1) << 38);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quantile),  cmocka_unit_test(test_interval),
        cmocka_unit_test(test_arc),       cmocka_unit_test(test_odds),
        cmocka_unit_test(test_odds_hold), cmocka_unit_test(test_gcd),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
