/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The walk over the layers of a captured frame, down to an IP packet or to the reason why there is
 * none. */
#include "wire/envelope.h"

#include <assert.h>
#include <string.h>

#include "wire/envelope_parts.h"

#define IPV4_HEADER_MIN   20
#define IPV4_LENGTH_AT    2
#define IPV6_HEADER_SIZE  40
#define IPV6_LENGTH_AT    4
#define IPV6_NEXT_AT      6
#define IPV6_LENGTH_MAX   65535
#define IPV6_HOP_BY_HOP   0
#define JUMBO_HEADER_SIZE 8    /* a hop-by-hop header with nothing but the jumbo option */
#define JUMBO_OPTION      0xc2 /* RFC 2675 2 */
#define JUMBO_OPTION_SIZE 4

void walk_to(struct walk *walk, enum layer layer, uint32_t number)
{
    walk->layer = layer;
    walk->number = number;
}

void walk_end(struct walk *walk, enum envelope_verdict verdict)
{
    walk->done = true;
    walk->envelope->verdict = verdict;
}

void walk_other(struct walk *walk, enum envelope_space space, uint32_t number)
{
    walk->envelope->space = space;
    walk->envelope->number = number;
    walk_end(walk, ENVELOPE_OTHER);
}

void walk_family(struct walk *walk, enum ip_family family, uint32_t number)
{
    if (family == IP_FAMILY_NONE)
        walk_other(walk, ENVELOPE_SPACE_FAMILY, number);
    else
        walk_to(walk, LAYER_PACKET, family);
}

uint16_t walk_u16_le(struct walk *walk)
{
    return __builtin_bswap16(reader_u16(&walk->reader));
}

uint32_t walk_u32_le(struct walk *walk)
{
    return __builtin_bswap32(reader_u32(&walk->reader));
}

void walk_run(struct walk *walk)
{
    static void (*const functions[LAYER_COUNT])(struct walk * walk) = {
#define X(id, function) [LAYER_##id] = function,
        LAYER_TABLE(X)
#undef X
    };
    for (unsigned passed = 0; !walk->done && passed < WALK_LAYERS; passed++) {
        functions[walk->layer](walk);
        /* What was read past the end was zero, and so was what followed from it. */
        if (walk->reader.bad) {
            walk->envelope->space = ENVELOPE_SPACE_NONE;
            walk->envelope->number = 0;
            walk_end(walk, walk->missing > 0 ? ENVELOPE_CUT : ENVELOPE_SHORT);
        }
    }
    if (!walk->done)
        walk_end(walk, ENVELOPE_DEEP);
}

/* Lets a packet's payload go on up to `total` bytes from its header on. */
static void stretch(struct packet *packet, size_t length, size_t total)
{
    size_t captured = length - packet->header_length;
    packet->total_length = total;
    packet->payload_total = total - packet->header_length;
    packet->payload_length = captured < packet->payload_total ? captured : packet->payload_total;
}

/* An IPv4 header that gives length 0. */
static int read_giant_ipv4(const uint8_t *bytes, size_t length, size_t missing,
                           struct packet *ret_packet)
{
    /* Read as a quote, for the length of a quote is not believed either. */
    int got = packet_read(bytes, length, true, ret_packet);
    if (got == 0)
        stretch(ret_packet, length, length + missing);
    return got;
}

/* An IPv6 header that gives length 0: the length is in a jumbo option (RFC 2675) or nowhere. */
static int read_giant_ipv6(const uint8_t *bytes, size_t length, size_t missing,
                           struct packet *ret_packet)
{
    uint8_t head[IPV6_HEADER_SIZE + JUMBO_HEADER_SIZE];
    if (bytes[IPV6_NEXT_AT] != IPV6_HOP_BY_HOP) {
        int got = packet_read(bytes, length, false, ret_packet);
        if (got == 0)
            stretch(ret_packet, length, length + missing);
        return got;
    }
    if (length < sizeof head)
        return -FAULT_TRUNCATED;
    struct reader reader = reader_of(bytes + IPV6_HEADER_SIZE + 1, JUMBO_HEADER_SIZE - 1);
    bool is_jumbo = reader_u8(&reader) == 0 && reader_u8(&reader) == JUMBO_OPTION &&
                    reader_u8(&reader) == JUMBO_OPTION_SIZE;
    size_t told = reader_u32(&reader);
    /* A jumbo option may not hold what the header's own field could have held (RFC 2675 3). */
    if (!is_jumbo || told <= IPV6_LENGTH_MAX)
        return -FAULT_FORMAT;
    memcpy(head, bytes, sizeof head);
    head[IPV6_LENGTH_AT + 1] = JUMBO_HEADER_SIZE;
    int got = packet_read(head, sizeof head, false, ret_packet);
    if (got == 0) {
        ret_packet->header = bytes;
        ret_packet->payload = bytes + ret_packet->header_length;
        stretch(ret_packet, length, IPV6_HEADER_SIZE + told);
    }
    return got;
}

static bool is_giant_ipv4(const uint8_t *bytes, size_t length)
{
    return length >= IPV4_HEADER_MIN && bytes[0] >> 4 == 4 && bytes[IPV4_LENGTH_AT] == 0 &&
           bytes[IPV4_LENGTH_AT + 1] == 0;
}

/* Length 0 is right where nothing follows; only what is too long for the field is a giant. */
static bool is_giant_ipv6(const uint8_t *bytes, size_t length, size_t missing)
{
    return length >= IPV6_HEADER_SIZE && bytes[0] >> 4 == 6 && bytes[IPV6_LENGTH_AT] == 0 &&
           bytes[IPV6_LENGTH_AT + 1] == 0 &&
           (bytes[IPV6_NEXT_AT] == IPV6_HOP_BY_HOP ||
            length + missing > IPV6_HEADER_SIZE + (size_t)IPV6_LENGTH_MAX);
}

enum envelope_verdict envelope_packet(const uint8_t *bytes, size_t length, size_t missing,
                                      bool *ret_giant, struct packet *ret_packet)
{
    int got;
    *ret_giant = true;
    if (is_giant_ipv4(bytes, length)) {
        got = read_giant_ipv4(bytes, length, missing, ret_packet);
    } else if (is_giant_ipv6(bytes, length, missing)) {
        got = read_giant_ipv6(bytes, length, missing, ret_packet);
    } else {
        *ret_giant = false;
        got = packet_read(bytes, length, false, ret_packet);
    }
    if (got == 0)
        return ENVELOPE_IP;
    *ret_giant = false;
    if (got == -FAULT_FORMAT)
        return ENVELOPE_MALFORMED;
    return missing > 0 ? ENVELOPE_CUT : ENVELOPE_SHORT;
}

void layer_packet(struct walk *walk)
{
    struct envelope *envelope = walk->envelope;
    struct reader ahead = walk->reader;
    size_t length = reader_left(&walk->reader);
    uint8_t version = reader_u8(&ahead) >> 4;
    envelope->at = walk->reader.at;
    if (ahead.bad) {
        walk->reader.bad = true;
        return;
    }
    /* A receiver drops a packet whose version is not what the layer before it says. */
    if ((walk->number == IP_FAMILY_V4 && version != 4) ||
        (walk->number == IP_FAMILY_V6 && version != 6)) {
        walk_end(walk, ENVELOPE_MALFORMED);
        return;
    }
    walk_end(walk, envelope_packet(walk->reader.bytes + walk->reader.at, length, walk->missing,
                                   &envelope->giant, &envelope->packet));
}

/* Opens the tunnel, if there is one. */
static void open_tunnel(struct envelope *envelope)
{
    struct packet inner;
    if (envelope->verdict == ENVELOPE_IP &&
        tunnel_open(&envelope->packet, &envelope->tunnel, &inner))
        envelope->packet = inner;
    envelope->giant = envelope->giant || envelope->tunnel.giant;
    /* The tunnel knows only that its packet is not all there. */
    if (envelope->tunnel.inside == ENVELOPE_CUT && !envelope->cut)
        envelope->tunnel.inside = ENVELOPE_SHORT;
}

static enum envelope_verdict run(struct walk *walk, size_t length, size_t wire_length)
{
    walk->missing = wire_length > length ? wire_length - length : 0;
    walk->envelope->cut = walk->missing > 0;
    walk_run(walk);
    walk->envelope->length = walk->reader.length;
    open_tunnel(walk->envelope);
    return walk->envelope->verdict;
}

enum envelope_verdict envelope_open(int link_type, const uint8_t *bytes, size_t length,
                                    size_t wire_length, struct envelope *ret_envelope)
{
    memset(ret_envelope, 0, sizeof *ret_envelope);
    struct walk walk = {.reader = reader_of(bytes, length), .envelope = ret_envelope};
    walk_to(&walk, LAYER_LINK, (uint32_t)link_type);
    return run(&walk, length, wire_length);
}

enum envelope_verdict envelope_next(const uint8_t *bytes, size_t length, size_t wire_length,
                                    struct envelope *envelope)
{
    struct walk walk = {.reader = reader_of(bytes, length), .envelope = envelope};
    assert(envelope->next > 0);
    reader_skip(&walk.reader, envelope->next);
    memset(envelope, 0, sizeof *envelope);
    walk_to(&walk, LAYER_SUBFRAME, 0);
    return run(&walk, length, wire_length);
}

bool envelope_link_known(int link_type)
{
    struct envelope envelope;
    return envelope_open(link_type, NULL, 0, 0, &envelope) != ENVELOPE_LINK;
}
