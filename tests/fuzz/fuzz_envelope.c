/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzzes the way from a frame of any link type to its IP packet, whole and cut short. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "wire/envelope.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define HEAD     4
#define CUTS_MAX 160

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void check_packet(const struct packet *packet, const uint8_t *bytes, size_t length)
{
    check(packet->family == IP_FAMILY_V4 || packet->family == IP_FAMILY_V6);
    check(packet->header >= bytes && packet->header <= bytes + length);
    size_t left = length - (size_t)(packet->header - bytes);
    check(packet->header_length >= 20 && packet->header_length <= left);
    check(packet->payload == packet->header + packet->header_length);
    check(packet->payload_length <= left - packet->header_length);
    check(packet->payload_length <= packet->payload_total);
    check(packet->total_length == packet->header_length + packet->payload_total);
}

static void check_envelope(const struct envelope *envelope, const uint8_t *bytes, size_t length,
                           bool is_cut)
{
    char text[ENVELOPE_TEXT_SIZE];
    check((unsigned)envelope->verdict < ENVELOPE_COUNT);
    check(envelope->cut == is_cut);
    check(is_cut || envelope->verdict != ENVELOPE_CUT);
    check(envelope->length <= length);
    check(envelope->next == 0 || (envelope->next < length && envelope->length <= envelope->next));
    check(strlen(envelope_words(envelope->verdict)) > 0);
    check(strlen(envelope_other(envelope->space, envelope->number, text)) < sizeof text);
    check(envelope->verdict == ENVELOPE_OTHER || envelope->space == ENVELOPE_SPACE_NONE);
    if (envelope->verdict != ENVELOPE_IP) {
        check(envelope->tunnel.kind == TUNNEL_NONE && !envelope->packet.header);
        return;
    }
    const struct packet *packet = &envelope->packet;
    check_packet(packet, bytes, envelope->length);
    bool is_inner = envelope->tunnel.kind && envelope->tunnel.inside == ENVELOPE_IP;
    check(is_inner ? packet->header > bytes + envelope->at
                   : packet->header == bytes + envelope->at);
    if (envelope->tunnel.kind == TUNNEL_NONE) {
        struct packet inner;
        struct tunnel tunnel;
        check(!tunnel_open(packet, &tunnel, &inner) && tunnel.kind == TUNNEL_NONE);
    }
}

/* Less of the same frame is the same packet, or is known to be too little. */
static void check_cut(int link_type, const struct envelope *whole, const uint8_t *data, size_t cut,
                      size_t wire_length)
{
    uint8_t *frame = malloc(cut > 0 ? cut : 1);
    struct envelope envelope;
    if (!frame)
        return;
    memcpy(frame, data, cut);
    enum envelope_verdict got = envelope_open(link_type, frame, cut, wire_length, &envelope);
    check_envelope(&envelope, frame, cut, true);
    check(got == ENVELOPE_CUT || got == whole->verdict);
    check(got != ENVELOPE_IP || envelope.at == whole->at);
    check(got != ENVELOPE_IP || envelope.tunnel.kind == whole->tunnel.kind);
    free(frame);
}

/* The first two bytes are the link type, the next two what the capture cut off; then the frame. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < HEAD)
        return 0;
    int link_type = data[0] << 8 | data[1];
    size_t missing = (size_t)(data[2] << 8 | data[3]), length = size - HEAD;
    uint8_t *frame = malloc(length > 0 ? length : 1);
    struct envelope envelope;
    if (!frame)
        return 0;
    memcpy(frame, data + HEAD, length);

    enum envelope_verdict got =
        envelope_open(link_type, frame, length, length + missing, &envelope);
    check(got == envelope.verdict);
    check_envelope(&envelope, frame, length, missing > 0);
    for (size_t cut = 0; cut < length && cut < CUTS_MAX; cut++)
        check_cut(link_type, &envelope, frame, cut, length + missing);
    for (size_t packets = 0; envelope.next > 0; packets++) {
        size_t before = envelope.next;
        check(packets < length / 14);
        got = envelope_next(frame, length, length + missing, &envelope);
        check(got == envelope.verdict && (envelope.next == 0 || envelope.next > before));
        check_envelope(&envelope, frame, length, missing > 0);
    }
    free(frame);
    return 0;
}
