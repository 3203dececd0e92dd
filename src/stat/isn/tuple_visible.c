/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The port itself, seen in the initial sequence numbers. */
#include <math.h>
#include <string.h>

#include "stat/isn/fixed_parts.h"

enum { LEAST = 12, SHIFTS = 17, VALUES = 65536, LOOKED_AT = 4096 };

/* How the 16 bits at the place belong to the port, by a constant that is the same for all. */
enum relation { EXCLUSIVE_OR, SUM, RELATIONS };

struct view {
    int shift;
    bool swapped;
    enum relation relation;
};

static uint16_t constant_of(const struct isn_sample *row, const struct view *view)
{
    uint16_t port = (uint16_t)(view->swapped ? row->port << 8 | row->port >> 8 : row->port);
    uint16_t seen = (uint16_t)(row->isn >> view->shift);

    return (uint16_t)(view->relation == SUM ? seen - port : seen ^ port);
}

/* How many of the rows have the constant that the majority must have, by Boyer and Moore's vote. */
static size_t agreeing(const struct isn_samples *samples, const size_t *rows, size_t count,
                       const struct view *view, uint16_t *ret_constant)
{
    uint16_t candidate = 0;
    size_t votes = 0, hits = 0;

    for (size_t i = 0; i < count; i++) {
        uint16_t constant = constant_of(&samples->rows[rows[i]], view);

        if (votes == 0)
            candidate = constant;
        votes += constant == candidate ? 1 : (size_t)-1;
    }
    for (size_t i = 0; i < count; i++)
        hits += constant_of(&samples->rows[rows[i]], view) == candidate;
    *ret_constant = candidate;
    return hits;
}

bool isn_ports_scattered(const struct isn_samples *samples, size_t count)
{
    const size_t *rows = samples->varying;
    uint16_t step = 0;
    size_t votes = 0, same = 0;

    for (size_t i = 1; i < count; i++) {
        uint16_t up = (uint16_t)(samples->rows[rows[i]].port - samples->rows[rows[i - 1]].port);

        if (votes == 0)
            step = up;
        votes += up == step ? 1 : (size_t)-1;
    }
    for (size_t i = 1; i < count; i++)
        same += (uint16_t)(samples->rows[rows[i]].port - samples->rows[rows[i - 1]].port) == step;
    return same * 4 < count * 3;
}

int isn_judge_port_visible(const struct isn_samples *samples, struct isn_audit *audit)
{
    size_t count = samples->varying_count < LOOKED_AT ? samples->varying_count : LOOKED_AT;
    size_t fixed = samples->fixed_count < LOOKED_AT ? samples->fixed_count : LOOKED_AT;
    size_t best = 0;

    /* On the fixed tuple, a counter goes on. */
    if (count < LEAST || (fixed < LEAST && !isn_ports_scattered(samples, count)))
        return 0;
    for (int i = 0; i < SHIFTS * 2 * RELATIONS; i++) {
        struct view view = {.shift = i % SHIFTS,
                            .swapped = i / SHIFTS % 2,
                            .relation = (enum relation)(i / SHIFTS / 2)};
        uint16_t constant, other;
        size_t hits = agreeing(samples, samples->varying, count, &view, &constant);
        size_t same = agreeing(samples, samples->fixed, fixed, &view, &other);

        best = hits > best ? hits : best;
        if (hits * 10 <= count * 9 || same * 10 < fixed * 9 || (fixed && other != constant))
            continue;
        audit->class = ISN_CLASS_TUPLE_FUNCTION;
        audit->severity = isn_class_severity(audit->class);
        /* The first one sets the constant. */
        audit->log10_p =
            isn_binomial_log10_p(count - 1, hits - 1, 0x1p-16) + log10(SHIFTS * 2 * RELATIONS);
        audit->tuple.port_visible = ISN_YES;
        audit->tuple.shift = view.shift;
        audit->tuple.swapped = view.swapped;
        audit->tuple.hash_bits = NAN;
        isn_audit_note(audit, true, "port in the number", (double)hits, audit->log10_p,
                       "bits %d to %d are our port%s, %s 0x%04x, in %zu of %zu numbers", view.shift,
                       view.shift + 15, view.swapped ? " with its bytes swapped" : "",
                       view.relation == SUM ? "plus" : "exclusive-or", constant, hits, count);
        return 1;
    }
    audit->tuple.port_visible = ISN_NO;
    isn_audit_note(audit, false, "port in the number", (double)best, NAN,
                   "no 16 bits are our port, as it is, swapped or with a constant; at most %zu of "
                   "%zu numbers agree",
                   best, count);
    return 0;
}
