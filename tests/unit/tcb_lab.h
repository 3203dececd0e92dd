/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of the control block share: a connection with a scripted peer, led into any state,
 * and its invariants. */
#ifndef TCB_LAB_H
#define TCB_LAB_H

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tcp/tcb.h"

#define MS     INT64_C(1000000)
#define SECOND (1000 * MS)

#define LAB_ISS      0xfffffc00u /* the data crosses the end of the sequence space */
#define LAB_IRS      0xfffffffeu /* so does the peer's */
#define LAB_DATA     3000u
#define LAB_WINDOW   5000u
#define LAB_SENT_MAX 512

#define REQUIRE(condition)                                                                         \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "# %s:%d: %s\n", __FILE__, __LINE__, #condition);                      \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

struct lab {
    struct tcb tcb;
    struct stream stream;
    uint8_t received[8192];
    int64_t now;
    uint32_t effects;    /* gathered over the steps of the last cause */
    struct segment last; /* the last segment that was sent */
    unsigned sent;       /* segments since the last cause */
    enum event events[TCB_EVENTS_MAX];
    unsigned count;
};

static uint8_t lab_data[LAB_DATA];

static inline struct tcb_parameters lab_parameters(void)
{
    struct tcb_parameters parameters = {
        .source_port = 40000,
        .destination_port = 80,
        .iss = LAB_ISS,
        .syn_flags = TCP_SYN,
        .syn_window = LAB_WINDOW,
        .receive_window = LAB_WINDOW,
        .ts_offset = 0xffffff00u,
        .mss_default = 536,
        .mss_limit = 1460,
        .rto_initial = SECOND,
        .rto_min = 200 * MS,
        .rto_max = 60 * SECOND,
        .syn_retries = 3,
        .data_retries = 5,
        .msl = 30 * SECOND,
        .data = lab_data,
        .data_length = LAB_DATA,
    };

    for (unsigned i = 0; i < LAB_DATA; i++)
        lab_data[i] = (uint8_t)(i * 7 + i / 256);
    return parameters;
}

static inline void lab_option(struct options *options, uint8_t kind, const char *value,
                              size_t length)
{
    REQUIRE(options_add(options, kind, value, length) == 0);
}

static inline void lab_offer(struct options *options, bool timestamps)
{
    lab_option(options, OPTION_MSS, "\x05\xb4", 2);
    lab_option(options, OPTION_SACK_PERMITTED, "", 0);
    if (timestamps)
        REQUIRE(options_add_timestamps(options, 0, 0) == 0);
}

/* Makes it look as copies of a lab must: the stream is the copy's own. */
static inline void lab_copy(struct lab *to, const struct lab *from)
{
    *to = *from;
    to->tcb.stream = &to->stream;
    to->stream.bytes = to->received;
}

static inline void lab_init(struct lab *lab, const struct tcb_parameters *parameters)
{
    memset(lab, 0, sizeof(*lab));
    lab->now = SECOND;
    stream_init(&lab->stream, lab->received, sizeof(lab->received));
    tcb_init(&lab->tcb, parameters, &lab->stream);
}

static inline bool one_bit(uint32_t set)
{
    return set && (set & (set - 1)) == 0;
}

/* What holds whenever all has been sent that was to be sent. */
static inline void lab_check(const struct tcb *tcb)
{
    static const enum event timer_event[TCB_TIMER_COUNT] = {EVENT_TIMER_RESEND, EVENT_TIMER_PERSIST,
                                                            EVENT_TIMER_2MSL};
    uint32_t end = tcb->iss + 1 + (uint32_t)tcb->parameters.data_length + (tcb->fin_queued ? 1 : 0);
    bool synchronized = tcb->state != STATE_CLOSED && tcb->state != STATE_SYN_SENT;
    bool done = tcb->state == STATE_CLOSE_WAIT || tcb->state == STATE_LAST_ACK ||
                tcb->state == STATE_CLOSING || tcb->state == STATE_TIME_WAIT;

    REQUIRE(seq_upto(tcb->iss, tcb->snd_una));
    REQUIRE(seq_upto(tcb->snd_una, tcb->snd_nxt));
    REQUIRE(seq_upto(tcb->snd_nxt, tcb->snd_max));
    REQUIRE(seq_upto(tcb->snd_max, end) || tcb->parameters.syn_flags & TCP_FIN);
    REQUIRE(tcb->cwnd > 0 && tcb->snd_mss > 0 && tcb->rto > 0);
    REQUIRE(tcb->max_snd_wnd >= tcb->snd_wnd);
    for (unsigned i = 0; i < TCB_TIMER_COUNT; i++)
        REQUIRE(tcb->due[i] == TCB_NEVER || tcb_may(tcb, timer_event[i]));
    if (tcb->state == STATE_CLOSED)
        REQUIRE(tcb_deadline(tcb) == TCB_NEVER && (tcb->outcome == 0 || one_bit(tcb->outcome)));
    else
        REQUIRE(tcb->outcome == 0);
    if (synchronized) {
        REQUIRE(tcb->rcv_nxt == tcb->stream->next + (done ? 1 : 0));
        for (unsigned i = 0; i < tcb->stream->islands; i++)
            REQUIRE(seq_before(tcb->stream->next, tcb->stream->island[i].left));
    }
    /* Nothing is ever forgotten: what waits is watched by a timer. */
    if (tcb->state != STATE_CLOSED && tcb->snd_nxt != tcb->snd_una)
        REQUIRE(tcb->due[TCB_TIMER_RESEND] != TCB_NEVER);
    if (synchronized && tcb->state != STATE_SYN_RECEIVED && tcb->snd_una != end)
        REQUIRE(tcb_deadline(tcb) != TCB_NEVER);
    if (tcb->state == STATE_TIME_WAIT)
        REQUIRE(tcb->due[TCB_TIMER_2MSL] != TCB_NEVER);
}

static inline void lab_drain(struct lab *lab, const struct segment *answered)
{
    lab->sent = 0;
    while (tcb_send(&lab->tcb, &lab->effects, answered, lab->now, &lab->last)) {
        REQUIRE(lab->last.options.length % 4 == 0);
        REQUIRE(++lab->sent <= LAB_SENT_MAX);
    }
    lab_check(&lab->tcb);
}

/* A user's event, a timer's or the network's. */
static inline void lab_do(struct lab *lab, enum event event)
{
    lab->effects = tcb_step(&lab->tcb, event, NULL, lab->now).effects;
    lab_drain(lab, NULL);
}

static inline void lab_feed(struct lab *lab, const struct segment *segment)
{
    lab->effects = 0;
    lab->count = tcb_classify(&lab->tcb, segment, lab->events);
    REQUIRE(lab->count >= 1 && lab->count <= TCB_EVENTS_MAX);
    for (unsigned i = 0; i < lab->count; i++)
        lab->effects |= tcb_step(&lab->tcb, lab->events[i], segment, lab->now).effects;
    lab_drain(lab, segment);
}

/* The next timer's event at its own time. */
static inline enum event lab_wait(struct lab *lab)
{
    lab->now = tcb_deadline(&lab->tcb);
    REQUIRE(lab->now != TCB_NEVER);
    enum event event = tcb_due(&lab->tcb, lab->now);
    REQUIRE(event != EVENT_COUNT);
    lab_do(lab, event);
    return event;
}

static inline struct segment lab_segment(uint32_t seq, uint32_t ack, uint16_t flags,
                                         uint16_t window)
{
    struct segment segment = {.source_port = 80,
                              .destination_port = 40000,
                              .seq = seq,
                              .ack = ack,
                              .flags = flags,
                              .window = window};

    return segment;
}

static const uint8_t lab_bytes[70000];

static inline struct segment lab_with(struct segment segment, uint32_t length)
{
    segment.payload = length ? lab_bytes : NULL;
    segment.payload_length = segment.payload_total = length;
    return segment;
}

/* What the peer says now: in order, all that we sent acknowledged, with timestamps where they are
 * on. */
static inline struct segment lab_peer(const struct lab *lab, uint16_t flags, uint16_t window)
{
    struct segment segment = lab_segment(lab->tcb.rcv_nxt, lab->tcb.snd_max, flags, window);

    if (lab->tcb.ts_on)
        REQUIRE(options_add_timestamps(&segment.options, lab->tcb.ts_recent,
                                       lab->tcb.ts_val_last) == 0);
    return segment;
}

enum lab_variant {
    LAB_TS = 1 << 0,         /* timestamps in effect */
    LAB_CLOSED = 1 << 1,     /* our window is closed */
    LAB_PEER_ZERO = 1 << 2,  /* the peer's window is closed, and something waits */
    LAB_DUPLICATES = 1 << 3, /* two duplicate ACKs have come */
    LAB_NO_DATA = 1 << 4,    /* we have nothing to send */
    LAB_HOLE = 1 << 5,       /* data and a FIN of the peer wait behind a hole */
};

static inline void lab_open(struct lab *lab, unsigned variant)
{
    struct tcb_parameters parameters = lab_parameters();

    if (variant & LAB_CLOSED)
        parameters.receive_window = 0;
    if (variant & LAB_NO_DATA)
        parameters.data_length = 0;
    lab_offer(&parameters.syn_options, variant & LAB_TS);
    lab_init(lab, &parameters);
    lab_do(lab, EVENT_USER_OPEN);
}

static inline struct segment lab_syn(const struct lab *lab, uint16_t flags, unsigned variant)
{
    struct segment segment =
        lab_segment(LAB_IRS, flags & TCP_ACK ? lab->tcb.snd_max : 0, flags, 8000);

    lab_offer(&segment.options, variant & LAB_TS);
    options_set_timestamps(&segment.options, 0x80000005u, lab->tcb.ts_val_last);
    return segment;
}

/* Leads a new connection into a state. */
static inline void lab_reach(struct lab *lab, enum state state, unsigned variant)
{
    bool zero = variant & LAB_PEER_ZERO;
    uint16_t window = 8000;
    struct segment segment;

    lab_open(lab, variant);
    if (state == STATE_SYN_SENT)
        return;
    if (state == STATE_CLOSED) {
        lab_do(lab, EVENT_USER_ABORT);
        return;
    }
    if (state == STATE_SYN_RECEIVED) {
        segment = lab_syn(lab, TCP_SYN, variant);
        segment.window = zero ? 0 : window;
        lab_feed(lab, &segment);
        return;
    }
    segment = lab_syn(lab, TCP_SYN | TCP_ACK, variant);
    lab_feed(lab, &segment);
    REQUIRE(lab->tcb.state == STATE_ESTABLISHED);
    if (variant & LAB_HOLE && !(variant & LAB_CLOSED)) {
        segment = lab_with(lab_peer(lab, TCP_ACK | TCP_FIN, window), 10);
        segment.seq += 1;
        segment.ack = lab->tcb.snd_una;
        lab_feed(lab, &segment);
    }
    if (state == STATE_CLOSE_WAIT || state == STATE_LAST_ACK) {
        segment = lab_peer(lab, TCP_ACK | TCP_FIN, window);
        segment.ack = lab->tcb.snd_una;
        lab_feed(lab, &segment);
    }
    if (state != STATE_ESTABLISHED && state != STATE_CLOSE_WAIT)
        lab_do(lab, EVENT_USER_CLOSE);
    if (state == STATE_FIN_WAIT_2 || state == STATE_TIME_WAIT) {
        segment = lab_peer(lab, TCP_ACK, window);
        lab_feed(lab, &segment);
    }
    if (state == STATE_CLOSING || state == STATE_TIME_WAIT) {
        segment = lab_peer(lab, TCP_ACK | TCP_FIN, window);
        segment.ack = lab->tcb.snd_una;
        lab_feed(lab, &segment);
    }
    segment = lab_peer(lab, TCP_ACK, zero ? 0 : window);
    segment.ack = lab->tcb.snd_una;
    if (zero)
        lab_feed(lab, &segment);
    for (unsigned i = 0; i < 2 && variant & LAB_DUPLICATES; i++)
        lab_feed(lab, &segment);
    REQUIRE(lab->tcb.state == state);
}

#endif
