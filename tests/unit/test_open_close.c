/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opening and closing, segment by segment: what is sent, what ends how, which timers run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tcb_lab.h"

static struct lab lab;

static struct option_summary options_of(const struct segment *segment)
{
    struct option_summary summary;

    options_summarize(&segment->options, &summary);
    return summary;
}

/* The one segment that was sent. */
static void expect_sent(uint16_t flags, uint32_t seq, uint32_t ack)
{
    assert_int_equal(lab.sent, 1);
    assert_int_equal(lab.last.flags, flags);
    assert_int_equal(lab.last.seq, seq);
    assert_int_equal(lab.last.ack, ack);
    assert_int_equal(lab.last.source_port, 40000);
    assert_int_equal(lab.last.destination_port, 80);
}

static void expect_end(enum state state, uint32_t outcome)
{
    assert_int_equal(lab.tcb.state, state);
    assert_int_equal(lab.tcb.outcome, outcome);
    if (state == STATE_CLOSED)
        assert_true(tcb_deadline(&lab.tcb) == TCB_NEVER);
}

static void test_syn(void **state)
{
    (void)state;
    lab_open(&lab, LAB_TS | LAB_NO_DATA);
    expect_sent(TCP_SYN, LAB_ISS, 0);
    assert_int_equal(lab.last.window, LAB_WINDOW);
    assert_int_equal(options_of(&lab.last).mss, 1460);
    assert_int_equal(options_of(&lab.last).ts_val, 0xffffff00u + 1000);
    assert_true(tcb_deadline(&lab.tcb) == 2 * SECOND);
    assert_false(tcb_ack_is_ours(&lab.tcb, LAB_ISS));
    assert_true(tcb_ack_is_ours(&lab.tcb, LAB_ISS + 1));
    assert_false(tcb_ack_is_ours(&lab.tcb, LAB_ISS + 2));
}

/* Copies at 1, 3 and 7 s, each with a TSval of its own; then the end, at 15 s. */
static void test_syn_copies_and_give_up(void **state)
{
    static const int64_t seconds[] = {2, 4, 8};
    uint32_t last;

    (void)state;
    lab_open(&lab, LAB_TS);
    for (unsigned i = 0; i < 3; i++) {
        last = options_of(&lab.last).ts_val;
        assert_int_equal(lab_wait(&lab), EVENT_TIMER_RESEND);
        expect_sent(TCP_SYN, LAB_ISS, 0);
        assert_true(lab.now == seconds[i] * SECOND);
        assert_true(seq_before(last, options_of(&lab.last).ts_val));
        assert_int_equal(lab.tcb.syn_copies, i + 2);
    }
    assert_int_equal(lab_wait(&lab), EVENT_TIMER_GIVE_UP);
    assert_true(lab.now == 16 * SECOND);
    expect_sent(TCP_RST, LAB_ISS + 1, 0);
    expect_end(STATE_CLOSED, EFFECT_TIMED_OUT);
}

static void test_copies_within_a_millisecond_differ(void **state)
{
    struct tcb_parameters parameters = lab_parameters();

    (void)state;
    parameters.rto_initial = parameters.rto_max = 1000;
    lab_offer(&parameters.syn_options, true);
    lab_init(&lab, &parameters);
    lab_do(&lab, EVENT_USER_OPEN);
    for (uint32_t copy = 1; copy < 4; copy++) {
        lab_wait(&lab);
        assert_int_equal(options_of(&lab.last).ts_val, 0xffffff00u + 1000 + copy);
    }
}

static void test_no_retries(void **state)
{
    struct tcb_parameters parameters = lab_parameters();

    (void)state;
    parameters.syn_retries = 0;
    lab_init(&lab, &parameters);
    lab_do(&lab, EVENT_USER_OPEN);
    assert_int_equal(lab_wait(&lab), EVENT_TIMER_GIVE_UP);
}

static void test_opened(void **state)
{
    struct segment segment;

    (void)state;
    lab_open(&lab, LAB_TS | LAB_NO_DATA);
    lab.now += 30 * MS;
    segment = lab_syn(&lab, TCP_SYN | TCP_ACK, LAB_TS);
    lab_feed(&lab, &segment);
    expect_sent(TCP_ACK, LAB_ISS + 1, LAB_IRS + 1);
    assert_int_equal(options_of(&lab.last).ts_ecr, 0x80000005u);
    assert_true(lab.effects & EFFECT_OPENED);
    assert_int_equal(lab.tcb.state, STATE_ESTABLISHED);
    assert_true(lab.tcb.srtt == 30 * MS);
    assert_true(tcb_deadline(&lab.tcb) == TCB_NEVER);
    assert_true(tcb_data_done(&lab.tcb));
}

static void test_no_final_ack(void **state)
{
    struct tcb_parameters parameters = lab_parameters();
    struct segment segment;

    (void)state;
    parameters.manners = TCB_MANNER_NO_ACK;
    parameters.data_length = 0;
    lab_init(&lab, &parameters);
    lab_do(&lab, EVENT_USER_OPEN);
    segment = lab_syn(&lab, TCP_SYN | TCP_ACK, 0);
    lab_feed(&lab, &segment);
    assert_int_equal(lab.sent, 0);
    lab_feed(&lab, &segment); /* the server asks again */
    assert_int_equal(lab.events[0], EVENT_RX_SYN_AGAIN);
    assert_int_equal(lab.sent, 0);
    lab_do(&lab, EVENT_USER_ABORT);
    expect_sent(TCP_RST | TCP_ACK, LAB_ISS + 1, LAB_IRS + 1);
    expect_end(STATE_CLOSED, EFFECT_ABORTED);
}

static void test_refused(void **state)
{
    struct segment segment;

    (void)state;
    lab_open(&lab, 0);
    segment = lab_segment(0, 0, TCP_RST, 0);
    lab_feed(&lab, &segment); /* proves nothing (RFC 9293 3.10.7.3) */
    assert_int_equal(lab.tcb.state, STATE_SYN_SENT);
    segment = lab_segment(0, LAB_ISS + 2, TCP_RST | TCP_ACK, 0);
    lab_feed(&lab, &segment);
    assert_int_equal(lab.tcb.state, STATE_SYN_SENT);
    assert_int_equal(lab.sent, 0);
    segment = lab_segment(0, LAB_ISS + 1, TCP_RST | TCP_ACK, 0);
    lab_feed(&lab, &segment);
    assert_int_equal(lab.sent, 0);
    expect_end(STATE_CLOSED, EFFECT_REFUSED);
}

/* A half-open peer answers with an ACK of its own time: the RST has its number (RFC 9293 figure
 * 10). */
static void test_half_open_peer(void **state)
{
    struct segment segment;

    (void)state;
    lab_open(&lab, 0);
    segment = lab_segment(300, 100, TCP_ACK, 0);
    lab_feed(&lab, &segment);
    assert_int_equal(lab.events[0], EVENT_RX_ACK_BAD);
    expect_sent(TCP_RST, 100, 0);
    assert_int_equal(lab.tcb.state, STATE_SYN_SENT);
}

static void test_stray(void **state)
{
    struct segment segment;

    (void)state;
    lab_reach(&lab, STATE_CLOSED, 0);
    segment = lab_segment(1000, 77, TCP_ACK | TCP_FIN, 0);
    lab_feed(&lab, &segment);
    expect_sent(TCP_RST, 77, 0);
    segment = lab_with(lab_segment(1000, 0, TCP_SYN, 0), 5);
    lab_feed(&lab, &segment);
    expect_sent(TCP_RST | TCP_ACK, 0, 1006);
    segment.flags = TCP_RST;
    lab_feed(&lab, &segment);
    assert_int_equal(lab.sent, 0);
}

/* RFC 9293 figure 7. */
static void test_simultaneous_open(void **state)
{
    struct segment segment;

    (void)state;
    lab_open(&lab, LAB_TS);
    segment = lab_syn(&lab, TCP_SYN, 0); /* the peer offers no timestamps */
    lab_feed(&lab, &segment);
    expect_sent(TCP_SYN | TCP_ACK, LAB_ISS, LAB_IRS + 1);
    assert_true(options_of(&lab.last).has_sack_permitted);
    assert_true(options_of(&lab.last).has_mss);
    assert_false(options_of(&lab.last).has_timestamps);
    segment = lab_syn(&lab, TCP_SYN | TCP_ACK, 0);
    lab_feed(&lab, &segment);
    assert_int_equal(lab.events[0], EVENT_RX_SYN_ACK);
    assert_int_equal(lab.tcb.state, STATE_ESTABLISHED);
    assert_true(lab.last.payload_length > 0);
}

static void test_simultaneous_open_by_ack(void **state)
{
    struct segment segment;

    (void)state;
    lab_reach(&lab, STATE_SYN_RECEIVED, LAB_NO_DATA);
    segment = lab_peer(&lab, TCP_ACK, 100);
    lab_feed(&lab, &segment);
    assert_int_equal(lab.events[0], EVENT_RX_ACK_SYN);
    assert_int_equal(lab.tcb.state, STATE_ESTABLISHED);
    assert_int_equal(lab.sent, 0);
}

/* Closed before our SYN was acknowledged: after a time-out the SYN goes first again. */
static void test_close_in_syn_received(void **state)
{
    struct segment segment;

    (void)state;
    lab_reach(&lab, STATE_SYN_RECEIVED, LAB_NO_DATA);
    lab_do(&lab, EVENT_USER_CLOSE);
    expect_sent(TCP_FIN | TCP_ACK, LAB_ISS + 1, LAB_IRS + 1);
    lab_wait(&lab);
    expect_sent(TCP_SYN | TCP_ACK, LAB_ISS, LAB_IRS + 1);
    segment = lab_peer(&lab, TCP_ACK, 100);
    lab_feed(&lab, &segment);
    assert_int_equal(lab.events[0], EVENT_RX_ACK_FIN);
    assert_int_equal(lab.tcb.state, STATE_FIN_WAIT_2);
}

/* What the SYN,ACK brings beside: a closed window, data and FIN. */
static void test_all_in_the_syn_ack(void **state)
{
    struct segment segment;

    (void)state;
    lab_open(&lab, 0);
    segment = lab_with(lab_syn(&lab, TCP_SYN | TCP_ACK | TCP_FIN, 0), 7);
    segment.window = 0;
    lab_feed(&lab, &segment);
    assert_int_equal(lab.count, 4);
    assert_int_equal(lab.events[0], EVENT_RX_SYN_ACK);
    assert_int_equal(lab.events[1], EVENT_RX_WINDOW_ZERO);
    assert_int_equal(lab.events[2], EVENT_RX_DATA);
    assert_int_equal(lab.events[3], EVENT_RX_FIN);
    assert_int_equal(lab.tcb.state, STATE_CLOSE_WAIT);
    assert_int_equal(lab.stream.received, 7);
    expect_sent(TCP_ACK, LAB_ISS + 1, LAB_IRS + 9);
}

static void test_active_close(void **state)
{
    struct segment segment;

    (void)state;
    lab_reach(&lab, STATE_FIN_WAIT_1, LAB_NO_DATA);
    expect_sent(TCP_FIN | TCP_ACK, LAB_ISS + 1, LAB_IRS + 1);
    segment = lab_peer(&lab, TCP_ACK, 8000);
    lab_feed(&lab, &segment);
    assert_int_equal(lab.tcb.state, STATE_FIN_WAIT_2);
    assert_true(tcb_deadline(&lab.tcb) == TCB_NEVER);
    segment =
        lab_with(lab_peer(&lab, TCP_ACK | TCP_FIN, 8000), 5); /* half-closed: data still comes */
    lab_feed(&lab, &segment);
    assert_int_equal(lab.tcb.state, STATE_TIME_WAIT);
    expect_sent(TCP_ACK, LAB_ISS + 2, LAB_IRS + 7);
    lab.now += SECOND;
    lab_feed(&lab, &segment); /* our ACK was lost: 2 MSL begin again */
    assert_int_equal(lab.events[0], EVENT_RX_FIN_AGAIN);
    assert_int_equal(lab.sent, 1);
    assert_true(tcb_deadline(&lab.tcb) == lab.now + 60 * SECOND);
    assert_int_equal(lab_wait(&lab), EVENT_TIMER_2MSL);
    assert_int_equal(lab.sent, 0);
    expect_end(STATE_CLOSED, EFFECT_DONE);
}

static void test_fin_and_its_ack_at_once(void **state)
{
    struct segment segment;

    (void)state;
    lab_reach(&lab, STATE_FIN_WAIT_1, 0);
    segment = lab_with(lab_peer(&lab, TCP_ACK | TCP_FIN, 8000), 3);
    lab_feed(&lab, &segment);
    assert_int_equal(lab.count, 3);
    assert_int_equal(lab.events[0], EVENT_RX_ACK_FIN);
    assert_int_equal(lab.events[1], EVENT_RX_DATA);
    assert_int_equal(lab.events[2], EVENT_RX_FIN);
    assert_int_equal(lab.tcb.state, STATE_TIME_WAIT);
    assert_true(tcb_data_done(&lab.tcb));
    assert_int_equal(lab.sent, 1);
}

static void test_no_time_wait(void **state)
{
    struct tcb_parameters parameters = lab_parameters();
    struct segment segment;

    (void)state;
    parameters.msl = 0;
    parameters.data_length = 0;
    lab_init(&lab, &parameters);
    lab_do(&lab, EVENT_USER_OPEN);
    segment = lab_syn(&lab, TCP_SYN | TCP_ACK, 0);
    lab_feed(&lab, &segment);
    lab_do(&lab, EVENT_USER_CLOSE);
    segment = lab_peer(&lab, TCP_ACK | TCP_FIN, 100);
    lab_feed(&lab, &segment);
    assert_int_equal(lab.tcb.state, STATE_TIME_WAIT);
    assert_int_equal(tcb_due(&lab.tcb, lab.now), EVENT_TIMER_2MSL);
}

static void test_passive_close(void **state)
{
    struct segment segment;

    (void)state;
    lab_reach(&lab, STATE_LAST_ACK, LAB_NO_DATA);
    expect_sent(TCP_FIN | TCP_ACK, LAB_ISS + 1, LAB_IRS + 2);
    lab_wait(&lab); /* lost: once more */
    expect_sent(TCP_FIN | TCP_ACK, LAB_ISS + 1, LAB_IRS + 2);
    segment = lab_peer(&lab, TCP_ACK, 8000);
    lab_feed(&lab, &segment);
    expect_end(STATE_CLOSED, EFFECT_DONE);
}

static void test_simultaneous_close(void **state)
{
    struct segment segment;

    (void)state;
    lab_reach(&lab, STATE_CLOSING, LAB_NO_DATA);
    segment = lab_peer(&lab, TCP_ACK, 8000);
    lab_feed(&lab, &segment);
    assert_int_equal(lab.tcb.state, STATE_TIME_WAIT);
    assert_int_equal(lab.sent, 0);
}

static void test_fin_behind_a_hole(void **state)
{
    struct segment segment;

    (void)state;
    lab_reach(&lab, STATE_ESTABLISHED, LAB_NO_DATA | LAB_HOLE);
    assert_true(lab.tcb.peer_fin_seen);
    segment = lab_with(lab_peer(&lab, TCP_ACK, 8000), 1);
    lab_feed(&lab, &segment);
    assert_int_equal(lab.count, 3);
    assert_int_equal(lab.events[1], EVENT_RX_DATA);
    assert_int_equal(lab.events[2], EVENT_RX_FIN);
    assert_int_equal(lab.tcb.state, STATE_CLOSE_WAIT);
    expect_sent(TCP_ACK, LAB_ISS + 1, LAB_IRS + 13);
}

static void test_reset(void **state)
{
    struct segment segment;

    (void)state;
    lab_reach(&lab, STATE_ESTABLISHED, LAB_NO_DATA);
    segment = lab_segment(LAB_IRS + 2, 0, TCP_RST, 0);
    lab_feed(&lab, &segment); /* RFC 5961 3.2: a challenge */
    expect_sent(TCP_ACK, LAB_ISS + 1, LAB_IRS + 1);
    segment = lab_segment(LAB_IRS + 1 + LAB_WINDOW, 0, TCP_RST, 0);
    lab_feed(&lab, &segment);
    assert_int_equal(lab.sent, 0);
    assert_int_equal(lab.tcb.state, STATE_ESTABLISHED);
    segment = lab_segment(LAB_IRS + 1, 0, TCP_RST, 0);
    lab_feed(&lab, &segment);
    expect_end(STATE_CLOSED, EFFECT_RESET);
}

/* RFC 5961 7: forged segments do not make us send without end. */
static void test_challenges_are_limited(void **state)
{
    struct segment segment;
    unsigned answers = 0;

    (void)state;
    lab_reach(&lab, STATE_ESTABLISHED, LAB_NO_DATA);
    for (unsigned i = 0; i < 100; i++) {
        segment = lab_segment(LAB_IRS + 5, 0, TCP_RST, 0);
        lab_feed(&lab, &segment);
        answers += lab.sent;
    }
    assert_int_equal(answers, 10);
    lab.now += 5 * SECOND;
    lab_feed(&lab, &segment);
    assert_int_equal(lab.sent, 1);
}

/* Nor does a peer that answers each ACK with its SYN,ACK. */
static void test_repeats_are_limited(void **state)
{
    struct segment segment;
    unsigned answers = 0;

    (void)state;
    lab_reach(&lab, STATE_ESTABLISHED, LAB_NO_DATA);
    segment = lab_syn(&lab, TCP_SYN | TCP_ACK, 0);
    for (unsigned i = 0; i < 100; i++) {
        lab_feed(&lab, &segment);
        assert_int_equal(lab.events[0], EVENT_RX_SYN_AGAIN);
        answers += lab.sent;
    }
    assert_int_equal(answers, 10);
    lab.now += 5 * SECOND;
    lab_feed(&lab, &segment);
    expect_sent(TCP_ACK, LAB_ISS + 1, LAB_IRS + 1);
}

static void test_icmp(void **state)
{
    (void)state;
    lab_reach(&lab, STATE_SYN_SENT, 0);
    lab_do(&lab, EVENT_ICMP_SOFT);
    expect_end(STATE_CLOSED, EFFECT_UNREACHABLE);
    lab_reach(&lab, STATE_ESTABLISHED, 0);
    lab_do(&lab, EVENT_ICMP_HARD); /* RFC 5927 5.2 */
    assert_int_equal(lab.sent, 0);
    assert_int_equal(lab.tcb.state, STATE_ESTABLISHED);
}

static void test_what_a_user_may(void **state)
{
    (void)state;
    lab_reach(&lab, STATE_FIN_WAIT_1, 0);
    assert_false(tcb_may(&lab.tcb, EVENT_USER_CLOSE));
    assert_false(tcb_may(&lab.tcb, EVENT_RX_SYN));
    assert_true(tcb_may(&lab.tcb, EVENT_USER_ABORT));
    lab_do(&lab, EVENT_USER_LEAVE);
    assert_int_equal(lab.sent, 0);
    expect_end(STATE_CLOSED, EFFECT_LEFT);
    lab_reach(&lab, STATE_SYN_SENT, 0);
    lab_do(&lab, EVENT_USER_CLOSE);
    expect_sent(TCP_RST, LAB_ISS + 1, 0);
}

/* A user's odd SYN: the peer may acknowledge its FIN, and nothing comes out of step. */
static void test_syn_with_fin(void **state)
{
    struct tcb_parameters parameters = lab_parameters();
    struct segment segment;

    (void)state;
    parameters.syn_flags = TCP_SYN | TCP_FIN;
    parameters.data_length = 0;
    lab_init(&lab, &parameters);
    lab_do(&lab, EVENT_USER_OPEN);
    segment = lab_segment(LAB_IRS, LAB_ISS + 2, TCP_SYN | TCP_ACK, 100);
    lab_feed(&lab, &segment);
    assert_int_equal(lab.tcb.state, STATE_ESTABLISHED);
    lab_do(&lab, EVENT_USER_CLOSE);
    expect_sent(TCP_FIN | TCP_ACK, LAB_ISS + 1, LAB_IRS + 1);
    segment = lab_segment(LAB_IRS + 1, LAB_ISS + 2, TCP_FIN | TCP_ACK, 100);
    lab_feed(&lab, &segment);
    assert_int_equal(lab.tcb.state, STATE_TIME_WAIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_syn),
        cmocka_unit_test(test_syn_copies_and_give_up),
        cmocka_unit_test(test_copies_within_a_millisecond_differ),
        cmocka_unit_test(test_no_retries),
        cmocka_unit_test(test_opened),
        cmocka_unit_test(test_no_final_ack),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_half_open_peer),
        cmocka_unit_test(test_stray),
        cmocka_unit_test(test_simultaneous_open),
        cmocka_unit_test(test_simultaneous_open_by_ack),
        cmocka_unit_test(test_close_in_syn_received),
        cmocka_unit_test(test_all_in_the_syn_ack),
        cmocka_unit_test(test_active_close),
        cmocka_unit_test(test_fin_and_its_ack_at_once),
        cmocka_unit_test(test_no_time_wait),
        cmocka_unit_test(test_passive_close),
        cmocka_unit_test(test_simultaneous_close),
        cmocka_unit_test(test_fin_behind_a_hole),
        cmocka_unit_test(test_reset),
        cmocka_unit_test(test_challenges_are_limited),
        cmocka_unit_test(test_repeats_are_limited),
        cmocka_unit_test(test_icmp),
        cmocka_unit_test(test_what_a_user_may),
        cmocka_unit_test(test_syn_with_fin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
