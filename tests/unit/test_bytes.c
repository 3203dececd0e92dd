/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bounded reader and writer: network order, nothing past the end, an error that sticks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"

static const uint8_t sample[15] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

static void test_read_network_order(void **state)
{
    (void)state;
    struct reader reader = reader_of(sample, sizeof sample);
    assert_int_equal(reader_left(&reader), 15);
    assert_int_equal(reader_u8(&reader), 0x01);
    assert_int_equal(reader_u16(&reader), 0x0203);
    assert_int_equal(reader_u32(&reader), 0x04050607);
    assert_true(reader_u64(&reader) == UINT64_C(0x08090a0b0c0d0e0f));
    assert_int_equal(reader_left(&reader), 0);
    assert_false(reader.bad);
}

static void test_read_past_the_end(void **state)
{
    (void)state;
    /* Each read, with every number of bytes missing. */
    static const size_t sizes[] = {1, 2, 4, 8};
    for (size_t s = 0; s < 4; s++) {
        for (size_t length = 0; length < sizes[s]; length++) {
            struct reader reader = reader_of(sample, length);
            uint64_t value = sizes[s] == 1   ? reader_u8(&reader)
                             : sizes[s] == 2 ? reader_u16(&reader)
                             : sizes[s] == 4 ? reader_u32(&reader)
                                             : reader_u64(&reader);
            assert_true(value == 0);
            assert_true(reader.bad);
            assert_int_equal(reader.at, 0);
            assert_int_equal(reader_left(&reader), 0);
        }
    }
}

static void test_read_error_sticks(void **state)
{
    (void)state;
    struct reader reader = reader_of(sample, 3);
    assert_int_equal(reader_u8(&reader), 1);
    assert_int_equal(reader_u32(&reader), 0);
    /* Two bytes would still be there. */
    assert_int_equal(reader_u8(&reader), 0);
    assert_null(reader_take(&reader, 1));
    assert_null(reader_take(&reader, 0));
    assert_int_equal(reader.at, 1);
    assert_true(reader.bad);
}

static void test_take_and_skip(void **state)
{
    (void)state;
    struct reader reader = reader_of(sample, sizeof sample);
    assert_ptr_equal(reader_take(&reader, 4), sample);
    reader_skip(&reader, 2);
    assert_ptr_equal(reader_take(&reader, 0), sample + 6);
    assert_ptr_equal(reader_take(&reader, 9), sample + 6);
    assert_false(reader.bad);
    reader_skip(&reader, 1);
    assert_true(reader.bad);
    assert_int_equal(reader.at, 15);
}

static void test_take_huge(void **state)
{
    (void)state;
    struct reader reader = reader_of(sample, sizeof sample);
    reader_skip(&reader, 5);
    assert_null(reader_take(&reader, SIZE_MAX)); /* 5 + SIZE_MAX wraps around to 4 */
    assert_true(reader.bad);
    assert_int_equal(reader.at, 5);
}

static void test_read_nothing(void **state)
{
    (void)state;
    struct reader reader = reader_of(NULL, 0);
    assert_non_null(reader_take(&reader, 0));
    assert_false(reader.bad);
    assert_int_equal(reader_u8(&reader), 0);
    assert_true(reader.bad);
}

static void test_write_network_order(void **state)
{
    (void)state;
    uint8_t bytes[20];
    struct writer writer = writer_of(bytes, sizeof bytes);
    writer_u8(&writer, 0x01);
    writer_u16(&writer, 0x0203);
    writer_u32(&writer, 0x04050607);
    writer_u64(&writer, UINT64_C(0x08090a0b0c0d0e0f));
    writer_put(&writer, "ab", 2);
    writer_fill(&writer, 0xee, 3);
    assert_false(writer.bad);
    assert_int_equal(writer.length, 20);
    assert_memory_equal(bytes, sample, 15);
    assert_memory_equal(bytes + 15, "ab\xee\xee\xee", 5);
}

static void test_write_past_the_end(void **state)
{
    (void)state;
    uint8_t bytes[4] = {9, 9, 9, 9};
    struct writer writer = writer_of(bytes, 3);
    writer_u8(&writer, 1);
    writer_u32(&writer, 0x02020202);
    assert_true(writer.bad);
    /* It would fit, but a hole would be in front of it. */
    writer_u8(&writer, 3);
    writer_put(&writer, "x", 1);
    writer_fill(&writer, 7, 1);
    assert_int_equal(writer.length, 1);
    assert_memory_equal(bytes, "\1\11\11\11", 4);
}

static void test_write_bounds(void **state)
{
    (void)state;
    uint8_t bytes[4] = {9, 9, 9, 9};
    struct writer writer = writer_of(bytes, 3);
    writer_fill(&writer, 1, 3);
    writer_put(&writer, NULL, 0);
    writer_fill(&writer, 1, 0);
    assert_false(writer.bad);
    writer_u8(&writer, 2);
    assert_true(writer.bad);
    assert_memory_equal(bytes, "\1\1\1\11", 4);

    writer = writer_of(bytes, 4);
    writer_u8(&writer, 5);
    writer_fill(&writer, 6, SIZE_MAX);
    assert_true(writer.bad);
    assert_memory_equal(bytes, "\5\1\1\11", 4);

    writer = writer_of(NULL, 0);
    assert_false(writer.bad);
    writer_u16(&writer, 2);
    assert_true(writer.bad);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read_network_order),  cmocka_unit_test(test_read_past_the_end),
        cmocka_unit_test(test_read_error_sticks),   cmocka_unit_test(test_take_and_skip),
        cmocka_unit_test(test_take_huge),           cmocka_unit_test(test_read_nothing),
        cmocka_unit_test(test_write_network_order), cmocka_unit_test(test_write_past_the_end),
        cmocka_unit_test(test_write_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
