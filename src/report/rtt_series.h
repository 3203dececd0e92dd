/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Round trips made ready to be drawn: thinned out over time, and as a distribution. Numbers only.
 */
#ifndef REPORT_RTT_SERIES_H
#define REPORT_RTT_SERIES_H

#include <stdbool.h>

#include "report/plot.h"
#include "report/rtt_plot.h"

/* Whether a point has a round trip that can be drawn, and whether it is one of the samples. */
bool rtt_point_drawn(const struct rtt_plot_point *point);
bool rtt_point_sampled(const struct rtt_plot_point *point);

/* What all targets together span; low > high where there is nothing. */
struct rtt_extent {
    double t_low, t_high;      /* seconds */
    double rtt_low, rtt_high;  /* milliseconds, of all that is drawn */
    bool seen[RTT_PLOT_COUNT]; /* the kinds that occur */
    bool without;              /* a probe without a round trip among them */
};
struct rtt_extent rtt_extent_of(const struct rtt_plot_target *targets, size_t count);

/* The samples' round trips in rising order; to be freed. *ret_count gets their number; NULL: none
 * or no memory. */
double *rtt_sorted(const struct rtt_plot_target *target, size_t *ret_count);

/*
 * The samples by time in `columns` equal columns of from … to: in `medians` a point in the middle
 * of each column (y NaN where it has no sample), in `bands` two corners for each column, from its
 * least to its greatest, in `cores` the same from its 5th to its 95th percentile. False: no memory.
 */
bool rtt_columns(const struct rtt_plot_target *target, double from, double to, size_t columns,
                 struct plot_point *medians, struct plot_point *bands, struct plot_point *cores);

#endif
