/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The picture of a series of round trips: two panels, a table that is the legend too, and notes. */
#include "report/rtt_plot.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "report/rtt_plot_parts.h"

/* The page, in points. */
#define PAGE_WIDTH   RTT_PLOT_WIDTH
#define MARGIN       22.0
#define PANEL_X      66.0
#define PANEL_Y      80.0
#define PANEL_HEIGHT 268.0
#define GAP          16.0 /* between the panels */
#define STRIP_GAP    3.0  /* between the time panel and what had no round trip */
#define AXIS_HEIGHT  46.0 /* ticks, texts and label below a panel */
#define ROW          14.0 /* of the table */
#define COLUMN       58.0
#define NOTE         12.0

/* The distribution's axis stretches its tail from this number of samples on. */
#define TAIL_FROM 20
/* The largest and least round trip differ by this factor: logarithmic. */
#define LOG_FROM 20.0

static const struct plot_type text_type = {8, {0.13, 0.13, 0.13}, PLOT_LEFT, false, false};
static const struct plot_type faint_type = {8, {0.40, 0.40, 0.40}, PLOT_LEFT, false, false};

double rtt_plot_row(const struct sheet *sheet)
{
    return sheet->drawn <= 2 ? 9 : 5.5;
}

const char *rtt_plot_ms(double ms, char text[32])
{
    if (isfinite(ms) && fabs(ms) < 1e12)
        text_show_duration(llround(ms * 1e6), "µ", text, 32);
    else
        snprintf(text, 32, "–");
    return text;
}

/* ---- the panels' places and axes
 * ----------------------------------------------------------------- */

static void lay_out_times(struct sheet *sheet)
{
    struct plot_axis *across = &sheet->time.across;
    double low = sheet->extent.t_low, high = sheet->extent.t_high;
    if (!(low <= high))
        low = high = 0;
    double span = high - low;
    const char *unit = plot_unit_s(span > 0 ? fmax(fabs(low), fabs(high)) : 1, &across->unit);
    /* A single moment stands at the left of a second. */
    across->from = span > 0 ? low - span * 0.02 : low - 0.05;
    across->to = span > 0 ? high + span * 0.02 : low + 0.97;
    snprintf(sheet->times_label, sizeof sheet->times_label, "time since the first probe (%s)",
             unit);
    across->label = sheet->times_label;
}

static void lay_out_round_trips(struct sheet *sheet)
{
    struct plot_axis *up = &sheet->time.up;
    double low = sheet->extent.rtt_low, high = sheet->extent.rtt_high;
    if (!sheet->measured)
        return;
    bool logarithmic = low > 0 && high / low > LOG_FROM;
    up->scale = logarithmic ? PLOT_SCALE_LOG : PLOT_SCALE_LINEAR;
    plot_axis_fit(up, low, high);
    const char *unit = plot_unit_ms(logarithmic ? sqrt(low * high) : high, &up->unit);
    snprintf(sheet->trips_label, sizeof sheet->trips_label, "round trip (%s%s)", unit,
             logarithmic ? ", logarithmic" : "");
    up->label = sheet->trips_label;
    sheet->share.up = *up;
    sheet->share.up.label = NULL;
    sheet->share.up.unlabelled = true;
}

static void lay_out_shares(struct sheet *sheet)
{
    struct plot_axis *across = &sheet->share.across;
    if (!sheet->measured)
        return;
    bool tail = sheet->most >= TAIL_FROM;
    across->scale = tail ? PLOT_SCALE_TAIL : PLOT_SCALE_LINEAR;
    across->from = 0;
    across->to = tail ? 100 * (1 - 0.5 / (double)sheet->most) : 100;
    across->label =
        tail ? "per cent of samples no slower (tail stretched)" : "per cent of samples no slower";
}

static void lay_out(struct sheet *sheet)
{
    bool one = sheet->drawn == 1 && sheet->measured;
    double right = one ? 84 : MARGIN;
    sheet->time = (struct plot_panel){
        .x = PANEL_X, .y = PANEL_Y, .width = 452, .height = PANEL_HEIGHT, .title = "Over time"};
    sheet->share = (struct plot_panel){.x = PANEL_X + 452 + GAP,
                                       .y = PANEL_Y,
                                       .width = PAGE_WIDTH - right - PANEL_X - 452 - GAP,
                                       .height = PANEL_HEIGHT,
                                       .title = "Distribution"};
    lay_out_times(sheet);
    lay_out_round_trips(sheet);
    lay_out_shares(sheet);
    if (sheet->extent.without) {
        sheet->strip = sheet->time;
        sheet->strip.title = NULL;
        sheet->strip.up = (struct plot_axis){0};
        sheet->strip.height = rtt_plot_row(sheet) * (double)sheet->drawn + 3;
        sheet->strip.y = PANEL_Y + PANEL_HEIGHT + STRIP_GAP;
        sheet->time.across.unlabelled = true;
        sheet->time.across.label = NULL;
    }
}

/* ---- words around them
 * --------------------------------------------------------------------------- */

static void draw_head(struct sheet *sheet)
{
    plot_text(sheet->plot, &(struct plot_type){14, PLOT_INK, PLOT_LEFT, true, false}, MARGIN, 30,
              PAGE_WIDTH - 2 * MARGIN, sheet->data->title);
    if (sheet->data->subtitle)
        plot_text(sheet->plot, &(struct plot_type){9, PLOT_FAINT, PLOT_LEFT, false, false}, MARGIN,
                  46, PAGE_WIDTH - 2 * MARGIN, sheet->data->subtitle);
}

/* A row of the table; returns the y of the next. The last text belongs to the rightmost column. */
#define TABLE_COLUMNS 7
static void draw_numbers(struct sheet *sheet, const struct plot_type *type, double y,
                         const char *const texts[TABLE_COLUMNS])
{
    struct plot_type right = *type;
    right.align = PLOT_RIGHT;
    for (size_t i = 0; i < TABLE_COLUMNS; i++)
        plot_text(sheet->plot, &right,
                  PAGE_WIDTH - MARGIN - COLUMN * (double)(TABLE_COLUMNS - 1 - i), y, COLUMN - 4,
                  texts[i]);
}

static double draw_table(struct sheet *sheet, double y)
{
    static const char *const heads[TABLE_COLUMNS] = {"n",   "lost", "min", "median",
                                                     "p95", "p99",  "max"};
    double names = PAGE_WIDTH - 2 * MARGIN - COLUMN * TABLE_COLUMNS;
    plot_text(sheet->plot, &faint_type, MARGIN + 15, y, 0, "target");
    draw_numbers(sheet, &faint_type, y, heads);
    plot_segment(sheet->plot, &(struct plot_pen){PLOT_FAINT, 0.5, 0, false}, MARGIN, y + 4,
                 PAGE_WIDTH - MARGIN, y + 4);
    for (size_t i = 0; i < sheet->drawn; i++) {
        const struct rtt_plot_target *target = &sheet->data->targets[i];
        char texts[TABLE_COLUMNS][32];
        y += ROW;
        struct plot_marker marker = {
            plot_series_shape(i), 6, {plot_series_colour(i), 1, 0, false}, false};
        plot_markers(sheet->plot, &marker, &(struct plot_point){MARGIN + 5, y - 2.7}, 1);
        plot_text(sheet->plot, &text_type, MARGIN + 15, y, names, target->name);
        snprintf(texts[0], sizeof texts[0], "%lld", (long long)(target->n > 0 ? target->n : 0));
        if (isfinite(target->loss_percent)) {
            double loss = target->loss_percent;
            plot_number(loss, loss == floor(loss) ? 0 : loss < 1 ? 2 : 1, texts[1]);
            strncat(texts[1], " %", sizeof texts[1] - strlen(texts[1]) - 1);
        } else {
            snprintf(texts[1], sizeof texts[1], "–");
        }
        const double times[] = {target->min_ms, target->p50_ms, target->p95_ms, target->p99_ms,
                                target->max_ms};
        const char *shown[TABLE_COLUMNS] = {texts[0], texts[1]};
        for (size_t j = 0; j < sizeof times / sizeof times[0]; j++)
            shown[2 + j] = rtt_plot_ms(times[j], texts[2 + j]);
        draw_numbers(sheet, &text_type, y, shown);
    }
    return y + ROW;
}

static double draw_notes(struct sheet *sheet, double y)
{
    const struct rtt_plot *data = sheet->data;
    char text[512];
    size_t at = 0;
    y += 6;
    if (data->count > sheet->drawn) {
        text_append(text, sizeof text, &at, "not drawn (%zu more): ", data->count - sheet->drawn);
        for (size_t i = sheet->drawn; i < data->count; i++)
            text_append(text, sizeof text, &at, "%s%s", i > sheet->drawn ? ", " : "",
                        data->targets[i].name);
        plot_text(sheet->plot, &faint_type, MARGIN, y, PAGE_WIDTH - 2 * MARGIN, text);
        y += NOTE;
    }
    at = 0;
    text_append(text, sizeof text, &at, "times: %s",
                data->source ? data->source : "source unknown");
    plot_text(sheet->plot, &faint_type, MARGIN, y, PAGE_WIDTH - 2 * MARGIN, text);
    return y + NOTE;
}

/* How high the page must be for what comes on it. */
static double page_height(const struct sheet *sheet)
{
    double strip = sheet->extent.without ? sheet->strip.height + STRIP_GAP : 0;
    bool rest = sheet->data->count > sheet->drawn;
    return PANEL_Y + PANEL_HEIGHT + strip + AXIS_HEIGHT + ROW * (double)(sheet->drawn + 1) + 6 +
           NOTE * (rest ? 2 : 1) + 6;
}

int rtt_plot_write(const char *path, const struct rtt_plot *data, struct fault *fault)
{
    struct sheet sheet = {
        .data = data,
        .drawn = data->count < RTT_PLOT_TARGETS ? data->count : RTT_PLOT_TARGETS,
    };
    int error = plot_check_path(path, fault);
    if (error)
        return error;
    sheet.extent = rtt_extent_of(data->targets, sheet.drawn);
    sheet.measured = sheet.extent.rtt_low <= sheet.extent.rtt_high;
    for (size_t i = 0; i < sheet.drawn; i++) {
        sheet.sorted[i] = rtt_sorted(&data->targets[i], &sheet.samples[i]);
        sheet.memory_out |= !sheet.sorted[i] && data->targets[i].count > 0;
        sheet.most = sheet.samples[i] > sheet.most ? sheet.samples[i] : sheet.most;
    }
    lay_out(&sheet);
    sheet.plot = plot_open(path, PAGE_WIDTH, page_height(&sheet), data->title, fault);
    if (sheet.plot) {
        draw_head(&sheet);
        rtt_plot_panels(&sheet);
        double below = sheet.extent.without ? sheet.strip.y + sheet.strip.height
                                            : sheet.time.y + sheet.time.height;
        draw_notes(&sheet, draw_table(&sheet, below + AXIS_HEIGHT));
    }
    for (size_t i = 0; i < sheet.drawn; i++)
        free(sheet.sorted[i]);
    if (sheet.plot && sheet.memory_out) {
        plot_drop(sheet.plot);
        return fault_set(fault, FAULT_MEMORY, 0, "out of memory for the picture '%s'", path);
    }
    return sheet.plot ? plot_close(sheet.plot, fault)
                      : -(int)(fault ? fault->code : FAULT_INTERNAL);
}
