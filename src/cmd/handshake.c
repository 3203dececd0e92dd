/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `handshake`: does it open, how, how fast; who refused and by what. */
#include <stdlib.h>
#include <unistd.h>

#include "cmd/cli.h"
#include "probe/engine.h"

/* Probes at once, when several targets are given. */
#define PARALLEL 64

/* A run of the command. */
struct run {
    const struct settings *settings;
    struct output output;
    struct target *targets;
    size_t target_count;
    size_t target; /* the one being given out, and which of its ports */
    size_t port;
    size_t met, unmet, unmeasured;
    bool reader_gone;
};

static bool next_target(void *data, struct engine_target *ret_target)
{
    struct run *run = data;
    const struct target *target;

    while (run->target < run->target_count &&
           run->port >= target_count(&run->targets[run->target])) {
        run->target++;
        run->port = 0;
    }
    if (run->target == run->target_count)
        return false;
    target = &run->targets[run->target];
    ret_target->target = *target;
    ret_target->port = target_port(target, run->port++);
    return true;
}

static void count(struct run *run, enum verdict verdict)
{
    if (verdict == VERDICT_OPEN)
        run->met++;
    else if (verdict == VERDICT_INCONCLUSIVE)
        run->unmeasured++;
    else
        run->unmet++;
}

static int show(struct run *run, const struct schema *schema, const void *record,
                struct fault *fault)
{
    int error;

    if (run->settings->quiet)
        return 0;
    error = output_record(&run->output, schema, record, fault);
    run->reader_gone = error && cli_reader_gone(fault);
    return error;
}

static int take_record(void *data, const struct handshake_record *record, enum verdict verdict,
                       struct fault *fault)
{
    struct run *run = data;

    count(run, verdict);
    if (run->settings->dry_run) { /* no packet could be made of it, and this is no packet */
        fprintf(stderr, "tcpprobe: %s\n", record->reason);
        return 0;
    }
    return show(run, &schema_handshake, record, fault);
}

static int take_packet(void *data, const struct packet_record *record, struct fault *fault)
{
    struct run *run = data;

    run->met++;
    return show(run, &schema_packet, record, fault);
}

/* A line that stays, and does not get between the records: on a terminal only, for scripts have no
 * use for it. */
static void show_progress(void *data, const char *target, unsigned copy, unsigned copies)
{
    (void)data;
    fprintf(stderr, "%s: no answer yet, SYN %u of %u is out\n", target, copy, copies);
}

static int read_targets(struct run *run, struct fault *fault)
{
    const struct settings *settings = run->settings;

    if (settings->argument_count == 0)
        return fault_set(
            fault, FAULT_USAGE, 0,
            "a target is missing: 'tcpprobe handshake host:port', or 'self' for a first try");
    run->targets = calloc(settings->argument_count, sizeof *run->targets);
    if (!run->targets)
        return fault_set(fault, FAULT_MEMORY, 0, "out of memory");
    for (; run->target_count < settings->argument_count; run->target_count++) {
        int error = target_read(settings->arguments[run->target_count],
                                &run->targets[run->target_count], fault);

        if (error)
            return error;
    }
    return 0;
}

static enum exit_status exit_status(const struct run *run)
{
    if (run->unmet > 0)
        return EXIT_STATUS_UNMET;
    return run->unmeasured > 0 ? EXIT_STATUS_UNMEASURED : EXIT_STATUS_MET;
}

static size_t total_count(const struct run *run)
{
    size_t total = 0;

    for (size_t i = 0; i < run->target_count; i++)
        total += target_count(&run->targets[i]);
    return total;
}

static unsigned at_once(const struct run *run)
{
    size_t total = total_count(run);

    if (run->settings->spec.source_port)
        return 1; /* one port of ours can hold one guard */
    return total < PARALLEL ? (unsigned)total : PARALLEL;
}

/* Targets whose turn never came, for a signal or the deadline ended the run, were not measured
 * either. */
static void count_unprobed(struct run *run)
{
    size_t total = total_count(run), unprobed = total - run->met - run->unmet - run->unmeasured;

    if (unprobed == 0 || run->reader_gone)
        return;
    run->unmeasured += unprobed;
    if (!run->settings->quiet)
        fprintf(stderr, "tcpprobe: the run was ended before %zu of %zu targets were probed\n",
                unprobed, total);
}

static int probe_targets(struct run *run, struct fault *fault)
{
    const struct settings *settings = run->settings;
    struct engine_options options = {
        .spec = &settings->spec,
        .parallel = at_once(run),
        .deadline = settings->deadline,
        .write_path = settings->write_path,
        .dry_run = settings->dry_run,
        .source = next_target,
        .sink = take_record,
        .packet_sink = take_packet,
        .progress = isatty(STDERR_FILENO) && !settings->quiet ? show_progress : NULL,
        .data = run,
    };
    int error = engine_run(&options, fault);

    if (error && cli_reader_gone(fault)) /* of the report, or of --write=- */
        run->reader_gone = true;
    if (error && !run->reader_gone)
        return error;
    count_unprobed(run);
    return (int)exit_status(run);
}

static int handshake(struct settings *settings, struct fault *fault)
{
    struct run run = {.settings = settings, .output = settings_output(settings)};
    const struct schema *schema = settings->dry_run ? &schema_packet : &schema_handshake;
    int status = read_targets(&run, fault);

    if (!status)
        status = output_check_fields(&run.output, schema, fault);
    if (!status && settings->format == FORMAT_DOT)
        status = fault_set(fault, FAULT_USAGE, 0,
                           "'--format=dot': a handshake has no edges; 'describe fsm' has");
    if (!status && settings->write_path && strcmp(settings->write_path, "-") == 0 &&
        !settings->quiet)
        status = fault_set(fault, FAULT_USAGE, 0,
                           "'--write=-' needs '--quiet': the packets and the report would both go "
                           "to standard output");
    if (!status)
        status = probe_targets(&run, fault);
    free(run.targets);
    return status;
}

const struct command command_handshake = {
    .name = "handshake",
    .arguments = "TARGET...",
    .values = "self",
    .summary = "Open TCP connections in user space and report every segment, state and option",
    .description = "A TARGET is host:port, [2001:db8::1]:443, [fe80::1%eth0]:22, "
                   "host:22,80,8000-8010, or self (a listener of the "
                   "program's own on loopback).\n\n"
                   "The program sends a SYN of its own making, captures what comes back and drives "
                   "its own state machine with it; "
                   "the kernel's TCP takes no part. The connection is closed politely.\n\n"
                   "Exit status: 0 every target opened, 1 at least one did not, 2 none failed but "
                   "at least one could not be "
                   "measured; 64 usage, 70 internal, 71 system, 74 input or output, 77 permission.",
    .groups = {&cli_group_target, &cli_group_segment, &cli_group_timing, &cli_group_data,
               &cli_group_capture, &cli_group_output, &cli_group_common},
    .run = handshake,
};
