/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of net/clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "net/clock.h"

static void test_monotonic(void **unused)
{
    (void)unused;
    int64_t before = clock_monotonic();
    usleep(2000);
    int64_t passed = clock_monotonic() - before;
    assert_true(passed >= 2000000);
    assert_true(passed < INT64_C(60000000000));
}

static void test_realtime(void **unused)
{
    (void)unused;
    time_t before = time(NULL);
    int64_t now = clock_realtime();
    time_t after = time(NULL);
    /* time() may lag behind by a tick. */
    assert_true(now / 1000000000 >= before);
    assert_true(now / 1000000000 <= after + 1);
}

static void test_iso8601(void **unused)
{
    (void)unused;
    static const struct {
        int64_t ns;
        const char *text;
    } rows[] = {
        {0, "1970-01-01T00:00:00.000000Z"},
        {999, "1970-01-01T00:00:00.000000Z"},
        {1000, "1970-01-01T00:00:00.000001Z"},
        {-1, "1969-12-31T23:59:59.999999Z"},
        {-1000000000, "1969-12-31T23:59:59.000000Z"},
        {INT64_C(951782400000000000), "2000-02-29T00:00:00.000000Z"},
        {INT64_C(1795233906123456789), "2026-11-21T04:05:06.123456Z"},
        {INT64_C(4102444800999999999), "2100-01-01T00:00:00.999999Z"},
        {INT64_MAX, "2262-04-11T23:47:16.854775Z"},
        {INT64_MIN, "1677-09-21T00:12:43.145224Z"},
    };
    char text[40];
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_string_equal(clock_iso8601(rows[i].ns, text), rows[i].text);
}

static void test_entropy(void **unused)
{
    (void)unused;
    /* More than getrandom() gives in one uninterrupted piece; both ends must be filled. */
    static uint8_t bytes[2][1000];
    uint8_t seen = 0;
    struct fault fault;
    assert_int_equal(entropy_fill(bytes[0], sizeof(bytes[0]), &fault), 0);
    assert_int_equal(entropy_fill(bytes[1], sizeof(bytes[1]), &fault), 0);
    assert_memory_not_equal(bytes[0], bytes[1], sizeof(bytes[0]));
    for (size_t i = sizeof(bytes[0]) - 16; i < sizeof(bytes[0]); i++)
        seen |= bytes[0][i];
    assert_int_not_equal(seen, 0);
    assert_int_equal(entropy_fill(NULL, 0, &fault), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_monotonic),
        cmocka_unit_test(test_realtime),
        cmocka_unit_test(test_iso8601),
        cmocka_unit_test(test_entropy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
