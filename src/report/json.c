/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records as JSON Lines: keys in the schema's order, unknown is null, numbers are numbers. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "report/output.h"

/* Fifteen significant digits give back every decimal fraction as it was rounded: no
 * 0.30000000000000004. */
#define DUMP_FLAGS (JSON_COMPACT | JSON_REAL_PRECISION(15))

static json_t *object_of(const struct schema *schema, const void *record);

/* Text that jansson refused: each byte that is not UTF-8 becomes U+FFFD. */
static json_t *repaired(const char *text)
{
    static const char replacement[] = "\357\277\275";
    char *clean = malloc(3 * strlen(text) + 1);
    if (!clean)
        return NULL;
    size_t length = 0;
    while (*text) {
        size_t taken = style_character(text);
        const char *from = taken > 0 ? text : replacement;
        size_t count = taken > 0 ? taken : sizeof replacement - 1;
        memcpy(clean + length, from, count);
        length += count;
        text += taken > 0 ? taken : 1;
    }
    json_t *value = json_stringn(clean, length);
    free(clean);
    return value;
}

static json_t *list_of(const struct schema *schema, struct record_list list)
{
    json_t *array = json_array();
    for (size_t i = 0; i < list.count; i++) {
        if (json_array_append_new(
                array, object_of(schema, (const char *)list.items + i * schema->size)) != 0) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

/* The value of a field; NULL: out of memory. */
static json_t *value_of(const struct field *field, const void *record)
{
    switch (field->type) {
    case FIELD_BOOL:
        return json_boolean(field_bool(field, record));
    case FIELD_INTEGER: {
        int64_t value = field_integer(field, record);
        return value == RECORD_UNKNOWN ? json_null() : json_integer(value);
    }
    case FIELD_NUMBER: {
        double value = field_number_rounded(field, record);
        return isfinite(value) ? json_real(value) : json_null();
    }
    case FIELD_TEXT: {
        const char *text = field_text(field, record);
        if (!text)
            return json_null();
        json_t *value = json_string(text);
        return value ? value : repaired(text);
    }
    case FIELD_LIST:
        return list_of(field->of, field_list(field, record));
    case FIELD_OBJECT: {
        const void *inner = field_object(field, record);
        return inner ? object_of(field->of, inner) : json_null();
    }
    case FIELD_TYPE_COUNT:
        break;
    }
    return NULL;
}

static json_t *object_of(const struct schema *schema, const void *record)
{
    json_t *object = json_object();
    for (size_t i = 0; i < schema->count; i++) {
        if (json_object_set_new(object, schema->fields[i].key,
                                value_of(&schema->fields[i], record)) != 0) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
}

/* An object of the wanted fields alone, under the keys and in the order in which they were wanted.
 */
static json_t *selection_of(const struct output *output, const struct schema *schema,
                            const void *record)
{
    json_t *object = json_object();
    for (size_t i = 0; i < output->field_count; i++) {
        struct field_place place;
        if (!output_find_field(schema, output->fields[i], &place))
            continue;
        const void *holder = field_place_holder(&place, record);
        json_t *value = holder ? value_of(place.field, holder) : json_null();
        if (json_object_set_new(object, output->fields[i], value) != 0) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
}

bool json_record(struct output *output, const struct schema *schema, const void *record)
{
    json_t *object =
        output->fields ? selection_of(output, schema, record) : object_of(schema, record);
    if (!object)
        return false;
    /* In one piece: a line is never cut in the middle by lack of memory. */
    char *line = json_dumps(object, DUMP_FLAGS);
    json_decref(object);
    if (!line)
        return false;
    fputs(line, output->stream);
    fputc('\n', output->stream);
    free(line);
    return true;
}
