/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records gathered and written for the textfile collector of Prometheus's node_exporter. */
#include "report/prometheus.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "report/prometheus_parts.h"
#include "report/replace.h"

/* One target. */
struct row {
    char *labels;   /* target="…",address="…", without braces */
    double *values; /* one for each metric */
    size_t number;  /* in the order of taking */
    bool overtaken; /* a later one has the same labels */
};

struct prometheus {
    const struct schema *schema;
    struct metric *metrics;
    size_t metric_count;
    struct row *rows;
    size_t row_count, filled, room; /* those from row_count to filled can be used again */
    size_t taken;
};

struct prometheus *prometheus_new(const struct schema *schema)
{
    struct prometheus *prometheus = calloc(1, sizeof *prometheus);
    if (!prometheus)
        return NULL;
    prometheus->schema = schema;
    prometheus->metrics = metrics_of(schema, &prometheus->metric_count);
    if (!prometheus->metrics) {
        free(prometheus);
        return NULL;
    }
    return prometheus;
}

static void release_row(struct row *row)
{
    free(row->labels);
    free(row->values);
}

void prometheus_free(struct prometheus *prometheus)
{
    if (!prometheus)
        return;
    for (size_t i = 0; i < prometheus->filled; i++)
        release_row(&prometheus->rows[i]);
    free(prometheus->rows);
    free(prometheus->metrics);
    free(prometheus);
}

static int compare_rows(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    if (x->overtaken != y->overtaken)
        return x->overtaken ? 1 : -1;
    int order = strcmp(x->labels, y->labels);
    return order ? order : (x->number > y->number) - (x->number < y->number);
}

/* Sorts, and keeps of those with the same labels the last: the others are sorted to the end. */
static void tidy(struct prometheus *prometheus)
{
    struct row *rows = prometheus->rows;
    if (prometheus->row_count == 0)
        return;
    qsort(rows, prometheus->row_count, sizeof *rows, compare_rows);
    for (size_t i = 0; i + 1 < prometheus->row_count; i++)
        rows[i].overtaken = strcmp(rows[i].labels, rows[i + 1].labels) == 0;
    qsort(rows, prometheus->row_count, sizeof *rows, compare_rows);
    while (rows[prometheus->row_count - 1].overtaken)
        prometheus->row_count--;
}

/* Room for one more row. A run without end repeats its targets: those are put together first. */
static bool grow(struct prometheus *prometheus)
{
    if (prometheus->row_count < prometheus->room)
        return true;
    tidy(prometheus);
    if (prometheus->row_count * 2 < prometheus->room)
        return true;
    size_t room = prometheus->room ? prometheus->room * 2 : 64;
    struct row *rows = reallocarray(prometheus->rows, room, sizeof *rows);
    if (!rows)
        return false;
    prometheus->rows = rows;
    prometheus->room = room;
    return true;
}

/* The labels of a record, to be freed; NULL: out of memory. */
static char *labels_of(const struct schema *schema, const void *record)
{
    static const char *const keys[] = {"file", "target", "address", "port", "family"};
    char *text = NULL, number[FIELD_TEXT_SIZE];
    size_t length;
    FILE *stream = open_memstream(&text, &length);
    if (!stream)
        return NULL;
    const char *between = "";
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const struct field *field = schema_field_find(schema, keys[i]);
        const char *value = field ? field_show(field, record, number) : NULL;
        if (!value)
            continue;
        fprintf(stream, "%s%s=\"", between, keys[i]);
        metric_put_label(stream, value);
        fputc('"', stream);
        between = ",";
    }
    if (fclose(stream) != 0) {
        free(text);
        return NULL;
    }
    return text;
}

/* Where the next row goes, its values not set; NULL: out of memory. */
static struct row *next_row(struct prometheus *prometheus)
{
    if (!grow(prometheus))
        return NULL;
    struct row *row = &prometheus->rows[prometheus->row_count];
    if (prometheus->row_count == prometheus->filled) {
        *row = (struct row){.values = calloc(prometheus->metric_count + 1, sizeof *row->values)};
        if (!row->values)
            return NULL;
        prometheus->filled++;
    }
    return row;
}

int prometheus_take(struct prometheus *prometheus, const void *record, struct fault *fault)
{
    char *labels = labels_of(prometheus->schema, record);
    struct row *row = labels ? next_row(prometheus) : NULL;
    if (!row) {
        free(labels);
        return fault_set(fault, FAULT_MEMORY, 0, "out of memory");
    }
    free(row->labels);
    row->labels = labels;
    row->number = prometheus->taken++;
    row->overtaken = false;
    for (size_t i = 0; i < prometheus->metric_count; i++)
        row->values[i] = metric_value(&prometheus->metrics[i], record);
    prometheus->row_count++;
    return 0;
}

/* A line: name, labels, the word's label if there is one, value. */
static void put_sample(FILE *stream, const struct metric *metric, const struct row *row,
                       const char *word, size_t word_length, double value)
{
    fprintf(stream, "%s{%s", metric->name, row->labels);
    if (word)
        fprintf(stream, "%s%s=\"%.*s\"", row->labels[0] ? "," : "", metric->place.field->key,
                (int)word_length, word);
    fputs("} ", stream);
    metric_put_number(stream, value);
    fputc('\n', stream);
}

static void put_metric(FILE *stream, const struct prometheus *prometheus, size_t index)
{
    const struct metric *metric = &prometheus->metrics[index];
    bool begun = false;
    for (size_t i = 0; i < prometheus->row_count; i++) {
        const struct row *row = &prometheus->rows[i];
        double value = row->values[index];
        if (isnan(value))
            continue;
        if (!begun)
            metric_put_head(stream, metric->name,
                            metric->place.outer ? metric->place.outer->help : NULL,
                            metric->place.field->help);
        begun = true;
        if (metric->words == 0)
            put_sample(stream, metric, row, NULL, 0, value);
        for (size_t word = 0; word < metric->words; word++) {
            const char *text;
            size_t length = metric_word(metric, word, &text);
            put_sample(stream, metric, row, text, length, value == (double)word ? 1 : 0);
        }
    }
}

/* The labels that tell this run's own figures from those of another file. */
static void put_run_labels(FILE *stream, const struct schema *schema, const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    const char *dot = strrchr(name, '.');
    size_t length = dot && dot > name ? (size_t)(dot - name) : strlen(name);
    char run[256];
    snprintf(run, sizeof run, "%.*s", (int)length, name);
    fprintf(stream, "{command=\"%s\",run=\"", schema->name);
    metric_put_label(stream, run);
    fputc('"', stream);
}

static void put_run(FILE *stream, const struct schema *schema, const char *path,
                    const struct prometheus_run *run)
{
    const struct {
        const char *result;
        size_t count;
    } results[] = {{"met", run->met}, {"unmet", run->unmet}, {"unmeasured", run->unmeasured}};

    metric_put_head(stream, "tcpprobe_build_info", NULL, "1; the program's version is a label");
    fputs("tcpprobe_build_info", stream);
    put_run_labels(stream, schema, path);
    fputs(",version=\"", stream);
    metric_put_label(stream, run->version);
    fputs("\"} 1\n", stream);

    metric_put_head(stream, "tcpprobe_run_timestamp_seconds", NULL,
                    "when the run ended, in seconds since 1970");
    fputs("tcpprobe_run_timestamp_seconds", stream);
    put_run_labels(stream, schema, path);
    fputs("} ", stream);
    metric_put_number(stream, isfinite(run->timestamp_s) ? run->timestamp_s : 0);
    fputc('\n', stream);

    metric_put_head(
        stream, "tcpprobe_targets", NULL,
        "targets of the run that met what was expected, did not, could not be measured");
    for (size_t i = 0; i < sizeof results / sizeof results[0]; i++) {
        fputs("tcpprobe_targets", stream);
        put_run_labels(stream, schema, path);
        fprintf(stream, ",result=\"%s\"} %zu\n", results[i].result, results[i].count);
    }
}

int prometheus_write(struct prometheus *prometheus, const char *path,
                     const struct prometheus_run *run, struct fault *fault)
{
    struct replace replace;
    tidy(prometheus);
    int error = replace_begin(&replace, path, true, fault);
    if (error) {
        replace_drop(&replace);
        return error;
    }
    for (size_t i = 0; i < prometheus->metric_count; i++)
        put_metric(replace.stream, prometheus, i);
    put_run(replace.stream, prometheus->schema, path, run);
    return replace_end(&replace, fault);
}
