/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the shadow of a client receives, and when. */
#include <string.h>

#include "probe/spec.h"
#include "probe/track/shadow_parts.h"
#include "tcp/witness.h"

/* A capture of two queues is no more out of order than this. */
#define CROSSED_WITHIN INT64_C(200000)

/* RFC 8200 5: every link carries this. */
#define IPV6_MTU_MIN 1280

/* What comes of a segment, before it is certain that the client got it. */
struct trial {
    struct tcb tcb;
    struct stream stream;
    struct step steps[TCB_EVENTS_MAX];
    unsigned count;
};

static bool happened(const struct trial *trial, enum event event)
{
    for (unsigned i = 0; i < trial->count; i++)
        if (trial->steps[i].event == event)
            return true;
    return false;
}

/* Whether the sequence number that an ICMP error quotes is one that is under way (RFC 5927 4.1). */
static bool quotes_ours(const struct tcb *tcb, const struct story_segment *entry)
{
    if (tcb->state == STATE_SYN_SENT || tcb->state == STATE_SYN_RECEIVED)
        return entry->icmp_seq == tcb->iss;
    return seq_upto(tcb->snd_una, entry->icmp_seq) && seq_upto(entry->icmp_seq, tcb->snd_max);
}

static void try_icmp(struct trial *trial, const struct story_segment *entry, int64_t now)
{
    struct tcb *tcb = &trial->tcb;
    enum event event = EVENT_COUNT;

    if (tcb->state == STATE_CLOSED || !quotes_ours(tcb, entry) || entry->checksum == CHECKSUM_BAD)
        return;
    switch (entry->icmp_class) {
    case ICMP_CLASS_SOFT:
        event = EVENT_ICMP_SOFT;
        break;
    case ICMP_CLASS_HARD:
        event = EVENT_ICMP_HARD;
        break;
    case ICMP_CLASS_MTU:
        if (entry->icmp_mtu >= (entry->from.family == IP_FAMILY_V6 ? IPV6_MTU_MIN : 1)) {
            struct route route = {.mtu = entry->icmp_mtu};

            tcb_shrink(tcb, spec_route_mss(&route, entry->from.family));
        }
        event = EVENT_ICMP_TOO_BIG;
        break;
    case ICMP_CLASS_NONE:
    case ICMP_CLASS_COUNT:
        break;
    }
    if (event != EVENT_COUNT)
        trial->steps[trial->count++] = tcb_step(tcb, event, NULL, now);
}

static void try_entry(const struct shadow_work *work, size_t index, struct trial *trial)
{
    const struct story_segment *entry = shadow_entry(work, index);
    struct segment segment = entry->segment;
    enum event events[TCB_EVENTS_MAX];
    unsigned count;

    trial->tcb = work->tcb;
    trial->stream = work->stream;
    trial->tcb.stream = &trial->stream;
    trial->count = 0;
    segment.payload = NULL;
    segment.payload_length = 0;
    if (entry->is_icmp) {
        try_icmp(trial, entry, work->now);
        return;
    }
    count = tcb_classify(&trial->tcb, &segment, events);
    for (unsigned i = 0; i < count; i++)
        trial->steps[trial->count++] = tcb_step(&trial->tcb, events[i], &segment, work->now);
}

static void commit(struct shadow_work *work, size_t index, const struct trial *trial)
{
    int64_t at = shadow_entry(work, index)->input.at;
    uint32_t effects = 0;

    work->stirred = work->now;
    work->tcb = trial->tcb;
    work->stream = trial->stream;
    work->tcb.stream = &work->stream;
    for (unsigned i = 0; i < trial->count; i++) {
        shadow_keep(work, trial->steps[i], at, index);
        effects |= trial->steps[i].effects;
    }
    if (effects & EFFECT_RESEND && !(work->effects & EFFECT_RESEND))
        work->resend_since = work->now;
    if (effects & EFFECT_REPLY)
        work->answered = shadow_entry(work, index)->segment;
    work->effects |= effects & (EFFECT_SYN_ACK | EFFECT_RESEND | EFFECT_REPLY);
    if (effects & EFFECT_SEND)
        tcb_witness_rest(&work->tcb, work->now);
}

/* Whether one that was captured before the client's SYN crosses it, or answers it all the same. */
static bool belongs(const struct shadow_work *work, const struct story_segment *entry)
{
    uint16_t flags = entry->segment.flags & (TCP_SYN | TCP_ACK | TCP_RST);

    if (entry->is_icmp)
        return false;
    return flags == TCP_SYN || (flags & TCP_ACK && entry->segment.ack == work->tcb.iss + 1);
}

/* The next entry before `end` that the client may get; `end` where there is none. */
static size_t next_entry(struct shadow_work *work, size_t end)
{
    for (; work->next < end; work->next++) {
        const struct story_segment *entry = shadow_entry(work, work->next);

        if (work->next < work->first && !belongs(work, entry))
            continue;
        if (entry->is_icmp ? entry->quoted == work->client : shadow_is_server(work, work->next))
            return work->next;
    }
    return end;
}

/* Whether a segment of the client's acknowledges what it has not got yet. */
static bool wants_more(const struct shadow_work *work, const struct segment *segment)
{
    if (!(segment->flags & TCP_ACK) || segment->flags & TCP_RST || work->tcb.state == STATE_CLOSED)
        return false;
    return !work->tcb.has_irs || seq_before(work->tcb.rcv_nxt, segment->ack);
}

/* A reset that closes the connection, though the client goes on behind it. */
static bool ends_a_living(const struct shadow_work *work, size_t index, const struct trial *trial)
{
    return index < work->alive && work->tcb.state != STATE_CLOSED &&
           work->tcb.state != STATE_SYN_SENT && trial->tcb.state == STATE_CLOSED &&
           happened(trial, EVENT_RX_RST);
}

static bool is_keep_alive(const struct tcb *tcb, const struct segment *segment)
{
    return segment->payload_total <= 1 && !(segment->flags & TCP_FIN) &&
           segment->seq + 1 == tcb->snd_max;
}

/* Whether the client's segment shows that it had not got this yet. */
static bool contradicts(const struct shadow_work *work, const struct story_segment *ours,
                        const struct story_segment *theirs, const struct trial *trial)
{
    const struct segment *segment = &ours->segment;
    const struct tcb *then = &trial->tcb;
    uint32_t end = segment->seq + segment_length(segment);

    if (trial->count == 0)
        return false;
    if (!(segment->flags & TCP_ACK))
        return segment->flags & TCP_SYN && !(segment->flags & TCP_RST) && then->has_irs &&
               !work->tcb.has_irs && segment->seq == then->iss;
    /* It would have acknowledged more. */
    if (then->has_irs && work->tcb.has_irs && seq_before(segment->ack, then->rcv_nxt) &&
        seq_before(work->tcb.rcv_nxt, then->rcv_nxt) && then->rcv_nxt - segment->ack < SHADOW_FAR)
        return true;
    if (segment->flags & TCP_RST || segment_length(segment) == 0)
        return false;
    /* It would not have sent again what is acknowledged. */
    if (seq_before(segment->seq, then->snd_una) && seq_upto(work->tcb.snd_una, segment->seq) &&
        work->tcb.has_irs && !is_keep_alive(&work->tcb, segment))
        return true;
    /* It was captured before what it acknowledges. */
    return happened(trial, EVENT_RX_ACK_UNSENT) && segment->seq == work->tcb.snd_max &&
           seq_upto(theirs->segment.ack, end) && ours->input.at >= theirs->input.at &&
           (uint64_t)ours->input.at - (uint64_t)theirs->input.at < (uint64_t)CROSSED_WITHIN;
}

/* Acknowledges what is not captured: the client goes on behind it. */
static bool tells_of_hole(const struct shadow_work *work, const struct segment *segment,
                          const struct trial *trial)
{
    return happened(trial, EVENT_RX_ACK_UNSENT) && !(segment->flags & (TCP_SYN | TCP_RST)) &&
           seq_before(work->tcb.snd_max, segment->seq) &&
           segment->seq - work->tcb.snd_max < SHADOW_FAR;
}

/* An ICMP error that the client did not let end its opening. */
static bool passed_over(const struct shadow_work *work, size_t index, const struct trial *trial)
{
    return shadow_entry(work, index)->is_icmp && index < work->alive &&
           work->tcb.state != STATE_CLOSED && trial->tcb.state == STATE_CLOSED;
}

/* Whether anything but a reset comes of the server behind this entry. */
static bool server_goes_on(struct shadow_work *work, size_t index, size_t end)
{
    for (size_t i = index + 1; i < end && i - index <= SHADOW_AHEAD; i++)
        if (shadow_is_server(work, i))
            return !(shadow_entry(work, i)->segment.flags & TCP_RST);
    return false;
}

/* The entry, a little behind `index`, that brings what the client's segment acknowledges. */
static size_t find_ahead(const struct shadow_work *work, size_t index, uint32_t ack)
{
    for (size_t i = index + 1; i < work->story->count && i - index <= SHADOW_AHEAD; i++) {
        const struct segment *segment = &shadow_entry(work, i)->segment;
        uint32_t length = segment_length(segment);

        if (shadow_is_server(work, i) && length > 0 && !(segment->flags & TCP_RST) &&
            seq_before(segment->seq, ack) && seq_upto(ack, segment->seq + length))
            return i;
    }
    return work->story->count;
}

/*
 * In the capture's order, up to the first that the client's segment contradicts; beyond that only
 * as far as it demands more.
 */
static void receive_upto(struct shadow_work *work, size_t index, size_t end)
{
    bool last = index == work->story->count;
    const struct story_segment *ours = last ? NULL : shadow_entry(work, index);
    struct trial trial;

    while (!work->over) {
        size_t next = next_entry(work, end);
        const struct story_segment *theirs;
        bool wanted = ours && wants_more(work, &ours->segment);

        if (next == end || (end > index && !wanted))
            return;
        theirs = shadow_entry(work, next);
        if (theirs->segment.payload_total > SHADOW_FAR) {
            shadow_stop(work, SHADOW_END_HOLES, next);
            return;
        }
        shadow_clock(work, next);
        try_entry(work, next, &trial);
        if (passed_over(work, next, &trial) ||
            (ends_a_living(work, next, &trial) && (wanted || server_goes_on(work, next, end)))) {
            work->next++;
            continue;
        }
        if (!last && !wanted &&
            (contradicts(work, ours, theirs, &trial) || ends_a_living(work, next, &trial)))
            return;
        if (!last && tells_of_hole(work, &ours->segment, &trial)) {
            shadow_stop(work, SHADOW_END_HOLES, next);
            return;
        }
        commit(work, next, &trial);
        work->next++;
    }
}

/* What it acknowledges was inside its window, whatever is known of that. */
static void widen(struct shadow_work *work, const struct segment *segment)
{
    struct tcb *tcb = &work->tcb;
    uint32_t most = segment->ack - tcb->rcv_nxt;

    if (tcb->has_irs && wants_more(work, segment) && most > tcb->rcv_wnd && most < SHADOW_FAR)
        tcb_witness_window(tcb, most);
}

void shadow_receive(struct shadow_work *work, size_t index)
{
    const struct segment *segment;
    size_t ahead;

    if (index < work->story->count)
        widen(work, &shadow_entry(work, index)->segment);
    receive_upto(work, index, index);
    if (index == work->story->count || work->over)
        return;
    segment = &shadow_entry(work, index)->segment;
    if (!wants_more(work, segment))
        return;
    ahead = find_ahead(work, index, segment->ack);
    if (ahead < work->story->count)
        receive_upto(work, index, ahead + 1);
    if (!work->over && wants_more(work, segment))
        shadow_stop(work, SHADOW_END_HOLES, index);
}
