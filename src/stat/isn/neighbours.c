/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Judges servers whose number is near the previous one, though others connect in between. */
#include <math.h>
#include <string.h>

#include "stat/isn/increments.h"
#include "stat/isn/quantile.h"

#define CIRCLE 4294967296.0
/* Gaps between close neighbours (s), how many there must be, and the part of the circle. */
#define CLOSE       0.005
#define CLOSE_LEAST 24U
#define PART        8.0

int isn_judge_neighbours(const struct isn_samples *samples, struct isn_audit *audit)
{
    struct isn_steps steps;
    size_t count = 0;
    double middle;
    double width;
    double log10_p;
    int ret;

    if (samples->count < ISN_AUDIT_LEAST || !isn_increments_can_be_told(samples))
        return 0;
    ret = isn_steps_make(samples, &steps);
    if (ret < 0)
        return ret;
    for (size_t i = 0; i < steps.count; i++) {
        if (steps.gap[i] <= fmax(CLOSE, steps.brief) && !steps.open[i])
            steps.scratch[count++] = (double)(uint32_t)steps.step[i];
    }
    isn_sort(steps.scratch, count);
    width = isn_arc(steps.scratch, count, 0.9, CIRCLE, &middle);
    log10_p = isn_arc_log10_p(count, (size_t)ceil(0.9 * (double)count), (width + 1) / CIRCLE);
    if (count >= CLOSE_LEAST && width < CIRCLE / PART && log10_p < -10 && !steps.family &&
        !isn_steps_by_tuple(samples, &steps, steps.rate, steps.middle)) {
        steps.reach = fmax(CLOSE, steps.brief);
        ret = isn_increments_random(samples, &steps, audit);
    }
    isn_steps_release(&steps);
    return ret;
}
