/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The records of all commands as a JSON Schema. */
#include "report/json_schema.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "report/records.h"

/* jansson's functions take NULL for a value and then fail, so that what is put together of values
 * that could not be made is NULL, too: out of memory is looked for once, at the end. */

static bool put(json_t *object, const char *key, json_t *value)
{
    return json_object_set_new(object, key, value) == 0;
}

static json_t *reference_to(const struct schema *schema)
{
    return json_pack("{s:s+}", "$ref", "#/$defs/", schema->name);
}

/* The words of a fixed vocabulary, and null, for any text may be unknown. */
static json_t *words_of(const char *values)
{
    json_t *words = json_array();

    while (words) {
        size_t length = strcspn(values, ",");
        if (json_array_append_new(words, json_stringn(values, length)) != 0)
            break;
        if (values[length] == '\0') {
            if (json_array_append_new(words, json_null()) != 0)
                break;
            return words;
        }
        values += length + 1;
    }
    json_decref(words);
    return NULL;
}

/* What the values of a field may be, without its help. */
static json_t *type_of(const struct field *field)
{
    const char *name = field_type_name(field->type);

    switch (field->type) {
    case FIELD_BOOL:
        return json_pack("{s:s}", "type", name);
    case FIELD_INTEGER:
        if (strcmp(field->key, "schema") == 0)
            return json_pack("{s:i}", "const", RECORD_SCHEMA_VERSION);
        return json_pack("{s:[ss]}", "type", name, "null");
    case FIELD_TEXT:
        if (field->values)
            return json_pack("{s:o}", "enum", words_of(field->values));
        return json_pack("{s:[ss]}", "type", name, "null");
    case FIELD_NUMBER:
        return json_pack("{s:[ss]}", "type", name, "null");
    case FIELD_LIST:
        return json_pack("{s:s, s:o}", "type", name, "items", reference_to(field->of));
    case FIELD_OBJECT:
        return json_pack("{s:[o{s:s}]}", "anyOf", reference_to(field->of), "type", "null");
    case FIELD_TYPE_COUNT:
        break;
    }
    return NULL;
}

static json_t *property_of(const struct field *field)
{
    json_t *property = json_pack("{s:s}", "description", field->help);
    json_t *type = type_of(field);
    bool good = type && json_object_update(property, type) == 0;

    json_decref(type);
    if (good && field->unit[0])
        good = put(property, "x-unit", json_string(field->unit));
    if (good)
        return property;
    json_decref(property);
    return NULL;
}

static json_t *definition_of(const struct schema *schema)
{
    json_t *properties = json_object(), *required = json_array();
    bool good = true;

    for (size_t i = 0; i < schema->count && good; i++) {
        const struct field *field = &schema->fields[i];
        good = put(properties, field->key, property_of(field)) &&
               json_array_append_new(required, json_string(field->key)) == 0;
    }
    if (good)
        return json_pack("{s:s, s:s, s:o, s:o, s:b}", "description", schema->help, "type", "object",
                         "properties", properties, "required", required, "additionalProperties", 0);
    json_decref(properties);
    json_decref(required);
    return NULL;
}

/* Whether a record stands within another, and so on no line of its own. */
static bool is_part(const struct schema *schema)
{
    size_t count;
    const struct schema *const *all = schema_all(&count);

    for (size_t i = 0; i < count; i++)
        for (size_t f = 0; f < all[i]->count; f++)
            if (all[i]->fields[f].of == schema)
                return true;
    return false;
}

static json_t *document(void)
{
    size_t count;
    const struct schema *const *all = schema_all(&count);
    json_t *definitions = json_object(), *lines = json_array();
    bool good = true;

    for (size_t i = 0; i < count && good; i++) {
        good = put(definitions, all[i]->name, definition_of(all[i]));
        if (good && !is_part(all[i]))
            good = json_array_append_new(lines, reference_to(all[i])) == 0;
    }
    if (good)
        return json_pack(
            "{s:s, s:s, s:s, s:o, s:o}", "$schema", "https://json-schema.org/draft/2020-12/schema",
            "title", "tcpprobe", "description",
            "One line of what tcpprobe writes with --json, as a complete record: with --fields "
            "there are the chosen keys only. Null stands for what is unknown or does not apply; "
            "x-unit is the unit of a number.",
            "oneOf", lines, "$defs", definitions);
    json_decref(definitions);
    json_decref(lines);
    return NULL;
}

int json_schema_write(struct output *output, struct fault *fault)
{
    if (output->fields)
        return fault_set(fault, FAULT_USAGE, 0, "the schema has no fields to choose from");
    if (output->format != FORMAT_TEXT && output->format != FORMAT_JSON)
        return fault_set(fault, FAULT_USAGE, 0, "no format '%s' for the schema: it is JSON",
                         format_name(output->format));
    json_t *schema = document();
    char *text = schema ? json_dumps(schema, JSON_INDENT(2)) : NULL;
    json_decref(schema);
    if (!text)
        return fault_set(fault, FAULT_MEMORY, 0, "out of memory for the schema");
    errno = 0;
    fputs(text, output->stream);
    fputc('\n', output->stream);
    free(text);
    if (fflush(output->stream) != 0 || ferror(output->stream))
        return fault_set(fault, FAULT_IO, errno, "cannot write the output");
    return 0;
}
