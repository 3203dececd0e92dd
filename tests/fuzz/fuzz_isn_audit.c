/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzzes the audit of initial sequence numbers: numbers of any kind, and what is made of them. */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/isn_record.h"
#include "report/output.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ROWS 300

static void check(bool holds)
{
    if (!holds)
        abort();
}

/* Input as a tape of small numbers; behind its end it begins again, each time otherwise. */
struct tape {
    const uint8_t *data;
    size_t size, at;
};

static uint32_t draw(struct tape *tape)
{
    uint32_t turn = (uint32_t)(tape->at / tape->size);

    return tape->data[tape->at++ % tape->size] + turn * UINT32_C(2654435761);
}

/* How the rows are made, by the first bytes: each column constant, counted, clocked or drawn. */
static uint32_t column(struct tape *tape, uint8_t kind, size_t row, int64_t time)
{
    switch (kind % 6) {
    case 0:
        return kind;
    case 1:
        return (uint32_t)row * (UINT32_C(1) << kind % 23);
    case 2:
        return (uint32_t)((uint64_t)time >> kind % 40);
    case 3:
        return draw(tape) & 1;
    case 4:
        return draw(tape) * UINT32_C(2654435761);
    }
    return (uint32_t)row * 1664525U + draw(tape);
}

static void make_rows(struct tape *tape, struct isn_sample *rows, size_t count)
{
    uint8_t kinds[6];
    int64_t time = 0, pace = INT64_C(1) << draw(tape) % 47; /* 170 years */

    for (size_t i = 0; i < sizeof kinds; i++)
        kinds[i] = (uint8_t)draw(tape);
    for (size_t i = 0; i < count; i++) {
        time += pace * (int64_t)(draw(tape) & 0xff);
        rows[i] = (struct isn_sample){
            .time = time,
            .port = (uint16_t)column(tape, kinds[0], i, time),
            .isn = column(tape, kinds[1], i, time),
            .src = column(tape, kinds[2], i, time) & 3,
            .cseq = column(tape, kinds[3], i, time),
            .mss = (uint16_t)column(tape, kinds[4], i, time),
            .gap = kinds[5] % 8 == 0 && draw(tape) % 16 == 0,
            .rtt = kinds[5] % 2 ? (int64_t)draw(tape) : 0,
        };
    }
}

static void write_record(const struct isn_record *record, enum format format)
{
    struct output output = {.format = format,
                            .style = {.width = 80, .explain = true, .verbose = 1}};
    struct fault fault;
    char *text = NULL;
    size_t length = 0;

    output.stream = open_memstream(&text, &length);
    check(output.stream != NULL);
    check(output_record(&output, &schema_isn, record, &fault) == 0);
    check(fclose(output.stream) == 0 && length > 0 && text[length - 1] == '\n');
    free(text);
}

/* A price is at least a packet, its interval is about it. */
static void check_price(const struct isn_price *price)
{
    check(isnan(price->n50) || price->n50 >= 1);
    check(!(price->low > price->high));
}

static void check_audit(const struct isn_audit *audit, size_t count)
{
    check(audit->class < ISN_CLASS_COUNT && audit->severity < ISN_SEVERITY_COUNT);
    /* A class that is told may still leave it open how bad it is, but says why. */
    check(audit->class != ISN_CLASS_INCONCLUSIVE || audit->severity == ISN_SEVERITY_UNKNOWN);
    check(audit->severity != ISN_SEVERITY_UNKNOWN || audit->why != NULL);
    check(audit->n == count && audit->n_fixed + audit->n_varying <= count);
    check(audit->evidence_count <= ISN_EVIDENCE_MOST);
    check(audit->backend_count <= ISN_BACKENDS_MOST);
    check(!(audit->log10_p > 0));
    check_price(&audit->cross);
    check_price(&audit->same);
    check_price(&audit->window);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct isn_audit_options options = {
        .window = 65535, .packet_rate = 1e5, .random = 1};
    static struct isn_sample rows[ROWS];
    struct tape tape = {data, size, 2};
    struct isn_samples samples;
    struct isn_audit audit;
    struct isn_record record;
    struct arena arena;
    size_t count;

    if (size < 3)
        return 0;
    count = (size_t)(data[0] * 256 + data[1]) % (ROWS + 1);
    make_rows(&tape, rows, count);
    check(isn_samples_make(rows, count, data[1] & 1, &samples) == 0);
    check(isn_audit_run(&samples, &options, &audit) == 0);
    check_audit(&audit, count);
    arena_init(&arena);
    isn_record_init(&record);
    isn_record_fill(&record, &audit, &samples, &options, &arena);
    write_record(&record, FORMAT_JSON);
    write_record(&record, FORMAT_TEXT);
    write_record(&record, FORMAT_CSV);
    arena_release(&arena);
    isn_audit_release(&audit);
    isn_samples_release(&samples);
    return 0;
}
