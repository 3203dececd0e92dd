/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the commands that probe targets share: opened, asked about, closed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/run_parts.h"
#include "net/clock.h"
#include "report/replace.h"

static void complain(void *data, const char *where, const struct fault *fault)
{
    struct run *run = data;

    if (run->settings->quiet || run->settings->plugin)
        return;
    run_hide_progress(run);
    fprintf(stderr, "tcpprobe: %s: %s\n", where, fault->what);
}

static int open_feed(struct run *run, struct fault *fault)
{
    const struct settings *settings = run->settings;
    struct feed_options options = {
        .arguments = settings->arguments,
        .argument_count = settings->argument_count,
        .files = settings->files,
        .file_count = settings->file_count,
        .consent = settings->consent,
        .complain = complain,
        .data = run,
    };

    if (settings->argument_count == 0 && settings->file_count == 0)
        return fault_set(fault, FAULT_USAGE, 0,
                         "a target is missing: host:port, --file, '-' for standard input, or "
                         "'self' for a first try");
    return feed_new(&options, &run->feed, fault);
}

static int check_output(const struct run *run, struct fault *fault)
{
    const struct settings *settings = run->settings;

    if (settings->format == FORMAT_DOT)
        return fault_set(fault, FAULT_USAGE, 0,
                         "'--format=dot': there are no edges here; 'describe fsm' has some");
    if (settings->write_path && strcmp(settings->write_path, "-") == 0 && !settings->quiet)
        return fault_set(fault, FAULT_USAGE, 0,
                         "'--write=-' needs '--quiet': the packets and the report would both go "
                         "to standard output");
    if (settings->warning_count + settings->critical_count > 0 && !settings->plugin)
        return fault_set(fault, FAULT_USAGE, 0, "'-w' and '-c' are for '--plugin'");
    if (settings->plugin && settings->format != FORMAT_TEXT)
        return fault_set(fault, FAULT_USAGE, 0,
                         "'--plugin' has a form of its own: without --json, --csv and --format");
    return output_check_fields(&run->output, run->printed, fault);
}

/* What the user expects, and what the command does. */
static int open_expect(struct run *run, struct fault *fault)
{
    const struct settings *settings = run->settings;
    const char *text = settings->expect;
    /* Nothing is expected of what is no target unless somebody says what; and what lies between two
     * captures is never open. */
    enum expect_use use =
        settings->no_targets && (!text || settings->read.compare) ? EXPECT_FILTER : EXPECT_TARGET;
    char *both = NULL;
    int error;

    if (settings->expect_also && text) {
        if (asprintf(&both, "%s,%s", text, settings->expect_also) < 0)
            return fault_set(fault, FAULT_MEMORY, 0, "out of memory");
        text = both;
    } else if (settings->expect_also) {
        text = settings->expect_also;
    }
    error = expect_parse(text, "--expect", run->schema, use, &run->expect, fault);
    free(both);
    return error;
}

static int open_scripts(struct run *run, struct fault *fault)
{
    const struct settings *settings = run->settings;
    struct plugin_options plugin = {
        .warnings = settings->warning,
        .warning_count = settings->warning_count,
        .criticals = settings->critical,
        .critical_count = settings->critical_count,
        .addresses = settings->all_addresses,
    };
    int error = open_expect(run, fault);

    if (!error && settings->only)
        error =
            expect_parse(settings->only, "--only", run->printed, EXPECT_FILTER, &run->only, fault);
    if (!error && settings->plugin)
        error = plugin_new(&plugin, run->schema, &run->plugin, fault);
    if (!error && settings->prometheus_path) {
        run->prometheus = prometheus_new(run->schema);
        if (!run->prometheus)
            error = fault_set(fault, FAULT_MEMORY, 0, "out of memory");
        else /* to be told of it after an hour would be late */
            error = replace_check(settings->prometheus_path, fault);
    }
    return error;
}

/* A page for each of many targets would be too much to read. What a list holds is not known yet. */
static bool shows_lines(const struct run *run)
{
    return run->printed == &schema_handshake && !run_alone(run) && run->output.style.verbose == 0 &&
           !run->output.style.explain;
}

/* Records are rendered apart, and written when it is their turn. */
static int open_order(struct run *run, struct fault *fault)
{
    struct output *output = &run->output;
    bool apart = output->format == FORMAT_TEXT && !run->printed->one_line && !output->one_line;

    if (!run->settings->ordered)
        return 0;
    run->order = order_new(stdout, apart ? "\n" : "");
    if (!run->order)
        return fault_set(fault, FAULT_MEMORY, 0, "out of memory");
    if (output->format == FORMAT_CSV && !output->no_header && !run->settings->quiet)
        csv_header(output, run->printed);
    output->no_header = true;
    return 0;
}

int run_open(struct run *run, const struct settings *settings, const struct schema *schema,
             const struct schema *printed, struct fault *fault)
{
    int error;

    *run = (struct run){
        .settings = settings,
        .schema = schema,
        .printed = settings->dry_run ? &schema_packet : printed,
        .output = settings_output(settings),
        .began = clock_monotonic(),
        .shows_progress = isatty(STDERR_FILENO) && !settings->quiet && !settings->plugin,
    };
    arena_init(&run->memory);
    run->output.hold = true; /* flushed before the engine waits for anything */
    error = check_output(run, fault);
    if (!error)
        error = open_scripts(run, fault);
    if (!error && !settings->no_targets && !settings->isn.from_path)
        error = open_feed(run, fault);
    if (!error) {
        run->output.one_line = shows_lines(run);
        error = open_order(run, fault);
    }
    return error;
}

void run_close(struct run *run)
{
    run_hide_progress(run);
    arena_release(&run->memory);
    feed_free(run->feed);
    expect_free(run->expect);
    expect_free(run->only);
    plugin_free(run->plugin);
    prometheus_free(run->prometheus);
    order_free(run->order);
}

bool run_alone(const struct run *run)
{
    uint64_t total;

    if (!run->feed)
        return true;
    return feed_total(run->feed, &total) && total <= 1 && !run->settings->all_addresses;
}

unsigned run_at_once(const struct run *run, unsigned parallel)
{
    uint64_t total;

    if (run->settings->all_addresses || !feed_total(run->feed, &total) || total >= parallel)
        return parallel;
    return total > 0 ? (unsigned)total : 1;
}

/* Fields of objects go by other names there. */
static bool mentions(const char *clauses, const struct field *field)
{
    return clauses && (field->type == FIELD_OBJECT || strstr(clauses, field->key));
}

bool run_wants(const struct run *run, const char *key)
{
    const struct settings *settings = run->settings;
    const struct field *field = schema_field_find(run->schema, key);

    if (mentions(settings->expect, field) || mentions(settings->only, field))
        return true;
    if (settings->plugin)
        return strcmp(key, "reason") == 0 || settings->warning_count + settings->critical_count > 0;
    if (settings->prometheus_path)
        return true;
    if (settings->quiet || (settings->format == FORMAT_CSV && field->type == FIELD_LIST))
        return false;
    for (size_t i = 0; i < settings->field_count; i++)
        if (strncmp(settings->fields[i], key, strlen(key)) == 0)
            return true;
    return settings->field_count == 0;
}
