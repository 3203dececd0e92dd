/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When the next packet may leave. */
#include "probe/pace.h"

#include <math.h>

void pace_init(struct pace *pace, double period, int64_t slack)
{
    *pace = (struct pace){.period = period, .slack = slack};
}

int64_t pace_wait(const struct pace *pace, int64_t now)
{
    double wait = pace->next - (double)now;

    return pace->period > 0.0 && wait > 0.0 ? (int64_t)ceil(wait) : 0;
}

void pace_take(struct pace *pace, int64_t now)
{
    double earliest = (double)now - (double)pace->slack;

    if (pace->next < earliest)
        pace->next = earliest;
    pace->next += pace->period;
    pace->taken++;
}

void pace_left(struct pace *pace, int64_t left)
{
    double earliest = (double)left - (double)pace->slack + pace->taken * pace->period;

    if (pace->taken > 0 && pace->next < earliest)
        pace->next = earliest;
    pace->taken = 0;
}

void pace_return(struct pace *pace)
{
    pace->next -= pace->period;
    pace->taken -= pace->taken > 0;
}

void pace_delay(struct pace *pace, int64_t late)
{
    pace->next += (double)late;
}
