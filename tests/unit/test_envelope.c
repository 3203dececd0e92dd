/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The way from frames of every known link type to their IP packet, whole and cut anywhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hex_frames.h"
#include "wire/envelope.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

/* A frame in hexadecimal (hex_frames.h) and what it comes to. */
struct row {
    int link;
    const char *hex;
    enum envelope_verdict verdict;
    size_t at;       /* the outer IP header */
    size_t inner_at; /* the packet's IP header; 0: `at` */
    unsigned tags, labels;
    uint16_t vlan[2];
    int session; /* 0: none */
    enum tunnel_kind tunnel;
    enum envelope_verdict inside;
    enum envelope_space space;
    uint32_t number;
};

#define ETHER "02aaaaaaaaaa 02bbbbbbbbbb "
#define SNAP  "aaaa03 000000 "
#define SLL   "0000 0001 0006 02aaaaaaaaaa0000 "
/* Frame control, duration, three addresses, sequence control. */
#define WIRELESS(control) control "0000 02aaaaaaaaaa 02bbbbbbbbbb 02cccccccccc 1000 "

/* clang-format off */
static const struct row rows[] = {
    /* Ethernet II and 802.1Q, 802.1ad stacks (IEEE 802.3 3.2.6, 802.1Q 9.6). */
    {.link = 1, .hex = ETHER "0800 @4", .at = 14},
    {.link = 1, .hex = ETHER "86dd @6", .at = 14},
    {.link = 1, .hex = ETHER "8100 a005 0800 @4", .at = 18, .tags = 1, .vlan = {5, 0}},
    {.link = 1, .hex = ETHER "88a8 0064 8100 0fff 86dd @6", .at = 22, .tags = 2, .vlan = {100, 4095}},
    {.link = 1, .hex = ETHER "9100 0001 8100 0002 8100 0003 0800 @4", .at = 26, .tags = 3, .vlan = {1, 2}},
    {.link = 1, .hex = ETHER "0030 " SNAP "0800 @4", .at = 22},
    {.link = 1, .hex = ETHER "0030 aaaa03 0000f8 86dd @6", .at = 22},
    {.link = 1, .hex = ETHER "002b 060603 @4", .at = 17},
    {.link = 1, .hex = ETHER "8100 0007 0030 " SNAP "0800 @4", .at = 26, .tags = 1, .vlan = {7, 0}},
    {.link = 1, .hex = ETHER "8870 " SNAP "0800 @4", .at = 22},
    /* MPLS (RFC 3032 2.1): label 16, bottom or not, TTL 64. */
    {.link = 1, .hex = ETHER "8847 00010140 @4", .at = 18, .labels = 1},
    {.link = 1, .hex = ETHER "8847 00010040 00011040 00012140 @6", .at = 26, .labels = 3},
    {.link = 1, .hex = ETHER "8100 0009 8848 00010140 @4", .at = 22, .tags = 1, .vlan = {9, 0}, .labels = 1},
    {.link = 1, .hex = ETHER "8847 00010140 00000000 " ETHER, .verdict = ENVELOPE_OTHER,
     .labels = 1, .space = ENVELOPE_SPACE_ETHERTYPE, .number = 0x8847},
    /* PPPoE sessions (RFC 2516 4). */
    {.link = 1, .hex = ETHER "8864 11001234002a 0021 @4", .at = 22, .session = 0x1234},
    {.link = 1, .hex = ETHER "8100 0003 8864 11001234003e 0057 @6", .at = 26, .tags = 1, .vlan = {3, 0}, .session = 0x1234},
    {.link = 1, .hex = ETHER "8864 110000010029 21 @4", .at = 21, .session = 1},
    {.link = 1, .hex = ETHER "8864 11a700010029 21 @4", .verdict = ENVELOPE_MALFORMED, .session = 1},
    {.link = 1, .hex = ETHER "8864 1100000a000a c021 01000008", .verdict = ENVELOPE_OTHER,
     .session = 10, .space = ENVELOPE_SPACE_PPP, .number = 0xc021},
    {.link = 1, .hex = ETHER "8864 1100000a000a 00fd 01000008", .verdict = ENVELOPE_SEALED, .session = 10},
    {.link = 1, .hex = ETHER "8863 11090000 0000", .verdict = ENVELOPE_OTHER,
     .space = ENVELOPE_SPACE_ETHERTYPE, .number = 0x8863},
    /* Not IP, and not what it says it is. */
    {.link = 1, .hex = ETHER "0806 0001080006040001", .verdict = ENVELOPE_OTHER,
     .space = ENVELOPE_SPACE_ETHERTYPE, .number = 0x0806},
    {.link = 1, .hex = ETHER "0026 424203 0000000000", .verdict = ENVELOPE_OTHER,
     .space = ENVELOPE_SPACE_LLC, .number = 0x4242},
    {.link = 1, .hex = ETHER "0026 aaaa03 00000c 2000 02b4", .verdict = ENVELOPE_OTHER,
     .space = ENVELOPE_SPACE_LLC, .number = 0xaaaa},
    {.link = 1, .hex = ETHER "88e5 0800000000010203", .verdict = ENVELOPE_SEALED},
    {.link = 1, .hex = ETHER "0800 @6", .verdict = ENVELOPE_MALFORMED, .at = 14},
    {.link = 1, .hex = ETHER "86dd @4", .verdict = ENVELOPE_MALFORMED, .at = 14},
    {.link = 1, .hex = ETHER "0800 44" "00000000000000000000000000000000000000", .verdict = ENVELOPE_MALFORMED, .at = 14},
    {.link = 147, .hex = "@4", .verdict = ENVELOPE_LINK},
    /* tcpdump.org's link-layer header types, by number. */
    {.link = 12, .hex = "@4"},
    {.link = 14, .hex = "@6"},
    {.link = 101, .hex = "@4"},
    {.link = 101, .hex = "@6"},
    {.link = 228, .hex = "@4"},
    {.link = 229, .hex = "@6"},
    {.link = 229, .hex = "@4", .verdict = ENVELOPE_MALFORMED},
    {.link = 0, .hex = "02000000 @4", .at = 4},
    {.link = 0, .hex = "00000002 @4", .at = 4},
    {.link = 0, .hex = "18000000 @6", .at = 4},
    {.link = 0, .hex = "0000001e @6", .at = 4},
    {.link = 0, .hex = "07000000 @4", .verdict = ENVELOPE_OTHER, .space = ENVELOPE_SPACE_FAMILY, .number = 7},
    {.link = 108, .hex = "00000002 @4", .at = 4},
    {.link = 108, .hex = "1c000000 @6", .at = 4},
    {.link = 109, .hex = "02000000 00000001 00000000 @4", .at = 12},
    {.link = 113, .hex = SLL "0800 @4", .at = 16},
    {.link = 113, .hex = SLL "8100 0005 86dd @6", .at = 20, .tags = 1, .vlan = {5, 0}},
    {.link = 113, .hex = SLL "0004 " SNAP "0800 @4", .at = 24},
    {.link = 113, .hex = SLL "0001 ffff", .verdict = ENVELOPE_OTHER},
    {.link = 113, .hex = "0004 0338 0000 0000000000000000 0004 " SNAP "0800 @4", .verdict = ENVELOPE_OTHER},
    {.link = 113, .hex = "0004 0323 0006 02aaaaaaaaaa0000 0019 0000080000000000 " WIRELESS("0802") SNAP "0800 @4", .at = 56},
    {.link = 113, .hex = "0000 030a 0004 c6120001 00000000 0800 @4", .at = 16},
    {.link = 276, .hex = "0800 0000 00000002 0001 00 06 02aaaaaaaaaa0000 @4", .at = 20},
    {.link = 276, .hex = "88a8 0000 00000002 0001 00 06 02aaaaaaaaaa0000 0011 8100 0012 86dd @6",
     .at = 28, .tags = 2, .vlan = {17, 18}},
    /* PPP, with and without address and control, field compressed or not (RFC 1661, RFC 1662). */
    {.link = 9, .hex = "ff03 0021 @4", .at = 4},
    {.link = 9, .hex = "0021 @4", .at = 2},
    {.link = 9, .hex = "21 @4", .at = 1},
    {.link = 9, .hex = "ff03 57 @6", .at = 3},
    {.link = 9, .hex = "ff03 0281 00010140 @4", .at = 8, .labels = 1},
    {.link = 9, .hex = "ff03 002d 1234", .verdict = ENVELOPE_SEALED},
    {.link = 50, .hex = "ff03 0057 @6", .at = 4},
    {.link = 50, .hex = "0f00 0800 @4", .at = 4},
    {.link = 50, .hex = "8f00 8035 0000", .verdict = ENVELOPE_OTHER, .space = ENVELOPE_SPACE_ETHERTYPE, .number = 0x8035},
    {.link = 51, .hex = "11000007002a 0021 @4", .at = 8, .session = 7},
    {.link = 166, .hex = "0103 0021 @4", .at = 4},
    {.link = 204, .hex = "00 ff03 0021 @4", .at = 5},
    {.link = 204, .hex = "01 0057 @6", .at = 3},
    {.link = 104, .hex = "0f00 0800 @4", .at = 4},
    {.link = 205, .hex = "01 0f00 86dd @6", .at = 5},
    /* IEEE 802.11: data, QoS data, four addresses, HT control; from 9.2.4 and 9.3.2. */
    {.link = 105, .hex = WIRELESS("0801") SNAP "0800 @4", .at = 32},
    {.link = 105, .hex = WIRELESS("8802") "0000 " SNAP "86dd @6", .at = 34},
    {.link = 105, .hex = WIRELESS("0803") "02dddddddddd " SNAP "0800 @4", .at = 38},
    {.link = 105, .hex = WIRELESS("8882") "0000 00000000 " SNAP "0800 @4", .at = 38},
    {.link = 105, .hex = WIRELESS("8803") "02dddddddddd 0000 " SNAP "0800 @4", .at = 40},
    {.link = 105, .hex = WIRELESS("0842") "0000000000000000", .verdict = ENVELOPE_SEALED},
    {.link = 105, .hex = "0802 0000 02aaaaaaaaaa 02bbbbbbbbbb 02cccccccccc 1100 @4", .verdict = ENVELOPE_PIECE},
    {.link = 105, .hex = WIRELESS("4801"), .verdict = ENVELOPE_OTHER, .space = ENVELOPE_SPACE_WIRELESS, .number = 0x24},
    {.link = 105, .hex = WIRELESS("8000"), .verdict = ENVELOPE_OTHER, .space = ENVELOPE_SPACE_WIRELESS, .number = 0x08},
    {.link = 105, .hex = "d400 0000 02aaaaaaaaaa", .verdict = ENVELOPE_OTHER, .space = ENVELOPE_SPACE_WIRELESS, .number = 0x1d},
    {.link = 105, .hex = "0902 0000", .verdict = ENVELOPE_MALFORMED},
    /* Radiotap: nothing present; TSFT and flags with the header padded; a second word of presence. */
    {.link = 127, .hex = "0000 0800 00000000 " WIRELESS("0802") SNAP "0800 @4", .at = 40},
    {.link = 127, .hex = "0000 1100 03000000 0102030405060708 20 " WIRELESS("8802") "0000 0000 " SNAP "0800 @4", .at = 53},
    {.link = 127, .hex = "0000 1900 03000080 00000000 00000000 0102030405060708 20 " WIRELESS("8802") "0000 0000 " SNAP "0800 @4",
     .at = 61},
    {.link = 127, .hex = "0000 0900 02000000 df " WIRELESS("8802") "0000 " SNAP "0800 @4", .at = 43},
    {.link = 127, .hex = "0000 0700 02000000 00", .verdict = ENVELOPE_MALFORMED},
    {.link = 127, .hex = "0100 0800 02000000 00", .verdict = ENVELOPE_MALFORMED},
    {.link = 119, .hex = "41000000 90000000 #88 " WIRELESS("0802") SNAP "0800 @4", .at = 176},
    {.link = 119, .hex = "80211001 00000010 #08 " WIRELESS("0802") SNAP "0800 @4", .at = 48},
    {.link = 163, .hex = "80211001 00000040 #38 " WIRELESS("0802") SNAP "86dd @6", .at = 96},
    {.link = 163, .hex = "80211001 00000004", .verdict = ENVELOPE_MALFORMED},
    {.link = 192, .hex = "0000 0800 69000000 " WIRELESS("0802") SNAP "0800 @4", .at = 40},
    {.link = 192, .hex = "0000 0c00 01000000 00000000 " ETHER "0800 @4", .at = 26},
    {.link = 192, .hex = "0000 0400 01000000", .verdict = ENVELOPE_MALFORMED},
    {.link = 192, .hex = "0000 0800 93000000", .verdict = ENVELOPE_LINK},
    /* NFLOG: family, version, group; attributes in either byte order, padded to four. */
    {.link = 239, .hex = "02 00 0000 0800 0100 08000300 0500 0a00 00 000000 2c00 0900 @4", .at = 24},
    {.link = 239, .hex = "0a 00 0000 0008 0001 08000300 0040 0009 @6", .at = 16},
    {.link = 239, .hex = "07 00 0000 2c00 0900 @4", .verdict = ENVELOPE_OTHER, .space = ENVELOPE_SPACE_FAMILY, .number = 7},
    {.link = 239, .hex = "02 00 0000 0300 0100 08000300", .verdict = ENVELOPE_MALFORMED},
    {.link = 226, .hex = "01 02 0004 #14 @4", .at = 24},
    {.link = 226, .hex = "01 1a 0006 #14 @6", .at = 24},
    {.link = 226, .hex = "01 00 0006 #14 @6", .verdict = ENVELOPE_OTHER, .space = ENVELOPE_SPACE_FAMILY},
    {.link = 117, .hex = "3d 02 00 00 #3c @4", .at = 64},
    {.link = 117, .hex = "01 02", .verdict = ENVELOPE_MALFORMED},
    {.link = 258, .hex = "0c000000 01000000 01000000 " ETHER "0800 @4", .at = 26},
    {.link = 258, .hex = "10000000 01000000 00000000 00000000 1e000000 @6", .at = 20},
    {.link = 258, .hex = "08000000 01000000 00000000 00000000 1e000000 @6", .verdict = ENVELOPE_MALFORMED},
    /* What is left of other networks. */
    {.link = 6, .hex = "1040 02aaaaaaaaaa 02bbbbbbbbbb " SNAP "0800 @4", .at = 22},
    {.link = 6, .hex = "1040 02aaaaaaaaaa 82bbbbbbbbbb 0610 0011 0020 " SNAP "0800 @4", .at = 28},
    {.link = 6, .hex = "1040 02aaaaaaaaaa 82bbbbbbbbbb 0010", .verdict = ENVELOPE_MALFORMED},
    {.link = 8, .hex = "#10 @4", .at = 16},
    {.link = 10, .hex = "50 " ETHER SNAP "0800 @4", .at = 21},
    {.link = 11, .hex = SNAP "0800 @4", .at = 8},
    {.link = 100, .hex = SNAP "86dd @6", .at = 8},
    {.link = 107, .hex = "1841 03 cc @4", .at = 4},
    {.link = 107, .hex = "1841 03 00 8e @6", .at = 5},
    {.link = 107, .hex = "1841 03 00 80 000000 0800 @4", .at = 10},
    {.link = 107, .hex = "1841 03 b1 00", .verdict = ENVELOPE_OTHER, .space = ENVELOPE_SPACE_NLPID, .number = 0xb1},
    {.link = 107, .hex = "18404040 03 cc @4", .verdict = ENVELOPE_OTHER},
    {.link = 122, .hex = "#10 " SNAP "0800 @4", .at = 24},
    {.link = 138, .hex = "#10 0800 @4", .at = 18},
    {.link = 206, .hex = "01 1841 03 cc @4", .at = 5},
    {.link = 219, .hex = "00010140 @6", .at = 4, .labels = 1},
    {.link = 240, .hex = "00000000 " ETHER "0800 @4", .at = 18},
    {.link = 241, .hex = "00000000 555555555555 55d5 " ETHER "0800 @4", .at = 26},
    {.link = 242, .hex = "#28 86dd 0000 @6", .at = 44},
    {.link = 274, .hex = "555555555555 55d5 " ETHER "0800 @4", .at = 22},
    {.link = 281, .hex = ETHER "20000001 0800 @4", .at = 18},
    {.link = 282, .hex = "20000001 " ETHER "86dd @6", .at = 18},
    {.link = 284, .hex = ETHER "c0000000 0800 @4", .at = 18},
    {.link = 285, .hex = ETHER "dada0000 c0000000 0800 @4", .at = 22},
    /* Tunnels: RFC 2003, 4213, 2473; GRE with every field of RFC 2784 and 2890. */
    {.link = 101, .hex = "@4:04 @4", .inner_at = 20, .tunnel = TUNNEL_IPV4},
    {.link = 101, .hex = "@4:29 @6", .inner_at = 20, .tunnel = TUNNEL_IPV6},
    {.link = 101, .hex = "@6:04 @4", .inner_at = 40, .tunnel = TUNNEL_IPV4},
    {.link = 101, .hex = "@6:29 @6", .inner_at = 40, .tunnel = TUNNEL_IPV6},
    {.link = 1, .hex = ETHER "0800 @4:2f 0000 0800 @4", .at = 14, .inner_at = 38, .tunnel = TUNNEL_GRE},
    {.link = 101, .hex = "@4:2f b000 86dd 00000000 0000002a 00000001 @6", .inner_at = 36, .tunnel = TUNNEL_GRE},
    {.link = 101, .hex = "@6:2f 2000 6558 00123400 " ETHER "8100 0005 0800 @4", .inner_at = 66, .tunnel = TUNNEL_GRE},
    {.link = 101, .hex = "@4:2f 0000 8847 00010140 @4", .inner_at = 28, .tunnel = TUNNEL_GRE},
    {.link = 101, .hex = "@4:2f 4000 0800 00000000 00000000 @4", .tunnel = TUNNEL_GRE, .inside = ENVELOPE_MALFORMED},
    {.link = 101, .hex = "@4:2f 1000 88be 00000001 1001 0064 00000000 " ETHER "0800 @4", .tunnel = TUNNEL_GRE,
     .inside = ENVELOPE_OTHER, .space = ENVELOPE_SPACE_ETHERTYPE, .number = 0x88be},
    {.link = 101, .hex = "@4:2f 3001 880b 002a0001 00000001 ff03 0021 @4", .tunnel = TUNNEL_GRE,
     .inside = ENVELOPE_OTHER, .space = ENVELOPE_SPACE_GRE, .number = 1},
    {.link = 101, .hex = "@4:2f 0000 0000", .tunnel = TUNNEL_GRE, .inside = ENVELOPE_OTHER,
     .space = ENVELOPE_SPACE_ETHERTYPE},
    {.link = 101, .hex = "@4:04 @6", .tunnel = TUNNEL_IPV4, .inside = ENVELOPE_MALFORMED},
    {.link = 101, .hex = "@4:29 60000000", .tunnel = TUNNEL_IPV6, .inside = ENVELOPE_SHORT},
    /* One level: the second is left as it is. */
    {.link = 101, .hex = "@4:29 @6:04 @4", .inner_at = 20, .tunnel = TUNNEL_IPV6},
};
/* clang-format on */

static void check_row(size_t index, const struct row *row, const uint8_t *bytes, size_t length)
{
    struct envelope envelope;
    uint8_t *frame = hex_exact(bytes, length);
    enum envelope_verdict got = envelope_open(row->link, frame, length, length, &envelope);
    if (got != row->verdict)
        fail_msg("row %zu '%s': %s, wanted %s", index, row->hex, envelope_words(got),
                 envelope_words(row->verdict));
    assert_int_equal(envelope.verdict, got);
    assert_int_equal(envelope_link_known(row->link), row->link != 147);
    assert_false(envelope.cut);
    assert_false(envelope.giant);
    if (envelope.at != row->at)
        fail_msg("row %zu '%s': at %zu, wanted %zu", index, row->hex, envelope.at, row->at);
    assert_int_equal(envelope.tags, row->tags);
    assert_int_equal(envelope.labels, row->labels);
    assert_memory_equal(envelope.vlan, row->vlan, sizeof row->vlan);
    assert_int_equal(envelope.has_session, row->session != 0);
    assert_int_equal(envelope.session, row->session);
    assert_int_equal(envelope.next, 0);
    assert_int_equal(envelope.length, length);
    assert_int_equal(envelope.tunnel.kind, row->tunnel);
    if (got == ENVELOPE_IP) {
        size_t inner_at = row->inner_at ? row->inner_at : row->at;
        assert_int_equal(envelope.packet.header - frame, inner_at);
        assert_int_equal(envelope.tunnel.inside, row->inside);
        assert_int_equal(envelope.packet.payload_length, envelope.packet.payload_total);
    }
    assert_int_equal(row->tunnel ? envelope.tunnel.space : envelope.space, row->space);
    assert_int_equal(row->tunnel ? envelope.tunnel.number : envelope.number, row->number);
    free(frame);
}

/* A frame that ends early, cut by the capture or by itself, is never taken for something else. */
static void check_cut(const struct row *row, const struct envelope *whole, const uint8_t *bytes,
                      size_t length, size_t cut, bool is_captured)
{
    struct envelope envelope;
    uint8_t *frame = hex_exact(bytes, cut);
    enum envelope_verdict missing = is_captured ? ENVELOPE_CUT : ENVELOPE_SHORT;
    enum envelope_verdict got =
        envelope_open(row->link, frame, cut, is_captured ? length : cut, &envelope);
    assert_int_equal(envelope.cut, is_captured && cut < length);
    if (got == missing) {
        assert_int_equal(envelope.space, ENVELOPE_SPACE_NONE);
        assert_true(!whole->at || cut < whole->at + 60);
    } else if (got != row->verdict) {
        fail_msg("'%s' cut to %zu: %s", row->hex, cut, envelope_words(got));
    } else if (got == ENVELOPE_IP) {
        const struct packet *packet = &envelope.packet;
        assert_int_equal(envelope.at, whole->at);
        assert_true(packet->header + packet->header_length + packet->payload_length <= frame + cut);
        assert_int_equal(envelope.tunnel.kind, whole->tunnel.kind);
        if (whole->tunnel.kind && envelope.tunnel.inside != whole->tunnel.inside) {
            assert_int_equal(envelope.tunnel.inside, missing);
            assert_ptr_equal(packet->header, frame + whole->at);
        } else {
            assert_int_equal(packet->payload_total, whole->packet.payload_total);
        }
    }
    free(frame);
}

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        uint8_t bytes[HEX_FRAME_MAX];
        size_t length = hex_frame(rows[i].hex, bytes);
        struct envelope whole;
        check_row(i, &rows[i], bytes, length);
        envelope_open(rows[i].link, bytes, length, length, &whole);
        for (size_t cut = 0; cut <= length; cut++) {
            check_cut(&rows[i], &whole, bytes, length, cut, true);
            check_cut(&rows[i], &whole, bytes, length, cut, false);
        }
    }
}

/* Every frame under every link type: something comes of it, nothing is read past its end. */
static void test_wrong_link_types(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        uint8_t bytes[HEX_FRAME_MAX];
        size_t length = hex_frame(rows[i].hex, bytes);
        uint8_t *frame = hex_exact(bytes, length);
        for (int link = -1; link < 300; link++) {
            struct envelope envelope;
            enum envelope_verdict got = envelope_open(link, frame, length, length, &envelope);
            assert_true((got == ENVELOPE_LINK) == !envelope_link_known(link) || link == 192 ||
                        link == 258);
            while (envelope.next > 0)
                envelope_next(frame, length, length, &envelope);
        }
        free(frame);
    }
}

/* The same few bytes over and over, in hexadecimal, from `at` to 400. */
static void repeat(uint8_t bytes[HEX_FRAME_MAX], size_t at, const char *hex)
{
    uint8_t unit[HEX_FRAME_MAX];
    size_t length = hex_frame(hex, unit);
    for (; at < 400; at++)
        bytes[at] = unit[at % length];
}

static void test_many_layers(void **state)
{
    (void)state;
    uint8_t bytes[HEX_FRAME_MAX] = {0};
    struct envelope envelope;
    repeat(bytes, 12, "81000001");
    assert_int_equal(envelope_open(1, bytes, 400, 400, &envelope), ENVELOPE_DEEP);
    assert_int_equal(envelope.vlan[1], 1);
    /* Labels that never end, heads that lead to heads, attributes without a payload. */
    repeat(bytes, 0, "00000000");
    assert_int_equal(envelope_open(219, bytes, 400, 400, &envelope), ENVELOPE_DEEP);
    repeat(bytes, 0, "00000800 c0000000");
    assert_int_equal(envelope_open(192, bytes, 400, 400, &envelope), ENVELOPE_DEEP);
    repeat(bytes, 0, "04000100");
    bytes[0] = 2;
    assert_int_equal(envelope_open(239, bytes, 400, 400, &envelope), ENVELOPE_DEEP);
}

/* IANA's PPP protocols that carry IP so that it cannot be read. */
static void test_sealed_ppp(void **state)
{
    (void)state;
    static const uint8_t sealed[] = {0x03, 0x05, 0x2d, 0x2f, 0x4f, 0x53, 0x55,
                                     0x61, 0x63, 0x65, 0x67, 0x69, 0xfb, 0xfd};
    for (unsigned protocol = 0; protocol < 256; protocol++) {
        const uint8_t frame[] = {0, (uint8_t)protocol, 0, 0, 0, 0};
        struct envelope envelope;
        enum envelope_verdict wanted = memchr(sealed, (int)protocol, sizeof sealed)
                                           ? ENVELOPE_SEALED
                                       : protocol == 0x21 || protocol == 0x57 ? ENVELOPE_MALFORMED
                                                                              : ENVELOPE_OTHER;
        assert_int_equal(envelope_open(9, frame, sizeof frame, sizeof frame, &envelope), wanted);
    }
}

static void test_tunnel_facts(void **state)
{
    (void)state;
    uint8_t bytes[HEX_FRAME_MAX];
    char text[ADDRESS_TEXT_SIZE];
    struct envelope envelope;
    size_t length = hex_frame("@4:2f 2000 6558 00123400 " ETHER "86dd @6", bytes);
    bytes[1] = 0xb8;
    assert_int_equal(envelope_open(101, bytes, length, length, &envelope), ENVELOPE_IP);
    assert_string_equal(address_show(&envelope.tunnel.source, text), "198.18.0.1");
    assert_string_equal(address_show(&envelope.tunnel.destination, text), "198.18.0.2");
    assert_int_equal(envelope.tunnel.hop_limit, 64);
    assert_int_equal(envelope.tunnel.traffic_class, 0xb8);
    assert_true(envelope.tunnel.has_key);
    assert_int_equal(envelope.tunnel.key, 0x123400);
    assert_string_equal(address_show(&envelope.packet.source, text), "2001:db8::1");
    /* The VLAN tags inside are the tunnelled network's, not the frame's. */
    assert_int_equal(envelope.tags, 0);
    assert_string_equal(tunnel_words(envelope.tunnel.kind), "GRE");

    /* A fragment is no tunnel's packet yet. */
    bytes[6] = 0x20;
    assert_int_equal(envelope_open(101, bytes, length, length, &envelope), ENVELOPE_IP);
    assert_int_equal(envelope.tunnel.kind, TUNNEL_NONE);
    assert_true(envelope.packet.is_fragment);
    struct tunnel tunnel;
    struct packet inner, whole = envelope.packet;
    assert_false(tunnel_open(&whole, &tunnel, &inner));
    whole.is_fragment = false;
    assert_true(tunnel_open(&whole, &tunnel, &inner));
    assert_int_equal(inner.family, IP_FAMILY_V6);
}

/* Packets larger than their length field: TSO, GRO, BIG TCP. */
static void test_giants(void **state)
{
    (void)state;
    uint8_t bytes[HEX_FRAME_MAX];
    struct envelope envelope;
    size_t length = hex_frame(ETHER "0800 @4", bytes);
    memset(bytes + 16, 0, 2);
    assert_int_equal(envelope_open(1, bytes, length, 70014, &envelope), ENVELOPE_IP);
    assert_true(envelope.giant && envelope.cut);
    assert_int_equal(envelope.packet.total_length, 70000);
    assert_int_equal(envelope.packet.payload_total, 69980);
    assert_int_equal(envelope.packet.payload_length, 20);
    assert_int_equal(envelope_open(1, bytes, length, length, &envelope), ENVELOPE_IP);
    assert_true(envelope.giant && !envelope.cut);
    assert_int_equal(envelope.packet.payload_total, 20);

    /* In a tunnel, both headers say 0. */
    length = hex_frame(ETHER "0800 @4:04 @4", bytes);
    memset(bytes + 36, 0, 2);
    assert_int_equal(envelope_open(1, bytes, length, length, &envelope), ENVELOPE_IP);
    assert_true(envelope.giant && envelope.tunnel.giant);
    memset(bytes + 16, 0, 2);
    assert_int_equal(envelope_open(1, bytes, length, 70034, &envelope), ENVELOPE_IP);
    assert_true(envelope.giant && envelope.tunnel.giant);
    assert_int_equal(envelope.packet.total_length, 70000);

    /* RFC 2675: hop-by-hop, one option 0xc2 with 70000. */
    length = hex_frame("60000000 0000 00 40 20010db8#0b 01 20010db8#0b 02"
                       "06 00 c2 04 00011170 3039005000000001000000005002faf000000000",
                       bytes);
    assert_int_equal(length, 68);
    assert_int_equal(envelope_open(101, bytes, length, 70040, &envelope), ENVELOPE_IP);
    assert_true(envelope.giant);
    assert_int_equal(envelope.packet.protocol, IP_PROTOCOL_TCP);
    assert_int_equal(envelope.packet.header_length, 48);
    assert_ptr_equal(envelope.packet.payload, bytes + 48);
    assert_int_equal(envelope.packet.payload_total, 70000 - 8);
    assert_int_equal(envelope.packet.payload_length, 20);
    for (size_t cut = 0; cut < length; cut++) {
        uint8_t *frame = hex_exact(bytes, cut);
        assert_int_equal(envelope_open(101, frame, cut, 70040, &envelope),
                         cut < 48 ? ENVELOPE_CUT : ENVELOPE_IP);
        free(frame);
    }
    /* A jumbo length that the header's own field could hold (RFC 2675 3), and another option. */
    hex_frame("0000ffff", bytes + 44);
    assert_int_equal(envelope_open(101, bytes, length, 70040, &envelope), ENVELOPE_MALFORMED);
    hex_frame("00010000", bytes + 44);
    assert_int_equal(envelope_open(101, bytes, length, 70040, &envelope), ENVELOPE_IP);
    bytes[42] = 5;
    assert_int_equal(envelope_open(101, bytes, length, 70040, &envelope), ENVELOPE_MALFORMED);

    /* Without the option: only what does not fit the field is more than nothing. */
    length = hex_frame("@6", bytes);
    memset(bytes + 4, 0, 2);
    assert_int_equal(envelope_open(101, bytes, length, 65576, &envelope), ENVELOPE_IP);
    assert_true(envelope.giant);
    assert_int_equal(envelope.packet.payload_total, 65536);
    assert_int_equal(envelope_open(101, bytes, length, 65575, &envelope), ENVELOPE_IP);
    assert_false(envelope.giant);
    assert_int_equal(envelope.packet.payload_total, 0);
}

/* An aggregate of two packets, the first padded (IEEE 802.11-2020 9.3.2.2.2). */
static void test_aggregate(void **state)
{
    (void)state;
    uint8_t bytes[HEX_FRAME_MAX];
    struct envelope envelope;
    size_t length = hex_frame(WIRELESS("8802") "8000 " ETHER "0030 " SNAP "0800 @4 0000 " ETHER
                                               "0044 " SNAP "86dd @6 01020304",
                              bytes);
    uint8_t *frame = hex_exact(bytes, length);
    assert_int_equal(envelope_open(105, frame, length, length, &envelope), ENVELOPE_IP);
    assert_int_equal(envelope.at, 26 + 14 + 8);
    assert_int_equal(envelope.length, 26 + 14 + 48);
    assert_int_equal(envelope.next, 26 + 64);
    assert_int_equal(envelope_next(frame, length, length, &envelope), ENVELOPE_IP);
    assert_int_equal(envelope.packet.family, IP_FAMILY_V6);
    assert_int_equal(envelope.at, 26 + 64 + 14 + 8);
    assert_int_equal(envelope.next, 0);
    free(frame);
    for (size_t cut = 0; cut < length; cut++) {
        frame = hex_exact(bytes, cut);
        unsigned packets = 0;
        enum envelope_verdict got = envelope_open(105, frame, cut, length, &envelope);
        assert_true(got == ENVELOPE_CUT || got == ENVELOPE_IP);
        packets += got == ENVELOPE_IP;
        while (envelope.next > 0)
            packets += envelope_next(frame, cut, length, &envelope) == ENVELOPE_IP;
        assert_int_equal(packets, (cut >= 68) + (cut >= 152));
        free(frame);
    }
    /* A length that is more than there is in a frame that was not cut: the packet says its own. */
    bytes[26 + 13] = 0xff;
    assert_int_equal(envelope_open(105, bytes, length, length, &envelope), ENVELOPE_IP);
    assert_int_equal(envelope.next, 0);
}

static void test_words(void **state)
{
    (void)state;
    char text[ENVELOPE_TEXT_SIZE];
    static const struct {
        enum envelope_space space;
        uint32_t number;
        const char *words;
    } wanted[] = {
        {ENVELOPE_SPACE_NONE, 0, "no IP"},
        {ENVELOPE_SPACE_ETHERTYPE, 0x0806, "Ethernet type 0x0806 (ARP)"},
        {ENVELOPE_SPACE_ETHERTYPE, 0x0042, "Ethernet type 0x0042"},
        {ENVELOPE_SPACE_LLC, 0x4242, "802.2 access points 0x4242 (spanning tree)"},
        {ENVELOPE_SPACE_PPP, 0xc021, "PPP protocol 0xc021 (LCP)"},
        {ENVELOPE_SPACE_FAMILY, 7, "address family 7"},
        {ENVELOPE_SPACE_FAMILY, 0xffffffff, "address family 4294967295"},
        {ENVELOPE_SPACE_WIRELESS, 0x08, "IEEE 802.11 management"},
        {ENVELOPE_SPACE_WIRELESS, 0x24, "IEEE 802.11 without data"},
        {ENVELOPE_SPACE_NLPID, 0xb1, "frame relay protocol 0xb1"},
        {ENVELOPE_SPACE_GRE, 1, "GRE version 1 (PPTP)"},
    };
    for (size_t i = 0; i < COUNT_OF(wanted); i++)
        assert_string_equal(envelope_other(wanted[i].space, wanted[i].number, text),
                            wanted[i].words);
    for (int i = 0; i < ENVELOPE_COUNT; i++)
        assert_true(strlen(envelope_words((enum envelope_verdict)i)) > 0);
    for (int i = 0; i < TUNNEL_COUNT; i++)
        assert_true(strlen(tunnel_words((enum tunnel_kind)i)) > 0);
}

/* The live path's function and this one agree where both know the link type. */
static void test_agrees_with_link(void **state)
{
    (void)state;
    unsigned agreed = 0;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        uint8_t bytes[HEX_FRAME_MAX];
        size_t length = hex_frame(rows[i].hex, bytes);
        int at = link_ip_offset(rows[i].link, bytes, length);
        if (at < 0)
            continue;
        struct packet packet;
        if (packet_read(bytes + at, length - (size_t)at, false, &packet) < 0)
            continue;
        assert_int_equal(rows[i].verdict, ENVELOPE_IP);
        assert_int_equal(rows[i].at, at);
        agreed++;
    }
    assert_true(agreed > 25);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_wrong_link_types),
        cmocka_unit_test(test_many_layers),
        cmocka_unit_test(test_sealed_ppp),
        cmocka_unit_test(test_tunnel_facts),
        cmocka_unit_test(test_giants),
        cmocka_unit_test(test_aggregate),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_agrees_with_link),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
