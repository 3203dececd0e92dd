/* SPDX-License-Identifier: GPL-3.0-or-later */
/* State recovery finds nothing in random numbers, nor in what is weak in other ways. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "isn_recover_streams.h"
#include "stat/isn/recover.h"

static struct stream stream;

/* What a server answers to the i-th SYN, asked at `time` (ns). */
typedef uint32_t answer(uint64_t *seed, size_t i, int64_t time);

static uint32_t constant(uint64_t *seed, size_t i, int64_t time)
{
    (void)seed;
    (void)i;
    (void)time;
    return 1000000;
}

static uint32_t counter(uint64_t *seed, size_t i, int64_t time)
{
    (void)seed;
    (void)time;
    return 12345678 + (uint32_t)i;
}

static uint32_t counter_4096(uint64_t *seed, size_t i, int64_t time)
{
    (void)seed;
    (void)time;
    return UINT32_C(0x89abcdef) + 4096 * (uint32_t)i;
}

static uint32_t counter_64000_with_ticks(uint64_t *seed, size_t i, int64_t time)
{
    (void)seed;
    return 64000 * ((uint32_t)i + (uint32_t)(time / 500000000));
}

static uint32_t clock_4us(uint64_t *seed, size_t i, int64_t time)
{
    (void)seed;
    (void)i;
    return (uint32_t)(time / 4000);
}

static uint32_t clock_ms(uint64_t *seed, size_t i, int64_t time)
{
    (void)seed;
    (void)i;
    return (uint32_t)(time / 1000000);
}

static uint32_t clock_ns(uint64_t *seed, size_t i, int64_t time)
{
    (void)seed;
    (void)i;
    return (uint32_t)time;
}

/* Bits 29 to 31 go round with the SYNs, as regular as a linear recurrence. */
static uint32_t clock_fast(uint64_t *seed, size_t i, int64_t time)
{
    (void)seed;
    (void)i;
    return (uint32_t)((uint64_t)time * 268);
}

static uint32_t clock_of_polls(uint64_t *seed, size_t i, int64_t time)
{
    (void)seed;
    (void)i;
    return (uint32_t)(time / 20000000);
}

static uint32_t rfc6528(uint64_t *seed, size_t i, int64_t time)
{
    return noise(seed) * (uint32_t)(i % 2) + (uint32_t)(time >> 6);
}

static uint32_t rfc6528_with_counter(uint64_t *seed, size_t i, int64_t time)
{
    return noise(seed) * (uint32_t)(i % 2) + 4096 * (uint32_t)i +
           (uint32_t)(time / 500000000 << 19);
}

static uint32_t short_hash(uint64_t *seed, size_t i, int64_t time)
{
    return (noise(seed) * (uint32_t)(i % 2) & 0xffffff) + (uint32_t)(time / 1000);
}

static uint32_t static_hash(uint64_t *seed, size_t i, int64_t time)
{
    uint32_t hash = noise(seed);

    (void)time;
    return i % 3 == 0 ? 0x12345678 : hash;
}

static uint32_t two_back_ends(uint64_t *seed, size_t i, int64_t time)
{
    (void)i;
    return (uint32_t)(time >> 6) + (noise(seed) >> 31) * UINT32_C(0x6a09e667);
}

static uint32_t half_stuck(uint64_t *seed, size_t i, int64_t time)
{
    (void)i;
    (void)time;
    return noise(seed) << 16;
}

static uint32_t bits_31(uint64_t *seed, size_t i, int64_t time)
{
    (void)i;
    (void)time;
    return noise(seed) >> 1;
}

static uint32_t counter_over_24_bits(uint64_t *seed, size_t i, int64_t time)
{
    (void)time;
    return (noise(seed) >> 8) + ((uint32_t)i << 24);
}

static uint32_t pool(uint64_t *seed, size_t i, int64_t time)
{
    uint64_t place = noise(seed) % 512;

    (void)i;
    (void)time;
    return noise(&place);
}

static uint32_t periodic(uint64_t *seed, size_t i, int64_t time)
{
    (void)seed;
    (void)time;
    return (uint32_t)(i / 5 * 10 + i % 5 * (i % 5 + 1) / 2) * 123456 - (uint32_t)i * 77;
}

static uint32_t port_multiplied(uint64_t *seed, size_t i, int64_t time)
{
    (void)time;
    return (1024 + (uint32_t)i * 3 + noise(seed) % 3) * UINT32_C(2654435761);
}

/* CRC-32 of a port that counts up: each bit is linear in the bits of a counter. */
static uint32_t crc_of_port(uint64_t *seed, size_t i, int64_t time)
{
    uint32_t crc = 32768 + (uint32_t)i;

    (void)seed;
    (void)time;
    for (int bit = 0; bit < 32; bit++)
        crc = crc >> 1 ^ (-(crc & 1) & UINT32_C(0xedb88320));
    return crc;
}

static uint32_t uniform(uint64_t *seed, size_t i, int64_t time)
{
    (void)i;
    (void)time;
    return noise(seed);
}

static void fill(answer *generator, uint64_t *seed)
{
    stream_times(&stream, seed);
    for (size_t i = 0; i < STREAM_MOST; i++)
        stream.isns[i] = generator(seed, i, stream.times[i]);
}

/* Each ISN by a random amount of at most `mask` more. */
static void fill_walk(uint32_t mask, uint64_t *seed)
{
    uint32_t isn = noise(seed);

    stream_times(&stream, seed);
    for (size_t i = 0; i < STREAM_MOST; i++)
        stream.isns[i] = isn += noise(seed) & mask;
}

/* The lowest bits are always the same, and those above are random. */
static void fill_above(unsigned still, uint64_t *seed)
{
    uint32_t low = noise(seed) >> (32 - still);

    stream_times(&stream, seed);
    for (size_t i = 0; i < STREAM_MOST; i++)
        stream.isns[i] = noise(seed) << still | low;
}

static void find_none(size_t count)
{
    struct isn_recovery recovery;
    int result = isn_recover_run(stream.isns, stream.times, count, &recovery);

    if (result != 0)
        print_message("%s in %zu ISNs\n", recovery.name, count);
    assert_int_equal(result, 0);
}

static void none_in_random_numbers(void **state)
{
    uint64_t seed = 2024;

    (void)state;
    for (size_t i = 0; i < 500; i++) {
        fill(uniform, &seed);
        find_none(64);
        find_none(65 + noise(&seed) % 64);
    }
    for (size_t i = 0; i < 8; i++) {
        fill(uniform, &seed);
        find_none(2048);
    }
}

static void none_in_other_classes(void **state)
{
    static answer *const generators[] = {
        constant,
        counter,
        counter_4096,
        counter_64000_with_ticks,
        clock_4us,
        clock_ms,
        clock_ns,
        clock_fast,
        rfc6528,
        short_hash,
        rfc6528_with_counter,
        static_hash,
        clock_of_polls,
        half_stuck,
        bits_31,
        counter_over_24_bits,
        pool,
        periodic,
        port_multiplied,
        crc_of_port,
        two_back_ends,
    };

    (void)state;
    for (size_t i = 0; i < sizeof generators / sizeof *generators; i++)
        for (uint64_t number = 0; number < 4; number++) {
            uint64_t seed = 100 * number + i;

            fill(generators[i], &seed);
            find_none(32);
            find_none(128);
            find_none(600);
            if (number == 0)
                find_none(2048);
        }
}

static void none_in_random_increments(void **state)
{
    const uint32_t masks[] = {0x1, 0xff, 0x7fff, 0x1ffff, 0xfffffff};

    (void)state;
    for (size_t i = 0; i < sizeof masks / sizeof *masks; i++)
        for (uint64_t number = 0; number < 6; number++) {
            uint64_t seed = 100 * number + i;

            fill_walk(masks[i], &seed);
            find_none(32);
            find_none(128);
            find_none(600);
        }
}

static void none_above_still_bits(void **state)
{
    (void)state;
    for (unsigned still = 4; still <= 26; still += 2)
        for (uint64_t number = 0; number < 8; number++) {
            uint64_t seed = 100 * number + still;

            fill_above(still, &seed);
            find_none(64);
            find_none(512);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(none_in_random_numbers),
        cmocka_unit_test(none_in_other_classes),
        cmocka_unit_test(none_in_random_increments),
        cmocka_unit_test(none_above_still_bits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
