/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of the judges of the fixed tuple when memory runs out, at every place in turn: reported,
 * and nothing leaks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>

#include "isn_streams.h"

/* The sources themselves, so that it is their memory; names that several of them have, apart. */
#include "scarce_memory.h"
#define LEAST vote_least
#define add   vote_add
#define same  vote_same
#include "stat/isn/clock_vote.c"
#undef LEAST
#undef add
#undef same
#define compare_counts cluster_compare_counts
#include "stat/isn/cluster.c"
#undef compare_counts
#define pair       connection_pair
#define pairs_make connection_pairs_make
#include "stat/isn/connection.c"
#undef pair
#undef pairs_make
#define elect find_elect
#include "stat/isn/fixed_each.c"
#include "stat/isn/fixed_find.c"
#undef elect
#define LEAST function_least
#include "stat/isn/fixed_function.c"
#undef LEAST
#include "stat/isn/fixed_parts.c"
#define LEAST  static_least
#define decide static_decide
#include "stat/isn/static.c"
#undef decide
#undef LEAST
#define LEAST clock_least
#include "stat/isn/fixed_clock.c"
#undef LEAST
#include "stat/isn/tuple_noise.c"
#define points periodogram_points
#define refine periodogram_refine
#define angle  periodogram_angle
#include "stat/isn/periodogram.c"
#undef points
#undef refine
#undef angle
#undef malloc
#undef calloc
#undef realloc
#undef free

enum { COUNT = 160, ROOM_MOST = 100 };

static void test_judge(const char *name,
                       int (*judge)(const struct isn_samples *samples, struct isn_audit *audit))
{
    struct isn_options options = isn_options_make(COUNT);
    struct isn_sample rows[COUNT];
    struct isn_samples samples;
    size_t count = isn_stream_make(isn_stream_find(name), 4, &options, rows);
    int verdict = -FAULT_MEMORY;
    unsigned room = 0;

    assert_int_equal(isn_samples_make(rows, count, true, &samples), 0);
    for (; verdict < 0; room++) {
        struct isn_audit audit;

        assert_in_range(room, 0, ROOM_MOST);
        memset(&audit, 0, sizeof audit);
        allocations_left = room;
        verdict = judge(&samples, &audit);
        assert_true(verdict == 1 || verdict == -FAULT_MEMORY);
        assert_int_equal(allocations_open, 0);
    }
    /* It asks for some. */
    assert_true(room > 2);
    isn_samples_release(&samples);
}

static void test_memory(void **state)
{
    (void)state;
    test_judge("hash_only", isn_judge_static);
    test_judge("portmul", isn_judge_static);
    test_judge("linux64ns", isn_judge_fixed_clock);
    test_judge("portmul_clk", isn_judge_fixed_clock);
    test_judge("openbsd", isn_judge_fixed_clock);
    test_judge("lb2", isn_judge_fixed_clock);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
