/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A finished probe as a record. */
#include "probe/result.h"

#include <string.h>

#include "base/text.h"
#include "probe/notice.h"
#include "probe/reason.h"
#include "probe/record_parts.h"
#include "probe/rows.h"

/* Whether the capture saw any of our SYNs leave. */
static bool syn_left(const struct probe *probe)
{
    for (unsigned i = 0; i < probe->opening.copy_count; i++)
        if (probe->opening.copies[i].stamped)
            return true;
    return false;
}

enum verdict result_verdict(const struct probe *probe, const struct result_context *context)
{
    const struct trace *trace = &probe->trace;

    if (probe->opened_at != 0) {
        bool early =
            probe->tcb.outcome == EFFECT_RESET && !probe->fin_was_seen && !probe->peer_closed_first;

        return early ? VERDICT_RESET : VERDICT_OPEN;
    }
    if (probe->tcb.outcome == EFFECT_REFUSED)
        return VERDICT_REFUSED;
    if (probe->tcb.outcome == EFFECT_UNREACHABLE)
        return VERDICT_UNREACHABLE;
    if (probe->tcb.outcome == EFFECT_TIMED_OUT && !syn_left(probe))
        return context->next_hop_silent ? VERDICT_UNREACHABLE : VERDICT_INCONCLUSIVE;
    /* Something that came and did not count is not silence. */
    if (probe->tcb.outcome == EFFECT_TIMED_OUT && probe->answers_odd == 0 &&
        !trace_has_finding(trace, FINDING_SYN_CROSSED) &&
        !trace_has_finding(trace, FINDING_CHECKSUM) &&
        !trace_has_finding(trace, FINDING_IP_CHECKSUM) &&
        !trace_has_finding(trace, FINDING_MALFORMED) &&
        !trace_has_finding(trace, FINDING_FRAGMENT) && !trace_has_finding(trace, FINDING_TRUNCATED))
        return VERDICT_FILTERED;
    return VERDICT_INCONCLUSIVE;
}

int64_t result_hops(uint8_t ttl)
{
    return (ttl <= 64 ? 64 : ttl <= 128 ? 128 : 255) - ttl;
}

static bool ecn_offered(uint16_t flags)
{
    return (flags & (TCP_ECE | TCP_CWR)) == (TCP_ECE | TCP_CWR);
}

/* What both sides agreed on, and so holds; MPTCP falls back, for our third segment carries no keys
 * (RFC 8684 3.1). */
static const struct options_record *effect_part(struct arena *memory, const struct probe *probe)
{
    const struct tcb *tcb = &probe->tcb;
    const struct record_effect effect = {
        .mss = tcb->snd_mss,
        .wscale = tcb->wscale_on ? tcb->snd_wscale : -1,
        .sack = tcb->sack_on,
        .timestamps = tcb->ts_on,
        .fastopen = tcb->parameters.data_in_syn && seq_before(tcb->iss + 1, probe->syn_ack.ack),
        .ecn = tcb->ecn_on,
    };

    return record_effect(memory, &effect);
}

/* How much of the data went out at least once. */
static int64_t bytes_sent(const struct tcb *tcb)
{
    size_t sent = tcb->snd_max == tcb->iss ? 0 : tcb->snd_max - tcb->iss - 1;

    return (int64_t)(sent < tcb->parameters.data_length ? sent : tcb->parameters.data_length);
}

static const char *received_text(struct arena *memory, const struct probe *probe)
{
    size_t held = probe->stream.received < probe->stream.size ? (size_t)probe->stream.received
                                                              : probe->stream.size;
    size_t room = held * 4 + 1; /* \xHH is the longest that a byte becomes */
    char *text;

    if (held == 0)
        return NULL;
    text = arena_take(memory, room, 1);
    text_safe(probe->received, held, text, room);
    return text;
}

static void fill_context(const struct result_context *context, struct arena *memory,
                         struct handshake_record *record)
{
    *record = (struct handshake_record){
        .schema = RECORD_SCHEMA_VERSION,
        .command = "handshake",
        .time = arena_copy(memory, context->time),
        .target = arena_copy(memory, context->target),
        .host = arena_copy(memory, context->host),
        .addresses = context->addresses > 0 ? context->addresses : RECORD_UNKNOWN,
        .port = context->port ? context->port : RECORD_UNKNOWN,
        .dns_ms = context->dns_ns >= 0 ? record_ms(context->dns_ns) : NAN,
        .source_port = RECORD_UNKNOWN,
        .ttl = RECORD_UNKNOWN,
        .hops = RECORD_UNKNOWN,
        .icmp_type = RECORD_UNKNOWN,
        .icmp_code = RECORD_UNKNOWN,
        .answered_attempt = RECORD_UNKNOWN,
        .rtt_ms = NAN,
        .connect_ms = NAN,
        .duration_ms = NAN,
        .lost_forward = RECORD_UNKNOWN,
        .lost_reverse = RECORD_UNKNOWN,
        .isn_client = RECORD_UNKNOWN,
        .isn_server = RECORD_UNKNOWN,
        .bytes_sent = RECORD_UNKNOWN,
        .bytes_acked = RECORD_UNKNOWN,
        .bytes_received = RECORD_UNKNOWN,
        .capture_dropped = RECORD_UNKNOWN,
    };
}

void result_unmeasured(const struct result_context *context, const struct fault *fault,
                       struct arena *memory, struct handshake_record *ret_record)
{
    fill_context(context, memory, ret_record);
    ret_record->verdict = verdict_word(VERDICT_INCONCLUSIVE);
    arena_print(memory, "%s was not measured: %s", context->target, fault->what);
    ret_record->reason = arena_finish(memory);
    ret_record->attempts = 0;
}

static void fill_where(const struct probe *probe, struct arena *memory,
                       struct handshake_record *record)
{
    const struct tcb *tcb = &probe->tcb;
    char text[ADDRESS_TEXT_SIZE];

    record->address = arena_copy(memory, address_show(&probe->header.destination, text));
    record->port = tcb->parameters.destination_port;
    record->family = probe->header.destination.family == IP_FAMILY_V6 ? "IPv6" : "IPv4";
    record->source = arena_copy(memory, address_show(&probe->header.source, text));
    record->source_port = tcb->parameters.source_port;
    record->interface = arena_copy(memory, probe->route.interface);
}

static void fill_speaker(const struct probe *probe, struct arena *memory,
                         struct handshake_record *record)
{
    char text[ADDRESS_TEXT_SIZE];

    if (!probe->has_speaker)
        return;
    record->from = arena_copy(memory, address_show(&probe->speaker, text));
    record->ttl = probe->speaker_ttl;
    record->hops = result_hops(probe->speaker_ttl);
    if (probe->icmp_decided) {
        record->icmp_type = probe->icmp.type;
        record->icmp_code = probe->icmp.code;
    }
}

static void fill_opening(const struct probe *probe, const struct opening_verdict *verdict,
                         const struct result_context *context, struct arena *memory,
                         struct handshake_record *record)
{
    record->attempts = probe->opening.copy_count;
    if (verdict->answered_copy != OPENING_UNKNOWN)
        record->answered_attempt = verdict->answered_copy;
    if (verdict->lost_forward != OPENING_UNKNOWN)
        record->lost_forward = verdict->lost_forward;
    if (verdict->lost_reverse != OPENING_UNKNOWN)
        record->lost_reverse = verdict->lost_reverse;
    if (verdict->rtt != OPENING_UNKNOWN) {
        record->rtt_ms = record_ms(verdict->rtt);
        arena_print(memory, "%s: %s", context->stamp_words, rtt_source_words(verdict->source));
        record->rtt_source = arena_finish(memory);
    } else {
        record->rtt_source = rtt_source_words(verdict->source);
    }
}

static void fill_options(const struct probe *probe, struct arena *memory,
                         struct handshake_record *record)
{
    const struct tcb *tcb = &probe->tcb;
    const struct options *offered = &tcb->parameters.syn_options;

    for (size_t i = 0; i < probe->trace.seen_count; i++)
        if (probe->trace.seen[i].copy == 1) {
            offered = &probe->trace.seen[i].segment.options;
            break;
        }
    record->offered = record_options(memory, offered, ecn_offered(tcb->parameters.syn_flags));
    if (probe->has_syn_ack)
        record->answered = record_options(memory, &probe->syn_ack.options,
                                          (probe->syn_ack.flags & (TCP_ECE | TCP_CWR)) == TCP_ECE);
    if (probe->opened_at != 0)
        record->in_effect = effect_part(memory, probe);
}

static void fill_connection(const struct probe *probe, struct arena *memory,
                            struct handshake_record *record)
{
    const struct tcb *tcb = &probe->tcb;

    record->isn_client = tcb->iss;
    if (tcb->has_irs)
        record->isn_server = tcb->irs;
    if (probe->opened_at != 0) {
        record->connect_ms = record_ms(probe->opened_at - probe->opening.copies[0].at);
        record->bytes_sent = bytes_sent(tcb);
        record->bytes_acked = (int64_t)tcb_data_acked(tcb);
        record->bytes_received = (int64_t)probe->stream.received;
        record->received = received_text(memory, probe);
    }
    record->closed = reason_closed(probe);
    if (probe->started_at != 0)
        record->duration_ms = record_ms(probe->ended_at - probe->started_at);
}

void result_handshake(struct probe *probe, const struct result_context *context,
                      struct arena *memory, struct handshake_record *ret_record)
{
    struct opening_verdict opening = opening_judge(&probe->opening);
    enum verdict verdict;

    notice_end(probe);
    if (opening.foreign_echo)
        trace_mark(&probe->trace, FINDING_OPT_TSECR);
    if (opening.source == RTT_LATE_ANSWER)
        trace_mark(&probe->trace, FINDING_SYN_LATE);
    if (context->dropped > 0)
        trace_finding(&probe->trace, FINDING_LOCAL_DROPPED, "the capture lost %lld packets",
                      (long long)context->dropped);
    if (context->guard_weak)
        trace_mark(&probe->trace, FINDING_LOCAL_GUARD);
    verdict = result_verdict(probe, context);
    trace_sort(&probe->trace);

    fill_context(context, memory, ret_record);
    ret_record->verdict = verdict_word(verdict);
    if (!(context->without & RESULT_REASON))
        ret_record->reason = reason_sentence(probe, verdict, context, &opening, memory);
    ret_record->guard = arena_copy(memory, context->guard);
    ret_record->capture_dropped = context->dropped;
    fill_where(probe, memory, ret_record);
    fill_speaker(probe, memory, ret_record);
    fill_opening(probe, &opening, context, memory, ret_record);
    fill_connection(probe, memory, ret_record);
    if (!(context->without & RESULT_OPTIONS))
        fill_options(probe, memory, ret_record);
    if (!(context->without & RESULT_ROWS)) {
        ret_record->segments = rows_segments(probe, memory);
        ret_record->steps = rows_steps(probe, memory);
    }
    ret_record->findings = rows_findings(probe, memory);
}
