/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What surrounds an audit's verdict: the power of the sample, other tools' words, an earlier audit.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "report/finding.h"
#include "report/isn_text_parts.h"

/* The least share of ones beyond a half that the battery finds in a bit of n numbers, times the
 * root of n: z at its significance level, halved. */
#define BIAS_FOUND 3.2

/* Whether the class leaves it open how random the numbers are. */
static bool power_matters(const struct isn_record *record)
{
    enum isn_severity severity = isn_words_severity(record->severity);
    return severity != ISN_SEVERITY_CRITICAL && severity != ISN_SEVERITY_HIGH;
}

/* Whether nothing speaks against all 32 bits being random, but for what addresses and ports fix. */
static bool may_be_full(const struct isn_record *record)
{
    enum isn_class class = isn_words_class(record->class);
    return class == ISN_CLASS_RANDOM || class == ISN_CLASS_RFC6528 ||
           class == ISN_CLASS_RFC6528_COUNTER || class == ISN_CLASS_STATIC_HASH;
}

void isn_text_put_power(struct page *page)
{
    const struct isn_record *record = page->record;
    const struct isn_battery_record *battery = record->battery;
    char text[ISN_TEXT_SIZE];
    size_t at = 0;
    if (!power_matters(record))
        return;
    enum isn_class class = isn_words_class(record->class);
    /* A clock or a cookie is a structure that the class has told already. */
    bool told = class != ISN_CLASS_RANDOM && class != ISN_CLASS_BIASED;
    if (battery && page_some(battery->tests) && class != ISN_CLASS_INCONCLUSIVE &&
        !(told && page_some(battery->rejected))) {
        if (page_some(battery->rejected))
            text_append(text, sizeof text, &at, "%" PRId64 " of %" PRId64 " tests find structure",
                        battery->rejected, battery->tests);
        else
            text_append(text, sizeof text, &at, "no structure found by %" PRId64 " tests",
                        battery->tests);
    }
    double share = record->n >= 128 ? 0.5 + BIAS_FOUND / sqrt((double)record->n) : 1;
    if (at > 0 && share < 0.95 && !page_some(battery->rejected))
        text_append(text, sizeof text, &at,
                    ", which find a bit that is 1 in %.*f %% of the numbers or more",
                    share < 0.52 ? 1 : 0, share * 100);
    if (isfinite(record->certified_bits))
        text_append(text, sizeof text, &at, "%sat least %.1f bits are certified by this sample%s",
                    at > 0 ? "; " : "", record->certified_bits,
                    may_be_full(record) ? "; 32 bits is not contradicted" : "");
    if (at > 0)
        page_put_fact(page, TONE_PLAIN, "power", text);
}

static void put_nmap(struct page *page)
{
    const struct isn_record *record = page->record;
    const struct isn_nmap_record *nmap = record->nmap;
    char text[ISN_TEXT_SIZE];
    size_t at = 0;
    if (!nmap)
        return;
    text_append(text, sizeof text, &at,
                "would say \"%s\" (SP %" PRId64 ", GCD %" PRId64 ", ISR %" PRId64 ")",
                nmap->words ? nmap->words : "", nmap->sp, nmap->gcd, nmap->isr);
    if (nmap->old_class && (page->style->verbose > 0 || page->style->explain))
        text_append(text, sizeof text, &at, "; before version 4.20 \"%s\" (%s, index %" PRId64 ")",
                    nmap->old_words ? nmap->old_words : "", nmap->old_class, nmap->old_index);
    page_put_fact(page, TONE_PLAIN, "nmap", text);
}

static void put_phase(struct page *page)
{
    const struct isn_record *record = page->record;
    const struct isn_phase_record *phase = record->phase_space;
    char text[ISN_TEXT_SIZE];
    size_t at = 0;
    if (!phase || !isfinite(phase->feasibility))
        return;
    text_append(text, sizeof text, &at,
                "phase space: %.1f %% of the numbers are among %" PRId64 " guesses (95 %%: %.1f to "
                "%.1f %%)",
                100 * phase->feasibility, phase->budget, 100 * phase->lo, 100 * phase->hi);
    page_put_fact(page, TONE_PLAIN, "Zalewski", text);
}

/* Whether a finding lists the differences already. */
static bool found_changes(const struct isn_record *record)
{
    const struct finding_record *findings = record->findings.items;
    for (size_t i = 0; i < record->findings.count; i++)
        if (isn_text_is(findings[i].id, finding_row(FINDING_AUDIT_WORSE)->id) ||
            isn_text_is(findings[i].id, finding_row(FINDING_AUDIT_CHANGED)->id))
            return true;
    return false;
}

static void put_baseline(struct page *page)
{
    const struct isn_record *record = page->record;
    const struct isn_baseline_record *baseline = record->baseline;
    char text[ISN_TEXT_SIZE];
    size_t at = 0;
    if (!baseline)
        return;
    const struct isn_change_record *changes = baseline->changed.items;
    char since[32] = "in the earlier record";
    if (baseline->time) /* to the second */
        snprintf(since, sizeof since, "at %.19s", baseline->time);
    bool same = isn_text_is(baseline->class_before, record->class ? record->class : "") &&
                isn_text_is(baseline->severity_before, record->severity ? record->severity : "");
    enum isn_severity before = isn_words_severity(baseline->severity_before),
                      now = isn_words_severity(record->severity);
    if (same)
        text_append(text, sizeof text, &at, "class and severity are as they were %s", since);
    else
        text_append(text, sizeof text, &at, "%s (%s) %s, now %s (%s)",
                    baseline->class_before ? baseline->class_before : "no class",
                    baseline->severity_before ? baseline->severity_before : "no severity", since,
                    record->class, record->severity);
    for (size_t i = 0; i < baseline->changed.count && !found_changes(record); i++) {
        if (!changes[i].what || strcmp(changes[i].what, "class") == 0 ||
            strcmp(changes[i].what, "severity") == 0)
            continue;
        text_append(text, sizeof text, &at, "; %s from %s to %s", changes[i].what,
                    changes[i].before ? changes[i].before : "unknown",
                    changes[i].after ? changes[i].after : "unknown");
    }
    page_put_fact(page, now > before ? TONE_BAD : same ? TONE_PLAIN : TONE_WARN, "baseline", text);
}

void isn_text_put_besides(struct page *page)
{
    put_nmap(page);
    if (page->style->verbose > 0 || page->style->explain)
        put_phase(page);
    put_baseline(page);
}
