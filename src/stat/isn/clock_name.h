/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The clocks that TCP stacks are known to count in their initial sequence numbers. */
#ifndef STAT_ISN_CLOCK_NAME_H
#define STAT_ISN_CLOCK_NAME_H

#include <stddef.h>

struct isn_clock_name {
    double rate;      /* numbers a second */
    const char *name; /* what it is, and who has it; static */
};

/* In rising order. */
extern const struct isn_clock_name isn_clock_names[];
extern const size_t isn_clock_name_count;

/*
 * The known clock that a measured rate (numbers a second) is of, with its 95 % interval; NAN twice
 * if there is none. A quartz is off by up to 200 ppm, and the interval may reach as far again, but
 * 1 % away it is another clock: 244140.625 and 250000 are 2.3 % apart. NULL: no known one.
 */
const struct isn_clock_name *isn_clock_name(double rate, double low, double high);

#endif
