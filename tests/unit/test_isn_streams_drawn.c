/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests that what made-up servers draw follows its recurrence, is as narrow as said, or is good. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "isn_streams.h"

enum { COUNT = 2048 };

static uint32_t values[COUNT];

static void draw(const char *name)
{
    isn_stream_values(isn_stream_find(name), 31, COUNT, values);
}

static void test_congruential(void **state)
{
    static const struct {
        const char *name;
        uint64_t factor, addend, modulus;
    } servers[] = {
        {"lcg32", 1664525, 1013904223, UINT64_C(1) << 32},
        {"lcg31", 1103515245, 12345, UINT64_C(1) << 31},
        {"minstd", 16807, 0, 0x7fffffff},
    };

    (void)state;
    for (size_t i = 0; i < sizeof servers / sizeof *servers; i++) {
        draw(servers[i].name);
        for (size_t k = 1; k < COUNT; k++)
            assert_int_equal(values[k], (values[k - 1] * servers[i].factor + servers[i].addend) %
                                            servers[i].modulus);
    }
}

/* What is left of the recurrence is its clock, upside down. */
static void test_picotcp(void **state)
{
    (void)state;
    draw("picotcp");
    uint32_t first = ~((1664525 * values[0] + 1013904223) ^ values[1]);

    for (uint32_t k = 1; k < COUNT; k++) {
        uint32_t ms = ~((1664525 * values[k - 1] + 1013904223) ^ values[k]);

        /* 80 us each. */
        assert_true(fabs(ms - first - (k - 1) * 0.08) <= 1.01);
    }
}

/* The hidden low bits of a congruential state, tried one after the other. */
static bool continues(uint64_t start, uint64_t (*step)(uint64_t), unsigned steps, uint64_t mask,
                      unsigned shift, uint32_t expected)
{
    for (unsigned i = 0; i < steps; i++)
        start = step(start);
    return (start & mask) >> shift == (expected & mask >> shift);
}

static uint64_t step_drand48(uint64_t state)
{
    return (UINT64_C(0x5deece66d) * state + 11) & UINT64_C(0xffffffffffff);
}

static uint64_t step_msvc(uint64_t state)
{
    return (uint32_t)(214013 * state + 2531011);
}

static uint64_t step_ansi(uint64_t state)
{
    return (uint32_t)(1103515245 * state + 12345);
}

static void test_hidden_bits(void **state)
{
    unsigned drand48 = 0, msvc = 0, ansi = 0;

    (void)state;
    draw("drand48");
    for (uint64_t low = 0; low < 1 << 16; low++)
        drand48 += continues((uint64_t)values[0] << 16 | low, step_drand48, 1,
                             UINT64_C(0xffffffff0000), 16, values[1]);
    assert_int_equal(drand48, 1);

    /* Its first part is the state's bits 16 … 30 after one step; two more give the other parts. */
    draw("msvc");
    for (uint64_t low = 0; low < 1 << 16; low++) {
        uint64_t first = (uint64_t)values[0] >> 17 << 16 | low;

        msvc += continues(first, step_msvc, 1, 0x7fff0000, 16, values[0] >> 2 & 0x7fff) &&
                continues(first, step_msvc, 3, 0x7fff0000, 16, values[1] >> 17) &&
                continues(first, step_msvc, 4, 0x7fff0000, 16, values[1] >> 2 & 0x7fff);
    }
    assert_int_equal(msvc, 1);

    draw("rand_r");
    for (uint64_t low = 0; low < 1 << 16; low++) {
        uint64_t first = (uint64_t)values[0] >> 20 << 16 | low;

        ansi += continues(first, step_ansi, 1, 0x03ff0000, 16, values[0] >> 10 & 0x3ff) &&
                continues(first, step_ansi, 2, 0x03ff0000, 16, values[0] & 0x3ff) &&
                continues(first, step_ansi, 3, 0x07ff0000, 16, values[1] >> 20);
    }
    assert_int_equal(ansi, 1);
}

static void test_additive(void **state)
{
    (void)state;
    draw("glibc");
    for (size_t k = 31; k < COUNT; k++) {
        uint32_t carry = (values[k] - values[k - 3] - values[k - 31]) & 0x7fffffff;

        assert_true(carry <= 1);
    }
}

static void test_linear(void **state)
{
    (void)state;
    draw("xorshift32");
    for (size_t k = 1; k < COUNT; k++) {
        uint32_t x = values[k - 1];

        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
        assert_int_equal(values[k], x);
    }

    draw("xorshift128");
    for (size_t k = 4; k < COUNT; k++) {
        uint32_t x = values[k - 4], w = values[k - 1];

        x ^= x << 11;
        assert_int_equal(values[k], w ^ w >> 19 ^ x ^ x >> 8);
    }
}

/* The shortest shift register that makes bit `lane` of the first 512 (Massey, IEEE IT-15, 1969). */
static size_t complexity(unsigned lane)
{
    enum { BITS = 512 };
    bool now[BITS + 1] = {true}, before[BITS + 1] = {true};
    size_t length = 0, since = 1;

    for (size_t n = 0; n < BITS; n++, since++) {
        bool kept[BITS + 1], odd = false;

        for (size_t i = 0; i <= length; i++)
            odd ^= now[i] && (values[n - i] >> lane & 1);
        if (!odd)
            continue;
        memcpy(kept, now, sizeof kept);
        for (size_t i = 0; i + since <= BITS; i++)
            now[i + since] ^= before[i];
        if (2 * length <= n) {
            length = n + 1 - length;
            memcpy(before, kept, sizeof before);
            since = 0;
        }
    }
    return length;
}

static void test_complexity(void **state)
{
    static const struct {
        const char *name;
        size_t low, high;
    } servers[] = {
        {"xorshift32", 32, 32},
        {"mchp_lfsr", 32, 32},
        {"xorshift128", 128, 128},
        /* Half the bits, almost exactly, is what no register explains. */
        {"random32", 248, 264},
        {"smoltcp", 248, 264},
        {"linux64ns", 248, 264},
    };

    (void)state;
    for (size_t i = 0; i < sizeof servers / sizeof *servers; i++) {
        draw(servers[i].name);
        for (unsigned lane = 0; lane < 32; lane += 8)
            assert_in_range(complexity(lane), servers[i].low, servers[i].high);
    }
}

static uint32_t untemper(uint32_t y)
{
    uint32_t low;

    y ^= y >> 18;
    y ^= y << 15 & 0xefc60000;
    low = y;
    for (int i = 0; i < 5; i++)
        low = y ^ (low << 7 & 0x9d2c5680);
    y = low;
    for (int i = 0; i < 3; i++)
        low = y ^ low >> 11;
    return low;
}

static void test_twister(void **state)
{
    (void)state;
    draw("mt19937");
    for (size_t k = 0; k < COUNT; k++)
        values[k] = untemper(values[k]);
    for (size_t k = 0; k + 624 < COUNT; k++) {
        uint32_t joined = (values[k] & 0x80000000) | (values[k + 1] & 0x7fffffff);

        assert_int_equal(values[k + 624],
                         values[k + 397] ^ joined >> 1 ^ (joined & 1 ? 0x9908b0df : 0));
    }
}

static int compare_values(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

static size_t distinct(void)
{
    size_t count = 1;

    qsort(values, COUNT, sizeof values[0], compare_values);
    for (size_t k = 1; k < COUNT; k++)
        count += values[k] != values[k - 1];
    return count;
}

static void test_narrow(void **state)
{
    (void)state;
    draw("stuck16");
    for (size_t k = 0; k < COUNT; k++)
        assert_int_equal(values[k] & 0xffff, 0);
    /* 2048 of 65536: 31.5 repeated, give or take. */
    assert_in_range(distinct(), COUNT - 65, COUNT - 5);

    draw("pool4096");
    /* 4096 (1 - e^(-1/2)). */
    assert_in_range(distinct(), 1540, 1690);

    draw("rand31");
    for (size_t k = 0; k < COUNT; k++)
        assert_int_equal(values[k] >> 31, 0);

    draw("netbsd24");
    for (size_t k = 1; k < COUNT; k++) {
        uint32_t step = (values[k] >> 24) - (values[k - 1] >> 24);

        assert_in_range(step & 0xff, 1, 2);
    }

    draw("bias60");
    size_t ones = 0;

    for (size_t k = 0; k < COUNT; k++)
        ones += values[k] >> 31;
    assert_in_range(ones, 1224, 1438);
}

/* Bits, and pairs of neighbours, as coins would have them: six deviations. */
static void test_good(void **state)
{
    static const char *const names[] = {"random32", "linux64ns", "smoltcp", "lb3_bsd"};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        draw(names[i]);
        for (unsigned bit = 0; bit < 32; bit++) {
            double ones = 0, changes = 0;

            for (size_t k = 0; k < COUNT; k++) {
                ones += values[k] >> bit & 1;
                changes += k > 0 && ((values[k] ^ values[k - 1]) >> bit & 1);
            }
            if (fabs(ones - COUNT / 2) > 6 * sqrt(COUNT) / 2 ||
                fabs(changes - COUNT / 2) > 6 * sqrt(COUNT) / 2)
                fail_msg("%s: bit %u: %g %g", names[i], bit, ones, changes);
        }
        assert_true(distinct() >= COUNT - 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_congruential), cmocka_unit_test(test_picotcp),
        cmocka_unit_test(test_hidden_bits),  cmocka_unit_test(test_additive),
        cmocka_unit_test(test_linear),       cmocka_unit_test(test_complexity),
        cmocka_unit_test(test_twister),      cmocka_unit_test(test_narrow),
        cmocka_unit_test(test_good),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
