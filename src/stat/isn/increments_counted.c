/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Servers with a clock and a counter that others move as well, or that lost probes moved. */
#include <math.h>

#include "stat/isn/increments.h"
#include "stat/isn/quantile.h"
#include "stat/isn/ticks.h"

/* A step is so many connections, if so near to a whole number of them. */
#define NEAR        0.2
#define FAR         0.35
#define NEAR_SHARE  0.8
#define SHORT_LEAST 8U
#define MANY_LEAST  3U
#define NONE_SHARE  0.05
/* Ticks in a pause, at the most. */
#define DUE_MOST 1e12
/* Of the shortest gaps so many have no tick. */
#define STILL_SHARE 0.6
/* A rate or a number a connection that is there: so many standard errors. */
#define CLEAR 8.0

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
    if (count < SHORT_LEAST || !(fabs(model->each) >= 1))
        return false;
    while (longest < 2 * end) {
        struct model next = *model;

        if (fit(steps, longest, &next) && fabs(next.each / model->each - 1) < 0.25)
            *model = next;
        longest *= 1.5;
    }
    return true;
}

struct whole {
    size_t many; /* steps of another number of connections than one */
    size_t none; /* of no connection at all: some, where answers overtook each other */
    double near; /* connections: most of these are so near to a whole number of them */
    double log10_p;
    double extra, late, seconds; /* for isn_increments_foreign */
};

static struct whole wholeness(struct isn_steps *steps, const struct model *model)
{
    struct whole whole = {0};
    double median;

    for (size_t i = 0; i < steps->count; i++)
        steps->scratch[i] = steps->gap[i];
    median = isn_quantile(steps->scratch, steps->count, 0.5);
    steps->other_whole[0] = 0;
    for (size_t i = 0; i < steps->count; i++) {
        double connections = connections_in(steps, i, model);
        double rest =
            (double)steps->step[i] - model->rate * steps->gap[i] - connections * model->each;

        steps->other_whole[i + 1] = steps->other_whole[i] + (int64_t)connections;
        if (connections != 1)
            steps->scratch[whole.many++] = fabs(rest / model->each);
        whole.none += connections < 1;
        if (steps->open[i] || steps->gap[i] <= 0)
            continue;
        whole.seconds += steps->gap[i];
        whole.extra += fmax(connections - 1, 0);
        whole.late += steps->gap[i] > median ? fmax(connections - 1, 0) : 0;
    }
    if (whole.many < MANY_LEAST)
        return whole;
    whole.near = isn_quantile(steps->scratch, whole.many, NEAR_SHARE);
    /* Anywhere between two whole numbers by chance; one more bit for those that are farther. */
    whole.log10_p =
        fmin(0, (double)whole.many * (NEAR_SHARE * log10(2 * whole.near + 1e-9) + log10(2)));
    return whole;
}

/*
 * A clock that stands still between most connections: what connections do not explain are ticks,
 * if they come at regular times. In a pause they cannot be told from connections: as many as due.
 */
static bool steps_on(struct isn_steps *steps, struct model *model, double *ret_error,
                     uint32_t *ret_unit)
{
    int64_t mode = 0;
    size_t short_count;
    size_t most = isn_steps_mode(steps, &mode, &short_count);
    uint64_t unit = 0;
    struct isn_ticks ticks;
    double due;

    if (short_count < SHORT_LEAST || (double)most < STILL_SHARE * (double)short_count)
        return false;
    if (fabs((double)mode - model->each) > NEAR * fabs(model->each))
        return false;
    for (size_t i = 0; i < steps->count && unit != 1; i++) {
        int64_t connections = steps->other_whole[i + 1] - steps->other_whole[i];
        int64_t rest = steps->step[i] - connections * mode;

        steps->whole[i] = rest;
        if (steps->gap[i] <= steps->usual)
            unit = isn_gcd(unit, (uint64_t)(rest < 0 ? -rest : rest));
    }
    if (unit <= 1)
        return false;
    due = model->rate / (double)unit;
    for (int round_number = 0; round_number < 2; round_number++) {
        int64_t sum = 0;

        for (size_t i = 0; i < steps->count; i++) {
            steps->other_whole[i] = sum;
            sum += steps->gap[i] <= steps->usual
                       ? steps->whole[i] / (int64_t)unit
                       : llround(fmax(fmin(due * steps->gap[i], DUE_MOST), 0));
        }
        steps->other_whole[steps->count] = sum;
        isn_ticks_judge(steps->time, steps->other_whole, steps->count + 1, &ticks);
        due = ticks.rate;
    }
    if (!ticks.regular || ticks.rate <= 0)
        return false;
    model->each = (double)mode;
    model->rate = ticks.rate * (double)unit;
    *ret_error = ticks.rate_error * (double)unit;
    *ret_unit = (uint32_t)unit;
    return true;
}

static void report(struct isn_steps *steps, const struct whole *whole,
                   const struct isn_plane *plane, uint32_t unit, struct isn_audit *audit)
{
    bool clock = fabs(plane->rate) > CLEAR * plane->rate_error;
    bool exact = plane->each_error < 0.1;

    isn_increments_quantiles(steps, clock ? plane->rate : 0, audit);
    audit->increment.lattice = isn_increments_lattice(steps, 0);
    if (!clock)
        audit->increment.step = (uint32_t)llround(plane->each);
    audit->connection = (struct isn_per_connection){.found = true,
                                                    .exact = exact,
                                                    .k = exact ? round(plane->each) : plane->each,
                                                    .low = plane->each - 1.96 * plane->each_error,
                                                    .high = plane->each + 1.96 * plane->each_error};
    isn_increments_foreign(audit, whole->extra, whole->late, whole->seconds);
    if (clock)
        isn_increments_clock(audit, plane->rate, plane->rate_error,
                             plane->deviation / fabs(plane->rate), unit, steps->log10_p);
    isn_increments_conclude(audit, clock ? ISN_CLASS_CLOCK_COUNTER : ISN_CLASS_COUNTER,
                            steps->log10_p);
    isn_audit_note(audit, true, "steps are whole numbers of connections", plane->each,
                   whole->log10_p,
                   "80 %% of the %zu of more than one within %.2g of it, at %.8g numbers each",
                   whole->many, whole->near, plane->each);
    if (clock)
        isn_audit_note(audit, true, "clock in the order of all samples", plane->rate,
                       steps->log10_p, "%.10g numbers a second, standard error %.3g", plane->rate,
                       plane->rate_error);
}

bool isn_increments_counted(struct isn_steps *steps, struct isn_audit *audit)
{
    struct model model;
    struct isn_plane plane;
    struct whole whole;
    uint32_t unit = 1;

    if (!grow(steps, &model))
        return false;
    whole = wholeness(steps, &model);
    if (whole.many < MANY_LEAST || whole.near > NEAR || whole.log10_p > -6 ||
        (double)whole.none > NONE_SHARE * (double)steps->count)
        return false;
    /* How many connected in a pause of the sampling cannot be told to one. */
    isn_steps_plane_of(steps, steps->level, steps->other_whole, steps->usual, true, &plane);
    if (steps_on(steps, &model, &plane.rate_error, &unit)) {
        plane.each = model.each;
        plane.each_error = 0;
        plane.rate = model.rate;
        plane.deviation = unit / sqrt(12);
    } else if (plane.inseparable || !(fabs(plane.each) > CLEAR * plane.each_error) ||
               !isn_plane_stays(&plane)) {
        return false;
    }
    report(steps, &whole, &plane, unit, audit);
    return true;
}
