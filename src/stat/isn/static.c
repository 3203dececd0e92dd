/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers that depend on addresses and ports alone. */
#include <math.h>
#include <stdlib.h>

#include "base/err.h"
#include "stat/isn/fixed_parts.h"

enum { LEAST = 8 };

/* A hash that is narrower is priced as such. */
#define NARROW_BITS    31.5
#define NARROW_LOG10_P (-9.0)

/* A value that the fixed tuple had, and how often. */
struct value {
    uint32_t isn;
    size_t count;
};

static int compare_isns(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

static int compare_counts(const void *a, const void *b)
{
    const struct value *x = a, *y = b;

    return (x->count < y->count) - (x->count > y->count);
}

/* The values that occur three times or more, the commonest first. */
static size_t values_of(uint32_t *isns, size_t count, struct value values[ISN_BACKENDS_MOST])
{
    size_t kept = 0;

    qsort(isns, count, sizeof isns[0], compare_isns);
    for (size_t i = 0, same; i < count; i += same) {
        for (same = 1; i + same < count && isns[i + same] == isns[i];)
            same++;
        if (same < 3)
            continue;
        if (kept == ISN_BACKENDS_MOST)
            return ISN_BACKENDS_MOST + 1;
        values[kept++] = (struct value){isns[i], same};
    }
    qsort(values, kept, sizeof values[0], compare_counts);
    return kept;
}

/*
 * Whether other tuples have these values as well: a few values for all, which the tuple has no part
 * in. One value may be that of a narrow hash, too.
 */
static bool are_everybodys(const struct isn_samples *samples, const struct value *values,
                           size_t count)
{
    size_t shared = 0;

    for (size_t i = 0; i < samples->varying_count; i++) {
        uint32_t isn = samples->rows[samples->varying[i]].isn;
        bool known = false;

        for (size_t k = 0; k < count && !known; k++)
            known = values[k].isn == isn;
        shared += known;
    }
    return count > 1 && samples->varying_count >= LEAST && shared * 2 > samples->varying_count;
}

/*
 * Whether the values go up and up by little: a clock that is slow, not servers that take turns nor
 * keys, whose hashes have nothing to do with each other.
 */
static bool climbs(const struct isn_samples *samples, size_t count)
{
    uint32_t before = samples->rows[samples->fixed[0]].isn;
    size_t steps = 0;

    for (size_t i = 1; i < samples->fixed_count; i++) {
        uint32_t isn = samples->rows[samples->fixed[i]].isn;

        if (isn == before)
            continue;
        if (isn - before > (count > 2 ? UINT32_MAX / 16 : UINT32_MAX / 256))
            return false;
        before = isn;
        steps++;
    }
    return steps > 0;
}

static void set_backends(const struct isn_samples *samples, const struct value *values,
                         size_t count, struct isn_audit *audit)
{
    audit->backend_count = count;
    for (size_t i = 0; i < count; i++) {
        struct isn_backend *backend = &audit->backends[i];

        *backend = (struct isn_backend){
            .share = (double)values[i].count / (double)samples->fixed_count,
            .offset = values[i].isn,
            .first = NAN,
            .last = NAN,
        };
        for (size_t k = 0; k < samples->fixed_count; k++) {
            if (samples->rows[samples->fixed[k]].isn != values[i].isn)
                continue;
            backend->last = isn_fixed_time(samples, samples->fixed[k]);
            if (isnan(backend->first))
                backend->first = backend->last;
        }
    }
}

static int decide(const struct isn_samples *samples, const struct value *values, size_t count,
                  size_t covered, struct isn_audit *audit)
{
    struct isn_fixed_view view = {.from = -INFINITY, .until = INFINITY, .still = true};
    struct isn_width width;
    double log10_p = 0;
    int verdict;

    /* Each one after a value's first is one in 2^32 by chance. */
    audit->log10_p = -log10(0x1p32) * (double)(covered - count);
    isn_audit_note(audit, true, "fixed tuple without a clock", (double)covered, audit->log10_p,
                   "%zu of %zu numbers of the fixed tuple are the same %zu value%s", covered,
                   samples->fixed_count, count, count == 1 ? "" : "s");
    set_backends(samples, values, count > 1 ? count : 0, audit);
    verdict = isn_fixed_function(samples, &view, audit, &width, &log10_p);
    if (verdict < 0)
        return verdict;
    audit->class = verdict ? ISN_CLASS_TUPLE_FUNCTION : ISN_CLASS_STATIC_HASH;
    if (verdict) {
        audit->log10_p = log10_p;
    } else if (isnan(width.bits)) {
        audit->class = ISN_CLASS_INCONCLUSIVE;
        audit->why = "one tuple keeps to the same numbers, but too few different tuples to say "
                     "what others get";
    } else if (width.log10_p < NARROW_LOG10_P && width.bits < NARROW_BITS) {
        audit->entropy.bits = width.bits;
    }
    audit->severity = isn_class_severity(audit->class);
    return 1;
}

int isn_judge_static(const struct isn_samples *samples, struct isn_audit *audit)
{
    struct value values[ISN_BACKENDS_MOST];
    size_t count = samples->fixed_count, covered = 0, kept;
    uint32_t *isns;

    if (count < LEAST)
        return 0;
    isns = malloc(count * sizeof *isns);
    if (!isns)
        return -FAULT_MEMORY;
    for (size_t i = 0; i < count; i++)
        isns[i] = samples->rows[samples->fixed[i]].isn;
    kept = values_of(isns, count, values);
    free(isns);
    /* A table of a few thousand values is no hash of the tuple. */
    if (kept == 0 || kept > ISN_BACKENDS_MOST || kept > count / 8)
        return 0;
    for (size_t i = 0; i < kept; i++)
        covered += values[i].count;
    if (covered * 100 < count * 95 || climbs(samples, kept) ||
        are_everybodys(samples, values, kept)) {
        isn_audit_note(audit, false, "fixed tuple without a clock", (double)values[0].count, NAN,
                       "%zu of %zu numbers of the fixed tuple are the same", values[0].count,
                       count);
        return 0;
    }
    return decide(samples, values, kept, covered, audit);
}

/* Whether those of the fixed tuple, too few to be judged, are the same. */
static bool few_and_equal(const struct isn_samples *samples)
{
    for (size_t i = 1; i < samples->fixed_count; i++) {
        if (samples->rows[samples->fixed[i]].isn != samples->rows[samples->fixed[0]].isn)
            return false;
    }
    return samples->fixed_count < LEAST;
}

int isn_judge_formula(const struct isn_samples *samples, struct isn_audit *audit)
{
    struct isn_fixed_view view = {.from = -INFINITY, .until = INFINITY, .still = true};
    struct isn_tuple before = audit->tuple;
    size_t noted = audit->evidence_count;
    struct isn_width width;
    double log10_p = 0;
    int verdict;

    if (samples->varying_count < LEAST || !few_and_equal(samples) ||
        !isn_ports_scattered(samples, samples->varying_count))
        return 0;
    verdict = isn_fixed_function(samples, &view, audit, &width, &log10_p);
    if (verdict == 1) {
        audit->class = ISN_CLASS_TUPLE_FUNCTION;
        audit->severity = isn_class_severity(audit->class);
        audit->log10_p = log10_p;
    } else {
        /* What stands still was not seen to do so. */
        audit->tuple = before;
        audit->evidence_count = noted;
    }
    return verdict;
}
