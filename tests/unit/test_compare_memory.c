/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of probe/track/compare while memory runs out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/track/story.h"

#include "scarce_memory.h"

#include "probe/track/compare.c"
#include "probe/track/compare_keep.c"
#include "probe/track/compare_match.c"

static int take(void *data, const struct compare_record *record)
{
    assert_string_equal(record->verdict, "same");
    ++*(int *)data;
    return 0;
}

/* 100 connections each; 0, or the first error. */
static int compare_all(int *ret_told)
{
    struct story_segment segment = {.segment = {.flags = TCP_SYN, .seq = 1}};
    struct story story = {.segments = &segment, .count = 1, .room = 1};
    struct compare *compare = compare_new("a", "b");
    struct arena arena;
    int result = 0;

    *ret_told = 0;
    if (!compare)
        return -FAULT_MEMORY;
    arena_init(&arena);
    for (unsigned i = 0; i < 200 && result == 0; i++) {
        struct connection connection = {.number = i / 2 + 1};
        struct compare_side side = {.connection = &connection, .story = &story};
        struct follow_input input = {.segment = &segment.segment};
        struct follow_step step;

        follow_init(&connection.follow);
        connection.key.family = IP_FAMILY_V4;
        connection.key.ends[0].port = (uint16_t)(i / 2 + 1);
        follow_segment(&connection.follow, &input, &step);
        result = compare_add(compare, i & 1, &side);
    }
    if (result == 0)
        result = compare_run(compare, take, ret_told, &arena);
    arena_release(&arena);
    compare_free(compare);
    return result;
}

static void test_scarce(void **state)
{
    unsigned enough = 0;
    int told;

    (void)state;
    for (unsigned i = 0; enough == 0; i++) {
        int result;

        allocations_left = i;
        result = compare_all(&told);
        assert_int_equal(allocations_open, 0);
        if (result == 0)
            enough = i;
        else
            assert_int_equal(result, -FAULT_MEMORY);
        assert_int_equal(told, result == 0 ? 100 : 0);
    }
    /* compare_new, two growing lists, two blocks for each connection, the signs */
    assert_int_equal(enough, 1 + 4 + 400 + 1);
}

static void test_most(void **state)
{
    struct connection connection = {.number = 1};
    struct compare_side side = {.connection = &connection};
    struct compare *compare;

    (void)state;
    allocations_left = 1000;
    follow_init(&connection.follow);
    compare = compare_new("a", "b");
    for (unsigned i = 0; i < COMPARE_MAX; i++)
        assert_int_equal(compare_add(compare, 0, &side), 0);
    assert_int_equal(compare_add(compare, 0, &side), -FAULT_RANGE);
    assert_int_equal(compare_add(compare, 1, &side), 0);
    compare_free(compare);
    assert_int_equal(allocations_open, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scarce),
        cmocka_unit_test(test_most),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
