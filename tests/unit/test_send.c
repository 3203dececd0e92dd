/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Data under way: sizes, windows, repeats, probes, SACK blocks, ECN and what a network says of
 * sizes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tcb_lab.h"

static struct lab lab;

/* All segments of the last cause. */
static struct segment out[LAB_SENT_MAX];
static unsigned outs;

static void drain(const struct segment *answered)
{
    outs = 0;
    while (tcb_send(&lab.tcb, &lab.effects, answered, lab.now, &lab.last)) {
        REQUIRE(outs < LAB_SENT_MAX);
        out[outs++] = lab.last;
    }
    lab_check(&lab.tcb);
}

static void cause(enum event event)
{
    lab.effects = tcb_step(&lab.tcb, event, NULL, lab.now).effects;
    drain(NULL);
}

static void feed(const struct segment *segment)
{
    lab.effects = 0;
    lab.count = tcb_classify(&lab.tcb, segment, lab.events);
    for (unsigned i = 0; i < lab.count; i++)
        lab.effects |= tcb_step(&lab.tcb, lab.events[i], segment, lab.now).effects;
    drain(segment);
}

static enum event wait_for_timer(void)
{
    enum event event;

    lab.now = tcb_deadline(&lab.tcb);
    event = tcb_due(&lab.tcb, lab.now);
    cause(event);
    return event;
}

struct peer {
    uint16_t mss, window;
    bool no_mss, timestamps, wscale, ecn, closed;
    uint8_t shift;
};

static struct segment answer_of(const struct peer *peer)
{
    struct segment segment = lab_segment(LAB_IRS, LAB_ISS + 1, TCP_SYN | TCP_ACK, peer->window);
    char mss[2] = {(char)(peer->mss >> 8), (char)peer->mss};

    if (!peer->no_mss)
        lab_option(&segment.options, OPTION_MSS, mss, 2);
    lab_option(&segment.options, OPTION_SACK_PERMITTED, "", 0);
    if (peer->timestamps)
        REQUIRE(options_add_timestamps(&segment.options, 5, lab.tcb.ts_val_last) == 0);
    if (peer->wscale)
        lab_option(&segment.options, OPTION_WSCALE, (const char *)&peer->shift, 1);
    if (peer->ecn)
        segment.flags |= TCP_ECE;
    return segment;
}

static void connect_with(const struct peer *peer, struct tcb_parameters *parameters)
{
    struct segment segment;

    lab_offer(&parameters->syn_options, true);
    lab_option(&parameters->syn_options, OPTION_WSCALE, "\7", 1);
    lab_init(&lab, parameters);
    cause(EVENT_USER_OPEN);
    segment = answer_of(peer);
    feed(&segment);
    assert_int_equal(lab.tcb.state, STATE_ESTABLISHED);
}

static void connect_to(const struct peer *peer)
{
    struct tcb_parameters parameters = lab_parameters();

    connect_with(peer, &parameters);
}

/* The peer's ACK of the caller's first `bytes` bytes. */
static struct segment ack_of(uint32_t bytes, uint16_t window)
{
    struct segment segment = lab_segment(lab.tcb.rcv_nxt, LAB_ISS + 1 + bytes, TCP_ACK, window);

    if (lab.tcb.ts_on)
        REQUIRE(options_add_timestamps(&segment.options, lab.tcb.ts_recent, lab.tcb.ts_val_last) ==
                0);
    return segment;
}

static void expect_data(unsigned index, uint32_t from, uint32_t length, uint16_t flags)
{
    assert_true(index < outs);
    assert_int_equal(out[index].seq - LAB_ISS - 1, from);
    assert_int_equal(out[index].payload_length, length);
    assert_int_equal(out[index].payload_total, length);
    assert_int_equal(out[index].flags, flags);
    if (length)
        assert_memory_equal(out[index].payload, lab_data + from, length);
}

static void test_segments(void **state)
{
    const struct peer peer = {.mss = 1000, .window = 8000};

    (void)state;
    connect_to(&peer);
    assert_int_equal(outs, 3);
    expect_data(0, 0, 1000, TCP_ACK);
    expect_data(1, 1000, 1000, TCP_ACK);
    expect_data(2, 2000, 1000, TCP_ACK | TCP_PSH);
    /* The window of ours has units of 128 now (RFC 7323 2.2): no, the peer offered no scale. */
    assert_int_equal(out[0].window, LAB_WINDOW);
    assert_int_equal(tcb_data_acked(&lab.tcb), 0);
    struct segment segment = ack_of(3000, 8000);
    feed(&segment);
    assert_true(tcb_data_done(&lab.tcb));
    assert_int_equal(tcb_data_acked(&lab.tcb), LAB_DATA);
    assert_true(tcb_deadline(&lab.tcb) == TCB_NEVER);
}

static void test_fin_goes_with_the_last_data(void **state)
{
    const struct peer peer = {.mss = 1000, .window = 2500};
    struct segment segment;

    (void)state;
    connect_to(&peer);
    assert_int_equal(outs, 2); /* the rest would be a silly small one */
    cause(EVENT_USER_CLOSE);
    assert_int_equal(outs, 0);
    assert_int_equal(lab.tcb.state, STATE_FIN_WAIT_1);
    segment = ack_of(2000, 2500);
    feed(&segment);
    assert_int_equal(outs, 1);
    expect_data(0, 2000, 1000, TCP_ACK | TCP_PSH | TCP_FIN);
}

static void test_mss(void **state)
{
    static const struct {
        struct peer peer;
        uint16_t limit;
        uint32_t length; /* of a full segment */
    } rows[] = {
        {{.mss = 1460, .window = 60000}, 1460, 1460},
        {{.mss = 1460, .window = 60000, .timestamps = true}, 1460, 1448}, /* RFC 6691 */
        {{.mss = 9000, .window = 60000}, 1400, 1400},
        {{.no_mss = true, .window = 60000}, 1460, 536}, /* RFC 9293 3.7.1 */
        {{.mss = 0, .window = 60000}, 1460, 48},
        {{.mss = 1, .window = 60000, .timestamps = true}, 1460, 36},
        {{.mss = 1460, .window = 60000}, 1, 1},
        {{.mss = 1460, .window = 60000, .timestamps = true}, 10, 1},
    };

    (void)state;
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct tcb_parameters parameters = lab_parameters();

        parameters.mss_limit = rows[i].limit;
        connect_with(&rows[i].peer, &parameters);
        expect_data(0, 0, rows[i].length, TCP_ACK);
    }
}

static void test_initial_window(void **state)
{
    const struct peer peer = {.mss = 100, .window = 60000};

    (void)state;
    connect_to(&peer);
    assert_int_equal(outs, 10); /* RFC 6928 */
    struct segment segment = ack_of(100, 60000);
    feed(&segment);
    assert_int_equal(outs, 2); /* slow start: one acknowledged, one more */
}

static void test_scaled_windows(void **state)
{
    const struct peer peer = {.mss = 1000, .window = 500, .wscale = true, .shift = 200};
    struct tcb_parameters parameters = lab_parameters();
    struct segment segment;

    (void)state;
    parameters.receive_window = 1 << 20;
    connect_with(&peer, &parameters);
    assert_int_equal(lab.tcb.snd_wscale, 14); /* RFC 7323 2.3 */
    assert_int_equal(lab.tcb.snd_wnd, 500);   /* not in a SYN */
    segment = ack_of(500, 2);
    feed(&segment);
    assert_int_equal(lab.tcb.snd_wnd, 2 << 14);
    assert_int_equal(out[0].window, (1 << 20) >> 7);
}

static void test_small_window_is_not_a_closed_one(void **state)
{
    const struct peer peer = {.mss = 1000, .window = 8000, .wscale = true, .shift = 3};
    struct tcb_parameters parameters = lab_parameters();

    (void)state;
    parameters.receive_window = 1;
    connect_with(&peer, &parameters);
    assert_int_equal(tcb_window_field(&lab.tcb), 1);
    assert_int_equal(lab.tcb.rcv_wnd, 128);
}

/* RFC 6298 5.4 to 5.6: the oldest again, the wait doubled; the rest follows when that is
 * acknowledged. */
static void test_time_out(void **state)
{
    const struct peer peer = {.mss = 1000, .window = 8000};
    struct segment segment;
    int64_t sent;

    (void)state;
    connect_to(&peer);
    sent = lab.now;
    assert_int_equal(wait_for_timer(), EVENT_TIMER_RESEND);
    assert_true(lab.now - sent == 200 * MS);
    assert_int_equal(outs, 1);
    expect_data(0, 0, 1000, TCP_ACK);
    assert_int_equal(lab.tcb.cwnd, 1000);
    assert_int_equal(wait_for_timer(), EVENT_TIMER_RESEND);
    assert_true(lab.now - sent == 600 * MS);
    segment = ack_of(1000, 8000);
    feed(&segment);
    assert_int_equal(outs, 2); /* from where it was lost */
    expect_data(0, 1000, 1000, TCP_ACK);
    segment = ack_of(3000, 8000);
    feed(&segment);
    assert_true(tcb_data_done(&lab.tcb));
}

static void test_give_up(void **state)
{
    const struct peer peer = {.mss = 1000, .window = 8000};
    unsigned repeats = 0;

    (void)state;
    connect_to(&peer);
    while (wait_for_timer() == EVENT_TIMER_RESEND)
        repeats++;
    assert_int_equal(repeats, 5);
    assert_int_equal(lab.tcb.outcome, EFFECT_TIMED_OUT);
    assert_int_equal(outs, 1);
    assert_int_equal(out[0].flags, TCP_RST | TCP_ACK);
    assert_int_equal(out[0].seq, LAB_ISS + 1 + LAB_DATA);
}

static void test_karn(void **state)
{
    const struct peer peer = {.mss = 1000, .window = 8000};
    struct segment segment;
    int64_t srtt;

    (void)state;
    connect_to(&peer);
    srtt = lab.tcb.srtt;
    wait_for_timer();
    lab.now += 40 * MS;
    segment = ack_of(3000, 8000);
    feed(&segment);
    assert_true(lab.tcb.srtt == srtt); /* which copy it was is not known */
}

static void test_echoed_timestamp_is_a_sample(void **state)
{
    const struct peer peer = {.mss = 1000, .window = 8000, .timestamps = true};
    struct segment segment;

    (void)state;
    connect_to(&peer);
    lab.tcb.srtt = 0;
    wait_for_timer();
    lab.now += 40 * MS;
    segment = ack_of(988, 8000);
    feed(&segment);
    assert_true(lab.tcb.srtt == 40 * MS); /* RFC 7323 4.1: the copy is named */
}

static void test_third_duplicate(void **state)
{
    const struct peer peer = {.mss = 1000, .window = 8000};
    struct segment segment;

    (void)state;
    connect_to(&peer);
    segment = ack_of(0, 8000);
    for (unsigned i = 1; i <= 5; i++) {
        feed(&segment);
        assert_int_equal(lab.events[0], i == 3 ? EVENT_RX_ACK_DUP : EVENT_RX_ACK_SAME);
        assert_int_equal(outs, i == 3 ? 1 : 0);
        if (i == 3)
            expect_data(0, 0, 1000, TCP_ACK);
    }
    assert_int_equal(lab.tcb.cwnd, 2000); /* RFC 5681 equation 4 */
}

static void test_zero_window(void **state)
{
    const struct peer peer = {.mss = 1000, .window = 0};
    struct segment segment;
    int64_t gap = 200 * MS;

    (void)state;
    connect_to(&peer);
    assert_int_equal(lab.events[1], EVENT_RX_WINDOW_ZERO);
    assert_int_equal(outs, 1);
    expect_data(0, 0, 0, TCP_ACK);
    for (unsigned i = 0; i < 20; i++) { /* for ever, as long as the peer answers */
        int64_t before = lab.now;

        assert_int_equal(wait_for_timer(), EVENT_TIMER_PERSIST);
        assert_true(lab.now - before == gap);
        gap = gap * 2 < 60 * SECOND ? gap * 2 : 60 * SECOND;
        assert_int_equal(outs, 1);
        expect_data(0, 0, 1, TCP_ACK);
        segment = ack_of(0, 0);
        feed(&segment);
        assert_int_equal(outs, 0);
    }
    segment = ack_of(0, 8000);
    feed(&segment);
    assert_int_equal(lab.events[1], EVENT_RX_WINDOW_OPEN);
    assert_int_equal(outs, 3);
    expect_data(0, 0, 1000, TCP_ACK);
}

static void test_zero_window_in_silence(void **state)
{
    const struct peer peer = {.mss = 1000, .window = 0};
    unsigned probes = 0;

    (void)state;
    connect_to(&peer);
    while (wait_for_timer() == EVENT_TIMER_PERSIST)
        probes++;
    assert_int_equal(probes, 6);
    assert_int_equal(lab.tcb.outcome, EFFECT_TIMED_OUT);
    assert_int_equal(out[0].seq, LAB_ISS + 1); /* where the closed window lets an RST count */
}

static void test_fin_into_a_zero_window(void **state)
{
    const struct peer peer = {.mss = 1000, .window = 0};
    struct tcb_parameters parameters = lab_parameters();
    struct segment segment;

    (void)state;
    parameters.data_length = 0;
    connect_with(&peer, &parameters);
    cause(EVENT_USER_CLOSE);
    assert_int_equal(outs, 0);
    assert_int_equal(wait_for_timer(), EVENT_TIMER_PERSIST);
    expect_data(0, 0, 0, TCP_ACK | TCP_FIN);
    segment = ack_of(1, 0);
    feed(&segment);
    assert_int_equal(lab.tcb.state, STATE_FIN_WAIT_2);
    assert_true(tcb_deadline(&lab.tcb) == TCB_NEVER);
}

/* RFC 9293 3.8.6.2.1: less than half of the window is not worth a segment, until a timer says so.
 */
static void test_silly_window(void **state)
{
    const struct peer peer = {.mss = 1000, .window = 1000};
    struct segment segment;

    (void)state;
    connect_to(&peer);
    assert_int_equal(outs, 1);
    segment = ack_of(1000, 10);
    feed(&segment);
    assert_int_equal(outs, 0);
    assert_int_equal(wait_for_timer(), EVENT_TIMER_PERSIST);
    expect_data(0, 1000, 10, TCP_ACK);
}

static void test_stale_window_is_not_taken(void **state)
{
    const struct peer peer = {.mss = 1000, .window = 8000};
    struct segment segment;

    (void)state;
    connect_to(&peer);
    segment = ack_of(1000, 4000);
    feed(&segment);
    segment = ack_of(0, 100); /* SND.WL2 */
    feed(&segment);
    assert_int_equal(lab.tcb.snd_wnd, 4000);
}

static void test_sack_blocks(void **state)
{
    struct peer peer = {.mss = 1000, .window = 8000, .timestamps = true};
    struct option_summary options;

    (void)state;
    for (unsigned with_timestamps = 0; with_timestamps < 2; with_timestamps++) {
        struct tcb_parameters parameters = lab_parameters();

        parameters.data_length = 0;
        peer.timestamps = with_timestamps;
        connect_with(&peer, &parameters);
        for (uint32_t i = 0; i < 5; i++) {
            struct segment segment = lab_with(ack_of(0, 8000), 10);

            segment.seq += 100 + 100 * i;
            feed(&segment);
            assert_int_equal(outs, 1);
        }
        options_summarize(&out[0].options, &options);
        assert_int_equal(options.sack_count, with_timestamps ? 3 : 4);
        assert_int_equal(options.sack[0].left, LAB_IRS + 501);
        assert_int_equal(options.sack[0].right, LAB_IRS + 511);
        assert_int_equal(options.has_timestamps, with_timestamps);
        assert_int_equal(out[0].options.length, with_timestamps ? 40 : 36);
        assert_int_equal(options_unhealthy(&out[0].options), 0);
    }
}

static void test_dsack_for_what_is_old(void **state)
{
    const struct peer peer = {.mss = 1000, .window = 8000};
    struct tcb_parameters parameters = lab_parameters();
    struct option_summary options;
    struct segment segment;

    (void)state;
    parameters.data_length = 0;
    connect_with(&peer, &parameters);
    segment = lab_with(ack_of(0, 8000), 50);
    feed(&segment);
    feed(&segment);
    assert_int_equal(lab.events[0], EVENT_RX_OLD);
    assert_int_equal(outs, 1);
    options_summarize(&out[0].options, &options);
    assert_int_equal(options.sack_count, 1);
    assert_int_equal(options.sack[0].left, LAB_IRS + 1);
    assert_int_equal(options.sack[0].right, LAB_IRS + 51);
    lab.tcb.parameters.manners = TCB_MANNER_NO_SACK;
    feed(&segment);
    assert_int_equal(out[0].options.length, 0);
}

static void test_paws_and_ts_recent(void **state)
{
    const struct peer peer = {.mss = 1000, .window = 8000, .timestamps = true};
    struct tcb_parameters parameters = lab_parameters();
    struct segment segment;

    (void)state;
    parameters.data_length = 0;
    connect_with(&peer, &parameters);
    segment = lab_with(ack_of(0, 8000), 10);
    options_set_timestamps(&segment.options, 4, 0);
    feed(&segment);
    assert_int_equal(lab.events[0], EVENT_RX_PAWS);
    assert_int_equal(lab.tcb.rcv_nxt, LAB_IRS + 1);
    segment.seq += 10; /* behind a hole: RFC 7323 5.3 R3 does not take its timestamp */
    options_set_timestamps(&segment.options, 9, 0);
    feed(&segment);
    assert_int_equal(lab.tcb.ts_recent, 5);
    segment.seq -= 10;
    feed(&segment);
    assert_int_equal(lab.tcb.ts_recent, 9);
    segment = lab_with(lab_segment(lab.tcb.rcv_nxt, LAB_ISS + 1, TCP_ACK, 10),
                       5); /* without them: taken */
    feed(&segment);
    assert_int_equal(lab.events[1], EVENT_RX_DATA);
}

static void test_ecn(void **state)
{
    const struct peer peer = {.mss = 1000, .window = 8000, .ecn = true};
    struct tcb_parameters parameters = lab_parameters();
    struct segment segment;

    (void)state;
    parameters.syn_flags = TCP_SYN | TCP_ECE | TCP_CWR;
    connect_with(&peer, &parameters);
    assert_true(lab.tcb.ecn_on);
    assert_int_equal(out[0].ecn, 2);
    lab.tcb.cwnd = 1000; /* the last segment waits */
    lab.tcb.snd_nxt = lab.tcb.snd_max = LAB_ISS + 1 + 2000;
    segment = ack_of(1000, 8000);
    segment.flags |= TCP_ECE;
    segment.ecn = 3;
    feed(&segment);
    assert_int_equal(lab.tcb.ssthresh, 2000);
    assert_int_equal(outs, 1);
    expect_data(0, 2000, 1000, TCP_ACK | TCP_PSH | TCP_CWR | TCP_ECE);
    segment = lab_with(ack_of(2000, 8000), 10);
    segment.flags |= TCP_CWR | TCP_ECE;
    feed(&segment);
    assert_int_equal(outs, 1);
    expect_data(0, 3000, 0, TCP_ACK); /* CWR came: no ECE any more */
    assert_int_equal(out[0].ecn, 0);
    assert_int_equal(wait_for_timer(), EVENT_TIMER_RESEND);
    assert_int_equal(out[0].ecn, 0); /* RFC 3168 6.1.5 */
    assert_false(out[0].flags & TCP_CWR);
}

static void test_no_ecn(void **state)
{
    const struct peer peer = {.mss = 1000, .window = 8000};
    struct tcb_parameters parameters = lab_parameters();

    (void)state;
    parameters.syn_flags = TCP_SYN | TCP_ECE | TCP_CWR;
    connect_with(&peer, &parameters);
    assert_false(lab.tcb.ecn_on);
    assert_int_equal(out[0].ecn, 0);
}

static void test_too_big(void **state)
{
    const struct peer peer = {.mss = 1400, .window = 8000};

    (void)state;
    connect_to(&peer);
    expect_data(0, 0, 1400, TCP_ACK);
    tcb_shrink(&lab.tcb, 20); /* RFC 5927 7: absurd */
    tcb_shrink(&lab.tcb, 1460);
    cause(EVENT_ICMP_TOO_BIG);
    assert_int_equal(outs, 0);
    assert_int_equal(lab.tcb.snd_mss, 1400);
    tcb_shrink(&lab.tcb, 1000);
    cause(EVENT_ICMP_TOO_BIG);
    assert_int_equal(outs, 1);
    expect_data(0, 0, 1000, TCP_ACK);
    assert_true(lab.effects & EFFECT_SHRINK);
    struct segment segment = ack_of(1000, 8000);
    feed(&segment);
    expect_data(0, 1000, 1000, TCP_ACK);
    cause(EVENT_ICMP_TOO_BIG); /* told twice */
    assert_int_equal(outs, 0);
}

static void test_data_in_the_syn(void **state)
{
    struct tcb_parameters parameters = lab_parameters();
    struct segment segment;

    (void)state;
    for (unsigned taken = 0; taken < 2; taken++) {
        parameters = lab_parameters();
        parameters.data_in_syn = true;
        parameters.mss_limit = 1000;
        lab_init(&lab, &parameters);
        cause(EVENT_USER_OPEN);
        assert_int_equal(outs, 1);
        assert_int_equal(out[0].flags, TCP_SYN);
        assert_int_equal(out[0].payload_length, 1000);
        assert_ptr_equal(out[0].payload, lab_data);
        segment = lab_segment(LAB_IRS, LAB_ISS + 1 + (taken ? 1000 : 0), TCP_SYN | TCP_ACK, 8000);
        feed(&segment);
        expect_data(0, taken ? 1000 : 0, 536, TCP_ACK);
    }
    lab_init(&lab, &parameters);
    cause(EVENT_USER_OPEN);
    wait_for_timer();
    assert_int_equal(out[0].payload_length, 0); /* not in a copy */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_segments),
        cmocka_unit_test(test_fin_goes_with_the_last_data),
        cmocka_unit_test(test_mss),
        cmocka_unit_test(test_initial_window),
        cmocka_unit_test(test_scaled_windows),
        cmocka_unit_test(test_small_window_is_not_a_closed_one),
        cmocka_unit_test(test_time_out),
        cmocka_unit_test(test_give_up),
        cmocka_unit_test(test_karn),
        cmocka_unit_test(test_echoed_timestamp_is_a_sample),
        cmocka_unit_test(test_third_duplicate),
        cmocka_unit_test(test_zero_window),
        cmocka_unit_test(test_zero_window_in_silence),
        cmocka_unit_test(test_fin_into_a_zero_window),
        cmocka_unit_test(test_silly_window),
        cmocka_unit_test(test_stale_window_is_not_taken),
        cmocka_unit_test(test_sack_blocks),
        cmocka_unit_test(test_dsack_for_what_is_old),
        cmocka_unit_test(test_paws_and_ts_recent),
        cmocka_unit_test(test_ecn),
        cmocka_unit_test(test_no_ecn),
        cmocka_unit_test(test_too_big),
        cmocka_unit_test(test_data_in_the_syn),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
