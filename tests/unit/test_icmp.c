/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ICMP and ICMPv6 errors: what they mean, in which words, and the packet that they quote. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wire/icmp.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

/* clang-format off */
/* A SYN from 198.18.0.1:12345 to 198.18.0.2:80, sequence number 0x01020304, TTL counted down. */
static const uint8_t syn4[40] = {
    0x45, 0x00, 0x00, 0x28, 0x12, 0x34, 0x40, 0x00, 0x01, 0x06, 0x9c, 0x74, 198, 18, 0, 1,
    198, 18, 0, 2, 0x30, 0x39, 0x00, 0x50, 0x01, 0x02, 0x03, 0x04, 0x00, 0x00, 0x00, 0x00,
    0x50, 0x02, 0xfa, 0xf0, 0x00, 0x00, 0x00, 0x00,
};

/* The same in IPv6. */
static const uint8_t syn6[60] = {
    0x60, 0x00, 0x00, 0x00, 0x00, 0x14, 0x06, 0x01,
    0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,
    0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2,
    0x30, 0x39, 0x00, 0x50, 0x01, 0x02, 0x03, 0x04, 0x00, 0x00, 0x00, 0x00,
    0x50, 0x02, 0xfa, 0xf0, 0x00, 0x00, 0x00, 0x00,
};
/* clang-format on */

static void put16(uint8_t *bytes, unsigned value)
{
    bytes[0] = (uint8_t)(value >> 8);
    bytes[1] = (uint8_t)value;
}

/* A whole packet with an ICMP message, in memory of exactly its size, and what was read of it. */
struct message {
    uint8_t *bytes;
    struct packet packet;
    struct icmp icmp;
    int got;
};

static uint8_t *make_header(enum ip_family family, size_t length)
{
    size_t header = family == IP_FAMILY_V4 ? 20 : 40;
    uint8_t *bytes = calloc(1, header + length);
    assert_non_null(bytes);
    if (family == IP_FAMILY_V4) {
        bytes[0] = 0x45;
        put16(bytes + 2, (unsigned)(header + length));
        bytes[8] = 64;
        bytes[9] = IP_PROTOCOL_ICMP;
        memcpy(bytes + 12, "\xc6\x12\x00\x63\xc6\x12\x00\x01", 8);
    } else {
        memcpy(bytes, syn6, 40);
        put16(bytes + 4, (unsigned)length);
        bytes[6] = IP_PROTOCOL_ICMPV6;
        bytes[7] = 64;
    }
    return bytes;
}

/* Reads the message type, code, a right checksum, rest of the header, quote. Freed by end(). */
static struct message begin(enum ip_family family, uint8_t type, uint8_t code, uint32_t rest,
                            const void *quote, size_t quote_length)
{
    size_t header = family == IP_FAMILY_V4 ? 20 : 40, length = 8 + quote_length;
    struct message message = {.bytes = make_header(family, length)};
    uint8_t *icmp = message.bytes + header;
    icmp[0] = type;
    icmp[1] = code;
    put16(icmp + 4, rest >> 16);
    put16(icmp + 6, rest & 0xffff);
    if (quote_length > 0)
        memcpy(icmp + 8, quote, quote_length);
    assert_int_equal(packet_read(message.bytes, header + length, false, &message.packet), 0);
    uint32_t sum = 0;
    if (family == IP_FAMILY_V6)
        sum = checksum_pseudo(&message.packet, IP_PROTOCOL_ICMPV6, length);
    put16(icmp + 2, checksum_fold(checksum_add(sum, icmp, length)));
    message.icmp.code = 77;
    message.got = icmp_read(&message.packet, &message.icmp);
    return message;
}

static void end(struct message *message)
{
    free(message->bytes);
}

/* RFC 1122 4.2.3.9 and RFC 4443, and every row of IANA's registries for these types. */
static void test_classes_and_words(void **state)
{
    (void)state;
    static const struct {
        enum ip_family family;
        uint8_t type, code;
        enum icmp_class kind;
        const char *words;
    } rows[] = {
        {IP_FAMILY_V4, 3, 0, ICMP_CLASS_SOFT, "net unreachable"},
        {IP_FAMILY_V4, 3, 1, ICMP_CLASS_SOFT, "host unreachable"},
        {IP_FAMILY_V4, 3, 2, ICMP_CLASS_HARD, "protocol unreachable"},
        {IP_FAMILY_V4, 3, 3, ICMP_CLASS_HARD, "port unreachable"},
        {IP_FAMILY_V4, 3, 4, ICMP_CLASS_MTU, "fragmentation needed and don't fragment was set"},
        {IP_FAMILY_V4, 3, 5, ICMP_CLASS_SOFT, "source route failed"},
        {IP_FAMILY_V4, 3, 13, ICMP_CLASS_HARD, "communication administratively prohibited"},
        {IP_FAMILY_V4, 3, 99, ICMP_CLASS_SOFT, "type 3 code 99"},
        {IP_FAMILY_V4, 4, 0, ICMP_CLASS_SOFT, "source quench"},
        {IP_FAMILY_V4, 11, 0, ICMP_CLASS_SOFT, "time to live exceeded in transit"},
        {IP_FAMILY_V4, 12, 1, ICMP_CLASS_SOFT, "missing a required option"},
        {IP_FAMILY_V4, 5, 0, ICMP_CLASS_NONE, "type 5 code 0"},
        {IP_FAMILY_V4, 8, 0, ICMP_CLASS_NONE, "type 8 code 0"},
        {IP_FAMILY_V4, 0, 0, ICMP_CLASS_NONE, "type 0 code 0"},
        {IP_FAMILY_V4, 1, 4, ICMP_CLASS_NONE, "type 1 code 4"},
        {IP_FAMILY_V6, 1, 0, ICMP_CLASS_SOFT, "no route to destination"},
        {IP_FAMILY_V6, 1, 4, ICMP_CLASS_HARD, "port unreachable"},
        {IP_FAMILY_V6, 1, 6, ICMP_CLASS_HARD, "reject route to destination"},
        {IP_FAMILY_V6, 2, 0, ICMP_CLASS_MTU, "packet too big"},
        {IP_FAMILY_V6, 2, 9, ICMP_CLASS_MTU, "type 2 code 9"},
        {IP_FAMILY_V6, 3, 0, ICMP_CLASS_SOFT, "hop limit exceeded in transit"},
        {IP_FAMILY_V6, 4, 1, ICMP_CLASS_HARD, "unrecognized next header type encountered"},
        {IP_FAMILY_V6, 4, 10, ICMP_CLASS_SOFT, "option too big"},
        {IP_FAMILY_V6, 100, 255, ICMP_CLASS_SOFT, "type 100 code 255"},
        {IP_FAMILY_V6, 128, 0, ICMP_CLASS_NONE, "type 128 code 0"},
        {IP_FAMILY_V6, 135, 0, ICMP_CLASS_NONE, "type 135 code 0"},
        {IP_FAMILY_NONE, 3, 3, ICMP_CLASS_NONE, "type 3 code 3"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char text[64];
        assert_int_equal(icmp_classify(rows[i].family, rows[i].type, rows[i].code), rows[i].kind);
        assert_string_equal(icmp_words(rows[i].family, rows[i].type, rows[i].code, text),
                            rows[i].words);
    }
}

/* Each type has words for all codes that IANA has registered, and no two codes share them. */
static void test_words_are_complete(void **state)
{
    (void)state;
    static const struct {
        enum ip_family family;
        uint8_t type, last;
    } rows[] = {
        {IP_FAMILY_V4, 3, 15}, {IP_FAMILY_V4, 4, 0}, {IP_FAMILY_V4, 11, 1}, {IP_FAMILY_V4, 12, 2},
        {IP_FAMILY_V6, 1, 8},  {IP_FAMILY_V6, 2, 0}, {IP_FAMILY_V6, 3, 1},  {IP_FAMILY_V6, 4, 10},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        for (unsigned code = 0; code <= 255; code++) {
            char text[64], other_text[64];
            const char *words = icmp_words(rows[i].family, rows[i].type, (uint8_t)code, text);
            assert_int_equal(strncmp(words, "type ", 5) != 0, code <= rows[i].last);
            for (unsigned other = 0; other < code; other++)
                assert_string_not_equal(
                    words, icmp_words(rows[i].family, rows[i].type, (uint8_t)other, other_text));
        }
    }
}

/* LAB: only 28 bytes quoted, the header's checksum left as it was. */
static void test_short_quote(void **state)
{
    (void)state;
    struct message message = begin(IP_FAMILY_V4, 3, 3, 0, syn4, 28);
    uint16_t source, destination;
    uint32_t seq;
    char text[ADDRESS_TEXT_SIZE];
    assert_int_equal(message.got, 0);
    assert_int_equal(message.icmp.family, IP_FAMILY_V4);
    assert_int_equal(message.icmp.type, 3);
    assert_int_equal(message.icmp.code, 3);
    assert_int_equal(message.icmp.kind, ICMP_CLASS_HARD);
    assert_int_equal(message.icmp.mtu, 0);
    assert_int_equal(message.icmp.checksum, CHECKSUM_GOOD);
    assert_true(message.icmp.has_quote);
    assert_string_equal(address_show(&message.icmp.quote.destination, text), "198.18.0.2");
    assert_int_equal(message.icmp.quote.payload_length, 8);
    assert_int_equal(message.icmp.quote.payload_total, 20);
    assert_int_equal(message.icmp.quote.hop_limit, 1);
    assert_int_equal(icmp_quoted_tcp(&message.icmp, &source, &destination, &seq), 0);
    assert_int_equal(source, 12345);
    assert_int_equal(destination, 80);
    assert_int_equal(seq, 0x01020304);
    end(&message);
}

static void test_ipv6_quote(void **state)
{
    (void)state;
    struct message message = begin(IP_FAMILY_V6, 1, 4, 0, syn6, sizeof syn6);
    uint16_t source, destination;
    uint32_t seq;
    assert_int_equal(message.got, 0);
    assert_int_equal(message.icmp.kind, ICMP_CLASS_HARD);
    assert_int_equal(message.icmp.checksum, CHECKSUM_GOOD);
    assert_true(message.icmp.has_quote);
    assert_int_equal(message.icmp.quote.payload_length, 20);
    assert_int_equal(icmp_quoted_tcp(&message.icmp, &source, &destination, &seq), 0);
    assert_int_equal(source, 12345);
    assert_int_equal(destination, 80);
    assert_int_equal(seq, 0x01020304);
    end(&message);
}

/* However short the quote is: never an error, and never an invented port. */
static void test_every_quote_length(void **state)
{
    (void)state;
    for (size_t length = 0; length <= sizeof syn4; length++) {
        struct message message = begin(IP_FAMILY_V4, 11, 0, 0, syn4, length);
        uint16_t source = 7, destination = 7;
        uint32_t seq = 7;
        assert_int_equal(message.got, 0);
        assert_int_equal(message.icmp.has_quote, length >= 20);
        int got = icmp_quoted_tcp(&message.icmp, &source, &destination, &seq);
        assert_int_equal(got, length >= 28 ? 0 : length >= 20 ? -FAULT_TRUNCATED : -FAULT_FORMAT);
        assert_int_equal(seq, length >= 28 ? 0x01020304 : 7);
        assert_int_equal(source, length >= 28 ? 12345 : 7);
        end(&message);
    }
    for (size_t length = 0; length <= sizeof syn6; length++) {
        struct message message = begin(IP_FAMILY_V6, 3, 0, 0, syn6, length);
        assert_int_equal(message.got, 0);
        assert_int_equal(message.icmp.has_quote, length >= 40);
        end(&message);
    }
}

static void test_mtu(void **state)
{
    (void)state;
    static const struct {
        enum ip_family family;
        uint8_t type, code;
        uint32_t rest, mtu;
    } rows[] = {
        {IP_FAMILY_V4, 3, 4, 1280, 1280},
        {IP_FAMILY_V4, 3, 4, 0xabcd0578, 1400}, /* the upper half is unused */
        {IP_FAMILY_V4, 3, 4, 0, 0},             /* before RFC 1191 */
        {IP_FAMILY_V4, 3, 3, 1280, 0},
        {IP_FAMILY_V6, 2, 0, 1280, 1280},
        {IP_FAMILY_V6, 2, 0, 0x00012345, 0x12345},
        {IP_FAMILY_V6, 4, 0, 40, 0}, /* a pointer */
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        bool v4 = rows[i].family == IP_FAMILY_V4;
        struct message message = begin(rows[i].family, rows[i].type, rows[i].code, rows[i].rest,
                                       v4 ? syn4 : syn6, v4 ? sizeof syn4 : sizeof syn6);
        assert_int_equal(message.got, 0);
        assert_int_equal(message.icmp.mtu, rows[i].mtu);
        assert_true(message.icmp.has_quote);
        end(&message);
    }
}

static void test_not_an_error(void **state)
{
    (void)state;
    struct message message = begin(IP_FAMILY_V4, 8, 0, 0, syn4, sizeof syn4);
    assert_int_equal(message.got, -FAULT_FORMAT);
    assert_int_equal(message.icmp.code, 77);
    message.packet.protocol = IP_PROTOCOL_TCP;
    assert_int_equal(icmp_read(&message.packet, &message.icmp), -FAULT_FORMAT);
    end(&message);
    message = begin(IP_FAMILY_V6, 129, 0, 0, syn6, sizeof syn6);
    assert_int_equal(message.got, -FAULT_FORMAT);
    end(&message);
    /* ICMP of the other family. */
    message = begin(IP_FAMILY_V4, 3, 3, 0, syn4, sizeof syn4);
    assert_int_equal(message.got, 0);
    message.packet.protocol = IP_PROTOCOL_ICMPV6;
    assert_int_equal(icmp_read(&message.packet, &message.icmp), -FAULT_FORMAT);
    message.packet.protocol = IP_PROTOCOL_ICMP;
    message.packet.fragment_offset = 8;
    assert_int_equal(icmp_read(&message.packet, &message.icmp), -FAULT_FORMAT);
    end(&message);
}

static void test_cut_messages(void **state)
{
    (void)state;
    struct message message = begin(IP_FAMILY_V4, 3, 1, 0, syn4, sizeof syn4);
    for (size_t length = 0; length < 8; length++) {
        struct packet packet = message.packet;
        packet.payload_length = length;
        assert_int_equal(icmp_read(&packet, &message.icmp), -FAULT_TRUNCATED);
        packet.payload_total = length;
        assert_int_equal(icmp_read(&packet, &message.icmp), -FAULT_FORMAT);
    }
    struct packet packet = message.packet;
    packet.payload_length--;
    assert_int_equal(icmp_read(&packet, &message.icmp), 0);
    assert_int_equal(message.icmp.checksum, CHECKSUM_UNKNOWN);
    end(&message);
}

static void test_bad_checksum(void **state)
{
    (void)state;
    static const enum ip_family families[] = {IP_FAMILY_V4, IP_FAMILY_V6};
    for (size_t i = 0; i < 2; i++) {
        struct message message = begin(families[i], 3, 0, 0, NULL, 0);
        assert_int_equal(message.icmp.checksum, CHECKSUM_GOOD);
        message.bytes[message.packet.header_length + 7] ^= 1;
        assert_int_equal(icmp_read(&message.packet, &message.icmp), 0);
        assert_int_equal(message.icmp.checksum, CHECKSUM_BAD);
        end(&message);
    }
}

/* A quote that is no TCP segment of the same family is of no use. */
static void test_foreign_quotes(void **state)
{
    (void)state;
    uint8_t bytes[sizeof syn4];
    uint16_t source, destination;
    uint32_t seq;
    struct message message = begin(IP_FAMILY_V4, 3, 3, 0, syn6, sizeof syn6);
    assert_int_equal(message.got, 0);
    assert_false(message.icmp.has_quote);
    assert_int_equal(icmp_quoted_tcp(&message.icmp, &source, &destination, &seq), -FAULT_FORMAT);
    end(&message);

    memcpy(bytes, syn4, sizeof bytes);
    bytes[9] = 17; /* UDP */
    message = begin(IP_FAMILY_V4, 3, 3, 0, bytes, sizeof bytes);
    assert_true(message.icmp.has_quote);
    assert_int_equal(icmp_quoted_tcp(&message.icmp, &source, &destination, &seq), -FAULT_FORMAT);
    end(&message);

    memcpy(bytes, syn4, sizeof bytes);
    bytes[7] = 1; /* a later fragment */
    message = begin(IP_FAMILY_V4, 3, 3, 0, bytes, sizeof bytes);
    assert_true(message.icmp.has_quote);
    assert_int_equal(icmp_quoted_tcp(&message.icmp, &source, &destination, &seq), -FAULT_FORMAT);
    end(&message);
}

/* RFC 4884: the quote is padded, and extensions follow, which are not part of it. */
static void test_extensions(void **state)
{
    (void)state;
    uint8_t bytes[128 + 12];
    memset(bytes, 0xee, sizeof bytes);
    memcpy(bytes, syn4, sizeof syn4);
    put16(bytes + 2, 1500);
    struct message message = begin(IP_FAMILY_V4, 11, 0, 32 << 16, bytes, sizeof bytes);
    assert_int_equal(message.icmp.quote.payload_length, 128 - 20);
    end(&message);
    /* No length given, or one that cannot be: all of it. */
    message = begin(IP_FAMILY_V4, 11, 0, 0, bytes, sizeof bytes);
    assert_int_equal(message.icmp.quote.payload_length, 140 - 20);
    end(&message);
    message = begin(IP_FAMILY_V4, 11, 0, 5 << 16, bytes, sizeof bytes);
    assert_int_equal(message.icmp.quote.payload_length, 140 - 20);
    end(&message);
    message = begin(IP_FAMILY_V4, 11, 0, 255 << 16, bytes, sizeof bytes);
    assert_int_equal(message.icmp.quote.payload_length, 140 - 20);
    end(&message);

    memset(bytes, 0xee, sizeof bytes);
    memcpy(bytes, syn6, sizeof syn6);
    put16(bytes + 4, 1460);
    message = begin(IP_FAMILY_V6, 1, 4, 16u << 24, bytes, sizeof bytes);
    assert_int_equal(message.icmp.quote.payload_length, 128 - 40);
    end(&message);
    message = begin(IP_FAMILY_V6, 2, 0, 16u << 24, bytes, sizeof bytes); /* an MTU, not a length */
    assert_int_equal(message.icmp.quote.payload_length, 140 - 40);
    end(&message);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_classes_and_words),  cmocka_unit_test(test_words_are_complete),
        cmocka_unit_test(test_short_quote),        cmocka_unit_test(test_ipv6_quote),
        cmocka_unit_test(test_every_quote_length), cmocka_unit_test(test_mtu),
        cmocka_unit_test(test_not_an_error),       cmocka_unit_test(test_cut_messages),
        cmocka_unit_test(test_bad_checksum),       cmocka_unit_test(test_foreign_quotes),
        cmocka_unit_test(test_extensions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
