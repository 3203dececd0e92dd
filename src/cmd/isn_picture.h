/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `--plot` of `isn`: a page for each target, and the names of their files. */
#ifndef CMD_ISN_PICTURE_H
#define CMD_ISN_PICTURE_H

#include <stdint.h>

#include "base/err.h"
#include "stat/isn/audit.h"
#include "stat/isn/sample.h"

struct isn_picture {
    const char *path;   /* what --plot names */
    size_t number;      /* of the target within the run, from 1 */
    const char *target; /* NULL: not known */
    const char *source; /* where the samples come from: "capture on eth0", a file; NULL: not said */
    int64_t date;       /* when they were taken, ns since 1970; 0: not known, none is shown */
    const struct isn_samples *samples;
    const struct isn_audit *audit;
};

/*
 * Whether pictures can be written to the path: 0, or the faults of plot_check_path(). For the start
 * of the program, before any packet is sent.
 */
int isn_picture_check(const char *path, struct fault *fault);

/*
 * Draws a target's page. The first one gets the file that was named, the others one beside it with
 * their number: isn.svg, isn-2.svg, isn-3.svg. Keeps nothing. 0, or the faults of
 * isn_plot_write(): then that file is as it was before.
 */
int isn_picture_write(const struct isn_picture *picture, struct fault *fault);

/* The file of the target of that number, to be freed; NULL: no memory. */
char *isn_picture_path(const char *path, size_t number);

#endif
