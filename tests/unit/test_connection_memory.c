/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of the record of a captured connection when memory for its steps runs out. */
#include "tale.h"

#include "scarce_memory.h"

#define reallocarray(old, count, size) scarce_realloc((old), (count) * (size))

/* The source itself, so that its memory can run out. */
#include "probe/track/shadow.c"

static void test_steps(void **state)
{
    static const struct line lines[] = {
        SCRIPT_OPEN,
        {20, "> F. 1:1 ack 1", NULL, NULL, NULL},
        {30, "< F. 1:1 ack 2", NULL, NULL, NULL},
        {31, "> . 2:2 ack 2", NULL, NULL, NULL},
    };
    bool failed = false, whole = false;

    (void)state;
    for (unsigned left = 0; left < 8; left++) {
        struct tale tale;
        int got;

        tale_begin(&tale);
        for (size_t i = 0; i < COUNT_OF(lines); i++)
            tale_segment(&tale, &lines[i], 0);
        allocations_left = left;
        allocations_open = 0;
        got = connection_record(&tale.connection, &tale.context, &tale.arena, &tale.record);
        assert_int_equal(allocations_open, 0);
        if (got == 0) {
            assert_true(tale.record.steps.count > 3);
            whole = true;
        } else {
            assert_int_equal(got, -FAULT_MEMORY);
            failed = true;
        }
        /* A summary needs none. */
        allocations_left = 0;
        tale.context.story = NULL;
        assert_int_equal(
            connection_record(&tale.connection, &tale.context, &tale.arena, &tale.record), 0);
        tale_text(tale.record.verdict, "open");
        tale_end(&tale);
    }
    assert_true(failed && whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_steps)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
