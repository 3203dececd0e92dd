/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of net/replay: pcap files of every form, cut anywhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pcap/pcap.h>

#include "replay_bytes.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
#define MICRO           0xa1b2c3d4
#define NANO            0xa1b23c4d
#define MODIFIED        0xa1b2cd34

static const char payload[] = "0123456789abcdefghij";

/* Two packets, the second cut by the capture. */
static struct file_bytes two_packets(uint32_t magic, bool big, unsigned minor, uint32_t link_type)
{
    struct file_bytes file = {.big = big};

    put_pcap(&file, magic, minor, 65535, link_type);
    for (uint32_t i = 0; i < 2; i++) {
        uint32_t lengths[2] = {5 + i, 5 + 100 * i};
        bool is_swapped = minor < 3;
        put_packet(&file, 1700000000 + i, 999999 - i, lengths[is_swapped ? 1 : 0],
                   lengths[is_swapped ? 0 : 1]);
        if (magic == MODIFIED)
            put_bytes(&file, "\0\0\0\2\x08\0\0\0", 8);
        put_bytes(&file, payload + i, 5 + i);
    }
    return file;
}

/* The first has 5 of 5 bytes; the second 6 of 105. */
static void expect_two(struct replay *replay, uint32_t magic, int link_type, unsigned count)
{
    for (uint32_t i = 0; i < count; i++) {
        struct replay_frame frame = next_frame(replay);
        assert_int_equal(frame.number, i + 1);
        assert_true(frame.has_time);
        assert_int_equal(frame.at_ns, (1700000000 + i) * INT64_C(1000000000) +
                                          (999999 - i) * (magic == NANO ? 1 : 1000));
        assert_int_equal(frame.length, 5 + i);
        assert_int_equal(frame.wire_length, i == 0 ? 6 - 1 : 105);
        assert_int_equal(frame.link_type, link_type);
        assert_int_equal(frame.interface, 0);
        assert_memory_equal(frame.bytes, payload + i, 5 + i);
    }
}

static void test_forms(void **state)
{
    static const uint32_t magics[] = {MICRO, NANO, MODIFIED};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(magics); i++)
        for (int big = 0; big < 2; big++)
            for (unsigned minor = 0; minor <= 4; minor++) {
                struct file_bytes file = two_packets(magics[i], big, minor, 113);
                struct opened opened = open_bytes(file.bytes, file.length, NULL);
                const struct replay_facts *facts = replay_facts(opened.replay);

                assert_string_equal(facts->format, "pcap");
                assert_int_equal(facts->big_endian, big);
                assert_int_equal(facts->resolution_ns, magics[i] == NANO ? 1 : 1000);
                assert_int_equal(facts->interface_count, 1);
                assert_int_equal(facts->interfaces[0].link_type, 113);
                assert_int_equal(facts->interfaces[0].snaplen, 65535);
                assert_int_equal(facts->interfaces[0].dropped, -1);
                assert_string_equal(facts->interfaces[0].name, "");
                assert_int_equal(facts->size, file.length);
                assert_int_equal(facts->position, 24);
                expect_two(opened.replay, magics[i], 113, 2);
                expect_end(opened.replay, REPLAY_DAMAGE_NONE, 0, "");
                assert_int_equal(facts->frames, 2);
                assert_int_equal(facts->interfaces[0].frames, 2);
                assert_int_equal(facts->bytes, 11);
                assert_int_equal(facts->left_out, 0);
                assert_int_equal(facts->position, file.length);
                close_bytes(&opened);
            }
}

/* libpcap agrees about every form. */
static void test_forms_as_libpcap(void **state)
{
    static const uint32_t magics[] = {MICRO, NANO, MODIFIED};
    char path[64], words[PCAP_ERRBUF_SIZE];

    (void)state;
    for (unsigned i = 0; i < 2 * 5 * COUNT_OF(magics); i++) {
        struct file_bytes file = two_packets(magics[i / 10], i % 2, i / 2 % 5, 113);
        struct opened opened = open_bytes(file.bytes, file.length, NULL);
        struct pcap_pkthdr *header;
        const uint8_t *bytes;
        unsigned count = 0;
        int descriptor = path_of(file.bytes, file.length, path);
        pcap_t *pcap =
            pcap_open_offline_with_tstamp_precision(path, PCAP_TSTAMP_PRECISION_NANO, words);

        if (!pcap)
            fail_msg("%s", words);
        for (; pcap_next_ex(pcap, &header, &bytes) == 1; count++) {
            struct replay_frame frame = next_frame(opened.replay);
            assert_int_equal(frame.link_type, pcap_datalink(pcap));
            assert_int_equal(frame.at_ns,
                             header->ts.tv_sec * INT64_C(1000000000) + header->ts.tv_usec);
            assert_int_equal(frame.length, header->caplen);
            assert_int_equal(frame.wire_length, header->len);
            assert_memory_equal(frame.bytes, bytes, header->caplen);
        }
        assert_int_equal(count, 2);
        expect_end(opened.replay, REPLAY_DAMAGE_NONE, 0, "");
        pcap_close(pcap);
        close_bytes(&opened);
        close(descriptor);
    }
}

/* Some programs of version 2.3 put the lengths the other way round: the smaller one is captured. */
static void test_maybe_swapped(void **state)
{
    struct file_bytes file = {0};

    (void)state;
    put_pcap(&file, MICRO, 3, 68, 1);
    put_packet(&file, 1, 2, 105, 6);
    put_bytes(&file, payload, 6);
    struct opened opened = open_bytes(file.bytes, file.length, NULL);
    struct replay_frame frame = next_frame(opened.replay);
    assert_int_equal(frame.length, 6);
    assert_int_equal(frame.wire_length, 105);
    expect_end(opened.replay, REPLAY_DAMAGE_NONE, 0, "");
    close_bytes(&opened);
}

/* Above the link type are the length of the frame check sequence and a flag. */
static void test_link_flags(void **state)
{
    struct file_bytes file = two_packets(MICRO, false, 4, 0x44000001);

    (void)state;
    struct opened opened = open_bytes(file.bytes, file.length, NULL);
    expect_two(opened.replay, MICRO, 1, 2);
    close_bytes(&opened);
}

/* Up to every byte of every form: what comes before the cut stands. */
static void test_cut(void **state)
{
    static const uint32_t magics[] = {MICRO, NANO, MODIFIED};
    char what[160];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(magics); i++) {
        struct file_bytes file = two_packets(magics[i], i == 1, 4, 1);
        size_t head = magics[i] == MODIFIED ? 24 : 16, second = 24 + head + 5;

        for (size_t length = 24; length < file.length; length++) {
            size_t at = length < second ? 24 : second, part = length - at;
            unsigned number = length < second ? 1 : 2;
            struct opened opened = open_bytes(file.bytes, length, NULL);

            expect_two(opened.replay, magics[i], 1, number - 1);
            if (part == 0)
                what[0] = '\0';
            else if (part < head)
                snprintf(what, sizeof what, "the file ends in the header of packet %u", number);
            else
                snprintf(what, sizeof what, "the file ends in packet %u, which has %zu of %u bytes",
                         number, part - head, 4 + number);
            expect_end(opened.replay, part ? REPLAY_DAMAGE_CUT : REPLAY_DAMAGE_NONE, part ? at : 0,
                       what);
            assert_int_equal(replay_facts(opened.replay)->frames, number - 1);
            close_bytes(&opened);
        }
        for (size_t length = 0; length < 24; length++) {
            struct replay *replay;
            struct fault fault = {0};
            uint8_t *copy = malloc(length ? length : 1);

            assert_non_null(copy);
            memcpy(copy, file.bytes, length);
            assert_int_equal(replay_open_bytes(copy, length, NULL, &replay, &fault), -FAULT_IO);
            if (length == 0)
                assert_string_equal(fault.what, "cannot read it: it is empty");
            else if (length >= 4)
                assert_string_equal(fault.what,
                                    "cannot read it: it is a pcap file that ends in its header");
            free(copy);
        }
    }
}

static void test_lengths(void **state)
{
    static const struct {
        uint32_t length, wire_length;
        const char *what; /* NULL: cut */
    } rows[] = {
        {0xffffffff, 60, "packet 3 has 4294967295 bytes"},
        {0x80000000, 60, "packet 3 has 2147483648 bytes"},
        {REPLAY_FRAME_MAX + 1, 60, "packet 3 has 4194305 bytes"},
        {REPLAY_FRAME_MAX, 60, NULL},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct file_bytes file = two_packets(MICRO, false, 4, 1);
        size_t at = file.length;
        put_packet(&file, 1, 1, rows[i].length, rows[i].wire_length);
        struct opened opened = open_bytes(file.bytes, file.length, NULL);
        expect_two(opened.replay, MICRO, 1, 2);
        if (rows[i].what)
            expect_end(opened.replay, REPLAY_DAMAGE_LENGTH, at, rows[i].what);
        else
            expect_end(opened.replay, REPLAY_DAMAGE_CUT, at,
                       "the file ends in packet 3, which has 0 of 4194304 bytes");
        close_bytes(&opened);
    }
}

/* Stamps that no clock gives, and a wire length that is the smaller one. */
static void test_oddities(void **state)
{
    struct file_bytes file = {0};

    (void)state;
    put_pcap(&file, MICRO, 4, 0, 1);
    put_packet(&file, UINT32_MAX, UINT32_MAX, 0, 0);
    put_packet(&file, 0, 0, 4, 2);
    put_bytes(&file, payload, 4);
    struct opened opened = open_bytes(file.bytes, file.length, NULL);
    struct replay_frame frame = next_frame(opened.replay);
    assert_int_equal(frame.at_ns, INT64_C(4294967295) * 1000000000 + INT64_C(4294967295) * 1000);
    assert_int_equal(frame.length, 0);
    frame = next_frame(opened.replay);
    assert_int_equal(frame.at_ns, 0);
    assert_true(frame.has_time);
    assert_int_equal(frame.length, 4);
    assert_int_equal(frame.wire_length, 4);
    expect_end(opened.replay, REPLAY_DAMAGE_NONE, 0, "");
    close_bytes(&opened);
}

/* Frames of many sizes, through a window that is smaller than the file, as libpcap reads them. */
static void test_as_libpcap(void **state)
{
    char path[64], words[PCAP_ERRBUF_SIZE];
    int descriptor = path_of((const uint8_t *)"", 0, path);
    struct file_bytes head = {.big = true};
    static uint8_t body[200000];
    uint32_t seed = 1;

    (void)state;
    put_pcap(&head, NANO, 4, 262144, 1);
    assert_int_equal(write(descriptor, head.bytes, head.length), head.length);
    for (uint32_t i = 0; i < 2000; i++) {
        struct file_bytes packet = {.big = true};
        seed = seed * 1103515245 + 12345;
        uint32_t length = i % 100 == 7 ? seed >> 8 & 0x1ffff : seed >> 16 & 0x7ff;
        put_packet(&packet, i, seed % 1000000000, length, length + i % 3);
        memset(body, (int)i & 0xff, length);
        assert_int_equal(write(descriptor, packet.bytes, packet.length), packet.length);
        assert_int_equal(write(descriptor, body, length), length);
    }
    pcap_t *pcap = pcap_open_offline_with_tstamp_precision(path, PCAP_TSTAMP_PRECISION_NANO, words);
    assert_non_null(pcap);
    struct replay *replay;
    struct fault fault = {0};
    assert_int_equal(replay_open(path, NULL, &replay, &fault), 0);
    struct pcap_pkthdr *header;
    const uint8_t *bytes;
    unsigned count = 0;
    while (pcap_next_ex(pcap, &header, &bytes) == 1) {
        struct replay_frame frame = next_frame(replay);
        assert_int_equal(frame.number, ++count);
        assert_int_equal(frame.at_ns, header->ts.tv_sec * INT64_C(1000000000) + header->ts.tv_usec);
        assert_int_equal(frame.length, header->caplen);
        assert_int_equal(frame.wire_length, header->len);
        assert_memory_equal(frame.bytes, bytes, header->caplen);
    }
    assert_int_equal(count, 2000);
    expect_end(replay, REPLAY_DAMAGE_NONE, 0, "");
    assert_int_equal(replay_facts(replay)->position, replay_facts(replay)->size);
    assert_true(replay_facts(replay)->size > 2000000);
    pcap_close(pcap);
    replay_close(replay);
    close(descriptor);
}

/* The greatest frame there may be, which the window must grow for. */
static void test_greatest(void **state)
{
    char path[64];
    struct file_bytes file = {0};
    uint8_t *body = calloc(1, REPLAY_FRAME_MAX);
    struct replay *replay;
    struct fault fault = {0};

    (void)state;
    assert_non_null(body);
    put_pcap(&file, MICRO, 4, 0, 1);
    put_packet(&file, 1, 1, REPLAY_FRAME_MAX, 0);
    body[REPLAY_FRAME_MAX - 1] = 7;
    int descriptor = path_of(file.bytes, file.length, path);
    assert_int_equal(write(descriptor, body, REPLAY_FRAME_MAX), REPLAY_FRAME_MAX);
    assert_int_equal(replay_open(path, NULL, &replay, &fault), 0);
    struct replay_frame frame = next_frame(replay);
    assert_int_equal(frame.length, REPLAY_FRAME_MAX);
    assert_int_equal(frame.bytes[REPLAY_FRAME_MAX - 1], 7);
    expect_end(replay, REPLAY_DAMAGE_NONE, 0, "");
    replay_close(replay);
    close(descriptor);
    free(body);
}

static void test_words(void **state)
{
    (void)state;
    for (unsigned i = 0; i < REPLAY_DAMAGE_COUNT; i++) {
        assert_true(strlen(replay_damage_word((enum replay_damage)i)) > 2);
        assert_true(strlen(replay_damage_meaning((enum replay_damage)i)) > 10);
    }
    assert_string_equal(replay_damage_word(REPLAY_DAMAGE_NONE), "none");
    assert_string_equal(replay_damage_word(REPLAY_DAMAGE_READ), "read");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_maybe_swapped),
        cmocka_unit_test(test_forms_as_libpcap),
        cmocka_unit_test(test_link_flags),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_oddities),
        cmocka_unit_test(test_as_libpcap),
        cmocka_unit_test(test_greatest),
        cmocka_unit_test(test_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
