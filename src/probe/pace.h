/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When the next packet may leave: so many a second and no more. */
#ifndef PROBE_PACE_H
#define PROBE_PACE_H

#include <stdint.h>

/*
 * The generic cell rate algorithm (ITU-T I.371, annex A) as a virtual schedule: packet k is due at
 * k periods. Whoever comes late may catch up by as much as `slack`, so that a loop that wakes a
 * millisecond late still upholds the rate; no more than rate x (t + slack) + 1 packets leave in any
 * time t.
 */
struct pace {
    double period;  /* ns between two packets; 0: no limit */
    double next;    /* ns: when the next is due */
    int64_t slack;  /* ns */
    unsigned taken; /* packets that are not yet known to have left */
};

/* `period` in ns, at least 0. */
void pace_init(struct pace *pace, double period, int64_t slack);

/* How long to wait at `now` (ns of any clock that only goes forward); 0: go. */
int64_t pace_wait(const struct pace *pace, int64_t now);

/* A packet leaves now, whether it was its time or not. */
void pace_take(struct pace *pace, int64_t now);

/* The one that was taken last did not leave after all. */
void pace_return(struct pace *pace);

/* All that were taken have left by `left`: whoever is kept from sending in between has them leave
 * nearer to those behind them, and catches up by no more than the slack all the same. */
void pace_left(struct pace *pace, int64_t left);

/* The last one left so much later than that, ns, and so shall those behind it. */
void pace_delay(struct pace *pace, int64_t late);

#endif
