/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Part of the audit's picture: the bits of the numbers one by one, as a map of 32 columns. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "report/isn_plot_parts.h"
#include "stat/isn/lanes.h"

#define ROWS 3
/* Standard deviations that a fair coin's 64 figures do not reach once in ten thousand pictures. */
#define ALARM 6.0
/* A recurrence this much shorter than a coin's has a chance of about 2^-32. */
#define SHORT 16.0

struct cell {
    char text[PLOT_TICK_TEXT];
    double tint; /* -1 … 1: too little, as it should be, too much */
    bool alarm;
};

static double clamp(double value)
{
    return fmin(fmax(value, -1), 1);
}

static struct cell deviation_cell(double z)
{
    struct cell cell = {.tint = 0};

    if (!isfinite(z)) {
        snprintf(cell.text, sizeof cell.text, "–");
        return cell;
    }
    plot_number(z, fabs(z) < 9.95, cell.text);
    cell.alarm = fabs(z) >= ALARM;
    /* What a coin does all the time stays white. */
    cell.tint = clamp(copysign(fmax(fabs(z) - 1.5, 0) / 8.5, z));
    return cell;
}

/* A bit that never changes says more than its deviation. */
static struct cell ones_cell(const struct isn_lanes *lanes, const struct isn_lane *lane)
{
    struct cell cell = deviation_cell(lane->ones_z);

    if (lanes->count > 1 && (lane->ones == 0 || lane->ones == lanes->count))
        snprintf(cell.text, sizeof cell.text, "all %d", lane->ones > 0);
    return cell;
}

static struct cell complexity_cell(const struct isn_lanes *lanes, size_t complexity)
{
    struct cell cell = {.tint = 0};
    double missing = (double)complexity - lanes->expected;

    plot_number((double)complexity, 0, cell.text);
    if (lanes->expected > 0)
        cell.tint = clamp(missing / lanes->expected);
    cell.alarm = fabs(missing) >= SHORT;
    /* Few numbers allow no more. */
    if (!cell.alarm)
        cell.tint = 0;
    return cell;
}

/* Blue for too little, orange for too much, on white: told apart by all eyes, and the text has a
 * sign. */
static struct plot_colour tint_colour(double tint)
{
    struct plot_colour full = plot_series_colour(tint < 0 ? 0 : 4);
    double share = pow(fabs(tint), 0.7);

    return (struct plot_colour){1 - share * (1 - full.red), 1 - share * (1 - full.green),
                                1 - share * (1 - full.blue)};
}

static void draw_cell(struct isn_sheet *sheet, const struct cell *cell, double x, double y,
                      double width, double height)
{
    bool dark = cell->tint < -0.45;
    struct plot_pen fill = {tint_colour(cell->tint), 0, 0, false};
    struct plot_pen edge = {PLOT_INK, 1.1, 0, false};
    struct plot_type type = {6.4, PLOT_INK, PLOT_CENTRE, cell->alarm, false};
    struct plot_type small = {5.8, PLOT_INK, PLOT_CENTRE, cell->alarm, false};
    struct plot_point corners[2] = {{x, y}, {x + width, y + height}};
    struct plot_point frame[5] = {{x + 1, y + 1},
                                  {x + width - 1, y + 1},
                                  {x + width - 1, y + height - 1},
                                  {x + 1, y + height - 1},
                                  {x + 1, y + 1}};

    if (plot_text_width(sheet->plot, &type, cell->text) > width - 2)
        type = small;
    if (dark)
        type.colour = (struct plot_colour){1, 1, 1};
    plot_boxes(sheet->plot, &fill, corners, 1);
    if (cell->alarm)
        plot_stroke(sheet->plot, &edge, frame, 5);
    plot_text(sheet->plot, &type, x + width / 2, y + height / 2 + 2.3, width - 0.5, cell->text);
}

static void draw_column(struct isn_sheet *sheet, const struct plot_panel *panel,
                        const struct isn_lanes *lanes, unsigned bit)
{
    const struct isn_lane *lane = &lanes->lane[bit];
    double width = panel->width / ISN_LANES, height = panel->height / ROWS;
    double x = panel->x + width * (double)(ISN_LANES - 1 - bit);
    struct plot_type type = {7, PLOT_INK, PLOT_CENTRE, false, false};
    struct cell cells[ROWS] = {
        ones_cell(lanes, lane),
        deviation_cell(lane->transitions_z),
        complexity_cell(lanes, lane->complexity),
    };
    char text[16];

    for (unsigned i = 0; i < ROWS; i++)
        draw_cell(sheet, &cells[i], x, panel->y + height * i, width, height);
    snprintf(text, sizeof text, "%u", bit);
    plot_text(sheet->plot, &type, x + width / 2, panel->y + panel->height + 9, 0, text);
}

static void draw_rows(struct isn_sheet *sheet, const struct plot_panel *panel,
                      const struct isn_lanes *lanes)
{
    static const char *const names[ROWS][2] = {
        {"ones", "(z)"}, {"changes", "(z)"}, {"linear", "complexity"}};
    struct plot_pen grid = {PLOT_GRID, 0.5, 0, false};
    struct plot_type type = {8, PLOT_INK, PLOT_RIGHT, false, false};
    struct plot_type small = {8, PLOT_INK, PLOT_CENTRE, false, false};
    double height = panel->height / ROWS;
    char text[128], number[PLOT_TICK_TEXT];

    for (unsigned i = 0; i < ROWS; i++) {
        double y = panel->y + height * i;

        plot_text(sheet->plot, &type, panel->x - 5, y + height / 2 - 2, 0, names[i][0]);
        plot_text(sheet->plot, &type, panel->x - 5, y + height / 2 + 8, 0, names[i][1]);
        if (i > 0)
            plot_segment(sheet->plot, &grid, panel->x, y, panel->x + panel->width, y);
    }
    for (unsigned byte = 1; byte < 4; byte++) {
        double x = panel->x + panel->width * byte / 4;
        plot_segment(sheet->plot, &grid, x, panel->y, x, panel->y + panel->height);
    }
    plot_number(lanes->expected, lanes->count < 100, number);
    snprintf(text, sizeof text, "bit (31: the highest); complexity of a fair coin: %s", number);
    plot_text(sheet->plot, &small, panel->x + panel->width / 2, panel->y + panel->height + 21,
              panel->width, text);
}

void isn_plot_lanes(struct isn_sheet *sheet, struct plot_panel panel)
{
    const struct isn_samples *samples = sheet->samples;
    struct isn_plot_rows telling = isn_plot_telling(sheet);
    struct isn_plot_note note = {sheet, &panel, panel.x};
    size_t most = telling.count < ISN_LANES_MOST ? telling.count : ISN_LANES_MOST;
    uint32_t *isns = calloc(most + 1, sizeof *isns);
    struct isn_lanes lanes;
    char number[32], text[160];

    if (!isns) {
        sheet->memory_out = true;
        return;
    }
    for (size_t i = 0; i < most; i++)
        isns[i] = samples->rows[telling.rows ? telling.rows[i] : i].isn;
    isn_lanes_measure(isns, most, &lanes);
    free(isns);
    if (most == 0) {
        isn_plot_panel(sheet, &panel);
        isn_plot_empty(sheet, &panel, "no samples");
        return;
    }
    for (unsigned bit = 0; bit < ISN_LANES; bit++)
        draw_column(sheet, &panel, &lanes, bit);
    draw_rows(sheet, &panel, &lanes);
    isn_plot_panel(sheet, &panel);
    snprintf(text, sizeof text,
             "%s%s %s; z: standard deviations from a fair coin; framed: such a coin does not "
             "do that",
             most < telling.count ? "the first " : "", isn_plot_count((double)most, number),
             telling.rows ? telling.words : "samples in order");
    isn_plot_words(&note, text);
}
