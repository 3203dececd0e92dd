/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Axes: places and values are each other's reverse, ticks are round, in range and few, whatever the
 * range. */
#include <float.h>
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "report/plot_axis.h"

static void test_places(void **state)
{
    (void)state;
    const struct plot_axis axes[] = {
        {.scale = PLOT_SCALE_LINEAR, .from = -3, .to = 17},
        {.scale = PLOT_SCALE_LOG, .from = 0.02, .to = 500},
        {.scale = PLOT_SCALE_TAIL, .from = 0, .to = 99.95},
    };
    for (size_t i = 0; i < sizeof axes / sizeof axes[0]; i++) {
        assert_true(fabs(plot_axis_place(&axes[i], axes[i].from)) < 1e-9);
        assert_true(fabs(plot_axis_place(&axes[i], axes[i].to) - 1) < 1e-9);
        double before = -1;
        for (double place = 0; place <= 1; place += 0.05) {
            double value = plot_axis_value(&axes[i], place);
            double back = plot_axis_place(&axes[i], value);
            assert_true(fabs(back - place) < 1e-9);
            assert_true(back > before);
            before = back;
        }
        assert_true(isnan(plot_axis_place(&axes[i], NAN)));
    }
    assert_true(isnan(plot_axis_place(&axes[1], 0)));
    assert_true(isnan(plot_axis_place(&axes[1], -1)));
    assert_true(!isfinite(plot_axis_place(&axes[2], 100)));
    /* 90, 99 and 99.9 per cent are equally far apart. */
    double nine = plot_axis_place(&axes[2], 90);
    assert_true(fabs(plot_axis_place(&axes[2], 99) - 2 * nine) < 1e-9);
}

static void test_fit(void **state)
{
    (void)state;
    static const double ranges[][2] = {
        {0, 0},    {1, 1},       {0, 1},          {5, 5.001},   {1e-9, 1e-9},
        {1, 1e12}, {1e9, 1e9},   {0.001, 4e4},    {100, 101},   {DBL_MIN, 1},
        {3, 59},   {38.7, 38.7}, {1e-300, 1e300}, {1e15, 1e15},
    };
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        for (int scale = PLOT_SCALE_LINEAR; scale <= PLOT_SCALE_LOG; scale++) {
            double low = ranges[i][0], high = ranges[i][1];
            if (scale == PLOT_SCALE_LOG && low <= 0)
                continue;
            struct plot_axis axis = {.scale = (enum plot_scale)scale};
            plot_axis_fit(&axis, low, high);
            assert_true(axis.from < axis.to);
            assert_true(axis.from <= low && axis.to >= high);
            assert_true(scale == PLOT_SCALE_LINEAR || axis.from > 0);
            for (unsigned wanted = 0; wanted < 14; wanted++) {
                struct plot_tick ticks[PLOT_TICKS_MAX];
                size_t count = plot_axis_ticks(&axis, wanted, ticks), texts = 0;
                assert_true(count <= PLOT_TICKS_MAX);
                for (size_t j = 0; j < count; j++) {
                    double place = plot_axis_place(&axis, ticks[j].value);
                    assert_true(place > -0.001 && place < 1.001);
                    texts += ticks[j].text[0] != '\0';
                    assert_int_equal(ticks[j].minor, ticks[j].text[0] == '\0');
                    if (j > 0)
                        assert_true(ticks[j].value > ticks[j - 1].value);
                }
                assert_true(texts <= 2 * (wanted < 2 ? 2 : wanted) + 4);
                if (wanted >= 5)
                    if (texts < 2)
                        fail_msg("scale %d, %g to %g, %u wanted: %zu", scale, low, high, wanted,
                                 texts);
            }
        }
    }
}

/* The texts of an axis's ticks, with blanks between. */
static const char *shown(enum plot_scale scale, double from, double to, double unit,
                         unsigned wanted)
{
    static char text[1024];
    struct plot_tick ticks[PLOT_TICKS_MAX];
    struct plot_axis axis = {.scale = scale, .from = from, .to = to, .unit = unit};
    size_t count = plot_axis_ticks(&axis, wanted, ticks);
    text[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        if (ticks[i].text[0] && text[0])
            strcat(text, " ");
        strcat(text, ticks[i].text);
    }
    return text;
}

static void test_texts(void **state)
{
    (void)state;
    assert_string_equal(shown(PLOT_SCALE_LINEAR, 0, 10, 1, 5), "0 2 4 6 8 10");
    assert_string_equal(shown(PLOT_SCALE_LINEAR, -0.3, 0.3, 1, 3), "-0.2 0.0 0.2");
    assert_string_equal(shown(PLOT_SCALE_LINEAR, 0, 0.0004, 1e-3, 4), "0.0 0.1 0.2 0.3 0.4");
    assert_string_equal(shown(PLOT_SCALE_LINEAR, 0, 600, 60, 5), "0 2 4 6 8 10");
    assert_string_equal(shown(PLOT_SCALE_LINEAR, 11.9, 14.8, 1, 3), "12 13 14");
    assert_string_equal(shown(PLOT_SCALE_LOG, 1, 1000, 1, 4), "1 10 100 1000");
    assert_string_equal(shown(PLOT_SCALE_LOG, 0.5, 200, 1, 9), "0.5 1 2 5 10 20 50 100 200");
    assert_string_equal(shown(PLOT_SCALE_LOG, 1e-6, 1e6, 1, 7),
                        "0.000001 0.0001 0.01 1 100 10000 1000000");
    assert_string_equal(shown(PLOT_SCALE_TAIL, 0, 99.95, 1, 4), "0 50 90 95 99 99.9");
    assert_string_equal(shown(PLOT_SCALE_LINEAR, 1, 1, 1, 4), "");
    assert_string_equal(shown(PLOT_SCALE_LINEAR, 0, INFINITY, 1, 4), "");
    assert_string_equal(shown(PLOT_SCALE_LINEAR, NAN, 1, 1, 4), "");
}

static void test_numbers(void **state)
{
    (void)state;
    static const struct {
        double value;
        unsigned decimals;
        const char *text;
    } rows[] = {
        {0, 0, "0"},       {-0.0, 2, "0.00"},  {1.005, 1, "1.0"},     {-2.25, 1, "-2.3"},
        {0.07, 2, "0.07"}, {-0.01, 1, "0.0"},  {1e18, 0, "huge"},     {-1e18, 0, "-huge"},
        {NAN, 0, "?"},     {INFINITY, 0, "?"}, {123456, 0, "123456"},
    };
    /* A comma in the locale does not get in. */
    setlocale(LC_ALL, "de_DE.UTF-8");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[PLOT_TICK_TEXT];
        plot_number(rows[i].value, rows[i].decimals, text);
        assert_string_equal(text, rows[i].text);
    }
    setlocale(LC_ALL, "C");
}

static void test_units(void **state)
{
    (void)state;
    double unit;
    assert_string_equal(plot_unit_ms(0.04, &unit), "µs");
    assert_true(unit == 1e-3);
    assert_string_equal(plot_unit_ms(40, &unit), "ms");
    assert_true(unit == 1);
    assert_string_equal(plot_unit_ms(4000, &unit), "s");
    assert_true(unit == 1000);
    static const struct {
        double seconds, unit;
        const char *name;
    } rows[] = {
        {0.5, 1e-3, "ms"}, {1, 1, "s"},        {180, 1, "s"},
        {600, 60, "min"},  {86400, 3600, "h"}, {864000, 86400, "d"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_string_equal(plot_unit_s(rows[i].seconds, &unit), rows[i].name);
        assert_true(unit == rows[i].unit);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_places),  cmocka_unit_test(test_fit),   cmocka_unit_test(test_texts),
        cmocka_unit_test(test_numbers), cmocka_unit_test(test_units),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
