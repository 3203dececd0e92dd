/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of stat/isn/tuple, connection: formulas that are known, widths that are known, and noise.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

#include "isn_streams_parts.h"
#include "stat/isn/connection.h"
#include "stat/isn/tuple.h"

enum { COUNT = 120 };

static uint16_t port_list[COUNT];
static uint32_t values[COUNT];
static const struct isn_ports ports = {COUNT, port_list, values};
static struct isn_noise noise;

/* Ports in threes, d apart, and in fours, two bits apart; none twice. */
static void fill_ports(void)
{
    noise.state = 11;
    for (size_t i = 0; i < COUNT; i++) {
        uint16_t group = (uint16_t)(i / 4), k = (uint16_t)(i % 4),
                 first = (uint16_t)(1024 + 521 * group);

        if (group % 2)
            port_list[i] = (uint16_t)((first & ~5u) | (k & 1u) | (k & 2u) << 1);
        else
            port_list[i] = (uint16_t)(first + k * (1 + group % 7));
    }
}

static uint32_t jitter(uint32_t reach)
{
    return (uint32_t)isn_noise_between(&noise, 0, 2 * (uint64_t)reach) - reach;
}

static void fill_random(void)
{
    for (size_t i = 0; i < COUNT; i++)
        values[i] = (uint32_t)isn_noise_next(&noise);
}

static void fill_crc(uint32_t level, uint32_t reach)
{
    for (size_t i = 0; i < COUNT; i++) {
        uint8_t tuple[] = {10, 0, (uint8_t)(port_list[i] >> 8), (uint8_t)port_list[i], 1, 187};

        values[i] = (isn_crc32(tuple, sizeof tuple) ^ 0xdeadbeef) + level + jitter(reach);
    }
}

static void test_affine(void **state)
{
    struct isn_formula formula;
    uint32_t a, b;

    (void)state;
    fill_ports();
    for (size_t i = 0; i < COUNT; i++)
        values[i] = port_list[i] * 2654435762u + 99;
    formula = isn_ports_affine(&ports, &a, &b);
    assert_true(formula.found && a == 2654435762u && b == 99);
    assert_int_equal(formula.checked, COUNT - 2);
    assert_int_equal(formula.hits, COUNT - 2);
    assert_true(fabs(formula.log10_p + (COUNT - 2) * log10(0x1p32)) < 1e-6);

    /* A third of another address. */
    for (size_t i = 0; i < COUNT; i += 3)
        values[i] += 0x1000000;
    assert_true(isn_ports_affine(&ports, &a, &b).found && a == 2654435762u && b == 99);

    fill_random();
    assert_false(isn_ports_affine(&ports, &a, &b).found);
    /* One value for all is none. */
    for (size_t i = 0; i < COUNT; i++)
        values[i] = 5;
    assert_false(isn_ports_affine(&ports, &a, &b).found);
}

static void test_linear(void **state)
{
    struct isn_linear linear;
    struct isn_formula formula;
    uint32_t value;

    (void)state;
    fill_ports();
    fill_crc(0, 0);
    formula = isn_ports_linear(&ports, &linear);
    assert_true(formula.found && formula.hits == formula.checked);
    assert_int_equal(formula.checked, COUNT - linear.rank);
    for (size_t i = 0; i < COUNT; i++)
        assert_true(isn_linear_value(&linear, port_list[i], &value) && value == values[i]);

    /* Some of another address, whose values differ by a constant. */
    for (size_t i = 0; i < COUNT; i += 9)
        values[i] ^= 0x1234567;
    assert_true(isn_ports_linear(&ports, &linear).found);

    fill_random();
    assert_false(isn_ports_linear(&ports, &linear).found);
    /* Affine modulo 2^32 is not linear over GF(2): it carries. */
    for (size_t i = 0; i < COUNT; i++)
        values[i] = port_list[i] * 2654435761u + 99;
    assert_false(isn_ports_linear(&ports, &linear).found);
}

/* A CRC with a number added to it, from an address now and then that has another CRC. */
static void test_linear_sum(void **state)
{
    static const uint32_t levels[] = {1, 0x80000000, 0xfedcba98, 0x7fffffff};
    struct isn_linear linear;
    uint32_t added, value;

    (void)state;
    fill_ports();
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        fill_crc(levels[i], 0);
        for (size_t k = COUNT / 2; k < COUNT; k += 9)
            values[k] ^= 0x1234567;
        assert_true(isn_ports_linear_sum(&ports, &linear, &added).found);
        for (size_t k = 0; k < COUNT / 2; k++)
            assert_true(isn_linear_value(&linear, port_list[k], &value) &&
                        value + added == values[k]);
    }
    for (int i = 0; i < 100; i++) {
        fill_random();
        assert_false(isn_ports_linear_sum(&ports, &linear, &added).found);
    }
    /* The lowest bit alone is linear here. */
    for (size_t i = 0; i < COUNT; i++)
        values[i] = port_list[i] * 2654435761u + 99;
    assert_false(isn_ports_linear_sum(&ports, &linear, &added).found);
}

/* Through noise, on levels that begin between the steps. */
static void test_linear_top(void **state)
{
    static const uint32_t levels[] = {0, 0x100000, 0xfedcba98};
    unsigned rank;

    (void)state;
    fill_ports();
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        fill_crc(levels[i], 100000);
        assert_true(isn_ports_linear_top(&ports, &rank).found);
        assert_in_range(rank, 10, 17);
    }
    for (int i = 0; i < 10; i++) {
        fill_random();
        assert_false(isn_ports_linear_top(&ports, &rank).found);
    }
}

static void test_additive(void **state)
{
    struct isn_formula formula;
    uint32_t a, b;

    (void)state;
    fill_ports();
    for (size_t i = 0; i < COUNT; i++)
        values[i] = port_list[i] * 2654435761u + 99 + jitter(2000);
    assert_int_equal(isn_ports_additive(&ports, 8000, 0x1p32, &formula), 0);
    /* Fifteen groups of four with two triples each, fifteen of two bits. */
    assert_true(formula.found && formula.hits == formula.checked && formula.checked >= 45);
    assert_true(fabs(formula.log10_p - (double)formula.hits * log10(16001 / 0x1p32)) < 1e-6);
    assert_int_equal(isn_ports_slope(&ports, &a, &b), 0);
    assert_int_equal(a, 2654435761u);
    assert_true(labs((long)(int32_t)(b - 99)) <= 2000);

    fill_random();
    assert_int_equal(isn_ports_additive(&ports, 8000, 0x1p32, &formula), 0);
    assert_true(!formula.found && formula.hits == 0);
    /* Values that all lie close together meet by chance. */
    for (size_t i = 0; i < COUNT; i++)
        values[i] &= 0xffff;
    assert_int_equal(isn_ports_additive(&ports, 40000, 0x1p16, &formula), 0);
    assert_true(formula.hits > 20 && !formula.found);
}

static void test_binomial(void **state)
{
    static const struct {
        unsigned n, k;
        double p;
    } rows[] = {{20, 10, 0.1}, {200, 20, 0.01}, {1000, 700, 0.5}, {64, 64, 0.125}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double bound = isn_binomial_log10_p(rows[i].n, rows[i].k, rows[i].p);
        double exact = log10(gsl_cdf_binomial_Q(rows[i].k - 1, rows[i].p, rows[i].n));

        assert_true(bound >= exact - 1e-9 && bound < exact + log10(2 * sqrt(rows[i].n)));
    }
    assert_true(isn_binomial_log10_p(100, 10, 0.2) == 0);
    assert_true(isn_binomial_log10_p(0, 0, 0.2) == 0);
}

static void test_width(void **state)
{
    static const int widths[] = {8, 16, 24, 28, 31, 32};
    struct isn_width width;

    (void)state;
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        /* Evenly over the width, and across 2^32. */
        for (uint32_t k = 0; k < COUNT; k++)
            values[k] = 0xfffffff0u + (uint32_t)(uint64_t)((k + 0.5) * exp2(widths[i]) / COUNT);
        width = isn_values_width(values, COUNT, 0);
        if (fabs(width.bits - widths[i]) > 0.05)
            fail_msg("%d: %g bits", widths[i], width.bits);
        assert_true(fabs(width.arc / (0.95 * exp2(widths[i])) - 1) < 0.05);
        assert_true((width.log10_p < -9) == (widths[i] < 32));
    }
    assert_true(width.uniform_p > 0.99);
    assert_true(isnan(isn_values_width(values, 7, 0).bits));
}

/* A hash of 64 values all over the circle: no arc tells, but collisions do. */
static void test_collisions(void **state)
{
    struct isn_width width;

    (void)state;
    fill_random();
    for (size_t i = 0; i < COUNT; i++)
        values[i] &= 0xfc000000;
    width = isn_values_width(values, COUNT, 0);
    assert_true(fabs(width.bits - 6) < 0.6 && width.log10_p < -9);
    assert_true(width.arc > 0x1p31);
    assert_true(fabs((double)width.collisions - COUNT * (COUNT - 1) / 2.0 / 64) < 40);
    fill_random();
    width = isn_values_width(values, COUNT, 0);
    assert_int_equal(width.collisions, 0);
    assert_true(width.log10_p > -3 && width.bits > 31.8);
}

/* A hash of which the low bits are always the same, and a clock's noise on them. */
static void test_still_bits(void **state)
{
    (void)state;
    for (int still = 8; still <= 24; still += 8) {
        struct isn_width width;

        fill_random();
        for (size_t i = 0; i < COUNT; i++)
            values[i] =
                (values[i] >> still << still) + 77 + (uint32_t)isn_noise_between(&noise, 0, 9);
        width = isn_values_width(values, COUNT, 20);
        assert_true(width.bits <= 32 - still && width.bits > 31.5 - still);
        assert_true(width.log10_p < -9);
        assert_int_equal(width.still, still);
    }
    /* On an arc: 20 bits, and 8 below them. */
    fill_random();
    for (size_t i = 0; i < COUNT; i++)
        values[i] = values[i] >> 12 << 8;
    assert_true(fabs(isn_values_width(values, COUNT, 0).bits - 20) < 0.2);
}

/* ---- what each connection adds ---- */

static struct isn_sample rows[COUNT];

/* The fixed tuple two times of three; half a second's ticks of `tick`, gaps of 1 … 40 ms. */
static struct isn_samples server(uint32_t step, uint32_t tick, uint32_t others)
{
    struct isn_samples samples;
    int64_t time = 0;
    uint32_t connections = 0;

    noise.state = 5;
    for (uint32_t i = 0; i < COUNT; i++) {
        time += (int64_t)isn_noise_between(&noise, 1, 40) * NS_PER_MS;
        connections += others && i % others == 0 ? 2 : 1;
        rows[i] = (struct isn_sample){
            .time = time,
            .port = (uint16_t)(i % 3 ? 40000 : 1024 + i),
            .isn = step * connections + tick * (uint32_t)(time / (500 * NS_PER_MS)),
        };
    }
    assert_int_equal(isn_samples_make(rows, COUNT, true, &samples), 0);
    return samples;
}

static void test_step(void **state)
{
    struct isn_samples samples = server(4096, 1u << 19, 0);
    struct isn_connection_step step;

    (void)state;
    assert_int_equal(isn_connection_step(&samples, 1.2e6, &step), 0);
    assert_true(step.found && step.step == 4096 && step.foreign == 0);
    assert_true(step.hits > step.pairs * 8 / 10 && step.log10_p < -100);
    isn_samples_release(&samples);

    /* One of others for ten of ours, which come each 20.5 ms. */
    samples = server(4096, 1u << 19, 10);
    assert_int_equal(isn_connection_step(&samples, 1.2e6, &step), 0);
    assert_true(step.found && step.step == 4096 && step.foreign_pairs > 5);
    assert_true(step.foreign > 2.5 && step.foreign < 8);
    isn_samples_release(&samples);

    /* A clock's ticks: it is fast enough to have made them. */
    samples = server(4096, 1u << 19, 0);
    assert_int_equal(isn_connection_step(&samples, 1e4, &step), 0);
    assert_false(step.found);
    isn_samples_release(&samples);

    samples = server(3, 1u << 19, 0);
    assert_int_equal(isn_connection_step(&samples, 1.2e6, &step), 0);
    assert_false(step.found);
    isn_samples_release(&samples);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_affine),     cmocka_unit_test(test_linear),
        cmocka_unit_test(test_linear_sum), cmocka_unit_test(test_linear_top),
        cmocka_unit_test(test_additive),   cmocka_unit_test(test_binomial),
        cmocka_unit_test(test_width),      cmocka_unit_test(test_collisions),
        cmocka_unit_test(test_still_bits), cmocka_unit_test(test_step),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
