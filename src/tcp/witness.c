/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Books the segments that somebody else sent for a control block. */
#include "tcp/witness.h"

#include "tcp/tcb_parts.h"

bool tcb_witness_data(struct tcb *tcb, uint32_t end)
{
    uint32_t known = tcb_data_end(tcb), more = end - known;

    if (seq_upto(end, known))
        return true;
    if (tcb->fin_queued || more > TCB_DATA_MAX - (uint32_t)tcb->parameters.data_length)
        return false;
    tcb->parameters.data_length += more;
    return true;
}

static void book_syn(struct tcb *tcb, const struct segment *segment, int64_t now)
{
    tcb->timing = tcb->syn_copies == 0; /* Karn */
    tcb->timed_seq = tcb->iss;
    tcb->timed_at = now;
    tcb->syn_copies++;
    tcb_sent_upto(tcb, tcb->iss + 1 + (uint32_t)segment->payload_total);
    if (segment->flags & TCP_FIN && seq_before(tcb->snd_max, tcb->snd_nxt + 1))
        tcb->snd_max = tcb->snd_nxt + 1; /* the user's own; the machine's FIN comes later */
}

static void book_text(struct tcb *tcb, const struct segment *segment, int64_t now)
{
    uint32_t end = segment->seq + segment_length(segment);

    if (segment->flags & TCP_FIN)
        tcb->fin_sent = true;
    if (tcb->snd_wnd == 0) { /* a probe: SND.NXT stays, it will be sent again */
        tcb->timing = false;
        if (seq_before(tcb->snd_max, end))
            tcb->snd_max = end;
        return;
    }
    if (seq_before(segment->seq, tcb->snd_max)) {
        tcb->timing = false;
    } else if (!tcb->timing) {
        tcb->timing = true;
        tcb->timed_seq = segment->seq;
        tcb->timed_at = now;
    }
    tcb_sent_upto(tcb, end);
    if (!tcb_outstanding(tcb))
        return;
    if (tcb->due[TCB_TIMER_RESEND] == TCB_NEVER)
        tcb->due[TCB_TIMER_RESEND] = now + tcb->rto;
    tcb->due[TCB_TIMER_PERSIST] = TCB_NEVER;
}

void tcb_witness(struct tcb *tcb, const struct segment *segment, int64_t now)
{
    struct option_summary options;

    options_summarize(&segment->options, &options);
    if (options.has_timestamps &&
        (tcb->syn_copies == 0 || seq_before(tcb->ts_val_last, options.ts_val)))
        tcb->ts_val_last = options.ts_val;
    if (segment->flags & TCP_RST)
        return;
    if (segment->flags & TCP_ACK && tcb->has_irs) {
        tcb->last_ack_sent = segment->ack;
        tcb->stream->has_dsack = false;
    }
    if (segment->flags & TCP_CWR)
        tcb->cwr_due = false;
    if (segment->flags & TCP_SYN) {
        book_syn(tcb, segment, now);
        return;
    }
    if (segment_length(segment) > 0)
        book_text(tcb, segment, now);
}

void tcb_witness_window(struct tcb *tcb, uint32_t window)
{
    tcb->rcv_wnd = window;
}

void tcb_witness_rest(struct tcb *tcb, int64_t now)
{
    if (tcb_may(tcb, EVENT_TIMER_PERSIST) && tcb->due[TCB_TIMER_PERSIST] == TCB_NEVER &&
        tcb->due[TCB_TIMER_RESEND] == TCB_NEVER)
        tcb_persist(tcb, now);
}
