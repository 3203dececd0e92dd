/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of report/finding: the table's ids are an interface, its words are read by people. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "report/finding.h"

static void test_ids(void **state)
{
    (void)state;
    for (unsigned i = 0; i < FINDING_COUNT; i++) {
        const char *id = finding_row((enum finding)i)->id;

        assert_int_equal(strncmp(id, "TP-", 3), 0);
        assert_int_equal(strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-"), strlen(id));
        assert_true(strlen(id) > 6 && id[strlen(id) - 1] != '-');
        for (unsigned j = 0; j < i; j++)
            assert_string_not_equal(id, finding_row((enum finding)j)->id);
    }
}

static void test_words(void **state)
{
    (void)state;
    for (unsigned i = 0; i < FINDING_COUNT; i++) {
        const struct finding_row *row = finding_row((enum finding)i);
        size_t length = strlen(row->meaning);

        assert_true(row->severity < SEVERITY_COUNT);
        /* A finding's text has room for 200 bytes. */
        assert_true(length > 10 && length < 150);
        assert_int_not_equal(row->meaning[length - 1], '.');
        assert_true(row->reference[0] == '\0' || strncmp(row->reference, "RFC ", 4) == 0);
        for (unsigned j = 0; j < i; j++)
            assert_string_not_equal(row->meaning, finding_row((enum finding)j)->meaning);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_ids), cmocka_unit_test(test_words)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
