/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of state recovery: each generator is found and foretold, also with a loss, and not out of
 * too few ISNs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "isn_recover_streams.h"
#include "stat/isn/recover.h"

#define SEEDS 5

/* `few` ISNs are too few for anything, `enough` will do, and `lossy` with one in the middle lost.
 */
struct family {
    enum isn_generator generator;
    void (*make)(struct stream *stream, uint64_t *seed);
    size_t few;
    size_t enough;
    size_t lossy;
    const char *name; /* NULL: that of the row */
};

static const struct family families[] = {
    {ISN_GENERATOR_LCG32, stream_lcg32, 8, 24, 64, NULL},
    {ISN_GENERATOR_LCG32, stream_even_steps, 8, 24, 64, NULL},
    {ISN_GENERATOR_LCG, stream_lcg31, 14, 18, 64, NULL},
    {ISN_GENERATOR_LCG, stream_minstd, 14, 18, 64, NULL},
    {ISN_GENERATOR_LCG, stream_prime, 14, 18, 64, NULL},
    {ISN_GENERATOR_DRAND48, stream_drand48, 5, 6, 64, NULL},
    {ISN_GENERATOR_DRAND48, stream_gsl_rand48, 5, 6, 64, NULL},
    {ISN_GENERATOR_LRAND48, stream_lrand48, 5, 6, 64, NULL},
    {ISN_GENERATOR_LCG64, stream_newlib, 8, 9, 64, "rand() of newlib"},
    {ISN_GENERATOR_LCG64, stream_musl, 8, 9, 64, "rand() of musl"},
    {ISN_GENERATOR_LCG64, stream_mmix, 8, 9, 64, "64-bit LCG of Knuth's MMIX, upper 32 bits"},
    {ISN_GENERATOR_RAND_R, stream_rand_r, 4, 5, 64, NULL},
    {ISN_GENERATOR_MSVC, stream_msvc, 4, 5, 64, NULL},
    {ISN_GENERATOR_SMOLTCP, stream_smoltcp, 4, 5, 64, NULL},
    {ISN_GENERATOR_PICOTCP, stream_picotcp, 9, 10, 64, NULL},
    {ISN_GENERATOR_ADDITIVE, stream_random, 54, 256, 400,
     "random() of glibc and BSD, 31 words of state"},
    {ISN_GENERATOR_ADDITIVE, stream_gsl_random, 54, 256, 400,
     "random() of glibc and BSD, 31 words of state"},
    {ISN_GENERATOR_ADDITIVE, stream_sum32, 40, 64, 140, NULL},
    {ISN_GENERATOR_ADDITIVE, stream_difference, 70, 88, 200, NULL},
    {ISN_GENERATOR_ADDITIVE, stream_difference31, 40, 64, 140, NULL},
    {ISN_GENERATOR_ADDITIVE, stream_dotnet, 70, 88, 200, ".NET System.Random with a seed"},
    {ISN_GENERATOR_XORSHIFT, stream_xorshift32, 7, 8, 64, "xorshift32 (13, 17, 5)"},
    {ISN_GENERATOR_XORSHIFT, stream_xorshift128, 7, 8, 64, "xorshift128 of Marsaglia"},
    {ISN_GENERATOR_LINEAR1, stream_xorshift32_other, 40, 60, 140, NULL},
    {ISN_GENERATOR_LINEAR2, stream_xorshift64, 70, 100, 220, NULL},
    {ISN_GENERATOR_TIME_RAND, stream_time_rand, 47, 400, 900, NULL},
    {ISN_GENERATOR_MT19937, stream_mt19937, 624, 640, 1400, NULL},
    {ISN_GENERATOR_LINEAR4, stream_taus, 100, 170, 360, NULL},
    {ISN_GENERATOR_LANES, stream_r250, 500, 700, 2090, NULL},
};

#define FAMILIES (sizeof families / sizeof *families)

static struct stream stream;
static struct isn_recovery recovery;

static void make(const struct family *family, uint64_t number)
{
    uint64_t seed = 1000 * number + (uint64_t)(family - families);

    stream_times(&stream, &seed);
    family->make(&stream, &seed);
}

/* What was found is this family's, and the numbers from isns[count] on are what it foretold. */
static void check(const struct family *family, const uint32_t *isns, const int64_t *times,
                  size_t count)
{
    struct isn_recovery copy = recovery;
    const char *name =
        family->name == NULL ? isn_generator_row(family->generator)->name : family->name;

    assert_string_equal(recovery.name, name);
    assert_int_equal(recovery.generator, family->generator);
    assert_true(recovery.current);
    assert_true(recovery.verified >= ISN_RECOVERY_VERIFIED_LEAST);
    assert_true(recovery.log10_chance < -20);
    assert_true(recovery.word_count > 0);
    assert_int_equal(recovery.timed, family->generator == ISN_GENERATOR_PICOTCP ||
                                         family->generator == ISN_GENERATOR_TIME_RAND);
    if (family->generator == ISN_GENERATOR_LANES)
        assert_true(__builtin_popcount(recovery.next_mask) >= 16);
    else
        assert_int_equal(recovery.next_mask, UINT32_MAX);
    for (size_t i = 0; i < ISN_RECOVERY_NEXT; i++) {
        if (recovery.timed) {
            /* Within one tick, or with one bit open: it takes the next one for its own. */
            assert_int_equal(isn_recovery_follow(&copy, isns + count + i, times + count + i, 1), 1);
        } else {
            assert_false(recovery.approximate);
            assert_int_equal(recovery.next[i], isns[count + i] & recovery.next_mask);
        }
    }
}

static void finds_state(void **state)
{
    (void)state;
    for (size_t i = 0; i < FAMILIES; i++)
        for (uint64_t seed = 1; seed <= SEEDS; seed++) {
            const struct family *family = &families[i];

            make(family, seed);
            assert_int_equal(isn_recover_run(stream.isns, stream.times, family->enough, &recovery),
                             1);
            check(family, stream.isns, stream.times, family->enough);
            assert_int_equal(recovery.skipped, 0);
        }
}

static void needs_enough(void **state)
{
    (void)state;
    for (size_t i = 0; i < FAMILIES; i++)
        for (uint64_t seed = 1; seed <= SEEDS; seed++) {
            make(&families[i], seed);
            assert_int_equal(isn_recover_run(stream.isns, stream.times, families[i].few, &recovery),
                             0);
        }
}

/* Takes `lost` out of the stream. */
static void lose(size_t lost)
{
    size_t after = STREAM_MOST - lost - 1;

    memmove(stream.isns + lost, stream.isns + lost + 1, after * sizeof *stream.isns);
    memmove(stream.times + lost, stream.times + lost + 1, after * sizeof *stream.times);
}

static void bears_a_marked_loss(void **state)
{
    static struct isn_sample rows[STREAM_MOST];

    (void)state;
    for (size_t i = 0; i < FAMILIES; i++)
        for (uint64_t seed = 1; seed <= SEEDS; seed++) {
            const struct family *family = &families[i];
            struct isn_samples samples;

            make(family, seed);
            lose(family->lossy / 2);
            for (size_t j = 0; j < family->lossy; j++)
                rows[j] = (struct isn_sample){.time = stream.times[j],
                                              .isn = stream.isns[j],
                                              .port = (uint16_t)(1024 + j),
                                              .gap = j == family->lossy / 2};
            assert_int_equal(isn_samples_make(rows, family->lossy, false, &samples), 0);
            assert_int_equal(isn_recover_samples(&samples, &recovery), 1);
            check(family, stream.isns, stream.times, family->lossy);
            isn_samples_release(&samples);
        }
}

/* Another client got one: no gap is seen. */
static void bears_a_loss_that_is_not_seen(void **state)
{
    (void)state;
    for (size_t i = 0; i < FAMILIES; i++)
        for (uint64_t seed = 1; seed <= SEEDS; seed++) {
            const struct family *family = &families[i];

            make(family, seed);
            lose(family->lossy / 2 - 3);
            assert_int_equal(isn_recover_run(stream.isns, stream.times, family->lossy, &recovery),
                             1);
            check(family, stream.isns, stream.times, family->lossy);
        }
}

static void tells_parameters(void **state)
{
    uint64_t seed = 7;

    (void)state;
    stream_lcg31(&stream, &seed);
    assert_int_equal(isn_recover_run(stream.isns, NULL, 200, &recovery), 1);
    assert_int_equal(recovery.parameters[0].value, 1103515245);
    assert_int_equal(recovery.parameters[1].value, 12345);
    assert_int_equal(recovery.parameters[2].value, UINT64_C(1) << 31);
    assert_null(recovery.parameters[3].name);
    assert_int_equal(recovery.words[0], stream.isns[199]);
    assert_int_equal(recovery.used + recovery.verified, 200);

    stream_random(&stream, &seed);
    assert_int_equal(isn_recover_run(stream.isns, NULL, 300, &recovery), 1);
    assert_int_equal(recovery.parameters[0].value, 3);
    assert_int_equal(recovery.parameters[1].value, 31);
    assert_int_equal(recovery.used + recovery.verified, 300);

    stream_times(&stream, &seed);
    stream_picotcp(&stream, &seed);
    assert_int_equal(isn_recover_run(stream.isns, NULL, 300, &recovery), 0);
    assert_int_equal(isn_recover_run(stream.isns, stream.times, 300, &recovery), 1);
    assert_true(recovery.tick_rate > 999 && recovery.tick_rate < 1001);

    stream_time_rand(&stream, &seed);
    assert_int_equal(isn_recover_run(stream.isns, stream.times, 300, &recovery), 1);
    assert_true(recovery.parameters[0].value == 1700000000);
}

/* A burst so short that the hidden bits stay open: each value is right, or one too low. */
static void leaves_hidden_bits_open(void **state)
{
    uint64_t seed = 11;

    (void)state;
    stream_random(&stream, &seed);
    assert_int_equal(isn_recover_run(stream.isns, NULL, 55, &recovery), 1);
    assert_true(recovery.approximate);
    assert_true(stream.isns[55] - recovery.next[0] <= 1);
    assert_int_equal(recovery.verified, 24);
}

/* Foreign connections in between, and SYNs answered by another host. */
static void follows_over_slips(void **state)
{
    uint64_t seed = 12;
    uint32_t isns[600];
    size_t at = 0;

    (void)state;
    stream_drand48(&stream, &seed);
    for (size_t i = 0; i < 600; i++) {
        at += noise(&seed) % 16 == 0 ? 1 + noise(&seed) % 5 : 1;
        isns[i] = i % 50 == 49 ? noise(&seed) : stream.isns[at];
    }
    assert_int_equal(isn_recover_run(isns, NULL, 590, &recovery), 1);
    assert_int_equal(recovery.generator, ISN_GENERATOR_DRAND48);
    assert_true(recovery.skipped > 20);
    assert_true(recovery.verified > 560);
    assert_int_equal(isn_recovery_follow(&recovery, isns + 590, NULL, 10), 9);
    assert_false(recovery.current);
    assert_int_equal(isn_recovery_follow(&recovery, stream.isns + at + 1, NULL, 1), 1);
    assert_int_equal(recovery.next[0], stream.isns[at + 2]);
}

/* One in twelve lost and none of it marked; or one in twenty, and others' connections between all
 * but the first ones. Now and then the steps drawn are all bad luck. */
static void learns_from_scattered_steps(void **state)
{
    uint32_t isns[300];
    size_t found = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= 4 * SEEDS; seed++) {
        uint64_t luck = seed;
        unsigned burst = seed % 2 ? 0 : 64;
        size_t at = 0;

        stream_xorshift32_other(&stream, &luck);
        for (size_t i = 0; i < 300; i++) {
            isns[i] = stream.isns[at];
            at += noise(&luck) % (burst > 0 ? 20 : 12) == 0 ? 2 : 1;
            at += burst > 0 && i > burst ? noise(&luck) % 6 : 0;
        }
        if (isn_recover_run(isns, NULL, 299, &recovery) == 0)
            continue;
        found++;
        assert_int_equal(recovery.generator, ISN_GENERATOR_LINEAR1);
        assert_true(recovery.current && recovery.log10_chance < -200);
        assert_int_equal(isn_recovery_follow(&recovery, isns + 299, NULL, 1), 1);
    }
    assert_true(found >= 19);
}

static void searches_a_range(void **state)
{
    const uint64_t start = UINT64_C(0x9a5b12345678c0de);

    (void)state;
    for (unsigned k = 0; k < 8; k++) {
        /* A state whose upper three bits are k, and its number among the candidates. */
        uint64_t s = (start >> 3 | (uint64_t)k << 61);
        unsigned below = 29 - k;
        uint64_t above = (s << 3 >> 3) >> (61 - k);
        uint64_t number = (uint64_t)k << 29 | above << below | (s & ((UINT64_C(1) << below) - 1));

        stream_smoltcp_from(&stream, s);
        memmove(stream.isns + 1, stream.isns, 8 * sizeof *stream.isns);
        stream.isns[0] = (uint32_t)(s >> below);
        assert_false(isn_recover_smoltcp_range(stream.isns, 4, number, 1, &recovery));
        assert_false(isn_recover_smoltcp_range(stream.isns, 5, number + 1, 50000, &recovery));
        assert_true(
            isn_recover_smoltcp_range(stream.isns, 5, number - number % 50000, 50000, &recovery));
        assert_int_equal(recovery.generator, ISN_GENERATOR_SMOLTCP_64);
        assert_int_equal(recovery.verified, 4);
        for (size_t i = 0; i < ISN_RECOVERY_NEXT; i++)
            assert_int_equal(recovery.next[i], stream.isns[5 + i]);
    }
    assert_false(isn_recover_smoltcp_range(stream.isns, 8, ISN_SMOLTCP_CANDIDATES - 9, UINT64_MAX,
                                           &recovery));
    assert_false(isn_recover_smoltcp_range(stream.isns, 8, ISN_SMOLTCP_CANDIDATES, 5, &recovery));
}

static void walks_runs(void **state)
{
    struct isn_sample rows[10] = {{.isn = 1}};
    struct isn_samples samples = {.rows = rows, .count = 10};
    size_t at = 0;
    size_t first = 99;

    (void)state;
    rows[0].gap = true;
    rows[4].gap = true;
    rows[5].gap = true;
    assert_int_equal(isn_samples_run(&samples, 1, &at, &first), 4);
    assert_int_equal(first, 0);
    assert_int_equal(isn_samples_run(&samples, 2, &at, &first), 5);
    assert_int_equal(first, 5);
    assert_int_equal(at, 10);
    assert_int_equal(isn_samples_run(&samples, 1, &at, &first), 0);
    samples.count = 0;
    at = 0;
    assert_int_equal(isn_samples_run(&samples, 1, &at, &first), 0);
    assert_int_equal(isn_recover_samples(&samples, &recovery), 0);
}

static void has_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < FAMILIES; i++) {
        const struct isn_generator_row *row = isn_generator_row(families[i].generator);

        assert_true(row->least <= families[i].enough);
        assert_int_equal(row->cost, ISN_RECOVERY_NORMAL);
    }
    assert_int_equal(isn_generator_row(ISN_GENERATOR_SMOLTCP_64)->cost, ISN_RECOVERY_DEEP);
    assert_null(isn_generator_row(ISN_GENERATOR_COUNT));
    assert_int_equal(isn_recover_one(ISN_GENERATOR_SMOLTCP_64, stream.isns, NULL, 64, &recovery),
                     0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_state),
        cmocka_unit_test(needs_enough),
        cmocka_unit_test(bears_a_marked_loss),
        cmocka_unit_test(bears_a_loss_that_is_not_seen),
        cmocka_unit_test(tells_parameters),
        cmocka_unit_test(leaves_hidden_bits_open),
        cmocka_unit_test(follows_over_slips),
        cmocka_unit_test(searches_a_range),
        cmocka_unit_test(learns_from_scattered_steps),
        cmocka_unit_test(walks_runs),
        cmocka_unit_test(has_rows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
