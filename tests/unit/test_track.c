/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of probe/track: which connection a segment is of, and what is told of it. */
#include "track_script.h"

static void test_one_connection(void **state)
{
    struct script script;
    (void)state;
    script_begin(&script, script_options(&script));
    script_open(&script, 40000);
    script_is(&script, "1.0 1.1 1.0 1!");
    assert_int_equal(script_counts(&script)->open, 1);
    script_close(&script, 40000);
    script_is(&script, "1.0 1.1 1.0");
    script.at += TRACK_LINGER_NS - 1;
    assert_int_equal(client(&script, 50000, TCP_SYN, 1, 0), 0);
    script_is(&script, "2.0");
    script.at += 1;
    assert_int_equal(client(&script, 50000, TCP_SYN, 1, 0), 0);
    script_is(&script, "1=OVER+1.000 2.0");
    assert_int_equal(script.freed, 1);
    assert_int_equal(track_end(script.track, &script.fault), 0);
    script_is(&script, "2! 2=END+1.000");
    assert_int_equal(script.freed, 2);

    const struct track_counts *counts = script_counts(&script);
    assert_int_equal(counts->frames, 8);
    assert_int_equal(counts->segments, 8);
    assert_int_equal(counts->packets, 8);
    assert_int_equal(counts->verdicts[ENVELOPE_IP], 8);
    assert_int_equal(counts->bytes, 8 * (14 + 40));
    assert_int_equal(counts->connections, 2);
    assert_int_equal(counts->begun_late, 0);
    assert_int_equal(counts->open, 0);
    assert_int_equal(counts->open_most, 2);
    assert_int_equal(counts->ended[TRACK_WHY_OVER], 1);
    assert_int_equal(counts->ended[TRACK_WHY_END], 1);
    assert_int_equal(counts->first_ns, BEGIN);
    assert_int_equal(counts->last_ns, BEGIN + SECOND);
    assert_int_equal(script.last.first_frame, 7);
    assert_int_equal(script.last.last_frame, 8);
    script_free(&script);
}

/* End 0 is the smaller one, whoever sends first. */
static void test_order_of_ends(void **state)
{
    static const struct {
        const char *source, *destination;
        uint16_t source_port, destination_port;
        unsigned from;
    } rows[] = {
        {"198.18.0.1", "198.18.0.2", 40000, 80, 0},
        {"198.18.0.2", "198.18.0.1", 40000, 80, 1},
        {"198.18.0.2", "198.18.0.2", 40000, 80, 1},
        {"198.18.0.2", "198.18.0.2", 80, 40000, 0},
        {"198.18.1.0", "198.18.0.255", 1, 2, 1},
        {"2001:db8::1", "2001:db8::2", 40000, 80, 0},
        {"2001:db8::2", "2001:db8:0:0:0:0:0:1", 40000, 80, 1},
        {"2001:db8::1", "2001:db7:ffff::", 1, 1, 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct shot there = {.source = rows[i].source,
                             .destination = rows[i].destination,
                             .source_port = rows[i].source_port,
                             .destination_port = rows[i].destination_port,
                             .flags = TCP_SYN,
                             .seq = 1000};
        struct shot back = {.source = rows[i].destination,
                            .destination = rows[i].source,
                            .source_port = rows[i].destination_port,
                            .destination_port = rows[i].source_port,
                            .flags = TCP_SYN | TCP_ACK,
                            .seq = 5000,
                            .ack = 1001};
        struct script script;
        char expected[16];
        struct address address, source = address_of(rows[i].source);

        script_begin(&script, script_options(&script));
        assert_int_equal(script_shot(&script, &there), 0);
        snprintf(expected, sizeof expected, "1.%u", rows[i].from);
        script_is(&script, expected);
        assert_int_equal(script_shot(&script, &back), 0);
        snprintf(expected, sizeof expected, "1.%u", !rows[i].from);
        script_is(&script, expected);
        track_address(&script.last.key, rows[i].from, &address);
        assert_true(address_equal(&address, &source));
        assert_int_equal(script.last.key.ends[rows[i].from].port, rows[i].source_port);
        script_free(&script);
    }
}

/* A system that connects to itself from the port it connects to; and the attack called land. */
static void test_both_ends_the_same(void **state)
{
    struct shot shot = {.source = "198.18.0.1",
                        .destination = "198.18.0.1",
                        .source_port = 80,
                        .destination_port = 80,
                        .flags = TCP_SYN,
                        .seq = 1000};
    struct script script;
    (void)state;
    script_begin(&script, script_options(&script));
    assert_int_equal(script_shot(&script, &shot), 0);
    shot.flags = TCP_SYN | TCP_ACK;
    shot.ack = 1001;
    assert_int_equal(script_shot(&script, &shot), 0);
    assert_int_equal(track_end(script.track, &script.fault), 0);
    script_is(&script, "1.0 1.0 1! 1=END+0.000");
    script_free(&script);
}

/* The same addresses and ports, yet not the same connection. */
static void test_places(void **state)
{
    struct shot syn = client_shot(40000, TCP_SYN, 1000, 0);
    struct shot tagged = syn, other = syn, tunnelled = syn, elsewhere = syn;
    struct script script;
    (void)state;
    tagged.vlan = 7;
    other.vlan = 8;
    tunnelled.tunnel_source = "198.18.9.1";
    tunnelled.tunnel_destination = "198.18.9.2";
    elsewhere.tunnel_source = "198.18.9.1";
    elsewhere.tunnel_destination = "198.18.9.3";
    script_begin(&script, script_options(&script));
    assert_int_equal(script_shot(&script, &syn), 0);
    assert_int_equal(script_shot(&script, &tagged), 0);
    assert_int_equal(script_shot(&script, &other), 0);
    assert_int_equal(script_shot(&script, &tunnelled), 0);
    assert_int_equal(script_shot(&script, &elsewhere), 0);
    assert_int_equal(script_shot(&script, &tagged), 0);
    assert_int_equal(script_shot(&script, &elsewhere), 0);
    assert_int_equal(script_shot(&script, &syn), 0);
    script_is(&script, "1.0 2.0 3.0 4.0 5.0 2.0 5.0 1.0");
    assert_int_equal(script_counts(&script)->tagged, 3);
    assert_int_equal(script_counts(&script)->tunnelled, 3);
    script_free(&script);
}

static void test_priority_is_no_vlan(void **state)
{
    struct shot syn = client_shot(40000, TCP_SYN, 1000, 0);
    struct script script;
    (void)state;
    script_begin(&script, script_options(&script));
    syn.vlan = 7;
    assert_int_equal(script_shot(&script, &syn), 0);
    syn.vlan = 7 | 0xa000;
    assert_int_equal(script_shot(&script, &syn), 0);
    script_is(&script, "1.0 1.0");
    script_free(&script);
}

/* Both directions of a tunnel are one connection, over IPv4 and IPv6. */
static void test_tunnel(void **state)
{
    static const char *const outer[][2] = {{"198.18.9.1", "198.18.9.2"},
                                           {"2001:db8:9::2", "2001:db8:9::1"}};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct shot there = client_shot(40000, TCP_SYN, 1000, 0);
        struct shot back = server_shot(40000, TCP_SYN | TCP_ACK, 5000, 1001);
        struct script script;

        there.tunnel_source = back.tunnel_destination = outer[i][0];
        there.tunnel_destination = back.tunnel_source = outer[i][1];
        script_begin(&script, script_options(&script));
        assert_int_equal(script_shot(&script, &there), 0);
        assert_int_equal(script_shot(&script, &back), 0);
        script_is(&script, "1.0 1.1");
        assert_int_equal(script.last.tunnel.kind, TUNNEL_IPV4);
        struct address address = address_of(outer[i][0]);
        assert_true(address_equal(&script.last.tunnel.source, &address));
        script_free(&script);
    }
}

static void test_interfaces(void **state)
{
    (void)state;
    for (unsigned apart = 0; apart < 2; apart++) {
        struct script script;
        struct track_options options = script_options(&script);

        options.by_interface = apart;
        script_begin(&script, options);
        script.interface = 3;
        assert_int_equal(client(&script, 40000, TCP_SYN, 1000, 0), 0);
        script.interface = 4;
        assert_int_equal(server(&script, 40000, TCP_SYN | TCP_ACK, 5000, 1001), 0);
        script_is(&script, apart ? "1.0 2.1" : "1.0 1.1");
        assert_int_equal(script.last.interface, apart ? 4 : 3);
        assert_int_equal(script_counts(&script)->begun_late, apart);
        script_free(&script);
    }
}

static void test_port_reuse(void **state)
{
    struct script script;
    (void)state;
    script_begin(&script, script_options(&script));
    script_open(&script, 40000);
    script_close(&script, 40000);
    script_is(&script, "1.0 1.1 1.0 1! 1.0 1.1 1.0");
    script.at += SECOND / 2;
    assert_int_equal(client(&script, 40000, TCP_SYN, 777000, 0), 0);
    script_is(&script, "1=REUSED+0.500 2.0");
    assert_int_equal(script.freed, 1);
    assert_int_equal(script.events & FOLLOW(PORT_REUSE), 0);
    assert_int_equal(script.events & FOLLOW(SYN), FOLLOW(SYN));
    assert_int_equal(server(&script, 40000, TCP_SYN | TCP_ACK, 9000, 777001), 0);
    script_is(&script, "2.1");
    assert_int_equal(script_counts(&script)->ended[TRACK_WHY_REUSED], 1);
    assert_int_equal(script_counts(&script)->open, 1);
    script_free(&script);
    assert_int_equal(script.freed, 2);
}

/* The old one, unanswered, was silent for as long as it takes until the new one, although a leap of
 * the clock counts only later. */
static void test_port_reuse_much_later(void **state)
{
    struct script script;
    (void)state;
    script_begin(&script, script_options(&script));
    assert_int_equal(client(&script, 40000, TCP_SYN, 1000, 0), 0);
    script.at += 3600 * SECOND;
    assert_int_equal(client(&script, 40000, TCP_SYN, 2000, 0), 0);
    script_is(&script, "1.0 1! 1=REUSED+3600.000 2.0");
    script_free(&script);
}

static void test_checksums(void **state)
{
    struct shot syn = client_shot(40000, TCP_SYN, 1000, 0);
    uint8_t bytes[FRAME_MAX];
    struct script script;
    (void)state;
    script_begin(&script, script_options(&script));
    assert_int_equal(script_shot(&script, &syn), 0);
    assert_int_equal(script.notes, 0);
    syn.bad = true;
    assert_int_equal(script_shot(&script, &syn), 0);
    assert_int_equal(script.notes, TRACK_NOTE_CHECKSUM);
    assert_int_equal(script.events & FOLLOW(CHECKSUM), FOLLOW(CHECKSUM));
    assert_int_equal(script.last.notes, TRACK_NOTE_CHECKSUM);
    /* Cut short it cannot be known. */
    syn.data = 100;
    syn.cut = 1;
    assert_int_equal(script_shot(&script, &syn), 0);
    assert_int_equal(script.notes, TRACK_NOTE_CUT);
    assert_int_equal(script.payload_total, 100);
    assert_int_equal(script.events & FOLLOW(CHECKSUM), 0);
    /* Not filled in yet. */
    syn = client_shot(40000, TCP_SYN, 1000, 0);
    size_t length = put_packet(bytes, sizeof bytes, &syn);
    struct packet packet;
    assert_int_equal(packet_read(bytes, length, false, &packet), 0);
    uint16_t partial = (uint16_t)~checksum_fold(checksum_pseudo(&packet, 6, length - 20));
    bytes[36] = (uint8_t)(partial >> 8);
    bytes[37] = (uint8_t)partial;
    assert_int_equal(script_bytes(&script, RAW, bytes, length, length), 0);
    assert_int_equal(script.notes, TRACK_NOTE_PARTIAL);
    assert_int_equal(script.events & FOLLOW(CHECKSUM), 0);
    /* Wrong in the IP header: no end looks into the packet. */
    length = put_packet(bytes, sizeof bytes, &syn);
    bytes[8]--;
    assert_int_equal(script_bytes(&script, RAW, bytes, length, length), 0);
    assert_int_equal(script.notes, TRACK_NOTE_CHECKSUM);
    /* An adapter that joined segments says nothing of their checksum. */
    length = put_packet(bytes, sizeof bytes, &syn);
    bytes[2] = bytes[3] = 0;
    bytes[36] ^= 1;
    uint16_t sum = (uint16_t)(bytes[10] << 8 | bytes[11]);
    sum = (uint16_t)(sum + 40);
    bytes[10] = (uint8_t)(sum >> 8);
    bytes[11] = (uint8_t)sum;
    assert_int_equal(script_bytes(&script, RAW, bytes, length, length), 0);
    assert_int_equal(script.notes, 0);
    assert_int_equal(script.events & FOLLOW(GIANT), FOLLOW(GIANT));
    script_is(&script, "1.0 1.0 1.0 1.0 1.0 1.0");
    script_free(&script);
}

/* An IP header that claims more than its frame had on the wire: what was there counts. */
static void test_length_beyond_the_frame(void **state)
{
    static const struct {
        const char *source, *destination;
        size_t claimed, wire, captured; /* of data */
        unsigned notes;
        size_t taken;
        const char *tunnel_source, *tunnel_destination;
    } rows[] = {
        {"198.18.0.1", "198.18.0.2", 65495, 100, 100, TRACK_NOTE_LENGTH, 100, NULL, NULL},
        {"198.18.0.1", "198.18.0.2", 101, 100, 100, TRACK_NOTE_LENGTH, 100, NULL, NULL},
        {"198.18.0.1", "198.18.0.2", 101, 100, 60, TRACK_NOTE_LENGTH | TRACK_NOTE_CUT, 100, NULL,
         NULL},
        {"198.18.0.1", "198.18.0.2", 100, 100, 60, TRACK_NOTE_CUT, 100, NULL, NULL},
        {"198.18.0.1", "198.18.0.2", 60, 100, 100, 0, 60, NULL, NULL},
        {"2001:db8::1", "2001:db8::2", 65515, 31, 31, TRACK_NOTE_LENGTH, 31, NULL, NULL},
        {"198.18.0.1", "198.18.0.2", 500, 31, 31, TRACK_NOTE_LENGTH, 31, "198.18.9.1",
         "198.18.9.2"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct shot shot = {.source = rows[i].source,
                            .destination = rows[i].destination,
                            .source_port = 40000,
                            .destination_port = 80,
                            .flags = TCP_ACK,
                            .seq = 1001,
                            .ack = 5001,
                            .data = rows[i].claimed < 100 ? rows[i].claimed : rows[i].wire,
                            .tunnel_source = rows[i].tunnel_source,
                            .tunnel_destination = rows[i].tunnel_destination};
        struct address source = address_of(shot.source), destination = address_of(shot.destination);
        uint8_t bytes[FRAME_MAX] = {0};
        struct script script;

        script_begin(&script, script_options(&script));
        size_t outer = shot.tunnel_source ? 20 : 0;
        size_t headers = outer + (source.family == IP_FAMILY_V6 ? 60 : 40);
        put_packet(bytes, sizeof bytes, &shot);
        put_ip(bytes + outer, &source, &destination, IP_PROTOCOL_TCP, 20 + rows[i].claimed);
        assert_int_equal(
            script_bytes(&script, RAW, bytes, headers + rows[i].captured, headers + rows[i].wire),
            0);
        assert_int_equal(script.notes, rows[i].notes);
        assert_int_equal(script.payload_total, rows[i].taken);
        assert_int_equal(script.last.follow.ends[0].counts.bytes, rows[i].taken);
        assert_int_equal(script.events & FOLLOW(CHECKSUM), 0);
        script_free(&script);
    }
}

static void test_what_is_no_segment(void **state)
{
    struct shot syn = client_shot(40000, TCP_SYN, 1000, 0);
    uint8_t bytes[FRAME_MAX] = {0};
    struct script script;
    (void)state;
    script_begin(&script, script_options(&script));
    syn.cut = 20; /* the TCP header is not all there */
    assert_int_equal(script_shot(&script, &syn), 0);
    syn.cut = 1;
    assert_int_equal(script_shot(&script, &syn), 0);
    size_t length = put_packet(bytes, sizeof bytes, &syn);
    bytes[32] = 0x40; /* shorter than a header is */
    assert_int_equal(script_bytes(&script, RAW, bytes, length, length), 0);
    bytes[32] = 0xf0; /* longer than the packet */
    assert_int_equal(script_bytes(&script, RAW, bytes, length, length), 0);
    put_ip(bytes, &(struct address){.family = IP_FAMILY_V4}, &(struct address){0}, 17, 20);
    assert_int_equal(script_bytes(&script, RAW, bytes, 40, 40), 0);
    bytes[12] = 8;
    bytes[13] = 6; /* ARP */
    assert_int_equal(script_bytes(&script, ETHERNET, bytes, 60, 60), 0);
    assert_int_equal(script_bytes(&script, ETHERNET, bytes, 10, 60), 0);
    assert_int_equal(script_bytes(&script, 65000, bytes, 60, 60), 0);
    assert_int_equal(script_bytes(&script, ETHERNET, NULL, 0, 0), 0);
    script_is(&script, "");
    const struct track_counts *counts = script_counts(&script);
    assert_int_equal(counts->frames, 9);
    assert_int_equal(counts->unread, 4);
    assert_int_equal(counts->other, 1);
    assert_int_equal(counts->packets, 5);
    assert_int_equal(counts->segments, 0);
    assert_int_equal(counts->verdicts[ENVELOPE_IP], 5);
    assert_int_equal(counts->verdicts[ENVELOPE_OTHER], 1);
    assert_int_equal(counts->verdicts[ENVELOPE_CUT], 1);
    assert_int_equal(counts->verdicts[ENVELOPE_SHORT], 1);
    assert_int_equal(counts->verdicts[ENVELOPE_LINK], 1);
    assert_int_equal(counts->connections, 0);
    script_free(&script);
}

/* What a call returns comes back at once; the tracker can be freed, and goes on if it is not. */
static void test_calls_return(void **state)
{
    static const struct {
        const char *stop_at, *told;
        unsigned freed;
    } rows[] = {
        {"1.1", "1.0 1.1", 0},
        {"1!", "1.0 1.1 1.0 1!", 0},
        {"1=OVER+1.000", "1.0 1.1 1.0 1! 1.0 1.1 1.0 1=OVER+1.000", 1},
        {"2=REUSED+1.000", "1.0 1.1 1.0 1! 1.0 1.1 1.0 1=OVER+1.000 2.0 2! 2=REUSED+1.000", 2},
        {"3=END+1.000",
         "1.0 1.1 1.0 1! 1.0 1.1 1.0 1=OVER+1.000 2.0 2! 2=REUSED+1.000 3.0 3! 3=END+1.000", 3},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct script script;
        unsigned step = 0;
        int got = 0;

        script_begin(&script, script_options(&script));
        script.stop_at = rows[i].stop_at;
        for (; got == 0 && step < 9; step++) {
            switch (step) {
            case 0:
                got = client(&script, 40000, TCP_SYN, 1000, 0);
                break;
            case 1:
                got = server(&script, 40000, TCP_SYN | TCP_ACK, 5000, 1001);
                break;
            case 2:
                got = client(&script, 40000, TCP_ACK, 1001, 5001);
                break;
            case 3:
                got = client(&script, 40000, TCP_ACK | TCP_FIN, 1001, 5001);
                break;
            case 4:
                got = server(&script, 40000, TCP_ACK | TCP_FIN, 5001, 1002);
                break;
            case 5:
                got = client(&script, 40000, TCP_ACK, 1002, 5002);
                script.at += SECOND;
                break;
            case 6:
                got = client(&script, 50000, TCP_SYN, 1000, 0);
                break;
            case 7:
                got = client(&script, 50000, TCP_SYN, 2000, 0);
                break;
            default:
                got = track_end(script.track, &script.fault);
                break;
            }
        }
        assert_int_equal(got, 77);
        script_is(&script, rows[i].told);
        assert_int_equal(script.freed, rows[i].freed);
        size_t open = script_counts(&script)->open;
        script_free(&script);
        assert_int_equal(script.freed, rows[i].freed + open);
    }
}

static void test_without_calls(void **state)
{
    struct script script;
    (void)state;
    script_begin(&script, (struct track_options){0});
    script_open(&script, 40000);
    script_close(&script, 40000);
    assert_int_equal(track_end(script.track, &script.fault), 0);
    assert_int_equal(script_counts(&script)->ended[TRACK_WHY_END], 1);
    script_free(&script);
}

static void test_words(void **state)
{
    (void)state;
    assert_string_equal(track_why_meaning(TRACK_WHY_REUSED),
                        "its addresses and ports serve a new connection");
    for (unsigned i = 0; i < TRACK_WHY_COUNT; i++)
        assert_true(strlen(track_why_meaning((enum track_why)i)) > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_connection),
        cmocka_unit_test(test_order_of_ends),
        cmocka_unit_test(test_both_ends_the_same),
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_priority_is_no_vlan),
        cmocka_unit_test(test_tunnel),
        cmocka_unit_test(test_interfaces),
        cmocka_unit_test(test_port_reuse),
        cmocka_unit_test(test_port_reuse_much_later),
        cmocka_unit_test(test_checksums),
        cmocka_unit_test(test_length_beyond_the_frame),
        cmocka_unit_test(test_what_is_no_segment),
        cmocka_unit_test(test_calls_return),
        cmocka_unit_test(test_without_calls),
        cmocka_unit_test(test_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
