/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of net/replay: pcapng files of every block, cut anywhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pcap/pcap.h>

#include "replay_bytes.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
#define SECOND          INT64_C(1000000000)

static const char payload[] = "0123456789abcdefghij";

static void put_simple(struct file_bytes *file, uint32_t wire_length, size_t length)
{
    block_begin(file, 3);
    put32(file, wire_length);
    put_bytes(file, payload, length);
    block_end(file);
}

static void put_old(struct file_bytes *file, unsigned interface, uint64_t ticks, size_t length)
{
    block_begin(file, 2);
    put16(file, interface);
    put16(file, 0xffff);
    put32(file, (uint32_t)(ticks >> 32));
    put32(file, (uint32_t)ticks);
    put32(file, (uint32_t)length);
    put32(file, 1500);
    put_bytes(file, payload, length);
    block_end(file);
}

static void put_statistics(struct file_bytes *file, uint32_t interface, uint64_t dropped,
                           uint64_t system_dropped)
{
    block_begin(file, 5);
    put32(file, interface);
    put32(file, 0);
    put32(file, 0);
    put_option64(file, 4, 1000000);
    put_option64(file, 5, dropped);
    put_option64(file, 7, system_dropped);
    put_option(file, 0, NULL, 0);
    block_end(file);
}

static void expect_frame(struct replay *replay, uint64_t number, int link_type, uint32_t interface,
                         int64_t at_ns, size_t length, size_t wire_length)
{
    struct replay_frame frame = next_frame(replay);

    assert_int_equal(frame.number, number);
    assert_int_equal(frame.link_type, link_type);
    assert_int_equal(frame.interface, interface);
    assert_int_equal(frame.has_time, at_ns >= 0);
    assert_int_equal(frame.at_ns, at_ns >= 0 ? at_ns : 0);
    assert_int_equal(frame.length, length);
    assert_int_equal(frame.wire_length, wire_length);
    assert_memory_equal(frame.bytes, payload, length);
}

/* Every block there is, three interfaces of different links and clocks, then a section in the other
 * byte order with one of its own. */
static struct file_bytes everything(bool big)
{
    struct file_bytes file = {.big = big};

    put_section(&file);
    put_interface(&file, 1, 0, 9, "eth\n0");
    put_interface(&file, 101, 4, -1, NULL);
    block_begin(&file, 4); /* names */
    put_bytes(&file, "\0\0\0\0", 4);
    block_end(&file);
    put_enhanced(&file, 0, UINT64_C(1700000000123456789), payload, 5, 60);
    put_interface(&file, 276, 0, 0x80 | 10, "any");
    put_enhanced(&file, 1, UINT64_C(1700000001000002), payload, 4, 4);
    put_enhanced(&file, 2, (UINT64_C(1700000002) << 10) + 512, payload, 0, 99);
    put_simple(&file, 7, 7);
    block_begin(&file, 0x80000001); /* somebody's own */
    put_bytes(&file, payload, 17);
    block_end(&file);
    put_old(&file, 1, UINT64_C(1700000003000000), 3);
    put_statistics(&file, 0, 1, 2);
    put_statistics(&file, 0, 40, 2);
    put_statistics(&file, 1, UINT64_MAX - 1, 10);
    put_statistics(&file, 2, UINT64_MAX, UINT64_MAX);
    put_statistics(&file, 3, 1, 1);
    file.big = !big;
    put_section(&file);
    put_interface(&file, 113, 6, 6, "second");
    put_simple(&file, 20, 6);
    put_enhanced(&file, 0, 5, payload, 20, 10);
    return file;
}

static void test_everything(void **state)
{
    (void)state;
    for (int big = 0; big < 2; big++) {
        struct file_bytes file = everything(big);
        struct opened opened = open_bytes(file.bytes, file.length, NULL);
        struct replay *replay = opened.replay;
        const struct replay_facts *facts = replay_facts(replay);

        assert_string_equal(facts->format, "pcapng");
        assert_int_equal(facts->big_endian, big);
        expect_frame(replay, 1, 1, 0, INT64_C(1700000000123456789), 5, 60);
        assert_int_equal(facts->interface_count, 2);
        assert_int_equal(facts->resolution_ns, 1);
        expect_frame(replay, 2, 101, 1, INT64_C(1700000001000002000), 4, 4);
        expect_frame(replay, 3, 276, 2, INT64_C(1700000002500000000), 0, 99);
        expect_frame(replay, 4, 1, 0, -1, 7, 7);
        expect_frame(replay, 5, 101, 1, INT64_C(1700000003000000000), 3, 1500);
        expect_frame(replay, 6, 113, 3, -1, 6, 20);
        assert_int_equal(facts->big_endian, !big);
        expect_frame(replay, 7, 113, 3, 5000, 20, 20);
        expect_end(replay, REPLAY_DAMAGE_NONE, 0, "");
        assert_int_equal(facts->interface_count, 4);
        assert_int_equal(facts->frames, 7);
        assert_int_equal(facts->bytes, 5 + 4 + 0 + 7 + 3 + 6 + 20);
        assert_int_equal(facts->position, file.length);
        static const struct replay_interface wanted[] = {
            {.link_type = 1, .name = "eth\\n0", .resolution_ns = 1, .dropped = 42, .frames = 2},
            {.link_type = 101,
             .snaplen = 4,
             .resolution_ns = 1000,
             .dropped = INT64_MAX,
             .frames = 2},
            {.link_type = 276, .name = "any", .resolution_ns = 976562, .dropped = -1, .frames = 1},
            {.link_type = 113,
             .snaplen = 6,
             .name = "second",
             .resolution_ns = 1000,
             .dropped = -1,
             .frames = 2},
        };
        for (size_t i = 0; i < COUNT_OF(wanted); i++) {
            assert_int_equal(facts->interfaces[i].link_type, wanted[i].link_type);
            assert_int_equal(facts->interfaces[i].snaplen, wanted[i].snaplen);
            assert_string_equal(facts->interfaces[i].name, wanted[i].name);
            assert_int_equal(facts->interfaces[i].resolution_ns, wanted[i].resolution_ns);
            assert_int_equal(facts->interfaces[i].dropped, wanted[i].dropped);
            assert_int_equal(facts->interfaces[i].frames, wanted[i].frames);
        }
        close_bytes(&opened);
    }
}

/* Whether a block begins at `at`, or the file ends there; `ret_frames` gets the packets before. */
static bool is_block(const struct file_bytes *file, bool big, size_t at, unsigned *ret_frames)
{
    *ret_frames = 0;
    for (size_t i = 0; i < at;) {
        struct file_bytes number = {.big = big};
        uint32_t type, total;

        memcpy(number.bytes, file->bytes + i, 12);
        if (memcmp(number.bytes, "\x0a\x0d\x0d\x0a", 4) == 0)
            big = number.bytes[8] == 0x1a;
        type = big ? number.bytes[3] : number.bytes[0];
        total = big ? (uint32_t)(number.bytes[6] << 8 | number.bytes[7])
                    : (uint32_t)(number.bytes[5] << 8 | number.bytes[4]);
        i += total;
        /* 0x80000001 and a section end otherwise. */
        bool is_own = number.bytes[big ? 0 : 3] != 0;
        *ret_frames += i <= at && !is_own && (type == 2 || type == 3 || type == 6);
        if (i > at)
            return false;
    }
    return true;
}

/* Up to every byte: the packets before stand, and the damage is known where there is some. */
static void test_cut(void **state)
{
    (void)state;
    for (int big = 0; big < 2; big++) {
        struct file_bytes file = everything(big);

        for (size_t length = 16; length < file.length; length++) {
            unsigned frames;
            bool is_whole = is_block(&file, big, length, &frames);
            struct opened opened = open_bytes(file.bytes, length, NULL);
            const struct replay_facts *facts = replay_facts(opened.replay);

            for (unsigned i = 0; i < frames; i++)
                next_frame(opened.replay);
            struct replay_frame frame;
            assert_int_equal(replay_next(opened.replay, &frame, NULL), 0);
            assert_int_equal(facts->damage, is_whole ? REPLAY_DAMAGE_NONE : REPLAY_DAMAGE_CUT);
            assert_int_equal(facts->damage_what[0] == '\0', is_whole);
            if (!is_whole)
                assert_in_range(facts->damage_at, 0, length - 1);
            close_bytes(&opened);
        }
        for (size_t length = 1; length < 16; length++) {
            struct replay *replay;
            struct fault fault = {0};
            uint8_t *copy = malloc(length);

            assert_non_null(copy);
            memcpy(copy, file.bytes, length);
            assert_int_equal(replay_open_bytes(copy, length, NULL, &replay, &fault), -FAULT_IO);
            free(copy);
        }
    }
}

/* Options that say it twice, too short, or behind the end of options; an offset. */
static void test_options(void **state)
{
    struct file_bytes file = {.big = true};

    (void)state;
    put_section(&file);
    block_begin(&file, 1);
    put16(&file, 1);
    put16(&file, 0);
    put32(&file, 0);
    put_option(&file, 9, "\x09\x09", 2);
    put_option(&file, 14, "\0\0\0\1", 4);
    put_option64(&file, 14, (uint64_t)-5);
    put_option(&file, 2, "a\0b", 3);
    put_option(&file, 0, NULL, 0);
    put_option(&file, 9, "\x00", 1);
    block_end(&file);
    put_enhanced(&file, 0, 7000001, payload, 1, 1);
    put_enhanced(&file, 0, 1000000, payload, 1, 1);
    struct opened opened = open_bytes(file.bytes, file.length, NULL);
    struct replay_frame frame = next_frame(opened.replay);
    assert_int_equal(frame.at_ns, 2 * SECOND + 1000);
    frame = next_frame(opened.replay);
    assert_int_equal(frame.at_ns, -4 * SECOND);
    assert_true(frame.has_time);
    assert_string_equal(replay_facts(opened.replay)->interfaces[0].name, "a");
    assert_int_equal(replay_facts(opened.replay)->resolution_ns, 1000);
    expect_end(opened.replay, REPLAY_DAMAGE_NONE, 0, "");
    close_bytes(&opened);
}

/* More interfaces than are told of. */
static void test_many_interfaces(void **state)
{
    struct file_bytes file = {0};

    (void)state;
    put_section(&file);
    for (unsigned i = 0; i < 40; i++)
        put_interface(&file, 100 + i, 0, 9, "x");
    for (uint32_t i = 0; i < 40; i++)
        put_enhanced(&file, 39 - i, i, payload, 0, 0);
    put_statistics(&file, 39, 1, 1);
    struct opened opened = open_bytes(file.bytes, file.length, NULL);
    for (uint32_t i = 0; i < 40; i++) {
        struct replay_frame frame = next_frame(opened.replay);
        assert_int_equal(frame.interface, 39 - i);
        assert_int_equal(frame.link_type, 139 - i);
    }
    expect_end(opened.replay, REPLAY_DAMAGE_NONE, 0, "");
    assert_int_equal(replay_facts(opened.replay)->interface_count, 40);
    close_bytes(&opened);
}

/* What libpcap can read (one link type, one snaplen) it reads alike. */
static void test_as_libpcap(void **state)
{
    static const int resolutions[] = {-1, 0, 3, 6, 9, 12, 0x80, 0x80 | 10, 0x80 | 20, 0x80 | 31};
    char path[64], words[PCAP_ERRBUF_SIZE];
    unsigned count = 0;

    (void)state;
    for (int big = 0; big < 2; big++) {
        struct file_bytes file = {.big = big};
        struct pcap_pkthdr *header;
        const uint8_t *bytes;

        put_section(&file);
        for (size_t i = 0; i < COUNT_OF(resolutions); i++)
            put_interface(&file, 113, 262144, resolutions[i], "x");
        for (uint32_t i = 0; i < COUNT_OF(resolutions); i++)
            for (uint64_t ticks = 1; ticks < UINT64_C(1) << 34; ticks *= 1023)
                put_enhanced(&file, i, ticks, payload, i, i + 7);
        put_old(&file, 0, 1234567, 9);
        int descriptor = path_of(file.bytes, file.length, path);
        pcap_t *pcap =
            pcap_open_offline_with_tstamp_precision(path, PCAP_TSTAMP_PRECISION_NANO, words);
        if (!pcap)
            fail_msg("%s", words);
        struct opened opened = open_bytes(file.bytes, file.length, NULL);
        for (; pcap_next_ex(pcap, &header, &bytes) == 1; count++) {
            struct replay_frame frame = next_frame(opened.replay);
            int64_t wanted = header->ts.tv_sec * SECOND + header->ts.tv_usec;
            /* Seconds of 34 bits are behind what is told. */
            if (wanted > REPLAY_TIME_MAX || header->ts.tv_sec > INT64_C(4611686018))
                wanted = REPLAY_TIME_MAX;
            assert_int_equal(frame.at_ns, wanted);
            assert_int_equal(frame.length, header->caplen);
            assert_int_equal(frame.wire_length, header->len);
            assert_memory_equal(frame.bytes, bytes, header->caplen);
        }
        expect_end(opened.replay, REPLAY_DAMAGE_NONE, 0, "");
        close_bytes(&opened);
        pcap_close(pcap);
        close(descriptor);
    }
    assert_true(count > 60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_everything), cmocka_unit_test(test_cut),
        cmocka_unit_test(test_options),    cmocka_unit_test(test_many_interfaces),
        cmocka_unit_test(test_as_libpcap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
