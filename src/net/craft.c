/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Segments into finished IP packets, with libnet. */
#include "net/craft.h"

#include <assert.h>
#include <libnet.h>
#include <stdlib.h>
#include <string.h>

#define CONTROL_BITS 0xff /* those that libnet_build_tcp() takes */

struct craft {
    enum ip_family family;
    libnet_t *libnet;
    /* The blocks of the last packet, 0 (LIBNET_PTAG_INITIALIZER) before the first. */
    libnet_ptag_t options, tcp, ip;
};

struct craft *craft_new(enum ip_family family, struct fault *fault)
{
    assert(family == IP_FAMILY_V4 || family == IP_FAMILY_V6);
    char words[LIBNET_ERRBUF_SIZE] = "";
    struct craft *craft = calloc(1, sizeof(*craft));

    if (!craft) {
        fault_set(fault, FAULT_MEMORY, 0, "out of memory");
        return NULL;
    }
    craft->family = family;
    craft->libnet = libnet_init(LIBNET_NONE, NULL, words);
    if (!craft->libnet) {
        fault_set(fault, FAULT_INTERNAL, 0, "libnet cannot start: %s", words);
        free(craft);
        return NULL;
    }
    return craft;
}

void craft_free(struct craft *craft)
{
    if (craft) {
        libnet_destroy(craft->libnet);
        free(craft);
    }
}

/* libnet's words end with a newline. */
static int craft_refused(const struct craft *craft, const char *what, struct fault *fault)
{
    const char *words = libnet_geterror(craft->libnet);
    return fault_set(fault, FAULT_INTERNAL, 0, "libnet cannot build the %s: %.*s", what,
                     (int)strcspn(words, "\n"), words);
}

static void craft_forget(struct craft *craft)
{
    libnet_clear_packet(craft->libnet);
    craft->options = craft->tcp = craft->ip = LIBNET_PTAG_INITIALIZER;
}

static libnet_ptag_t craft_ipv4(struct craft *craft, const struct craft_header *header, uint8_t tos,
                                uint16_t tcp_length)
{
    uint32_t source, destination; /* network order, as libnet wants them */
    memcpy(&source, header->source.bytes, sizeof(source));
    memcpy(&destination, header->destination.bytes, sizeof(destination));

    return libnet_build_ipv4((uint16_t)(LIBNET_IPV4_H + tcp_length), tos, header->identification,
                             header->dont_fragment ? IP_DF : 0, header->hop_limit, IPPROTO_TCP, 0,
                             source, destination, NULL, 0, craft->libnet, craft->ip);
}

static libnet_ptag_t craft_ipv6(struct craft *craft, const struct craft_header *header,
                                uint8_t traffic_class, uint16_t tcp_length)
{
    struct libnet_in6_addr source, destination;
    memcpy(&source, header->source.bytes, sizeof(source));
    memcpy(&destination, header->destination.bytes, sizeof(destination));

    return libnet_build_ipv6(traffic_class, header->flow_label, tcp_length, IPPROTO_TCP,
                             header->hop_limit, source, destination, NULL, 0, craft->libnet,
                             craft->ip);
}

/* libnet garbles the first word of the IPv6 header (RFC 8200 section 3): version, traffic class,
 * flow label. */
static void mend_ipv6(uint8_t *packet, uint8_t traffic_class, uint32_t flow_label)
{
    packet[0] = (uint8_t)(0x60 | traffic_class >> 4);
    packet[1] = (uint8_t)((uint32_t)traffic_class << 4 | (flow_label >> 16 & 0x0f));
    packet[2] = (uint8_t)(flow_label >> 8);
    packet[3] = (uint8_t)flow_label;
}

/* Changes the checksum by what one 16-bit word of the summed bytes changes (RFC 1624 equation 3).
 */
static void mend_checksum(uint8_t *tcp, uint32_t before, uint32_t after)
{
    uint32_t checksum = (uint32_t)tcp[16] << 8 | tcp[17];
    uint32_t sum = (~checksum & 0xffff) + (~before & 0xffff) + after;

    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    checksum = ~sum & 0xffff;
    tcp[16] = (uint8_t)(checksum >> 8);
    tcp[17] = (uint8_t)checksum;
}

/* Sets the flag bits beside the data offset. */
static void mend_flags(uint8_t *tcp, uint16_t flags)
{
    uint32_t before = (uint32_t)tcp[12] << 8 | tcp[13];
    uint32_t after = (before & 0xf0ff) | (flags & 0x0f00U);

    if (before == after)
        return;
    tcp[12] = (uint8_t)(after >> 8);
    mend_checksum(tcp, before, after);
}

/* Rebuilds libnet's blocks, options before TCP before IP, as libnet orders them. 0 or a fault. */
static int craft_blocks(struct craft *craft, const struct craft_header *header,
                        const struct segment *segment, const struct options *options,
                        uint8_t traffic_class, uint16_t tcp_length, struct fault *fault)
{
    /* A block can change its size, but not appear or disappear between others. */
    if ((options->length > 0) != (craft->options != LIBNET_PTAG_INITIALIZER))
        craft_forget(craft);

    if (options->length > 0) {
        craft->options = libnet_build_tcp_options(options->bytes, options->length, craft->libnet,
                                                  craft->options);
        if (craft->options == -1)
            return craft_refused(craft, "TCP options", fault);
    }
    craft->tcp = libnet_build_tcp(segment->source_port, segment->destination_port, segment->seq,
                                  segment->ack, (uint8_t)(segment->flags & CONTROL_BITS),
                                  segment->window, 0, segment->urgent, tcp_length,
                                  segment->payload_length > 0 ? segment->payload : NULL,
                                  (uint32_t)segment->payload_length, craft->libnet, craft->tcp);
    if (craft->tcp == -1)
        return craft_refused(craft, "TCP header", fault);
    craft->ip = craft->family == IP_FAMILY_V4
                    ? craft_ipv4(craft, header, traffic_class, tcp_length)
                    : craft_ipv6(craft, header, traffic_class, tcp_length);
    if (craft->ip == -1)
        return craft_refused(craft, "IP header", fault);
    return 0;
}

int craft_packet(struct craft *craft, const struct craft_header *header,
                 const struct segment *segment, uint8_t *packet, size_t size, struct fault *fault)
{
    assert(header->source.family == craft->family && header->destination.family == craft->family);
    struct options options = segment->options;
    /* libnet's own padding writes a wrong IP length and reads past a one-byte array. */
    options_pad(&options);

    size_t ip_header = craft->family == IP_FAMILY_V4 ? LIBNET_IPV4_H : LIBNET_IPV6_H;
    size_t tcp_header = TCP_HEADER_MIN + (size_t)options.length;
    size_t tcp_max = UINT16_MAX - (craft->family == IP_FAMILY_V4 ? ip_header : 0);
    if (segment->payload_length > tcp_max - tcp_header)
        return fault_set(fault, FAULT_RANGE, 0, "%zu bytes of data do not fit into one IP packet",
                         segment->payload_length);
    size_t tcp_length = tcp_header + segment->payload_length;
    size_t length = ip_header + tcp_length;
    if (length > size)
        return fault_set(fault, FAULT_RANGE, 0, "a packet of %zu bytes does not fit into %zu",
                         length, size);

    uint8_t traffic_class = (uint8_t)((header->traffic_class & 0xfc) | (segment->ecn & 3));
    int error =
        craft_blocks(craft, header, segment, &options, traffic_class, (uint16_t)tcp_length, fault);
    if (error) {
        craft_forget(craft);
        return error;
    }

    uint8_t *built = NULL;
    uint32_t built_length = 0;
    if (libnet_pblock_coalesce(craft->libnet, &built, &built_length) == -1) {
        error = craft_refused(craft, "packet", fault);
        craft_forget(craft);
        return error;
    }
    if (built_length != length) {
        free(built);
        craft_forget(craft);
        return fault_set(fault, FAULT_INTERNAL, 0,
                         "libnet built a packet of %u bytes instead of %zu", built_length, length);
    }
    memcpy(packet, built, length);
    free(built);

    if (craft->family == IP_FAMILY_V6)
        mend_ipv6(packet, traffic_class, header->flow_label);
    mend_flags(packet + ip_header, segment->flags);
    /* libnet adds protocol and length of the pseudo-header in 16 bits and loses the carry. */
    if (tcp_length + IPPROTO_TCP > UINT16_MAX)
        mend_checksum(packet + ip_header, 0, 1);
    return (int)length;
}
