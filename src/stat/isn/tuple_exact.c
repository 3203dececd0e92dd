/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Formulas that give values of F exactly: affine in the port, or linear over GF(2). */
#include <math.h>
#include <string.h>

#include "stat/isn/tuple.h"

enum { TRIES = 128, ROWS_MOST = 64, SUMS_LEAST = 24, STEPS_MOST = 4096 };

/* Where the next try begins; spread by the golden ratio, whatever the count. */
static size_t begin_at(const struct isn_ports *ports, size_t try)
{
    return (size_t)((uint64_t)(uint32_t)(try * 2654435769u) * ports->count >> 32);
}

/* Whether hits prove it, each being one in 2^32 by chance. */
static bool judge(struct isn_formula *formula, size_t count, size_t used, size_t tries)
{
    formula->checked = count - used;
    formula->found = formula->hits >= ISN_FORMULA_LEAST && formula->hits + used >= count * 6 / 10;
    formula->log10_p = isn_binomial_log10_p(formula->checked, formula->hits, 0x1p-32);
    formula->log10_p = fmin(0, formula->log10_p + log10((double)tries));
    return formula->found;
}

/* Newton's iteration: each round doubles the bits that are right. */
static uint32_t inverse(uint32_t odd)
{
    uint32_t x = odd;

    for (int round = 0; round < 4; round++)
        x *= 2 - odd * x;
    return x;
}

struct isn_formula isn_ports_affine(const struct isn_ports *ports, uint32_t *ret_a, uint32_t *ret_b)
{
    struct isn_formula best = {.log10_p = 0};

    *ret_a = *ret_b = 0;
    for (size_t try = 0; try < TRIES && ports->count > ISN_FORMULA_LEAST; try++) {
        size_t i = begin_at(ports, try), k = i;
        struct isn_formula formula = {.found = false};
        uint32_t a, b;

        /* The next one whose difference has an inverse. */
        do
            k = (k + 1) % ports->count;
        while (k != i && !((ports->ports[k] ^ ports->ports[i]) & 1));
        if (k == i)
            return best;
        a = (ports->values[k] - ports->values[i]) *
            inverse((uint32_t)ports->ports[k] - ports->ports[i]);
        b = ports->values[i] - a * ports->ports[i];
        if (a == 0)
            continue;
        for (size_t row = 0; row < ports->count; row++)
            formula.hits += ports->values[row] == a * ports->ports[row] + b;
        formula.hits -= 2;
        judge(&formula, ports->count, 2, try + 1);
        if (try == 0 || formula.hits > best.hits)
            best = formula;
        if (formula.found) {
            *ret_a = a;
            *ret_b = b;
            return formula;
        }
    }
    return best;
}

/* ---- linear over GF(2) ---- */

static void reduce(const struct isn_linear *linear, uint32_t *columns, uint32_t *value)
{
    for (unsigned pivot = 17; pivot-- > 0;) {
        if (*columns >> pivot & 1 && linear->columns[pivot]) {
            *columns ^= linear->columns[pivot];
            *value ^= linear->values[pivot];
        }
    }
}

/* Adds a row; false if it depends on those that are in. */
static bool insert(struct isn_linear *linear, uint32_t columns, uint32_t value)
{
    unsigned pivot;

    reduce(linear, &columns, &value);
    if (!columns)
        return false;
    pivot = 31 - (unsigned)__builtin_clz(columns);
    linear->columns[pivot] = columns;
    linear->values[pivot] = value;
    linear->rank++;
    return true;
}

static uint32_t columns_of(uint16_t port)
{
    return (uint32_t)1 << 16 | port;
}

bool isn_linear_value(const struct isn_linear *linear, uint16_t port, uint32_t *ret_value)
{
    uint32_t columns = columns_of(port), value = 0;

    reduce(linear, &columns, &value);
    *ret_value = value;
    return columns == 0;
}

/* The rest of the rows are put to the test in two steps: most starts fail at the first. */
static struct isn_formula meet(const struct isn_ports *ports, uint32_t added,
                               const struct isn_linear *linear, size_t at, size_t count,
                               size_t tries)
{
    struct isn_formula formula = {.found = false};
    size_t dependent = 0;

    for (size_t i = 0; i < count; i++) {
        size_t row = (at + i) % ports->count;
        uint32_t value;

        if (!isn_linear_value(linear, ports->ports[row], &value))
            continue;
        dependent++;
        formula.hits += value == ports->values[row] - added;
    }
    /* Those that were put in are met by themselves. */
    formula.hits = formula.hits > linear->rank ? formula.hits - linear->rank : 0;
    judge(&formula, dependent > linear->rank ? dependent : linear->rank, linear->rank, tries);
    return formula;
}

static struct isn_formula find_linear(const struct isn_ports *ports, uint32_t added,
                                      struct isn_linear *ret_linear)
{
    struct isn_formula best = {.log10_p = 0};
    size_t first = ports->count < 96 ? ports->count : 96;

    memset(ret_linear, 0, sizeof *ret_linear);
    for (size_t try = 0; try < TRIES && ports->count > ISN_FORMULA_LEAST; try++) {
        struct isn_linear linear = {.rank = 0};
        size_t at = begin_at(ports, try);
        /* All of it first; then less, as a single row from elsewhere spoils it. */
        size_t enough = try == 0 ? ports->count : try % 2 ? 17 : 32;
        struct isn_formula formula;

        for (size_t i = 0; i < ports->count && linear.rank < 17 && i < enough; i++) {
            size_t row = (at + i) % ports->count;

            insert(&linear, columns_of(ports->ports[row]), ports->values[row] - added);
        }
        formula = meet(ports, added, &linear, at, first, try + 1);
        if (formula.hits > 0 && first < ports->count)
            formula = meet(ports, added, &linear, at, ports->count, try + 1);
        if (try == 0 || formula.hits > best.hits)
            best = formula;
        if (formula.found) {
            *ret_linear = linear;
            return formula;
        }
    }
    return best;
}

struct isn_formula isn_ports_linear(const struct isn_ports *ports, struct isn_linear *ret_linear)
{
    return find_linear(ports, 0, ret_linear);
}

/* ---- linear over GF(2), and a constant added to it ---- */

/* Of rows in turn: which of them add up to nothing, a bit for each row. */
static size_t vanishing(const struct isn_ports *ports, size_t at, size_t count,
                        uint64_t sums[ROWS_MOST])
{
    uint32_t columns[17] = {0};
    uint64_t parts[17] = {0};
    size_t found = 0;

    for (size_t i = 0; i < count; i++) {
        uint32_t row = columns_of(ports->ports[(at + i) % ports->count]);
        uint64_t part = (uint64_t)1 << i;

        for (unsigned pivot = 17; pivot-- > 0;) {
            if (row >> pivot & 1 && columns[pivot]) {
                row ^= columns[pivot];
                part ^= parts[pivot];
            }
        }
        if (row) {
            unsigned pivot = 31 - (unsigned)__builtin_clz(row);

            columns[pivot] = row;
            parts[pivot] = part;
        } else {
            sums[found++] = part;
        }
    }
    return found;
}

/* Rows whose values, less what was added, are linear bit by bit. */
struct lift {
    const struct isn_ports *ports;
    size_t at, count; /* the rows */
    uint64_t sums[ROWS_MOST];
    size_t sum_count;
    size_t left; /* steps that may still be tried */
};

static bool bit_vanishes(const struct lift *lift, unsigned bit, uint32_t added)
{
    const struct isn_ports *ports = lift->ports;
    uint64_t lane = 0;

    for (size_t i = 0; i < lift->count; i++) {
        uint32_t value = ports->values[(lift->at + i) % ports->count] - added;

        lane |= (uint64_t)(value >> bit & 1) << i;
    }
    for (size_t i = 0; i < lift->sum_count; i++) {
        if (__builtin_parityll(lane & lift->sums[i]))
            return false;
    }
    return true;
}

/*
 * The bits of what was added, from this one on. The carry out of the lowest bit is linear in any
 * case, hence a wrong bit shows two further up; the highest bit makes no difference.
 */
static bool lift_from(struct lift *lift, unsigned bit, uint32_t *added)
{
    uint32_t below = *added;

    if (bit == 32)
        return true;
    for (uint32_t one = 0; one < 2 && lift->left > 0; one++) {
        lift->left--;
        *added = below | one << (bit - 1);
        if (bit_vanishes(lift, bit, *added) && lift_from(lift, bit + 1, added))
            return true;
    }
    return false;
}

static bool find_added(const struct isn_ports *ports, size_t at, uint32_t *ret_added)
{
    struct lift lift = {.ports = ports, .at = at, .left = STEPS_MOST};

    *ret_added = 0;
    lift.count = ports->count < ROWS_MOST ? ports->count : ROWS_MOST;
    lift.sum_count = vanishing(ports, at, lift.count, lift.sums);
    return lift.sum_count >= SUMS_LEAST && bit_vanishes(&lift, 0, 0) &&
           lift_from(&lift, 1, ret_added);
}

struct isn_formula isn_ports_linear_sum(const struct isn_ports *ports,
                                        struct isn_linear *ret_linear, uint32_t *ret_added)
{
    struct isn_formula none = {.found = false};
    uint32_t added = 0;

    memset(ret_linear, 0, sizeof *ret_linear);
    *ret_added = 0;
    for (size_t try = 0; try < TRIES && ports->count > SUMS_LEAST; try++) {
        if (!find_added(ports, begin_at(ports, try), &added))
            continue;
        *ret_added = added;
        return find_linear(ports, added, ret_linear);
    }
    return none;
}

void isn_ports_swap(struct isn_ports *ports)
{
    for (size_t i = 0; i < ports->count; i++)
        ports->ports[i] = (uint16_t)(ports->ports[i] << 8 | ports->ports[i] >> 8);
}
