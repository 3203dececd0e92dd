/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the audit's picture share: the sheet that it is drawn on. */
#ifndef REPORT_ISN_PLOT_PARTS_H
#define REPORT_ISN_PLOT_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "report/isn_plot.h"
#include "report/plot.h"

/* Points of the page, in the proportions of A4. */
#define ISN_PLOT_WIDTH   1000.0
#define ISN_PLOT_HEIGHT  707.0
#define ISN_PLOT_NUMBERS 4294967296.0 /* as many there are */

/* ---- what is drawn, worked out of the samples (isn_plot_values.c): numbers only
 * ---------------------------------------------------------------------------- */

/* A long pause that is left out of the axes of time. */
struct isn_plot_pause {
    double at;      /* where the axis is cut, s */
    double seconds; /* its length */
};
#define ISN_PLOT_PAUSES 4

/*
 * Seconds since the first sample for each, long pauses shortened so that the rest can be seen;
 * those pauses; returns their number.
 */
size_t isn_plot_times(const struct isn_samples *samples, double *times,
                      struct isn_plot_pause pauses[ISN_PLOT_PAUSES]);

/*
 * Rows of ever new tuples or, if there are more others, all that are not of the fixed one, into
 * `rows` with room for all; returns their number.
 */
size_t isn_plot_various(const struct isn_samples *samples, size_t *rows);

/* What is taken off the numbers before they are looked at. */
struct isn_plot_model {
    double rate;   /* of a clock, numbers a second; 0: none */
    double each;   /* numbers that each connection adds; 0: none */
    bool cseq;     /* our own sequence number, which cookies add */
    uint32_t port; /* so many times the source port */
    bool shared;   /* it holds for all tuples, not for one alone */
    bool near;     /* the fixed tuple stays near its own numbers */
    bool apart;    /* by design the fixed tuple goes its own way: not to be mixed with the others */
};
struct isn_plot_model isn_plot_model(const struct isn_audit *audit);
/* The number of a row less all of that, modulo 2^32. */
double isn_plot_less(const struct isn_samples *samples, const struct isn_plot_model *model,
                     size_t row);

/* The back end or key to which a level belongs; backend_count: to none. */
size_t isn_plot_backend(const struct isn_audit *audit, double level);

/* a - b on the circle of numbers: -2^31 … 2^31. */
double isn_plot_wrap(double a, double b);

/* Of `count` values the middle on the circle of numbers. */
bool isn_plot_middle(const double *levels, size_t count, double *ret_middle);

/* The range that holds nearly all values: all of few, 99 % of many. False: no memory or no value.
 */
bool isn_plot_range(const double *values, size_t count, double *ret_low, double *ret_high);

/* Of `count` things the index of the i-th of `wanted` that are to be drawn: evenly spread, but not
 * in steps that a period could fall in with. */
size_t isn_plot_pick(size_t i, size_t wanted, size_t count);

/* The differences between neighbours as shares (0 … 1) by their size: [0] equal, [1 + i] from 2^i
 * to below 2^(i + 1). `rows` NULL: of all samples. Returns the differences. */
#define ISN_PLOT_SIZES 33
size_t isn_plot_sizes(const struct isn_samples *samples, const size_t *rows, size_t count,
                      double shares[ISN_PLOT_SIZES]);

/* ---- the sheet
 * ----------------------------------------------------------------------------------- */

struct isn_sheet {
    struct plot *plot;
    const struct isn_samples *samples;
    const struct isn_audit *audit;
    struct isn_plot_model model;
    /* Samples that are not of the fixed tuple: those of ever new ones, or all if these are few. */
    size_t *various;
    size_t various_count;
    const char *various_words;
    double *times; /* of each sample, on the axis of time */
    struct isn_plot_pause pauses[ISN_PLOT_PAUSES];
    size_t pause_count;
    struct plot_point *points; /* for values, room for one a sample */
    double *scratch;           /* the same */
    bool memory_out;
};

/* Whose a marker is: colour and shape say it both. */
enum isn_plot_series { ISN_PLOT_FIXED, ISN_PLOT_VARYING, ISN_PLOT_OTHER_SOURCE };
struct plot_marker isn_plot_marker(enum isn_plot_series series, size_t count);

/* The samples that show what the generator does: rows NULL for all, in their order. */
struct isn_plot_rows {
    const size_t *rows;
    size_t count;
    const char *words;
};
struct isn_plot_rows isn_plot_telling(const struct isn_sheet *sheet);

/* Draws the values, or of very many some, into the panel. */
void isn_plot_draw(struct isn_sheet *sheet, const struct plot_panel *panel,
                   const struct plot_marker *marker, const struct plot_point *values, size_t count);

/* The panel with its title, which stands higher than plot_panel_draw() has it. */
void isn_plot_panel(struct isn_sheet *sheet, const struct plot_panel *panel);
void isn_plot_title(struct isn_sheet *sheet, const struct plot_panel *panel);

/* The line between a panel's title and the panel: legends and words from the left. */
struct isn_plot_note {
    struct isn_sheet *sheet;
    const struct plot_panel *panel;
    double x;
};
/* An entry of the legend, with its number and, where only some are drawn, that. */
void isn_plot_entry(struct isn_plot_note *note, const struct plot_marker *marker, const char *text,
                    size_t count);
void isn_plot_words(struct isn_plot_note *note, const char *text);
/* In the middle of an empty panel. */
void isn_plot_empty(struct isn_sheet *sheet, const struct plot_panel *panel, const char *text);

/* An axis for numbers from low to high with some room, or for all numbers there are; its label with
 * the unit goes into `label`. */
void isn_plot_axis(struct plot_axis *axis, double low, double high, const char *what,
                   char label[64]);
void isn_plot_axis_all(struct plot_axis *axis, const char *what, char label[64]);

/* A whole number with its thousands apart: "1,000,000". */
const char *isn_plot_count(double number, char text[32]);

/* ---- the parts: each draws itself into its panel, whose place alone is set
 * --------------------------------------------------------------------------- */

void isn_plot_over_time(struct isn_sheet *sheet, struct plot_panel panel);
void isn_plot_residual(struct isn_sheet *sheet, struct plot_panel panel);
void isn_plot_ports(struct isn_sheet *sheet, struct plot_panel panel);
void isn_plot_differences(struct isn_sheet *sheet, struct plot_panel panel);
/* The phase space, flat and as a cube. */
void isn_plot_phase(struct isn_sheet *sheet, struct plot_panel flat, struct plot_panel cube);
void isn_plot_lanes(struct isn_sheet *sheet, struct plot_panel panel);
void isn_plot_figures(struct isn_sheet *sheet, struct plot_panel panel);

#endif
