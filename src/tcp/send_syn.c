/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Our SYN and its copies, and how any segment of ours begins. */
#include <string.h>

#include "tcp/tcb.h"
#include "tcp/tcb_parts.h"

/* TSval for now: it never decreases, and each copy of the SYN has its own. */
uint32_t tcb_next_ts(struct tcb *tcb, int64_t now, bool distinct)
{
    uint32_t ts = tcb_ts_at(tcb, now);

    if (tcb->syn_copies == 0 && tcb->parameters.has_ts_first) {
        tcb->parameters.ts_offset += tcb->parameters.ts_first - ts;
        tcb->parameters.has_ts_first = false;
        ts = tcb->parameters.ts_first;
    }
    if (distinct && tcb->syn_copies > 0 && seq_upto(ts, tcb->ts_val_last))
        ts = tcb->ts_val_last + 1;
    else if (tcb->syn_copies > 0 && seq_before(ts, tcb->ts_val_last))
        ts = tcb->ts_val_last;
    tcb->ts_val_last = ts;
    return ts;
}

void tcb_begin(const struct tcb *tcb, struct segment *segment, uint32_t seq, uint16_t flags)
{
    memset(segment, 0, sizeof(*segment));
    segment->source_port = tcb->parameters.source_port;
    segment->destination_port = tcb->parameters.destination_port;
    segment->seq = seq;
    segment->flags = flags;
}

void tcb_sent_upto(struct tcb *tcb, uint32_t end)
{
    if (seq_before(tcb->snd_nxt, end))
        tcb->snd_nxt = end;
    if (seq_before(tcb->snd_max, end))
        tcb->snd_max = end;
}

/* Only the first copy carries data: some middleboxes drop a SYN with data, so Linux repeats it
 * without, too. */
static void add_syn_data(const struct tcb *tcb, struct segment *segment)
{
    const struct tcb_parameters *parameters = &tcb->parameters;
    size_t room = parameters->mss_limit;

    if (!parameters->data_in_syn || tcb->syn_copies > 0 || room <= segment->options.length)
        return;
    room -= segment->options.length;
    segment->payload = parameters->data;
    segment->payload_length = parameters->data_length < room ? parameters->data_length : room;
    segment->payload_total = segment->payload_length;
}

/* What our SYN,ACK offers: of ours, what the peer's SYN offered too (RFC 7323 2.2 and 3.2, RFC 2018
 * 2). */
static void restrict_options(const struct tcb *tcb, struct options *options)
{
    struct options all = *options;

    memset(options, 0, sizeof(*options));
    for (unsigned i = 0; i < all.count; i++) {
        const struct option *option = &all.list[i];
        bool keep = option->kind == OPTION_MSS ||
                    (option->kind == OPTION_WSCALE && tcb->wscale_on) ||
                    (option->kind == OPTION_SACK_PERMITTED && tcb->sack_on) ||
                    (option->kind == OPTION_TIMESTAMPS && tcb->ts_on);

        if (keep && option->health == OPTION_HEALTH_GOOD)
            options_add(options, option->kind, all.bytes + option->at + 2, option->length - 2u);
    }
}

/* A copy of our SYN; once the peer's is here, a SYN,ACK. */
void tcb_build_syn(struct tcb *tcb, int64_t now, struct segment *segment)
{
    const struct tcb_parameters *parameters = &tcb->parameters;
    struct option_summary asked;

    tcb_begin(tcb, segment, tcb->iss, parameters->syn_flags);
    segment->window = parameters->syn_window;
    segment->options = parameters->syn_options;
    if (tcb->has_irs) {
        segment->flags = TCP_SYN | TCP_ACK | (tcb->ecn_on ? TCP_ECE : 0);
        segment->ack = tcb->rcv_nxt;
        restrict_options(tcb, &segment->options);
    }
    options_summarize(&parameters->syn_options, &asked);
    /* There is nothing to echo yet: what stands there then is the caller's wish, 0 as a rule (RFC
     * 7323 3.2). */
    options_set_timestamps(&segment->options, tcb_next_ts(tcb, now, true),
                           tcb->has_irs ? tcb->ts_recent : asked.ts_ecr);
    options_pad(&segment->options);
    if (!tcb->has_irs)
        add_syn_data(tcb, segment);
    tcb->timing = tcb->syn_copies == 0;
    tcb->timed_seq = tcb->iss;
    tcb->timed_at = now;
    tcb->syn_copies++;
    tcb_sent_upto(tcb, tcb->iss + 1 + (uint32_t)segment->payload_length);
    if (segment->flags & TCP_FIN && seq_before(tcb->snd_max, tcb->snd_nxt + 1))
        tcb->snd_max = tcb->snd_nxt + 1; /* the user's own; the machine's FIN comes later */
}
