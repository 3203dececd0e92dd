/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of probe/outcome: what becomes of a probe, and on which side it was lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "probe/outcome.h"

#define MS              INT64_C(1000000)
#define NONE            OPENING_UNKNOWN
#define TIMEOUT         (1000 * MS)
#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

/* SYNs leave at 0, 1 s and 3 s with TSvals 100, 101, 102; times in ms. echo -1: no timestamps. */
/* clang-format off */
static const struct {
    const char *name;
    enum answer answer;
    unsigned copies, answers;
    int64_t answer_ms, usual_ms;
    int echo;
    enum outcome outcome;
    enum loss loss;
    int64_t rtt_ms;
} rows[] = {
    {"silence",                        ANSWER_NONE,    1, 0,    0,   0,   -1, OUTCOME_LOST,        LOSS_UNKNOWN, NONE},
    {"silence after copies",           ANSWER_NONE,    3, 0,    0,   5,   -1, OUTCOME_LOST,        LOSS_UNKNOWN, NONE},
    {"one and one",                    ANSWER_SYN_ACK, 1, 1,    5,   0,  100, OUTCOME_ANSWERED,    LOSS_NONE,    5},
    {"one and one, usual known",       ANSWER_SYN_ACK, 1, 1,    5,   4,  100, OUTCOME_ANSWERED,    LOSS_NONE,    5},
    {"without timestamps",             ANSWER_SYN_ACK, 1, 1,    5,   4,   -1, OUTCOME_ANSWERED,    LOSS_NONE,    5},
    {"a foreign echo",                 ANSWER_SYN_ACK, 1, 1,    5,   4,    7, OUTCOME_ANSWERED,    LOSS_NONE,    5},
    {"an RST",                         ANSWER_RST,     1, 1,    5,   0,   -1, OUTCOME_REFUSED,     LOSS_NONE,    5},
    {"an RST after the time-out",      ANSWER_RST,     1, 1, 1005,   0,   -1, OUTCOME_LATE,        LOSS_NONE,    NONE},
    {"an ICMP error",                  ANSWER_ICMP,    1, 0,    5,   0,   -1, OUTCOME_UNREACHABLE, LOSS_NONE,    NONE},
    {"an ICMP error after a copy",     ANSWER_ICMP,    2, 0, 1005,   5,   -1, OUTCOME_UNREACHABLE, LOSS_NONE,    NONE},
    {"just in time",                   ANSWER_SYN_ACK, 1, 1, 1000, 900,  100, OUTCOME_ANSWERED,    LOSS_NONE,    1000},
    {"too late",                       ANSWER_SYN_ACK, 1, 1, 1001, 900,  100, OUTCOME_LATE,        LOSS_NONE,    NONE},
    {"too late, and who knows",        ANSWER_SYN_ACK, 1, 1, 1001,   0,  100, OUTCOME_LATE,        LOSS_NONE,    NONE},
    {"slow, nothing to compare",       ANSWER_SYN_ACK, 1, 1,  990,   0,  100, OUTCOME_ANSWERED,    LOSS_NONE,    990},
    {"slow as always",                 ANSWER_SYN_ACK, 1, 1,  990, 200,  100, OUTCOME_ANSWERED,    LOSS_NONE,    990},
    {"the server's repeat",            ANSWER_SYN_ACK, 1, 1,  990,   5,  100, OUTCOME_LOST,        LOSS_REVERSE, NONE},
    {"the repeat, too late",           ANSWER_SYN_ACK, 1, 1, 1010,   5,   -1, OUTCOME_LOST,        LOSS_REVERSE, NONE},
    {"below any server's repeat",      ANSWER_SYN_ACK, 1, 1,  190,   1,  100, OUTCOME_ANSWERED,    LOSS_NONE,    190},
    {"the second SYN is named",        ANSWER_SYN_ACK, 2, 1, 1005,   5,  101, OUTCOME_LOST,        LOSS_FORWARD, NONE},
    {"the same, usual not known",      ANSWER_SYN_ACK, 2, 1, 1005,   0,  101, OUTCOME_LOST,        LOSS_FORWARD, NONE},
    {"the third SYN is named",         ANSWER_SYN_ACK, 3, 1, 3005,   5,  102, OUTCOME_LOST,        LOSS_FORWARD, NONE},
    {"one SYN and one answer lost",    ANSWER_SYN_ACK, 3, 1, 3005,   5,  101, OUTCOME_LOST,        LOSS_FORWARD, NONE},
    {"the first answer lost",          ANSWER_SYN_ACK, 2, 1, 1005,   0,  100, OUTCOME_LOST,        LOSS_REVERSE, NONE},
    {"lost, two come later",           ANSWER_SYN_ACK, 2, 2, 1005,   5,  100, OUTCOME_LOST,        LOSS_REVERSE, NONE},
    {"two answers lost",               ANSWER_SYN_ACK, 3, 1, 3005,   5,  100, OUTCOME_LOST,        LOSS_REVERSE, NONE},
    {"late, all come",                 ANSWER_SYN_ACK, 2, 2, 1500,   0,  100, OUTCOME_LATE,        LOSS_NONE,    NONE},
    {"late as always",                 ANSWER_SYN_ACK, 2, 2, 1500, 900,  100, OUTCOME_LATE,        LOSS_NONE,    NONE},
    {"Karn",                           ANSWER_SYN_ACK, 2, 1, 1005,   0,   -1, OUTCOME_AMBIGUOUS,   LOSS_NONE,    NONE},
    {"Karn, slow as always",           ANSWER_SYN_ACK, 2, 1, 1005, 900,   -1, OUTCOME_AMBIGUOUS,   LOSS_NONE,    NONE},
    {"Karn, far above what is usual",  ANSWER_SYN_ACK, 2, 1, 1005,   5,   -1, OUTCOME_LOST,        LOSS_UNKNOWN, NONE},
    {"copies and a foreign echo",      ANSWER_SYN_ACK, 2, 1, 1005,   5,    7, OUTCOME_LOST,        LOSS_UNKNOWN, NONE},
    {"copies and an RST",              ANSWER_RST,     2, 1, 1005,   0,   -1, OUTCOME_AMBIGUOUS,   LOSS_NONE,    NONE},
    {"copies, far above, an RST",      ANSWER_RST,     2, 1, 1005,   5,   -1, OUTCOME_LOST,        LOSS_UNKNOWN, NONE},
};
/* clang-format on */

static struct opening opening_of(size_t row)
{
    struct opening opening = {
        .copy_count = rows[row].copies,
        .offered_timestamps = true,
        .has_answer = rows[row].answers > 0,
        .answer_at = rows[row].answer_ms * MS,
        .copies_before = rows[row].answers > 0 ? rows[row].copies : 0,
        .answer_has_timestamps = rows[row].echo >= 0,
        .answer_ts_ecr = (uint32_t)rows[row].echo,
        .answers = rows[row].answers,
    };

    for (unsigned i = 0; i < rows[row].copies; i++)
        opening.copies[i] =
            (struct syn_copy){.at = ((1 << i) - 1) * 1000 * MS, .stamped = true, .ts_val = 100 + i};
    return opening;
}

static void test_rows(void **state)
{
    unsigned outcomes[OUTCOME_COUNT] = {0}, losses[LOSS_COUNT] = {0};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct opening opening = opening_of(i);
        struct outcome_verdict verdict =
            outcome_judge(&opening, rows[i].answer, TIMEOUT, rows[i].usual_ms * MS);
        int64_t rtt = rows[i].rtt_ms == NONE ? NONE : rows[i].rtt_ms * MS;

        if (verdict.outcome != rows[i].outcome || verdict.loss != rows[i].loss ||
            verdict.rtt != rtt)
            fail_msg("%s: %s, %s, %lld ns", rows[i].name, outcome_word(verdict.outcome),
                     loss_word(verdict.loss) ? loss_word(verdict.loss) : "not lost",
                     (long long)verdict.rtt);
        assert_non_null(verdict.because);
        outcomes[verdict.outcome]++;
        losses[verdict.loss]++;
    }
    for (unsigned i = 0; i < OUTCOME_COUNT; i++)
        assert_int_equal(outcomes[i] > 0, i != OUTCOME_UNSENT); /* which nobody has to judge */
    for (unsigned i = 0; i < LOSS_COUNT; i++)
        assert_true(losses[i] > 0);
}

/* Lost is what has a side, only in time and of one SYN has a round trip: whatever may come. */
static void test_invariants(void **state)
{
    static const int64_t times[] = {1, 190, 250, 999, 1001, 1300, 3005};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        for (size_t j = 0; j < COUNT_OF(times); j++)
            for (unsigned usual = 0; usual < 2000; usual = usual * 3 + 1) {
                struct opening opening = opening_of(i);
                struct outcome_verdict verdict;

                if (opening.has_answer)
                    opening.answer_at = opening.copies[opening.copy_count - 1].at + times[j] * MS;
                verdict = outcome_judge(&opening, rows[i].answer, TIMEOUT, usual * MS);
                assert_int_equal(verdict.outcome == OUTCOME_LOST, verdict.loss != LOSS_NONE);
                if (verdict.rtt == NONE)
                    continue;
                assert_int_equal(opening.copy_count, 1);
                assert_true(verdict.outcome == OUTCOME_ANSWERED ||
                            verdict.outcome == OUTCOME_REFUSED);
                assert_true(verdict.rtt > 0 && verdict.rtt <= TIMEOUT);
                assert_false(outcome_is_repeat(verdict.rtt, usual * MS));
            }
}

/* A round trip of the same connection serves where the series has none yet, or a longer one. */
static void test_same_connection(void **state)
{
    struct opening opening = {
        .copies = {{.at = 0, .stamped = true, .ts_val = 100}},
        .copy_count = 1,
        .has_answer = true,
        .answer_at = 900 * MS,
        .copies_before = 1,
        .answers = 1,
        .later_rtt = 2 * MS,
    };

    (void)state;
    assert_int_equal(outcome_judge(&opening, ANSWER_SYN_ACK, TIMEOUT, 0).loss, LOSS_REVERSE);
    assert_int_equal(outcome_judge(&opening, ANSWER_SYN_ACK, TIMEOUT, 800 * MS).loss, LOSS_REVERSE);
    opening.later_rtt = 800 * MS;
    assert_int_equal(outcome_judge(&opening, ANSWER_SYN_ACK, TIMEOUT, 0).rtt, 900 * MS);
    assert_int_equal(outcome_judge(&opening, ANSWER_SYN_ACK, TIMEOUT, 2 * MS).loss, LOSS_REVERSE);
}

static void test_not_captured(void **state)
{
    struct opening opening = {
        .copies = {{.at = 0, .stamped = false, .ts_val = 100}},
        .copy_count = 1,
        .has_answer = true,
        .answer_at = 5 * MS,
        .copies_before = 1,
        .answers = 1,
    };
    struct outcome_verdict verdict = outcome_judge(&opening, ANSWER_SYN_ACK, TIMEOUT, 0);

    (void)state;
    assert_int_equal(verdict.outcome, OUTCOME_AMBIGUOUS);
    assert_int_equal(verdict.rtt, NONE);
}

static void test_repeat(void **state)
{
    struct outcome_verdict verdict = outcome_repeat();

    (void)state;
    assert_int_equal(verdict.outcome, OUTCOME_LOST);
    assert_int_equal(verdict.loss, LOSS_REVERSE);
    assert_int_equal(verdict.rtt, NONE);
    assert_false(outcome_is_repeat(INT64_MAX, 0)); /* nothing to hold it against */
    assert_false(outcome_is_repeat(200 * MS, 1));
    assert_true(outcome_is_repeat(201 * MS, 40 * MS));
    assert_false(outcome_is_repeat(201 * MS, 41 * MS));
}

static void test_words(void **state)
{
    (void)state;
    assert_null(loss_word(LOSS_NONE));
    assert_string_equal(loss_word(LOSS_FORWARD), "forward");
    assert_string_equal(loss_word(LOSS_REVERSE), "reverse");
    assert_string_equal(loss_word(LOSS_UNKNOWN), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_invariants),
        cmocka_unit_test(test_same_connection),
        cmocka_unit_test(test_not_captured),
        cmocka_unit_test(test_repeat),
        cmocka_unit_test(test_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
