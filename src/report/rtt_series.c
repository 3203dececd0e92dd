/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Round trips thinned out and sorted for a picture. */
#include "report/rtt_series.h"

#include <math.h>
#include <stdlib.h>

bool rtt_point_drawn(const struct rtt_plot_point *point)
{
    bool timed = point->kind == RTT_PLOT_SAMPLE || point->kind == RTT_PLOT_REFUSED ||
                 point->kind == RTT_PLOT_LATE;
    return timed && isfinite(point->t_s) && isfinite(point->rtt_ms) && point->rtt_ms >= 0;
}

bool rtt_point_sampled(const struct rtt_plot_point *point)
{
    return rtt_point_drawn(point) && point->kind != RTT_PLOT_LATE;
}

struct rtt_extent rtt_extent_of(const struct rtt_plot_target *targets, size_t count)
{
    struct rtt_extent extent = {
        .t_low = (double)INFINITY,
        .t_high = -(double)INFINITY,
        .rtt_low = (double)INFINITY,
        .rtt_high = -(double)INFINITY,
    };
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < targets[i].count; j++) {
            const struct rtt_plot_point *point = &targets[i].points[j];
            if (!isfinite(point->t_s))
                continue;
            extent.t_low = fmin(extent.t_low, point->t_s);
            extent.t_high = fmax(extent.t_high, point->t_s);
            extent.seen[point->kind] = true;
            if (rtt_point_drawn(point)) {
                extent.rtt_low = fmin(extent.rtt_low, point->rtt_ms);
                extent.rtt_high = fmax(extent.rtt_high, point->rtt_ms);
            } else {
                extent.without = true;
            }
        }
    }
    return extent;
}

static int compare_numbers(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double *rtt_sorted(const struct rtt_plot_target *target, size_t *ret_count)
{
    *ret_count = 0;
    double *sorted = target->count > 0 ? calloc(target->count, sizeof *sorted) : NULL;
    for (size_t i = 0; sorted && i < target->count; i++)
        if (rtt_point_sampled(&target->points[i]))
            sorted[(*ret_count)++] = target->points[i].rtt_ms;
    if (sorted)
        qsort(sorted, *ret_count, sizeof *sorted, compare_numbers);
    return sorted;
}

struct placed {
    size_t column;
    double rtt_ms;
};

static int compare_placed(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;
    if (x->column != y->column)
        return x->column < y->column ? -1 : 1;
    return (x->rtt_ms > y->rtt_ms) - (x->rtt_ms < y->rtt_ms);
}

/* A column's two corners between these shares of its `count` samples; NaN for none. */
static void set_box(struct plot_point corners[2], double left, double right,
                    const struct placed *samples, size_t count, double low, double high)
{
    double y[2] = {(double)NAN, (double)NAN};
    if (count > 0) {
        y[0] = samples[(size_t)floor((double)(count - 1) * low)].rtt_ms;
        y[1] = samples[(size_t)ceil((double)(count - 1) * high)].rtt_ms;
    }
    corners[0] = (struct plot_point){left, y[0]};
    corners[1] = (struct plot_point){right, y[1]};
}

bool rtt_columns(const struct rtt_plot_target *target, double from, double to, size_t columns,
                 struct plot_point *medians, struct plot_point *bands, struct plot_point *cores)
{
    struct placed *placed = calloc(target->count + 1, sizeof *placed);
    if (!placed)
        return false;
    size_t count = 0;
    double width = (to - from) / (double)columns;
    for (size_t i = 0; i < target->count; i++) {
        const struct rtt_plot_point *point = &target->points[i];
        double column = floor((point->t_s - from) / width);
        if (rtt_point_sampled(point) && column >= 0 && column < (double)columns)
            placed[count++] = (struct placed){(size_t)column, point->rtt_ms};
    }
    qsort(placed, count, sizeof *placed, compare_placed);
    size_t at = 0;
    for (size_t column = 0; column < columns; column++) {
        const struct placed *samples = &placed[at];
        size_t first = at;
        while (at < count && placed[at].column == column)
            at++;
        double left = from + width * (double)column, right = left + width;
        struct plot_point middle[2];
        set_box(middle, left, right, samples, at - first, 0.5, 0.5);
        medians[column] = (struct plot_point){left + width / 2, middle[0].y};
        set_box(&bands[2 * column], left, right, samples, at - first, 0, 1);
        set_box(&cores[2 * column], left, right, samples, at - first, 0.05, 0.95);
    }
    free(placed);
    return true;
}
