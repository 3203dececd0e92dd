/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Judges servers whose increments repeat after a few connections. */
#include <math.h>
#include <stdlib.h>

#include "base/err.h"
#include "stat/isn/increments.h"

#define REPEATS_SHARE 0.7
/* Repetitions it takes, and how much less often the next increment is the same. */
#define REPEATS_LEAST 12U
#define SAME_SHARE    0.5
/* A clock repeats as well while the gaps do, but not in times so much longer. */
#define SLOWER       16.0
#define SLOWER_LEAST 8U
#define SLOWER_SHARE 0.3

struct repeats {
    size_t pairs, equal, same; /* of the pairs: as one period before, as the step just before */
};

/* Steps beside those `period` before, where no probe was lost from one to the other, and with no
 * longer a time between them than `longest`. */
static struct repeats count(const struct isn_steps *steps, size_t period, double longest)
{
    struct repeats repeats = {0};
    size_t lost = 0;

    for (size_t i = 0; i < steps->count; i++) {
        lost = steps->open[i] ? 0 : lost + 1;
        if (lost <= period || steps->time[i + 1] - steps->time[i - period] > longest)
            continue;
        repeats.pairs++;
        repeats.equal += (uint32_t)steps->step[i] == (uint32_t)steps->step[i - period];
        repeats.same += (uint32_t)steps->step[i] == (uint32_t)steps->step[i - 1];
    }
    return repeats;
}

static bool also_slower(const struct isn_steps *steps, size_t period, double longest,
                        const struct repeats *repeats)
{
    struct repeats slower = count(steps, period, SLOWER * longest);

    slower.pairs -= repeats->pairs;
    slower.equal -= repeats->equal;
    return slower.pairs >= SLOWER_LEAST &&
           (double)slower.equal >= SLOWER_SHARE * (double)slower.pairs;
}

/* The first period that repeats; 0: none. */
static size_t find(const struct isn_steps *steps, double longest, struct repeats *repeats)
{
    for (size_t period = 2; period <= ISN_PERIOD_MOST; period++) {
        *repeats = count(steps, period, longest);
        if (repeats->pairs >= REPEATS_LEAST + period &&
            (double)repeats->equal >= REPEATS_SHARE * (double)repeats->pairs &&
            (double)repeats->same <= SAME_SHARE * (double)repeats->pairs &&
            (longest == INFINITY || also_slower(steps, period, longest, repeats)))
            return period;
    }
    return 0;
}

/* The increments in their order: those of the last time without a break that repeated. */
static void cycle(const struct isn_steps *steps, size_t period, struct isn_increment *increment)
{
    for (size_t i = steps->count; i-- >= 2 * period;) {
        size_t equal = 0;

        while (equal < period &&
               (uint32_t)steps->step[i - equal] == (uint32_t)steps->step[i - equal - period])
            equal++;
        for (size_t j = 0; equal == period && j < period; j++)
            increment->cycle[j] = (uint32_t)steps->step[i - period + 1 + j];
        if (equal == period)
            return;
    }
}

int isn_judge_periodic(const struct isn_samples *samples, struct isn_audit *audit)
{
    static const double windows[] = {INFINITY, 0.256, 0.064, 0.016, 0.004};
    struct isn_steps steps;
    size_t period = 0;
    struct repeats repeats = {0};
    double share;
    double log10_p;
    int ret;

    if (samples->count < ISN_AUDIT_LEAST || !isn_increments_can_be_told(samples))
        return 0;
    ret = isn_steps_make(samples, &steps);
    if (ret < 0)
        return ret;
    /* On a busy host only in short times (s). */
    for (size_t i = 0; period == 0 && i < sizeof windows / sizeof *windows; i++) {
        if (windows[i] > 2 * steps.common)
            period = find(&steps, windows[i], &repeats);
    }
    if (period > 0) {
        share = (double)repeats.equal / (double)repeats.pairs;
        log10_p = -share * (double)(repeats.pairs - period) * log10((double)period);
        isn_increments_quantiles(&steps, 0, audit);
        audit->increment.period = period;
        audit->increment.lattice = isn_increments_lattice(&steps, 0);
        cycle(&steps, period, &audit->increment);
        isn_increments_conclude(audit, ISN_CLASS_PERIODIC, log10_p);
        isn_audit_note(audit, true, "increments repeat", (double)period, log10_p,
                       "after %zu connections, in %.0f %% of %zu pairs", period, 100 * share,
                       repeats.pairs);
        ret = 1;
    }
    isn_steps_release(&steps);
    return ret;
}
