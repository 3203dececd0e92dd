/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests that each made-up server has what its class stands for, looked at from outside. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "isn_streams.h"

enum { COUNT = 2048, FIXED = 40000, BLOCK = COUNT - 24 };

static struct isn_sample rows[COUNT];
static uint32_t values[COUNT];

/* Without jitter, so that a clock is exact. */
static void sample(const char *name)
{
    struct isn_options options = isn_options_make(COUNT);

    options.jitter_us = 0;
    assert_int_equal(isn_stream_make(isn_stream_find(name), 21, &options, rows), COUNT);
}

static void draw(const char *name)
{
    isn_stream_values(isn_stream_find(name), 21, COUNT, values);
}

/* ---- constants, counters, clocks ---- */

/* How far the step from row a to row b is from what clock and counter say, in numbers. */
static double clock_error(size_t a, size_t b, double rate, uint32_t per_connection)
{
    double seconds = (double)(rows[b].time - rows[a].time) / 1e9;
    uint32_t step = rows[b].isn - rows[a].isn - per_connection * (uint32_t)(b - a);

    return fabs(remainder((double)step - rate * seconds, 0x1p32));
}

static void test_clocks(void **state)
{
    /* The last is the step of the clock; `tuple`: only the fixed tuple shows it. */
    static const struct {
        const char *name;
        double rate;
        uint32_t per_connection;
        bool tuple;
        double grain;
    } servers[] = {
        {"const0", 0, 0, false, 0},
        {"const1e6", 0, 0, false, 0},
        {"ctr1", 0, 1, false, 0},
        {"ctr64k", 0, 64000, false, 0},
        {"ctr65527", 0, 65527, false, 0},
        {"clk4us", 250000, 0, false, 1},
        {"clkms", 1000, 0, false, 1},
        {"clkus_day", 1e6, 0, false, 1},
        {"uip", 2, 0, false, 1},
        {"clk1g", 1e9, 0, false, 1},
        {"bsd44", 128000, 64000, false, 64000},
        {"solaris0", 250000, 125000, false, 250000},
        {"ndk", 250000, 0x1f000, false, 1},
        {"edk2", 500, 2048, false, 100},
        {"hash_only", 0, 0, true, 0},
        {"linux64ns", 15625000, 0, true, 1},
        {"passt32ns", 31250000, 0, true, 1},
        {"lwip_hook", 250000, 0, true, 250},
        {"cyclone2", 1000, 0, true, 1},
        {"openbsd", 1048576, 4096, true, 524288},
    };

    (void)state;
    for (size_t i = 0; i < sizeof servers / sizeof *servers; i++) {
        size_t last = COUNT, far = 0, pairs = 0;

        sample(servers[i].name);
        for (size_t k = 0; k < COUNT; k++) {
            if (servers[i].tuple && rows[k].port != FIXED)
                continue;
            if (last < COUNT) {
                double seconds = (double)(rows[k].time - rows[last].time) / 1e9;
                double allowed = servers[i].grain + 51e-6 * servers[i].rate * seconds;

                far += clock_error(last, k, servers[i].rate, servers[i].per_connection) > allowed;
                pairs++;
                /* No half steps. */
                uint32_t step =
                    rows[k].isn - rows[last].isn - servers[i].per_connection * (uint32_t)(k - last);

                far += servers[i].grain > 0 && step % (uint32_t)servers[i].grain != 0;
            }
            last = k;
        }
        if (far > 0 || pairs < 900)
            fail_msg("%s: %zu of %zu", servers[i].name, far, pairs);

        /* From other ports, such a server looks like chance. */
        far = 0;
        for (size_t k = 1; servers[i].tuple && k < 64; k++)
            far += clock_error(k - 1, k, servers[i].rate, servers[i].per_connection) > 1 << 24;
        assert_true(!servers[i].tuple || far > 55);
    }
}

/* Exact steps of ticks, and a tick for each 500 ms. */
static void test_tick_accumulator(void **state)
{
    (void)state;
    sample("lwip");
    for (size_t i = 2; i < COUNT; i++) {
        uint32_t more = (rows[i].isn - rows[i - 1].isn) - (rows[i - 1].isn - rows[i - 2].isn);
        double halves = (double)(rows[i].time - rows[i - 1].time) / 5e8;

        assert_true(fabs((double)more - halves) <= 1.01);
    }
}

static void test_increments(void **state)
{
    static const struct {
        const char *name;
        uint32_t low, high;
        double mean, deviation; /* of one */
    } servers[] = {
        {"fnet", 0, 255, 127.5, 74},
        {"ri15", 1, 1 << 15, 16384.5, 9459},
        {"ri_gauss", 1, 3000000, 1.5e6, 2.5e5},
        {"ri_wide", 0, 1 << 28, 0x1p27, 77490000},
        /* 80 us are 19.53 ticks of its clock. */
        {"solaris1", 19, 128020, 64019.53, 36950},
    };

    (void)state;
    for (size_t i = 0; i < sizeof servers / sizeof *servers; i++) {
        double sum = 0, squares = 0;

        draw(servers[i].name);
        for (size_t k = 1; k < COUNT; k++) {
            uint32_t step = values[k] - values[k - 1];

            assert_in_range(step, servers[i].low, servers[i].high);
            sum += step;
            squares += (step - servers[i].mean) * (step - servers[i].mean);
        }
        double error = fabs(sum / (COUNT - 1) - servers[i].mean);
        double deviation = sqrt(squares / (COUNT - 1));

        if (error > 5 * servers[i].deviation / sqrt(COUNT) ||
            fabs(deviation / servers[i].deviation - 1) > 0.1)
            fail_msg("%s: %g %g", servers[i].name, error, deviation);
    }
}

static void test_period(void **state)
{
    uint32_t steps[COUNT - 1];
    unsigned kinks = 0;

    (void)state;
    draw("honeyd5");
    for (size_t i = 0; i + 1 < COUNT; i++)
        steps[i] = values[i + 1] - values[i];
    for (size_t i = 0; i + 5 < COUNT - 1; i++)
        assert_int_equal(steps[i], steps[i + 5]);
    /* An arithmetic progression, but for one jump back. */
    for (size_t i = 0; i < 5; i++)
        kinks += steps[i + 1] - steps[i] != steps[i + 2] - steps[i + 1];
    assert_int_equal(kinks, 2);
}

/* ---- what the tuple does ---- */

static void test_tuple_functions(void **state)
{
    (void)state;
    sample("mongoose");
    for (size_t i = 0; i < COUNT; i++)
        assert_true((rows[i].isn & 0xffff) == rows[i].port && rows[i].isn >> 16 < 8);

    sample("portmul");
    for (size_t i = 0; i < COUNT; i++)
        assert_int_equal(rows[i].isn - rows[i].port * 2654435761u - rows[i].src,
                         rows[0].isn - rows[0].port * 2654435761u - rows[0].src);

    sample("portmul_clk");
    for (size_t i = 0; i < COUNT; i++)
        rows[i].isn -= rows[i].port * 2654435761u;
    for (size_t i = 1; i < COUNT; i++) {
        double seconds = (double)(rows[i].time - rows[i - 1].time) / 1e9;

        assert_true(clock_error(i - 1, i, 15625000, 0) <= 1 + 51e-6 * 15625000 * seconds);
    }

    /* Ports 1024 + i: squares of ports have squares of numbers. */
    draw("crc_tuple");
    for (size_t i = 0; i < COUNT; i++) {
        size_t a = i ^ 1, b = i ^ 64;

        assert_int_equal(values[i] ^ values[a] ^ values[b] ^ values[a ^ 64], 0);
        assert_int_not_equal(values[i], values[a]);
    }
}

static void test_static_hash(void **state)
{
    struct isn_samples samples;
    uint32_t value;

    (void)state;
    sample("hash_only");
    assert_int_equal(isn_samples_make(rows, COUNT, true, &samples), 0);
    value = samples.rows[samples.fixed[0]].isn;
    for (size_t i = 0; i < samples.fixed_count; i++)
        assert_int_equal(samples.rows[samples.fixed[i]].isn, value);
    for (size_t i = 0; i < samples.varying_count; i++)
        assert_int_not_equal(samples.rows[samples.varying[i]].isn, value);
    isn_samples_release(&samples);
}

static void test_short_hash(void **state)
{
    uint32_t least = UINT32_MAX, most = 0;

    (void)state;
    draw("linux26");
    for (uint32_t i = 0; i < COUNT; i++) {
        /* 80 us each; all within one key. */
        uint32_t residue = values[i] - 80 * i - values[0] + 0x1000000;

        least = residue < least ? residue : least;
        most = residue > most ? residue : most;
    }
    assert_true(most - least > 0xf00000 && most - least <= 0x1000000 + 100);
}

/* The step of the fixed tuple is what the connections since then made, and the clock's. */
static void test_random_counter(void **state)
{
    size_t last = COUNT;

    (void)state;
    sample("freebsd_isn");
    for (size_t i = 0; i < COUNT; i++) {
        if (rows[i].port != FIXED)
            continue;
        if (last < COUNT) {
            double seconds = (double)(rows[i].time - rows[last].time) / 1e9;
            double step = rows[i].isn - rows[last].isn, connections = (double)(i - last);

            /* What connections take before a tick, they take of it. */
            assert_true(step >= 1048500 * (seconds - 0.0201) * 0.9999);
            assert_true(step <= 1048576 * (seconds + 0.0101) + 8192 * connections);
        }
        last = i;
    }
}

static void test_rekeying(void **state)
{
    size_t last = COUNT, breaks = 0;

    (void)state;
    sample("rekey60");
    for (size_t i = 0; i < COUNT; i++) {
        if (rows[i].port != FIXED)
            continue;
        if (last < COUNT)
            breaks += clock_error(last, i, 15625000, 0) > 1 << 20;
        last = i;
    }

    double minutes = (double)(rows[COUNT - 1].time - rows[0].time) / 60e9;

    assert_true(breaks >= 2 && (double)breaks <= minutes + 1);
}

/* How many of the fixed tuple's neighbours share a clock: all of a back end's. */
static void test_mixtures(void **state)
{
    static const struct {
        const char *name;
        double low, high;
    } servers[] = {{"lb2", 0.4, 0.6}, {"lb3_bsd", 0.06, 0.17}};

    (void)state;
    for (size_t i = 0; i < sizeof servers / sizeof *servers; i++) {
        size_t last = COUNT, pairs = 0, close = 0;

        sample(servers[i].name);
        for (size_t k = 0; k < COUNT; k++) {
            if (rows[k].port != FIXED)
                continue;
            pairs += last < COUNT;
            close += last < COUNT && clock_error(last, k, 15625000, 0) < 1 << 18;
            last = k;
        }
        double share = (double)close / (double)pairs;

        if (share < servers[i].low || share > servers[i].high)
            fail_msg("%s: %g", servers[i].name, share);
    }
}

/* ---- cookies: the block of eight ---- */

static void test_cookies(void **state)
{
    const struct isn_sample *block = rows + BLOCK;
    uint32_t before;

    (void)state;
    sample("cookie_linux");
    assert_int_equal(block[1].isn, block[0].isn);
    assert_int_equal(block[2].isn - block[0].isn, 12345);
    assert_int_equal(block[3].isn - block[0].isn, block[3].cseq - block[0].cseq);
    for (uint32_t i = 0; i < 4; i++)
        assert_int_equal(block[4 + i].isn - block[4].isn, i);

    sample("cookie_djb");
    assert_int_equal(block[1].isn, block[0].isn);
    assert_int_equal(block[2].isn - block[0].isn, 12345);
    assert_int_equal(block[3].isn - block[0].isn, block[3].cseq - block[0].cseq);
    for (uint32_t i = 0; i < 4; i++)
        assert_int_equal(block[4 + i].isn - block[4].isn, i << 24);

    sample("cookie_bsd");
    assert_int_equal(block[1].isn, block[0].isn);
    assert_int_not_equal(block[2].isn - block[0].isn, 12345);
    before = (block[4].isn ^ block[4].isn >> 24) & 1;
    for (size_t i = 0; i < 4; i++) {
        static const uint32_t sizes[] = {1, 2, 5, 7};
        uint32_t flags = (block[4 + i].isn ^ block[4 + i].isn >> 24) & 0xff;

        assert_int_equal(flags >> 5, sizes[i]);
        assert_int_equal(flags >> 2 & 7, 3);
        assert_int_equal(flags >> 1 & 1, 1);
        assert_int_equal(flags & 1, before);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clocks),          cmocka_unit_test(test_tick_accumulator),
        cmocka_unit_test(test_increments),      cmocka_unit_test(test_period),
        cmocka_unit_test(test_tuple_functions), cmocka_unit_test(test_static_hash),
        cmocka_unit_test(test_short_hash),      cmocka_unit_test(test_random_counter),
        cmocka_unit_test(test_rekeying),        cmocka_unit_test(test_mixtures),
        cmocka_unit_test(test_cookies),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
