/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The life of one probe: from the first SYN to its end. */
#include "probe/probe.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/observe.h"

#define MILLISECOND INT64_C(1000000)
#define SECOND      INT64_C(1000000000)

/* Data that the peer leaves unacknowledged for this long is given up: a window may stay closed for
 * ever. */
#define EXCHANGE_MAX (30 * SECOND)

void probe_init(struct probe *probe, const struct spec *spec, const struct route *route,
                const struct address *destination, uint16_t port, uint16_t source_port,
                const struct spec_random *random)
{
    struct tcb_parameters parameters;
    struct option_summary summary;

    memset(probe, 0, offsetof(struct probe, trace));
    probe->spec = spec;
    probe->route = *route;
    spec_apply(spec, route, destination, source_port, port, random, &parameters, &probe->header);
    options_summarize(&parameters.syn_options, &summary);
    probe->opening.offered_timestamps = summary.has_timestamps;
    stream_init(&probe->stream, NULL, 0);
    tcb_init(&probe->tcb, &parameters, &probe->stream);
    trace_init(&probe->trace);
    probe->sent_upto = parameters.iss;
    probe->phase = PHASE_OPENING;
    probe->plan_at = TCB_NEVER;
    probe->cause = TRACE_NONE;
}

void probe_release(struct probe *probe)
{
    trace_release(&probe->trace);
    free(probe->received);
    probe->received = NULL;
}

/* Room for what the peer sends, when it does: most connections are opened and closed without a
 * byte. Where there is no memory, bytes are counted and not kept. */
static void make_room(struct probe *probe)
{
    if (probe->received)
        return;
    probe->received = malloc(PROBE_RECEIVED_MAX);
    if (!probe->received)
        return;
    probe->stream.bytes = probe->received;
    probe->stream.size = PROBE_RECEIVED_MAX;
}

/* Takes one step, and keeps what it means for the probe. */
static void take_step(struct probe *probe, enum event event, const struct segment *segment,
                      int64_t at)
{
    struct step step = tcb_step(&probe->tcb, event, segment, at);

    trace_step(&probe->trace, &step, probe->cause);
    probe->effects |= step.effects & ~(uint32_t)EFFECTS_OUTCOME;
    if (step.effects & EFFECT_OPENED) {
        probe->phase = PHASE_EXCHANGE;
        probe->opened_at = at;
    }
    if (step.to == STATE_CLOSED && step.from != STATE_CLOSED) {
        probe->phase = PHASE_OVER;
        probe->ended_at = at;
    }
}

/* How long to look on after the handshake: long enough for what our ACK provokes to come back. */
static int64_t settle_time(const struct probe *probe)
{
    int64_t rtt = probe->tcb.srtt > 0 ? probe->tcb.srtt : 5 * MILLISECOND;

    if (rtt > 100 * MILLISECOND)
        rtt = 100 * MILLISECOND;
    return rtt + MILLISECOND / 2;
}

/* When the exchange may end by itself; TCB_NEVER while our data is not all acknowledged. */
static int64_t exchange_until(const struct probe *probe)
{
    int64_t from = probe->exchange_at;
    int64_t length = probe->spec->wait;

    if (length < settle_time(probe))
        length = settle_time(probe);
    if (probe->tcb.parameters.data_length > 0) {
        if (!tcb_data_done(&probe->tcb))
            return probe->exchange_at + probe->spec->wait + EXCHANGE_MAX;
        from = probe->acked_at;
    }
    return from + length;
}

static void begin_close(struct probe *probe, int64_t now)
{
    int64_t patience = probe->spec->close_timeout;

    if (4 * probe->tcb.srtt > patience)
        patience = 4 * probe->tcb.srtt;
    if (probe->spec->half_close && probe->spec->wait > patience)
        patience = probe->spec->wait;
    probe->phase = PHASE_CLOSING;
    probe->closing_at = now;
    probe->close_by = now + patience;
    take_step(probe, EVENT_USER_CLOSE, NULL, now);
}

static void end_exchange(struct probe *probe, int64_t now)
{
    switch (probe->spec->close) {
    case CLOSE_FIN:
        begin_close(probe, now);
        break;
    case CLOSE_RST:
        take_step(probe, EVENT_USER_ABORT, NULL, now);
        break;
    case CLOSE_NONE:
        take_step(probe, EVENT_USER_LEAVE, NULL, now);
        break;
    case CLOSE_COUNT:
        assert(false && "no such manner of closing");
    }
}

/* Decides what the client does next of its own accord. */
static void plan(struct probe *probe, int64_t now)
{
    bool data_done = tcb_data_done(&probe->tcb);

    probe->plan_at = TCB_NEVER;
    if (data_done && probe->acked_at == 0)
        probe->acked_at = now;
    if (probe->phase == PHASE_EXCHANGE && probe->exchange_at == 0)
        probe->exchange_at = now; /* our ACK leaves now, however late its cause was read */
    if (probe->phase == PHASE_EXCHANGE) {
        int64_t until = exchange_until(probe);
        bool peer_done = probe->tcb.state == STATE_CLOSE_WAIT;

        if (peer_done)
            probe->peer_closed_first = true;
        if (now >= until || (data_done && (peer_done || probe->spec->half_close)))
            end_exchange(probe, now);
        else
            probe->plan_at = until;
    } else if (probe->phase == PHASE_CLOSING && probe->tcb.state != STATE_TIME_WAIT) {
        if (now >= probe->close_by) {
            probe->gave_up_closing = true;
            probe->fin_unheard = probe->tcb.state == STATE_FIN_WAIT_1;
            take_step(probe, EVENT_USER_ABORT, NULL, now);
        } else {
            probe->plan_at = probe->close_by;
        }
    }
}

void probe_start(struct probe *probe, int64_t now)
{
    probe->started_at = now;
    take_step(probe, EVENT_USER_OPEN, NULL, now);
}

bool probe_next(struct probe *probe, int64_t now, struct segment *ret_segment,
                struct craft_header *ret_header)
{
    const struct segment *answered = probe->answer_due ? &probe->answering : NULL;

    if (!tcb_send(&probe->tcb, &probe->effects, answered, now, ret_segment)) {
        probe->answer_due = false;
        return false;
    }
    *ret_header = probe->header;
    probe->header.identification = (uint16_t)(probe->header.identification + 1);
    if (probe->header.identification == 0)
        probe->header.identification = 1; /* the kernel would put another in place of 0 */
    observe_sent(probe, ret_segment, now);
    return true;
}

/* Feeds a segment's facts to the machine in order. */
static void take_segment(struct probe *probe, const struct segment *segment, int64_t at)
{
    enum event events[TCB_EVENTS_MAX];
    unsigned count;

    if (segment->payload_length > 0)
        make_room(probe);
    count = tcb_classify(&probe->tcb, segment, events);

    if (!(segment->flags & TCP_RST)) {
        probe->answering = *segment;
        probe->answering.payload = NULL;
        probe->answer_due = true;
    }
    for (unsigned i = 0; i < count; i++) {
        observe_event(probe, events[i], segment);
        take_step(probe, events[i], segment, at);
    }
}

void probe_packet(struct probe *probe, const struct packet *packet, int64_t at, int64_t now)
{
    struct segment segment;
    bool usable = observe_packet(probe, packet, at, &segment);

    /* What we left open on purpose stays so: a late segment gets no RST. */
    if (usable && probe->tcb.outcome != EFFECT_LEFT)
        take_segment(probe, &segment, at > now ? now : at);
    observe_after(probe);
    probe->cause = TRACE_NONE;
    plan(probe, now);
}

void probe_icmp(struct probe *probe, const struct packet *packet, const struct icmp *icmp,
                int64_t at, int64_t now)
{
    enum event event = observe_icmp(probe, packet, icmp, at);

    if (event != EVENT_COUNT)
        take_step(probe, event, NULL, at > now ? now : at);
    observe_after(probe);
    probe->cause = TRACE_NONE;
    plan(probe, now);
}

int64_t probe_deadline(const struct probe *probe)
{
    int64_t timer = tcb_deadline(&probe->tcb);

    if (probe_over(probe))
        return TCB_NEVER;
    return timer < probe->plan_at ? timer : probe->plan_at;
}

void probe_timer(struct probe *probe, int64_t now)
{
    enum event event;

    while ((event = tcb_due(&probe->tcb, now)) != EVENT_COUNT) {
        take_step(probe, event, NULL, now);
        if (probe_over(probe))
            return;
    }
    plan(probe, now);
}

void probe_stop(struct probe *probe, const char *why, int64_t now)
{
    if (probe_over(probe))
        return;
    snprintf(probe->stop_text, sizeof probe->stop_text, "%s", why);
    probe->stopped = probe->stop_text;
    if (tcb_may(&probe->tcb, EVENT_USER_ABORT)) {
        take_step(probe, EVENT_USER_ABORT, NULL, now);
    } else {
        probe->phase = PHASE_OVER;
        probe->ended_at = now;
    }
}

void probe_lost(struct probe *probe, const char *why, int64_t now)
{
    if (probe_over(probe))
        return;
    snprintf(probe->stop_text, sizeof probe->stop_text, "%s", why);
    probe->stopped = probe->stop_text;
    take_step(probe, EVENT_LINK_LOST, NULL, now);
    probe->phase = PHASE_OVER;
    probe->ended_at = now;
    probe->effects = 0;
}
