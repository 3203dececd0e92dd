/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Axes of a diagram: their range, where a value lies on them, their ticks. Numbers only, no
 * drawing. */
#ifndef REPORT_PLOT_AXIS_H
#define REPORT_PLOT_AXIS_H

#include <stdbool.h>
#include <stddef.h>

/* clang-format off */
#define PLOT_SCALE_TABLE(X) \
    X(LINEAR, "equal steps") \
    X(LOG,    "equal factors; all values above 0") \
    X(TAIL,   "per cent, the last ones stretched: 0, 90, 99, 99.9 in equal steps")
/* clang-format on */
enum plot_scale {
#define X(id, meaning) PLOT_SCALE_##id,
    PLOT_SCALE_TABLE(X)
#undef X
        PLOT_SCALE_COUNT
};

struct plot_axis {
    enum plot_scale scale;
    double from, to;   /* what it shows, in the data's unit; from < to */
    double unit;       /* the tick labels are value / unit; 0 is taken as 1 */
    const char *label; /* with the labels' unit: "round trip (ms)"; NULL for none */
    bool unlabelled;   /* the grid alone: beside another panel that has ticks and numbers */
};

/*
 * A range that holds `low` … `high` with some room on both sides: from 0 where low is small against
 * high. A single value gets a range around it. Values that are not finite, or not above 0 for
 * PLOT_SCALE_LOG, are a programmer's error.
 */
void plot_axis_fit(struct plot_axis *axis, double low, double high);

/* Where on the axis: 0 at `from`, 1 at `to`; outside of them beyond; NaN for what has no place. */
double plot_axis_place(const struct plot_axis *axis, double value);
/* The value at a place: the reverse. */
double plot_axis_value(const struct plot_axis *axis, double place);

#define PLOT_TICK_TEXT 24
struct plot_tick {
    double value;
    bool minor;                /* a short one */
    char text[PLOT_TICK_TEXT]; /* "" for none; a point whatever the locale */
};
#define PLOT_TICKS_MAX 64
/* The round values within the range, about `wanted` of them with a text. Returns their number. */
size_t plot_axis_ticks(const struct plot_axis *axis, unsigned wanted,
                       struct plot_tick ticks[PLOT_TICKS_MAX]);

/* A number for people, `decimals` (0 … 9) places behind the point, whatever the locale. */
void plot_number(double value, unsigned decimals, char text[PLOT_TICK_TEXT]);

/*
 * The unit in which times of about `ms` milliseconds read best: its name ("µs", "ms", "s"), and in
 * *ret_unit how many milliseconds it has.
 */
const char *plot_unit_ms(double ms, double *ret_unit);
/* The same for a span of seconds: "s", "min", "h", "d"; *ret_unit in seconds; milliseconds below 1
 * s. */
const char *plot_unit_s(double seconds, double *ret_unit);

#endif
