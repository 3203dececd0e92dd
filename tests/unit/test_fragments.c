/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fragments put together: in any order, more than once, overlapping, impossible, and too many. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scarce_memory.h"

/* The sources themselves, so that their memory can run out. */
#include "probe/fragments.c"
#include "probe/fragments_pieces.c"
#include "probe/fragments_table.c"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
#define SECOND          INT64_C(1000000000)
#define MTU_MAX         70000

/* A fragment as a test says it; all zero but offset and length: IPv4, the last, whole, in order. */
struct shape {
    enum ip_family family; /* NONE: IPv4 */
    unsigned offset, length;
    bool more;
    unsigned id;      /* 0: 1 */
    uint8_t protocol; /* 0: TCP */
    unsigned cut;     /* bytes that the capture took off */
    uint8_t flip;     /* what its bytes differ by from the original's */
    unsigned options; /* of the header, or IPv6's before the fragment header */
    uint8_t kind;     /* of IPv6's; 0: hop-by-hop */
    bool bad_sum;
    uint64_t place;
    int64_t at;
};

/* The fragmented part of the original packet: a TCP segment with many bytes of data, and options.
 */
static uint8_t original(unsigned at)
{
    static const uint8_t head[] = {0x30, 0x39, 0x00, 0x50, 0,    0, 0, 1, 0, 0, 0,
                                   0,    0x80, 0x18, 0xfa, 0xf0, 0, 0, 0, 0, 1, 1,
                                   8,    10,   1,    2,    3,    4, 5, 6, 7, 8};
    return at < sizeof head ? head[at] : (uint8_t)(at * 7 + at / 256);
}

static void put16(uint8_t *bytes, size_t value)
{
    bytes[0] = (uint8_t)(value >> 8);
    bytes[1] = (uint8_t)value;
}

static size_t head4(const struct shape *shape, uint8_t *bytes)
{
    size_t length = 20 + shape->options;
    memset(bytes, 1, length); /* options: NOP */
    memcpy(bytes, "\x40\0\0\0\0\0\0\0\x40\x06\0\0\xc6\x12\0\x01\xc6\x12\0\x02", 20);
    bytes[0] = (uint8_t)(0x40 | length / 4);
    put16(bytes + 2, length + shape->length);
    put16(bytes + 4, shape->id ? shape->id : 1);
    put16(bytes + 6, shape->offset / 8 | (shape->more ? 0x2000 : 0));
    bytes[9] = shape->protocol ? shape->protocol : IP_PROTOCOL_TCP;
    put16(bytes + 10, checksum_fold(checksum_add(0, bytes, length)));
    bytes[8] ^= shape->bad_sum;
    return length;
}

static size_t head6(const struct shape *shape, uint8_t *bytes)
{
    memset(bytes, 0, 48 + shape->options);
    memcpy(bytes, "\x60\0\0\0\0\0\x2c\x40\x20\x01\x0d\xb8", 12);
    memcpy(bytes + 24, "\x20\x01\x0d\xb8", 4);
    bytes[23] = 1;
    bytes[39] = 2;
    size_t at = 40;
    if (shape->options > 0) { /* one header, PadN in it, or routing with no segments left */
        bytes[6] = shape->kind;
        bytes[at] = 44;
        bytes[at + 1] = (uint8_t)(shape->options / 8 - 1);
        bytes[at + 2] = 1;
        bytes[at + 3] = (uint8_t)(shape->options - 4);
        at += shape->options;
    }
    put16(bytes + 4, at + 8 - 40 + shape->length);
    bytes[at] = shape->protocol ? shape->protocol : IP_PROTOCOL_TCP;
    put16(bytes + at + 2, shape->offset | shape->more);
    put16(bytes + at + 4, 0xabcd); /* the upper half counts */
    put16(bytes + at + 6, shape->id ? shape->id : 1);
    return at + 8;
}

/* Puts it in from a buffer of exactly its size. */
static int put(struct fragments *fragments, struct shape shape, struct fragments_packet *ret_packet)
{
    static uint8_t bytes[MTU_MAX];
    size_t head = shape.family == IP_FAMILY_V6 ? head6(&shape, bytes) : head4(&shape, bytes);
    assert_true(head + shape.length <= sizeof bytes);
    for (unsigned i = 0; i < shape.length; i++)
        bytes[head + i] = original(shape.offset + i) ^ shape.flip;
    size_t length = head + shape.length - shape.cut;
    uint8_t *exact = test_malloc(length);
    memcpy(exact, bytes, length);
    struct packet packet;
    assert_int_equal(packet_read(exact, length, false, &packet), 0);
    assert_true(packet.is_fragment);
    int got = fragments_put(fragments, &packet, shape.place, shape.at, ret_packet);
    test_free(exact);
    return got;
}

/* What was told. */
static struct fragments_loss losses[64];
static unsigned lost;

static void note(void *data, const struct fragments_loss *loss)
{
    assert_ptr_equal(data, losses);
    assert_true(lost < COUNT_OF(losses));
    losses[lost++] = *loss;
}

static struct fragments *lab(size_t datagrams, size_t bytes)
{
    struct fragments_options options = {
        .datagrams = datagrams, .bytes = bytes, .lost = note, .data = losses};
    allocations_left = 1000000;
    allocations_open = 0;
    lost = 0;
    struct fragments *fragments = fragments_new(&options);
    assert_non_null(fragments);
    return fragments;
}

static void close_lab(struct fragments *fragments)
{
    fragments_free(fragments);
    assert_int_equal(allocations_open, 0);
}

/* The whole packet is the original one. */
static void check_whole(const struct fragments_packet *whole, unsigned total)
{
    const struct packet *packet = &whole->packet;
    assert_false(packet->is_fragment);
    assert_int_equal(packet->protocol, IP_PROTOCOL_TCP);
    assert_int_equal(packet->payload_total, total);
    assert_int_equal(packet->payload_length, total);
    for (unsigned i = 0; i < total; i++)
        assert_int_equal(packet->payload[i], original(i));
    assert_int_equal(packet->checksum,
                     packet->family == IP_FAMILY_V4 ? CHECKSUM_GOOD : CHECKSUM_UNKNOWN);
}

/* By hand: RFC 791 3.1 and RFC 8200 4.5. A SYN of 24 bytes with MSS 1460, in 16 and 8. */
static void test_by_hand(void **state)
{
    (void)state;
    static const uint8_t first4[] =
        "\x45\x00\x00\x24\x12\x34\x20\x00\x40\x06\xbc\x78\xc6\x12\x00\x01\xc6\x12\x00\x02"
        "\x30\x39\x00\x50\x00\x00\x00\x01\x00\x00\x00\x00\x60\x02\xfa\xf0";
    static const uint8_t last4[] =
        "\x45\x00\x00\x1c\x12\x34\x00\x02\x40\x06\xdc\x7e\xc6\x12\x00\x01\xc6\x12\x00\x02"
        "\xe0\x83\x00\x00\x02\x04\x05\xb4";
    static const uint8_t first6[] =
        "\x60\x0a\xbc\xde\x00\x18\x2c\x40\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01"
        "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x02"
        "\x06\x00\x00\x01\xde\xad\xbe\xef"
        "\x30\x39\x00\x50\x00\x00\x00\x01\x00\x00\x00\x00\x60\x02\xfa\xf0";
    static const uint8_t last6[] =
        "\x60\x0a\xbc\xde\x00\x10\x2c\x40\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01"
        "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x02"
        "\x06\x00\x00\x10\xde\xad\xbe\xef"
        "\x11\x37\x00\x00\x02\x04\x05\xb4";
    struct fragments *fragments = lab(0, 0);
    struct fragments_packet whole;
    struct packet packet;
    assert_int_equal(packet_read(first4, sizeof first4 - 1, false, &packet), 0);
    assert_int_equal(packet.checksum, CHECKSUM_GOOD);
    assert_int_equal(fragments_put(fragments, &packet, 0, 5, &whole), FRAGMENT_KEPT);
    assert_int_equal(packet_read(last4, sizeof last4 - 1, false, &packet), 0);
    assert_int_equal(packet.checksum, CHECKSUM_GOOD);
    assert_int_equal(fragments_put(fragments, &packet, 0, 9, &whole), FRAGMENT_WHOLE);
    assert_int_equal(whole.packet.total_length, 44);
    assert_int_equal(whole.packet.identification, 0x1234);
    assert_int_equal(whole.packet.checksum, CHECKSUM_GOOD);
    assert_int_equal(checksum_check(&whole.packet, 16), CHECKSUM_GOOD);
    assert_true(whole.split_header);
    assert_int_equal(whole.first_length, 16);
    assert_int_equal(whole.first_ns, 5);
    assert_int_equal(whole.last_ns, 9);

    assert_int_equal(packet_read(last6, sizeof last6 - 1, false, &packet), 0);
    assert_int_equal(fragments_put(fragments, &packet, 0, 0, &whole), FRAGMENT_KEPT);
    assert_int_equal(packet_read(first6, sizeof first6 - 1, false, &packet), 0);
    assert_int_equal(fragments_put(fragments, &packet, 0, 0, &whole), FRAGMENT_WHOLE);
    assert_int_equal(whole.packet.total_length, 64);
    assert_int_equal(whole.packet.header_length, 40);
    assert_int_equal(whole.packet.flow_label, 0xabcde);
    assert_int_equal(checksum_check(&whole.packet, 16), CHECKSUM_GOOD);
    assert_true(whole.split_header && whole.disordered && !whole.overlap);
    close_lab(fragments);
}

/* Three fragments at every pair of cuts, in every order, in both families. */
static void test_every_order(void **state)
{
    (void)state;
    static const unsigned orders[][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                         {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    const unsigned total = 101;
    struct fragments *fragments = lab(0, 0);
    unsigned id = 1;
    for (unsigned cut = 8; cut < 96; cut += 8) {
        for (unsigned next = cut + 8; next <= 96; next += 8) {
            for (size_t i = 0; i < 2 * COUNT_OF(orders); i++, id++) {
                enum ip_family family = i % 2 ? IP_FAMILY_V6 : IP_FAMILY_V4;
                struct shape shapes[3] = {
                    {.family = family, .id = id, .offset = 0, .length = cut, .more = true},
                    {.family = family, .id = id, .offset = cut, .length = next - cut, .more = true},
                    {.family = family, .id = id, .offset = next, .length = total - next},
                };
                const unsigned *order = orders[i / 2];
                struct fragments_packet whole;
                assert_int_equal(put(fragments, shapes[order[0]], &whole), FRAGMENT_KEPT);
                assert_int_equal(put(fragments, shapes[order[1]], &whole), FRAGMENT_KEPT);
                assert_int_equal(put(fragments, shapes[order[2]], &whole), FRAGMENT_WHOLE);
                check_whole(&whole, total);
                assert_int_equal(whole.disordered, i / 2 != 0);
                assert_int_equal(whole.split_header, cut < 32);
                assert_int_equal(whole.first_length, cut);
                assert_int_equal(whole.fragments, 3);
                assert_int_equal(whole.duplicates, 0);
                assert_false(whole.overlap || whole.conflict);
            }
        }
    }
    fragments_end(fragments);
    assert_int_equal(lost, 0);
    assert_int_equal(fragments_bytes(fragments), 0);
    close_lab(fragments);
}

static void test_duplicates(void **state)
{
    (void)state;
    struct fragments *fragments = lab(0, 0);
    for (int i = 0; i < 2; i++) {
        enum ip_family family = i ? IP_FAMILY_V6 : IP_FAMILY_V4;
        struct shape first = {.family = family, .length = 40, .more = true};
        struct shape last = {.family = family, .offset = 40, .length = 40};
        struct fragments_packet whole;
        assert_int_equal(put(fragments, last, &whole), FRAGMENT_KEPT);
        assert_int_equal(put(fragments, last, &whole), FRAGMENT_DUPLICATE);
        assert_int_equal(put(fragments, first, &whole), FRAGMENT_WHOLE);
        check_whole(&whole, 80);
        assert_int_equal(whole.duplicates, 1);
        assert_int_equal(whole.fragments, 2);
        assert_false(whole.overlap || whole.conflict);
        /* A capture that has each packet twice. */
        assert_int_equal(put(fragments, first, &whole), FRAGMENT_DUPLICATE);
        assert_int_equal(put(fragments, last, &whole), FRAGMENT_DUPLICATE);
        /* Other bytes under the same identification are another packet. */
        first.flip = last.flip = 0x55;
        assert_int_equal(put(fragments, last, &whole), FRAGMENT_KEPT);
        assert_int_equal(put(fragments, first, &whole), FRAGMENT_WHOLE);
        assert_int_equal(whole.packet.payload[79], original(79) ^ 0x55);
    }
    fragments_end(fragments);
    assert_int_equal(lost, 0);
    close_lab(fragments);
}

static void test_overlap_ipv4(void **state)
{
    (void)state;
    struct fragments *fragments = lab(0, 0);
    struct fragments_packet whole;
    /* The same bytes. */
    assert_int_equal(put(fragments, (struct shape){.length = 48, .more = true}, &whole),
                     FRAGMENT_KEPT);
    assert_int_equal(put(fragments, (struct shape){.offset = 40, .length = 40}, &whole),
                     FRAGMENT_WHOLE);
    check_whole(&whole, 80);
    assert_true(whole.overlap && !whole.conflict);
    assert_int_equal(put(fragments, (struct shape){.id = 4, .offset = 40, .length = 40}, &whole),
                     FRAGMENT_KEPT);
    assert_int_equal(put(fragments, (struct shape){.id = 4, .length = 48, .more = true}, &whole),
                     FRAGMENT_WHOLE);
    check_whole(&whole, 80);
    assert_true(whole.overlap && !whole.conflict);
    /* Others: what came first stays, over two holes at once. */
    assert_int_equal(
        put(fragments, (struct shape){.id = 2, .offset = 24, .length = 16, .more = true}, &whole),
        FRAGMENT_KEPT);
    assert_int_equal(
        put(fragments, (struct shape){.id = 2, .offset = 8, .length = 72, .flip = 1}, &whole),
        FRAGMENT_KEPT);
    assert_int_equal(
        put(fragments, (struct shape){.id = 2, .length = 72, .more = true, .flip = 2}, &whole),
        FRAGMENT_WHOLE);
    assert_true(whole.overlap && whole.conflict);
    assert_int_equal(whole.packet.payload_length, 80);
    for (unsigned i = 0; i < 80; i++) {
        uint8_t flip = i < 8 ? 2 : i < 24 || i >= 40 ? 1 : 0;
        assert_int_equal(whole.packet.payload[i], original(i) ^ flip);
    }
    /* Wholly covered, with other bytes. */
    assert_int_equal(put(fragments, (struct shape){.id = 3, .length = 40, .more = true}, &whole),
                     FRAGMENT_KEPT);
    assert_int_equal(put(fragments,
                         (struct shape){.id = 3, .offset = 8, .length = 8, .more = true, .flip = 1},
                         &whole),
                     FRAGMENT_DUPLICATE);
    assert_int_equal(put(fragments, (struct shape){.id = 3, .offset = 40, .length = 8}, &whole),
                     FRAGMENT_WHOLE);
    check_whole(&whole, 48);
    assert_true(whole.overlap && whole.conflict);
    close_lab(fragments);
}

/* RFC 5722: the packet is gone, and so is all that still comes of it. */
static void test_overlap_ipv6(void **state)
{
    (void)state;
    static const struct shape second[] = {
        {.family = IP_FAMILY_V6, .offset = 40, .length = 40},
        {.family = IP_FAMILY_V6, .offset = 8, .length = 8, .more = true},
        {.family = IP_FAMILY_V6, .length = 48, .more = true, .flip = 1},
        {.family = IP_FAMILY_V6,
         .offset = 8,
         .length = 40}, /* the same, but the last: no duplicate */
    };
    for (size_t i = 0; i < COUNT_OF(second); i++) {
        struct fragments *fragments = lab(0, 0);
        struct fragments_packet whole;
        struct shape first = {.family = IP_FAMILY_V6, .length = 8, .more = true};
        assert_int_equal(put(fragments, first, &whole), FRAGMENT_KEPT);
        first.offset = 8;
        first.length = 40;
        assert_int_equal(put(fragments, first, &whole), FRAGMENT_KEPT);
        assert_int_equal(put(fragments, second[i], &whole), FRAGMENT_USELESS);
        assert_int_equal(lost, 1);
        assert_int_equal(losses[0].reason, FRAGMENTS_LOSS_OVERLAP);
        assert_true(losses[0].has_ports);
        assert_int_equal(put(fragments, first, &whole), FRAGMENT_USELESS);
        first.offset = 48;
        first.more = false;
        assert_int_equal(put(fragments, first, &whole), FRAGMENT_USELESS);
        /* Until its time is over. */
        first.at = 61 * SECOND;
        assert_int_equal(put(fragments, first, &whole), FRAGMENT_KEPT);
        assert_int_equal(lost, 1);
        close_lab(fragments);
    }
}

static void test_bad(void **state)
{
    (void)state;
    static const struct shape rows[] = {
        {.length = 0, .more = true},
        {.length = 12, .more = true},
        {.offset = 65528, .length = 8},
        {.offset = 65512, .length = 8}, /* with the header behind 65535 */
        {.offset = 65504, .length = 8, .options = 8},
        {.length = 8, .more = true, .bad_sum = true},
        {.family = IP_FAMILY_V6, .length = 0, .more = true},
        {.family = IP_FAMILY_V6, .length = 12, .more = true},
        {.family = IP_FAMILY_V6, .offset = 65528, .length = 8},
        {.family = IP_FAMILY_V6, .offset = 65520, .length = 8, .options = 8},
    };
    struct fragments *fragments = lab(0, 0);
    struct fragments_packet whole;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        assert_int_equal(put(fragments, rows[i], &whole), FRAGMENT_BAD);
    assert_int_equal(fragments_datagrams(fragments), 0);
    /* The largest that can be. */
    assert_int_equal(put(fragments, (struct shape){.offset = 65504, .length = 11}, &whole),
                     FRAGMENT_KEPT);
    assert_int_equal(put(fragments, (struct shape){.length = 65504, .more = true}, &whole),
                     FRAGMENT_WHOLE);
    check_whole(&whole, 65515);
    struct shape last6 = {.family = IP_FAMILY_V6, .offset = 65528, .length = 7};
    assert_int_equal(put(fragments, last6, &whole), FRAGMENT_KEPT);
    for (unsigned at = 0; at < 65528; at += 8192) {
        struct shape part = {.family = IP_FAMILY_V6, .offset = at, .length = 8192, .more = true};
        if (at + part.length > 65528)
            part.length = 65528 - at;
        int got = put(fragments, part, &whole);
        assert_int_equal(got, at + part.length == 65528 ? FRAGMENT_WHOLE : FRAGMENT_KEPT);
    }
    check_whole(&whole, 65535);
    /* The first one's options make it too long. */
    assert_int_equal(put(fragments, (struct shape){.id = 2, .offset = 65504, .length = 8}, &whole),
                     FRAGMENT_KEPT);
    struct shape first = {.id = 2, .length = 65472, .more = true, .options = 40};
    assert_int_equal(put(fragments, first, &whole), FRAGMENT_KEPT);
    struct shape middle = {.id = 2, .offset = 65472, .length = 32, .more = true};
    assert_int_equal(put(fragments, middle, &whole), FRAGMENT_USELESS);
    assert_int_equal(lost, 1);
    assert_int_equal(losses[0].reason, FRAGMENTS_LOSS_HEADERS);
    assert_int_equal(losses[0].missing, 0);
    close_lab(fragments);
}

/* Where the packet ends: who said so first, is right. */
static void test_ends(void **state)
{
    (void)state;
    struct fragments *fragments = lab(0, 0);
    struct fragments_packet whole;
    assert_int_equal(put(fragments, (struct shape){.offset = 40, .length = 20}, &whole),
                     FRAGMENT_KEPT);
    assert_int_equal(put(fragments, (struct shape){.offset = 40, .length = 24}, &whole),
                     FRAGMENT_BAD);
    assert_int_equal(put(fragments, (struct shape){.offset = 40, .length = 12}, &whole),
                     FRAGMENT_BAD);
    assert_int_equal(
        put(fragments, (struct shape){.offset = 56, .length = 8, .more = true}, &whole),
        FRAGMENT_BAD);
    assert_int_equal(put(fragments, (struct shape){.length = 40, .more = true}, &whole),
                     FRAGMENT_WHOLE);
    check_whole(&whole, 60);
    /* One that ends there and says that more follows, adds nothing. */
    assert_int_equal(put(fragments, (struct shape){.id = 3, .offset = 40, .length = 24}, &whole),
                     FRAGMENT_KEPT);
    assert_int_equal(
        put(fragments, (struct shape){.id = 3, .offset = 40, .length = 24, .more = true}, &whole),
        FRAGMENT_DUPLICATE);
    struct shape far = {.id = 2, .offset = 80, .length = 8, .more = true};
    assert_int_equal(put(fragments, far, &whole), FRAGMENT_KEPT);
    assert_int_equal(put(fragments, (struct shape){.id = 2, .offset = 40, .length = 8}, &whole),
                     FRAGMENT_BAD);
    close_lab(fragments);
}

static void test_losses(void **state)
{
    (void)state;
    char text[FRAGMENTS_TEXT_SIZE];
    struct fragments *fragments = lab(0, 0);
    struct fragments_packet whole;
    put(fragments, (struct shape){.length = 40, .more = true, .at = 3}, &whole);
    put(fragments, (struct shape){.offset = 80, .length = 20, .at = 7}, &whole);
    put(fragments, (struct shape){.id = 2, .offset = 40, .length = 20, .at = 8}, &whole);
    put(fragments,
        (struct shape){.family = IP_FAMILY_V6, .id = 3, .length = 40, .more = true, .at = 9},
        &whole);
    fragments_expire(fragments, 60 * SECOND);
    assert_int_equal(lost, 0);
    fragments_expire(fragments, 60 * SECOND + 8);
    assert_int_equal(lost, 1);
    fragments_end(fragments);
    assert_int_equal(lost, 3);
    assert_string_equal(
        fragments_loss_show(&losses[0], text),
        "packet 0x0001 from 198.18.0.1 to 198.18.0.2 (TCP 12345 > 80): fragment 2 "
        "is missing at offset 40 (40 bytes), 2 came; the rest did not come in time");
    assert_int_equal(losses[0].first_ns, 3);
    assert_int_equal(losses[0].last_ns, 7);
    assert_true(losses[0].has_end);
    assert_int_equal(losses[0].total, 100);
    assert_string_equal(fragments_loss_show(&losses[1], text),
                        "packet 0x0002 from 198.18.0.1 to 198.18.0.2: fragment 1 is missing at "
                        "offset 0 (40 bytes), 1 came; the capture ends");
    assert_string_equal(fragments_loss_show(&losses[2], text),
                        "packet 0xabcd0003 from 2001:db8::1 to 2001:db8::2 (TCP 12345 > 80): "
                        "fragment 2 is missing at offset 40, 1 came; the capture ends");
    assert_false(losses[2].has_end);
    /* The longest text fits. */
    struct fragments_loss longest = losses[2];
    memset(longest.source.bytes, 0xff, 16);
    memset(longest.destination.bytes, 0xff, 16);
    longest.identification = longest.missing_at = longest.missing_length = UINT32_MAX;
    longest.missing = longest.fragments = UINT32_MAX;
    longest.source_port = longest.destination_port = UINT16_MAX;
    longest.reason = FRAGMENTS_LOSS_OVERLAP;
    fragments_loss_show(&longest, text);
    assert_non_null(strstr(text, fragments_loss_words(FRAGMENTS_LOSS_OVERLAP)));
    close_lab(fragments);
}

/* Times that go backwards, and as far apart as can be. */
static void test_times(void **state)
{
    (void)state;
    struct fragments *fragments = lab(0, 0);
    struct fragments_packet whole;
    struct shape first = {.length = 40, .more = true, .at = 100 * SECOND};
    struct shape last = {.offset = 40, .length = 40, .at = 0};
    assert_int_equal(put(fragments, first, &whole), FRAGMENT_KEPT);
    assert_int_equal(put(fragments, last, &whole), FRAGMENT_WHOLE);
    first.id = last.id = 2;
    first.at = INT64_MIN;
    last.at = INT64_MAX;
    assert_int_equal(put(fragments, first, &whole), FRAGMENT_KEPT);
    assert_int_equal(put(fragments, last, &whole), FRAGMENT_KEPT);
    assert_int_equal(lost, 1);
    assert_int_equal(losses[0].reason, FRAGMENTS_LOSS_TIME);
    /* An old one behind a younger is found out when its identification comes again. */
    first.id = last.id = 3;
    first.at = 0;
    last.at = 61 * SECOND;
    assert_int_equal(put(fragments, first, &whole), FRAGMENT_KEPT);
    assert_int_equal(put(fragments, last, &whole), FRAGMENT_KEPT);
    assert_int_equal(lost, 2);
    assert_int_equal(losses[1].identification, 3);
    close_lab(fragments);
}

/* What makes packets differ. */
static void test_keys(void **state)
{
    (void)state;
    struct fragments *fragments = lab(0, 0);
    struct fragments_packet whole;
    struct shape last = {.offset = 40, .length = 40};
    assert_int_equal(put(fragments, (struct shape){.length = 40, .more = true}, &whole),
                     FRAGMENT_KEPT);
    struct shape others[] = {last, last, last, last};
    others[0].place = 1;
    others[1].id = 2;
    others[2].protocol = 17;
    others[3].family = IP_FAMILY_V6;
    for (size_t i = 0; i < COUNT_OF(others); i++)
        assert_int_equal(put(fragments, others[i], &whole), FRAGMENT_KEPT);
    assert_int_equal(fragments_datagrams(fragments), 5);
    /* IPv6's later fragments may say anything of what comes next. */
    struct shape first = {.family = IP_FAMILY_V6, .length = 40, .more = true};
    assert_int_equal(put(fragments, first, &whole), FRAGMENT_WHOLE);
    first.id = 9;
    last =
        (struct shape){.family = IP_FAMILY_V6, .id = 9, .offset = 40, .length = 40, .protocol = 17};
    assert_int_equal(put(fragments, last, &whole), FRAGMENT_KEPT);
    assert_int_equal(put(fragments, first, &whole), FRAGMENT_WHOLE);
    check_whole(&whole, 80);
    close_lab(fragments);
}

/* Headers before the fragment header and behind it. */
static void test_extensions(void **state)
{
    (void)state;
    struct fragments *fragments = lab(0, 0);
    struct fragments_packet whole;
    static const uint8_t kinds[] = {0, 43, 60}; /* hop-by-hop, routing, destination options */
    for (unsigned i = 0; i < COUNT_OF(kinds); i++) {
        struct shape first = {.family = IP_FAMILY_V6,
                              .id = 100 + i,
                              .length = 40,
                              .more = true,
                              .options = 16,
                              .kind = kinds[i]};
        struct shape last = {.family = IP_FAMILY_V6, .id = 100 + i, .offset = 40, .length = 40};
        assert_int_equal(put(fragments, last, &whole), FRAGMENT_KEPT);
        assert_int_equal(put(fragments, first, &whole), FRAGMENT_WHOLE);
        check_whole(&whole, 80);
        assert_int_equal(whole.packet.header_length, 56);
        assert_int_equal(whole.packet.total_length, 136);
    }

    /* Destination options and a second fragment header, inside the fragmented part. */
    static const uint8_t head[] =
        "\x60\0\0\0\0\x18\x2c\x40\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01"
        "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x02"
        "\x3c\x00\x00\x01\0\0\0\x07"
        "\x06\0\x01\x04\0\0\0\0"
        "\x30\x39\0\x50\0\0\0\x01";
    static const uint8_t tail[] =
        "\x60\0\0\0\0\x14\x2c\x40\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01"
        "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x02"
        "\x3c\x00\x00\x10\0\0\0\x07"
        "\0\0\0\0\x50\x02\xfa\xf0\0\0\0\0";
    uint8_t bytes[sizeof head];
    memcpy(bytes, head, sizeof head);
    for (int i = 0; i < 2; i++) {
        struct packet packet;
        assert_int_equal(packet_read(bytes, sizeof head - 1, false, &packet), 0);
        assert_int_equal(fragments_put(fragments, &packet, (uint64_t)i, 0, &whole), FRAGMENT_KEPT);
        assert_int_equal(packet_read(tail, sizeof tail - 1, false, &packet), 0);
        assert_int_equal(fragments_put(fragments, &packet, (uint64_t)i, 0, &whole),
                         i ? FRAGMENT_USELESS : FRAGMENT_WHOLE);
        /* The next time round, what looked like options is a fragment header. */
        memcpy(bytes + 48, "\x06\0\0\x01\0\0\0\x09", 8);
        bytes[40] = 44;
        if (i == 0) {
            assert_int_equal(whole.packet.header_length, 48);
            assert_int_equal(whole.packet.payload_length, 20);
            assert_int_equal(whole.packet.protocol, IP_PROTOCOL_TCP);
            assert_true(whole.split_header);
        }
    }
    assert_int_equal(lost, 1);
    assert_int_equal(losses[0].reason, FRAGMENTS_LOSS_HEADERS);
    close_lab(fragments);
}

/* Fragments that the capture cut: the payload ends where the first byte is missing. */
static void test_cut(void **state)
{
    (void)state;
    struct fragments *fragments = lab(0, 0);
    for (unsigned cut = 0; cut <= 40; cut++) {
        struct fragments_packet whole;
        struct shape first = {.id = cut + 1, .length = 40, .more = true, .cut = cut};
        struct shape last = {.id = cut + 1, .offset = 40, .length = 40, .cut = 40 - cut};
        assert_int_equal(put(fragments, first, &whole), FRAGMENT_KEPT);
        assert_int_equal(put(fragments, last, &whole), FRAGMENT_WHOLE);
        assert_int_equal(whole.packet.payload_total, 80);
        assert_int_equal(whole.packet.payload_length, 40 - cut);
        for (unsigned i = 0; i < 40 - cut; i++)
            assert_int_equal(whole.packet.payload[i], original(i));
    }
    close_lab(fragments);
}

static void test_bounds(void **state)
{
    (void)state;
    struct fragments_packet whole;
    struct fragments *fragments = lab(3, 0);
    for (unsigned id = 1; id <= 5; id++)
        assert_int_equal(
            put(fragments, (struct shape){.id = id, .length = 8, .more = true}, &whole),
            FRAGMENT_KEPT);
    assert_int_equal(fragments_datagrams(fragments), 3);
    assert_int_equal(lost, 2);
    assert_int_equal(losses[0].identification, 1);
    assert_int_equal(losses[1].identification, 2);
    assert_int_equal(losses[1].reason, FRAGMENTS_LOSS_ROOM);
    close_lab(fragments);

    /* All that is held counts. */
    fragments = lab(0, 0);
    put(fragments, (struct shape){.length = 8, .more = true}, &whole);
    size_t little = fragments_bytes(fragments);
    put(fragments, (struct shape){.id = 2, .length = 800, .more = true, .options = 40}, &whole);
    assert_int_equal(fragments_bytes(fragments) - little, little + 792 + 40);
    close_lab(fragments);

    fragments = lab(0, 20000);
    for (unsigned id = 1; id <= 40; id++) {
        struct shape shape = {.id = id, .length = 1480, .more = true};
        assert_int_equal(put(fragments, shape, &whole), FRAGMENT_KEPT);
        assert_true(fragments_bytes(fragments) <= 20000);
    }
    assert_in_range(lost, 28, 32);
    assert_int_equal(losses[lost - 1].identification, lost);
    /* One that is too large by itself. */
    struct shape large = {.id = 50, .length = 1480, .more = true};
    while (put(fragments, large, &whole) == FRAGMENT_KEPT)
        large.offset += large.length;
    assert_in_range(large.offset, 1480 * 11, 1480 * 14);
    assert_int_equal(fragments_datagrams(fragments), 1);
    assert_int_equal(losses[lost - 1].reason, FRAGMENTS_LOSS_ROOM);
    assert_int_equal(losses[lost - 1].identification, 50);
    close_lab(fragments);

    /* Every other unit, from the end: no two touch. */
    fragments = lab(0, 0);
    for (unsigned i = 0; i <= FRAGMENTS_PIECES; i++) {
        struct shape unit = {.offset = 16 * (FRAGMENTS_PIECES - i) + 8, .length = 8, .more = true};
        assert_int_equal(put(fragments, unit, &whole),
                         i < FRAGMENTS_PIECES ? FRAGMENT_KEPT : FRAGMENT_USELESS);
    }
    assert_int_equal(lost, 1);
    assert_int_equal(losses[0].reason, FRAGMENTS_LOSS_PIECES);
    close_lab(fragments);
}

/* Three packets in three fragments each; how many were not taken for lack of memory. */
static unsigned run_nine(struct fragments *fragments)
{
    unsigned failures = 0;
    for (unsigned id = 1; id <= 3; id++) {
        struct fragments_packet whole;
        struct shape shapes[] = {{.id = id, .offset = 24, .length = 8, .more = true},
                                 {.id = id, .offset = 8, .length = 40},
                                 {.id = id, .length = 8, .more = true}};
        for (size_t i = 0; i < COUNT_OF(shapes); i++) {
            int got = put(fragments, shapes[i], &whole);
            assert_true(got >= 0 || got == -FAULT_MEMORY);
            failures += got < 0;
        }
    }
    return failures;
}

/* Memory that runs out anywhere is told, and nothing of it stays behind. */
static void test_memory(void **state)
{
    (void)state;
    struct fragments *fragments = lab(0, 0);
    unsigned left = allocations_left;
    assert_int_equal(run_nine(fragments), 0);
    unsigned needed = left - allocations_left;
    assert_in_range(needed, 15, 40);
    close_lab(fragments);
    for (unsigned limit = 0; limit < needed; limit++) {
        fragments = lab(0, 0);
        allocations_left = limit;
        assert_true(run_nine(fragments) > 0);
        close_lab(fragments);
    }
    struct fragments_options options = {0};
    allocations_left = 0;
    assert_null(fragments_new(&options));
    fragments_free(NULL);
    allocations_left = 1000000;
}

static void test_words(void **state)
{
    (void)state;
    for (int i = 0; i < FRAGMENT_COUNT; i++)
        assert_true(strlen(fragment_words((enum fragment_verdict)i)) > 0);
    for (int i = 0; i < FRAGMENTS_LOSS_COUNT; i++)
        assert_true(strlen(fragments_loss_words((enum fragments_reason)i)) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_hand),      cmocka_unit_test(test_every_order),
        cmocka_unit_test(test_duplicates),   cmocka_unit_test(test_overlap_ipv4),
        cmocka_unit_test(test_overlap_ipv6), cmocka_unit_test(test_bad),
        cmocka_unit_test(test_ends),         cmocka_unit_test(test_losses),
        cmocka_unit_test(test_times),        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_extensions),   cmocka_unit_test(test_cut),
        cmocka_unit_test(test_bounds),       cmocka_unit_test(test_memory),
        cmocka_unit_test(test_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
