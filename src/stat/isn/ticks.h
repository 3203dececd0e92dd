/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether events that were counted come from a clock or at random. */
#ifndef STAT_ISN_TICKS_H
#define STAT_ISN_TICKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct isn_ticks {
    double rate, rate_error; /* events a second, and its standard error */
    double width;  /* events: of the narrowest strip along a line through counts over time; of a
                    * clock  1, but for the noise of the times */
    int64_t count; /* events */
    bool regular;  /* too narrow a strip for events at random */
};

/* times (s) and events until then, `count` of each, in order. Times may be noisy by some ms. */
void isn_ticks_judge(const double *times, const int64_t *events, size_t count,
                     struct isn_ticks *ret_ticks);

/*
 * Events out of steps = each * (connections) + unit * (events), connections 1 but for steps with a
 * probe lost (`open`), which are split as a regular clock would have it. Steps not a multiple of
 * the unit are rounded. The events go to *events, one more than steps.
 */
void isn_ticks_split(const double *times, const int64_t *steps, const bool *open, size_t step_count,
                     int64_t each, int64_t unit, int64_t *events);

#endif
