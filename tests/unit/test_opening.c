/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of probe/opening: which copy was answered, what the round trip was, and what was lost
 * where. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "probe/opening.h"

#define MS              INT64_C(1000000)
#define NONE            OPENING_UNKNOWN
#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

/* SYNs leave at 0, 1 s, 3 s, 7 s with TSvals 100, 101, 102, 103; times in ms. */
/* clang-format off */
static const struct {
    const char *name;
    unsigned copies, answers;
    int64_t answer_ms, later_ms; /* later_ms 0: not measured */
    bool timestamps;             /* the answer's */
    uint32_t echo;
    enum rtt_source source;
    int64_t rtt_ms;
    int copy, forward, reverse;
    bool foreign;
} rows[] = {
    {"one and one",                1, 1,    5,   0, true,  100, RTT_SINGLE_COPY,  5,    1,    0,    0,    false},
    {"without timestamps",         1, 1,    5,   4, false, 0,   RTT_SINGLE_COPY,  5,    1,    0,    0,    false},
    {"answered twice",             1, 2,    5,   0, true,  100, RTT_SINGLE_COPY,  5,    1,    0,    0,    false},
    {"slow all the time",          1, 1,  900, 800, true,  100, RTT_SINGLE_COPY,  900,  1,    0,    0,    false},
    {"slow, but who knows",        1, 1,  900,   0, true,  100, RTT_SINGLE_COPY,  900,  1,    0,    0,    false},
    {"below any server's repeat",  1, 1,  190,   1, true,  100, RTT_SINGLE_COPY,  190,  1,    0,    0,    false},
    {"the server's repeat",        1, 1,  900,   5, true,  100, RTT_LATE_ANSWER,  NONE, 1,    0,    1,    false},
    {"the same, no timestamps",    1, 1,  900,   5, false, 0,   RTT_LATE_ANSWER,  NONE, 1,    0,    1,    false},
    {"first SYN lost",             2, 1, 1005,   5, true,  101, RTT_ECHOED_COPY,  5,    2,    1,    0,    false},
    {"two SYNs lost",              3, 1, 3005,   0, true,  102, RTT_ECHOED_COPY,  5,    3,    2,    0,    false},
    {"first answer lost",          2, 1, 1001,   0, true,  100, RTT_EARLIER_COPY, NONE, 1,    0,    1,    false},
    {"lost, both come later",      2, 2, 1001,   1, true,  100, RTT_EARLIER_COPY, NONE, 1,    0,    1,    false},
    {"slow, both come",            2, 2, 1500, 900, true,  100, RTT_EARLIER_COPY, NONE, 1,    0,    0,    false},
    {"two answers lost",           3, 3, 3001,   1, true,  100, RTT_EARLIER_COPY, NONE, 1,    0,    2,    false},
    {"one each way",               3, 1, 3001,   1, true,  101, RTT_EARLIER_COPY, NONE, 2,    1,    1,    false},
    {"SYN lost, then a late one",  2, 1, 2500,   5, true,  101, RTT_LATE_ANSWER,  NONE, 2,    1,    1,    false},
    {"Karn",                       2, 1, 1005,   0, false, 0,   RTT_AMBIGUOUS,    NONE, NONE, NONE, NONE, false},
    {"foreign echo",               1, 1,    5,   0, true,  77,  RTT_SINGLE_COPY,  5,    1,    0,    0,    true},
    {"foreign echo, two SYNs",     2, 1, 1005,   0, true,  77,  RTT_AMBIGUOUS,    NONE, NONE, NONE, NONE, true},
};
/* clang-format on */

static struct opening opening_of(size_t row)
{
    struct opening opening = {
        .copy_count = rows[row].copies,
        .offered_timestamps = true,
        .has_answer = true,
        .answer_at = rows[row].answer_ms * MS,
        .copies_before = rows[row].copies,
        .answer_has_timestamps = rows[row].timestamps,
        .answer_ts_ecr = rows[row].echo,
        .answers = rows[row].answers,
        .later_rtt = rows[row].later_ms * MS,
    };

    for (unsigned i = 0; i < rows[row].copies; i++)
        opening.copies[i] =
            (struct syn_copy){.at = ((1 << i) - 1) * 1000 * MS, .stamped = true, .ts_val = 100 + i};
    return opening;
}

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct opening opening = opening_of(i);
        struct opening_verdict verdict = opening_judge(&opening);
        int64_t rtt = rows[i].rtt_ms == NONE ? NONE : rows[i].rtt_ms * MS;

        if (verdict.source != rows[i].source || verdict.rtt != rtt)
            fail_msg("%s: source %d, rtt %lld", rows[i].name, (int)verdict.source,
                     (long long)verdict.rtt);
        if (verdict.answered_copy != rows[i].copy || verdict.lost_forward != rows[i].forward ||
            verdict.lost_reverse != rows[i].reverse || verdict.foreign_echo != rows[i].foreign)
            fail_msg("%s: copy %d, lost %d and %d", rows[i].name, verdict.answered_copy,
                     verdict.lost_forward, verdict.lost_reverse);
    }
}

/* Without the capture's stamp of the SYN there is no round trip, but all else is known. */
static void test_not_stamped(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct opening opening = opening_of(i);
        struct opening_verdict verdict;

        for (unsigned j = 0; j < opening.copy_count; j++)
            opening.copies[j].stamped = false;
        verdict = opening_judge(&opening);
        assert_int_equal(verdict.rtt, OPENING_UNKNOWN);
        assert_int_equal(verdict.answered_copy, rows[i].copy);
        assert_int_equal(verdict.lost_forward, rows[i].forward);
        if (rows[i].rtt_ms != NONE)
            assert_int_equal(verdict.source, RTT_NOT_CAPTURED);
    }
}

static void test_no_answer(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct opening opening = opening_of(i);
        struct opening_verdict verdict;

        opening.has_answer = false;
        verdict = opening_judge(&opening);
        assert_int_equal(verdict.source, RTT_NO_ANSWER);
        assert_int_equal(verdict.rtt, OPENING_UNKNOWN);
        assert_int_equal(verdict.answered_copy, OPENING_UNKNOWN);
        assert_int_equal(verdict.lost_forward, OPENING_UNKNOWN);
        assert_int_equal(verdict.lost_reverse, OPENING_UNKNOWN);
        assert_false(verdict.foreign_echo);
    }
}

/* After a simultaneous open the answer may echo our SYN,ACK in place of our SYN. */
static void test_crossed(void **state)
{
    struct opening opening = opening_of(0);
    struct opening_verdict verdict;

    (void)state;
    opening.crossed = (struct syn_copy){.at = 2 * MS, .stamped = true, .ts_val = 110};
    opening.answer_ts_ecr = 110;
    verdict = opening_judge(&opening);
    assert_int_equal(verdict.source, RTT_CROSSED);
    assert_int_equal(verdict.rtt, 3 * MS);
    assert_false(verdict.foreign_echo);
    assert_int_equal(verdict.lost_forward, OPENING_UNKNOWN);

    opening.answer_ts_ecr = 105; /* an earlier copy of it */
    verdict = opening_judge(&opening);
    assert_int_equal(verdict.source, RTT_AMBIGUOUS);
    assert_false(verdict.foreign_echo);

    opening.answer_ts_ecr = 111; /* nobody sent that */
    assert_true(opening_judge(&opening).foreign_echo);
}

static void test_words(void **state)
{
    (void)state;
    for (unsigned i = 0; i < RTT_SOURCE_COUNT; i++)
        for (unsigned j = 0; j < i; j++)
            assert_string_not_equal(rtt_source_words((enum rtt_source)i),
                                    rtt_source_words((enum rtt_source)j));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),      cmocka_unit_test(test_not_stamped),
        cmocka_unit_test(test_no_answer), cmocka_unit_test(test_crossed),
        cmocka_unit_test(test_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
