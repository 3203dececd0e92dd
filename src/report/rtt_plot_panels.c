/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Round trips drawn into their panels: over time, and as a distribution. */
#include "report/rtt_plot_parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* More markers than this run into each other: a median and a band say more. */
#define MARKERS_MOST 1500
/* Points with less than this are joined by a line. */
#define JOINED_MOST  400
#define COLUMN_WIDTH 1.5 /* of a median, in points */

static const struct plot_type text_type = {8, {0.13, 0.13, 0.13}, PLOT_LEFT, false, false};
static const struct plot_type faint_type = {8, {0.40, 0.40, 0.40}, PLOT_LEFT, false, false};

static bool thinned(const struct sheet *sheet)
{
    return sheet->most > MARKERS_MOST;
}

/* ---- over time
 * ----------------------------------------------------------------------------------- */

static void draw_columns(struct sheet *sheet, size_t index)
{
    size_t columns = (size_t)(sheet->time.width / COLUMN_WIDTH);
    struct plot_point *medians = calloc(columns, sizeof *medians);
    struct plot_point *bands = calloc(columns, 2 * sizeof *bands);
    struct plot_point *cores = calloc(columns, 2 * sizeof *cores);
    const struct plot_axis *across = &sheet->time.across;
    if (!medians || !bands || !cores ||
        !rtt_columns(&sheet->data->targets[index], across->from, across->to, columns, medians,
                     bands, cores)) {
        sheet->memory_out = true;
    } else {
        struct plot_pen band = {plot_series_colour(index), 0, 0.22, false};
        struct plot_pen line = {plot_series_colour(index), 1, 0, false};
        struct plot_marker dot = {PLOT_SHAPE_CIRCLE, 1.2, line, false};
        plot_panel_bars(sheet->plot, &sheet->time, &band, bands, columns);
        plot_panel_bars(sheet->plot, &sheet->time, &band, cores, columns);
        plot_panel_line(sheet->plot, &sheet->time, &line, medians, columns);
        /* A column between two empty ones has no line. */
        plot_panel_markers(sheet->plot, &sheet->time, &dot, medians, columns);
    }
    free(medians);
    free(bands);
    free(cores);
}

/* The markers of one kind of a target. */
static void draw_kind(struct sheet *sheet, size_t index, enum rtt_plot_kind kind,
                      const struct plot_marker *marker, struct plot_point *values)
{
    const struct rtt_plot_target *target = &sheet->data->targets[index];
    size_t count = 0;
    for (size_t i = 0; i < target->count; i++)
        if (target->points[i].kind == kind && rtt_point_drawn(&target->points[i]))
            values[count++] = (struct plot_point){target->points[i].t_s, target->points[i].rtt_ms};
    plot_panel_markers(sheet->plot, &sheet->time, marker, values, count);
}

static double marker_size(const struct sheet *sheet)
{
    return sheet->most <= 60 ? 5 : sheet->most <= JOINED_MOST ? 3.6 : 2.2;
}

static void draw_markers(struct sheet *sheet, size_t index)
{
    const struct rtt_plot_target *target = &sheet->data->targets[index];
    struct plot_point *values = calloc(target->count + 1, sizeof *values);
    if (!values) {
        sheet->memory_out = true;
        return;
    }
    struct plot_colour colour = plot_series_colour(index);
    if (!thinned(sheet) && sheet->most <= JOINED_MOST) {
        struct plot_pen line = {colour, 0.7, 0.35, false};
        /* A probe without a round trip breaks the line. */
        for (size_t i = 0; i < target->count; i++)
            values[i] = rtt_point_sampled(&target->points[i])
                            ? (struct plot_point){target->points[i].t_s, target->points[i].rtt_ms}
                            : (struct plot_point){(double)NAN, (double)NAN};
        plot_panel_line(sheet->plot, &sheet->time, &line, values, target->count);
    }
    struct plot_marker marker = {
        plot_series_shape(index), marker_size(sheet), {colour, 0.8, 0, false}, false};
    if (!thinned(sheet)) {
        draw_kind(sheet, index, RTT_PLOT_SAMPLE, &marker, values);
        marker.hollow = true;
        draw_kind(sheet, index, RTT_PLOT_REFUSED, &marker, values);
    }
    struct plot_marker cross = {PLOT_SHAPE_CROSS, 5, {colour, 1.1, 0, false}, false};
    draw_kind(sheet, index, RTT_PLOT_LATE, &cross, values);
    free(values);
}

static struct plot_colour lost_colour(const struct sheet *sheet, size_t index)
{
    return sheet->drawn == 1 ? PLOT_ALARM : plot_series_colour(index);
}

/* A target's row in the strip of what has no round trip: one mark for each half point of the sheet.
 */
static void draw_strip_row(struct sheet *sheet, size_t index)
{
    const struct rtt_plot_target *target = &sheet->data->targets[index];
    double row = rtt_plot_row(sheet), y = sheet->strip.y + 1.5 + row * ((double)index + 0.5);
    bool taken[RTT_PLOT_COUNT][1024] = {{false}};
    struct plot_pen lost = {lost_colour(sheet, index), 0.9, 0, false};
    struct plot_pen faint = {PLOT_FAINT, 0.9, 0, false};
    struct plot_marker marks[RTT_PLOT_COUNT] = {
        [RTT_PLOT_LOST] = {PLOT_SHAPE_TICK, row - 1, lost, false},
        [RTT_PLOT_AMBIGUOUS] = {PLOT_SHAPE_TICK, row / 2, faint, false},
        [RTT_PLOT_LATE] = {PLOT_SHAPE_CROSS, row / 2, faint, false},
        [RTT_PLOT_UNREACHABLE] = {PLOT_SHAPE_TRIANGLE_DOWN, row / 2, faint, false},
        [RTT_PLOT_SAMPLE] = {PLOT_SHAPE_CIRCLE, 2, faint, true},
        [RTT_PLOT_REFUSED] = {PLOT_SHAPE_CIRCLE, 2, faint, true},
    };
    for (size_t i = 0; i < target->count; i++) {
        const struct rtt_plot_point *point = &target->points[i];
        double place = plot_axis_place(&sheet->strip.across, point->t_s);
        size_t column = place >= 0 && place <= 1 ? (size_t)(place * sheet->strip.width * 2) : 1024;
        if (column >= 1024 || rtt_point_drawn(point) || taken[point->kind][column])
            continue;
        taken[point->kind][column] = true;
        struct plot_point at = {sheet->strip.x + ((double)column + 0.5) / 2, y};
        plot_markers(sheet->plot, &marks[point->kind], &at, 1);
    }
}

static void draw_strip(struct sheet *sheet)
{
    const bool *seen = sheet->extent.seen;
    bool lost_only = seen[RTT_PLOT_LOST] && !seen[RTT_PLOT_AMBIGUOUS] && !seen[RTT_PLOT_LATE] &&
                     !seen[RTT_PLOT_UNREACHABLE];
    plot_panel_draw(sheet->plot, &sheet->strip);
    struct plot_type type = text_type;
    type.align = PLOT_RIGHT;
    plot_text(sheet->plot, &type, sheet->strip.x - 6,
              sheet->strip.y + sheet->strip.height / 2 + 2.9, 0, lost_only ? "lost" : "no RTT");
    for (size_t i = 0; i < sheet->drawn; i++)
        draw_strip_row(sheet, i);
}

/* What the marks mean, of those that occur, on the line of the panel's title, at its right. */
static void draw_key(struct sheet *sheet)
{
    struct plot_pen ink = {sheet->drawn == 1 ? plot_series_colour(0) : PLOT_INK, 1, 0, false};
    struct plot_pen lost = {sheet->drawn == 1 ? PLOT_ALARM : PLOT_INK, 1, 0, false};
    struct plot_pen faint = {PLOT_FAINT, 1, 0, false};
    const bool *seen = sheet->extent.seen;
    bool refused = seen[RTT_PLOT_REFUSED] && !thinned(sheet);
    struct {
        bool shown;
        struct plot_marker marker;
        const char *text;
    } entries[] = {
        {thinned(sheet) && sheet->measured,
         {PLOT_SHAPE_COUNT, 0, ink, false},
         "median, middle 90 %, min to max"},
        {refused && seen[RTT_PLOT_SAMPLE], {plot_series_shape(0), 5, ink, false}, "answered"},
        {refused, {plot_series_shape(0), 5, ink, true}, "refused"},
        {seen[RTT_PLOT_LATE], {PLOT_SHAPE_CROSS, 5, ink, false}, "late"},
        {seen[RTT_PLOT_AMBIGUOUS], {PLOT_SHAPE_TICK, 4.5, faint, false}, "ambiguous"},
        {seen[RTT_PLOT_UNREACHABLE], {PLOT_SHAPE_TRIANGLE_DOWN, 4.5, faint, false}, "unreachable"},
        {seen[RTT_PLOT_LOST], {PLOT_SHAPE_TICK, 8, lost, false}, "lost"},
    };
    size_t count = sizeof entries / sizeof entries[0];
    double width = 0, between = 10;
    for (size_t i = 0; i < count; i++)
        if (entries[i].shown)
            width += 11 + between + plot_text_width(sheet->plot, &faint_type, entries[i].text);
    double x = sheet->time.x + sheet->time.width - width + between;
    for (size_t i = 0; i < count; i++) {
        if (!entries[i].shown)
            continue;
        bool marked = entries[i].marker.shape < PLOT_SHAPE_COUNT;
        x = plot_legend(sheet->plot, x, sheet->time.y - 6, marked ? &entries[i].marker : NULL, NULL,
                        &faint_type, entries[i].text) +
            between;
    }
}

/* ---- the distribution
 * ---------------------------------------------------------------------------- */

/* A target's samples as steps: the round trip that so many per cent do not exceed. */
static void draw_share(struct sheet *sheet, size_t index)
{
    const struct rtt_plot_target *target = &sheet->data->targets[index];
    size_t n = sheet->samples[index];
    const double *sorted = sheet->sorted[index];
    if (n == 0)
        return;
    /* Two corners a step; of very many samples, two a half point of the sheet. */
    size_t steps = n < 1000 ? n : (size_t)(2 * sheet->share.width);
    struct plot_point *corners = calloc(steps, 2 * sizeof *corners);
    if (!corners) {
        sheet->memory_out = true;
        return;
    }
    double from = 0;
    for (size_t i = 0; i < steps; i++) {
        double to = n < 1000
                        ? 100 * (double)(i + 1) / (double)n
                        : plot_axis_value(&sheet->share.across, (double)(i + 1) / (double)steps);
        size_t rank = n < 1000 ? i : (size_t)fmin(to / 100 * (double)n, (double)(n - 1));
        corners[2 * i] = (struct plot_point){from, sorted[rank]};
        /* The last one ends at the axis's end: all 100 % lie infinitely far on a stretched one. */
        corners[2 * i + 1] = (struct plot_point){fmin(to, sheet->share.across.to), sorted[rank]};
        from = to;
    }
    struct plot_colour colour = plot_series_colour(index);
    plot_panel_line(sheet->plot, &sheet->share, &(struct plot_pen){colour, 1.2, 0, false}, corners,
                    2 * steps);
    free(corners);
    struct plot_marker marker = {plot_series_shape(index), 5.5, {colour, 1, 0, false}, false};
    struct plot_point marked[3] = {
        {50, target->p50_ms}, {95, target->p95_ms}, {99, target->p99_ms}};
    plot_panel_markers(sheet->plot, &sheet->share, &marker, marked, 3);
}

/* Of a single target: rules through both panels at its percentiles, named at the right. */
static void draw_percentiles(struct sheet *sheet)
{
    const struct rtt_plot_target *target = sheet->data->targets;
    const struct {
        const char *name;
        double ms;
    } marks[3] = {{"p50", target->p50_ms}, {"p95", target->p95_ms}, {"p99", target->p99_ms}};
    struct plot_pen rule = {PLOT_FAINT, 0.6, 0, true}, leader = {PLOT_FAINT, 0.5, 0, false};
    double right = sheet->share.x + sheet->share.width, lowest = 1e9;
    for (size_t i = 0; i < 3; i++) {
        double place = plot_axis_place(&sheet->share.up, marks[i].ms);
        if (!(place >= 0 && place <= 1))
            continue;
        plot_panel_rule(sheet->plot, &sheet->time, &rule, marks[i].ms);
        plot_panel_rule(sheet->plot, &sheet->share, &rule, marks[i].ms);
        double y = sheet->share.y + sheet->share.height * (1 - place);
        /* They rise; a label never lies on the one before. */
        double at = fmin(y, lowest - 11);
        lowest = at;
        char words[48], number[32];
        snprintf(words, sizeof words, "%s %s", marks[i].name, rtt_plot_ms(marks[i].ms, number));
        plot_segment(sheet->plot, &leader, right + 1, y, right + 7, at);
        plot_text(sheet->plot, &text_type, right + 9, at + 2.9, RTT_PLOT_WIDTH - right - 11, words);
    }
}

void rtt_plot_panels(struct sheet *sheet)
{
    plot_panel_draw(sheet->plot, &sheet->time);
    plot_panel_draw(sheet->plot, &sheet->share);
    if (sheet->extent.without)
        draw_strip(sheet);
    draw_key(sheet);
    if (!sheet->measured) {
        struct plot_type type = {10, PLOT_FAINT, PLOT_CENTRE, false, false};
        plot_text(sheet->plot, &type, sheet->time.x + sheet->time.width / 2,
                  sheet->time.y + sheet->time.height / 2, sheet->time.width,
                  "no round trip was measured");
        plot_text(sheet->plot, &type, sheet->share.x + sheet->share.width / 2,
                  sheet->share.y + sheet->share.height / 2, sheet->share.width, "no samples");
        return;
    }
    if (sheet->drawn == 1)
        draw_percentiles(sheet);
    for (size_t i = 0; thinned(sheet) && i < sheet->drawn; i++)
        draw_columns(sheet, i);
    for (size_t i = 0; i < sheet->drawn; i++)
        draw_markers(sheet, i);
    for (size_t i = 0; i < sheet->drawn; i++)
        draw_share(sheet, i);
}
