/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the plot share: the kinds of file, and text that a picture can hold. */
#ifndef REPORT_PLOT_PARTS_H
#define REPORT_PLOT_PARTS_H

#include "report/plot.h"

/* clang-format off */
#define PLOT_KIND_TABLE(X) \
    X(SVG, ".svg") \
    X(PNG, ".png") \
    X(PDF, ".pdf")
/* clang-format on */
enum plot_kind {
#define X(id, ending) PLOT_KIND_##id,
    PLOT_KIND_TABLE(X)
#undef X
        PLOT_KIND_COUNT
};

/* The kind by the path's ending, or PLOT_KIND_COUNT. */
enum plot_kind plot_kind_find(const char *path);
/* 0, or -FAULT_USAGE for a path with none of the endings. */
int plot_kind_check(const char *path, enum plot_kind *ret_kind, struct fault *fault);

/* A copy of `text` that is UTF-8 without control characters and can stand in XML once it is
 * escaped; to be freed; NULL: no memory. */
char *plot_clean(const char *text);

/*
 * A finished SVG made the same whatever was drawn before it in this program (cairo numbers its
 * surfaces throughout), and with a title and the words in it. To be freed; NULL: no memory.
 */
char *plot_svg_finish(const char *svg, size_t length, const char *title, const char *words,
                      size_t *ret_length);

#endif
