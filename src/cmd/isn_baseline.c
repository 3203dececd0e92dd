/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Audits beside earlier ones: the records of an earlier run, and what differs. */
#include "cmd/isn_baseline.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cmd/file.h"
#include "report/isn_record.h"
#include "report/isn_words.h"
#include "report/output.h"

struct isn_baseline {
    json_t *records; /* an array of objects */
};

/* How two values of a field are compared. */
enum comparison {
    COMPARE_TEXT,     /* as they are, nothing too */
    COMPARE_KNOWN,    /* as they are, where both are known: another sample may be too small */
    COMPARE_INTERVAL, /* the intervals `low` and `high` beside them have nothing in common */
    COMPARE_BITS,     /* by two or more */
    COMPARE_COUNT     /* of a list: how many */
};

static const struct {
    const char *key; /* as CSV has it */
    enum comparison comparison;
} compared[] = {
    {"class", COMPARE_TEXT},
    {"severity", COMPARE_TEXT},
    {"clock_name", COMPARE_KNOWN},
    {"clock_rate", COMPARE_INTERVAL},
    {"per_connection_k", COMPARE_INTERVAL},
    {"tuple_hash_bits", COMPARE_BITS},
    {"tuple_affine", COMPARE_KNOWN},
    {"tuple_linear", COMPARE_KNOWN},
    {"tuple_port_visible", COMPARE_KNOWN},
    {"tuple_source_matters", COMPARE_KNOWN},
    {"prng_name", COMPARE_KNOWN},
    {"cookie_kind", COMPARE_KNOWN},
    {"increment_step", COMPARE_KNOWN},
    {"increment_lattice", COMPARE_KNOWN},
    {"backends", COMPARE_COUNT},
    {"front", COMPARE_COUNT},
};
#define COMPARED (sizeof compared / sizeof compared[0])

/* Two quartzes differ by so much at most, and the same one from summer to winter by less. */
#define DRIFT 200e-6

/* ---- reading ---- */

static bool is_audit(const json_t *record)
{
    const char *command = json_string_value(json_object_get(record, "command"));

    return command && strcmp(command, "isn") == 0 &&
           json_is_string(json_object_get(record, "target")) &&
           json_is_string(json_object_get(record, "class"));
}

static bool is_blank(const char *text, size_t length)
{
    while (length > 0 && (*text == ' ' || *text == '\t' || *text == '\r')) {
        text++;
        length--;
    }
    return length == 0;
}

static int read_records(struct isn_baseline *baseline, const char *path, const char *text,
                        size_t length, struct fault *fault)
{
    for (size_t at = 0, number = 1; at < length; number++) {
        const char *end = memchr(text + at, '\n', length - at);
        size_t size = end ? (size_t)(end - text) - at : length - at;
        json_error_t error;
        json_t *record;

        if (!is_blank(text + at, size)) {
            record = json_loadb(text + at, size, 0, &error);
            if (!record && json_error_code(&error) == json_error_out_of_memory)
                return fault_set(fault, FAULT_MEMORY, 0, "out of memory");
            if (!record)
                return fault_set(fault, FAULT_IO, 0,
                                 "--baseline '%s': line %zu is no JSON: a file that --json wrote "
                                 "is wanted",
                                 path, number);
            if (!is_audit(record))
                json_decref(record);
            else if (json_array_append_new(baseline->records, record))
                return fault_set(fault, FAULT_MEMORY, 0, "out of memory");
        }
        at += size + 1;
    }
    if (json_array_size(baseline->records) == 0)
        return fault_set(fault, FAULT_IO, 0,
                         "--baseline '%s': there is no record of an audit in it", path);
    return 0;
}

int isn_baseline_read(const char *path, struct isn_baseline **ret, struct fault *fault)
{
    struct isn_baseline *baseline = calloc(1, sizeof *baseline);
    uint8_t *bytes = NULL;
    char what[160];
    size_t length = 0;
    int error;

    snprintf(what, sizeof what, "--baseline '%s'", path);
    if (!baseline)
        return fault_set(fault, FAULT_MEMORY, 0, "out of memory");
    baseline->records = json_array();
    error = baseline->records ? file_read(path, what, &bytes, &length, fault)
                              : fault_set(fault, FAULT_MEMORY, 0, "out of memory");
    if (!error)
        error = read_records(baseline, path, (const char *)bytes, length, fault);
    free(bytes);
    if (error) {
        isn_baseline_free(baseline);
        return error;
    }
    *ret = baseline;
    return 0;
}

void isn_baseline_free(struct isn_baseline *baseline)
{
    if (!baseline)
        return;
    json_decref(baseline->records);
    free(baseline);
}

/* ---- comparing ---- */

/* A field and its values, then and now. */
struct pair {
    struct field_place place;
    const json_t *before_in; /* the object that the earlier value is in */
    const json_t *before;    /* NULL: not there */
    const void *after_in;    /* the record that the value is in now; NULL: not there */
};

static bool find_pair(const char *key, const json_t *earlier, const struct isn_record *record,
                      struct pair *ret_pair)
{
    struct pair *pair = ret_pair;

    if (!output_find_field(&schema_isn, key, &pair->place))
        return false;
    pair->before_in =
        pair->place.outer ? json_object_get(earlier, pair->place.outer->key) : earlier;
    pair->before = json_object_get(pair->before_in, pair->place.field->key);
    pair->after_in = pair->place.outer ? field_object(pair->place.outer, record) : record;
    return true;
}

static const char *text_before(const struct pair *pair, struct arena *arena)
{
    const json_t *value = pair->before;

    if (json_is_string(value))
        return arena_copy(arena, json_string_value(value));
    if (json_is_integer(value))
        arena_print(arena, "%lld", (long long)json_integer_value(value));
    else if (json_is_real(value))
        arena_print(arena, "%.9g", json_real_value(value));
    else if (json_is_array(value))
        arena_print(arena, "%zu", json_array_size(value));
    else
        return NULL;
    return arena_finish(arena);
}

static const char *text_after(const struct pair *pair, struct arena *arena)
{
    char text[FIELD_TEXT_SIZE];
    const struct field *field = pair->place.field;
    const char *shown;

    if (!pair->after_in)
        return NULL;
    if (field->type == FIELD_LIST) {
        arena_print(arena, "%zu", field_list(field, pair->after_in).count);
        return arena_finish(arena);
    }
    if (field->type == FIELD_NUMBER && isfinite(field_number(field, pair->after_in))) {
        arena_print(arena, "%.9g", field_number(field, pair->after_in));
        return arena_finish(arena);
    }
    shown = field_show(field, pair->after_in, text);
    return shown ? arena_copy(arena, shown) : NULL;
}

static double number_before(const struct pair *pair, const char *key)
{
    const json_t *value = json_object_get(pair->before_in, key);

    return json_is_number(value) ? json_number_value(value) : NAN;
}

static double number_after(const struct pair *pair, const char *key)
{
    const struct field *field = schema_field_find(pair->place.outer->of, key);

    return pair->after_in ? field_number(field, pair->after_in) : NAN;
}

/* False where anything is unknown. */
static bool apart(const struct pair *pair)
{
    const char *key = pair->place.field->key;
    double before = number_before(pair, key), after = number_after(pair, key);

    if (!(number_before(pair, "high") < number_after(pair, "low")) &&
        !(number_after(pair, "high") < number_before(pair, "low")))
        return false;
    return fabs(after - before) > DRIFT * fabs(before);
}

static bool differs(const struct pair *pair, enum comparison comparison, const char *before,
                    const char *after)
{
    const char *key = pair->place.field->key;

    switch (comparison) {
    case COMPARE_TEXT:
        return !before != !after || (before && strcmp(before, after) != 0);
    case COMPARE_KNOWN:
    case COMPARE_COUNT:
        return before && after && strcmp(before, after) != 0;
    case COMPARE_INTERVAL:
        return apart(pair);
    case COMPARE_BITS:
        return fabs(number_after(pair, key) - number_before(pair, key)) >= 2;
    }
    return false;
}

static struct record_list changes(const json_t *earlier, const struct isn_record *record,
                                  struct arena *arena)
{
    struct isn_change_record *list = arena_take(arena, COMPARED, sizeof *list);
    size_t count = 0;

    for (size_t i = 0; i < COMPARED; i++) {
        const char *before, *after;
        struct pair pair;

        if (!find_pair(compared[i].key, earlier, record, &pair))
            continue;
        before = text_before(&pair, arena);
        after = text_after(&pair, arena);
        if (differs(&pair, compared[i].comparison, before, after))
            list[count++] = (struct isn_change_record){
                .what = compared[i].key, .before = before, .after = after};
    }
    return (struct record_list){.items = list, .count = count};
}

/* The last record of the target; of one with an address, of this address. */
static const json_t *find_earlier(const struct isn_baseline *baseline,
                                  const struct isn_record *record)
{
    for (size_t i = json_array_size(baseline->records); i > 0; i--) {
        const json_t *earlier = json_array_get(baseline->records, i - 1);
        const char *target = json_string_value(json_object_get(earlier, "target")),
                   *address = json_string_value(json_object_get(earlier, "address"));

        if (record->target && strcmp(target, record->target) == 0 &&
            (!address || !record->address || record->addresses == 1 ||
             strcmp(address, record->address) == 0))
            return earlier;
    }
    return NULL;
}

/* "class was RFC6528 and is COUNTER; severity …"; of a list, "entries of front were 1 and are 2".
 */
static const char *tell_changes(struct record_list changed, struct arena *arena)
{
    const struct isn_change_record *list = changed.items;

    for (size_t i = 0; i < changed.count; i++) {
        const struct field *field = schema_field_find(&schema_isn, list[i].what);
        bool counted = field && field->type == FIELD_LIST;

        arena_print(arena, "%s%s%s %s %s and %s %s", i > 0 ? "; " : "",
                    counted ? "entries of " : "", list[i].what, counted ? "were" : "was",
                    list[i].before ? list[i].before : "unknown", counted ? "are" : "is",
                    list[i].after ? list[i].after : "unknown");
    }
    return arena_finish(arena);
}

static const char *text_of(const json_t *object, const char *key, struct arena *arena)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text ? arena_copy(arena, text) : NULL;
}

/* The table's own word, so that a record with another one in it stays within the schema. */
static const char *class_word(const char *text)
{
    enum isn_class class = text ? isn_words_class(text) : ISN_CLASS_COUNT;

    return class < ISN_CLASS_COUNT ? isn_class_name(class) : NULL;
}

bool isn_baseline_compare(const struct isn_baseline *baseline, struct isn_record *record,
                          struct arena *arena)
{
    const json_t *earlier = find_earlier(baseline, record);
    enum isn_severity before, after;
    struct isn_baseline_record *result;

    if (!earlier)
        return false;
    result = arena_take(arena, 1, sizeof *result);
    before = isn_words_severity(json_string_value(json_object_get(earlier, "severity")));
    after = isn_words_severity(record->severity);
    *result = (struct isn_baseline_record){
        .time = text_of(earlier, "time", arena),
        .class_before = class_word(json_string_value(json_object_get(earlier, "class"))),
        .severity_before = isn_severity_word(before),
        .changed = changes(earlier, record, arena),
    };
    record->baseline = result;
    if (result->changed.count > 0)
        isn_record_add_finding(
            record, before && after > before ? FINDING_AUDIT_WORSE : FINDING_AUDIT_CHANGED,
            tell_changes(result->changed, arena), arena);
    return true;
}
