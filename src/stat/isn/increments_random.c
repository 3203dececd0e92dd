/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Servers that add a random increment, unless an exact generator is behind it. */
#include <math.h>

#include "stat/isn/increments.h"
#include "stat/isn/quantile.h"

#define CLEAR 8.0
/* Noise of levels, see increments_level.c; so many standard errors, as others' connections are in
 * it as well. */
#define TURNED   (-0.25)
#define WIDE     65536.0
#define SLOPE    4.0
#define ACCIDENT (-5.0)
/* Of a level that hardly goes away, fewer will do. */
#define HARDLY             0.2
#define HARDLY_ACCIDENT    (-2.0)
#define HALF_OF_DIFFERENCE 0.585786
/* Steps that took long vary so many times more than short ones: others connect in between. */
#define BUSY 2.0

/* The variance of the steps about the line, of gaps in between. */
static double variance(struct isn_steps *steps, double shortest, double longest, double rate,
                       double middle)
{
    size_t count = 0;
    double width;

    for (size_t i = 0; i < steps->count; i++) {
        if (steps->gap[i] >= shortest && steps->gap[i] <= longest)
            steps->scratch[count++] = fabs((double)steps->step[i] - middle - rate * steps->gap[i]);
    }
    if (count < 8)
        return NAN;
    width = isn_quantile(steps->scratch, count, 0.7);
    return width * width;
}

static void clock_or_others(struct isn_steps *steps, double rate, double middle, double error,
                            struct isn_audit *audit)
{
    double brief = variance(steps, -INFINITY, 2 * steps->brief, rate, middle);
    double longest;
    double wide;

    for (size_t i = 0; i < steps->count; i++)
        steps->scratch[i] = steps->gap[i];
    longest = isn_quantile(steps->scratch, steps->count, 0.9);
    wide = variance(steps, longest, INFINITY, rate, middle);
    if (wide > BUSY * brief && middle > 0) {
        audit->connection = (struct isn_per_connection){
            .found = true,
            .k = middle,
            .low = middle - 1.96 * audit->increment.deviation / sqrt((double)steps->count),
            .high = middle + 1.96 * audit->increment.deviation / sqrt((double)steps->count),
            .foreign = rate / middle,
            .foreign_log10_p = NAN};
        isn_audit_note(audit, false, "connections of others", rate / middle, NAN,
                       "%.3g a second, for steps that took long vary %.1f times more",
                       rate / middle, sqrt(wide / brief));
        return;
    }
    isn_increments_clock(audit, rate, error, audit->increment.deviation / fabs(rate), 1, NAN);
    isn_audit_note(audit, false, "clock below random increments", rate, NAN,
                   "%.6g numbers a second, standard error %.3g", rate, error);
}

/* On a busy host, that its steps turn back in short times is all that is left of a narrow number.
 */
static bool noise(struct isn_steps *steps, double rate, struct isn_audit *audit)
{
    size_t pairs;
    double turning = isn_steps_turning(steps, steps->common, 0, &pairs);
    struct isn_plane plane;
    double accident;
    double middle;
    double width;
    size_t count = 0;

    isn_steps_plane(steps, steps->usual, true, &plane);
    accident = plane.walk < HARDLY ? HARDLY_ACCIDENT : ACCIDENT;
    for (size_t i = 0; i < steps->count; i++) {
        if (steps->gap[i] <= steps->common && !steps->open[i])
            steps->scratch[count++] = (double)steps->step[i];
    }
    isn_sort(steps->scratch, count);
    /* Half of what two uniform numbers differ by lies in so much of their width. */
    width = isn_interval(steps->scratch, count, 0.5, &middle) / HALF_OF_DIFFERENCE;
    if (turning > TURNED || turning * sqrt((double)pairs) > accident || width < WIDE ||
        width < SLOPE * fabs(rate) * steps->common)
        return false;
    isn_increments_conclude(audit, ISN_CLASS_REDUCED_ENTROPY, steps->log10_p);
    audit->entropy.bits = log2(width);
    audit->entropy.byte = -1;
    isn_audit_note(audit, true, "new noise about what connections and time add", turning,
                   steps->log10_p,
                   "about 2^%.1f numbers wide, of which neighbours turn back (correlation %.2f)",
                   audit->entropy.bits, turning);
    return true;
}

int isn_increments_random(const struct isn_samples *samples, struct isn_steps *steps,
                          struct isn_audit *audit)
{
    double rate;
    double middle;
    double error = isn_steps_line(steps, steps->reach, &rate, &middle);
    bool sloped = fabs(rate) > CLEAR * error;
    int ret = isn_increments_exact(samples);

    if (ret != 0)
        return ret < 0 ? ret : 0;
    isn_increments_quantiles(steps, sloped ? rate : 0, audit);
    audit->increment.lattice = isn_increments_lattice(steps, 0);
    if (noise(steps, rate, audit))
        return 1;
    ret = isn_increments_generated(samples, steps, audit);
    if (ret != 0)
        return ret;
    isn_increments_conclude(audit, ISN_CLASS_RANDOM_INCREMENT, steps->log10_p);
    isn_audit_note(audit, true, "steps between numbers", steps->arc98 / 4294967296.0,
                   steps->log10_p, "98 %% of them within %.4g numbers, mean %.5g, lattice %u",
                   steps->arc98, audit->increment.mean, audit->increment.lattice);
    if (sloped)
        clock_or_others(steps, rate, middle, error, audit);
    return 1;
}
