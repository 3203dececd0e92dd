/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parts of the audit's picture: the numbers over time, what the clock leaves of them, and the
 * function of the port. */
#include <math.h>
#include <stdio.h>

#include "report/isn_plot_parts.h"

/* Values that spread over more than this are shown among all numbers. */
#define WIDE      1073741824.0 /* 2^30 */
#define WIDE_LEFT 268435456.0  /* 2^28: of what is left of them */
/* Numbers this large that spread over less than this share of them. */
#define NARROW_FROM 1e5
#define NARROW      1e-3

static bool chosen(const struct isn_samples *samples, enum isn_plot_series series, size_t row)
{
    return (series == ISN_PLOT_OTHER_SOURCE) == (samples->rows[row].src != 0);
}

/* ---- the axis of time
 * ---------------------------------------------------------------------------- */

static void time_axis(const struct isn_sheet *sheet, struct plot_axis *axis, char label[64])
{
    size_t count = sheet->samples->count;
    double high = count > 0 ? sheet->times[count - 1] : 0, low = 0;

    /* Time stamps of a burst change places. */
    for (size_t i = 0; i < count; i++) {
        high = fmax(high, sheet->times[i]);
        low = fmin(low, sheet->times[i]);
    }
    if (high - low < 1e-6)
        high = low + 1;
    axis->from = low - (high - low) * 0.02;
    axis->to = high + (high - low) * 0.02;
    snprintf(label, 64, "time%s (%s)", sheet->pause_count > 0 ? " without pauses" : "",
             plot_unit_s(high, &axis->unit));
    axis->label = label;
}

static void draw_pauses(struct isn_sheet *sheet, const struct plot_panel *panel)
{
    struct plot_pen pen = {PLOT_FAINT, 0.7, 0, true};
    struct plot_type type = {7, PLOT_FAINT, PLOT_CENTRE, false, true};

    for (size_t i = 0; i < sheet->pause_count; i++) {
        double x = plot_panel_place(panel, sheet->pauses[i].at, panel->up.from).x, unit;
        char number[PLOT_TICK_TEXT], text[64];
        const char *name = plot_unit_s(sheet->pauses[i].seconds, &unit);

        plot_number(sheet->pauses[i].seconds / unit, sheet->pauses[i].seconds / unit < 10, number);
        snprintf(text, sizeof text, "pause of %s %s", number, name);
        plot_segment(sheet->plot, &pen, x, panel->y, x, panel->y + panel->height);
        plot_text(sheet->plot, &type, x - 3, panel->y + panel->height / 2, panel->height, text);
    }
}

/* ---- numbers over time
 * --------------------------------------------------------------------------- */

/* What the samples between them add to `base`. */
static size_t numbers_of(struct isn_sheet *sheet, const size_t *rows, size_t count, double base)
{
    for (size_t i = 0; i < count; i++)
        sheet->points[i] =
            (struct plot_point){sheet->times[rows[i]], sheet->samples->rows[rows[i]].isn - base};
    return count;
}

/* Returns what is taken off all numbers so that those that differ in their last places can be read.
 */
static double number_axis(struct isn_sheet *sheet, struct plot_axis *axis, char label[64])
{
    static const char what[] = "initial sequence number";
    const struct isn_samples *samples = sheet->samples;
    double low = INFINITY, high = -INFINITY, step, base = 0;
    char less[64], number[32];

    for (size_t i = 0; i < samples->count; i++) {
        low = fmin(low, samples->rows[i].isn);
        high = fmax(high, samples->rows[i].isn);
    }
    if (samples->count == 0 || high - low > WIDE) {
        isn_plot_axis_all(axis, what, label);
    } else if (high < NARROW_FROM || high - low > high * NARROW) {
        isn_plot_axis(axis, low, high, what, label);
    } else {
        step = pow(10, ceil(log10(fmax(high - low, 1))));
        base = floor(low / step) * step;
        snprintf(less, sizeof less, "number less %s", isn_plot_count(base, number));
        isn_plot_axis(axis, low - base, high - base, less, label);
    }
    return base;
}

void isn_plot_over_time(struct isn_sheet *sheet, struct plot_panel panel)
{
    const struct isn_samples *samples = sheet->samples;
    struct isn_plot_note note = {sheet, &panel, panel.x};
    char across[64], up[64];
    double base;
    const char *const words[] = {sheet->various_words, "fixed tuple"};
    const size_t *const rows[] = {sheet->various, samples->fixed};
    const size_t counts[] = {sheet->various_count, samples->fixed_count};
    const enum isn_plot_series series[] = {ISN_PLOT_VARYING, ISN_PLOT_FIXED};

    time_axis(sheet, &panel.across, across);
    base = number_axis(sheet, &panel.up, up);
    isn_plot_panel(sheet, &panel);
    draw_pauses(sheet, &panel);
    for (size_t i = 0; i < 2; i++) {
        struct plot_marker marker = isn_plot_marker(series[i], counts[i]);

        if (counts[i] == 0)
            continue;
        isn_plot_draw(sheet, &panel, &marker, sheet->points,
                      numbers_of(sheet, rows[i], counts[i], base));
        isn_plot_entry(&note, &marker, words[i], counts[i]);
    }
    if (samples->count == 0)
        isn_plot_empty(sheet, &panel, "no samples");
}

/* ---- what the clock leaves
 * ----------------------------------------------------------------------- */

/* What is taken off, in words. */
static const char *model_words(const struct isn_plot_model *model)
{
    return model->cseq                           ? ", less our own number"
           : model->rate > 0 && model->each != 0 ? ", less clock and counter"
           : model->rate > 0                     ? ", less the clock"
           : model->each != 0                    ? ", less the counter"
                                                 : "";
}

struct residual {
    struct isn_plot_model model;
    const size_t *rows; /* NULL: all */
    size_t count;
    bool wide;  /* levels all over the circle, else distances from their middle */
    bool timed; /* the distances as times of the clock */
    double middle, low, high;
};

static size_t row_of(const struct residual *residual, size_t i)
{
    return residual->rows ? residual->rows[i] : i;
}

static double residual_value(const struct isn_sheet *sheet, const struct residual *residual,
                             size_t i)
{
    double level = isn_plot_less(sheet->samples, &residual->model, row_of(residual, i));

    return residual->wide ? level : isn_plot_wrap(level, residual->middle);
}

/* Range and kind of the levels in sheet->scratch. */
static void measure(struct isn_sheet *sheet, struct residual *residual)
{
    const struct isn_audit *audit = sheet->audit;

    residual->wide = true;
    residual->timed = sheet->model.rate > 0;
    for (size_t i = 0; i < residual->count; i++)
        sheet->scratch[i] = residual_value(sheet, residual, i);
    if (!isn_plot_middle(sheet->scratch, residual->count, &residual->middle)) {
        sheet->memory_out |= residual->count > 0;
        return;
    }
    for (size_t i = 0; i < residual->count; i++)
        sheet->scratch[i] = isn_plot_wrap(sheet->scratch[i], residual->middle);
    if (!isn_plot_range(sheet->scratch, residual->count, &residual->low, &residual->high))
        sheet->memory_out = true;
    residual->wide = audit->backend_count > 1 || residual->high - residual->low > WIDE_LEFT;
}

static void residual_axis(const struct residual *residual, struct plot_axis *axis, char label[64])
{
    const struct isn_plot_model *model = &residual->model;
    double rate = model->rate, ms, low = residual->low, high = residual->high;
    bool taken = rate > 0 || model->each != 0 || model->cseq || model->port != 0;

    if (residual->wide) {
        isn_plot_axis_all(axis, taken ? "what is left" : "initial sequence number", label);
        return;
    }
    if (!residual->timed) {
        isn_plot_axis(axis, low, high, taken ? "what is left, from its median" : "from the median",
                      label);
        return;
    }
    ms = fmax(fabs(low), fabs(high)) / rate * 1e3;
    if (high - low < 1) /* less than a number */
        ms = 1 / rate * 1e3;
    axis->from = fmin(low, 0) - fmax(high - low, 1) * 0.1;
    axis->to = fmax(high, 0) + fmax(high - low, 1) * 0.1;
    snprintf(label, 64, "ahead of the clock (%s)", plot_unit_ms(ms, &axis->unit));
    axis->unit *= rate / 1e3;
    axis->label = label;
}

/* More than eight: the shapes shift against the colours. */
static struct plot_marker backend_marker(size_t index)
{
    size_t shape = index + index / PLOT_SERIES_COUNT;

    return (struct plot_marker){
        plot_series_shape(shape), 3.4, {plot_series_colour(index), 0.7, 0, false}, index % 2 == 1};
}

static void draw_backends(struct isn_sheet *sheet, const struct plot_panel *panel,
                          const struct residual *residual, struct isn_plot_note *note)
{
    const struct isn_audit *audit = sheet->audit;
    struct plot_marker stray = {PLOT_SHAPE_CROSS, 3, {PLOT_FAINT, 0.6, 0, false}, false};
    char text[64];
    bool epochs = audit->class != ISN_CLASS_MIXTURE;

    for (size_t group = 0; group <= audit->backend_count && group <= ISN_BACKENDS_MOST; group++) {
        struct plot_marker marker = group < audit->backend_count ? backend_marker(group) : stray;
        size_t count = 0;

        for (size_t i = 0; i < residual->count; i++) {
            double level = isn_plot_less(sheet->samples, &sheet->model, row_of(residual, i));
            if (isn_plot_backend(audit, level) == group)
                sheet->points[count++] = (struct plot_point){sheet->times[row_of(residual, i)],
                                                             residual_value(sheet, residual, i)};
        }
        isn_plot_draw(sheet, panel, &marker, sheet->points, count);
        if (count == 0)
            continue;
        if (group < audit->backend_count)
            snprintf(text, sizeof text, "%s %zu", epochs ? "key" : "server", group + 1);
        else
            snprintf(text, sizeof text, "none of them");
        isn_plot_entry(note, &marker, text, count);
    }
}

static void say_outside(struct isn_plot_note *note, size_t outside)
{
    char text[64];

    if (outside == 0)
        return;
    snprintf(text, sizeof text, "%zu outside", outside);
    isn_plot_words(note, text);
}

static void draw_residuals(struct isn_sheet *sheet, const struct plot_panel *panel,
                           const struct residual *residual, struct isn_plot_note *note)
{
    struct plot_marker marker = isn_plot_marker(ISN_PLOT_FIXED, residual->count);
    size_t outside = 0;

    for (size_t i = 0; i < residual->count; i++) {
        double value = residual_value(sheet, residual, i);
        outside += value < panel->up.from || value > panel->up.to;
        sheet->points[i] = (struct plot_point){sheet->times[row_of(residual, i)], value};
    }
    isn_plot_draw(sheet, panel, &marker, sheet->points, residual->count);
    isn_plot_entry(note, &marker, residual->rows ? "fixed tuple" : "all samples", residual->count);
    say_outside(note, outside);
}

void isn_plot_residual(struct isn_sheet *sheet, struct plot_panel panel)
{
    const struct isn_samples *samples = sheet->samples;
    const struct isn_plot_model *model = &sheet->model;
    struct isn_plot_note note = {sheet, &panel, panel.x};
    struct residual residual = {.model = *model,
                                .rows = model->shared ? NULL : samples->fixed,
                                .count = model->shared ? samples->count : samples->fixed_count};
    struct plot_pen zero = {PLOT_FAINT, 0.7, 0, false};
    char title[96], across[64], up[64];

    snprintf(title, sizeof title, "%s%s", model->shared ? "All tuples" : "The fixed tuple",
             model_words(model));
    panel.title = title;
    measure(sheet, &residual);
    if (residual.count > 0) {
        time_axis(sheet, &panel.across, across);
        residual_axis(&residual, &panel.up, up);
    }
    isn_plot_panel(sheet, &panel);
    if (residual.count == 0) {
        isn_plot_empty(sheet, &panel, "no tuple was used three times");
        return;
    }
    draw_pauses(sheet, &panel);
    if (!residual.wide)
        plot_panel_rule(sheet->plot, &panel, &zero, 0);
    if (sheet->audit->backend_count > 1)
        draw_backends(sheet, &panel, &residual, &note);
    else
        draw_residuals(sheet, &panel, &residual, &note);
    if (model->rate <= 0)
        isn_plot_words(&note, "no clock was found");
}

/* ---- the function of the port
 * -------------------------------------------------------------------- */

static void port_axis(const struct isn_sheet *sheet, struct plot_axis *axis)
{
    const struct isn_samples *samples = sheet->samples;
    double low = INFINITY, high = -INFINITY;

    for (size_t i = 0; i < sheet->various_count; i++) {
        low = fmin(low, samples->rows[sheet->various[i]].port);
        high = fmax(high, samples->rows[sheet->various[i]].port);
    }
    axis->from = low - fmax(high - low, 4) * 0.04;
    axis->to = high + fmax(high - low, 4) * 0.04;
    axis->label = "source port";
}

static struct plot_point port_point(const struct isn_sheet *sheet, const struct plot_panel *panel,
                                    const struct residual *residual, size_t i, size_t *outside)
{
    double value = residual_value(sheet, residual, i);

    *outside += value < panel->up.from || value > panel->up.to;
    return (struct plot_point){sheet->samples->rows[residual->rows[i]].port, value};
}

void isn_plot_ports(struct isn_sheet *sheet, struct plot_panel panel)
{
    const struct isn_samples *samples = sheet->samples;
    struct isn_plot_note note = {sheet, &panel, panel.x};
    struct residual residual = {
        .model = sheet->model, .rows = sheet->various, .count = sheet->various_count};
    const enum isn_plot_series series[] = {ISN_PLOT_VARYING, ISN_PLOT_OTHER_SOURCE};
    const char *const words[] = {sheet->various_words, "from other addresses"};
    char title[96], up[64];
    size_t outside = 0;

    snprintf(title, sizeof title, "F over the source port%s", model_words(&sheet->model));
    /* A function that was found out is best shown by what it leaves: nothing. */
    if (sheet->audit->tuple.affine == ISN_YES && sheet->audit->tuple.a != 0 &&
        !sheet->audit->tuple.swapped) {
        residual.model.port = sheet->audit->tuple.a;
        snprintf(title, sizeof title, "F less %u · port%s", residual.model.port,
                 model_words(&sheet->model));
    }
    panel.title = title;
    measure(sheet, &residual);
    if (residual.count > 0) {
        port_axis(sheet, &panel.across);
        residual.wide = residual.high - residual.low > WIDE_LEFT;
        residual.timed &= sheet->model.shared;
        residual_axis(&residual, &panel.up, up);
    }
    isn_plot_panel(sheet, &panel);
    if (residual.count == 0)
        isn_plot_empty(sheet, &panel, "all samples are of one tuple");
    for (size_t k = 0; k < 2; k++) {
        struct plot_marker marker = isn_plot_marker(series[k], residual.count);
        size_t count = 0;

        for (size_t i = 0; i < residual.count; i++)
            if (chosen(samples, series[k], residual.rows[i]))
                sheet->points[count++] = port_point(sheet, &panel, &residual, i, &outside);
        if (count == 0)
            continue;
        isn_plot_draw(sheet, &panel, &marker, sheet->points, count);
        isn_plot_entry(&note, &marker, words[k], count);
    }
    say_outside(&note, outside);
}
