/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Judge: random, but of too few values. */
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

#include "base/err.h"
#include "stat/isn/audit_parts.h"
#include "stat/isn/battery_tests.h"

/* As unlikely as this after all that each test tries. A byte's increment is one of many that were
 * looked at, and must tell more. */
#define PROOF      -8.0
#define PROOF_BYTE -10.0

/* So many pairs of the fixed tuple, and that many times those of different ones, are of its own. */
#define OWN_LEAST 10
#define OWN_TIMES 10

#define SPACE 4294967296.0

static void conclude(struct isn_audit *audit, double bits, double log10_p)
{
    /* The narrowest bound is the one that holds; the surest proof is the one that counts. */
    if (!(audit->entropy.bits <= bits))
        audit->entropy.bits = bits;
    if (!(audit->log10_p <= log10_p))
        audit->log10_p = log10_p;
    audit->class = ISN_CLASS_REDUCED_ENTROPY;
}

/* ---- bits that never change ---- */

static void judge_stuck(const struct isn_samples *samples, struct isn_audit *audit)
{
    uint32_t changed = 0;
    uint32_t first = samples->rows[0].isn;
    double log10_p = log10(32) - (double)(samples->count - 1) * log10(2);
    int stuck;

    for (size_t i = 1; i < samples->count; i++)
        changed |= samples->rows[i].isn ^ first;
    audit->entropy.stuck = ~changed;
    audit->entropy.value = first & ~changed;
    stuck = __builtin_popcount(~changed);
    if (stuck == 0)
        return;
    /* That many at once are as many times less likely. */
    log10_p = fmin(log10_p, log10_p * stuck + log10(32));
    if (log10_p > PROOF)
        return;
    conclude(audit, 32 - stuck, log10_p);
    isn_audit_note(audit, true, "bits that never change", stuck, log10_p,
                   "%d of 32 bits (mask %08x, value %08x) are the same in all %zu numbers", stuck,
                   audit->entropy.stuck, audit->entropy.value, samples->count);
}

/* ---- a part of the circle, or every so many values ---- */

static int compare_values(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left;
    uint32_t b = *(const uint32_t *)right;

    return (a > b) - (a < b);
}

static void judge_range(const uint32_t *sorted, size_t count, struct isn_audit *audit)
{
    uint64_t widest = ((uint64_t)1 << 32) - sorted[count - 1] + sorted[0];
    size_t after = 0;
    double share;
    double log10_p;

    for (size_t i = 1; i < count; i++) {
        if (sorted[i] - sorted[i - 1] > widest) {
            widest = sorted[i] - sorted[i - 1];
            after = i;
        }
    }
    share = (SPACE - (double)widest + 1) / SPACE;
    log10_p = log10((double)count) + (double)(count - 1) * log10(share);
    if (log10_p > PROOF || share > 0.9)
        return;
    /* Stuck high bits say the same. */
    if (audit->entropy.bits < 32 + log2(share) + 0.1)
        return;
    conclude(audit, 32 + log2(share), log10_p);
    isn_audit_note(audit, true, "numbers in one arc", share, log10_p,
                   "all %zu lie within %.0f numbers from %08x on, %.3g of all that there are",
                   count, share * SPACE, sorted[after], share);
}

static void judge_lattice(const uint32_t *sorted, size_t count, struct isn_audit *audit)
{
    uint32_t divisor = 0;
    double log10_p;

    for (size_t i = 1; i < count; i++) {
        uint32_t a = divisor;
        uint32_t b = sorted[i] - sorted[i - 1];

        while (b != 0) {
            uint32_t rest = a % b;

            a = b;
            b = rest;
        }
        divisor = a;
    }
    /* A power of two is a matter of bits. */
    if (divisor <= 1 || (divisor & (divisor - 1)) == 0)
        return;
    log10_p = -(double)(count - 2) * log10(divisor);
    if (log10_p > PROOF)
        return;
    audit->increment.lattice = divisor;
    conclude(audit, log2(SPACE / divisor), log10_p);
    isn_audit_note(audit, true, "numbers on a lattice", divisor, log10_p,
                   "all %zu differ by multiples of %u", count, divisor);
}

/* ---- values that come again ---- */

struct value {
    uint32_t isn;
    uint32_t tuple; /* src and port */
};

static int compare_isns(const void *left, const void *right)
{
    const struct value *a = left;
    const struct value *b = right;

    if (a->isn != b->isn)
        return a->isn < b->isn ? -1 : 1;
    return (a->tuple > b->tuple) - (a->tuple < b->tuple);
}

/* Of sorted values. */
static struct isn_pairs_alike pairs_of(const struct value *values, size_t count)
{
    struct isn_pairs_alike pairs = {0};
    size_t same_isn;
    size_t same_tuple;

    for (size_t i = 0; i < count; i += same_isn) {
        double inside = 0;

        for (same_isn = 1; i + same_isn < count && values[i + same_isn].isn == values[i].isn;)
            same_isn++;
        for (size_t j = i; j < i + same_isn; j += same_tuple) {
            for (same_tuple = 1;
                 j + same_tuple < i + same_isn && values[j + same_tuple].tuple == values[j].tuple;)
                same_tuple++;
            inside += (double)same_tuple * (double)(same_tuple - 1) / 2;
        }
        pairs.own += inside;
        pairs.apart += (double)same_isn * (double)(same_isn - 1) / 2 - inside;
    }
    return pairs;
}

static uint32_t tuple_of(const struct isn_sample *row)
{
    return row->src << 16 | row->port;
}

int isn_audit_pairs(const struct isn_samples *samples, struct isn_pairs_alike *ret_pairs)
{
    struct value *values = malloc(samples->count * sizeof *values);
    size_t fixed = 0;
    size_t kept = 0;

    if (values == NULL)
        return -FAULT_MEMORY;
    for (size_t i = 0; i < samples->count; i++) {
        const struct isn_sample *row = &samples->rows[i];
        bool is_fixed = fixed < samples->fixed_count && samples->fixed[fixed] == i;

        fixed += is_fixed;
        if (is_fixed && fixed >= 2 && samples->rows[samples->fixed[fixed - 2]].isn == row->isn)
            continue;
        if (i == 0 || row->isn != row[-1].isn || tuple_of(row) != tuple_of(row - 1))
            values[kept++] = (struct value){row->isn, tuple_of(row)};
    }
    qsort(values, kept, sizeof *values, compare_isns);
    *ret_pairs = pairs_of(values, kept);
    free(values);
    return 0;
}

/* The log10 of the probability of so many pairs or more; all that the tail's first term has, where
 * gsl has nothing left. */
static double pairs_log10_p(double pairs, double expected)
{
    double p = gsl_cdf_poisson_Q((unsigned)fmin(pairs, 1e9) - 1, expected);

    if (p > 1e-300)
        return log10(p);
    return (pairs * log(expected) - expected - lgamma(pairs + 1)) / log(10);
}

static void judge_collisions(const struct isn_samples *samples, double pairs,
                             struct isn_audit *audit)
{
    double fixed = (double)samples->fixed_count * ((double)samples->fixed_count - 1) / 2;
    double all = (double)samples->count * (double)(samples->count - 1) / 2 - fixed;
    double log10_p;

    audit->entropy.collisions = (size_t)pairs;
    audit->entropy.expected = all / SPACE;
    if (pairs == 0)
        return;
    log10_p = pairs_log10_p(pairs, audit->entropy.expected);
    if (log10_p > log10(ISN_COLLISION_ALPHA))
        return;
    conclude(audit, log2(all / pairs), log10_p);
    isn_audit_note(
        audit, true, "numbers that come again", pairs, log10_p,
        "%.0f pairs of different tuples have the same number, %.2g would by chance: some "
        "%.3g values in all",
        pairs, audit->entropy.expected, all / pairs);
}

/*
 * Numbers that come again on the fixed tuple, now this one and now that, but not on other tuples:
 * no small pool, which is one for all, but a function of what is not known here.
 */
static bool repeats_itself(const struct isn_pairs_alike *pairs, struct isn_audit *audit)
{
    if (pairs->own < OWN_LEAST || pairs->own < OWN_TIMES * pairs->apart)
        return false;
    isn_audit_note(
        audit, false, "numbers that come again", pairs->own, NAN,
        "%.0f pairs of the fixed tuple have the same number, and %.0f of different tuples",
        pairs->own, pairs->apart);
    audit->class = ISN_CLASS_INCONCLUSIVE;
    audit->why = "the fixed tuple's numbers come again as SYN cookies' do, which cannot be told "
                 "without our sequence number and MSS";
    return true;
}

/* ---- a byte that can be told ---- */

/* Bits of the byte's increment that are left: of its commonest value's share. */
static double byte_bits(double hits, double count)
{
    return fmin(8, -log2(hits / count));
}

/* Steps from one number to another. */
struct byte_steps {
    uint32_t *from, *to;
    size_t count;
};

static void judge_bytes(const struct byte_steps *steps, struct isn_audit *audit)
{
    for (unsigned byte = 0; byte < 4; byte++) {
        struct isn_score score;
        double log10_p;

        /* A byte that stands still is a matter of stuck bits. */
        if ((audit->entropy.stuck >> 8 * byte & 0xff) != 0)
            continue;
        score = isn_test_increment(steps->from, steps->to, steps->count, 8 * byte);
        log10_p = log10(fmax(score.p, 1e-300));
        if (log10_p > PROOF_BYTE)
            continue;
        audit->entropy.byte = (int)byte;
        conclude(audit, 24 + byte_bits(score.statistic, (double)steps->count), log10_p);
        isn_audit_note(audit, true, "a byte that can be told", score.statistic, log10_p,
                       "byte %u (bits %u to %u) goes up by the same in %.0f of %zu steps", byte,
                       8 * byte, 8 * byte + 7, score.statistic, steps->count);
    }
}

/*
 * Of different tuples: of one alone, the byte of a hash goes on with the clock that is mixed with
 * it, and tells a stranger nothing. A whole number that comes again at once tells nothing, either.
 */
static int judge_steps(const struct isn_samples *samples, struct isn_audit *audit)
{
    struct byte_steps steps = {.from = malloc(samples->count * sizeof *steps.from),
                               .to = malloc(samples->count * sizeof *steps.to)};

    bool room = steps.from != NULL && steps.to != NULL;

    for (size_t i = 1; room && i < samples->count; i++) {
        const struct isn_sample *row = &samples->rows[i];

        if (tuple_of(row) == tuple_of(row - 1) || row->isn == row[-1].isn)
            continue;
        steps.from[steps.count] = row[-1].isn;
        steps.to[steps.count++] = row->isn;
    }
    if (room)
        judge_bytes(&steps, audit);
    free(steps.from);
    free(steps.to);
    return room ? 0 : -FAULT_MEMORY;
}

int isn_judge_entropy(const struct isn_samples *samples, struct isn_audit *audit)
{
    size_t count = samples->count;
    struct isn_pairs_alike pairs;
    uint32_t *isns;
    int status = isn_audit_pairs(samples, &pairs);

    if (status != 0)
        return status;
    if (repeats_itself(&pairs, audit))
        return 1;
    judge_stuck(samples, audit);
    status = judge_steps(samples, audit);
    isns = malloc(count * sizeof *isns);
    if (status != 0 || isns == NULL) {
        free(isns);
        return -FAULT_MEMORY;
    }
    for (size_t i = 0; i < count; i++)
        isns[i] = samples->rows[i].isn;
    qsort(isns, count, sizeof *isns, compare_values);
    judge_range(isns, count, audit);
    judge_lattice(isns, count, audit);
    judge_collisions(samples, pairs.apart, audit);
    free(isns);
    return audit->class == ISN_CLASS_REDUCED_ENTROPY;
}
