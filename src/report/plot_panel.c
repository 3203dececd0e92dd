/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Panels: a rectangle with two axes, and data drawn in their values. */
#include "report/plot.h"

#include <math.h>
#include <stdlib.h>

#define TEXT_SIZE  8.0
#define TITLE_SIZE 9.0
#define TICK       3.5
#define TICK_MINOR 2.0
/* Points of the page for each tick that is wanted. */
#define ACROSS_PER_TICK 62.0
#define UP_PER_TICK     34.0

static bool axis_shown(const struct plot_axis *axis)
{
    return axis->from < axis->to;
}

struct plot_point plot_panel_place(const struct plot_panel *panel, double across, double up)
{
    return (struct plot_point){
        panel->x + panel->width * plot_axis_place(&panel->across, across),
        panel->y + panel->height * (1 - plot_axis_place(&panel->up, up)),
    };
}

/* Ticks and texts below; returns how far down they reach. */
static void draw_across(struct plot *plot, const struct plot_panel *panel)
{
    struct plot_tick ticks[PLOT_TICKS_MAX];
    size_t count =
        plot_axis_ticks(&panel->across, (unsigned)(panel->width / ACROSS_PER_TICK) + 1, ticks);
    double bottom = panel->y + panel->height, free_from = -1e9;
    struct plot_pen grid = {PLOT_GRID, 0.5, 0, false}, ink = {PLOT_FAINT, 0.6, 0, false};
    struct plot_type type = {TEXT_SIZE, PLOT_INK, PLOT_CENTRE, false, false};
    for (size_t i = 0; i < count; i++) {
        double x = panel->x + panel->width * plot_axis_place(&panel->across, ticks[i].value);
        if (!ticks[i].minor)
            plot_segment(plot, &grid, x, panel->y, x, bottom);
        if (panel->across.unlabelled)
            continue;
        plot_segment(plot, &ink, x, bottom, x, bottom + (ticks[i].minor ? TICK_MINOR : TICK));
        double half = plot_text_width(plot, &type, ticks[i].text) / 2;
        if (x - half < free_from)
            continue;
        plot_text(plot, &type, x, bottom + TICK + TEXT_SIZE + 1, 0, ticks[i].text);
        free_from = ticks[i].text[0] ? x + half + 3 : free_from;
    }
    if (panel->across.label)
        plot_text(plot, &type, panel->x + panel->width / 2, bottom + TICK + 2 * TEXT_SIZE + 6,
                  panel->width + 60, panel->across.label);
}

static void draw_up(struct plot *plot, const struct plot_panel *panel)
{
    struct plot_tick ticks[PLOT_TICKS_MAX];
    size_t count = plot_axis_ticks(&panel->up, (unsigned)(panel->height / UP_PER_TICK) + 1, ticks);
    struct plot_pen grid = {PLOT_GRID, 0.5, 0, false}, ink = {PLOT_FAINT, 0.6, 0, false};
    struct plot_type type = {TEXT_SIZE, PLOT_INK, PLOT_RIGHT, false, false};
    double widest = 0;
    for (size_t i = 0; i < count; i++) {
        double y = panel->y + panel->height * (1 - plot_axis_place(&panel->up, ticks[i].value));
        if (!ticks[i].minor)
            plot_segment(plot, &grid, panel->x, y, panel->x + panel->width, y);
        if (panel->up.unlabelled)
            continue;
        plot_segment(plot, &ink, panel->x - (ticks[i].minor ? TICK_MINOR : TICK), y, panel->x, y);
        plot_text(plot, &type, panel->x - TICK - 2, y + TEXT_SIZE * 0.36, 0, ticks[i].text);
        widest = fmax(widest, plot_text_width(plot, &type, ticks[i].text));
    }
    if (panel->up.label) {
        type.align = PLOT_CENTRE;
        type.upwards = true;
        plot_text(plot, &type, panel->x - TICK - 7 - widest, panel->y + panel->height / 2,
                  panel->height + 20, panel->up.label);
    }
}

void plot_panel_draw(struct plot *plot, const struct plot_panel *panel)
{
    struct plot_pen frame = {PLOT_FAINT, 0.6, 0, false};
    struct plot_point corners[5] = {
        {panel->x, panel->y},
        {panel->x + panel->width, panel->y},
        {panel->x + panel->width, panel->y + panel->height},
        {panel->x, panel->y + panel->height},
        {panel->x, panel->y},
    };
    if (axis_shown(&panel->across))
        draw_across(plot, panel);
    if (axis_shown(&panel->up))
        draw_up(plot, panel);
    plot_stroke(plot, &frame, corners, 5);
    if (panel->title)
        plot_text(plot, &(struct plot_type){TITLE_SIZE, PLOT_INK, PLOT_LEFT, true, false}, panel->x,
                  panel->y - 6, panel->width, panel->title);
}

void plot_panel_rule(struct plot *plot, const struct plot_panel *panel, const struct plot_pen *pen,
                     double up)
{
    double place = plot_axis_place(&panel->up, up);
    double y = panel->y + panel->height * (1 - place);
    if (place >= 0 && place <= 1)
        plot_segment(plot, pen, panel->x, y, panel->x + panel->width, y);
}

/* What lies outside is moved just outside, so that lines leave the panel where they should, nearly,
 * and no number is too large for cairo. */
static double near(double place, double from, double length)
{
    return isnan(place) ? place : fmin(fmax(place, from - length), from + 2 * length);
}

/* Values to places, in memory to be freed; NULL: none or no memory. */
static struct plot_point *places(const struct plot_panel *panel, const struct plot_point *values,
                                 size_t count)
{
    struct plot_point *points = count > 0 ? calloc(count, sizeof *points) : NULL;
    for (size_t i = 0; points && i < count; i++) {
        points[i] = plot_panel_place(panel, values[i].x, values[i].y);
        points[i].x = near(points[i].x, panel->x, panel->width);
        points[i].y = near(points[i].y, panel->y, panel->height);
    }
    return points;
}

void plot_panel_line(struct plot *plot, const struct plot_panel *panel, const struct plot_pen *pen,
                     const struct plot_point *values, size_t count)
{
    struct plot_point *points = places(panel, values, count);
    if (!points)
        return;
    plot_clip(plot, panel->x, panel->y, panel->width, panel->height);
    plot_stroke(plot, pen, points, count);
    plot_unclip(plot);
    free(points);
}

void plot_panel_bars(struct plot *plot, const struct plot_panel *panel, const struct plot_pen *pen,
                     const struct plot_point *values, size_t count)
{
    struct plot_point *points = places(panel, values, 2 * count);
    if (!points)
        return;
    plot_clip(plot, panel->x, panel->y, panel->width, panel->height);
    plot_boxes(plot, pen, points, count);
    plot_unclip(plot);
    free(points);
}

void plot_panel_markers(struct plot *plot, const struct plot_panel *panel,
                        const struct plot_marker *marker, const struct plot_point *values,
                        size_t count)
{
    struct plot_point *points = count > 0 ? calloc(count, sizeof *points) : NULL;
    size_t kept = 0;
    for (size_t i = 0; points && i < count; i++) {
        struct plot_point point = plot_panel_place(panel, values[i].x, values[i].y);
        if (point.x >= panel->x - 0.01 && point.x <= panel->x + panel->width + 0.01 &&
            point.y >= panel->y - 0.01 && point.y <= panel->y + panel->height + 0.01)
            points[kept++] = point;
    }
    if (points)
        plot_markers(plot, marker, points, kept);
    free(points);
}

double plot_legend(struct plot *plot, double x, double y, const struct plot_marker *marker,
                   const struct plot_pen *line, const struct plot_type *type, const char *text)
{
    double middle = y - type->size * 0.34, length = line ? 16 : 7;
    if (line)
        plot_segment(plot, line, x, middle, x + length, middle);
    if (marker)
        plot_markers(plot, marker, &(struct plot_point){x + length / 2, middle}, 1);
    double at = x + length + 4;
    plot_text(plot, type, at, y, 0, text);
    return at + plot_text_width(plot, type, text);
}
