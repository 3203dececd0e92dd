/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Servers whose numbers stay near a line of time and connections: clocks, clocks with a counter,
 * and noise about them. */
#include <math.h>
#include <string.h>

#include "stat/isn/increments.h"
#include "stat/isn/quantile.h"

/* A rate or a number a connection that is there: so many standard errors. */
#define CLEAR 8.0
#define GAIN  1.15
#define ALIKE 2.0
/* Neighbours turn back, and that is no accident: the correlation, and its standard errors. */
#define TURNED   (-0.2)
#define ACCIDENT (-1.5)
/* Noise of levels that is none of times: wider than that, and later than that (s). */
#define WIDE 65536.0
#define LATE 0.02
/* A clock that was set: a step so many times that of all but few others. */
#define SET       20.0
#define SET_LOST  6.0
#define REST_MOST 0x1p46
#define SET_SHARE 0.002
/* A clock that goes round in more than that (s) has not done so since the start. */
#define ROUND_LEAST 1e6

/* The steps at which the clock was set, as at midnight, taken out of the levels, and those in which
 * lost probes may have counted; how many of the former. */
static size_t settle(struct isn_steps *steps, int64_t *levels, double *ret_jump)
{
    size_t most = (size_t)fmax(1, SET_SHARE * (double)steps->count);
    size_t jumps = 0;
    double jump = 0;

    memcpy(levels, steps->level, (steps->count + 1) * sizeof *levels);
    for (int round = 0; round < 6; round++) {
        struct isn_plane plane;
        double limit;
        size_t all = 0;
        size_t now = 0;

        /* What is to be found bends the plane; a line has no use for it, but knows no pause. */
        isn_steps_plane_of(steps, levels, NULL, INFINITY, true, &plane);
        if (round == 0)
            isn_steps_line(steps, steps->usual, &plane.rate, &plane.each);
        for (size_t i = 0; i < steps->count; i++)
            steps->scratch[i] =
                fabs((double)(levels[i + 1] - levels[i]) - plane.rate * steps->gap[i] - plane.each);
        memcpy(steps->other_scratch, steps->scratch, steps->count * sizeof *steps->scratch);
        limit = SET * fmax(isn_quantile(steps->other_scratch, steps->count, 0.95), 1);
        for (size_t i = 0; i < steps->count; i++) {
            if (round == 0 && steps->gap[i] > steps->usual)
                steps->scratch[i] = 0;
            /* Where a probe was lost it is expected. */
            if (steps->open[i])
                steps->scratch[i] *= SET / SET_LOST;
            all += steps->scratch[i] > limit;
            now += steps->scratch[i] > limit && !steps->open[i];
        }
        if (now > most) {
            memcpy(levels, steps->level, (steps->count + 1) * sizeof *levels);
            return 0;
        }
        if (all == 0 && round > 0)
            break;
        jumps = now > jumps ? now : jumps;

        int64_t shift = 0;
        int64_t before = levels[0];

        for (size_t i = 0; i < steps->count; i++) {
            int64_t step = levels[i + 1] - before;

            before = levels[i + 1];
            if (steps->scratch[i] > limit) {
                double rest = (double)step - plane.rate * steps->gap[i] - plane.each;

                shift -= llround(fmax(fmin(rest, REST_MOST), -REST_MOST));
                if (round == 0 && !steps->open[i] && jump == 0)
                    jump = rest;
            }
            levels[i + 1] += shift;
        }
    }
    *ret_jump = jump;
    return jumps;
}

/* The widths of the arcs with 90 and 99 % of the levels about the plane. */
static void widths(struct isn_steps *steps, const int64_t *levels, const struct isn_plane *plane,
                   double *ret_arc90, double *ret_arc99)
{
    size_t count = 0;
    double middle;

    for (size_t i = 0; i <= steps->count; i++)
        steps->scratch[count++] = (double)(levels[i] - levels[0]) - plane->rate * steps->time[i] -
                                  plane->each * (double)i;
    isn_sort(steps->scratch, count);
    *ret_arc90 = isn_interval(steps->scratch, count, 0.90, &middle);
    *ret_arc99 = isn_interval(steps->scratch, count, 0.99, &middle);
}

/* By how much the times may be late: what the round trips say, or what is usual. */
static double late(const struct isn_samples *samples, struct isn_steps *steps)
{
    size_t count = 0;
    double low;

    for (size_t i = 0; i <= steps->count; i++) {
        if (samples->rows[i].rtt > 0)
            steps->scratch[count++] = (double)samples->rows[i].rtt / 1e9;
    }
    if (count < 16)
        return LATE;
    low = isn_quantile(steps->scratch, count, 0.05);
    return fmax(LATE, isn_quantile(steps->scratch, count, 0.95) - low);
}

static void noise(struct isn_steps *steps, const struct isn_plane *plane, double arc99,
                  double turning, struct isn_audit *audit)
{
    double bits = log2(arc99 + 1);

    isn_increments_quantiles(steps, plane->rate, audit);
    audit->increment.lattice = isn_increments_lattice(steps, 0);
    audit->entropy.bits = bits;
    audit->entropy.byte = -1;
    isn_increments_conclude(audit, ISN_CLASS_REDUCED_ENTROPY, steps->log10_p);
    isn_audit_note(audit, true, "new noise about a line of time and connections", turning,
                   steps->log10_p,
                   "99 %% within 2^%.1f numbers, of which neighbours turn back (correlation %.2f)",
                   bits, turning);
}

static void per_connection(const struct isn_plane *plane, struct isn_audit *audit)
{
    double low = plane->each - 1.96 * plane->each_error;
    double high = plane->each + 1.96 * plane->each_error;
    double whole = round(plane->each);

    audit->connection = (struct isn_per_connection){
        .found = true,
        .exact = plane->each_error < 0.1 && fabs(plane->each - whole) < 4 * plane->each_error,
        .k = plane->each,
        .low = low,
        .high = high,
        .foreign = NAN,
        .foreign_log10_p = NAN};
    if (audit->connection.exact)
        audit->connection.k = whole;
}

static void uptime(const struct isn_samples *samples, const struct isn_steps *steps,
                   struct isn_audit *audit)
{
    const struct isn_sample *last = &samples->rows[steps->count];

    if (audit->class == ISN_CLASS_CLOCK && audit->clock.wrap >= ROUND_LEAST &&
        audit->clock.rate > 0)
        audit->clock.uptime = (double)last->isn / audit->clock.rate;
}

int isn_increments_level(const struct isn_samples *samples, struct isn_steps *steps,
                         struct isn_audit *audit)
{
    int64_t *levels = steps->whole;
    struct isn_plane both;
    struct isn_plane time_only;
    struct isn_plane near;
    const struct isn_plane *plane = &both;
    double jump = 0;
    size_t jumps = settle(steps, levels, &jump);
    bool clock;
    bool counter;
    double arc90;
    double arc99;
    double turning;
    size_t pairs;
    double span = INFINITY;

    /* One pause would hide a walk in what went on in it. */
    isn_steps_plane_of(steps, levels, NULL, steps->usual, true, &near);
    if (!isn_plane_stays(&near))
        return 0;
    isn_steps_plane_of(steps, levels, NULL, span, true, &both);
    if (!isn_plane_stays(&both)) {
        span = steps->usual;
        both = near;
    }
    isn_steps_plane_of(steps, levels, NULL, span, false, &time_only);
    counter = !both.inseparable && fabs(both.each) > CLEAR * both.each_error &&
              time_only.deviation * time_only.deviation > GAIN * both.deviation * both.deviation;
    /* Gaps that are much alike: time alone will do if it does nearly as well. */
    if (fabs(both.rate) <= CLEAR * both.rate_error && isn_plane_stays(&time_only) &&
        time_only.deviation < ALIKE * both.deviation)
        counter = false;
    if (!counter)
        plane = &time_only;
    /* Where gaps are alike, time and index fit nearly everything, and noise of the times that is
     * multiplied by a rate of their own making looks like steps of a walk: the plane that is told
     * is the one that must hold. */
    if (!isn_plane_stays(plane))
        return 0;
    clock = fabs(plane->rate) > CLEAR * plane->rate_error;
    turning = isn_steps_turning(steps, steps->common, 0, &pairs);
    widths(steps, levels, plane, &arc90, &arc99);
    if (turning < TURNED && turning * sqrt((double)pairs) < ACCIDENT &&
        (!clock || (arc90 > WIDE && plane->deviation / fabs(plane->rate) > late(samples, steps)))) {
        int ret = isn_increments_exact(samples);

        if (ret != 0)
            return ret < 0 ? ret : 0;
        noise(steps, plane, arc99, turning, audit);
        if (counter)
            per_connection(plane, audit);
        if (clock)
            isn_increments_clock(audit, plane->rate, plane->rate_error,
                                 plane->deviation / fabs(plane->rate), 1, steps->log10_p);
        return 1;
    }
    if (!clock)
        return 0;
    isn_increments_quantiles(steps, plane->rate, audit);
    audit->increment.lattice = isn_increments_lattice(steps, 0);
    isn_increments_clock(audit, plane->rate, plane->rate_error,
                         plane->deviation / fabs(plane->rate),
                         counter ? 1 : (double)audit->increment.lattice, steps->log10_p);
    if (counter)
        per_connection(plane, audit);
    isn_increments_conclude(audit, counter ? ISN_CLASS_CLOCK_COUNTER : ISN_CLASS_CLOCK,
                            steps->log10_p);
    uptime(samples, steps, audit);
    isn_audit_note(audit, true, "clock in the order of all samples", plane->rate, steps->log10_p,
                   "%.10g numbers a second, standard error %.3g, levels within %.3g us of it",
                   plane->rate, plane->rate_error, plane->deviation / fabs(plane->rate) * 1e6);
    isn_audit_note(audit, true, "levels stay near the line", both.walk, NAN,
                   "%.3f of what steps at random would add up to", both.walk);
    isn_audit_note(audit, counter, "numbers a connection", both.each, NAN,
                   "%.6g with a standard error of %.3g", both.each, both.each_error);
    if (jumps > 0)
        isn_audit_note(audit, false, "clock was set", jump, NAN,
                       "%zu times, the first by %.10g numbers", jumps, jump);
    return 1;
}
