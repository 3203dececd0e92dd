/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Aligned tables that fit a width. */
#include "report/table.h"

#include <assert.h>
#include <string.h>

#define GAP 2
#define COLUMN_MIN 6

static const char *cell_text(const struct table *table, size_t row, size_t column, char text[FIELD_TEXT_SIZE])
{
    const char *cell = table->cell(table->context, row, column, text);
    return cell ? cell : "-";
}

/* The columns' natural widths, the widest made narrower until all fit. */
static void measure(const struct table *table, size_t widths[TABLE_COLUMNS_MAX])
{
    size_t total = table->indent;
    for (size_t column = 0; column < table->columns; column++) {
        widths[column] = style_columns(table->heading(table->context, column));
        for (size_t row = 0; row < table->rows; row++) {
            char text[FIELD_TEXT_SIZE];
            size_t columns = style_columns(cell_text(table, row, column, text));
            if (columns > widths[column])
                widths[column] = columns;
        }
        total += widths[column] + (column > 0 ? GAP : 0);
    }
    while (total > table->style->width) {
        size_t widest = 0;
        for (size_t column = 1; column < table->columns; column++)
            if (widths[column] >= widths[widest])
                widest = column;
        if (widths[widest] <= COLUMN_MIN)
            break;
        widths[widest]--;
        total--;
    }
}

/* One row of cells, over as many lines as its longest cell takes. */
static void put_row(const struct table *table, const size_t widths[], const char *cells[])
{
    bool more;
    do {
        size_t waiting = table->indent; /* blanks before the next text: none end up at the line's end */
        more = false;
        for (size_t column = 0; column < table->columns; column++) {
            size_t next, length = style_cut(cells[column], widths[column], false, &next);
            size_t columns = 0;
            bool right = table->right && table->right(table->context, column);
            if (length > 0) {
                char line[256];
                size_t shown = length < sizeof line ? length : sizeof line - 1;
                memcpy(line, cells[column], shown);
                line[shown] = '\0';
                columns = style_columns(line);
                if (right && columns < widths[column]) {
                    waiting += widths[column] - columns;
                    columns = widths[column];
                }
                style_spaces(table->stream, waiting);
                style_put(table->style, table->stream, cells[column], length);
                waiting = 0;
            }
            waiting += widths[column] > columns ? widths[column] - columns : 0;
            waiting += GAP;
            cells[column] += next;
            more = more || *cells[column] != '\0';
        }
        fputc('\n', table->stream);
    } while (more);
}

void table_show(const struct table *table)
{
    assert(table->columns <= TABLE_COLUMNS_MAX);
    size_t widths[TABLE_COLUMNS_MAX];
    char texts[TABLE_COLUMNS_MAX][FIELD_TEXT_SIZE];
    const char *cells[TABLE_COLUMNS_MAX];
    measure(table, widths);
    for (size_t column = 0; column < table->columns; column++)
        cells[column] = table->heading(table->context, column);
    fputs(style_tone(table->style, TONE_DIM), table->stream);
    put_row(table, widths, cells);
    fputs(style_tone(table->style, TONE_PLAIN), table->stream);
    for (size_t row = 0; row < table->rows; row++) {
        for (size_t column = 0; column < table->columns; column++)
            cells[column] = cell_text(table, row, column, texts[column]);
        put_row(table, widths, cells);
    }
}
