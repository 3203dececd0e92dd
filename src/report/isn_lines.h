/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Initial sequence numbers as text: lines read into samples, and samples written as lines. */
#ifndef REPORT_ISN_LINES_H
#define REPORT_ISN_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "stat/isn/sample.h"

/*
 * A line is one of
 *   time_ns src_port isn                  between blanks or commas
 *   time_ns src_port isn src cseq mss
 *   names of columns                      once or more: from here on they stand in this order, and
 *                                         columns of other names are passed over
 *   {"time_ns":…,"src_port":…,"isn":…}    with the same names, in any order, other keys passed over
 *   # gap                                 a SYN was not answered here
 *   # …, and empty lines                  nothing
 * Numbers are decimal or 0x-hexadecimal. `src` is a number, or an address: those are numbered in
 * the order in which they appear. A line ends with LF or CRLF, the last one with nothing, too.
 */

#define ISN_LINES_LENGTH  4096      /* longest line, bytes */
#define ISN_LINES_ROWS    (1 << 24) /* most numbers */
#define ISN_LINES_SOURCES 256       /* most addresses */
/* Times lie between -2^62 and 2^62, without these, so that no difference of two overflows. */

enum isn_column {
    ISN_COLUMN_TIME,
    ISN_COLUMN_PORT,
    ISN_COLUMN_ISN,
    ISN_COLUMN_SRC,
    ISN_COLUMN_CSEQ,
    ISN_COLUMN_MSS,
    ISN_COLUMN_COUNT
};

#define ISN_LINES_COLUMNS 64 /* most columns of a line; of them, what each is */

struct isn_lines {
    /* To be set: who is told of a line that cannot be read; may be NULL. */
    void (*complain)(void *data, uint64_t number, const char *why);
    void *data;

    struct isn_sample *rows; /* what has been read */
    size_t count;
    size_t extended; /* rows that had all six columns */
    uint64_t number; /* of the line in hand, from 1 */
    uint64_t bad;    /* lines that could not be read */

    /* The reader's own. */
    size_t room;
    bool gap, overlong;
    size_t length;
    char line[ISN_LINES_LENGTH + 1];
    int columns[ISN_LINES_COLUMNS]; /* enum isn_column; -1: passed over */
    size_t column_count;            /* 0: no names have been given */
    char *sources[ISN_LINES_SOURCES];
    size_t source_count;
};

void isn_lines_init(struct isn_lines *lines);
void isn_lines_release(struct isn_lines *lines);

/* The next bytes of the text. 0, -FAULT_MEMORY, or -FAULT_RANGE for more than ISN_LINES_ROWS. */
int isn_lines_add(struct isn_lines *lines, const char *bytes, size_t length);
/* The text has ended: its last line may have had no end. As above. */
int isn_lines_end(struct isn_lines *lines);

/* Whether every row has src, cseq and mss. */
bool isn_lines_extended(const struct isn_lines *lines);

/*
 * Writes samples as such lines, six columns where they are extended, three else, behind comments
 * that say what they are: `about` (NULL: nothing) in one of its own. The stream's error flag tells
 * of failure.
 */
void isn_lines_write(FILE *stream, const char *about, const struct isn_samples *samples);

#endif
