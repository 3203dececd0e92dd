/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the commands that probe targets share. */
#include "cmd/run.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "cmd/cli.h"
#include "net/clock.h"
#include "report/replace.h"

#define RATE_DEFAULT 1000.0

/* With --ordered so many targets may run ahead of the oldest that is still under way. */
#define WINDOW_LEAST 1024
#define WINDOW_TIMES 4

/* ---- the line of progress ---- */

void run_hide_progress(struct run *run)
{
    if (run->progress_shown)
        fputs("\r\033[K", stderr);
    run->progress_shown = false;
}

static void fill_progress(struct run *run, uint64_t total)
{
    struct progress *progress = &run->progress;
    double elapsed = (double)(clock_monotonic() - run->began) / 1e9;

    progress->total = total < INT64_MAX ? (int64_t)total : RECORD_UNKNOWN;
    progress->elapsed = elapsed;
    progress->rate = elapsed > 0.0 ? (double)progress->done / elapsed : NAN;
    progress->seconds_left = NAN;
    if (progress->total != RECORD_UNKNOWN && progress->done > 0 && elapsed > 1.0)
        progress->seconds_left =
            (double)(progress->total - (int64_t)progress->done) / progress->rate;
}

static void show_progress(void *data, uint64_t begun, uint64_t total)
{
    struct run *run = data;
    char text[PROGRESS_TEXT_SIZE];

    (void)begun;
    if (total <= 1)
        return;
    fill_progress(run, total);
    progress_line(&run->progress, run->output.style.width - 1, run->output.style.utf8, text,
                  sizeof text);
    fprintf(stderr, "\r%s\033[K", text);
    run->progress_shown = true;
}

/* ---- what was asked for ---- */

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
    int error = expect_parse(settings->expect, "--expect", run->schema, EXPECT_TARGET,
                             &run->expect, fault);

    if (!error && settings->only)
        error = expect_parse(settings->only, "--only", run->printed, EXPECT_FILTER, &run->only,
                             fault);
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
    return run->printed == &schema_handshake && !run_alone(run) &&
           run->output.style.verbose == 0 && !run->output.style.explain;
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
    if (!error)
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

    return feed_total(run->feed, &total) && total <= 1 && !run->settings->all_addresses;
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

/* ---- records ---- */

static int print_ordered(struct run *run, const struct schema *schema, const void *record,
                         uint64_t index, struct fault *fault)
{
    struct output page = run->output;
    char *text = NULL;
    size_t length = 0;
    int error;

    page.stream = open_memstream(&text, &length);
    if (!page.stream)
        return fault_set(fault, FAULT_MEMORY, 0, "out of memory");
    page.written = 0;
    error = output_record(&page, schema, record, fault);
    if (fclose(page.stream) != 0 && !error)
        error = fault_set(fault, FAULT_MEMORY, 0, "out of memory");
    if (!error)
        error = order_add(run->order, index, text, length, fault);
    free(text);
    return error;
}

int run_print(struct run *run, const struct schema *schema, const void *record, uint64_t index,
              struct fault *fault)
{
    int error;

    if (run->settings->quiet || run->plugin)
        return 0;
    run_hide_progress(run);
    if (run->order)
        return print_ordered(run, schema, record, index, fault);
    error = output_record(&run->output, schema, record, fault);
    run->reader_gone = error && cli_reader_gone(fault);
    return error;
}

bool run_chooses(const struct run *run, const void *record)
{
    return !run->only || expect_check(run->only, record, NULL, NULL) == EXPECT_MET;
}

static void count(struct run *run, enum verdict verdict, enum expect_result result)
{
    switch (result) {
    case EXPECT_MET:
        run->met++;
        break;
    case EXPECT_UNMET:
        run->unmet++;
        break;
    case EXPECT_UNKNOWN:
    case EXPECT_RESULT_COUNT:
        run->unmeasured++;
        break;
    }
    run->progress.done++;
    run->progress.verdicts[verdict]++;
}

/* A script that reads JSON or CSV has it in the record; whoever watches it is told as well. */
static void tell_unmet(struct run *run, const void *record, const char *unmet)
{
    const struct field *target = schema_field_find(run->schema, "target");

    if (!unmet || !run->settings->expect || run->settings->quiet || run->plugin ||
        (run->settings->format == FORMAT_TEXT && run->printed == run->schema))
        return;
    run_hide_progress(run);
    fprintf(stderr, "tcpprobe: %s: not met: %s\n", field_text(target, record), unmet);
}

/* Where the target's own record is not printed, nothing else says why there are no figures. */
static void tell_unmeasured(struct run *run, const void *record)
{
    const struct field *field = schema_field_find(run->schema, "reason");
    const char *reason = field ? field_text(field, record) : NULL;

    if (!reason || run->printed == run->schema || run->settings->quiet || run->plugin)
        return;
    run_hide_progress(run);
    fprintf(stderr, "tcpprobe: %s\n", reason);
}

int run_take(struct run *run, const struct engine_result *result, const void *record,
             const char **unmet, struct fault *fault)
{
    bool wants_words = run->settings->expect != NULL; /* else the verdict says it all */
    const char *why = NULL;
    enum expect_result judgement =
        expect_check(run->expect, record, wants_words ? &run->memory : NULL,
                     wants_words ? &why : NULL);
    int error = 0;

    *unmet = why;
    count(run, result->verdict, judgement);
    if (run->plugin)
        plugin_take(run->plugin, record, judgement, *unmet);
    if (run->prometheus)
        error = prometheus_take(run->prometheus, record, fault);
    tell_unmet(run, record, *unmet);
    if (judgement == EXPECT_UNKNOWN)
        tell_unmeasured(run, record);
    if (!error && run->printed == run->schema && run_chooses(run, record))
        error = run_print(run, run->schema, record, result->index, fault);
    *unmet = NULL; /* it goes with the memory */
    if (wants_words)
        arena_clear(&run->memory);
    return error;
}

/* ---- the run ---- */

static int rest(void *data, struct fault *fault)
{
    struct run *run = data;
    int error = output_flush(&run->output, fault);

    run->reader_gone = run->reader_gone || (error && cli_reader_gone(fault));
    return error;
}

static int item_done(void *data, uint64_t index, struct fault *fault)
{
    struct run *run = data;
    int error = run->order ? order_done(run->order, index, fault) : 0;

    run->reader_gone = run->reader_gone || (error && cli_reader_gone(fault));
    return error;
}

struct engine_options run_engine(struct run *run, unsigned parallel)
{
    const struct settings *settings = run->settings;
    unsigned at_once = settings->parallel ? settings->parallel : parallel;
    uint64_t window = (uint64_t)at_once * WINDOW_TIMES;

    return (struct engine_options){
        .spec = &settings->spec,
        .feed = run->feed,
        .parallel = at_once,
        .rate = settings->rate > 0.0 ? settings->rate : RATE_DEFAULT,
        .deadline = settings->deadline,
        .write_path = settings->write_path,
        .writes_files = settings->plot_path || settings->prometheus_path,
        .dry_run = settings->dry_run,
        .all_addresses = settings->all_addresses,
        .adapter_time = settings->adapter_time,
        .window = run->order ? (window < WINDOW_LEAST ? WINDOW_LEAST : window) : 0,
        .calls =
            {
                .data = run,
                .item_done = run->order ? item_done : NULL,
                .rest = rest,
                .progress = run->shows_progress ? show_progress : NULL,
            },
    };
}

/* Whatever should have made the list has failed, perhaps: nothing measured is nothing met. */
static void tell_none(struct run *run)
{
    run->unmeasured++;
    if (!run->settings->quiet && !run->plugin)
        fputs("tcpprobe: there was no target: the list is empty\n", stderr);
}

/* Targets whose turn never came, and bad lines, were not measured either. */
static void count_unprobed(struct run *run)
{
    uint64_t bad = feed_bad_lines(run->feed), total, left = 0;

    if (run->stopped && feed_total(run->feed, &total) && total > feed_given(run->feed))
        left = total - feed_given(run->feed);
    else if (run->stopped && !feed_total(run->feed, &total))
        left = 1;
    run->unmeasured += (size_t)(bad + left);
    if (run->plugin)
        plugin_take_unprobed(run->plugin, (size_t)(bad + left));
    if (bad + left + feed_given(run->feed) == 0)
        tell_none(run);
    if (left == 0 || run->settings->quiet || run->plugin)
        return;
    if (feed_total(run->feed, &total))
        fprintf(stderr,
                "tcpprobe: the run was ended before %llu of %llu targets were probed\n",
                (unsigned long long)left, (unsigned long long)total);
    else
        fputs("tcpprobe: the run was ended before all targets were read\n", stderr);
}

void run_tell_now(struct run *run)
{
    char text[PROGRESS_TEXT_SIZE];
    uint64_t total;

    run_hide_progress(run);
    fill_progress(run, feed_total(run->feed, &total) ? total : UINT64_MAX);
    progress_summary(&run->progress, text, sizeof text);
    fprintf(stderr, "%s\n", text);
}

static void tell_summary(struct run *run)
{
    if (!run->settings->quiet && !run->plugin && run->progress.done > 1 &&
        (run->shows_progress || run->stopped))
        run_tell_now(run);
}

static int write_files(struct run *run, struct fault *fault)
{
    struct prometheus_run facts = {
        .version = PACKAGE_VERSION,
        .timestamp_s = (double)clock_realtime() / 1e9,
        .met = run->met,
        .unmet = run->unmet,
        .unmeasured = run->unmeasured,
    };

    if (!run->prometheus)
        return 0;
    return prometheus_write(run->prometheus, run->settings->prometheus_path, &facts, fault);
}

static int status_of(const struct run *run)
{
    if (run->plugin)
        return (int)plugin_finish(run->plugin, run->settings->quiet ? NULL : stdout);
    if (run->unmet > 0)
        return EXIT_STATUS_UNMET;
    return run->unmeasured > 0 ? EXIT_STATUS_UNMEASURED : EXIT_STATUS_MET;
}

/* What reads a table wants its header also where no row was to be printed. */
static void end_table(struct run *run)
{
    if (run->settings->format == FORMAT_CSV && !run->settings->quiet && !run->order &&
        run->output.written == 0)
        csv_header(&run->output, run->printed);
}

int run_engine_run(struct run *run, struct engine_options *options, struct fault *fault)
{
    int error = engine_run(options, &run->stopped, fault), more;
    struct fault other;

    run_hide_progress(run);
    if (run->order)
        order_finish(run->order);
    if (error && cli_reader_gone(fault)) /* of the report, or of --write=- */
        run->reader_gone = true;
    if (error && !run->reader_gone) {
        write_files(run, &other);
        return error;
    }
    if (!run->reader_gone) {
        end_table(run);
        count_unprobed(run);
        tell_summary(run);
    }
    more = write_files(run, fault);
    return more ? more : status_of(run);
}
