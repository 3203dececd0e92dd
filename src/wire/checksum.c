/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Internet checksum, and what the checksum of a received packet says. */
#include "wire/ip.h"

#include "base/bytes.h"

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

uint32_t checksum_add(uint32_t sum, const void *bytes, size_t length)
{
    const uint8_t *from = bytes;
    uint64_t wide = sum;
    for (size_t i = 0; i + 1 < length; i += 2)
        wide += (uint64_t)from[i] << 8 | from[i + 1];
    if (length % 2 != 0)
        wide += (uint64_t)from[length - 1] << 8;
    /* An end-around carry: 2^32 is 1 in the arithmetic of this sum. */
    while (wide >> 32)
        wide = (wide & UINT32_MAX) + (wide >> 32);
    return (uint32_t)wide;
}

/* The sum in 16 bits, not inverted. */
static uint16_t folded(uint32_t sum)
{
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)sum;
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
