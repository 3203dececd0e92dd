/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records of a run: judged, counted, printed. */
#include <stdlib.h>
#include <string.h>

#include "cmd/cli.h"
#include "cmd/run_parts.h"

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

static void put_text(const struct run *run, const char *text)
{
    style_put(&run->output.style, stderr, text, strlen(text));
}

/* Begins a line about a record: the target; the file, and the connection in it. */
static void name_record(struct run *run, const void *record)
{
    const struct field *file = schema_field_find(run->schema, "file");
    const struct field *number = schema_field_find(run->schema, "connection");
    const struct field *target = schema_field_find(run->schema, "target");
    const char *name = target ? field_text(target, record) : NULL;

    run_hide_progress(run);
    fputs("tcpprobe: ", stderr);
    if (file && field_text(file, record)) {
        put_text(run, field_text(file, record));
        fputs(": ", stderr);
    }
    if (number)
        fprintf(stderr, "connection %lld, ", (long long)field_integer(number, record));
    if (name) {
        put_text(run, name);
        fputs(": ", stderr);
    }
}

/* A script that reads JSON or CSV has it in the record; whoever watches it is told as well. */
static void tell_unmet(struct run *run, const void *record, const char *unmet)
{
    bool shown = run->settings->format == FORMAT_TEXT && run->printed == run->schema &&
                 schema_field_find(run->schema, "unmet");

    if (!unmet || !run->settings->expect || run->settings->quiet || run->plugin || shown)
        return;
    name_record(run, record);
    fprintf(stderr, "not met: %s\n", unmet);
}

/* Where the target's own record is not printed, nothing else says why there are no figures. */
static void tell_unmeasured(struct run *run, const void *record)
{
    const struct field *field = schema_field_find(run->schema, "reason");
    const char *reason = field ? field_text(field, record) : NULL;

    if (!reason || run->printed == run->schema || run->settings->quiet || run->plugin)
        return;
    if (run->settings->no_targets) {
        name_record(run, record);
    } else { /* the reason names it */
        run_hide_progress(run);
        fputs("tcpprobe: ", stderr);
    }
    fprintf(stderr, "%s\n", reason);
}

int run_take(struct run *run, const struct engine_result *result, const void *record,
             const char **unmet, struct fault *fault)
{
    bool wants_words = run->settings->expect != NULL; /* else the verdict says it all */
    const char *why = NULL;
    enum expect_result judgement = expect_check(
        run->expect, record, wants_words ? &run->memory : NULL, wants_words ? &why : NULL);
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

int run_take_packet(void *data, const struct packet_record *record, uint64_t index,
                    struct fault *fault)
{
    struct run *run = data;

    run->met++;
    return run_print(run, &schema_packet, record, index, fault);
}

void run_take_unmade(struct run *run, const char *reason)
{
    run->unmeasured++;
    if (run->settings->quiet)
        return;
    run_hide_progress(run);
    fprintf(stderr, "tcpprobe: %s\n", reason);
}
