/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The functions of cairo that pictures call, in a library that is loaded with the first picture. */
#ifndef REPORT_PLOT_CAIRO_H
#define REPORT_PLOT_CAIRO_H

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <cairo.h>

#include "base/err.h"

/* The library of the headers above, and who has it. */
#define PLOT_CAIRO_LIBRARY "libcairo.so.2"
#define PLOT_CAIRO_PACKAGE "libcairo2"
#if CAIRO_VERSION_MAJOR != 1
#error "libcairo.so.2 belongs to cairo 1: which one belongs to this?"
#endif

/* clang-format off */
#define PLOT_CAIRO_TABLE(X) \
    X(arc) \
    X(clip) \
    X(close_path) \
    X(create) \
    X(destroy) \
    X(fill) \
    X(fill_preserve) \
    X(font_options_create) \
    X(font_options_destroy) \
    X(font_options_set_antialias) \
    X(font_options_set_hint_metrics) \
    X(font_options_set_hint_style) \
    X(image_surface_create) \
    X(line_to) \
    X(move_to) \
    X(new_path) \
    X(new_sub_path) \
    X(paint) \
    X(pdf_surface_create_for_stream) \
    X(pdf_surface_set_metadata) \
    X(rectangle) \
    X(rel_move_to) \
    X(restore) \
    X(rotate) \
    X(save) \
    X(select_font_face) \
    X(set_dash) \
    X(set_font_options) \
    X(set_font_size) \
    X(set_line_cap) \
    X(set_line_join) \
    X(set_line_width) \
    X(set_source_rgb) \
    X(set_source_rgba) \
    X(show_text) \
    X(status) \
    X(status_to_string) \
    X(stroke) \
    X(surface_destroy) \
    X(surface_finish) \
    X(surface_set_device_scale) \
    X(surface_status) \
    X(surface_write_to_png_stream) \
    X(svg_surface_create_for_stream) \
    X(text_extents)
/* clang-format on */

/* cairo.arc() is cairo_arc(), of the type that cairo.h gives it. */
struct plot_cairo {
#define X(name) __typeof__(cairo_##name) *name;
    PLOT_CAIRO_TABLE(X)
#undef X
};
/* Not to be called through before plot_cairo_load() has returned 0. */
extern struct plot_cairo cairo;

/*
 * Loads the library unless that is done. Nearly no run draws a picture, and linked with the program
 * cairo and the forty libraries behind it would make each start a millisecond dearer. It stays to
 * the end of the program. 0, or -FAULT_SYSTEM with the library, its package and the loader's words.
 */
int plot_cairo_load(struct fault *fault);
/* What it does, for another library and table, which is changed on success only. */
int plot_cairo_load_from(const char *library, struct plot_cairo *ret_cairo, struct fault *fault);

#endif
