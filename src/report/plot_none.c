/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures in a program that was built without cairo: there are none, and it says why. */
#include "report/plot.h"

#ifndef HAVE_CAIRO

#include "report/plot_parts.h"

int plot_check_path(const char *path, struct fault *fault)
{
    enum plot_kind kind;
    int error = plot_kind_check(path, &kind, fault);
    if (error)
        return error;
#ifdef WITHOUT_CAIRO
    return fault_set(fault, FAULT_USAGE, 0,
                     "this build has no cairo: --plot is not available; configure was told "
                     "--without-cairo");
#else
    return fault_set(fault, FAULT_USAGE, 0,
                     "this build has no cairo: --plot is not available; configure found no "
                     "libcairo2-dev");
#endif
}

/* There is no plot that the others could be called with. */
#pragma GCC diagnostic ignored "-Wunused-parameter"

struct plot *plot_open(const char *path, double width, double height, const char *title,
                       struct fault *fault)
{
    plot_check_path(path, fault);
    return NULL;
}

int plot_close(struct plot *plot, struct fault *fault)
{
    return fault_set(fault, FAULT_INTERNAL, 0, "a picture without cairo");
}

void plot_drop(struct plot *plot)
{
}

void plot_stroke(struct plot *plot, const struct plot_pen *pen, const struct plot_point *points,
                 size_t count)
{
}

void plot_segment(struct plot *plot, const struct plot_pen *pen, double x1, double y1, double x2,
                  double y2)
{
}

void plot_boxes(struct plot *plot, const struct plot_pen *pen, const struct plot_point *points,
                size_t count)
{
}

void plot_markers(struct plot *plot, const struct plot_marker *marker,
                  const struct plot_point *points, size_t count)
{
}

void plot_text(struct plot *plot, const struct plot_type *type, double x, double y, double room,
               const char *text)
{
}

double plot_text_width(struct plot *plot, const struct plot_type *type, const char *text)
{
    return 0;
}

void plot_clip(struct plot *plot, double x, double y, double width, double height)
{
}

void plot_unclip(struct plot *plot)
{
}

#else
typedef int plot_with_cairo; /* ISO C wants something in every file; see plot.c */
#endif
