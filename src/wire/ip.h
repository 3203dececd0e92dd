/* SPDX-License-Identifier: GPL-3.0-or-later */
/* IPv4 and IPv6 packets, the link layers they come in, and the addresses in them. */
#ifndef WIRE_IP_H
#define WIRE_IP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum ip_family { IP_FAMILY_NONE, IP_FAMILY_V4, IP_FAMILY_V6, IP_FAMILY_COUNT };

/* IANA protocol numbers that this program reads. */
enum ip_protocol { IP_PROTOCOL_ICMP = 1, IP_PROTOCOL_TCP = 6, IP_PROTOCOL_ICMPV6 = 58 };

/* An IPv4 or IPv6 address in wire order. `scope` is the interface index of a link-local one, else 0. */
struct address {
    enum ip_family family;
    uint8_t bytes[16]; /* IPv4 uses the first four, the rest are zero */
    uint32_t scope;
};

/* Room for any address as text with its scope's number and the final NUL. */
#define ADDRESS_TEXT_SIZE 64

bool address_equal(const struct address *a, const struct address *b); /* scope is not compared */
bool address_is_link_local(const struct address *address);            /* fe80::/10, 169.254/16 */
bool address_is_loopback(const struct address *address);
bool address_is_unicast(const struct address *address); /* not multicast, not 255.255.255.255, not unspecified */
/* Numeric text, RFC 5952 for IPv6, no scope; returns `text`. */
const char *address_show(const struct address *address, char text[ADDRESS_TEXT_SIZE]);
/* Reads numeric text without a scope. 0 or -FAULT_SYNTAX. */
int address_read(const char *text, struct address *ret_address);

/* What the checksum of something received says. */
enum checksum_state {
    CHECKSUM_GOOD,
    CHECKSUM_BAD,
    CHECKSUM_PARTIAL, /* exactly the pseudo-header's sum: transmit offload has not filled it in */
    CHECKSUM_UNKNOWN, /* not all bytes are there, or none is used (an IPv6 header) */
    CHECKSUM_COUNT
};
const char *checksum_words(enum checksum_state state);

/*
 * One IP packet in a frame. Pointers go into the frame's bytes. Lengths are what was captured;
 * `total_length` is what the packet says of itself.
 */
struct packet {
    enum ip_family family;
    struct address source, destination;
    uint8_t hop_limit; /* TTL or hop limit */
    uint8_t traffic_class; /* TOS or traffic class: DSCP and ECN */
    uint32_t flow_label;   /* IPv6; else 0 */
    uint16_t identification; /* IPv4, or the fragment header's low half; else 0 */
    bool dont_fragment;      /* IPv4's DF; true for IPv6 */
    bool is_fragment;        /* more fragments or an offset other than 0 */
    uint32_t fragment_offset; /* in bytes */
    bool more_fragments;
    bool source_routed; /* IPv6: a routing header has segments left, `destination` is not the last one */
    uint8_t protocol; /* of the payload, behind all extension headers */
    const uint8_t *header; /* the IP header's first byte */
    size_t header_length;  /* with extension headers */
    const uint8_t *payload;
    size_t payload_length; /* bytes captured of it, at most payload_total; link padding is cut off */
    size_t payload_total;  /* bytes that it has according to the header */
    size_t total_length;
    enum checksum_state checksum; /* of the IPv4 header; UNKNOWN for IPv6 */
};

/*
 * Finds the IP packet in a captured frame of the given link type (a DLT_/LINKTYPE_ number as libpcap
 * gives it: EN10MB with up to two VLAN tags, RAW, IPV4, IPV6, NULL, LOOP, LINUX_SLL, LINUX_SLL2).
 * Returns the offset of the IP header (>= 0), or -FAULT_FORMAT where there is no IP in it (ARP, an unknown
 * link type), or -FAULT_TRUNCATED.
 */
int link_ip_offset(int link_type, const uint8_t *bytes, size_t length);
bool link_type_known(int link_type);

/*
 * Reads an IP packet: IPv4 with options, IPv6 with hop-by-hop, routing, destination options and
 * fragment headers. 0, -FAULT_FORMAT (not IP, impossible lengths) or -FAULT_TRUNCATED (header or extension
 * header not all there; a payload cut short is no error). `quoted`: the packet comes from an ICMP error, where
 * total_length may exceed what is there and the header checksum may have been changed on the way.
 */
int packet_read(const uint8_t *bytes, size_t length, bool quoted, struct packet *ret_packet);

/* The Internet checksum (RFC 1071) of bytes, added to `sum` (host order, not folded or inverted). */
uint32_t checksum_add(uint32_t sum, const void *bytes, size_t length);
uint16_t checksum_fold(uint32_t sum); /* folded and inverted, host order */
/* The sum over the pseudo-header (RFC 9293 3.1, RFC 8200 8.1) for `length` bytes of `protocol`. */
uint32_t checksum_pseudo(const struct packet *packet, uint8_t protocol, size_t length);
/* What the transport checksum at `at` bytes into the payload says. */
enum checksum_state checksum_check(const struct packet *packet, size_t at);

#endif
