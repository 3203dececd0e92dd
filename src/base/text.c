/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Strict reading of numbers, durations, ranges, hex and escapes from text; never the locale. */
#include "base/text.h"

#include <limits.h>
#include <string.h>

/* How much of what a person typed an error message repeats. */
#define ECHO_SIZE 48

enum digits { DIGITS_GOOD, DIGITS_NONE, DIGITS_TOO_MANY };

/* The value of a hexadecimal digit, or -1. */
static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

static int digit_of(char c, unsigned base)
{
    int digit = hex_digit(c);
    return digit >= 0 && (unsigned)digit < base ? digit : -1;
}

/* Reads digits as far as they go, and moves `*at` behind them. The value is wrong when TOO_MANY. */
static enum digits read_digits(const char *text, size_t length, size_t *at, unsigned base,
                               uint64_t *ret_value)
{
    uint64_t value = 0;
    bool overflow = false;
    size_t start = *at;
    for (; *at < length; ++*at) {
        int digit = digit_of(text[*at], base);
        if (digit < 0)
            break;
        overflow = overflow || __builtin_mul_overflow(value, (uint64_t)base, &value) ||
                   __builtin_add_overflow(value, (uint64_t)digit, &value);
    }
    *ret_value = value;
    if (*at == start)
        return DIGITS_NONE;
    return overflow ? DIGITS_TOO_MANY : DIGITS_GOOD;
}

/* The whole of <text, length> as one number, decimal or 0x-hexadecimal. */
static enum digits read_number(const char *text, size_t length, uint64_t *ret_value)
{
    size_t at = 0;
    unsigned base = 10;
    if (length >= 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
        at = 2;
        base = 16;
    }
    enum digits found = read_digits(text, length, &at, base, ret_value);
    return at == length ? found : DIGITS_NONE;
}

static int refuse_syntax(struct fault *fault, const char *what, const char *wanted,
                         const char *text)
{
    char echo[ECHO_SIZE];
    text_safe(text, strlen(text), echo, sizeof echo);
    return fault_set(fault, FAULT_SYNTAX, 0, "not %s for '%s': '%s'", wanted, what, echo);
}

static int refuse_range(struct fault *fault, const char *what, const char *text, uint64_t min,
                        uint64_t max)
{
    char echo[ECHO_SIZE];
    text_safe(text, strlen(text), echo, sizeof echo);
    return fault_set(fault, FAULT_RANGE, 0, "out of range for '%s': '%s' is not in %llu to %llu",
                     what, echo, (unsigned long long)min, (unsigned long long)max);
}

int text_number(const char *text, const char *what, uint64_t min, uint64_t max, uint64_t *ret_value,
                struct fault *fault)
{
    uint64_t value;
    enum digits found = read_number(text, strlen(text), &value);
    if (found == DIGITS_NONE)
        return refuse_syntax(fault, what, "a whole number", text);
    if (found == DIGITS_TOO_MANY || value < min || value > max)
        return refuse_range(fault, what, text, min, max);
    *ret_value = value;
    return 0;
}

int text_range(const char *text, const char *what, uint64_t min, uint64_t max, uint64_t *ret_from,
               uint64_t *ret_to, struct fault *fault)
{
    size_t length = strlen(text);
    const char *dash = strchr(text, '-');
    size_t first = dash ? (size_t)(dash - text) : length;
    uint64_t from, to;
    enum digits from_found = read_number(text, first, &from), to_found = from_found;
    if (dash)
        to_found = read_number(dash + 1, length - first - 1, &to);
    else
        to = from;
    if (from_found == DIGITS_NONE || to_found == DIGITS_NONE)
        return refuse_syntax(fault, what, "a whole number or a range of them", text);
    if (from_found == DIGITS_TOO_MANY || to_found == DIGITS_TOO_MANY || from < min || to < min ||
        from > max || to > max)
        return refuse_range(fault, what, text, min, max);
    if (from > to) {
        char echo[ECHO_SIZE];
        text_safe(text, length, echo, sizeof echo);
        return fault_set(fault, FAULT_RANGE, 0, "range runs backwards for '%s': '%s'", what, echo);
    }
    *ret_from = from;
    *ret_to = to;
    return 0;
}

/* The units of durations. Both characters that look like µ are in use: U+00B5 and U+03BC. */
static const struct unit {
    const char *name;
    int64_t ns;
} units[] = {
    {"ns", 1},
    {"us", 1000},
    {"\302\265s", 1000},
    {"\316\274s", 1000},
    {"ms", 1000000},
    {"s", 1000000000},
    {"m", 60 * INT64_C(1000000000)},
    {"h", 3600 * INT64_C(1000000000)},
    {"d", 86400 * INT64_C(1000000000)},
    {"", 1000000000},
};

/*
 * Nanoseconds in 0.DIGITS units, to the nearest. From the last digit to the first, so that
 * nothing overflows: each step holds less than twenty units.
 */
static int64_t fraction_of(const char *digits, size_t length, int64_t unit_ns)
{
    int64_t twice = 0;
    for (size_t i = length; i > 0; i--)
        twice = (2 * unit_ns * (digits[i - 1] - '0') + twice) / 10;
    return (twice + 1) / 2;
}

static int refuse_duration(struct fault *fault, const char *what, const char *text, int64_t min_ns,
                           int64_t max_ns)
{
    char echo[ECHO_SIZE], least[32], most[32];
    text_safe(text, strlen(text), echo, sizeof echo);
    text_show_duration(min_ns, "u", least, sizeof least);
    text_show_duration(max_ns, "u", most, sizeof most);
    return fault_set(fault, FAULT_RANGE, 0, "out of range for '%s': '%s' is not in %s to %s", what,
                     echo, least, most);
}

int text_duration(const char *text, const char *what, int64_t min_ns, int64_t max_ns,
                  int64_t *ret_ns, struct fault *fault)
{
    static const char wanted[] = "a duration (such as 250ms or 2s)";
    size_t length = strlen(text), at = 0;
    uint64_t whole;
    enum digits found = read_digits(text, length, &at, 10, &whole);
    if (found == DIGITS_NONE)
        return refuse_syntax(fault, what, wanted, text);

    size_t fraction = at, fraction_length = 0;
    if (text[at] == '.') {
        uint64_t ignored;
        fraction = ++at;
        if (read_digits(text, length, &at, 10, &ignored) == DIGITS_NONE)
            return refuse_syntax(fault, what, wanted, text);
        fraction_length = at - fraction;
    }

    const struct unit *unit = NULL;
    for (size_t i = 0; i < sizeof units / sizeof units[0] && !unit; i++)
        if (strcmp(text + at, units[i].name) == 0)
            unit = &units[i];
    if (!unit)
        return refuse_syntax(fault, what, wanted, text);

    int64_t ns = 0;
    if (found == DIGITS_TOO_MANY || __builtin_mul_overflow(whole, unit->ns, &ns) ||
        __builtin_add_overflow(ns, fraction_of(text + fraction, fraction_length, unit->ns), &ns) ||
        ns < min_ns || ns > max_ns)
        return refuse_duration(fault, what, text, min_ns, max_ns);
    /* Nothing that a person wrote as more than zero may become a zero, which often means "off". */
    if (ns == 0 && strspn(text + fraction, "0") < fraction_length) {
        char echo[ECHO_SIZE];
        text_safe(text, length, echo, sizeof echo);
        return fault_set(fault, FAULT_RANGE, 0, "less than a nanosecond for '%s': '%s'", what,
                         echo);
    }
    *ret_ns = ns;
    return 0;
}

int text_hex(const char *text, const char *what, uint8_t *bytes, size_t size, size_t *ret_length,
             struct fault *fault)
{
    size_t length = strlen(text);
    for (size_t i = 0; i < length; i++)
        if (hex_digit(text[i]) < 0)
            return refuse_syntax(fault, what, "hexadecimal digits", text);
    if (length % 2 != 0)
        return refuse_syntax(fault, what, "an even number of hexadecimal digits", text);
    if (length / 2 > size)
        return fault_set(fault, FAULT_RANGE, 0, "too long for '%s': %zu bytes, at most %zu", what,
                         length / 2, size);
    for (size_t i = 0; i < length / 2; i++)
        bytes[i] = (uint8_t)(hex_digit(text[2 * i]) << 4 | hex_digit(text[2 * i + 1]));
    *ret_length = length / 2;
    return 0;
}

/* One byte, plain or as an escape, from text[*at]; moves *at behind it. -1: no such escape. */
static int read_escape(const char *text, size_t *at)
{
    char c = text[(*at)++];
    if (c != '\\')
        return (uint8_t)c;
    switch (text[*at]) {
    case '\\':
        ++*at;
        return '\\';
    case 'n':
        ++*at;
        return '\n';
    case 'r':
        ++*at;
        return '\r';
    case 't':
        ++*at;
        return '\t';
    case '0':
        ++*at;
        return 0;
    case 'x':
        break;
    default:
        return -1;
    }
    int high = hex_digit(text[*at + 1]);
    int low = high < 0 ? -1 : hex_digit(text[*at + 2]);
    *at += 3;
    return low < 0 ? -1 : high << 4 | low;
}

int text_unescape(const char *text, const char *what, uint8_t *bytes, size_t size,
                  size_t *ret_length, struct fault *fault)
{
    size_t length = strlen(text), count = 0;
    for (size_t at = 0; at < length; count++) {
        int byte = read_escape(text, &at);
        if (byte < 0)
            return refuse_syntax(fault, what, "an escape (\\n \\r \\t \\0 \\\\ \\xHH)", text);
        if (count >= size || count >= INT_MAX)
            return fault_set(fault, FAULT_RANGE, 0, "too long for '%s': more than %zu bytes", what,
                             size);
        bytes[count] = (uint8_t)byte;
    }
    *ret_length = count;
    return (int)count;
}
