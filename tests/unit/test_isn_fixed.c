/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of stat/isn/tuple_visible, static, fixed_clock: made-up servers get their class, with the
 * figures that they were made with. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "isn_streams_parts.h"
#include "stat/isn/audit.h"

/* The three judges one after the other. */
static int judge(const struct isn_sample *rows, size_t count, struct isn_audit *audit)
{
    struct isn_samples samples;
    int verdict;

    memset(audit, 0, sizeof *audit);
    assert_int_equal(isn_samples_make(rows, count, true, &samples), 0);
    verdict = isn_judge_port_visible(&samples, audit);
    if (verdict == 0)
        verdict = isn_judge_static(&samples, audit);
    if (verdict == 0)
        verdict = isn_judge_fixed_clock(&samples, audit);
    isn_samples_release(&samples);
    return verdict;
}

static struct isn_audit judge_stream(const struct isn_stream *stream, uint64_t seed,
                                     const struct isn_options *options, int expected)
{
    struct isn_sample *rows = calloc(options->count, sizeof *rows);
    struct isn_audit audit;
    size_t count = isn_stream_make(stream, seed, options, rows);
    int verdict = judge(rows, count, &audit);

    free(rows);
    if (verdict != expected)
        fail_msg("%s, seed %u: %d", stream->name, (unsigned)seed, verdict);
    return audit;
}

static const struct isn_evidence *evidence(const struct isn_audit *audit, const char *test)
{
    for (size_t i = 0; i < audit->evidence_count; i++) {
        if (strcmp(audit->evidence[i].test, test) == 0)
            return &audit->evidence[i];
    }
    fail_msg("no evidence: %s", test);
    return NULL;
}

static void test_classes(void **state)
{
    static const char *const names[] = {
        "mongoose",  "portmul",     "portmul_clk", "crc_tuple", "hash_only",
        "linux64ns", "passt32ns",   "lwip_hook",   "cyclone2",  "linux26",
        "openbsd",   "freebsd_isn", "lb2",         "lb3_bsd",   "rekey60",
    };

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct isn_stream *stream = isn_stream_find(names[i]);
        struct isn_options options = isn_options_make(512);

        for (uint64_t seed = 70; seed < 73; seed++) {
            struct isn_audit audit = judge_stream(stream, seed, &options, 1);

            if (strcmp(isn_class_name(audit.class), stream->class) != 0)
                fail_msg("%s: %s", stream->name, isn_class_name(audit.class));
            assert_int_equal(audit.severity, isn_class_severity(audit.class));
            assert_true(audit.log10_p < -8);
        }
    }
}

/* None of these has a clock, a formula or a constant. */
static void test_none(void **state)
{
    static const char *const names[] = {"random32", "rand31",     "bias60",  "stuck16", "pool4096",
                                        "lcg32",    "xorshift32", "smoltcp", "minstd"};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        for (uint64_t seed = 0; seed < 6; seed++) {
            struct isn_options options = isn_options_make(seed % 2 ? 512 : 96);
            struct isn_audit audit = judge_stream(isn_stream_find(names[i]), seed, &options, 0);

            assert_false(evidence(&audit, "clock in the fixed tuple")->supports);
        }
    }
}

/* What RFC 6528 asks for is confirmed, with figures. */
static void test_confirmed(void **state)
{
    struct isn_options options = isn_options_make(1024);
    struct isn_audit audit = judge_stream(isn_stream_find("linux64ns"), 8, &options, 1);

    (void)state;
    assert_int_equal(audit.class, ISN_CLASS_RFC6528);
    assert_true(audit.clock.found && audit.clock.nominal == 15625000);
    assert_non_null(strstr(audit.clock.name, "Linux"));
    /* Skewed by up to 50 ppm. */
    assert_true(fabs(audit.clock.ppm) < 51);
    assert_true(audit.clock.high - audit.clock.low < 20);
    /* An exponential distribution's standard deviation is its mean. */
    assert_true(fabs(audit.clock.residual - 30e-6) < 6e-6);
    assert_true(fabs(audit.clock.wrap - 274.88) < 0.1);
    assert_true(audit.clock.step == 1);
    assert_true(audit.tuple.hash_bits > 31.9);
    assert_int_equal(audit.tuple.affine, ISN_NO);
    assert_int_equal(audit.tuple.linear, ISN_NO);
    assert_int_equal(audit.tuple.port_visible, ISN_NO);
    assert_false(audit.connection.found);
    assert_int_equal(audit.epochs, 1);
    assert_int_equal(audit.backend_count, 0);
    assert_false(evidence(&audit, "F affine in the port")->supports);
    assert_false(evidence(&audit, "F linear over GF(2) in the port")->supports);
    assert_false(evidence(&audit, "increment of each connection")->supports);
    assert_false(evidence(&audit, "width of F")->supports);
    assert_true(evidence(&audit, "rate of the clock")->supports);
}

static void test_figures(void **state)
{
    struct isn_options options = isn_options_make(1024);
    struct isn_audit audit;
    double share = 0;

    (void)state;
    audit = judge_stream(isn_stream_find("openbsd"), 3, &options, 1);
    assert_true(audit.connection.exact && audit.connection.k == 4096);
    assert_true(audit.clock.nominal == 1048576 && audit.clock.step == 1 << 19);
    audit = judge_stream(isn_stream_find("linux26"), 3, &options, 1);
    assert_true(fabs(audit.tuple.hash_bits - 24) < 0.05);
    audit = judge_stream(isn_stream_find("lwip_hook"), 3, &options, 1);
    assert_true(audit.clock.nominal == 250000 && audit.clock.step == 250);
    audit = judge_stream(isn_stream_find("portmul_clk"), 3, &options, 1);
    assert_true(audit.tuple.affine == ISN_YES && audit.tuple.a == 2654435761u);
    assert_int_equal(audit.tuple.source_matters, ISN_NO);
    audit = judge_stream(isn_stream_find("portmul"), 3, &options, 1);
    assert_true(audit.tuple.affine == ISN_YES && audit.tuple.a == 2654435761u);
    assert_int_equal(audit.tuple.source_matters, ISN_YES);
    audit = judge_stream(isn_stream_find("crc_tuple"), 3, &options, 1);
    assert_true(audit.tuple.linear == ISN_YES && audit.tuple.rank == 17);
    audit = judge_stream(isn_stream_find("mongoose"), 3, &options, 1);
    assert_true(audit.tuple.port_visible == ISN_YES && audit.tuple.shift == 0);
    audit = judge_stream(isn_stream_find("lb2"), 3, &options, 1);
    assert_int_equal(audit.backend_count, 2);
    for (size_t i = 0; i < audit.backend_count; i++)
        share += audit.backends[i].share;
    assert_true(fabs(share - 1) < 0.02 && fabs(audit.backends[0].share - 0.5) < 0.1);
    audit = judge_stream(isn_stream_find("rekey60"), 3, &options, 1);
    assert_in_range(audit.epochs, 2, 4);
}

/* ---- servers that no table has ---- */

static uint32_t next_crc_clock(struct isn_server *server, const struct isn_contact *contact)
{
    uint8_t tuple[] = {(uint8_t)contact->src, (uint8_t)(contact->port >> 8),
                       (uint8_t)contact->port};

    return (isn_crc32(tuple, sizeof tuple) ^ (uint32_t)server->key[0]) +
           (uint32_t)(isn_server_uptime(server, contact) / 137);
}

/* Half a million at once, each four seconds. */
static uint32_t next_coarse(struct isn_server *server, const struct isn_contact *contact)
{
    return (uint32_t)isn_server_hash(server, contact, 0) +
           (uint32_t)(isn_server_uptime(server, contact) / (4 * NS_PER_S)) * 500000;
}

static uint32_t next_four(struct isn_server *server, const struct isn_contact *contact)
{
    return (uint32_t)isn_server_hash(server, contact, isn_server_draw(server) & 3);
}

static uint32_t next_swapped(struct isn_server *server, const struct isn_contact *contact)
{
    return (uint16_t)(contact->port >> 8 | contact->port << 8) * 2654435761u +
           contact->src * 0x1234567 + (uint32_t)server->key[0];
}

static uint32_t next_swapped_clock(struct isn_server *server, const struct isn_contact *contact)
{
    return next_swapped(server, contact) + (uint32_t)(isn_server_uptime(server, contact) / 4000);
}

static uint32_t next_crc_plus(struct isn_server *server, const struct isn_contact *contact)
{
    uint8_t tuple[] = {(uint8_t)contact->src, (uint8_t)(contact->port >> 8),
                       (uint8_t)contact->port};

    return isn_crc32(tuple, sizeof tuple) + (uint32_t)server->key[0];
}

static void test_others(void **state)
{
    static const struct {
        struct isn_stream stream;
        enum isn_class class;
        double rate;
        size_t backends;
    } rows[] = {
        {{.name = "CRC and clock", .next = next_crc_clock}, ISN_CLASS_TUPLE_FUNCTION, 1e9 / 137, 0},
        {{.name = "CRC and a number", .next = next_crc_plus}, ISN_CLASS_TUPLE_FUNCTION, 0, 0},
        {{.name = "swapped", .next = next_swapped}, ISN_CLASS_TUPLE_FUNCTION, 0, 0},
        {{.name = "swapped and clock", .next = next_swapped_clock},
         ISN_CLASS_TUPLE_FUNCTION,
         250000,
         0},
        {{.name = "coarse", .next = next_coarse}, ISN_CLASS_RFC6528, 125000, 0},
        {{.name = "four hashes", .next = next_four}, ISN_CLASS_STATIC_HASH, 0, 4},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct isn_options options = isn_options_make(512);

        for (uint64_t seed = 1; seed < 4; seed++) {
            struct isn_audit audit = judge_stream(&rows[i].stream, seed, &options, 1);

            if (audit.class != rows[i].class)
                fail_msg("%s: %s", rows[i].stream.name, isn_class_name(audit.class));
            assert_true(fabs(audit.clock.rate - rows[i].rate) <= 0.06 * rows[i].rate);
            assert_int_equal(audit.backend_count, rows[i].backends);
        }
    }
}

static uint32_t next_counted(struct isn_server *server, const struct isn_contact *contact)
{
    return (uint32_t)isn_server_hash(server, contact, 0) +
           (uint32_t)(isn_server_uptime(server, contact) / 64) + 4096 * (uint32_t)++server->state;
}

/* What each connection adds: known to the number where answers come in time; by all numbers, where
 * neighbours are too far off, and not taken for the clock's. */
static void test_each(void **state)
{
    static const struct isn_stream counted = {.name = "counted", .next = next_counted};
    struct isn_options options = isn_options_make(512);

    (void)state;
    for (uint64_t seed = 1; seed < 9; seed++) {
        struct isn_audit audit;

        options.jitter_us = 30;
        audit = judge_stream(&counted, seed, &options, 1);
        assert_int_equal(audit.class, ISN_CLASS_RFC6528_COUNTER);
        assert_true(fabs(audit.connection.k - 4096) < 1);
        assert_true(audit.clock.high - audit.clock.low < 20);
        assert_true(fabs(audit.clock.ppm) < 51);

        options.jitter_us = 5000;
        audit = judge_stream(&counted, seed, &options, 1);
        assert_int_equal(audit.class, ISN_CLASS_RFC6528_COUNTER);
        assert_true(fabs(audit.connection.k - 4096) < 300);
        assert_true(fabs(audit.clock.rate - 15625000) < 2000);
        /* Without a counter there is none. */
        audit = judge_stream(isn_stream_find("linux64ns"), seed, &options, 1);
        assert_int_equal(audit.class, ISN_CLASS_RFC6528);
        assert_false(audit.connection.found);
    }
}

/* Of one kind of tuple alone, all samples that there are. */
static size_t keep(struct isn_sample *rows, size_t count, bool fixed)
{
    struct isn_samples samples;
    uint16_t port;
    size_t kept = 0;

    assert_int_equal(isn_samples_make(rows, count, true, &samples), 0);
    port = samples.rows[samples.fixed[0]].port;
    isn_samples_release(&samples);
    for (size_t i = 0; i < count; i++) {
        if ((rows[i].port == port) == fixed)
            rows[kept++] = rows[i];
    }
    return kept;
}

/* A formula of the port needs no tuple that comes again; a hash is none. */
static void test_varying_only(void **state)
{
    static const struct {
        struct isn_stream stream;
        int verdict;
    } rows[] = {
        {{.name = "CRC and a number", .next = next_crc_plus}, 1},
        {{.name = "swapped", .next = next_swapped}, 1},
        {{.name = "four hashes", .next = next_four}, 0},
        {{.name = "coarse", .next = next_coarse}, 0},
    };
    struct isn_options options = isn_options_make(512);
    struct isn_sample list[512];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t count = isn_stream_make(&rows[i].stream, 3, &options, list);
        struct isn_samples samples;
        struct isn_audit audit;

        memset(&audit, 0, sizeof audit);
        count = keep(list, count, false);
        assert_int_equal(isn_samples_make(list, count, true, &samples), 0);
        assert_int_equal(isn_judge_static(&samples, &audit), 0);
        assert_int_equal(isn_judge_formula(&samples, &audit), rows[i].verdict);
        isn_samples_release(&samples);
        if (rows[i].verdict == 1) {
            assert_int_equal(audit.class, ISN_CLASS_TUPLE_FUNCTION);
            assert_true(audit.tuple.swapped == (audit.tuple.affine == ISN_YES));
            assert_true(audit.log10_p < -1000);
        } else {
            assert_int_equal(audit.evidence_count, 0);
            assert_int_equal(audit.tuple.affine, ISN_UNTESTED);
        }
    }
}

/* A hash that stands still, seen on one tuple alone: who knows what others get. */
static void test_fixed_only(void **state)
{
    struct isn_options options = isn_options_make(512);
    struct isn_sample rows[512];
    struct isn_audit audit;
    size_t count = isn_stream_make(isn_stream_find("hash_only"), 3, &options, rows);

    (void)state;
    assert_int_equal(judge(rows, keep(rows, count, true), &audit), 1);
    assert_int_equal(audit.class, ISN_CLASS_INCONCLUSIVE);
    assert_int_equal(audit.severity, ISN_SEVERITY_UNKNOWN);
    assert_non_null(audit.why);
}

static uint32_t next_table(struct isn_server *server, const struct isn_contact *contact)
{
    (void)contact;
    return (uint32_t)(isn_server_draw(server) & 15) * 0x9e3779b1u + (uint32_t)server->key[0];
}

/* Half of the numbers keep the upper half of the last one. */
static uint32_t next_sticky(struct isn_server *server, const struct isn_contact *contact)
{
    uint64_t word = isn_server_draw(server);

    (void)contact;
    if (word >> 63)
        server->state = word >> 16 & 0xffff0000;
    return (uint32_t)(server->state | (word & 0xffff));
}

/* What comes again for all tuples, or for a moment, is neither a hash nor servers taking turns. */
static void test_repeats(void **state)
{
    static const struct isn_stream streams[] = {{.name = "16 values", .next = next_table},
                                                {.name = "sticky", .next = next_sticky}};

    (void)state;
    for (size_t i = 0; i < sizeof streams / sizeof *streams; i++) {
        for (uint64_t seed = 1; seed < 11; seed++) {
            struct isn_options options = isn_options_make(1024);

            options.burst = 0;
            judge_stream(&streams[i], seed, &options, 0);
        }
    }
}

/* More keys than are kept apart: each is used once, so they are no servers that take turns. */
static uint32_t next_hasty(struct isn_server *server, const struct isn_contact *contact)
{
    int64_t time = isn_server_uptime(server, contact);

    return (uint32_t)isn_server_hash(server, contact, (uint64_t)(time / (NS_PER_S / 5))) +
           (uint32_t)(time / 64);
}

static void test_hasty_keys(void **state)
{
    const struct isn_stream stream = {.name = "hasty keys", .next = next_hasty};

    (void)state;
    for (uint64_t seed = 1; seed < 9; seed++) {
        struct isn_options options = isn_options_make(512);
        struct isn_audit audit;

        options.burst = options.slow = 0;
        audit = judge_stream(&stream, seed, &options, 1);
        assert_int_not_equal(audit.class, ISN_CLASS_MIXTURE);
    }
}

/* Answers that were held up: the quickest ones give the rate. */
static void test_round_trips(void **state)
{
    struct isn_options options = isn_options_make(512);
    struct isn_sample rows[512];
    struct isn_audit all, quick;
    struct isn_noise noise = {3};
    size_t count;

    (void)state;
    options.jitter_us = 0.001;
    count = isn_stream_make(isn_stream_find("passt32ns"), 1, &options, rows);
    for (size_t i = 0; i < count; i++)
        rows[i].time += llround(isn_noise_exponential(&noise, 2e6));
    assert_int_equal(judge(rows, count, &all), 1);
    noise.state = 3;
    for (size_t i = 0; i < count; i++)
        rows[i].rtt = 200000 + llround(isn_noise_exponential(&noise, 2e6));
    assert_int_equal(judge(rows, count, &quick), 1);
    assert_int_equal(quick.class, ISN_CLASS_RFC6528);
    assert_true(quick.clock.high - quick.clock.low < (all.clock.high - all.clock.low) / 3);
}

/* RFC 6528 with a clock of a nanosecond. */
static uint32_t next_nanosecond(struct isn_server *server, const struct isn_contact *contact)
{
    return (uint32_t)isn_server_hash(server, contact, 0) +
           (uint32_t)isn_server_uptime(server, contact);
}

/* Late answers leave a fast clock's level by far, and are no other server's. */
static void test_late(void **state)
{
    static const struct isn_stream stream = {.name = "nanosecond", .next = next_nanosecond};

    (void)state;
    for (uint64_t seed = 1; seed < 11; seed++) {
        struct isn_options options = isn_options_make(512);
        struct isn_audit audit;

        options.jitter_us = 10000;
        audit = judge_stream(&stream, seed, &options, 1);
        assert_int_equal(audit.class, ISN_CLASS_RFC6528);
        assert_true(fabs(audit.clock.ppm) < 500);
    }
}

/* A hash of the millisecond: numbers that a fast clock would have now and then. */
static uint32_t next_millisecond(struct isn_server *server, const struct isn_contact *contact)
{
    return (uint32_t)(isn_server_uptime(server, contact) / NS_PER_MS) * 2654435761u;
}

/* Up by any number below 2^28. */
static uint32_t next_wide(struct isn_server *server, const struct isn_contact *contact)
{
    (void)contact;
    server->state += isn_server_draw(server) >> 36;
    return (uint32_t)server->state;
}

/* Levels that are many for the numbers on them, or so broad that they fill the circle. */
static void test_no_levels(void **state)
{
    static const struct isn_stream streams[] = {{.name = "millisecond", .next = next_millisecond},
                                                {.name = "wide", .next = next_wide}};
    struct isn_sample rows[2048];

    (void)state;
    for (size_t i = 0; i < sizeof streams / sizeof *streams; i++) {
        for (uint64_t seed = 1; seed < 5; seed++) {
            struct isn_options options = isn_options_make(2048);
            size_t count = isn_stream_make(&streams[i], seed, &options, rows);
            struct isn_audit audit;

            judge(rows, keep(rows, count, true), &audit);
            assert_int_not_equal(audit.class, ISN_CLASS_MIXTURE);
        }
    }
}

static void test_few(void **state)
{
    struct isn_options options = isn_options_make(12);
    struct isn_audit audit;

    (void)state;
    audit = judge_stream(isn_stream_find("linux64ns"), 1, &options, 0);
    assert_int_equal(judge(NULL, 0, &audit), 0);
    assert_int_equal(audit.evidence_count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_classes),    cmocka_unit_test(test_none),
        cmocka_unit_test(test_confirmed),  cmocka_unit_test(test_figures),
        cmocka_unit_test(test_others),     cmocka_unit_test(test_round_trips),
        cmocka_unit_test(test_no_levels),  cmocka_unit_test(test_late),
        cmocka_unit_test(test_few),        cmocka_unit_test(test_varying_only),
        cmocka_unit_test(test_fixed_only), cmocka_unit_test(test_each),
        cmocka_unit_test(test_repeats),    cmocka_unit_test(test_hasty_keys),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
