/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A record's fields by the names that people type. */
#include "cmd/expect_field.h"

#include <string.h>

#include "base/arena.h"
#include "base/text.h"

/* Names that are no keys. A row for one record comes before a row for all. */
static const struct {
    const char *schema; /* NULL: every one */
    const char *name, *key;
} aliases[] = {
    {"rtt", "rtt", "p50_ms"}, /* the record has no rtt_ms */
    {NULL, "state", "verdict"},
    {NULL, "ts", "in_effect_timestamps"},
};

static const char *const units[] = {"_ms", "_percent", "_bytes"};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define IN_EFFECT    "in_effect"

/* The most names that a misspelt one is compared with. */
#define NAMES 256

static bool alias_fits(size_t row, const struct schema *schema)
{
    return !aliases[row].schema || strcmp(aliases[row].schema, schema->name) == 0;
}

static bool find_joined(const struct schema *schema, const char *first, const char *second,
                        struct field_place *ret_place)
{
    char key[2 * EXPECT_NAME_SIZE];
    size_t at = 0;

    text_append(key, sizeof key, &at, "%s%s", first, second);
    return output_find_field(schema, key, ret_place);
}

bool expect_field_find(const struct schema *schema, const char *name, struct field_place *ret_place)
{
    if (strlen(name) >= EXPECT_NAME_SIZE)
        return false;
    if (output_find_field(schema, name, ret_place))
        return true;
    for (size_t i = 0; i < COUNT(aliases); i++)
        if (alias_fits(i, schema) && strcmp(aliases[i].name, name) == 0 &&
            output_find_field(schema, aliases[i].key, ret_place))
            return true;
    for (size_t i = 0; i < COUNT(units); i++)
        if (find_joined(schema, name, units[i], ret_place))
            return true;
    return find_joined(schema, IN_EFFECT "_", name, ret_place);
}

/* The length of a key without the unit at its end. */
static size_t short_length(const char *key)
{
    size_t length = strlen(key);

    for (size_t i = 0; i < COUNT(units); i++) {
        size_t unit = strlen(units[i]);
        if (length > unit && strcmp(key + length - unit, units[i]) == 0)
            return length - unit;
    }
    return length;
}

struct names {
    struct arena memory;
    const char *names[NAMES];
    size_t count;
};

static void add_name(struct names *names, const char *prefix, const char *key)
{
    if (names->count + 2 > NAMES)
        return;
    /* The short one first: it is what people type. */
    size_t length = short_length(key);
    if (key[length]) {
        arena_print(&names->memory, "%s%.*s", prefix, (int)length, key);
        names->names[names->count++] = arena_finish(&names->memory);
    }
    arena_print(&names->memory, "%s%s", prefix, key);
    names->names[names->count++] = arena_finish(&names->memory);
}

static void add_object(struct names *names, const struct field *object)
{
    char prefix[EXPECT_NAME_SIZE];
    size_t at = 0;

    text_append(prefix, sizeof prefix, &at, "%s_", object->key);
    for (size_t i = 0; i < object->of->count; i++) {
        if (strcmp(object->key, IN_EFFECT) == 0)
            add_name(names, "", object->of->fields[i].key);
        add_name(names, prefix, object->of->fields[i].key);
    }
}

static void add_words(struct names *names, const char *words)
{
    while (words && *words) {
        size_t length = strcspn(words, ",");
        if (names->count < NAMES) {
            arena_print(&names->memory, "%.*s", (int)length, words);
            names->names[names->count++] = arena_finish(&names->memory);
        }
        words += length + (words[length] != '\0');
    }
}

/* All that could have been meant. */
static void gather_names(struct names *names, const struct schema *schema)
{
    const struct field *verdict = schema_field_find(schema, "verdict");
    struct field_place place;

    for (size_t i = 0; i < COUNT(aliases); i++)
        if (alias_fits(i, schema) && output_find_field(schema, aliases[i].key, &place))
            add_name(names, "", aliases[i].name);
    for (size_t i = 0; i < schema->count; i++) {
        add_name(names, "", schema->fields[i].key);
        if (schema->fields[i].type == FIELD_OBJECT)
            add_object(names, &schema->fields[i]);
    }
    if (verdict)
        add_words(names, verdict->values);
}

int expect_field_refuse(const struct schema *schema, const char *name, const char *option_name,
                        struct fault *fault)
{
    struct names names = {.count = 0};
    char echo[EXPECT_NAME_SIZE];
    const char *near;
    int result;

    arena_init(&names.memory);
    gather_names(&names, schema);
    near = text_nearest(name, names.names, names.count);
    text_safe(name, strlen(name), echo, sizeof echo);
    if (near)
        result = fault_set(fault, FAULT_SYNTAX, 0, "no field '%s' in '%s': did you mean '%s'?",
                           echo, option_name, near);
    else
        result = fault_set(fault, FAULT_SYNTAX, 0,
                           "no field '%s' in '%s': 'tcpprobe describe fields' lists those of '%s'",
                           echo, option_name, schema->name);
    arena_release(&names.memory);
    return result;
}

const char *expect_field_key(const struct field_place *place, char name[EXPECT_NAME_SIZE])
{
    size_t at = 0;

    if (place->outer)
        text_append(name, EXPECT_NAME_SIZE, &at, "%s_", place->outer->key);
    if (place->middle)
        text_append(name, EXPECT_NAME_SIZE, &at, "%s_", place->middle->key);
    text_append(name, EXPECT_NAME_SIZE, &at, "%s", place->field->key);
    return name;
}

const char *expect_field_short(const struct field_place *place, char name[EXPECT_NAME_SIZE])
{
    expect_field_key(place, name);
    name[short_length(name)] = '\0';
    return name;
}

const void *expect_field_holder(const struct field_place *place, const void *record)
{
    return field_place_holder(place, record);
}

double expect_field_number(const struct field_place *place, const void *record)
{
    const void *holder = expect_field_holder(place, record);
    double value = NAN;

    if (holder && place->field->type == FIELD_INTEGER) {
        int64_t whole = field_integer(place->field, holder);
        if (whole != RECORD_UNKNOWN)
            value = (double)whole;
    } else if (holder && place->field->type == FIELD_NUMBER) {
        value = field_number_rounded(place->field, holder);
    }
    return isfinite(value) ? value : NAN;
}
