/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hand-made frames for the tracker, and what it tells of them as a line of text. */
#ifndef TESTS_UNIT_TRACK_SCRIPT_H
#define TESTS_UNIT_TRACK_SCRIPT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "probe/track/track.h"

#define SECOND    INT64_C(1000000000)
#define BEGIN     (INT64_C(1700000000) * SECOND)
#define FRAME_MAX 4096

/* Link types. */
#define ETHERNET 1
#define RAW      101

/* One packet, and how it is wrapped. */
struct shot {
    const char *source, *destination;
    uint16_t source_port, destination_port;
    uint16_t flags;
    uint32_t seq, ack;
    size_t data;
    const char *options;
    uint16_t vlan; /* 0: none */
    const char *tunnel_source, *tunnel_destination;
    size_t cut; /* bytes that the capture left out */
    bool bad;   /* wrong checksum */
};

/* What was told: "1.0" a segment of connection 1 from end 0, "1.i0" an ICMP error that quotes its
 * end 0 ("I": it counted), "1!" decided, "1=OVER+2.000" ended, its end 2 s behind BEGIN. */
struct script {
    struct track *track;
    struct fault fault;
    uint64_t frame;
    int64_t at;
    bool no_time;
    uint32_t interface;
    unsigned freed;
    char told[4096];
    size_t told_length;
    const char *stop_at; /* the call that returns 77 */
    unsigned notes;      /* of the last segment */
    uint64_t events;
    struct tracked_icmp icmp;
    size_t payload_total;
    struct connection last; /* as it was told last */
    int64_t end_at;
};

__attribute__((format(printf, 2, 3))) static inline int script_told(struct script *script,
                                                                    const char *format, ...)
{
    char text[128];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    size_t left = sizeof script->told - script->told_length;
    int wrote = snprintf(script->told + script->told_length, left, "%s%s",
                         script->told_length > 0 ? " " : "", text);
    script->told_length += (size_t)wrote < left ? (size_t)wrote : left - 1;
    return script->stop_at && strcmp(script->stop_at, text) == 0 ? 77 : 0;
}

static inline int script_on_segment(void *data, struct connection *connection,
                                    const struct tracked *tracked)
{
    struct script *script = data;
    script->notes = tracked->notes;
    script->events = tracked->step.events;
    script->last = *connection;
    script->payload_total = tracked->segment->payload_total;
    assert_ptr_equal(tracked->input.segment, tracked->segment);
    return script_told(script, "%llu.%u", (unsigned long long)connection->number,
                       tracked->input.from);
}

static inline int script_on_icmp(void *data, struct connection *connection,
                                 const struct tracked_icmp *tracked)
{
    struct script *script = data;
    script->icmp = *tracked;
    script->last = *connection;
    return script_told(script, "%llu.%c%u", (unsigned long long)connection->number,
                       tracked->counted ? 'I' : 'i', tracked->quoted);
}

static inline int script_on_decided(void *data, struct connection *connection)
{
    assert_true(connection->decided);
    return script_told(data, "%llu!", (unsigned long long)connection->number);
}

static inline int script_on_ended(void *data, struct connection *connection, enum track_why why,
                                  int64_t end_at)
{
    static const char *const names[TRACK_WHY_COUNT] = {
#define X(id, meaning) [TRACK_WHY_##id] = #id,
        TRACK_WHY_TABLE(X)
#undef X
    };
    struct script *script = data;
    int64_t since = end_at - BEGIN;
    script->last = *connection;
    script->end_at = end_at;
    assert_true(connection->decided);
    return script_told(script, "%llu=%s+%lld.%03lld", (unsigned long long)connection->number,
                       names[why], (long long)(since / SECOND),
                       (long long)(since % SECOND / 1000000));
}

static inline void script_on_freed(void *data, struct connection *connection)
{
    struct script *script = data;
    assert_non_null(connection->entry);
    script->freed++;
}

static inline struct track_options script_options(struct script *script)
{
    return (struct track_options){
        .calls = {script_on_segment, script_on_icmp, script_on_decided, script_on_ended,
                  script_on_freed},
        .data = script,
    };
}

static inline void script_begin(struct script *script, struct track_options options)
{
    memset(script, 0, sizeof *script);
    script->at = BEGIN;
    assert_int_equal(track_new(&options, &script->track, &script->fault), 0);
}

static inline const struct track_counts *script_counts(const struct script *script)
{
    return track_counts(script->track);
}

/* Compares what was told since the last time. */
#define script_is(script, expected)                                                                \
    do {                                                                                           \
        assert_string_equal((script)->told, expected);                                             \
        (script)->told_length = 0;                                                                 \
        (script)->told[0] = '\0';                                                                  \
    } while (0)

static inline void script_free(struct script *script)
{
    track_free(script->track);
}

/* An IP header of `length` bytes of payload; returns its length. */
static inline size_t put_ip(uint8_t *bytes, const struct address *source,
                            const struct address *destination, uint8_t protocol, size_t length)
{
    struct writer writer = writer_of(bytes, 40);
    if (source->family == IP_FAMILY_V6) {
        writer_u32(&writer, 0x60000000);
        writer_u16(&writer, (uint16_t)length);
        writer_u8(&writer, protocol);
        writer_u8(&writer, 64);
        writer_put(&writer, source->bytes, 16);
        writer_put(&writer, destination->bytes, 16);
        return writer.length;
    }
    writer_u16(&writer, 0x4500);
    writer_u16(&writer, (uint16_t)(20 + length));
    writer_u32(&writer, 0x00000000);
    writer_u8(&writer, 64);
    writer_u8(&writer, protocol);
    writer_u16(&writer, 0);
    writer_put(&writer, source->bytes, 4);
    writer_put(&writer, destination->bytes, 4);
    uint16_t sum = checksum_fold(checksum_add(0, bytes, 20));
    bytes[10] = (uint8_t)(sum >> 8);
    bytes[11] = (uint8_t)sum;
    return writer.length;
}

static inline struct address address_of(const char *text)
{
    struct address address;
    assert_int_equal(address_read(text, &address), 0);
    return address;
}

/* The TCP segment of a shot with its checksum; returns its length. */
static inline size_t put_tcp(uint8_t *bytes, size_t size, const struct shot *shot)
{
    static const uint8_t data[FRAME_MAX];
    struct segment segment = {
        .source_port = shot->source_port,
        .destination_port = shot->destination_port,
        .seq = shot->seq,
        .ack = shot->ack,
        .flags = shot->flags,
        .window = 65000,
        .payload = data,
        .payload_length = shot->data,
        .payload_total = shot->data,
    };
    struct packet packet = {.family = address_of(shot->source).family,
                            .source = address_of(shot->source),
                            .destination = address_of(shot->destination)};
    assert_int_equal(
        options_read(shot->options ? shot->options : "none", "it", &segment.options, NULL), 0);
    int length = segment_write(&segment, bytes, size);
    assert_true(length > 0);
    uint32_t sum = checksum_pseudo(&packet, IP_PROTOCOL_TCP, (size_t)length);
    uint16_t checksum = checksum_fold(checksum_add(sum, bytes, (size_t)length));
    checksum = (uint16_t)(checksum + shot->bad);
    bytes[TCP_CHECKSUM_AT] = (uint8_t)(checksum >> 8);
    bytes[TCP_CHECKSUM_AT + 1] = (uint8_t)checksum;
    return (size_t)length;
}

/* The shot's IP packet, in its tunnel if it has one. */
static inline size_t put_packet(uint8_t *bytes, size_t size, const struct shot *shot)
{
    struct address source = address_of(shot->source), destination = address_of(shot->destination);
    size_t header = source.family == IP_FAMILY_V6 ? 40 : 20;
    size_t length = put_tcp(bytes + header, size - header, shot);
    put_ip(bytes, &source, &destination, IP_PROTOCOL_TCP, length);
    length += header;
    if (!shot->tunnel_source)
        return length;
    struct address from = address_of(shot->tunnel_source);
    struct address to = address_of(shot->tunnel_destination);
    size_t outer = from.family == IP_FAMILY_V6 ? 40 : 20;
    memmove(bytes + outer, bytes, length);
    put_ip(bytes, &from, &to, source.family == IP_FAMILY_V6 ? 41 : 4, length);
    return outer + length;
}

/* Gives the tracker bytes as they are. */
static inline int script_bytes(struct script *script, int link_type, const uint8_t *bytes,
                               size_t length, size_t wire_length)
{
    struct replay_frame frame = {
        .number = ++script->frame,
        .at_ns = script->no_time ? 0 : script->at,
        .has_time = !script->no_time,
        .bytes = bytes,
        .length = length,
        .wire_length = wire_length,
        .link_type = link_type,
        .interface = script->interface,
    };
    return track_frame(script->track, &frame, &script->fault);
}

static inline int script_shot(struct script *script, const struct shot *shot)
{
    uint8_t bytes[FRAME_MAX];
    struct writer writer = writer_of(bytes, sizeof bytes);
    bool is_v6 = address_of(shot->tunnel_source ? shot->tunnel_source : shot->source).family ==
                 IP_FAMILY_V6;
    writer_fill(&writer, 2, 12);
    if (shot->vlan != 0) {
        writer_u16(&writer, 0x8100);
        writer_u16(&writer, shot->vlan);
    }
    writer_u16(&writer, is_v6 ? 0x86dd : 0x0800);
    size_t length =
        writer.length + put_packet(bytes + writer.length, sizeof bytes - writer.length, shot);
    return script_bytes(script, ETHERNET, bytes, length - shot->cut, length);
}

/* The client 198.18.0.1:`port` and the server 198.18.0.2:80: what each sends. ISNs: 1000, 5000. */
static inline struct shot client_shot(uint16_t port, uint16_t flags, uint32_t seq, uint32_t ack)
{
    return (struct shot){.source = "198.18.0.1",
                         .destination = "198.18.0.2",
                         .source_port = port,
                         .destination_port = 80,
                         .flags = flags,
                         .seq = seq,
                         .ack = ack};
}

static inline struct shot server_shot(uint16_t port, uint16_t flags, uint32_t seq, uint32_t ack)
{
    return (struct shot){.source = "198.18.0.2",
                         .destination = "198.18.0.1",
                         .source_port = 80,
                         .destination_port = port,
                         .flags = flags,
                         .seq = seq,
                         .ack = ack};
}

static inline int client(struct script *script, uint16_t port, uint16_t flags, uint32_t seq,
                         uint32_t ack)
{
    struct shot shot = client_shot(port, flags, seq, ack);
    return script_shot(script, &shot);
}

static inline int server(struct script *script, uint16_t port, uint16_t flags, uint32_t seq,
                         uint32_t ack)
{
    struct shot shot = server_shot(port, flags, seq, ack);
    return script_shot(script, &shot);
}

/* A whole handshake. */
static inline void script_open(struct script *script, uint16_t port)
{
    assert_int_equal(client(script, port, TCP_SYN, 1000, 0), 0);
    assert_int_equal(server(script, port, TCP_SYN | TCP_ACK, 5000, 1001), 0);
    assert_int_equal(client(script, port, TCP_ACK, 1001, 5001), 0);
}

/* And its end, the client's FIN first. */
static inline void script_close(struct script *script, uint16_t port)
{
    assert_int_equal(client(script, port, TCP_FIN | TCP_ACK, 1001, 5001), 0);
    assert_int_equal(server(script, port, TCP_FIN | TCP_ACK, 5001, 1002), 0);
    assert_int_equal(client(script, port, TCP_ACK, 1002, 5002), 0);
}

#endif
