/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of stat/isn/cost: the closed forms, the estimator against them, and what it must not do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stat/isn/cost.h"

#define MOST  2048
#define SPACE 4294967296.0

static void assert_near(double value, double expected, double tolerance)
{
    if (!(fabs(value - expected) <= tolerance * fabs(expected)))
        fail_msg("%.17g, not %.17g", value, expected);
}

static uint64_t mixed(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

/* Above 0, at most 1. */
static double uniform(uint64_t *state)
{
    return ((double)(mixed(state) >> 11) + 1) / 9007199254740992.0;
}

static double normal(uint64_t *state)
{
    double radius = sqrt(-2 * log(uniform(state)));

    return radius * cos(2 * M_PI * uniform(state));
}

static uint32_t wrapped(double value)
{
    return (uint32_t)(int64_t)floor(value);
}

static void test_closed_forms(void **state)
{
    (void)state;
    assert_near(isn_cost_acceptable(SPACE, 1), 2147483648.0, 1e-12);
    assert_near(isn_cost_acceptable(SPACE, 8), 3.6e8, 0.02);
    assert_near(isn_cost_acceptable(SPACE, 32), 9.2e7, 0.01);
    assert_near(isn_cost_acceptable(16777216, 1), 8388608, 1e-12);
    assert_near(isn_cost_acceptable(SPACE, 2), SPACE * (1 - sqrt(0.5)), 1e-12);

    assert_near(isn_cost_attempts(1), 1, 0);
    assert_near(isn_cost_attempts(0.5), 1, 0);
    assert_near(isn_cost_attempts(0.3), 2, 0);
    assert_near(isn_cost_attempts(0.29), 3, 0);
    assert_near(isn_cost_attempts(1e-9), 693147181, 1e-8);
    assert_true(isinf(isn_cost_attempts(0)));
    assert_near(isn_cost_repeated(1, 0.3), 4, 0);
    assert_near(isn_cost_repeated(99, 0.6), 100, 0);

    assert_near(isn_cost_in_window(2147483648.0, 65535), 32769, 0);
    assert_near(isn_cost_in_window(10, 65535), 1, 0);
    assert_near(isn_cost_seconds(2147483648.0, 1e6), 2147.483648, 1e-12);
    assert_true(isinf(isn_cost_seconds(1, 0)));
    /* A tenth of N50 in one life: 5 %, fourteen times. */
    assert_near(isn_cost_begun(63e6, 1e5, 63), 14, 0);
    assert_near(isn_cost_begun(1e5, 1e5, 63), 1, 0);
}

static void test_certified(void **state)
{
    static const struct {
        size_t count;
        double collisions, bits;
    } rows[] = {{128, 0, 11.4},   {512, 0, 15.4},    {2048, 0, 19.4},
                {10000, 0, 24.0}, {100000, 1, 30.0}, {1000000, 116, 31.8}};
    static const uint32_t sorted[] = {1, 1, 1, 1, 2, 3, 3};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (fabs(isn_cost_certified_bits(rows[i].count, rows[i].collisions) - rows[i].bits) > 0.06)
            fail_msg("%zu: %g bits", rows[i].count,
                     isn_cost_certified_bits(rows[i].count, rows[i].collisions));
    /* Garwood's limits: 0 seen 2.9957, 1 seen 4.7439, 10 seen 16.962. */
    assert_near(isn_cost_certified_bits(1001, 0), log2(500500 / 2.995732), 1e-6);
    assert_near(isn_cost_certified_bits(1001, 1), log2(500500 / 4.743865), 1e-6);
    assert_near(isn_cost_certified_bits(1001, 10), log2(500500 / 16.962219), 1e-6);
    /* All equal: nothing. */
    assert_true(isn_cost_certified_bits(100, 4950) <= 0);
    /* Of two values, and as many as there can be: never more than a bit, and near it. */
    for (size_t count = 1000; count <= 100000000; count = count * 3 / 2) {
        double pairs = (double)count * (double)(count - 1) / 4;

        assert_near(isn_cost_certified_bits(count, pairs), 1, 0.01);
    }
    /* Where one way ends and the other begins. */
    assert_near(isn_cost_certified_bits(10000, 999), isn_cost_certified_bits(10000, 1000), 0.002);
    assert_true(isn_cost_certified_bits(1, 0) <= 0);
    assert_near(isn_cost_collisions(sorted, 7), 7, 0);
    assert_near(isn_cost_rule_of_three(300), 0.01, 1e-12);
    assert_near(isn_cost_rule_of_three(1), 1, 0);
}

static void test_lattice(void **state)
{
    static const uint32_t grid[] = {7, 64007, 192007, 64007, 4294967296U - 64000 + 7};
    static const uint32_t wide[] = {0, 0xc0000000, 0x00100000, 0x70200000};
    static const uint32_t equal[] = {9, 9, 9};

    (void)state;
    assert_int_equal(isn_cost_lattice(grid, 5), 64000);
    /* Over the whole circle only a power of two can be told. */
    assert_int_equal(isn_cost_lattice(wide, 4), 0x100000);
    assert_int_equal(isn_cost_lattice(equal, 3), 1);
    assert_int_equal(isn_cost_lattice(equal, 0), 1);
}

enum shape { CONSTANT, COIN, NARROW, GAUSS, GRID, UNIFORM, SHORT_HASH, ONE_IN_THREE, SIDES };

static uint32_t error(enum shape shape, uint64_t *random)
{
    switch (shape) {
    case CONSTANT:
        return 12345;
    case COIN: /* One of five values, alike. */
        return (uint32_t)(1000003 * (mixed(random) % 5));
    case NARROW: /* 2^15 values, around 0. */
        return (uint32_t)(mixed(random) % 32768) - 16384;
    case GAUSS:
        return wrapped(2.5e5 * normal(random));
    case GRID: /* Steps of 64000, two hundred of them. */
        return (uint32_t)(64000 * (mixed(random) % 200)) - 100;
    case UNIFORM:
        return (uint32_t)mixed(random);
    case SHORT_HASH:
        return (uint32_t)(mixed(random) & 0xffffff) + 0xff000000;
    case ONE_IN_THREE: /* A third is hit exactly, of the rest nothing is known. */
        return mixed(random) % 3 == 0 ? 77 : (uint32_t)mixed(random);
    case SIDES: /* On both sides of 0, half of the circle apart. */
        return (uint32_t)(mixed(random) % 1000) + (mixed(random) % 2 == 0 ? 0 : 0x80000000);
    }
    return 0;
}

static void test_estimates(void **state)
{
    static const struct {
        enum shape shape;
        size_t count;
        double n50, tolerance;
        bool list;
    } rows[] = {
        {CONSTANT, 16, 1, 0, true},
        {CONSTANT, 2048, 1, 0, true},
        {COIN, 2048, 3, 0, true},
        {NARROW, 2048, 16384, 0.1, false},
        {NARROW, 128, 16384, 0.35, false},
        {GAUSS, 2048, 1.349 * 2.5e5, 0.12, false},
        {GRID, 2048, 100, 0.12, false},
        {UNIFORM, 2048, 2147483648.0, 0.1, false},
        {UNIFORM, 128, 2147483648.0, 0.35, false},
        {SHORT_HASH, 2048, 8388608, 0.1, false},
        /* Two attempts of two packets, or three with the lower limit. */
        {ONE_IN_THREE, 2048, 5, 0.2, true},
    };
    static uint32_t errors[MOST];

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint64_t random = 100 + i;
        struct isn_cost cost;
        double low, high;

        for (size_t k = 0; k < rows[i].count; k++)
            errors[k] = error(rows[i].shape, &random);
        uint32_t lattice = rows[i].shape == GRID ? isn_cost_lattice(errors, rows[i].count) : 1;

        assert_int_equal(isn_cost_estimate(errors, rows[i].count, lattice, &cost), 0);
        if (!(fabs(cost.n50 - rows[i].n50) <= rows[i].tolerance * rows[i].n50))
            fail_msg("row %zu: %g, not %g", i, cost.n50, rows[i].n50);
        assert_int_equal(cost.list, rows[i].list);
        assert_int_equal(isn_cost_interval(errors, rows[i].count, lattice, 60, 5, &low, &high), 0);
        if (!(low <= rows[i].n50 && rows[i].n50 <= high && high <= 3 * rows[i].n50))
            fail_msg("row %zu: %g … %g, not %g", i, low, high, rows[i].n50);
    }
}

/* What is given with the number. */
static void test_details(void **state)
{
    static uint32_t errors[MOST];
    uint64_t random = 9;
    struct isn_cost cost;
    double low, high, again;

    (void)state;
    for (size_t i = 0; i < MOST; i++)
        errors[i] = error(GRID, &random);
    assert_int_equal(isn_cost_estimate(errors, MOST, 64000, &cost), 0);
    /* Of the arc, be it the arc or the list that is cheaper. */
    assert_near(cost.span, 100 * 64000, 0.12);
    assert_true((cost.span - 1) / 64000 + 1 >= cost.guesses);
    assert_near(cost.attempts, 1, 0);
    assert_true(cost.hit >= 0.5 && cost.hit < 0.52);
    /* The list does as well without knowing the lattice. */
    assert_int_equal(isn_cost_estimate(errors, MOST, 1, &cost), 0);
    assert_true(cost.list && cost.n50 < 130);

    for (size_t i = 0; i < MOST; i++)
        errors[i] = error(ONE_IN_THREE, &random);
    assert_int_equal(isn_cost_estimate(errors, MOST, 1, &cost), 0);
    assert_true(cost.attempts >= 2 && cost.hit > 0.25 && cost.hit < 0.36);
    assert_near(cost.n50, cost.attempts * (cost.guesses + 1), 1e-12);

    /* The arc of both sides: half of them, or the way from one to the other. */
    for (size_t i = 0; i < MOST; i++)
        errors[i] = error(SIDES, &random);
    assert_int_equal(isn_cost_estimate(errors, MOST, 1, &cost), 0);
    assert_true(cost.n50 <= 4 * 1001);

    /* The same random number, the same interval. */
    assert_int_equal(isn_cost_interval(errors, 300, 1, 100, 77, &low, &high), 0);
    assert_int_equal(isn_cost_interval(errors, 300, 1, 100, 77, &again, &high), 0);
    assert_near(again, low, 0);

    assert_int_equal(isn_cost_estimate(errors, ISN_COST_LEAST - 1, 1, &cost), 0);
    assert_true(isnan(cost.n50));
    assert_int_equal(isn_cost_interval(errors, 3, 1, 100, 77, &low, &high), 0);
    assert_true(isnan(low) && isnan(high));
    /* Equal errors on the whole circle: no way round counts as an arc of nothing. */
    for (size_t i = 0; i < 40; i++)
        errors[i] = i % 2 == 0 ? 5 : (uint32_t)mixed(&random);
    assert_int_equal(isn_cost_estimate(errors, 40, 1, &cost), 0);
    assert_near(cost.n50, 2147483648.0, 0);
}

/*
 * The pitfall: guesses that are chosen and judged on the same rows. Of random increments of 2^15
 * values the 64 that were seen first are "good" for all 64 rows; held out they hit one in 500.
 */
static void test_held_out(void **state)
{
    static uint32_t errors[128];
    static uint32_t same[256];
    struct isn_cost held;
    struct isn_cost seen;
    uint64_t random = 4;

    (void)state;
    for (size_t i = 0; i < 128; i++) {
        errors[i] = error(NARROW, &random);
        same[2 * i] = same[2 * i + 1] = errors[i];
    }
    assert_int_equal(isn_cost_estimate(errors, 128, 1, &held), 0);
    assert_int_equal(isn_cost_estimate(same, 256, 1, &seen), 0);
    assert_near(held.n50, 16384, 0.35);
    /* What a judge of the same rows says is what was to be avoided. */
    assert_true(seen.list && seen.n50 <= 64);
    assert_true(held.n50 > 100 * seen.n50);
}

/* Over many small samples it is right on the whole, and never by far too small. */
static void test_many(void **state)
{
    uint64_t random = 11;
    double sum = 0;
    double least = INFINITY;

    (void)state;
    for (unsigned run = 0; run < 400; run++) {
        uint32_t errors[64];
        struct isn_cost cost;

        for (size_t i = 0; i < 64; i++)
            errors[i] = (uint32_t)mixed(&random);
        assert_int_equal(isn_cost_estimate(errors, 64, 1, &cost), 0);
        sum += cost.n50;
        least = fmin(least, cost.n50);
    }
    assert_near(sum / 400, 2147483648.0, 0.06);
    assert_true(least > 0.15 * SPACE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_closed_forms), cmocka_unit_test(test_certified),
        cmocka_unit_test(test_lattice),      cmocka_unit_test(test_estimates),
        cmocka_unit_test(test_details),      cmocka_unit_test(test_held_out),
        cmocka_unit_test(test_many),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
