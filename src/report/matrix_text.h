/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a target and the way to it make of TCP options, as people read it. */
#ifndef REPORT_MATRIX_TEXT_H
#define REPORT_MATRIX_TEXT_H

#include "report/output.h"

/*
 * A page for a struct matrix_record: the verdict in one line that is never broken, then the target,
 * the matrix as a table with a row for each option, what else was seen of the SYN,ACKs (header,
 * clock, repeats, cookies, proxies), open connections and routers, the findings. With
 * style->verbose the evidence whole and every rung, with style->explain also what each verdict that
 * occurs proves and what it cannot. Where no SYN,ACK came only "VERDICT: REASON".
 */
void matrix_text(const void *record, const struct style *style, struct output *output);

/* One struct matrix_row_record as one line. */
void matrix_row_text(const void *record, const struct style *style, struct output *output);

/* How long a host has been up: "12.0 days", "10.5 hours"; a clock that is off by a few parts in a
 * million says no more. Returns text. */
#define MATRIX_UPTIME_SIZE 32
const char *matrix_uptime_show(double seconds, char text[MATRIX_UPTIME_SIZE]);

#endif
