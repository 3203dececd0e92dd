/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzzes the reader of initial sequence numbers, and the way back to lines. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/isn_lines.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void complain(void *data, uint64_t number, const char *why)
{
    const struct isn_lines *lines = data;

    check(number == lines->number && why[0] != '\0');
    for (; *why; why++) /* fit for a terminal */
        check(*why >= 0x20 && *why < 0x7f);
}

/* Reads it all, so many bytes at a time. */
static struct isn_lines *read_all(const char *text, size_t size, size_t step)
{
    struct isn_lines *lines = malloc(sizeof *lines);

    check(lines != NULL);
    isn_lines_init(lines);
    lines->complain = complain;
    lines->data = lines;
    for (size_t at = 0; at < size; at += step)
        check(isn_lines_add(lines, text + at, size - at < step ? size - at : step) == 0);
    check(isn_lines_end(lines) == 0);
    return lines;
}

static void done(struct isn_lines *lines)
{
    isn_lines_release(lines);
    free(lines);
}

/* Where it is cut makes no difference. */
static void check_same(const struct isn_lines *a, const struct isn_lines *b)
{
    check(a->count == b->count && isn_lines_extended(a) == isn_lines_extended(b));
    for (size_t i = 0; i < a->count; i++) {
        const struct isn_sample *x = &a->rows[i], *y = &b->rows[i];

        check(x->time == y->time && x->isn == y->isn && x->port == y->port && x->gap == y->gap);
        check(!isn_lines_extended(a) ||
              (x->src == y->src && x->cseq == y->cseq && x->mss == y->mss));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct isn_lines *lines = read_all((const char *)data, size, size + 1),
                     *pieces = read_all((const char *)data, size, 3), *again;
    struct isn_samples samples = {
        .rows = lines->rows, .count = lines->count, .extended = isn_lines_extended(lines)};
    char *text = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&text, &length);

    check(lines->bad == pieces->bad && lines->number == pieces->number);
    check_same(lines, pieces);
    check(stream != NULL);
    isn_lines_write(stream, "a file", &samples);
    check(fclose(stream) == 0);
    again = read_all(text, length, length);
    check(again->bad == 0);
    check_same(lines, again);
    done(again);
    done(pieces);
    done(lines);
    free(text);
    return 0;
}
