/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes what a monitoring plugin has to say: states, texts, performance data. */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "cmd/plugin_parts.h"
#include "report/records.h"

static const char *const state_words[PLUGIN_STATE_COUNT] = {"OK", "WARNING", "CRITICAL", "UNKNOWN"};
static const char *const count_words[PLUGIN_STATE_COUNT] = {"ok", "warning", "critical", "unknown"};

/* How many ranges' worth of text one target may have: nobody reads more in an alarm. */
#define LINE_MAX_RANGES 16

/* ---- numbers ---- */

/* Digits and a point, never an exponent, whatever the locale: "0.0012". */
static const char *show_decimal(double value, char text[PLUGIN_SHOWN_SIZE])
{
    size_t at = 0;

    if (!(fabs(value) < 9e9)) {
        text_append(text, PLUGIN_SHOWN_SIZE, &at, "%.0f", value);
        return text;
    }
    int64_t nano = llround(value * 1e9), size = nano < 0 ? -nano : nano;
    text_append(text, PLUGIN_SHOWN_SIZE, &at, "%s%" PRId64 ".%09" PRId64, nano < 0 ? "-" : "",
                size / 1000000000, size % 1000000000);
    while (text[at - 1] == '0')
        text[--at] = '\0';
    if (text[at - 1] == '.')
        text[--at] = '\0';
    return text;
}

const char *plugin_show_value(const struct field *field, double value, char text[PLUGIN_SHOWN_SIZE])
{
    if (isnan(value)) {
        memcpy(text, "unknown", sizeof "unknown");
        return text;
    }
    if (strcmp(field->unit, "ms") == 0 && value >= 0 && value < 9e12) {
        text_show_duration(llround(value * 1e6), "u", text, PLUGIN_SHOWN_SIZE);
        return text;
    }
    /* Nobody wants the digits of a third. */
    show_decimal(fabs(value) < 1e9 ? round(value * 1000) / 1000 : value, text);
    size_t at = strlen(text);
    if (strcmp(field->unit, "percent") == 0)
        text_append(text, PLUGIN_SHOWN_SIZE, &at, "%%");
    else if (strcmp(field->unit, "bytes") == 0)
        text_append(text, PLUGIN_SHOWN_SIZE, &at, " B");
    else if (field->unit[0])
        text_append(text, PLUGIN_SHOWN_SIZE, &at, " %s", field->unit);
    return text;
}

/* ---- a target's text ---- */

void plugin_print_clean(struct arena *memory, const char *text)
{
    for (; *text; text++) {
        unsigned char byte = (unsigned char)*text;
        char shown = *text;
        if (byte == 0xc2 && (unsigned char)text[1] == 0xb5) { /* the micro sign of a duration */
            text++;
            shown = 'u';
        } else if (byte < ' ' || byte == 0x7f)
            shown = ' ';
        else if (byte == '|')
            shown = '/';
        arena_print(memory, "%c", shown);
    }
}

/* The figures that a line shows first: the round trip and the loss. */
static const struct {
    const char *schema, *key, *label;
} headlines[] = {
    {"handshake", "rtt_ms", "rtt"},
    {"rtt", "p50_ms", "rtt"},
    {"rtt", "loss_percent", "loss"},
    {"isn", "cost_cross_n50", "n50"},
    {"capture", "connections", "connections"},
    {"capture", "frames", "frames"},
};

static void print_headlines(struct plugin *plugin, const void *record)
{
    for (size_t i = 0; i < sizeof headlines / sizeof headlines[0]; i++) {
        struct field_place place;
        char text[PLUGIN_SHOWN_SIZE];
        if (strcmp(headlines[i].schema, plugin->schema->name) != 0 ||
            !output_find_field(plugin->schema, headlines[i].key, &place))
            continue;
        double value = expect_field_number(&place, record);
        if (!isnan(value))
            arena_print(&plugin->memory, ", %s %s", headlines[i].label,
                        plugin_show_value(place.field, value, text));
    }
}

/* "; rtt 61.2 ms is critical: range 50ms" */
static void print_raised(struct plugin *plugin, const struct plugin_range *list, const void *record,
                         enum plugin_state state, bool unknown_too)
{
    size_t printed = 0;

    for (; list && printed < LINE_MAX_RANGES; list = list->next) {
        double value = expect_field_number(&list->place, record);
        char name[EXPECT_NAME_SIZE], text[PLUGIN_SHOWN_SIZE];
        expect_field_short(&list->place, name);
        if (isnan(value) ? !unknown_too : !plugin_range_raises(list, value))
            continue;
        printed++;
        if (isnan(value)) {
            arena_print(&plugin->memory, "; %s is unknown", name);
            continue;
        }
        arena_print(&plugin->memory, "; %s %s is %s: range ", name,
                    plugin_show_value(list->place.field, value, text), count_words[state]);
        plugin_print_clean(&plugin->memory, list->text);
    }
}

/* Whether `unmet` says no more than that the target is not open, which the line has said. */
static bool says_only(const char *unmet, const char *verdict)
{
    static const char beginning[] = EXPECT_DEFAULT ": verdict is ";
    size_t length = sizeof beginning - 1;

    return strncmp(unmet, beginning, length) == 0 && strcmp(unmet + length, verdict) == 0;
}

const char *plugin_describe(struct plugin *plugin, const char *name, const void *record,
                            enum expect_result result, const char *unmet)
{
    const char *verdict = plugin_text(plugin, "verdict", record),
               *reason = plugin_text(plugin, "reason", record),
               *class = plugin_text(plugin, "class", record),
               *severity = plugin_text(plugin, "severity", record);
    bool open = verdict && strcmp(verdict, verdict_word(VERDICT_OPEN)) == 0;

    arena_print(&plugin->memory, "%s", name);
    if (class && severity)
        arena_print(&plugin->memory, " %s, severity %s", class, severity);
    else if (verdict)
        arena_print(&plugin->memory, " %s", verdict);
    if (severity && !class)
        arena_print(&plugin->memory, ", worst finding %s", severity);
    print_headlines(plugin, record);
    /* Of options the worst finding says how bad it is, and the reason what it is. */
    if (verdict && reason && (!open || (severity && !class && result == EXPECT_UNMET))) {
        arena_print(&plugin->memory, ": ");
        plugin_print_clean(&plugin->memory, reason);
    }
    if (unmet && !(verdict && says_only(unmet, verdict))) {
        arena_print(&plugin->memory, "; unmet: ");
        plugin_print_clean(&plugin->memory, unmet);
    }
    print_raised(plugin, plugin->criticals, record, PLUGIN_CRITICAL, result == EXPECT_MET);
    print_raised(plugin, plugin->warnings, record, PLUGIN_WARNING, result == EXPECT_MET);
    return arena_finish(&plugin->memory);
}

/* ---- performance data ---- */

/* In the base unit that a field's values are given in, which is `*ret_unit`. */
static double base_value(const struct field *field, double value, const char **ret_unit)
{
    if (strcmp(field->unit, "ms") == 0) {
        *ret_unit = "s";
        return value / 1000;
    }
    *ret_unit = strcmp(field->unit, "percent") == 0 ? "%"
                : strcmp(field->unit, "bytes") == 0 ? "B"
                                                    : "";
    return value;
}

static bool same_place(const struct field_place *a, const struct field_place *b)
{
    return a->outer == b->outer && a->middle == b->middle && a->field == b->field;
}

/* The first range of a list that is about this field, as a range in base units; a field has one
 * column for it. */
static void print_range(const struct plugin_range *list, const struct field_place *place,
                        FILE *stream)
{
    char start[PLUGIN_SHOWN_SIZE], end[PLUGIN_SHOWN_SIZE];
    const char *unit;

    while (list && !same_place(&list->place, place))
        list = list->next;
    if (!list)
        return;
    if (list->inside)
        fprintf(stream, "@");
    if (isinf(list->start))
        fprintf(stream, "~:");
    else if (list->start != 0 || isinf(list->end))
        fprintf(stream, "%s:", show_decimal(base_value(place->field, list->start, &unit), start));
    if (!isinf(list->end))
        fprintf(stream, "%s", show_decimal(base_value(place->field, list->end, &unit), end));
}

/* A label, quoted where it has blanks; "=" and "'" may not be in it. */
static void print_label(const char *target, const char *name, FILE *stream)
{
    bool quoted = (target && strchr(target, ' ')) || strchr(name, ' ');

    if (quoted)
        fputc('\'', stream);
    for (const char *at = target; at && *at; at++)
        fputc(*at == '=' || *at == '\'' ? '_' : *at, stream);
    fprintf(stream, "%s%s", target ? "_" : "", name);
    if (quoted)
        fputc('\'', stream);
}

/* One target's, each behind a blank. `prefixed`: the target is in the labels. */
static void print_metrics(const struct plugin *plugin, const struct plugin_entry *entry,
                          bool prefixed, const char *before, FILE *stream)
{
    for (size_t i = 0; i < plugin->metric_count; i++) {
        const struct field_place *place = &plugin->metrics[i];
        char name[EXPECT_NAME_SIZE], value[PLUGIN_SHOWN_SIZE];
        const char *unit;
        if (isnan(entry->values[i]))
            continue;
        fprintf(stream, "%s", before);
        before = " ";
        print_label(prefixed ? entry->name : NULL, expect_field_short(place, name), stream);
        show_decimal(base_value(place->field, entry->values[i], &unit), value);
        fprintf(stream, "=%s%s;", value, unit);
        print_range(plugin->warnings, place, stream);
        fputc(';', stream);
        print_range(plugin->criticals, place, stream);
        fprintf(stream, ";%s;%s", *unit ? "0" : "", strcmp(unit, "%") == 0 ? "100" : "");
    }
}

/* ---- all of it ---- */

static size_t total_count(const struct plugin *plugin)
{
    size_t total = 0;

    for (size_t i = 0; i < PLUGIN_STATE_COUNT; i++)
        total += plugin->counts[i];
    return total;
}

/* "1 of 3 critical, 1 unknown: db:5432 refused: …", and the counts as performance data. */
static void print_summary(const struct plugin *plugin, FILE *stream)
{
    enum plugin_state worst = plugin_worst(plugin);
    size_t total = total_count(plugin);
    const char *before = " | ";

    fprintf(stream, "TCP %s - %zu of %zu %s", state_words[worst], plugin->counts[worst], total,
            count_words[worst]);
    for (size_t i = 0; i < PLUGIN_STATE_COUNT; i++)
        if (plugin_order[i] != worst && plugin_order[i] != PLUGIN_OK &&
            plugin->counts[plugin_order[i]] > 0)
            fprintf(stream, ", %zu %s", plugin->counts[plugin_order[i]],
                    count_words[plugin_order[i]]);
    if (worst != PLUGIN_OK && plugin->entries[worst])
        fprintf(stream, ": %s", plugin->entries[worst]->text);
    for (size_t i = 0; i < PLUGIN_STATE_COUNT; i++) {
        fprintf(stream, "%s%s=%zu;;;0;%zu", before, count_words[plugin_order[i]],
                plugin->counts[plugin_order[i]], total);
        before = " ";
    }
    fputc('\n', stream);
}

/* A walk over the lines that are shown, the worst first. */
struct walk {
    const struct plugin *plugin;
    size_t state, shown;
    const struct plugin_entry *entry;
};

static const struct plugin_entry *walk_next(struct walk *walk)
{
    if (walk->shown == PLUGIN_LINES)
        return NULL;
    walk->entry = walk->entry ? walk->entry->next : NULL;
    while (!walk->entry && walk->state < PLUGIN_STATE_COUNT)
        walk->entry = walk->plugin->entries[plugin_order[walk->state++]];
    walk->shown += walk->entry != NULL;
    return walk->entry;
}

static void print_targets(const struct plugin *plugin, FILE *stream)
{
    struct walk walk = {.plugin = plugin};
    const struct plugin_entry *entry;
    const char *separator = "";
    size_t total = total_count(plugin);

    while ((entry = walk_next(&walk))) {
        fprintf(stream, "%s[%s] %s", separator, state_words[entry->state], entry->text);
        separator = "\n";
    }
    size_t silent = total - walk.shown - plugin->unprobed;
    if (plugin->unprobed > 0) {
        fprintf(stream, "%s[UNKNOWN] %zu not probed", separator, plugin->unprobed);
        separator = "\n";
    }
    if (silent > 0)
        fprintf(stream, "%s%zu more are not shown", separator, silent);
    walk = (struct walk){.plugin = plugin};
    separator = " | ";
    while ((entry = walk_next(&walk))) {
        bool any = false;
        for (size_t i = 0; i < plugin->metric_count; i++)
            any = any || !isnan(entry->values[i]);
        if (!any)
            continue;
        print_metrics(plugin, entry, true, separator, stream);
        separator = "\n";
    }
    fputc('\n', stream);
}

enum plugin_state plugin_finish(const struct plugin *plugin, FILE *stream)
{
    enum plugin_state worst = plugin_worst(plugin);
    size_t total = total_count(plugin);

    if (!stream)
        return total == 0 ? PLUGIN_UNKNOWN : worst;
    if (total == 0)
        return plugin_refuse(stream, "no target was measured");
    if (total == 1 && plugin->unprobed == 1)
        return plugin_refuse(stream, "the target was not probed");
    if (total == 1) {
        const struct plugin_entry *entry = plugin->entries[worst];
        fprintf(stream, "TCP %s - %s", state_words[worst], entry->text);
        print_metrics(plugin, entry, false, " | ", stream);
        fputc('\n', stream);
        return worst;
    }
    print_summary(plugin, stream);
    print_targets(plugin, stream);
    return worst;
}

enum plugin_state plugin_refuse(FILE *stream, const char *message)
{
    struct arena memory;

    arena_init(&memory);
    plugin_print_clean(&memory, message);
    fprintf(stream, "TCP %s - %s\n", state_words[PLUGIN_UNKNOWN], arena_finish(&memory));
    arena_release(&memory);
    return PLUGIN_UNKNOWN;
}
