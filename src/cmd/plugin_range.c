/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ranges for warnings and alarms: read and tried. */
#include "cmd/plugin_range.h"

#include <string.h>

#include "base/text.h"

/* Room for one "FIELD=RANGE". */
#define PART_SIZE (2 * EXPECT_NAME_SIZE)

/* What a range without a field is about. */
static const struct {
    const char *schema, *key;
} defaults[] = {{"handshake", "rtt_ms"}, {"rtt", "p50_ms"}};

struct part {
    const char *option;
    const struct schema *schema;
    struct fault *fault;
};

static char *trim(char *text)
{
    size_t length = strlen(text);

    while (length > 0 && strchr(" \t\r\n", text[length - 1]))
        text[--length] = '\0';
    return text + strspn(text, " \t\r\n");
}

static int refuse(const struct part *part, const char *wanted, const char *text)
{
    char echo[EXPECT_NAME_SIZE];

    text_safe(text, strlen(text), echo, sizeof echo);
    return fault_set(part->fault, FAULT_SYNTAX, 0, "%s for '%s': '%s'", wanted, part->option, echo);
}

static int find_field(const struct part *part, const char *name, struct field_place *ret_place)
{
    if (!name) {
        for (size_t i = 0; i < sizeof defaults / sizeof defaults[0]; i++)
            if (strcmp(defaults[i].schema, part->schema->name) == 0 &&
                output_find_field(part->schema, defaults[i].key, ret_place))
                return 0;
        return fault_set(part->fault, FAULT_SYNTAX, 0, "a field is missing in '%s': FIELD=RANGE",
                         part->option);
    }
    if (!expect_field_find(part->schema, name, ret_place))
        return expect_field_refuse(part->schema, name, part->option, part->fault);
    if (ret_place->field->type != FIELD_INTEGER && ret_place->field->type != FIELD_NUMBER)
        return fault_set(part->fault, FAULT_SYNTAX, 0, "field '%s' in '%s' is no number", name,
                         part->option);
    return 0;
}

/* Both ends of [start:]end. */
static int read_ends(const struct part *part, char *text, const char *name,
                     struct plugin_range *range)
{
    const struct field *field = range->place.field;
    char *colon = strchr(text, ':'), *end = text;
    int error = 0;

    if (colon) {
        *colon = '\0';
        end = trim(colon + 1);
        text = trim(text);
        /* ":10" is often written, and means what "10" does. */
        if (strcmp(text, "~") == 0)
            range->start = -INFINITY;
        else if (*text)
            error = expect_number_read(text, field, name, part->option, &range->start, part->fault);
    }
    if (!error && (*end || !colon))
        error = expect_number_read(end, field, name, part->option, &range->end, part->fault);
    return error;
}

static int read_part(const struct part *part, char *text, struct plugin_range *range)
{
    char *equals = strchr(text, '='), *name = NULL, key[EXPECT_NAME_SIZE];
    int error;

    if (equals) {
        *equals = '\0';
        name = trim(text);
        text = equals + 1;
    }
    text = trim(text);
    error = find_field(part, name, &range->place);
    if (error)
        return error;
    range->end = INFINITY;
    range->inside = *text == '@';
    if (range->inside)
        text = trim(text + 1);
    if (!*text || strcmp(text, ":") == 0)
        return refuse(part, "a range ([@][start:]end) is missing", range->text);
    error = read_ends(part, text, name ? name : expect_field_short(&range->place, key), range);
    if (!error && range->start > range->end)
        return refuse(part, "range runs backwards", range->text);
    return error;
}

int plugin_range_read(const char *text, const char *option_name, const struct schema *schema,
                      struct arena *memory, struct plugin_range **list, struct fault *fault)
{
    struct part part = {.option = option_name, .schema = schema, .fault = fault};

    while (*list)
        list = &(*list)->next;
    for (;;) {
        size_t length = strcspn(text, ",");
        char copy[PART_SIZE];
        struct plugin_range range = {.next = NULL};

        if (length >= sizeof copy)
            return refuse(&part, "too long", text);
        memcpy(copy, text, length);
        copy[length] = '\0';
        const char *shown = strchr(copy, '=');
        range.text = arena_copy(memory, shown ? shown + 1 : copy);
        int error = read_part(&part, copy, &range);
        if (error)
            return error;
        *list = arena_take(memory, 1, sizeof range);
        **list = range;
        list = &(*list)->next;
        if (!text[length])
            return 0;
        text += length + 1;
    }
}

bool plugin_range_raises(const struct plugin_range *range, double value)
{
    bool inside = value >= range->start && value <= range->end;

    return !isnan(value) && inside == range->inside;
}
