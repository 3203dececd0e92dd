/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Unwraps the steps between initial sequence numbers, from the shortest gaps outwards. */
#include "stat/isn/steps.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "stat/isn/quantile.h"

#define CIRCLE 4294967296.0
#define TURN   (INT64_C(1) << 32)
/* More often nothing goes round in a gap; levels stay below 2^62. */
#define TURNS_MOST 16384.0
/* Of the steps, so many are in the half circle that makes them a family. */
#define FAMILY_SHARE 0.95
#define FAMILY_ARC   0.53
/* New gaps by which one rate can be told to be better than another. */
#define NEW_LEAST 3U

void isn_steps_release(struct isn_steps *steps)
{
    free(steps->time);
    free(steps->gap);
    free(steps->step);
    free(steps->level);
    free(steps->open);
    free(steps->scratch);
    free(steps->other_scratch);
    free(steps->whole);
    free(steps->other_whole);
    memset(steps, 0, sizeof *steps);
}

static bool allocate(struct isn_steps *steps, size_t samples)
{
    size_t room = samples ? samples : 1;

    *steps = (struct isn_steps){
        .count = samples ? samples - 1 : 0,
        .time = calloc(room, sizeof *steps->time),
        .gap = calloc(room, sizeof *steps->gap),
        .step = calloc(room, sizeof *steps->step),
        .level = calloc(room, sizeof *steps->level),
        .open = calloc(room, sizeof *steps->open),
        .scratch = calloc(room, sizeof *steps->scratch),
        .other_scratch = calloc(room, sizeof *steps->other_scratch),
        .whole = calloc(room, sizeof *steps->whole),
        .other_whole = calloc(room, sizeof *steps->other_whole),
    };
    return steps->time && steps->gap && steps->step && steps->level && steps->open &&
           steps->scratch && steps->other_scratch && steps->whole && steps->other_whole;
}

/* What a step is away from a + rate * gap, on the nearer way round. */
static double off(const struct isn_steps *steps, size_t i, double middle, double rate)
{
    return remainder((double)(uint64_t)steps->step[i] - middle - rate * steps->gap[i], CIRCLE);
}

/* The steps, modulo 2^32 until now, near middle + rate * gap; all of them, for those longer than
 * `longest` will be redone. */
static void redo(struct isn_steps *steps, double middle, double rate)
{
    for (size_t i = 0; i < steps->count; i++) {
        int64_t bare = steps->step[i] & (TURN - 1);
        double turns = (middle + rate * steps->gap[i] - (double)bare) / CIRCLE;

        steps->step[i] = bare + TURN * llround(fmax(fmin(turns, TURNS_MOST), -TURNS_MOST));
        steps->level[i + 1] = steps->level[i] + steps->step[i];
    }
}

/* The middle of the shortest arc with most of the steps up to `longest`; returns its width. */
static double arc_of(struct isn_steps *steps, double longest, double rate, double share,
                     double *ret_middle, size_t *ret_count)
{
    size_t count = 0;

    for (size_t i = 0; i < steps->count; i++) {
        double value;

        if (steps->gap[i] > longest)
            continue;
        value = fmod((double)(steps->step[i] & (TURN - 1)) - rate * steps->gap[i], CIRCLE);
        steps->scratch[count++] = value < 0 ? value + CIRCLE : value;
    }
    isn_sort(steps->scratch, count);
    *ret_count = count;
    return isn_arc(steps->scratch, count, share, CIRCLE, ret_middle);
}

/* The share of the steps up to `longest` within a quarter of the circle of what is expected. */
static double share_near(const struct isn_steps *steps, double longest, double middle, double rate)
{
    size_t count = 0;
    size_t near = 0;

    for (size_t i = 0; i < steps->count; i++) {
        if (steps->gap[i] > longest)
            continue;
        count++;
        near += fabs(off(steps, i, middle, rate)) <= CIRCLE / 4;
    }
    return count ? (double)near / (double)count : 0;
}

/* How far the steps between two gaps are from what is expected, in their third quartile. */
static double miss(struct isn_steps *steps, double shortest, double longest, double middle,
                   double rate)
{
    size_t count = 0;

    for (size_t i = 0; i < steps->count; i++) {
        if (steps->gap[i] > shortest && steps->gap[i] <= longest)
            steps->scratch[count++] = fabs(off(steps, i, middle, rate));
    }
    return isn_quantile(steps->scratch, count, 0.75);
}

/* The next larger gap, doubled steps apart; how many are new. */
static double outwards(const struct isn_steps *steps, double reach, size_t *ret_new)
{
    double next = INFINITY;
    double longest;

    for (size_t i = 0; i < steps->count; i++) {
        if (steps->gap[i] > reach && steps->gap[i] < next)
            next = steps->gap[i];
    }
    if (next == INFINITY)
        return INFINITY;
    longest = fmax(2 * reach, next);
    *ret_new = 0;
    for (size_t i = 0; i < steps->count; i++)
        *ret_new += steps->gap[i] > reach && steps->gap[i] <= longest;
    return longest;
}

static double mean_step(const struct isn_steps *steps, double longest)
{
    double sum = 0;
    size_t count = 0;

    for (size_t i = 0; i < steps->count; i++) {
        if (steps->gap[i] <= longest) {
            sum += (double)steps->step[i];
            count++;
        }
    }
    return count ? sum / (double)count : 0;
}

/*
 * The rate for the gaps from reach to longest: that of the steps, which is best for a random walk;
 * that of the levels, best for a clock, as the noise of its times does not count; or none.
 */
static void choose(struct isn_steps *steps, double longest, size_t new)
{
    struct isn_plane plane;
    double rate;
    double middle;
    double error = isn_steps_line(steps, steps->reach, &rate, &middle);

    isn_steps_plane(steps, steps->reach, true, &plane);
    if (new < NEW_LEAST) {
        if (plane.walk < 0.06 || plane.turning < -0.25) {
            steps->rate = plane.rate;
            steps->middle = plane.each;
        } else if (fabs(rate) > 5 * error) {
            steps->rate = rate;
            steps->middle = middle;
        } else {
            steps->rate = 0;
            steps->middle = mean_step(steps, steps->reach);
        }
        return;
    }

    double with_line = miss(steps, steps->reach, longest, middle, rate);
    double with_plane = miss(steps, steps->reach, longest, plane.each, plane.rate);
    double mean = mean_step(steps, steps->reach);
    double without = miss(steps, steps->reach, longest, mean, 0);

    steps->rate = 0;
    steps->middle = mean;
    if (with_line < without) {
        steps->rate = rate;
        steps->middle = middle;
    }
    if (with_plane < fmin(without, with_line)) {
        steps->rate = plane.rate;
        steps->middle = plane.each;
    }
}

static void unwrap(struct isn_steps *steps)
{
    double reach = steps->brief;
    double rate = 0;
    double middle;
    size_t new = 0;
    size_t count;
    double width = arc_of(steps, reach, 0, 0.9, &middle, &count);

    steps->reach = 0;
    if (width > CIRCLE / 2)
        return;
    if (middle > 0.75 * CIRCLE)
        middle -= CIRCLE;
    for (;;) {
        double longest;
        double centre;

        if (arc_of(steps, reach, rate, FAMILY_SHARE, &centre, &count) > FAMILY_ARC * CIRCLE)
            break;
        middle += remainder(centre - middle, CIRCLE);
        steps->reach = reach;
        steps->rate = rate;
        steps->middle = middle;
        redo(steps, middle, rate);
        longest = outwards(steps, reach, &new);
        if (longest == INFINITY)
            break;
        choose(steps, longest, new);
        rate = steps->rate;
        middle = steps->middle;
        reach = longest;
    }
}

static void conclude(struct isn_steps *steps)
{
    double longest = steps->gap[0];
    size_t count;
    size_t inside;
    double middle;

    for (size_t i = 1; i < steps->count; i++)
        longest = fmax(longest, steps->gap[i]);
    steps->arc98 = CIRCLE;
    if (steps->reach <= 0 && longest > 0)
        return;

    /* With the best of the two rates: that of the last gaps is a guess. */
    struct isn_plane plane;
    double rate;
    double other;
    double width;

    isn_steps_line(steps, steps->reach, &rate, &other);
    isn_steps_plane(steps, steps->reach, true, &plane);
    steps->arc98 = arc_of(steps, steps->reach, steps->rate, 0.98, &middle, &count);
    width = arc_of(steps, steps->reach, rate, 0.98, &middle, &count);
    if (width < steps->arc98) {
        steps->arc98 = width;
        steps->rate = rate;
        steps->middle = other;
    }
    width = arc_of(steps, steps->reach, plane.rate, 0.98, &middle, &count);
    if (width < 1.1 * steps->arc98) {
        steps->arc98 = width;
        steps->rate = plane.rate;
        steps->middle = plane.each;
    }
    steps->share = share_near(steps, steps->reach, steps->middle, steps->rate);
    inside = (size_t)ceil(0.98 * (double)count);
    /* Four powers of ten for the rates that could have been found. */
    steps->log10_p = fmin(isn_arc_log10_p(count, inside, (steps->arc98 + 1) / CIRCLE) + 4, 0);
    steps->family = steps->reach >= longest && steps->log10_p < -10 &&
                    (steps->arc98 < FAMILY_ARC * CIRCLE || steps->share >= FAMILY_SHARE);
}

/* Any two times may be farther apart than the type holds. */
static double seconds(int64_t from, int64_t to)
{
    return (double)(int64_t)((uint64_t)to - (uint64_t)from) / 1e9;
}

int isn_steps_make(const struct isn_samples *samples, struct isn_steps *ret_steps)
{
    size_t count = samples->count < ISN_STEPS_MOST ? samples->count : ISN_STEPS_MOST;
    struct isn_steps steps;

    if (!allocate(&steps, count)) {
        isn_steps_release(&steps);
        return -FAULT_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        const struct isn_sample *row = &samples->rows[i];

        steps.time[i] = seconds(samples->rows[0].time, row->time);
        if (i == 0)
            continue;
        steps.gap[i - 1] = seconds(row[-1].time, row->time);
        steps.step[i - 1] = (int64_t)(uint32_t)(row->isn - row[-1].isn);
        steps.open[i - 1] = row->gap;
    }
    if (steps.count > 0) {
        memcpy(steps.scratch, steps.gap, steps.count * sizeof *steps.gap);
        steps.brief = isn_quantile(steps.scratch, steps.count, 0.25);
        /* Times that overtake each other. */
        steps.brief = fmax(steps.brief, 1e-9);
        steps.common = fmax(isn_quantile(steps.scratch, steps.count, 0.65), steps.brief);
        steps.usual = 8 * fmax(isn_quantile(steps.scratch, steps.count, 0.97), steps.brief);
        unwrap(&steps);
        conclude(&steps);
    }
    *ret_steps = steps;
    return 0;
}
