/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rules behind the findings. */
#include "probe/notice.h"

#include <assert.h>

/* Below this an MSS is of no use: RFC 9293 3.7.1 knows none below 536, Linux ignores what is
 * below 48. */
#define MSS_USELESS 88

void notice_segment(struct probe *probe, const struct segment *segment)
{
    struct trace *trace = &probe->trace;
    char flags[TCP_FLAGS_TEXT_SIZE], options[OPTIONS_TEXT_SIZE];
    struct option_summary summary;

    tcp_flags_show(segment->flags, flags);
    if (segment->flags & TCP_FLAGS_RESERVED)
        trace_finding(trace, FINDING_RESERVED, "reserved header bits were set: %s", flags);
    if (segment->flags & TCP_URG)
        trace_finding(trace, FINDING_URGENT, "urgent data came: %s with urgent pointer %u", flags,
                      segment->urgent);
    if (options_unhealthy(&segment->options) > 0)
        for (unsigned i = 0; i < segment->options.count; i++) {
            enum option_health health = segment->options.list[i].health;

            if (health != OPTION_HEALTH_GOOD)
                trace_finding(trace, FINDING_OPT_MALFORMED,
                              "option kind %u of a %s: %s; all of it: %s",
                              segment->options.list[i].kind, flags, option_health_words(health),
                              options_show(&segment->options, options));
        }
    options_summarize(&segment->options, &summary);
    if (probe->tcb.ts_on && !summary.has_timestamps && !(segment->flags & TCP_RST))
        trace_finding(trace, FINDING_OPT_TS_MISSING,
                      "timestamps were agreed on, but a later %s had none", flags);
    if (segment->payload_length < segment->payload_total)
        trace_finding(trace, FINDING_TRUNCATED, "%zu of %zu payload bytes were captured",
                      segment->payload_length, segment->payload_total);
}

static void notice_unoffered(struct probe *probe, const struct option_summary *answered)
{
    struct option_summary offered;
    const char *what = NULL;

    options_summarize(&probe->tcb.parameters.syn_options, &offered);
    if (answered->has_wscale && !offered.has_wscale)
        what = "a window scale";
    else if (answered->has_timestamps && !offered.has_timestamps)
        what = "timestamps";
    else if (answered->has_sack_permitted && !offered.has_sack_permitted)
        what = "SACK-permitted";
    else if (answered->has_fastopen && !offered.has_fastopen)
        what = "a Fast Open cookie";
    else if (answered->has_mptcp && !offered.has_mptcp)
        what = "Multipath TCP";
    if (what)
        trace_finding(&probe->trace, FINDING_OPT_UNOFFERED,
                      "the SYN,ACK answered with %s, which was not offered", what);
}

void notice_syn_ack(struct probe *probe, const struct segment *segment)
{
    struct trace *trace = &probe->trace;
    struct option_summary answered;

    options_summarize(&segment->options, &answered);
    notice_unoffered(probe, &answered);
    if (answered.has_wscale && answered.wscale > 14)
        trace_finding(trace, FINDING_OPT_WSCALE, "a window scale of %u was announced; 14 is used",
                      answered.wscale);
    if (!answered.has_mss)
        trace_mark(trace, FINDING_OPT_NO_MSS);
    else if (answered.mss < MSS_USELESS)
        trace_finding(trace, FINDING_OPT_MSS, "a maximum segment size of %u was announced",
                      answered.mss);
    if (segment->window == 0)
        trace_mark(trace, FINDING_SYN_WINDOW);
    if (segment->payload_total > 0)
        trace_finding(trace, FINDING_SYN_DATA, "the SYN,ACK carried %zu bytes of data",
                      segment->payload_total);
}

void notice_rst(struct probe *probe, const struct segment *segment)
{
    struct trace *trace = &probe->trace;
    unsigned ttl =
        probe->cause != TRACE_NONE ? trace->seen[probe->cause].hop_limit : probe->syn_ack_ttl;

    if (segment->payload_total > 0)
        trace_finding(trace, FINDING_RST_DATA, "an RST carried %zu bytes", segment->payload_total);
    if (probe->has_syn_ack && ttl != probe->syn_ack_ttl)
        trace_finding(
            trace, FINDING_RST_TTL,
            "the RST came with TTL %u, the SYN,ACK with %u: somebody else may have sent it", ttl,
            probe->syn_ack_ttl);
}

/* Which finding an event is, where the table calls it ODD. */
static enum finding odd_finding(enum event event)
{
    static const struct {
        enum event event;
        enum finding finding;
    } rows[] = {
        {EVENT_RX_ACK_BAD, FINDING_ACK_BAD},
        {EVENT_RX_NO_SYN, FINDING_NO_SYN},
        {EVENT_RX_RST_INEXACT, FINDING_RST_INEXACT},
        {EVENT_RX_RST_BAD, FINDING_RST_BLIND},
        {EVENT_RX_PAWS, FINDING_PAWS},
        {EVENT_RX_BEYOND, FINDING_BEYOND},
        {EVENT_RX_SYN_BAD, FINDING_SYN_BAD},
        {EVENT_RX_NO_ACK, FINDING_NO_ACK},
        {EVENT_RX_ACK_OLD, FINDING_ACK_OLD},
        {EVENT_RX_ACK_UNSENT, FINDING_ACK_UNSENT},
        {EVENT_RX_DATA, FINDING_AFTER_FIN},
        {EVENT_RX_GAP, FINDING_AFTER_FIN},
        {EVENT_RX_PROBE, FINDING_AFTER_FIN},
        {EVENT_RX_FIN, FINDING_AFTER_FIN},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].event == event)
            return rows[i].finding;
    assert(false && "an event that can be ODD needs its finding");
    return FINDING_MALFORMED;
}

void notice_odd(struct probe *probe, enum event event, const struct segment *segment)
{
    const struct tcb *tcb = &probe->tcb;
    char flags[TCP_FLAGS_TEXT_SIZE];
    unsigned ttl = probe->cause != TRACE_NONE ? probe->trace.seen[probe->cause].hop_limit : 0;

    if (tcb->state == STATE_SYN_SENT)
        probe->answers_odd++;
    tcp_flags_show(segment->flags, flags);
    trace_finding(&probe->trace, odd_finding(event), "%s: %s seq %u ack %u, TTL %u, in %s",
                  finding_row(odd_finding(event))->meaning, flags, segment->seq, segment->ack, ttl,
                  fsm_state_name(tcb->state));
    if (event == EVENT_RX_SYN_BAD && segment->flags & TCP_ACK && segment->ack == tcb->iss + 1)
        trace_finding(&probe->trace, FINDING_ISN_CHANGED,
                      "the SYN,ACK came again with initial sequence number %u, at first it was %u",
                      segment->seq, tcb->irs);
}

void notice_duplicate(struct probe *probe, enum event event, const struct segment *segment)
{
    char flags[TCP_FLAGS_TEXT_SIZE];

    /* An old segment without data is a keep-alive or a late ACK, and nothing that came twice. */
    if (event == EVENT_RX_OLD && segment_length(segment) == 0)
        return;
    trace_finding(&probe->trace, FINDING_DUPLICATE, "%s came more than once",
                  tcp_flags_show(segment->flags, flags));
}

void notice_icmp(struct probe *probe, enum finding finding, const struct packet *packet,
                 const struct icmp *icmp)
{
    char words[64], from[ADDRESS_TEXT_SIZE];

    trace_finding(&probe->trace, finding, "%s: %s, from %s", finding_row(finding)->meaning,
                  icmp_words(icmp->family, icmp->type, icmp->code, words),
                  address_show(&packet->source, from));
}

void notice_foreign(struct probe *probe, const struct packet *packet, const struct segment *segment,
                    int64_t at)
{
    struct seen seen = {
        .at = at,
        .outgoing = true,
        .stamped = true,
        .segment = *segment,
        .from = packet->source,
        .hop_limit = packet->hop_limit,
        .state = probe->tcb.state,
        .remarks = REMARK(FOREIGN),
    };
    char flags[TCP_FLAGS_TEXT_SIZE];

    /* Of those that could not be kept, nobody knows any more whether they are ours. */
    if (probe->trace.seen_lost > 0)
        return;
    trace_packet(&probe->trace, &seen);
    trace_finding(&probe->trace, FINDING_LOCAL_SEGMENT,
                  "%s seq %u left this machine for our connection, and we did not send it",
                  tcp_flags_show(segment->flags, flags), segment->seq);
}

void notice_end(struct probe *probe)
{
    struct trace *trace = &probe->trace;
    unsigned unseen = 0;

    for (size_t i = 0; i < trace->seen_count; i++)
        if (trace->seen[i].outgoing && !trace->seen[i].stamped) {
            trace->seen[i].remarks |= REMARK(UNSEEN);
            unseen++;
        }
    if (unseen > 0)
        trace_finding(trace, FINDING_LOCAL_UNSEEN, "%u of our segments %s not seen leaving", unseen,
                      unseen == 1 ? "was" : "were");
    if (trace->seen_lost > 0 || trace->steps_lost > 0)
        trace_finding(trace, FINDING_LOCAL_TRACE,
                      "%zu packets and %zu steps are not listed: there were too many",
                      trace->seen_lost, trace->steps_lost);
    if (probe->stream.conflict)
        trace_mark(trace, FINDING_STREAM);
    if (probe->gave_up_closing)
        trace_finding(trace, FINDING_CLOSE_NONE,
                      "the peer did not %s within %.3g s%s and got an RST",
                      probe->fin_unheard ? "acknowledge our FIN" : "close",
                      (double)(probe->ended_at - probe->closing_at) / 1e9,
                      probe->fin_unheard ? "" : " after our FIN");
    if (probe->tcb.outcome == EFFECT_RESET && probe->fin_was_seen)
        trace_mark(trace, FINDING_CLOSE_RESET);
    if (probe->tcb.outcome == EFFECT_LOST && probe->opened_at != 0)
        trace_mark(trace, FINDING_LOCAL_LINK);
}
