/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Takes what a segment brings: data, FIN, duplicates, timestamp and ECN marks. */
#include "tcp/tcb.h"
#include "tcp/tcb_parts.h"

void tcb_take_text(struct tcb *tcb, const struct segment *segment)
{
    struct stream *stream = tcb->stream;
    struct text text = tcb_text(tcb, segment, tcb->rcv_nxt, tcb->rcv_wnd, tcb_fin_waits(tcb));
    uint32_t length = text.skip + text.length;
    uint32_t held = segment->payload_length < length ? (uint32_t)segment->payload_length : length;
    bool beyond = false;

    stream_put(stream, text.seq - text.skip, segment->payload, held, length);
    tcb->rcv_nxt = stream->next;
    if (!text.fin || tcb->peer_fin_seen || seq_before(text.fin_seq, tcb->rcv_nxt))
        return;
    for (unsigned i = 0; i < stream->islands; i++)
        beyond = beyond || seq_before(text.fin_seq, stream->island[i].right);
    if (!beyond) { /* data behind its end is no end */
        tcb->peer_fin_seen = true;
        tcb->peer_fin_seq = text.fin_seq;
    }
}

void tcb_take_fin(struct tcb *tcb)
{
    if (tcb_peer_is_done(tcb->state))
        return;
    tcb->peer_fin_seen = true;
    tcb->peer_fin_seq = tcb->rcv_nxt;
    tcb->rcv_nxt++;
    tcb->stream->islands = 0;
}

/* Reports what came again with a D-SACK (RFC 2883 4.1). */
void tcb_take_old(struct tcb *tcb, const struct segment *segment)
{
    uint32_t seq = segment->seq, length = (uint32_t)segment->payload_total;
    uint32_t next = tcb->stream->next;

    if (!seq_before(seq, next))
        return;
    if (next - seq < length)
        length = next - seq;
    uint32_t held = segment->payload_length < length ? (uint32_t)segment->payload_length : length;
    stream_put(tcb->stream, seq, segment->payload, held, length);
}

/* What the segment says beside its events: TS.Recent (RFC 7323 4.3 and 5.3 R3) and the ECN marks
 * (RFC 3168 6.1.3). */
void tcb_take_marks(struct tcb *tcb, const struct segment *segment)
{
    struct option_summary options;

    if (tcb->ts_on) {
        options_summarize(&segment->options, &options);
        if (options.has_timestamps && seq_upto(tcb->ts_recent, options.ts_val) &&
            seq_upto(segment->seq, tcb->last_ack_sent))
            tcb->ts_recent = options.ts_val;
    }
    if (tcb->ecn_on && segment->flags & TCP_CWR)
        tcb->ecn_echo = false;
    if (tcb->ecn_on && segment->ecn == 3)
        tcb->ecn_echo = true;
}
