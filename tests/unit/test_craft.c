/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of net/craft: what libnet built is read back with wire/, which knows nothing of libnet. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "net/craft.h"

static uint8_t packet[CRAFT_PACKET_MAX + 1];
static uint8_t payload[UINT16_MAX + 1];

/* A generator of the tests' own, so that a failure comes again. */
static uint32_t state = 0x2545f491;

static uint32_t random_u32(void)
{
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state;
}

static void random_bytes(uint8_t *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        bytes[i] = (uint8_t)(random_u32() >> 7);
}

static struct address random_address(enum ip_family family)
{
    struct address address = {.family = family};
    random_bytes(address.bytes, family == IP_FAMILY_V4 ? 4 : 16);
    return address;
}

static struct craft_header random_header(enum ip_family family)
{
    return (struct craft_header){
        .source = random_address(family),
        .destination = random_address(family),
        .hop_limit = (uint8_t)random_u32(),
        .traffic_class = (uint8_t)random_u32(),
        .identification = (uint16_t)random_u32(),
        .dont_fragment = random_u32() & 8,
        .flow_label = random_u32() & 0xfffff,
    };
}

static struct segment random_segment(size_t options_length, size_t payload_length)
{
    uint8_t bytes[OPTIONS_MAX];
    struct segment segment = {
        .source_port = (uint16_t)random_u32(),
        .destination_port = (uint16_t)random_u32(),
        .seq = random_u32(),
        .ack = random_u32(),
        .flags = (uint16_t)(random_u32() & TCP_FLAGS_ALL),
        .window = (uint16_t)random_u32(),
        .urgent = (uint16_t)random_u32(),
        .ecn = (uint8_t)(random_u32() & 3),
        .payload = payload,
        .payload_length = payload_length,
        .payload_total = payload_length,
    };
    random_bytes(bytes, options_length);
    random_bytes(payload, payload_length);
    options_parse(bytes, options_length, &segment.options);
    return segment;
}

/* Crafts, reads back, and compares every field. */
static void check(struct craft *craft, const struct craft_header *header,
                  const struct segment *sent)
{
    struct fault fault;
    struct packet got;
    struct segment segment;
    bool v4 = header->source.family == IP_FAMILY_V4;
    size_t padded = ((size_t)sent->options.length + 3) / 4 * 4;
    size_t tcp_length = TCP_HEADER_MIN + padded + sent->payload_length;

    int length = craft_packet(craft, header, sent, packet, sizeof(packet), &fault);
    assert_int_equal(length, (v4 ? 20 : 40) + tcp_length);
    assert_int_equal(packet_read(packet, (size_t)length, false, &got), 0);
    assert_int_equal(got.family, header->source.family);
    assert_int_equal(got.total_length, length);
    assert_true(address_equal(&got.source, &header->source));
    assert_true(address_equal(&got.destination, &header->destination));
    assert_int_equal(got.hop_limit, header->hop_limit);
    assert_int_equal(got.traffic_class, (header->traffic_class & 0xfc) | sent->ecn);
    assert_int_equal(got.protocol, IP_PROTOCOL_TCP);
    assert_int_equal(got.checksum, v4 ? CHECKSUM_GOOD : CHECKSUM_UNKNOWN);
    if (v4) {
        assert_int_equal(got.identification, header->identification);
        assert_int_equal(got.dont_fragment, header->dont_fragment);
        assert_false(got.is_fragment);
    } else {
        assert_int_equal(got.flow_label, header->flow_label);
    }
    assert_int_equal(got.payload_length, tcp_length);
    assert_int_equal(checksum_check(&got, 16), CHECKSUM_GOOD);

    assert_int_equal(segment_read(&got, &segment), 0);
    assert_int_equal(segment.source_port, sent->source_port);
    assert_int_equal(segment.destination_port, sent->destination_port);
    assert_int_equal(segment.seq, sent->seq);
    assert_int_equal(segment.ack, sent->ack);
    assert_int_equal(segment.flags, sent->flags);
    assert_int_equal(segment.window, sent->window);
    assert_int_equal(segment.urgent, sent->urgent);
    assert_int_equal(segment.ecn, sent->ecn);
    assert_int_equal(segment.options.length, padded);
    assert_memory_equal(segment.options.bytes, sent->options.bytes, sent->options.length);
    for (size_t i = sent->options.length; i < padded; i++)
        assert_int_equal(segment.options.bytes[i], OPTION_EOL);
    assert_int_equal(segment.payload_length, sent->payload_length);
    assert_memory_equal(segment.payload, sent->payload, sent->payload_length);
}

/* One context for all, in an order in which options and data come, grow, shrink and go. */
static void test_random(void **unused)
{
    (void)unused;
    for (enum ip_family family = IP_FAMILY_V4; family <= IP_FAMILY_V6; family++) {
        struct craft *craft = craft_new(family, NULL);
        assert_non_null(craft);
        for (int round = 0; round < 4000; round++) {
            struct craft_header header = random_header(family);
            size_t options = random_u32() % 3 ? random_u32() % (OPTIONS_MAX + 1) : 0;
            size_t data = random_u32() % 3 ? random_u32() % 1500 : 0;
            struct segment segment = random_segment(options, data);
            check(craft, &header, &segment);
        }
        craft_free(craft);
    }
}

static void test_each_length(void **unused)
{
    (void)unused;
    for (enum ip_family family = IP_FAMILY_V4; family <= IP_FAMILY_V6; family++)
        for (size_t options = 0; options <= OPTIONS_MAX; options++)
            for (size_t data = 0; data < 4; data++) {
                /* A context of its own, and the same packet twice in it. */
                struct craft *craft = craft_new(family, NULL);
                struct craft_header header = random_header(family);
                struct segment segment = random_segment(options, data);
                assert_non_null(craft);
                check(craft, &header, &segment);
                check(craft, &header, &segment);
                craft_free(craft);
            }
}

static void test_each_flag(void **unused)
{
    (void)unused;
    struct craft *craft = craft_new(IP_FAMILY_V4, NULL);
    assert_non_null(craft);
    for (uint16_t flags = 0; flags <= TCP_FLAGS_ALL; flags++) {
        struct craft_header header = random_header(IP_FAMILY_V4);
        struct segment segment = random_segment(flags % 21, flags % 3);
        segment.flags = flags;
        check(craft, &header, &segment);
    }
    craft_free(craft);
}

/* Every value that the checksum can have before the reserved bits go in, so the rare carries too.
 */
static void test_each_checksum(void **unused)
{
    (void)unused;
    struct craft *craft = craft_new(IP_FAMILY_V6, NULL);
    assert_non_null(craft);
    struct craft_header header = random_header(IP_FAMILY_V6);
    struct segment segment = random_segment(0, 0);
    segment.flags = TCP_FLAGS_RESERVED | TCP_AE | TCP_SYN;
    for (uint32_t window = 0; window <= UINT16_MAX; window++) {
        segment.window = (uint16_t)window;
        check(craft, &header, &segment);
    }
    craft_free(craft);
}

static void test_largest(void **unused)
{
    (void)unused;
    for (enum ip_family family = IP_FAMILY_V4; family <= IP_FAMILY_V6; family++) {
        struct craft *craft = craft_new(family, NULL);
        struct fault fault;
        size_t most = UINT16_MAX - (family == IP_FAMILY_V4 ? 20 : 0) - TCP_HEADER_MIN;
        struct craft_header header = random_header(family);
        assert_non_null(craft);
        /* Odd and even, and across the length where the pseudo-header's sum needs a seventeenth
         * bit. */
        for (size_t less = 0; less < 16; less++) {
            struct segment large = random_segment(0, most - less);
            check(craft, &header, &large);
        }

        struct segment segment = random_segment(0, most + 1);
        assert_int_equal(craft_packet(craft, &header, &segment, packet, sizeof(packet), &fault),
                         -FAULT_RANGE);
        assert_int_equal(fault.code, FAULT_RANGE);
        segment = random_segment(1, most - 3);
        assert_int_equal(craft_packet(craft, &header, &segment, packet, sizeof(packet), &fault),
                         -FAULT_RANGE);

        /* A refusal leaves the context usable. */
        segment = random_segment(12, 7);
        check(craft, &header, &segment);
        craft_free(craft);
    }
}

static void test_small_buffer(void **unused)
{
    (void)unused;
    struct craft *craft = craft_new(IP_FAMILY_V4, NULL);
    struct craft_header header = random_header(IP_FAMILY_V4);
    struct segment segment = random_segment(20, 5);
    struct fault fault;
    assert_non_null(craft);
    packet[64] = 0x5a;
    assert_int_equal(craft_packet(craft, &header, &segment, packet, 64, &fault), -FAULT_RANGE);
    assert_int_equal(craft_packet(craft, &header, &segment, packet, 65, &fault), 65);
    craft_free(craft);
}

/* A SYN as a Linux kernel sends it, byte for byte: the sums were reckoned by hand. */
static void test_known_bytes(void **unused)
{
    (void)unused;
    static const uint8_t want[] = {
        0x45, 0x00, 0x00, 0x3c, 0x12, 0x34, 0x40, 0x00, 0x40, 0x06, 0x9c, 0x60, /* IP */
        0xc6, 0x12, 0x00, 0x01, 0xc6, 0x12, 0x00, 0x02, 0x9c, 0x40, 0x00, 0x50,
        0x01, 0x02, 0x03, 0x04, 0x00, 0x00, 0x00, 0x00, /* TCP */
        0xa0, 0x02, 0xfa, 0xf0, 0x1f, 0xed, 0x00, 0x00, 0x02, 0x04, 0x05, 0xb4,
        0x04, 0x02, 0x08, 0x0a, 0x00, 0x00, 0x00, 0x64, /* options */
        0x00, 0x00, 0x00, 0x00, 0x01, 0x03, 0x03, 0x07,
    };
    struct craft *craft = craft_new(IP_FAMILY_V4, NULL);
    struct craft_header header = {.hop_limit = 64, .identification = 0x1234, .dont_fragment = true};
    struct segment segment = {.source_port = 40000,
                              .destination_port = 80,
                              .seq = 0x01020304,
                              .flags = TCP_SYN,
                              .window = 64240};
    assert_non_null(craft);
    assert_int_equal(address_read("198.18.0.1", &header.source), 0);
    assert_int_equal(address_read("198.18.0.2", &header.destination), 0);
    options_parse(want + 40, 20, &segment.options);
    assert_int_equal(craft_packet(craft, &header, &segment, packet, sizeof(packet), NULL),
                     sizeof(want));
    assert_memory_equal(packet, want, sizeof(want));
    craft_free(craft);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random),      cmocka_unit_test(test_each_length),
        cmocka_unit_test(test_each_flag),   cmocka_unit_test(test_each_checksum),
        cmocka_unit_test(test_largest),     cmocka_unit_test(test_small_buffer),
        cmocka_unit_test(test_known_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
