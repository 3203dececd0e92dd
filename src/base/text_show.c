/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text for people: peer bytes made safe, hex, durations, the nearest name, bounded appending. */
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char hex_digits[] = "0123456789abcdef";

/* Text that grows by whole pieces up to a bound; knows the last place where "..." still fits. */
struct pieces {
    char *text;
    size_t size;
    size_t length;
    size_t last; /* length to go back to for the dots */
};

/* Adds a piece, or ends the text with dots and returns false. */
static bool pieces_add(struct pieces *pieces, const char *piece, size_t length)
{
    if (length < pieces->size - pieces->length) {
        memcpy(pieces->text + pieces->length, piece, length);
        pieces->length += length;
        if (pieces->length + 3 < pieces->size)
            pieces->last = pieces->length;
        return true;
    }
    pieces->length = pieces->last;
    for (int i = 0; i < 3 && pieces->length + 1 < pieces->size; i++)
        pieces->text[pieces->length++] = '.';
    return false;
}

/* One byte as text_safe() shows it; returns the length. */
static size_t show_byte(uint8_t byte, char piece[4])
{
    char letter = 0;
    switch (byte) {
    case '\\':
        letter = '\\';
        break;
    case '\n':
        letter = 'n';
        break;
    case '\r':
        letter = 'r';
        break;
    case '\t':
        letter = 't';
        break;
    case '\0':
        letter = '0';
        break;
    default:
        break;
    }
    if (letter) {
        piece[0] = '\\';
        piece[1] = letter;
        return 2;
    }
    if (byte >= 0x20 && byte < 0x7f) {
        piece[0] = (char)byte;
        return 1;
    }
    piece[0] = '\\';
    piece[1] = 'x';
    piece[2] = hex_digits[byte >> 4];
    piece[3] = hex_digits[byte & 15];
    return 4;
}

size_t text_safe(const void *bytes, size_t length, char *text, size_t size)
{
    if (size == 0)
        return 0;
    const uint8_t *from = bytes;
    struct pieces pieces = {.text = text, .size = size};
    char piece[4];
    for (size_t i = 0; i < length; i++)
        if (!pieces_add(&pieces, piece, show_byte(from[i], piece)))
            break;
    text[pieces.length] = '\0';
    return pieces.length;
}

size_t text_show_hex(const void *bytes, size_t length, char *text, size_t size)
{
    if (size == 0)
        return 0;
    const uint8_t *from = bytes;
    struct pieces pieces = {.text = text, .size = size};
    for (size_t i = 0; i < length; i++) {
        const char piece[2] = {hex_digits[from[i] >> 4], hex_digits[from[i] & 15]};
        if (!pieces_add(&pieces, piece, sizeof piece))
            break;
    }
    text[pieces.length] = '\0';
    return pieces.length;
}

/* The units that durations are shown in; each is used from `from_ns` on. */
static const struct scale {
    uint64_t from_ns, ns;
    const char *name; /* "us": with the caller's micro */
} scales[] = {
    {0, 1, "ns"},
    {UINT64_C(1000), 1000, "us"},
    {UINT64_C(1000000), 1000000, "ms"},
    {UINT64_C(1000000000), UINT64_C(1000000000), "s"},
    {UINT64_C(1000000000000), UINT64_C(60000000000), "m"},
    {UINT64_C(3600000000000), UINT64_C(3600000000000), "h"},
    {UINT64_C(86400000000000), UINT64_C(86400000000000), "d"},
};
#define SCALE_COUNT (sizeof scales / sizeof scales[0])

/* A value in a scale, as digits and how many of them stand behind the point. */
struct figures {
    uint64_t digits;
    unsigned decimals;
    uint64_t ten_power;
};

static struct figures three_figures(uint64_t value, uint64_t unit)
{
    struct figures figures = {.ten_power = 1};
    uint64_t whole = value / unit;
    if (unit > 1 && whole < 100) {
        figures.decimals = whole < 10 ? 2 : 1;
        figures.ten_power = whole < 10 ? 100 : 10;
    }
    /* No overflow: with decimals the value is below a hundred days. */
    uint64_t scaled = value * figures.ten_power;
    figures.digits = scaled / unit + (scaled % unit >= unit - unit / 2 ? 1 : 0);
    return figures;
}

size_t text_show_duration(int64_t ns, const char *micro, char *text, size_t size)
{
    uint64_t value = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;
    size_t at = 0;
    if (size > 0)
        text[0] = '\0';
    if (value == 0) {
        text_append(text, size, &at, "0 s");
        return at;
    }

    size_t scale = 0;
    while (scale + 1 < SCALE_COUNT && value >= scales[scale + 1].from_ns)
        scale++;
    struct figures figures = three_figures(value, scales[scale].ns);
    /* 999.6 µs is 1 ms in three figures. */
    if (scale + 1 < SCALE_COUNT &&
        figures.digits * scales[scale].ns / figures.ten_power >= scales[scale + 1].from_ns) {
        scale++;
        figures = three_figures(scales[scale].from_ns, scales[scale].ns);
    }

    while (figures.decimals > 0 && figures.digits % 10 == 0) {
        figures.digits /= 10;
        figures.ten_power /= 10;
        figures.decimals--;
    }
    text_append(text, size, &at, "%s%llu", ns < 0 ? "-" : "",
                (unsigned long long)(figures.digits / figures.ten_power));
    if (figures.decimals > 0)
        text_append(text, size, &at, ".%0*llu", (int)figures.decimals,
                    (unsigned long long)(figures.digits % figures.ten_power));
    if (scales[scale].ns == 1000)
        text_append(text, size, &at, " %ss", micro);
    else
        text_append(text, size, &at, " %s", scales[scale].name);
    return at;
}

/* The longest name that text_nearest() compares. */
#define NAME_MAX_LENGTH 63

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Edit distance with swapped neighbours as one edit, upper and lower case being the same. */
static unsigned edit_distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
    unsigned rows[3][NAME_MAX_LENGTH + 1];
    unsigned *before = rows[0], *above = rows[1], *row = rows[2];
    for (unsigned j = 0; j <= b_length; j++)
        row[j] = j;
    for (unsigned i = 1; i <= a_length; i++) {
        unsigned *oldest = before;
        before = above;
        above = row;
        row = oldest;
        row[0] = i;
        for (unsigned j = 1; j <= b_length; j++) {
            char x = lower(a[i - 1]), y = lower(b[j - 1]);
            row[j] = least(above[j - 1] + (x != y), least(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && x == lower(b[j - 2]) && y == lower(a[i - 2]))
                row[j] = least(row[j], before[j - 2] + 1);
        }
    }
    return row[b_length];
}

const char *text_nearest(const char *typed, const char *const *names, size_t count)
{
    size_t typed_length = strlen(typed);
    if (typed_length == 0 || typed_length > NAME_MAX_LENGTH)
        return NULL;
    const char *nearest = NULL;
    size_t nearest_distance = 0;
    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(names[i]);
        if (length > NAME_MAX_LENGTH)
            continue;
        size_t distance = edit_distance(typed, typed_length, names[i], length);
        /* One wrong letter in up to four, two in up to seven, …: more is another word. */
        if (3 * distance > (length > typed_length ? length : typed_length) + 1)
            continue;
        if (!nearest || distance < nearest_distance) {
            nearest = names[i];
            nearest_distance = distance;
        }
    }
    return nearest;
}

void text_append(char *text, size_t size, size_t *at, const char *format, ...)
{
    if (size == 0 || *at >= size)
        return;
    va_list arguments;
    va_start(arguments, format);
    int printed = vsnprintf(text + *at, size - *at, format, arguments);
    va_end(arguments);
    if (printed < 0) {
        text[*at] = '\0';
        return;
    }
    size_t room = size - 1 - *at;
    *at += (size_t)printed < room ? (size_t)printed : room;
}
