/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of probe/track: segments in fragments, and ICMP errors that quote them. */
#include "track_script.h"

/* `length` bytes of a packet from `offset` on as a fragment of its own, 8 bytes a unit. */
static size_t put_fragment(uint8_t *bytes, const uint8_t *whole, size_t length, size_t offset,
                           bool more, uint16_t id)
{
    bool is_v6 = whole[0] >> 4 == 6;
    size_t header = is_v6 ? 40 : 20;

    memcpy(bytes, whole, header);
    if (is_v6) {
        struct writer writer = writer_of(bytes + 40, 8);
        writer_u8(&writer, bytes[6]);
        writer_u8(&writer, 0);
        writer_u16(&writer, (uint16_t)(offset | more));
        writer_u32(&writer, id);
        bytes[6] = 44;
        bytes[4] = 0;
        bytes[5] = (uint8_t)(length + 8);
        memcpy(bytes + 48, whole + 40 + offset, length);
        return 48 + length;
    }
    struct writer writer = writer_of(bytes + 2, 6);
    writer_u16(&writer, (uint16_t)(header + length));
    writer_u16(&writer, id);
    writer_u16(&writer, (uint16_t)(offset / 8 | (more ? 0x2000 : 0)));
    bytes[10] = bytes[11] = 0;
    uint16_t sum = checksum_fold(checksum_add(0, bytes, 20));
    bytes[10] = (uint8_t)(sum >> 8);
    bytes[11] = (uint8_t)sum;
    memcpy(bytes + header, whole + header + offset, length);
    return header + length;
}

static void put(struct script *script, const uint8_t *whole, size_t length, size_t offset,
                bool more, uint16_t id)
{
    uint8_t bytes[FRAME_MAX];
    size_t size = put_fragment(bytes, whole, length, offset, more, id);

    assert_int_equal(script_bytes(script, RAW, bytes, size, size), 0);
}

/* The first fragment ends within the TCP header; the second comes first. */
static void test_fragments(void **state)
{
    static const char *const addresses[][2] = {{"198.18.0.1", "198.18.0.2"},
                                               {"2001:db8::1", "2001:db8::2"}};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct shot shot = client_shot(40000, TCP_ACK, 1001, 5001);
        uint8_t whole[FRAME_MAX];
        struct script script;

        shot.source = addresses[i][0];
        shot.destination = addresses[i][1];
        shot.data = 28;
        size_t length = put_packet(whole, sizeof whole, &shot);
        size_t header = i == 0 ? 20 : 40;
        script_begin(&script, script_options(&script));
        put(&script, whole, length - header - 16, 16, false, 77);
        script_is(&script, "");
        put(&script, whole, 16, 0, true, 77);
        script_is(&script, "1.0 1!");
        assert_int_equal(script.notes, TRACK_NOTE_FRAGMENTS);
        assert_int_equal(script.payload_total, 28);
        assert_int_equal(script.last.first_frame, 2);
        /* The whole packet once more is known. */
        put(&script, whole, 16, 0, true, 77);
        script_is(&script, "");
        /* Another that stays incomplete. */
        put(&script, whole, 16, 0, true, 78);
        assert_int_equal(track_end(script.track, &script.fault), 0);
        const struct track_counts *counts = script_counts(&script);
        assert_int_equal(counts->fragments, 4);
        assert_int_equal(counts->whole, 1);
        assert_int_equal(counts->lost, 1);
        assert_int_equal(counts->first_loss.identification, 78);
        assert_int_equal(counts->first_loss.reason, FRAGMENTS_LOSS_END);
        assert_int_equal(counts->segments, 1);
        assert_int_equal(counts->packets, 4);
        script_free(&script);
    }
}

static void test_fragments_that_contradict(void **state)
{
    struct shot shot = client_shot(40000, TCP_ACK, 1001, 5001);
    uint8_t whole[FRAME_MAX];
    struct script script;
    (void)state;
    shot.data = 28;
    put_packet(whole, sizeof whole, &shot);
    script_begin(&script, script_options(&script));
    put(&script, whole, 24, 0, true, 77);
    whole[20 + 16]++;
    put(&script, whole, 16, 8, true, 77);
    whole[20 + 16]--;
    put(&script, whole, 24, 24, false, 77);
    script_is(&script, "1.0 1!");
    assert_int_equal(script.notes, TRACK_NOTE_FRAGMENTS | TRACK_NOTE_CONFLICT);
    script_free(&script);
}

/* In another place the same numbers are another packet's. */
static void test_fragments_of_two_vlans(void **state)
{
    struct shot shot = client_shot(40000, TCP_ACK, 1001, 5001);
    uint8_t whole[FRAME_MAX], frame[FRAME_MAX] = {0};
    struct script script;
    (void)state;
    shot.data = 28;
    put_packet(whole, sizeof whole, &shot);
    script_begin(&script, script_options(&script));
    for (uint8_t vlan = 1; vlan <= 2; vlan++) {
        memcpy(frame + 12, "\x81\0\0\0\x08\0", 6);
        frame[15] = vlan;
        size_t length = 18 + (vlan == 1 ? put_fragment(frame + 18, whole, 24, 0, true, 77)
                                        : put_fragment(frame + 18, whole, 24, 24, false, 77));
        assert_int_equal(script_bytes(&script, ETHERNET, frame, length, length), 0);
    }
    script_is(&script, "");
    size_t length = 18 + put_fragment(frame + 18, whole, 24, 0, true, 77);
    assert_int_equal(script_bytes(&script, ETHERNET, frame, length, length), 0);
    script_is(&script, "1.0 1!");
    assert_int_equal(script.last.key.vlan[0], 2);
    script_free(&script);
}

/* The tunnel's packet was fragmented, and the one inside besides. */
static void test_fragments_of_a_tunnel(void **state)
{
    struct shot shot = client_shot(40000, TCP_ACK, 1001, 5001);
    struct address from = address_of("198.18.9.1"), to = address_of("198.18.9.2");
    uint8_t whole[FRAME_MAX], outer[FRAME_MAX];
    struct script script;
    (void)state;
    shot.data = 28;
    put_packet(whole, sizeof whole, &shot);
    script_begin(&script, script_options(&script));
    for (unsigned i = 0; i < 2; i++) {
        size_t inner = put_fragment(outer + 20, whole, 24, 24 * i, i == 0, 77);
        put_ip(outer, &from, &to, 4, inner);
        put(&script, outer, 32, 0, true, (uint16_t)(100 + i));
        script_is(&script, "");
        put(&script, outer, inner - 32, 32, false, (uint16_t)(100 + i));
    }
    script_is(&script, "1.0 1!");
    assert_int_equal(script.last.tunnel.kind, TUNNEL_IPV4);
    assert_int_equal(script.last.key.tunnel, TUNNEL_IPV4);
    assert_int_equal(script.payload_total, 28);
    assert_int_equal(script_counts(&script)->tunnelled, 2);
    assert_int_equal(script_counts(&script)->fragments, 6);
    assert_int_equal(script_counts(&script)->whole, 3);
    /* The other direction, not fragmented, is the same connection. */
    shot = server_shot(40000, TCP_ACK, 5001, 1029);
    shot.tunnel_source = "198.18.9.2";
    shot.tunnel_destination = "198.18.9.1";
    assert_int_equal(script_shot(&script, &shot), 0);
    script_is(&script, "1.1");
    script_free(&script);
}

/* Fragments of what is not TCP are only counted. */
static void test_fragments_of_others(void **state)
{
    struct address from = address_of("198.18.0.1"), to = address_of("198.18.0.2");
    static const uint8_t protocols[] = {17, IP_PROTOCOL_ICMP};
    uint8_t whole[FRAME_MAX] = {0};
    struct script script;
    (void)state;
    script_begin(&script, script_options(&script));
    for (unsigned i = 0; i < 2; i++) {
        put_ip(whole, &from, &to, protocols[i], 48);
        put(&script, whole, 24, 0, true, 77);
        put(&script, whole, 24, 24, false, 77);
    }
    assert_int_equal(script_counts(&script)->other, 4);
    assert_int_equal(script_counts(&script)->fragments, 4);
    assert_int_equal(script_counts(&script)->whole, 0);
    script_free(&script);
}

/* An error about a shot from `router`; IPv4's type 3, IPv6's type 1, with this code. */
static int icmp_about(struct script *script, const struct shot *shot, const char *router,
                      uint8_t code, uint16_t vlan, bool bad)
{
    uint8_t bytes[FRAME_MAX] = {[12] = 0x81, [15] = (uint8_t)vlan};
    struct address from = address_of(router), to = address_of(shot->source);
    bool is_v6 = from.family == IP_FAMILY_V6;
    size_t begin = vlan ? 18 : 14, header = is_v6 ? 40 : 20;
    uint8_t *icmp = bytes + begin + header;
    size_t quote = put_packet(icmp + 8, sizeof bytes - begin - header - 8, shot);
    size_t length = 8 + (quote < header + 8 ? quote : header + 8);

    icmp[0] = is_v6 ? 1 : 3;
    icmp[1] = code;
    memcpy(bytes + begin - 2, is_v6 ? "\x86\xdd" : "\x08", 2);
    put_ip(bytes + begin, &from, &to, is_v6 ? IP_PROTOCOL_ICMPV6 : IP_PROTOCOL_ICMP, length);
    struct packet packet = {.family = from.family, .source = from, .destination = to};
    uint32_t sum = is_v6 ? checksum_pseudo(&packet, IP_PROTOCOL_ICMPV6, length) : 0;
    uint16_t checksum = checksum_fold(checksum_add(sum, icmp, length));
    checksum = (uint16_t)(checksum + bad);
    icmp[2] = (uint8_t)(checksum >> 8);
    icmp[3] = (uint8_t)checksum;
    length += begin + header;
    return script_bytes(script, ETHERNET, bytes, length, length);
}

static void test_icmp_hard(void **state)
{
    struct shot syn = client_shot(40000, TCP_SYN, 1000, 0);
    struct script script;
    (void)state;
    script_begin(&script, script_options(&script));
    assert_int_equal(script_shot(&script, &syn), 0);
    assert_int_equal(icmp_about(&script, &syn, "198.18.5.5", 3, 0, false), 0);
    script_is(&script, "1.0 1.I0 1!");
    struct address router = address_of("198.18.5.5");
    assert_true(address_equal(&script.last.icmp_from, &router));
    assert_int_equal(script.last.icmp_type, 3);
    assert_int_equal(script.last.icmp_code, 3);
    assert_int_equal(script.last.icmp_hop_limit, 64);
    assert_int_equal(script.last.icmp_errors, 1);
    assert_int_equal(script.icmp.seq, 1000);
    assert_int_equal(script.icmp.at, BEGIN);
    script.at += 5 * SECOND;
    syn.source_port = 1;
    assert_int_equal(script_shot(&script, &syn), 0);
    script_is(&script, "1=OVER+5.000 2.0");
    assert_int_equal(script_counts(&script)->icmp, 1);
    assert_int_equal(script_counts(&script)->icmp_foreign, 0);
    script_free(&script);
}

/* Not every client believes it: the SYN comes once more, and then one of another attempt. */
static void test_icmp_hard_not_believed(void **state)
{
    struct shot syn = client_shot(40000, TCP_SYN, 1000, 0);
    struct script script;
    (void)state;
    script_begin(&script, script_options(&script));
    assert_int_equal(script_shot(&script, &syn), 0);
    assert_int_equal(icmp_about(&script, &syn, "198.18.5.5", 3, 0, false), 0);
    script.at += TRACK_LINGER_NS + SECOND / 50;
    assert_int_equal(script_shot(&script, &syn), 0);
    script_is(&script, "1.0 1.I0 1! 1.0");
    assert_int_equal(script.last.follow.ends[0].copy_count, 2);
    assert_int_equal(script_counts(&script)->late, 0);
    script.at += 2 * SECOND;
    syn.seq = 7000;
    assert_int_equal(script_shot(&script, &syn), 0);
    script_is(&script, "1=REUSED+3.020 2.0");
    script_free(&script);
}

/* An error that may pass: the client tries again, and that is still the same connection. */
static void test_icmp_soft(void **state)
{
    struct shot syn = client_shot(40000, TCP_SYN, 1000, 0);
    struct script script;
    (void)state;
    script_begin(&script, script_options(&script));
    assert_int_equal(script_shot(&script, &syn), 0);
    assert_int_equal(icmp_about(&script, &syn, "198.18.5.5", 1, 0, false), 0);
    script.at += SECOND;
    assert_int_equal(script_shot(&script, &syn), 0);
    script.at += 2 * SECOND;
    assert_int_equal(script_shot(&script, &syn), 0);
    script.at += 4 * SECOND;
    assert_int_equal(script_shot(&script, &syn), 0);
    script_is(&script, "1.0 1.I0 1! 1.0 1.0 1.0");
    syn.source_port = 1;
    script.at += 6 * SECOND;
    assert_int_equal(script_shot(&script, &syn), 0);
    script_is(&script, "1=OVER+13.000 2.0");
    script_free(&script);
}

/* Once it is open, an error says nothing of the opening; and an answer overrules one before it. */
static void test_icmp_that_does_not_count(void **state)
{
    struct shot syn = client_shot(40000, TCP_SYN, 1000, 0);
    struct shot data = client_shot(40000, TCP_ACK, 1001, 5001);
    struct shot answer = server_shot(40000, TCP_SYN | TCP_ACK, 5000, 1001);
    struct script script;
    (void)state;
    script_begin(&script, script_options(&script));
    script_open(&script, 40000);
    assert_int_equal(icmp_about(&script, &data, "198.18.5.5", 3, 0, false), 0);
    assert_int_equal(icmp_about(&script, &answer, "198.18.0.1", 3, 0, false), 0);
    assert_int_equal(icmp_about(&script, &syn, "198.18.0.1", 3, 0, false), 0);
    script_is(&script, "1.0 1.1 1.0 1! 1.i0 1.i1 1.i0");
    assert_int_equal(script.last.icmp_errors, 3);
    assert_int_equal(script.last.icmp_from.family, IP_FAMILY_NONE);
    script.at += 100 * TRACK_LINGER_NS;
    assert_int_equal(script_shot(&script, &data), 0);
    script_is(&script, "1.0");
    script_free(&script);

    script_begin(&script, script_options(&script));
    assert_int_equal(script_shot(&script, &syn), 0);
    assert_int_equal(icmp_about(&script, &syn, "198.18.5.5", 1, 0, false), 0);
    assert_int_equal(script_shot(&script, &answer), 0);
    script.at += 20 * SECOND;
    assert_int_equal(script_shot(&script, &data), 0);
    script_is(&script, "1.0 1.I0 1! 1.1 1.0");
    script_free(&script);
}

/* It is looked for in the place where the error was captured. */
static void test_icmp_foreign(void **state)
{
    struct shot syn = client_shot(40000, TCP_SYN, 1000, 0), other = syn, tagged = syn;
    struct script script;
    (void)state;
    other.source_port++;
    tagged.vlan = 9;
    script_begin(&script, script_options(&script));
    assert_int_equal(script_shot(&script, &tagged), 0);
    assert_int_equal(icmp_about(&script, &other, "198.18.5.5", 3, 9, false), 0);
    assert_int_equal(icmp_about(&script, &syn, "198.18.5.5", 3, 0, false), 0);
    assert_int_equal(icmp_about(&script, &syn, "198.18.5.5", 3, 9, true), 0);
    script_is(&script, "1.0");
    assert_int_equal(script_counts(&script)->icmp, 2);
    assert_int_equal(script_counts(&script)->icmp_foreign, 2);
    assert_int_equal(script_counts(&script)->other, 1); /* its checksum is wrong */
    assert_int_equal(icmp_about(&script, &syn, "198.18.5.5", 3, 9, false), 0);
    script_is(&script, "1.I0 1!");
    script_free(&script);
}

static void test_icmp_v6(void **state)
{
    struct shot syn = client_shot(40000, TCP_SYN, 1000, 0);
    struct script script;
    (void)state;
    syn.source = "2001:db8::9";
    syn.destination = "2001:db8::2";
    script_begin(&script, script_options(&script));
    assert_int_equal(script_shot(&script, &syn), 0);
    assert_int_equal(icmp_about(&script, &syn, "2001:db8:5::5", 4, 0, false), 0);
    script_is(&script, "1.1 1.I1 1!");
    assert_int_equal(script.last.icmp_type, 1);
    script_free(&script);
}

/* Behind extension headers is TCP all the same; a destination yet to come leaves the checksum
 * open. */
static void test_ipv6_headers(void **state)
{
    struct shot syn = client_shot(40000, TCP_SYN, 1000, 0);
    uint8_t whole[FRAME_MAX], bytes[FRAME_MAX];
    struct script script;
    (void)state;
    syn.source = "2001:db8::1";
    syn.destination = "2001:db8::2";
    size_t length = put_packet(whole, sizeof whole, &syn);
    script_begin(&script, script_options(&script));
    for (uint8_t left = 0; left < 2; left++) {
        memcpy(bytes, whole, 40);
        memcpy(bytes + 40, "\x3c\0\x01\x04\0\0\0\0", 8); /* hop by hop: PadN */
        memcpy(bytes + 48, "\x2b\0\x01\x04\0\0\0\0", 8); /* destination options */
        memcpy(bytes + 56, "\x06\0\x04\0\0\0\0\0", 8);   /* routing */
        bytes[59] = left;
        memcpy(bytes + 64, whole + 40, length - 40);
        bytes[6] = 0;
        bytes[5] = (uint8_t)(length - 40 + 24);
        bytes[64 + 19] ^= left; /* wrong, if it were known */
        assert_int_equal(script_bytes(&script, RAW, bytes, length + 24, length + 24), 0);
        assert_int_equal(script.notes, 0);
    }
    script_is(&script, "1.0 1.0");
    script_free(&script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fragments),
        cmocka_unit_test(test_fragments_that_contradict),
        cmocka_unit_test(test_fragments_of_two_vlans),
        cmocka_unit_test(test_fragments_of_a_tunnel),
        cmocka_unit_test(test_fragments_of_others),
        cmocka_unit_test(test_icmp_hard),
        cmocka_unit_test(test_icmp_hard_not_believed),
        cmocka_unit_test(test_icmp_soft),
        cmocka_unit_test(test_icmp_that_does_not_count),
        cmocka_unit_test(test_icmp_foreign),
        cmocka_unit_test(test_icmp_v6),
        cmocka_unit_test(test_ipv6_headers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
