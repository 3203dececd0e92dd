/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One packet built once, by net/craft, and sent many times with other addresses and numbers. */
#ifndef NET_TEMPLATE_H
#define NET_TEMPLATE_H

#include "net/craft.h"

/* Room for headers with all options, and some data: more than that is no template. */
#define CRAFT_TEMPLATE_SIZE 256

/* The finished bytes with zeros where the values go, their sums, and where the values go. */
struct craft_template {
    enum ip_family family;
    bool has_timestamps;  /* a Timestamps option, in which TSval is a value */
    uint16_t length, tcp; /* of the packet; where the TCP header begins */
    uint16_t timestamp;   /* where TSval lies */
    uint32_t ip_sum, tcp_sum;
    uint8_t bytes[CRAFT_TEMPLATE_SIZE];
};

/* What differs from packet to packet. */
struct craft_values {
    struct address destination;
    uint16_t source_port, destination_port;
    uint16_t identification; /* IPv4 */
    uint32_t flow_label;     /* IPv6, 20 bits */
    uint32_t seq;
    uint32_t ts_val; /* goes into the first Timestamps option, if there is one */
};

/*
 * Makes a template of a packet; what craft_values name is ignored in `header` and `segment`. 0 or
 * what craft_packet() refuses: -FAULT_RANGE for more than CRAFT_TEMPLATE_SIZE bytes,
 * -FAULT_INTERNAL.
 */
int craft_template_make(struct craft *craft, const struct craft_header *header,
                        const struct segment *segment, struct craft_template *ret_template,
                        struct fault *fault);

/* The packet with these values, checksums right: the same bytes as craft_packet()'s. Returns its
 * length. */
size_t craft_template_fill(const struct craft_template *template, const struct craft_values *values,
                           uint8_t packet[CRAFT_TEMPLATE_SIZE]);

#endif
