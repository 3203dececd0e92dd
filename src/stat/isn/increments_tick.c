/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Servers that add their uptime in ticks with each connection, as lwIP does. */
#include <math.h>

#include "stat/isn/increments.h"
#include "stat/isn/quantile.h"

/* Slower ticks would hardly be seen to go on. */
#define RATE_LEAST 0.2
/* Ticks seen to go by, and how far a step may be from them: by one, and the noise of its time (s).
 */
#define TICKS_LEAST 1.5
#define CLEAR       8.0
#define BETTER      1.4
#define NEAR        1.0
#define NEAR_LATE   0.02
#define NEAR_SHARE  0.7

struct line {
    double slope, constant; /* ticks a second; ticks at time 0 */
    double error;           /* the slope's standard error */
};

static bool usable(const struct isn_steps *steps, size_t i, double longest)
{
    return steps->gap[i] <= longest && !steps->open[i];
}

static double of(const struct isn_steps *steps, size_t i, double lattice)
{
    return (double)steps->step[i] / lattice;
}

/* Median of steps and of their times in a part of the usable ones. */
static void medians(struct isn_steps *steps, double longest, double lattice, size_t first,
                    size_t end, double *ret_time, double *ret_step)
{
    size_t place = 0;
    size_t count = 0;

    for (size_t i = 0; i < steps->count; i++) {
        if (!usable(steps, i, longest))
            continue;
        if (place >= first && place < end) {
            steps->scratch[count] = of(steps, i, lattice);
            steps->other_scratch[count++] = steps->time[i + 1];
        }
        place++;
    }
    *ret_step = isn_quantile(steps->scratch, count, 0.5);
    *ret_time = isn_quantile(steps->other_scratch, count, 0.5);
}

/* Through the medians of the first and the last third, then by least squares of what is near. */
static bool fit(struct isn_steps *steps, double longest, double lattice, size_t count,
                struct line *line)
{
    double time[2], step[2];

    medians(steps, longest, lattice, 0, count / 3, &time[0], &step[0]);
    medians(steps, longest, lattice, count - count / 3, count, &time[1], &step[1]);
    if (!(time[1] > time[0]))
        return false;
    line->slope = (step[1] - step[0]) / (time[1] - time[0]);
    line->constant = -line->slope * time[0];
    for (int round = 0; round < 4; round++) {
        double n = 0, t = 0, u = 0, tt = 0, tu = 0, uu = 0;
        double limit = 2 + 4 * NEAR_LATE * line->slope;

        for (size_t i = 0; i < steps->count; i++) {
            double value = of(steps, i, lattice) - step[0];

            if (!usable(steps, i, longest) ||
                fabs(value - line->constant - line->slope * steps->time[i + 1]) > limit)
                continue;
            n++;
            t += steps->time[i + 1];
            u += value;
            tt += steps->time[i + 1] * steps->time[i + 1];
            tu += steps->time[i + 1] * value;
            uu += value * value;
        }
        if (n < 8 || !(n * tt - t * t > 0))
            return false;
        line->slope = (n * tu - t * u) / (n * tt - t * t);
        line->constant = (u - line->slope * t) / n;
        line->error = sqrt(fmax(uu - u * u / n - line->slope * (tu - t * u / n), 0) / (n - 2) /
                           (tt - t * t / n));
    }
    line->constant += step[0];
    return true;
}

/* Steps that depend on their gaps come with a line of their own. */
static bool by_gap(struct isn_steps *steps, double longest, double lattice, const struct line *line)
{
    double rate;
    double middle;
    double by_gap = 0;
    double by_time = 0;
    double limit = 4 + 8 * NEAR_LATE * line->slope;

    isn_steps_line(steps, longest, &rate, &middle);
    for (size_t i = 0; i < steps->count; i++) {
        double value = of(steps, i, lattice);

        if (!usable(steps, i, longest))
            continue;
        by_gap += fmin(fabs(value - (middle + rate * steps->gap[i]) / lattice), limit);
        by_time += fmin(fabs(value - line->constant - line->slope * steps->time[i + 1]), limit);
    }
    return by_gap < BETTER * by_time;
}

bool isn_increments_tick(struct isn_steps *steps, struct isn_audit *audit)
{
    double lattice = (double)isn_increments_lattice(steps, 0);
    double longest = steps->common;
    double last = 0;
    double near;
    size_t count = 0;
    size_t inside = 0;
    struct line line;
    double ticks;
    double uptime;

    for (size_t i = 0; i < steps->count; i++) {
        if (usable(steps, i, longest)) {
            count++;
            last = steps->time[i + 1];
        }
    }
    if (lattice < 1 || count < 16 || !fit(steps, longest, lattice, count, &line))
        return false;
    near = NEAR + NEAR_LATE * line.slope;
    for (size_t i = 0; i < steps->count; i++) {
        double rest = of(steps, i, lattice) - line.constant - line.slope * steps->time[i + 1];

        inside += usable(steps, i, longest) && fabs(rest) <= near;
    }
    ticks = line.slope * last;
    uptime = (line.constant + line.slope * steps->time[steps->count]) / line.slope;
    /* Steps that only depend on the gap do not go on rising. */
    if (line.slope < RATE_LEAST || line.slope < CLEAR * line.error ||
        (double)inside < NEAR_SHARE * (double)count || ticks < TICKS_LEAST * near ||
        uptime < last || by_gap(steps, longest, lattice, &line))
        return false;
    isn_increments_quantiles(steps, 0, audit);
    audit->increment.lattice = (uint32_t)lattice;
    audit->increment.tick_rate = line.slope;
    audit->increment.uptime = uptime;
    isn_increments_conclude(audit, ISN_CLASS_TICK_ACCUMULATOR, steps->log10_p);
    isn_audit_note(audit, true, "steps are the uptime", line.slope, steps->log10_p,
                   "%zu of %zu short steps within %.1f of %.4g ticks a second, for %.4g s so far",
                   inside, count, near, line.slope, uptime);
    isn_audit_note(audit, true, "unwrapped steps", steps->arc98, steps->log10_p,
                   "98 %% of them within %.4g of 2^32 numbers", steps->arc98);
    return true;
}
