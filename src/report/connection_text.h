/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A connection of a capture for people: its line, or a page with the ladder. */
#ifndef REPORT_CONNECTION_TEXT_H
#define REPORT_CONNECTION_TEXT_H

#include "report/output.h"
#include "report/records_read.h"

/* schema_read's, schema_read_row's, schema_capture's and schema_compare's `show`. */
void connection_show(const void *record, const struct style *style, struct output *output);
void read_row_show(const void *record, const struct style *style, struct output *output);
void capture_show(const void *record, const struct style *style, struct output *output);
void compare_show(const void *record, const struct style *style, struct output *output);

/* The heading above the lines of connections, in the columns that they have; above those of
 * segments, and of pairs of connections. */
void connection_heading(const struct style *style, FILE *stream);
void read_row_heading(const struct style *style, FILE *stream);
void compare_heading(const struct style *style, FILE *stream);

#endif
