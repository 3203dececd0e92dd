/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The option groups that commands share: output, capture, help. */
#include "cmd/cli.h"

#include <stdlib.h>
#include <string.h>

/* Output. */

/* The formats, read out of their table: for completions, and for people. */
#define X(id, name, help) "," name
static const char format_values[] = FORMAT_TABLE(X);
#undef X
#define X(id, name, help) ", " name
static const char format_words[] = FORMAT_TABLE(X);
#undef X

static const struct cli_option output_options[] = {
    {"json", CLI_KEY_JSON, NULL, NULL, "JSON Lines: one object a line (--format=json)"},
    {"csv", CLI_KEY_CSV, NULL, NULL, "Comma-separated values with a header line (--format=csv)"},
    {"format", CLI_KEY_FORMAT, "FORMAT", &format_values[1],
     "Form of the output: text (default), json, csv, or dot where there are edges"},
    {"fields", CLI_KEY_FIELDS, "LIST", NULL,
     "Only these fields, in this order, in JSON and CSV; 'describe fields' lists them"},
    {"no-header", CLI_KEY_NO_HEADER, NULL, NULL, "CSV without its header line"},
    {"color", CLI_KEY_COLOR, "WHEN", "auto,always,never",
     "Colour: auto (default), always, never; NO_COLOR is respected"},
    {"explain", CLI_KEY_EXPLAIN, NULL, NULL,
     "Say at each step what happened and why, with the RFC's section"},
    {"verbose", 'v', NULL, NULL, "More detail"},
    {"quiet", 'q', NULL, NULL, "Print nothing: the exit status speaks"},
    {0},
};

static int take_format(const char *argument, struct settings *settings, struct fault *fault)
{
    settings->format = format_find(argument);
    if (settings->format == FORMAT_COUNT)
        return fault_set(fault, FAULT_SYNTAX, 0, "--format '%s': one of %s is wanted", argument,
                         &format_words[2]);
    return 0;
}

static int take_fields(const char *argument, struct settings *settings, struct fault *fault)
{
    char *save = NULL;

    free(settings->fields_text);
    settings->field_count = 0;
    settings->fields_text = strdup(argument);
    if (!settings->fields_text)
        return fault_set(fault, FAULT_MEMORY, 0, "out of memory");
    for (char *key = strtok_r(settings->fields_text, ",", &save); key;
         key = strtok_r(NULL, ",", &save)) {
        if (settings->field_count == SETTINGS_FIELDS)
            return fault_set(fault, FAULT_RANGE, 0, "--fields: more than %d", SETTINGS_FIELDS);
        settings->fields[settings->field_count++] = key;
    }
    if (settings->field_count == 0)
        return fault_set(fault, FAULT_SYNTAX, 0, "--fields '%s': no field is named", argument);
    return 0;
}

static int take_color(const char *argument, struct settings *settings, struct fault *fault)
{
    static const char *const words[] = {"auto", "always", "never"};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(argument, words[i]) == 0) {
            settings->colour = words[i];
            return 0;
        }
    return fault_set(fault, FAULT_SYNTAX, 0, "--color '%s': one of auto, always, never is wanted",
                     argument);
}

static int take_output(int key, const char *argument, struct settings *settings,
                       struct fault *fault)
{
    switch (key) {
    case CLI_KEY_JSON:
        settings->format = FORMAT_JSON;
        break;
    case CLI_KEY_CSV:
        settings->format = FORMAT_CSV;
        break;
    case CLI_KEY_FORMAT:
        return take_format(argument, settings, fault);
    case CLI_KEY_FIELDS:
        return take_fields(argument, settings, fault);
    case CLI_KEY_NO_HEADER:
        settings->no_header = true;
        break;
    case CLI_KEY_COLOR:
        return take_color(argument, settings, fault);
    case CLI_KEY_EXPLAIN:
        settings->explain = true;
        break;
    case 'v':
        settings->verbose++;
        break;
    case 'q':
        settings->quiet = true;
        break;
    }
    return 0;
}

const struct cli_group cli_group_output = {"Output", output_options, take_output};

/* Records: the order in which they come; in the help a part of the output. */

static const struct cli_option records_options[] = {
    {"ordered", CLI_KEY_ORDERED, NULL, NULL,
     "Print in the order of the targets (default: as they end)"},
    {0},
};

static int take_records(int key, const char *argument, struct settings *settings,
                        struct fault *fault)
{
    (void)key;
    (void)argument;
    (void)fault;
    settings->ordered = true;
    return 0;
}

const struct cli_group cli_group_records = {"Output", records_options, take_records};

/* Capture: what becomes of the packets. */

static const struct cli_option capture_options[] = {
    {"write", CLI_KEY_WRITE, "FILE", "FILE",
     "Keep every packet of the run, both directions, in this pcap file (nanoseconds); '-' with -q: "
     "standard output"},
    {"dry-run", CLI_KEY_DRY_RUN, NULL, NULL,
     "Print the SYN, decoded and in hex, and send nothing; needs no privilege"},
    {"tstamp", CLI_KEY_TSTAMP, "CLOCK", "host,adapter",
     "Whose clock stamps the packets: host (default), or adapter, where the interface has one"},
    {0},
};

static int take_capture(int key, const char *argument, struct settings *settings,
                        struct fault *fault)
{
    switch (key) {
    case CLI_KEY_WRITE:
        settings->write_path = argument;
        break;
    case CLI_KEY_DRY_RUN:
        settings->dry_run = true;
        break;
    case CLI_KEY_TSTAMP:
        settings->adapter_time = strcmp(argument, "adapter") == 0;
        if (!settings->adapter_time && strcmp(argument, "host") != 0)
            return fault_set(fault, FAULT_SYNTAX, 0,
                             "--tstamp '%s': one of host, adapter is wanted", argument);
        break;
    }
    return 0;
}

const struct cli_group cli_group_capture = {"Packets", capture_options, take_capture};

/* What every command has; the parser answers these itself. */

static const struct cli_option common_options[] = {
    {"help", 'h', NULL, NULL, "Give this help (also -?)"},
    {"version", 'V', NULL, NULL, "Print the program's version"},
    {0},
};

static int take_common(int key, const char *argument, struct settings *settings,
                       struct fault *fault)
{
    (void)key;
    (void)argument;
    (void)settings;
    (void)fault;
    return 0;
}

const struct cli_group cli_group_common = {"Help", common_options, take_common};
