/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Aligned tables that fit a width. */
#include "report/table.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

#define GAP        2
#define COLUMN_MIN 6

static const char *cell_text(const struct table *table, size_t row, size_t column,
                             char text[FIELD_TEXT_SIZE])
{
    const char *cell = table->cell(table->context, row, column, text);
    return cell ? cell : "-";
}

/* Where style_cut() breaks a line, at first and when that does not help. */
static const char *const breaks[] = {" ,|", " ,|-_"};
#define BREAKS (sizeof breaks / sizeof breaks[0])

/* Columns of the longest piece between breaks. */
static size_t longest_piece(const char *text, const char *at_these)
{
    size_t longest = 0;
    while (*text) {
        size_t length = strcspn(text, at_these);
        length += text[length] != '\0' && text[length] != ' ';
        for (size_t at = 0, columns = 0; at < length; columns++) {
            size_t taken = style_character(text + at);
            at += taken > 0 ? taken : 1;
            longest = columns + 1 > longest ? columns + 1 : longest;
        }
        text += length + strspn(text + length, " ");
    }
    return longest;
}

static size_t text_lines(const char *text, size_t width)
{
    size_t lines = 0;
    do {
        size_t next;
        style_cut(text, width, false, &next);
        text += next;
        lines++;
    } while (*text);
    return lines;
}

/* Lines that a whole column takes in a width; a broken heading is as bad as every fourth cell
 * broken. */
static size_t column_lines(const struct table *table, size_t column, size_t width)
{
    size_t lines =
        text_lines(table->heading(table->context, column), width) * (1 + table->rows / 4);
    for (size_t row = 0; row < table->rows; row++) {
        char text[FIELD_TEXT_SIZE];
        lines += text_lines(cell_text(table, row, column, text), width);
    }
    return lines;
}

struct column {
    size_t width;
    size_t least; /* a word would be torn below that */
    size_t cost;  /* lines that one column less would add */
};

static size_t least_width(const struct table *table, size_t index, const char *at_these)
{
    size_t least = longest_piece(table->heading(table->context, index), at_these);
    for (size_t row = 0; row < table->rows; row++) {
        char text[FIELD_TEXT_SIZE];
        size_t piece = longest_piece(cell_text(table, row, index, text), at_these);
        least = piece > least ? piece : least;
    }
    return least;
}

static size_t natural_width(const struct table *table, size_t index)
{
    size_t width = style_columns(table->heading(table->context, index));
    for (size_t row = 0; row < table->rows; row++) {
        char text[FIELD_TEXT_SIZE];
        size_t columns = style_columns(cell_text(table, row, index, text));
        width = columns > width ? columns : width;
    }
    return width;
}

static void find_cost(const struct table *table, size_t index, struct column *column)
{
    column->cost = SIZE_MAX;
    if (column->width <= column->least)
        return;
    size_t now = column_lines(table, index, column->width),
           then = column_lines(table, index, column->width - 1);
    column->cost = then > now ? then - now : 0;
}

/* Makes columns narrower while that is needed and tears nothing, each time where it costs the
 * fewest lines. */
static void narrow(const struct table *table, struct column columns[], size_t *total)
{
    for (size_t i = 0; i < table->columns; i++)
        find_cost(table, i, &columns[i]);
    while (*total > table->style->width) {
        size_t best = 0;
        for (size_t i = 1; i < table->columns; i++)
            if (columns[i].cost < columns[best].cost ||
                (columns[i].cost == columns[best].cost && columns[i].width >= columns[best].width))
                best = i;
        if (columns[best].cost == SIZE_MAX)
            return;
        columns[best].width--;
        --*total;
        find_cost(table, best, &columns[best]);
    }
}

/* Natural widths; where they do not fit, narrower ones that break between words, then in them, then
 * anywhere. */
static void measure(const struct table *table, size_t widths[TABLE_COLUMNS_MAX])
{
    struct column columns[TABLE_COLUMNS_MAX] = {{0}};
    size_t total = table->indent + (table->columns - 1) * GAP;
    for (size_t i = 0; i < table->columns; i++) {
        columns[i].width = natural_width(table, i);
        total += columns[i].width;
    }
    for (size_t level = 0; level <= BREAKS && total > table->style->width; level++) {
        for (size_t i = 0; i < table->columns; i++)
            columns[i].least = level < BREAKS ? least_width(table, i, breaks[level]) : COLUMN_MIN;
        narrow(table, columns, &total);
    }
    for (size_t i = 0; i < table->columns; i++)
        widths[i] = columns[i].width;
}

/* One row of cells, over as many lines as its longest cell takes. */
static void put_row(const struct table *table, const size_t widths[], const char *cells[],
                    enum tone tone)
{
    bool more;
    do {
        size_t waiting =
            table->indent; /* blanks before the next text: none end up at the line's end */
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
                if (tone != TONE_PLAIN)
                    fputs(style_tone(table->style, tone), table->stream);
                style_put(table->style, table->stream, cells[column], length);
                if (tone != TONE_PLAIN)
                    fputs(style_tone(table->style, TONE_PLAIN), table->stream);
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
    assert(table->columns > 0 && table->columns <= TABLE_COLUMNS_MAX);
    size_t widths[TABLE_COLUMNS_MAX] = {0};
    char texts[TABLE_COLUMNS_MAX][FIELD_TEXT_SIZE];
    const char *cells[TABLE_COLUMNS_MAX];
    measure(table, widths);
    for (size_t column = 0; column < table->columns; column++)
        cells[column] = table->heading(table->context, column);
    put_row(table, widths, cells, TONE_DIM);
    for (size_t row = 0; row < table->rows; row++) {
        for (size_t column = 0; column < table->columns; column++)
            cells[column] = cell_text(table, row, column, texts[column]);
        put_row(table, widths, cells, table->tone ? table->tone(table->context, row) : TONE_PLAIN);
    }
}
