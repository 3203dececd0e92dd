/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bits of initial sequence numbers, each looked at alone over time: how often it is 1, how
 * often it changes, and how long the linear recurrence is that makes it. */
#ifndef STAT_ISN_LANES_H
#define STAT_ISN_LANES_H

#include <stddef.h>
#include <stdint.h>

enum {
    ISN_LANES = 32,
    ISN_LANES_MOST = 4096 /* numbers looked at, the first ones */
};

/* One bit of all numbers, in their order. Of a fair coin both z are about normal with mean 0 and
 * deviation 1. */
struct isn_lane {
    size_t ones;
    size_t transitions;   /* neighbours that differ */
    double ones_z;        /* (2 ones - count) / sqrt(count); NAN for no number */
    double transitions_z; /* the same of the count - 1 pairs; NAN for no pair */
    /* Length of the shortest linear recurrence over GF(2), by Berlekamp and Massey (Massey,
     * "Shift-register synthesis and BCH decoding", 1969): 0 for a bit that is never 1. */
    size_t complexity;
};

struct isn_lanes {
    size_t count;                    /* numbers looked at */
    double expected;                 /* the complexity's mean for a fair coin (SP 800-22, 3.10) */
    struct isn_lane lane[ISN_LANES]; /* by bit, 0 the least significant */
};

/* Looks at the first ISN_LANES_MOST of the numbers. The time goes with the square of their number:
 * some ten milliseconds at most. */
void isn_lanes_measure(const uint32_t *isns, size_t count, struct isn_lanes *ret_lanes);

#endif
