/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of stat/isn/phase: series whose feasibility is known, and the interval. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "base/err.h"
#include "isn_streams.h"
#include "stat/isn/phase.h"

enum { COUNT = 512 };

static struct isn_phase measure(const char *name, uint32_t budget, size_t neighbours)
{
    uint32_t isns[COUNT];
    struct isn_phase phase;

    isn_stream_values(isn_stream_find(name), 99, COUNT, isns);
    assert_int_equal(isn_phase_measure(isns, COUNT, budget, neighbours, &phase), 0);
    return phase;
}

static void test_series(void **state)
{
    static const struct {
        const char *name;
        uint32_t budget;
        double low, high;
    } rows[] = {
        {"const0", 1, 1, 1},
        {"ctr64k", 1, 1, 1},
        /* The last two steps tell which of the five comes. */
        {"honeyd5", 1, 1, 1},
        {"fnet", ISN_PHASE_BUDGET, 1, 1},
        /* All of 1 … 2^15, which are guessed by 256 candidates. */
        {"ri15", ISN_PHASE_BUDGET, 0.09, 0.21},
        {"ri15", 1 << 16, 1, 1},
        {"random32", ISN_PHASE_BUDGET, 0, 0.01},
        /* The whole state is on the wire, and yet it sees nothing. */
        {"lcg32", ISN_PHASE_BUDGET, 0, 0.01},
        {"linux64ns", ISN_PHASE_BUDGET, 0, 0.01},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct isn_phase phase = measure(rows[i].name, rows[i].budget, 0);

        assert_int_equal(phase.targets, COUNT / 2);
        if (phase.feasibility < rows[i].low || phase.feasibility > rows[i].high)
            fail_msg("%s, %u guesses: %g", rows[i].name, rows[i].budget, phase.feasibility);
        assert_true(phase.low <= phase.feasibility && phase.feasibility <= phase.high);
    }
}

/* A map of the last two differences: near them the next one is near, too; anywhere it is not. */
static void test_neighbours(void **state)
{
    uint32_t isns[COUNT] = {0, 1000000, 5000000};
    double y = 0.3, before = 0.2;
    struct isn_phase near, all;

    (void)state;
    /* Hénon's map, scaled to 2^28. */
    for (size_t i = 1; i < COUNT; i++) {
        double x = 1 - 1.4 * y * y + 0.3 * before;

        before = y;
        y = x;
        isns[i] = isns[i - 1] + (uint32_t)(int32_t)lround(y * 0x1p28);
    }
    assert_int_equal(isn_phase_measure(isns, COUNT, 40000000, 1, &near), 0);
    assert_int_equal(isn_phase_measure(isns, COUNT, 40000000, 0, &all), 0);
    assert_true(near.feasibility > 0.8);
    assert_true(near.feasibility > all.feasibility + 0.2);
}

/* As few guesses as there are: just enough for the width, and one less than enough. */
static void test_width(void **state)
{
    uint32_t isns[32] = {0};
    struct isn_phase phase;

    (void)state;
    /* Steps of 100 first, of 103 then; with 2 k + 1 guesses the candidate 100 is widened by k. */
    for (size_t i = 1; i < 32; i++)
        isns[i] = isns[i - 1] + (i < 16 ? 100 : 103);
    assert_int_equal(isn_phase_measure(isns, 32, 6, 0, &phase), 0);
    assert_int_equal(phase.hits, 0);
    assert_int_equal(isn_phase_measure(isns, 32, 7, 0, &phase), 0);
    assert_int_equal(phase.hits, 16);
    assert_int_equal(phase.targets, 16);
}

/* Wilson's interval as tables have it, for 0, 16 and 8 of 16. */
static void test_interval(void **state)
{
    uint32_t isns[32] = {0};
    struct isn_phase phase;

    (void)state;
    for (size_t i = 1; i < 32; i++)
        isns[i] = isns[i - 1] + (i < 16 ? 100 : 200);
    assert_int_equal(isn_phase_measure(isns, 32, 1, 0, &phase), 0);
    assert_true(phase.low == 0 && fabs(phase.high - 0.193608) < 1e-6);

    for (size_t i = 24; i < 32; i++)
        isns[i] = isns[i - 1] + 100;
    assert_int_equal(isn_phase_measure(isns, 32, 1, 0, &phase), 0);
    assert_int_equal(phase.hits, 8);
    assert_true(fabs(phase.low - 0.279996) < 1e-6 && fabs(phase.high - 0.720004) < 1e-6);

    for (size_t i = 16; i < 24; i++)
        isns[i] = isns[i - 1] + 100;
    for (size_t i = 24; i < 32; i++)
        isns[i] = isns[i - 1] + 100;
    assert_int_equal(isn_phase_measure(isns, 32, 1, 0, &phase), 0);
    assert_true(phase.high == 1 && fabs(phase.low - 0.806392) < 1e-6);
}

static void test_few(void **state)
{
    static const uint32_t isns[ISN_PHASE_MINIMUM];
    struct isn_phase phase;

    (void)state;
    assert_int_equal(isn_phase_measure(isns, ISN_PHASE_MINIMUM - 1, 1, 0, &phase), -FAULT_RANGE);
    assert_int_equal(isn_phase_measure(isns, ISN_PHASE_MINIMUM, 1, 0, &phase), 0);
    assert_int_equal(phase.hits, phase.targets);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_series), cmocka_unit_test(test_neighbours),
        cmocka_unit_test(test_width),  cmocka_unit_test(test_interval),
        cmocka_unit_test(test_few),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
