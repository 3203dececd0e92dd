/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Internet checksum, and what the checksum of a received packet says. */
#include "wire/ip.h"

#include <endian.h>
#include <string.h>

#include "base/bytes.h"

#define PLAIN_LENGTH 32

const char *checksum_words(enum checksum_state state)
{
    static const char *const words[CHECKSUM_COUNT] = {
        [CHECKSUM_GOOD] = "good",
        [CHECKSUM_BAD] = "bad",
        [CHECKSUM_PARTIAL] = "partial",
        [CHECKSUM_UNKNOWN] = "unknown",
    };
    return words[state];
}

/* A sum in 32 bits: 2^32 is 1 in its arithmetic. */
static uint32_t add_halves(uint64_t sum)
{
    while (sum >> 32)
        sum = (sum & UINT32_MAX) + (sum >> 32);
    return (uint32_t)sum;
}

/* The sum in 16 bits, not inverted. */
static uint16_t folded(uint32_t sum)
{
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)sum;
}

/* Eight bytes as they lie in memory. */
static inline uint64_t word_at(const uint8_t *bytes)
{
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    return word;
}

/* 2^64 - 1 is 0 in the arithmetic of this sum: what is carried out comes in again. */
static inline uint64_t add_around(uint64_t a, uint64_t b)
{
    uint64_t sum = a + b;
    return sum + (sum < a);
}

/*
 * The sum in 16 bits in the machine's own byte order, which does not matter to it (RFC 1071 2 (B)):
 * eight bytes at once, and four of these, for they do not wait for each other.
 */
static uint16_t sum_as_it_lies(const uint8_t *from, size_t length)
{
    uint64_t lanes[4] = {0}, rest = 0;
    while (length >= sizeof lanes) {
        for (unsigned i = 0; i < 4; i++)
            lanes[i] = add_around(lanes[i], word_at(from + 8 * i));
        from += sizeof lanes;
        length -= sizeof lanes;
    }
    for (; length >= sizeof rest; from += sizeof rest, length -= sizeof rest)
        lanes[0] = add_around(lanes[0], word_at(from));
    if (length > 0)
        memcpy(&rest, from, length);
    lanes[0] = add_around(add_around(lanes[0], lanes[1]), add_around(lanes[2], lanes[3]));
    lanes[0] = add_around(lanes[0], rest);
    return folded(add_halves(lanes[0]));
}

/* A header's, where doing without the detour is faster. */
static uint64_t sum_plain(const uint8_t *from, size_t length)
{
    uint64_t sum = 0;
    for (size_t i = 0; i + 1 < length; i += 2)
        sum += (uint64_t)from[i] << 8 | from[i + 1];
    if (length % 2 != 0)
        sum += (uint64_t)from[length - 1] << 8;
    return sum;
}

uint32_t checksum_add(uint32_t sum, const void *bytes, size_t length)
{
    if (length < PLAIN_LENGTH)
        return add_halves(sum + sum_plain(bytes, length));
    uint16_t lies = sum_as_it_lies(bytes, length);
    bool is_little = htobe16(1) != 1;
    return add_halves((uint64_t)sum + (is_little ? __builtin_bswap16(lies) : lies));
}

uint16_t checksum_fold(uint32_t sum)
{
    return (uint16_t)~folded(sum);
}

uint32_t checksum_pseudo(const struct packet *packet, uint8_t protocol, size_t length)
{
    size_t size = packet->family == IP_FAMILY_V6 ? 16 : 4;
    uint32_t sum = checksum_add(0, packet->source.bytes, size);
    sum = checksum_add(sum, packet->destination.bytes, size);
    uint8_t rest[8];
    struct writer writer = writer_of(rest, sizeof rest);
    writer_u32(&writer, (uint32_t)length);
    writer_u32(&writer, protocol);
    return checksum_add(sum, rest, sizeof rest);
}

enum checksum_state checksum_check(const struct packet *packet, size_t at)
{
    /* With segments left the address that the sender summed over is another one (RFC 8200 8.1). */
    if (packet->is_fragment || packet->source_routed ||
        packet->payload_length < packet->payload_total)
        return CHECKSUM_UNKNOWN;
    if (packet->payload_length < 2 || at > packet->payload_length - 2)
        return CHECKSUM_UNKNOWN;

    bool has_pseudo = packet->family != IP_FAMILY_V4 || packet->protocol != IP_PROTOCOL_ICMP;
    uint32_t pseudo =
        has_pseudo ? checksum_pseudo(packet, packet->protocol, packet->payload_length) : 0;
    if (checksum_fold(checksum_add(pseudo, packet->payload, packet->payload_length)) == 0)
        return CHECKSUM_GOOD;

    struct reader reader = reader_of(packet->payload + at, 2);
    if (has_pseudo && reader_u16(&reader) == folded(pseudo))
        return CHECKSUM_PARTIAL;
    return CHECKSUM_BAD;
}
