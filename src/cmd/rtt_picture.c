/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `--plot` keeps of the series until the picture is drawn. */
#include "cmd/rtt_picture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct picture_series {
    char *name, *source;
    struct engine_point *points;
    size_t count;
    int64_t first_at;
    struct rtt_plot_target figures;
};

static const enum rtt_plot_kind kinds[OUTCOME_COUNT] = {
    [OUTCOME_ANSWERED] = RTT_PLOT_SAMPLE,
    [OUTCOME_REFUSED] = RTT_PLOT_REFUSED,
    [OUTCOME_UNREACHABLE] = RTT_PLOT_UNREACHABLE,
    [OUTCOME_AMBIGUOUS] = RTT_PLOT_AMBIGUOUS,
    [OUTCOME_LATE] = RTT_PLOT_LATE,
    [OUTCOME_LOST] = RTT_PLOT_LOST,
};

static void keep_points(struct picture_series *series, const struct engine_result *result)
{
    series->points = malloc((result->point_count + 1) * sizeof *series->points);
    for (size_t i = 0; series->points && i < result->point_count; i++)
        if (result->points[i].outcome != OUTCOME_UNSENT)
            series->points[series->count++] = result->points[i];
}

void picture_add(struct picture *picture, const struct engine_result *result)
{
    const struct rtt_record *record = result->rtt;
    struct picture_series *grown =
        realloc(picture->series, (picture->count + 1) * sizeof *picture->series);
    struct picture_series *series;

    if (!grown)
        return;
    picture->series = grown;
    series = &grown[picture->count];
    memset(series, 0, sizeof *series);
    series->name = strdup(record->target);
    if (!series->name)
        return;
    if (record->rtt_source)
        series->source = strdup(record->rtt_source);
    if (picture->count < RTT_PLOT_TARGETS)
        keep_points(series, result);
    series->first_at = result->first_at;
    series->figures = (struct rtt_plot_target){
        .n = record->n,
        .min_ms = record->min_ms,
        .p50_ms = record->p50_ms,
        .p95_ms = record->p95_ms,
        .p99_ms = record->p99_ms,
        .max_ms = record->max_ms,
        .loss_percent = record->loss_percent,
    };
    if (result->first_at != 0 && (picture->began == 0 || result->first_at < picture->began))
        picture->began = result->first_at;
    picture->count++;
}

static struct rtt_plot_point *points_of(const struct picture *picture,
                                        const struct picture_series *series)
{
    struct rtt_plot_point *points = malloc((series->count + 1) * sizeof *points);

    for (size_t i = 0; points && i < series->count; i++) {
        const struct engine_point *point = &series->points[i];

        points[i] = (struct rtt_plot_point){
            .t_s = (double)(series->first_at - picture->began + point->at) / 1e9,
            .rtt_ms = point->rtt == OPENING_UNKNOWN ? NAN : (double)point->rtt / 1e6,
            .kind = kinds[point->outcome],
        };
    }
    return points;
}

static int draw(const struct picture *picture, struct rtt_plot_target *targets, const char *path,
                struct fault *fault)
{
    struct rtt_plot plot = {
        .title = "TCP handshake round trips", .targets = targets, .count = picture->count};

    for (size_t i = 0; i < picture->count; i++) {
        const struct picture_series *series = &picture->series[i];

        targets[i] = series->figures;
        targets[i].name = series->name;
        targets[i].points = points_of(picture, series);
        targets[i].count = targets[i].points ? series->count : 0;
        if (!plot.source)
            plot.source = series->source;
    }
    return rtt_plot_write(path, &plot, fault);
}

int picture_write(const struct picture *picture, const char *path, struct fault *fault)
{
    struct rtt_plot_target *targets = calloc(picture->count + 1, sizeof *targets);
    int error;

    if (!targets)
        return fault_set(fault, FAULT_MEMORY, 0, "out of memory");
    error = draw(picture, targets, path, fault);
    for (size_t i = 0; i < picture->count; i++)
        free((void *)(uintptr_t)targets[i].points);
    free(targets);
    return error;
}

void picture_release(struct picture *picture)
{
    for (size_t i = 0; i < picture->count; i++) {
        free(picture->series[i].name);
        free(picture->series[i].source);
        free(picture->series[i].points);
    }
    free(picture->series);
}
