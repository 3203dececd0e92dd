/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of stat/isn/periodogram: clocks and noise against closed forms. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "isn_streams.h"
#include "stat/isn/periodogram.h"

enum { COUNT = 256 };

static double times[COUNT];
static uint32_t isns[COUNT];

/* Irregular times, so that no other rate does as well. */
static void fill(double rate, double spread)
{
    for (size_t i = 0; i < COUNT; i++) {
        times[i] = (double)i * 0.05 + 0.01 * fmod((double)i * 0.618034, 1);
        isns[i] =
            (uint32_t)(int64_t)(rate * times[i] + spread * (fmod((double)i * 0.414214, 1) - 0.5));
    }
}

static void test_clocks(void **state)
{
    static const double rates[] = {1e6, 15625000, 1e9, 3.3e9};

    (void)state;
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        struct isn_peak peaks[2];

        fill(rates[i], 0);
        assert_int_equal(isn_periodogram(times, isns, COUNT, false, 2, peaks), 2);
        /* All point the same way: R is 1. */
        assert_true(fabs(peaks[0].power - COUNT) < 0.01);
        /* A hundredth of the resolution, 2^32 / 12.75 s. */
        assert_true(fabs(peaks[0].rate - rates[i]) < 3.4e6);
        assert_true(peaks[1].power < 0.5 * COUNT);
        /* As many cells as the grid has eighths. */
        assert_true(fabs(peaks[0].log10_p -
                         (log10(4.3e9 / (0x1p32 / times[COUNT - 1])) - COUNT / M_LN10)) < 0.1);
    }
}

/* Spread evenly over a part of the circle: R is sin(x) / x, x half of that part. */
static void test_spread(void **state)
{
    struct isn_peak peak;

    (void)state;
    fill(15625000, 0x1p31);
    assert_int_equal(isn_periodogram(times, isns, COUNT, false, 1, &peak), 1);
    assert_true(fabs(peak.power / COUNT - 4 / (M_PI * M_PI)) < 0.03);
}

/* Differences of a clock: they lie at 0 when it is taken off, so that half the circle tells more.
 */
static void test_centred(void **state)
{
    struct isn_peak peak;

    (void)state;
    fill(1e9, 0);
    assert_int_equal(isn_periodogram(times, isns, COUNT, true, 1, &peak), 1);
    assert_true(fabs(peak.rate - 1e9) < 3.4e6);
    assert_true(fabs(peak.power - COUNT) < 0.01);
    /* All of them opposite to it: no clock at that rate. */
    for (size_t i = 0; i < COUNT; i++)
        isns[i] += 1u << 31;
    isn_periodogram(times, isns, COUNT, true, 1, &peak);
    assert_true(fabs(peak.rate - 1e9) > 3.4e6 && peak.power < 0.5 * COUNT);
}

static void test_noise(void **state)
{
    (void)state;
    fill(0, 0);
    for (uint64_t seed = 0; seed < 40; seed++) {
        struct isn_peak peak;

        isn_stream_values(isn_stream_find("random32"), seed, COUNT, isns);
        assert_int_equal(isn_periodogram(times, isns, COUNT, seed & 1, 1, &peak), 1);
        assert_true(peak.power > 0 && peak.log10_p > -4);
    }
}

static void test_few(void **state)
{
    static const double same[] = {1, 1};
    struct isn_peak peak;

    (void)state;
    assert_int_equal(isn_periodogram(times, isns, 0, false, 1, &peak), 0);
    assert_int_equal(isn_periodogram(same, isns, 2, false, 1, &peak), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clocks),  cmocka_unit_test(test_spread),
        cmocka_unit_test(test_centred), cmocka_unit_test(test_noise),
        cmocka_unit_test(test_few),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
