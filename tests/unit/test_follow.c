/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of probe/follow: how connections open and close, and the states of both ends meanwhile. */
#include "follow_script.h"

static void test_plain(void **state)
{
    static const struct line lines[] = {
        {0, "> S 0:0 win 64240 <mss 1460,sackOK,TS val 100 ecr 0,nop,wscale 7>", "syn", "SYN-SENT",
         "?/unanswered"},
        {20, "< S. 0:0 ack 1 win 65535 <mss 1400,sackOK,TS val 900 ecr 100,nop,wscale 2>",
         "syn-ack", "ESTABLISHED", "SYN-RECEIVED"},
        {25, "> . 1:1 ack 1 win 502 <nop,nop,TS val 120 ecr 900>", "handshake-ack", "ESTABLISHED",
         "ESTABLISHED"},
        {26, "> P. 1:101 ack 1 win 502", "data", "ESTABLISHED", "ESTABLISHED"},
        {46, "< . 1:1 ack 101 win 500", "", "ESTABLISHED", "ESTABLISHED"},
        {47, "< P. 1:301 ack 101 win 500", "data", "ESTABLISHED", "ESTABLISHED"},
        {50, "> F. 101:101 ack 301 win 502", "fin", "FIN-WAIT-1", "CLOSE-WAIT"},
        {70, "< . 301:301 ack 102 win 500", "", "FIN-WAIT-2", "CLOSE-WAIT"},
        {71, "< F. 301:301 ack 102 win 500", "fin", "TIME-WAIT", "LAST-ACK"},
        {75, "> . 102:102 ack 302 win 502", "", "TIME-WAIT", "CLOSED"},
    };
    struct script script;
    struct follow_verdict verdict;
    const struct follow_end *ends = script.follow.ends;

    (void)state;
    script_play(&script, lines);
    verdict = script_judge(&script, 0);
    assert_int_equal(verdict.verdict, VERDICT_OPEN);
    assert_int_equal(verdict.ending, FOLLOW_ENDING_CLOSED);
    assert_int_equal(verdict.server_half.rtt, 20 * MS);
    assert_int_equal(verdict.client_half.rtt, 5 * MS);
    assert_int_equal(verdict.rtt, 25 * MS);
    assert_false(verdict.began_late || verdict.one_way);
    assert_true(verdict.effect.known && verdict.effect.sack && verdict.effect.timestamps);
    assert_int_equal(verdict.effect.mss[0], 1400);
    assert_int_equal(verdict.effect.mss[1], 1460);
    assert_int_equal(verdict.effect.wscale[0], 7);
    assert_int_equal(verdict.effect.wscale[1], 2);
    assert_int_equal(script.step.window, 502 << 7);
    assert_int_equal(script.step.relative_seq, 102);
    assert_int_equal(script.step.relative_ack, 302);
    assert_true(script.step.from_client);
    assert_int_equal(ends[0].counts.bytes, 100);
    assert_int_equal(ends[0].counts.acked, 100);
    assert_int_equal(ends[1].counts.bytes, 300);
    assert_int_equal(ends[1].counts.acked, 300);
    assert_int_equal(ends[0].isn, UINT32_C(0xfffffff0));
    assert_int_equal(ends[0].rtt_min, 20 * MS);
    assert_int_equal(ends[1].rtt_min, 3 * MS);

    struct options options;
    char text[OPTIONS_TEXT_SIZE];

    follow_options(&ends[1], &options);
    assert_string_equal(options_show(&options, text),
                        "mss 1400,sackOK,TS val 900 ecr 100,nop,wscale 2");
}

static void test_hint(void **state)
{
    static const struct line lines[] = {
        {0, "> S 0:0 <TS val 1 ecr 0>", "syn", "SYN-SENT", "LISTEN"},
        {1000, "> S 0:0 <TS val 2 ecr 0>", "syn,syn-repeated,retransmission", "SYN-SENT",
         "SYN-RECEIVED"},
        {1010, "< S. 0:0 ack 1 <TS val 7 ecr 2>", "syn-ack", "ESTABLISHED", "SYN-RECEIVED"},
    };
    static const struct line closed[] = {
        {0, "> S 0:0", "syn", "SYN-SENT", "CLOSED"},
        {1, "< R. 0:0 ack 1", "rst,rst-exact", "CLOSED", "CLOSED"},
    };
    struct script script;

    (void)state;
    script_begin(&script, 5, 6);
    follow_init_hint(&script.follow, FOLLOW_HINT_ANSWERED, 2);
    script_run(&script, lines, COUNT_OF(lines));
    assert_int_equal(script.step.answered, 2);
    assert_int_equal(script.step.rtt, 10 * MS);
    script_begin(&script, 5, 6);
    follow_init_hint(&script.follow, FOLLOW_HINT_REFUSED, 0);
    script_run(&script, closed, COUNT_OF(closed));
}

static void test_copies(void **state)
{
    /* The second SYN arrives, its answer is lost, the repeat of that arrives. */
    static const struct line lines[] = {
        {0, "> S 0:0 <TS val 1 ecr 0>", "syn", NULL, NULL},
        {1000, "> S 0:0 <TS val 2 ecr 0>", "syn,syn-repeated,retransmission", "SYN-SENT",
         "?/unanswered"},
        {1005, "< S. 0:0 ack 1 <TS val 50 ecr 2>", "syn-ack", NULL, NULL},
        {2005, "< S. 0:0 ack 1 <TS val 51 ecr 2>", "syn-ack,syn-ack-repeated,retransmission",
         "SYN-SENT/unanswered", "SYN-RECEIVED"},
        {2008, "> . 1:1 ack 1 <TS val 3 ecr 51>", "handshake-ack", "ESTABLISHED", "ESTABLISHED"},
    };
    struct script script;
    struct follow_verdict verdict;

    (void)state;
    script_begin(&script, 1, 2);
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        script_line(&script, &lines[i]);
        if (i == 1)
            assert_int_equal(script.step.copy, 2);
        if (i == 2)
            assert_int_equal(script.step.answered, 2);
        if (i == 3)
            assert_int_equal(script.step.copy, 2);
    }
    assert_int_equal(script.step.answered, 2);
    assert_int_equal(script.step.rtt, 3 * MS);
    verdict = script_judge(&script, 0);
    assert_int_equal(verdict.server_half.rtt, 5 * MS);
    assert_int_equal(verdict.server_half.lost_forward, 1);
    assert_int_equal(verdict.rtt, 8 * MS);
}

/* Without timestamps nobody knows which copy was answered (Karn). */
static void test_ambiguous(void **state)
{
    static const struct line lines[] = {
        {0, "> S 0:0", "syn", NULL, NULL},
        {1000, "> S 0:0", NULL, NULL, NULL},
        {1005, "< S. 0:0 ack 1", "syn-ack", NULL, NULL},
        {1006, "> . 1:1 ack 1", "handshake-ack", NULL, NULL},
    };
    struct script script;
    struct follow_verdict verdict;

    (void)state;
    script_play(&script, lines);
    verdict = script_judge(&script, 0);
    assert_int_equal(verdict.server_half.source, RTT_AMBIGUOUS);
    assert_int_equal(verdict.rtt, FOLLOW_UNKNOWN);
    assert_int_equal(verdict.client_half.rtt, 1 * MS);
}

static void test_endings(void **state)
{
    static const struct {
        const char *name;
        struct line lines[6];
        int64_t later_ms;
        enum verdict verdict;
        enum follow_ending ending;
    } rows[] = {
        {"unanswered",
         {{0, "> S 0:0", "syn", "SYN-SENT", "?/unanswered"}},
         5000,
         VERDICT_FILTERED,
         FOLLOW_ENDING_UNANSWERED},
        {"cut short",
         {{0, "> S 0:0", "syn", NULL, NULL}},
         5,
         VERDICT_INCONCLUSIVE,
         FOLLOW_ENDING_UNANSWERED},
        {"refused",
         {{0, "> S 0:0", "syn", NULL, NULL},
          {3, "< R. 0:0 ack 1", "rst,rst-exact", "CLOSED", "CLOSED"}},
         0,
         VERDICT_REFUSED,
         FOLLOW_ENDING_REFUSED},
        {"half-open",
         {{0, "> S 0:0", "syn", NULL, NULL}, {3, "< S. 0:0 ack 1", "syn-ack", NULL, NULL}},
         0,
         VERDICT_INCONCLUSIVE,
         FOLLOW_ENDING_HALF_OPEN},
        {"half-open scan",
         {{0, "> S 0:0", "syn", NULL, NULL},
          {3, "< S. 0:0 ack 1", "syn-ack", NULL, NULL},
          {4, "> R 1:1", "rst,rst-exact", "CLOSED", "CLOSED"}},
         0,
         VERDICT_OPEN,
         FOLLOW_ENDING_ABANDONED},
        {"still open", {SCRIPT_OPEN}, 0, VERDICT_OPEN, FOLLOW_ENDING_OPEN},
        {"half closed",
         {SCRIPT_OPEN, {20, "< F. 1:1 ack 1", "fin", "CLOSE-WAIT", "FIN-WAIT-1"}},
         0,
         VERDICT_OPEN,
         FOLLOW_ENDING_HALF_CLOSED},
        {"reset",
         {SCRIPT_OPEN, {20, "< R 1:1", "rst,rst-exact", "CLOSED", "CLOSED"}},
         0,
         VERDICT_RESET,
         FOLLOW_ENDING_RST_SERVER},
        {"reset by the client",
         {SCRIPT_OPEN, {20, "> R. 1:1 ack 1", "rst,rst-exact", "CLOSED", "CLOSED"}},
         0,
         VERDICT_OPEN,
         FOLLOW_ENDING_RST_CLIENT},
        {"reset behind the FIN",
         {SCRIPT_OPEN,
          {20, "> F. 1:1 ack 1", "fin", NULL, NULL},
          {21, "< R. 1:1 ack 2", "rst,rst-exact", NULL, NULL}},
         0,
         VERDICT_OPEN,
         FOLLOW_ENDING_RST_SERVER},
        {"timed out",
         {SCRIPT_OPEN,
          {20, "> . 1:9 ack 1", "data", NULL, NULL},
          {300, "> . 1:9 ack 1", "data,retransmission", NULL, NULL},
          {900, "> . 1:9 ack 1", "data,retransmission", NULL, NULL}},
         0,
         VERDICT_OPEN,
         FOLLOW_ENDING_OPEN},
    };
    struct script script;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct follow_verdict verdict;

        script_begin(&script, UINT32_C(0xffffffff), 77);
        for (size_t k = 0; k < COUNT_OF(rows[i].lines) && rows[i].lines[k].segment; k++)
            script_line(&script, &rows[i].lines[k]);
        verdict = script_judge(&script, rows[i].later_ms * MS);
        if (verdict.verdict != rows[i].verdict || verdict.ending != rows[i].ending)
            fail_msg("%s: %s, %s", rows[i].name, verdict.reason,
                     follow_ending_word(verdict.ending));
    }
    /* The third repeat without any answer makes the last row a time-out. */
    script_line(&script, &(struct line){2000, "> . 1:9 ack 1", "data,retransmission", NULL, NULL});
    assert_int_equal(script_judge(&script, 0).ending, FOLLOW_ENDING_TIMED_OUT);
}

static void test_icmp(void **state)
{
    static const struct line lines[] = {{0, "> S 0:0", "syn", NULL, NULL}};
    struct script script;

    (void)state;
    script_begin(&script, 100, 200);
    script_run(&script, lines, 1);
    assert_false(follow_icmp(&script.follow, 0, 101, ICMP_CLASS_HARD));
    assert_false(follow_icmp(&script.follow, 1, 100, ICMP_CLASS_HARD));
    assert_false(follow_icmp(&script.follow, 0, 100, ICMP_CLASS_MTU));
    assert_true(follow_icmp(&script.follow, 0, 100, ICMP_CLASS_SOFT));
    assert_int_equal(script_judge(&script, 0).verdict, VERDICT_UNREACHABLE);
    assert_int_equal(script_judge(&script, 0).ending, FOLLOW_ENDING_UNREACHABLE);
}

static void test_simultaneous(void **state)
{
    static const struct line open[] = {
        {0, "> S 0:0", "syn", "SYN-SENT", "?/unanswered"},
        {1, "< S 0:0", "syn,simultaneous-open", "SYN-RECEIVED", "SYN-RECEIVED"},
        {2, "> S. 0:0 ack 1", "syn-ack", "SYN-RECEIVED", "ESTABLISHED"},
        {3, "< S. 0:0 ack 1", "syn-ack", "ESTABLISHED", "ESTABLISHED"},
        {4, "> . 1:1 ack 1", "duplicate-ack", "ESTABLISHED", "ESTABLISHED"},
        {9, "> F. 1:1 ack 1", "fin", "FIN-WAIT-1", "CLOSE-WAIT"},
        {9.1, "< F. 1:1 ack 1", "fin,simultaneous-close", "CLOSING", "FIN-WAIT-1"},
        {10, "> . 2:2 ack 2", "", "CLOSING", "FIN-WAIT-2"},
        {10.1, "< . 2:2 ack 2", "", "TIME-WAIT", "TIME-WAIT"},
    };
    static const struct line split[] = {
        {0, "> S 0:0", "syn", NULL, NULL},
        {5, "< . 0:0 ack 1", "split-handshake", "SYN-SENT", "?"},
        {6, "< S 0:0", "syn,simultaneous-open,split-handshake", "ESTABLISHED", "SYN-RECEIVED"},
        {7, "> S. 0:0 ack 1", "syn-ack", "ESTABLISHED", "ESTABLISHED"},
        {8, "< . 1:1 ack 1", "", "ESTABLISHED", "ESTABLISHED"},
        {9, "< . 1:1 ack 1", "duplicate-ack", "ESTABLISHED", "ESTABLISHED"},
    };
    static const struct line four[] = {
        {0, "> S 0:0", "syn", NULL, NULL},
        {5, "< S 0:0", "syn,simultaneous-open", NULL, NULL},
        {6, "> S. 0:0 ack 1", "syn-ack", "SYN-RECEIVED", "ESTABLISHED"},
        {9, "< . 1:1 ack 1", "handshake-ack", "ESTABLISHED", "ESTABLISHED"},
    };
    struct script script;

    (void)state;
    script_play(&script, open);
    assert_true(script.follow.simultaneous);
    assert_int_equal(script_judge(&script, 0).verdict, VERDICT_OPEN);
    assert_int_equal(script_judge(&script, 0).rtt, FOLLOW_UNKNOWN);
    script_play(&script, split);
    assert_true(script.follow.split && script.follow.opened);
    /* The other end need not have split it: the client's first SYN may have been lost. */
    script_play(&script, four);
    assert_true(script.follow.simultaneous && !script.follow.split && script.follow.opened);
}

/* A SYN that comes again says that its answer has not arrived. */
static void test_unheard(void **state)
{
    static const struct line lines[] = {
        {0, "> S 0:0", "syn", NULL, NULL},
        {5, "< S. 0:0 ack 1", "syn-ack", "ESTABLISHED", "SYN-RECEIVED"},
        {1000, "> S 0:0", "syn,syn-repeated,retransmission", "SYN-SENT", "SYN-RECEIVED"},
        {1005, "< S. 0:0 ack 1", "syn-ack,syn-ack-repeated,retransmission",
         "SYN-SENT/unanswered", "SYN-RECEIVED"},
        {3000, "> S 0:0", "syn,syn-repeated,retransmission", "SYN-SENT", "SYN-RECEIVED"},
        {3005, "> . 1:1 ack 1", "handshake-ack", "ESTABLISHED", "ESTABLISHED"},
        {9000, "> S 0:0", "syn,syn-repeated,retransmission", "ESTABLISHED", "ESTABLISHED"},
    };
    struct script script;

    (void)state;
    script_play(&script, lines);
    assert_true(script.follow.opened);
}

static void test_reuse(void **state)
{
    static const struct line closed[] = {
        SCRIPT_OPEN,
        {20, "> F. 1:1 ack 1", "fin", NULL, NULL},
        {21, "< F. 1:1 ack 2", "fin", NULL, NULL},
        {22, "> . 2:2 ack 2", "", "TIME-WAIT", "CLOSED"},
        {2023, "> S 0:0", "syn,syn-repeated,retransmission", NULL, NULL}, /* a late copy is none */
        {2099, "> S 70000:70000", "port-reuse", NULL, NULL},
    };
    static const struct line refused[] = {
        {0, "> S 0:0", "syn", NULL, NULL},
        {1, "< R. 0:0 ack 1", "rst,rst-exact", NULL, NULL},
        {2, "> S 9:9", "port-reuse", NULL, NULL},
    };
    static const struct line again[] = {
        {0, "> S 0:0", "syn", NULL, NULL},
        {2, "> S 9:9", "port-reuse", NULL, NULL},
    };
    /* In the middle it is answered by a challenge ACK, unless the other end knows better. */
    static const struct line middle[] = {
        SCRIPT_OPEN,
        {20, "> S 9000:9000", "stray-syn", "ESTABLISHED", "ESTABLISHED"},
        {21, "< . 1:1 ack 1", "duplicate-ack,challenge-ack", "ESTABLISHED", "ESTABLISHED"},
        {22, "< S. 5000:5000 ack 9001", "port-reuse", NULL, NULL},
    };
    struct script script;

    (void)state;
    script_play(&script, middle);
    script_play(&script, closed);
    script_play(&script, refused);
    script_play(&script, again);
}

static void test_early_data(void **state)
{
    static const struct line lines[] = {
        {0, "> S 0:100 <mss 1000,FO 0011223344556677>", "syn,early-data,data", "SYN-SENT",
         "?/unanswered"},
        {9, "< S. 0:0 ack 101", "syn-ack", "ESTABLISHED", "SYN-RECEIVED"},
        {9.5, "< P. 1:31 ack 101", "data", "ESTABLISHED", "SYN-RECEIVED"},
        {10, "> . 101:101 ack 31", "handshake-ack", "ESTABLISHED", "ESTABLISHED"},
    };
    struct script script;

    (void)state;
    script_play(&script, lines);
    assert_true(script_judge(&script, 0).effect.fastopen);
    assert_int_equal(script.follow.ends[0].counts.acked, 100);
}

static void test_words(void **state)
{
    char text[FOLLOW_EVENTS_TEXT_SIZE];

    (void)state;
    for (unsigned i = 0; i < FOLLOW_EVENT_COUNT; i++) {
        assert_true(strlen(follow_event_word(i)) > 0 && strlen(follow_event_meaning(i)) > 0);
        assert_true(strlen(follow_event_reference(i)) > 0);
        for (unsigned k = 0; k < i; k++)
            assert_string_not_equal(follow_event_word(i), follow_event_word(k));
    }
    /* All at once fit. */
    follow_events_show((UINT64_C(1) << FOLLOW_EVENT_COUNT) - 1, text);
    assert_true(strlen(text) < sizeof text - 1);
    assert_non_null(strstr(text, ",malformed"));
    for (unsigned i = 0; i < FOLLOW_ENDING_COUNT; i++) {
        const char *closed = follow_ending_closed(i);

        assert_true(!closed || strstr(CLOSED_WORDS, closed));
        assert_true(strlen(follow_ending_word(i)) > 0 && strlen(follow_ending_meaning(i)) > 0);
    }
    for (unsigned i = 0; i < FOLLOW_DOUBT_COUNT; i++)
        assert_true(strlen(follow_doubt_word(i)) > 0 && strlen(follow_doubt_meaning(i)) > 0);
    for (unsigned i = 0; i < FOLLOW_WHO_COUNT; i++)
        assert_true(strlen(follow_who_word(i)) > 0 && strlen(follow_who_meaning(i)) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),        cmocka_unit_test(test_hint),
        cmocka_unit_test(test_copies),       cmocka_unit_test(test_ambiguous),
        cmocka_unit_test(test_endings),      cmocka_unit_test(test_icmp),
        cmocka_unit_test(test_simultaneous), cmocka_unit_test(test_unheard),
        cmocka_unit_test(test_reuse),        cmocka_unit_test(test_early_data),
        cmocka_unit_test(test_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
