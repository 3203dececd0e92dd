/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gathers what a monitoring plugin has to say of the targets. */
#include "cmd/plugin.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cmd/plugin_parts.h"

/* The performance data of a record, by its schema. */
static const struct {
    const char *schema;
    const char *keys[8];
} metrics[] = {
    {"handshake", {"rtt_ms", "connect_ms", "dns_ms"}},
    {"rtt", {"p50_ms", "p95_ms", "max_ms", "loss_percent"}},
    {"isn", {"n", "certified_bits", "cost_cross_n50", "cost_same_n50"}},
    {"option_matrix", {"sent", "answered", "lost", "mss_bytes"}},
    {"capture",
     {"connections", "open", "refused", "unreachable", "filtered", "reset", "inconclusive"}},
};

const enum plugin_state plugin_order[PLUGIN_STATE_COUNT] = {PLUGIN_CRITICAL, PLUGIN_WARNING,
                                                            PLUGIN_UNKNOWN, PLUGIN_OK};

static void add_metric(struct plugin *plugin, const struct field_place *place)
{
    for (size_t i = 0; i < plugin->metric_count; i++)
        if (plugin->metrics[i].outer == place->outer &&
            plugin->metrics[i].middle == place->middle && plugin->metrics[i].field == place->field)
            return;
    if (plugin->metric_count < PLUGIN_METRICS)
        plugin->metrics[plugin->metric_count++] = *place;
}

static void choose_metrics(struct plugin *plugin)
{
    struct field_place place;

    for (size_t i = 0; i < sizeof metrics / sizeof metrics[0]; i++)
        for (size_t j = 0;
             strcmp(metrics[i].schema, plugin->schema->name) == 0 && metrics[i].keys[j]; j++)
            if (output_find_field(plugin->schema, metrics[i].keys[j], &place))
                add_metric(plugin, &place);
    for (struct plugin_range *range = plugin->warnings; range; range = range->next)
        add_metric(plugin, &range->place);
    for (struct plugin_range *range = plugin->criticals; range; range = range->next)
        add_metric(plugin, &range->place);
}

static int read_ranges(struct plugin *plugin, const struct plugin_options *options,
                       struct fault *fault)
{
    int error = 0;

    for (size_t i = 0; i < options->warning_count && !error; i++)
        error = plugin_range_read(options->warnings[i], "--warning", plugin->schema,
                                  &plugin->memory, &plugin->warnings, fault);
    for (size_t i = 0; i < options->critical_count && !error; i++)
        error = plugin_range_read(options->criticals[i], "--critical", plugin->schema,
                                  &plugin->memory, &plugin->criticals, fault);
    return error;
}

int plugin_new(const struct plugin_options *options, const struct schema *schema,
               struct plugin **ret, struct fault *fault)
{
    struct plugin *plugin = calloc(1, sizeof *plugin);
    int error;

    if (!plugin)
        return fault_set(fault, FAULT_MEMORY, 0, "out of memory");
    arena_init(&plugin->memory);
    plugin->schema = schema;
    plugin->addresses = options->addresses;
    for (size_t i = 0; i < PLUGIN_STATE_COUNT; i++)
        plugin->ends[i] = &plugin->entries[i];
    error = read_ranges(plugin, options, fault);
    if (error) {
        plugin_free(plugin);
        return error;
    }
    choose_metrics(plugin);
    *ret = plugin;
    return 0;
}

void plugin_free(struct plugin *plugin)
{
    if (!plugin)
        return;
    arena_release(&plugin->memory);
    free(plugin);
}

const char *plugin_text(const struct plugin *plugin, const char *key, const void *record)
{
    const struct field *field = schema_field_find(plugin->schema, key);

    return field && field->type == FIELD_TEXT ? field_text(field, record) : NULL;
}

/* What the target is called: as it was given, with the address where a name has several; or the
 * capture. */
static const char *name_target(struct plugin *plugin, const void *record)
{
    const char *target = plugin_text(plugin, "target", record),
               *file = plugin_text(plugin, "file", record),
               *host = plugin_text(plugin, "host", record),
               *address = plugin_text(plugin, "address", record);

    plugin_print_clean(&plugin->memory, target ? target : file ? file : "target");
    if (plugin->addresses && address && host && strcmp(address, host) != 0) {
        arena_print(&plugin->memory, "_");
        plugin_print_clean(&plugin->memory, address);
    }
    return arena_finish(&plugin->memory);
}

static enum plugin_state worse(enum plugin_state a, enum plugin_state b)
{
    for (size_t i = 0; i < PLUGIN_STATE_COUNT; i++)
        if (plugin_order[i] == a || plugin_order[i] == b)
            return plugin_order[i];
    return PLUGIN_UNKNOWN;
}

static enum plugin_state try_ranges(const struct plugin_range *list, const void *record,
                                    enum plugin_state raised)
{
    enum plugin_state state = PLUGIN_OK;

    for (; list; list = list->next) {
        double value = expect_field_number(&list->place, record);
        if (isnan(value))
            state = worse(state, PLUGIN_UNKNOWN);
        else if (plugin_range_raises(list, value))
            state = worse(state, raised);
    }
    return state;
}

static enum plugin_state expected_state(enum expect_result result)
{
    switch (result) {
    case EXPECT_MET:
        return PLUGIN_OK;
    case EXPECT_UNMET:
        return PLUGIN_CRITICAL;
    case EXPECT_UNKNOWN:
    case EXPECT_RESULT_COUNT:
        break;
    }
    return PLUGIN_UNKNOWN;
}

void plugin_take(struct plugin *plugin, const void *record, enum expect_result result,
                 const char *unmet)
{
    enum plugin_state state = worse(expected_state(result),
                                    worse(try_ranges(plugin->warnings, record, PLUGIN_WARNING),
                                          try_ranges(plugin->criticals, record, PLUGIN_CRITICAL)));
    struct plugin_entry *entry;
    double *values;

    plugin->counts[state]++;
    if (plugin->kept[state] == PLUGIN_LINES)
        return;
    plugin->kept[state]++;
    values = arena_take(&plugin->memory, plugin->metric_count, sizeof *values);
    for (size_t i = 0; i < plugin->metric_count; i++)
        values[i] = expect_field_number(&plugin->metrics[i], record);
    entry = arena_take(&plugin->memory, 1, sizeof *entry);
    *entry = (struct plugin_entry){.state = state, .values = values};
    entry->name = name_target(plugin, record);
    entry->text = plugin_describe(plugin, entry->name, record, result, unmet);
    *plugin->ends[state] = entry;
    plugin->ends[state] = &entry->next;
}

void plugin_take_unprobed(struct plugin *plugin, size_t count)
{
    plugin->counts[PLUGIN_UNKNOWN] += count;
    plugin->unprobed += count;
}

enum plugin_state plugin_worst(const struct plugin *plugin)
{
    for (size_t i = 0; i < PLUGIN_STATE_COUNT; i++)
        if (plugin->counts[plugin_order[i]] > 0)
            return plugin_order[i];
    return PLUGIN_UNKNOWN;
}
