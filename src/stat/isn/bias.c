/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Judge, the last one: the battery of tests finds the numbers not uniform, or finds nothing. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "stat/isn/audit_parts.h"
#include "stat/isn/increments.h"
#include "stat/isn/sp800_22.h"

/* Fewer say nothing for a generator, however good they look. */
#define PRAISE 128
/* What a judge found as unlikely as this, and did not conclude from, stands against "random". */
#define CONTRADICTION -8.0
/* Of the fixed tuple it takes so many to find a clock. */
#define CLOCK_LEAST 12
/* What is only the fixed tuple's: p so small there, and so large in the others; of p's logarithm,
 * what is in all alike would give each number as much. */
#define FAR      1e-10
#define NOT_SEEN 1e-3
#define PART     0.1
/* One in so many of the fixed tuple's numbers are as the one before: its clock stands still. */
#define STANDING 4
/* Rejected tests that are named. */
#define NAMED 8

/* ---- the battery ---- */

static bool same_tuple(const struct isn_sample *a, const struct isn_sample *b)
{
    return a->port == b->port && a->src == b->src;
}

/* The numbers of the rows in the list (NULL: of all), but not the same one of the same tuple twice
 * in a row: that is an answer sent again, or, of the fixed tuple, a hash whose clock stands still.
 */
static size_t collect(const struct isn_samples *samples, const size_t *list, size_t count,
                      uint32_t *isns)
{
    const struct isn_sample *before = NULL;
    const struct isn_sample *fixed = NULL;
    size_t kept = 0;

    for (size_t i = 0; i < count; i++) {
        const struct isn_sample *row = &samples->rows[list == NULL ? i : list[i]];

        if (samples->fixed_count > 0 && same_tuple(row, &samples->rows[samples->fixed[0]])) {
            before = fixed;
            fixed = row;
        }
        if (before == NULL || row->isn != before->isn || !same_tuple(row, before))
            isns[kept++] = row->isn;
        before = row;
    }
    return kept;
}

/* SP 800-22 stands for all numbers alone: its tests take the bits in their order. */
static int add_series(const struct isn_samples *samples, uint32_t *isns,
                      struct isn_battery *battery)
{
    size_t count = collect(samples, NULL, samples->count, isns);
    int status = isn_battery_add_series(battery, "all", isns, count);

    if (status == 0 && count >= ISN_BATTERY_LEAST)
        status = isn_sp800_22_add(battery, "all", isns, count);
    /* Where all are of one kind, a second look at the same numbers is none. */
    if (status == 0 && samples->fixed_count < samples->count) {
        count = collect(samples, samples->fixed, samples->fixed_count, isns);
        status = isn_battery_add_series(battery, "fixed", isns, count);
    }
    if (status == 0 && samples->varying_count < samples->count) {
        count = collect(samples, samples->varying, samples->varying_count, isns);
        status = isn_battery_add_series(battery, "varying", isns, count);
    }
    return status;
}

int isn_audit_test(const struct isn_samples *samples, struct isn_audit *audit)
{
    uint32_t *isns;
    int status;

    if (audit->battery.count > 0)
        return 0;
    isns = malloc((samples->count + 1) * sizeof *isns);
    if (isns == NULL)
        return -FAULT_MEMORY;
    status = add_series(samples, isns, &audit->battery);
    free(isns);
    if (status == 0)
        audit->rejected = isn_battery_judge(&audit->battery, ISN_BATTERY_ALPHA);
    return status;
}

/* ---- what follows from it ---- */

static const struct isn_test *least(const struct isn_battery *battery, bool collision)
{
    const struct isn_test *found = NULL;

    for (size_t i = 0; i < battery->count; i++) {
        const struct isn_test *test = &battery->tests[i];

        if (test->rejected && test->collision == collision && (!found || test->p < found->p))
            found = test;
    }
    return found;
}

/* After Bonferroni: what Holm's first step compares. */
static double family_log10_p(const struct isn_battery *battery, const struct isn_test *test)
{
    return fmin(0, log10(fmax(test->p, 1e-300)) + log10((double)battery->count));
}

static void note_rejected(struct isn_audit *audit)
{
    size_t named = 0;

    for (size_t i = 0; i < audit->battery.count && named < NAMED; i++) {
        const struct isn_test *test = &audit->battery.tests[i];

        if (!test->rejected)
            continue;
        named++;
        isn_audit_note(audit, true, "battery", test->statistic,
                       family_log10_p(&audit->battery, test),
                       "%s of %s numbers: %.6g, p %.2g of it "
                       "alone, %zu tests in the family",
                       test->name, test->series, test->statistic, test->p, audit->battery.count);
    }
}

static size_t count_of(const struct isn_samples *samples, const char *series)
{
    return strcmp(series, "all") == 0     ? samples->count
           : strcmp(series, "fixed") == 0 ? samples->fixed_count
                                          : samples->varying_count;
}

static int inconclusive(struct isn_audit *audit, const char *why)
{
    audit->class = ISN_CLASS_INCONCLUSIVE;
    audit->why = why;
    return 1;
}

/* So many of the fixed tuple's numbers are as the one before: no clock is seen, but none is absent.
 */
static bool stands_still(const struct isn_samples *samples)
{
    size_t standing = 0;

    for (size_t i = 1; i < samples->fixed_count; i++)
        standing +=
            samples->rows[samples->fixed[i]].isn == samples->rows[samples->fixed[i - 1]].isn;
    return standing * STANDING > samples->fixed_count;
}

/* Numbers come again, if too few for the judge of that; of one tuple that stands still, they are
 * not new ones. */
static int judge_pool(const struct isn_samples *samples, struct isn_audit *audit,
                      const struct isn_test *test)
{
    double count = (double)count_of(samples, test->series);
    struct isn_pairs_alike pairs;
    int status = isn_audit_pairs(samples, &pairs);

    if (status != 0)
        return status;
    if (pairs.own > pairs.apart && stands_still(samples))
        return inconclusive(audit, "numbers come again, but of the same tuple alone");
    audit->class = ISN_CLASS_REDUCED_ENTROPY;
    audit->log10_p = family_log10_p(&audit->battery, test);
    audit->entropy.bits = log2(count * (count - 1) / 2 / test->statistic);
    note_rejected(audit);
    return 1;
}

static const struct isn_test *find(const struct isn_battery *battery, const char *series,
                                   const char *name)
{
    for (size_t i = 0; i < battery->count; i++) {
        const struct isn_test *test = &battery->tests[i];

        if (strcmp(test->series, series) == 0 && strcmp(test->name, name) == 0)
            return test;
    }
    return NULL;
}

/*
 * Whether the fixed tuple's numbers are far from uniform in a way that others', of which there are
 * enough to show it, are not: what goes on in one tuple beside its hash is the server's own affair.
 */
static bool fixed_alone(const struct isn_samples *samples, const struct isn_battery *battery)
{
    /* Of so few of the fixed tuple there are no tests. */
    const char *series = samples->fixed_count < ISN_BATTERY_LEAST ? "all" : "fixed";
    const struct isn_test *worst = NULL;
    const struct isn_test *other;

    if (!isn_increments_can_be_told(samples))
        return true;
    for (size_t i = 0; i < battery->count; i++) {
        const struct isn_test *test = &battery->tests[i];

        if (strcmp(test->series, series) == 0 && !test->collision &&
            find(battery, "varying", test->name) != NULL && (worst == NULL || test->p < worst->p))
            worst = test;
    }
    if (worst == NULL || worst->p > FAR || 2 * samples->varying_count < samples->fixed_count)
        return false;
    other = find(battery, "varying", worst->name);
    return other != NULL && other->p > NOT_SEEN &&
           log10(other->p) / (double)samples->varying_count >
               PART * log10(fmax(worst->p, 1e-300)) / (double)count_of(samples, series);
}

static int judge_biased(const struct isn_samples *samples, struct isn_audit *audit,
                        const struct isn_test *test)
{
    if (fixed_alone(samples, &audit->battery)) {
        note_rejected(audit);
        return inconclusive(audit, "only one tuple's numbers are seen not to be uniform: there may "
                                   "be something slow beside its hash");
    }
    audit->class = ISN_CLASS_BIASED;
    audit->log10_p = family_log10_p(&audit->battery, test);
    note_rejected(audit);
    return 1;
}

static int judge_none(const struct isn_samples *samples, struct isn_audit *audit)
{
    if (stands_still(samples))
        return inconclusive(audit, "the fixed tuple's number mostly stands still, in too short a "
                                   "time to see what moves it");
    for (size_t i = 0; i < audit->evidence_count; i++)
        if (audit->evidence[i].log10_p < CONTRADICTION)
            return inconclusive(audit, "contradictory: there is structure, but of no known class");
    isn_audit_note(audit, samples->count >= PRAISE, "battery", (double)audit->battery.count, NAN,
                   "none of %zu tests of %zu numbers is rejected, at %g for all together",
                   audit->battery.count, samples->count, ISN_BATTERY_ALPHA);
    isn_audit_note(audit, false, "clock", NAN, NAN,
                   samples->fixed_count < CLOCK_LEAST
                       ? "not looked for: no tuple was asked often enough"
                       : "no M: the clock of RFC 9293 MUST-8 is absent from the numbers");
    if (samples->count < PRAISE)
        return inconclusive(audit, "no structure in the numbers, but too few to call them random");
    audit->class = ISN_CLASS_RANDOM;
    if (samples->fixed_count == 0)
        audit->why = "no address and port was asked again and again: whether one gets the same "
                     "number, or a clock's, was not seen";
    return 1;
}

int isn_judge_bias(const struct isn_samples *samples, struct isn_audit *audit)
{
    const struct isn_test *found;
    int status = isn_audit_test(samples, audit);

    if (status != 0)
        return status;
    found = least(&audit->battery, true);
    if (found != NULL)
        return judge_pool(samples, audit, found);
    found = least(&audit->battery, false);
    return found != NULL ? judge_biased(samples, audit, found) : judge_none(samples, audit);
}
