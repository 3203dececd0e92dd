/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the two SYNs agree on: options, ECN, and where the peer's numbers and window begin. */
#include "tcp/tcb.h"
#include "tcp/tcb_parts.h"

#define ECN_FLAGS (TCP_ECE | TCP_CWR | TCP_AE)

void tcb_take_window(struct tcb *tcb, const struct segment *segment)
{
    tcb->snd_wnd = tcb_window_of(tcb, segment);
    tcb->max_snd_wnd = tcb->snd_wnd > tcb->max_snd_wnd ? tcb->snd_wnd : tcb->max_snd_wnd;
    tcb->snd_wl1 = segment->seq;
    tcb->snd_wl2 = segment->ack;
}

/* An option is in effect where both SYNs carried it (RFC 7323 2.2 and 3.2, RFC 2018 2). */
static void agree_on_options(struct tcb *tcb, const struct segment *segment)
{
    struct option_summary ours, theirs;
    uint16_t mss;

    options_summarize(&tcb->parameters.syn_options, &ours);
    options_summarize(&segment->options, &theirs);
    tcb->ts_on = ours.has_timestamps && theirs.has_timestamps;
    tcb->sack_on = ours.has_sack_permitted && theirs.has_sack_permitted;
    tcb->wscale_on = ours.has_wscale && theirs.has_wscale;
    tcb->snd_wscale = tcb->wscale_on ? tcb_shift(theirs.wscale) : 0;
    tcb->rcv_wscale = tcb->wscale_on ? tcb_shift(ours.wscale) : 0;
    tcb->rcv_wnd = tcb_open_window(&tcb->parameters, tcb->rcv_wscale);
    tcb->ts_recent = tcb->ts_on ? theirs.ts_val : 0;

    mss = theirs.has_mss ? theirs.mss : tcb->parameters.mss_default;
    if (mss < TCB_MSS_MIN)
        mss = TCB_MSS_MIN;
    tcb->snd_mss = mss < tcb->parameters.mss_limit ? mss : tcb->parameters.mss_limit;
}

/* RFC 3168 6.1.1: set up by ECE and CWR one way and ECE alone the other; two crossing SYNs both
 * carry both. */
static bool agree_on_ecn(const struct tcb *tcb, const struct segment *segment)
{
    const uint16_t both = TCP_ECE | TCP_CWR;

    if ((tcb->parameters.syn_flags & both) != both)
        return false;
    return segment->flags & TCP_ACK ? (segment->flags & ECN_FLAGS) == TCP_ECE
                                    : (segment->flags & both) == both;
}

/* The peer's SYN (RFC 9293 3.10.7.3). */
void tcb_take_syn(struct tcb *tcb, const struct segment *segment)
{
    tcb->irs = segment->seq;
    tcb->has_irs = true;
    tcb->rcv_nxt = tcb->last_ack_sent = segment->seq + 1;
    stream_start(tcb->stream, tcb->rcv_nxt);
    agree_on_options(tcb, segment);
    tcb->ecn_on = agree_on_ecn(tcb, segment);
    tcb_take_window(tcb, segment);
}

/* The peer's SYN,ACK after its SYN says which of our options reached it: what is missing now was
 * lost on the way. */
void tcb_take_crossing(struct tcb *tcb, const struct segment *segment)
{
    struct option_summary theirs;

    options_summarize(&segment->options, &theirs);
    tcb->ts_on = tcb->ts_on && theirs.has_timestamps;
    tcb->sack_on = tcb->sack_on && theirs.has_sack_permitted;
    tcb->wscale_on = tcb->wscale_on && theirs.has_wscale;
    if (!tcb->wscale_on)
        tcb->snd_wscale = tcb->rcv_wscale = 0;
    tcb->rcv_wnd = tcb_open_window(&tcb->parameters, tcb->rcv_wscale);
    tcb->ecn_on = tcb->ecn_on && agree_on_ecn(tcb, segment);
}
