/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records described as data: each field's key, type, unit and help, once, for every renderer and document. */
#ifndef REPORT_SCHEMA_H
#define REPORT_SCHEMA_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The types a record's member may have, and what stands for "unknown" (null in JSON, empty in CSV, "-" in text):
 *   bool              never unknown
 *   int64_t           RECORD_UNKNOWN
 *   double            NAN
 *   const char *      NULL
 *   struct record_list          a list of records of one schema (items may be NULL when count is 0)
 *   const void *      a record of its own: NULL is unknown
 */
enum field_type { FIELD_BOOL, FIELD_INTEGER, FIELD_NUMBER, FIELD_TEXT, FIELD_LIST, FIELD_OBJECT, FIELD_TYPE_COUNT };

#define RECORD_UNKNOWN INT64_MIN

struct record_list {
    const void *items; /* an array of records, schema->size bytes each */
    size_t count;
};

struct schema;

struct field {
    const char *key;  /* snake_case; the unit is in it where there is one; the member's name */
    enum field_type type;
    const char *unit; /* "ms", "bytes", … or "" */
    const char *help; /* one sentence without a full stop */
    const char *values; /* the words that a text may be, comma-separated; NULL: free text */
    size_t offset;
    const struct schema *of; /* FIELD_LIST, FIELD_OBJECT: what is in it */
};

struct style;
struct output;

struct schema {
    const char *name; /* the command's or the part's: "handshake", "segment" */
    const char *help;
    const struct field *fields;
    size_t count;
    size_t size; /* sizeof the record */
    /* How text shows it; NULL: "key: value" lines, and tables for lists. */
    void (*show)(const void *record, const struct style *style, struct output *output);
    bool one_line; /* text shows it as one line: no empty line between two of them */
};

/* One field; a member of a type that is not listed above does not compile. */
#define FIELD_TYPE_OF(record, member) \
    _Generic(((record *)0)->member, \
        bool: FIELD_BOOL, \
        int64_t: FIELD_INTEGER, \
        double: FIELD_NUMBER, \
        const char *: FIELD_TEXT, \
        struct record_list: FIELD_LIST, \
        const void *: FIELD_OBJECT)
#define FIELD(record, member, unit, help) \
    {#member, FIELD_TYPE_OF(record, member), (unit), (help), NULL, offsetof(record, member), NULL}
#define FIELD_WORDS(record, member, values, help) \
    {#member, FIELD_TYPE_OF(record, member), "", (help), (values), offsetof(record, member), NULL}
#define FIELD_OF(record, member, of, help) \
    {#member, FIELD_TYPE_OF(record, member), "", (help), NULL, offsetof(record, member), (of)}

/* The same for a member of a record in the record: `path` "seen.flags", under the name of `key`. */
#define FIELD_PATH(record, path, key, unit, help) \
    {(key), FIELD_TYPE_OF(record, path), (unit), (help), NULL, offsetof(record, path), NULL}
#define FIELD_PATH_WORDS(record, path, key, values, help) \
    {(key), FIELD_TYPE_OF(record, path), "", (help), (values), offsetof(record, path), NULL}

/* A field's value in a record. The type must be the field's. */
bool field_bool(const struct field *field, const void *record);
int64_t field_integer(const struct field *field, const void *record);
double field_number(const struct field *field, const void *record);
const char *field_text(const struct field *field, const void *record);
struct record_list field_list(const struct field *field, const void *record);
const void *field_object(const struct field *field, const void *record);

/* The field of that key, or NULL. */
const struct field *schema_field_find(const struct schema *schema, const char *key);

/* Room for any number as text. */
#define FIELD_TEXT_SIZE 48
/*
 * A scalar as text, NULL for unknown: the record's own string, or `text` filled. Numbers have a point whatever the
 * locale; those in ms have 6 decimals at most (nanoseconds), others 15 significant digits.
 */
const char *field_show(const struct field *field, const void *record, char text[FIELD_TEXT_SIZE]);
/* A number as it is shown: one in ms rounded to whole nanoseconds. */
double field_number_rounded(const struct field *field, const void *record);

const char *field_type_name(enum field_type type); /* JSON's: "boolean", "integer", "number", "string", "array", "object" */

/* The schema of a command's output by its name, or NULL; and all of them, for `describe fields`. */
const struct schema *schema_find(const char *name);
const struct schema *const *schema_all(size_t *ret_count);

#endif
