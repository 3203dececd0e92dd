/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests that the made-up servers' generators are the real ones: the C library's, and published
 * values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "isn_streams_parts.h"

enum { MANY = 6000 };

/* One after the other; they are too large for comfort on the stack. */
static struct isn_server server;
static const struct isn_contact contact = {.port = 4711, .mss = 1460};

static void server_clear(void)
{
    memset(&server, 0, sizeof server);
}

static const uint32_t seeds[] = {0,          1,          2,          4711,      0x7fffffff,
                                 0x80000000, 0x80000001, 0xfffffffe, UINT32_MAX};
#define SEED_COUNT (sizeof seeds / sizeof seeds[0])

static void test_random(void **state)
{
    (void)state;
    for (size_t i = 0; i < SEED_COUNT; i++) {
        server_clear();
        isn_glibc_seed(&server, seeds[i]);
        srandom(seeds[i]);
        for (size_t k = 0; k < MANY; k++)
            assert_int_equal(isn_next_glibc(&server, &contact), random());
    }
}

static void test_rand_r(void **state)
{
    (void)state;
    for (size_t i = 0; i < SEED_COUNT; i++) {
        unsigned word = seeds[i];

        server_clear();
        server.state = seeds[i];
        for (size_t k = 0; k < MANY; k++)
            assert_int_equal(isn_next_rand_r(&server, &contact), rand_r(&word));
    }
}

static void test_mrand48(void **state)
{
    (void)state;
    for (size_t i = 0; i < SEED_COUNT; i++) {
        server_clear();
        server.state = (uint64_t)seeds[i] << 16 | 0x330e;
        srand48((long)seeds[i]);
        for (size_t k = 0; k < MANY; k++)
            assert_int_equal(isn_next_drand48(&server, &contact), (uint32_t)mrand48());
    }
}

/* rand() is random(); it takes the seconds at the time of each connection. */
static void test_time_times_random(void **state)
{
    struct isn_contact later = contact;

    (void)state;
    server_clear();
    server.realtime = 1767225601 * NS_PER_S + NS_PER_S / 2;
    isn_glibc_seed(&server, 7);
    srandom(7);
    for (uint32_t k = 0; k < 100; k++) {
        later.time = k * NS_PER_S;
        assert_int_equal(isn_next_timerand(&server, &later), (1767225601 + k) * (uint32_t)random());
    }
}

/* std::mt19937 with its default seed: the first, and the ten thousandth as ISO C++ demands it. */
static void test_twister(void **state)
{
    uint32_t value = 0;

    (void)state;
    server_clear();
    isn_twister_seed(&server, 5489);
    assert_int_equal(isn_next_mt19937(&server, &contact), 3499211612);
    for (size_t k = 2; k <= 10000; k++)
        value = isn_next_mt19937(&server, &contact);
    assert_int_equal(value, 4123659995);
}

static void test_microchip(void **state)
{
    (void)state;
    server_clear();
    isn_microchip_seed(&server, 1);
    assert_int_equal(server.state, 0x41fe9f9e);
    isn_microchip_seed(&server, 0);
    assert_int_equal(server.state, 0x41fe9f9e);
}

/* std::minstd_rand0 from 1: the ten thousandth as ISO C++ (and Park and Miller) have it. */
static void test_minstd(void **state)
{
    uint32_t value = 0;

    (void)state;
    server_clear();
    server.state = 1;
    for (size_t k = 1; k <= 10000; k++)
        value = isn_next_minstd(&server, &contact);
    assert_int_equal(value, 1043618065);
}

/* srand(1) of MSVC: 41, 18467, 6334. */
static void test_msvc(void **state)
{
    (void)state;
    server_clear();
    server.state = 1;
    assert_int_equal(isn_next_msvc(&server, &contact), 41u << 17 | 18467 << 2 | 6334 >> 13);
}

/* Marsaglia's own: xorshift32 from 2463534242, xorshift128 from the four words of his paper. */
static void test_xorshift(void **state)
{
    static const uint32_t words[] = {123456789, 362436069, 521288629, 88675123};

    (void)state;
    server_clear();
    server.state = 2463534242;
    assert_int_equal(isn_next_xorshift32(&server, &contact), 723471715);
    memcpy(server.words, words, sizeof words);
    assert_int_equal(isn_next_xorshift128(&server, &contact), 3701687786);
    assert_int_equal(isn_next_xorshift128(&server, &contact), 458299110);
}

/* From 0: the increment alone, in its top bits' way; then worked out with whole numbers. */
static void test_smoltcp(void **state)
{
    (void)state;
    server_clear();
    assert_int_equal(isn_next_smoltcp(&server, &contact), 0x7590ef39 >> 29);
    assert_int_equal(isn_next_smoltcp(&server, &contact), 4260165794);
    assert_int_equal(server.state, UINT64_C(0xc7fef67c5151a1ae));
}

/* The first three of the generator's reference, from 1234567. */
static void test_noise(void **state)
{
    struct isn_noise noise = {.state = 1234567};

    (void)state;
    assert_true(isn_noise_next(&noise) == UINT64_C(6457827717110365317));
    assert_true(isn_noise_next(&noise) == UINT64_C(3203168211198807973));
    assert_true(isn_noise_next(&noise) == UINT64_C(9817491932198370423));
}

static void test_hashes(void **state)
{
    static const uint64_t key[] = {UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908)};
    uint8_t bytes[15];

    (void)state;
    for (uint8_t i = 0; i < sizeof bytes; i++)
        bytes[i] = i;
    /* Appendix A of the paper, and two rows of its authors' table. */
    assert_true(isn_siphash(key, bytes, 15) == UINT64_C(0xa129ca6149be45e5));
    assert_true(isn_siphash(key, bytes, 0) == UINT64_C(0x726fdb47dd0e0e31));
    assert_true(isn_siphash(key, bytes, 8) == UINT64_C(0x93f5f5799a932462));

    assert_int_equal(isn_crc32((const uint8_t *)"123456789", 9), 0xcbf43926);
    assert_int_equal(isn_crc32(NULL, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random),   cmocka_unit_test(test_rand_r),
        cmocka_unit_test(test_mrand48),  cmocka_unit_test(test_time_times_random),
        cmocka_unit_test(test_twister),  cmocka_unit_test(test_microchip),
        cmocka_unit_test(test_minstd),   cmocka_unit_test(test_msvc),
        cmocka_unit_test(test_xorshift), cmocka_unit_test(test_smoltcp),
        cmocka_unit_test(test_noise),    cmocka_unit_test(test_hashes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
