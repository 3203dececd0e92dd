/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Received bytes: holes, overlaps, duplicates, SACK and D-SACK blocks, on rows of puts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "tcp/stream.h"

#define FIRST 0xfffffff0u /* the stream crosses the end of the sequence space */

static struct stream stream;
static uint8_t bytes[64];
static const uint8_t source[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-";

static int setup(void **state)
{
    (void)state;
    memset(bytes, 0, sizeof(bytes));
    stream_init(&stream, bytes, sizeof(bytes));
    stream_start(&stream, FIRST);
    return 0;
}

/* Puts the source's bytes from one offset up to another. */
static uint32_t put(uint32_t from, uint32_t to)
{
    uint32_t after = stream_next_after(&stream, FIRST + from, to - from);
    uint32_t gained = stream_put(&stream, FIRST + from, source + from, to - from, to - from);

    assert_int_equal(stream.next, after); /* the forecast holds */
    assert_int_equal(stream.next, FIRST + (uint32_t)stream.received);
    return gained;
}

static void expect_blocks(unsigned max, unsigned count, const uint32_t *edges)
{
    struct stream_block blocks[4];

    assert_int_equal(stream_sack(&stream, blocks, max), count);
    for (unsigned i = 0; i < count; i++) {
        assert_int_equal(blocks[i].left - FIRST, edges[2 * i]);
        assert_int_equal(blocks[i].right - FIRST, edges[2 * i + 1]);
    }
}

#define EXPECT_BLOCKS(max, ...)                                                                    \
    do {                                                                                           \
        const uint32_t edges[] = {__VA_ARGS__};                                                    \
        expect_blocks(max, sizeof(edges) / sizeof(edges[0]) / 2, edges);                           \
    } while (0)

static void test_in_order(void **state)
{
    (void)state;
    assert_int_equal(put(0, 10), 10);
    assert_int_equal(put(10, 30), 20);
    assert_int_equal(stream.received, 30);
    assert_memory_equal(bytes, source, 30);
    assert_int_equal(stream.duplicate, 0);
    expect_blocks(4, 0, NULL);
}

static void test_hole_is_filled(void **state)
{
    (void)state;
    assert_int_equal(put(10, 20), 0);
    assert_int_equal(stream_held(&stream), 10);
    EXPECT_BLOCKS(4, 10, 20);
    assert_int_equal(put(0, 10), 20);
    assert_int_equal(stream_held(&stream), 0);
    assert_memory_equal(bytes, source, 20);
}

/* RFC 2018 section 4: the block that changed last comes first. */
static void test_islands_most_recent_first(void **state)
{
    (void)state;
    put(10, 12);
    put(20, 22);
    put(30, 32);
    EXPECT_BLOCKS(4, 30, 32, 20, 22, 10, 12);
    EXPECT_BLOCKS(2, 30, 32, 20, 22);
    put(12, 14); /* side by side with the oldest */
    EXPECT_BLOCKS(4, 10, 14, 30, 32, 20, 22);
    put(13, 31);                      /* over all of them */
    EXPECT_BLOCKS(4, 13, 14, 10, 32); /* what came again first (RFC 2883) */
    EXPECT_BLOCKS(4, 10, 32);
}

static void test_dsack_below(void **state)
{
    (void)state;
    put(0, 20);
    assert_int_equal(put(5, 10), 0);
    assert_int_equal(stream.duplicate, 5);
    EXPECT_BLOCKS(3, 5, 10);
    expect_blocks(3, 0, NULL); /* reported once */
    assert_int_equal(put(15, 25), 5);
    EXPECT_BLOCKS(3, 15, 20);
    assert_false(stream.conflict);
}

static void test_dsack_before_islands(void **state)
{
    (void)state;
    put(0, 5);
    put(10, 15);
    put(0, 5);
    EXPECT_BLOCKS(4, 0, 5, 10, 15);
    put(11, 13);
    EXPECT_BLOCKS(1, 11, 13); /* a single place is the D-SACK's */
    EXPECT_BLOCKS(4, 10, 15);
}

static void test_conflict_keeps_the_first(void **state)
{
    static const uint8_t other[] = "0123X";

    (void)state;
    put(0, 10);
    stream_put(&stream, FIRST, other, 4, 4);
    assert_false(stream.conflict);
    stream_put(&stream, FIRST, other, 5, 5);
    assert_true(stream.conflict);
    assert_memory_equal(bytes, source, 10);
}

static void test_conflict_in_an_island(void **state)
{
    static const uint8_t other[] = "XXXXXXXXXX";

    (void)state;
    put(3, 5);
    stream_put(&stream, FIRST + 1, other, 6, 6);
    assert_true(stream.conflict);
    assert_memory_equal(bytes + 1, "XX34XX", 6);
}

static void test_before_the_first(void **state)
{
    (void)state;
    put(0, 3);
    /* A keep-alive byte lies on the SYN's number. */
    assert_int_equal(stream_put(&stream, FIRST - 1, source, 1, 1), 0);
    assert_int_equal(stream.duplicate, 0);
    expect_blocks(4, 0, NULL);
    assert_int_equal(stream_put(&stream, FIRST - 1, (const uint8_t *)"?0123", 5, 5), 1);
    assert_int_equal(stream.duplicate, 3);
    assert_false(stream.conflict);
    assert_memory_equal(bytes, source, 4);
}

static void test_beyond_the_buffer(void **state)
{
    static const uint8_t many[200] = {1};

    (void)state;
    put(0, 64);
    assert_int_equal(stream_put(&stream, FIRST + 64, many, 200, 200), 200);
    assert_int_equal(stream.received, 264);
    assert_memory_equal(bytes, source, 64);
    assert_int_equal(stream_put(&stream, FIRST + 60, many, 200, 200), 0);
    assert_int_equal(stream.duplicate, 200);
}

static void test_no_buffer(void **state)
{
    (void)state;
    stream_init(&stream, NULL, 0);
    stream_start(&stream, FIRST);
    assert_int_equal(put(5, 10), 0);
    assert_int_equal(put(0, 5), 10);
    assert_int_equal(stream.received, 10);
}

/* A capture that was cut short has the length, but not all the values. */
static void test_values_missing(void **state)
{
    (void)state;
    assert_int_equal(stream_put(&stream, FIRST, source, 4, 10), 10);
    assert_memory_equal(bytes, "0123\0\0", 6);
    put(0, 10);
    assert_false(stream.conflict);
    assert_true(stream.partial);
    assert_int_equal(stream_put(&stream, FIRST + 10, NULL, 0, 5), 5);
}

static void test_too_many_islands(void **state)
{
    (void)state;
    stream_init(&stream, NULL, 0);
    stream_start(&stream, FIRST);
    for (uint32_t i = 0; i <= STREAM_ISLANDS; i++)
        stream_put(&stream, FIRST + 10 + 2 * i, source, 1, 1);
    assert_int_equal(stream.islands, STREAM_ISLANDS);
    EXPECT_BLOCKS(1, 10 + 2 * STREAM_ISLANDS, 11 + 2 * STREAM_ISLANDS);
    /* The oldest is gone: filling up to it stops in front of it. */
    assert_int_equal(stream_put(&stream, FIRST, source, 10, 10), 10);
}

static void test_far_along(void **state)
{
    (void)state;
    /* Past 4 GiB "before the first byte" must not be mistaken. */
    stream.received = UINT64_C(1) << 32;
    stream.next = FIRST;
    assert_int_equal(stream_put(&stream, FIRST - 10, source, 15, 15), 5);
    assert_int_equal(stream.duplicate, 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_in_order, setup),
        cmocka_unit_test_setup(test_hole_is_filled, setup),
        cmocka_unit_test_setup(test_islands_most_recent_first, setup),
        cmocka_unit_test_setup(test_dsack_below, setup),
        cmocka_unit_test_setup(test_dsack_before_islands, setup),
        cmocka_unit_test_setup(test_conflict_keeps_the_first, setup),
        cmocka_unit_test_setup(test_conflict_in_an_island, setup),
        cmocka_unit_test_setup(test_before_the_first, setup),
        cmocka_unit_test_setup(test_beyond_the_buffer, setup),
        cmocka_unit_test_setup(test_no_buffer, setup),
        cmocka_unit_test_setup(test_values_missing, setup),
        cmocka_unit_test_setup(test_too_many_islands, setup),
        cmocka_unit_test_setup(test_far_along, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
