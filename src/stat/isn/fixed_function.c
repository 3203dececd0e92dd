/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What F is: a formula in the port, a hash of so many bits, with or without the address. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "stat/isn/fixed_parts.h"

enum { LEAST = 4, ADDRESSES_MOST = 100000 };

/* ---- formulas ---- */

static int32_t off_affine(const struct isn_tuple *tuple, uint16_t port, uint32_t value)
{
    if (tuple->swapped)
        port = (uint16_t)(port >> 8 | port << 8);
    return isn_wrap(tuple->a * port + tuple->b, value);
}

/* The port's bytes may be swapped, as they come from the wire. */
static struct isn_formula find_affine(struct isn_ports *ports, struct isn_tuple *tuple)
{
    struct isn_formula formula = isn_ports_affine(ports, &tuple->a, &tuple->b), other;

    if (formula.found)
        return formula;
    isn_ports_swap(ports);
    other = isn_ports_affine(ports, &tuple->a, &tuple->b);
    isn_ports_swap(ports);
    tuple->swapped = other.found;
    return other.found ? other : formula;
}

/* Of the ports, how many have the slope's value. */
static size_t on_slope(const struct isn_ports *ports, uint32_t noise, const struct isn_tuple *tuple)
{
    size_t hits = 0;

    for (size_t i = 0; i < ports->count; i++)
        hits += fabs((double)isn_wrap(tuple->a * ports->ports[i] + tuple->b, ports->values[i])) <=
                noise;
    return hits;
}

/* Second differences vanish in a swapped port, too, but for those that pass a byte's end. */
static int find_slope(struct isn_ports *ports, uint32_t noise, struct isn_tuple *tuple)
{
    struct isn_tuple other = *tuple;
    int err = isn_ports_slope(ports, &tuple->a, &tuple->b);
    size_t hits = on_slope(ports, noise, tuple);

    if (err || (tuple->a && hits * 2 > ports->count))
        return err;
    isn_ports_swap(ports);
    err = isn_ports_slope(ports, &other.a, &other.b);
    other.swapped = !err && other.a && on_slope(ports, noise, &other) > hits;
    isn_ports_swap(ports);
    if (other.swapped)
        *tuple = other;
    return err;
}

static int judge_affine(struct isn_ports *ports, const struct isn_fixed_view *view, double space,
                        struct isn_audit *audit, double *ret_log10_p)
{
    struct isn_tuple *tuple = &audit->tuple;
    struct isn_formula formula;

    if (view->still) {
        formula = find_affine(ports, tuple);
        if (formula.found)
            isn_audit_note(audit, true, "F affine in the port", (double)formula.hits,
                           formula.log10_p, "number = %u * port%s + %u holds for %zu of %zu ports",
                           tuple->a, tuple->swapped ? " (its bytes swapped)" : "", tuple->b,
                           formula.hits, formula.checked);
        else if (formula.checked >= LEAST)
            isn_audit_note(audit, false, "F affine in the port", (double)formula.hits,
                           formula.log10_p, "number = a * port + b holds for %zu of %zu ports",
                           formula.hits, formula.checked);
    } else {
        int err = isn_ports_additive(ports, view->noise, space, &formula);

        if (!err && formula.found)
            err = find_slope(ports, view->noise, tuple);
        if (err)
            return err;
        if (formula.checked >= LEAST)
            isn_audit_note(audit, formula.found, "F affine in the port", (double)formula.hits,
                           formula.log10_p,
                           "%zu of %zu triples and quadruples of ports fit within %u numbers",
                           formula.hits, formula.checked, view->noise);
    }
    if (formula.checked >= LEAST)
        tuple->affine = formula.found ? ISN_YES : ISN_NO;
    if (formula.found)
        *ret_log10_p = formula.log10_p;
    return formula.found;
}

static int judge_linear(const struct isn_ports *ports, struct isn_audit *audit,
                        struct isn_linear *linear, double *ret_log10_p)
{
    struct isn_formula formula = isn_ports_linear(ports, linear), sum = {.found = false};
    char plus[32] = "";

    if (formula.checked < ISN_FORMULA_LEAST)
        return 0;
    if (!formula.found)
        sum = isn_ports_linear_sum(ports, linear, &audit->tuple.b);
    if (sum.found) {
        formula = sum;
        snprintf(plus, sizeof plus, ", plus %u", audit->tuple.b);
    } else {
        audit->tuple.b = 0;
    }
    audit->tuple.linear = formula.found ? ISN_YES : ISN_NO;
    audit->tuple.rank = linear->rank;
    isn_audit_note(audit, formula.found, "F linear over GF(2) in the port", (double)formula.hits,
                   formula.log10_p,
                   "%zu of %zu ports, beyond those that define it, have the value%s", formula.hits,
                   formula.checked, plus);
    if (formula.found)
        *ret_log10_p = formula.log10_p;
    return formula.found;
}

/* Through the noise: only that it is linear, not the value. */
static int judge_linear_top(const struct isn_ports *ports, const struct isn_width *width,
                            struct isn_audit *audit, double *ret_log10_p)
{
    struct isn_formula formula;
    unsigned rank;

    /* Upper bits that hardly change are linear, too. */
    if (width->arc < 0x1p31)
        return 0;
    formula = isn_ports_linear_top(ports, &rank);
    if (formula.checked < ISN_FORMULA_LEAST)
        return 0;
    audit->tuple.linear = formula.found ? ISN_YES : ISN_NO;
    audit->tuple.rank = rank;
    isn_audit_note(audit, formula.found, "F linear over GF(2) in the port", (double)formula.hits,
                   formula.log10_p,
                   "%zu of %zu sums of ports that vanish have numbers whose upper bits do so, too",
                   formula.hits, formula.checked);
    if (formula.found)
        *ret_log10_p = formula.log10_p;
    return formula.found;
}

/* ---- address ---- */

struct addressed {
    uint16_t port;
    uint32_t source, value;
};

static int compare_addressed(const void *a, const void *b)
{
    const struct addressed *x = a, *y = b;

    if (x->port != y->port)
        return x->port < y->port ? -1 : 1;
    return (x->source > y->source) - (x->source < y->source);
}

struct agreement {
    size_t pairs, same;
};

static void note_address(struct isn_audit *audit, const struct agreement *agreement,
                         const char *how)
{
    if (agreement->pairs < 4)
        return;
    audit->tuple.source_matters = agreement->same * 2 > agreement->pairs ? ISN_NO : ISN_YES;
    isn_audit_note(audit, false, "F and the address", (double)agreement->same, NAN,
                   "%zu of %zu numbers for another source address are %s", agreement->same,
                   agreement->pairs, how);
}

/* Equal ports from two addresses, less the pace. */
static int judge_address(const struct isn_samples *samples, const struct isn_fixed_view *view,
                         struct isn_audit *audit)
{
    struct addressed *list = calloc(samples->count + 1, sizeof *list);
    struct agreement agreement = {0, 0};
    size_t count = 0;

    if (!list)
        return -FAULT_MEMORY;
    for (size_t i = 0; i < samples->count && count < ADDRESSES_MOST; i++) {
        const struct isn_sample *row = &samples->rows[i];
        double time = isn_fixed_time(samples, i);

        if (time >= view->from && time <= view->until)
            list[count++] = (struct addressed){
                row->port, row->src, isn_pace_rest(&view->pace, row->isn, time, (double)i)};
    }
    qsort(list, count, sizeof *list, compare_addressed);
    for (size_t i = 1; i < count; i++) {
        if (list[i].port != list[i - 1].port || list[i].source == list[i - 1].source)
            continue;
        agreement.pairs++;
        agreement.same += fabs((double)isn_wrap(list[i - 1].value, list[i].value)) <= view->noise;
    }
    free(list);
    note_address(audit, &agreement, "those of ours at the same port");
    return 0;
}

/* A formula tells what the other address's ports should have had. */
static void judge_formula_address(const struct isn_samples *samples, uint32_t source,
                                  const struct isn_fixed_view *view,
                                  const struct isn_linear *linear, struct isn_audit *audit)
{
    struct agreement agreement = {0, 0};

    for (size_t i = 0; i < samples->varying_count; i++) {
        size_t at = samples->varying[i];
        const struct isn_sample *row = &samples->rows[at];
        double time = isn_fixed_time(samples, at);
        uint32_t value = isn_pace_rest(&view->pace, row->isn, time, (double)at), expected;

        if (row->src == source || time < view->from || time > view->until)
            continue;
        if (audit->tuple.affine == ISN_YES) {
            agreement.pairs++;
            agreement.same +=
                fabs((double)off_affine(&audit->tuple, row->port, value)) <= view->noise;
        } else if (isn_linear_value(linear, row->port, &expected)) {
            agreement.pairs++;
            agreement.same += expected == value - audit->tuple.b;
        }
    }
    note_address(audit, &agreement, "what the formula gives for ours");
}

/* ---- width ---- */

static void note_width(struct isn_audit *audit, const struct isn_width *width, size_t count)
{
    if (isnan(width->bits))
        return;
    audit->tuple.hash_bits = width->bits;
    isn_audit_note(audit, false, "width of F", width->bits, width->log10_p,
                   "95 %% of F's values for %zu ports lie on an arc of 2^%.2f; %zu pairs collide, "
                   "%.3g expected",
                   count, log2(width->arc), width->collisions, width->expected);
    if (width->still > 0)
        isn_audit_note(audit, true, "low bits of F", width->still, width->log10_p,
                       "the lowest %d bits are the same for all %zu ports, but for noise",
                       width->still, count);
    if (width->log10_p > -9 && width->uniform_p >= 0)
        isn_audit_note(audit, false, "evenness of F", NAN, log10(fmax(width->uniform_p, 1e-300)),
                       "chi-square of F's values for %zu ports in 16 bins, p = %.2g", count,
                       width->uniform_p);
}

static int ports_width(const struct isn_ports *ports, uint32_t noise, struct isn_width *ret_width)
{
    uint32_t *values = malloc((ports->count + 1) * sizeof *values);

    if (!values)
        return -FAULT_MEMORY;
    memcpy(values, ports->values, ports->count * sizeof *values);
    *ret_width = isn_values_width(values, ports->count, noise);
    free(values);
    return 0;
}

int isn_fixed_function(const struct isn_samples *samples, const struct isn_fixed_view *view,
                       struct isn_audit *audit, struct isn_width *ret_width, double *ret_log10_p)
{
    uint32_t source = isn_ports_source(samples);
    struct isn_linear linear = {.rank = 0};
    struct isn_ports ports;
    int verdict,
        err = isn_ports_make(samples, &view->pace, source, view->from, view->until, &ports);

    if (err)
        return err;
    audit->tuple.hash_bits = NAN;
    err = ports_width(&ports, view->noise, ret_width);
    /* One value for all is affine, too, but no formula. */
    if (err || ret_width->arc < ISN_FIXED_APART * view->spread + 64) {
        isn_ports_release(&ports);
        return err;
    }
    verdict = judge_affine(&ports, view, ret_width->arc, audit, ret_log10_p);
    if (verdict == 0 && view->still)
        verdict = judge_linear(&ports, audit, &linear, ret_log10_p);
    else if (verdict == 0)
        verdict = judge_linear_top(&ports, ret_width, audit, ret_log10_p);
    if (verdict == 1 && (view->still || audit->tuple.affine == ISN_YES))
        judge_formula_address(samples, source, view, &linear, audit);
    else if (verdict == 0)
        verdict = judge_address(samples, view, audit);
    if (verdict == 0)
        note_width(audit, ret_width, ports.count);
    isn_ports_release(&ports);
    return verdict;
}
