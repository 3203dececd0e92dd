/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of net/replay_stamp: every resolution there can be, and ticks that no clock has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "net/replay_parts.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
#define BINARY          0x80
#define SECOND          INT64_C(1000000000)
#define MOST            REPLAY_TIME_MAX

static void test_values(void **state)
{
    static const struct {
        uint8_t resolution;
        int64_t unit_ns;
        uint64_t ticks;
        int64_t offset_s, ns;
    } rows[] = {
        {0, SECOND, 3, 0, 3 * SECOND},
        {0, SECOND, 3, -10, -7 * SECOND},
        {3, 1000000, 1700000000123, 0, INT64_C(1700000000123000000)},
        {6, 1000, 1700000000123456, 0, INT64_C(1700000000123456000)},
        {6, 1000, 1, 1700000000, INT64_C(1700000000000001000)},
        {9, 1, 1700000000123456789, 0, INT64_C(1700000000123456789)},
        {10, 0, 29, 0, 2},
        {12, 0, UINT64_C(1700000000123456), 0, 1700000000123},
        {19, 0, UINT64_MAX, 0, 1844674407},
        {28, 0, UINT64_MAX, 0, 1},
        {29, 0, UINT64_MAX, 0, 0},
        {127, 0, UINT64_MAX, 1, SECOND},
        {BINARY | 0, SECOND, 3, 0, 3 * SECOND},
        {BINARY | 1, SECOND / 2, 3, 0, 3 * SECOND / 2},
        {BINARY | 10, 976562, 1025, 0, SECOND + 976562},
        {BINARY | 20, 953, UINT64_C(1) << 50 | 1, 0, (INT64_C(1) << 30) * SECOND + 953},
        {BINARY | 30, 0, (UINT64_C(1) << 32) - 1, 0, 3999999999},
        {BINARY | 32, 0, UINT64_C(0x6553f100) << 32 | 0x80000000, 0, INT64_C(1700000000500000000)},
        {BINARY | 34, 0, (UINT64_C(1) << 34) - 1, 0, 999999999},
        {BINARY | 35, 0, (UINT64_C(1) << 35) - 1, 0, 999999999},
        {BINARY | 63, 0, UINT64_MAX, 0, 2 * SECOND - 1},
        {BINARY | 64, 0, UINT64_MAX, 0, 999999999},
        {BINARY | 65, 0, UINT64_MAX, 0, 499999999},
        {BINARY | 97, 0, UINT64_MAX, 0, 0},
        {BINARY | 98, 0, UINT64_MAX, 0, 0},
        {BINARY | 127, 0, UINT64_MAX, 0, 0},
        /* Beyond what is told. */
        {0, SECOND, UINT64_MAX, 0, MOST},
        {6, 1000, UINT64_MAX, 0, MOST},
        {6, 1000, UINT64_MAX, INT64_MAX, MOST},
        {6, 1000, UINT64_MAX, INT64_MIN, 0},
        {9, 1, UINT64_MAX, 0, MOST},
        {9, 1, (uint64_t)MOST, 0, MOST},
        {9, 1, (uint64_t)MOST - 1, 0, MOST - 1},
        {9, 1, 0, INT64_MIN, -MOST},
        {9, 1, 0, INT64_MAX, MOST},
        {9, 1, 5, 4611686018, INT64_C(4611686018000000005)},
        {9, 1, 5, 4611686019, MOST},
        {9, 1, SECOND, -4611686019, SECOND - MOST},
        {BINARY | 0, SECOND, UINT64_MAX, 0, MOST},
        {BINARY | 10, 976562, UINT64_MAX, -1, MOST - SECOND},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct stamp_unit unit = stamp_unit_of(rows[i].resolution, rows[i].offset_s);
        int64_t ns = stamp_ns(&unit, rows[i].ticks);

        if (ns != rows[i].ns || stamp_unit_ns(&unit) != rows[i].unit_ns)
            fail_msg("row %zu: %lld ns, a tick %lld ns", i, (long long)ns,
                     (long long)stamp_unit_ns(&unit));
    }
}

/* Whatever the file says, a later tick is never before an earlier one, and none is out of bounds.
 */
static void test_order(void **state)
{
    static const int64_t offsets[] = {0, 1, -1, 4611686018, -4611686019, INT64_MAX, INT64_MIN};

    (void)state;
    for (unsigned resolution = 0; resolution < 256; resolution++)
        for (size_t i = 0; i < COUNT_OF(offsets); i++) {
            struct stamp_unit unit = stamp_unit_of((uint8_t)resolution, offsets[i]);
            int64_t before = stamp_ns(&unit, 0);

            assert_true(before >= -REPLAY_TIME_MAX);
            assert_true(stamp_unit_ns(&unit) >= 0 && stamp_unit_ns(&unit) <= SECOND);
            for (unsigned shift = 0; shift < 64; shift++) {
                uint64_t ticks = UINT64_MAX >> (63 - shift);
                int64_t now = stamp_ns(&unit, ticks);
                assert_true(now >= before && now <= REPLAY_TIME_MAX);
                before = now;
            }
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
