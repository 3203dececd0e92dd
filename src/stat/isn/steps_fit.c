/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines and planes through steps between initial sequence numbers. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stat/isn/quantile.h"
#include "stat/isn/steps.h"

/* Steps farther from the line than so many times the median are no part of it. */
#define OUTLIER 8.0

/* The deviation of rounding, with room to spare (that of a whole number from all in it is 0.29). */
#define ROUNDING 0.5
/* Of random walks of any length, at most 1 in 1000 comes below. */
#define STAYS        0.085
#define STAYS_TURNED 0.17
/* The part of a step that is reckoned with at least: noise of other kinds turns back as well. */
#define OWN_LEAST 0.75
/* The correlation is that of noise; and is no accident, in standard errors. */
#define TURNED   (-0.25)
#define ACCIDENT (-2.0)

bool isn_plane_turns(const struct isn_plane *plane)
{
    return plane->turning < TURNED && plane->turning * sqrt(plane->pairs) < ACCIDENT;
}

bool isn_plane_stays(const struct isn_plane *plane)
{
    /* The part of a step that is no noise of the levels, which turns back at once: a walk among
     * noise is shorter for its steps, and half of them turn back. */
    double own = fmax(sqrt(fmax(1 + 2 * fmin(plane->turning, 0), 0)), OWN_LEAST);
    bool noise = plane->turning < -0.5 + 3 / sqrt(fmax(plane->pairs, 1));

    return plane->walk < STAYS * own ||
           (plane->walk < STAYS_TURNED && noise && isn_plane_turns(plane));
}

struct sums {
    double n, t, i, u, tt, ti, ii, tu, iu, uu;
};

static double counted(const int64_t *counts, size_t first, size_t j)
{
    return counts ? (double)(counts[j] - counts[first]) : (double)(j - first);
}

/* The sums of one run of samples about its own means, added up. */
static void add_run(const struct isn_steps *steps, const int64_t *levels, const int64_t *counts,
                    size_t first, size_t end, struct sums *sums)
{
    double n = (double)(end - first);
    double t = 0;
    double u = 0;
    double mean_i = 0;

    for (size_t j = first; j < end; j++) {
        t += steps->time[j] - steps->time[first];
        u += (double)(levels[j] - levels[first]);
        mean_i += counted(counts, first, j);
    }
    t /= n;
    u /= n;
    mean_i /= n;
    for (size_t j = first; j < end; j++) {
        double dt = steps->time[j] - steps->time[first] - t;
        double du = (double)(levels[j] - levels[first]) - u;
        double di = counted(counts, first, j) - mean_i;

        sums->tt += dt * dt;
        sums->ti += dt * di;
        sums->ii += di * di;
        sums->tu += dt * du;
        sums->iu += di * du;
        sums->uu += du * du;
    }
    sums->n += n;
}

static size_t run_end(const struct isn_steps *steps, size_t first, double longest)
{
    size_t end = first + 1;

    while (end <= steps->count && steps->gap[end - 1] <= longest)
        end++;
    return end;
}

static double residual(const struct isn_steps *steps, const int64_t *levels, const int64_t *counts,
                       const struct isn_plane *plane, size_t first, size_t j)
{
    return (double)(levels[j] - levels[first]) -
           plane->rate * (steps->time[j] - steps->time[first]) -
           plane->each * counted(counts, first, j);
}

/* How the residuals are spread, and whether they come back. */
static void judge(const struct isn_steps *steps, const int64_t *levels, const int64_t *counts,
                  double longest, const struct sums *sums, size_t runs, struct isn_plane *plane)
{
    double squares = 0;
    double step_squares = 0;
    double products = 0;
    double level_products = 0;
    size_t step_count = 0;

    for (size_t first = 0, end; first <= steps->count; first = end) {
        double mean = 0;
        double before = 0;
        double step_before = 0;

        end = run_end(steps, first, longest);
        for (size_t j = first; j < end; j++)
            mean += residual(steps, levels, counts, plane, first, j);
        mean /= (double)(end - first);
        for (size_t j = first; j < end; j++) {
            double value = residual(steps, levels, counts, plane, first, j) - mean;
            double step = value - before;

            squares += value * value;
            if (j > first) {
                level_products += value * before;
                step_squares += step * step;
                step_count++;
            }
            if (j > first + 1)
                products += step * step_before;
            plane->pairs += j > first + 1;
            before = value;
            step_before = step;
        }
    }

    double length = sums->n / (double)runs;
    double kept = squares > 0 ? fmax(level_products / squares, 0) : 0;
    double wide = (1 + fmin(kept, 0.9999)) / (1 - fmin(kept, 0.9999));
    double variance = squares / fmax(sums->n - (double)runs - 2, 1);
    double determinant = sums->tt * sums->ii - sums->ti * sums->ti;

    plane->deviation = sqrt(variance);
    plane->step_deviation = step_count ? sqrt(step_squares / (double)step_count) : 0;
    /* Within rounding to whole numbers nothing walks: what is left may be the arithmetic's own. */
    plane->walk =
        plane->deviation > ROUNDING ? plane->deviation / (plane->step_deviation * sqrt(length)) : 0;
    plane->turning = step_squares > 0 ? products / step_squares : 0;
    /* Residuals that go together tell as much as fewer that do not. */
    if (plane->each != 0 && determinant > 0) {
        plane->rate_error = sqrt(variance * wide * sums->ii / determinant);
        plane->each_error = sqrt(variance * wide * sums->tt / determinant);
    } else {
        plane->rate_error = sums->tt > 0 ? sqrt(variance * wide / sums->tt) : INFINITY;
        plane->each_error = INFINITY;
    }
}

void isn_steps_plane_of(const struct isn_steps *steps, const int64_t *levels, const int64_t *counts,
                        double longest, bool with_index, struct isn_plane *ret_plane)
{
    struct sums sums = {0};
    struct isn_plane plane = {0};
    size_t runs = 0;
    double determinant;

    for (size_t first = 0, end; first <= steps->count; first = end) {
        end = run_end(steps, first, longest);
        add_run(steps, levels, counts, first, end, &sums);
        runs++;
    }
    determinant = sums.tt * sums.ii - sums.ti * sums.ti;
    plane.inseparable = !(determinant > 1e-9 * sums.tt * sums.ii);
    if (with_index && !plane.inseparable) {
        plane.rate = (sums.tu * sums.ii - sums.iu * sums.ti) / determinant;
        plane.each = (sums.iu * sums.tt - sums.tu * sums.ti) / determinant;
    } else if (sums.tt > 0) {
        plane.rate = sums.tu / sums.tt;
    }
    judge(steps, levels, counts, longest, &sums, runs, &plane);
    *ret_plane = plane;
}

void isn_steps_plane(const struct isn_steps *steps, double longest, bool with_index,
                     struct isn_plane *ret_plane)
{
    isn_steps_plane_of(steps, steps->level, NULL, longest, with_index, ret_plane);
}

double isn_steps_line(struct isn_steps *steps, double longest, double *ret_rate, double *ret_middle)
{
    double rate = 0;
    double middle = 0;
    double error = INFINITY;
    double limit = INFINITY;

    for (int round = 0; round < 3; round++) {
        double n = 0, t = 0, u = 0, tt = 0, tu = 0, uu = 0;
        size_t count = 0;

        for (size_t i = 0; i < steps->count; i++) {
            double gap = steps->gap[i], step = (double)steps->step[i];

            if (gap > longest || fabs(step - middle - rate * gap) > limit)
                continue;
            n++;
            t += gap;
            u += step;
        }
        if (n < 3)
            break;
        t /= n;
        u /= n;
        for (size_t i = 0; i < steps->count; i++) {
            double gap = steps->gap[i], step = (double)steps->step[i];

            if (gap > longest || fabs(step - middle - rate * gap) > limit)
                continue;
            tt += (gap - t) * (gap - t);
            tu += (gap - t) * (step - u);
            uu += (step - u) * (step - u);
        }
        rate = tt > 0 ? tu / tt : 0;
        middle = u - rate * t;
        error = tt > 0 ? sqrt(fmax(uu - rate * tu, 0) / (n - 2) / tt) : INFINITY;
        for (size_t i = 0; i < steps->count; i++) {
            if (steps->gap[i] <= longest)
                steps->scratch[count++] =
                    fabs((double)steps->step[i] - middle - rate * steps->gap[i]);
        }
        limit = OUTLIER * isn_quantile(steps->scratch, count, 0.5);
        if (!(limit > 0))
            break;
    }
    *ret_rate = rate;
    *ret_middle = middle;
    return error;
}

double isn_steps_turning(struct isn_steps *steps, double longest, double rate, size_t *ret_pairs)
{
    size_t count = 0;
    double squares = 0;
    double products = 0;
    double before = NAN;
    double middle;
    double limit;

    *ret_pairs = 0;
    for (size_t i = 0; i < steps->count; i++) {
        if (steps->gap[i] <= longest && !steps->open[i])
            steps->scratch[count++] = (double)steps->step[i] - rate * steps->gap[i];
    }
    middle = isn_quantile(steps->scratch, count, 0.5);
    for (size_t i = 0; i < count; i++)
        steps->scratch[i] = fabs(steps->scratch[i] - middle);
    limit = OUTLIER * isn_quantile(steps->scratch, count, 0.5);
    for (size_t i = 0; i < steps->count; i++) {
        double value = (double)steps->step[i] - rate * steps->gap[i] - middle;

        if (steps->gap[i] > longest || steps->open[i] || fabs(value) > limit) {
            before = NAN;
            continue;
        }
        if (!isnan(before)) {
            ++*ret_pairs;
            products += value * before;
            squares += (value * value + before * before) / 2;
        }
        before = value;
    }
    return squares > 0 ? products / squares : 0;
}

size_t isn_steps_mode(struct isn_steps *steps, int64_t *ret_mode, size_t *ret_count)
{
    size_t count = 0;
    size_t most = 0;

    for (size_t i = 0; i < steps->count; i++) {
        if (steps->gap[i] <= steps->brief && !steps->open[i])
            steps->scratch[count++] = (double)steps->step[i];
    }
    isn_sort(steps->scratch, count);
    for (size_t i = 0, same; i < count; i += same) {
        same = 1;
        while (i + same < count && steps->scratch[i + same] == steps->scratch[i])
            same++;
        if (same > most) {
            most = same;
            *ret_mode = (int64_t)steps->scratch[i];
        }
    }
    *ret_count = count;
    return most;
}

bool isn_steps_by_tuple(const struct isn_samples *samples, struct isn_steps *steps, double rate,
                        double each)
{
    size_t fixed = 0;
    size_t other = 0;
    uint32_t port;
    uint32_t src;
    double factor;

    if (samples->fixed_count < 8)
        return false;
    port = samples->rows[samples->fixed[0]].port;
    src = samples->rows[samples->fixed[0]].src;
    for (size_t i = 1; i < samples->fixed_count && samples->fixed[i] <= steps->count; i++) {
        size_t a = samples->fixed[i - 1], b = samples->fixed[i];

        steps->scratch[fixed++] =
            fabs((double)(steps->level[b] - steps->level[a]) -
                 rate * (steps->time[b] - steps->time[a]) - each * (double)(b - a));
    }
    for (size_t i = 0; i < steps->count; i++) {
        const struct isn_sample *row = &samples->rows[i];

        if ((row[0].port == port && row[0].src == src && row[1].port == port && row[1].src == src))
            continue;
        steps->other_scratch[other++] = fabs((double)steps->step[i] - rate * steps->gap[i] - each);
    }
    if (other < 8)
        return false;
    /* Medians of few are as far apart by chance. */
    factor = fixed < 32 ? 8 : fixed < 128 ? 4 : 2.5;
    return factor * isn_quantile(steps->scratch, fixed, 0.5) <
           isn_quantile(steps->other_scratch, other, 0.5);
}
