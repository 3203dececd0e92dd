/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Round trips as people read them: a line for each probe, the summary, the table of flows. */
#ifndef REPORT_RTT_TEXT_H
#define REPORT_RTT_TEXT_H

#include "report/output.h"

/* One line, like ping's, for a struct rtt_probe_record. */
void rtt_probe_show(const void *record, const struct style *style, struct output *output);

/* The summary of a struct rtt_record: counts, loss by direction, figures with their n, histogram,
 * flows. */
void rtt_show(const void *record, const struct style *style, struct output *output);

#endif
