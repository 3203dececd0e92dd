/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of cmd/order: texts come out in the order of the targets, whatever order they end in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/order.h"

static char *written;
static size_t length;
static FILE *stream;
static struct order *order;
static struct fault fault;

static int begin(void **state)
{
    (void)state;
    stream = open_memstream(&written, &length);
    order = order_new(stream, "-");
    return stream && order ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    order_free(order);
    fclose(stream);
    free(written);
    return 0;
}

static void add(uint64_t index, const char *text)
{
    assert_int_equal(order_add(order, index, text, strlen(text), &fault), 0);
}

static void done(uint64_t index, const char *expected)
{
    assert_int_equal(order_done(order, index, &fault), 0);
    fflush(stream);
    assert_string_equal(written, expected);
}

static void test_in_order(void **state)
{
    (void)state;
    add(0, "a");
    done(0, "a");
    add(1, "b");
    done(1, "a-b");
}

static void test_reversed(void **state)
{
    (void)state;
    add(2, "c");
    done(2, "");
    add(1, "b");
    done(1, "");
    add(0, "a");
    done(0, "a-b-c");
}

/* All of a target's text stands together, and only once it is whole. */
static void test_parts(void **state)
{
    (void)state;
    add(0, "a");
    add(1, "x");
    add(0, "b");
    add(1, "y");
    done(1, "");
    add(0, "c");
    done(0, "abc-xy");
}

/* A target of which nothing is printed holds nobody up and leaves no separator. */
static void test_nothing_to_say(void **state)
{
    (void)state;
    add(2, "c");
    done(2, "");
    done(0, "");
    done(1, "c");
    done(3, "c");
    add(4, "e");
    done(4, "c-e");
}

static void test_finish(void **state)
{
    (void)state;
    add(5, "f");
    add(3, "d");
    done(3, "");
    add(0, "a");
    done(0, "a");
    order_finish(order); /* 1, 2 and 4 never came, 5 was not done */
    fflush(stream);
    assert_string_equal(written, "a-d-f");
}

/* Any order of endings gives the same text. */
static void test_any_order(void **state)
{
    enum { COUNT = 200 };
    uint64_t turn[COUNT], chance = 88172645463325252;
    char expected[COUNT * 8] = "", text[16];

    (void)state;
    for (uint64_t i = 0; i < COUNT; i++) {
        snprintf(text, sizeof text, "%s%u", i ? "-" : "", (unsigned)i);
        strcat(expected, text);
        turn[i] = i;
    }
    for (uint64_t i = COUNT - 1; i > 0; i--) {
        uint64_t j, other = turn[i];

        chance ^= chance << 13;
        chance ^= chance >> 7;
        chance ^= chance << 17;
        j = chance % (i + 1);
        turn[i] = turn[j];
        turn[j] = other;
    }
    for (uint64_t i = 0; i < COUNT; i++) {
        snprintf(text, sizeof text, "%u", (unsigned)turn[i]);
        add(turn[i], text);
        assert_int_equal(order_done(order, turn[i], &fault), 0);
        fflush(stream);
        assert_memory_equal(written, expected, length); /* never out of order on the way */
    }
    assert_string_equal(written, expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_in_order, begin, end),
        cmocka_unit_test_setup_teardown(test_reversed, begin, end),
        cmocka_unit_test_setup_teardown(test_parts, begin, end),
        cmocka_unit_test_setup_teardown(test_nothing_to_say, begin, end),
        cmocka_unit_test_setup_teardown(test_finish, begin, end),
        cmocka_unit_test_setup_teardown(test_any_order, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
