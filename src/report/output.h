/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where records go: a stream, a format, a style; and the one door through which they are written. */
#ifndef REPORT_OUTPUT_H
#define REPORT_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

#include "base/err.h"
#include "report/schema.h"

/* clang-format off */
#define FORMAT_TABLE(X) \
    X(TEXT, "text", "for people: tables and the ladder diagram") \
    X(JSON, "json", "JSON Lines: one complete object a line") \
    X(CSV,  "csv",  "comma-separated values with a header line (RFC 4180)") \
    X(DOT,  "dot",  "a graph for Graphviz, where there are edges")
/* clang-format on */
enum format {
#define X(id, name, help) FORMAT_##id,
    FORMAT_TABLE(X)
#undef X
    FORMAT_COUNT
};
const char *format_name(enum format format);
const char *format_help(enum format format);
/* The format of that name, or FORMAT_COUNT. */
enum format format_find(const char *name);

/* How text looks. */
struct style {
    unsigned width; /* columns, at least 40 */
    bool utf8;      /* else ASCII only */
    bool colour;    /* ANSI SGR sequences */
    bool explain;   /* what happened at each step and why, with the RFC's section */
    unsigned verbose; /* 0 normal, 1 and more: more detail (raw bytes, timers) */
};

struct output {
    FILE *stream; /* not owned */
    enum format format;
    struct style style;
    bool no_header;      /* CSV without its header line */
    bool one_line;       /* text: no empty line between two records, as schema->one_line says */
    bool hold;           /* the caller flushes: output_flush() */
    const char *const *fields; /* the keys wanted in JSON and CSV, in this order; NULL: all */
    size_t field_count;
    size_t written; /* records so far */
};

/*
 * Writes one record in the output's format and flushes. 0, or -FAULT_IO (errno in fault->sys; EPIPE when the reader has gone),
 * -FAULT_USAGE for `dot` where the record has no edges.
 */
int output_record(struct output *output, const struct schema *schema, const void *record, struct fault *fault);

/* What was held back is written now. 0 or -FAULT_IO, also for what went wrong before. */
int output_flush(struct output *output, struct fault *fault);

/*
 * The same for a list of records of one kind: text shows them as one table, `dot` as one graph, JSON and CSV write one line
 * each. Nothing at all for an empty list but CSV's header.
 */
int output_list(struct output *output, const struct schema *schema, struct record_list list, struct fault *fault);

/*
 * Whether `fields` are all keys of the schema, or keys of an object in it as CSV's header has them ("offered_mss"); else
 * -FAULT_USAGE with the nearest key in the message. Also refuses lists where the format is CSV.
 */
int output_check_fields(const struct output *output, const struct schema *schema, struct fault *fault);

/* A wanted key found: the field, the object's field that it lies in, or NULL, and where this object lies in another one,
 * that one's field is `outer` and it is `middle`. */
struct field_place {
    const struct field *outer, *middle, *field;
};
bool output_find_field(const struct schema *schema, const char *key, struct field_place *ret_place);
/* The record that the field is in: `record` itself, or the object in it; NULL: the object is unknown. */
const void *field_place_holder(const struct field_place *place, const void *record);

/* The renderers, one file each. They write to output->stream and leave errors to its error flag. */
bool json_record(struct output *output, const struct schema *schema, const void *record); /* false: out of memory */
void csv_record(struct output *output, const struct schema *schema, const void *record);
void csv_header(struct output *output, const struct schema *schema);
void text_record(struct output *output, const struct schema *schema, const void *record);
void text_list(struct output *output, const struct schema *schema, struct record_list list);
/* The steps of a record, and the cells of the state machine. False: no edges in it. */
bool dot_record(struct output *output, const struct schema *schema, const void *record);
bool dot_list(struct output *output, const struct schema *schema, struct record_list list);

/* What text is coloured for: never the only carrier of a meaning. */
enum tone { TONE_PLAIN, TONE_GOOD, TONE_BAD, TONE_WARN, TONE_DIM, TONE_BOLD, TONE_OUT, TONE_IN, TONE_COUNT };
/* The SGR sequence for a tone, "" where colour is off; TONE_PLAIN resets. */
const char *style_tone(const struct style *style, enum tone tone);
/* Bytes of the UTF-8 character that `text` begins with; 0: it does not begin with one. */
size_t style_character(const char *text);
/* Columns that UTF-8 text takes on a terminal, SGR sequences not counted (every character here is one column wide). */
size_t style_columns(const char *text);
/*
 * How many bytes of `text` make a line of at most `columns`: up to a blank, else behind a comma or bar, else
 * behind a hyphen or underscore, else as many characters as fit, at least one; in `notation` ("TS val 1 ecr 0,nop") commas come before blanks. *ret_next: where the next line
 * begins, behind the blanks.
 */
size_t style_cut(const char *text, size_t columns, bool notation, size_t *ret_next);
/*
 * Writes `length` bytes of text safely: control characters, marks that turn
 * text about and invalid UTF-8 as "?", and where the style is ASCII, other
 * characters by what comes nearest. Returns the columns written.
 */
size_t style_put(const struct style *style, FILE *stream, const char *text, size_t length);
void style_spaces(FILE *stream, size_t count);
/*
 * Writes `text` as style_put() does, broken to the style's width, each line after the first indented by `indent`, and a
 * newline at its end. `column`: where the first line begins.
 */
void style_wrap(const struct style *style, FILE *stream, size_t column, size_t indent, const char *text);
/* The same in a tone, which ends with each line. */
void style_wrap_tone(const struct style *style, FILE *stream, enum tone tone, size_t column, size_t indent,
                     const char *text);

#endif
