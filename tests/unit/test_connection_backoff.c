/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of the words for how the times between copies grow. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "probe/track/connection_parts.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static const struct {
    unsigned count;
    double at[12]; /* s */
    const char *gaps, *words;
} rows[] = {
    {0, {0}, NULL, NULL},
    {1, {5}, NULL, NULL},
    {2, {0, 3}, "3000.0", "one wait of 3 s"},
    {4, {0, 1, 3, 7}, "1000.0,2000.0,4000.0", "doubles from 1 s, as RFC 6298 has it"},
    /* Timers of whole ticks. */
    {4, {0, 1.003, 3.02, 7.1}, "1003.0,2017.0,4080.0", "doubles from 1 s, as RFC 6298 has it"},
    {3, {0, 3, 9}, "3000.0,6000.0", "doubles from 3 s"},
    {4, {0, .5, 1, 1.49}, "500.0,500.0,490.0", "every 500 ms, it does not grow"},
    /* Linux since 6.5. */
    {8,
     {0, 1, 2, 3, 4, 5, 7, 11},
     "1000.0,1000.0,1000.0,1000.0,1000.0,2000.0,4000.0",
     "5 times every 1 s, then doubles"},
    {4, {0, 1, 3, 6}, "1000.0,2000.0,3000.0", "grows by 1 s each time"},
    {4, {0, 1, 9, 9.5}, "1000.0,8000.0,500.0", "irregular, 500 ms to 8 s"},
    {3, {5, 1, 3}, "0.0,2000.0", "the stamps go backwards"},
    {3, {0, 0, 3}, "0.0,3000.0", "the stamps go backwards"},
    /* By centuries. */
    {3, {0, 4.6e9, 0}, "4600000000000.0,0.0", "the stamps go backwards"},
    /* The last that is kept stands for all that came later. */
    {12,
     {0, 1, 3, 7, 15, 31, 63, 9000},
     "1000.0,2000.0,4000.0,8000.0,16000.0,32000.0",
     "doubles from 1 s, as RFC 6298 has it"},
};

static void check(const char *is, const char *wanted)
{
    if (wanted) {
        assert_non_null(is);
        assert_string_equal(is, wanted);
    } else {
        assert_null(is);
    }
}

static void test_rows(void **state)
{
    struct arena arena;

    (void)state;
    arena_init(&arena);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct follow_copy copies[FOLLOW_COPIES] = {{0, 0}};

        for (unsigned j = 0; j < FOLLOW_COPIES && j < rows[i].count; j++)
            copies[j].at = (int64_t)(rows[i].at[j] * 1e9 + .5);
        check(backoff_gaps(copies, rows[i].count, &arena), rows[i].gaps);
        check(backoff_words(copies, rows[i].count, &arena), rows[i].words);
    }
    arena_release(&arena);
}

static void test_words(void **state)
{
    struct arena arena;
    char text[32];

    (void)state;
    arena_init(&arena);
    assert_string_equal(telling_stamps(1, &arena), "capture, nanoseconds");
    assert_string_equal(telling_stamps(0, &arena), "capture, nanoseconds");
    assert_string_equal(telling_stamps(1000, &arena), "capture, microseconds");
    assert_string_equal(telling_stamps(1000000, &arena), "capture, milliseconds");
    assert_string_equal(telling_stamps(1000000000, &arena), "capture, seconds");
    assert_string_equal(telling_stamps(15259, &arena), "capture, stamps of 15259 ns");
    assert_string_equal(telling_duration(-5, text), "0 s");
    assert_string_equal(telling_duration(1030000, text), "1.03 ms");
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows), cmocka_unit_test(test_words)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
