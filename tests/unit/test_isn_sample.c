/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of stat/isn/sample: the order of the rows, and which tuples are fixed and which vary. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "stat/isn/sample.h"

static void assert_indices(const size_t *indices, size_t count, const size_t *expected,
                           size_t expected_count)
{
    assert_int_equal(count, expected_count);
    assert_memory_equal(indices, expected, count * sizeof *expected);
}

#define INDICES(...) (const size_t[]){__VA_ARGS__}, sizeof(size_t[]){__VA_ARGS__} / sizeof(size_t)

#define SECOND INT64_C(1000000000)

static void test_order(void **state)
{
    static const struct isn_sample rows[] = {
        {.time = 30 * SECOND, .isn = 3, .port = 1},
        {.time = -5 * SECOND, .isn = 1, .port = 2, .gap = true},
        {.time = 30 * SECOND, .isn = 4, .port = 3},
        {.time = 7 * SECOND, .isn = 2, .port = 4, .mss = 536, .cseq = 9},
        {.time = 30 * SECOND, .isn = 5, .port = 5},
    };
    struct isn_samples samples;

    (void)state;
    assert_int_equal(isn_samples_make(rows, 5, true, &samples), 0);
    assert_true(samples.extended);
    assert_int_equal(samples.count, 5);
    /* Those of one time stay as they came. */
    for (uint32_t i = 0; i < 5; i++)
        assert_int_equal(samples.rows[i].isn, i + 1);
    assert_true(samples.rows[0].gap);
    assert_int_equal(samples.rows[1].mss, 536);
    assert_int_equal(samples.rows[1].cseq, 9);
    assert_int_equal(samples.fixed_count, 0);
    assert_indices(samples.varying, samples.varying_count, INDICES(0, 1, 2, 3, 4));
    isn_samples_release(&samples);
}

/* The noise of time stamps does not undo the order in which the answers came. */
static void test_noise(void **state)
{
    static const struct isn_sample rows[] = {
        {.time = SECOND + 5, .isn = 1}, {.time = 5, .isn = 2}, {.time = SECOND, .isn = 3}};
    struct isn_samples samples;

    (void)state;
    assert_int_equal(isn_samples_make(rows, 3, false, &samples), 0);
    for (uint32_t i = 0; i < 3; i++)
        assert_int_equal(samples.rows[i].isn, i + 1);
    isn_samples_release(&samples);
}

static void test_split(void **state)
{
    /* 40000 four times; 7 twice; 9 three times, so in neither; 40000 of another address once. */
    static const uint16_t ports[] = {7, 40000, 9, 40000, 40000, 9, 8, 40000, 9, 40000, 7};
    struct isn_sample rows[11];
    struct isn_samples samples;

    (void)state;
    for (size_t i = 0; i < 11; i++)
        rows[i] = (struct isn_sample){.time = (int64_t)i, .port = ports[i], .src = i == 7};
    assert_int_equal(isn_samples_make(rows, 11, false, &samples), 0);
    assert_false(samples.extended);
    assert_indices(samples.fixed, samples.fixed_count, INDICES(1, 3, 4, 9));
    assert_indices(samples.varying, samples.varying_count, INDICES(0, 6, 7, 10));
    isn_samples_release(&samples);
}

static void test_equally_often(void **state)
{
    static const uint16_t ports[] = {9, 8, 8, 9, 8, 9};
    struct isn_sample rows[6];
    struct isn_samples samples;

    (void)state;
    for (size_t i = 0; i < 6; i++)
        rows[i] = (struct isn_sample){.time = (int64_t)i, .port = ports[i]};
    assert_int_equal(isn_samples_make(rows, 6, false, &samples), 0);
    assert_indices(samples.fixed, samples.fixed_count, INDICES(0, 3, 5));
    assert_int_equal(samples.varying_count, 0);
    isn_samples_release(&samples);

    /* Two are not yet a series. */
    assert_int_equal(isn_samples_make(rows, 3, false, &samples), 0);
    assert_int_equal(samples.fixed_count, 0);
    assert_indices(samples.varying, samples.varying_count, INDICES(0, 1, 2));
    isn_samples_release(&samples);
}

static void test_none(void **state)
{
    struct isn_samples samples;
    static const struct isn_samples nothing;

    (void)state;
    assert_int_equal(isn_samples_make(NULL, 0, true, &samples), 0);
    assert_int_equal(samples.count, 0);
    assert_int_equal(samples.fixed_count, 0);
    assert_int_equal(samples.varying_count, 0);
    isn_samples_release(&samples);
    assert_memory_equal(&samples, &nothing, sizeof samples);
}

static void test_wrap(void **state)
{
    (void)state;
    assert_int_equal(isn_wrap(5, 7), 2);
    assert_int_equal(isn_wrap(7, 5), -2);
    assert_int_equal(isn_wrap(UINT32_MAX, 1), 2);
    assert_int_equal(isn_wrap(1, UINT32_MAX), -2);
    assert_int_equal(isn_wrap(0, 0x80000000), INT32_MIN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_noise),         cmocka_unit_test(test_split),
        cmocka_unit_test(test_equally_often), cmocka_unit_test(test_none),
        cmocka_unit_test(test_wrap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
