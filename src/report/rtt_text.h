/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Round trips as people read them: a line for each probe, the summary, the table of flows. */
#ifndef REPORT_RTT_TEXT_H
#define REPORT_RTT_TEXT_H

#include "report/output.h"

/*
 * One line, like ping's, for a struct rtt_probe_record: target, number, what came of it, time.
 * Never broken. The source port is shown for lost ones, and with style->verbose.
 */
void rtt_probe_show(const void *record, const struct style *style, struct output *output);

/*
 * The summary of a struct rtt_record: counts, loss by direction, figures with their n, histogram,
 * flows. A whole page for the only target of a run (`alone`) and with style->verbose; otherwise a
 * few lines.
 */
void rtt_show(const void *record, const struct style *style, struct output *output);

/*
 * The line of `fping -C`, for programs that read that: "TARGET : 91.7 37.0 29.2 - 36.8", times in
 * ms written as fping 5.1 does, NAN as "-".
 */
void rtt_fping_line(FILE *stream, const char *target, const double *rtt_ms, size_t count);

#endif
