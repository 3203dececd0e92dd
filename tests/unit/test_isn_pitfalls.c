/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mistakes that an audit of sequence numbers invites, each of which has been made before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "isn_corpus.h"

#define SEEDS 5

static struct isn_audit audit;

static struct isn_samples samples_of(const char *name, uint64_t seed, size_t count,
                                     double burst_fixed)
{
    struct isn_options options = isn_options_make(count);

    options.burst_fixed = burst_fixed;
    return isn_corpus_samples(isn_stream_find(name), seed, &options, false);
}

/* Steps less the clock's share, rounded one by one, add up to a random walk. */
static void test_rounding(void **state)
{
    static const char *const clocks[] = {"clk4us", "clkms", "clkus_day", "uip", "clk1g"};

    (void)state;
    for (size_t i = 0; i < sizeof clocks / sizeof clocks[0]; i++) {
        for (uint64_t seed = 1; seed <= SEEDS; seed++) {
            struct isn_samples samples = samples_of(clocks[i], seed, 2048, 0);

            isn_corpus_run(&samples, true, &audit);
            assert_int_equal(audit.class, ISN_CLASS_CLOCK);
            isn_audit_release(&audit);
            isn_samples_release(&samples);
        }
    }
}

/* The high bits of a slow counter have a low linear complexity, and its steps, or a number that
 * comes again, are those of a congruential generator with the factor 1. */
static void test_no_generator(void **state)
{
    static const char *const names[] = {"uip",     "clkms",     "lwip",      "ctr64k", "bsd44",
                                        "openbsd", "hash_only", "linux64ns", "const0", "honeyd5",
                                        "fnet",    "netbsd24",  "crc_tuple", "portmul"};
    struct isn_recovery recovery;

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        for (uint64_t seed = 1; seed <= SEEDS; seed++) {
            struct isn_samples samples = samples_of(names[i], seed, 1024, seed % 2 ? 0.5 : 0);

            assert_int_equal(isn_recover_samples(&samples, &recovery), 0);
            isn_samples_release(&samples);
        }
    }
}

/* Numbers that fill half of the circle, or prefer a half of it, are nearer to any line. */
static void test_no_clock(void **state)
{
    static const char *const names[] = {"rand31", "bias60", "stuck16", "pool4096", "random32"};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        for (uint64_t seed = 1; seed <= SEEDS; seed++) {
            struct isn_samples samples = samples_of(names[i], seed, 1024, 0);

            isn_corpus_run(&samples, true, &audit);
            assert_false(audit.clock.found);
            assert_string_equal(isn_class_name(audit.class), isn_stream_find(names[i])->class);
            isn_audit_release(&audit);
            isn_samples_release(&samples);
        }
    }
}

/* Priced on the numbers that the guesses were taken from, each number would be among them. */
static void test_held_out(void **state)
{
    static const struct {
        const char *name;
        double half;
    } servers[] = {{"ri15", 0x1p14}, {"ri_gauss", 3.37e5}, {"ri_wide", 0x1p27}, {"fnet", 0x1p7}};

    (void)state;
    for (size_t i = 0; i < sizeof servers / sizeof servers[0]; i++) {
        struct isn_samples samples = samples_of(servers[i].name, 3, 2048, 0);

        isn_corpus_run(&samples, false, &audit);
        assert_true(audit.cross.n50 > 0.8 * servers[i].half);
        assert_true(audit.cross.n50 < 1.25 * servers[i].half);
        assert_true(audit.cross.low < 1.1 * servers[i].half);
        assert_true(audit.cross.high > 0.9 * servers[i].half);
        isn_audit_release(&audit);
        isn_samples_release(&samples);
    }
}

/* Two servers whose hashes lie 100000 apart, 6 ms of their clock: with a broad tolerance, one. */
static void test_near_servers(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct isn_samples samples = samples_of("linux64ns", seed, 2048, 0);
        uint64_t noise = seed;

        for (size_t i = 0; i < samples.count; i++) {
            noise = noise * 6364136223846793005 + 1442695040888963407;
            samples.rows[i].isn += noise >> 63 ? 100000 : 0;
        }
        isn_corpus_run(&samples, true, &audit);
        assert_int_equal(audit.class, ISN_CLASS_MIXTURE);
        assert_int_equal(audit.backend_count, 2);
        assert_true(audit.backends[0].share > 0.4 && audit.backends[1].share > 0.4);
        isn_audit_release(&audit);
        isn_samples_release(&samples);
    }
}

/* Answers that come late are no other server's. */
static void test_late(void **state)
{
    static const double shares[] = {0.1, 0.3, 0.4}, longest[] = {0.003, 0.02, 0.05};

    (void)state;
    for (uint64_t seed = 0; seed < 9; seed++) {
        struct isn_samples samples = samples_of("linux64ns", 40 + seed, 512, 0);
        uint64_t noise = seed + 1;

        for (size_t i = 0; i < samples.count; i++) {
            noise = noise * 6364136223846793005 + 1442695040888963407;
            if ((double)(noise >> 32) < shares[seed % 3] * 0x1p32)
                samples.rows[i].time +=
                    (int64_t)(longest[seed / 3] * 1e9 * (double)(noise & 0xffffff) / 0x1p24);
        }
        isn_corpus_run(&samples, true, &audit);
        assert_string_equal(isn_class_name(audit.class), "RFC6528");
        isn_audit_release(&audit);
        isn_samples_release(&samples);
    }
}

/* A port that comes twice by chance has the same value of F: no sign of a hash with few values. */
static void test_ports_twice(void **state)
{
    struct isn_samples once = samples_of("linux64ns", 8, 1024, 0);
    struct isn_sample *rows = calloc(2 * once.count, sizeof *rows);
    struct isn_samples twice;
    size_t count = once.count;

    (void)state;
    assert_non_null(rows);
    isn_corpus_run(&once, true, &audit);
    assert_int_equal(audit.class, ISN_CLASS_RFC6528);
    memcpy(rows, once.rows, count * sizeof *rows);
    for (size_t i = 0; i < once.varying_count; i += 8) {
        rows[count] = once.rows[once.varying[i]];
        rows[count].time += (int64_t)((audit.duration + 1) * 1e9);
        rows[count++].isn += (uint32_t)(int64_t)((audit.duration + 1) * audit.clock.rate);
    }
    isn_audit_release(&audit);
    assert_int_equal(isn_samples_make(rows, count, true, &twice), 0);
    isn_corpus_run(&twice, true, &audit);
    assert_int_equal(audit.class, ISN_CLASS_RFC6528);
    assert_true(audit.tuple.hash_bits > 30);
    isn_audit_release(&audit);
    isn_samples_release(&twice);
    isn_samples_release(&once);
    free(rows);
}

/* Nearly all of one tuple: its steps have the hash in common, and show the counter behind it. */
static void test_one_tuple(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct isn_samples made = samples_of("openbsd", seed, 2048, 0);
        uint16_t port = made.rows[made.fixed[0]].port;
        struct isn_samples samples;
        size_t count = 0;
        size_t others = 0;

        for (size_t i = 0; i < made.count; i++)
            if (made.rows[i].port == port || others++ % 50 == 0)
                made.rows[count++] = made.rows[i];
        assert_int_equal(isn_samples_make(made.rows, count, true, &samples), 0);
        isn_corpus_run(&samples, true, &audit);
        assert_int_equal(audit.class, ISN_CLASS_RFC6528_COUNTER);
        isn_audit_release(&audit);
        isn_samples_release(&samples);
        isn_samples_release(&made);
    }
}

/* A hash of the tuple with something slow in it, where no clock can be found: it stands still in so
 * short a time, or the two are not added. Its numbers of one tuple are like each other, but that is
 * the server's own affair. */
static void test_slow_in_hash(void **state)
{
    struct isn_options quick = {.count = 128, .burst = 128, .burst_fixed = 0.5, .jitter_us = 10};
    struct isn_options usual = isn_options_make(256);

    (void)state;
    for (uint64_t seed = 1; seed <= 4 * SEEDS; seed++) {
        struct isn_samples samples = isn_corpus_samples(isn_stream_find("hash_only"), seed,
                                                        seed % 2 ? &quick : &usual, false);

        for (size_t i = 0; i < samples.count; i++) {
            struct isn_sample *row = &samples.rows[i];

            if (seed % 2)
                row->isn += (uint32_t)((row->time - samples.rows[0].time) / 5000000);
            else
                row->isn ^= (uint32_t)((uint64_t)row->time >> 6);
        }
        isn_corpus_run(&samples, true, &audit);
        if (audit.class != ISN_CLASS_INCONCLUSIVE && audit.class != ISN_CLASS_RFC6528)
            fail_msg("%s, seed %d", isn_class_name(audit.class), (int)seed);
        isn_audit_release(&audit);
        isn_samples_release(&samples);
    }
}

/* All gaps alike, and times as late as the gaps are long: time and index together fit a walk. Of so
 * few numbers, noise and a walk are told apart nearly always only. */
static void test_one_pace(void **state)
{
    struct isn_options options = isn_options_make(256);
    unsigned others = 0;

    (void)state;
    options.burst = 256;
    options.burst_fixed = 0.5;
    for (uint64_t seed = 1; seed <= 12 * SEEDS; seed += ISN_CORPUS_EVERY) {
        struct isn_samples samples =
            isn_corpus_samples(isn_stream_find("ri15"), seed, &options, false);

        isn_corpus_run(&samples, true, &audit);
        others += audit.class != ISN_CLASS_RANDOM_INCREMENT;
        isn_audit_release(&audit);
        isn_samples_release(&samples);
    }
    assert_true(others <= 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rounding),     cmocka_unit_test(test_no_generator),
        cmocka_unit_test(test_no_clock),     cmocka_unit_test(test_held_out),
        cmocka_unit_test(test_near_servers), cmocka_unit_test(test_late),
        cmocka_unit_test(test_ports_twice),  cmocka_unit_test(test_one_tuple),
        cmocka_unit_test(test_slow_in_hash), cmocka_unit_test(test_one_pace),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
