/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ethernet and what is put between it and IP: VLAN tags, LLC and SNAP, MPLS labels, PPPoE, PPP. */
#include "wire/envelope_parts.h"
#include "wire/link_numbers.h"

/* IEEE 802.3 3.2.6: up to here a length, from 0x0600 on a type. */
#define ETHERNET_LENGTH_MAX 1500

#define ETHERTYPE_ETHERNET       0x6558 /* in GRE: RFC 1701, RFC 7637 */
#define ETHERTYPE_MPLS           0x8847 /* RFC 3032 5 */
#define ETHERTYPE_MPLS_MULTICAST 0x8848
#define ETHERTYPE_PPPOE_SESSION  0x8864 /* RFC 2516 4 */
#define ETHERTYPE_JUMBO_LLC      0x8870
#define ETHERTYPE_MACSEC         0x88e5 /* IEEE 802.1AE */

#define VLAN_ID 0x0fff

#define MPLS_BOTTOM 0x00000100 /* the bottom of the stack: RFC 3032 2.1 */

/* IEEE 802.2 3.2: the access points of SNAP and of IP. */
#define LLC_SNAP         0xaaaa
#define LLC_IP           0x0606
#define LLC_UNNUMBERED   0x03     /* without the bit that asks for an answer */
#define SNAP_ETHERNET    0x000000 /* RFC 1042 */
#define SNAP_ENCAPSULATE 0x0000f8 /* IEEE 802.1H */

#define PPP_ADDRESS 0xff /* all stations: RFC 1662 3.1 */
#define PPP_CONTROL 0x03 /* unnumbered */

#define PPPOE_VERSION 0x11

void layer_ethernet(struct walk *walk)
{
    struct reader *reader = &walk->reader;
    reader_skip(reader, 12); /* destination and source */
    uint16_t type = reader_u16(reader);
    if (type <= ETHERNET_LENGTH_MAX)
        walk_to(walk, LAYER_LLC, 0);
    else
        walk_to(walk, LAYER_TYPED, type);
}

void layer_type(struct walk *walk)
{
    walk_to(walk, LAYER_TYPED, reader_u16(&walk->reader));
}

static void pass_tag(struct walk *walk)
{
    struct envelope *envelope = walk->envelope;
    uint16_t tag = reader_u16(&walk->reader);
    uint16_t type = reader_u16(&walk->reader);
    if (walk->reader.bad)
        return;
    if (envelope->tags < ENVELOPE_VLANS)
        envelope->vlan[envelope->tags] = tag & VLAN_ID;
    envelope->tags++;
    if (type <= ETHERNET_LENGTH_MAX)
        walk_to(walk, LAYER_LLC, 0);
    else
        walk_to(walk, LAYER_TYPED, type);
}

void layer_typed(struct walk *walk)
{
    uint16_t type = (uint16_t)walk->number;
    if (link_is_vlan(type)) {
        pass_tag(walk);
        return;
    }
    switch (type) {
    case ETHERTYPE_IPV4:
        walk_to(walk, LAYER_PACKET, IP_FAMILY_V4);
        break;
    case ETHERTYPE_IPV6:
        walk_to(walk, LAYER_PACKET, IP_FAMILY_V6);
        break;
    case ETHERTYPE_MPLS:
    case ETHERTYPE_MPLS_MULTICAST:
        walk_to(walk, LAYER_MPLS, 0);
        break;
    case ETHERTYPE_PPPOE_SESSION:
        walk_to(walk, LAYER_PPPOE, 0);
        break;
    case ETHERTYPE_ETHERNET:
        walk_to(walk, LAYER_ETHERNET, 0);
        break;
    case ETHERTYPE_JUMBO_LLC:
        walk_to(walk, LAYER_LLC, 0);
        break;
    case ETHERTYPE_MACSEC:
        walk_end(walk, ENVELOPE_SEALED);
        break;
    default:
        walk_other(walk, ENVELOPE_SPACE_ETHERTYPE, type);
        break;
    }
}

void layer_llc(struct walk *walk)
{
    struct reader *reader = &walk->reader;
    uint16_t points = reader_u16(reader);
    uint8_t control = reader_u8(reader);
    if (points == LLC_IP && control == LLC_UNNUMBERED) {
        walk_to(walk, LAYER_PACKET, IP_FAMILY_V4);
        return;
    }
    if (points != LLC_SNAP || control != LLC_UNNUMBERED) {
        /* Frames of other protocols may be shorter than a SNAP header. */
        walk_other(walk, ENVELOPE_SPACE_LLC, points);
        return;
    }
    uint32_t organization = (uint32_t)reader_u8(reader) << 16;
    organization |= reader_u16(reader);
    if (organization != SNAP_ETHERNET && organization != SNAP_ENCAPSULATE)
        walk_other(walk, ENVELOPE_SPACE_LLC, points);
    else
        walk_to(walk, LAYER_TYPE, 0);
}

void layer_mpls(struct walk *walk)
{
    uint32_t entry = reader_u32(&walk->reader);
    if (walk->reader.bad)
        return;
    walk->envelope->labels++;
    if (!(entry & MPLS_BOTTOM))
        return;
    /* A label says nothing of what it is on: look (RFC 4928 2 has others do so). */
    struct reader ahead = walk->reader;
    uint8_t version = reader_u8(&ahead) >> 4;
    if (ahead.bad)
        walk->reader.bad = true;
    else if (version == 4 || version == 6)
        walk_to(walk, LAYER_PACKET, IP_FAMILY_NONE);
    else
        walk_other(walk, ENVELOPE_SPACE_ETHERTYPE, ETHERTYPE_MPLS);
}

void layer_pppoe(struct walk *walk)
{
    struct reader *reader = &walk->reader;
    uint8_t version = reader_u8(reader);
    uint8_t code = reader_u8(reader);
    uint16_t session = reader_u16(reader);
    reader_skip(reader, 2); /* the length: IP has its own */
    if (reader->bad)
        return;
    walk->envelope->has_session = true;
    walk->envelope->session = session;
    /* Session frames have code 0; others are discovery under the wrong type. */
    if (version != PPPOE_VERSION || code != 0)
        walk_end(walk, ENVELOPE_MALFORMED);
    else
        walk_to(walk, LAYER_PPP, 0);
}

static void ppp_protocol(struct walk *walk, uint16_t protocol)
{
    switch (protocol) {
    case 0x0021:
        walk_to(walk, LAYER_PACKET, IP_FAMILY_V4);
        break;
    case 0x0057:
        walk_to(walk, LAYER_PACKET, IP_FAMILY_V6);
        break;
    case 0x0281: /* RFC 3032 4.3 */
    case 0x0283:
        walk_to(walk, LAYER_MPLS, 0);
        break;
    case 0x0003: /* RFC 3241: ROHC, small and large context identifiers */
    case 0x0005:
    case 0x002d: /* RFC 1332: Van Jacobson's compression, compressed and not */
    case 0x002f:
    case 0x004f: /* RFC 2509 and on: compressed headers */
    case 0x0053: /* RFC 1968: encryption; 0x0055 on one link of several */
    case 0x0055:
    case 0x0061:
    case 0x0063:
    case 0x0065:
    case 0x0067:
    case 0x0069:
    case 0x00fb: /* RFC 1962: compression on one link of several; 0x00fd on all */
    case 0x00fd:
        walk_end(walk, ENVELOPE_SEALED);
        break;
    default:
        walk_other(walk, ENVELOPE_SPACE_PPP, protocol);
        break;
    }
}

void layer_ppp(struct walk *walk)
{
    struct reader *reader = &walk->reader;
    uint16_t protocol = reader_u8(reader);
    if (protocol == PPP_ADDRESS && reader_u8(reader) == PPP_CONTROL)
        protocol = reader_u8(reader);
    /* An odd first byte is the whole of a compressed protocol field (RFC 1661 6.5). */
    if (!(protocol & 1))
        protocol = (uint16_t)(protocol << 8 | reader_u8(reader));
    ppp_protocol(walk, protocol);
}

void layer_ppp_hdlc(struct walk *walk)
{
    struct reader ahead = walk->reader;
    uint8_t address = reader_u8(&ahead);
    /* Cisco's unicast and multicast: address, control, an Ethernet type. */
    if (address == 0x0f || address == 0x8f) {
        reader_skip(&walk->reader, 2);
        walk_to(walk, LAYER_TYPE, 0);
    } else {
        walk_to(walk, LAYER_PPP, 0);
    }
}

void layer_ppp_pppd(struct walk *walk)
{
    reader_skip(&walk->reader, 1);
    struct reader ahead = walk->reader;
    if (reader_u8(&ahead) == PPP_CONTROL)
        walk->reader = ahead;
    walk_to(walk, LAYER_PPP, 0);
}
