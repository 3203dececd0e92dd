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
    uint32_t tuple; /* src and port, mixed */
    size_t index;   /* in the list that it is from */
};

static int compare_isns(const void *left, const void *right)
{
    const struct value *a = left;
    const struct value *b = right;

    if (a->isn != b->isn)
        return a->isn < b->isn ? -1 : 1;
    if (a->tuple != b->tuple)
        return a->tuple < b->tuple ? -1 : 1;
    return (a->index > b->index) - (a->index < b->index);
}

/* Pairs of equal numbers of different tuples. */
static double pairs_apart(const struct value *values, size_t count)
{
    double pairs = 0;
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
        pairs += (double)same_isn * (double)(same_isn - 1) / 2 - inside;
    }
    return pairs;
}

/*
 * Of different tuples only: an answer that was sent again, and a hash without a clock, repeat the
 * number of one tuple.
 */
static int judge_collisions(const struct isn_samples *samples, struct isn_audit *audit)
{
    size_t count = samples->count;
    struct value *values = malloc(count * sizeof *values);
    double all = (double)count * (double)(count - 1) / 2;
    double fixed = (double)samples->fixed_count * ((double)samples->fixed_count - 1) / 2;
    double pairs;
    double p;

    if (values == NULL)
        return -FAULT_MEMORY;
    for (size_t i = 0; i < count; i++) {
        const struct isn_sample *row = &samples->rows[i];

        values[i] = (struct value){row->isn, row->src << 16 | row->port, i};
    }
    qsort(values, count, sizeof *values, compare_isns);
    pairs = pairs_apart(values, count);
    free(values);
    audit->entropy.collisions = (size_t)pairs;
    audit->entropy.expected = (all - fixed) / SPACE;
    if (pairs == 0)
        return 0;
    p = gsl_cdf_poisson_Q((unsigned)fmin(pairs, 1e9) - 1, audit->entropy.expected);
    /* All that the distribution's tail has left, where it has nothing left. */
    p = fmax(p, exp(-audit->entropy.expected) * pow(audit->entropy.expected, fmin(pairs, 40)) /
                    tgamma(fmin(pairs, 40) + 1));
    if (p > ISN_COLLISION_ALPHA)
        return 0;
    conclude(audit, log2((all - fixed) / pairs), log10(p));
    isn_audit_note(
        audit, true, "numbers that come again", pairs, log10(p),
        "%.0f pairs of different tuples have the same number, %.2g would by chance: some "
        "%.3g values in all",
        pairs, audit->entropy.expected, (all - fixed) / pairs);
    return 0;
}

/* ---- a byte that can be told ---- */

/* Bits of the byte's increment that are left: of its commonest value's share. */
static double byte_bits(double hits, double count)
{
    return fmin(8, -log2(hits / count));
}

static void judge_bytes(const uint32_t *isns, size_t count, struct isn_audit *audit)
{
    for (unsigned byte = 0; byte < 4; byte++) {
        struct isn_score score;
        double log10_p;

        /* A byte that stands still is a matter of stuck bits. */
        if ((audit->entropy.stuck >> 8 * byte & 0xff) != 0)
            continue;
        score = isn_test_increment(isns, count, 8 * byte);
        log10_p = log10(fmax(score.p, 1e-300));
        if (log10_p > PROOF_BYTE)
            continue;
        audit->entropy.byte = (int)byte;
        conclude(audit, 24 + byte_bits(score.statistic, (double)(count - 1)), log10_p);
        isn_audit_note(audit, true, "a byte that can be told", score.statistic, log10_p,
                       "byte %u (bits %u to %u) goes up by the same in %.0f of %zu steps", byte,
                       8 * byte, 8 * byte + 7, score.statistic, count - 1);
    }
}

int isn_judge_entropy(const struct isn_samples *samples, struct isn_audit *audit)
{
    size_t count = samples->count;
    uint32_t *isns = malloc(count * sizeof *isns);
    int status = -FAULT_MEMORY;

    if (isns != NULL) {
        for (size_t i = 0; i < count; i++)
            isns[i] = samples->rows[i].isn;
        judge_stuck(samples, audit);
        judge_bytes(isns, count, audit);
        qsort(isns, count, sizeof *isns, compare_values);
        judge_range(isns, count, audit);
        judge_lattice(isns, count, audit);
        status = judge_collisions(samples, audit);
    }
    free(isns);
    if (status != 0)
        return status;
    return audit->class == ISN_CLASS_REDUCED_ENTROPY;
}
