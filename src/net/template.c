/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One packet built once, by net/craft, and sent many times with other addresses and numbers. */
#include "net/template.h"

#include <assert.h>
#include <string.h>

/* Offsets of RFC 791 section 3.1, RFC 8200 section 3 and RFC 9293 section 3.1. */
#define V4_HEADER         20
#define V4_IDENTIFICATION 4
#define V4_CHECKSUM       10
#define V4_DESTINATION    16
#define V6_HEADER         40
#define V6_DESTINATION    24
#define TCP_SEQ           4
#define TCP_CHECKSUM      16

static void put16(uint8_t *to, uint32_t value)
{
    to[0] = (uint8_t)(value >> 8);
    to[1] = (uint8_t)value;
}

static void put32(uint8_t *to, uint32_t value)
{
    put16(to, value >> 16);
    put16(to + 2, value);
}

/* Sets TSval to zero; returns where in the options it lies, or -1. */
static int clear_timestamp(struct options *options)
{
    struct options ones = *options, zeros = *options;
    struct option_summary summary;

    options_summarize(options, &summary);
    options_set_timestamps(&ones, UINT32_MAX, summary.ts_ecr);
    options_set_timestamps(&zeros, 0, summary.ts_ecr);
    *options = zeros;
    for (int at = 0; at < options->length; at++)
        if (ones.bytes[at] != zeros.bytes[at])
            return at;
    return -1;
}

int craft_template_make(struct craft *craft, const struct craft_header *header,
                        const struct segment *segment, struct craft_template *ret_template,
                        struct fault *fault)
{
    struct craft_header head = *header;
    struct segment rest = *segment;
    struct craft_template made = {.family = header->source.family};
    struct packet packet;

    head.destination = (struct address){.family = made.family};
    head.identification = 0;
    head.flow_label = 0;
    rest.source_port = rest.destination_port = 0;
    rest.seq = 0;
    int timestamp = clear_timestamp(&rest.options);
    int length = craft_packet(craft, &head, &rest, made.bytes, sizeof(made.bytes), fault);
    if (length < 0)
        return length;

    made.length = (uint16_t)length;
    made.tcp = made.family == IP_FAMILY_V4 ? V4_HEADER : V6_HEADER;
    made.has_timestamps = timestamp >= 0;
    if (timestamp >= 0)
        made.timestamp = (uint16_t)(made.tcp + TCP_HEADER_MIN + timestamp);
    put16(made.bytes + made.tcp + TCP_CHECKSUM, 0);
    if (packet_read(made.bytes, made.length, false, &packet) != 0)
        return fault_set(fault, FAULT_INTERNAL, 0, "a template cannot be read back");
    size_t tcp_length = made.length - (size_t)made.tcp;
    made.tcp_sum = checksum_add(checksum_pseudo(&packet, IP_PROTOCOL_TCP, tcp_length),
                                made.bytes + made.tcp, tcp_length);
    if (made.family == IP_FAMILY_V4) {
        put16(made.bytes + V4_CHECKSUM, 0);
        made.ip_sum = checksum_add(0, made.bytes, V4_HEADER);
    }
    *ret_template = made;
    return 0;
}

/* TSval may lie at an odd place of the summed bytes. */
static uint32_t add_timestamp(const struct craft_template *template, const uint8_t *packet,
                              uint32_t sum)
{
    uint8_t words[6] = {0};

    memcpy(words + template->timestamp % 2, packet + template->timestamp, 4);
    return checksum_add(sum, words, sizeof(words));
}

size_t craft_template_fill(const struct craft_template *template, const struct craft_values *values,
                           uint8_t packet[CRAFT_TEMPLATE_SIZE])
{
    uint8_t *tcp = packet + template->tcp;
    size_t address = template->family == IP_FAMILY_V4 ? 4 : 16;

    assert(values->destination.family == template->family);
    memcpy(packet, template->bytes, template->length);
    if (template->family == IP_FAMILY_V4) {
        put16(packet + V4_IDENTIFICATION, values->identification);
        memcpy(packet + V4_DESTINATION, values->destination.bytes, address);
        put16(packet + V4_CHECKSUM,
              checksum_fold(checksum_add(template->ip_sum + values->identification,
                                         values->destination.bytes, address)));
    } else {
        packet[1] = (uint8_t)((packet[1] & 0xf0U) | (values->flow_label >> 16 & 0x0f));
        put16(packet + 2, values->flow_label);
        memcpy(packet + V6_DESTINATION, values->destination.bytes, address);
    }
    put16(tcp, values->source_port);
    put16(tcp + 2, values->destination_port);
    put32(tcp + TCP_SEQ, values->seq);
    uint32_t sum = checksum_add(template->tcp_sum, values->destination.bytes, address);
    sum = checksum_add(sum, tcp, TCP_SEQ + 4);
    if (template->has_timestamps) {
        put32(packet + template->timestamp, values->ts_val);
        sum = add_timestamp(template, packet, sum);
    }
    put16(tcp + TCP_CHECKSUM, checksum_fold(sum));
    return template->length;
}
