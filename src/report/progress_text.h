/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How far a run has come, as one line. */
#ifndef REPORT_PROGRESS_TEXT_H
#define REPORT_PROGRESS_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "report/records.h"

/* Room for the longest line. */
#define PROGRESS_TEXT_SIZE 512

struct progress {
    uint64_t done;                    /* targets */
    int64_t total;                    /* RECORD_UNKNOWN while a list is still being read */
    double rate;                      /* targets a second; NAN: unknown */
    double seconds_left;              /* NAN: unknown */
    double elapsed;                   /* seconds */
    uint64_t verdicts[VERDICT_COUNT]; /* how many of each; their sum is `done` */
};

/*
 * The line shown while a run goes on, without a newline:
 * "12,345 of 65,536 (18 %)  9,800/s  open 12, refused 12,333  5 s left". Never more than `width`
 * columns: the rate, then the verdicts, then the time give way, and at last the line is cut. ASCII
 * only unless `utf8`. Returns the columns written; `size` is PROGRESS_TEXT_SIZE or more.
 */
size_t progress_line(const struct progress *progress, unsigned width, bool utf8, char *text,
                     size_t size);

/*
 * The line at the end, or at SIGQUIT, without a newline and not cut:
 * "65,536 targets: 12 open, 65,524 refused, 0 not measured in 6.6 s", beginning with "12,345 of
 * 65,536 targets" where not all are done. ASCII only. Returns its length.
 */
size_t progress_summary(const struct progress *progress, char *text, size_t size);

#endif
