/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Zalewski's phase space: how often an attacker who lists likely next numbers lists the right one.
 */
#ifndef STAT_ISN_PHASE_H
#define STAT_ISN_PHASE_H

#include <stddef.h>
#include <stdint.h>

/*
 * After M. Zalewski, "Strange Attractors and TCP/IP Sequence Number Analysis" (2001): the points
 * x = s[t] - s[t-1], y = s[t-1] - s[t-2], z = s[t-2] - s[t-3] of the numbers seen so far are an
 * attractor; who has seen the last three numbers knows y and z, and guesses x from the points near
 * them. For comparison only: it knows nothing of tuples (a hash of them looks random), of time (a
 * clock is a cloud as wide as the pauses between SYNs) or of a generator's exact state.
 */

enum {
    ISN_PHASE_BUDGET = 5000,  /* values in the list of guesses */
    ISN_PHASE_TARGETS = 1000, /* numbers guessed at most, evenly spread over the second half */
    ISN_PHASE_MINIMUM = 16    /* numbers needed */
};

struct isn_phase {
    size_t targets, hits;
    double feasibility; /* hits / targets */
    double low, high;   /* Wilson's 95 % interval of it (JASA 22, 1927) */
};

/*
 * The first half of the numbers is the attractor, each of the second half a target. Of the
 * attractor's points, the `neighbours` that are nearest to the target's y and z (Chebyshev's
 * distance, each difference modulo 2^32; 0: as many as the budget holds) give candidates s[t-1] +
 * x; all are widened alike, as far as the list then has no more than `budget` values (>= 1). 0, or
 * -FAULT_MEMORY, or -FAULT_RANGE for fewer than ISN_PHASE_MINIMUM numbers.
 */
int isn_phase_measure(const uint32_t *isns, size_t count, uint32_t budget, size_t neighbours,
                      struct isn_phase *ret_phase);

#endif
