/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of probe/ladder/repeats: the schedules of stacks that were seen, cut short and with losses.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "probe/ladder/repeats.h"

#define SECOND INT64_C(1000000000)

static struct ladder_hold hold;
static struct ladder_repeats repeats;

/* A SYN,ACK, and its repeats after so many seconds each, up to the first 0. */
static void held(double patience, const double times[8])
{
    memset(&hold, 0, sizeof hold);
    hold.asked = hold.answered = true;
    hold.patience = hold.held = (int64_t)(patience * 1e9);
    hold.first.at = 100 * SECOND;
    hold.first.segment.seq = 4711;
    assert_int_equal(options_add_timestamps(&hold.first.segment.options, 1000, 1), 0);
    for (; times != NULL && *times > 0; times++) {
        struct ladder_look *look = &hold.repeats[hold.repeat_count++];

        *look = hold.first;
        look->at += (int64_t)(*times * 1e9);
        options_set_timestamps(&look->segment.options, 1000 + (uint32_t)(*times * 1000), 1);
    }
}

static void judge(void)
{
    memset(&repeats, 0xff, sizeof repeats);
    repeats_judge(&hold, &repeats);
    assert_true(repeats.growth < REPEATS_COUNT);
    assert_int_equal(repeats.count, hold.repeat_count);
}

static void test_stacks(void **state)
{
    static const struct {
        double patience, times[8];
        enum repeats_growth growth;
        double ratio;
        bool finished;
    } cases[] = {
        {20, {1.011, 3.027, 7.219, 15.411}, REPEATS_DOUBLING, 2.0, false}, /* Linux */
        {100, {1.0, 3.0, 7.2, 15.4, 31.5}, REPEATS_DOUBLING, 2.0, true},
        {8, {1.0, 3.0, 7.2}, REPEATS_DOUBLING, 2.0, false},
        {8, {1.0}, REPEATS_UNKNOWN, NAN, true}, /* tcp_synack_retries 1 */
        {4.5, {1.0}, REPEATS_UNKNOWN, NAN, false},
        {8, {6.1}, REPEATS_UNKNOWN, NAN, false},          /* libslirp */
        {12, {2.75, 8.76}, REPEATS_DOUBLING, 2.2, false}, /* lwIP */
        {12, {3, 9}, REPEATS_DOUBLING, 2.0, false},       /* ns-3 */
        {8, {0}, REPEATS_NONE, NAN, false},               /* tcp_synack_retries 0 */
        {13, {0}, REPEATS_NONE, NAN, true},
        {3, {0}, REPEATS_UNKNOWN, NAN, false},
        {6, {1, 2, 3, 4, 5}, REPEATS_EVEN, 1.0, false},
        {9, {1, 2.1, 3, 4, 5}, REPEATS_EVEN, 1.0, true},
        {16, {1, 2, 3, 4, 5, 7, 11}, REPEATS_OTHER, 1.0, false},
        {16, {3, 4, 6}, REPEATS_OTHER, 1.17, true},
        {40, {1, 3, 15, 31}, REPEATS_DOUBLING, 2.0, false}, /* the third was lost */
        {40, {3, 7, 15, 31}, REPEATS_DOUBLING, 2.0, false}, /* the first was */
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        held(cases[i].patience, cases[i].times);
        judge();
        if (repeats.growth != cases[i].growth || repeats.finished != cases[i].finished)
            fail_msg("case %zu: %s, %s", i, repeats_word(repeats.growth),
                     repeats.finished ? "finished" : "not finished");
        assert_int_equal(repeats.gap_count, repeats.count);
        assert_int_equal(isnan(repeats.ratio), isnan(cases[i].ratio));
        assert_true(isnan(repeats.ratio) || fabs(repeats.ratio - cases[i].ratio) < 0.2);
        assert_false(repeats.reset || repeats.isn_changed || repeats.ts_frozen);
    }
}

static void test_gaps(void **state)
{
    (void)state;
    held(20, (const double[8]){1.5, 4, 9.25, 0});
    judge();
    assert_int_equal(repeats.gap_count, 3);
    assert_int_equal(repeats.gaps[0], SECOND * 3 / 2);
    assert_int_equal(repeats.gaps[1], SECOND * 5 / 2);
    assert_int_equal(repeats.gaps[2], SECOND * 21 / 4);
}

static void test_reset(void **state)
{
    (void)state;
    held(10, NULL); /* passt */
    hold.reset = true;
    hold.rst.at = hold.first.at + 10 * SECOND;
    judge();
    assert_int_equal(repeats.growth, REPEATS_NONE);
    assert_true(repeats.reset && repeats.finished);
    assert_int_equal(repeats.reset_after, 10 * SECOND);
}

static void test_each(void **state)
{
    (void)state;
    held(8, (const double[8]){1, 3, 7, 0});
    hold.repeats[1].segment.seq++;
    judge();
    assert_true(repeats.isn_changed && !repeats.ts_frozen);
    /* gVisor's TSval does not advance. */
    held(8, (const double[8]){1, 3, 7, 0});
    for (size_t i = 0; i < 3; i++)
        options_set_timestamps(&hold.repeats[i].segment.options, 1000, 1);
    judge();
    assert_true(repeats.ts_frozen && !repeats.isn_changed);
    hold.repeats[2].segment.options = (struct options){0};
    judge();
    assert_false(repeats.ts_frozen);
    hold.first.segment.options = (struct options){0};
    judge();
    assert_false(repeats.ts_frozen);
}

static void test_nothing(void **state)
{
    (void)state;
    repeats_judge(NULL, &repeats);
    assert_int_equal(repeats.growth, REPEATS_UNKNOWN);
    assert_true(repeats.count == 0 && !repeats.finished && isnan(repeats.ratio));
    memset(&hold, 0, sizeof hold);
    judge();
    assert_int_equal(repeats.growth, REPEATS_UNKNOWN);
    hold.asked = true;
    hold.held = 8 * SECOND; /* not answered: nothing was held */
    judge();
    assert_int_equal(repeats.growth, REPEATS_UNKNOWN);
    assert_false(repeats.finished);
}

/* More than are kept, at one time, out of order: nothing breaks. */
static void test_odd(void **state)
{
    (void)state;
    held(8, (const double[8]){1, 0});
    for (size_t i = 1; i < LADDER_HOLD_REPEATS; i++) {
        hold.repeats[i] = hold.repeats[0];
        hold.repeats[i].at += (int64_t)i * SECOND;
    }
    hold.repeat_count = 1000;
    judge();
    assert_int_equal(repeats.gap_count, LADDER_HOLD_REPEATS);
    assert_int_equal(repeats.growth, REPEATS_EVEN);
    assert_false(repeats.finished);
    for (size_t i = 0; i < LADDER_HOLD_REPEATS; i++)
        hold.repeats[i].at = hold.first.at; /* copies made on the way */
    judge();
    assert_int_equal(repeats.growth, REPEATS_OTHER);
    for (size_t i = 0; i < LADDER_HOLD_REPEATS; i++)
        hold.repeats[i].at = hold.first.at - (int64_t)i;
    judge();
    assert_int_equal(repeats.growth, REPEATS_OTHER);
}

static void test_words(void **state)
{
    (void)state;
    assert_string_equal(repeats_word(REPEATS_DOUBLING), "doubling");
    assert_string_equal(repeats_word(REPEATS_NONE), "none");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stacks), cmocka_unit_test(test_gaps),    cmocka_unit_test(test_reset),
        cmocka_unit_test(test_each),   cmocka_unit_test(test_nothing), cmocka_unit_test(test_odd),
        cmocka_unit_test(test_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
