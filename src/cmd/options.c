/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `options`: which TCP options and header bits work between here and a peer. */
#include "cmd/cli.h"
#include "cmd/failure.h"
#include "cmd/options_watch.h"

/* Targets at once, unless the user says otherwise. */
#define PARALLEL 4

/* What the engine takes up targets with. */
#define STARTS 1000.0

struct options_run {
    struct run run;                        /* first: the engine's calls get either */
    char fail_clause[FAILURE_CLAUSE_SIZE]; /* of --expect, which --fail-on adds */
};

/* A target without a matrix has a row all the same, which says why: else a list would be missing
 * it. */
static int print_reason(struct run *run, const struct engine_result *result, struct fault *fault)
{
    const struct matrix_record *record = result->matrix;
    struct matrix_row_record row;

    matrix_row_init(&row, record);
    row.sent = record->sent;
    row.opened = record->answered;
    row.reset = record->refused;
    row.icmp = record->unreachable;
    row.silent = record->lost;
    row.evidence = record->reason;
    return run_chooses(run, &row) ? run_print(run, &schema_option_row, &row, result->index, fault)
                                  : 0;
}

/* Each option as a record of its own. */
static int print_rows(struct run *run, const struct engine_result *result, struct fault *fault)
{
    const struct matrix_record *record = result->matrix;
    const struct matrix_row_record *rows = record->matrix.items;
    int error = record->matrix.count == 0 ? print_reason(run, result, fault) : 0;

    for (size_t i = 0; i < record->matrix.count && !error; i++)
        if (run_chooses(run, &rows[i]))
            error = run_print(run, &schema_option_row, &rows[i], result->index, fault);
    return error;
}

static int take_result(void *data, struct engine_result *result, struct fault *fault)
{
    struct run *run = data;
    struct matrix_record record = *result->matrix;
    int error = 0;

    if (run->settings->dry_run) { /* no packet could be made of it */
        run_take_unmade(run, record.reason);
        return 0;
    }
    run_hide_progress(run);
    if (run->printed == &schema_option_row)
        error = print_rows(run, result, fault);
    return error ? error : run_take(run, result, &record, &record.unmet, fault);
}

static const char *word_of(int severity)
{
    return severity_word((enum severity)severity);
}

static int choose_failure(struct options_run *options, struct settings *settings,
                          struct fault *fault)
{
    struct matrix_record open;
    const struct failure failure = {
        .schema = &schema_matrix,
        .open = &open,
        .from = (int)settings->ladder.fail_on,
        .count = SEVERITY_COUNT,
        .word = word_of,
        .chosen = settings->ladder.has_fail_on,
    };

    matrix_record_init(&open);
    open.verdict = verdict_word(VERDICT_OPEN);
    return failure_choose(&failure, settings, options->fail_clause, fault);
}

static int check(const struct settings *settings, struct fault *fault)
{
    if (settings->spec.source_port || settings->source_port_last)
        return fault_set(fault, FAULT_USAGE, 0,
                         "'--source-port': each SYN of the ladder has a new port");
    if (settings->has_retries && settings->spec.retries > 0)
        return fault_set(fault, FAULT_USAGE, 0,
                         "'--retries': no SYN of the ladder is sent again: --repeat says how many "
                         "there are of each");
    if (settings->ladder.half_open && settings->data_length > 0)
        return fault_set(fault, FAULT_USAGE, 0,
                         "'--send' is for connections that are opened whole: without --half-open");
    return 0;
}

static int climb_targets(struct run *run, struct fault *fault)
{
    const struct settings *settings = run->settings;
    const struct ladder_settings *ladder = &settings->ladder;
    struct engine_options options = run_engine(run, PARALLEL);

    options.climbing = true;
    options.rate = STARTS;
    options.spacing = settings->interval > 0 ? settings->interval : 0;
    options.climb = (struct climb_options){
        .features = ladder->features,
        .repeat = ladder->repeat,
        .patience = ladder->patience,
        /* What the user says is for the whole run, and for each moment of it. */
        .rate =
            settings->rate > 0 ? settings->rate / run_at_once(run, options.parallel) : CLIMB_RATE,
        .no_limited = ladder->no_hops,
        .no_checks = ladder->half_open,
    };
    options.calls.result = take_result;
    options.calls.packet = run_take_packet;
    options_watch(run, &options.calls);
    return run_engine_run(run, &options, fault);
}

static int options(struct settings *settings, struct fault *fault)
{
    const struct schema *printed =
        settings->each || settings->format == FORMAT_CSV ? &schema_option_row : &schema_matrix;
    struct options_run options = {.fail_clause = ""};
    int status;

    status = check(settings, fault);
    if (!status)
        status = choose_failure(&options, settings, fault);
    if (status)
        return status;
    status = run_open(&options.run, settings, &schema_matrix, printed, fault);
    if (!status)
        status = climb_targets(&options.run, fault);
    run_close(&options.run);
    return status;
}

const struct command command_options = {
    .name = "options",
    .arguments = "TARGET...",
    .values = "self",
    .summary = "Find out which TCP options work between here and a peer, and what touches them",
    .description = CLI_TARGETS
    "\n\n"
    "A ladder of SYNs, each with other options or header bits ('describe rungs'), goes to each "
    "target, a few a second, each from a new port and each ended by an RST; shuffled and repeated, "
    "with plain SYNs between them, so that loss and chance are told apart from a rule. The answers "
    "make a matrix with a verdict for each option: supported, declined, stripped, rewritten, "
    "echoed, breaks, inconclusive ('describe matrix' says what each proves and what it cannot). "
    "SYNs that expire on the way make routers quote what became of the options by then; one "
    "half-open connection is held to see the SYN,ACK come again; and three connections are opened "
    "whole, to see whether what was negotiated is in effect.\n\n"
    "Exit status: 0 no target has a finding as bad as --fail-on, 1 at least one has, or does not "
    "meet --expect, 2 none has but at least one could not be measured to the end or is not open; "
    "64 usage, 70 internal, 71 system, 74 input or output, 77 permission.",
    .groups = {&cli_group_target, &cli_group_ladder, &cli_group_timing, &cli_group_scripts,
               &cli_group_capture, &cli_group_output, &cli_group_records, &cli_group_common},
    .run = options,
};
