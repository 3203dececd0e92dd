/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of probe/pace: the rate holds in any window, and who comes late catches up by no more than
 * the slack. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>

#include "probe/pace.h"

#define MS INT64_C(1000000)

/* Repeatable chance (Marsaglia's xorshift). */
static uint64_t chance(void)
{
    static uint64_t state = 88172645463325252;

    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

/* Sends whatever may go at `now`; when each went is in `times`. */
static size_t send_all(struct pace *pace, int64_t now, int64_t *times, size_t count, size_t room)
{
    while (count < room && pace_wait(pace, now) == 0) {
        pace_take(pace, now);
        times[count++] = now;
    }
    return count;
}

static void test_exact(void **state)
{
    struct pace pace;

    (void)state;
    pace_init(&pace, 10.0 * MS, 0);
    assert_int_equal(pace_wait(&pace, 5), 0);
    pace_take(&pace, 5);
    assert_int_equal(pace_wait(&pace, 5), 10 * MS);
    assert_int_equal(pace_wait(&pace, 5 + 4 * MS), 6 * MS);
    assert_int_equal(pace_wait(&pace, 5 + 10 * MS - 1), 1);
    assert_int_equal(pace_wait(&pace, 5 + 10 * MS), 0);
    pace_take(&pace, 5 + 30 * MS); /* 20 ms late: without slack nothing is made up for */
    assert_int_equal(pace_wait(&pace, 5 + 30 * MS), 10 * MS);
}

static void test_no_limit(void **state)
{
    struct pace pace;

    (void)state;
    pace_init(&pace, 0.0, 0);
    for (int64_t i = 0; i < 1000; i++) {
        assert_int_equal(pace_wait(&pace, 7), 0);
        pace_take(&pace, 7);
    }
}

static void test_catches_up(void **state)
{
    struct pace pace;
    int64_t times[64];
    size_t count;

    (void)state;
    pace_init(&pace, 1.0 * MS, 5 * MS);
    count = send_all(&pace, 1000 * MS, times, 0, 64);
    assert_int_equal(count, 6); /* the slack's worth, and the one that is due */
    assert_int_equal(pace_wait(&pace, 1000 * MS), 1 * MS);
    count = send_all(&pace, 1003 * MS, times, 0, 64); /* woken 2 ms late */
    assert_int_equal(count, 3);
    count = send_all(&pace, 1103 * MS, times, 0, 64); /* woken very late */
    assert_int_equal(count, 6);
}

/* Somebody who goes before it is his turn pays for it: the schedule moves on by a period each. */
static void test_early_ones_count(void **state)
{
    struct pace pace;

    (void)state;
    pace_init(&pace, 10.0 * MS, 0);
    for (int i = 0; i < 3; i++)
        pace_take(&pace, 0);
    assert_int_equal(pace_wait(&pace, 0), 30 * MS);
}

/* Waits of any length, wake-ups late by any length: in every window of time t no more than
 * t / period + slack / period + 1 leave; and with wake-ups late by no more than the slack, the rate
 * is upheld to the last one. */
static void check_windows(double period, int64_t slack, bool punctual)
{
    enum { COUNT = 400 };
    int64_t times[COUNT], now = (int64_t)(chance() % 1000) * MS, start;
    struct pace pace;
    size_t count;

    pace_init(&pace, period, slack);
    start = now;
    for (count = 0; count < COUNT;) {
        int64_t late = slack > 0 ? (int64_t)(chance() % (uint64_t)slack) : 0;

        count = send_all(&pace, now, times, count, COUNT);
        if (!punctual && chance() % 8 == 0)
            late += (int64_t)(chance() % (uint64_t)(20.0 * period + 1.0));
        now += pace_wait(&pace, now) + late;
    }
    for (size_t first = 0; first < COUNT; first++)
        for (size_t last = first; last < COUNT; last++) {
            double window = (double)(times[last] - times[first] + slack);

            if ((double)(last - first + 1) > window / period + 1.001)
                fail_msg("period %g, slack %lld: %zu in %lld ns", period, (long long)slack,
                         last - first + 1, (long long)(times[last] - times[first]));
        }
    if (punctual)
        assert_true((double)(times[COUNT - 1] - start) <= COUNT * period + (double)slack + COUNT);
}

static void test_any_window(void **state)
{
    (void)state;
    for (int i = 0; i < 60; i++) {
        double period = 1.0 + (double)(chance() % (20 * MS)) / (i % 2 ? 1.0 : 1000.0);
        int64_t slack = i % 3 == 0 ? 0 : (int64_t)(chance() % (10 * MS));

        check_windows(period, slack, false);
        check_windows(period, slack, true);
    }
}

/* What was taken leaves late, together: the bound holds for what is on the wire. */
static void test_leaves_late(void **state)
{
    enum { COUNT = 400 };
    int64_t times[COUNT];

    (void)state;
    for (int i = 0; i < 60; i++) {
        int64_t slack = (int64_t)(chance() % (10 * MS)), now = 0, left;
        double period = 1.0 + (double)(chance() % (5 * MS));
        struct pace pace;
        size_t count = 0, before;

        pace_init(&pace, period, slack);
        while (count < COUNT) {
            before = count;
            count = send_all(&pace, now, times, count, COUNT);
            left = now + (int64_t)(chance() % (20 * MS));
            while (before < count)
                times[before++] = left;
            pace_left(&pace, left);
            now = left + pace_wait(&pace, left);
        }
        for (size_t first = 0; first < COUNT; first++)
            for (size_t last = first; last < COUNT; last++)
                assert_true((double)(last - first + 1) <=
                            (double)(times[last] - times[first] + slack) / period + 1.001);
    }
}

/* Leaving late by less than the slack costs nothing of the rate. */
static void test_left_in_time(void **state)
{
    struct pace pace;

    (void)state;
    pace_init(&pace, 10.0 * MS, 5 * MS);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(pace_wait(&pace, i * 10 * MS), 0);
        pace_take(&pace, i * 10 * MS);
        pace_left(&pace, i * 10 * MS + 4 * MS);
    }
    pace_left(&pace, 5000 * MS); /* of none */
    assert_int_equal(pace_wait(&pace, 990 * MS), 10 * MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exact),        cmocka_unit_test(test_no_limit),
        cmocka_unit_test(test_catches_up),   cmocka_unit_test(test_early_ones_count),
        cmocka_unit_test(test_any_window),   cmocka_unit_test(test_leaves_late),
        cmocka_unit_test(test_left_in_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
