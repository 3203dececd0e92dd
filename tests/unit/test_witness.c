/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests that a control block whose segments are only booked stands as one that sent them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tcb_lab.h"

#include "tcp/witness.h"

struct pair {
    struct lab lab;
    struct tcb tcb;
    struct stream stream;
};

/* All that a later event or effect can depend on. */
static void compare(const struct pair *pair)
{
    const struct tcb *one = &pair->lab.tcb, *other = &pair->tcb;

    assert_int_equal(one->state, other->state);
    assert_int_equal(one->snd_una, other->snd_una);
    assert_int_equal(one->snd_nxt, other->snd_nxt);
    assert_int_equal(one->snd_max, other->snd_max);
    assert_int_equal(one->snd_wnd, other->snd_wnd);
    assert_int_equal(one->rcv_nxt, other->rcv_nxt);
    assert_int_equal(one->rcv_wnd, other->rcv_wnd);
    assert_int_equal(one->last_ack_sent, other->last_ack_sent);
    assert_int_equal(one->fin_sent, other->fin_sent);
    assert_int_equal(one->syn_copies, other->syn_copies);
    if (one->ts_on)
        assert_int_equal(one->ts_val_last, other->ts_val_last);
    assert_int_equal(one->ts_recent, other->ts_recent);
    assert_int_equal(one->cwr_due, other->cwr_due);
    assert_int_equal(one->rto, other->rto);
    assert_int_equal(one->srtt, other->srtt);
    assert_int_equal(one->timing, other->timing);
    assert_int_equal(one->stream->has_dsack, other->stream->has_dsack);
    for (unsigned i = 0; i < TCB_TIMER_COUNT; i++)
        assert_true(one->due[i] == other->due[i]);
    lab_check(other);
}

/* What the one sends the other books. */
static void drain(struct pair *pair, const struct segment *answered)
{
    struct lab *lab = &pair->lab;
    uint32_t effects = lab->effects;
    struct segment segment;

    while (tcb_send(&lab->tcb, &lab->effects, answered, lab->now, &segment)) {
        segment.payload = NULL;
        segment.payload_length = 0;
        tcb_witness(&pair->tcb, &segment, lab->now);
    }
    if (effects & (EFFECT_SEND | EFFECT_FIN))
        tcb_witness_rest(&pair->tcb, lab->now);
    compare(pair);
}

static void act(struct pair *pair, enum event event)
{
    pair->lab.effects = tcb_step(&pair->lab.tcb, event, NULL, pair->lab.now).effects;
    tcb_step(&pair->tcb, event, NULL, pair->lab.now);
    drain(pair, NULL);
}

static void feed(struct pair *pair, const struct segment *segment)
{
    enum event events[TCB_EVENTS_MAX], others[TCB_EVENTS_MAX];
    unsigned count = tcb_classify(&pair->lab.tcb, segment, events);

    assert_int_equal(tcb_classify(&pair->tcb, segment, others), count);
    pair->lab.effects = 0;
    for (unsigned i = 0; i < count; i++) {
        assert_int_equal(events[i], others[i]);
        pair->lab.effects |= tcb_step(&pair->lab.tcb, events[i], segment, pair->lab.now).effects;
        tcb_step(&pair->tcb, events[i], segment, pair->lab.now);
    }
    drain(pair, segment);
}

/* The next timer, at its own time. */
static void pass(struct pair *pair)
{
    enum event event;

    pair->lab.now = tcb_deadline(&pair->lab.tcb);
    assert_true(pair->lab.now == tcb_deadline(&pair->tcb) && pair->lab.now != TCB_NEVER);
    event = tcb_due(&pair->lab.tcb, pair->lab.now);
    assert_int_equal(event, tcb_due(&pair->tcb, pair->lab.now));
    act(pair, event);
}

static void begin(struct pair *pair, unsigned variant)
{
    struct tcb_parameters parameters = lab_parameters();

    lab_offer(&parameters.syn_options, variant & LAB_TS);
    lab_init(&pair->lab, &parameters);
    parameters.data = NULL;
    parameters.data_length = 0;
    stream_init(&pair->stream, NULL, 0);
    tcb_init(&pair->tcb, &parameters, &pair->stream);
    assert_true(tcb_witness_data(&pair->tcb, parameters.iss + 1 + LAB_DATA));
    act(pair, EVENT_USER_OPEN);
}

static void answer(struct pair *pair, uint16_t flags, uint16_t window)
{
    struct segment segment = lab_peer(&pair->lab, flags, window);

    pair->lab.now += 20 * MS;
    feed(pair, &segment);
}

static void test_life(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        unsigned variant = i & 1 ? LAB_TS : 0;
        struct pair pair;
        struct segment segment;

        begin(&pair, variant);
        if (i & 2)
            pass(&pair); /* the SYN again */
        segment = lab_syn(&pair.lab, TCP_SYN | TCP_ACK, variant);
        pair.lab.now += 10 * MS;
        feed(&pair, &segment);
        pass(&pair); /* data again */
        answer(&pair, TCP_ACK, 8000);
        answer(&pair, TCP_ACK, 8000);
        assert_true(tcb_data_done(&pair.lab.tcb) && tcb_data_done(&pair.tcb));
        segment = lab_with(lab_peer(&pair.lab, TCP_ACK, 8000), 100);
        feed(&pair, &segment);
        feed(&pair, &segment); /* what came again: D-SACK */
        act(&pair, EVENT_USER_CLOSE);
        pass(&pair); /* the FIN again */
        answer(&pair, TCP_ACK, 8000);
        answer(&pair, TCP_ACK | TCP_FIN, 8000);
        assert_int_equal(pair.tcb.state, STATE_TIME_WAIT);
        pass(&pair);
        assert_int_equal(pair.tcb.state, STATE_CLOSED);
    }
}

static void test_window(void **state)
{
    struct pair pair;
    struct segment segment;

    (void)state;
    begin(&pair, LAB_TS);
    segment = lab_syn(&pair.lab, TCP_SYN | TCP_ACK, LAB_TS);
    segment.window = 0;
    feed(&pair, &segment);
    for (unsigned i = 0; i < 3; i++) { /* probes */
        pass(&pair);
        segment = lab_peer(&pair.lab, TCP_ACK, 0);
        segment.ack = pair.lab.tcb.snd_una;
        feed(&pair, &segment);
    }
    segment.window = 8000;
    feed(&pair, &segment);
    answer(&pair, TCP_ACK, 8000);
    answer(&pair, TCP_ACK, 8000);
    act(&pair, EVENT_USER_ABORT);
    assert_int_equal(pair.tcb.outcome, EFFECT_ABORTED);
}

static void test_duplicates(void **state)
{
    struct pair pair;
    struct segment segment;

    (void)state;
    begin(&pair, 0);
    segment = lab_syn(&pair.lab, TCP_SYN | TCP_ACK, 0);
    feed(&pair, &segment);
    segment = lab_peer(&pair.lab, TCP_ACK, 8000);
    segment.ack = pair.lab.tcb.snd_una;
    for (unsigned i = 0; i < 4; i++)
        feed(&pair, &segment);
    assert_int_equal(pair.tcb.duplicate_acks, 3 + 1);
    answer(&pair, TCP_ACK, 8000);
}

static void test_crossing(void **state)
{
    struct pair pair;
    struct segment segment;

    (void)state;
    begin(&pair, LAB_TS);
    segment = lab_syn(&pair.lab, TCP_SYN, LAB_TS);
    feed(&pair, &segment);
    pass(&pair);
    answer(&pair, TCP_ACK, 8000);
    assert_int_equal(pair.tcb.state, STATE_ESTABLISHED);
}

static void test_data(void **state)
{
    struct pair pair;
    uint32_t first = LAB_ISS + 1;

    (void)state;
    begin(&pair, 0);
    assert_true(tcb_witness_data(&pair.tcb, first + 10));
    assert_int_equal(pair.tcb.parameters.data_length, LAB_DATA);
    assert_true(tcb_witness_data(&pair.tcb, first + LAB_DATA + 10));
    assert_int_equal(pair.tcb.parameters.data_length, LAB_DATA + 10);
    assert_true(tcb_witness_data(&pair.tcb, first + TCB_DATA_MAX));
    assert_false(tcb_witness_data(&pair.tcb, first + TCB_DATA_MAX + 1));
    assert_int_equal(pair.tcb.parameters.data_length, TCB_DATA_MAX);

    tcb_witness_window(&pair.tcb, 77);
    assert_int_equal(pair.tcb.rcv_wnd, 77);

    begin(&pair, 0);
    pair.tcb.fin_queued = true;
    assert_false(tcb_witness_data(&pair.tcb, first + LAB_DATA + 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_life),       cmocka_unit_test(test_window),
        cmocka_unit_test(test_duplicates), cmocka_unit_test(test_crossing),
        cmocka_unit_test(test_data),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
