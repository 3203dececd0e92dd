/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Second differences of values of F that carry a clock's noise, and their slope over the port. */
#include <math.h>
#include <stdlib.h>

#include "base/err.h"
#include "stat/isn/clock_vote.h"
#include "stat/isn/tuple.h"

enum { TRIED_MOST = 4096, STEP_MOST = 63, PORTS = 65536 };

#define NUMBERS 4294967296.0 /* 2^32 */

double isn_binomial_log10_p(size_t n, size_t k, double p)
{
    double q = n ? (double)k / (double)n : 0;

    if (q <= p)
        return 0;
    return -(double)n * (q * log10(q / p) + (q < 1 ? (1 - q) * log10((1 - q) / (1 - p)) : 0));
}

/* rows[port]: its place + 1; 0: was not used. */
static uint32_t *rows_by_port(const struct isn_ports *ports)
{
    uint32_t *rows = calloc(PORTS, sizeof *rows);

    for (size_t i = 0; rows && i < ports->count; i++)
        rows[ports->ports[i]] = (uint32_t)i + 1;
    return rows;
}

static void try_one(struct isn_formula *formula, uint32_t difference, uint32_t tolerance)
{
    uint32_t size = (int32_t)difference < 0 ? -difference : difference;

    formula->checked++;
    formula->hits += size <= tolerance;
}

static void try_port(const struct isn_ports *ports, const uint32_t *rows, size_t row,
                     uint32_t tolerance, struct isn_formula *formula)
{
    uint32_t port = ports->ports[row], value = ports->values[row];

    for (uint32_t step = 1; step <= STEP_MOST && port + 2 * step < PORTS; step++) {
        uint32_t second = rows[port + step], third = rows[port + 2 * step];

        if (second && third)
            try_one(formula, value - 2 * ports->values[second - 1] + ports->values[third - 1],
                    tolerance);
    }
    /* Each four ports once: from the one with both bits clear. */
    for (uint32_t a = 1; a < 256; a <<= 1) {
        for (uint32_t b = a << 1; b < 256 && !(port & a) && rows[port | a]; b <<= 1) {
            uint32_t other = rows[port | b], both = rows[port | a | b];

            if (!(port & b) && other && both)
                try_one(formula,
                        value - ports->values[rows[port | a] - 1] - ports->values[other - 1] +
                            ports->values[both - 1],
                        tolerance);
        }
    }
}

int isn_ports_additive(const struct isn_ports *ports, uint32_t tolerance, double space,
                       struct isn_formula *ret_formula)
{
    struct isn_formula formula = {.found = false};
    uint32_t *rows = rows_by_port(ports);

    if (!rows)
        return -FAULT_MEMORY;
    for (size_t i = 0; i < ports->count && formula.checked < TRIED_MOST; i++)
        try_port(ports, rows, i, tolerance, &formula);
    free(rows);
    formula.log10_p = isn_binomial_log10_p(formula.checked, formula.hits,
                                           fmin(1, (2.0 * tolerance + 1) / fmin(space, NUMBERS)));
    formula.found =
        formula.checked >= 4 && formula.hits * 2 >= formula.checked && formula.log10_p < -11;
    *ret_formula = formula;
    return 0;
}

/* ---- the slope: a clock whose time is the port ---- */

/* Ports in rising order as times. */
static void fill(struct isn_track *track, const struct isn_ports *ports, const uint32_t *rows)
{
    for (uint32_t port = 0; port < PORTS; port++) {
        if (!rows[port])
            continue;
        track->times[track->count] = port;
        track->isns[track->count++] = ports->values[rows[port] - 1];
    }
}

/* The two nearest ports leave open how often their difference has gone round. */
static size_t propose(const struct isn_track *track, double slopes[STEP_MOST])
{
    size_t at = 0, count;
    double least = INFINITY, up;

    for (size_t i = 0; i + 1 < track->count; i++) {
        if (track->times[i + 1] - track->times[i] < least) {
            least = track->times[i + 1] - track->times[i];
            at = i;
        }
    }
    if (least > STEP_MOST)
        return 0;
    up = track->isns[at + 1] - track->isns[at];
    count = (size_t)least;
    for (size_t i = 0; i < count; i++)
        slopes[i] = (up + NUMBERS * (double)i) / least;
    return count;
}

int isn_ports_slope(const struct isn_ports *ports, uint32_t *ret_a, uint32_t *ret_b)
{
    struct isn_track track = {.times = calloc(ports->count + 1, sizeof *track.times),
                              .contacts = calloc(ports->count + 1, sizeof *track.contacts),
                              .isns = calloc(ports->count + 1, sizeof *track.isns)};
    uint32_t *rows = rows_by_port(ports);
    int err = -FAULT_MEMORY;

    *ret_a = *ret_b = 0;
    if (track.times && track.contacts && track.isns && rows) {
        double slopes[STEP_MOST];
        struct isn_vote vote;
        size_t count;

        fill(&track, ports, rows);
        count = propose(&track, slopes);
        err = isn_clock_choose(&track, slopes, count, &vote);
        if (!err && vote.log_p < ISN_VOTE_LOG_P) {
            *ret_a = (uint32_t)llround(vote.pace.rate);
            *ret_b = ports->values[0] - *ret_a * ports->ports[0];
        }
    }
    free(rows);
    free(track.times);
    free(track.contacts);
    free(track.isns);
    return err;
}
