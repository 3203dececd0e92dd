/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Chance, hashes and clocks of the made-up servers. */
#include <math.h>
#include <string.h>

#include "isn_streams_parts.h"

uint64_t isn_noise_next(struct isn_noise *noise)
{
    uint64_t z = noise->state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

double isn_noise_uniform(struct isn_noise *noise)
{
    return (double)(isn_noise_next(noise) >> 11) * 0x1p-53;
}

/* The bias of a remainder is below 2^-32 for all ranges here. */
uint64_t isn_noise_between(struct isn_noise *noise, uint64_t low, uint64_t high)
{
    return low + isn_noise_next(noise) % (high - low + 1);
}

double isn_noise_exponential(struct isn_noise *noise, double mean)
{
    return -mean * log1p(-isn_noise_uniform(noise));
}

static uint64_t rotate(uint64_t value, unsigned bits)
{
    return value << bits | value >> (64 - bits);
}

static void sip_round(uint64_t v[4])
{
    v[0] += v[1];
    v[2] += v[3];
    v[1] = rotate(v[1], 13) ^ v[0];
    v[3] = rotate(v[3], 16) ^ v[2];
    v[0] = rotate(v[0], 32);
    v[2] += v[1];
    v[0] += v[3];
    v[1] = rotate(v[1], 17) ^ v[2];
    v[3] = rotate(v[3], 21) ^ v[0];
    v[2] = rotate(v[2], 32);
}

static void sip_word(uint64_t v[4], uint64_t word)
{
    v[3] ^= word;
    sip_round(v);
    sip_round(v);
    v[0] ^= word;
}

uint64_t isn_siphash(const uint64_t key[2], const uint8_t *bytes, size_t length)
{
    uint64_t v[4] = {key[0] ^ UINT64_C(0x736f6d6570736575), key[1] ^ UINT64_C(0x646f72616e646f6d),
                     key[0] ^ UINT64_C(0x6c7967656e657261), key[1] ^ UINT64_C(0x7465646279746573)};
    uint64_t word = 0;

    for (size_t i = 0; i < length; i++) {
        word |= (uint64_t)bytes[i] << i % 8 * 8;
        if (i % 8 == 7) {
            sip_word(v, word);
            word = 0;
        }
    }
    sip_word(v, word | (uint64_t)length << 56);
    v[2] ^= 0xff;
    for (int i = 0; i < 4; i++)
        sip_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

uint32_t isn_crc32(const uint8_t *bytes, size_t length)
{
    uint32_t crc = UINT32_MAX;

    for (size_t i = 0; i < length; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
    }
    return ~crc;
}

static void put_words(uint8_t *bytes, const uint64_t *words, size_t count)
{
    for (size_t i = 0; i < 8 * count; i++)
        bytes[i] = (uint8_t)(words[i / 8] >> i % 8 * 8);
}

static int64_t elapsed(const struct isn_server *server, const struct isn_contact *contact)
{
    return contact->time + llround((double)contact->time * server->skew);
}

int64_t isn_server_uptime(const struct isn_server *server, const struct isn_contact *contact)
{
    return server->uptime + elapsed(server, contact);
}

int64_t isn_server_realtime(const struct isn_server *server, const struct isn_contact *contact)
{
    return server->realtime + elapsed(server, contact);
}

/* The first word of what is hashed keeps draws and tuples apart. */
enum { HASHED_DRAW = 1, HASHED_TUPLE = 2 };

uint64_t isn_server_draw(struct isn_server *server)
{
    uint64_t words[2] = {HASHED_DRAW, server->drawn++};
    uint8_t bytes[sizeof words];

    put_words(bytes, words, 2);
    return isn_siphash(server->key, bytes, sizeof bytes);
}

uint64_t isn_server_between(struct isn_server *server, uint64_t low, uint64_t high)
{
    return low + isn_server_draw(server) % (high - low + 1);
}

uint64_t isn_server_hash(const struct isn_server *server, const struct isn_contact *contact,
                         uint64_t more)
{
    uint64_t words[3] = {HASHED_TUPLE, (uint64_t)contact->src << 16 | contact->port, more};
    uint8_t bytes[sizeof words];

    put_words(bytes, words, 3);
    return isn_siphash(server->key, bytes, sizeof bytes);
}
