/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TCP segments read and written without loss, cut short and malformed ones, and the text of the
 * flags. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "wire/tcp.h"

/* A SYN-ACK with the three reserved bits and AE set, four bytes of options and three of data. */
static const uint8_t sample[] = {
    0x01, 0xbb, 0x9c, 0x40, 0x01, 0x02, 0x03, 0x04, 0xa0, 0xb0, 0xc0, 0xd0, 0x6f, 0x12,
    0xfa, 0xf0, 0xbe, 0xef, 0x00, 0x07, 0x02, 0x04, 0x05, 0xb4, 'a',  'b',  'c',
};

static struct packet packet_of(const uint8_t *bytes, size_t captured, size_t total)
{
    return (struct packet){
        .family = IP_FAMILY_V4,
        .protocol = IP_PROTOCOL_TCP,
        .payload = bytes,
        .payload_length = captured,
        .payload_total = total,
    };
}

static void test_read(void **state)
{
    struct packet packet = packet_of(sample, sizeof(sample), sizeof(sample));
    struct segment segment;

    (void)state;
    assert_int_equal(segment_read(&packet, &segment), 0);
    assert_int_equal(segment.source_port, 443);
    assert_int_equal(segment.destination_port, 40000);
    assert_int_equal(segment.seq, 0x01020304);
    assert_true(segment.ack == 0xa0b0c0d0);
    assert_int_equal(segment.flags, TCP_SYN | TCP_ACK | TCP_AE | TCP_R9 | TCP_R10 | TCP_R11);
    assert_int_equal(segment.window, 64240);
    assert_int_equal(segment.checksum, 0xbeef);
    assert_int_equal(segment.urgent, 7);
    assert_int_equal(segment.options.length, 4);
    assert_int_equal(segment.options.count, 1);
    assert_ptr_equal(segment.payload, sample + 24);
    assert_int_equal(segment.payload_length, 3);
    assert_int_equal(segment.payload_total, 3);
    assert_int_equal(segment_length(&segment), 4);
}

/* All data offsets, all captured lengths, all lengths on the wire. */
static void test_every_length(void **state)
{
    uint8_t bytes[64];

    (void)state;
    memset(bytes, OPTION_NOP, sizeof(bytes));
    for (size_t offset = 0; offset < 16; offset++) {
        bytes[12] = (uint8_t)(offset << 4);
        for (size_t total = 0; total <= sizeof(bytes); total++) {
            for (size_t captured = 0; captured <= total; captured++) {
                struct packet packet = packet_of(bytes, captured, total);
                struct segment segment, before;
                int result, want = 0;

                memset(&segment, 0x5a, sizeof(segment));
                before = segment;
                result = segment_read(&packet, &segment);
                /* Byte 13 holds flags: before it came, nothing can be said of the data offset. */
                bool is_known = captured >= 14, is_whole = captured >= TCP_HEADER_MIN;

                if (total < TCP_HEADER_MIN || (is_known && (offset < 5 || 4 * offset > total)))
                    want = -FAULT_FORMAT;
                else if (!is_whole || 4 * offset > captured)
                    want = -FAULT_TRUNCATED;
                assert_int_equal(result, want);
                if (want) {
                    assert_memory_equal(&segment, &before, sizeof(segment));
                    continue;
                }
                assert_int_equal(segment.options.length, 4 * offset - 20);
                assert_int_equal(segment.payload_length, captured - 4 * offset);
                assert_int_equal(segment.payload_total, total - 4 * offset);
            }
        }
    }
}

/* What a capture keeps of the options, byte by byte. */
static void test_read_cut(void **state)
{
    static const uint8_t options[] = {2, 4, 5, 0xb4, 1, 3, 3, 7, 4, 2, 0, 0};
    /* the whole options among the first so many bytes */
    static const uint8_t whole[] = {0, 0, 0, 0, 4, 5, 5, 5, 8, 8, 10, 11, 12};
    uint8_t bytes[TCP_HEADER_MIN + sizeof(options) + 5] = {0};

    (void)state;
    memcpy(bytes, sample, TCP_HEADER_MIN);
    memcpy(bytes + TCP_HEADER_MIN, options, sizeof(options));
    bytes[12] = 8 << 4;
    for (size_t captured = 0; captured <= sizeof(bytes); captured++) {
        struct packet packet = packet_of(bytes, captured, sizeof(bytes));
        struct segment segment, other;
        size_t of_options = captured - TCP_HEADER_MIN;

        if (captured < TCP_HEADER_MIN) {
            assert_int_equal(segment_read_cut(&packet, &segment), -FAULT_TRUNCATED);
            continue;
        }
        assert_int_equal(segment_read_cut(&packet, &segment), 0);
        assert_int_equal(segment.seq, 0x01020304);
        assert_int_equal(segment.payload_total, 5);
        assert_ptr_equal(segment.payload + segment.payload_length, bytes + captured);
        assert_int_equal(options_unhealthy(&segment.options), 0);
        assert_int_equal(segment.options_cut, of_options < sizeof(options));
        if (of_options < sizeof(options)) {
            assert_int_equal(segment.options.length, whole[of_options]);
            assert_int_equal(segment.payload_length, 0);
            assert_int_equal(segment_read(&packet, &other), -FAULT_TRUNCATED);
        } else {
            assert_int_equal(segment.options.length, sizeof(options));
            assert_int_equal(segment_read(&packet, &other), 0);
            assert_int_equal(other.payload_length, segment.payload_length);
        }
    }
}

static void test_ecn_of_the_ip_header(void **state)
{
    struct packet packet = packet_of(sample, sizeof(sample), sizeof(sample));
    struct segment segment;

    (void)state;
    for (unsigned traffic_class = 0; traffic_class < 256; traffic_class++) {
        packet.traffic_class = (uint8_t)traffic_class;
        assert_int_equal(segment_read(&packet, &segment), 0);
        assert_int_equal(segment.ecn, traffic_class & 3);
    }
}

static void test_not_a_whole_segment(void **state)
{
    struct packet packet = packet_of(sample, sizeof(sample), sizeof(sample));
    struct segment segment;

    (void)state;
    packet.protocol = 17;
    assert_int_equal(segment_read(&packet, &segment), -FAULT_FORMAT);
    packet.protocol = IP_PROTOCOL_TCP;
    packet.is_fragment = true;
    assert_int_equal(segment_read(&packet, &segment), -FAULT_FORMAT);
    packet.is_fragment = false;
    assert_int_equal(segment_read(&packet, &segment), 0);
}

static void test_write_what_was_read(void **state)
{
    struct packet packet = packet_of(sample, sizeof(sample), sizeof(sample));
    struct segment segment;
    uint8_t bytes[64];

    (void)state;
    assert_int_equal(segment_read(&packet, &segment), 0);
    for (size_t size = 0; size < sizeof(bytes); size++) {
        memset(bytes, 0x5a, sizeof(bytes));

        int length = segment_write(&segment, bytes, size);

        if (size < sizeof(sample)) {
            assert_int_equal(length, -FAULT_RANGE);
            assert_int_equal(bytes[size], 0x5a);
            continue;
        }
        assert_int_equal(length, sizeof(sample));
        assert_memory_equal(bytes, sample, sizeof(sample));
        assert_int_equal(bytes[sizeof(sample)], 0x5a);
    }
}

/* All 4096 settings of the flags, and each length of options. */
static void test_write_flags_and_padding(void **state)
{
    (void)state;
    for (unsigned flags = 0; flags <= TCP_FLAGS_ALL; flags++) {
        struct segment segment = {.flags = (uint16_t)flags}, again;
        uint8_t bytes[TCP_HEADER_MAX];

        assert_int_equal(segment_write(&segment, bytes, sizeof(bytes)), TCP_HEADER_MIN);

        struct packet packet = packet_of(bytes, TCP_HEADER_MIN, TCP_HEADER_MIN);

        assert_int_equal(segment_read(&packet, &again), 0);
        assert_int_equal(again.flags, flags);
    }
    for (size_t length = 0; length <= OPTIONS_MAX; length++) {
        struct segment segment = {.payload = (const uint8_t *)"x", .payload_length = 1};
        uint8_t bytes[TCP_HEADER_MAX + 1];
        uint8_t nops[OPTIONS_MAX];
        size_t padded = (length + 3) / 4 * 4;

        memset(nops, OPTION_NOP, sizeof(nops));
        options_parse(nops, length, &segment.options);
        memset(bytes, 0x5a, sizeof(bytes));
        assert_int_equal(segment_write(&segment, bytes, sizeof(bytes)), 21 + padded);
        assert_int_equal(bytes[12], (5 + padded / 4) << 4);
        assert_memory_equal(bytes + 20, nops, length);
        for (size_t i = length; i < padded; i++)
            assert_int_equal(bytes[20 + i], OPTION_EOL);
        assert_int_equal(bytes[20 + padded], 'x');
    }
}

static void test_length_in_sequence_space(void **state)
{
    static const struct {
        size_t data;
        uint32_t length;
        uint16_t flags;
    } rows[] = {
        {0, 0, 0},
        {0, 1, TCP_SYN},
        {0, 1, TCP_FIN},
        {5, 7, TCP_SYN | TCP_FIN},
        {5, 5, TCP_ACK | TCP_PSH | TCP_URG},
        {3, 3, TCP_RST},
        {0, 2, TCP_FLAGS_ALL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct segment segment = {.flags = rows[i].flags, .payload_total = rows[i].data};

        assert_int_equal(segment_length(&segment), rows[i].length);
    }
}

static void test_flags_round_trip(void **state)
{
    (void)state;
    for (unsigned flags = 0; flags <= TCP_FLAGS_ALL; flags++) {
        char text[TCP_FLAGS_TEXT_SIZE];
        struct fault fault;
        uint16_t again = 0xffff;

        assert_ptr_equal(tcp_flags_show((uint16_t)flags, text), text);
        assert_int_equal(tcp_flags_read(text, "--flags", &again, &fault), 0);
        assert_int_equal(again, flags);
    }
}

static void test_flags_text(void **state)
{
    static const struct {
        const char *text;
        uint16_t flags;
        const char *shown;
    } rows[] = {
        {"SYN,ACK", TCP_SYN | TCP_ACK, "SYN,ACK"},
        {"ack+syn", TCP_SYN | TCP_ACK, "SYN,ACK"},
        {"S.", TCP_SYN | TCP_ACK, "SYN,ACK"},
        {"S", TCP_SYN, "SYN"},
        {"FP.", TCP_FIN | TCP_PSH | TCP_ACK, "FIN,PSH,ACK"},
        {"SEWA", TCP_SYN | TCP_ECE | TCP_CWR | TCP_AE, "SYN,ECE,CWR,AE"},
        {"ae", TCP_AE, "AE"},
        {"r9", TCP_R9, "R9"},
        {"987", TCP_FLAGS_RESERVED, "R9,R10,R11"},
        {"SYN,SYN", TCP_SYN, "SYN"},
        {"Fin,RST,URG", TCP_FIN | TCP_RST | TCP_URG, "FIN,RST,URG"},
        {"none", 0, "none"},
        {"NONE", 0, "none"},
        {"0x0", 0, "none"},
        {"0x012", TCP_SYN | TCP_ACK, "SYN,ACK"},
        {"0xFFF", TCP_FLAGS_ALL, "FIN,SYN,RST,PSH,ACK,URG,ECE,CWR,AE,R9,R10,R11"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[TCP_FLAGS_TEXT_SIZE];
        struct fault fault = {0};
        uint16_t flags = 0xffff;

        if (tcp_flags_read(rows[i].text, "--flags", &flags, &fault) != 0)
            fail_msg("'%s': %s", rows[i].text, fault.what);
        assert_int_equal(flags, rows[i].flags);
        assert_string_equal(tcp_flags_show(flags, text), rows[i].shown);
    }
}

static void test_flags_refused(void **state)
{
    static const struct {
        const char *text, *says;
    } rows[] = {
        {"SIN,ACK", "unknown flag 'SIN' in --flags; did you mean '"},
        {"SYN,", "a flag is missing in --flags"},
        {"", "a flag is missing in --flags"},
        {"SYN,,ACK", "a flag is missing in --flags"},
        {"SYN ACK", "unknown flag 'SYN ACK' in --flags"},
        {"SYN,S", "unknown flag 'S' in --flags"},
        {"quux", "unknown flag 'quux' in --flags: write names such as SYN,ACK, 0x012 or none"},
        {"0x1000", "flags '0x1000' of --flags are not in 0x0 to 0xfff"},
        {"0x", "flags '0x' of --flags are not in 0x0 to 0xfff"},
        {"18", "unknown flag '18' in --flags"},
        {"SYN,none", "unknown flag 'none' in --flags"},
        {"\x07", "unknown flag '\\x07' in --flags"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct fault fault = {0};
        uint16_t flags = 0x5a5a;

        assert_int_equal(tcp_flags_read(rows[i].text, "--flags", &flags, &fault), -FAULT_SYNTAX);
        assert_int_equal(fault.code, FAULT_SYNTAX);
        if (!strstr(fault.what, rows[i].says))
            fail_msg("'%s': \"%s\" is not in \"%s\"", rows[i].text, rows[i].says, fault.what);
        assert_int_equal(flags, 0x5a5a);
        assert_int_equal(tcp_flags_read(rows[i].text, "--flags", &flags, NULL), -FAULT_SYNTAX);
    }
}

static void test_sequence_comparison(void **state)
{
    (void)state;
    assert_true(seq_before(1, 2));
    assert_false(seq_before(2, 2));
    assert_false(seq_before(3, 2));
    assert_true(seq_before(0xffffffff, 0));
    assert_false(seq_before(0, 0xffffffff));
    assert_true(seq_upto(2, 2));
    assert_true(seq_upto(0xfffffff0, 0x10));
    assert_false(seq_upto(0x10, 0xfffffff0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read),
        cmocka_unit_test(test_every_length),
        cmocka_unit_test(test_read_cut),
        cmocka_unit_test(test_ecn_of_the_ip_header),
        cmocka_unit_test(test_not_a_whole_segment),
        cmocka_unit_test(test_write_what_was_read),
        cmocka_unit_test(test_write_flags_and_padding),
        cmocka_unit_test(test_length_in_sequence_space),
        cmocka_unit_test(test_flags_round_trip),
        cmocka_unit_test(test_flags_text),
        cmocka_unit_test(test_flags_refused),
        cmocka_unit_test(test_sequence_comparison),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
