/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The fixed tuple's clock in all its parts: votes, levels, fit. For its judge. */
#ifndef STAT_ISN_FIXED_CLOCK_H
#define STAT_ISN_FIXED_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stat/isn/clock_pairs.h"
#include "stat/isn/cluster.h"
#include "stat/isn/connection.h"
#include "stat/isn/sample.h"

struct isn_fixed_clock {
    struct isn_track track; /* with a step that each connection adds taken off */
    uint8_t *of;            /* each number's cluster */
    struct isn_vote vote;
    struct isn_connection_step step;
    struct isn_each each; /* what each connection adds to neighbours, if it is no step */
    bool has_each;
    struct isn_clusters clusters;
    struct isn_fit fit; /* of all; rate and its error of the quickest answers, if that is known */
    double reach;       /* numbers: as far from each other neighbours on one level may be */
    size_t quickest;    /* answers that the rate is from; 0: all */
};

/*
 * Finds the clock of the samples' fixed tuple: isn_clock_vote; the numbers freed from a step that
 * each connection adds; levels, joined where the fit brings them together; rate from the answers
 * with the shortest fifth of round trips where these are known, as only they were not held up.
 * Returns 1; 0: none, vote tells how near it came; or -FAULT_MEMORY. To be released in any case.
 */
int isn_fixed_clock_find(const struct isn_samples *samples, struct isn_fixed_clock *ret_clock);
void isn_fixed_clock_release(struct isn_fixed_clock *clock);

/* The pace of all numbers, of whatever tuple. */
struct isn_pace isn_fixed_clock_pace(const struct isn_fixed_clock *clock);

/* Whether its levels come and go, or too many numbers are on none: several servers. */
bool isn_fixed_clock_mixed(const struct isn_fixed_clock *clock);

/* The step by which the clock goes up at once: the greatest common divisor of all differences. */
double isn_fixed_clock_lattice(const struct isn_fixed_clock *clock);

#endif
