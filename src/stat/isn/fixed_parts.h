/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the judges of the fixed tuple share; for nobody else. */
#ifndef STAT_ISN_FIXED_PARTS_H
#define STAT_ISN_FIXED_PARTS_H

#include "stat/isn/audit.h"
#include "stat/isn/cluster.h"
#include "stat/isn/tuple.h"

/* s from the first sample: when the server made the number, half a round trip before it came. */
double isn_fixed_time(const struct isn_samples *samples, size_t row);

/* The fixed tuple's numbers, or of the rows given. 0 or -FAULT_MEMORY; to be released. */
int isn_track_make(const struct isn_samples *samples, const size_t *rows, size_t count,
                   struct isn_track *ret_track);
void isn_track_release(struct isn_track *track);

/* Whether the first so many varying tuples' ports do not go up by the same, as a counter does that
 * any other counter would be taken for a function of. */
bool isn_ports_scattered(const struct isn_samples *samples, size_t count);

/* Of which of our addresses most of the varying tuples are. */
uint32_t isn_ports_source(const struct isn_samples *samples);

/*
 * Values of F for the varying tuples from `source`, less the pace, between two times (s), one for
 * each port; at most 8192, evenly chosen where there are more. 0 or -FAULT_MEMORY; to be released.
 */
int isn_ports_make(const struct isn_samples *samples, const struct isn_pace *pace, uint32_t source,
                   double from, double until, struct isn_ports *ret_ports);
void isn_ports_release(struct isn_ports *ports);

/* F's values must lie on an arc so much longer than the fixed tuple's to be values of a hash. */
#define ISN_FIXED_APART 16

/*
 * What F is: formula, width, address. Fills audit->tuple and notes what was tried. `noise`: how far
 * off a number may be; `still`: nothing moves, and formulas must hold exactly. Between two times,
 * in which the server had one key. Nothing is said of F if its values for all ports are as near
 * each other as those of the fixed tuple. Returns 1 if it is a formula, 0 if not, or -FAULT_MEMORY.
 */
struct isn_fixed_view {
    struct isn_pace pace;
    uint32_t noise;
    double spread; /* numbers: shortest arc with 95 % of the fixed tuple's */
    double from, until;
    bool still;
};
int isn_fixed_function(const struct isn_samples *samples, const struct isn_fixed_view *view,
                       struct isn_audit *audit, struct isn_width *ret_width, double *ret_log10_p);

#endif
