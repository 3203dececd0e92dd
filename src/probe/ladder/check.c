/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A whole connection with a script: the control block drives it, the script adds to it. */
#include "probe/ladder/check.h"

#include <assert.h>
#include <string.h>

#include "probe/ladder/check_parts.h"

/* Copies of the SYN after the first: a lost one must not look like a refusal. */
#define SYN_RETRIES 2

/* How far from what is expected a segment may lie to be of this connection. */
#define REACH (1 << 24)

static uint16_t small_mss(enum ip_family family)
{
    return family == IP_FAMILY_V6 ? 1220 : 536;
}

/* Puts another value into the MSS option. */
static void set_mss(struct options *options, uint16_t mss)
{
    for (unsigned i = 0; i < options->count; i++) {
        const struct option *option = &options->list[i];

        if (option->kind == OPTION_MSS) {
            options->bytes[option->at + 2] = (uint8_t)(mss >> 8);
            options->bytes[option->at + 3] = (uint8_t)mss;
        }
    }
}

static void offer_small_mss(enum ip_family family, struct tcb_parameters *parameters)
{
    if (small_mss(family) < parameters->mss_limit)
        set_mss(&parameters->syn_options, small_mss(family));
}

void check_init(struct check *check, enum check_script script, const struct spec *spec,
                const struct route *route, const struct address *destination, uint16_t port,
                uint16_t source_port, const struct spec_random *random)
{
    struct tcb_parameters parameters;
    struct spec own = *spec;

    assert(script < CHECK_SCRIPT_COUNT);
    memset(check, 0, sizeof *check);
    check->script = script;
    check->spec = spec;
    check->due = TCB_NEVER;
    check->data.field = CHECK_WINDOW_FIELD;
    /* The script's own SYN, whatever the user's is. */
    own.profile = PROFILE_LINUX;
    own.has_options = own.has_seq = own.data_in_syn = false;
    own.flags = TCP_SYN;
    own.ecn = script == CHECK_SCRIPT_HOLES;
    own.window = -1;
    own.retries = SYN_RETRIES;
    if (own.timeout <= 0)
        own.timeout = CHECK_SECOND;
    if (script == CHECK_SCRIPT_HOLES) { /* what it sends must not reach the application */
        own.data = NULL;
        own.data_length = 0;
    }
    spec_apply(&own, route, destination, source_port, port, random, &parameters, &check->header);
    if (script == CHECK_SCRIPT_BYTES)
        offer_small_mss(destination->family, &parameters);
    /*
     * The window field of a SYN is not scaled, and our ACK's replaces it before the peer's
     * application can say anything (RFC 9293 3.10.7.4), as no data goes with our SYN. It is as
     * small as can be without being odd, so that a peer that goes on by it gives itself away.
     */
    if (script == CHECK_SCRIPT_WINDOW)
        parameters.syn_window = CHECK_WINDOW_SYN;
    stream_init(&check->stream, NULL, 0);
    stream_init(&check->data.stream, NULL, 0);
    tcb_init(&check->tcb, &parameters, &check->stream);
}

void check_offer(struct check *check, const struct options *options)
{
    struct tcb_parameters parameters = check->tcb.parameters;

    parameters.syn_options = *options;
    if (check->script == CHECK_SCRIPT_BYTES)
        offer_small_mss(check->header.destination.family, &parameters);
    tcb_init(&check->tcb, &parameters, &check->stream);
}

void check_without_ecn(struct check *check)
{
    check->tcb.parameters.syn_flags &= (uint16_t) ~(TCP_ECE | TCP_CWR);
}

static void take_step(struct check *check, enum event event, const struct segment *segment,
                      int64_t at)
{
    struct step step = tcb_step(&check->tcb, event, segment, at);

    check->effects |= step.effects & ~(uint32_t)EFFECTS_OUTCOME;
    if (step.effects & (EFFECT_RESET | EFFECT_REFUSED))
        check->reset = true;
    if (step.to == STATE_CLOSED) {
        check->over = true;
        check->due = TCB_NEVER;
    }
}

void check_end(struct check *check, int64_t now)
{
    const struct tcb *tcb = &check->tcb;

    if (check->over)
        return;
    check->due = TCB_NEVER;
    if (!tcb_may(tcb, EVENT_USER_ABORT)) {
        check->over = true;
        return;
    }
    /* A peer that lacks data of ours takes an RST behind them for an inexact one. */
    check->reset_again = check->opened && seq_before(tcb->snd_una, tcb->snd_max);
    take_step(check, EVENT_USER_ABORT, NULL, now);
}

void check_stop(struct check *check, int64_t now)
{
    if (check->over)
        return;
    check->stopped = true;
    check_end(check, now);
}

int64_t check_patience(const struct check *check, int64_t least, unsigned trips)
{
    int64_t time = (int64_t)trips * check->tcb.srtt;

    return time > least ? time : least;
}

void check_start(struct check *check, int64_t now)
{
    take_step(check, EVENT_USER_OPEN, NULL, now);
}

void check_own(const struct check *check, uint32_t seq, uint16_t flags, const uint8_t *payload,
               size_t length, int64_t now, struct segment *ret_segment)
{
    const struct tcb *tcb = &check->tcb;
    uint32_t ts = tcb->parameters.ts_offset + (uint32_t)(now / CHECK_MILLISECOND);

    memset(ret_segment, 0, sizeof *ret_segment);
    ret_segment->source_port = tcb->parameters.source_port;
    ret_segment->destination_port = tcb->parameters.destination_port;
    ret_segment->seq = seq;
    ret_segment->flags = flags | TCP_ACK;
    ret_segment->ack = tcb->rcv_nxt;
    ret_segment->window = flags & TCP_RST ? 0 : tcb_window_field(tcb);
    ret_segment->payload = payload;
    ret_segment->payload_length = ret_segment->payload_total = length;
    if (flags & TCP_RST)
        return;
    if (tcb->ecn_on && tcb->ecn_echo)
        ret_segment->flags |= TCP_ECE;
    if (tcb->ts_on) {
        if (seq_before(ts, tcb->ts_val_last))
            ts = tcb->ts_val_last;
        options_add(&ret_segment->options, OPTION_NOP, NULL, 0);
        options_add(&ret_segment->options, OPTION_NOP, NULL, 0);
        options_add_timestamps(&ret_segment->options, ts, tcb->ts_recent);
    }
}

static bool script_next(struct check *check, int64_t now, struct segment *ret_segment)
{
    switch (check->script) {
    case CHECK_SCRIPT_HOLES:
        return check_holes_next(check, now, ret_segment);
    case CHECK_SCRIPT_WINDOW:
        return check_window_next(check, now, ret_segment);
    case CHECK_SCRIPT_BYTES:
    case CHECK_SCRIPT_COUNT:
        break;
    }
    return false;
}

bool check_next(struct check *check, int64_t now, struct segment *ret_segment,
                struct craft_header *ret_header)
{
    const struct segment *answered = check->answer_due ? &check->answering : NULL;
    bool any = tcb_send(&check->tcb, &check->effects, answered, now, ret_segment);

    if (!any) {
        check->answer_due = false;
        if (check->reset_again) {
            check->reset_again = false;
            check_own(check, check->tcb.snd_una, TCP_RST, NULL, 0, now, ret_segment);
            any = true;
        } else if (!check->over) {
            any = script_next(check, now, ret_segment);
        }
    }
    if (!any)
        return false;
    if (check->script == CHECK_SCRIPT_WINDOW && !(ret_segment->flags & (TCP_SYN | TCP_RST)))
        ret_segment->window = check->data.field;
    *ret_header = check->header;
    check->header.identification = (uint16_t)(check->header.identification + 1);
    if (check->header.identification == 0)
        check->header.identification = 1; /* the kernel would put another in place of 0 */
    return true;
}

/* Whether a segment is for the script: of this connection, behind the handshake. */
static bool is_of_it(const struct check *check, const struct segment *segment)
{
    int32_t ahead = (int32_t)(segment->seq - check->tcb.rcv_nxt);

    return !(segment->flags & (TCP_SYN | TCP_RST)) && segment->flags & TCP_ACK && ahead > -REACH &&
           ahead < REACH;
}

static void keep(struct check *check, const struct packet *packet, const struct segment *segment,
                 int64_t at)
{
    struct option_summary options;

    options_summarize(&segment->options, &options);
    check->segments++;
    if (options.has_timestamps)
        check->with_timestamps++;
    if (check->look_count == CHECK_LOOKS)
        return;
    check->looks[check->look_count++] = ladder_look_of(packet, segment, at);
    if (!check->holes.begun && check->data.opens == 0 && check->tcb.snd_max == check->tcb.iss + 1)
        check->provoked = check->look_count;
}

/* Of a segment whose data are not to be acknowledged, what the control block may know. */
static void hide_data(const struct check *check, struct segment *segment)
{
    if (check->script == CHECK_SCRIPT_HOLES)
        return;
    if (segment->payload_total > 0 || segment->seq != check->tcb.rcv_nxt)
        segment->flags &= (uint16_t) ~(TCP_FIN | TCP_PSH | TCP_URG);
    segment->payload = NULL;
    segment->payload_length = segment->payload_total = 0;
}

/* Feeds a segment's facts to the machine in order. */
static void take_segment(struct check *check, const struct segment *segment, int64_t at)
{
    enum event events[TCB_EVENTS_MAX];
    unsigned count = tcb_classify(&check->tcb, segment, events);

    if (!(segment->flags & TCP_RST)) {
        check->answering = *segment;
        check->answering.payload = NULL;
        check->answer_due = true;
    }
    for (unsigned i = 0; i < count; i++)
        take_step(check, events[i], segment, at);
}

static void opened(struct check *check, int64_t now)
{
    check->opened = true;
    check->opened_at = now;
    stream_start(&check->data.stream, check->tcb.irs + 1);
    switch (check->script) {
    case CHECK_SCRIPT_HOLES:
        check_holes_opened(check, now);
        break;
    case CHECK_SCRIPT_BYTES:
        check_bytes_opened(check, now);
        break;
    case CHECK_SCRIPT_WINDOW:
        check_window_opened(check, now);
        break;
    case CHECK_SCRIPT_COUNT:
        break;
    }
}

static void script_segment(struct check *check, const struct segment *segment, int64_t at,
                           int64_t now)
{
    switch (check->script) {
    case CHECK_SCRIPT_HOLES:
        check_holes_segment(check, segment, at, now);
        break;
    case CHECK_SCRIPT_BYTES:
        check_bytes_segment(check, segment, at, now);
        break;
    case CHECK_SCRIPT_WINDOW:
        check_window_segment(check, segment, at, now);
        break;
    case CHECK_SCRIPT_COUNT:
        break;
    }
}

void check_packet(struct check *check, const struct packet *packet, int64_t at, int64_t now)
{
    const struct tcb_parameters *ours = &check->tcb.parameters;
    struct segment segment, fed;

    if (at > now)
        at = now;
    if (check->over || check->tcb.state == STATE_CLOSED || packet->is_fragment ||
        packet->checksum == CHECKSUM_BAD || segment_read(packet, &segment) != 0 ||
        checksum_check(packet, TCP_CHECKSUM_AT) == CHECKSUM_BAD ||
        segment.source_port != ours->destination_port ||
        segment.destination_port != ours->source_port ||
        !address_equal(&packet->source, &check->header.destination))
        return;
    if (!check->opened) {
        fed = segment;
        hide_data(check, &fed);
        take_segment(check, &fed, at);
        if (check->tcb.state == STATE_SYN_RECEIVED) {
            check_end(check, now); /* a SYN that crosses ours: nobody's server does that */
        } else if (!check->over && check->tcb.state != STATE_SYN_SENT) {
            check->syn_ack = ladder_look_of(packet, &segment, at);
            opened(check, now);
        }
        return;
    }
    bool of_it = is_of_it(check, &segment);
    if (of_it)
        keep(check, packet, &segment, at);
    fed = segment;
    hide_data(check, &fed);
    take_segment(check, &fed, at);
    if (of_it && !check->over)
        script_segment(check, &segment, at, now);
}

int64_t check_deadline(const struct check *check)
{
    int64_t timer = tcb_deadline(&check->tcb);

    if (check->over)
        return TCB_NEVER;
    return timer < check->due ? timer : check->due;
}

void check_timer(struct check *check, int64_t now)
{
    enum event event;

    while (!check->over && (event = tcb_due(&check->tcb, now)) != EVENT_COUNT)
        take_step(check, event, NULL, now);
    if (check->over || check->due > now)
        return;
    check->due = TCB_NEVER;
    switch (check->script) {
    case CHECK_SCRIPT_HOLES:
        check_holes_timer(check, now);
        break;
    case CHECK_SCRIPT_BYTES:
        check_bytes_timer(check, now);
        break;
    case CHECK_SCRIPT_WINDOW:
        check_window_timer(check, now);
        break;
    case CHECK_SCRIPT_COUNT:
        break;
    }
}
