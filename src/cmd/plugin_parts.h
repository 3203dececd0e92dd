/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is kept of the targets until the plugin's output is written: shared by its collector and its
 * writer. */
#ifndef CMD_PLUGIN_PARTS_H
#define CMD_PLUGIN_PARTS_H

#include "cmd/plugin.h"
#include "cmd/plugin_range.h"

/* Fields that a plugin reports as performance data, at most. */
#define PLUGIN_METRICS 32

/* One target. */
struct plugin_entry {
    const char *name, *text;
    enum plugin_state state;
    const double *values; /* one for each metric, in its own unit; NAN: unknown */
    struct plugin_entry *next;
};

struct plugin {
    struct arena memory; /* all that is in it */
    const struct schema *schema;
    bool addresses;
    struct plugin_range *warnings, *criticals;
    struct field_place metrics[PLUGIN_METRICS];
    size_t metric_count;
    size_t counts[PLUGIN_STATE_COUNT];
    size_t unprobed; /* of the unknown */
    size_t kept[PLUGIN_STATE_COUNT];
    struct plugin_entry *entries[PLUGIN_STATE_COUNT], **ends[PLUGIN_STATE_COUNT];
};

/* The states, from the worst on. */
extern const enum plugin_state plugin_order[PLUGIN_STATE_COUNT];

/* The record's text of that key; NULL where it has none or it is unknown. */
const char *plugin_text(const struct plugin *plugin, const char *key, const void *record);

#define PLUGIN_SHOWN_SIZE 48

/* A value for people, "1.2 ms", "5%", "1400 B", "3". Returns `text`. */
const char *plugin_show_value(const struct field *field, double value,
                              char text[PLUGIN_SHOWN_SIZE]);

/* A target's text for the list, in `plugin->memory`. */
const char *plugin_describe(struct plugin *plugin, const char *name, const void *record,
                            enum expect_result result, const char *unmet);

/* Writes text in one line: "|" becomes "/", control characters become blanks. */
void plugin_print_clean(struct arena *memory, const char *text);

/* Of all states the worst that any target is in: UNKNOWN without one. */
enum plugin_state plugin_worst(const struct plugin *plugin);

#endif
