/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of how made-up servers are sampled: the phases, the noise, and that all of it repeats. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "isn_streams.h"

enum { COUNT = 512, FIXED = 40000 };

#define MS INT64_C(1000000)

static struct isn_sample rows[2048], again[2048];

static struct isn_options without_jitter(size_t count)
{
    struct isn_options options = isn_options_make(count);

    options.jitter_us = 0;
    return options;
}

static void test_table(void **state)
{
    static const char *const classes[] = {
        "CONSTANT",
        "COUNTER",
        "CLOCK",
        "CLOCK_COUNTER",
        "PERIODIC",
        "TICK_ACCUMULATOR",
        "RANDOM_INCREMENT",
        "TUPLE_FUNCTION",
        "STATIC_HASH",
        "WEAK_PRNG",
        "REDUCED_ENTROPY",
        "BIASED",
        "RFC6528",
        "RFC6528_COUNTER",
        "SYN_COOKIE_LINUX",
        "RFC6528_SHORT_HASH",
        "RANDOM",
        "MIXTURE",
        "SYN_COOKIE_FREEBSD",
        "SYN_COOKIE_BERNSTEIN",
    };
    bool seen[sizeof classes / sizeof *classes] = {false};

    (void)state;
    for (size_t i = 0; i < ISN_STREAM_COUNT; i++) {
        const struct isn_stream *stream = &isn_streams[i];
        size_t class = 0;

        assert_ptr_equal(isn_stream_find(stream->name), stream);
        assert_true(stream->formula[0] != '\0' && stream->minimum <= 700);
        while (class < sizeof classes / sizeof *classes && strcmp(classes[class], stream->class))
            class ++;
        assert_true(class < sizeof classes / sizeof *classes);
        seen[class] = true;
    }
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        assert_true(seen[i]);
}

static void test_repetition(void **state)
{
    struct isn_options options = isn_options_make(COUNT);

    (void)state;
    options.background = 5;
    options.loss = 0.05;
    for (size_t i = 0; i < ISN_STREAM_COUNT; i++) {
        size_t count = isn_stream_make(&isn_streams[i], 11, &options, rows);

        assert_in_range(count, COUNT * 9 / 10, COUNT - 1);
        assert_int_equal(isn_stream_make(&isn_streams[i], 11, &options, again), count);
        assert_memory_equal(rows, again, count * sizeof *rows);
    }
}

/* Another seed is another server, but for those that have no secret and no clock. */
static void test_seeds(void **state)
{
    uint32_t one[64], other[64];

    (void)state;
    for (size_t i = 0; i < ISN_STREAM_COUNT; i++) {
        const char *name = isn_streams[i].name;
        bool alike = strcmp(name, "const0") == 0 || strcmp(name, "const1e6") == 0 ||
                     strcmp(name, "ctr1") == 0 || strcmp(name, "mongoose") == 0;

        isn_stream_values(&isn_streams[i], 1, 64, one);
        isn_stream_values(&isn_streams[i], 2, 64, other);
        if ((memcmp(one, other, sizeof one) == 0) != alike)
            fail_msg("%s", name);
    }
}

static void test_phases(void **state)
{
    struct isn_options options = without_jitter(COUNT);
    size_t fixed = 0;

    (void)state;
    assert_int_equal(isn_stream_make(isn_stream_find("ctr1"), 3, &options, rows), COUNT);
    assert_int_equal(options.burst, 64);
    for (size_t i = 1; i < COUNT; i++) {
        int64_t pause = rows[i].time - rows[i - 1].time;

        assert_false(rows[i].gap);
        if (i < 64) {
            assert_in_range(pause, 60000, 100000);
            assert_int_not_equal(rows[i].port, FIXED);
        } else if (i < COUNT - 24) {
            assert_in_range(pause, MS, 1200 * MS);
            fixed += rows[i].port == FIXED;
        } else if (i < COUNT - 16) {
            assert_in_range(pause, 20 * MS, 100 * MS);
        } else if (i == COUNT - 16) {
            assert_in_range(pause, 65000 * MS, 132000 * MS);
        }
        if (i >= COUNT - 24)
            assert_int_equal(rows[i].port, FIXED);
    }
    /* A coin: 424 throws, five deviations. */
    assert_in_range(fixed, 161, 263);

    const struct isn_sample *block = rows + COUNT - 24;
    static const uint16_t sizes[] = {1460, 1460, 1460, 1460, 536, 1300, 1440, 1460};

    for (size_t i = 0; i < 8; i++) {
        assert_int_equal(block[i].mss, sizes[i]);
        if (i != 3)
            assert_int_equal(block[i].cseq, block[0].cseq + (i == 2 ? 12345 : 0));
    }
    assert_int_not_equal(block[3].cseq, block[0].cseq);
}

static void test_ports(void **state)
{
    struct isn_options options = without_jitter(2048);
    struct isn_samples samples;
    size_t squares = 0, lines = 0, others = 0;

    (void)state;
    isn_stream_make(isn_stream_find("const0"), 4, &options, rows);
    assert_int_equal(isn_samples_make(rows, 2048, true, &samples), 0);
    /* No port comes twice. */
    assert_int_equal(samples.fixed_count + samples.varying_count, 2048);
    assert_int_equal(samples.rows[samples.fixed[0]].port, FIXED);
    for (size_t i = 0; i + 3 < samples.varying_count; i++) {
        const uint16_t p[] = {
            samples.rows[samples.varying[i]].port, samples.rows[samples.varying[i + 1]].port,
            samples.rows[samples.varying[i + 2]].port, samples.rows[samples.varying[i + 3]].port};

        assert_true(p[0] >= 1024);
        squares += (p[0] ^ p[1] ^ p[2] ^ p[3]) == 0;
        lines += p[1] - p[0] == p[2] - p[1];
        others += samples.rows[samples.varying[i]].src;
    }
    /* 1000 ports in groups of three and a half: 140 of each, and few by chance. */
    assert_in_range(squares, 100, 200);
    assert_in_range(lines, 100, 200);
    assert_in_range(others, 80, 170);
    isn_samples_release(&samples);
}

static void test_cseq_and_mss(void **state)
{
    struct isn_options options = without_jitter(2048);
    size_t constant = 0, largest = 0, smallest = 0;

    (void)state;
    isn_stream_make(isn_stream_find("const0"), 5, &options, rows);
    for (size_t i = 0; i < 2000; i++) {
        constant += rows[i].cseq == rows[2047 - 23].cseq;
        largest += rows[i].mss == 1460;
        smallest += rows[i].mss == 536;
    }
    assert_in_range(constant, 900, 1100);
    assert_in_range(largest, 1150, 1350);
    assert_in_range(smallest, 190, 310);
}

/* A counter tells what the server has seen: lost answers, others' connections. */
static void test_loss(void **state)
{
    struct isn_options options = without_jitter(2048);
    size_t forward = 0, reverse = 0, count;

    (void)state;
    options.loss = 0.1;
    count = isn_stream_make(isn_stream_find("ctr1"), 6, &options, rows);
    assert_in_range(count, 1770, 1920);
    for (size_t i = 1; i < count; i++) {
        uint32_t step = rows[i].isn - rows[i - 1].isn;

        assert_true(step == 1 || rows[i].gap);
        forward += rows[i].gap && step == 1;
        reverse += step > 1;
    }
    assert_in_range(forward, 60, 140);
    assert_in_range(reverse, 60, 140);
}

static void test_background(void **state)
{
    struct isn_options options = without_jitter(2048);
    double seconds;

    (void)state;
    options.background = 20;
    assert_int_equal(isn_stream_make(isn_stream_find("ctr1"), 7, &options, rows), 2048);
    seconds = (double)(rows[2047].time - rows[0].time) / 1e9;

    /* Poisson: five deviations. */
    double extra = (double)(rows[2047].isn - rows[0].isn - 2047), mean = 20 * seconds;

    assert_true((extra - mean) * (extra - mean) < 25 * mean);
    for (size_t i = 1; i < 2048; i++)
        assert_false(rows[i].gap);
}

static void test_jitter(void **state)
{
    struct isn_options exact = without_jitter(2048), options = isn_options_make(2048);
    size_t overtaken = 0;
    double sum = 0;

    (void)state;
    options.burst = exact.burst = 1024;
    isn_stream_make(isn_stream_find("clk4us"), 8, &exact, again);
    isn_stream_make(isn_stream_find("clk4us"), 8, &options, rows);
    for (size_t i = 0; i < 2048; i++) {
        assert_int_equal(rows[i].isn, again[i].isn);
        assert_true(rows[i].time >= again[i].time);
        sum += (double)(rows[i].time - again[i].time);
        overtaken += i > 0 && rows[i].time < rows[i - 1].time;
    }
    assert_true(sum / 2048 > 26000 && sum / 2048 < 34000);
    assert_in_range(overtaken, 5, 100);

    options.in_order = true;
    isn_stream_make(isn_stream_find("clk4us"), 8, &options, rows);
    for (size_t i = 1; i < 2048; i++)
        assert_true(rows[i].time > rows[i - 1].time);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),  cmocka_unit_test(test_repetition),
        cmocka_unit_test(test_seeds),  cmocka_unit_test(test_phases),
        cmocka_unit_test(test_ports),  cmocka_unit_test(test_cseq_and_mss),
        cmocka_unit_test(test_loss),   cmocka_unit_test(test_background),
        cmocka_unit_test(test_jitter),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
