/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Initial sequence numbers out of a file or standard input, audited. */
#include "cmd/isn_from.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cli.h"
#include "net/clock.h"
#include "report/isn_lines.h"
#include "report/isn_record.h"

#define BLOCK 65536
/* So many lines that cannot be read are told one by one. */
#define COMPLAINTS 10

struct from {
    struct isn_run *isn;
    const char *name; /* of the file */
    bool silent;
    struct isn_lines lines;
};

static void complain(void *data, uint64_t number, const char *why)
{
    const struct from *from = data;

    if (!from->silent && from->lines.bad <= COMPLAINTS)
        fprintf(stderr, "tcpprobe: %s:%llu: %s\n", from->name, (unsigned long long)number, why);
}

static int too_much(const struct from *from, int error, struct fault *fault)
{
    if (error == -FAULT_RANGE)
        return fault_set(fault, FAULT_RANGE, 0, "'%s' holds more than %d numbers", from->name,
                         ISN_LINES_ROWS);
    return fault_set(fault, FAULT_MEMORY, 0, "out of memory for the numbers of '%s'", from->name);
}

static int read_stream(struct from *from, FILE *stream, struct fault *fault)
{
    char *block = malloc(BLOCK);
    int error = block ? 0 : -FAULT_MEMORY;

    while (!error && !feof(stream)) {
        size_t length;

        errno = 0;
        length = fread(block, 1, BLOCK, stream);
        if (ferror(stream)) {
            error = fault_set(fault, FAULT_IO, errno, "'%s' cannot be read", from->name);
            free(block);
            return error;
        }
        error = isn_lines_add(&from->lines, block, length);
    }
    if (!error)
        error = isn_lines_end(&from->lines);
    free(block);
    return error ? too_much(from, error, fault) : 0;
}

static int read_file(struct from *from, const char *path, struct fault *fault)
{
    FILE *stream = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    int error;

    if (!stream)
        return fault_set(fault, FAULT_IO, errno, "'%s' cannot be opened", path);
    error = read_stream(from, stream, fault);
    if (stream != stdin)
        fclose(stream);
    if (!error && !from->silent && from->lines.bad > COMPLAINTS)
        fprintf(stderr, "tcpprobe: %s: %llu more lines cannot be read\n", from->name,
                (unsigned long long)(from->lines.bad - COMPLAINTS));
    return error;
}

/* What the reader of a record ought to know of the file. */
static void add_findings(const struct from *from, struct isn_record *record, struct arena *arena)
{
    if (from->lines.bad == 0)
        return;
    arena_print(arena, "%llu of %llu lines hold no sample and were passed over",
                (unsigned long long)from->lines.bad, (unsigned long long)from->lines.number);
    isn_record_add_finding(record, FINDING_AUDIT_LINES, arena_finish(arena), arena);
}

static int audit(struct from *from, const struct isn_samples *samples, int64_t began,
                 struct fault *fault)
{
    struct isn_run *isn = from->isn;
    struct isn_record record;
    struct isn_audit audit;
    struct isn_report report = {
        .record = &record, .samples = samples, .audit = &audit, .source = from->name};
    int error = isn_examine(isn, samples, &audit, fault);

    if (!error) {
        isn_record_init(&record);
        record.target = from->name;
        add_findings(from, &record, &isn->memory);
        record.took_ms = (double)(clock_monotonic() - began) / 1e6;
        error = isn_report(isn, &report, fault);
    }
    isn_audit_release(&audit);
    return error;
}

static int audit_file(struct from *from, struct fault *fault)
{
    int64_t began = clock_monotonic();
    struct isn_samples samples;
    int error = read_file(from, from->isn->run.settings->isn.from_path, fault);

    if (error)
        return error;
    if (isn_samples_make(from->lines.rows, from->lines.count, isn_lines_extended(&from->lines),
                         &samples))
        return fault_set(fault, FAULT_MEMORY, 0, "out of memory for the numbers of '%s'",
                         from->name);
    free(from->lines.rows); /* there is a copy now */
    from->lines.rows = NULL;
    error = audit(from, &samples, began, fault);
    isn_samples_release(&samples);
    return error;
}

int isn_from(struct isn_run *isn, struct fault *fault)
{
    const struct settings *settings = isn->run.settings;
    const char *path = settings->isn.from_path;
    struct from *from = malloc(sizeof *from);
    int error;

    if (!from)
        return fault_set(fault, FAULT_MEMORY, 0, "out of memory");
    *from = (struct from){
        .isn = isn,
        .name = strcmp(path, "-") == 0 ? "standard input" : path,
        .silent = settings->quiet || settings->plugin,
    };
    isn_lines_init(&from->lines);
    from->lines.complain = complain;
    from->lines.data = from;
    error = audit_file(from, fault);
    isn_lines_release(&from->lines);
    free(from);
    if (error && !isn->run.reader_gone)
        return error;
    return run_finish(&isn->run, fault);
}
