/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading IPv4 and IPv6 packets (RFC 791, RFC 8200), extension headers included. */
#include "wire/ip.h"

#include <string.h>

#include "base/bytes.h"

#define IPV4_HEADER_MIN  20
#define IPV6_HEADER_SIZE 40
/* All extension headers are a multiple of this, and none is shorter. */
#define IPV6_EXTENSION_UNIT 8
/* The least of a quoted packet's payload that every ICMP error brings (RFC 792). */
#define QUOTE_MIN 8

#define IPV4_DF     0x4000
#define IPV4_MF     0x2000
#define IPV4_OFFSET 0x1fff
#define IPV6_OFFSET 0xfff8
#define IPV6_MF     0x0001

enum ipv6_extension {
    EXTENSION_HOP_BY_HOP = 0,
    EXTENSION_ROUTING = 43,
    EXTENSION_FRAGMENT = 44,
    EXTENSION_DESTINATION = 60,
};

static struct address take_address(struct reader *reader)
{
    struct address address = {.family = IP_FAMILY_V6};
    const uint8_t *bytes = reader_take(reader, sizeof address.bytes);
    if (bytes)
        memcpy(address.bytes, bytes, sizeof address.bytes);
    return address;
}

/* Sets the payload behind a header of header_length bytes, all of which are there. */
static void set_payload(struct packet *packet, const uint8_t *bytes, size_t length)
{
    size_t captured = length - packet->header_length;
    packet->header = bytes;
    packet->payload = bytes + packet->header_length;
    packet->payload_total = packet->total_length - packet->header_length;
    packet->payload_length = captured < packet->payload_total ? captured : packet->payload_total;
}

static enum checksum_state header_checksum(const uint8_t *bytes, size_t length, bool quoted)
{
    if (checksum_fold(checksum_add(0, bytes, length)) == 0)
        return CHECKSUM_GOOD;
    /* Routers may count down the TTL in the quote and leave its checksum, or the reverse. */
    if (quoted)
        return CHECKSUM_UNKNOWN;
    /* A network card that sums over the header gets it with a zero there. */
    return bytes[10] == 0 && bytes[11] == 0 ? CHECKSUM_PARTIAL : CHECKSUM_BAD;
}

static uint16_t u16_at(const uint8_t *bytes)
{
    return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

/* The header that nearly all captured packets have: read in place, and written once. */
static int read_ipv4(const uint8_t *bytes, size_t length, bool quoted, struct packet *ret_packet)
{
    if (length < IPV4_HEADER_MIN)
        return -FAULT_TRUNCATED;
    size_t header_length = (size_t)(bytes[0] & 0x0f) * 4;
    size_t told = u16_at(bytes + 2);
    uint16_t fragment = u16_at(bytes + 6);
    uint32_t offset = (uint32_t)(fragment & IPV4_OFFSET) * 8;
    if (header_length < IPV4_HEADER_MIN)
        return -FAULT_FORMAT;
    if (header_length > length)
        return -FAULT_TRUNCATED;
    if (told < header_length && !quoted)
        return -FAULT_FORMAT;
    uint16_t identification = u16_at(bytes + 4);
    uint8_t traffic_class = bytes[1], hop_limit = bytes[8], protocol = bytes[9];
    enum checksum_state checksum = header_checksum(bytes, header_length, quoted);

    *ret_packet = (struct packet){
        .family = IP_FAMILY_V4,
        .source.family = IP_FAMILY_V4,
        .destination.family = IP_FAMILY_V4,
        .hop_limit = hop_limit,
        .traffic_class = traffic_class,
        .identification = identification,
        .dont_fragment = fragment & IPV4_DF,
        .is_fragment = fragment & IPV4_MF || offset != 0,
        .fragment_offset = offset,
        .more_fragments = fragment & IPV4_MF,
        .protocol = protocol,
        .header_length = header_length,
        /* Some systems quote the length less the header's, or byte-swapped: believe the bytes. */
        .total_length = quoted && told < header_length + QUOTE_MIN ? length : told,
        .checksum = checksum,
    };
    memcpy(ret_packet->source.bytes, bytes + 12, 4);
    memcpy(ret_packet->destination.bytes, bytes + 16, 4);
    set_payload(ret_packet, bytes, length);
    ret_packet->total_length = told;
    return 0;
}

/* What a walk over extension headers has come to. */
struct walk {
    struct reader reader; /* over the bytes that are both captured and part of the packet */
    uint8_t next;         /* what comes next */
    bool done;
};

/* One extension header of `walk->next`'s kind; for any other kind, done. */
static void walk_extension(struct walk *walk, struct packet *packet)
{
    struct reader *reader = &walk->reader;
    uint8_t kind = walk->next;
    if (kind != EXTENSION_HOP_BY_HOP && kind != EXTENSION_ROUTING && kind != EXTENSION_FRAGMENT &&
        kind != EXTENSION_DESTINATION) {
        walk->done = true;
        return;
    }
    walk->next = reader_u8(reader);
    uint8_t units = reader_u8(reader); /* reserved in a fragment header */
    if (kind == EXTENSION_FRAGMENT) {
        uint16_t fragment = reader_u16(reader);
        packet->fragment_offset = fragment & IPV6_OFFSET;
        packet->more_fragments = fragment & IPV6_MF;
        packet->identification = (uint16_t)reader_u32(reader);
        packet->is_fragment = packet->more_fragments || packet->fragment_offset != 0;
        /* Behind the header of a later fragment comes the middle of something. */
        walk->done = packet->fragment_offset != 0;
        return;
    }
    reader_skip(reader, 1); /* the routing header's type, or the first byte of an option */
    uint8_t fourth = reader_u8(reader);
    reader_skip(reader, IPV6_EXTENSION_UNIT - 4 + (size_t)units * IPV6_EXTENSION_UNIT);
    if (kind == EXTENSION_ROUTING && fourth != 0)
        packet->source_routed = true;
}

static int read_ipv6(const uint8_t *bytes, size_t length, struct packet *ret_packet)
{
    struct packet packet = {
        .family = IP_FAMILY_V6, .dont_fragment = true, .checksum = CHECKSUM_UNKNOWN};
    struct reader reader = reader_of(bytes, length);
    uint32_t first = reader_u32(&reader);
    packet.traffic_class = (uint8_t)(first >> 20);
    packet.flow_label = first & 0xfffff;
    packet.total_length = (size_t)IPV6_HEADER_SIZE + reader_u16(&reader);
    uint8_t next = reader_u8(&reader);
    packet.hop_limit = reader_u8(&reader);
    packet.source = take_address(&reader);
    packet.destination = take_address(&reader);
    if (reader.bad)
        return -FAULT_TRUNCATED;

    bool is_cut = length < packet.total_length;
    struct walk walk = {.reader = reader_of(bytes, is_cut ? length : packet.total_length),
                        .next = next};
    reader_skip(&walk.reader, IPV6_HEADER_SIZE);
    while (!walk.done && !walk.reader.bad) {
        walk_extension(&walk, &packet);
        /* Hop-by-hop options come first or not at all (RFC 8200 4.1). */
        if (!walk.done && !walk.reader.bad && walk.next == EXTENSION_HOP_BY_HOP)
            return -FAULT_FORMAT;
    }
    /*
     * Not cut, and yet too short: the headers say more than the packet has. A jumbogram is among
     * these, for its length is 0 and its real one in an option (RFC 2675).
     */
    if (walk.reader.bad)
        return is_cut ? -FAULT_TRUNCATED : -FAULT_FORMAT;

    packet.protocol = walk.next;
    packet.header_length = walk.reader.at;
    set_payload(&packet, bytes, length);
    *ret_packet = packet;
    return 0;
}

int packet_read(const uint8_t *bytes, size_t length, bool quoted, struct packet *ret_packet)
{
    if (length == 0)
        return -FAULT_TRUNCATED;
    switch (bytes[0] >> 4) {
    case 4:
        return read_ipv4(bytes, length, quoted, ret_packet);
    case 6:
        return read_ipv6(bytes, length, ret_packet);
    default:
        return -FAULT_FORMAT;
    }
}
