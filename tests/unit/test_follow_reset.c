/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of probe/follow: resets, whether they would be believed, and who sent them. */
#include "follow_script.h"

/* Each behind an exchange of data: the server is at 11, the client at 11, windows are 2000. */
static void test_places(void **state)
{
    static const struct {
        struct line line;
        enum follow_who who;
    } rows[] = {
        {{40, "< R. 11:11 ack 11", "rst,rst-exact", "CLOSED", "CLOSED"}, FOLLOW_WHO_END},
        {{40, "< R 11:11 ttl 61", "rst,rst-exact", "CLOSED/reset", "ESTABLISHED"},
         FOLLOW_WHO_SOMEBODY},
        {{40, "< R 11:11 ttl 128", "rst,rst-exact", "CLOSED", "CLOSED"}, FOLLOW_WHO_UNKNOWN},
        {{40, "< R 11:11 id 104", "rst,rst-exact", "CLOSED", "CLOSED"}, FOLLOW_WHO_END},
        {{40, "< R 11:11 id 0", "rst,rst-exact", "CLOSED", "CLOSED"}, FOLLOW_WHO_END},
        {{40, "< R 11:11 id 30000", "rst,rst-exact", "CLOSED", "CLOSED"}, FOLLOW_WHO_UNKNOWN},
        {{40, "< R 500:500", "rst,rst-inexact", "ESTABLISHED/reset", "ESTABLISHED"},
         FOLLOW_WHO_END},
        {{40, "< R 2011:2011", "rst,rst-impossible", "ESTABLISHED", "ESTABLISHED"}, FOLLOW_WHO_END},
        {{40, "< R 10:10", "rst,rst-impossible", "ESTABLISHED", "ESTABLISHED"}, FOLLOW_WHO_END},
        {{40, "> R 11:11", "rst,rst-exact", "CLOSED", "CLOSED"}, FOLLOW_WHO_END},
    };
    static const struct line before[] = {
        SCRIPT_OPEN,
        {20, "> P. 1:11 ack 1", "data", NULL, NULL},
        {30, "< P. 1:11 ack 11 id 101", "data", NULL, NULL},
        {31, "< . 11:11 ack 11 id 102", NULL, NULL, NULL},
        {32, "> . 11:11 ack 11", "", NULL, NULL},
        {33, "< . 11:11 ack 11 id 103", NULL, NULL, NULL},
    };
    struct script script;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        script_play(&script, before);
        script_line(&script, &rows[i].line);
        if (script.step.who != rows[i].who)
            fail_msg("%s: %s", rows[i].line.segment, follow_who_word(script.step.who));
    }
}

static void test_challenge(void **state)
{
    static const struct line lines[] = {
        SCRIPT_OPEN,
        {20, "> . 1:11 ack 1", "data", NULL, NULL},
        {21, "< . 1:1 ack 11", "", NULL, NULL},
        {22, "> R 500:500", "rst,rst-inexact", "ESTABLISHED", "ESTABLISHED/reset"},
        {23, "< . 1:1 ack 11", "duplicate-ack,challenge-ack", "ESTABLISHED", "ESTABLISHED"},
        {24, "> R 11:11", "rst,rst-exact", "CLOSED", "CLOSED"},
    };
    struct script script;

    (void)state;
    script_play(&script, lines);
    assert_int_equal(script.follow.ends[1].counts.challenges, 1);
    assert_int_equal(script.follow.ends[0].counts.resets, 2);
}

/* It goes on as if nothing was: the reset was somebody else's. */
static void test_goes_on(void **state)
{
    static const struct line lines[] = {
        SCRIPT_OPEN,
        {20, "> . 1:11 ack 1", "data", NULL, NULL},
        {21, "< R 1:1", "rst,rst-exact", "CLOSED", "CLOSED"},
        {22, "< . 1:101 ack 11", "data", "CLOSED/reset", "ESTABLISHED"},
        {23, "> R 11:11", "rst,rst-exact", "CLOSED/reset", "CLOSED/reset"},
    };
    /* The end that got it goes on: it did not believe it, or never saw it. */
    static const struct line ignored[] = {
        SCRIPT_OPEN,
        {20, "> . 1:11 ack 1", "data", NULL, NULL},
        {30, "< . 1:1 ack 11", "", NULL, NULL},
        {31, "< R 1:1 ttl 50", "rst,rst-exact", "CLOSED/reset", "ESTABLISHED"},
        {80, "> . 11:21 ack 1", "data", "ESTABLISHED", "ESTABLISHED"},
        {90, "< . 1:1 ack 21", "", "ESTABLISHED", "ESTABLISHED"},
    };
    /* What was sent before it and comes behind it proves nothing. */
    static const struct line overtaken[] = {
        SCRIPT_OPEN,
        {20, "< . 1:101 ack 1", "data", NULL, NULL},
        {21, "< R 101:101", "rst,rst-exact", "CLOSED", "CLOSED"},
        {22, "< . 1:101 ack 1", "data,retransmission", "CLOSED", "CLOSED"},
    };
    /* A forged refusal races the true answer. */
    static const struct line race[] = {
        {0, "> S 0:0", "syn", NULL, NULL},
        {1, "< R. 0:0 ack 1", "rst,rst-exact", "CLOSED", "CLOSED"},
        {9, "< S. 700:700 ack 1", "syn-ack", NULL, NULL},
    };
    struct script script;
    struct follow_verdict verdict;

    (void)state;
    script_play(&script, lines);
    verdict = script_judge(&script, 0);
    assert_int_equal(verdict.reset_who, FOLLOW_WHO_SOMEBODY);
    assert_int_equal(verdict.ending, FOLLOW_ENDING_RST_FORGED);
    assert_int_equal(verdict.verdict, VERDICT_RESET);
    script_play(&script, ignored);
    verdict = script_judge(&script, 0);
    assert_int_equal(verdict.verdict, VERDICT_OPEN);
    assert_int_equal(verdict.ending, FOLLOW_ENDING_OPEN);
    script_play(&script, overtaken);
    verdict = script_judge(&script, 0);
    assert_int_equal(verdict.reset_who, FOLLOW_WHO_END);
    assert_int_equal(verdict.ending, FOLLOW_ENDING_RST_SERVER);
    script_play(&script, race);
    verdict = script_judge(&script, 0);
    assert_int_equal(verdict.reset_who, FOLLOW_WHO_SOMEBODY);
    assert_int_equal(verdict.server_half.rtt, 9 * MS);
    assert_int_not_equal(verdict.verdict, VERDICT_REFUSED);
}

static void test_refusals(void **state)
{
    static const struct line wrong[] = {
        {0, "> S 0:0", "syn", NULL, NULL},
        {1, "< R. 0:0 ack 2", "rst,rst-impossible", "SYN-SENT", NULL},
        {2, "< R 1:1", "rst,rst-impossible", "SYN-SENT", NULL},
        {3, "< R. 0:0 ack 1", "rst,rst-exact", "CLOSED", "CLOSED"},
    };
    static const struct line copies[] = {
        {0, "> S 0:0 <TS val 1 ecr 0>", "syn", NULL, NULL},
        {1000, "> S 0:0 <TS val 2 ecr 0>", NULL, NULL, NULL},
        {1001, "< R. 0:0 ack 1", "rst,rst-exact", NULL, NULL},
    };
    struct script script;

    (void)state;
    script_play(&script, wrong);
    assert_int_equal(script.step.rtt, 3 * MS);
    assert_int_equal(script.step.who, FOLLOW_WHO_UNKNOWN);
    assert_int_equal(script_judge(&script, 0).verdict, VERDICT_REFUSED);
    script_play(&script, copies); /* an RST has no timestamps: which copy? */
    assert_int_equal(script.step.rtt, FOLLOW_UNKNOWN);
    assert_int_equal(script.step.answered, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_challenge),
        cmocka_unit_test(test_goes_on),
        cmocka_unit_test(test_refusals),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
