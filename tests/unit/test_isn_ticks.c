/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of stat/isn/ticks: events of a clock beside events at random, and what lost probes add. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "isn_streams_parts.h"
#include "stat/isn/ticks.h"

enum { COUNT = 600 };

static double times[COUNT];
static int64_t events[COUNT];
static int64_t steps[COUNT];
static bool lost[COUNT];

/* Times about 50 ms apart. */
static void draw_times(struct isn_noise *noise)
{
    double time = 0;

    for (size_t i = 0; i < COUNT; i++) {
        times[i] = time;
        time += isn_noise_exponential(noise, 0.05);
        lost[i] = false;
    }
}

static void test_clock(void **state)
{
    struct isn_noise noise = {.state = 1};
    struct isn_ticks ticks;

    (void)state;
    for (double rate = 0.5; rate < 200; rate *= 2) {
        draw_times(&noise);
        for (size_t i = 0; i < COUNT; i++)
            events[i] = (int64_t)floor(rate * times[i] + 0.3);
        isn_ticks_judge(times, events, COUNT, &ticks);
        assert_true(ticks.regular);
        assert_true(ticks.width <= 1.001);
        assert_true(fabs(ticks.rate - rate) < 3 * ticks.rate_error + 1e-9);
        assert_int_equal(ticks.count, events[COUNT - 1] - events[0]);
    }
}

static void test_random(void **state)
{
    struct isn_noise noise = {.state = 2};
    struct isn_ticks ticks;
    int regular = 0;

    (void)state;
    for (int round = 0; round < 100; round++) {
        double next = isn_noise_exponential(&noise, 0.5);

        draw_times(&noise);
        events[0] = 0;
        for (size_t i = 1; i < COUNT; i++) {
            events[i] = events[i - 1];
            for (; next < times[i]; next += isn_noise_exponential(&noise, 0.5))
                events[i]++;
        }
        isn_ticks_judge(times, events, COUNT, &ticks);
        regular += ticks.regular;
    }
    assert_true(regular <= 2);
}

static void test_too_few(void **state)
{
    static const double four[] = {0, 1, 2, 3};
    static const int64_t one[] = {0, 1, 2, 3};
    struct isn_ticks ticks;

    (void)state;
    isn_ticks_judge(four, one, 4, &ticks);
    assert_false(ticks.regular);
    isn_ticks_judge(four, one, 0, &ticks);
    assert_false(ticks.regular);
}

/* 64000 a connection and 64000 each half second; after a lost probe, half count one more. Split by
 * when ticks are due, the clock is found; as they are, it is not. */
static void test_lost(void **state)
{
    struct isn_noise noise = {.state = 3};
    struct isn_ticks ticks;
    int64_t before = 0;
    int64_t plain[COUNT];

    (void)state;
    draw_times(&noise);
    plain[0] = 0;
    for (size_t i = 0; i + 1 < COUNT; i++) {
        int64_t tick = (int64_t)floor(2 * times[i + 1]);
        bool twice;

        lost[i] = isn_noise_uniform(&noise) < 0.05;
        twice = lost[i] && isn_noise_uniform(&noise) < 0.5;
        steps[i] = 64000 * (1 + twice + tick - before);
        before = tick;
        plain[i + 1] = plain[i] + steps[i] / 64000 - 1;
    }
    isn_ticks_judge(times, plain, COUNT, &ticks);
    assert_false(ticks.regular);
    isn_ticks_split(times, steps, lost, COUNT - 1, 64000, 64000, events);
    isn_ticks_judge(times, events, COUNT, &ticks);
    assert_true(ticks.regular);
    assert_true(fabs(ticks.rate - 2) < 0.25);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clock),
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_too_few),
        cmocka_unit_test(test_lost),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
