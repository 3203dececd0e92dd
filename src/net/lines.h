/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines of a file, a pipe or a terminal as they come, in bounded memory and without waiting. */
#ifndef NET_LINES_H
#define NET_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* The longest line that is given out, without its end. */
#define LINES_MAX 65536

struct lines;

enum lines_state {
    LINES_LINE,     /* here is one */
    LINES_TOO_LONG, /* here was one of more than LINES_MAX bytes, which is left out */
    LINES_WAIT,     /* nothing there now: when lines_descriptor() is readable there may be */
    LINES_END,      /* there was no more, and there will not be */
    LINES_FAILED,   /* reading failed, FAULT_IO says why; the next call says END */
    LINES_STATE_COUNT
};

/*
 * Opens a file by its path without waiting for anything, such as a FIFO's writer. NULL with
 * FAULT_IO ("'PATH' cannot be opened: …") or FAULT_MEMORY. A directory can be opened, and fails
 * when it is read.
 */
struct lines *lines_open(const char *path, struct fault *fault);

/*
 * Reads standard input, which stays open. It is shared with other processes: its flags are left as
 * they are. NULL with FAULT_IO when it is closed, or FAULT_MEMORY.
 */
struct lines *lines_standard_input(struct fault *fault);

/* NULL is allowed. */
void lines_close(struct lines *lines);

/*
 * The next line: its bytes without the '\n', with a NUL behind them, to be changed at will until
 * the next call. They may hold NULs of their own. What stands behind the last '\n' is a line too
 * if it is not empty. A pipe, a terminal or a socket is read at most once in a call.
 */
enum lines_state lines_next(struct lines *lines, char **ret_text, size_t *ret_length,
                            struct fault *fault);

/* The number of the line that was given or left out last, from 1; 0 before the first. */
uint64_t lines_number(const struct lines *lines);

/* Whether the next call surely gives a line, or the end, without reading. */
bool lines_ready(const struct lines *lines);

/* What to watch after LINES_WAIT; -1 for a regular file, which is always readable. */
int lines_descriptor(const struct lines *lines);

#endif
