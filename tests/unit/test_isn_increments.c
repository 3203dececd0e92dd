/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of the judges of increments: each made-up server that is theirs is named, with the figures
 * that it was made with; those of other judges are left alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "isn_streams_parts.h"
#include "stat/isn/audit.h"

enum { MOST = 2048 };

static struct isn_sample rows[MOST];
static struct isn_audit audit;

static int (*const judges[])(const struct isn_samples *samples, struct isn_audit *ret_audit) = {
    isn_judge_constant, isn_judge_counter, isn_judge_periodic, isn_judge_increments,
    isn_judge_neighbours};

/* What the judges say of a stream; INCONCLUSIVE: it is none of theirs. */
static enum isn_class judge(const struct isn_stream *stream, uint64_t seed,
                            const struct isn_options *options)
{
    struct isn_samples samples;
    size_t count = isn_stream_make(stream, seed, options, rows);
    int ret = 0;

    memset(&audit, 0, sizeof audit);
    assert_int_equal(isn_samples_make(rows, count, true, &samples), 0);
    for (size_t i = 0; i < sizeof judges / sizeof *judges && ret == 0; i++)
        ret = judges[i](&samples, &audit);
    assert_true(ret >= 0);
    isn_samples_release(&samples);
    if (ret > 0) {
        assert_int_equal(audit.severity, isn_class_severity(audit.class));
        assert_true(audit.log10_p < -10);
    }
    return ret > 0 ? audit.class : ISN_CLASS_INCONCLUSIVE;
}

static enum isn_class judge_plain(const char *name, size_t count)
{
    struct isn_options options = isn_options_make(count);

    return judge(isn_stream_find(name), 77, &options);
}

static bool is_ours(const struct isn_stream *stream)
{
    static const char *const classes[] = {"CONSTANT",         "COUNTER",  "CLOCK",
                                          "CLOCK_COUNTER",    "PERIODIC", "TICK_ACCUMULATOR",
                                          "RANDOM_INCREMENT", NULL};

    for (size_t i = 0; classes[i]; i++) {
        if (strcmp(stream->class, classes[i]) == 0)
            return true;
    }
    return strcmp(stream->name, "netbsd24") == 0;
}

static void assert_all(const struct isn_options *options, uint64_t seeds)
{
    for (size_t i = 0; i < ISN_STREAM_COUNT; i++) {
        const struct isn_stream *stream = &isn_streams[i];

        /* Its port is seen before. */
        for (uint64_t seed = 1; seed <= seeds && strcmp(stream->name, "mongoose") != 0; seed++) {
            enum isn_class class = judge(stream, 3000 + seed, options);

            assert_string_equal(isn_class_name(class),
                                is_ours(stream) ? stream->class : "INCONCLUSIVE");
        }
    }
}

static void test_all(void **state)
{
    struct isn_options options = isn_options_make(512);

    (void)state;
    assert_all(&options, 1);
    options = isn_options_make(128);
    assert_all(&options, 2);
}

/* Times that are late by 10 ms, more than most gaps take. */
static void test_jitter(void **state)
{
    struct isn_options options = isn_options_make(512);

    (void)state;
    options.jitter_us = 10000;
    assert_all(&options, 1);
}

static void test_loss(void **state)
{
    struct isn_options options = isn_options_make(512);

    (void)state;
    options.loss = 0.02;
    assert_all(&options, 1);
}

/* 20 connections of others a second: a counter shows them, clocks and random increments stay. */
static void test_busy(void **state)
{
    static const char *const names[] = {"ctr1", "ctr64k",  "clk4us",   "clk1g",   "ndk",
                                        "edk2", "honeyd5", "netbsd24", "ri_wide", "lwip"};
    struct isn_options options = isn_options_make(1024);

    (void)state;
    options.background = 20;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct isn_stream *stream = isn_stream_find(names[i]);

        assert_string_equal(isn_class_name(judge(stream, 5, &options)), stream->class);
        if (strcmp(stream->class, "COUNTER") == 0) {
            assert_true(fabs(audit.connection.foreign - 20) < 3);
            assert_true(audit.connection.foreign_log10_p < -10);
        }
    }
}

static void test_figures(void **state)
{
    (void)state;
    assert_int_equal(judge_plain("ctr65527", 512), ISN_CLASS_COUNTER);
    assert_int_equal(audit.increment.step, 65527);
    assert_true(audit.connection.exact && audit.connection.k == 65527);
    assert_true(audit.connection.foreign == 0);

    assert_int_equal(judge_plain("bsd44", 512), ISN_CLASS_CLOCK_COUNTER);
    assert_int_equal((int)audit.clock.step, 64000);
    assert_true(fabs(audit.clock.rate / 128000 - 1) < 0.01);
    assert_true(audit.connection.exact && audit.connection.k == 64000);

    assert_int_equal(judge_plain("ndk", 512), ISN_CLASS_CLOCK_COUNTER);
    assert_true(audit.clock.low < 250000 * (1 + 50e-6) && audit.clock.high > 250000 * (1 - 50e-6));
    assert_true(fabs(audit.connection.k - 0x1f000) < 2);

    assert_int_equal(judge_plain("lwip", 512), ISN_CLASS_TICK_ACCUMULATOR);
    assert_true(fabs(audit.increment.tick_rate - 2) < 0.05);
    assert_true(audit.increment.uptime >= 3600 * 0.97);
    assert_true(audit.increment.uptime <= 864000 * 1.03);

    assert_int_equal(judge_plain("honeyd5", 512), ISN_CLASS_PERIODIC);
    assert_int_equal(audit.increment.period, 5);
    for (size_t i = 0; i < 5; i++)
        assert_true(audit.increment.cycle[i] > 0);

    assert_int_equal(judge_plain("netbsd24", 512), ISN_CLASS_REDUCED_ENTROPY);
    assert_true(audit.entropy.bits > 23 && audit.entropy.bits < 26);

    assert_int_equal(judge_plain("fnet", 512), ISN_CLASS_RANDOM_INCREMENT);
    assert_true(audit.increment.q05 >= 0 && audit.increment.q95 <= 255);
    assert_true(fabs(audit.increment.q50 - 127.5) < 20);

    assert_int_equal(judge_plain("solaris1", 512), ISN_CLASS_RANDOM_INCREMENT);
    assert_true(audit.clock.found && fabs(audit.clock.rate / 244140.625 - 1) < 0.2);
}

/* ---- servers that are in no table ---- */

static double parameter;

static uint32_t next_clock(struct isn_server *server, const struct isn_contact *contact)
{
    return (uint32_t)(uint64_t)floor((double)isn_server_uptime(server, contact) / 1e9 * parameter);
}

static uint32_t next_counter(struct isn_server *server, const struct isn_contact *contact)
{
    (void)contact;
    return (uint32_t)(server->key[0] + server->connections * (uint64_t)parameter);
}

/* So many microseconds in which 40 s are left until midnight. */
static uint32_t next_midnight(struct isn_server *server, const struct isn_contact *contact)
{
    const struct isn_contact first = {0};
    int64_t since = isn_server_uptime(server, contact) - isn_server_uptime(server, &first);
    int64_t day = INT64_C(86400000000);

    return (uint32_t)((day - 40000000 + since / 1000) % day);
}

/* 24 bits of a generator whose whole state they are, which is another judge's. */
static uint32_t next_narrow(struct isn_server *server, const struct isn_contact *contact)
{
    (void)contact;
    server->state = (server->state * 1103515245 + 12345) & 0xffffff;
    return (uint32_t)server->state;
}

/* The same of increments, which is ours. */
static uint32_t next_drawn(struct isn_server *server, const struct isn_contact *contact)
{
    server->more[0] += next_narrow(server, contact);
    return (uint32_t)server->more[0];
}

/* 28 bits of a hash, and of the ports themselves. */
static uint32_t next_hash(struct isn_server *server, const struct isn_contact *contact)
{
    return (uint32_t)isn_server_hash(server, contact, 0) >> 4;
}

static uint32_t next_port(struct isn_server *server, const struct isn_contact *contact)
{
    return contact->port * 4096u + next_clock(server, contact);
}

static enum isn_class judge_made(uint32_t (*next)(struct isn_server *server,
                                                  const struct isn_contact *contact),
                                 double with, size_t count)
{
    struct isn_stream stream = {"made", "", "", 64, NULL, next};
    struct isn_options options = isn_options_make(count);

    parameter = with;
    return judge(&stream, 12, &options);
}

static void test_clocks(void **state)
{
    static const double rates[] = {2,   18.2, 60,      100,      250, 1024, 4096,
                                   1e4, 1e5,  3579545, 15625000, 1e9, 3e9,  4e9};

    (void)state;
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        assert_int_equal(judge_made(next_clock, rates[i], 512), ISN_CLASS_CLOCK);
        assert_true(fabs(audit.clock.rate / rates[i] - 1) < fmax(1e-4, 0.5 / rates[i] / 20));
        assert_true(fabs(audit.clock.wrap - 4294967296.0 / audit.clock.rate) < 1e-6);
    }
}

static void test_counters(void **state)
{
    static const double steps[] = {1, 4096, 2654435769.0, 2147483648.0, 4294967295.0};

    (void)state;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        assert_int_equal(judge_made(next_counter, steps[i], 128), ISN_CLASS_COUNTER);
        assert_int_equal(audit.increment.step, (uint32_t)steps[i]);
    }
}

static void test_midnight(void **state)
{
    (void)state;
    assert_int_equal(judge_made(next_midnight, 0, 1024), ISN_CLASS_CLOCK);
    assert_true(fabs(audit.clock.rate / 1e6 - 1) < 1e-4);
}

static void test_generators(void **state)
{
    (void)state;
    assert_int_equal(judge_made(next_narrow, 0, 512), ISN_CLASS_INCONCLUSIVE);
    assert_int_equal(judge_made(next_drawn, 0, 512), ISN_CLASS_WEAK_PRNG);
}

static void test_tuple(void **state)
{
    (void)state;
    assert_int_equal(judge_made(next_hash, 0, 512), ISN_CLASS_INCONCLUSIVE);
    assert_int_equal(judge_made(next_port, 0, 512), ISN_CLASS_INCONCLUSIVE);
    assert_int_equal(judge_made(next_port, 1e6, 512), ISN_CLASS_INCONCLUSIVE);
}

/* Of one tuple alone, a clock may as well be that of RFC 6528. */
static void test_one_tuple(void **state)
{
    const struct isn_stream *stream = isn_stream_find("clk4us");
    struct isn_options options = isn_options_make(256);

    (void)state;
    options.burst = 0;
    options.fixed_share = 1;
    assert_int_equal(judge(stream, 4, &options), ISN_CLASS_INCONCLUSIVE);
}

/* A cryptographic generator: none of 500 audits is wrong. */
static void test_random(void **state)
{
    const struct isn_stream *stream = isn_stream_find("random32");
    struct isn_options options = isn_options_make(64);

    (void)state;
    for (uint64_t seed = 1; seed <= 500; seed++)
        assert_int_equal(judge(stream, seed, &options), ISN_CLASS_INCONCLUSIVE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all),        cmocka_unit_test(test_jitter),
        cmocka_unit_test(test_loss),       cmocka_unit_test(test_busy),
        cmocka_unit_test(test_figures),    cmocka_unit_test(test_clocks),
        cmocka_unit_test(test_counters),   cmocka_unit_test(test_midnight),
        cmocka_unit_test(test_generators), cmocka_unit_test(test_tuple),
        cmocka_unit_test(test_one_tuple),  cmocka_unit_test(test_random),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
