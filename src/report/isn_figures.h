/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The figures of an audit in words: chances, packets, times, numbers. */
#ifndef REPORT_ISN_FIGURES_H
#define REPORT_ISN_FIGURES_H

#include <stddef.h>
#include <stdint.h>

#include "report/records_isn.h"

#define ISN_FIGURE_SIZE 48

/* "1 in 10^12", "1 in 40"; "likely" for a half and more; "" for NAN. Below 10^-9999 it stops.
 */
void isn_show_chance(double log10_p, char text[ISN_FIGURE_SIZE]);

/* A number as exact as half the width of its interval allows: "15624766.4"; else as above. */
void isn_show_within(double number, double low, double high, char text[ISN_FIGURE_SIZE]);

/* "1", "5300", "8.4 million", "2.1 billion (2^31)", "too many"; "" for NAN. */
void isn_show_count(double count, char text[ISN_FIGURE_SIZE]);

/* "41 to 83", "8.1 to 8.7 million"; "" where an end is not known. */
void isn_show_range(double low, double high, char text[ISN_FIGURE_SIZE]);

/* "at once" (below 0.1 s), "21 s", "5.8 min", "6 hours", "25 days", "3.1 years"; "" for NAN. */
void isn_show_time(double seconds, char text[ISN_FIGURE_SIZE]);

/* A number of four or more significant digits, without an exponent where that is readable:
 * "64000", "15624999", "244140.6", "0.5"; "" for NAN. */
void isn_show_number(double number, char text[ISN_FIGURE_SIZE]);

/*
 * The audit in one sentence without a full stop, for a report: target, class in words, the key
 * figure, the cost. "" where there was no audit (record->class is NULL). Nothing else of the record
 * need be filled in but what it tells.
 */
void isn_reason(const struct isn_record *record, char *text, size_t size);
#define ISN_REASON_SIZE 512

#endif
