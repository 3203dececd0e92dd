/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Segments into finished IP packets, with libnet. */
#ifndef NET_CRAFT_H
#define NET_CRAFT_H

#include "wire/tcp.h"

/* The IP header's part of a probe. */
struct craft_header {
    struct address source, destination;
    uint8_t hop_limit;
    uint8_t traffic_class;   /* the DSCP bits; the ECN bits are taken from the segment */
    uint16_t identification; /* IPv4; the kernel would replace 0 */
    bool dont_fragment;      /* IPv4 */
    uint32_t flow_label;     /* IPv6, 20 bits */
};

struct craft; /* a libnet context whose blocks are rebuilt for each packet, one per family */

/* Needs no privilege. NULL with `fault` filled when libnet refuses. */
struct craft *craft_new(enum ip_family family, struct fault *fault);
void craft_free(struct craft *craft);

#define CRAFT_PACKET_MAX 65575 /* 40 bytes of IPv6 and 65535 of payload */

/*
 * The whole IP packet with all checksums right, options padded to a multiple of four. Copies it
 * into `packet`; returns its length, or -FAULT_RANGE (does not fit into `size` or into an IP
 * packet), -FAULT_INTERNAL (libnet).
 */
int craft_packet(struct craft *craft, const struct craft_header *header,
                 const struct segment *segment, uint8_t *packet, size_t size, struct fault *fault);

#endif
