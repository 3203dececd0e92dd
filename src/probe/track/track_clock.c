/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Capture time, from stamps that may go backwards or be wild. */
#include "probe/track/track_parts.h"

static void pass(struct track_clock *clock, int64_t ns)
{
    clock->elapsed = ns > INT64_MAX - clock->elapsed ? INT64_MAX : clock->elapsed + ns;
}

static void believe(struct track_clock *clock, int64_t at, int64_t ns)
{
    /* Of what passed while nothing came the stamps tell now. */
    pass(clock, ns > clock->waited ? ns - clock->waited : 0);
    clock->waited = 0;
    clock->leaping = 0;
    clock->reference = at;
    if (at > clock->highest)
        clock->highest = at;
}

static bool leap(struct track_clock *clock, int64_t at, uint64_t frame)
{
    bool forwards = at > clock->reference;

    if (clock->leaping == 0 || forwards != clock->forwards) {
        clock->leaping = 0;
        clock->forwards = forwards;
        clock->nearest = at;
        clock->leap_from = frame;
    } else if (forwards ? at < clock->nearest : at > clock->nearest) {
        clock->nearest = at;
    }
    if (++clock->leaping < TRACK_LEAP_FRAMES)
        return false;
    int64_t news = clock->nearest - clock->highest;
    believe(clock, clock->nearest, news > 0 ? news : 0);
    return true;
}

bool track_clock_stamp(struct track_clock *clock, int64_t at, uint64_t frame)
{
    if (!clock->has_reference) {
        clock->has_reference = true;
        clock->reference = clock->highest = at;
        return false;
    }
    int64_t step = at - clock->reference;
    if (step > TRACK_LEAP_NS + clock->waited || step < -TRACK_LEAP_NS)
        return leap(clock, at, frame);
    if (step >= 0)
        believe(clock, at, step);
    else
        clock->leaping = 0;
    return false;
}

void track_clock_wait(struct track_clock *clock, int64_t ns)
{
    if (ns <= 0)
        return;
    pass(clock, ns);
    clock->waited = ns > TRACK_STAMP_MAX - clock->waited ? TRACK_STAMP_MAX : clock->waited + ns;
}
