/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Judges servers whose numbers go up: with time, with connections, or at random. */
#include "stat/isn/increments.h"

#include <math.h>
#include <string.h>

#include "stat/isn/clock_name.h"
#include "stat/isn/quantile.h"

bool isn_increments_can_be_told(const struct isn_samples *samples)
{
    return samples->count - samples->fixed_count >= ISN_INCREMENTS_OTHERS;
}

void isn_increments_conclude(struct isn_audit *audit, enum isn_class class, double log10_p)
{
    audit->class = class;
    audit->severity = isn_class_severity(class);
    audit->log10_p = log10_p;
}

void isn_increments_clock(struct isn_audit *audit, double rate, double error, double residual,
                          double step, double log10_p)
{
    const struct isn_clock_name *known;

    audit->clock = (struct isn_clock){.found = true,
                                      .rate = rate,
                                      .low = rate - 1.96 * error,
                                      .high = rate + 1.96 * error,
                                      .nominal = NAN,
                                      .ppm = NAN,
                                      .residual = residual,
                                      .wrap = 4294967296.0 / fabs(rate),
                                      .step = step > 1 ? step : 1,
                                      .uptime = NAN,
                                      .log10_p = log10_p};
    known = isn_clock_name(rate, audit->clock.low, audit->clock.high);
    if (known) {
        audit->clock.nominal = known->rate;
        audit->clock.name = known->name;
        audit->clock.ppm = (rate / known->rate - 1) * 1e6;
    }
}

uint32_t isn_increments_lattice(const struct isn_steps *steps, int64_t each)
{
    uint64_t lattice = 0;

    for (size_t i = 0; i < steps->count && lattice != 1; i++) {
        int64_t rest = steps->step[i] - each;

        if (!steps->open[i])
            lattice = isn_gcd(lattice, (uint64_t)(rest < 0 ? -rest : rest));
    }
    return lattice > UINT32_MAX ? 0 : (uint32_t)lattice;
}

void isn_increments_quantiles(struct isn_steps *steps, double rate, struct isn_audit *audit)
{
    struct isn_increment *increment = &audit->increment;
    double sum = 0;
    double squares = 0;
    double middle;
    size_t count = 0;

    *increment = (struct isn_increment){.found = true, .tick_rate = NAN, .uptime = NAN};
    for (size_t i = 0; i < steps->count; i++) {
        double value = (double)steps->step[i] - rate * steps->gap[i];

        if (steps->open[i] || steps->gap[i] > steps->reach)
            continue;
        steps->scratch[count++] = value;
        sum += value;
    }
    if (count == 0)
        return;
    increment->mean = sum / (double)count;
    for (size_t i = 0; i < count; i++) {
        double rest = steps->scratch[i] - increment->mean;

        squares += rest * rest;
    }
    increment->deviation = sqrt(squares / (double)count);
    isn_sort(steps->scratch, count);
    increment->arc50 = isn_interval(steps->scratch, count, 0.50, &middle);
    increment->arc98 = isn_interval(steps->scratch, count, 0.98, &middle);
    increment->q05 = isn_quantile(steps->scratch, count, 0.05);
    increment->q50 = isn_quantile(steps->scratch, count, 0.50);
    increment->q95 = isn_quantile(steps->scratch, count, 0.95);
}

/* Half of what is lost, or of any other thing that the time has no part in, would come in the
 * longer half of the gaps; Chernoff's bound. */
void isn_increments_foreign(struct isn_audit *audit, double extra, double late, double seconds)
{
    double share = extra > 0 ? late / extra : 0;
    double log_p;

    audit->connection.foreign = seconds > 0 ? extra / seconds : NAN;
    audit->connection.foreign_log10_p = NAN;
    if (extra < 1 || share <= 0.5)
        return;
    log_p = share < 1 ? share * log(2 * share) + (1 - share) * log(2 * (1 - share)) : log(2);
    audit->connection.foreign_log10_p = -extra * log_p / log(10);
}

static int judge(const struct isn_samples *samples, struct isn_steps *steps,
                 struct isn_audit *audit)
{
    struct isn_plane plane;
    double rate;
    double middle;
    int ret;

    isn_steps_plane(steps, INFINITY, true, &plane);
    isn_steps_line(steps, INFINITY, &rate, &middle);
    if (isn_steps_by_tuple(samples, steps, plane.rate, plane.each) ||
        isn_steps_by_tuple(samples, steps, rate, middle)) {
        isn_audit_note(audit, false, "steps depend on the tuple", NAN, NAN,
                       "those of the fixed tuple are more regular than the others");
        return 0;
    }
    if (isn_increments_tick(steps, audit) || isn_increments_stepping(steps, audit))
        return 1;
    ret = isn_increments_level(samples, steps, audit);
    if (ret != 0)
        return ret;
    if (isn_increments_counted(steps, audit))
        return 1;
    return isn_increments_random(samples, steps, audit);
}

int isn_judge_increments(const struct isn_samples *samples, struct isn_audit *audit)
{
    struct isn_steps steps;
    int ret;

    if (samples->count < ISN_AUDIT_LEAST)
        return 0;
    if (!isn_increments_can_be_told(samples)) {
        isn_audit_note(audit, false, "steps between numbers", NAN, NAN,
                       "not tested, nearly all samples are of one tuple");
        return 0;
    }
    ret = isn_steps_make(samples, &steps);
    if (ret < 0)
        return ret;
    if (steps.family) {
        ret = judge(samples, &steps, audit);
    } else {
        isn_audit_note(audit, false, "steps between numbers", steps.arc98 / 4294967296.0,
                       steps.log10_p, "98 %% of them take %.2f of the circle, at the best rate",
                       steps.arc98 / 4294967296.0);
    }
    isn_steps_release(&steps);
    return ret;
}
