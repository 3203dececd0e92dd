/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What each connection adds to the numbers of the fixed tuple; for the search of its clock only. */
#ifndef STAT_ISN_FIXED_EACH_H
#define STAT_ISN_FIXED_EACH_H

#include "stat/isn/fixed_clock.h"

/* From neighbours, once there is a vote: fills in clock->each. 0 or -FAULT_MEMORY. */
int isn_fixed_each_near(struct isn_fixed_clock *clock);

/*
 * From all numbers, once there are levels and a fit: where they know better than neighbours do, or
 * where those do not tell, fills in clock->each, and the fit with it. 0 or -FAULT_MEMORY.
 */
int isn_fixed_each_all(struct isn_fixed_clock *clock);

#endif
