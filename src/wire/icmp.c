/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading ICMP (RFC 792) and ICMPv6 (RFC 4443) errors and the packets that they quote. */
#include "wire/icmp.h"

#include "base/bytes.h"

#define ICMP_HEADER_SIZE 8
#define ICMP_CHECKSUM_AT 2
/* A quote that is followed by extensions is padded to at least this (RFC 4884 section 4). */
#define EXTENDED_QUOTE_MIN 128

/*
 * How many bytes of `left` are the quote: up to where the extensions begin, if the message tells
 * (RFC 4884: in 32-bit words for IPv4 and 64-bit words for IPv6, in a byte that others leave zero).
 */
static size_t quote_length(const struct icmp *icmp, uint32_t rest, size_t left)
{
    size_t told = icmp->family == IP_FAMILY_V4 ? (rest >> 16 & 0xff) * 4 : (rest >> 24) * 8;
    /* Of these the same bytes mean something else. */
    if (icmp->family == IP_FAMILY_V6 && (icmp->type == 2 || icmp->type == 4))
        return left;
    return told >= EXTENDED_QUOTE_MIN && told < left ? told : left;
}

int icmp_read(const struct packet *packet, struct icmp *ret_icmp)
{
    uint8_t protocol = packet->family == IP_FAMILY_V6 ? IP_PROTOCOL_ICMPV6 : IP_PROTOCOL_ICMP;
    if (packet->family == IP_FAMILY_NONE || packet->protocol != protocol ||
        packet->fragment_offset != 0)
        return -FAULT_FORMAT;
    if (packet->payload_total < ICMP_HEADER_SIZE)
        return -FAULT_FORMAT;

    struct reader reader = reader_of(packet->payload, packet->payload_length);
    struct icmp icmp = {.family = packet->family};
    icmp.type = reader_u8(&reader);
    icmp.code = reader_u8(&reader);
    reader_skip(&reader, 2);
    uint32_t rest = reader_u32(&reader);
    if (reader.bad)
        return -FAULT_TRUNCATED;
    icmp.kind = icmp_classify(icmp.family, icmp.type, icmp.code);
    if (icmp.kind == ICMP_CLASS_NONE)
        return -FAULT_FORMAT;
    /* RFC 1191 has 16 bits for it, behind 16 that are unused. */
    if (icmp.kind == ICMP_CLASS_MTU)
        icmp.mtu = icmp.family == IP_FAMILY_V4 ? rest & 0xffff : rest;
    icmp.checksum = checksum_check(packet, ICMP_CHECKSUM_AT);

    size_t length = quote_length(&icmp, rest, reader_left(&reader));
    const uint8_t *quote = reader_take(&reader, length);
    struct packet quoted;
    if (packet_read(quote, length, true, &quoted) == 0 && quoted.family == icmp.family) {
        icmp.quote = quoted;
        icmp.has_quote = true;
    }
    *ret_icmp = icmp;
    return 0;
}

int icmp_quoted_tcp(const struct icmp *icmp, uint16_t *ret_source_port,
                    uint16_t *ret_destination_port, uint32_t *ret_seq)
{
    const struct packet *quote = &icmp->quote;
    if (!icmp->has_quote || quote->protocol != IP_PROTOCOL_TCP || quote->fragment_offset != 0)
        return -FAULT_FORMAT;
    struct reader reader = reader_of(quote->payload, quote->payload_length);
    uint16_t source_port = reader_u16(&reader);
    uint16_t destination_port = reader_u16(&reader);
    uint32_t seq = reader_u32(&reader);
    if (reader.bad)
        return -FAULT_TRUNCATED;
    *ret_source_port = source_port;
    *ret_destination_port = destination_port;
    *ret_seq = seq;
    return 0;
}
