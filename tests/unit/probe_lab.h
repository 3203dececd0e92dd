/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A probe without a network: packets made by hand, a clock that is set by hand, and what every
 * record must keep to. */
#ifndef PROBE_LAB_H
#define PROBE_LAB_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/notice.h"
#include "probe/result.h"

#include "record_check.h"

#define MS     INT64_C(1000000)
#define SECOND (1000 * MS)

#define LAB_ISS         0xffffffc0u /* our data crosses the end of the sequence space */
#define LAB_IRS         0xfffffff0u /* so does the peer's */
#define LAB_SOURCE_PORT 50000
#define LAB_PORT        443
#define LAB_OUT_MAX     512
#define LAB_DATA_MAX    2048
#define LAB_PACKET_MAX  4096

enum damage { DAMAGE_NONE, DAMAGE_CHECKSUM, DAMAGE_PARTIAL, DAMAGE_IP_CHECKSUM, DAMAGE_FRAGMENT };

/* One segment of ours that was sent. */
struct lab_sent {
    int64_t at;
    struct segment segment;
    struct craft_header header;
    uint8_t data[LAB_DATA_MAX];
};

struct lab {
    struct probe probe;
    struct spec spec;
    struct route route;
    struct address client, server, router;
    int64_t now;
    struct lab_sent out[LAB_OUT_MAX];
    unsigned outs;   /* sent in all */
    unsigned read;   /* that the test has looked at */
    bool blind;      /* the capture does not show our own packets */
    bool timestamps; /* the peer's segments carry them */
    uint32_t ts_val; /* of the peer */
    uint8_t ttl;     /* of the peer's packets */
    enum damage damage;
    struct arena memory;
    struct handshake_record record;
    bool has_record;
};

static inline void lab_put16(uint8_t *bytes, unsigned value)
{
    bytes[0] = (uint8_t)(value >> 8);
    bytes[1] = (uint8_t)value;
}

static inline struct address lab_address(const char *text)
{
    struct address address;

    REQUIRE(address_read(text, &address) == 0);
    return address;
}

/* An IP packet around a payload; returns its length. */
static inline size_t lab_ip(uint8_t *bytes, const struct address *source,
                            const struct address *destination, uint8_t protocol, uint8_t ttl,
                            const uint8_t *payload, size_t length)
{
    size_t header = source->family == IP_FAMILY_V4 ? 20 : 40;

    memset(bytes, 0, header);
    if (source->family == IP_FAMILY_V4) {
        bytes[0] = 0x45;
        lab_put16(bytes + 2, (unsigned)(header + length));
        lab_put16(bytes + 4, 0x4242);
        bytes[8] = ttl;
        bytes[9] = protocol;
        memcpy(bytes + 12, source->bytes, 4);
        memcpy(bytes + 16, destination->bytes, 4);
        lab_put16(bytes + 10, checksum_fold(checksum_add(0, bytes, header)));
    } else {
        bytes[0] = 0x60;
        lab_put16(bytes + 4, (unsigned)length);
        bytes[6] = protocol;
        bytes[7] = ttl;
        memcpy(bytes + 8, source->bytes, 16);
        memcpy(bytes + 24, destination->bytes, 16);
    }
    memcpy(bytes + header, payload, length);
    return header + length;
}

/* Fills in the transport checksum at `at` behind the IP header. */
static inline void lab_checksum(uint8_t *bytes, size_t length, size_t at, bool pseudo,
                                enum damage damage)
{
    struct packet packet;
    uint32_t sum;
    uint8_t *payload;
    unsigned value;

    REQUIRE(packet_read(bytes, length, false, &packet) == 0);
    payload = bytes + (packet.payload - bytes);
    lab_put16(payload + at, 0);
    sum = pseudo ? checksum_pseudo(&packet, packet.protocol, packet.payload_length) : 0;
    value = damage == DAMAGE_PARTIAL
                ? (uint16_t)~checksum_fold(sum)
                : checksum_fold(checksum_add(sum, payload, packet.payload_length));
    if (damage == DAMAGE_CHECKSUM)
        value ^= 0x5500;
    lab_put16(payload + at, value);
}

static inline size_t lab_tcp(uint8_t bytes[LAB_PACKET_MAX], const struct address *source,
                             const struct address *destination, uint8_t ttl,
                             const struct segment *segment, enum damage damage)
{
    uint8_t tcp[LAB_PACKET_MAX - 60];
    int length = segment_write(segment, tcp, sizeof tcp);
    size_t whole;

    REQUIRE(length > 0);
    whole = lab_ip(bytes, source, destination, IP_PROTOCOL_TCP, ttl, tcp, (size_t)length);
    lab_checksum(bytes, whole, 16, true, damage);
    if (damage == DAMAGE_FRAGMENT && source->family == IP_FAMILY_V4) {
        bytes[6] = 0x20;
        lab_put16(bytes + 10, 0);
        lab_put16(bytes + 10, checksum_fold(checksum_add(0, bytes, 20)));
    }
    if (damage == DAMAGE_IP_CHECKSUM)
        bytes[10] ^= 0x55;
    return whole;
}

static inline void lab_raw(struct lab *lab, const uint8_t *bytes, size_t length)
{
    struct packet packet;

    REQUIRE(packet_read(bytes, length, false, &packet) == 0);
    probe_packet(&lab->probe, &packet, lab->now, lab->now);
}

/* Whatever left this machine, as the capture shows it. */
static inline void lab_capture_out(struct lab *lab, const struct segment *segment)
{
    uint8_t bytes[LAB_PACKET_MAX];

    lab_raw(lab, bytes, lab_tcp(bytes, &lab->client, &lab->server, 64, segment, DAMAGE_PARTIAL));
}

/* Lets the probe send all that it wants to; the copies are captured a microsecond later. */
static inline void lab_pump(struct lab *lab)
{
    unsigned from = lab->outs;
    struct craft_header header;
    struct segment segment;

    while (probe_next(&lab->probe, lab->now, &segment, &header)) {
        struct lab_sent *sent = &lab->out[lab->outs];

        REQUIRE(lab->outs < LAB_OUT_MAX);
        REQUIRE(segment.payload_length <= LAB_DATA_MAX &&
                segment.payload_total == segment.payload_length);
        REQUIRE(header.source.family == lab->client.family && header.identification != 0);
        sent->at = lab->now;
        sent->segment = segment;
        sent->header = header;
        if (segment.payload_length > 0)
            memcpy(sent->data, segment.payload, segment.payload_length);
        sent->segment.payload = sent->data;
        lab->outs++;
    }
    lab->now += MS / 1000;
    for (unsigned i = from; i < lab->outs && !lab->blind; i++)
        lab_capture_out(lab, &lab->out[i].segment);
    REQUIRE(!probe_next(&lab->probe, lab->now, &segment, &header));
}

static inline void lab_open_with(struct lab *lab, enum ip_family family)
{
    bool v4 = family == IP_FAMILY_V4;

    memset(lab, 0, sizeof *lab);
    lab->client = lab_address(v4 ? "198.18.0.1" : "2001:db8::1");
    lab->server = lab_address(v4 ? "198.18.0.2" : "2001:db8::2");
    lab->router = lab_address(v4 ? "198.18.0.99" : "2001:db8::99");
    spec_init(&lab->spec);
    lab->route = (struct route){
        .source = lab->client, .index = 1, .interface = "lab0", .mtu = 1500, .hop_limit = 64};
    lab->now = 1000 * SECOND;
    lab->timestamps = true;
    lab->ts_val = 0xfffffff0u;
    lab->ttl = 57;
}

/* Begins: the SYN is out. What the test wants of the spec is set before. */
static inline void lab_start(struct lab *lab)
{
    struct spec_random random = {
        .iss = LAB_ISS, .ts_offset = 0xfff00000u, .flow_label = 0xabcde, .identification = 65535};

    probe_init(&lab->probe, &lab->spec, &lab->route, &lab->server, LAB_PORT, LAB_SOURCE_PORT,
               &random);
    probe_start(&lab->probe, lab->now);
    lab_pump(lab);
}

/* The next segment of ours that the test has not seen yet; NULL if there is none. */
static inline const struct lab_sent *lab_next(struct lab *lab)
{
    return lab->read < lab->outs ? &lab->out[lab->read++] : NULL;
}

/* Time passes, and timers fire when they are due. */
static inline void lab_wait(struct lab *lab, int64_t length)
{
    int64_t until = lab->now + length;
    unsigned turns = 0;

    while (probe_deadline(&lab->probe) <= until) {
        REQUIRE(++turns < 1000);
        if (probe_deadline(&lab->probe) > lab->now)
            lab->now = probe_deadline(&lab->probe);
        probe_timer(&lab->probe, lab->now);
        lab_pump(lab);
    }
    if (lab->now < until)
        lab->now = until;
}

/* Timers fire one after the other until the phase is reached. */
static inline void lab_reach(struct lab *lab, enum probe_phase phase)
{
    for (unsigned turns = 0; lab->probe.phase < phase; turns++) {
        int64_t due = probe_deadline(&lab->probe);

        REQUIRE(turns < 1000 && due != TCB_NEVER);
        lab_wait(lab, due > lab->now ? due - lab->now : 0);
    }
}

/* A segment of the peer's: sequence numbers count from the two initial ones. */
static inline struct segment lab_segment(struct lab *lab, uint16_t flags, uint32_t seq,
                                         uint32_t ack)
{
    struct segment segment = {
        .source_port = LAB_PORT,
        .destination_port = LAB_SOURCE_PORT,
        .seq = LAB_IRS + seq,
        .ack = flags & TCP_ACK ? LAB_ISS + ack : 0,
        .flags = flags,
        .window = 4000,
    };

    if (flags & TCP_SYN) {
        REQUIRE(options_add(&segment.options, OPTION_MSS, "\x05\x78", 2) == 0);
        REQUIRE(options_add(&segment.options, OPTION_SACK_PERMITTED, NULL, 0) == 0);
        if (lab->timestamps)
            REQUIRE(options_add_timestamps(&segment.options, lab->ts_val,
                                           lab->probe.tcb.ts_val_last) == 0);
        REQUIRE(options_add(&segment.options, OPTION_NOP, NULL, 0) == 0);
        REQUIRE(options_add(&segment.options, OPTION_WSCALE, "\x05", 1) == 0);
    } else if (lab->timestamps && !(flags & TCP_RST)) {
        REQUIRE(options_add(&segment.options, OPTION_NOP, NULL, 0) == 0);
        REQUIRE(options_add(&segment.options, OPTION_NOP, NULL, 0) == 0);
        REQUIRE(options_add_timestamps(&segment.options, lab->ts_val, lab->probe.tcb.ts_val_last) ==
                0);
    }
    lab->ts_val++;
    return segment;
}

/* It arrives. */
static inline void lab_take(struct lab *lab, const struct segment *segment)
{
    uint8_t bytes[LAB_PACKET_MAX];
    enum damage damage = lab->damage;
    size_t length = lab_tcp(bytes, &lab->server, &lab->client, lab->ttl, segment, damage);

    lab->now += MS / 10;
    lab_raw(lab, bytes, length);
    lab_pump(lab);
}

static inline void lab_feed(struct lab *lab, uint16_t flags, uint32_t seq, uint32_t ack)
{
    struct segment segment = lab_segment(lab, flags, seq, ack);

    lab_take(lab, &segment);
}

static inline void lab_feed_data(struct lab *lab, uint16_t flags, uint32_t seq, uint32_t ack,
                                 const char *text)
{
    struct segment segment = lab_segment(lab, flags, seq, ack);

    segment.payload = (const uint8_t *)text;
    segment.payload_length = segment.payload_total = strlen(text);
    lab_take(lab, &segment);
}

/* An ICMP error by the router that quotes `length` bytes of a packet of ours, with `seq` in it. */
static inline void lab_icmp(struct lab *lab, uint8_t type, uint8_t code, uint32_t mtu, uint32_t seq,
                            size_t length, enum damage damage)
{
    bool v4 = lab->client.family == IP_FAMILY_V4;
    uint8_t quoted[LAB_PACKET_MAX], message[LAB_PACKET_MAX] = {type, code}, bytes[LAB_PACKET_MAX];
    struct segment segment = lab->out[0].segment;
    struct packet packet;
    struct icmp icmp;
    size_t whole;

    segment.seq = seq;
    whole = lab_tcp(quoted, &lab->client, &lab->server, 3, &segment, DAMAGE_NONE);
    if (length > whole)
        length = whole;
    lab_put16(message + 4, mtu >> 16);
    lab_put16(message + 6, mtu & 0xffff);
    memcpy(message + 8, quoted, length);
    whole = lab_ip(bytes, &lab->router, &lab->client, v4 ? IP_PROTOCOL_ICMP : IP_PROTOCOL_ICMPV6,
                   61, message, 8 + length);
    lab_checksum(bytes, whole, 2, !v4, damage);
    lab->now += MS / 10;
    REQUIRE(packet_read(bytes, whole, false, &packet) == 0);
    REQUIRE(icmp_read(&packet, &icmp) == 0);
    probe_icmp(&lab->probe, &packet, &icmp, lab->now, lab->now);
    lab_pump(lab);
}

/* The record of a probe that is over. */
static inline const struct handshake_record *lab_finish(struct lab *lab)
{
    struct result_context context = {
        .target = "server.example:443",
        .host = "server.example",
        .port = LAB_PORT,
        .time = "2026-01-01T00:00:00.000000Z",
        .dns_ns = -1,
        .guard = "filter",
        .stamp_words = "capture: test",
    };

    REQUIRE(probe_over(&lab->probe) && !lab->has_record);
    REQUIRE(probe_deadline(&lab->probe) == TCB_NEVER);
    arena_init(&lab->memory);
    result_handshake(&lab->probe, &context, &lab->memory, &lab->record);
    lab->has_record = true;
    record_check(&lab->record);
    return &lab->record;
}

static inline bool lab_found(const struct lab *lab, const char *id)
{
    const struct finding_record *rows = lab->record.findings.items;

    for (size_t i = 0; i < lab->record.findings.count; i++)
        if (strcmp(rows[i].id, id) == 0)
            return true;
    return false;
}

static inline void lab_close(struct lab *lab)
{
    if (lab->has_record)
        arena_release(&lab->memory);
    probe_release(&lab->probe);
}

#endif
