/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bits of initial sequence numbers one by one: known sequences, the fair coin's figures, and few
 * numbers. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "isn_streams.h"
#include "stat/isn/lanes.h"

/* A sequence of bits in lane 0, its complement in lane 7. */
static struct isn_lanes lanes_of(const char *bits)
{
    uint32_t isns[256];
    struct isn_lanes lanes;
    size_t count = 0;

    for (; bits[count]; count++)
        isns[count] = bits[count] == '1' ? 1 : 1U << 7;
    isn_lanes_measure(isns, count, &lanes);
    assert_int_equal(lanes.count, count);
    return lanes;
}

static void test_known(void **state)
{
    (void)state;
    /* The example of SP 800-22, 2.10.8, and others that can be done by hand. */
    static const struct {
        const char *bits;
        size_t complexity, ones, transitions;
    } known[] = {
        {"1101011110001", 4, 8, 6},
        {"0000000000000", 0, 0, 0},
        {"1111111111111", 1, 13, 0},
        {"0101010101010", 2, 6, 12},
        {"1010101010101", 2, 7, 12},
        {"0000000000001", 13, 1, 1},
        {"1000000000000", 1, 1, 1},
        {"1001110100111010011101001110", 3, 16, 15},
        {"0", 0, 0, 0},
        {"1", 1, 1, 0},
    };

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        struct isn_lanes lanes = lanes_of(known[i].bits);

        assert_int_equal(lanes.lane[0].complexity, known[i].complexity);
        assert_int_equal(lanes.lane[0].ones, known[i].ones);
        assert_int_equal(lanes.lane[0].transitions, known[i].transitions);
        assert_int_equal(lanes.lane[7].ones, lanes.count - known[i].ones);
        assert_int_equal(lanes.lane[7].transitions, known[i].transitions);
        assert_int_equal(lanes.lane[31].complexity, 0);
    }
}

static void test_deviations(void **state)
{
    (void)state;
    struct isn_lanes lanes = lanes_of("1111111111111111");

    assert_float_equal(lanes.lane[0].ones_z, 4, 1e-12);
    assert_float_equal(lanes.lane[1].ones_z, -4, 1e-12);
    assert_float_equal(lanes.lane[0].transitions_z, -sqrt(15), 1e-12);
    lanes = lanes_of("0101010101010101");
    assert_float_equal(lanes.lane[0].ones_z, 0, 1e-12);
    assert_float_equal(lanes.lane[0].transitions_z, sqrt(15), 1e-12);
    lanes = lanes_of("1");
    assert_float_equal(lanes.lane[0].ones_z, 1, 1e-12);
    assert_true(isnan(lanes.lane[0].transitions_z));
    isn_lanes_measure(NULL, 0, &lanes);
    assert_true(isnan(lanes.lane[0].ones_z) && isnan(lanes.lane[0].transitions_z));
    assert_int_equal(lanes.count, 0);
}

/* All sequences of ten bits: as many of each complexity as Rueppel's formula says, and their mean
 * as SP 800-22 has it. */
static void test_every_sequence(void **state)
{
    (void)state;
    enum { LENGTH = 10 };
    size_t seen[LENGTH + 1] = {0}, sum = 0;
    struct isn_lanes lanes;

    for (uint32_t sequence = 0; sequence < 1U << LENGTH; sequence++) {
        uint32_t isns[LENGTH];

        for (unsigned i = 0; i < LENGTH; i++)
            isns[i] = sequence >> i & 1;
        isn_lanes_measure(isns, LENGTH, &lanes);
        assert_in_range(lanes.lane[0].complexity, 0, LENGTH);
        seen[lanes.lane[0].complexity]++;
        sum += lanes.lane[0].complexity;
    }
    assert_int_equal(seen[0], 1);
    for (unsigned length = 1; length <= LENGTH; length++)
        assert_int_equal(seen[length], length <= LENGTH / 2 ? 1U << (2 * length - 1)
                                                            : 1U << 2 * (LENGTH - length));
    assert_float_equal(lanes.expected, (double)sum / (1 << LENGTH), 1e-9);
}

static void test_streams(void **state)
{
    (void)state;
    static uint32_t isns[2 * ISN_LANES_MOST];
    struct isn_lanes lanes;

    /* Every bit of xorshift32 obeys the recurrence of its 32 bits of state. */
    isn_stream_values(isn_stream_find("xorshift32"), 7, 1000, isns);
    isn_lanes_measure(isns, 1000, &lanes);
    for (unsigned i = 0; i < ISN_LANES; i++)
        assert_int_equal(lanes.lane[i].complexity, 32);
    isn_stream_values(isn_stream_find("xorshift128"), 7, 1000, isns);
    isn_lanes_measure(isns, 1000, &lanes);
    for (unsigned i = 0; i < ISN_LANES; i++)
        assert_int_equal(lanes.lane[i].complexity, 128);
    /* The top bit is never 1. */
    isn_stream_values(isn_stream_find("rand31"), 7, 1000, isns);
    isn_lanes_measure(isns, 1000, &lanes);
    assert_int_equal(lanes.lane[31].ones, 0);
    assert_float_equal(lanes.lane[31].ones_z, -sqrt(1000), 1e-9);
    /* Of a cryptographic generator nothing stands out, and the rest of a long run is left alone. */
    isn_stream_values(isn_stream_find("random32"), 7, 2 * ISN_LANES_MOST, isns);
    isn_lanes_measure(isns, 2 * ISN_LANES_MOST, &lanes);
    assert_int_equal(lanes.count, ISN_LANES_MOST);
    for (unsigned i = 0; i < ISN_LANES; i++) {
        assert_true(fabs(lanes.lane[i].ones_z) < 5);
        assert_true(fabs(lanes.lane[i].transitions_z) < 5);
        assert_true(fabs((double)lanes.lane[i].complexity - lanes.expected) < 14);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known),
        cmocka_unit_test(test_deviations),
        cmocka_unit_test(test_every_sequence),
        cmocka_unit_test(test_streams),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
