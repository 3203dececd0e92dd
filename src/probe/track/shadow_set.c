/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Puts a control block in the place of a captured client. */
#include "probe/track/shadow_parts.h"
#include "tcp/witness.h"

#define MILLISECOND INT64_C(1000000)
#define SECOND      INT64_C(1000000000)

/* A client that acknowledges does so within this. */
#define WITHOUT_DELAY (5 * MILLISECOND)

/* The first time-out: by the second copy of the SYN, or RFC 6298 2.1. */
static int64_t first_timeout(const struct shadow_work *work)
{
    const struct story_segment *first = shadow_entry(work, work->first);

    for (size_t i = work->first + 1; i < work->story->count; i++) {
        const struct story_segment *entry = shadow_entry(work, i);
        uint64_t since = (uint64_t)entry->input.at - (uint64_t)first->input.at;

        if (!shadow_is_client(work, i))
            continue;
        if ((entry->segment.flags & (TCP_SYN | TCP_ACK)) != TCP_SYN ||
            entry->segment.seq != first->segment.seq)
            break;
        if (entry->input.at > first->input.at && since >= MILLISECOND && since < 3600 * SECOND)
            return (int64_t)since;
    }
    return SECOND;
}

/* The window that it opens once the connection stands, from the first segment that tells it. */
static uint32_t open_window(const struct shadow_work *work, const struct option_summary *ours)
{
    bool scaled = false, has_theirs = false;

    for (size_t i = 0; i < work->story->count; i++) {
        const struct segment *segment = &shadow_entry(work, i)->segment;

        if (shadow_is_server(work, i) && segment->flags & TCP_SYN && !has_theirs) {
            struct option_summary theirs;

            options_summarize(&segment->options, &theirs);
            scaled = theirs.has_wscale && ours->has_wscale;
            has_theirs = true;
        }
        if (shadow_is_client(work, i) &&
            (segment->flags & (TCP_SYN | TCP_RST | TCP_ACK)) == TCP_ACK)
            return (uint32_t)segment->window
                   << (scaled ? (ours->wscale < 14 ? ours->wscale : 14) : 0);
    }
    return shadow_entry(work, work->first)->segment.window;
}

static bool later(int64_t from, int64_t to)
{
    return to > from && (uint64_t)to - (uint64_t)from > (uint64_t)WITHOUT_DELAY;
}

/*
 * Whether it leaves the SYN,ACK without its ACK on purpose: none comes from it, although the server
 * asks again, or nothing but an RST after a while, or one as a system sends it that knows nothing
 * of the connection.
 */
static bool never_acknowledges(const struct shadow_work *work)
{
    bool answered = false, more = false;
    int64_t answered_at = 0;

    for (size_t i = 0; i < work->story->count; i++) {
        const struct story_segment *entry = shadow_entry(work, i);
        uint16_t flags = entry->segment.flags;

        if (shadow_is_client(work, i) && flags & TCP_RST) {
            more =
                more || (answered && (!(flags & TCP_ACK) || later(answered_at, entry->input.at)));
        } else if (shadow_is_client(work, i) && flags & TCP_ACK) {
            return false;
        } else if (shadow_is_server(work, i) && flags & TCP_SYN && flags & TCP_ACK) {
            more = more || answered;
            answered_at = answered ? answered_at : entry->input.at;
            answered = true;
        }
    }
    return more;
}

uint32_t shadow_write_end(const struct shadow_work *work, size_t index)
{
    uint32_t high = work->tcb.snd_max;
    bool whole = false; /* a SYN's data are not pushed */

    for (size_t i = index; i < work->story->count; i++) {
        const struct segment *segment = &shadow_entry(work, i)->segment;
        uint32_t length = (uint32_t)segment->payload_total;
        uint32_t from = segment->seq + (segment->flags & TCP_SYN ? 1 : 0), end = from + length;

        if (!shadow_is_client(work, i) || segment->flags & TCP_RST ||
            segment->payload_total > SHADOW_FAR || end - high > SHADOW_FAR)
            continue;
        if (segment->flags & TCP_FIN)
            return end;
        if (end == high)
            continue;
        high = end;
        whole = segment->flags & (TCP_SYN | TCP_PSH);
        if (segment->flags & TCP_PSH)
            break;
    }
    return whole ? high : high + 1;
}

/*
 * Data that its user gave it before the connection stood: it is in the SYN, or in the first segment
 * that acknowledges the server's, or could not be there for a closed window.
 */
static void set_early_data(struct shadow_work *work)
{
    bool closed = false, heard = false; /* the server's window; of the client's SYN */

    if (shadow_entry(work, work->first)->segment.payload_total > 0) {
        if (shadow_entry(work, work->first)->segment.payload_total > SHADOW_FAR ||
            !tcb_witness_data(&work->tcb, shadow_write_end(work, work->first)))
            shadow_stop(work, SHADOW_END_DEPARTED, work->first);
        return;
    }
    for (size_t i = 0; i < work->story->count; i++) {
        const struct segment *segment = &shadow_entry(work, i)->segment;

        if (shadow_is_server(work, i) && !(segment->flags & TCP_RST)) {
            if (!heard || !(segment->flags & TCP_SYN))
                closed = segment->window == 0;
            heard = heard || (segment->flags & TCP_ACK && seq_before(work->tcb.iss, segment->ack));
        }
        if (!shadow_is_client(work, i) || segment->flags & (TCP_SYN | TCP_RST))
            continue;
        if (segment->payload_total > 0)
            tcb_witness_data(&work->tcb, shadow_write_end(work, i));
        else if ((closed || !heard) && !(segment->flags & TCP_FIN))
            continue;
        return;
    }
}

void shadow_set(struct shadow_work *work)
{
    const struct segment *syn = &shadow_entry(work, work->first)->segment;
    struct option_summary options;
    struct tcb_parameters parameters = {
        .source_port = syn->source_port,
        .destination_port = syn->destination_port,
        .iss = syn->seq,
        .syn_flags = syn->flags,
        .syn_window = syn->window,
        .syn_options = syn->options,
        .mss_default = 536,
        .mss_limit = 1460,
        .rto_initial = first_timeout(work),
        .rto_min = SECOND / 5,
        .rto_max = 60 * SECOND,
    };

    options_summarize(&syn->options, &options);
    parameters.receive_window = open_window(work, &options);
    if (options.has_mss && options.mss > 0)
        parameters.mss_limit = options.mss < 65495 ? options.mss : 65495;
    if (options.has_timestamps)
        parameters.ts_offset = options.ts_val - (uint32_t)(SECOND / MILLISECOND);
    if (never_acknowledges(work))
        parameters.manners |= TCB_MANNER_NO_ACK;
    stream_init(&work->stream, NULL, 0);
    tcb_init(&work->tcb, &parameters, &work->stream);
    set_early_data(work);
}
