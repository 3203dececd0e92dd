/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the picture of an audit shows: the axis of time, what is taken off the numbers, back ends,
 * ranges, and what is picked out of very many. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "report/isn_plot_parts.h"

#define SECOND INT64_C(1000000000)
#define START  (INT64_C(1770000000) * SECOND)

static void test_times(void **state)
{
    (void)state;
    struct isn_sample rows[6];
    struct isn_samples samples = {.rows = rows, .count = 6};
    static const int64_t seconds[] = {0, 1, 2, 82, 83, 84};
    struct isn_plot_pause pauses[ISN_PLOT_PAUSES];
    double times[6];

    for (size_t i = 0; i < 6; i++)
        rows[i] = (struct isn_sample){.time = START + seconds[i] * SECOND};
    /* Of the 80 s there are 7 % of the other four seconds left. */
    assert_int_equal(isn_plot_times(&samples, times, pauses), 1);
    assert_float_equal(pauses[0].seconds, 80, 1e-9);
    assert_float_equal(times[2], 2, 1e-9);
    assert_float_equal(times[3], 2.28, 1e-9);
    assert_float_equal(times[5], 4.28, 1e-9);
    assert_float_equal(pauses[0].at, 2.14, 1e-9);
    /* A pause of four seconds is none, and neither is one of many alike. */
    rows[3].time = START + 6 * SECOND;
    rows[4].time = START + 7 * SECOND;
    rows[5].time = START + 8 * SECOND;
    assert_int_equal(isn_plot_times(&samples, times, pauses), 0);
    assert_float_equal(times[5], 8, 1e-9);
    samples.count = 0;
    assert_int_equal(isn_plot_times(&samples, times, pauses), 0);
    /* Nothing but pauses: no more of them than there is room for. */
    samples.count = 6;
    for (size_t i = 0; i < 6; i++)
        rows[i].time = START + (int64_t)i * 1000 * SECOND;
    assert_int_equal(isn_plot_times(&samples, times, pauses), ISN_PLOT_PAUSES);
    for (size_t i = 1; i < 6; i++)
        assert_true(times[i] > times[i - 1]);
}

static void test_less(void **state)
{
    (void)state;
    struct isn_sample rows[] = {
        {.time = START, .isn = 10, .cseq = 7},
        {.time = START + 2 * SECOND, .isn = 510, .cseq = 11},
        {.time = START + 100 * SECOND, .isn = 3, .cseq = 4000000000U},
    };
    struct isn_samples samples = {.rows = rows, .count = 3};
    struct isn_plot_model model = {0};

    assert_float_equal(isn_plot_less(&samples, &model, 1), 510, 1e-6);
    model.rate = 250;
    assert_float_equal(isn_plot_less(&samples, &model, 1), 10, 1e-6);
    model.each = 4;
    assert_float_equal(isn_plot_less(&samples, &model, 1), 6, 1e-6);
    /* Below 0 it goes on at the top, and the clock may have gone round. */
    model = (struct isn_plot_model){.rate = 1e9};
    assert_float_equal(isn_plot_less(&samples, &model, 2),
                       fmod(3 - 1e11, ISN_PLOT_NUMBERS) + ISN_PLOT_NUMBERS, 1e-3);
    model = (struct isn_plot_model){.cseq = true};
    assert_float_equal(isn_plot_less(&samples, &model, 0), 3, 1e-6);
    assert_float_equal(isn_plot_less(&samples, &model, 2), 294967299, 1e-6);
    rows[2].port = 65535;
    model = (struct isn_plot_model){.port = 2654435761U};
    assert_float_equal(isn_plot_less(&samples, &model, 2), (3 - 2654435761U * 65535U), 1e-6);
}

static void test_model(void **state)
{
    (void)state;
    struct isn_audit audit = {.class = ISN_CLASS_CLOCK_COUNTER,
                              .clock = {.found = true, .rate = 128000},
                              .connection = {.found = true, .k = 64000}};
    struct isn_plot_model model = isn_plot_model(&audit);

    assert_true(model.rate == 128000 && model.each == 64000 && model.shared && !model.apart);
    audit.class = ISN_CLASS_RFC6528;
    model = isn_plot_model(&audit);
    assert_true(model.rate == 128000 && model.each == 0 && !model.shared && model.apart);
    audit.class = ISN_CLASS_COUNTER;
    audit.clock.found = false;
    audit.increment.found = true;
    audit.increment.step = 7;
    model = isn_plot_model(&audit);
    assert_true(model.rate == 0 && model.each == 7 && model.shared);
    audit.class = ISN_CLASS_SYN_COOKIE_LINUX;
    assert_true(isn_plot_model(&audit).cseq);
    /* What is not known is not taken off. */
    audit.class = ISN_CLASS_CLOCK_COUNTER;
    audit.connection.k = (double)NAN;
    audit.clock = (struct isn_clock){.found = true, .rate = (double)INFINITY};
    model = isn_plot_model(&audit);
    assert_true(model.rate == 0 && model.each == 0);
}

static void test_circle(void **state)
{
    (void)state;
    static const double around[] = {4294967290.0, 5, 4294967295.0, 1, 0};
    double middle, low, high;

    assert_true(isn_plot_middle(around, 5, &middle));
    assert_float_equal(middle, 0, 1e-9);
    assert_float_equal(isn_plot_wrap(4294967290.0, 1), -7, 1e-9);
    assert_float_equal(isn_plot_wrap(1, 4294967290.0), 7, 1e-9);
    assert_false(isn_plot_middle(around, 0, &middle));
    assert_false(isn_plot_range(around, 0, &low, &high));
    assert_true(isn_plot_range(around, 5, &low, &high));
    assert_true(low == 0 && high == 4294967295.0);
    /* Of many the farthest are left out. */
    double many[1000];
    for (size_t i = 0; i < 1000; i++)
        many[i] = i == 500 ? 1e9 : (double)(i % 10);
    assert_true(isn_plot_range(many, 1000, &low, &high));
    assert_true(low == 0 && high == 9);
}

static void test_backends(void **state)
{
    (void)state;
    struct isn_audit audit = {.backend_count = 2,
                              .backends = {{.offset = 4294967000U}, {.offset = 2000000000}}};

    assert_int_equal(isn_plot_backend(&audit, 100), 0);
    assert_int_equal(isn_plot_backend(&audit, 4294966000.0), 0);
    assert_int_equal(isn_plot_backend(&audit, 2000000100), 1);
    assert_int_equal(isn_plot_backend(&audit, 1000000000), 2);
    audit.backend_count = 0;
    assert_int_equal(isn_plot_backend(&audit, 0), 0);
}

static void test_picked(void **state)
{
    (void)state;
    static bool seen[100000];
    static const size_t counts[] = {1, 1500, 1501, 2999, 3000, 65537, 100000};

    for (size_t k = 0; k < sizeof counts / sizeof counts[0]; k++) {
        size_t count = counts[k], wanted = count < 1500 ? count : 1500, before = 0;

        for (size_t i = 0; i < count; i++)
            seen[i] = false;
        for (size_t i = 0; i < wanted; i++) {
            size_t at = isn_plot_pick(i, wanted, count);

            assert_true(at < count && !seen[at] && (i == 0 || at > before));
            seen[at] = true;
            before = at;
        }
    }
    /* Not in equal steps: of samples that take turns both kinds are seen. */
    size_t odd = 0;
    for (size_t i = 0; i < 1500; i++)
        odd += isn_plot_pick(i, 1500, 60000) % 2;
    assert_in_range(odd, 600, 900);
}

static void test_sizes(void **state)
{
    (void)state;
    struct isn_sample rows[] = {{.isn = 5}, {.isn = 5}, {.isn = 6}, {.isn = 4}, {.isn = 3}};
    struct isn_samples samples = {.rows = rows, .count = 5};
    static const size_t some[] = {0, 2, 4};
    double shares[ISN_PLOT_SIZES];

    assert_int_equal(isn_plot_sizes(&samples, NULL, 5, shares), 4);
    assert_float_equal(shares[0], 0.25, 1e-12); /* 0 */
    assert_float_equal(shares[1], 0.25, 1e-12); /* 1 */
    assert_float_equal(shares[32], 0.5, 1e-12); /* downwards: nearly 2^32 */
    assert_int_equal(isn_plot_sizes(&samples, some, 3, shares), 2);
    assert_float_equal(shares[1], 0.5, 1e-12);
    assert_float_equal(shares[32], 0.5, 1e-12);
    assert_int_equal(isn_plot_sizes(&samples, NULL, 1, shares), 0);
    assert_int_equal(isn_plot_sizes(&samples, NULL, 0, shares), 0);
    assert_true(shares[0] == 0);
}

static void test_various(void **state)
{
    (void)state;
    struct isn_sample rows[9] = {{0}};
    static const uint16_t ports[9] = {1, 2, 1, 3, 1, 2, 2, 1, 2};
    struct isn_samples samples;
    size_t various[9];

    for (size_t i = 0; i < 9; i++)
        rows[i] = (struct isn_sample){.time = START + (int64_t)i, .port = ports[i]};
    assert_int_equal(isn_samples_make(rows, 9, false, &samples), 0);
    /* The fixed tuple is of one of the ports that were used four times; the other one counts. */
    assert_int_equal(samples.fixed_count, 4);
    assert_int_equal(samples.varying_count, 1);
    assert_int_equal(isn_plot_various(&samples, various), 5);
    for (size_t i = 0; i < 5; i++)
        assert_true(ports[various[i]] != ports[samples.fixed[0]]);
    isn_samples_release(&samples);
    for (size_t i = 0; i < 9; i++)
        rows[i].port = (uint16_t)(i < 3 ? 1 : 10 + i);
    assert_int_equal(isn_samples_make(rows, 9, false, &samples), 0);
    assert_int_equal(isn_plot_various(&samples, various), 6);
    assert_int_equal(various[0], 3);
    isn_samples_release(&samples);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_times),    cmocka_unit_test(test_less),
        cmocka_unit_test(test_model),    cmocka_unit_test(test_circle),
        cmocka_unit_test(test_backends), cmocka_unit_test(test_picked),
        cmocka_unit_test(test_sizes),    cmocka_unit_test(test_various),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
