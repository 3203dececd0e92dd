/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of the judges of increments when memory runs out, at every place in turn: reported, and
 * nothing leaks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

/* The sources themselves, so that it is their memory. */
#include "scarce_memory.h"
#include "stat/isn/counter.c"
#include "stat/isn/increments_exact.c"
#include "stat/isn/steps.c"
#undef malloc
#undef calloc
#undef realloc
#undef free

#include "isn_streams.h"

enum { COUNT = 256 };

static void test_memory(void **state)
{
    /* Of a counter, of random increments, of noise that is none; the last without a judge's yes. */
    static const char *const names[] = {"ctr1", "ri15", "netbsd24", "random32"};
    static int (*const judges[])(const struct isn_samples *samples, struct isn_audit *audit) = {
        isn_judge_counter, isn_judge_periodic, isn_judge_increments, isn_judge_neighbours};
    static struct isn_sample rows[COUNT];
    static struct isn_audit audit;
    struct isn_options options = isn_options_make(COUNT);
    struct isn_samples samples;

    (void)state;
    for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
        size_t got = isn_stream_make(isn_stream_find(names[n]), 1, &options, rows);

        assert_int_equal(isn_samples_make(rows, got, true, &samples), 0);
        for (size_t i = 0; i < sizeof judges / sizeof *judges; i++) {
            int status = -FAULT_MEMORY;
            unsigned room = 0;

            for (; status < 0; room++) {
                assert_in_range(room, 0, 30);
                allocations_left = room;
                audit = (struct isn_audit){0};
                status = judges[i](&samples, &audit);
                assert_true(status >= 0 || status == -FAULT_MEMORY);
                assert_int_equal(allocations_open, 0);
            }
            assert_true(room > 1);
        }
        isn_samples_release(&samples);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
