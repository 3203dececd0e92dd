/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Streams of weak generators, from their formulas, for the tests of state recovery. */
#ifndef TESTS_ISN_RECOVER_STREAMS_H
#define TESTS_ISN_RECOVER_STREAMS_H

#include <gsl/gsl_rng.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define STREAM_MOST 2100
/* Two SYNs of a stream are this far apart, but for jitter. */
#define STREAM_GAP INT64_C(2000000)

struct stream {
    uint32_t isns[STREAM_MOST];
    int64_t times[STREAM_MOST];
};

/* Steele, Lea and Flood's splitmix64: none of the generators looked for. */
static inline uint32_t noise(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (uint32_t)((z ^ z >> 31) >> 32);
}

static inline uint64_t noise_64(uint64_t *state)
{
    uint64_t high = noise(state);

    return high << 32 | noise(state);
}

/* Times of a server asked every STREAM_GAP, off by up to 50 us. */
static inline void stream_times(struct stream *stream, uint64_t *seed)
{
    for (size_t i = 0; i < STREAM_MOST; i++)
        stream->times[i] =
            INT64_C(1700000000000000000) + (int64_t)i * STREAM_GAP + noise(seed) % 50000;
}

static inline void stream_lcg(struct stream *stream, uint64_t a, uint64_t c, uint64_t m, uint64_t s)
{
    for (size_t i = 0; i < STREAM_MOST; i++)
        stream->isns[i] = (uint32_t)(s = (a * s + c) % m);
}

static inline void stream_lcg32(struct stream *stream, uint64_t *seed)
{
    stream_lcg(stream, (noise(seed) & ~UINT32_C(7)) | 5, noise(seed) | 1, UINT64_C(1) << 32,
               noise(seed));
}

/* All numbers odd, all steps even. */
static inline void stream_even_steps(struct stream *stream, uint64_t *seed)
{
    stream_lcg(stream, 69069, 0, UINT64_C(1) << 32, noise(seed) | 1);
}

static inline void stream_lcg31(struct stream *stream, uint64_t *seed)
{
    stream_lcg(stream, 1103515245, 12345, UINT64_C(1) << 31, noise(seed));
}

static inline void stream_minstd(struct stream *stream, uint64_t *seed)
{
    stream_lcg(stream, 16807, 0, 2147483647, noise(seed) % 2147483646 + 1);
}

static inline void stream_prime(struct stream *stream, uint64_t *seed)
{
    stream_lcg(stream, 40692, noise(seed) % 2147483399, 2147483399, noise(seed) % 2147483399);
}

static inline void stream_48(struct stream *stream, uint64_t *seed, unsigned shift)
{
    uint64_t s = noise_64(seed);

    for (size_t i = 0; i < STREAM_MOST; i++) {
        s = (s * UINT64_C(0x5DEECE66D) + 11) & UINT64_C(0xffffffffffff);
        stream->isns[i] = (uint32_t)(s >> shift);
    }
}

static inline void stream_drand48(struct stream *stream, uint64_t *seed)
{
    stream_48(stream, seed, 16);
}

static inline void stream_lrand48(struct stream *stream, uint64_t *seed)
{
    stream_48(stream, seed, 17);
}

/* Bits hidden … modulus - 1 of Knuth's 64-bit LCG with increment c. */
static inline void stream_lcg64(struct stream *stream, uint64_t s, uint64_t c, unsigned hidden,
                                unsigned modulus)
{
    for (size_t i = 0; i < STREAM_MOST; i++) {
        s = s * UINT64_C(6364136223846793005) + c;
        stream->isns[i] = (uint32_t)((s & UINT64_MAX >> (64 - modulus)) >> hidden);
    }
}

static inline void stream_newlib(struct stream *stream, uint64_t *seed)
{
    stream_lcg64(stream, noise(seed), 1, 32, 63);
}

static inline void stream_musl(struct stream *stream, uint64_t *seed)
{
    stream_lcg64(stream, noise(seed), 1, 33, 64);
}

static inline void stream_mmix(struct stream *stream, uint64_t *seed)
{
    stream_lcg64(stream, noise_64(seed), UINT64_C(1442695040888963407), 32, 64);
}

static inline void stream_rand_r(struct stream *stream, uint64_t *seed)
{
    uint32_t s = noise(seed);

    for (size_t i = 0; i < STREAM_MOST; i++) {
        stream->isns[i] = (s = s * 1103515245 + 12345) / 65536 % 2048;
        for (int j = 0; j < 2; j++)
            stream->isns[i] = stream->isns[i] << 10 ^ (s = s * 1103515245 + 12345) / 65536 % 1024;
    }
}

static inline void stream_msvc(struct stream *stream, uint64_t *seed)
{
    uint32_t s = noise(seed);

    for (size_t i = 0; i < STREAM_MOST; i++) {
        uint32_t r[3];

        for (size_t j = 0; j < 3; j++) {
            s = s * 214013 + 2531011;
            r[j] = s >> 16 & 0x7fff;
        }
        stream->isns[i] = r[0] << 17 | r[1] << 2 | r[2] >> 13;
    }
}

static inline void stream_smoltcp_from(struct stream *stream, uint64_t s)
{
    for (size_t i = 0; i < STREAM_MOST; i++) {
        s = s * UINT64_C(0xbb2efcec3c39611d) + 0x7590ef39;
        stream->isns[i] = (uint32_t)(s >> (29 - (s >> 61)));
    }
}

static inline void stream_smoltcp(struct stream *stream, uint64_t *seed)
{
    stream_smoltcp_from(stream, noise(seed) % 16);
}

static inline void stream_picotcp(struct stream *stream, uint64_t *seed)
{
    uint32_t s = noise(seed);
    int64_t boot = INT64_C(1690000000000000000) + noise(seed);

    for (size_t i = 0; i < STREAM_MOST; i++) {
        s = (1664525 * s + 1013904223) ^ ~(uint32_t)((stream->times[i] - boot) / 1000000);
        stream->isns[i] = s;
    }
}

/* o[i] = o[i - 3] + o[i - 31] of 32 bits, as glibc has it. */
static inline void additive(uint32_t *o, uint64_t *seed)
{
    for (size_t i = 0; i < STREAM_MOST; i++)
        o[i] = i < 31 ? noise(seed) : o[i - 3] + o[i - 31];
}

static inline void stream_random(struct stream *stream, uint64_t *seed)
{
    additive(stream->isns, seed);
    for (size_t i = 0; i < STREAM_MOST; i++)
        stream->isns[i] >>= 1;
}

static inline void stream_sum32(struct stream *stream, uint64_t *seed)
{
    for (size_t i = 0; i < STREAM_MOST; i++)
        stream->isns[i] = i < 17 ? noise(seed) | 1 : stream->isns[i - 5] + stream->isns[i - 17];
}

/* Knuth's generator, modulo 2^32. */
static inline void stream_difference(struct stream *stream, uint64_t *seed)
{
    for (size_t i = 0; i < STREAM_MOST; i++)
        stream->isns[i] = i < 55 ? noise(seed) | 1 : stream->isns[i - 55] - stream->isns[i - 24];
}

/* The other way round, modulo 2^31. */
static inline void stream_difference31(struct stream *stream, uint64_t *seed)
{
    for (size_t i = 0; i < STREAM_MOST; i++)
        stream->isns[i] =
            (i < 31 ? noise(seed) | 1 : stream->isns[i - 13] - stream->isns[i - 31]) & 0x7fffffff;
}

static inline void stream_dotnet(struct stream *stream, uint64_t *seed)
{
    int64_t r[STREAM_MOST];

    for (size_t i = 0; i < STREAM_MOST; i++) {
        r[i] = i < 55 ? noise(seed) % 2147483647 : r[i - 55] - r[i - 34];
        r[i] += r[i] < 0 ? 2147483647 : 0;
        stream->isns[i] = (uint32_t)r[i];
    }
}

static inline void stream_xorshift32(struct stream *stream, uint64_t *seed)
{
    uint32_t x = noise(seed) | 1;

    for (size_t i = 0; i < STREAM_MOST; i++) {
        x ^= x << 13;
        x ^= x >> 17;
        stream->isns[i] = x ^= x << 5;
    }
}

/* Another of his triples. */
static inline void stream_xorshift32_other(struct stream *stream, uint64_t *seed)
{
    uint32_t x = noise(seed) | 1;

    for (size_t i = 0; i < STREAM_MOST; i++) {
        x ^= x << 7;
        x ^= x >> 1;
        stream->isns[i] = x ^= x << 9;
    }
}

/* Marsaglia's with 64 bits in two words, y on the wire. */
static inline void stream_xorshift64(struct stream *stream, uint64_t *seed)
{
    uint32_t x = noise(seed) | 1;
    uint32_t y = noise(seed);

    for (size_t i = 0; i < STREAM_MOST; i++) {
        uint32_t t = x ^ x << 10;

        x = y;
        stream->isns[i] = y = y ^ y >> 10 ^ t ^ t >> 13;
    }
}

static inline void stream_xorshift128(struct stream *stream, uint64_t *seed)
{
    uint32_t s[4] = {noise(seed) | 1, noise(seed), noise(seed), noise(seed)};

    for (size_t i = 0; i < STREAM_MOST; i++) {
        uint32_t t = s[0] ^ s[0] << 11;

        memmove(s, s + 1, 3 * sizeof *s);
        stream->isns[i] = s[3] = s[3] ^ s[3] >> 19 ^ t ^ t >> 8;
    }
}

static inline void stream_time_rand(struct stream *stream, uint64_t *seed)
{
    uint32_t o[STREAM_MOST];

    additive(o, seed);
    for (size_t i = 0; i < STREAM_MOST; i++)
        stream->isns[i] = (uint32_t)(stream->times[i] / 1000000000) * (o[i] >> 1);
}

/* Generators as the GNU Scientific Library has them. */
static inline void stream_gsl(struct stream *stream, uint64_t *seed, const gsl_rng_type *type)
{
    gsl_rng *rng = gsl_rng_alloc(type);

    gsl_rng_set(rng, noise(seed));
    for (size_t i = 0; i < STREAM_MOST; i++)
        stream->isns[i] = (uint32_t)gsl_rng_get(rng);
    gsl_rng_free(rng);
}

static inline void stream_mt19937(struct stream *stream, uint64_t *seed)
{
    stream_gsl(stream, seed, gsl_rng_mt19937);
}

static inline void stream_gsl_rand48(struct stream *stream, uint64_t *seed)
{
    stream_gsl(stream, seed, gsl_rng_rand48);
}

static inline void stream_gsl_random(struct stream *stream, uint64_t *seed)
{
    stream_gsl(stream, seed, gsl_rng_random_glibc2);
}

/* L'Ecuyer's Tausworthe generator: linear, 96 bits of state, of which 32 are shown. */
static inline void stream_taus(struct stream *stream, uint64_t *seed)
{
    stream_gsl(stream, seed, gsl_rng_taus2);
}

/* Kirkpatrick and Stoll's: the exclusive or of two of the last 250. */
static inline void stream_r250(struct stream *stream, uint64_t *seed)
{
    stream_gsl(stream, seed, gsl_rng_r250);
}

#endif
