/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Initial sequence numbers as lines of text: text cut into lines, and samples written. */
#include "report/isn_lines.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "report/isn_lines_parts.h"

void isn_lines_init(struct isn_lines *lines)
{
    memset(lines, 0, sizeof *lines);
}

void isn_lines_release(struct isn_lines *lines)
{
    for (size_t i = 0; i < lines->source_count; i++)
        free(lines->sources[i]);
    free(lines->rows);
    memset(lines, 0, sizeof *lines);
}

bool isn_lines_extended(const struct isn_lines *lines)
{
    return lines->count > 0 && lines->extended == lines->count;
}

static int make_room(struct isn_lines *lines)
{
    size_t room = lines->room ? lines->room * 2 : 4096;
    if (lines->count < lines->room)
        return 0;
    if (lines->count == ISN_LINES_ROWS)
        return -FAULT_RANGE;
    struct isn_sample *grown = realloc(lines->rows, room * sizeof *grown);
    if (!grown)
        return -FAULT_MEMORY;
    lines->rows = grown;
    lines->room = room;
    return 0;
}

static void refuse(struct isn_lines *lines, const char *why)
{
    lines->bad++;
    lines->gap = true; /* there was a number, and it is not known */
    if (lines->complain)
        lines->complain(lines->data, lines->number, why);
}

static int keep(struct isn_lines *lines, const struct isn_sample *sample, bool extended)
{
    int error = make_room(lines);
    if (error)
        return error;
    lines->rows[lines->count] = *sample;
    lines->rows[lines->count++].gap = lines->gap;
    lines->gap = false;
    lines->extended += extended;
    return 0;
}

/* Takes the line in hand. */
static int take_line(struct isn_lines *lines)
{
    char why[ISN_LINES_WHY] = "";
    bool overlong = lines->overlong, extended = false;
    size_t length = lines->length;
    struct isn_sample sample;

    lines->number++;
    lines->length = 0;
    lines->overlong = false;
    if (overlong) {
        refuse(lines, "the line is too long");
        return 0;
    }
    switch (isn_lines_parse(lines, length, &sample, &extended, why)) {
    case ISN_LINE_NOTHING:
        break;
    case ISN_LINE_SAMPLE:
        return keep(lines, &sample, extended);
    case ISN_LINE_GAP:
        lines->gap = true;
        break;
    case ISN_LINE_BAD:
        refuse(lines, why);
        break;
    case ISN_LINE_MEMORY:
        return -FAULT_MEMORY;
    }
    return 0;
}

int isn_lines_add(struct isn_lines *lines, const char *bytes, size_t length)
{
    while (length > 0) {
        const char *end = memchr(bytes, '\n', length);
        size_t part = end ? (size_t)(end - bytes) : length;
        if (part > ISN_LINES_LENGTH - lines->length)
            lines->overlong = true;
        if (!lines->overlong) {
            memcpy(lines->line + lines->length, bytes, part);
            lines->length += part;
        }
        if (!end)
            return 0;
        int error = take_line(lines);
        if (error)
            return error;
        bytes += part + 1;
        length -= part + 1;
    }
    return 0;
}

int isn_lines_end(struct isn_lines *lines)
{
    return lines->length > 0 || lines->overlong ? take_line(lines) : 0;
}

void isn_lines_write(FILE *stream, const char *about, const struct isn_samples *samples)
{
    fputs("# TCP initial sequence numbers, for 'tcpprobe isn --from'\n", stream);
    if (about) {
        fputs("# ", stream);
        for (; *about; about++) /* one line, whatever it says */
            fputc((unsigned char)*about < ' ' || *about == 0x7f ? '?' : *about, stream);
        fputc('\n', stream);
    }
    fputs(samples->extended ? "# time_ns src_port isn src cseq mss\n" : "# time_ns src_port isn\n",
          stream);
    for (size_t i = 0; i < samples->count; i++) {
        const struct isn_sample *row = &samples->rows[i];
        if (row->gap)
            fputs("# gap\n", stream);
        fprintf(stream, "%" PRId64 " %" PRIu16 " %" PRIu32, row->time, row->port, row->isn);
        if (samples->extended)
            fprintf(stream, " %" PRIu32 " %" PRIu32 " %" PRIu16, row->src, row->cseq, row->mss);
        fputc('\n', stream);
    }
}
