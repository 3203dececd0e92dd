/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of stat/ipid: the class of made-up series, and that chance is not taken for a rule. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "stat/ipid.h"

#define MOST 3000
#define MS   INT64_C(1000000)

static struct ipid_sample samples[MOST];
static struct ipid ipid;
static uint64_t chance_state = 1;

static uint32_t chance(void)
{
    uint64_t value = chance_state += UINT64_C(0x9e3779b97f4a7c15);

    value = (value ^ value >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ value >> 27) * UINT64_C(0x94d049bb133111eb);
    return (uint32_t)(value >> 32);
}

/* Packets 100 ms apart, answers to ours with numbers of their own. */
static void begin(size_t count)
{
    for (size_t i = 0; i < count; i++)
        samples[i] = (struct ipid_sample){.ours = (uint16_t)(1 + chance() % 65535),
                                          .at = (int64_t)i * 100 * MS};
}

static void count_up(size_t count, uint32_t from, uint32_t step, uint32_t spread)
{
    begin(count);
    for (size_t i = 0; i < count; i++) {
        samples[i].id = (uint16_t)from;
        from += step + (spread > 0 ? chance() % spread : 0);
    }
}

static enum ipid_class judged(size_t count)
{
    memset(&ipid, 0xff, sizeof ipid);
    ipid_judge(samples, count, &ipid);
    assert_int_equal(ipid.n, count);
    assert_true(ipid.class < IPID_COUNT && ipid.log10_chance <= 0);
    if (ipid.class != IPID_COUNTER && ipid.class != IPID_SWAPPED) {
        assert_true(isnan(ipid.median_step) && isnan(ipid.foreign_per_s));
    } else {
        assert_true(ipid.median_step > 0 && ipid.foreign_per_s >= 0 && ipid.log10_chance <= -4);
    }
    return ipid.class;
}

static void test_few(void **state)
{
    (void)state;
    ipid_judge(NULL, 0, &ipid);
    assert_int_equal(ipid.class, IPID_FEW);
    begin(5);
    assert_int_equal(judged(4), IPID_FEW);
    assert_int_equal(judged(5), IPID_ZERO);
}

static void test_same(void **state)
{
    (void)state;
    begin(20);
    assert_int_equal(judged(20), IPID_ZERO);
    assert_true(ipid.log10_chance < -96 && ipid.log10_chance > -97);
    for (size_t i = 0; i < 20; i++)
        samples[i].id = 54321;
    assert_int_equal(judged(20), IPID_CONSTANT);
    assert_true(ipid.log10_chance < -91 && ipid.log10_chance > -92);
    /* Ours is always the same, too: nothing is known of an echo. */
    for (size_t i = 0; i < 20; i++)
        samples[i].ours = 54321;
    assert_int_equal(judged(20), IPID_CONSTANT);
}

static void test_echoed(void **state)
{
    (void)state;
    begin(12);
    for (size_t i = 0; i < 12; i++)
        samples[i].id = samples[i].ours;
    assert_int_equal(judged(12), IPID_ECHOED);
    samples[3].id++;
    assert_int_equal(judged(12), IPID_RANDOM);
    /* Ours counts, and so does the peer's: the same number is no accident, and is seen first. */
    for (size_t i = 0; i < 12; i++)
        samples[i].id = samples[i].ours = (uint16_t)(65530 + i);
    samples[6].ours = samples[6].id = 7;
    assert_int_equal(judged(12), IPID_ECHOED);
    /* Not known. */
    for (size_t i = 0; i < 12; i++)
        samples[i].ours = 0;
    assert_int_equal(judged(12), IPID_COUNTER);
}

static void test_counters(void **state)
{
    (void)state;
    for (uint32_t from = 0; from < 65536; from += 997) {
        count_up(8, from, 1, 0);
        assert_int_equal(judged(8), IPID_COUNTER);
        assert_true(ipid.median_step == 1 && ipid.foreign_per_s == 0);
        for (size_t i = 0; i < 8; i++)
            samples[i].id = __builtin_bswap16(samples[i].id);
        assert_int_equal(judged(8), IPID_SWAPPED);
        assert_true(ipid.median_step == 1 && ipid.foreign_per_s == 0);
        /* 256 in the one order is 1 in the other: the smaller step it is. */
        count_up(8, from & 0xff, 256, 0);
        assert_int_equal(judged(8), IPID_SWAPPED);
        /* A busy host: 40 to 49 packets to others in 100 ms. */
        count_up(40, from, 41, 10);
        assert_int_equal(judged(40), IPID_COUNTER);
        assert_true(ipid.median_step >= 41 && ipid.median_step <= 50);
        assert_true(ipid.foreign_per_s > 400 && ipid.foreign_per_s < 500);
        /* A very busy one, that comes around every few packets. */
        count_up(200, from, 5000, 9000);
        assert_int_equal(judged(200), IPID_COUNTER);
    }
}

static void test_disturbed(void **state)
{
    (void)state;
    for (unsigned seed = 0; seed < 200; seed++) {
        chance_state = seed;
        /* Neighbours that overtook each other, one in ten. */
        count_up(60, chance(), 3, 4);
        for (size_t i = 1; i < 60; i++)
            if (chance() % 10 == 0) {
                uint16_t id = samples[i].id;

                samples[i].id = samples[i - 1].id;
                samples[i - 1].id = id;
                i++;
            }
        assert_int_equal(judged(60), IPID_COUNTER);
        /* 3 to 6 packets in 100 ms, ours among them. */
        assert_true(ipid.foreign_per_s > 20 && ipid.foreign_per_s < 60);
        /* Another host's in between, now and then. */
        count_up(60, chance(), 1, 2);
        for (size_t i = 5; i < 60; i += 12)
            samples[i].id = (uint16_t)chance();
        assert_int_equal(judged(60), IPID_COUNTER);
    }
}

static void test_random(void **state)
{
    unsigned taken = 0;

    (void)state;
    for (unsigned seed = 0; seed < 20000; seed++) {
        size_t count = 5 + seed % 60;

        chance_state = UINT64_C(1) << 40 | seed;
        begin(count);
        for (size_t i = 0; i < count; i++)
            samples[i].id = (uint16_t)chance();
        taken += judged(count) != IPID_RANDOM;
    }
    assert_true(taken <= 6); /* 10^-4 each, at most: two are to be expected */
    /* 0 now and then is no counter that stands still. */
    begin(50);
    for (size_t i = 0; i < 50; i += 7)
        samples[i].id = (uint16_t)chance();
    assert_int_equal(judged(50), IPID_RANDOM);
    /* Down is not up. */
    count_up(50, 9000, 65535, 0);
    assert_int_equal(judged(50), IPID_RANDOM);
}

static void test_many(void **state)
{
    (void)state;
    count_up(MOST, 65000, 2, 0);
    assert_int_equal(judged(MOST), IPID_COUNTER);
    /* All at one time: no rate. */
    for (size_t i = 0; i < 50; i++)
        samples[i].at = 5;
    ipid_judge(samples, 50, &ipid);
    assert_int_equal(ipid.class, IPID_COUNTER);
    assert_true(isnan(ipid.foreign_per_s));
}

static void test_words(void **state)
{
    (void)state;
    assert_string_equal(ipid_word(IPID_SWAPPED), "counter-swapped");
    assert_string_equal(ipid_word(IPID_FEW), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_few),       cmocka_unit_test(test_same),
        cmocka_unit_test(test_echoed),    cmocka_unit_test(test_counters),
        cmocka_unit_test(test_disturbed), cmocka_unit_test(test_random),
        cmocka_unit_test(test_many),      cmocka_unit_test(test_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
