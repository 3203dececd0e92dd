/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What each connection adds to the numbers of the fixed tuple. */
#include "stat/isn/fixed_each.h"

#include <math.h>
#include <stdlib.h>

#include "base/err.h"

#define NEAR 0.1 /* s */

/* Of the variance of what all numbers are off by. */
#define EACH_GAIN 0.15

int isn_fixed_each_near(struct isn_fixed_clock *clock)
{
    struct isn_pair *pairs = malloc(ISN_PAIRS_MOST * sizeof *pairs);
    size_t count;

    if (!pairs)
        return -FAULT_MEMORY;
    count = isn_pairs_make(&clock->track, 1, 1, pairs);
    clock->each = isn_pairs_each(pairs, count, clock->vote.tolerance, NEAR, &clock->vote.pace);
    clock->has_each = clock->vote.pace.each > 0;
    free(pairs);
    return 0;
}

/* Numbers chosen: those from one place to another. */
static bool fit_each(const struct isn_fixed_clock *clock, size_t from, size_t until, bool *chosen,
                     struct isn_fit *ret_fit)
{
    for (size_t i = 0; i < clock->track.count; i++)
        chosen[i] = i >= from && i < until;
    return isn_cluster_fit(&clock->track, &clock->clusters, clock->of, chosen, true,
                           &clock->fit.pace, ret_fit);
}

/* Half of the numbers says the same as the other one; a clock that drifts would not. */
static bool same_each(const struct isn_fit *a, const struct isn_fit *b)
{
    return a->pace.each > 2 * a->each_error && b->pace.each > 2 * b->each_error &&
           fabs(a->pace.each - b->pace.each) < 4 * hypot(a->each_error, b->each_error);
}

/*
 * Where neighbours are too far off to tell what a connection adds, all numbers may: connections do
 * not come evenly. It explains EACH_GAIN of the variance, or is none.
 */
static int find_each_of_all(struct isn_fixed_clock *clock)
{
    size_t count = clock->track.count;
    bool *chosen;
    struct isn_fit all, first, second;

    if (clock->step.found || clock->has_each)
        return 0;
    chosen = calloc(count + 1, sizeof *chosen);
    if (!chosen)
        return -FAULT_MEMORY;
    if (fit_each(clock, 0, count, chosen, &all) && all.pace.each >= ISN_CONNECTION_LEAST &&
        all.pace.each > 8 * all.each_error && all.pace.rate > 0 &&
        pow(all.deviation, 2) < (1 - EACH_GAIN) * pow(clock->fit.deviation, 2) &&
        fit_each(clock, 0, count / 2, chosen, &first) &&
        fit_each(clock, count / 2, count, chosen, &second) && same_each(&first, &second)) {
        clock->each = (struct isn_each){.each = all.pace.each,
                                        .error = all.each_error,
                                        .gain = 1 - pow(all.deviation / clock->fit.deviation, 2),
                                        .pairs = all.used};
        clock->has_each = true;
        clock->fit = all;
    }
    free(chosen);
    return 0;
}

/*
 * Numbers that keep to their level add the same for each connection, and all of them tell it best.
 * Random increments walk away: neighbours are then closer to each other than to the level.
 */
static void settle_each(struct isn_fixed_clock *clock)
{
    if (!clock->has_each || !(clock->each.deviation > 0) || !(clock->fit.each_error > 0) ||
        clock->fit.deviation > clock->each.deviation)
        return;
    clock->each.each = clock->fit.pace.each;
    clock->each.error = clock->fit.each_error;
    clock->each.deviation = 0;
}

int isn_fixed_each_all(struct isn_fixed_clock *clock)
{
    settle_each(clock);
    return find_each_of_all(clock);
}
