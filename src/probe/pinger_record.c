/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A series as a record. */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "net/clock.h"
#include "net/neighbour.h"
#include "probe/pinger.h"
#include "probe/sweep.h"
#include "stat/flows.h"
#include "stat/histogram.h"

#define HISTOGRAM_BINS 20

/* So many of the bad flows are named in the sentence. */
#define BAD_FLOWS_NAMED 4

static double milliseconds(double ns)
{
    return ns / 1e6;
}

enum verdict pinger_verdict(const struct pinger *pinger)
{
    if (pinger->answered_open)
        return VERDICT_OPEN;
    if (pinger->counts[OUTCOME_REFUSED] > 0 || pinger->flags & TCP_RST)
        return VERDICT_REFUSED;
    if (pinger->counts[OUTCOME_UNREACHABLE] > 0)
        return VERDICT_UNREACHABLE;
    if (pinger->counts[OUTCOME_LOST] > 0)
        return VERDICT_FILTERED;
    if (pinger->link && pinger->pattern && pinger->counts[OUTCOME_UNSENT] > 0 && !pinger->stopped &&
        pinger->fault.code == FAULT_NONE &&
        neighbour_ask(&pinger->subject.route) == NEIGHBOUR_SILENT)
        return VERDICT_UNREACHABLE;
    return VERDICT_INCONCLUSIVE;
}

static const char *words_of(const struct icmp *icmp, char words[64])
{
    return icmp_words(icmp->family, icmp->type, icmp->code, words);
}

static uint64_t sent(const struct pinger *pinger)
{
    uint64_t count = 0;

    for (unsigned i = 0; i < OUTCOME_UNSENT; i++)
        count += pinger->counts[i];
    return count;
}

/* "; 1 of 8 flows is bad: source port 40003", with the first few of them. */
static void name_bad_flows(const struct rtt_record *record, struct arena *memory)
{
    const struct flow_record *flows = record->flows.items;
    int64_t named = 0;

    arena_print(memory, "; %" PRId64 " of %zu flows %s bad: source port%s", record->flows_bad,
                record->flows.count, record->flows_bad == 1 ? "is" : "are",
                record->flows_bad == 1 ? "" : "s");
    for (size_t i = 0; i < record->flows.count && named < BAD_FLOWS_NAMED; i++)
        if (strcmp(flows[i].verdict, flow_word(FLOW_BAD)) == 0)
            arena_print(memory, "%s %" PRId64, named++ > 0 ? "," : "", flows[i].source_port);
    if (named < record->flows_bad)
        arena_print(memory, ", ...");
}

static const char *reason(const struct pinger *pinger, enum verdict verdict,
                          const struct series_summary *summary, const struct rtt_record *record,
                          struct arena *memory)
{
    unsigned long long all = sent(pinger);
    const char *target = pinger->subject.text, *plural = all == 1 ? "" : "s";
    unsigned long long open = all - pinger->counts[OUTCOME_REFUSED] -
                              pinger->counts[OUTCOME_UNREACHABLE] - pinger->counts[OUTCOME_LOST];
    char from[ADDRESS_TEXT_SIZE], took[40], words[64];

    switch (verdict) {
    case VERDICT_OPEN:
        arena_print(memory, "%s answered %llu of %llu SYN%s with SYN,ACK", target, open, all,
                    plural);
        if (summary->n > 0) {
            text_show_duration((int64_t)summary->p50, "µ", took, sizeof took);
            arena_print(memory, summary->n == 1 ? " after %s" : ", half of them within %s", took);
        }
        break;
    case VERDICT_REFUSED:
        arena_print(memory, "%s refused %llu of %llu SYN%s with an RST", target,
                    (unsigned long long)pinger->counts[OUTCOME_REFUSED], all, plural);
        break;
    case VERDICT_UNREACHABLE:
        if (pinger->has_icmp)
            arena_print(memory, "%s is unreachable: %s says '%s'", target,
                        address_show(&pinger->from, from), words_of(&pinger->icmp, words));
        else
            arena_print(memory,
                        "%s is unreachable: the next hop %s does not answer ARP or neighbour "
                        "discovery",
                        target, address_show(&pinger->subject.route.next_hop, from));
        break;
    case VERDICT_FILTERED:
        arena_print(memory, "%s did not answer %llu SYN%s", target, all, plural);
        break;
    case VERDICT_RESET:
    case VERDICT_INCONCLUSIVE:
    case VERDICT_COUNT:
        arena_print(memory, "%s was not measured: %s", target,
                    pinger->fault.code != FAULT_NONE ? pinger->fault.what
                    : pinger->stopped                ? pinger->stopped
                                                     : "the capture never saw a SYN leave");
        break;
    }
    if (record->flows_bad > 0)
        name_bad_flows(record, memory);
    if (pinger->stopped && verdict != VERDICT_INCONCLUSIVE)
        arena_print(memory, "; %s", pinger->stopped);
    return arena_finish(memory);
}

static struct record_list histogram(const struct pinger *pinger, struct arena *memory)
{
    struct histogram made;
    struct bin_record *rows;
    const int64_t *samples;
    size_t count;

    samples = series_samples(&pinger->samples, &count);
    if (count == 0 || histogram_make(samples, count, HISTOGRAM_BINS, &made))
        return (struct record_list){0};
    rows = arena_take(memory, made.count, sizeof *rows);
    for (size_t i = 0; i < made.count; i++)
        rows[i] = (struct bin_record){
            .from_ms = milliseconds((double)made.bins[i].from),
            .to_ms = milliseconds((double)made.bins[i].to),
            .count = (int64_t)made.bins[i].count,
        };
    return (struct record_list){.items = rows, .count = made.count};
}

static void fill_context(const struct result_context *context, bool full, struct arena *memory,
                         struct rtt_record *record)
{
    *record = (struct rtt_record){
        .schema = RECORD_SCHEMA_VERSION,
        .command = "rtt",
        .time = arena_copy(memory, context->time),
        .target = arena_copy(memory, context->target),
        .host = arena_copy(memory, context->host),
        .port = context->port ? context->port : RECORD_UNKNOWN,
        .mode = full ? "full" : "half-open",
        .ttl = RECORD_UNKNOWN,
        .hops = RECORD_UNKNOWN,
        .addresses = context->addresses > 0 ? context->addresses : RECORD_UNKNOWN,
        .dns_ms = context->dns_ns >= 0 ? milliseconds((double)context->dns_ns) : NAN,
        .loss_percent = NAN,
        .min_ms = NAN,
        .mean_ms = NAN,
        .p50_ms = NAN,
        .p50_low_ms = NAN,
        .p50_high_ms = NAN,
        .p90_ms = NAN,
        .p95_ms = NAN,
        .p99_ms = NAN,
        .max_ms = NAN,
        .mdev_ms = NAN,
        .jitter_ms = NAN,
        .duration_ms = NAN,
        .capture_dropped = RECORD_UNKNOWN,
        .flows_bad = RECORD_UNKNOWN,
    };
}

void pinger_unmeasured(const struct result_context *context, bool full, const struct fault *fault,
                       struct arena *memory, struct rtt_record *ret_record)
{
    fill_context(context, full, memory, ret_record);
    ret_record->verdict = verdict_word(VERDICT_INCONCLUSIVE);
    arena_print(memory, "%s was not measured: %s", context->target, fault->what);
    ret_record->reason = arena_finish(memory);
}

static void fill_counts(const struct pinger *pinger, struct rtt_record *record)
{
    const uint64_t *counts = pinger->counts;
    uint64_t all = sent(pinger);

    record->sent = (int64_t)all;
    record->answered = (int64_t)counts[OUTCOME_ANSWERED];
    record->refused = (int64_t)counts[OUTCOME_REFUSED];
    record->unreachable = (int64_t)counts[OUTCOME_UNREACHABLE];
    record->ambiguous = (int64_t)counts[OUTCOME_AMBIGUOUS];
    record->late = (int64_t)counts[OUTCOME_LATE];
    record->lost = (int64_t)counts[OUTCOME_LOST];
    record->unsent = (int64_t)counts[OUTCOME_UNSENT];
    record->lost_forward = (int64_t)pinger->losses[LOSS_FORWARD];
    record->lost_reverse = (int64_t)pinger->losses[LOSS_REVERSE];
    record->lost_unknown = (int64_t)pinger->losses[LOSS_UNKNOWN];
    record->duplicates = (int64_t)pinger->duplicates;
    if (all > 0)
        record->loss_percent = 100.0 * (double)counts[OUTCOME_LOST] / (double)all;
    if (pinger->first_at != 0)
        record->duration_ms = milliseconds((double)(pinger->last_at - pinger->first_at));
}

static void fill_times(const struct series_summary *summary, struct rtt_record *record)
{
    record->n = (int64_t)summary->n;
    record->min_ms = milliseconds(summary->min);
    record->mean_ms = milliseconds(summary->mean);
    record->p50_ms = milliseconds(summary->p50);
    record->p50_low_ms = milliseconds(summary->p50_low);
    record->p50_high_ms = milliseconds(summary->p50_high);
    record->p90_ms = milliseconds(summary->p90);
    record->p95_ms = milliseconds(summary->p95);
    record->p99_ms = milliseconds(summary->p99);
    record->max_ms = milliseconds(summary->max);
    record->mdev_ms = milliseconds(summary->mdev);
    record->jitter_ms = milliseconds(summary->jitter);
    record->jitter_n = (int64_t)summary->jitter_n;
}

static void fill_speaker(const struct pinger *pinger, struct arena *memory,
                         struct rtt_record *record)
{
    char text[ADDRESS_TEXT_SIZE];

    if (pinger->from.family == IP_FAMILY_NONE)
        return;
    record->from = arena_copy(memory, address_show(&pinger->from, text));
    record->ttl = pinger->ttl;
    record->hops = result_hops(pinger->ttl);
}

void pinger_record(struct pinger *pinger, struct arena *memory, struct rtt_record *ret_record)
{
    const struct subject *subject = &pinger->subject;
    enum verdict verdict = pinger_verdict(pinger);
    char time[40], text[ADDRESS_TEXT_SIZE];
    struct series_summary summary = {.n = 0};
    struct result_context context;

    subject_context(subject, time, &context);
    fill_context(&context, pinger->engine->options->full, memory, ret_record);
    ret_record->address = arena_copy(memory, address_show(&subject->address, text));
    ret_record->family = subject->address.family == IP_FAMILY_V6 ? "IPv6" : "IPv4";
    ret_record->source = arena_copy(memory, address_show(&subject->route.source, text));
    ret_record->interface = arena_copy(memory, subject->route.interface);
    fill_counts(pinger, ret_record);
    if (series_summarize(&pinger->samples, &summary) == 0)
        fill_times(&summary, ret_record);
    fill_speaker(pinger, memory, ret_record);
    ret_record->verdict = verdict_word(verdict);
    if (pinger->sweep)
        ret_record->flows = sweep_records(pinger->sweep, memory, &ret_record->flows_bad);
    if (!(pinger->engine->options->without & RESULT_REASON))
        ret_record->reason = reason(pinger, verdict, &summary, ret_record, memory);
    ret_record->rtt_source = summary.n > 0 ? pinger->stamp_words : NULL;
    if (pinger->link)
        ret_record->capture_dropped = links_dropped(pinger->link, engine_now());
    if (summary.n > 1)
        ret_record->histogram = histogram(pinger, memory);
}

static const char *answer_words(const struct pinger_probe *probe, struct arena *memory)
{
    char flags[TCP_FLAGS_TEXT_SIZE], words[64];

    switch (probe->answer) {
    case ANSWER_SYN_ACK:
    case ANSWER_RST:
        return arena_copy(memory, tcp_flags_show(probe->flags, flags));
    case ANSWER_ICMP:
        return arena_copy(memory, words_of(probe->icmp, words));
    case ANSWER_NONE:
    case ANSWER_COUNT:
        break;
    }
    return NULL;
}

void pinger_probe_record(const struct pinger *pinger, const struct pinger_probe *probe,
                         struct arena *memory, struct rtt_probe_record *ret_record)
{
    const struct subject *subject = &pinger->subject;
    bool has_sample = probe->verdict.rtt != OPENING_UNKNOWN;
    char text[ADDRESS_TEXT_SIZE], time[40];

    *ret_record = (struct rtt_probe_record){
        .schema = RECORD_SCHEMA_VERSION,
        .command = "rtt",
        .time =
            arena_copy(memory, clock_iso8601(probe->sent_at + pinger->engine->clock_shift, time)),
        .target = subject->text,
        .address = arena_copy(memory, address_show(&subject->address, text)),
        .port = subject->port,
        .number = (int64_t)probe->number,
        .source_port = probe->source_port ? probe->source_port : RECORD_UNKNOWN,
        .outcome = outcome_word(probe->verdict.outcome),
        .answer = answer_words(probe, memory),
        .ttl = probe->answer == ANSWER_NONE ? RECORD_UNKNOWN : probe->ttl,
        .rtt_ms = has_sample ? milliseconds((double)probe->verdict.rtt) : NAN,
        .rtt_source = probe->verdict.because,
        .lost = loss_word(probe->verdict.loss),
        .copies = probe->copies,
        .duplicates = probe->duplicates,
        .t_ms = milliseconds((double)(probe->sent_at - pinger->first_at)),
    };
    if (probe->answer != ANSWER_NONE)
        ret_record->from = arena_copy(memory, address_show(probe->from, text));
    if (has_sample) {
        arena_print(memory, "%s: %s", pinger->stamp_words, probe->verdict.because);
        ret_record->rtt_source = arena_finish(memory);
    }
}
