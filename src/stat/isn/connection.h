/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One whole number that each connection adds to the numbers of all. */
#ifndef STAT_ISN_CONNECTION_H
#define STAT_ISN_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stat/isn/sample.h"

#define ISN_CONNECTION_SHARE 0.3 /* of the pairs must agree */
#define ISN_CONNECTION_LEAST 16  /* numbers: smaller ones are a clock's */

struct isn_connection_step {
    bool found;
    uint32_t step;
    size_t pairs,
        hits;       /* of the fixed tuple, neighbours; those that went up by step * connections */
    double log10_p; /* of so many quotients alike by chance */
    double foreign; /* connections of others a second, from those that went up by a few more */
    double foreign_time; /* s, in which these were counted */
    size_t foreign_pairs;
};

/*
 * From neighbours in the fixed tuple that are less than 0.1 s apart, nothing lost between them:
 * their difference by the number of connections from one to the other. It must be the same whole
 * number in more than ISN_CONNECTION_SHARE of them, also where they are so far apart that a clock
 * of `rate` (numbers a second) would have made it three times as much: else it is the clock's step.
 * 0 or -FAULT_MEMORY.
 */
int isn_connection_step(const struct isn_samples *samples, double rate,
                        struct isn_connection_step *ret_step);

#endif
