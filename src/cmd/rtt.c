/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `rtt`: a series of handshake round trips for each target. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cmd/cli.h"
#include "cmd/rtt_picture.h"
#include "cmd/run.h"
#include "probe/result.h"
#include "report/plot.h"
#include "report/rtt_text.h"

/* Targets at once, copies of a SYN, and what lies between two probes, unless the user says
 * otherwise. */
#define PARALLEL 1000
#define RETRIES  1
#define INTERVAL INT64_C(1000000000)

struct rtt_run {
    struct run run; /* first: the engine's calls get either */
    struct picture picture;
};

static int print_fping(struct run *run, const struct engine_result *result, const double *times,
                       size_t count, struct fault *fault)
{
    const struct rtt_record *record = result->rtt;
    FILE *stream = stdout;
    char *text = NULL, label[512];
    size_t length = 0, at = 0;
    int error = 0;

    if (run->settings->quiet)
        return 0;
    text_append(label, sizeof label, &at, "%s", record->target);
    if (run->settings->all_addresses && record->addresses > 1 && record->address)
        text_append(label, sizeof label, &at, " (%s)", record->address);
    run_hide_progress(run);
    if (run->order)
        stream = open_memstream(&text, &length);
    if (!stream)
        return fault_set(fault, FAULT_MEMORY, 0, "out of memory");
    rtt_fping_line(stream, label, times, count);
    if (!run->order)
        return 0;
    if (fclose(stream) != 0)
        error = fault_set(fault, FAULT_MEMORY, 0, "out of memory");
    else
        error = order_add(run->order, result->index, text, length, fault);
    free(text);
    return error;
}

static int show_fping(struct run *run, const struct engine_result *result, struct fault *fault)
{
    size_t count = run->settings->count;
    double *times = malloc(count * sizeof *times);
    int error;

    if (!times)
        return fault_set(fault, FAULT_MEMORY, 0, "out of memory");
    for (size_t i = 0; i < count; i++)
        times[i] = NAN;
    for (size_t i = 0; i < result->point_count; i++) {
        const struct engine_point *point = &result->points[i];

        if (point->number <= count && point->rtt != OPENING_UNKNOWN)
            times[point->number - 1] = (double)point->rtt / 1e6;
    }
    error = print_fping(run, result, times, count, fault);
    free(times);
    return error;
}

static int take_result(void *data, struct engine_result *result, struct fault *fault)
{
    struct rtt_run *rtt = data;
    struct run *run = &rtt->run;
    struct rtt_record record = *result->rtt;
    int error = 0;

    if (run->settings->dry_run) { /* no packet could be made of it, and this is no packet */
        run_take_unmade(run, record.reason);
        return 0;
    }
    record.alone = run_alone(run);
    if (run->settings->plot_path)
        picture_add(&rtt->picture, result);
    if (run->settings->fping)
        error = show_fping(run, result, fault);
    return error ? error : run_take(run, result, &record, &record.unmet, fault);
}

static int take_probe(void *data, const struct rtt_probe_record *record, uint64_t index,
                      struct fault *fault)
{
    struct run *run = data;

    if (run->printed == &schema_rtt_probe && !run_chooses(run, record))
        return 0;
    return run_print(run, &schema_rtt_probe, record, index, fault);
}

/* The series as they stand, and what is known by now of them all. */
static void look(void *data, const struct rtt_record *record)
{
    struct run *run = data;
    struct output output = run->output;
    struct fault fault;

    run_hide_progress(run);
    if (!record) {
        if (!run_alone(run)) /* else the series has said it all */
            run_tell_now(run);
        return;
    }
    output.stream = stderr;
    output.format = FORMAT_TEXT;
    output.written = 0;
    output.hold = false;
    output_record(&output, &schema_rtt, record, &fault);
}

/* Text shows each probe as it ends; but where there is one for each of many targets, the target's
 * own lines say the same. */
static bool shows_probes(const struct rtt_run *rtt)
{
    const struct settings *settings = rtt->run.settings;

    if (settings->quiet || settings->plugin || settings->fping)
        return false;
    if (settings->each)
        return true;
    return settings->format == FORMAT_TEXT && !settings->only &&
           (settings->count != 1 || run_alone(&rtt->run));
}

static int probe_targets(struct rtt_run *rtt, struct fault *fault)
{
    const struct settings *settings = rtt->run.settings;
    struct engine_options options = run_engine(&rtt->run, PARALLEL);
    struct fault other;
    int status, error;

    options.series = true;
    options.count = settings->count;
    options.interval = settings->interval >= 0 ? settings->interval : INTERVAL;
    options.full = settings->full;
    options.port_last = settings->source_port_last;
    options.without =
        settings->dry_run || settings->each || settings->fping || run_wants(&rtt->run, "reason")
            ? 0
            : RESULT_REASON;
    options.keep_points = settings->plot_path || settings->fping;
    options.calls.result = take_result;
    options.calls.packet = run_take_packet;
    options.calls.look = look;
    options.calls.probe = shows_probes(rtt) ? take_probe : NULL;
    status = run_engine_run(&rtt->run, &options, fault);
    if (!settings->plot_path || settings->dry_run)
        return status;
    /* What was measured is drawn, whatever else went wrong. */
    error = picture_write(&rtt->picture, settings->plot_path, status < 0 ? &other : fault);
    return status < 0 || !error ? status : error;
}

static int check(const struct settings *settings, struct fault *fault)
{
    if (settings->each && settings->format == FORMAT_TEXT)
        return fault_set(fault, FAULT_USAGE, 0,
                         "'--each' is for '--json' and '--csv': text shows each probe anyway");
    if (settings->fping && (settings->format != FORMAT_TEXT || settings->plugin))
        return fault_set(fault, FAULT_USAGE, 0,
                         "'-C' has a form of its own: without --json, --csv and --plugin");
    if (settings->fping && settings->only)
        return fault_set(fault, FAULT_USAGE, 0, "'-C' has a line for each target: without --only");
    if (settings->fping && settings->source_port_last)
        return fault_set(fault, FAULT_USAGE, 0, "'-C' shows one flow: '--source-port' one port");
    if (settings->full && settings->source_port_last && settings->spec.close == CLOSE_NONE)
        return fault_set(fault, FAULT_USAGE, 0,
                         "'--close=none' would leave connections on ports that are used again");
    return settings->plot_path ? plot_check_path(settings->plot_path, fault) : 0;
}

static int rtt(struct settings *settings, struct fault *fault)
{
    const struct schema *printed = settings->each    ? &schema_rtt_probe
                                   : settings->fping ? NULL
                                                     : &schema_rtt;
    struct rtt_run rtt = {.picture = {0}};
    int status;

    if (!settings->has_retries)
        settings->spec.retries = RETRIES;
    status = check(settings, fault);
    if (status)
        return status;
    status =
        run_open(&rtt.run, settings, &schema_rtt, printed ? printed : &schema_rtt_probe, fault);
    if (!status)
        status = probe_targets(&rtt, fault);
    picture_release(&rtt.picture);
    run_close(&rtt.run);
    return status;
}

const struct command command_rtt = {
    .name = "rtt",
    .arguments = "TARGET...",
    .values = "self",
    .summary = "Measure round trips in series, and on which side packets are lost",
    .description = CLI_TARGETS
    "\n\n"
    "A probe is a SYN and its answer: half-open, ended by an RST of the kernel's, or a whole "
    "handshake with --full. Its round trip is the difference of two time stamps of the "
    "capture. A SYN that has no answer within --timeout is lost; copies of it (--retries) "
    "tell on which side, for the echoed timestamp names the copy that arrived first. An "
    "exchange with copies gives no round trip.\n\n" CLI_STATUS,
    .groups = {&cli_group_target, &cli_group_segment, &cli_group_timing, &cli_group_series,
               &cli_group_scripts, &cli_group_capture, &cli_group_output, &cli_group_records,
               &cli_group_common},
    .run = rtt,
};
