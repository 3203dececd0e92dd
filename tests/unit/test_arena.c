/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of base/arena: alignment, copies, texts that grow, many and large pieces. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/arena.h"

static void test_take(void **state)
{
    struct arena arena;
    uint64_t *numbers[100];

    (void)state;
    arena_init(&arena);
    for (unsigned i = 0; i < 100; i++) {
        numbers[i] = arena_take(&arena, i, sizeof(uint64_t));
        assert_non_null(numbers[i]);
        assert_int_equal((uintptr_t)numbers[i] % _Alignof(max_align_t), 0);
        for (unsigned j = 0; j < i; j++)
            numbers[i][j] = i;
        arena_take(&arena, 1, 1); /* so that the next one would be odd */
    }
    for (unsigned i = 0; i < 100; i++)
        for (unsigned j = 0; j < i; j++)
            assert_int_equal(numbers[i][j], i);
    arena_release(&arena);
}

static void test_large(void **state)
{
    struct arena arena;
    uint8_t *bytes;

    (void)state;
    arena_init(&arena);
    bytes = arena_take(&arena, 1 << 20, 3);
    memset(bytes, 0xa5, 3 << 20);
    assert_string_equal(arena_copy(&arena, "behind it"), "behind it");
    assert_int_equal(bytes[(3 << 20) - 1], 0xa5);
    arena_release(&arena);
}

static void test_copy(void **state)
{
    struct arena arena;
    char text[] = "as it was";
    const char *copy, *empty;

    (void)state;
    arena_init(&arena);
    copy = arena_copy(&arena, text);
    empty = arena_copy(&arena, "");
    text[0] = 'X';
    assert_string_equal(copy, "as it was");
    assert_string_equal(empty, "");
    assert_ptr_not_equal(copy, text);
    arena_release(&arena);
}

static void test_print(void **state)
{
    struct arena arena;
    const char *first, *second, *empty;

    (void)state;
    arena_init(&arena);
    for (int i = 0; i < 10000; i++)
        arena_print(&arena, "%d,", i % 10);
    first = arena_finish(&arena);
    empty = arena_finish(&arena);
    arena_print(&arena, "%s %03u", "two", 7u);
    arena_print(&arena, "%s", "");
    second = arena_finish(&arena);
    assert_int_equal(strlen(first), 20000);
    assert_memory_equal(first, "0,1,2,3,4,5,6,7,8,9,0,", 22);
    assert_string_equal(empty, "");
    assert_string_equal(second, "two 007");
    arena_release(&arena);
}

/* What was released can begin anew. */
static void test_again(void **state)
{
    struct arena arena;

    (void)state;
    for (int i = 0; i < 3; i++) {
        arena_init(&arena);
        assert_string_equal(arena_copy(&arena, "again"), "again");
        arena_release(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_take),  cmocka_unit_test(test_large), cmocka_unit_test(test_copy),
        cmocka_unit_test(test_print), cmocka_unit_test(test_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
