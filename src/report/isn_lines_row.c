/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One line of initial sequence numbers: its columns, and their values. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "report/isn_lines_parts.h"
#include "wire/ip.h"

#define TIME_LIMIT ((INT64_C(1) << 62) - 1)
#define NEEDED     ((1U << ISN_COLUMN_TIME) | (1U << ISN_COLUMN_PORT) | (1U << ISN_COLUMN_ISN))
#define EXTENDED   ((1U << ISN_COLUMN_COUNT) - 1)
#define SHOWN      40 /* bytes of a bad value that are shown */

static const struct {
    const char *name;
    int64_t low, high;
} columns[ISN_COLUMN_COUNT] = {
    [ISN_COLUMN_TIME] = {"time_ns", -TIME_LIMIT, TIME_LIMIT},
    [ISN_COLUMN_PORT] = {"src_port", 0, UINT16_MAX},
    [ISN_COLUMN_ISN] = {"isn", 0, UINT32_MAX},
    [ISN_COLUMN_SRC] = {"src", 0, UINT32_MAX},
    [ISN_COLUMN_CSEQ] = {"cseq", 0, UINT32_MAX},
    [ISN_COLUMN_MSS] = {"mss", 0, UINT16_MAX},
};

const char *isn_lines_column_name(enum isn_column column)
{
    return columns[column].name;
}

int isn_lines_column(const char *name, size_t length)
{
    for (int i = 0; i < ISN_COLUMN_COUNT; i++)
        if (strlen(columns[i].name) == length && memcmp(columns[i].name, name, length) == 0)
            return i;
    return -1;
}

static void blame(struct isn_line_row *row, enum isn_column column, const char *text, size_t length,
                  const char *what)
{
    char shown[SHOWN];
    size_t at = 0;
    text_safe(text, length, shown, sizeof shown);
    text_append(row->why, ISN_LINES_WHY, &at, "%s '%s': %s", columns[column].name, shown, what);
}

bool isn_lines_take_number(struct isn_line_row *row, enum isn_column column, int64_t value)
{
    struct isn_sample *sample = &row->sample;
    if (value < columns[column].low || value > columns[column].high) {
        size_t at = 0;
        text_append(row->why, ISN_LINES_WHY, &at, "%s %" PRId64 ": out of range",
                    columns[column].name, value);
        return false;
    }
    row->seen |= 1U << column;
    switch (column) {
    case ISN_COLUMN_TIME:
        sample->time = value;
        break;
    case ISN_COLUMN_PORT:
        sample->port = (uint16_t)value;
        break;
    case ISN_COLUMN_ISN:
        sample->isn = (uint32_t)value;
        break;
    case ISN_COLUMN_SRC:
        sample->src = (uint32_t)value;
        break;
    case ISN_COLUMN_CSEQ:
        sample->cseq = (uint32_t)value;
        break;
    case ISN_COLUMN_MSS:
        sample->mss = (uint16_t)value;
        break;
    case ISN_COLUMN_COUNT:
        break;
    }
    return true;
}

/* A digit's value, or 16. */
static unsigned digit(char byte)
{
    if (byte >= '0' && byte <= '9')
        return (unsigned)(byte - '0');
    if (byte >= 'a' && byte <= 'f')
        return (unsigned)(byte - 'a' + 10);
    return byte >= 'A' && byte <= 'F' ? (unsigned)(byte - 'A' + 10) : 16;
}

/* A whole number; huge ones as INT64_MAX or -INT64_MAX, which no column takes. */
static bool read_number(const char *text, size_t length, int64_t *ret_value)
{
    bool negative = length > 0 && *text == '-', huge = false;
    uint64_t value = 0;
    unsigned base = 10;

    if (negative) {
        text++;
        length--;
    }
    if (length > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
        base = 16;
        text += 2;
        length -= 2;
    }
    if (length == 0)
        return false;
    for (size_t i = 0; i < length; i++) {
        unsigned next = digit(text[i]);
        if (next >= base)
            return false;
        huge = huge || value > (UINT64_C(1) << 63) / base - 1;
        value = value * base + next;
    }
    if (huge || value > INT64_MAX)
        value = INT64_MAX;
    *ret_value = negative ? -(int64_t)value : (int64_t)value;
    return true;
}

/* An address of ours gets the number of its first appearance. */
static bool take_address(struct isn_line_row *row, const char *text, size_t length)
{
    struct isn_lines *lines = row->lines;
    char name[ADDRESS_TEXT_SIZE] = "";
    struct address address;
    size_t i = 0;

    if (length < sizeof name)
        memcpy(name, text, length);
    if (name[0] == '\0' || address_read(name, &address) != 0) {
        blame(row, ISN_COLUMN_SRC, text, length, "neither a number nor an address");
        return false;
    }
    address_show(&address, name);
    while (i < lines->source_count && strcmp(lines->sources[i], name) != 0)
        i++;
    if (i == ISN_LINES_SOURCES) {
        blame(row, ISN_COLUMN_SRC, text, length, "too many different addresses");
        return false;
    }
    if (i == lines->source_count) {
        lines->sources[i] = strdup(name);
        row->memory = !lines->sources[i];
        if (row->memory)
            return false;
        lines->source_count++;
    }
    return isn_lines_take_number(row, ISN_COLUMN_SRC, (int64_t)i);
}

bool isn_lines_take(struct isn_line_row *row, enum isn_column column, const char *text,
                    size_t length)
{
    int64_t value;

    if (read_number(text, length, &value)) {
        if (value >= columns[column].low && value <= columns[column].high)
            return isn_lines_take_number(row, column, value);
        blame(row, column, text, length, "out of range");
        return false;
    }
    if (column == ISN_COLUMN_SRC)
        return take_address(row, text, length);
    blame(row, column, text, length, "not a whole number");
    return false;
}

bool isn_lines_complete(struct isn_line_row *row)
{
    size_t at = 0;
    for (int i = 0; i < ISN_COLUMN_COUNT; i++)
        if ((NEEDED & ~row->seen) & (1U << i)) {
            text_append(row->why, ISN_LINES_WHY, &at, "there is no %s", columns[i].name);
            return false;
        }
    return true;
}

/* ---- lines of columns ---- */

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\v' || byte == '\f';
}

/* Cuts blanks off both ends. */
static const char *trim(const char *text, size_t *length)
{
    while (*length > 0 && is_blank(*text)) {
        text++;
        --*length;
    }
    while (*length > 0 && is_blank(text[*length - 1]))
        --*length;
    return text;
}

/* The next part of a line, quotes and blanks taken off; moves *text and *length behind it. */
static const char *next_part(const char **text, size_t *length, bool commas, size_t *ret_length)
{
    const char *part = *text;
    size_t size = 0;
    bool quoted = false;

    while (size < *length && (quoted || (commas ? part[size] != ',' : !is_blank(part[size]))))
        quoted ^= part[size++] == '"';
    *text += size + (size < *length);
    *length -= size + (size < *length);
    if (!commas)
        *text = trim(*text, length);
    part = trim(part, &size);
    if (size >= 2 && part[0] == '"' && part[size - 1] == '"') {
        part++;
        size -= 2;
    }
    *ret_length = size;
    return part;
}

/* Whether the line has names of columns, which then hold for those below. */
static bool take_names(struct isn_lines *lines, const char *text, size_t length, bool commas)
{
    int names[ISN_LINES_COLUMNS];
    size_t count = 0, size;
    bool found = false;

    while (length > 0 && count < ISN_LINES_COLUMNS) {
        const char *part = next_part(&text, &length, commas, &size);
        names[count] = isn_lines_column(part, size);
        found = found || names[count] == ISN_COLUMN_ISN;
        count++;
    }
    if (!found)
        return false;
    memcpy(lines->columns, names, count * sizeof *names);
    lines->column_count = count;
    return true;
}

static int column_at(const struct isn_lines *lines, size_t place)
{
    if (lines->column_count == 0)
        return place < ISN_COLUMN_COUNT ? (int)place : -1;
    return place < lines->column_count ? lines->columns[place] : -1;
}

/* Without names there are three columns, or six. */
static bool count_fits(struct isn_line_row *row, size_t count)
{
    size_t at = 0;
    if (row->lines->column_count > 0 || count == 3 || count == ISN_COLUMN_COUNT)
        return true;
    text_append(row->why, ISN_LINES_WHY, &at, "%zu columns: 3 or 6 are wanted", count);
    return false;
}

static bool take_columns(struct isn_line_row *row, const char *text, size_t length, bool commas)
{
    size_t count = 0, size;

    while (length > 0) {
        const char *part = next_part(&text, &length, commas, &size);
        int column = column_at(row->lines, count++);
        if (column >= 0 && size > 0 && !isn_lines_take(row, (enum isn_column)column, part, size))
            return false;
    }
    return count_fits(row, count);
}

static enum isn_line take_comment(const char *text, size_t length)
{
    text++;
    length--;
    text = trim(text, &length);
    return length == 3 && memcmp(text, "gap", 3) == 0 ? ISN_LINE_GAP : ISN_LINE_NOTHING;
}

enum isn_line isn_lines_parse(struct isn_lines *lines, size_t length, struct isn_sample *ret_sample,
                              bool *ret_extended, char why[ISN_LINES_WHY])
{
    struct isn_line_row row = {.lines = lines, .why = why};
    const char *text = lines->line;
    bool commas, good;
    size_t at = 0;

    if (lines->number == 1 && length >= 3 && memcmp(text, "\357\273\277", 3) == 0) {
        text += 3; /* a byte order mark */
        length -= 3;
    }
    text = trim(text, &length);
    if (length == 0)
        return ISN_LINE_NOTHING;
    if (*text == '#')
        return take_comment(text, length);
    if (memchr(text, '\0', length)) {
        text_append(why, ISN_LINES_WHY, &at, "there is a byte of 0 in the line");
        return ISN_LINE_BAD;
    }
    commas = memchr(text, ',', length) != NULL;
    if (*text == '{') {
        good = isn_lines_json(&row, text, length);
    } else {
        bool words = (*text < '0' || *text > '9') && *text != '-';
        if (words && take_names(lines, text, length, commas))
            return ISN_LINE_NOTHING;
        good = take_columns(&row, text, length, commas);
    }
    if (row.memory)
        return ISN_LINE_MEMORY;
    if (!good || !isn_lines_complete(&row))
        return ISN_LINE_BAD;
    *ret_sample = row.sample;
    *ret_extended = row.seen == EXTENDED;
    return ISN_LINE_SAMPLE;
}
