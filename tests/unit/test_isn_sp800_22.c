/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of stat/isn/sp800_22: the publication's own examples, what NIST's program says of a long
 * stream, and weak generators. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stat/isn/sp800_22.h"
#include "stat/isn/sp800_22_tests.h"

#define LONG 1000000

/* What most examples use: the first hundred binary digits of pi (2.1.8). */
static const char pi[] = "11001001000011111101101010100010001000010110100011"
                         "00001000110100110001001100011001100010100010111000";

static void assert_near(double value, double expected, double tolerance)
{
    if (!(fabs(value - expected) <= tolerance))
        fail_msg("%.12g, not %.12g", value, expected);
}

static size_t read_bits(const char *digits, uint8_t *bits)
{
    size_t count = strlen(digits);

    for (size_t i = 0; i < count; i++)
        bits[i] = digits[i] == '1';
    return count;
}

static uint64_t mixed(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

/* The numbers are the sections; values as printed there unless it says otherwise. */
static void test_examples_short(void **state)
{
    uint8_t bits[128];
    struct isn_score score;
    size_t count;

    (void)state;
    count = read_bits("1011010101", bits); /* 2.1.4 */
    score = isn_sp_frequency(bits, count);
    assert_near(score.statistic, 0.632455532, 1e-9);
    assert_near(score.p, 0.527089, 1e-6);
    count = read_bits("0110011010", bits); /* 2.2.4 */
    score = isn_sp_block_frequency(bits, count, 3);
    assert_near(score.statistic, 1, 1e-12);
    assert_near(score.p, 0.801252, 1e-6);
    count = read_bits("1001101011", bits); /* 2.3.4 */
    score = isn_sp_runs(bits, count);
    assert_near(score.statistic, 7, 0);
    assert_near(score.p, 0.147232, 1e-6);
    count = read_bits("1011010111", bits); /* 2.13.4 */
    score = isn_sp_cusum(bits, count, 0);
    assert_near(score.statistic, 4, 0);
    assert_near(score.p, 0.4116588, 1e-6);

    count = read_bits(pi, bits);
    assert_near(isn_sp_frequency(bits, count).p, 0.109599, 1e-6);           /* 2.1.8 */
    assert_near(isn_sp_block_frequency(bits, count, 10).p, 0.706438, 1e-6); /* 2.2.8 */
    assert_near(isn_sp_runs(bits, count).p, 0.500798, 1e-6);                /* 2.3.8 */
    assert_near(isn_sp_cusum(bits, count, 0).p, 0.219194, 1e-6);            /* 2.13.8 */
    assert_near(isn_sp_cusum(bits, count, 1).p, 0.114866, 1e-6);

    /* 2.4.8 */
    count = read_bits("11001100000101010110110001001100111000000000001001"
                      "00110101010001000100111101011010000000110101111100"
                      "1100111001101101100010110010",
                      bits);
    score = isn_sp_longest_run(bits, count);
    assert_near(score.statistic, 4.882605, 5e-4);
    assert_near(score.p, 0.180609, 1e-6);
    /* Nothing but ones: it is the frequency that fails. */
    memset(bits, 1, sizeof(bits));
    assert_near(isn_sp_runs(bits, 128).p, 1, 0);
    assert_true(isn_sp_frequency(bits, 128).p < 1e-20);
    assert_true(isn_sp_cusum(bits, 128, 0).p < 1e-20);
    /* One in 16: runs are judged by that, not called a failure for it. */
    for (unsigned i = 0; i < 128; i++)
        bits[i] = i % 32 < 2;
    score = isn_sp_runs(bits, 128);
    assert_near(score.statistic, 8, 0);
    assert_near(score.p, erfc(fabs(8 - 128 * 0.1171875) / (16 * 0.1171875)), 1e-12);
}

static void test_examples_words(void **state)
{
    uint8_t bits[128];
    struct isn_score scores[8];
    size_t count;

    (void)state;
    count = read_bits("10100100101110010110", bits); /* 2.7.4, of the template 001 */
    assert_int_equal(isn_sp_templates(bits, count, 3, 2, scores, 8), 4);
    assert_near(scores[0].statistic, 2.133333, 1e-6);
    assert_near(scores[0].p, 0.344154, 1e-6);
    assert_int_equal(isn_sp_templates(bits, count, 3, 2, scores, 3), 0);
    assert_int_equal(isn_sp_aperiodic(2, NULL), 2);
    assert_int_equal(isn_sp_aperiodic(8, NULL), 74);
    assert_int_equal(isn_sp_aperiodic(9, NULL), 148);

    count = read_bits("0011011101", bits); /* 2.11.4 */
    assert_int_equal(isn_sp_serial(bits, count, 3, scores), 0);
    assert_near(scores[0].statistic, 1.6, 1e-9);
    assert_near(scores[0].p, 0.808792, 1e-6);
    assert_near(scores[1].statistic, 0.8, 1e-9);
    assert_near(scores[1].p, 0.670320, 1e-6);

    count = read_bits("0100110101", bits); /* 2.12.4 */
    assert_int_equal(isn_sp_entropy(bits, count, 3, scores), 0);
    assert_near(scores[0].p, 0.261961, 1e-6);
    count = read_bits(pi, bits); /* 2.12.8 */
    assert_int_equal(isn_sp_entropy(bits, count, 2, scores), 0);
    assert_near(scores[0].statistic, 5.550792, 1e-6);
    assert_near(scores[0].p, 0.235301, 1e-6);
}

static void test_examples_long(void **state)
{
    uint8_t bits[128];
    struct isn_score score;
    size_t count;

    (void)state;
    /* 2.5.4 takes the probabilities of large matrices; with those of 3 x 3 it is 0.820961. */
    count = read_bits("01011001001010101101", bits);
    assert_near(isn_sp_rank(bits, count, 3).p, 0.820961, 1e-6);
    /* 2.6.4 and 2.6.8 print 0.029523 and 0.168669, of another program than NIST's, whose own
     * sts-2.1.2 gives these. */
    count = read_bits("1001010011", bits);
    assert_near(isn_sp_spectral(bits, count).p, 0.468160, 1e-6);
    count = read_bits(pi, bits);
    assert_near(isn_sp_spectral(bits, count).p, 0.646355, 1e-6);
    /* 2.9.4; its p leaves out the correction and the number of words. */
    count = read_bits("01011010011101010111", bits);
    assert_near(isn_sp_universal(bits, count, 2, 4).statistic, 1.1949875, 1e-7);
    /* 2.10.4 */
    count = read_bits("1101011110001", bits);
    assert_int_equal(isn_sp_register_length(bits, count), 4);
    memset(bits, 0, sizeof(bits));
    assert_int_equal(isn_sp_register_length(bits, 128), 0);
    bits[127] = 1;
    assert_int_equal(isn_sp_register_length(bits, 128), 128);
    /* 2.14.4 and 2.15.4 */
    count = read_bits("0110110101", bits);
    assert_int_equal(isn_sp_cycles(bits, count), 3);
    score = isn_sp_excursions(bits, count, 1);
    assert_near(score.statistic, 4.333033, 1e-3);
    assert_near(score.p, 0.502529, 1e-4);
    score = isn_sp_visits(bits, count, 1);
    assert_near(score.statistic, 4, 0);
    assert_near(score.p, 0.683091, 1e-6);
}

/* What a limb and the rest of the one before it need. */
__extension__ typedef unsigned __int128 wide;

/* e - 2 in binary, in 64-bit limbs: the sum over k of 1/k!, Horner's way, several k in a division.
 */
static void digits_of_e(uint64_t *limbs, size_t count)
{
    uint64_t k = 9000; /* 9000! > 2^105000 */

    memset(limbs, 0, count * sizeof(*limbs));
    while (k > 1) {
        /* (1 + … + x) / k (k - 1) …: `add` is what the whole part takes in on the way. */
        uint64_t divisor = k;
        uint64_t add = 1;

        for (k--; k > 1 && divisor < 1ULL << 45; k--) {
            add += divisor;
            divisor *= k;
        }
        wide rest = add;

        for (size_t i = 0; i < count; i++) {
            rest = rest << 64 | limbs[i];
            limbs[i] = (uint64_t)(rest / divisor);
            rest %= divisor;
        }
    }
}

/* 2.5.8: the first 100000 binary digits of e, "10" before the point. */
static void test_rank_of_e(void **state)
{
    size_t count = 100000 / 64 + 4;
    uint64_t *limbs = malloc(count * sizeof(*limbs));
    uint8_t *bits = malloc(100000);
    struct isn_score score;

    (void)state;
    assert_non_null(limbs);
    assert_non_null(bits);
    digits_of_e(limbs, count);
    bits[0] = 1;
    bits[1] = 0;
    for (size_t i = 2; i < 100000; i++)
        bits[i] = limbs[(i - 2) / 64] >> (63 - (i - 2) % 64) & 1;
    score = isn_sp_rank(bits, 100000, 32);
    assert_near(score.statistic, 1.2619656, 1e-6);
    assert_near(score.p, 0.532069, 1e-6);
    free(limbs);
    free(bits);
}

static uint32_t turn(uint32_t x, unsigned by)
{
    return x >> by | x << (32 - by);
}

/* The constants of SHA-256 (FIPS 180-4): what stands behind the point of roots of primes. */
static void sha256_constants(uint32_t start[8], uint32_t k[64])
{
    unsigned primes = 0;

    for (unsigned n = 2; primes < 64; n++) {
        bool prime = true;

        for (unsigned d = 2; d * d <= n; d++)
            prime = prime && n % d != 0;
        if (!prime)
            continue;
        if (primes < 8)
            start[primes] = (uint32_t)(fmodl(sqrtl(n), 1) * 4294967296.0L);
        k[primes++] = (uint32_t)(fmodl(cbrtl(n), 1) * 4294967296.0L);
    }
}

/* SHA-256 of the number's eight bytes. */
static void sha256(uint64_t number, const uint32_t start[8], const uint32_t k[64], uint32_t hash[8])
{
    uint32_t w[64] = {(uint32_t)(number >> 32), (uint32_t)number, 0x80000000, [15] = 64};
    uint32_t s[8];

    for (unsigned i = 16; i < 64; i++)
        w[i] = w[i - 16] + w[i - 7] + (turn(w[i - 15], 7) ^ turn(w[i - 15], 18) ^ w[i - 15] >> 3) +
               (turn(w[i - 2], 17) ^ turn(w[i - 2], 19) ^ w[i - 2] >> 10);
    memcpy(s, start, sizeof(s));
    for (unsigned i = 0; i < 64; i++) {
        uint32_t one = s[7] + (turn(s[4], 6) ^ turn(s[4], 11) ^ turn(s[4], 25)) +
                       ((s[4] & s[5]) ^ (~s[4] & s[6])) + k[i] + w[i];
        uint32_t two = (turn(s[0], 2) ^ turn(s[0], 13) ^ turn(s[0], 22)) +
                       ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));

        memmove(s + 1, s, 7 * sizeof(*s));
        s[4] += one;
        s[0] = one + two;
    }
    for (unsigned i = 0; i < 8; i++)
        hash[i] = start[i] + s[i];
}

/*
 * SHA-256 of 0, 1, 2, … as 64-bit numbers, highest byte first, a million bits: what NIST's program
 * sts-2.1.2 says, as others have published it. (The tests agree with the publication's appendix B
 * for a million digits of e as well; those take too long to compute here.)
 */
static void test_long_stream(void **state)
{
    static const double excursions[] = {0.671905893799491, 0.74961075580457,   0.536649113277676,
                                        0.448318464239559, 0.0499479038978739, 0.933527336337408,
                                        0.772389295284942, 0.958390497163853};
    static const double visits[] = {0.812407148402401,  0.95878520974467,  0.901823518697056,
                                    0.658095184774304,  0.614207105258253, 0.846704371236291,
                                    0.834561869618082,  0.797340577269206, 0.124913969991103,
                                    0.0530188912432155, 0.247862477188092, 0.403482528608834,
                                    0.395909478861177,  0.309835451838048, 0.235297019760898,
                                    0.339059384814814,  0.411585239393689, 0.658285485289038};
    uint8_t *bits = malloc(LONG + 256);
    struct isn_score scores[2];
    uint32_t start[8];
    uint32_t k[64];

    (void)state;
    assert_non_null(bits);
    sha256_constants(start, k);
    for (uint64_t i = 0; 256 * i < LONG; i++) {
        uint32_t hash[8];

        sha256(i, start, k, hash);
        isn_sp800_22_bits(hash, 8, bits + 256 * i);
    }
    assert_near(isn_sp_frequency(bits, LONG).p, 0.519575433993358, 1e-9);
    assert_near(isn_sp_block_frequency(bits, LONG, 128).p, 0.86662450404365, 1e-9);
    assert_near(isn_sp_cusum(bits, LONG, 0).p, 0.81028285581574, 1e-9);
    assert_near(isn_sp_cusum(bits, LONG, 1).p, 0.828035107134009, 1e-9);
    assert_near(isn_sp_runs(bits, LONG).p, 0.436324363989087, 1e-9);
    assert_near(isn_sp_rank(bits, LONG, 32).p, 0.531234125758483, 1e-9);
    assert_near(isn_sp_spectral(bits, LONG).p, 0.007171959358849, 1e-9);
    /* Probabilities of four digits there: 0.6619. */
    assert_near(isn_sp_longest_run(bits, LONG).p, 0.661892815305412, 0.01);
    /* Its mean has seven digits there. */
    assert_int_equal(isn_sp_universal_length(LONG), 7);
    assert_near(isn_sp_universal(bits, LONG, 7, 1280).p, 0.657983067268067, 2e-5);
    /* 0.01047 stands there for 1/96 = 0.010417. */
    assert_near(isn_sp_linear_complexity(bits, LONG, 500).p, 0.840885831474302, 3e-3);
    /* The old limit's probabilities give 0.5405 there; with those that sts names as corrected
     * (0.364091, 0.185659, 0.139381, 0.100571, 0.070432, 0.139865) the same counts give this. */
    assert_near(isn_sp_overlapping(bits, LONG).p, 0.636238, 1e-5);
    assert_int_equal(isn_sp_serial(bits, LONG, 16, scores), 0);
    assert_near(scores[0].p, 0.55760833996959, 1e-9);
    assert_near(scores[1].p, 0.313112480018299, 1e-9);
    assert_int_equal(isn_sp_serial(bits, LONG, 3, scores), 0);
    assert_near(scores[0].p, 0.51854075867814, 1e-9);
    assert_near(scores[1].p, 0.32909790134867, 1e-9);
    assert_int_equal(isn_sp_entropy(bits, LONG, 10, scores), 0);
    assert_near(scores[0].p, 0.411396653087013, 1e-7);
    for (int i = 0; i < 8; i++)
        assert_near(isn_sp_excursions(bits, LONG, i < 4 ? i - 4 : i - 3).p, excursions[i], 1e-7);
    for (int i = 0; i < 18; i++)
        assert_near(isn_sp_visits(bits, LONG, i < 9 ? i - 9 : i - 8).p, visits[i], 1e-9);
    free(bits);
}

static size_t count_named(const struct isn_battery *battery, const char *words)
{
    size_t count = 0;

    for (size_t i = 0; i < battery->count; i++)
        count += strstr(battery->tests[i].name, words) != NULL;
    return count;
}

/* Each test comes with its smallest sample. */
static void test_least(void **state)
{
    static const struct {
        size_t count, tests;
        const char *newest;
    } rows[] = {
        {3, 0, NULL},      {4, 6, "cusum"},
        {127, 6, NULL},    {128, 10, "spectral"},
        {1215, 10, NULL},  {1216, 11, "rank"},
        {12119, 11, NULL}, {12120, 12, "universal"},
        {31249, 12, NULL}, {31250, 12 + 2 + 148, "linear complexity"},
    };
    uint32_t *isns = malloc(31250 * sizeof(*isns));
    uint64_t random = 2;

    (void)state;
    assert_non_null(isns);
    for (size_t i = 0; i < 31250; i++)
        isns[i] = (uint32_t)mixed(&random);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct isn_battery battery = {0};

        assert_int_equal(isn_sp800_22_add(&battery, "all", isns, rows[i].count), 0);
        /* Whether there are cycles enough is chance: then all the 26, or none. */
        if (count_named(&battery, "state") > 0)
            assert_int_equal(count_named(&battery, "state"), 26);
        assert_int_equal(battery.count - count_named(&battery, "state"), rows[i].tests);
        if (rows[i].newest != NULL)
            assert_true(count_named(&battery, rows[i].newest) > 0);
        assert_int_equal(isn_battery_judge(&battery, ISN_BATTERY_ALPHA), 0);
        isn_battery_release(&battery);
    }
    free(isns);
    assert_int_equal(isn_sp_block_length(100), 20);
    assert_int_equal(isn_sp_block_length(65536), 656);
    assert_int_equal(isn_sp_universal_length(387839), 0);
    assert_int_equal(isn_sp_universal_length(387840), 6);
    assert_int_equal(isn_sp_universal_length(904960), 7);
    assert_int_equal(isn_sp_universal_length(2068480), 8);
}

/* xorshift128 is linear over GF(2): it passes, for nothing here follows its 128 bits. What
 * a bias does, and words that repeat their halves, is seen. */
static void test_weak(void **state)
{
    enum { COUNT = 1600 };
    uint32_t isns[COUNT];
    uint32_t s[4] = {123456789, 362436069, 521288629, 88675123};
    struct isn_battery battery = {0};
    uint64_t random = 8;

    (void)state;
    for (size_t i = 0; i < COUNT; i++) {
        uint32_t t = s[0] ^ s[0] << 11;

        memmove(s, s + 1, 3 * sizeof(*s));
        s[3] = s[3] ^ s[3] >> 19 ^ t ^ t >> 8;
        isns[i] = s[3];
    }
    assert_int_equal(isn_sp800_22_add(&battery, "all", isns, COUNT), 0);
    assert_int_equal(isn_battery_judge(&battery, ISN_BATTERY_ALPHA), 0);
    isn_battery_release(&battery);
    /* 31 bits. */
    for (size_t i = 0; i < COUNT; i++)
        isns[i] = (uint32_t)mixed(&random) >> 1;
    assert_int_equal(isn_sp800_22_add(&battery, "all", isns, COUNT), 0);
    assert_true(isn_battery_judge(&battery, ISN_BATTERY_ALPHA) > 0);
    isn_battery_release(&battery);
    /* Each row repeats one of 16 words: matrices of low rank. */
    for (size_t i = 0; i < COUNT; i++)
        isns[i] = (uint32_t)(mixed(&random) % 65536) * 0x10001;
    assert_int_equal(isn_sp800_22_add(&battery, "all", isns, COUNT), 0);
    assert_true(isn_battery_judge(&battery, ISN_BATTERY_ALPHA) > 0);
    assert_true(battery.tests[battery.count - 1].rejected);
    assert_string_equal(battery.tests[battery.count - 1].name, "SP 800-22 matrix rank");
    isn_battery_release(&battery);
}

/* In one family with the battery: no alarm, and the p values are as small as they say. */
static void test_false_alarms(void **state)
{
    static uint32_t isns[1280];
    unsigned family[3] = {0, 0, 0};
    unsigned small = 0;
    size_t tests = 0;
    uint64_t random = 20264;

    (void)state;
    for (unsigned stream = 0; stream < 700; stream++) {
        static const double alpha[3] = {0.05, 0.01, ISN_BATTERY_ALPHA};
        struct isn_battery battery = {0};
        size_t count = stream < 650 ? 160 : 1280;

        for (size_t i = 0; i < count; i++)
            isns[i] = (uint32_t)mixed(&random);
        assert_int_equal(isn_sp800_22_add(&battery, "all", isns, count), 0);
        for (size_t i = 0; i < battery.count; i++)
            small += battery.tests[i].p < 0.01;
        tests += battery.count;
        assert_int_equal(isn_battery_add_series(&battery, "all", isns, count), 0);
        for (unsigned i = 0; i < 3; i++)
            family[i] += isn_battery_judge(&battery, alpha[i]) > 0;
        isn_battery_release(&battery);
    }
    assert_true(family[0] <= 0.05 * 700 + 3 * sqrt(0.05 * 700));
    assert_true(family[1] <= 0.01 * 700 + 3 * sqrt(0.01 * 700) + 1);
    assert_int_equal(family[2], 0);
    assert_in_range(small, tests * 5 / 1000, tests * 16 / 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_examples_short), cmocka_unit_test(test_examples_words),
        cmocka_unit_test(test_examples_long),  cmocka_unit_test(test_rank_of_e),
        cmocka_unit_test(test_long_stream),    cmocka_unit_test(test_least),
        cmocka_unit_test(test_weak),           cmocka_unit_test(test_false_alarms),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
