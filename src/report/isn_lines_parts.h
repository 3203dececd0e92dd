/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files that read initial sequence numbers share. */
#ifndef REPORT_ISN_LINES_PARTS_H
#define REPORT_ISN_LINES_PARTS_H

#include "report/isn_lines.h"

/* Room for why a line cannot be read. */
#define ISN_LINES_WHY 160

enum isn_line { ISN_LINE_NOTHING, ISN_LINE_SAMPLE, ISN_LINE_GAP, ISN_LINE_BAD, ISN_LINE_MEMORY };

/* Reads lines->line, whose length is given; *ret_extended: it had all six columns. */
enum isn_line isn_lines_parse(struct isn_lines *lines, size_t length, struct isn_sample *ret_sample,
                              bool *ret_extended, char why[ISN_LINES_WHY]);

/* A row in the making: which columns it has, and the first thing that is wrong with it. */
struct isn_line_row {
    struct isn_lines *lines;
    struct isn_sample sample;
    unsigned seen; /* bits, by enum isn_column */
    bool memory;   /* ran out of it */
    char *why;     /* ISN_LINES_WHY; "": nothing */
};

/* The column of that name; -1: none. */
int isn_lines_column(const char *name, size_t length);
const char *isn_lines_column_name(enum isn_column column);

/* A value of a column, as text; false, with row->why or row->memory, where it cannot be. */
bool isn_lines_take(struct isn_line_row *row, enum isn_column column, const char *text,
                    size_t length);
/* The same as a whole number. */
bool isn_lines_take_number(struct isn_line_row *row, enum isn_column column, int64_t value);
/* Whether it has all that it must have; why not, else. */
bool isn_lines_complete(struct isn_line_row *row);

/* Reads an object of JSON into the row; false, with row->why or row->memory. */
bool isn_lines_json(struct isn_line_row *row, const char *text, size_t length);

#endif
