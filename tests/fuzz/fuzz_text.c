/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzzes the readers of numbers, durations, ranges, hex and escapes, and the way back to text. */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define INPUT_MAX 512
#define CANARY    '#'

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void check_fault(int got, const struct fault *fault)
{
    check(got == -FAULT_SYNTAX || got == -FAULT_RANGE);
    check((int)fault->code == -got && fault->what[0] != '\0');
    for (const char *c = fault->what; *c; c++)
        check(*c >= 0x20 && *c < 0x7f);
}

static void check_number(const char *text)
{
    struct fault fault;
    uint64_t value = 4711;
    int got = text_number(text, "--it", 10, UINT64_MAX - 10, &value, &fault);
    if (got != 0) {
        check_fault(got, &fault);
        check(value == 4711);
        return;
    }
    check(value >= 10 && value <= UINT64_MAX - 10);
    bool is_hex = strlen(text) > 1 && (text[1] == 'x' || text[1] == 'X');
    char *end;
    check(strtoull(text, &end, is_hex ? 16 : 10) == value && *end == '\0');
}

static void check_range(const char *text)
{
    struct fault fault;
    uint64_t from = 4711, to = 4712;
    int got = text_range(text, "--it", 1, 65535, &from, &to, &fault);
    if (got != 0) {
        check_fault(got, &fault);
        check(from == 4711 && to == 4712);
    } else {
        check(from >= 1 && from <= to && to <= 65535);
    }
}

static long double unit_of(const char *name)
{
    static const struct {
        const char *name;
        long double ns;
    } units[] = {
        {"ns", 1},   {"us", 1e3L}, {"\302\265s", 1e3L}, {"\316\274s", 1e3L}, {"ms", 1e6L},
        {"s", 1e9L}, {"", 1e9L},   {"m", 60e9L},        {"h", 3600e9L},      {"d", 86400e9L},
    };
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (strcmp(units[i].name, name) == 0)
            return units[i].ns;
    return -1;
}

static void check_duration(const char *text)
{
    struct fault fault;
    int64_t ns = 4711;
    int got = text_duration(text, "--it", 0, INT64_MAX, &ns, &fault);
    char *end;
    long double number = strtold(text, &end), wanted = number * unit_of(end);
    if (got == 0) {
        check(ns >= 0);
        check(fabsl((long double)ns - wanted) <= 1 + wanted * 1e-15L);
        return;
    }
    check_fault(got, &fault);
    check(ns == 4711);
    /* Right but refused: only what does not fit. */
    if (got == -FAULT_RANGE)
        check(wanted > 9.2233720368547e18L || (wanted > 0 && wanted < 1));
}

/* A duration shown in three figures and read again is the same but for the third figure. */
static void check_show_duration(int64_t ns)
{
    char text[32], joined[32] = "";
    size_t length = text_show_duration(ns, "u", text, sizeof text), at = 0;
    check(length == strlen(text) && length >= 3);
    for (size_t i = 0; i < length; i++)
        if (text[i] != ' ' && text[i] != '-')
            joined[at++] = text[i];
    check((text[0] == '-') == (ns < 0));
    int64_t back;
    uint64_t value = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;
    if (value > INT64_MAX - UINT64_C(86400000000000))
        return; /* rounded up it may not fit */
    check(text_duration(joined, "--it", 0, INT64_MAX, &back, NULL) == 0);
    uint64_t off = (uint64_t)back > value ? (uint64_t)back - value : value - (uint64_t)back;
    check(off <= value / 199);
}

static void check_hex(const char *text)
{
    struct fault fault;
    uint8_t bytes[INPUT_MAX / 2];
    size_t length = 4711;
    int got = text_hex(text, "--it", bytes, sizeof bytes, &length, &fault);
    if (got != 0) {
        check_fault(got, &fault);
        check(length == 4711);
        return;
    }
    char shown[INPUT_MAX + 1];
    check(text_show_hex(bytes, length, shown, sizeof shown) == strlen(text));
    for (size_t i = 0; shown[i]; i++)
        check(shown[i] == text[i] || shown[i] == text[i] + ('a' - 'A'));
}

static void check_unescape(const char *text)
{
    struct fault fault;
    uint8_t bytes[INPUT_MAX];
    size_t length = 4711;
    int got = text_unescape(text, "--it", bytes, sizeof bytes, &length, &fault);
    if (got < 0) {
        check_fault(got, &fault);
        check(length == 4711);
        return;
    }
    check((size_t)got == length && length <= strlen(text));
    if (length > 0) {
        size_t other;
        check(text_unescape(text, "--it", bytes, length - 1, &other, NULL) == -FAULT_RANGE);
    }
}

/* Any bytes become printable text of bounded size, and are got back from it where nothing was cut.
 */
static void check_safe(const uint8_t *data, size_t size)
{
    char text[4 * INPUT_MAX + 2];
    size_t bound = size > 0 ? data[0] : 0;
    memset(text, CANARY, sizeof text);
    size_t length = text_safe(data, size, text, bound);
    check(text[bound] == CANARY);
    check(bound == 0 || (length < bound && text[length] == '\0' && strlen(text) == length));

    length = text_safe(data, size, text, sizeof text);
    check(length == strlen(text) && length <= 4 * size);
    for (size_t i = 0; i < length; i++)
        check(text[i] >= 0x20 && text[i] < 0x7f);
    uint8_t back[INPUT_MAX];
    size_t count;
    check(text_unescape(text, "--it", back, sizeof back, &count, NULL) == (int)size);
    check(count == size && memcmp(back, data, size) == 0);

    memset(text, CANARY, sizeof text);
    length = text_show_hex(data, size, text, bound);
    check(text[bound] == CANARY && (bound == 0 || length < bound));
}

static void check_nearest(const char *text)
{
    static const char *const names[] = {"handshake", "rtt", "isn", "options", "read", "describe"};
    const size_t count = sizeof names / sizeof names[0];
    const char *nearest = text_nearest(text, names, count);
    bool found = !nearest;
    for (size_t i = 0; i < count; i++) {
        found = found || nearest == names[i];
        check(strcmp(text, names[i]) != 0 || nearest == names[i]);
    }
    check(found);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > INPUT_MAX)
        size = INPUT_MAX;
    char *text = malloc(size + 1);
    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';

    check_number(text);
    check_range(text);
    check_duration(text);
    check_hex(text);
    check_unescape(text);
    check_nearest(text);
    check_safe(data, size);
    if (size >= sizeof(int64_t)) {
        int64_t ns;
        memcpy(&ns, data, sizeof ns);
        check_show_duration(ns);
        check_show_duration(ns >> (data[0] & 63));
    }
    free(text);
    return 0;
}
