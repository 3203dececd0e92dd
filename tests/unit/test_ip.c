/* SPDX-License-Identifier: GPL-3.0-or-later */
/* IPv4 and IPv6 headers and checksums, from good and from broken bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wire/ip.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

/* clang-format off */
/* A SYN from 198.18.0.1 to 198.18.0.2, both checksums right. */
static const uint8_t syn4[40] = {
    0x45, 0x00, 0x00, 0x28, 0x12, 0x34, 0x40, 0x00, 0x40, 0x06, 0x9c, 0x74, 198,  18,
    0,    1,    198,  18,   0,    2,    0x30, 0x39, 0x00, 0x50, 0x00, 0x00, 0x00, 0x01,
    0x00, 0x00, 0x00, 0x00, 0x50, 0x02, 0xfa, 0xf0, 0xf8, 0x3f, 0x00, 0x00,
};
/* clang-format on */

/* A packet in a buffer of exactly its size, so that the sanitizer sees a read past the end. */
struct buffer {
    uint8_t *bytes;
    size_t length;
};

static struct buffer buffer_of(const void *bytes, size_t length)
{
    struct buffer buffer = {.bytes = malloc(length ? length : 1), .length = length};
    assert_non_null(buffer.bytes);
    if (length > 0)
        memcpy(buffer.bytes, bytes, length);
    return buffer;
}

static int read_exact(const void *bytes, size_t length, bool quoted, struct packet *ret_packet)
{
    struct buffer buffer = buffer_of(bytes, length);
    int got = packet_read(buffer.bytes, length, quoted, ret_packet);
    if (got == 0) {
        assert_ptr_equal(ret_packet->header, buffer.bytes);
        assert_true(ret_packet->header_length + ret_packet->payload_length <= length);
        ret_packet->header = bytes;
        ret_packet->payload = (const uint8_t *)bytes + ret_packet->header_length;
    }
    free(buffer.bytes);
    return got;
}

static void put16(uint8_t *bytes, unsigned value)
{
    bytes[0] = (uint8_t)(value >> 8);
    bytes[1] = (uint8_t)value;
}

/* An IPv6 header for `payload_length` bytes, from 2001:db8::1 to 2001:db8::2. */
static void put_ipv6(uint8_t bytes[40], uint8_t next, size_t payload_length)
{
    static const uint8_t prefix[4] = {0x20, 0x01, 0x0d, 0xb8};
    memset(bytes, 0, 40);
    memcpy(bytes, "\x6a\xba\xbc\xde", 4); /* traffic class 0xab, flow label 0xabcde */
    put16(bytes + 4, (unsigned)payload_length);
    bytes[6] = next;
    bytes[7] = 63;
    memcpy(bytes + 8, prefix, 4);
    bytes[23] = 1;
    memcpy(bytes + 24, prefix, 4);
    bytes[39] = 2;
}

static void test_ipv4(void **state)
{
    (void)state;
    struct packet packet;
    char text[ADDRESS_TEXT_SIZE];
    assert_int_equal(read_exact(syn4, sizeof syn4, false, &packet), 0);
    assert_int_equal(packet.family, IP_FAMILY_V4);
    assert_string_equal(address_show(&packet.source, text), "198.18.0.1");
    assert_string_equal(address_show(&packet.destination, text), "198.18.0.2");
    assert_int_equal(packet.hop_limit, 64);
    assert_int_equal(packet.traffic_class, 0);
    assert_int_equal(packet.identification, 0x1234);
    assert_true(packet.dont_fragment);
    assert_false(packet.is_fragment);
    assert_int_equal(packet.protocol, IP_PROTOCOL_TCP);
    assert_int_equal(packet.header_length, 20);
    assert_int_equal(packet.payload_length, 20);
    assert_int_equal(packet.payload_total, 20);
    assert_int_equal(packet.total_length, 40);
    assert_int_equal(packet.checksum, CHECKSUM_GOOD);
    assert_int_equal(checksum_check(&packet, 16), CHECKSUM_GOOD);
}

static void test_ipv4_padding_and_cut(void **state)
{
    (void)state;
    uint8_t bytes[60] = {0};
    memcpy(bytes, syn4, sizeof syn4);
    struct packet packet;
    /* Ethernet pads to 46 bytes; that is no payload. */
    assert_int_equal(read_exact(bytes, 46, false, &packet), 0);
    assert_int_equal(packet.payload_length, 20);
    assert_int_equal(packet.payload_total, 20);
    assert_int_equal(checksum_check(&packet, 16), CHECKSUM_GOOD);

    assert_int_equal(read_exact(bytes, 39, false, &packet), 0);
    assert_int_equal(packet.payload_length, 19);
    assert_int_equal(packet.payload_total, 20);
    assert_int_equal(checksum_check(&packet, 16), CHECKSUM_UNKNOWN);

    assert_int_equal(read_exact(bytes, 20, false, &packet), 0);
    assert_int_equal(packet.payload_length, 0);
    for (size_t cut = 0; cut < 20; cut++)
        assert_int_equal(read_exact(bytes, cut, false, &packet), -FAULT_TRUNCATED);
}

static void test_ipv4_impossible(void **state)
{
    (void)state;
    static const struct {
        uint8_t first;
        uint16_t total;
        int wanted;
    } rows[] = {
        {0x45, 40, 0},
        {0x45, 20, 0},
        {0x45, 19, -FAULT_FORMAT},
        {0x45, 0, -FAULT_FORMAT},
        {0x44, 40, -FAULT_FORMAT},
        {0x40, 40, -FAULT_FORMAT},
        {0x46, 40, 0},
        {0x4a, 40, 0},
        {0x4b, 40, -FAULT_TRUNCATED},
        {0x46, 23, -FAULT_FORMAT},
        {0x35, 40, -FAULT_FORMAT},
        {0xf5, 40, -FAULT_FORMAT},
        {0x05, 40, -FAULT_FORMAT},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        uint8_t bytes[40];
        struct packet packet = {.hop_limit = 77};
        memcpy(bytes, syn4, sizeof bytes);
        bytes[0] = rows[i].first;
        put16(bytes + 2, rows[i].total);
        assert_int_equal(read_exact(bytes, sizeof bytes, false, &packet), rows[i].wanted);
        if (rows[i].wanted == 0)
            assert_int_equal(packet.payload_total, rows[i].total - (rows[i].first & 15u) * 4);
        else
            assert_int_equal(packet.hop_limit, 77); /* untouched */
    }
}

static void test_ipv4_fragments(void **state)
{
    (void)state;
    static const struct {
        uint16_t field;
        bool dont, more, fragment;
        uint32_t offset;
    } rows[] = {
        {0x0000, false, false, false, 0},   {0x4000, true, false, false, 0},
        {0x2000, false, true, true, 0},     {0x0001, false, false, true, 8},
        {0x3fff, false, true, true, 65528}, {0x8000, false, false, false, 0},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        uint8_t bytes[40];
        struct packet packet;
        memcpy(bytes, syn4, sizeof bytes);
        put16(bytes + 6, rows[i].field);
        assert_int_equal(read_exact(bytes, sizeof bytes, false, &packet), 0);
        assert_int_equal(packet.dont_fragment, rows[i].dont);
        assert_int_equal(packet.more_fragments, rows[i].more);
        assert_int_equal(packet.is_fragment, rows[i].fragment);
        assert_int_equal(packet.fragment_offset, rows[i].offset);
        assert_int_equal(checksum_check(&packet, 16),
                         rows[i].fragment ? CHECKSUM_UNKNOWN : CHECKSUM_GOOD);
    }
}

static void test_ipv4_quoted(void **state)
{
    (void)state;
    uint8_t bytes[40];
    struct packet packet;
    memcpy(bytes, syn4, sizeof bytes);
    bytes[8] = 1; /* the TTL was counted down, the checksum was not made anew */
    assert_int_equal(read_exact(bytes, 28, true, &packet), 0);
    assert_int_equal(packet.checksum, CHECKSUM_UNKNOWN);
    assert_int_equal(packet.payload_length, 8);
    assert_int_equal(packet.payload_total, 20);
    assert_int_equal(read_exact(bytes, 28, false, &packet), 0);
    assert_int_equal(packet.checksum, CHECKSUM_BAD);

    /* Length less the header's: 20; less still: 0. The eight bytes of TCP are there all the same.
     */
    for (unsigned total = 0; total <= 20; total += 20) {
        put16(bytes + 2, total);
        assert_int_equal(read_exact(bytes, 28, true, &packet), 0);
        assert_int_equal(packet.total_length, total);
        assert_int_equal(packet.payload_length, 8);
        assert_int_equal(packet.payload_total, 8);
    }
}

static void test_ipv4_header_checksum(void **state)
{
    (void)state;
    uint8_t bytes[40];
    struct packet packet;
    memcpy(bytes, syn4, sizeof bytes);
    put16(bytes + 10, 0);
    assert_int_equal(read_exact(bytes, sizeof bytes, false, &packet), 0);
    assert_int_equal(packet.checksum, CHECKSUM_PARTIAL);
    put16(bytes + 10, 0x1234);
    assert_int_equal(read_exact(bytes, sizeof bytes, false, &packet), 0);
    assert_int_equal(packet.checksum, CHECKSUM_BAD);
}

static void test_ipv6(void **state)
{
    (void)state;
    uint8_t bytes[60] = {0};
    char text[ADDRESS_TEXT_SIZE];
    struct packet packet;
    put_ipv6(bytes, IP_PROTOCOL_TCP, 20);
    assert_int_equal(read_exact(bytes, sizeof bytes, false, &packet), 0);
    assert_int_equal(packet.family, IP_FAMILY_V6);
    assert_int_equal(packet.traffic_class, 0xab);
    assert_int_equal(packet.flow_label, 0xabcde);
    assert_int_equal(packet.hop_limit, 63);
    assert_string_equal(address_show(&packet.source, text), "2001:db8::1");
    assert_string_equal(address_show(&packet.destination, text), "2001:db8::2");
    assert_true(packet.dont_fragment);
    assert_int_equal(packet.identification, 0);
    assert_int_equal(packet.protocol, IP_PROTOCOL_TCP);
    assert_int_equal(packet.header_length, 40);
    assert_int_equal(packet.payload_length, 20);
    assert_int_equal(packet.total_length, 60);
    assert_int_equal(packet.checksum, CHECKSUM_UNKNOWN);
    for (size_t cut = 0; cut < 40; cut++)
        assert_int_equal(read_exact(bytes, cut, false, &packet), -FAULT_TRUNCATED);
    assert_int_equal(read_exact(bytes, 40, false, &packet), 0);
    assert_int_equal(packet.payload_length, 0);
    assert_int_equal(packet.payload_total, 20);
}

static void test_ipv6_extensions(void **state)
{
    (void)state;
    /* Hop-by-hop, destination (16 bytes), routing (none left), atomic fragment, destination, then
     * TCP. */
    /* clang-format off */
    static const uint8_t extensions[48] = {
        60, 0, 5, 2, 0, 0, 1, 0,                        /* hop-by-hop */
        43, 1, 1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, /* destination */
        44, 0, 0, 0, 0, 0, 0, 0,                        /* routing */
        60, 0, 0, 0, 1, 2, 0xab, 0xcd,                  /* fragment */
        6, 0, 1, 4, 0, 0, 0, 0,                         /* destination */
    };
    /* clang-format on */
    uint8_t bytes[40 + 48 + 20] = {0};
    struct packet packet;
    put_ipv6(bytes, 0, 68);
    memcpy(bytes + 40, extensions, sizeof extensions);
    assert_int_equal(read_exact(bytes, sizeof bytes, false, &packet), 0);
    assert_int_equal(packet.protocol, IP_PROTOCOL_TCP);
    assert_int_equal(packet.header_length, 88);
    assert_int_equal(packet.payload_length, 20);
    assert_int_equal(packet.identification, 0xabcd);
    assert_false(packet.is_fragment);
    assert_false(packet.source_routed);
    for (size_t cut = 40; cut < 88; cut++)
        assert_int_equal(read_exact(bytes, cut, false, &packet), -FAULT_TRUNCATED);
    /* The same cut by the packet's own length is not possible in an honest packet. */
    for (unsigned length = 0; length < 48; length++) {
        put16(bytes + 4, length);
        assert_int_equal(read_exact(bytes, sizeof bytes, false, &packet), -FAULT_FORMAT);
    }
    put16(bytes + 4, 48);
    assert_int_equal(read_exact(bytes, sizeof bytes, false, &packet), 0);
    assert_int_equal(packet.payload_total, 0);

    put16(bytes + 4, 68);
    bytes[40 + 24 + 3] = 1; /* a segment left */
    assert_int_equal(read_exact(bytes, sizeof bytes, false, &packet), 0);
    assert_true(packet.source_routed);
    assert_int_equal(checksum_check(&packet, 16), CHECKSUM_UNKNOWN);

    bytes[40] = 0; /* hop-by-hop twice */
    assert_int_equal(read_exact(bytes, sizeof bytes, false, &packet), -FAULT_FORMAT);
}

static void test_ipv6_fragments(void **state)
{
    (void)state;
    uint8_t bytes[40 + 8 + 20] = {0};
    struct packet packet;
    put_ipv6(bytes, 44, 28);
    bytes[40] = 60; /* were it not for the offset: destination options */
    put16(bytes + 42, 0x0010 | 1);
    assert_int_equal(read_exact(bytes, sizeof bytes, false, &packet), 0);
    assert_true(packet.is_fragment && packet.more_fragments);
    assert_int_equal(packet.fragment_offset, 16);
    assert_int_equal(packet.protocol, 60);
    assert_int_equal(packet.header_length, 48);

    bytes[40] = 6;
    put16(bytes + 42, 1);
    assert_int_equal(read_exact(bytes, sizeof bytes, false, &packet), 0);
    assert_true(packet.is_fragment && packet.more_fragments);
    assert_int_equal(packet.fragment_offset, 0);
    assert_int_equal(checksum_check(&packet, 16), CHECKSUM_UNKNOWN);

    put16(bytes + 42, 0xfff8);
    assert_int_equal(read_exact(bytes, sizeof bytes, false, &packet), 0);
    assert_true(packet.is_fragment && !packet.more_fragments);
    assert_int_equal(packet.fragment_offset, 65528);
}

static void test_ipv6_jumbogram(void **state)
{
    (void)state;
    uint8_t bytes[80] = {0};
    struct packet packet;
    put_ipv6(bytes, 0, 0);
    memcpy(bytes + 40, "\x06\x00\xc2\x04\x00\x01\x00\x00", 8);
    assert_int_equal(read_exact(bytes, sizeof bytes, false, &packet), -FAULT_FORMAT);
    assert_int_equal(read_exact(bytes, 40, false, &packet), -FAULT_FORMAT);
    put_ipv6(bytes, 59, 0); /* nothing follows */
    assert_int_equal(read_exact(bytes, sizeof bytes, false, &packet), 0);
    assert_int_equal(packet.payload_length, 0);
}

static void test_checksum_arithmetic(void **state)
{
    (void)state;
    /* RFC 1071 section 3. */
    static const uint8_t sample[] = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
    assert_int_equal(checksum_add(0, sample, sizeof sample), 0x2ddf0);
    assert_int_equal(checksum_fold(checksum_add(0, sample, sizeof sample)), 0x220d);
    /* In two parts, and with an odd end. */
    assert_int_equal(checksum_add(checksum_add(0, sample, 4), sample + 4, 4), 0x2ddf0);
    assert_int_equal(checksum_add(0, sample, 3), 0x0001 + 0xf200);
    assert_int_equal(checksum_add(5, NULL, 0), 5);
    assert_int_equal(checksum_fold(0), 0xffff);
    assert_int_equal(checksum_fold(0xffffffff), 0);
    /* A full sum and one more byte: the carry comes around. */
    assert_int_equal(checksum_fold(checksum_add(0xffffffff, "\x00\x01", 2)), 0xfffe);

    size_t length = 400001;
    uint8_t *many = malloc(length);
    assert_non_null(many);
    memset(many, 0xff, length);
    assert_int_equal(checksum_fold(checksum_add(0, many, length)), 0x00ff);
    free(many);
}

static void test_checksum_of_transport(void **state)
{
    (void)state;
    uint8_t bytes[40];
    struct packet packet;
    memcpy(bytes, syn4, sizeof bytes);
    assert_int_equal(read_exact(bytes, sizeof bytes, false, &packet), 0);
    uint16_t pseudo = (uint16_t)~checksum_fold(checksum_pseudo(&packet, IP_PROTOCOL_TCP, 20));
    assert_int_equal(pseudo, 0x8c42); /* 198.18.0.1 + 198.18.0.2 + 6 + 20 */
    put16(bytes + 36, pseudo);
    assert_int_equal(checksum_check(&packet, 16), CHECKSUM_PARTIAL);
    put16(bytes + 36, pseudo + 1u);
    assert_int_equal(checksum_check(&packet, 16), CHECKSUM_BAD);
    memcpy(bytes, syn4, sizeof bytes);
    bytes[39] ^= 1;
    assert_int_equal(checksum_check(&packet, 16), CHECKSUM_BAD);
    assert_int_equal(checksum_check(&packet, 19), CHECKSUM_UNKNOWN);
    assert_int_equal(checksum_check(&packet, SIZE_MAX), CHECKSUM_UNKNOWN);
}

static void test_checksum_of_ipv6(void **state)
{
    (void)state;
    uint8_t bytes[61] = {0};
    struct packet packet;
    put_ipv6(bytes, IP_PROTOCOL_TCP, 21); /* an odd length */
    memset(bytes + 40, 0xa5, 21);
    put16(bytes + 56, 0);
    assert_int_equal(read_exact(bytes, sizeof bytes, false, &packet), 0);
    /* By hand: the pseudo-header and the payload. */
    uint32_t sum = 2 * 0x2001u + 2 * 0x0db8u + 1 + 2 + 21 + 6;
    assert_int_equal(checksum_pseudo(&packet, IP_PROTOCOL_TCP, 21), sum);
    sum += 9 * 0xa5a5u + 0xa500u;
    put16(bytes + 56, checksum_fold(sum));
    assert_int_equal(checksum_check(&packet, 16), CHECKSUM_GOOD);
    put16(bytes + 56, 2 * 0x2001u + 2 * 0x0db8u + 1 + 2 + 21 + 6);
    assert_int_equal(checksum_check(&packet, 16), CHECKSUM_PARTIAL);
}

static void test_checksum_words(void **state)
{
    (void)state;
    for (int i = 0; i < CHECKSUM_COUNT; i++)
        for (int j = 0; j < i; j++)
            assert_string_not_equal(checksum_words((enum checksum_state)i),
                                    checksum_words((enum checksum_state)j));
    assert_string_equal(checksum_words(CHECKSUM_BAD), "bad");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ipv4),
        cmocka_unit_test(test_ipv4_padding_and_cut),
        cmocka_unit_test(test_ipv4_impossible),
        cmocka_unit_test(test_ipv4_fragments),
        cmocka_unit_test(test_ipv4_quoted),
        cmocka_unit_test(test_ipv4_header_checksum),
        cmocka_unit_test(test_ipv6),
        cmocka_unit_test(test_ipv6_extensions),
        cmocka_unit_test(test_ipv6_fragments),
        cmocka_unit_test(test_ipv6_jumbogram),
        cmocka_unit_test(test_checksum_arithmetic),
        cmocka_unit_test(test_checksum_of_transport),
        cmocka_unit_test(test_checksum_of_ipv6),
        cmocka_unit_test(test_checksum_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
