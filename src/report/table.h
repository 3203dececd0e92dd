/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Aligned tables that fit a width: the widest columns give way, their cells are broken over lines.
 */
#ifndef REPORT_TABLE_H
#define REPORT_TABLE_H

#include "report/output.h"

#define TABLE_COLUMNS_MAX 16

struct table {
    const struct style *style;
    FILE *stream;
    size_t indent;
    size_t rows, columns; /* at most TABLE_COLUMNS_MAX columns */
    /* The heading of a column. */
    const char *(*heading)(const void *context, size_t column);
    /* A cell's text, which may be in `text`; NULL is unknown, shown as "-". */
    const char *(*cell)(const void *context, size_t row, size_t column, char text[FIELD_TEXT_SIZE]);
    /* Whether the column is one of numbers, aligned to the right; NULL: none is. */
    bool (*right)(const void *context, size_t column);
    /* The tone of a row; NULL: plain. */
    enum tone (*tone)(const void *context, size_t row);
    const void *context; /* handed to the functions */
};

void table_show(const struct table *table);

#endif
