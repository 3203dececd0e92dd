/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the Prometheus renderer share: metrics made from a schema. */
#ifndef REPORT_PROMETHEUS_PARTS_H
#define REPORT_PROMETHEUS_PARTS_H

#include <stdio.h>

#include "report/output.h"

#define METRIC_NAME 128

/* One metric: a field of the schema, or of an object in it. */
struct metric {
    struct field_place place;
    char name[METRIC_NAME];
    double divisor; /* value / divisor is in base units */
    size_t words;   /* how many a text may be; 0: a number */
};

/* The metrics of a schema in its order, to be freed; NULL: out of memory. */
struct metric *metrics_of(const struct schema *schema, size_t *ret_count);

/*
 * A record's value: in base units; of a text the index of its word, `words` for one that is not
 * among them. NaN: unknown.
 */
double metric_value(const struct metric *metric, const void *record);
/* Word number `index` of a text: its length, its beginning in *ret_word. */
size_t metric_word(const struct metric *metric, size_t index, const char **ret_word);

/* ---- writing
 * ------------------------------------------------------------------------------------- */

/* Text for HELP, and for a label between its quotes: escaped, invalid UTF-8 replaced. */
void metric_put_help(FILE *stream, const char *text);
void metric_put_label(FILE *stream, const char *text);
/* A number, its point a point whatever the locale. */
void metric_put_number(FILE *stream, double value);
/* "# HELP" and "# TYPE"; the help of a metric in an object begins with the object's. */
void metric_put_head(FILE *stream, const char *name, const char *outer_help, const char *help);

#endif
