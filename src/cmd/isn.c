/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `isn`: how predictable a server's initial sequence numbers are, sampled or from a file. */
#include "cmd/isn.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cmd/cli.h"
#include "cmd/isn_deep.h"
#include "cmd/isn_from.h"
#include "cmd/isn_live.h"
#include "cmd/isn_picture.h"
#include "cmd/isn_save.h"
#include "cmd/run_parts.h"
#include "report/replace.h"

#define COUNT_DEFAULT 2048
#define COUNT_QUICK   192

/* Starts the resampling behind the intervals: the same numbers, the same audit. */
#define RANDOM 20010502

int isn_examine(struct isn_run *isn, const struct isn_samples *samples, struct isn_audit *ret_audit,
                struct fault *fault)
{
    int error = isn_audit_run(samples, &isn->options, ret_audit);

    if (!error && isn->run.settings->isn.deep)
        error = isn_deep(isn, samples, ret_audit);
    return error ? fault_set(fault, FAULT_MEMORY, 0, "out of memory") : 0;
}

static enum verdict verdict_of(const struct isn_record *record)
{
    for (int i = 0; record->verdict && i < VERDICT_COUNT; i++)
        if (strcmp(record->verdict, verdict_word((enum verdict)i)) == 0)
            return (enum verdict)i;
    return VERDICT_INCONCLUSIVE;
}

static int draw(const struct isn_run *isn, const struct isn_report *report, struct fault *fault)
{
    const struct isn_picture picture = {
        .path = isn->run.settings->plot_path,
        .number = isn->reported,
        .target = report->record->target,
        .source = report->source,
        .date = report->date,
        .samples = report->samples,
        .audit = report->audit,
    };

    return isn_picture_write(&picture, fault);
}

/* The files, after the record: what was measured is told, whatever becomes of them. */
static int keep(const struct isn_run *isn, const struct isn_report *report, struct fault *fault)
{
    const struct settings *settings = isn->run.settings;
    int error = 0;

    if (settings->isn.save_path && report->samples)
        error = isn_save(settings->isn.save_path, report->record, report->samples, fault);
    if (!error && settings->plot_path && report->audit)
        error = draw(isn, report, fault);
    return error;
}

int isn_report(struct isn_run *isn, const struct isn_report *report, struct fault *fault)
{
    struct isn_record *record = report->record;
    struct engine_result result = {.index = report->index};
    struct fault other;
    int error, more;

    isn->reported++;
    if (report->audit)
        isn_record_fill(record, report->audit, report->samples, &isn->options, &isn->memory);
    if (isn->baseline && record->class &&
        !isn_baseline_compare(isn->baseline, record, &isn->memory) && !isn->run.settings->quiet &&
        !isn->run.plugin) {
        run_hide_progress(&isn->run);
        fprintf(stderr, "tcpprobe: %s: no earlier record in --baseline '%s'\n", record->target,
                isn->run.settings->isn.baseline_path);
    }
    result.verdict = verdict_of(record);
    error = run_take(&isn->run, &result, record, &record->unmet, fault);
    more = keep(isn, report, error ? &other : fault);
    arena_clear(&isn->memory);
    return error ? error : more;
}

/* What makes no sense without targets. */
static int check_from(const struct settings *settings, struct fault *fault)
{
    const struct isn_settings *isn = &settings->isn;

    if (settings->argument_count > 0 || settings->file_count > 0)
        return fault_set(fault, FAULT_USAGE, 0,
                         "'--from' audits the numbers of a file: without a target and --file");
    if (settings->dry_run || settings->write_path)
        return fault_set(fault, FAULT_USAGE, 0,
                         "'--from' sends nothing: without --dry-run and --write");
    if (isn->has_count || isn->quick || isn->slowly)
        return fault_set(fault, FAULT_USAGE, 0,
                         "'--from' takes all numbers of the file: without --count, --quick and "
                         "--long");
    if (isn->one_source || isn->second_source.family != IP_FAMILY_NONE)
        return fault_set(fault, FAULT_USAGE, 0, "'--from' sends nothing: without --second-source");
    return 0;
}

static int check(const struct settings *settings, struct fault *fault)
{
    int error = settings->isn.from_path ? check_from(settings, fault) : 0;

    if (!error && settings->isn.save_path && strcmp(settings->isn.save_path, "-") == 0)
        error = fault_set(fault, FAULT_USAGE, 0,
                          "'--save=-': a file is wanted; /dev/stdout is standard output, with -q");
    if (!error && settings->isn.save_path) /* to be told of it after an hour would be late */
        error = replace_check(settings->isn.save_path, fault);
    if (!error && settings->plot_path)
        error = isn_picture_check(settings->plot_path, fault);
    return error;
}

static const char *word_of(int severity)
{
    return isn_severity_word((enum isn_severity)severity);
}

/* Who says what class is wanted means that, and not the default of --fail-on too. */
static int choose_failure(struct isn_run *isn, struct settings *settings, struct fault *fault)
{
    struct isn_record open;
    const struct failure failure = {
        .schema = &schema_isn,
        .open = &open,
        .also = "class",
        .from = (int)settings->isn.fail_on,
        .count = ISN_SEVERITY_COUNT,
        .word = word_of,
        .chosen = settings->isn.has_fail_on,
    };

    isn_record_init(&open);
    open.verdict = verdict_word(VERDICT_OPEN);
    return failure_choose(&failure, settings, isn->fail_clause, fault);
}

static int open_run(struct isn_run *isn, struct settings *settings, struct fault *fault)
{
    int error;

    if (!settings->isn.has_count)
        settings->count = settings->isn.quick ? COUNT_QUICK : COUNT_DEFAULT;
    isn->options = (struct isn_audit_options){
        .window = settings->isn.attack_window,
        .packet_rate = settings->isn.attack_rate,
        .random = RANDOM,
    };
    error = check(settings, fault);
    if (!error)
        error = choose_failure(isn, settings, fault);
    if (!error && settings->isn.baseline_path)
        error = isn_baseline_read(settings->isn.baseline_path, &isn->baseline, fault);
    return error;
}

static int isn(struct settings *settings, struct fault *fault)
{
    struct isn_run isn = {.reported = 0};
    int status = open_run(&isn, settings, fault);

    arena_init(&isn.memory);
    if (!status) {
        status = run_open(&isn.run, settings, &schema_isn, &schema_isn, fault);
        if (!status && settings->isn.save_path && !run_alone(&isn.run))
            status = fault_set(fault, FAULT_USAGE, 0,
                               "'--save' keeps the numbers of one target in a file");
        if (!status)
            status = settings->isn.from_path ? isn_from(&isn, fault) : isn_live(&isn, fault);
        run_close(&isn.run);
    }
    isn_baseline_free(isn.baseline);
    arena_release(&isn.memory);
    return status;
}

const struct command command_isn = {
    .name = "isn",
    .arguments = "TARGET...",
    .values = "self",
    .summary = "Audit initial sequence numbers: can they be guessed, and at what cost",
    .description = CLI_TARGETS
    "\n\n"
    "SYNs in bursts and at intervals, from one port again and again and from ever new ones, get "
    "SYN,ACKs, each of which is answered with an RST. Their initial sequence numbers tell which "
    "class of generator makes them ('describe classes'): with the evidence, the packets that "
    "guessing takes, and what a sample of this size can certify. --from audits numbers of a file "
    "instead, without any privilege.\n\n"
    "Exit status: 0 no target is as bad as --fail-on, 1 at least one is, or does not meet "
    "--expect, 2 none is but at least one could not be measured or is inconclusive; 64 usage, 70 "
    "internal, 71 system, 74 input or output, 77 permission.",
    .groups = {&cli_group_target, &cli_group_audit, &cli_group_timing, &cli_group_scripts,
               &cli_group_capture, &cli_group_output, &cli_group_records, &cli_group_common},
    .run = isn,
};
