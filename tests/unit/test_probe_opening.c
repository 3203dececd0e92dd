/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of a probe while it opens: SYNs and answers that are lost, late, doubled, wrong, or cross
 * each other. */
#include "probe_cases.h"

/* The echo names the second SYN: the first never arrived, and the time is that of the second. */
static void test_first_syn_lost(void **state)
{
    struct lab *lab = *state;

    lab_start(lab);
    lab_wait(lab, SECOND + 10 * MS);
    lab_feed(lab, TCP_SYN | TCP_ACK, 0, 1);
    finish_politely(lab);
    expect(lab, VERDICT_OPEN, "both", "the second SYN with SYN,ACK after");
    expect_findings(lab, "");
    assert_int_equal(lab->record.attempts, 2);
    assert_int_equal(lab->record.answered_attempt, 2);
    assert_int_equal(lab->record.lost_forward, 1);
    assert_int_equal(lab->record.lost_reverse, 0);
    assert_true(lab->record.rtt_ms > 9 && lab->record.rtt_ms < 11);
}

/*
 * The echo names the first SYN although the second had gone out: the first answer was lost, and no
 * pair is beyond doubt. A server answers the second copy and repeats its SYN,ACK besides, so that
 * as many answers come as SYNs were sent.
 */
static void first_answer_lost(struct lab *lab, bool twice)
{
    struct segment answer, again;

    lab_start(lab);
    answer = lab_segment(lab, TCP_SYN | TCP_ACK, 0, 1);
    again = answer;
    lab_wait(lab, SECOND + MS);
    lab_take(lab, &answer);
    lab_wait(lab, MS);
    if (twice)
        lab_take(lab, &again);
    finish_politely(lab);
    expect(lab, VERDICT_OPEN, "both", "the first SYN with SYN,ACK, 1");
    expect_findings(lab, twice ? "TP-SEG-DUPLICATE" : "");
    assert_int_equal(lab->record.attempts, 2);
    assert_int_equal(lab->record.answered_attempt, 1);
    assert_int_equal(lab->record.lost_forward, 0);
    assert_int_equal(lab->record.lost_reverse, 1);
    assert_true(isnan(lab->record.rtt_ms));
    assert_non_null(strstr(lab->record.reason, "1 SYN,ACK was probably lost on the way back"));
}

static void test_first_answer_lost(void **state)
{
    first_answer_lost(*state, false);
}

static void test_first_answer_lost_two_come(void **state)
{
    first_answer_lost(*state, true);
}

/* One SYN, but the answer is the repeat of one that was lost: later round trips give it away. */
static void test_late_answer(void **state)
{
    struct lab *lab = *state;

    lab->spec.timeout = 3 * SECOND;
    lab_start(lab);
    lab_wait(lab, SECOND);
    lab_feed(lab, TCP_SYN | TCP_ACK, 0, 1);
    finish_politely(lab);
    expect(lab, VERDICT_OPEN, "both", "1 SYN,ACK was probably lost on the way back");
    expect_findings(lab, "TP-SYN-LATE");
    assert_int_equal(lab->record.lost_reverse, 1);
    assert_true(isnan(lab->record.rtt_ms));
}

/* Without timestamps nobody can tell which copy was answered (Karn). */
static void test_no_timestamps(void **state)
{
    struct lab *lab = *state;

    lab->timestamps = false;
    lab_start(lab);
    lab_wait(lab, SECOND + 10 * MS);
    lab_feed(lab, TCP_SYN | TCP_ACK, 0, 1);
    finish_politely(lab);
    expect(lab, VERDICT_OPEN, "both", "one of 2 SYNs");
    assert_int_equal(lab->record.answered_attempt, RECORD_UNKNOWN);
    assert_int_equal(lab->record.lost_forward, RECORD_UNKNOWN);
    assert_int_equal(lab->record.lost_reverse, RECORD_UNKNOWN);
    assert_true(isnan(lab->record.rtt_ms));
    expect_findings(lab, "");
}

static void test_foreign_echo(void **state)
{
    struct lab *lab = *state;
    struct segment answer;

    lab_start(lab);
    answer = lab_segment(lab, TCP_SYN | TCP_ACK, 0, 1);
    options_set_timestamps(&answer.options, 1, 12345);
    lab_take(lab, &answer);
    lab->ts_val = 2;
    finish_politely(lab);
    expect(lab, VERDICT_OPEN, "both", "");
    expect_findings(lab, "TP-OPT-TSECR");
}

/* The capture does not show what leaves: the sending call's times are no measurement. */
static void test_not_captured(void **state)
{
    struct lab *lab = *state;

    lab->blind = true;
    establish(lab);
    finish_politely(lab);
    expect(lab, VERDICT_OPEN, "both", "");
    expect_findings(lab, "TP-LOCAL-UNSEEN");
    assert_true(isnan(lab->record.rtt_ms));
}

static void test_answer_twice(void **state)
{
    struct lab *lab = *state;
    struct segment answer;

    lab_start(lab);
    answer = lab_segment(lab, TCP_SYN | TCP_ACK, 0, 1);
    lab_take(lab, &answer);
    lab_take(lab, &answer);
    expect_sent(lab, TCP_SYN, 0, 0);
    expect_sent(lab, TCP_ACK, 1, 1);
    expect_sent(lab, TCP_ACK, 1, 1);
    finish_politely(lab);
    expect(lab, VERDICT_OPEN, "both", "");
    expect_findings(lab, "TP-SEG-DUPLICATE");
    assert_int_equal(lab->record.lost_reverse, 0);
}

/* The answer to another connection gets an RST (RFC 9293 3.10.7.3), and ours goes on. */
static void test_wrong_acknowledgment(void **state)
{
    struct lab *lab = *state;

    lab_start(lab);
    expect_sent(lab, TCP_SYN, 0, 0);
    lab_feed(lab, TCP_SYN | TCP_ACK, 0, 1000);
    expect_sent(lab, TCP_RST, 1000, 0);
    lab_feed(lab, TCP_SYN | TCP_ACK, 0, 0);
    expect_sent(lab, TCP_RST, 0, 0);
    assert_int_equal(lab->probe.tcb.state, STATE_SYN_SENT);
    lab_feed(lab, TCP_SYN | TCP_ACK, 0, 1);
    finish_politely(lab);
    expect(lab, VERDICT_OPEN, "both", "");
    expect_findings(lab, "TP-SEG-ACK-BAD");
}

/* Another initial sequence number in the repeat: not the same server, or it forgot the first. */
static void test_isn_changed(void **state)
{
    struct lab *lab = *state;

    establish(lab);
    lab_feed(lab, TCP_SYN | TCP_ACK, 5000, 1);
    finish_politely(lab);
    expect(lab, VERDICT_OPEN, "both", "");
    expect_findings(lab, "TP-SEG-SYN-BAD TP-SYN-ISN-CHANGED");
}

/* A bare ACK, then a SYN: the server acts as a client, and the handshake takes four steps. */
static void test_split_handshake(void **state)
{
    struct lab *lab = *state;
    const struct options_record *answered;

    lab_start(lab);
    expect_sent(lab, TCP_SYN, 0, 0);
    lab->timestamps = false;
    lab_feed(lab, TCP_ACK, 100, 1);
    expect_silence(lab);
    lab->timestamps = true;
    lab_feed(lab, TCP_SYN, 0, 0);
    expect_sent(lab, TCP_SYN | TCP_ACK, 0, 1);
    lab_feed(lab, TCP_ACK, 1, 1);
    assert_int_equal(lab->probe.phase, PHASE_EXCHANGE);
    finish_politely(lab);
    expect(lab, VERDICT_OPEN, "both", "crossed ours, and its ACK completed the handshake");
    expect_findings(lab, "TP-SEG-NO-SYN TP-SYN-CROSSED");
    answered = lab->record.answered;
    assert_non_null(answered);
    assert_int_equal(answered->mss, 1400);
}

static void test_simultaneous_open(void **state)
{
    struct lab *lab = *state;
    const struct options_record *in_effect;

    lab_start(lab);
    expect_sent(lab, TCP_SYN, 0, 0);
    lab_feed(lab, TCP_SYN, 0, 0);
    assert_int_equal(lab->probe.tcb.state, STATE_SYN_RECEIVED);
    expect_sent(lab, TCP_SYN | TCP_ACK, 0, 1);
    lab_feed(lab, TCP_SYN | TCP_ACK, 0, 1);
    expect_sent(lab, TCP_ACK, 1, 1);
    finish_politely(lab);
    expect(lab, VERDICT_OPEN, "both", "");
    expect_findings(lab, "TP-SYN-CROSSED");
    in_effect = lab->record.in_effect;
    assert_int_equal(in_effect->wscale, 5);
    assert_true(in_effect->timestamps && in_effect->sack);
}

/* Its SYN crossed ours, and then nothing: neither silence nor open. */
static void test_crossing_alone(void **state)
{
    struct lab *lab = *state;

    lab_start(lab);
    lab_feed(lab, TCP_SYN, 0, 0);
    lab_wait(lab, 60 * SECOND);
    expect(lab, VERDICT_INCONCLUSIVE, "", "crossed ours, but it never acknowledged ours");
    expect_findings(lab, "TP-SYN-CROSSED");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(test_first_syn_lost),
        BOTH(test_first_answer_lost),
        BOTH(test_first_answer_lost_two_come),
        BOTH(test_late_answer),
        BOTH(test_no_timestamps),
        BOTH(test_foreign_echo),
        BOTH(test_not_captured),
        BOTH(test_answer_twice),
        BOTH(test_wrong_acknowledgment),
        BOTH(test_isn_changed),
        BOTH(test_split_handshake),
        BOTH(test_simultaneous_open),
        BOTH(test_crossing_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
