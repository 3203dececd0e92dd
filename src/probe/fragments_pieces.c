/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pieces of one fragmented packet: what a fragment says, where it fits, and the packet that
 * they make. */
#include "probe/fragments_parts.h"

#include <stdlib.h>
#include <string.h>

#define LENGTH_MAX 65535
#define UNIT       8 /* offsets are multiples of it, and so is every length but the last */

#define IPV4_LENGTH_AT   2
#define IPV4_FRAGMENT_AT 6
#define IPV4_DF          0x40 /* of the first of two bytes */
#define IPV4_PROTOCOL_AT 9
#define IPV4_CHECKSUM_AT 10

#define IPV6_HEADER_SIZE   40
#define IPV6_LENGTH_AT     4
#define IPV6_NEXT_AT       6
#define IPV6_HOP_BY_HOP    0
#define IPV6_ROUTING       43
#define IPV6_FRAGMENT      44
#define IPV6_DESTINATION   60
#define IPV6_FRAGMENT_SIZE 8

static uint32_t min32(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static void set16(uint8_t *bytes, size_t value)
{
    bytes[0] = (uint8_t)(value >> 8);
    bytes[1] = (uint8_t)value;
}

/* Finds the fragment header, behind the headers that each fragment has (RFC 8200 4.5). */
static bool find_header(const struct packet *packet, struct fragment *fragment)
{
    const uint8_t *header = packet->header;
    size_t at = IPV6_HEADER_SIZE;
    uint8_t next = header[IPV6_NEXT_AT];
    fragment->link = IPV6_NEXT_AT;
    while (next == IPV6_HOP_BY_HOP || next == IPV6_ROUTING || next == IPV6_DESTINATION) {
        if (at + 2 > packet->header_length)
            return false;
        fragment->link = at;
        next = header[at];
        at += ((size_t)header[at + 1] + 1) * 8;
    }
    if (next != IPV6_FRAGMENT || at + IPV6_FRAGMENT_SIZE > packet->header_length)
        return false;
    fragment->head_length = at;
    fragment->next = header[at];
    for (int i = 4; i < IPV6_FRAGMENT_SIZE; i++)
        fragment->key.identification = fragment->key.identification << 8 | header[at + (size_t)i];
    fragment->bytes = header + at + IPV6_FRAGMENT_SIZE;
    return true;
}

static void read_ipv4(const struct packet *packet, struct fragment *fragment)
{
    fragment->key.identification = packet->identification;
    fragment->key.protocol = packet->protocol;
    fragment->head_length = packet->header_length;
    fragment->link = IPV4_PROTOCOL_AT;
    fragment->next = packet->protocol;
    fragment->bytes = packet->payload;
    fragment->is_good = packet->checksum == CHECKSUM_GOOD;
}

bool fragment_read(const struct packet *packet, uint64_t place, struct fragment *ret_fragment)
{
    struct fragment *fragment = ret_fragment;
    memset(fragment, 0, sizeof *fragment);
    memcpy(fragment->key.source, packet->source.bytes, sizeof fragment->key.source);
    memcpy(fragment->key.destination, packet->destination.bytes, sizeof fragment->key.destination);
    fragment->key.place = place;
    fragment->key.family = (uint16_t)packet->family;
    fragment->head = packet->header;
    if (packet->family == IP_FAMILY_V4)
        read_ipv4(packet, fragment);
    else if (!find_header(packet, fragment))
        return false;
    size_t before = (size_t)(fragment->bytes - packet->header);
    size_t captured = packet->header_length + packet->payload_length;
    if (packet->checksum == CHECKSUM_BAD || packet->total_length <= before || captured < before)
        return false;
    size_t length = packet->total_length - before;
    /* What the whole packet's length field would have to hold. */
    size_t head = packet->family == IP_FAMILY_V4 ? fragment->head_length
                                                 : fragment->head_length - IPV6_HEADER_SIZE;
    if (head + packet->fragment_offset + length > LENGTH_MAX ||
        (packet->more_fragments && length % UNIT != 0))
        return false;
    fragment->offset = packet->fragment_offset;
    fragment->length = (uint32_t)length;
    fragment->held = (uint32_t)(captured - before);
    fragment->is_last = !packet->more_fragments;
    return true;
}

/* Whether the bytes from..to of the datagram, where both have them, are the same. */
static bool agree(const struct piece *piece, const struct fragment *fragment, uint32_t from,
                  uint32_t to)
{
    uint32_t end = min32(to, min32(piece->offset + piece->held, fragment->offset + fragment->held));
    return from >= end || memcmp(piece->bytes + (from - piece->offset),
                                 fragment->bytes + (from - fragment->offset), end - from) == 0;
}

/* How many of a fragment's captured bytes lie in from..to. */
static uint32_t held_of(const struct fragment *fragment, uint32_t from, uint32_t to)
{
    uint32_t end = min32(to, fragment->offset + fragment->held);
    return end > from ? end - from : 0;
}

static void count_gap(struct fit *fit, const struct fragment *fragment, uint32_t from, uint32_t to)
{
    fit->gaps++;
    fit->bytes += sizeof(struct piece) + held_of(fragment, from, to);
}

struct fit pieces_fit(const struct piece *pieces, const struct fragment *fragment)
{
    struct fit fit = {0};
    uint32_t at = fragment->offset, end = at + fragment->length;
    for (const struct piece *piece = pieces; piece; piece = piece->next) {
        uint32_t piece_end = piece->offset + piece->length;
        if (piece_end <= at)
            continue;
        if (piece->offset >= end) {
            fit.disordered = true;
            break;
        }
        if (piece->offset > at)
            count_gap(&fit, fragment, at, piece->offset);
        uint32_t from = piece->offset > at ? piece->offset : at, to = min32(piece_end, end);
        fit.overlap += to - from;
        fit.conflict = fit.conflict || !agree(piece, fragment, from, to);
        fit.exact = piece->offset == fragment->offset && piece->length == fragment->length;
        at = to;
        if (at == end)
            break;
    }
    if (at < end)
        count_gap(&fit, fragment, at, end);
    return fit;
}

static struct piece *piece_of(const struct fragment *fragment, uint32_t from, uint32_t to)
{
    uint32_t held = held_of(fragment, from, to);
    struct piece *piece = malloc(sizeof *piece + held);
    if (!piece)
        return NULL;
    *piece = (struct piece){.offset = from, .length = to - from, .held = held};
    if (held > 0)
        memcpy(piece->bytes, fragment->bytes + (from - fragment->offset), held);
    return piece;
}

bool pieces_add(struct piece **pieces, const struct fragment *fragment)
{
    uint32_t at = fragment->offset, end = at + fragment->length;
    struct piece **link = pieces;
    while (at < end) {
        struct piece *next = *link;
        if (next && next->offset <= at) {
            uint32_t next_end = next->offset + next->length;
            at = next_end > at ? next_end : at;
            link = &next->next;
            continue;
        }
        uint32_t stop = next ? min32(next->offset, end) : end;
        struct piece *piece = piece_of(fragment, at, stop);
        if (!piece)
            return false;
        piece->next = next;
        *link = piece;
        at = stop;
    }
    return true;
}

void pieces_free(struct piece **pieces)
{
    while (*pieces) {
        struct piece *piece = *pieces;
        *pieces = piece->next;
        free(piece);
    }
}

uint32_t pieces_reach(const struct piece *pieces, unsigned *ret_count)
{
    uint32_t reach = 0;
    *ret_count = 0;
    for (; pieces && pieces->offset == reach; pieces = pieces->next) {
        reach += pieces->length;
        ++*ret_count;
    }
    return reach;
}

size_t pieces_copy(const struct piece *pieces, uint8_t *bytes)
{
    size_t length = 0;
    for (; pieces && pieces->offset == length; pieces = pieces->next) {
        if (pieces->held > 0)
            memcpy(bytes + length, pieces->bytes, pieces->held);
        length += pieces->held;
        if (pieces->held < pieces->length)
            break;
    }
    return length;
}

int fragments_join(const uint8_t *head, size_t head_length, size_t link, uint8_t next, bool is_good,
                   const struct piece *pieces, uint32_t total, uint8_t *buffer,
                   struct packet *ret_packet)
{
    bool is_ipv4 = head[0] >> 4 == 4;
    /* Only the first fragment's header counts here; those that checked the others were shorter. */
    if (head_length + total > (is_ipv4 ? LENGTH_MAX : FRAGMENTS_WHOLE_MAX))
        return -FAULT_FORMAT;
    memcpy(buffer, head, head_length);
    size_t held = pieces_copy(pieces, buffer + head_length);
    if (is_ipv4) {
        set16(buffer + IPV4_LENGTH_AT, head_length + total);
        buffer[IPV4_FRAGMENT_AT] &= IPV4_DF;
        buffer[IPV4_FRAGMENT_AT + 1] = 0;
        /* A sum that was not right, or that the adapter had yet to fill in, is left as it is. */
        if (is_good) {
            set16(buffer + IPV4_CHECKSUM_AT, 0);
            set16(buffer + IPV4_CHECKSUM_AT, checksum_fold(checksum_add(0, buffer, head_length)));
        }
    } else {
        set16(buffer + IPV6_LENGTH_AT, head_length - IPV6_HEADER_SIZE + total);
        buffer[link] = next;
    }
    int got = packet_read(buffer, head_length + held, false, ret_packet);
    /* A fragment header behind a fragment header: nobody means well by it. */
    return got == 0 && ret_packet->is_fragment ? -FAULT_FORMAT : got;
}
