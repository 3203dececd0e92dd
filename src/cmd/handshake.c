/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `handshake`: does it open, how, how fast; who refused and by what. */
#include "cmd/cli.h"
#include "cmd/run.h"
#include "probe/result.h"

/* Targets at once, unless the user says otherwise. */
#define PARALLEL 1000

/* The engine's record is constant, but for what is known only here. */
static int take_result(void *data, struct engine_result *result, struct fault *fault)
{
    struct run *run = data;
    struct handshake_record record = *result->handshake;

    if (run->settings->dry_run) { /* no packet could be made of it, and this is no packet */
        run_take_unmade(run, record.reason);
        return 0;
    }
    record.brief = run->output.one_line;
    return run_take(run, result, &record, &record.unmet, fault);
}

/* A line that stays, and does not get between the records: on a terminal only, for scripts have no
 * use for it. */
static void tell_repeated(void *data, const char *target, unsigned copy, unsigned copies)
{
    run_hide_progress(data);
    fprintf(stderr, "%s: no answer yet, SYN %u of %u is out\n", target, copy, copies);
}

static void look(void *data, const struct rtt_record *record)
{
    if (!record)
        run_tell_now(data);
}

/* What nobody looks at: making it is a good part of the work where there are very many targets. */
static unsigned without(const struct run *run)
{
    unsigned parts = 0;

    if (!run_wants(run, "segments") && !run_wants(run, "steps"))
        parts |= RESULT_ROWS;
    if (!run_wants(run, "offered") && !run_wants(run, "answered") && !run_wants(run, "in_effect"))
        parts |= RESULT_OPTIONS;
    if (!run_wants(run, "reason"))
        parts |= RESULT_REASON;
    return parts;
}

static int probe_targets(struct run *run, struct fault *fault)
{
    const struct settings *settings = run->settings;
    struct engine_options options = run_engine(run, PARALLEL);

    options.without = settings->dry_run ? 0 : without(run);
    options.spacing = settings->interval > 0 ? settings->interval : 0;
    options.calls.result = take_result;
    options.calls.packet = run_take_packet;
    options.calls.look = look;
    if (run->shows_progress && run_alone(run))
        options.calls.repeated = tell_repeated;
    return run_engine_run(run, &options, fault);
}

static int handshake(struct settings *settings, struct fault *fault)
{
    struct run run;
    int status = run_open(&run, settings, &schema_handshake, &schema_handshake, fault);

    if (!status && settings->source_port_last)
        status = fault_set(fault, FAULT_USAGE, 0,
                           "'--source-port': a range of ports is for rtt, which sweeps them");
    if (!status)
        status = probe_targets(&run, fault);
    run_close(&run);
    return status;
}

const struct command command_handshake = {
    .name = "handshake",
    .arguments = "TARGET...",
    .values = "self",
    .summary = "Open connections, and report every segment, state and option",
    .description = CLI_TARGETS
    "\n\n"
    "The program sends a SYN of its own making, captures what comes back and drives "
    "its own state machine with it; the kernel's TCP takes no part. The connection "
    "is closed politely. In text, one target has a whole page, each of several the "
    "verdict and what was out of the ordinary; -v and --explain show all of "
    "them.\n\n" CLI_STATUS,
    .groups = {&cli_group_target, &cli_group_segment, &cli_group_timing, &cli_group_data,
               &cli_group_scripts, &cli_group_capture, &cli_group_output, &cli_group_records,
               &cli_group_common},
    .run = handshake,
};
