/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzzes the way from a captured frame to an IP packet, an ICMP error and the packet it quotes. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "wire/icmp.h"
#include "wire/ip.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/*
 * The first byte of an input chooses among these; the rest is the frame. The inputs named "real-"
 * are frames from the test suite of tcpdump (The Tcpdump Group, 3-clause BSD licence).
 */
static const int link_types[] = {1, 101, 0, 108, 113, 276, 228, 229, 12, 14, 147};
#define LINK_TYPE_COUNT (sizeof link_types / sizeof link_types[0])

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void check_code(int got)
{
    check(got == -FAULT_FORMAT || got == -FAULT_TRUNCATED);
}

static void check_address(const struct address *address, enum ip_family family)
{
    char text[ADDRESS_TEXT_SIZE];
    struct address again;
    check(address->family == family);
    check(address_read(address_show(address, text), &again) == 0);
    check(address_equal(address, &again));
    check(!(address_is_link_local(address) && address_is_loopback(address)));
    check(!address_is_loopback(address) || address_is_unicast(address));
}

/* A changed bit changes the sum: no packet that differs in one bit has a good checksum too. */
static void check_checksum(const struct packet *packet, size_t at)
{
    enum checksum_state was = checksum_check(packet, at);
    check(was < CHECKSUM_COUNT);
    bool is_whole = packet->payload_length == packet->payload_total && !packet->is_fragment;
    check(is_whole || was == CHECKSUM_UNKNOWN);
    if (was != CHECKSUM_GOOD || packet->payload_length > 4096)
        return;
    uint8_t copy[4096];
    struct packet changed = *packet;
    memcpy(copy, packet->payload, packet->payload_length);
    changed.payload = copy;
    copy[(at * 31 + copy[at]) % packet->payload_length] ^= (uint8_t)(1 << (copy[at] & 7));
    check(checksum_check(&changed, at) != CHECKSUM_GOOD);
}

/* What holds of every packet that was read from <bytes, length>. */
static void check_packet(const struct packet *packet, const uint8_t *bytes, size_t length)
{
    bool v4 = packet->family == IP_FAMILY_V4;
    check(v4 || packet->family == IP_FAMILY_V6);
    check(packet->header == bytes);
    check(packet->header_length >= (v4 ? 20 : 40) && packet->header_length <= length);
    check(!v4 || packet->header_length <= 60);
    check(packet->payload == bytes + packet->header_length);
    check(packet->payload_length <= length - packet->header_length);
    check(packet->payload_length <= packet->payload_total);
    check(packet->is_fragment == (packet->more_fragments || packet->fragment_offset != 0));
    check(packet->fragment_offset % 8 == 0 && packet->fragment_offset <= 65528);
    check(packet->flow_label <= (v4 ? 0 : 0xfffff));
    check(v4 || packet->dont_fragment);
    check(v4 || packet->checksum == CHECKSUM_UNKNOWN);
    check_address(&packet->source, packet->family);
    check_address(&packet->destination, packet->family);
    check_checksum(packet, 2);
    check_checksum(packet, 16);
    check(checksum_check(packet, SIZE_MAX) == CHECKSUM_UNKNOWN);
}

static void check_icmp(const struct packet *packet)
{
    struct icmp icmp;
    int got = icmp_read(packet, &icmp);
    if (got != 0) {
        check_code(got);
        return;
    }
    char text[64];
    check(icmp.kind > ICMP_CLASS_NONE && icmp.kind < ICMP_CLASS_COUNT);
    check(icmp.family == packet->family);
    check(icmp.mtu == 0 || icmp.kind == ICMP_CLASS_MTU);
    check(strlen(icmp_words(icmp.family, icmp.type, icmp.code, text)) > 0);

    uint16_t source, destination;
    uint32_t seq;
    got = icmp_quoted_tcp(&icmp, &source, &destination, &seq);
    if (!icmp.has_quote) {
        check(got == -FAULT_FORMAT);
        return;
    }
    check(icmp.quote.family == packet->family);
    check_packet(&icmp.quote, packet->payload + 8, packet->payload_length - 8);
    if (got == 0) {
        const uint8_t *tcp = icmp.quote.payload;
        check(icmp.quote.payload_length >= 8 && icmp.quote.protocol == IP_PROTOCOL_TCP);
        check(source == (tcp[0] << 8 | tcp[1]) && destination == (tcp[2] << 8 | tcp[3]));
        check((seq & 0xffff) == (uint32_t)(tcp[6] << 8 | tcp[7]));
    } else {
        check_code(got);
    }
}

/* Less of the same bytes is the same packet cut short, or a header cut short; nothing else. */
static void check_cut(const struct packet *packet, const uint8_t *bytes, size_t length)
{
    struct packet cut;
    int got = packet_read(bytes, length, false, &cut);
    check(got == (length >= packet->header_length ? 0 : -FAULT_TRUNCATED));
    if (got != 0)
        return;
    check_packet(&cut, bytes, length);
    check(cut.header_length == packet->header_length && cut.protocol == packet->protocol);
    check(cut.payload_total == packet->payload_total);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    int link_type = link_types[data[0] % LINK_TYPE_COUNT];
    /* Each piece in memory of its own, so that a read past its end is seen. */
    size_t length = size - 1;
    uint8_t *frame = malloc(length > 0 ? length : 1);
    if (!frame)
        return 0;
    memcpy(frame, data + 1, length);

    int offset = link_ip_offset(link_type, frame, length);
    check(offset < 0 || link_type_known(link_type));
    if (offset < 0) {
        check_code(offset);
        free(frame);
        return 0;
    }
    check((size_t)offset < length);

    const uint8_t *bytes = frame + offset;
    size_t left = length - (size_t)offset;
    check(bytes[0] >> 4 == 4 || bytes[0] >> 4 == 6);
    struct packet packet;
    int got = packet_read(bytes, left, false, &packet);
    if (got == 0) {
        check_packet(&packet, bytes, left);
        check(packet.total_length == packet.header_length + packet.payload_total);
        check_icmp(&packet);
        for (size_t cut = 0; cut < left && cut < 128; cut++)
            check_cut(&packet, bytes, cut);
    } else {
        check_code(got);
    }

    struct packet quoted;
    int got_quoted = packet_read(bytes, left, true, &quoted);
    check(got != 0 || got_quoted == 0); /* reading a quote is never stricter */
    if (got_quoted == 0)
        check_packet(&quoted, bytes, left);
    free(frame);
    return 0;
}
