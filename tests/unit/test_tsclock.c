/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of stat/tsclock against made-up servers: jitter, loss, coarse ticks, wraps, random values.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <string.h>

#include "stat/tsclock.h"

#define MOST 400

struct server {
    double rate;       /* Hz of its clock, by ours */
    double tick;       /* ticks that it goes up at once */
    double offset;     /* its value at our time 0 */
    double gap;        /* s between two of our segments, up to a fifth more */
    double path;       /* s, shortest way there and back */
    double jitter;     /* s, mean of what each way adds */
    double loss;       /* share of answers that do not come */
    bool blind;        /* the time of sending is not known */
    unsigned low_bits; /* of the value, that say something else, as with SYN cookies */
};

static gsl_rng *rng;

static double late(const struct server *server)
{
    return -server->jitter * log(gsl_rng_uniform_pos(rng));
}

/* Answers of the server to `count` segments from `start` s on. */
static size_t ask(const struct server *server, double start, size_t count,
                  struct tsclock_sample *samples)
{
    size_t got = 0;
    double at = start;

    for (size_t i = 0; i < count; i++) {
        double there = at + server->path / 2 + late(server);
        double back = there + server->path / 2 + late(server);
        double now = floor((server->offset + server->rate * there) / server->tick) * server->tick;
        uint32_t value = (uint32_t)(uint64_t)fmod(now, 4294967296.0);
        struct tsclock_sample sample = {.sent = llrint(at * 1e9), .received = llrint(back * 1e9)};

        if (server->low_bits != 0) {
            sample.value = (value & ~63u) | server->low_bits;
            if (sample.value > value)
                sample.value -= 64;
        } else {
            sample.value = value;
        }
        if (server->blind)
            sample.sent = TSCLOCK_SENT_UNKNOWN;
        if (gsl_rng_uniform(rng) >= server->loss)
            samples[got++] = sample;
        at += server->gap * (1 + 0.2 * gsl_rng_uniform(rng));
    }
    return got;
}

static void test_rates(void **state)
{
    static const struct {
        struct server server;
        size_t count;
        double nominal;
    } rows[] = {
        {{1000.02, 1, 77, 0.5, 0.02, 0.001, 0, false, 0}, 20, 1000},
        {{1000.02, 1, 4294960000.0, 1, 0.02, 0.005, 0.3, false, 0}, 30, 1000},
        {{999.9, 1, 1e9, 0.2, 0.0001, 0.00002, 0, false, 0}, 10, 1000},
        {{1000, 10, 5, 1, 0.03, 0.001, 0, false, 0}, 40, 1000},
        {{100.001, 1, 4e9, 1, 0.05, 0.002, 0.1, false, 0}, 30, 100},
        {{250, 1, 123456, 0.7, 0.01, 0.0005, 0, true, 0}, 40, 250},
        {{10, 1, 9, 1.3, 0.01, 0.001, 0, false, 0}, 60, 10},
        {{2, 1, 9, 1.1, 0.01, 0.001, 0, false, 0}, 60, 2},
        {{1000050, 1, 1e8, 1, 0.01, 0.001, 0, false, 0}, 30, 1e6},
        {{1024, 1, 1e8, 1, 0.01, 0.001, 0, false, 0}, 30, 1024},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct tsclock_sample samples[MOST];
        struct tsclock clock;
        size_t got = ask(&rows[i].server, 10, rows[i].count, samples);

        assert_int_equal(tsclock_judge(samples, got, &clock), 0);
        assert_int_equal(clock.kind, TSCLOCK_RUNS);
        assert_int_equal(clock.n, got);
        if (clock.nominal == NULL)
            fail_msg("row %zu: no name for %g (%g … %g)", i, clock.rate, clock.rate_low,
                     clock.rate_high);
        assert_true(clock.nominal->rate == rows[i].nominal);
        assert_true(clock.rate_low <= clock.rate && clock.rate <= clock.rate_high);
        /* What the interval may cost: a grain and two round trips of the span. */
        assert_true(clock.rate_high - clock.rate_low <
                    (4 * rows[i].server.tick + rows[i].nominal * 0.2) / clock.span);
        assert_true(clock.bounded == !rows[i].server.blind);
        assert_true(clock.noise < 0.02 + rows[i].server.tick / rows[i].nominal);
    }
}

/* The interval holds the truth as often as it says, whatever the jitter; hard bounds always do. */
static void test_coverage(void **state)
{
    unsigned held[2] = {0, 0}, runs = 600;

    (void)state;
    for (unsigned blind = 0; blind < 2; blind++)
        for (unsigned run = 0; run < runs; run++) {
            struct server server = {.rate = 1000 * (1 + 1e-4 * (gsl_rng_uniform(rng) - 0.5)),
                                    .tick = run % 3 == 0 ? 4 : 1,
                                    .offset = gsl_rng_uniform(rng) * 4294967296.0,
                                    .gap = 0.1 + gsl_rng_uniform(rng),
                                    .path = 0.05 * gsl_rng_uniform(rng),
                                    .jitter = pow(10, -5 + 4 * gsl_rng_uniform(rng)),
                                    .loss = 0.2,
                                    .blind = blind};
            struct tsclock_sample samples[MOST];
            struct tsclock clock;
            size_t got = ask(&server, 0, 6 + run % 30, samples);

            assert_int_equal(tsclock_judge(samples, got, &clock), 0);
            if (got < 4)
                continue;
            if (clock.kind != TSCLOCK_RUNS)
                continue; /* the jitter is as long as the series: counts as a miss */
            held[blind] += clock.rate_low <= server.rate && server.rate <= clock.rate_high;
        }
    assert_true(held[0] >= 0.95 * runs);
    assert_true(held[1] >= 0.93 * runs);
}

static void test_skew(void **state)
{
    struct server server = {1000.05, 1, 12345, 1, 0.004, 0.0003, 0, false, 0};
    struct tsclock_sample samples[MOST];
    struct tsclock clock;
    size_t got = ask(&server, 0, 300, samples);

    (void)state;
    assert_int_equal(tsclock_judge(samples, got, &clock), 0);
    assert_true(clock.skew_low <= 50 && 50 <= clock.skew_high);
    assert_true(clock.skew_high - clock.skew_low < 12);
    assert_true(clock.skew_low > 35);
}

/* One answer that was held up for seconds moves nothing. */
static void test_held_up(void **state)
{
    struct server server = {1000, 1, 12345, 0.5, 0.02, 0.0005, 0, false, 0};
    struct tsclock_sample samples[MOST];
    struct tsclock clock;
    size_t got = ask(&server, 0, 30, samples);

    (void)state;
    for (size_t i = 29; i < got; i++)
        samples[i].received += 3000000000;
    assert_int_equal(tsclock_judge(samples, got, &clock), 0);
    assert_int_equal(clock.kind, TSCLOCK_RUNS);
    assert_true(clock.rate_low <= 1000 && 1000 <= clock.rate_high);
    assert_true(clock.rate_high - clock.rate_low < 10);
    assert_true(clock.noise < 0.01);
}

/* Three samples say little by Student's t; what is certain says more. */
static void test_bounds(void **state)
{
    struct server server = {1000, 1, 12345, 5, 0.02, 0.005, 0, false, 0};
    struct tsclock_sample samples[MOST];
    struct tsclock clock;
    double reach = 0;
    unsigned held = 0;

    (void)state;
    for (unsigned run = 0; run < 100; run++) {
        assert_int_equal(ask(&server, 0, 3, samples), 3);
        assert_int_equal(tsclock_judge(samples, 3, &clock), 0);
        assert_int_equal(clock.kind, TSCLOCK_RUNS);
        assert_true(clock.bounded);
        held += clock.rate_low <= 1000 && 1000 <= clock.rate_high;
        /* A tick and the round trips at both ends, by the span. */
        for (size_t i = 0; i < 3; i += 2)
            reach = (double)(samples[i].received - samples[i].sent) * 1e-9 + (i > 0 ? reach : 0);
        assert_true(clock.rate_low >
                    1000 - (2 + fmin(clock.grain, 64) + 1100 * reach) / clock.span);
        assert_true(clock.rate_high <
                    1000 + (2 + fmin(clock.grain, 64) + 1100 * reach) / clock.span);
    }
    assert_true(held >= 90);
}

static void test_grain(void **state)
{
    struct server server = {1000, 1, 4e9, 0.5, 0.02, 0.001, 0, false, 0x2a};
    struct tsclock_sample samples[MOST];
    struct tsclock clock;
    size_t got = ask(&server, 0, 40, samples);

    (void)state;
    assert_int_equal(tsclock_judge(samples, got, &clock), 0);
    assert_int_equal(clock.kind, TSCLOCK_RUNS);
    assert_int_equal(clock.grain, 64);
    assert_true(clock.rate_low <= 1000 && 1000 <= clock.rate_high);
    server.low_bits = 0;
    server.tick = 10;
    got = ask(&server, 0, 40, samples);
    assert_int_equal(tsclock_judge(samples, got, &clock), 0);
    assert_int_equal(clock.grain, 10);
}

static void test_wraps(void **state)
{
    struct server server = {1e6, 1, 4294967296.0 - 5e6, 60, 0.01, 0.001, 0, false, 0};
    struct tsclock_sample samples[MOST];
    struct tsclock clock;
    size_t got = ask(&server, 0, 180, samples);

    (void)state;
    assert_int_equal(tsclock_judge(samples, got, &clock), 0);
    assert_int_equal(clock.kind, TSCLOCK_RUNS);
    /* 180 gaps of 60 to 72 s of a clock that wraps each 4295 s. */
    assert_in_range(clock.wraps, 3, 4);
    assert_true(clock.nominal != NULL && clock.nominal->rate == 1e6);
    assert_true(clock.rate_alias > 5e7 && clock.rate_alias < 8e7);
    assert_true(clock.value >= 0 && clock.value < 4294967296.0);
}

static void test_no_clock(void **state)
{
    struct server server = {1000, 1, 12345, 0.5, 0.02, 0.001, 0, false, 0};
    struct tsclock_sample samples[MOST];
    struct tsclock clock;
    unsigned fooled = 0;

    (void)state;
    for (unsigned run = 0; run < 2000; run++) {
        size_t got = ask(&server, 0, 3 + run % 40, samples);

        for (size_t i = 0; i < got; i++)
            samples[i].value = (uint32_t)gsl_rng_get(rng) >> (run % 4 == 0 ? 20 : 0);
        assert_int_equal(tsclock_judge(samples, got, &clock), 0);
        /* Three small ones may well rise. */
        if (got > 5)
            fooled += clock.kind != TSCLOCK_IRREGULAR;
        if (clock.kind == TSCLOCK_IRREGULAR)
            assert_true(isnan(clock.rate) && isnan(clock.skew_ppm) && clock.nominal == NULL);
    }
    assert_in_range(fooled, 0, 2);
    for (size_t i = 0; i < 20; i++)
        samples[i] = (struct tsclock_sample){(int64_t)i * 1000000000, (int64_t)i * 1000000000 + 5,
                                             1000000 - (uint32_t)i * 1000};
    assert_int_equal(tsclock_judge(samples, 20, &clock), 0);
    assert_int_equal(clock.kind, TSCLOCK_IRREGULAR);
}

static void test_still_and_few(void **state)
{
    struct server server = {0.0001, 1, 7, 0.5, 0.02, 0.001, 0, false, 0};
    struct tsclock_sample samples[MOST];
    struct tsclock clock;

    (void)state;
    for (size_t count = 0; count < 3; count++) {
        assert_int_equal(ask(&server, 0, count, samples), count);
        assert_int_equal(tsclock_judge(samples, count, &clock), 0);
        assert_int_equal(clock.kind, TSCLOCK_FEW);
        assert_true(isnan(clock.rate) && isnan(clock.rate_high));
    }
    ask(&server, 0, 20, samples);
    assert_int_equal(tsclock_judge(samples, 20, &clock), 0);
    assert_int_equal(clock.kind, TSCLOCK_STILL);
    assert_true(clock.rate_low == 0 && clock.rate_high > 0.05 && clock.rate_high < 0.2);
    for (size_t i = 0; i < 20; i++)
        samples[i] = (struct tsclock_sample){5, 6, (uint32_t)i};
    assert_int_equal(tsclock_judge(samples, 20, &clock), 0);
    assert_int_equal(clock.kind, TSCLOCK_FEW);
}

/* Series of `each` samples from servers drawn by the row. */
static void compare(const double *offsets, size_t count, size_t each, bool random,
                    struct tsclock_many *many)
{
    static struct tsclock_sample samples[20][MOST];
    struct tsclock_series series[20];

    for (size_t i = 0; i < count; i++) {
        struct server server = {1000.01, 1, offsets[i], 0.3, 0.02, 0.001, 0, false, 0};

        series[i].count = ask(&server, 1000 + (double)i * 0.37, each, samples[i]);
        series[i].samples = samples[i];
        for (size_t j = 0; random && j < each; j++)
            samples[i][j].value = (uint32_t)gsl_rng_get(rng);
    }
    assert_int_equal(tsclock_compare(series, count, many), 0);
}

/* Within a second or two no rate is measured well enough to tell how long ten hours were; by the
 * known clock that it is, it can be told. A rate that is measured well is better than that. */
static void test_uptime(void **state)
{
    static const struct {
        double rate, gap, within; /* NAN: it is to be unknown */
    } rows[] = {
        {1000.01, 0.02, 1}, {1000.01, 0.2, 1}, {1000.4, 30, 1}, {735, 20, 20}, {735, 0.02, NAN}};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct tsclock_sample samples[10];
        struct tsclock_series series[10];
        struct server server = {rows[i].rate, 1, 36000 * rows[i].rate, 0.01, 0.0002, 0.0001, 0,
                                false,        0};
        struct tsclock_many many;
        double at = 0;

        for (size_t j = 0; j < 10; j++) {
            at = 100 + rows[i].gap * ((double)j + 0.5 * gsl_rng_uniform(rng));
            series[j] = (struct tsclock_series){&samples[j], ask(&server, at, 1, &samples[j])};
        }
        assert_int_equal(tsclock_compare(series, 10, &many), 0);
        assert_int_equal(many.offset, TSCLOCK_OFFSET_SHARED);
        if (isnan(rows[i].within) ? !isnan(many.uptime)
                                  : !(fabs(many.uptime - 36000 - at) <= rows[i].within))
            fail_msg("row %zu: %g s by %g Hz (%g ... %g)", i, many.uptime, many.clock.rate,
                     many.clock.rate_low, many.clock.rate_high);
    }
}

static void test_offsets(void **state)
{
    double same[20], own[20], three[20];
    struct tsclock_many many;

    (void)state;
    for (size_t i = 0; i < 20; i++) {
        same[i] = 3e6;
        own[i] = gsl_rng_uniform(rng) * 4294967296.0;
        three[i] = own[i % 3];
    }
    compare(same, 20, 10, false, &many);
    assert_int_equal(many.offset, TSCLOCK_OFFSET_SHARED);
    assert_int_equal(many.clocks, 1);
    assert_int_equal(many.series, 20);
    assert_true(fabs(many.uptime - 4010) < 10 && fabs(many.wrap - 4294967) < 500);
    compare(same, 20, 1, false, &many);
    assert_int_equal(many.offset, TSCLOCK_OFFSET_SHARED);

    compare(own, 20, 10, false, &many);
    assert_int_equal(many.offset, TSCLOCK_OFFSET_EACH);
    assert_int_equal(many.clocks, 20);
    assert_true(isnan(many.uptime) && isnan(many.wrap));
    assert_true(many.clock.nominal != NULL && many.clock.nominal->rate == 1000);

    compare(three, 20, 10, false, &many);
    assert_int_equal(many.offset, TSCLOCK_OFFSET_GROUPS);
    assert_int_equal(many.clocks, 3);
    assert_true(isnan(many.uptime));

    compare(own, 20, 1, false, &many);
    assert_int_equal(many.offset, TSCLOCK_OFFSET_UNKNOWN);
    assert_int_equal(many.clocks, 0);
    compare(own, 20, 10, true, &many);
    assert_int_equal(many.offset, TSCLOCK_OFFSET_UNKNOWN);
    assert_int_equal(many.clock.kind, TSCLOCK_IRREGULAR);
    compare(same, 1, 10, false, &many);
    assert_int_equal(many.offset, TSCLOCK_OFFSET_UNKNOWN);
    assert_int_equal(many.clock.kind, TSCLOCK_RUNS);
    assert_true(isnan(many.uptime));
    assert_int_equal(tsclock_compare(NULL, 0, &many), 0);
    assert_int_equal(many.series, 0);
    assert_int_equal(many.clock.kind, TSCLOCK_FEW);
}

static void test_nominals(void **state)
{
    (void)state;
    for (size_t i = 0; i < tsclock_nominal_count; i++) {
        assert_true(strlen(tsclock_nominals[i].who) > 5);
        assert_true(i == 0 || tsclock_nominals[i].rate > tsclock_nominals[i - 1].rate);
    }
}

static int set_up(void **state)
{
    (void)state;
    rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    gsl_rng_free(rng);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rates),         cmocka_unit_test(test_coverage),
        cmocka_unit_test(test_skew),          cmocka_unit_test(test_held_up),
        cmocka_unit_test(test_bounds),        cmocka_unit_test(test_grain),
        cmocka_unit_test(test_wraps),         cmocka_unit_test(test_no_clock),
        cmocka_unit_test(test_still_and_few), cmocka_unit_test(test_offsets),
        cmocka_unit_test(test_uptime),        cmocka_unit_test(test_nominals),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
