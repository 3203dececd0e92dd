/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The line that shows how far a run has come, and the one at its end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "report/output.h"
#include "report/progress_text.h"

#define OPEN         [VERDICT_OPEN]
#define REFUSED      [VERDICT_REFUSED]
#define FILTERED     [VERDICT_FILTERED]
#define INCONCLUSIVE [VERDICT_INCONCLUSIVE]

static const struct progress ports = {
    .done = 12345,
    .total = 65536,
    .rate = 9800.4,
    .seconds_left = 5.4,
    .elapsed = 1.26,
    .verdicts = {OPEN = 12, REFUSED = 12333},
};

static void test_widths(void **state)
{
    (void)state;
    static const struct {
        unsigned width;
        const char *line;
    } rows[] = {
        {120, "12,345 of 65,536 (18 %)  9,800/s  open 12, refused 12,333  5 s left"},
        {67, "12,345 of 65,536 (18 %)  9,800/s  open 12, refused 12,333  5 s left"},
        {66, "12,345 of 65,536 (18 %)  open 12, refused 12,333  5 s left"},
        {57, "12,345 of 65,536 (18 %)  9,800/s  5 s left"},
        {40, "12,345 of 65,536 (18 %)  5 s left"},
        {32, "12,345 of 65,536 (18 %)"},
        {20, "12,345 of 65,536"},
        {10, "12,345 of~"},
        {1, "~"},
        {0, ""},
    };
    char text[PROGRESS_TEXT_SIZE];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t columns = progress_line(&ports, rows[i].width, false, text, sizeof text);
        assert_string_equal(text, rows[i].line);
        assert_int_equal(columns, strlen(rows[i].line));
    }
    assert_int_equal(progress_line(&ports, 10, true, text, sizeof text), 10);
    assert_string_equal(text, "12,345 of…");
}

/* Whatever the numbers, no line is wider than allowed, nor has the wrong number of columns. */
static void test_never_wider(void **state)
{
    (void)state;
    struct progress huge = {
        .done = UINT64_MAX,
        .total = INT64_MAX,
        .rate = 1e300,
        .seconds_left = 8639999,
        .elapsed = 1e300,
    };
    for (size_t i = 0; i < VERDICT_COUNT; i++)
        huge.verdicts[i] = UINT64_MAX;
    const struct progress *const all[] = {&ports, &huge};
    char text[PROGRESS_TEXT_SIZE];
    for (unsigned width = 0; width < 400; width++)
        for (size_t i = 0; i < 4; i++) {
            size_t columns = progress_line(all[i / 2], width, i % 2, text, sizeof text);
            assert_true(columns <= width);
            assert_int_equal(style_columns(text), columns);
        }
}

static void test_lines(void **state)
{
    (void)state;
    static const struct {
        struct progress progress;
        const char *line;
    } rows[] = {
        {{.total = 10, .rate = NAN, .seconds_left = NAN, .elapsed = 0}, "0 of 10 (0 %)  after 0 s"},
        {{.done = 3,
          .total = RECORD_UNKNOWN,
          .rate = 2.46,
          .seconds_left = NAN,
          .elapsed = 65,
          .verdicts = {FILTERED = 2, INCONCLUSIVE = 1}},
         "3 done  2.5/s  filtered 2, inconclusive 1  after 1 min 5 s"},
        {{.done = 999999,
          .total = 1000000,
          .rate = 999.6,
          .seconds_left = 0,
          .elapsed = 1,
          .verdicts = {OPEN = 999999}},
         "999,999 of 1,000,000 (99 %)  1,000/s  open 999,999  0 s left"},
        {{.done = 5, .total = 5, .rate = 0, .seconds_left = NAN, .elapsed = 4800},
         "5 of 5 (100 %)  0.0/s  after 1 h 20 min"},
        {{.done = 1, .total = 5, .rate = NAN, .seconds_left = 2 * 86400 + 3600, .elapsed = 1},
         "1 of 5 (20 %)  2 d 1 h left"},
        {{.done = 1, .total = 5, .rate = NAN, .seconds_left = 3600, .elapsed = 1},
         "1 of 5 (20 %)  1 h left"},
        {{.done = 1, .total = 5, .rate = NAN, .seconds_left = 1e12, .elapsed = 1},
         "1 of 5 (20 %)  after 1 s"},
        {{.done = 0, .total = 0, .rate = NAN, .seconds_left = NAN, .elapsed = NAN}, "0 of 0"},
    };
    char text[PROGRESS_TEXT_SIZE];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        progress_line(&rows[i].progress, 100, true, text, sizeof text);
        assert_string_equal(text, rows[i].line);
    }
}

static void test_summary(void **state)
{
    (void)state;
    static const struct {
        struct progress progress;
        const char *line;
    } rows[] = {
        {{.done = 65536, .total = 65536, .elapsed = 6.55, .verdicts = {OPEN = 12, REFUSED = 65524}},
         "65,536 targets: 12 open, 65,524 refused, 0 not measured in 6.6 s"},
        {{.done = 12345, .total = 65536, .elapsed = 1.26, .verdicts = {OPEN = 12, REFUSED = 12333}},
         "12,345 of 65,536 targets: 12 open, 12,333 refused, 0 not measured in 1.3 s"},
        {{.done = 1, .total = RECORD_UNKNOWN, .elapsed = 0.01, .verdicts = {INCONCLUSIVE = 1}},
         "1 target: 1 not measured in 0.0 s"},
        {{.done = 1000, .total = RECORD_UNKNOWN, .elapsed = 99.96, .verdicts = {FILTERED = 1000}},
         "1,000 targets: 1,000 filtered, 0 not measured in 1 min 40 s"},
        {{.done = 0, .total = RECORD_UNKNOWN, .elapsed = 0}, "0 targets: 0 not measured in 0.0 s"},
    };
    char text[PROGRESS_TEXT_SIZE];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t length = progress_summary(&rows[i].progress, text, sizeof text);
        assert_string_equal(text, rows[i].line);
        assert_int_equal(length, strlen(text));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_widths),
        cmocka_unit_test(test_never_wider),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_summary),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
