/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one door through which records are written: formats by name, wanted fields, errors of the
 * stream. */
#include "report/output.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"

const char *format_name(enum format format)
{
#define X(id, name, help) [FORMAT_##id] = name,
    static const char *const names[FORMAT_COUNT] = {FORMAT_TABLE(X)};
#undef X
    return names[format];
}

const char *format_help(enum format format)
{
#define X(id, name, help) [FORMAT_##id] = help,
    static const char *const helps[FORMAT_COUNT] = {FORMAT_TABLE(X)};
#undef X
    return helps[format];
}

enum format format_find(const char *name)
{
    enum format format = 0;
    while (format < FORMAT_COUNT && strcmp(format_name(format), name) != 0)
        format++;
    return format;
}

/* What is left of `key` behind an object's key; NULL: it is in another one. */
static const char *key_within(const struct field *object, const char *key)
{
    size_t length = strlen(object->key);
    bool within = object->type == FIELD_OBJECT && strncmp(object->key, key, length) == 0 &&
                  key[length] == '_';
    return within ? key + length + 1 : NULL;
}

/* Looks in the object for the field, and in the objects in it. */
static bool find_within(const struct field *outer, const char *key, struct field_place *ret_place)
{
    const struct field *field = schema_field_find(outer->of, key);
    if (field) {
        *ret_place = (struct field_place){.outer = outer, .field = field};
        return true;
    }
    for (size_t i = 0; i < outer->of->count; i++) {
        const struct field *middle = &outer->of->fields[i];
        const char *rest = key_within(middle, key);
        field = rest ? schema_field_find(middle->of, rest) : NULL;
        if (field) {
            *ret_place = (struct field_place){.outer = outer, .middle = middle, .field = field};
            return true;
        }
    }
    return false;
}

bool output_find_field(const struct schema *schema, const char *key, struct field_place *ret_place)
{
    const struct field *field = schema_field_find(schema, key);
    if (field) {
        *ret_place = (struct field_place){.field = field};
        return true;
    }
    for (size_t i = 0; i < schema->count; i++) {
        const char *rest = key_within(&schema->fields[i], key);
        if (rest && find_within(&schema->fields[i], rest, ret_place))
            return true;
    }
    return false;
}

const void *field_place_holder(const struct field_place *place, const void *record)
{
    const void *holder = place->outer ? field_object(place->outer, record) : record;
    return holder && place->middle ? field_object(place->middle, holder) : holder;
}

/* Names of other records or of everyday speech, and the key that may be meant. */
static const struct {
    const char *name, *key;
} other_names[] = {
    {"rtt_ms", "p50_ms"}, {"rtt", "p50_ms"}, {"p50_ms", "rtt_ms"},
    {"p50", "rtt_ms"},    {"loss", "lost"},  {"state", "verdict"},
};

/* The key that `wanted` is meant for, or NULL. */
static const char *meant_field(const struct schema *schema, const char *wanted)
{
    const char *keys[64];
    size_t count = 0, length = strlen(wanted);
    /* A key without its unit. */
    for (size_t i = 0; i < schema->count; i++)
        if (strncmp(schema->fields[i].key, wanted, length) == 0 &&
            schema->fields[i].key[length] == '_' && schema->fields[i].unit[0])
            return schema->fields[i].key;
    for (size_t i = 0; i < sizeof other_names / sizeof other_names[0]; i++)
        if (strcmp(wanted, other_names[i].name) == 0 &&
            schema_field_find(schema, other_names[i].key))
            return other_names[i].key;
    for (size_t i = 0; i < schema->count && count < sizeof keys / sizeof keys[0]; i++)
        keys[count++] = schema->fields[i].key;
    return text_nearest(wanted, keys, count);
}

static int refuse_field(const struct schema *schema, const char *wanted, struct fault *fault)
{
    const char *near = meant_field(schema, wanted);
    char echo[80];
    text_safe(wanted, strlen(wanted), echo, sizeof echo);
    if (near)
        return fault_set(fault, FAULT_USAGE, 0, "no field '%s' in '%s': did you mean '%s'?", echo,
                         schema->name, near);
    return fault_set(fault, FAULT_USAGE, 0,
                     "no field '%s' in '%s': 'tcpprobe describe fields' lists them", echo,
                     schema->name);
}

int output_check_fields(const struct output *output, const struct schema *schema,
                        struct fault *fault)
{
    if (output->fields && output->format != FORMAT_JSON && output->format != FORMAT_CSV)
        return fault_set(
            fault, FAULT_USAGE, 0,
            "'--fields' chooses fields of JSON and CSV: '--json' or '--csv' is wanted");
    for (size_t i = 0; output->fields && i < output->field_count; i++) {
        struct field_place place;
        if (!output_find_field(schema, output->fields[i], &place))
            return refuse_field(schema, output->fields[i], fault);
        if (place.field->type == FIELD_LIST && output->format == FORMAT_CSV)
            return fault_set(fault, FAULT_USAGE, 0,
                             "field '%s' is a list, for which CSV has no column",
                             output->fields[i]);
    }
    return 0;
}

static int no_edges(const struct schema *schema, struct fault *fault)
{
    return fault_set(fault, FAULT_USAGE, 0, "no format 'dot' for '%s': it has no edges",
                     schema->name);
}

static int render(struct output *output, const struct schema *schema, const void *record,
                  struct fault *fault)
{
    switch (output->format) {
    case FORMAT_TEXT:
        if (output->written > 0 && !schema->one_line && !output->one_line)
            fputc('\n', output->stream);
        text_record(output, schema, record);
        return 0;
    case FORMAT_JSON:
        if (!json_record(output, schema, record))
            return fault_set(fault, FAULT_MEMORY, 0, "out of memory for a record of '%s'",
                             schema->name);
        return 0;
    case FORMAT_CSV:
        if (output->written == 0)
            csv_header(output, schema);
        csv_record(output, schema, record);
        return 0;
    case FORMAT_DOT:
        return dot_record(output, schema, record) ? 0 : no_edges(schema, fault);
    case FORMAT_COUNT:
        break;
    }
    return fault_set(fault, FAULT_INTERNAL, 0, "no such format");
}

int output_flush(struct output *output, struct fault *fault)
{
    /* An earlier write may have failed too: its errno is kept unless flushing sets another. */
    if (fflush(output->stream) == 0 && !ferror(output->stream))
        return 0;
    return fault_set(fault, FAULT_IO, errno, "cannot write the output");
}

int output_record(struct output *output, const struct schema *schema, const void *record,
                  struct fault *fault)
{
    errno = 0;
    int result = render(output, schema, record, fault);
    if (result < 0)
        return result;
    output->written++;
    if (output->hold && !ferror(output->stream))
        return 0;
    return output_flush(output, fault);
}

int output_list(struct output *output, const struct schema *schema, struct record_list list,
                struct fault *fault)
{
    errno = 0;
    if (output->format == FORMAT_TEXT) {
        if (output->written > 0)
            fputc('\n', output->stream);
        text_list(output, schema, list);
    } else if (output->format == FORMAT_DOT) {
        if (!dot_list(output, schema, list))
            return no_edges(schema, fault);
    } else {
        if (output->format == FORMAT_CSV && list.count == 0 && output->written == 0)
            csv_header(output, schema);
        for (size_t i = 0; i < list.count; i++) {
            int result = render(output, schema, (const char *)list.items + i * schema->size, fault);
            if (result < 0)
                return result;
            output->written++;
        }
        return output_flush(output, fault);
    }
    output->written += list.count;
    return output_flush(output, fault);
}
