/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether events that were counted come from a clock or at random. */
#include "stat/isn/ticks.h"

#include <math.h>

/* Fewer events may be regular by chance. */
#define LEAST 4
/* A clock's strip is 1 wide; so much more for times that are late by as many seconds. */
#define NARROW 1.3
#define LATE   0.1
#define WIDEST 2.8
/* Of more events than MANY it may be wider, as at random it would be sqrt(events) wide. */
#define MANY 50
#define LEAN 0.25
/* Rounds of the search for a slope, and of mending what lost probes have counted. */
#define ROUNDS  50
#define MENDING 8
#define LOST    3
/* A part of a great many points shows how wide the strip is. */
#define POINTS ((size_t)1 << 14)

static double width_at(const double *times, const int64_t *events, size_t count, double rate)
{
    double low = INFINITY;
    double high = -INFINITY;

    for (size_t i = 0; i < count; i += count / POINTS + 1) {
        double rest = (double)(events[i] - events[0]) - rate * (times[i] - times[0]);

        low = fmin(low, rest);
        high = fmax(high, rest);
    }
    return high - low;
}

/* The strip's width is convex in its slope. */
static double narrowest(const double *times, const int64_t *events, size_t count, double low,
                        double high, double *ret_rate)
{
    const double golden = 0.6180339887498949;
    double left = high - golden * (high - low);
    double right = low + golden * (high - low);
    double left_width = width_at(times, events, count, left);
    double right_width = width_at(times, events, count, right);

    for (int i = 0; i < ROUNDS && high - low > 1e-9 * fabs(high); i++) {
        if (left_width < right_width) {
            high = right;
            right = left;
            right_width = left_width;
            left = high - golden * (high - low);
            left_width = width_at(times, events, count, left);
        } else {
            low = left;
            left = right;
            left_width = right_width;
            right = low + golden * (high - low);
            right_width = width_at(times, events, count, right);
        }
    }
    *ret_rate = (low + high) / 2;
    return fmin(left_width, right_width);
}

void isn_ticks_judge(const double *times, const int64_t *events, size_t count,
                     struct isn_ticks *ret_ticks)
{
    struct isn_ticks ticks = {.rate_error = INFINITY};
    double span = count ? times[count - 1] - times[0] : 0;
    double allowed;

    if (span > 0) {
        double mean;

        ticks.count = events[count - 1] - events[0];
        mean = (double)ticks.count / span;
        ticks.width =
            narrowest(times, events, count, mean - 20 / span, mean + 20 / span, &ticks.rate);
        /* The line may be tilted by so much within a strip one wide; uniform. */
        ticks.rate_error = fmax(ticks.width, 1) / span / sqrt(12);
        allowed = fmin(NARROW + LATE * fabs(ticks.rate), WIDEST);
        if (ticks.count > MANY)
            allowed = fmin(fmax(WIDEST, LEAN * sqrt((double)ticks.count)), 2 * WIDEST);
        ticks.regular = ticks.count >= LEAST && ticks.width <= allowed;
    }
    *ret_ticks = ticks;
}

/* How many events a step has; if a probe was lost, it may have counted: the nearest to what is due.
 */
static int64_t split(int64_t step, int64_t each, int64_t unit, double due, bool open)
{
    double best = round((double)(step - each) / (double)unit);

    for (int64_t lost = 1; open && lost <= LOST; lost++) {
        double other = (double)(step - each * (1 + lost)) / (double)unit;

        if (other > -0.5 && fabs(other - round(other)) < 1e-9 &&
            fabs(other - due) < fabs(best - due))
            best = round(other);
    }
    return (int64_t)best;
}

void isn_ticks_split(const double *times, const int64_t *steps, const bool *open, size_t step_count,
                     int64_t each, int64_t unit, int64_t *events)
{
    double sum = 0;
    double time = 0;
    double rate;
    double begin = 0;
    double span;

    for (size_t i = 0; i < step_count; i++) {
        if (open[i])
            continue;
        sum += round((double)(steps[i] - each) / (double)unit);
        time += times[i + 1] - times[i];
    }
    rate = time > 0 ? sum / time : 0;
    for (int round_number = 0; round_number < MENDING; round_number++) {
        double level = 0;
        bool mended = round_number == 0;

        events[0] = 0;
        for (size_t i = 0; i < step_count; i++) {
            double due = rate * (times[i + 1] - times[0]) + begin;
            int64_t best = 0;

            /* The first time there is no phase yet: the nearest to what is due for the gap. */
            if (round_number == 0)
                due = (double)events[i] + rate * (times[i + 1] - times[i]);
            best = split(steps[i], each, unit, due - (double)events[i], open[i]);
            mended = mended || events[i + 1] != events[i] + best;
            events[i + 1] = events[i] + best;
        }
        if (!mended || !(times[step_count] > times[0]))
            break;
        rate = (double)events[step_count] / (times[step_count] - times[0]);
        span = 20 / (times[step_count] - times[0]);
        narrowest(times, events, step_count + 1, rate - span, rate + span, &rate);
        for (size_t i = 0; i <= step_count; i++)
            level += (double)events[i] - rate * (times[i] - times[0]);
        begin = level / (double)(step_count + 1);
    }
}
