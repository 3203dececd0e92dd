/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The record of an audit out of the audit. */
#include "report/isn_record.h"

#include <stdlib.h>
#include <string.h>

#include "report/isn_figures.h"
#include "report/isn_record_parts.h"
#include "report/records.h"

void isn_record_init(struct isn_record *record)
{
    *record = (struct isn_record){
        .schema = RECORD_SCHEMA_VERSION,
        .command = "isn",
        .addresses = RECORD_UNKNOWN,
        .port = RECORD_UNKNOWN,
        .ttl = RECORD_UNKNOWN,
        .hops = RECORD_UNKNOWN,
        .dns_ms = (double)NAN,
        .log10_p = (double)NAN,
        .n = RECORD_UNKNOWN,
        .n_fixed = RECORD_UNKNOWN,
        .n_varying = RECORD_UNKNOWN,
        .sent = RECORD_UNKNOWN,
        .lost = RECORD_UNKNOWN,
        .gaps = RECORD_UNKNOWN,
        .duration_s = (double)NAN,
        .epochs = RECORD_UNKNOWN,
        .attack_rate = (double)NAN,
        .certified_bits = (double)NAN,
        .capture_dropped = RECORD_UNKNOWN,
        .took_ms = (double)NAN,
    };
}

static int compare_times(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Of a sorted list, in microseconds, by linear interpolation. */
static double quantile_us(const int64_t *sorted, size_t count, double share)
{
    double at = share * (double)(count - 1);
    size_t below = (size_t)at;
    double low = (double)sorted[below],
           high = (double)sorted[below + 1 < count ? below + 1 : below];
    return (low + (high - low) * (at - (double)below)) / 1e3;
}

static const void *round_trips(const struct isn_samples *samples, struct arena *arena)
{
    int64_t *times = arena_take(arena, samples->count, sizeof *times);
    size_t count = 0;
    for (size_t i = 0; i < samples->count; i++)
        if (samples->rows[i].rtt > 0)
            times[count++] = samples->rows[i].rtt;
    if (count == 0)
        return NULL;
    qsort(times, count, sizeof *times, compare_times);
    struct isn_rtt_record *record = arena_take(arena, 1, sizeof *record);
    *record = (struct isn_rtt_record){
        .q05 = quantile_us(times, count, 0.05),
        .q50 = quantile_us(times, count, 0.5),
        .q95 = quantile_us(times, count, 0.95),
    };
    return record;
}

static const void *price(const struct isn_price *price, struct arena *arena)
{
    if (isnan(price->n50))
        return NULL;
    struct isn_price_record *record = arena_take(arena, 1, sizeof *record);
    *record = (struct isn_price_record){
        .n50 = price->n50,
        .lo = price->low,
        .hi = price->high,
        .seconds = price->seconds,
        .begun = price->begun,
        .formula = price->formula,
    };
    return record;
}

static const void *window_price(const struct isn_price *price, double window, struct arena *arena)
{
    if (isnan(price->n50))
        return NULL;
    struct isn_window_record *record = arena_take(arena, 1, sizeof *record);
    *record = (struct isn_window_record){
        .window = window,
        .n50 = price->n50,
        .lo = price->low,
        .hi = price->high,
        .seconds = price->seconds,
        .begun = price->begun,
        .formula = price->formula,
    };
    return record;
}

static const void *cost(const struct isn_audit *audit, const struct isn_audit_options *options,
                        struct arena *arena)
{
    struct isn_cost_record *record = arena_take(arena, 1, sizeof *record);
    *record = (struct isn_cost_record){
        .cross = price(&audit->cross, arena),
        .same = price(&audit->same, arena),
        .window = window_price(&audit->window, options->window, arena),
    };
    return record->cross || record->same || record->window ? record : NULL;
}

static struct record_list evidence(const struct isn_audit *audit, struct arena *arena)
{
    struct isn_evidence_record *records = arena_take(arena, audit->evidence_count, sizeof *records);
    for (size_t i = 0; i < audit->evidence_count; i++) {
        const struct isn_evidence *fact = &audit->evidence[i];
        records[i] = (struct isn_evidence_record){
            .test = fact->test,
            .statistic = fact->statistic,
            .log10_p = fact->log10_p,
            .supports = fact->supports,
            .detail = fact->detail[0] ? arena_copy(arena, fact->detail) : NULL,
        };
    }
    return (struct record_list){.items = records, .count = audit->evidence_count};
}

static const void *nmap(const struct isn_audit *audit, struct arena *arena)
{
    if (!audit->has_nmap)
        return NULL;
    struct isn_nmap_record *record = arena_take(arena, 1, sizeof *record);
    *record = (struct isn_nmap_record){
        .sp = audit->nmap.sp,
        .gcd = audit->nmap.gcd,
        .isr = audit->nmap.isr,
        .words = audit->nmap.words,
        .old_class = isn_nmap_old_name(audit->nmap_old.class),
        .old_words = audit->nmap_old.words,
        .old_index = audit->nmap_old.index,
    };
    return record;
}

static const void *phase_space(const struct isn_audit *audit, struct arena *arena)
{
    if (!audit->has_phase)
        return NULL;
    struct isn_phase_record *record = arena_take(arena, 1, sizeof *record);
    *record = (struct isn_phase_record){
        .budget = ISN_PHASE_BUDGET,
        .feasibility = audit->phase.feasibility,
        .lo = audit->phase.low,
        .hi = audit->phase.high,
        .targets = (int64_t)audit->phase.targets,
        .hits = (int64_t)audit->phase.hits,
    };
    return record;
}

static const char *sentence(const struct isn_record *record, struct arena *arena)
{
    char text[ISN_REASON_SIZE];
    isn_reason(record, text, sizeof text);
    return arena_copy(arena, text);
}

static void fill_findings(struct isn_record *record, const struct isn_audit *audit,
                          struct arena *arena)
{
    record->clock = isn_record_clock(audit, arena);
    record->per_connection = isn_record_per_connection(audit, arena);
    record->tuple = isn_record_tuple(audit, arena);
    record->prng = isn_record_prng(audit, arena);
    record->cookie = isn_record_cookie(audit, arena);
    record->backends = isn_record_backends(audit, arena);
    record->epochs = audit->epochs > 0 ? (int64_t)audit->epochs : RECORD_UNKNOWN;
    record->increment = isn_record_increment(audit, arena);
    record->entropy = isn_record_entropy(audit, arena);
}

void isn_record_fill(struct isn_record *record, const struct isn_audit *audit,
                     const struct isn_samples *samples, const struct isn_audit_options *options,
                     struct arena *arena)
{
    bool inconclusive = audit->class == ISN_CLASS_INCONCLUSIVE;

    record->class = isn_class_name(audit->class);
    record->severity = isn_severity_word(audit->severity);
    record->summary = isn_class_summary(audit->class);
    record->why = audit->why;
    if (!record->verdict)
        record->verdict = verdict_word(inconclusive ? VERDICT_INCONCLUSIVE : VERDICT_OPEN);
    record->log10_p = audit->log10_p;
    record->n = (int64_t)audit->n;
    record->n_fixed = (int64_t)audit->n_fixed;
    record->n_varying = (int64_t)audit->n_varying;
    record->gaps = (int64_t)audit->gaps;
    record->duration_s = audit->duration;
    record->rtt_us = round_trips(samples, arena);
    fill_findings(record, audit, arena);
    record->cost = cost(audit, options, arena);
    record->attack_rate = options->packet_rate;
    record->certified_bits = audit->certified_bits;
    record->evidence = evidence(audit, arena);
    record->battery = isn_record_battery(audit, arena);
    record->nmap = nmap(audit, arena);
    record->phase_space = phase_space(audit, arena);
    if (!record->reason)
        record->reason = sentence(record, arena);
}

void isn_record_add_finding(struct isn_record *record, enum finding finding, const char *text,
                            struct arena *arena)
{
    const struct finding_row *row = finding_row(finding);
    size_t count = record->findings.count;
    struct finding_record *list = arena_take(arena, count + 1, sizeof *list);

    if (count > 0)
        memcpy(list, record->findings.items, count * sizeof *list);
    list[count] = (struct finding_record){
        .id = row->id, .severity = severity_word(row->severity), .text = text};
    record->findings = (struct record_list){.items = list, .count = count + 1};
}
