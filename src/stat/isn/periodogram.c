/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The circular periodogram of numbers modulo 2^32 over a grid of rates. */
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

#include "base/err.h"
#include "stat/isn/periodogram.h"

#define NUMBERS    4294967296.0 /* 2^32 */
#define OVERSAMPLE 8

/* exp(2 pi i (y - r t) / 2^32) of one number, and what one step of the grid turns it by. */
struct phasor {
    double x, y, step_x, step_y;
};

struct points {
    const double *times;
    const uint32_t *isns;
    size_t count;
    bool centred;
};

static double angle(const struct points *points, size_t i, double rate)
{
    double turns = rate * (points->times[i] - points->times[0]) / NUMBERS;

    if (points->centred)
        turns = rate * points->times[i] / NUMBERS;
    return 2 * M_PI * (points->isns[i] / NUMBERS - (turns - floor(turns)));
}

static double power_of(const struct points *points, double x, double y)
{
    if (points->centred)
        return x > 0 ? x * x / (double)points->count : 0;
    return (x * x + y * y) / (double)points->count;
}

static double power_at(const struct points *points, double rate)
{
    double x = 0, y = 0;

    for (size_t i = 0; i < points->count; i++) {
        double a = angle(points, i, rate);

        x += cos(a);
        y += sin(a);
    }
    return power_of(points, x, y);
}

/* Golden section within one step to both sides. */
static void refine(const struct points *points, double step, struct isn_peak *peak)
{
    const double golden = 0.6180339887498949;
    double low = fmax(peak->rate - step, 0), high = peak->rate + step;
    double a = high - golden * (high - low), b = low + golden * (high - low);
    double at_a = power_at(points, a), at_b = power_at(points, b);

    for (int round = 0; round < 16; round++) {
        if (at_a > at_b) {
            high = b;
            b = a;
            at_b = at_a;
            a = high - golden * (high - low);
            at_a = power_at(points, a);
        } else {
            low = a;
            a = b;
            at_a = at_b;
            b = low + golden * (high - low);
            at_b = power_at(points, b);
        }
    }
    if (fmax(at_a, at_b) > peak->power) {
        peak->rate = at_a > at_b ? a : b;
        peak->power = fmax(at_a, at_b);
    }
}

/* log10 of the probability of such a power in any of so many independent cells. */
static double log10_chance(const struct points *points, double power, double cells)
{
    double p;

    if (!points->centred)
        return fmin(0, log10(cells) - power / M_LN10);
    /* The sum of cosines has variance n / 2. */
    p = gsl_cdf_ugaussian_Q(sqrt(2 * power));
    /* Mills' ratio, where that underflows. */
    return fmin(0, log10(cells) +
                       (p > 0 ? log10(p) : -power / M_LN10 - log10(sqrt(4 * M_PI * power))));
}

static void keep_highest(struct isn_peak *peaks, size_t *count, size_t most, double rate,
                         double power)
{
    size_t at;

    if (*count < most)
        at = (*count)++;
    else if (most > 0 && power > peaks[most - 1].power)
        at = most - 1;
    else
        return;
    for (; at > 0 && peaks[at - 1].power < power; at--)
        peaks[at] = peaks[at - 1];
    peaks[at] = (struct isn_peak){.rate = rate, .power = power};
}

/* Sums over the numbers, and turns each on by one step. */
static double step_on(const struct points *points, struct phasor *phasors)
{
    double x = 0, y = 0;

    for (size_t i = 0; i < points->count; i++) {
        struct phasor *p = &phasors[i];
        double next = p->x * p->step_x - p->y * p->step_y;

        x += p->x;
        y += p->y;
        p->y = p->x * p->step_y + p->y * p->step_x;
        p->x = next;
    }
    return power_of(points, x, y);
}

int isn_periodogram(const double *times, const uint32_t *isns, size_t count, bool centred,
                    size_t most, struct isn_peak *peaks)
{
    struct points points = {times, isns, count, centred};
    double longest = 0, step, before = 0, power = 0;
    struct phasor *phasors;
    size_t steps, kept = 0;

    for (size_t i = 0; i < count; i++)
        longest = fmax(longest, centred ? times[i] : times[i] - times[0]);
    if (!count || !(longest > 0))
        return 0;
    step = fmin(NUMBERS / (OVERSAMPLE * longest), ISN_PERIODOGRAM_TOP / 2);
    steps = (size_t)(ISN_PERIODOGRAM_TOP / step) + 1;
    phasors = malloc(count * sizeof *phasors);
    if (!phasors)
        return -FAULT_MEMORY;
    for (size_t i = 0; i < count; i++) {
        double a = angle(&points, i, 0), turn = angle(&points, i, step) - a;

        phasors[i] = (struct phasor){cos(a), sin(a), cos(turn), sin(turn)};
    }
    for (size_t i = 0; i <= steps; i++) {
        double after = i < steps ? step_on(&points, phasors) : 0;

        /* One step late: only now it is known whether it was a peak. */
        if (i > 0 && power >= before && power > after)
            keep_highest(peaks, &kept, most, (double)(i - 1) * step, power);
        before = power;
        power = after;
    }
    free(phasors);
    for (size_t i = 0; i < kept; i++) {
        refine(&points, step, &peaks[i]);
        peaks[i].log10_p =
            log10_chance(&points, peaks[i].power, fmax(1, (double)steps / OVERSAMPLE));
    }
    return (int)kept;
}
