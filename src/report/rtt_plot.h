/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A series of round trips as a picture: over time, and as a distribution. */
#ifndef REPORT_RTT_PLOT_H
#define REPORT_RTT_PLOT_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* What became of a probe: enumerator, its word in the picture. */
/* clang-format off */
#define RTT_PLOT_TABLE(X) \
    X(SAMPLE,      "answered") \
    X(REFUSED,     "refused") \
    X(LOST,        "lost") \
    X(AMBIGUOUS,   "ambiguous") \
    X(LATE,        "late") \
    X(UNREACHABLE, "unreachable")
/* clang-format on */
enum rtt_plot_kind {
#define X(id, word) RTT_PLOT_##id,
    RTT_PLOT_TABLE(X)
#undef X
        RTT_PLOT_COUNT
};

struct rtt_plot_point {
    double t_s;    /* since the first probe of the run */
    double rtt_ms; /* NaN for none */
    enum rtt_plot_kind kind;
};

struct rtt_plot_target {
    const char *name;
    const struct rtt_plot_point *points; /* in any order */
    size_t count;
    int64_t n; /* samples, as in the record; so are the others: NaN for unknown */
    double min_ms, p50_ms, p95_ms, p99_ms, max_ms, loss_percent;
};

/* As many are drawn: colours and shapes end there. The rest are named below. */
#define RTT_PLOT_TARGETS 8

struct rtt_plot {
    const char *title;
    const char *subtitle; /* NULL for none */
    const char *source;   /* where the times come from; NULL for unknown */
    const struct rtt_plot_target *targets;
    size_t count; /* any number */
};

/*
 * Writes the picture; its form follows from the path's ending (plot_check_path() in report/plot.h).
 * The same data give the same bytes. Only answered and refused probes are in the distribution, as
 * in the record. 0, or the faults of plot_open() and plot_close(), with nothing written.
 */
int rtt_plot_write(const char *path, const struct rtt_plot *data, struct fault *fault);

#endif
