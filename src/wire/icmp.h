/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ICMP and ICMPv6 errors, their words, and the packet that they quote. */
#ifndef WIRE_ICMP_H
#define WIRE_ICMP_H

#include "wire/ip.h"

/* What an ICMP error means for a connection that is being opened (RFC 1122 4.2.3.9, RFC 5927, RFC 4443). */
enum icmp_class {
    ICMP_CLASS_NONE, /* not an error message: echo, redirect, neighbour discovery … */
    ICMP_CLASS_SOFT, /* may pass: net or host unreachable, time exceeded, source quench */
    ICMP_CLASS_HARD, /* will not pass: protocol or port unreachable, administratively prohibited … */
    ICMP_CLASS_MTU,  /* packet too big, fragmentation needed */
    ICMP_CLASS_COUNT
};

/* An ICMP error message. */
struct icmp {
    enum ip_family family;
    uint8_t type, code;
    enum icmp_class kind;
    uint32_t mtu; /* next-hop MTU of ICMP_CLASS_MTU, 0 if it says none */
    enum checksum_state checksum;
    struct packet quote; /* the packet that it quotes; its TCP bytes may be as few as 8 */
    bool has_quote;
};

/*
 * Reads the ICMP message in `packet`. 0, -FAULT_FORMAT (not ICMP, no error message) or -FAULT_TRUNCATED.
 * A missing or unusable quote is not an error: has_quote is false.
 */
int icmp_read(const struct packet *packet, struct icmp *ret_icmp);

/* What a type and code mean; an error with a code that nobody knows is soft. */
enum icmp_class icmp_classify(enum ip_family family, uint8_t type, uint8_t code);

/* The type and code in IANA's words: "port unreachable", "communication administratively prohibited"; "type 3 code 99" if unknown. */
const char *icmp_words(enum ip_family family, uint8_t type, uint8_t code, char text[64]);

/* The ports and sequence number in the first 8 bytes of a quoted TCP header (host order). 0 or -FAULT_TRUNCATED/FORMAT. */
int icmp_quoted_tcp(const struct icmp *icmp, uint16_t *ret_source_port, uint16_t *ret_destination_port,
                    uint32_t *ret_seq);

#endif
