/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The control block: its beginning, what can be asked of it, and its deadlines. */
#include "tcp/tcb.h"

#include <assert.h>
#include <string.h>

#include "tcp/tcb_parts.h"

#define WSCALE_MAX 14 /* RFC 7323 2.3 */

void tcb_init(struct tcb *tcb, const struct tcb_parameters *parameters, struct stream *stream)
{
    assert(parameters->data_length <= TCB_DATA_MAX && parameters->mss_limit > 0);
    assert(parameters->mss_default > 0);
    assert(parameters->rto_initial > 0);
    memset(tcb, 0, sizeof(*tcb));
    tcb->parameters = *parameters;
    tcb->stream = stream;
    tcb->state = STATE_CLOSED;
    tcb->iss = tcb->snd_una = tcb->snd_nxt = tcb->snd_max = tcb->recover = parameters->iss;
    tcb->snd_mss =
        parameters->mss_limit < parameters->mss_default ? parameters->mss_limit : parameters->mss_default;
    tcb->cwnd = tcb->snd_mss;
    tcb->ssthresh = UINT32_MAX;
    tcb->rcv_wnd = parameters->syn_window;
    tcb->rto = parameters->rto_initial;
    for (unsigned i = 0; i < TCB_TIMER_COUNT; i++)
        tcb->due[i] = TCB_NEVER;
}

void tcb_rebase(struct tcb *tcb, uint32_t iss)
{
    uint32_t shift = iss - tcb->iss;

    assert(tcb->state == STATE_SYN_SENT);
    tcb->parameters.iss = iss;
    tcb->iss += shift;
    tcb->snd_una += shift;
    tcb->snd_nxt += shift;
    tcb->snd_max += shift;
    tcb->recover += shift;
    tcb->timed_seq += shift;
}

bool tcb_peer_is_done(enum state state)
{
    return state == STATE_CLOSE_WAIT || state == STATE_LAST_ACK || state == STATE_CLOSING ||
           state == STATE_TIME_WAIT;
}

uint32_t tcb_data_end(const struct tcb *tcb)
{
    return tcb->iss + 1 + (uint32_t)tcb->parameters.data_length;
}

uint32_t tcb_end(const struct tcb *tcb)
{
    return tcb_data_end(tcb) + (tcb->fin_queued ? 1 : 0);
}

uint32_t tcb_ack_cut(const struct tcb *tcb, uint32_t ack)
{
    return seq_before(tcb_end(tcb), ack) ? tcb_end(tcb) : ack;
}

bool tcb_outstanding(const struct tcb *tcb)
{
    return tcb->snd_nxt != tcb->snd_una;
}

bool tcb_fin_waits(const struct tcb *tcb)
{
    return tcb->peer_fin_seen && !tcb_peer_is_done(tcb->state);
}

uint8_t tcb_shift(uint8_t wscale)
{
    return wscale < WSCALE_MAX ? wscale : WSCALE_MAX;
}

uint32_t tcb_open_window(const struct tcb_parameters *parameters, uint8_t shift)
{
    /* Rounded up: a small window must not turn into a closed one. */
    uint64_t units = ((uint64_t)parameters->receive_window + (1u << shift) - 1) >> shift;

    return (units < UINT16_MAX ? (uint32_t)units : UINT16_MAX) << shift;
}

uint32_t tcb_window_of(const struct tcb *tcb, const struct segment *segment)
{
    return segment->flags & TCP_SYN ? segment->window
                                    : (uint32_t)segment->window << tcb->snd_wscale;
}

bool tcb_updates_window(const struct tcb *tcb, const struct segment *segment)
{
    if (seq_before(segment->ack, tcb->snd_una) || seq_before(tcb->snd_max, segment->ack))
        return false;
    return seq_before(tcb->snd_wl1, segment->seq) ||
           (tcb->snd_wl1 == segment->seq && seq_upto(tcb->snd_wl2, segment->ack));
}

bool tcb_is_duplicate(const struct tcb *tcb, const struct segment *segment)
{
    return tcb_outstanding(tcb) && segment->ack == tcb->snd_una && segment_length(segment) == 0 &&
           tcb_window_of(tcb, segment) == tcb->snd_wnd;
}

uint32_t tcb_ts_at(const struct tcb *tcb, int64_t now)
{
    return tcb->parameters.ts_offset + (uint32_t)(now / 1000000);
}

struct text tcb_text(const struct tcb *tcb, const struct segment *segment, uint32_t rcv_nxt,
                     uint32_t window, bool waiting)
{
    uint32_t edge = rcv_nxt + window, whole = (uint32_t)segment->payload_total;
    struct text text = {
        .seq = segment->seq + (segment->flags & TCP_SYN ? 1 : 0),
        .length = whole,
        .fin = (segment->flags & TCP_FIN) != 0,
    };

    text.fin_seq = text.seq + whole;
    if (seq_before(text.seq, rcv_nxt)) {
        text.skip = rcv_nxt - text.seq < whole ? rcv_nxt - text.seq : whole;
        text.seq += text.skip;
        text.length -= text.skip;
    }
    text.refused = window == 0 && text.length && text.seq == rcv_nxt;
    if (waiting && seq_before(tcb->peer_fin_seq, edge))
        edge = tcb->peer_fin_seq;
    if (seq_before(edge, text.seq + text.length))
        text.length = seq_before(text.seq, edge) ? edge - text.seq : 0;
    /*
     * A FIN has to lie in the window. Into a closed window a bare one is let in all the same, for
     * it takes no room and the peer could never finish otherwise; Linux does so too (since 6.6).
     */
    if (seq_before(text.fin_seq, rcv_nxt) ||
        (text.fin_seq != rcv_nxt && !seq_before(text.fin_seq, rcv_nxt + window)))
        text.fin = false;
    if (waiting && seq_before(tcb->peer_fin_seq, text.fin_seq))
        text.fin = false;
    return text;
}

bool tcb_may(const struct tcb *tcb, enum event event)
{
    const struct fsm_cell *cell = fsm_cell(event, tcb->state);

    return cell->action != FSM_DENY && cell->action != FSM_NEVER;
}

void tcb_persist(struct tcb *tcb, int64_t now)
{
    int64_t wait = tcb->rto, longest = tcb->parameters.rto_max;

    if (tcb->snd_una == tcb_end(tcb) || tcb_outstanding(tcb))
        return;
    for (unsigned i = 0; i < tcb->persist_backoff && wait < longest; i++)
        wait = wait < longest / 2 ? wait * 2 : longest;
    tcb->due[TCB_TIMER_PERSIST] = now + wait;
}

int64_t tcb_deadline(const struct tcb *tcb)
{
    int64_t first = TCB_NEVER;

    for (unsigned i = 0; i < TCB_TIMER_COUNT; i++)
        if (tcb->due[i] < first)
            first = tcb->due[i];
    return first;
}

enum event tcb_due(const struct tcb *tcb, int64_t now)
{
    const struct tcb_parameters *parameters = &tcb->parameters;
    bool opening = tcb->state == STATE_SYN_SENT || tcb->state == STATE_SYN_RECEIVED;

    bool resend = tcb->due[TCB_TIMER_RESEND] <= now;

    /*
     * A closed window may stay so for ever while the peer says so (RFC 9293 3.8.6.1), but not in
     * silence. What was sent before it closed becomes part of the probing.
     */
    if (tcb->due[TCB_TIMER_PERSIST] <= now || (resend && !opening && tcb->snd_wnd == 0))
        return tcb->probes_unanswered <= parameters->data_retries ? EVENT_TIMER_PERSIST
                                                                  : EVENT_TIMER_GIVE_UP;
    if (resend) {
        unsigned retries = opening ? parameters->syn_retries : parameters->data_retries;

        return tcb->backoff < retries ? EVENT_TIMER_RESEND : EVENT_TIMER_GIVE_UP;
    }
    if (tcb->due[TCB_TIMER_2MSL] <= now)
        return EVENT_TIMER_2MSL;
    return EVENT_COUNT;
}

void tcb_shrink(struct tcb *tcb, uint16_t mss)
{
    /* RFC 5927 7 and RFC 1191 3: smaller than any link carries, or no change, is not believed. */
    if (mss < TCB_MSS_MIN || mss >= tcb->parameters.mss_limit)
        return;
    tcb->parameters.mss_limit = mss;
    tcb->shrunk =
        mss < tcb->snd_mss || !tcb->has_irs; /* else the peer's own limit was lower already */
    if (mss < tcb->snd_mss)
        tcb->snd_mss = mss;
}

bool tcb_data_done(const struct tcb *tcb)
{
    return tcb_data_acked(tcb) == tcb->parameters.data_length;
}

size_t tcb_data_acked(const struct tcb *tcb)
{
    uint32_t acked = tcb->snd_una - tcb->iss;

    if (acked == 0)
        return 0;
    return acked - 1 < tcb->parameters.data_length ? acked - 1 : tcb->parameters.data_length;
}

bool tcb_ack_is_ours(const struct tcb *tcb, uint32_t ack)
{
    return seq_before(tcb->iss, ack) && seq_upto(ack, tcb->snd_max);
}

uint16_t tcb_window_field(const struct tcb *tcb)
{
    uint32_t units = tcb->rcv_wnd >> tcb->rcv_wscale;

    return (uint16_t)(units < UINT16_MAX ? units : UINT16_MAX);
}
