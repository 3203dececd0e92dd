/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Servers with a clock and a counter that others move as well, or that lost probes moved. */
#include <math.h>

#include "stat/isn/increments.h"
#include "stat/isn/quantile.h"

/* A step is so many connections, if so near to a whole number of them. */
#define NEAR       0.2
#define FAR        0.35
#define NEAR_SHARE 0.8
#define MANY_LEAST 8U
/* See increments_level.c. */
#define STAYS        0.085
#define STAYS_TURNED 0.16
#define TURNED       (-0.25)
#define CLEAR        8.0

/* Step = each * connections + rate * gap. */
struct model {
    double each, rate;
};

static double connections_in(const struct isn_steps *steps, size_t i, const struct model *model)
{
    return fmax(round(((double)steps->step[i] - model->rate * steps->gap[i]) / model->each), 0);
}

static bool fit(const struct isn_steps *steps, double longest, struct model *model)
{
    double qq = 0, qg = 0, gg = 0, qs = 0, gs = 0;
    double determinant;

    for (size_t i = 0; i < steps->count; i++) {
        double gap = steps->gap[i], step = (double)steps->step[i];
        double many;

        if (gap > longest)
            continue;
        many = connections_in(steps, i, model);
        if (fabs(step - model->rate * gap - many * model->each) > FAR * fabs(model->each))
            continue;
        qq += many * many;
        qg += many * gap;
        gg += gap * gap;
        qs += many * step;
        gs += gap * step;
    }
    determinant = qq * gg - qg * qg;
    if (!(determinant > 1e-6 * qq * gg))
        return false;
    model->each = (qs * gg - gs * qg) / determinant;
    model->rate = (gs * qq - qs * qg) / determinant;
    return fabs(model->each) >= 1;
}

/* Begins with what is the commonest in the shortest gaps; then outwards, as unwrapping does. */
static bool grow(struct isn_steps *steps, struct model *model)
{
    double longest = steps->brief;
    double end = 0;
    size_t count = 0;

    for (size_t i = 0; i < steps->count; i++) {
        end = fmax(end, steps->gap[i]);
        if (steps->gap[i] <= longest && !steps->open[i])
            steps->scratch[count++] = (double)steps->step[i];
    }
    *model = (struct model){.each = isn_quantile(steps->scratch, count, 0.5)};
    if (count < MANY_LEAST || !(fabs(model->each) >= 1))
        return false;
    for (; longest < 2 * end; longest *= 1.5) {
        struct model next = *model;

        if (fit(steps, longest, &next) && fabs(next.each / model->each - 1) < 0.25)
            *model = next;
    }
    return true;
}

/* How much of the steps of more than one connection are whole numbers of them, and log10 of the
 * probability of that by chance. */
static double wholeness(struct isn_steps *steps, const struct model *model, double *ret_log10_p,
                        double *ret_extra, double *ret_late, double *ret_seconds)
{
    size_t many = 0;
    size_t near = 0;
    double share;
    double log_p;
    double median;

    for (size_t i = 0; i < steps->count; i++)
        steps->scratch[i] = steps->gap[i];
    median = isn_quantile(steps->scratch, steps->count, 0.5);
    *ret_extra = *ret_late = *ret_seconds = 0;
    steps->other_whole[0] = 0;
    for (size_t i = 0; i < steps->count; i++) {
        double connections = connections_in(steps, i, model);
        double rest =
            (double)steps->step[i] - model->rate * steps->gap[i] - connections * model->each;

        steps->other_whole[i + 1] = steps->other_whole[i] + (int64_t)connections;
        if (connections != 1) {
            many++;
            near += fabs(rest) <= NEAR * fabs(model->each);
        }
        if (steps->open[i] || steps->gap[i] <= 0)
            continue;
        *ret_seconds += steps->gap[i];
        *ret_extra += fmax(connections - 1, 0);
        *ret_late += steps->gap[i] > median ? fmax(connections - 1, 0) : 0;
    }
    if (many < MANY_LEAST)
        return 0;
    share = (double)near / (double)many;
    log_p = share < 1
                ? share * log(share / (2 * NEAR)) + (1 - share) * log((1 - share) / (1 - 2 * NEAR))
                : -log(2 * NEAR);
    *ret_log10_p = share > 2 * NEAR ? -(double)many * log_p / log(10) : 0;
    return share;
}

bool isn_increments_counted(const struct isn_samples *samples, struct isn_steps *steps,
                            struct isn_audit *audit)
{
    struct model model;
    struct isn_plane plane;
    double log10_p = 0;
    double extra;
    double late;
    double seconds;
    double share;
    bool clock;

    (void)samples;
    if (!grow(steps, &model))
        return false;
    share = wholeness(steps, &model, &log10_p, &extra, &late, &seconds);
    if (share < NEAR_SHARE || log10_p > -6)
        return false;
    isn_steps_plane_of(steps, steps->level, steps->other_whole, INFINITY, true, &plane);
    if (plane.inseparable || !(fabs(plane.each) > CLEAR * plane.each_error) ||
        !(plane.walk < STAYS || (plane.walk < STAYS_TURNED && plane.turning < TURNED)))
        return false;
    clock = fabs(plane.rate) > CLEAR * plane.rate_error;
    isn_increments_quantiles(steps, clock ? plane.rate : 0, audit);
    audit->increment.lattice = isn_increments_lattice(steps, 0);
    if (!clock)
        audit->increment.step = (uint32_t)llround(plane.each);
    audit->connection =
        (struct isn_per_connection){.found = true,
                                    .exact = plane.each_error < 0.1,
                                    .k = plane.each_error < 0.1 ? round(plane.each) : plane.each,
                                    .low = plane.each - 1.96 * plane.each_error,
                                    .high = plane.each + 1.96 * plane.each_error};
    isn_increments_foreign(audit, extra, late, seconds);
    if (clock)
        isn_increments_clock(audit, plane.rate, plane.rate_error,
                             plane.deviation / fabs(plane.rate), 1, steps->log10_p);
    isn_increments_conclude(audit, clock ? ISN_CLASS_CLOCK_COUNTER : ISN_CLASS_COUNTER,
                            steps->log10_p);
    isn_audit_note(audit, true, "steps are whole numbers of connections", share, log10_p,
                   "%.0f %% of those of more than one, at %.8g numbers each", 100 * share,
                   plane.each);
    if (clock)
        isn_audit_note(audit, true, "clock in the order of all samples", plane.rate, steps->log10_p,
                       "%.10g numbers a second, standard error %.3g", plane.rate, plane.rate_error);
    return true;
}
