/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `--plot` keeps of the series until the picture is drawn. */
#ifndef CMD_RTT_PICTURE_H
#define CMD_RTT_PICTURE_H

#include "probe/engine.h"
#include "report/rtt_plot.h"

struct picture_series;

struct picture {
    struct picture_series *series;
    size_t count;
    int64_t began; /* ns: the first SYN of all */
};

/* Keeps a copy of a series; of more than can be drawn only the name. Where memory is short, less is
 * drawn. */
void picture_add(struct picture *picture, const struct engine_result *result);
/* Writes it. 0, or the faults of rtt_plot_write(). */
int picture_write(const struct picture *picture, const char *path, struct fault *fault);
void picture_release(struct picture *picture);

#endif
