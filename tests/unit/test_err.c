/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Faults are written down whole, bounded and in lower case, and lead to the right exit status. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"

static void test_set_fills_everything(void **state)
{
    (void)state;
    struct fault fault;
    assert_int_equal(fault_set(&fault, FAULT_SYSTEM, EADDRINUSE, "cannot bind '%s'", "lo"),
                     -FAULT_SYSTEM);
    assert_int_equal(fault.code, FAULT_SYSTEM);
    assert_int_equal(fault.sys, EADDRINUSE);
    assert_string_equal(fault.what, "cannot bind 'lo': address already in use");
}

static void test_set_without_errno(void **state)
{
    (void)state;
    struct fault fault;
    assert_int_equal(fault_set(&fault, FAULT_NAME, 0, "no such name '%s'", "x.example"),
                     -FAULT_NAME);
    assert_int_equal(fault.sys, 0);
    assert_string_equal(fault.what, "no such name 'x.example'");
}

static void test_set_without_fault(void **state)
{
    (void)state;
    assert_int_equal(fault_set(NULL, FAULT_RANGE, 0, "x"), -FAULT_RANGE);
}

static void test_errno_words(void **state)
{
    (void)state;
    static const struct {
        int number;
        const char *words;
    } rows[] = {
        {ENOENT, "x: no such file or directory"},
        {EIO, "x: input/output error"},
        {EXDEV, "x: invalid cross-device link"},
        {EADV, "x: advertise error"},
        {EDOTDOT, "x: RFS specific error"}, /* an abbreviation stays as it is */
        {ELIBSCN, "x: .lib section in a.out corrupted"},
        {99999, "x: error 99999"},
        {-5, "x: error -5"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct fault fault;
        fault_set(&fault, FAULT_IO, rows[i].number, "x");
        assert_string_equal(fault.what, rows[i].words);
        assert_int_equal(fault.sys, rows[i].number);
    }
}

static void test_own_text_as_argument(void **state)
{
    (void)state;
    struct fault fault;
    fault_set(&fault, FAULT_SYNTAX, 0, "not a number: 'x'");
    fault_set(&fault, FAULT_USAGE, 0, "line 3: %s", fault.what);
    assert_string_equal(fault.what, "line 3: not a number: 'x'");
    assert_int_equal(fault.code, FAULT_USAGE);
}

static void test_never_empty(void **state)
{
    (void)state;
    struct fault fault;
    fault_set(&fault, FAULT_MEMORY, 0, "%s", "");
    assert_string_equal(fault.what, fault_words(FAULT_MEMORY));
}

static void test_long_text_is_cut(void **state)
{
    (void)state;
    char text[2000];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    struct fault fault;
    fault_set(&fault, FAULT_IO, EIO, "%s", text);
    assert_int_equal(strlen(fault.what), sizeof fault.what - 1);
    assert_memory_equal(fault.what, text, sizeof fault.what - 1);
}

/* However the characters lie, the cut is between two of them. */
static void test_cut_between_characters(void **state)
{
    (void)state;
    static const char *const characters[] = {"\302\265", "\342\202\254", "\360\237\230\200"};
    for (size_t c = 0; c < 3; c++) {
        size_t length = strlen(characters[c]);
        for (size_t shift = 0; shift < length; shift++) {
            char text[700];
            size_t at = shift;
            memset(text, '-', shift);
            for (; at + length < sizeof text; at += length)
                memcpy(text + at, characters[c], length);
            text[at] = '\0';
            struct fault fault;
            fault_set(&fault, FAULT_IO, 0, "%s", text);
            size_t kept = strlen(fault.what);
            assert_int_equal((kept - shift) % length, 0);
            assert_true(kept > sizeof fault.what - 1 - length);
        }
    }
}

static void test_clear(void **state)
{
    (void)state;
    struct fault fault;
    fault_set(&fault, FAULT_IO, EIO, "x");
    fault_clear(&fault);
    assert_int_equal(fault.code, FAULT_NONE);
    assert_int_equal(fault.sys, 0);
    assert_string_equal(fault.what, "");
    fault_clear(NULL);
}

static void test_every_code_has_words_and_status(void **state)
{
    (void)state;
    assert_string_equal(fault_words(FAULT_NONE), "success");
    assert_int_equal(fault_exit_status(FAULT_NONE), EXIT_STATUS_MET);
    for (int code = FAULT_NONE + 1; code < FAULT_COUNT; code++) {
        const char *words = fault_words((enum fault_code)code);
        assert_non_null(words);
        assert_true(strlen(words) > 0);
        /* A fault is neither a success nor a target that was measured. */
        assert_true(fault_exit_status((enum fault_code)code) >= EXIT_STATUS_UNMEASURED);
    }
    assert_int_equal(fault_exit_status(FAULT_SYNTAX), 64);
    assert_int_equal(fault_exit_status(FAULT_ROUTE), 2);
    assert_int_equal(fault_exit_status(FAULT_INTERNAL), 70);
    assert_int_equal(fault_exit_status(FAULT_MEMORY), 71);
    assert_int_equal(fault_exit_status(FAULT_IO), 74);
    assert_int_equal(fault_exit_status(FAULT_PERMISSION), 77);
}

static void test_exit_status_rows(void **state)
{
    (void)state;
    static const int numbers[] = {0, 1, 2, 64, 70, 71, 74, 77};
    size_t count;
    const struct exit_status_row *rows = exit_status_rows(&count);
    assert_int_equal(count, sizeof numbers / sizeof numbers[0]);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(rows[i].number, numbers[i]);
        assert_true(strlen(rows[i].name) > 0);
        assert_true(strlen(rows[i].meaning) > 0);
    }
    assert_string_equal(rows[3].name, "usage");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_set_fills_everything),
        cmocka_unit_test(test_set_without_errno),
        cmocka_unit_test(test_set_without_fault),
        cmocka_unit_test(test_errno_words),
        cmocka_unit_test(test_own_text_as_argument),
        cmocka_unit_test(test_never_empty),
        cmocka_unit_test(test_long_text_is_cut),
        cmocka_unit_test(test_cut_between_characters),
        cmocka_unit_test(test_clear),
        cmocka_unit_test(test_every_code_has_words_and_status),
        cmocka_unit_test(test_exit_status_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
