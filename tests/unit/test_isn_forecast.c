/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of stat/isn/forecast: the next three numbers of each kind of server that can be foretold,
 * and of none else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "isn_corpus.h"
#include "isn_streams_parts.h"
#include "stat/isn/forecast.h"
#include "stat/isn/forecast_prng.h"

#define SAMPLES 512
#define NEXT    3
#define SEEDS   4

struct tally {
    size_t possible, asked, met;
    uint32_t tolerance; /* the largest */
};

/* Audits all but the last rows of a server, and puts what is foretold of those beside them. */
static void foretell(const struct isn_stream *stream, uint64_t seed, struct tally *tally)
{
    struct isn_options options = isn_options_make(SAMPLES + NEXT);
    struct isn_samples all = isn_corpus_samples(stream, seed, &options, false);
    static struct isn_audit audit;
    struct isn_forecast forecast;
    struct isn_samples samples;

    assert_int_equal(isn_samples_make(all.rows, SAMPLES, true, &samples), 0);
    isn_corpus_run(&samples, true, &audit);
    isn_forecast_begin(&audit, &samples, &forecast);
    tally->possible += forecast.possible;
    if (forecast.tolerance > tally->tolerance)
        tally->tolerance = forecast.tolerance;
    for (size_t i = SAMPLES; forecast.possible && i < SAMPLES + NEXT; i++) {
        const struct isn_sample *row = &all.rows[i];

        if (!forecast.same_tuple || (row->port == forecast.port && row->src == forecast.src)) {
            uint32_t foretold = isn_forecast_number(&forecast, row->time, row->port, row->src);

            tally->asked++;
            tally->met += isn_forecast_met(&forecast, foretold, row->isn);
            /* Another number is not as foretold. */
            assert_false(isn_forecast_met(&forecast, foretold, row->isn ^ 0x55555555));
        }
        isn_forecast_seen(&forecast, row);
    }
    isn_audit_release(&audit);
    isn_samples_release(&samples);
    isn_samples_release(&all);
}

static struct tally tally_of(const char *name)
{
    struct tally tally = {0};

    for (uint64_t seed = 1; seed <= SEEDS; seed++)
        foretell(isn_stream_find(name), seed, &tally);
    return tally;
}

static void assert_all_met(const char *name, uint32_t tolerance)
{
    struct tally tally = tally_of(name);

    if (tally.possible != SEEDS || tally.asked != (size_t)NEXT * SEEDS ||
        tally.met != tally.asked || tally.tolerance > tolerance)
        fail_msg("%s: possible for %zu of %d, %zu of %zu met, within %u", name, tally.possible,
                 SEEDS, tally.met, tally.asked, tally.tolerance);
}

static void test_exact(void **state)
{
    static const char *const names[] = {
        "const0",   "const1e6",   "ctr1",      "ctr64k",      "ctr65527", "honeyd5",
        "mongoose", "portmul",    "crc_tuple", "hash_only",   "lcg32",    "lcg31",
        "minstd",   "picotcp",    "rand_r",    "msvc",        "drand48",  "glibc",
        "timerand", "xorshift32", "mchp_lfsr", "xorshift128", "smoltcp0",
    };

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_all_met(names[i], 0);
}

/* As near as the noise of the times and the steps of the clock allow. */
static void test_near(void **state)
{
    static const struct {
        const char *name;
        uint32_t tolerance;
    } servers[] = {
        {"clk4us", 500},      {"clkms", 10},      {"clkus_day", 1000},    {"uip", 3},
        {"clk1g", 1000000},   {"bsd44", 192000},  {"solaris0", 750000},   {"ndk", 1000},
        {"edk2", 300},        {"lwip", 3},        {"portmul_clk", 20000}, {"linux64ns", 20000},
        {"passt32ns", 40000}, {"lwip_hook", 750}, {"cyclone2", 10},       {"linux26", 1000},
        {"rekey60", 20000},
    };

    (void)state;
    for (size_t i = 0; i < sizeof servers / sizeof servers[0]; i++)
        assert_all_met(servers[i].name, servers[i].tolerance);
}

/* Random increments have a most likely value, but that is no forecast. */
static void test_impossible(void **state)
{
    static const char *const names[] = {
        "ri15",         "ri_wide",    "stuck16",    "pool4096", "bias60",
        "cookie_linux", "cookie_bsd", "cookie_djb", "random32", "lb2",
    };

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_int_equal(tally_of(names[i]).possible, 0);
}

/* Of the fixed tuple only, and others' numbers in between change nothing. */
static void test_same_tuple(void **state)
{
    struct isn_options options = isn_options_make(SAMPLES);
    struct isn_samples samples =
        isn_corpus_samples(isn_stream_find("linux64ns"), 7, &options, false);
    static struct isn_audit audit;
    struct isn_forecast forecast;
    struct isn_sample other = {.time = INT64_C(1900000000000000000), .isn = 1, .port = 1};
    uint32_t before;

    (void)state;
    isn_corpus_run(&samples, true, &audit);
    isn_forecast_begin(&audit, &samples, &forecast);
    assert_true(forecast.possible && forecast.same_tuple);
    assert_int_equal(forecast.port, samples.rows[samples.fixed[0]].port);
    before = isn_forecast_number(&forecast, other.time, forecast.port, forecast.src);
    isn_forecast_seen(&forecast, &other);
    assert_int_equal(isn_forecast_number(&forecast, other.time, forecast.port, forecast.src),
                     before);
    isn_audit_release(&audit);
    isn_samples_release(&samples);
}

/* A counter in the hash's sum counts them. */
static void test_connections_between(void **state)
{
    struct isn_audit audit = {
        .class = ISN_CLASS_RFC6528_COUNTER,
        .clock = {.found = true, .rate = 1000},
        .connection = {.found = true, .exact = true, .k = 4096},
    };
    struct isn_forecast forecast = {.possible = true,
                                    .same_tuple = true,
                                    .audit = &audit,
                                    .last = 100,
                                    .last_time = 0,
                                    .port = 5,
                                    .tolerance = 2};
    struct isn_sample other = {.port = 6}, own = {.port = 5, .isn = 777, .time = 2000000000};

    (void)state;
    assert_int_equal(isn_forecast_number(&forecast, 1000000000, 5, 0), 100 + 1000 + 4096);
    isn_forecast_seen(&forecast, &other);
    assert_int_equal(isn_forecast_number(&forecast, 1000000000, 5, 0), 100 + 1000 + 2 * 4096);
    assert_true(isn_forecast_met(&forecast, 50, 52));
    assert_true(isn_forecast_met(&forecast, 50, 48));
    assert_false(isn_forecast_met(&forecast, 50, 53));
    isn_forecast_seen(&forecast, &own);
    assert_int_equal(isn_forecast_number(&forecast, 3000000000, 5, 0), 777 + 1000 + 4096);
    forecast.possible = false;
    assert_false(isn_forecast_met(&forecast, 50, 50));
}

/* A server may cease to answer the fixed tuple: nothing of late is left to judge a forecast by. */
static void test_tuple_gone(void **state)
{
    static struct isn_sample rows[SAMPLES + 300];
    struct isn_samples samples;
    struct isn_audit audit;
    struct isn_forecast forecast;
    uint64_t random = 4;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bool fixed = i < SAMPLES && i % 2;

        random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        rows[i] = (struct isn_sample){
            .time = (int64_t)i * 20000000,
            .port = fixed ? 2000 : (uint16_t)(20000 + i),
            .isn = (uint32_t)(i * 312500) + (fixed ? 77777777 : (uint32_t)(random >> 32)),
        };
    }
    assert_int_equal(isn_samples_make(rows, sizeof rows / sizeof rows[0], true, &samples), 0);
    isn_corpus_run(&samples, true, &audit);
    assert_int_equal(audit.class, ISN_CLASS_RFC6528);
    isn_forecast_begin(&audit, &samples, &forecast);
    assert_true(forecast.same_tuple);
    assert_false(forecast.possible);
    isn_audit_release(&audit);
    isn_samples_release(&samples);
}

/* A server can make us believe in a clock of any rate: trying its ticks out comes to an end. */
static void test_fine_ticks(void **state)
{
    static struct isn_recovery recovery;

    (void)state;
    recovery = (struct isn_recovery){.generator = ISN_GENERATOR_PICOTCP,
                                     .timed = true,
                                     .word_count = 1,
                                     .next_mask = UINT32_MAX,
                                     .words = {1}};
    for (recovery.tick_rate = 1e3; recovery.tick_rate < 1e12; recovery.tick_rate *= 1e3) {
        recovery.tick = 5;
        assert_true(isn_recovery_met(&recovery, 77, 77));
        isn_recovery_met(&recovery, 77, 78);
    }
}

static uint32_t next_crc_plus(struct isn_server *server, const struct isn_contact *contact)
{
    uint8_t tuple[] = {(uint8_t)contact->src, (uint8_t)(contact->port >> 8),
                       (uint8_t)contact->port};

    return isn_crc32(tuple, sizeof tuple) + (uint32_t)server->key[0];
}

static uint32_t next_swapped(struct isn_server *server, const struct isn_contact *contact)
{
    return (uint16_t)(contact->port >> 8 | contact->port << 8) * 2654435761u +
           (uint32_t)server->key[0];
}

/* A port's number is foretold from others', whatever was added and whichever byte comes first. */
static void test_ports(void **state)
{
    static const struct isn_stream streams[] = {{.name = "CRC and a number", .next = next_crc_plus},
                                                {.name = "swapped", .next = next_swapped}};
    static struct isn_audit audit;

    (void)state;
    for (size_t i = 0; i < sizeof streams / sizeof *streams; i++) {
        struct isn_options options = isn_options_make(SAMPLES);
        struct isn_samples all = isn_corpus_samples(&streams[i], 2, &options, false);
        struct isn_forecast forecast;
        struct isn_samples first;
        size_t asked = 0;

        assert_int_equal(isn_samples_make(all.rows, SAMPLES / 2, true, &first), 0);
        isn_corpus_run(&first, true, &audit);
        assert_int_equal(audit.class, ISN_CLASS_TUPLE_FUNCTION);
        isn_forecast_begin(&audit, &first, &forecast);
        assert_true(forecast.possible);
        for (size_t k = SAMPLES / 2; k < SAMPLES; k++) {
            const struct isn_sample *row = &all.rows[k];

            if (row->src != forecast.src)
                continue;
            asked++;
            assert_int_equal(isn_forecast_number(&forecast, row->time, row->port, row->src),
                             row->isn);
        }
        assert_true(asked > SAMPLES / 4);
        isn_audit_release(&audit);
        isn_samples_release(&first);
        isn_samples_release(&all);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exact),      cmocka_unit_test(test_ports),
        cmocka_unit_test(test_near),       cmocka_unit_test(test_impossible),
        cmocka_unit_test(test_same_tuple), cmocka_unit_test(test_connections_between),
        cmocka_unit_test(test_tuple_gone), cmocka_unit_test(test_fine_ticks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
