/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the picture of round trips share: the sheet that it is drawn on. */
#ifndef REPORT_RTT_PLOT_PARTS_H
#define REPORT_RTT_PLOT_PARTS_H

#include "report/plot.h"
#include "report/rtt_plot.h"
#include "report/rtt_series.h"

/* Points of the page. */
#define RTT_PLOT_WIDTH 800.0

struct sheet {
    struct plot *plot;
    const struct rtt_plot *data;
    size_t drawn; /* targets */
    struct rtt_extent extent;
    bool measured; /* there is a round trip to draw */
    struct plot_panel time, strip, share;
    double *sorted[RTT_PLOT_TARGETS];
    size_t samples[RTT_PLOT_TARGETS];
    size_t most; /* samples of the target with the most */
    char times_label[64], trips_label[64];
    bool memory_out;
};

/* How high a target's row is in the strip of what has no round trip. */
double rtt_plot_row(const struct sheet *sheet);
/* "38.2 µs", or a dash for what is unknown. */
const char *rtt_plot_ms(double ms, char text[32]);
/* Both panels, the strip and the key, with their data. */
void rtt_plot_panels(struct sheet *sheet);

#endif
