/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Link types and what each begins with (tcpdump.org, link-layer header types). */
#include "wire/envelope_parts.h"
#include "wire/link_numbers.h"

/* A link type: its number, how many bytes to pass, what follows, and that layer's number. */
struct link_row {
    uint16_t link;
    uint16_t skip;
    enum layer layer;
    uint32_t number;
};

/* clang-format off */
static const struct link_row rows[] = {
    {LINK_EN10MB,       0, LAYER_ETHERNET, 0}, /* first, for it is the most frequent by far */
    {LINK_RAW,          0, LAYER_PACKET, IP_FAMILY_NONE},
    {LINK_LINUX_SLL,    0, LAYER_SLL, 0},
    {LINK_LINUX_SLL2,   0, LAYER_SLL2, 0},
    {LINK_NULL,         0, LAYER_FAMILY, 0},
    {LINK_LOOP,         0, LAYER_FAMILY, 0},
    {LINK_RAW_BSD,      0, LAYER_PACKET, IP_FAMILY_NONE},
    {LINK_RAW_OPENBSD,  0, LAYER_PACKET, IP_FAMILY_NONE},
    {LINK_IPV4,         0, LAYER_PACKET, IP_FAMILY_V4},
    {LINK_IPV6,         0, LAYER_PACKET, IP_FAMILY_V6},
    {6,                 0, LAYER_TOKEN, 0},    /* IEEE802_5 */
    {8,                16, LAYER_PACKET, IP_FAMILY_NONE}, /* SLIP */
    {9,                 0, LAYER_PPP, 0},      /* PPP */
    {10,               13, LAYER_LLC, 0},      /* FDDI */
    {11,                0, LAYER_LLC, 0},      /* ATM_RFC1483 on a machine, */
    {100,               0, LAYER_LLC, 0},      /* and in a file */
    {50,                0, LAYER_PPP_HDLC, 0}, /* PPP_SERIAL */
    {51,                0, LAYER_PPPOE, 0},    /* PPP_ETHER */
    {104,               2, LAYER_TYPE, 0},     /* C_HDLC */
    {105,               0, LAYER_WIRELESS, 0}, /* IEEE802_11 */
    {107,               0, LAYER_RELAY, 0},    /* FRELAY */
    {109,               0, LAYER_FAMILY, 8},   /* ENC: an index and flags follow the family */
    {117,               0, LAYER_PFLOG, 0},
    {119,               0, LAYER_PRISM, 0},
    {122,              16, LAYER_LLC, 0},      /* IP_OVER_FC, RFC 2625 */
    {127,               0, LAYER_RADIOTAP, 0}, /* IEEE802_11_RADIO */
    {138,              16, LAYER_TYPE, 0},     /* APPLE_IP_OVER_IEEE1394 */
    {163,               0, LAYER_AVS, 0},      /* IEEE802_11_RADIO_AVS */
    {166,               0, LAYER_PPP_PPPD, 0},
    {192,               0, LAYER_PPI, 0},
    {204,               1, LAYER_PPP, 0},      /* PPP_WITH_DIR */
    {205,               3, LAYER_TYPE, 0},     /* C_HDLC_WITH_DIR */
    {206,               1, LAYER_RELAY, 0},    /* FRELAY_WITH_DIR */
    {219,               0, LAYER_MPLS, 0},
    {226,               0, LAYER_IPNET, 0},
    {239,               0, LAYER_NFLOG, 0},
    {240,               4, LAYER_ETHERNET, 0}, /* NETANALYZER */
    {241,              12, LAYER_ETHERNET, 0}, /* NETANALYZER_TRANSPARENT: with the preamble */
    {242,               0, LAYER_IPOIB, 0},
    {258,               0, LAYER_PKTAP, 0},
    {274,               8, LAYER_ETHERNET, 0}, /* ETHERNET_MPACKET: with the preamble */
    {281,              16, LAYER_TYPE, 0},     /* DSA_TAG_BRCM: behind the addresses */
    {282,               4, LAYER_ETHERNET, 0}, /* DSA_TAG_BRCM_PREPEND */
    {284,              16, LAYER_TYPE, 0},     /* DSA_TAG_DSA */
    {285,              20, LAYER_TYPE, 0},     /* DSA_TAG_EDSA */
};
/* clang-format on */

/* Kinds of interface (Linux's ARPHRD_) whose "cooked" frames mean something else by their type. */
#define HARDWARE_WIRELESS 801
#define HARDWARE_PRISM    802
#define HARDWARE_RADIOTAP 803
#define HARDWARE_RELAY    770
#define HARDWARE_NETLINK  824

/* Types up to here are none of Ethernet's (tcpdump.org, LINKTYPE_LINUX_SLL). */
#define COOKED_TYPE_MAX 0x05ff
#define COOKED_LLC      0x0004

/* Address families: that of IPv4 is the same everywhere. */
#define FAMILY_IPV4          2
#define FAMILY_IPV6_SOLARIS  26
#define FAMILY_IPV6_LINUX    10
#define IPNET_REST           22
#define PFLOG_MIN            2
#define PFLOG_ALIGN          4
#define NFLOG_PAYLOAD        9
#define NFLOG_ALIGN          4
#define NFLOG_HEAD           4
#define NFLOG_ATTRIBUTES_MAX 64 /* the kernel has some twenty kinds */
#define PKTAP_MIN            12
#define TOKEN_ROUTED         0x80 /* of the source address */
#define TOKEN_ROUTE_LENGTH   0x1f
#define RELAY_ADDRESS_END    0x01
#define RELAY_ADDRESS_MAX    4
#define RELAY_UNNUMBERED     0x03
#define NLPID_SNAP           0x80
#define NLPID_IPV6           0x8e
#define NLPID_IPV4           0xcc

void layer_link(struct walk *walk)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].link != walk->number)
            continue;
        reader_skip(&walk->reader, rows[i].skip);
        walk_to(walk, rows[i].layer, rows[i].number);
        return;
    }
    walk_end(walk, ENVELOPE_LINK);
}

void layer_family(struct walk *walk)
{
    /* In the byte order of the machine that captured, or in network order: families are small. */
    uint32_t family = reader_u32(&walk->reader);
    if (family > 0xffff)
        family = __builtin_bswap32(family);
    reader_skip(&walk->reader, walk->number);
    walk_family(walk, link_loopback_family(family), family);
}

void layer_pflog(struct walk *walk)
{
    struct reader *reader = &walk->reader;
    size_t length = reader_u8(reader);
    uint8_t family = reader_u8(reader);
    if (length < PFLOG_MIN && !reader->bad) {
        walk_end(walk, ENVELOPE_MALFORMED);
        return;
    }
    /* The length is without the padding. */
    size_t over = length % PFLOG_ALIGN;
    reader_skip(reader, length + (over ? PFLOG_ALIGN - over : 0) - PFLOG_MIN);
    walk_family(walk, link_loopback_family(family), family);
}

void layer_ipnet(struct walk *walk)
{
    reader_skip(&walk->reader, 1);
    uint8_t family = reader_u8(&walk->reader);
    reader_skip(&walk->reader, IPNET_REST);
    if (family == FAMILY_IPV6_SOLARIS)
        walk_family(walk, IP_FAMILY_V6, family);
    else
        walk_family(walk, family == FAMILY_IPV4 ? IP_FAMILY_V4 : IP_FAMILY_NONE, family);
}

/* A frame of Linux's "any" interface: what the type means depends on the hardware. */
static void cooked(struct walk *walk, uint16_t hardware, uint16_t type)
{
    if (hardware == HARDWARE_RADIOTAP)
        walk_to(walk, LAYER_RADIOTAP, 0);
    else if (hardware == HARDWARE_WIRELESS)
        walk_to(walk, LAYER_WIRELESS, 0);
    else if (hardware == HARDWARE_PRISM)
        walk_to(walk, LAYER_PRISM, 0);
    else if (hardware == HARDWARE_RELAY)
        walk_to(walk, LAYER_RELAY, 0);
    else if (type == COOKED_LLC && hardware != HARDWARE_NETLINK)
        walk_to(walk, LAYER_LLC, 0);
    else if (type <= COOKED_TYPE_MAX || hardware == HARDWARE_NETLINK)
        walk_other(walk, ENVELOPE_SPACE_NONE, 0);
    else
        walk_to(walk, LAYER_TYPED, type);
}

void layer_sll(struct walk *walk)
{
    reader_skip(&walk->reader, 2); /* direction */
    uint16_t hardware = reader_u16(&walk->reader);
    reader_skip(&walk->reader, 10); /* the sender's address and its length */
    uint16_t type = reader_u16(&walk->reader);
    cooked(walk, hardware, type);
}

void layer_sll2(struct walk *walk)
{
    uint16_t type = reader_u16(&walk->reader);
    reader_skip(&walk->reader, 6); /* reserved, and the interface */
    uint16_t hardware = reader_u16(&walk->reader);
    reader_skip(&walk->reader, 10); /* direction, the sender's address and its length */
    cooked(walk, hardware, type);
}

void layer_token(struct walk *walk)
{
    struct reader *reader = &walk->reader;
    reader_skip(reader, 8); /* access and frame control, the destination */
    bool is_routed = reader_u8(reader) & TOKEN_ROUTED;
    reader_skip(reader, 5);
    if (is_routed) {
        size_t length = reader_u8(reader) & TOKEN_ROUTE_LENGTH;
        if (length < 2 && !reader->bad) {
            walk_end(walk, ENVELOPE_MALFORMED);
            return;
        }
        reader_skip(reader, length - 1);
    }
    walk_to(walk, LAYER_LLC, 0);
}

void layer_relay(struct walk *walk)
{
    struct reader *reader = &walk->reader;
    bool is_end = false;
    for (unsigned i = 0; i < RELAY_ADDRESS_MAX && !is_end; i++)
        is_end = reader_u8(reader) & RELAY_ADDRESS_END;
    uint8_t control = reader_u8(reader);
    uint8_t protocol = reader_u8(reader);
    /* RFC 2427 3: a zero pads to an even offset. */
    if (protocol == 0)
        protocol = reader_u8(reader);
    if (reader->bad)
        return;
    if (!is_end || control != RELAY_UNNUMBERED) {
        walk_other(walk, ENVELOPE_SPACE_NONE, 0);
    } else if (protocol == NLPID_IPV4) {
        walk_to(walk, LAYER_PACKET, IP_FAMILY_V4);
    } else if (protocol == NLPID_IPV6) {
        walk_to(walk, LAYER_PACKET, IP_FAMILY_V6);
    } else if (protocol == NLPID_SNAP) {
        reader_skip(reader, 3); /* whose types: Ethernet's in all that is IP */
        walk_to(walk, LAYER_TYPE, 0);
    } else {
        walk_other(walk, ENVELOPE_SPACE_NLPID, protocol);
    }
}

void layer_ipoib(struct walk *walk)
{
    reader_skip(&walk->reader, 40); /* the global route header; RFC 4391 6 for the rest */
    uint16_t type = reader_u16(&walk->reader);
    reader_skip(&walk->reader, 2);
    walk_to(walk, LAYER_TYPED, type);
}

/* Passes attributes up to the payload's. */
static void pass_attributes(struct walk *walk)
{
    struct reader *reader = &walk->reader;
    for (unsigned i = 0; i < NFLOG_ATTRIBUTES_MAX && !reader->bad; i++) {
        uint16_t length = reader_u16(reader), kind = reader_u16(reader);
        /* In the byte order of the machine that captured; kinds are small and not 0. */
        if (kind > 0xff) {
            kind = __builtin_bswap16(kind);
            length = __builtin_bswap16(length);
        }
        if (kind == NFLOG_PAYLOAD || reader->bad)
            return;
        if (length < NFLOG_HEAD) {
            walk_end(walk, ENVELOPE_MALFORMED);
            return;
        }
        size_t over = length % NFLOG_ALIGN;
        reader_skip(reader, length + (over ? NFLOG_ALIGN - over : 0) - NFLOG_HEAD);
    }
    if (!reader->bad)
        walk_end(walk, ENVELOPE_DEEP);
}

void layer_nflog(struct walk *walk)
{
    uint8_t family = reader_u8(&walk->reader);
    reader_skip(&walk->reader, 3); /* version and group */
    if (family == FAMILY_IPV4)
        walk_family(walk, IP_FAMILY_V4, family);
    else
        walk_family(walk, family == FAMILY_IPV6_LINUX ? IP_FAMILY_V6 : IP_FAMILY_NONE, family);
    if (!walk->done)
        pass_attributes(walk);
}

void layer_pktap(struct walk *walk)
{
    uint32_t length = walk_u32_le(walk);
    reader_skip(&walk->reader, 4); /* whether a packet follows: what does not, has no link type */
    uint32_t link_type = walk_u32_le(walk);
    if (length < PKTAP_MIN && !walk->reader.bad) {
        walk_end(walk, ENVELOPE_MALFORMED);
        return;
    }
    reader_skip(&walk->reader, (size_t)length - PKTAP_MIN);
    walk_to(walk, LAYER_LINK, link_type);
}
