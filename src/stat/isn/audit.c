/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The decision tree of an audit: its judges in their order, and what follows from the class. */
#include "stat/isn/audit.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stat/isn/audit_parts.h"

/* The tree. Who is asked later may rely on the ones above having said no. */
/* clang-format off */
static const struct {
    const char *name;
    int (*judge)(const struct isn_samples *samples, struct isn_audit *audit);
    bool few;   /* can say yes without statistics: is asked below ISN_AUDIT_LEAST as well */
    bool all;   /* looks at every sample; else at the first ISN_AUDIT_STRUCTURE_MOST */
    bool timed; /* is wrong, or relies on one who is, where all samples have one time */
} judges[] = {
    {"constant",                    isn_judge_constant,     true,  true,  false},
    {"port visible in the number",  isn_judge_port_visible, false, false, false},
    {"SYN cookies",                 isn_judge_cookies,      true,  true,  false},
    {"one increment",               isn_judge_counter,      false, false, false},
    {"increments that repeat",      isn_judge_periodic,     false, false, false},
    {"increments",                  isn_judge_increments,   false, false, true},
    {"neighbours",                  isn_judge_neighbours,   false, false, true},
    {"generator's state",           isn_judge_generator,    true,  true,  false},
    {"fixed tuple without a clock", isn_judge_static,       false, false, false},
    {"formula in the port",         isn_judge_formula,      false, false, false},
    {"clock in the fixed tuple",    isn_judge_fixed_clock,  false, false, true},
    {"too few values",              isn_judge_entropy,      false, true,  true},
    {"battery",                     isn_judge_bias,         false, true,  true},
};
/* clang-format on */

void isn_audit_note(struct isn_audit *audit, bool supports, const char *test, double statistic,
                    double log10_p, const char *format, ...)
{
    struct isn_evidence *evidence = &audit->evidence[audit->evidence_count];
    va_list list;

    if (audit->evidence_count == ISN_EVIDENCE_MOST)
        return;
    audit->evidence_count++;
    *evidence = (struct isn_evidence){
        .test = test, .statistic = statistic, .log10_p = log10_p, .supports = supports};
    va_start(list, format);
    vsnprintf(evidence->detail, sizeof evidence->detail, format, list);
    va_end(list);
}

/* ---- before and after the judges ---- */

static void begin(const struct isn_samples *samples, struct isn_audit *audit)
{
    static const struct isn_price unknown = {
        .n50 = NAN, .low = NAN, .high = NAN, .seconds = NAN, .begun = NAN};
    int64_t first = INT64_MAX;
    int64_t last = INT64_MIN;

    memset(audit, 0, sizeof *audit);
    audit->class = ISN_CLASS_INCONCLUSIVE;
    audit->severity = ISN_SEVERITY_UNKNOWN;
    audit->log10_p = NAN;
    audit->n = samples->count;
    audit->n_fixed = samples->fixed_count;
    audit->n_varying = samples->varying_count;
    for (size_t i = 0; i < samples->count; i++) {
        const struct isn_sample *row = &samples->rows[i];

        audit->gaps += row->gap;
        first = row->time < first ? row->time : first;
        last = row->time > last ? row->time : last;
    }
    audit->duration = samples->count > 0 ? (double)(last - first) / 1e9 : 0;
    audit->clock = (struct isn_clock){.rate = NAN,
                                      .low = NAN,
                                      .high = NAN,
                                      .nominal = NAN,
                                      .ppm = NAN,
                                      .residual = NAN,
                                      .wrap = NAN,
                                      .step = NAN,
                                      .uptime = NAN,
                                      .log10_p = NAN};
    audit->connection = (struct isn_per_connection){
        .k = NAN, .low = NAN, .high = NAN, .foreign = NAN, .foreign_log10_p = NAN};
    audit->tuple.hash_bits = NAN;
    audit->cookie = (struct isn_cookie){
        .mss_index = -1, .wscale_index = -1, .sack = -1, .ecn = -1, .parity = -1};
    audit->increment = (struct isn_increment){.q05 = NAN,
                                              .q50 = NAN,
                                              .q95 = NAN,
                                              .mean = NAN,
                                              .deviation = NAN,
                                              .arc50 = NAN,
                                              .arc98 = NAN,
                                              .tick_rate = NAN,
                                              .uptime = NAN};
    audit->entropy = (struct isn_entropy_bound){.bits = NAN, .expected = NAN, .byte = -1};
    audit->cross = audit->same = audit->window = unknown;
    audit->certified_bits = NAN;
}

/* What proved the class first, then by weight; what is no test comes last of its kind. */
static int compare_evidence(const void *left, const void *right)
{
    const struct isn_evidence *a = left;
    const struct isn_evidence *b = right;
    double first = isnan(a->log10_p) ? 1 : a->log10_p;
    double second = isnan(b->log10_p) ? 1 : b->log10_p;

    if (a->supports != b->supports)
        return a->supports ? -1 : 1;
    return (first > second) - (first < second);
}

/* Insertion keeps the order of equals; the list is short. */
static void sort_evidence(struct isn_audit *audit)
{
    for (size_t i = 1; i < audit->evidence_count; i++) {
        struct isn_evidence evidence = audit->evidence[i];
        size_t at = i;

        for (; at > 0 && compare_evidence(&evidence, &audit->evidence[at - 1]) < 0; at--)
            audit->evidence[at] = audit->evidence[at - 1];
        audit->evidence[at] = evidence;
    }
}

static void no_verdict(struct isn_audit *audit, const char *why)
{
    audit->class = ISN_CLASS_INCONCLUSIVE;
    audit->severity = ISN_SEVERITY_UNKNOWN;
    audit->log10_p = NAN;
    audit->why = why;
}

/* A judge said no: what it noted proves nothing. */
static void dismiss(struct isn_audit *audit, size_t noted)
{
    no_verdict(audit, NULL);
    for (size_t i = noted; i < audit->evidence_count; i++)
        audit->evidence[i].supports = false;
}

/* Asks the judges in turn; `first` are the first samples of those. */
static int judge(const struct isn_samples *samples, const struct isn_samples *first,
                 struct isn_audit *audit)
{
    bool few = samples->count < ISN_AUDIT_LEAST;
    bool timeless = audit->duration <= 0;

    for (size_t i = 0; i < sizeof judges / sizeof judges[0]; i++) {
        size_t noted = audit->evidence_count;
        int result;

        if ((few && !judges[i].few) || (timeless && judges[i].timed))
            continue;
        result = judges[i].judge(judges[i].all ? samples : first, audit);
        if (result != 0)
            return result < 0 ? result : 0;
        dismiss(audit, noted);
    }
    no_verdict(audit, few ? "fewer than 32 samples" : "all samples have the same time");
    return 0;
}

static int judge_first(const struct isn_samples *samples, struct isn_audit *audit)
{
    struct isn_samples first;
    int status;

    if (samples->count <= ISN_AUDIT_STRUCTURE_MOST)
        return judge(samples, samples, audit);
    status = isn_samples_make(samples->rows, ISN_AUDIT_STRUCTURE_MOST, samples->extended, &first);
    if (status != 0)
        return status;
    status = judge(samples, &first, audit);
    isn_samples_release(&first);
    return status;
}

/* From the class to the end, also for a class that was found elsewhere. */
static int conclude(const struct isn_samples *samples, const struct isn_audit_options *options,
                    struct isn_audit *audit)
{
    int status = 0;

    if (!options->brief)
        status = isn_audit_price(samples, options, audit);
    isn_audit_weigh(audit);
    if (status == 0 && !options->brief)
        status = isn_audit_inform(samples, audit);
    sort_evidence(audit);
    return status;
}

int isn_audit_run(const struct isn_samples *samples, const struct isn_audit_options *options,
                  struct isn_audit *ret_audit)
{
    int status;

    begin(samples, ret_audit);
    status = judge_first(samples, ret_audit);
    return status != 0 ? status : conclude(samples, options, ret_audit);
}

void isn_audit_release(struct isn_audit *audit)
{
    isn_battery_release(&audit->battery);
}

int isn_audit_adopt(struct isn_audit *audit, const struct isn_samples *samples,
                    const struct isn_audit_options *options, const struct isn_recovery *recovery)
{
    for (size_t i = 0; i < audit->evidence_count; i++)
        audit->evidence[i].supports = false;
    audit->class = ISN_CLASS_WEAK_PRNG;
    audit->severity = ISN_SEVERITY_UNKNOWN;
    audit->why = NULL;
    isn_audit_recovered(audit, recovery);
    return conclude(samples, options, audit);
}
