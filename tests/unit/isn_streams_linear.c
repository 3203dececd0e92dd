/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Made-up servers whose generators are linear over GF(2): shift registers and the twister. */
#include "isn_streams_parts.h"

#define UNUSED __attribute__((unused))
#define NEXT(name)                                                                                 \
    uint32_t isn_next_##name(UNUSED struct isn_server *server,                                     \
                             UNUSED const struct isn_contact *contact)

ISN_START(xorshift32)
{
    server->state = isn_server_between(server, 1, UINT32_MAX);
}

NEXT(xorshift32)
{
    uint32_t x = (uint32_t)server->state;

    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    server->state = x;
    return x;
}

/* ---- Microchip's TCP/IP stack ---- */

static uint32_t microchip_word(struct isn_server *server)
{
    uint32_t state = (uint32_t)server->state;

    for (int i = 0; i < 15; i++)
        state = state >> 1 ^ (state & 1 ? 0xd0000001 : 0);
    server->state = state;
    return state & 0xffff;
}

void isn_microchip_seed(struct isn_server *server, uint32_t seed)
{
    server->state = seed ? seed : 1;
    for (int i = 0; i < 16; i++)
        microchip_word(server);
}

/* Its seed is always the same; how many it has drawn since boot is not. */
ISN_START(mchp_lfsr)
{
    isn_microchip_seed(server, 1);
    for (uint64_t i = isn_server_between(server, 0, 999); i > 0; i--)
        microchip_word(server);
}

NEXT(mchp_lfsr)
{
    uint32_t low = microchip_word(server);

    return low | microchip_word(server) << 16;
}

/* ---- MT19937 (Matsumoto, Nishimura, TOMACS 8, 1998) ---- */

enum { TWISTER_WORDS = 624, TWISTER_SHIFT = 397 };

void isn_twister_seed(struct isn_server *server, uint32_t seed)
{
    server->words[0] = seed;
    for (uint32_t i = 1; i < TWISTER_WORDS; i++) {
        uint32_t before = server->words[i - 1];

        server->words[i] = 1812433253 * (before ^ before >> 30) + i;
    }
    server->place = 0;
}

ISN_START(mt19937)
{
    isn_twister_seed(server, (uint32_t)isn_server_draw(server));
}

/* Each word is renewed when its turn comes, which is the same as all at once. */
NEXT(mt19937)
{
    uint32_t *words = server->words;
    size_t i = server->place;
    uint32_t joined = (words[i] & 0x80000000) | (words[(i + 1) % TWISTER_WORDS] & 0x7fffffff);

    words[i] =
        words[(i + TWISTER_SHIFT) % TWISTER_WORDS] ^ joined >> 1 ^ (joined & 1 ? 0x9908b0df : 0);
    server->place = (i + 1) % TWISTER_WORDS;

    uint32_t y = words[i];

    y ^= y >> 11;
    y ^= y << 7 & 0x9d2c5680;
    y ^= y << 15 & 0xefc60000;
    return y ^ y >> 18;
}

/* ---- Marsaglia's xorshift128 (Journal of Statistical Software 8, 2003) ---- */

ISN_START(xorshift128)
{
    for (size_t i = 0; i < 4; i++)
        server->words[i] = (uint32_t)isn_server_between(server, 1, UINT32_MAX);
}

NEXT(xorshift128)
{
    uint32_t *s = server->words, t = s[0] ^ s[0] << 11;

    s[0] = s[1];
    s[1] = s[2];
    s[2] = s[3];
    s[3] ^= s[3] >> 19 ^ t ^ t >> 8;
    return s[3];
}
