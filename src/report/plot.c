/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A page in a file of SVG, PNG or PDF, and what is drawn on it, with cairo. */
#include "report/plot.h"

#ifdef HAVE_CAIRO

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/plot_cairo.h"
#include "report/plot_parts.h"
#include "report/replace.h"

/* Pixels a point in PNG: sharp on paper and on screens of twice the old density. */
#define PIXELS_PER_POINT 2.0
/* Markers in one path: larger ones make viewers slow. */
#define MARKERS_PER_PATH 500
#define FONT             "sans-serif"

#if defined __has_feature
#if __has_feature(address_sanitizer)
#define SANITIZED
#endif
#endif
#if defined __SANITIZE_ADDRESS__ || defined SANITIZED
/* fontconfig keeps what it has read of its files to the end of the program, out of sight of the
 * sanitizer: no leak of ours. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig\n";
}
/* And no word of it on standard error, which is the program's. */
const char *__lsan_default_options(void);
const char *__lsan_default_options(void)
{
    return "print_suppressions=0";
}
#endif

struct plot {
    enum plot_kind kind;
    char *path, *title;
    cairo_surface_t *surface;
    cairo_t *cairo;
    /* The file's bytes, and all words that were drawn, one text a line. */
    FILE *bytes, *words;
    char *bytes_text, *words_text;
    size_t bytes_length, words_length;
    bool memory_out;
};

int plot_check_path(const char *path, struct fault *fault)
{
    enum plot_kind kind;
    int error = plot_kind_check(path, &kind, fault);
    if (!error)
        error = replace_check(path, fault);
    return error ? error : plot_cairo_load(fault);
}

static cairo_status_t take_bytes(void *closure, const unsigned char *bytes, unsigned length)
{
    return fwrite(bytes, 1, length, closure) == length ? CAIRO_STATUS_SUCCESS
                                                       : CAIRO_STATUS_WRITE_ERROR;
}

static cairo_surface_t *create_surface(struct plot *plot, double width, double height)
{
    cairo_surface_t *surface = NULL;
    switch (plot->kind) {
    case PLOT_KIND_SVG:
        surface = cairo.svg_surface_create_for_stream(take_bytes, plot->bytes, width, height);
        break;
    case PLOT_KIND_PNG:
        surface =
            cairo.image_surface_create(CAIRO_FORMAT_RGB24, (int)ceil(width * PIXELS_PER_POINT),
                                       (int)ceil(height * PIXELS_PER_POINT));
        cairo.surface_set_device_scale(surface, PIXELS_PER_POINT, PIXELS_PER_POINT);
        break;
    case PLOT_KIND_PDF:
        surface = cairo.pdf_surface_create_for_stream(take_bytes, plot->bytes, width, height);
        cairo.pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, plot->title);
        /* Cairo would write the time of day; an empty date is none. */
        cairo.pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, "");
        break;
    case PLOT_KIND_COUNT:
        break;
    }
    return surface;
}

struct plot *plot_open(const char *path, double width, double height, const char *title,
                       struct fault *fault)
{
    enum plot_kind kind;
    assert(width > 0 && width <= 5000 && height > 0 && height <= 5000);
    if (plot_check_path(path, fault))
        return NULL;
    plot_kind_check(path, &kind, fault);
    struct plot *plot = calloc(1, sizeof *plot);
    if (plot) {
        plot->kind = kind;
        plot->path = strdup(path);
        plot->title = plot_clean(title);
        plot->bytes = open_memstream(&plot->bytes_text, &plot->bytes_length);
        plot->words = open_memstream(&plot->words_text, &plot->words_length);
    }
    if (!plot || !plot->path || !plot->title || !plot->bytes || !plot->words) {
        plot_drop(plot);
        fault_set(fault, FAULT_MEMORY, 0, "out of memory");
        return NULL;
    }
    plot->surface = create_surface(plot, width, height);
    plot->cairo = cairo.create(plot->surface);
    cairo.set_source_rgb(plot->cairo, 1, 1, 1);
    cairo.paint(plot->cairo);
    cairo.set_line_join(plot->cairo, CAIRO_LINE_JOIN_ROUND);
    cairo.set_line_cap(plot->cairo, CAIRO_LINE_CAP_BUTT);
    /* Widths that do not depend on the pixels that a display happens to have. */
    cairo_font_options_t *options = cairo.font_options_create();
    cairo.font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo.font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo.font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    cairo.set_font_options(plot->cairo, options);
    cairo.font_options_destroy(options);
    return plot;
}

/* The finished file's bytes into the file. */
static int write_file(struct plot *plot, struct fault *fault)
{
    struct replace replace;
    int error = replace_begin(&replace, plot->path, false, fault);
    if (error) {
        replace_drop(&replace);
        return error;
    }
    fwrite(plot->bytes_text, 1, plot->bytes_length, replace.stream);
    return replace_end(&replace, fault);
}

/* Ends what cairo has to write. */
static int finish(struct plot *plot, struct fault *fault)
{
    cairo_status_t status = cairo.status(plot->cairo);
    if (status == CAIRO_STATUS_SUCCESS && plot->kind == PLOT_KIND_PNG)
        status = cairo.surface_write_to_png_stream(plot->surface, take_bytes, plot->bytes);
    cairo.surface_finish(plot->surface);
    if (status == CAIRO_STATUS_SUCCESS)
        status = cairo.surface_status(plot->surface);
    if (status == CAIRO_STATUS_NO_MEMORY || plot->memory_out || fflush(plot->bytes) != 0 ||
        fflush(plot->words) != 0)
        return fault_set(fault, FAULT_MEMORY, 0, "out of memory for the picture '%s'", plot->path);
    if (status != CAIRO_STATUS_SUCCESS)
        return fault_set(fault, FAULT_SYSTEM, 0, "the picture '%s' cannot be drawn: %s", plot->path,
                         cairo.status_to_string(status));
    return 0;
}

int plot_close(struct plot *plot, struct fault *fault)
{
    int error = finish(plot, fault);
    if (!error && plot->kind == PLOT_KIND_SVG) {
        size_t length;
        char *text = plot_svg_finish(plot->bytes_text, plot->bytes_length, plot->title,
                                     plot->words_text, &length);
        if (!text)
            error = fault_set(fault, FAULT_MEMORY, 0, "out of memory");
        fclose(plot->bytes);
        plot->bytes = NULL;
        free(plot->bytes_text);
        plot->bytes_text = text;
        plot->bytes_length = length;
    }
    if (!error)
        error = write_file(plot, fault);
    plot_drop(plot);
    return error;
}

void plot_drop(struct plot *plot)
{
    if (!plot)
        return;
    if (plot->cairo)
        cairo.destroy(plot->cairo);
    /* The surface may still write: before its stream is gone. */
    if (plot->surface) {
        cairo.surface_finish(plot->surface);
        cairo.surface_destroy(plot->surface);
    }
    if (plot->bytes)
        fclose(plot->bytes);
    if (plot->words)
        fclose(plot->words);
    free(plot->bytes_text);
    free(plot->words_text);
    free(plot->path);
    free(plot->title);
    free(plot);
}

/* ---- drawing
 * ------------------------------------------------------------------------------------- */

/* Coordinates far outside overflow cairo's fixed-point numbers. */
#define FARTHEST 100000.0

static bool drawable(struct plot_point point)
{
    return fabs(point.x) < FARTHEST && fabs(point.y) < FARTHEST; /* false for NaN */
}

static void set_colour(struct plot *plot, const struct plot_pen *pen)
{
    cairo.set_source_rgba(plot->cairo, pen->colour.red, pen->colour.green, pen->colour.blue,
                          pen->alpha > 0 ? pen->alpha : 1);
}

static void set_pen(struct plot *plot, const struct plot_pen *pen)
{
    set_colour(plot, pen);
    cairo.set_line_width(plot->cairo, pen->width);
    cairo.set_dash(plot->cairo, (const double[]){3, 2.5}, pen->dashed ? 2 : 0, 0);
}

void plot_stroke(struct plot *plot, const struct plot_pen *pen, const struct plot_point *points,
                 size_t count)
{
    bool drawing = false;
    set_pen(plot, pen);
    for (size_t i = 0; i < count; i++) {
        if (!drawable(points[i])) {
            drawing = false;
        } else if (drawing) {
            cairo.line_to(plot->cairo, points[i].x, points[i].y);
        } else {
            cairo.move_to(plot->cairo, points[i].x, points[i].y);
            drawing = true;
        }
    }
    cairo.stroke(plot->cairo);
}

void plot_segment(struct plot *plot, const struct plot_pen *pen, double x1, double y1, double x2,
                  double y2)
{
    struct plot_point points[2] = {{x1, y1}, {x2, y2}};
    if (drawable(points[0]) && drawable(points[1]))
        plot_stroke(plot, pen, points, 2);
}

void plot_boxes(struct plot *plot, const struct plot_pen *pen, const struct plot_point *points,
                size_t count)
{
    set_colour(plot, pen);
    for (size_t i = 0; i < count; i++) {
        struct plot_point a = points[2 * i], b = points[2 * i + 1];
        if (drawable(a) && drawable(b))
            cairo.rectangle(plot->cairo, fmin(a.x, b.x), fmin(a.y, b.y), fabs(a.x - b.x),
                            fabs(a.y - b.y));
    }
    cairo.fill(plot->cairo);
}

/* A polygon of that many corners, the first at this angle; every second one drawn in by `inner`. */
static void polygon(cairo_t *page, struct plot_point at, double radius, unsigned corners,
                    double degrees, double inner)
{
    for (unsigned i = 0; i < corners; i++) {
        double angle = (degrees + 360.0 * i / corners) * M_PI / 180;
        double reach = i % 2 == 1 ? radius * inner : radius;
        cairo.line_to(page, at.x + reach * cos(angle), at.y + reach * sin(angle));
    }
    cairo.close_path(page);
}

/* Sizes differ a little so that all shapes look equally large. */
static void trace_shape(cairo_t *page, enum plot_shape shape, struct plot_point at, double radius)
{
    cairo.new_sub_path(page);
    switch (shape) {
    case PLOT_SHAPE_CIRCLE:
        cairo.arc(page, at.x, at.y, radius, 0, 2 * M_PI);
        cairo.close_path(page);
        break;
    case PLOT_SHAPE_SQUARE:
        polygon(page, at, radius * 1.25, 4, 45, 1);
        break;
    case PLOT_SHAPE_TRIANGLE:
        polygon(page, at, radius * 1.35, 3, -90, 1);
        break;
    case PLOT_SHAPE_DIAMOND:
        polygon(page, at, radius * 1.3, 4, 0, 1);
        break;
    case PLOT_SHAPE_TRIANGLE_DOWN:
        polygon(page, at, radius * 1.35, 3, 90, 1);
        break;
    case PLOT_SHAPE_PENTAGON:
        polygon(page, at, radius * 1.2, 5, -90, 1);
        break;
    case PLOT_SHAPE_STAR:
        polygon(page, at, radius * 1.5, 10, -90, 0.45);
        break;
    case PLOT_SHAPE_HEXAGON:
        polygon(page, at, radius * 1.15, 6, 0, 1);
        break;
    case PLOT_SHAPE_CROSS:
        cairo.move_to(page, at.x - radius, at.y - radius);
        cairo.line_to(page, at.x + radius, at.y + radius);
        cairo.move_to(page, at.x - radius, at.y + radius);
        cairo.line_to(page, at.x + radius, at.y - radius);
        break;
    case PLOT_SHAPE_TICK:
        cairo.move_to(page, at.x, at.y - radius);
        cairo.line_to(page, at.x, at.y + radius);
        break;
    case PLOT_SHAPE_DOT: /* no more than its round ends */
        cairo.move_to(page, at.x, at.y);
        cairo.close_path(page);
        break;
    case PLOT_SHAPE_COUNT:
        break;
    }
}

/* Draws the path of the markers gathered so far. */
static void draw_markers(struct plot *plot, const struct plot_marker *marker)
{
    if (marker->shape >= PLOT_SHAPE_CROSS) {
        cairo.stroke(plot->cairo);
    } else if (marker->hollow) {
        cairo.set_source_rgb(plot->cairo, 1, 1, 1);
        cairo.fill_preserve(plot->cairo);
        set_colour(plot, &marker->pen);
        cairo.stroke(plot->cairo);
    } else {
        cairo.fill(plot->cairo);
    }
}

void plot_markers(struct plot *plot, const struct plot_marker *marker,
                  const struct plot_point *points, size_t count)
{
    /* Overlapping shapes in one path would not add up to a darker colour. */
    size_t most = marker->pen.alpha > 0 && marker->pen.alpha < 1 ? 1 : MARKERS_PER_PATH;
    size_t gathered = 0;
    set_pen(plot, &marker->pen);
    if (marker->shape == PLOT_SHAPE_DOT) {
        cairo.set_line_cap(plot->cairo, CAIRO_LINE_CAP_ROUND);
        cairo.set_line_width(plot->cairo, marker->size);
    }
    for (size_t i = 0; i < count; i++) {
        if (!drawable(points[i]))
            continue;
        trace_shape(plot->cairo, marker->shape, points[i], marker->size / 2);
        if (++gathered % most == 0)
            draw_markers(plot, marker);
    }
    draw_markers(plot, marker);
    cairo.new_path(plot->cairo);
    cairo.set_line_cap(plot->cairo, CAIRO_LINE_CAP_BUTT);
}

void plot_clip(struct plot *plot, double x, double y, double width, double height)
{
    cairo.save(plot->cairo);
    cairo.rectangle(plot->cairo, x, y, width, height);
    cairo.clip(plot->cairo);
}

void plot_unclip(struct plot *plot)
{
    cairo.restore(plot->cairo);
}

/* ---- text
 * ---------------------------------------------------------------------------------------- */

static double clean_width(struct plot *plot, const struct plot_type *type, const char *clean)
{
    cairo_text_extents_t extents;
    cairo.select_font_face(plot->cairo, FONT, CAIRO_FONT_SLANT_NORMAL,
                           type->bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
    cairo.set_font_size(plot->cairo, type->size);
    cairo.text_extents(plot->cairo, clean, &extents);
    return extents.x_advance;
}

double plot_text_width(struct plot *plot, const struct plot_type *type, const char *text)
{
    char *clean = plot_clean(text);
    double width = clean ? clean_width(plot, type, clean) : 0;
    plot->memory_out |= !clean;
    free(clean);
    return width;
}

/* Cuts characters off the end until the rest and "…" fit. */
static void shorten(struct plot *plot, const struct plot_type *type, double room, char **clean)
{
    size_t length = strlen(*clean);
    char *longer = realloc(*clean, length + sizeof "…");
    if (!longer) {
        plot->memory_out = true;
        return;
    }
    *clean = longer;
    while (length > 0 && clean_width(plot, type, longer) > room) {
        do
            length--;
        while (length > 0 && ((unsigned char)longer[length] & 0xc0) == 0x80);
        memcpy(longer + length, "…", sizeof "…");
    }
}

void plot_text(struct plot *plot, const struct plot_type *type, double x, double y, double room,
               const char *text)
{
    char *clean = plot_clean(text);
    if (!clean)
        plot->memory_out = true;
    if (!clean || !*clean || !drawable((struct plot_point){x, y})) {
        free(clean);
        return;
    }
    fprintf(plot->words, "%s\n", clean);
    double width = clean_width(plot, type, clean);
    if (room > 0 && width > room) {
        shorten(plot, type, room, &clean);
        width = clean_width(plot, type, clean);
    }
    double shift = type->align == PLOT_LEFT ? 0 : type->align == PLOT_CENTRE ? width / 2 : width;
    cairo.save(plot->cairo);
    cairo.set_source_rgb(plot->cairo, type->colour.red, type->colour.green, type->colour.blue);
    cairo.move_to(plot->cairo, x, y);
    if (type->upwards)
        cairo.rotate(plot->cairo, -M_PI / 2);
    cairo.rel_move_to(plot->cairo, -shift, 0);
    cairo.show_text(plot->cairo, clean);
    cairo.restore(plot->cairo);
    cairo.new_path(plot->cairo);
    free(clean);
}

#else
typedef int plot_without_cairo; /* ISO C wants something in every file; see plot_none.c */
#endif
