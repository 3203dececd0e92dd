/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether the timestamps of several connections come from one clock. */
#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/err.h"
#include "stat/tsclock.h"

#define WRAP 4294967296.0

static int by_time(const void *a, const void *b)
{
    const struct tsclock_sample *one = a, *other = b;

    return (one->received > other->received) - (one->received < other->received);
}

static int by_value(const void *a, const void *b)
{
    double one = *(const double *)a, other = *(const double *)b;

    return (one > other) - (one < other);
}

/* Whether the first says more of a clock than the second. */
static bool better(const struct tsclock *one, const struct tsclock *other)
{
    if ((one->kind == TSCLOCK_RUNS) != (other->kind == TSCLOCK_RUNS))
        return one->kind == TSCLOCK_RUNS;
    if (one->kind == TSCLOCK_RUNS)
        return one->rate_high - one->rate_low < other->rate_high - other->rate_low;
    return one->n > other->n;
}

/* All samples as one series. */
static int judge_all(const struct tsclock_series *series, size_t count, size_t samples,
                     struct tsclock *clock)
{
    struct tsclock_sample *all = calloc(samples, sizeof *all);
    size_t at = 0;

    if (all == NULL)
        return -FAULT_MEMORY;
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < series[i].count; j++)
            all[at++] = series[i].samples[j];
    qsort(all, samples, sizeof *all, by_time);

    int result = tsclock_judge(all, samples, clock);

    free(all);
    return result;
}

/* How far the clock's idea of the value then may be off: cutting to grains, the rate's interval,
 * the path's delay. */
static double tolerance(const struct tsclock *clock, const struct tsclock_sample *sample)
{
    double away = fabs((double)(sample->received - clock->at) * 1e-9);
    double late =
        sample->sent == TSCLOCK_SENT_UNKNOWN ? 0 : (double)(sample->received - sample->sent) * 1e-9;

    return clock->grain + (clock->rate_high - clock->rate_low) * away +
           clock->rate * (late + 6 * clock->noise);
}

/* Counts the different offsets of the series' first samples: neighbours on the circle of 2^32 that
 * are no more apart than the clock is inexact are one. 0: too inexact. */
static size_t group(double *offsets, size_t count, double inexact)
{
    size_t groups = 0;

    /* With so many series, and this tolerance, two alike by chance would be no wonder. */
    if (inexact * (double)count * (double)count > WRAP / 100)
        return 0;
    qsort(offsets, count, sizeof *offsets, by_value);
    for (size_t i = 0; i < count; i++) {
        double next = i + 1 < count ? offsets[i + 1] : offsets[0] + WRAP;

        groups += next - offsets[i] > inexact;
    }
    return groups > 0 ? groups : 1;
}

static int count_clocks(const struct tsclock_series *series, size_t count,
                        struct tsclock_many *many)
{
    double *offsets = calloc(many->series, sizeof *offsets), inexact = 0;
    size_t at = 0;

    if (offsets == NULL)
        return -FAULT_MEMORY;
    for (size_t i = 0; i < count; i++) {
        if (series[i].count == 0)
            continue;
        assert(series[i].samples);

        const struct tsclock_sample *sample = &series[i].samples[0];
        double offset = fmod(sample->value - many->clock.rate *
                                                 (double)(sample->received - many->clock.at) * 1e-9,
                             WRAP);

        offsets[at++] = offset < 0 ? offset + WRAP : offset;
        inexact = fmax(inexact, tolerance(&many->clock, sample));
    }
    many->clocks = group(offsets, at, inexact);
    free(offsets);
    return 0;
}

/* A rate that is not known as exactly as this tells no time. */
#define EXACT_ENOUGH 0.01

/* What a value is reckoned into time by: a known clock where the measured rate has nothing against
 * it, for what was measured in seconds is not exact enough for weeks. NAN: by nothing. */
static double reckoning_rate(const struct tsclock *clock)
{
    const struct tsclock_nominal *nominal = clock->nominal;

    if (nominal && clock->rate_low <= nominal->rate && nominal->rate <= clock->rate_high)
        return nominal->rate;
    return clock->rate_high - clock->rate_low <= EXACT_ENOUGH * clock->rate ? clock->rate : NAN;
}

int tsclock_compare(const struct tsclock_series *series, size_t count,
                    struct tsclock_many *ret_many)
{
    struct tsclock_many many = {.uptime = NAN, .wrap = NAN};
    struct tsclock all;
    size_t samples = 0;
    const struct tsclock_sample *last = NULL;

    if (tsclock_judge(NULL, 0, &many.clock) < 0)
        return -FAULT_MEMORY;
    for (size_t i = 0; i < count; i++) {
        struct tsclock one;

        if (series[i].count == 0)
            continue;
        if (tsclock_judge(series[i].samples, series[i].count, &one) < 0)
            return -FAULT_MEMORY;
        if (samples == 0 || better(&one, &many.clock))
            many.clock = one;
        many.series++;
        samples += series[i].count;

        const struct tsclock_sample *end = &series[i].samples[series[i].count - 1];

        if (last == NULL || end->received > last->received)
            last = end;
    }
    *ret_many = many;
    if (many.series < 2)
        return 0;
    assert(last && samples > 0);
    if (judge_all(series, count, samples, &all) < 0)
        return -FAULT_MEMORY;
    if (all.kind == TSCLOCK_RUNS) {
        many.offset = TSCLOCK_OFFSET_SHARED;
        many.clock = all;
        many.clocks = 1;
        many.uptime = last->value / reckoning_rate(&all);
        many.wrap = WRAP / reckoning_rate(&all);
    } else if (many.clock.kind == TSCLOCK_RUNS) {
        if (count_clocks(series, count, &many) < 0)
            return -FAULT_MEMORY;
        if (many.clocks == 1)
            many.clocks = 0; /* the samples as one series deny it: not to be told */
        if (many.clocks > 0)
            many.offset = many.clocks == many.series ? TSCLOCK_OFFSET_EACH : TSCLOCK_OFFSET_GROUPS;
    } else if (all.kind == TSCLOCK_STILL) {
        many.clock = all;
    }
    *ret_many = many;
    return 0;
}
