/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SipHash-2-4. */
#include "base/siphash.h"

#define ROUNDS     2 /* for each word */
#define ROUNDS_END 4

static uint64_t rotate(uint64_t word, unsigned bits)
{
    return word << bits | word >> (64 - bits);
}

static void mix(uint64_t v[4], unsigned rounds)
{
    while (rounds-- > 0) {
        v[0] += v[1];
        v[1] = rotate(v[1], 13) ^ v[0];
        v[0] = rotate(v[0], 32);
        v[2] += v[3];
        v[3] = rotate(v[3], 16) ^ v[2];
        v[0] += v[3];
        v[3] = rotate(v[3], 21) ^ v[0];
        v[2] += v[1];
        v[1] = rotate(v[1], 17) ^ v[2];
        v[2] = rotate(v[2], 32);
    }
}

static void take(uint64_t v[4], uint64_t word)
{
    v[3] ^= word;
    mix(v, ROUNDS);
    v[0] ^= word;
}

/* Up to eight bytes, the lowest first. */
static uint64_t word_of(const uint8_t *bytes, size_t length)
{
    uint64_t word = 0;

    for (size_t i = 0; i < length; i++)
        word |= (uint64_t)bytes[i] << 8 * i;
    return word;
}

uint64_t siphash(const uint64_t key[2], const void *bytes, size_t length)
{
    const uint8_t *from = bytes;
    size_t left = length;
    uint64_t v[4] = {key[0] ^ 0x736f6d6570736575, key[1] ^ 0x646f72616e646f6d,
                     key[0] ^ 0x6c7967656e657261, key[1] ^ 0x7465646279746573};

    for (; left >= 8; left -= 8, from += 8)
        take(v, word_of(from, 8));
    take(v, (uint64_t)length << 56 | word_of(from, left));
    v[2] ^= 0xff;
    mix(v, ROUNDS_END);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}
