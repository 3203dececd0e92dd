/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures with cairo: a page in a file of SVG, PNG or PDF, what is drawn on it, and panels with
 * axes. */
#ifndef REPORT_PLOT_H
#define REPORT_PLOT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "report/plot_axis.h"

/*
 * Pages are measured in points (1/72 inch) from the upper left corner. What is drawn twice from the
 * same data is the same bytes twice: no dates, no names of machines. A coordinate that is not
 * finite never reaches cairo: a line has a gap there, a marker or a text is left out.
 */
struct plot;

/*
 * Whether a picture can be written to `path`: 0; -FAULT_USAGE for an ending that is none of .svg,
 * .png, .pdf (in either case), or in a program that was built without cairo; -FAULT_IO where the
 * folder is not there or may not be written to; -FAULT_SYSTEM where cairo cannot be loaded, which
 * is done here. Creates nothing.
 */
int plot_check_path(const char *path, struct fault *fault);

/*
 * A white page, kept in memory until plot_close(). The title is the document's (SVG's and PDF's),
 * it is not drawn. NULL with a fault as plot_check_path() has it, or -FAULT_MEMORY.
 */
struct plot *plot_open(const char *path, double width, double height, const char *title,
                       struct fault *fault);
/*
 * Writes the file, whole or not at all (report/replace.h), and frees the plot. 0, -FAULT_IO with
 * the name, -FAULT_MEMORY, -FAULT_SYSTEM with cairo's words.
 */
int plot_close(struct plot *plot, struct fault *fault);
/* Frees it and writes nothing; NULL is allowed. */
void plot_drop(struct plot *plot);

/* ---- what is drawn on a page
 * --------------------------------------------------------------------- */

struct plot_colour {
    double red, green, blue; /* 0 … 1 */
};
#define PLOT_INK   ((struct plot_colour){0.13, 0.13, 0.13})
#define PLOT_FAINT ((struct plot_colour){0.40, 0.40, 0.40})
#define PLOT_GRID  ((struct plot_colour){0.87, 0.87, 0.87})

/*
 * Eight series that people with any kind of colour vision tell apart: the palette of Okabe and Ito
 * (Color Universal Design, 2008) in an order for lines on white, its yellow, which is too pale for
 * them, replaced by grey. The marker's shape says the same again.
 */
#define PLOT_SERIES_COUNT 8
struct plot_colour plot_series_colour(size_t index); /* taken modulo the count */
#define PLOT_ALARM (plot_series_colour(1))           /* vermillion */

enum plot_shape {
    PLOT_SHAPE_CIRCLE,
    PLOT_SHAPE_SQUARE,
    PLOT_SHAPE_TRIANGLE,
    PLOT_SHAPE_DIAMOND,
    PLOT_SHAPE_TRIANGLE_DOWN,
    PLOT_SHAPE_PENTAGON,
    PLOT_SHAPE_STAR,
    PLOT_SHAPE_HEXAGON,
    PLOT_SHAPE_CROSS, /* strokes only, from here on */
    PLOT_SHAPE_TICK,
    PLOT_SHAPE_DOT, /* a full one of `size`: a circle that takes little of the file */
    PLOT_SHAPE_COUNT
};
enum plot_shape plot_series_shape(size_t index);

struct plot_point {
    double x, y;
};

struct plot_pen {
    struct plot_colour colour;
    double width; /* points */
    double alpha; /* 0 is taken as 1: opaque */
    bool dashed;
};

/* A line through the points. */
void plot_stroke(struct plot *plot, const struct plot_pen *pen, const struct plot_point *points,
                 size_t count);
void plot_segment(struct plot *plot, const struct plot_pen *pen, double x1, double y1, double x2,
                  double y2);
/* Filled rectangles, each from one corner (points[2 i]) to the opposite one (points[2 i + 1]). */
void plot_boxes(struct plot *plot, const struct plot_pen *pen, const struct plot_point *points,
                size_t count);

struct plot_marker {
    enum plot_shape shape;
    double size; /* across, points */
    struct plot_pen pen;
    bool hollow; /* the outline alone, white inside */
};
void plot_markers(struct plot *plot, const struct plot_marker *marker,
                  const struct plot_point *points, size_t count);

enum plot_align { PLOT_LEFT, PLOT_CENTRE, PLOT_RIGHT };
struct plot_type {
    double size; /* points */
    struct plot_colour colour;
    enum plot_align align;
    bool bold;
    bool upwards; /* turned, to be read from below */
};
/*
 * One line of text, y its base line. Invalid UTF-8 and control characters become "?" and U+FFFD.
 * Where it is wider than `room` (0: as wide as it is) its end becomes "…". SVG and PDF carry the
 * words as text, too, for those who search or listen.
 */
void plot_text(struct plot *plot, const struct plot_type *type, double x, double y, double room,
               const char *text);
double plot_text_width(struct plot *plot, const struct plot_type *type, const char *text);

/* All that follows is drawn only within this rectangle, until plot_unclip(). */
void plot_clip(struct plot *plot, double x, double y, double width, double height);
void plot_unclip(struct plot *plot);

/* ---- panels: a rectangle with two axes
 * ----------------------------------------------------------- */

struct plot_panel {
    double x, y, width, height; /* the rectangle of the data; ticks and labels lie outside */
    struct plot_axis across, up;
    const char *title; /* above it; NULL for none */
};

/* Grid, frame, ticks, their texts and the axes' labels. An axis with from == to gets none. */
void plot_panel_draw(struct plot *plot, const struct plot_panel *panel);
/* Where on the page a value lies; not finite where it has no place. */
struct plot_point plot_panel_place(const struct plot_panel *panel, double across, double up);
/* A rule across the whole panel at a value of the vertical axis. */
void plot_panel_rule(struct plot *plot, const struct plot_panel *panel, const struct plot_pen *pen,
                     double up);
/* The data in values, drawn clipped to the panel. Markers whose centre lies outside are left out.
 */
void plot_panel_line(struct plot *plot, const struct plot_panel *panel, const struct plot_pen *pen,
                     const struct plot_point *values, size_t count);
void plot_panel_markers(struct plot *plot, const struct plot_panel *panel,
                        const struct plot_marker *marker, const struct plot_point *values,
                        size_t count);
/* Bars from values[2 i] to values[2 i + 1], corner to corner: histograms, and bands of a minimum
 * and maximum. */
void plot_panel_bars(struct plot *plot, const struct plot_panel *panel, const struct plot_pen *pen,
                     const struct plot_point *values, size_t count);

/*
 * An entry of a legend at the left of x, y its base line: marker (NULL: none), line (NULL: none),
 * words. Returns the x behind it.
 */
double plot_legend(struct plot *plot, double x, double y, const struct plot_marker *marker,
                   const struct plot_pen *line, const struct plot_type *type, const char *text);

#endif
