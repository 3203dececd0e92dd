/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `options`: which TCP options and header bits work between here and a peer. */
#include <string.h>

#include "base/text.h"
#include "cmd/cli.h"
#include "cmd/options_watch.h"

/* Targets at once, unless the user says otherwise. */
#define PARALLEL 4

/* What the engine takes up targets with. */
#define STARTS 1000.0

/* A target without a matrix has a row all the same, which says why: else a list would be missing
 * it. */
static int print_reason(struct run *run, const struct engine_result *result, struct fault *fault)
{
    const struct matrix_record *record = result->matrix;
    struct matrix_row_record row = {
        .schema = record->schema,
        .command = record->command,
        .time = record->time,
        .target = record->target,
        .address = record->address,
        .port = record->port,
        .sent = record->sent,
        .opened = record->answered,
        .reset = record->refused,
        .icmp = record->unreachable,
        .silent = record->lost,
        .offered = RECORD_UNKNOWN,
        .good = RECORD_UNKNOWN,
        .absent = RECORD_UNKNOWN,
        .echoed = RECORD_UNKNOWN,
        .bad = RECORD_UNKNOWN,
        .unasked = RECORD_UNKNOWN,
        .evidence = record->reason,
    };

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

/* The clause of --fail-on: neither this severity nor a worse one. */
static const char *fail_clause(struct ladder_settings *ladder)
{
    size_t at = 0;

    for (int i = (int)ladder->fail_on; i < SEVERITY_COUNT; i++)
        text_append(ladder->fail_clause, sizeof ladder->fail_clause, &at, "%s%s",
                    at == 0 ? "severity!=" : "|", severity_word((enum severity)i));
    return ladder->fail_clause;
}

/* Whether an open port is not what is expected: then there is nothing to be found in its options.
 */
static bool wants_no_matrix(const struct expect *expect)
{
    struct fault fault;
    struct arena memory;
    struct matrix_record record;
    const struct result_context context = {.target = "", .host = "", .time = ""};
    bool unmet;

    if (!expect_concerns(expect, "verdict"))
        return false;
    fault_clear(&fault);
    arena_init(&memory);
    climb_unmeasured(&context, &fault, &memory, &record);
    record.verdict = verdict_word(VERDICT_OPEN);
    unmet = expect_check(expect, &record, NULL, NULL) == EXPECT_UNMET;
    arena_release(&memory);
    return unmet;
}

/* Who says in --expect what severity is wanted means that, and not the default of --fail-on too. */
static int choose_failure(struct settings *settings, struct fault *fault)
{
    struct expect *expect;
    bool said;
    int error;

    if (!settings->expect || settings->ladder.has_fail_on) {
        settings->expect_also = fail_clause(&settings->ladder);
        return 0;
    }
    error =
        expect_parse(settings->expect, "--expect", &schema_matrix, EXPECT_FILTER, &expect, fault);
    if (error)
        return error;
    said = expect_concerns(expect, "severity") || wants_no_matrix(expect);
    expect_free(expect);
    if (!said)
        settings->expect_also = fail_clause(&settings->ladder);
    return 0;
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
    struct run run;
    int status;

    status = check(settings, fault);
    if (!status)
        status = choose_failure(settings, fault);
    if (status)
        return status;
    status = run_open(&run, settings, &schema_matrix, printed, fault);
    if (!status)
        status = climb_targets(&run, fault);
    run_close(&run);
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
