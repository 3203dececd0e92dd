/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parts of the audit's picture: the sizes of the steps, and the phase space. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "report/isn_plot_parts.h"

/* ---- sizes of the steps
 * -------------------------------------------------------------------------- */

#define SHARE_UNIT 0.01 /* per cent */
#define APART_SIZE 3.4

/* Shares as bars from the axis up. */
static void draw_bars(struct isn_sheet *sheet, const struct plot_panel *panel,
                      const struct plot_pen *pen, const double shares[ISN_PLOT_SIZES])
{
    struct plot_point bars[2 * ISN_PLOT_SIZES];
    size_t count = 0;

    for (size_t i = 0; i < ISN_PLOT_SIZES; i++) {
        if (shares[i] <= 0)
            continue;
        bars[2 * count] = (struct plot_point){(double)i - 0.92, panel->up.from};
        bars[2 * count++ + 1] = (struct plot_point){(double)i - 0.08, shares[i]};
    }
    plot_panel_bars(sheet->plot, panel, pen, bars, count);
}

/* Half of uniform numbers are 2^31 or more, a quarter below that at least 2^30, and so on. */
static void draw_uniform(struct isn_sheet *sheet, const struct plot_panel *panel,
                         const struct plot_pen *pen)
{
    struct plot_point line[2 * ISN_PLOT_SIZES];

    for (size_t i = 0; i < ISN_PLOT_SIZES; i++) {
        double share = pow(2, (double)(i > 0 ? i : 1) - ISN_PLOT_SIZES);

        line[2 * i] = (struct plot_point){(double)i - 1, share};
        line[2 * i + 1] = (struct plot_point){(double)i, share};
    }
    plot_panel_line(sheet->plot, panel, pen, line, 2 * ISN_PLOT_SIZES);
}

/* The steps within the fixed tuple. */
static void draw_fixed(struct isn_sheet *sheet, const struct plot_panel *panel,
                       struct isn_plot_note *note)
{
    const struct isn_samples *samples = sheet->samples;
    struct plot_marker marker = {
        PLOT_SHAPE_CIRCLE, 4, {plot_series_colour(0), 0.9, 0, false}, false};
    struct plot_point points[ISN_PLOT_SIZES];
    double shares[ISN_PLOT_SIZES];
    size_t count = 0;

    if (isn_plot_sizes(samples, samples->fixed, samples->fixed_count, shares) == 0)
        return;
    for (size_t i = 0; i < ISN_PLOT_SIZES; i++)
        if (shares[i] > 0)
            points[count++] = (struct plot_point){(double)i - 0.5, shares[i]};
    plot_panel_markers(sheet->plot, panel, &marker, points, count);
    isn_plot_entry(note, &marker, "fixed tuple", 0);
}

void isn_plot_differences(struct isn_sheet *sheet, struct plot_panel panel)
{
    struct isn_plot_note note = {sheet, &panel, panel.x};
    struct plot_pen bars = {plot_series_colour(5), 0, 0, false};
    struct plot_pen line = {PLOT_INK, 1.1, 0, true};
    struct plot_marker box = {PLOT_SHAPE_SQUARE, 6, bars, false};
    double shares[ISN_PLOT_SIZES];
    struct isn_plot_rows telling = isn_plot_telling(sheet);
    size_t differences = isn_plot_sizes(sheet->samples, telling.rows, telling.count, shares);

    if (differences == 0) {
        isn_plot_panel(sheet, &panel);
        isn_plot_empty(sheet, &panel, "fewer than two samples");
        return;
    }
    panel.across = (struct plot_axis){
        .from = -1.5, .to = 32.5, .label = "log₂ of the step to the next, modulo 2³² (−1: none)"};
    panel.up = (struct plot_axis){.scale = PLOT_SCALE_LOG,
                                  .from = 0.4 / (double)differences,
                                  .to = 1.6,
                                  .unit = SHARE_UNIT,
                                  .label = "share of the steps (%)"};
    isn_plot_panel(sheet, &panel);
    draw_bars(sheet, &panel, &bars, shares);
    draw_uniform(sheet, &panel, &line);
    isn_plot_entry(&note, &box, telling.words, 0);
    draw_fixed(sheet, &panel, &note);
    note.x = plot_legend(sheet->plot, note.x, panel.y - 5, NULL, &line,
                         &(struct plot_type){7.5, PLOT_FAINT, PLOT_LEFT, false, false}, "uniform");
}

/* ---- phase space
 * --------------------------------------------------------------------------------- */

struct space {
    double low, high; /* of all three coordinates */
    double unit;
    char label[3][64];
    const char *suffix;
};

/* Zalewski's coordinates: the step to the i-th number, the one before it, and the one before that.
 */
static void steps_to(const struct isn_samples *samples, const size_t *rows, size_t i,
                     double coordinates[3])
{
    for (size_t k = 0; k < 3; k++) {
        size_t to = rows ? rows[i - k] : i - k, from = rows ? rows[i - k - 1] : i - k - 1;

        coordinates[k] = isn_wrap(samples->rows[from].isn, samples->rows[to].isn);
    }
}

static void measure_space(struct isn_sheet *sheet, const struct isn_plot_rows *telling,
                          struct space *space)
{
    const struct isn_samples *samples = sheet->samples;
    struct plot_axis axis = {0};
    double low = 0, high = 0, span;
    char label[64];

    for (size_t i = 3; i < telling->count; i++) {
        double steps[3];
        steps_to(samples, telling->rows, i, steps);
        sheet->scratch[i - 3] = steps[0];
    }
    if (!isn_plot_range(sheet->scratch, telling->count - 3, &low, &high))
        sheet->memory_out = true;
    low = fmin(low, 0);
    high = fmax(high, 0);
    span = high - low;
    space->low = low - fmax(span * 0.06, 2);
    space->high = high + fmax(span * 0.06, 2);
    if (span > ISN_PLOT_NUMBERS * 0.9) {
        space->low = -ISN_PLOT_NUMBERS / 2;
        space->high = ISN_PLOT_NUMBERS / 2;
    }
    isn_plot_axis(&axis, space->low, space->high, "", label);
    space->unit = axis.unit;
    space->suffix = axis.unit >= 1e9   ? " (10⁹)"
                    : axis.unit >= 1e6 ? " (10⁶)"
                    : axis.unit >= 1e3 ? " (10³)"
                                       : "";
    snprintf(space->label[0], sizeof space->label[0], "x: the step%s", space->suffix);
    snprintf(space->label[1], sizeof space->label[1], "y: the step before%s", space->suffix);
}

/* Which points: all samples in their order, the fixed tuple's alone. */
struct cloud {
    const size_t *rows;
    size_t count;
    struct plot_marker marker;
    const char *words;
};

static void draw_flat(struct isn_sheet *sheet, struct plot_panel *panel, const struct space *space,
                      const struct cloud *clouds, size_t count)
{
    struct isn_plot_note note = {sheet, panel, panel->x};
    size_t outside = 0;
    char text[64];

    panel->across = (struct plot_axis){
        .from = space->low, .to = space->high, .unit = space->unit, .label = space->label[0]};
    panel->up = panel->across;
    panel->up.label = space->label[1];
    isn_plot_panel(sheet, panel);
    for (size_t k = 0; k < count; k++) {
        size_t points = 0;

        for (size_t i = 3; i < clouds[k].count; i++) {
            double at[3];
            steps_to(sheet->samples, clouds[k].rows, i, at);
            sheet->points[points++] = (struct plot_point){at[0], at[1]};
            outside += fmin(at[0], at[1]) < space->low || fmax(at[0], at[1]) > space->high;
        }
        isn_plot_draw(sheet, panel, &clouds[k].marker, sheet->points, points);
        isn_plot_entry(&note, &clouds[k].marker, clouds[k].words, points);
    }
    if (outside > 0) {
        snprintf(text, sizeof text, "%zu outside", outside);
        isn_plot_words(&note, text);
    }
}

/* ---- the cube
 * ------------------------------------------------------------------------------------ */

struct view {
    double x, y, scale; /* the cube's middle on the page; half an edge */
};

/* Coordinates from -1 to 1, looked at along the diagonal: x to the right and towards us, y to the
 * left and towards us, z up. */
static struct plot_point project(const struct view *view, double x, double y, double z)
{
    return (struct plot_point){view->x + view->scale * (x - y) * 0.8660254,
                               view->y + view->scale * ((x + y) * 0.5 - z)};
}

static void draw_edges(struct isn_sheet *sheet, const struct view *view)
{
    struct plot_pen back = {PLOT_GRID, 0.8, 0, false}, frame = {PLOT_FAINT, 0.7, 0, false};
    static const signed char lines[][6] = {
        {-1, -1, -1, 1, -1, -1}, {-1, -1, -1, -1, 1, -1}, {-1, -1, -1, -1, -1, 1},
        {1, -1, -1, 1, 1, -1},   {-1, 1, -1, 1, 1, -1},   {1, -1, -1, 1, -1, 1},
        {-1, 1, -1, -1, 1, 1},   {-1, -1, 1, 1, -1, 1},   {-1, -1, 1, -1, 1, 1},
    };

    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        const signed char *line = lines[i];
        struct plot_point from = project(view, line[0], line[1], line[2]);
        struct plot_point to = project(view, line[3], line[4], line[5]);

        plot_segment(sheet->plot, i < 3 ? &back : &frame, from.x, from.y, to.x, to.y);
    }
}

static void draw_names(struct isn_sheet *sheet, const struct view *view,
                       const struct plot_panel *panel, const struct space *space)
{
    struct plot_type type = {8, PLOT_INK, PLOT_CENTRE, false, false};
    struct plot_point x = project(view, 0, 1, -1), y = project(view, 1, 0, -1);
    struct plot_point z = project(view, -1, 1, 0);
    char low[PLOT_TICK_TEXT], high[PLOT_TICK_TEXT], text[128];
    unsigned decimals = (space->high - space->low) / space->unit < 20;

    plot_text(sheet->plot, &type, x.x - 12, x.y + 12, 0, "x");
    plot_text(sheet->plot, &type, y.x + 12, y.y + 12, 0, "y");
    plot_text(sheet->plot, &type, z.x - 10, z.y, 0, "z");
    plot_number(space->low / space->unit, decimals, low);
    plot_number(space->high / space->unit, decimals, high);
    snprintf(text, sizeof text, "z: the step before y's; all from %s to %s%s", low, high,
             space->suffix);
    plot_text(sheet->plot, &type, panel->x + panel->width / 2, panel->y + panel->height + 25,
              panel->width + 50, text);
}

/* Places on the page of a cloud's points, and of their shadows on the floor. */
static size_t place_cloud(struct isn_sheet *sheet, const struct view *view,
                          const struct space *space, const struct cloud *cloud, bool shadows)
{
    size_t count = 0;
    double half = (space->high - space->low) / 2, middle = space->low + half;

    for (size_t i = 3; i < cloud->count; i++) {
        double at[3];
        bool inside = true;

        steps_to(sheet->samples, cloud->rows, i, at);
        for (size_t k = 0; k < 3; k++) {
            at[k] = (at[k] - middle) / half;
            inside &= fabs(at[k]) <= 1;
        }
        if (inside)
            sheet->points[count++] = project(view, at[0], at[1], shadows ? -1 : at[2]);
    }
    return count;
}

/* isn_plot_draw() takes values of a panel: here they are places on the page. */
static struct plot_panel page_itself(void)
{
    return (struct plot_panel){0,
                               0,
                               ISN_PLOT_WIDTH,
                               ISN_PLOT_HEIGHT,
                               {.from = 0, .to = ISN_PLOT_WIDTH},
                               {.from = ISN_PLOT_HEIGHT, .to = 0},
                               NULL};
}

static void draw_cube(struct isn_sheet *sheet, const struct plot_panel *panel,
                      const struct space *space, const struct cloud *clouds, size_t count)
{
    struct view view = {panel->x + panel->width / 2, panel->y + panel->height / 2 + 2,
                        panel->height / 4 - 2};
    struct plot_panel page = page_itself();
    struct plot_marker shadow = {PLOT_SHAPE_DOT, 1.6, {{0.80, 0.80, 0.80}, 1, 0, false}, false};
    struct isn_plot_note note = {sheet, panel, panel->x};

    draw_edges(sheet, &view);
    draw_names(sheet, &view, panel, space);
    for (size_t k = 0; k < count; k++) {
        size_t points = place_cloud(sheet, &view, space, &clouds[k], true);
        isn_plot_draw(sheet, &page, &shadow, sheet->points, points);
    }
    for (size_t k = 0; k < count; k++) {
        size_t points = place_cloud(sheet, &view, space, &clouds[k], false);
        isn_plot_draw(sheet, &page, &clouds[k].marker, sheet->points, points);
    }
    isn_plot_entry(&note, &shadow, "shadow on the floor", 0);
}

void isn_plot_phase(struct isn_sheet *sheet, struct plot_panel flat, struct plot_panel cube)
{
    const struct isn_samples *samples = sheet->samples;
    struct isn_plot_rows telling = isn_plot_telling(sheet);
    struct cloud clouds[] = {
        {telling.rows, telling.count, isn_plot_marker(ISN_PLOT_VARYING, telling.count),
         telling.words},
        {samples->fixed, samples->fixed_count,
         isn_plot_marker(ISN_PLOT_FIXED, samples->fixed_count), "fixed tuple"},
    };
    /* A clock's cloud is small beside that of a hash, and must be seen. */
    if (sheet->model.near && clouds[1].marker.size < APART_SIZE)
        clouds[1].marker.size = APART_SIZE;
    size_t count = samples->fixed_count > 3 ? 2 : 1;
    struct space space = {0};

    if (telling.count < 4) {
        isn_plot_panel(sheet, &flat);
        isn_plot_empty(sheet, &flat, "fewer than four samples");
        isn_plot_panel(sheet, &cube);
        isn_plot_empty(sheet, &cube, "fewer than four samples");
        return;
    }
    measure_space(sheet, &telling, &space);
    draw_flat(sheet, &flat, &space, clouds, count);
    isn_plot_title(sheet, &cube);
    draw_cube(sheet, &cube, &space, clouds, count);
}
