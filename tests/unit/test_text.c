/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text is read strictly and without overflow, and shown safely and within its bounds. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
#define SECOND          INT64_C(1000000000)
#define DAY             (86400 * SECOND)

/* A failed reading has said why, named its subject, and has left the result alone. */
static void assert_refused(int got, enum fault_code wanted, const struct fault *fault,
                           const char *text)
{
    if (got != -(int)wanted)
        fail_msg("'%s': got %d, wanted %d", text, got, -(int)wanted);
    assert_int_equal(fault->code, wanted);
    assert_non_null(strstr(fault->what, "'--it'"));
}

static void test_number(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t min, max;
        int code;
        uint64_t value;
    } rows[] = {
        {"0", 0, 9, 0, 0},
        {"9", 0, 9, 0, 9},
        {"10", 0, 9, FAULT_RANGE, 0},
        {"1", 2, 9, FAULT_RANGE, 0},
        {"007", 0, 9, 0, 7}, /* never octal */
        {"08", 0, 9, 0, 8},
        {"0x1f", 0, 255, 0, 31},
        {"0XfF", 0, 255, 0, 255},
        {"18446744073709551615", 0, UINT64_MAX, 0, UINT64_MAX},
        {"0xffffffffffffffff", 0, UINT64_MAX, 0, UINT64_MAX},
        {"18446744073709551616", 0, UINT64_MAX, FAULT_RANGE, 0},
        {"0x10000000000000000", 0, UINT64_MAX, FAULT_RANGE, 0},
        {"99999999999999999999999999999999999999999", 0, UINT64_MAX, FAULT_RANGE, 0},
        {"00000000000000000000000000000000000000001", 0, UINT64_MAX, 0, 1},
        {"", 0, 9, FAULT_SYNTAX, 0},
        {"0x", 0, 9, FAULT_SYNTAX, 0},
        {"x1", 0, 9, FAULT_SYNTAX, 0},
        {"-1", 0, 9, FAULT_SYNTAX, 0},
        {"+1", 0, 9, FAULT_SYNTAX, 0},
        {" 1", 0, 9, FAULT_SYNTAX, 0},
        {"1 ", 0, 9, FAULT_SYNTAX, 0},
        {"1.0", 0, 9, FAULT_SYNTAX, 0},
        {"1e1", 0, 99, FAULT_SYNTAX, 0},
        {"1,0", 0, 99, FAULT_SYNTAX, 0},
        {"1f", 0, 99, FAULT_SYNTAX, 0},
        {"0x1g", 0, 99, FAULT_SYNTAX, 0},
        {"99999999999999999999x", 0, 99, FAULT_SYNTAX, 0},
        {"\331\241", 0, 99, FAULT_SYNTAX, 0}, /* an Arabic digit */
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct fault fault;
        uint64_t value = 4711;
        int got = text_number(rows[i].text, "--it", rows[i].min, rows[i].max, &value, &fault);
        if (rows[i].code) {
            assert_refused(got, (enum fault_code)rows[i].code, &fault, rows[i].text);
            assert_true(value == 4711);
        } else {
            assert_int_equal(got, 0);
            assert_true(value == rows[i].value);
        }
    }
    uint64_t value;
    assert_int_equal(text_number("x", "--it", 0, 9, &value, NULL), -FAULT_SYNTAX);
}

static void test_messages(void **state)
{
    (void)state;
    struct fault fault;
    uint64_t value, other;
    int64_t ns;
    text_number("300", "--ttl", 1, 255, &value, &fault);
    assert_string_equal(fault.what, "out of range for '--ttl': '300' is not in 1 to 255");
    text_number("a\033[1mb", "--ttl", 1, 255, &value, &fault);
    assert_string_equal(fault.what, "not a whole number for '--ttl': 'a\\x1b[1mb'");
    text_range("5-3", "--source-port", 1, 9, &value, &other, &fault);
    assert_string_equal(fault.what, "range runs backwards for '--source-port': '5-3'");
    text_duration("2h", "--timeout", 1000000, 60 * SECOND, &ns, &fault);
    assert_string_equal(fault.what, "out of range for '--timeout': '2h' is not in 1 ms to 60 s");
}

static void test_duration(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int code;
        int64_t ns;
    } rows[] = {
        {"0", 0, 0},
        {"0.0", 0, 0},
        {"0s", 0, 0},
        {"1", 0, SECOND},
        {"1.5", 0, 1500000000},
        {"1ns", 0, 1},
        {"1us", 0, 1000},
        {"1\302\265s", 0, 1000},
        {"1\316\274s", 0, 1000},
        {"250ms", 0, 250000000},
        {"2s", 0, 2 * SECOND},
        {"2m", 0, 120 * SECOND},
        {"1h", 0, 3600 * SECOND},
        {"1.5d", 0, DAY + DAY / 2},
        {"0.000000001s", 0, 1},
        {"1.9999999999s", 0, 2 * SECOND},
        {"0.3333333333333333333333333333333333s", 0, 333333333},
        {"0.6666666666666666666666666666666666s", 0, 666666667},
        {"0.99999999999999999999999999999999d", 0, DAY},
        {"1.00000000000000000000000000000000000000000000001ms", 0, 1000000},
        {"0.5ns", 0, 1},
        {"0.49ns", FAULT_RANGE, 0},
        {"0.0000000001s", FAULT_RANGE, 0}, /* not silently nothing */
        {"106751d", 0, 106751 * DAY},
        {"9223372036.854775807s", 0, INT64_MAX},
        {"9223372036.854775808s", FAULT_RANGE, 0},
        {"9223372036854775807ns", 0, INT64_MAX},
        {"9223372036854775808ns", FAULT_RANGE, 0},
        {"9223372036854775807.9ns", FAULT_RANGE, 0},
        {"106752d", FAULT_RANGE, 0},
        {"99999999999999d", FAULT_RANGE, 0},
        {"99999999999999999999999999999999s", FAULT_RANGE, 0},
        {"", FAULT_SYNTAX, 0},
        {"s", FAULT_SYNTAX, 0},
        {".5s", FAULT_SYNTAX, 0},
        {"5.s", FAULT_SYNTAX, 0},
        {"1.2.3", FAULT_SYNTAX, 0},
        {"1,5s", FAULT_SYNTAX, 0},
        {"-1s", FAULT_SYNTAX, 0},
        {"+1s", FAULT_SYNTAX, 0},
        {"1 s", FAULT_SYNTAX, 0},
        {"1s ", FAULT_SYNTAX, 0},
        {"1S", FAULT_SYNTAX, 0},
        {"1min", FAULT_SYNTAX, 0},
        {"1h30m", FAULT_SYNTAX, 0},
        {"0x10s", FAULT_SYNTAX, 0},
        {"1e3", FAULT_SYNTAX, 0},
        {"inf", FAULT_SYNTAX, 0},
        {"1\302s", FAULT_SYNTAX, 0},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct fault fault;
        int64_t ns = 4711;
        int got = text_duration(rows[i].text, "--it", 0, INT64_MAX, &ns, &fault);
        if (rows[i].code) {
            assert_refused(got, (enum fault_code)rows[i].code, &fault, rows[i].text);
            assert_true(ns == 4711);
        } else {
            if (got != 0 || ns != rows[i].ns)
                fail_msg("'%s': %d, %lld", rows[i].text, got, (long long)ns);
        }
    }
}

static void test_duration_bounds(void **state)
{
    (void)state;
    int64_t ns;
    struct fault fault;
    assert_int_equal(text_duration("10ms", "--it", 10000000, 20000000, &ns, &fault), 0);
    assert_int_equal(text_duration("20ms", "--it", 10000000, 20000000, &ns, &fault), 0);
    assert_int_equal(text_duration("9.999999ms", "--it", 10000000, 20000000, &ns, &fault),
                     -FAULT_RANGE);
    assert_int_equal(text_duration("20.000001ms", "--it", 10000000, 20000000, &ns, &fault),
                     -FAULT_RANGE);
    assert_int_equal(text_duration("0", "--it", 1, 20000000, &ns, &fault), -FAULT_RANGE);
}

static void test_range(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int code;
        uint64_t from, to;
    } rows[] = {
        {"5", 0, 5, 5},
        {"1-9", 0, 1, 9},
        {"3-3", 0, 3, 3},
        {"0x2-0x8", 0, 2, 8},
        {"9-1", FAULT_RANGE, 0, 0},
        {"4-3", FAULT_RANGE, 0, 0},
        {"0-5", FAULT_RANGE, 0, 0},
        {"5-10", FAULT_RANGE, 0, 0},
        {"99999999999999999999-5", FAULT_RANGE, 0, 0},
        {"5-99999999999999999999", FAULT_RANGE, 0, 0},
        {"", FAULT_SYNTAX, 0, 0},
        {"-", FAULT_SYNTAX, 0, 0},
        {"5-", FAULT_SYNTAX, 0, 0},
        {"-5", FAULT_SYNTAX, 0, 0},
        {"1-2-3", FAULT_SYNTAX, 0, 0},
        {"1--3", FAULT_SYNTAX, 0, 0},
        {"1 - 3", FAULT_SYNTAX, 0, 0},
        {"1:3", FAULT_SYNTAX, 0, 0},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct fault fault;
        uint64_t from = 4711, to = 4712;
        int got = text_range(rows[i].text, "--it", 1, 9, &from, &to, &fault);
        if (rows[i].code) {
            assert_refused(got, (enum fault_code)rows[i].code, &fault, rows[i].text);
            assert_true(from == 4711 && to == 4712);
        } else {
            assert_int_equal(got, 0);
            assert_true(from == rows[i].from && to == rows[i].to);
        }
    }
}

static void test_hex(void **state)
{
    (void)state;
    uint8_t bytes[4] = {0};
    size_t length = 77;
    struct fault fault;
    assert_int_equal(text_hex("fd04BEef", "--it", bytes, 4, &length, &fault), 0);
    assert_int_equal(length, 4);
    assert_memory_equal(bytes, "\xfd\x04\xbe\xef", 4);
    assert_int_equal(text_hex("", "--it", bytes, 4, &length, &fault), 0);
    assert_int_equal(length, 0);

    length = 77;
    assert_refused(text_hex("0011223344", "--it", bytes, 4, &length, &fault), FAULT_RANGE, &fault,
                   "long");
    static const char *const wrong[] = {"f", "fff", "0g", "0x00", "00 11", " 00", "-1", "g0"};
    for (size_t i = 0; i < COUNT_OF(wrong); i++)
        assert_refused(text_hex(wrong[i], "--it", bytes, 4, &length, &fault), FAULT_SYNTAX, &fault,
                       wrong[i]);
    assert_int_equal(length, 77);
    assert_memory_equal(bytes, "\xfd\x04\xbe\xef", 4);
}

static void test_safe(void **state)
{
    (void)state;
    static const char hostile[] = "a\033]0;x\a\n\r\t\\\0\177\200\377'\"";
    char text[128];
    size_t length = text_safe(hostile, sizeof hostile - 1, text, sizeof text);
    assert_string_equal(text, "a\\x1b]0;x\\x07\\n\\r\\t\\\\\\0\\x7f\\x80\\xff'\"");
    assert_int_equal(length, strlen(text));
    assert_int_equal(text_safe("", 0, text, sizeof text), 0);
    assert_string_equal(text, "");
}

/* For every size: NUL-terminated, nothing past the bound, no half escape, dots where it was cut. */
static void test_safe_bounds(void **state)
{
    (void)state;
    static const char bytes[] = "ab\n\001\002cd\\";
    static const char whole[] = "ab\\n\\x01\\x02cd\\\\";
    static const char *const cut[] = {"",     "",      ".",     "..",      "...",
                                      "a...", "ab...", "ab...", "ab\\n..."};
    for (size_t size = 0; size < 30; size++) {
        char text[32];
        memset(text, '#', sizeof text);
        size_t length = text_safe(bytes, sizeof bytes - 1, text, size);
        assert_int_equal(text[size], '#');
        if (size == 0) {
            assert_int_equal(length, 0);
            continue;
        }
        assert_int_equal(strlen(text), length);
        assert_true(length < size);
        if (size < COUNT_OF(cut))
            assert_string_equal(text, cut[size]);
        if (size >= sizeof whole)
            assert_string_equal(text, whole);
        else if (size >= 4)
            assert_string_equal(text + length - 3, "...");
    }
}

static void test_show_hex(void **state)
{
    (void)state;
    char text[16];
    assert_int_equal(text_show_hex("\x00\xab\xff", 3, text, sizeof text), 6);
    assert_string_equal(text, "00abff");
    assert_int_equal(text_show_hex("\x00\xab\xff", 3, text, 7), 6);
    assert_string_equal(text, "00abff");
    assert_int_equal(text_show_hex("\x00\xab\xff", 3, text, 6), 5);
    assert_string_equal(text, "00...");
    assert_int_equal(text_show_hex("\x00\xab\xff", 3, text, 5), 3);
    assert_string_equal(text, "...");
    assert_int_equal(text_show_hex("\x00", 1, text, 0), 0);
}

static void test_unescape(void **state)
{
    (void)state;
    uint8_t bytes[32];
    size_t length = 0;
    struct fault fault;
    assert_int_equal(text_unescape("GET /\\r\\n\\t\\0\\\\\\x7F\\xc3\303", "--it", bytes,
                                   sizeof bytes, &length, &fault),
                     13);
    assert_int_equal(length, 13);
    assert_memory_equal(bytes, "GET /\r\n\t\0\\\x7f\xc3\303", 13);
    assert_int_equal(text_unescape("", "--it", bytes, 0, &length, &fault), 0);
    assert_int_equal(length, 0);

    length = 77;
    static const char *const wrong[] = {"\\",    "x\\",   "\\q", "\\x", "\\x1",
                                        "\\xg0", "\\x0g", "\\N", "\\ "};
    for (size_t i = 0; i < COUNT_OF(wrong); i++)
        assert_refused(text_unescape(wrong[i], "--it", bytes, sizeof bytes, &length, &fault),
                       FAULT_SYNTAX, &fault, wrong[i]);
    memset(bytes, '#', sizeof bytes);
    assert_refused(text_unescape("abcd", "--it", bytes, 3, &length, &fault), FAULT_RANGE, &fault,
                   "abcd");
    assert_int_equal(bytes[3], '#');
    assert_int_equal(length, 77);
    assert_int_equal(text_unescape("\\x41bc", "--it", bytes, 3, &length, &fault), 3);
}

static void test_safe_and_back(void **state)
{
    (void)state;
    uint8_t all[512], back[512];
    char text[4 * sizeof all + 1];
    for (size_t i = 0; i < sizeof all; i++)
        all[i] = (uint8_t)(i < 256 ? i : 511 - i);
    text_safe(all, sizeof all, text, sizeof text);
    size_t length;
    assert_int_equal(text_unescape(text, "--it", back, sizeof back, &length, NULL), sizeof all);
    assert_memory_equal(all, back, sizeof all);
}

static void test_show_duration(void **state)
{
    (void)state;
    static const struct {
        int64_t ns;
        const char *text;
    } rows[] = {
        {0, "0 s"},
        {1, "1 ns"},
        {999, "999 ns"},
        {1000, "1 \302\265s"},
        {1234, "1.23 \302\265s"},
        {38200, "38.2 \302\265s"},
        {999499, "999 \302\265s"},
        {999500, "1 ms"},
        {1030000, "1.03 ms"},
        {1500000, "1.5 ms"},
        {9995000, "10 ms"},
        {9994999, "9.99 ms"},
        {99950000, "100 ms"},
        {250000000, "250 ms"},
        {3 * SECOND, "3 s"},
        {90 * SECOND, "90 s"},
        {999 * SECOND, "999 s"},
        {1000 * SECOND, "16.7 m"},
        {999600000000, "16.7 m"},
        {3599 * SECOND, "1 h"},
        {5400 * SECOND, "1.5 h"},
        {2 * DAY, "2 d"},
        {INT64_MAX, "106752 d"},
        {-1030000, "-1.03 ms"},
        {INT64_MIN, "-106752 d"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char text[32];
        assert_int_equal(text_show_duration(rows[i].ns, "\302\265", text, sizeof text),
                         strlen(rows[i].text));
        assert_string_equal(text, rows[i].text);
    }
    char text[8];
    assert_int_equal(text_show_duration(1234, "u", text, sizeof text), 7);
    assert_string_equal(text, "1.23 us");
    assert_int_equal(text_show_duration(1234, "u", text, 5), 4);
    assert_string_equal(text, "1.23");
    assert_int_equal(text_show_duration(1234, "u", text, 0), 0);
    assert_string_equal(text, "1.23");
}

static void test_nearest(void **state)
{
    (void)state;
    static const char *const names[] = {"handshake", "rtt",      "isn",  "options",
                                        "read",      "describe", "linux"};
    static const struct {
        const char *typed, *nearest;
    } rows[] = {
        {"handshake", "handshake"},
        {"handshkae", "handshake"},
        {"HANDSHAKE", "handshake"},
        {"hanshake", "handshake"},
        {"rrt", "rtt"},
        {"rt", "rtt"},
        {"ins", "isn"},
        {"option", "options"},
        {"raed", "read"},
        {"decsribe", "describe"},
        {"lunix", "linux"},
        {"", NULL},
        {"x", NULL},
        {"foobar", NULL},
        {"hand", NULL},
        {"qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq", NULL},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const char *nearest = text_nearest(rows[i].typed, names, COUNT_OF(names));
        if (rows[i].nearest) {
            assert_non_null(nearest);
            assert_string_equal(nearest, rows[i].nearest);
        } else {
            assert_null(nearest);
        }
    }
    assert_null(text_nearest("rtt", names, 0));
}

static void test_append(void **state)
{
    (void)state;
    char text[12];
    memset(text, '#', sizeof text);
    size_t at = 0;
    text_append(text, 10, &at, "%d,%s", 12, "ab");
    assert_string_equal(text, "12,ab");
    assert_int_equal(at, 5);
    text_append(text, 10, &at, "%s", "");
    assert_int_equal(at, 5);
    text_append(text, 10, &at, "-%s", "cdefghi");
    assert_string_equal(text, "12,ab-cde");
    assert_int_equal(at, 9);
    text_append(text, 10, &at, "more");
    assert_int_equal(at, 9);
    assert_string_equal(text, "12,ab-cde");
    assert_int_equal(text[10], '#');
    at = 0;
    text_append(text, 0, &at, "x");
    assert_int_equal(at, 0);
    assert_string_equal(text, "12,ab-cde");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_number),        cmocka_unit_test(test_messages),
        cmocka_unit_test(test_duration),      cmocka_unit_test(test_duration_bounds),
        cmocka_unit_test(test_range),         cmocka_unit_test(test_hex),
        cmocka_unit_test(test_safe),          cmocka_unit_test(test_safe_bounds),
        cmocka_unit_test(test_show_hex),      cmocka_unit_test(test_unescape),
        cmocka_unit_test(test_safe_and_back), cmocka_unit_test(test_show_duration),
        cmocka_unit_test(test_nearest),       cmocka_unit_test(test_append),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
