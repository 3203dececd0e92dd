/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The page of the audit's picture: its parts' places, its head and its foot. */
#include "report/isn_plot.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "report/isn_plot_parts.h"

/* Points of the page. */
#define MARGIN       24.0
#define COLUMN       325.0 /* from one part to the next */
#define LEFT         68.0  /* of the first panel */
#define PANEL_WIDTH  257.0
#define ROW_FIRST    92.0
#define ROW_SECOND   326.0
#define ROW_THIRD    560.0
#define PANEL_HEIGHT 166.0
#define LAST_HEIGHT  106.0
/* More markers of one kind run into each other, and make a large file: then so many are drawn. */
#define MARKERS_MOST 2500
#define MARKERS_SOME 1500
/* With more of them they are small. */
#define MARKERS_LARGE 250

static const struct plot_type note_type = {7.5, {0.40, 0.40, 0.40}, PLOT_LEFT, false, false};

const char *isn_plot_count(double number, char text[32])
{
    char digits[PLOT_TICK_TEXT];
    size_t at = 0, length;

    plot_number(number, 0, digits);
    for (length = 0; digits[length];)
        length++;
    for (size_t i = 0; i < length && at < 30; i++) {
        if (i > 0 && (length - i) % 3 == 0 && digits[i - 1] != '-' && digits[0] != 'h')
            text[at++] = ',';
        text[at++] = digits[i];
    }
    text[at] = '\0';
    return text;
}

struct plot_marker isn_plot_marker(enum isn_plot_series series, size_t count)
{
    bool large = count <= MARKERS_LARGE;
    struct plot_marker marker = {.pen = {plot_series_colour(0), 0.9, 0, false}};

    switch (series) {
    case ISN_PLOT_FIXED:
        marker.shape = PLOT_SHAPE_DOT;
        marker.size = large ? 3.4 : 2.1;
        break;
    case ISN_PLOT_VARYING:
        marker.shape = PLOT_SHAPE_CROSS;
        marker.pen.colour = plot_series_colour(1);
        marker.pen.width = large ? 0.9 : 0.6;
        marker.size = large ? 3.6 : 2.3;
        break;
    case ISN_PLOT_OTHER_SOURCE:
        marker.shape = PLOT_SHAPE_TRIANGLE;
        marker.pen.colour = plot_series_colour(2);
        marker.pen.width = 0.8;
        marker.size = large ? 4.2 : 3.2;
        marker.hollow = true;
        break;
    }
    return marker;
}

void isn_plot_draw(struct isn_sheet *sheet, const struct plot_panel *panel,
                   const struct plot_marker *marker, const struct plot_point *values, size_t count)
{
    size_t wanted = count <= MARKERS_MOST ? count : MARKERS_SOME;
    struct plot_point *picked = calloc(wanted + 1, sizeof *picked);

    sheet->memory_out |= !picked;
    for (size_t i = 0; picked && i < wanted; i++)
        picked[i] = values[isn_plot_pick(i, wanted, count)];
    if (picked)
        plot_panel_markers(sheet->plot, panel, marker, picked, wanted);
    free(picked);
}

void isn_plot_title(struct isn_sheet *sheet, const struct plot_panel *panel)
{
    struct plot_type type = {9, PLOT_INK, PLOT_LEFT, true, false};

    plot_text(sheet->plot, &type, panel->x, panel->y - 17, panel->width, panel->title);
}

void isn_plot_panel(struct isn_sheet *sheet, const struct plot_panel *panel)
{
    struct plot_panel untitled = *panel;

    untitled.title = NULL;
    plot_panel_draw(sheet->plot, &untitled);
    isn_plot_title(sheet, panel);
}

struct isn_plot_rows isn_plot_telling(const struct isn_sheet *sheet)
{
    if (sheet->model.apart && sheet->various_count >= 4)
        return (struct isn_plot_rows){sheet->various, sheet->various_count, sheet->various_words};
    return (struct isn_plot_rows){NULL, sheet->samples->count, "all in order"};
}

static double room_left(const struct isn_plot_note *note)
{
    return note->panel->x + note->panel->width - note->x;
}

void isn_plot_entry(struct isn_plot_note *note, const struct plot_marker *marker, const char *text,
                    size_t count)
{
    char words[128], number[PLOT_TICK_TEXT];
    struct plot_marker shown = *marker;
    double y = note->panel->y - 5;

    shown.size = fmax(shown.size, 3.2);
    if (count > MARKERS_MOST) {
        plot_number((double)count / MARKERS_SOME, count < 10 * MARKERS_SOME, number);
        snprintf(words, sizeof words, "%s (1 in %s drawn)", text, number);
    } else {
        snprintf(words, sizeof words, "%s", text);
    }
    if (room_left(note) < 40)
        return;
    plot_markers(note->sheet->plot, &shown, &(struct plot_point){note->x + 3, y - 2.6}, 1);
    note->x += 9;
    plot_text(note->sheet->plot, &note_type, note->x, y, room_left(note), words);
    note->x += plot_text_width(note->sheet->plot, &note_type, words) + 9;
}

void isn_plot_words(struct isn_plot_note *note, const char *text)
{
    if (room_left(note) < 20)
        return;
    plot_text(note->sheet->plot, &note_type, note->x, note->panel->y - 5, room_left(note), text);
    note->x += plot_text_width(note->sheet->plot, &note_type, text) + 9;
}

void isn_plot_empty(struct isn_sheet *sheet, const struct plot_panel *panel, const char *text)
{
    struct plot_type type = {9, PLOT_FAINT, PLOT_CENTRE, false, false};

    plot_text(sheet->plot, &type, panel->x + panel->width / 2, panel->y + panel->height / 2,
              panel->width - 10, text);
}

/* ---- axes of numbers
 * ----------------------------------------------------------------------------- */

static const char *unit_of(double most, double span, double *ret_unit)
{
    /* Numbers that differ in their last places only are written out. */
    bool whole = most < 1e5 || span < most * 1e-4;
    *ret_unit = whole ? 1 : most >= 1e9 ? 1e9 : most >= 1e6 ? 1e6 : 1e3;
    return whole ? "" : most >= 1e9 ? " (10⁹)" : most >= 1e6 ? " (10⁶)" : " (10³)";
}

void isn_plot_axis(struct plot_axis *axis, double low, double high, const char *what,
                   char label[64])
{
    const char *unit;

    if (low == high && fabs(low) < 1) {
        axis->from = low - 1;
        axis->to = high + 1;
    } else {
        plot_axis_fit(axis, low, high);
    }
    if (axis->to - axis->from < 4) { /* whole numbers only */
        axis->from = floor(low) - 2;
        axis->to = ceil(high) + 2;
    }
    unit = unit_of(fmax(fabs(low), fabs(high)), axis->to - axis->from, &axis->unit);
    snprintf(label, 64, "%s%s", what, unit);
    axis->label = label;
}

void isn_plot_axis_all(struct plot_axis *axis, const char *what, char label[64])
{
    axis->from = 0;
    axis->to = ISN_PLOT_NUMBERS;
    axis->unit = 1e9;
    snprintf(label, 64, "%s (10⁹)", what);
    axis->label = label;
}

/* ---- head and foot
 * ------------------------------------------------------------------------------- */

/* How bad it is, with a shape of its own. */
static struct plot_marker severity_marker(enum isn_severity severity)
{
    static const struct {
        enum plot_shape shape;
        size_t colour;
    } looks[ISN_SEVERITY_COUNT] = {
        [ISN_SEVERITY_UNKNOWN] = {PLOT_SHAPE_CIRCLE, 7},
        [ISN_SEVERITY_GOOD] = {PLOT_SHAPE_CIRCLE, 2},
        [ISN_SEVERITY_INFO] = {PLOT_SHAPE_SQUARE, 0},
        [ISN_SEVERITY_MEDIUM] = {PLOT_SHAPE_DIAMOND, 4},
        [ISN_SEVERITY_HIGH] = {PLOT_SHAPE_TRIANGLE, 1},
        [ISN_SEVERITY_CRITICAL] = {PLOT_SHAPE_STAR, 1},
    };
    struct plot_pen pen = {plot_series_colour(looks[severity].colour), 1, 0, false};

    return (struct plot_marker){looks[severity].shape, 13, pen, severity == ISN_SEVERITY_UNKNOWN};
}

static void draw_head(struct isn_sheet *sheet, const struct isn_plot *data)
{
    struct plot_type type = {15, PLOT_INK, PLOT_LEFT, true, false};
    struct plot_type below = {9.5, PLOT_FAINT, PLOT_LEFT, false, false};
    struct plot_marker marker = severity_marker(data->audit->severity);
    double width = ISN_PLOT_WIDTH - 2 * MARGIN - 22, shown;
    char verdict[128], number[32], text[256];
    size_t at = 0;

    /* A long name must not push the verdict off the page. */
    snprintf(verdict, sizeof verdict, "%s · severity %s · n = %s",
             isn_class_name(data->audit->class), isn_severity_word(data->audit->severity),
             isn_plot_count((double)data->samples->count, number));
    plot_markers(sheet->plot, &marker, &(struct plot_point){MARGIN + 7, 25}, 1);
    shown = plot_text_width(sheet->plot, &type, verdict);
    plot_text(sheet->plot, &type, MARGIN + 22, 30, 0, verdict);
    type.bold = false;
    type.align = PLOT_RIGHT;
    if (data->target)
        plot_text(sheet->plot, &type, ISN_PLOT_WIDTH - MARGIN, 30, width - shown - 16,
                  data->target);
    text_append(text, sizeof text, &at, "initial sequence numbers: %s",
                isn_class_summary(data->audit->class));
    if (data->audit->why)
        text_append(text, sizeof text, &at, "; %s", data->audit->why);
    plot_text(sheet->plot, &below, MARGIN + 22, 48, width, text);
    plot_segment(sheet->plot, &(struct plot_pen){PLOT_GRID, 0.8, 0, false}, MARGIN, 57,
                 ISN_PLOT_WIDTH - MARGIN, 57);
}

static void draw_foot(struct isn_sheet *sheet, const struct isn_plot *data)
{
    struct plot_type type = note_type;
    char text[512];
    size_t at = 0;
    double y = ISN_PLOT_HEIGHT - 9, shown = 0;

    /* Of a file the target is its name: once is enough. */
    if (data->source && !(data->target && strcmp(data->source, data->target) == 0))
        text_append(text, sizeof text, &at, "%s%s", data->source, data->date ? " · " : "");
    if (data->date)
        text_append(text, sizeof text, &at, "%s", data->date);
    if (at > 0) {
        type.align = PLOT_RIGHT;
        shown = fmin(plot_text_width(sheet->plot, &type, text) + 12, ISN_PLOT_WIDTH / 2);
        plot_text(sheet->plot, &type, ISN_PLOT_WIDTH - MARGIN, y, ISN_PLOT_WIDTH / 2 - 12, text);
    }
    plot_text(sheet->plot, &note_type, MARGIN, y, ISN_PLOT_WIDTH - 2 * MARGIN - shown,
              "tcpprobe isn: asks for RFC 9293 3.4.1, RFC 6528; phase space after Zalewski 2001; "
              "linear complexity after Massey 1969");
}

/* ---- the page
 * ------------------------------------------------------------------------------------ */

static struct plot_panel panel_at(unsigned column, double y, double height, const char *title)
{
    return (struct plot_panel){.x = LEFT + COLUMN * column,
                               .y = y,
                               .width = PANEL_WIDTH,
                               .height = height,
                               .title = title};
}

static void draw_parts(struct isn_sheet *sheet)
{
    struct plot_panel wide = panel_at(0, ROW_THIRD, LAST_HEIGHT, "Bits of the numbers, one by one");

    wide.width += COLUMN;
    isn_plot_over_time(sheet, panel_at(0, ROW_FIRST, PANEL_HEIGHT, "Numbers over time"));
    isn_plot_residual(sheet, panel_at(1, ROW_FIRST, PANEL_HEIGHT, NULL));
    isn_plot_ports(sheet, panel_at(2, ROW_FIRST, PANEL_HEIGHT, NULL));
    isn_plot_differences(
        sheet, panel_at(0, ROW_SECOND, PANEL_HEIGHT, "Size of the steps from number to number"));
    isn_plot_phase(sheet, panel_at(1, ROW_SECOND, PANEL_HEIGHT, "Phase space: two steps"),
                   panel_at(2, ROW_SECOND, PANEL_HEIGHT, "Phase space: three steps"));
    isn_plot_lanes(sheet, wide);
    isn_plot_figures(sheet, panel_at(2, ROW_THIRD, LAST_HEIGHT, "In figures"));
}

static int draw_page(struct isn_sheet *sheet, const char *path, const struct isn_plot *data,
                     struct fault *fault)
{
    char title[256];
    size_t at = 0;

    text_append(title, sizeof title, &at, "initial sequence numbers%s%s: %s",
                data->target ? " of " : "", data->target ? data->target : "",
                isn_class_name(data->audit->class));
    sheet->plot = plot_open(path, ISN_PLOT_WIDTH, ISN_PLOT_HEIGHT, title, fault);
    if (!sheet->plot)
        return -(int)(fault ? fault->code : FAULT_INTERNAL);
    draw_head(sheet, data);
    draw_parts(sheet);
    draw_foot(sheet, data);
    if (sheet->memory_out) {
        plot_drop(sheet->plot);
        return fault_set(fault, FAULT_MEMORY, 0, "out of memory for the picture '%s'", path);
    }
    return plot_close(sheet->plot, fault);
}

int isn_plot_write(const char *path, const struct isn_plot *data, struct fault *fault)
{
    struct isn_sheet sheet = {.samples = data->samples, .audit = data->audit};
    size_t room = data->samples->count + 1;
    struct fault own;
    int error = plot_check_path(path, fault);

    if (error)
        return error;
    sheet.times = calloc(room, sizeof *sheet.times);
    sheet.scratch = calloc(room, sizeof *sheet.scratch);
    sheet.points = calloc(room, sizeof *sheet.points);
    sheet.various = calloc(room, sizeof *sheet.various);
    if (!sheet.times || !sheet.scratch || !sheet.points || !sheet.various) {
        error = fault_set(fault, FAULT_MEMORY, 0, "out of memory for the picture '%s'", path);
    } else {
        sheet.pause_count = isn_plot_times(sheet.samples, sheet.times, sheet.pauses);
        sheet.model = isn_plot_model(sheet.audit);
        sheet.various_count = isn_plot_various(sheet.samples, sheet.various);
        sheet.various_words = sheet.various_count == sheet.samples->varying_count
                                  ? "ever new tuples"
                                  : "other tuples";
        error = draw_page(&sheet, path, data, fault ? fault : &own);
    }
    free(sheet.times);
    free(sheet.scratch);
    free(sheet.points);
    free(sheet.various);
    return error;
}
