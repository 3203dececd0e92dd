/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The audit of a server's initial sequence numbers as a picture. */
#ifndef REPORT_ISN_PLOT_H
#define REPORT_ISN_PLOT_H

#include "base/err.h"
#include "stat/isn/audit.h"
#include "stat/isn/sample.h"

struct isn_plot {
    const char *target; /* NULL: not known */
    const char *source; /* where the samples come from: "capture on eth0", a file; NULL: not said */
    const char *date;   /* as it is to be shown; NULL: none */
    const struct isn_samples *samples; /* any number, also none */
    const struct isn_audit *audit;     /* of them */
};

/*
 * Writes one page of eight parts: the numbers over time, what the clock leaves of them, their
 * differences, the phase space in two and in three coordinates after Zalewski, the function of the
 * port, the bits one by one, and the audit's figures. Its form follows from the path's ending
 * (plot_check_path() in report/plot.h). The same data give the same bytes; of large samples some
 * are drawn, and the picture says how many. 0, or the faults of plot_open() and plot_close(), with
 * nothing written.
 */
int isn_plot_write(const char *path, const struct isn_plot *data, struct fault *fault);

#endif
