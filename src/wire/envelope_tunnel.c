/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One level of tunnel: IP in IP and GRE, and the packet inside. */
#include "wire/envelope.h"

#include <assert.h>
#include <string.h>

#include "wire/envelope_parts.h"

/* IANA protocol numbers. */
#define PROTOCOL_IPV4 4
#define PROTOCOL_IPV6 41
#define PROTOCOL_GRE  47

/* GRE's first 16 bits: RFC 2784 2.1, RFC 2890 2; routing was RFC 1701's. */
#define GRE_CHECKSUM 0x8000
#define GRE_ROUTING  0x4000
#define GRE_KEY      0x2000
#define GRE_SEQUENCE 0x1000
#define GRE_VERSION  0x0007

static enum tunnel_kind kind_of(uint8_t protocol)
{
    switch (protocol) {
    case PROTOCOL_IPV4:
        return TUNNEL_IPV4;
    case PROTOCOL_IPV6:
        return TUNNEL_IPV6;
    case PROTOCOL_GRE:
        return TUNNEL_GRE;
    default:
        return TUNNEL_NONE;
    }
}

/* Reads GRE's header; what is in it comes next. */
static void begin_gre(struct walk *walk, struct tunnel *tunnel)
{
    struct reader *reader = &walk->reader;
    uint16_t flags = reader_u16(reader);
    uint16_t type = reader_u16(reader);
    if (flags & GRE_VERSION) {
        walk_other(walk, ENVELOPE_SPACE_GRE, flags & GRE_VERSION);
        return;
    }
    /* Who does not know RFC 1701's source routes drops a packet with one (RFC 2784 2.3). */
    if (flags & GRE_ROUTING) {
        walk_end(walk, ENVELOPE_MALFORMED);
        return;
    }
    if (flags & GRE_CHECKSUM)
        reader_skip(reader, 4);
    if (flags & GRE_KEY) {
        tunnel->key = reader_u32(reader);
        tunnel->has_key = !reader->bad;
    }
    if (flags & GRE_SEQUENCE)
        reader_skip(reader, 4);
    walk_to(walk, LAYER_TYPED, type);
}

bool tunnel_open(const struct packet *outer, struct tunnel *ret_tunnel, struct packet *ret_inner)
{
    memset(ret_tunnel, 0, sizeof *ret_tunnel);
    enum tunnel_kind kind = outer->is_fragment ? TUNNEL_NONE : kind_of(outer->protocol);
    if (kind == TUNNEL_NONE)
        return false;
    ret_tunnel->kind = kind;
    ret_tunnel->source = outer->source;
    ret_tunnel->destination = outer->destination;
    ret_tunnel->hop_limit = outer->hop_limit;
    ret_tunnel->traffic_class = outer->traffic_class;

    struct envelope inside = {.verdict = ENVELOPE_OTHER};
    struct walk walk = {.reader = reader_of(outer->payload, outer->payload_length),
                        .missing = outer->payload_total - outer->payload_length,
                        .envelope = &inside};
    switch (kind) {
    case TUNNEL_IPV4:
        walk_to(&walk, LAYER_PACKET, IP_FAMILY_V4);
        break;
    case TUNNEL_IPV6:
        walk_to(&walk, LAYER_PACKET, IP_FAMILY_V6);
        break;
    case TUNNEL_GRE:
        begin_gre(&walk, ret_tunnel);
        break;
    case TUNNEL_NONE:
    case TUNNEL_COUNT:
        assert(false);
        break;
    }
    walk_run(&walk);
    ret_tunnel->giant = inside.giant;
    ret_tunnel->inside = inside.verdict;
    ret_tunnel->space = inside.space;
    ret_tunnel->number = inside.number;
    if (inside.verdict == ENVELOPE_IP)
        *ret_inner = inside.packet;
    return inside.verdict == ENVELOPE_IP;
}
