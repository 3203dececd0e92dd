/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a probe notices about the packets of its connection. */
#include "probe/observe.h"

#include <assert.h>
#include <string.h>

#include "probe/notice.h"

/* RFC 8200 5: every link carries this. */
#define IPV6_MTU_MIN 1280

static void copy_sample(struct seen *seen, const struct segment *segment)
{
    size_t length = segment->payload_length < SEEN_PAYLOAD ? segment->payload_length : SEEN_PAYLOAD;

    if (length > 0)
        memcpy(seen->sample, segment->payload, length);
    seen->sample_length = (uint8_t)length;
}

static uint8_t our_wscale(const struct probe *probe, const struct segment *segment)
{
    return segment->flags & TCP_SYN ? 0 : probe->tcb.rcv_wscale;
}

static struct syn_copy syn_copy_of(const struct segment *segment, int64_t now)
{
    struct option_summary summary;

    options_summarize(&segment->options, &summary);
    return (struct syn_copy){.at = now, .ts_val = summary.has_timestamps ? summary.ts_val : 0};
}

void observe_sent(struct probe *probe, const struct segment *segment, int64_t now)
{
    struct seen seen = {
        .at = now,
        .outgoing = true,
        .segment = *segment,
        .from = probe->header.source,
        .hop_limit = probe->header.hop_limit,
        .state = probe->tcb.state,
        .wscale = our_wscale(probe, segment),
    };
    struct opening *opening = &probe->opening;
    uint32_t end = segment->seq + segment_length(segment);

    copy_sample(&seen, segment);
    if (segment->flags & TCP_SYN && !(segment->flags & TCP_ACK)) {
        if (opening->copy_count < OPENING_COPIES)
            opening->copies[opening->copy_count++] = syn_copy_of(segment, now);
        seen.copy = opening->copy_count;
        if (seen.copy > 1)
            seen.remarks |= REMARK(COPY);
    } else if (segment_length(segment) > 0 && !(segment->flags & TCP_RST)) {
        /* What is sent for the second time can no longer be timed (Karn). The first SYN,ACK is no
         * repeat: it only has our SYN's number. */
        if (seq_upto(end, probe->sent_upto)) {
            if (!(segment->flags & TCP_SYN) || opening->crossed.at != 0)
                seen.remarks |= REMARK(REPEAT);
            probe->timing_later = false;
        } else if (!probe->timing_later && opening->later_rtt == 0 && probe->opened_at != 0) {
            probe->timing_later = true;
            probe->later_sent_at = now;
            probe->later_ack = end;
        }
    }
    if (segment->flags & TCP_SYN && segment->flags & TCP_ACK)
        opening->crossed = syn_copy_of(segment, now);
    if (seq_before(probe->sent_upto, end))
        probe->sent_upto = end;
    trace_packet(&probe->trace, &seen);
}

/* Our own packet, seen by the capture as it left. */
static void observe_outgoing(struct probe *probe, const struct packet *packet,
                             const struct segment *segment, int64_t at)
{
    size_t index = trace_stamp(&probe->trace, segment, at);
    const struct seen *sent;

    if (index == TRACE_NONE) {
        notice_foreign(probe, packet, segment, at);
        return;
    }
    sent = &probe->trace.seen[index];
    if (sent->copy > 0) {
        struct syn_copy *copy = &probe->opening.copies[sent->copy - 1];

        copy->at = at;
        copy->stamped = true;
    }
    if ((sent->segment.flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK)) {
        probe->opening.crossed.at = at;
        probe->opening.crossed.stamped = true;
    }
    if (probe->timing_later && segment->seq + segment_length(segment) == probe->later_ack)
        probe->later_sent_at = at;
}

/* Times a round trip after the handshake's, to be held against it. */
static void time_later(struct probe *probe, const struct segment *segment, int64_t at)
{
    if (probe->timing_later && segment->flags & TCP_ACK &&
        seq_upto(probe->later_ack, segment->ack)) {
        probe->timing_later = false;
        if (at > probe->later_sent_at)
            probe->opening.later_rtt = at - probe->later_sent_at;
    }
}

/* Into the trace as the cause of what follows. */
static void keep(struct probe *probe, const struct packet *packet, const struct segment *segment,
                 int64_t at, unsigned remarks)
{
    struct seen seen = {
        .at = at,
        .stamped = true,
        .segment = *segment,
        .from = packet->source,
        .hop_limit = packet->hop_limit,
        .state = probe->tcb.state,
        .wscale = segment->flags & TCP_SYN ? 0 : probe->tcb.snd_wscale,
        .remarks = remarks,
    };

    copy_sample(&seen, segment);
    probe->cause = trace_packet(&probe->trace, &seen);
    probe->cause_at = at;
}

bool observe_packet(struct probe *probe, const struct packet *packet, int64_t at,
                    struct segment *ret_segment)
{
    struct trace *trace = &probe->trace;
    enum checksum_state checksum;
    bool outgoing = address_equal(&packet->source, &probe->header.source) &&
                    address_equal(&packet->destination, &probe->header.destination);
    int error;

    if (packet->is_fragment) {
        trace_mark(trace, FINDING_FRAGMENT);
        return false;
    }
    error = segment_read(packet, ret_segment);
    if (error) {
        trace_mark(trace, error == -FAULT_TRUNCATED ? FINDING_TRUNCATED : FINDING_MALFORMED);
        return false;
    }
    /* On loopback both ends may have one address: the ports tell the direction. */
    if (outgoing && ret_segment->source_port == probe->tcb.parameters.source_port) {
        observe_outgoing(probe, packet, ret_segment, at);
        return false;
    }
    if (packet->checksum == CHECKSUM_BAD) {
        trace_mark(trace, FINDING_IP_CHECKSUM);
        keep(probe, packet, ret_segment, at, REMARK(CHECKSUM));
        return false;
    }
    checksum = checksum_check(packet, TCP_CHECKSUM_AT);
    if (checksum == CHECKSUM_BAD) {
        char flags[TCP_FLAGS_TEXT_SIZE];

        trace_finding(trace, FINDING_CHECKSUM,
                      "a %s with a wrong checksum (0x%04x) was ignored, as a receiver does",
                      tcp_flags_show(ret_segment->flags, flags), ret_segment->checksum);
        keep(probe, packet, ret_segment, at, REMARK(CHECKSUM));
        return false;
    }
    keep(probe, packet, ret_segment, at, 0);
    time_later(probe, ret_segment, at);
    notice_segment(probe, ret_segment);
    return true;
}

/* The first segment that answers the SYN. */
static void note_answer(struct probe *probe, const struct segment *segment)
{
    struct opening *opening = &probe->opening;
    struct option_summary summary;

    opening->answers++;
    if (opening->has_answer)
        return;
    options_summarize(&segment->options, &summary);
    opening->has_answer = true;
    opening->copies_before = opening->copy_count;
    opening->answer_has_timestamps = summary.has_timestamps;
    opening->answer_ts_ecr = summary.ts_ecr;
    opening->answer_at = probe->cause_at;
}

/* Whose word it is that the verdict rests on. */
static void note_speaker(struct probe *probe, const struct segment *segment)
{
    if (probe->cause == TRACE_NONE)
        return;
    probe->has_speaker = true;
    probe->speaker = probe->trace.seen[probe->cause].from;
    probe->speaker_ttl = probe->trace.seen[probe->cause].hop_limit;
    probe->speaker_flags = segment->flags;
}

static void remark(struct probe *probe, unsigned remarks)
{
    if (probe->cause != TRACE_NONE)
        probe->trace.seen[probe->cause].remarks |= remarks;
}

static void keep_syn(struct probe *probe, const struct segment *segment)
{
    probe->has_syn_ack = true;
    probe->syn_ack = *segment;
    probe->syn_ack.payload = NULL;
    if (probe->cause != TRACE_NONE)
        probe->syn_ack_ttl = probe->trace.seen[probe->cause].hop_limit;
}

static void note_syn_ack(struct probe *probe, const struct segment *segment)
{
    note_answer(probe, segment);
    note_speaker(probe, segment);
    keep_syn(probe, segment);
    notice_syn_ack(probe, segment);
}

/* The peer's SYN alone: it has the peer's options, but acknowledges nothing. */
static void note_crossing(struct probe *probe, const struct segment *segment)
{
    keep_syn(probe, segment);
    probe->syn_ack.ack = probe->tcb.iss;
    trace_mark(&probe->trace, FINDING_SYN_CROSSED);
}

/*
 * Whether an RST came because of our FIN: its acknowledgment says so, or, for one without (that is
 * how a closed socket answers, RFC 9293 3.5.2), the time that has passed since.
 */
static bool answers_fin(const struct probe *probe, const struct segment *segment)
{
    const struct tcb *tcb = &probe->tcb;

    if (segment->flags & TCP_ACK)
        return seq_upto(tcb->snd_max, segment->ack);
    return probe->closing_at != 0 && probe->cause_at - probe->closing_at >= tcb->srtt / 2;
}

static void note_rst(struct probe *probe, const struct segment *segment)
{
    const struct tcb *tcb = &probe->tcb;

    if (tcb->state == STATE_SYN_SENT)
        note_answer(probe, segment);
    probe->fin_was_seen =
        tcb->state == STATE_FIN_WAIT_2 || (tcb->fin_sent && answers_fin(probe, segment));
    /* Behind the peer's FIN, or ours that it saw, it does not change that the port was open. */
    if (!probe->fin_was_seen && !probe->peer_closed_first &&
        fsm_cell(EVENT_RX_RST, tcb->state)->effects & (EFFECT_REFUSED | EFFECT_RESET))
        note_speaker(probe, segment);
    notice_rst(probe, segment);
}

/* The events that mean something beyond the machine; all that are ODD in this state are findings
 * besides. */
void observe_event(struct probe *probe, enum event event, const struct segment *segment)
{
    enum state state = probe->tcb.state;

    if (event == EVENT_RX_SYN_ACK)
        note_syn_ack(probe, segment);
    else if (event == EVENT_RX_SYN)
        note_crossing(probe, segment);
    else if (event == EVENT_RX_ACK_SYN)
        note_speaker(probe, segment);
    else if (event == EVENT_RX_RST)
        note_rst(probe, segment);
    else if (event == EVENT_RX_STRAY || event == EVENT_RX_RST_BAD)
        remark(probe, state == STATE_CLOSED ? REMARK(LATE) : REMARK(STRAY));

    if (event == EVENT_RX_SYN_AGAIN && segment->flags & TCP_ACK)
        note_answer(probe, segment);
    if (event == EVENT_RX_OLD || event == EVENT_RX_SYN_AGAIN || event == EVENT_RX_FIN_AGAIN) {
        remark(probe, REMARK(DUPLICATE));
        notice_duplicate(probe, event, segment);
    }
    if (event == EVENT_RX_STRAY)
        trace_mark(&probe->trace, FINDING_LATE);
    if (fsm_cell(event, state)->action == FSM_ODD) {
        remark(probe, REMARK(STRAY));
        notice_odd(probe, event, segment);
    }
}

void observe_after(struct probe *probe)
{
    if (probe->cause != TRACE_NONE)
        probe->trace.seen[probe->cause].state = probe->tcb.state;
}

/* Whether the sequence number that an ICMP error quotes is one that is under way (RFC 5927
 * section 4.1), or, once all is over, was ever used. */
static bool quote_is_ours(const struct tcb *tcb, uint32_t seq)
{
    if (tcb->state == STATE_CLOSED)
        return seq_upto(tcb->iss, seq) && seq_upto(seq, tcb->snd_max);
    if (tcb->state == STATE_SYN_SENT || tcb->state == STATE_SYN_RECEIVED)
        return seq == tcb->iss;
    /* A pure ACK quotes the number behind the last. */
    return seq_upto(tcb->snd_una, seq) && seq_upto(seq, tcb->snd_max);
}

enum event observe_icmp(struct probe *probe, const struct packet *packet, const struct icmp *icmp,
                        int64_t at)
{
    struct seen seen = {
        .at = at,
        .stamped = true,
        .is_icmp = true,
        .icmp = *icmp,
        .from = packet->source,
        .hop_limit = packet->hop_limit,
        .state = probe->tcb.state,
    };
    uint16_t source_port, destination_port;
    uint32_t seq;

    if (icmp_quoted_tcp(icmp, &source_port, &destination_port, &seq) ||
        !quote_is_ours(&probe->tcb, seq)) {
        seen.remarks = REMARK(STRAY);
        trace_packet(&probe->trace, &seen);
        notice_icmp(probe, FINDING_ICMP_FOREIGN, packet, icmp);
        return EVENT_COUNT;
    }
    if (icmp->checksum == CHECKSUM_BAD) {
        seen.remarks = REMARK(CHECKSUM);
        trace_packet(&probe->trace, &seen);
        notice_icmp(probe, FINDING_CHECKSUM, packet, icmp);
        return EVENT_COUNT;
    }
    if (probe->tcb.state == STATE_CLOSED) {
        seen.remarks = REMARK(LATE);
        trace_packet(&probe->trace, &seen);
        return EVENT_COUNT;
    }
    probe->cause = trace_packet(&probe->trace, &seen);

    switch (icmp->kind) {
    case ICMP_CLASS_SOFT:
    case ICMP_CLASS_HARD:
        if (probe->tcb.state == STATE_SYN_SENT || probe->tcb.state == STATE_SYN_RECEIVED) {
            probe->icmp_decided = true;
            probe->icmp = *icmp;
            probe->has_speaker = true;
            probe->speaker = packet->source;
            probe->speaker_ttl = packet->hop_limit;
        } else {
            notice_icmp(probe, FINDING_ICMP_NOTE, packet, icmp);
        }
        return icmp->kind == ICMP_CLASS_HARD ? EVENT_ICMP_HARD : EVENT_ICMP_SOFT;
    case ICMP_CLASS_MTU:
        notice_icmp(probe, FINDING_ICMP_NOTE, packet, icmp);
        /* RFC 8201 4: one that is smaller than any IPv6 link's is not believed. */
        if (icmp->mtu >= (packet->family == IP_FAMILY_V6 ? IPV6_MTU_MIN : 1)) {
            struct route route = {.mtu = icmp->mtu};

            tcb_shrink(&probe->tcb, spec_route_mss(&route, packet->family));
        }
        return EVENT_ICMP_TOO_BIG;
    case ICMP_CLASS_NONE:
    case ICMP_CLASS_COUNT:
        break;
    }
    return EVENT_COUNT;
}
