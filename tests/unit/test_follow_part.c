/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of probe/follow: captures that hold a part of the connection, or not in its order. */
#include "follow_script.h"

static void test_began_late(void **state)
{
    static const struct line lines[] = {
        {0, "< P. 100:200 ack 50", "data", "ESTABLISHED/one-way", "ESTABLISHED/began-late"},
        {1, "> . 50:50 ack 200", "", "ESTABLISHED/began-late", "ESTABLISHED/began-late"},
        {2, "> F. 50:50 ack 200", "fin", "FIN-WAIT-1/began-late", "CLOSE-WAIT/began-late"},
        {3, "< F. 200:200 ack 51", "fin", "TIME-WAIT", "LAST-ACK"},
        {4, "> . 51:51 ack 201", "", "TIME-WAIT", "CLOSED"},
    };
    static const struct line answer[] = {
        {0, "< S. 0:0 ack 1 <mss 1000,nop,wscale 3>", "syn-ack", "ESTABLISHED/one-way",
         "SYN-RECEIVED"},
        {3, "> . 1:1 ack 1", "handshake-ack", "ESTABLISHED", "ESTABLISHED"},
    };
    static const struct line reset[] = {{0, "< R 5:5", "rst,rst-exact", "CLOSED", "CLOSED"}};
    struct script script;
    struct follow_verdict verdict;

    (void)state;
    script_play(&script, lines);
    assert_int_equal(script.step.window, FOLLOW_UNKNOWN);
    assert_int_equal(script.step.relative_seq, FOLLOW_UNKNOWN);
    verdict = script_judge(&script, 0);
    assert_true(verdict.began_late);
    assert_false(verdict.effect.known);
    assert_int_equal(verdict.verdict, VERDICT_OPEN);
    assert_int_equal(verdict.rtt, FOLLOW_UNKNOWN);
    script_play(&script, answer);
    verdict = script_judge(&script, 0);
    assert_true(verdict.began_late);
    assert_int_equal(verdict.client_half.rtt, 3 * MS);
    assert_int_equal(verdict.rtt, FOLLOW_UNKNOWN);
    script_play(&script, reset);
    assert_int_equal(script_judge(&script, 0).verdict, VERDICT_INCONCLUSIVE);
}

static void test_one_way(void **state)
{
    static const struct line client[] = {
        {0, "> S 0:0", "syn", "SYN-SENT", "?/unanswered"},
        {9, "> . 1:1 ack 1", "handshake-ack", "ESTABLISHED/one-way", "ESTABLISHED/one-way"},
        {10, "> P. 1:11 ack 1", "data", "ESTABLISHED/one-way", "ESTABLISHED/one-way"},
        {12, "> F. 11:11 ack 500", "fin", "FIN-WAIT-1/one-way", "CLOSE-WAIT/one-way"},
    };
    static const struct line server[] = {
        {0, "< S. 0:0 ack 1", "syn-ack", "ESTABLISHED/one-way", "SYN-RECEIVED"},
        {9, "< P. 1:11 ack 31", "data", "ESTABLISHED/one-way", "ESTABLISHED/one-way"},
    };
    struct script script;

    (void)state;
    script_play(&script, client);
    assert_true(script_judge(&script, 0).one_way);
    assert_int_equal(script_judge(&script, 0).verdict, VERDICT_INCONCLUSIVE);
    script_play(&script, server);
    assert_true(script_judge(&script, 0).one_way);
}

/* How far windows are shifted, as far as the SYNs in the capture tell. */
/* What is missing may be the client's FIN, until something of its own comes behind it. */
static void test_lacks_tail(void **state)
{
    static const struct line lines[] = {
        SCRIPT_OPEN,
        {20, "< F. 1:1 ack 2", NULL, "CLOSE-WAIT/gap", "FIN-WAIT-1/gap"},
        {21, "> . 2:2 ack 2", NULL, "CLOSE-WAIT/gap", "FIN-WAIT-2/gap"},
        {22, "> P. 2:12 ack 2", NULL, "CLOSE-WAIT", "FIN-WAIT-2"},
    };
    struct script script;

    (void)state;
    script_play(&script, lines);
    assert_true(script.follow.opened);
}

static void test_windows(void **state)
{
    static const struct {
        const char *segments[3];
        int64_t window; /* of the last */
    } rows[] = {
        {{"> S 0:0 <wscale 7>", "< S. 0:0 ack 1 <wscale 3>", "< . 1:1 ack 1"}, 8000},
        {{"> S 0:0 <wscale 7>", "< S. 0:0 ack 1 <wscale 3>", "> . 1:1 ack 1"}, 128000},
        {{"< S. 0:0 ack 1 <wscale 3>", "> . 1:1 ack 1", "< . 1:1 ack 1"}, 8000},
        {{"< . 1:1 ack 1", "< S. 0:0 ack 1 <wscale 3>", "> . 1:1 ack 1"}, FOLLOW_UNKNOWN},
        {{"< S. 0:0 ack 1", "< . 1:1 ack 1", "> . 1:1 ack 1"}, 1000},
        {{"> S 0:0 <wscale 7>", "> . 1:1 ack 1", "> . 1:2 ack 1"}, FOLLOW_UNKNOWN},
        {{"> S 0:0", "> . 1:1 ack 1", "> . 1:2 ack 1"}, 1000},
        {{"> S 0:0 cut", "< S. 0:0 ack 1 <wscale 3>", "> . 1:1 ack 1"}, FOLLOW_UNKNOWN},
        {{"> S 0:0 cut", "< S. 0:0 ack 1 <wscale 3>", "< . 1:1 ack 1"}, 8000},
        {{"> S 0:0 cut", "< S. 0:0 ack 1", "> . 1:1 ack 1"}, 1000},
        {{"> S 0:0 <wscale 7> cut", "< S. 0:0 ack 1 <wscale 3> cut", "> . 1:1 ack 1"}, 128000},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct script script;

        script_begin(&script, 1000, 2000);
        for (size_t j = 0; j < COUNT_OF(rows[i].segments); j++) {
            struct line line = {(double)j, rows[i].segments[j], NULL, NULL, NULL};

            script_line(&script, &line);
        }
        if (script.step.window != rows[i].window)
            fail_msg("row %zu: %lld", i, (long long)script.step.window);
    }
}

/* What no end takes is a segment of the connection all the same: times count from it. */
static void test_first_is_bad(void **state)
{
    static const struct line lines[] = {
        {5, "> S 0:0 badsum", "checksum", NULL, NULL},
        {7, "> - 0:0", "malformed", NULL, NULL},
        {9, "> S 0:0", "syn", "SYN-SENT", "?/unanswered"},
    };
    struct script script;

    (void)state;
    script_play(&script, lines);
    assert_int_equal(script.follow.first_at, 5 * MS);
    assert_int_equal(script.follow.last_at, 9 * MS);
}

/* Captured in another order than they were sent. */
static void test_swapped(void **state)
{
    static const struct line answer_first[] = {
        {0, "< S. 0:0 ack 1", "syn-ack", "ESTABLISHED/one-way", "SYN-RECEIVED"},
        {0.1, "> S 0:0", "syn,out-of-order", "ESTABLISHED", "SYN-RECEIVED"},
        {0.2, "> . 1:1 ack 1", "handshake-ack", "ESTABLISHED", "ESTABLISHED"},
        {0.3, "> . 1:11 ack 1", "data", NULL, NULL},
    };
    static const struct line ack_first[] = {
        {0, "> S 0:0", "syn", NULL, NULL},
        {5, "> . 1:1 ack 1", "handshake-ack", NULL, NULL},
        {5.1, "< S. 0:0 ack 1", "syn-ack,out-of-order", "ESTABLISHED", "ESTABLISHED"},
        {6, "< . 1:11 ack 1", "data", NULL, NULL},
    };
    struct script script;

    (void)state;
    script_play(&script, answer_first);
    assert_false(script_judge(&script, 0).began_late);
    assert_true(script_judge(&script, 0).effect.known);
    script_play(&script, ack_first);
    assert_true(script_judge(&script, 0).effect.known);
    assert_int_equal(script.follow.ends[1].counts.out_of_order, 1);
    assert_int_equal(script.step.relative_seq, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_began_late),
        cmocka_unit_test(test_one_way),
        cmocka_unit_test(test_lacks_tail),
        cmocka_unit_test(test_windows),
        cmocka_unit_test(test_first_is_bad),
        cmocka_unit_test(test_swapped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
