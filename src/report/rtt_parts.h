/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of the summary of a series: table of figures, histogram, table of flows. */
#ifndef REPORT_RTT_PARTS_H
#define REPORT_RTT_PARTS_H

#include <stdio.h>

#include "report/output.h"
#include "report/records.h"

/* Room for any time or share as text. */
#define RTT_TEXT_SIZE 40

/*
 * A time in so many significant figures (3 … 9), never finer than a nanosecond: "180.20 ms"; where
 * it is not finite, "". `strip`: without zeros at the end of the fraction.
 */
void rtt_show_time(const struct style *style, double ms, unsigned figures, bool strip,
                   char text[RTT_TEXT_SIZE]);

/* Figures that tell times between these two apart: three, or more where they lie close. */
unsigned rtt_figures(double min_ms, double max_ms);

/* A share: "0 %", "2.5 %", "33 %"; neither 0 nor 100 unless it is that exactly. "" if unknown. */
void rtt_show_percent(double percent, char text[RTT_TEXT_SIZE]);

/* min … jitter as a table, each with what it rests on; those that are unknown are left out. */
void rtt_put_figures(const struct rtt_record *record, const struct style *style, FILE *stream);

/* The histogram's bins as bars; several empty ones in a row are drawn as one. */
void rtt_put_histogram(const struct rtt_record *record, const struct style *style, FILE *stream);

/* The flows, bad ones first; of many, the good ones are only counted, unless style->verbose. */
void rtt_put_flows(const struct rtt_record *record, const struct style *style, FILE *stream);

#endif
