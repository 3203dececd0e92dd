/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of net/replay_filter: libpcap's syntax over every link type and whatever wraps a packet. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "hex_frames.h"
#include "replay_bytes.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
#define ETHER           "02aaaaaaaaaa 02bbbbbbbbbb "

/* The packets are of 198.18.0.1, port 12345, to 198.18.0.2, port 80 (hex_frames.h). */
static const struct {
    int link;
    const char *hex;
    const char *takes[8], *leaves[8];
} rows[] = {
    {1,
     ETHER "0800 @4",
     {"port 80", "tcp", "ether src 02:bb:bb:bb:bb:bb", "ip", "less 54", "tcp[13] = 2", ""},
     {"port 443", "udp", "ip6", "vlan", "arp", "less 40", "ether src 02:aa:aa:aa:aa:aa"}},
    {1,
     ETHER "86dd @6",
     {"port 80", "ip6", "src host 2001:db8::1", "tcp"},
     {"ip", "src host 2001:db8::2"}},
    {1,
     ETHER "8100 0005 0800 @4",
     {"port 80", "vlan 5", "vlan and port 80", "src host 198.18.0.1", "not port 81"},
     {"vlan 6", "port 81", "udp", "ip6"}},
    {1, ETHER "88a8 0064 8100 0fff 86dd @6", {"port 80", "vlan 100"}, {"vlan 4095", "port 81"}},
    {1, ETHER "8847 00010140 @4", {"port 80", "mpls", "tcp"}, {"port 81", "not tcp and ip"}},
    {1, ETHER "8864 11001234002a 0021 @4", {"port 80", "pppoes", "ip"}, {"port 81"}},
    /* IPv6 in IPv4, and GRE: inside and outside are both asked. */
    {1, ETHER "0800 @4:29 @6", {"port 80", "ip6", "proto 41", "ip"}, {"port 81", "udp"}},
    {1, ETHER "0800 @4:2f 00000800 @4", {"port 80", "proto 47", "tcp"}, {"port 81"}},
    {101, "@4", {"port 80", "tcp", "ip"}, {"port 81", "ip6", "arp"}},
    {12, "@6", {"port 80", "ip6"}, {"ip", "port 81", "arp"}},
    {228, "@4", {"port 80", "tcp"}, {"port 81", "ip6"}},
    /* The family stands in the byte order of the machine that captured it. */
    {0, "02000000 @4", {"port 80", "tcp", "not port 81"}, {"port 81", "ip6", "not port 80"}},
    {0, "00000002 @4", {"port 80", "tcp", "not port 81"}, {"port 81", "ip6", "not port 80"}},
    {0, "1e000000 @6", {"port 80", "ip6"}, {"port 81", "ip"}},
    {0, "0000001e @6", {"port 80", "ip6"}, {"port 81", "ip"}},
    {108, "00000002 @4", {"port 80"}, {"port 81"}},
    {113,
     "0000 0001 0006 02aaaaaaaaaa0000 0800 @4",
     {"port 80", "inbound", "tcp"},
     {"port 81", "outbound", "arp"}},
    {276, "0800 0000 00000003 0001 00 06 02aaaaaaaaaa0000 @4", {"port 80"}, {"port 81"}},
    {9, "ff03 0021 @4", {"port 80"}, {"port 81"}},
    /* libpcap has no program for these, but the packet within is found. */
    {281, ETHER "00000000 0800 @4", {"port 80", "tcp"}, {"port 81", "udp"}},
    /* In others nothing is found. */
    {147, "@4", {NULL}, {"port 80", "tcp", "ip", ""}},
    {113, "0000 0001 0006 02aaaaaaaaaa0000 0806 00010800", {"arp"}, {"port 80", "tcp"}},
    /* Cut within the TCP header, and within the IP header. */
    {1,
     ETHER "0800 45000028123400004006 0000 c6120001 c6120002 30390050",
     {"port 80", "dst port 80"},
     {"tcp[13] = 2", "port 81"}},
    {1, ETHER "0800 45000028", {"ip"}, {"port 80", "tcp"}},
};

static void expect_taken(size_t row, const char *expression, bool is_taken)
{
    struct file_bytes file = {0};
    uint8_t frame[HEX_FRAME_MAX];
    size_t length = hex_frame(rows[row].hex, frame);
    struct replay_options options = {.filter = expression};
    struct replay_frame got;
    struct fault fault = {0};

    put_pcap(&file, 0xa1b2c3d4, 4, 0, (uint32_t)rows[row].link);
    put_packet(&file, 1, 0, (uint32_t)length, (uint32_t)length);
    put_bytes(&file, frame, length);
    struct opened opened = open_bytes(file.bytes, file.length, &options);
    int result = replay_next(opened.replay, &got, &fault);
    if (result != (is_taken ? 1 : 0))
        fail_msg("row %zu, '%s': %d %s", row, expression, result, fault.what);
    assert_int_equal(replay_facts(opened.replay)->frames, 1);
    assert_int_equal(replay_facts(opened.replay)->left_out, is_taken ? 0 : 1);
    expect_end(opened.replay, REPLAY_DAMAGE_NONE, 0, "");
    close_bytes(&opened);
}

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        for (size_t k = 0; k < COUNT_OF(rows[i].takes) && rows[i].takes[k]; k++)
            expect_taken(i, rows[i].takes[k], true);
        for (size_t k = 0; k < COUNT_OF(rows[i].leaves) && rows[i].leaves[k]; k++)
            expect_taken(i, rows[i].leaves[k], false);
    }
}

static void test_syntax(void **state)
{
    static const struct {
        const char *expression, *what;
    } bad[] = {
        {"port 80 and",
         "cannot read the filter 'port 80 and': can't parse filter expression: syntax error"},
        {"tcp[", "cannot read the filter 'tcp[': can't parse filter expression: syntax error"},
        {"port 70000", "cannot read the filter 'port 70000': illegal port number 70000 > 65535"},
        {"ip and ip6", "cannot read the filter 'ip and ip6': expression rejects all packets"},
        {"\n(", "cannot read the filter '\\n(': can't parse filter expression: syntax error"},
    };
    static const char *const good[] = {
        "ether host 02:00:00:00:00:01",
        "vlan 5",
        "inbound",
        "wlan type data",
        "ifname eth0",
        "tcp[tcpflags] & tcp-syn != 0",
        "ip6 and tcp",
        "arp",
        "",
    };
    struct file_bytes file = {0};
    struct replay *replay;

    (void)state;
    put_pcap(&file, 0xa1b2c3d4, 4, 0, 1);
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct replay_options options = {.filter = bad[i].expression};
        struct fault fault = {0};
        assert_int_equal(replay_open_bytes(file.bytes, file.length, &options, &replay, &fault),
                         -FAULT_SYNTAX);
        assert_string_equal(fault.what, bad[i].what);
        /* It is checked before the file. */
        assert_int_equal(replay_open("/nowhere", &options, &replay, &fault), -FAULT_SYNTAX);
    }
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        struct replay_options options = {.filter = good[i]};
        struct opened opened = open_bytes(file.bytes, file.length, &options);
        expect_end(opened.replay, REPLAY_DAMAGE_NONE, 0, "");
        close_bytes(&opened);
    }
}

/* Several link types in a file, and one that the expression has no meaning for. */
static void test_mixed(void **state)
{
    static const struct {
        const char *expression;
        unsigned taken; /* bits by frame */
        const char *fault;
    } mixed[] = {
        {"port 80", 0x1f, NULL},
        {"port 81", 0, NULL},
        {"arp", 0, NULL},
        {"ip6", 0x0a, NULL},
        {"ether src 02:bb:bb:bb:bb:bb", 0x01,
         "cannot read the filter 'ether src 02:bb:bb:bb:bb:bb' for link type 101: ethernet "
         "addresses supported only on ethernet/FDDI/token ring/802.11/ATM LANE/Fibre Channel"},
    };
    static const struct {
        unsigned link;
        const char *hex;
    } frames[] = {
        {1, ETHER "0800 @4"},
        {101, "@6"},
        {113, "0000 0001 0006 02aaaaaaaaaa0000 0800 @4"},
        {229, "@6"},
        {1, ETHER "8100 0005 0800 @4"},
    };
    struct file_bytes file = {0};

    (void)state;
    put_section(&file);
    for (size_t i = 0; i < COUNT_OF(frames); i++)
        put_interface(&file, frames[i].link, 0, 9, NULL);
    for (unsigned round = 0; round < 3; round++)
        for (uint32_t i = 0; i < COUNT_OF(frames); i++) {
            uint8_t frame[HEX_FRAME_MAX];
            size_t length = hex_frame(frames[i].hex, frame);
            put_enhanced(&file, i, i, frame, length, (uint32_t)length);
        }
    for (size_t i = 0; i < COUNT_OF(mixed); i++) {
        struct replay_options options = {.filter = mixed[i].expression};
        struct opened opened = open_bytes(file.bytes, file.length, &options);
        struct replay_frame frame;
        struct fault fault = {0};
        unsigned count = 0, seen = 0;
        int got;

        while ((got = replay_next(opened.replay, &frame, &fault)) == 1) {
            assert_true(mixed[i].taken >> frame.interface & 1);
            assert_int_equal((frame.number - 1) % COUNT_OF(frames), frame.interface);
            seen |= 1U << frame.interface;
            count++;
        }
        assert_int_equal(seen, mixed[i].taken);
        assert_int_equal(got, mixed[i].fault ? -FAULT_SYNTAX : 0);
        if (mixed[i].fault) {
            assert_string_equal(fault.what, mixed[i].fault);
            assert_int_equal(replay_next(opened.replay, &frame, &fault), 0);
        } else {
            assert_int_equal(replay_facts(opened.replay)->frames, 3 * COUNT_OF(frames));
            assert_int_equal(replay_facts(opened.replay)->left_out,
                             replay_facts(opened.replay)->frames - count);
            assert_int_equal(count, 3 * (unsigned)__builtin_popcount(mixed[i].taken));
        }
        close_bytes(&opened);
    }
}

/* Each link type there can be, most of them without a meaning. */
static void test_all_links(void **state)
{
    struct replay_options options = {.filter = "port 80"};

    (void)state;
    for (uint32_t link = 0; link < 300; link++) {
        struct file_bytes file = {0};
        struct replay_frame frame;
        struct fault fault = {0};

        put_pcap(&file, 0xa1b2c3d4, 4, 0, link);
        put_packet(&file, 1, 0, 5, 5);
        put_bytes(&file, "abcde", 5);
        struct opened opened = open_bytes(file.bytes, file.length, &options);
        int got = replay_next(opened.replay, &frame, &fault);
        if (got != 0)
            fail_msg("link type %u: %d %s", link, got, fault.what);
        close_bytes(&opened);
    }
}

/* While nothing is taken somebody must be able to say that it is enough. */
static bool enough(void *data, int64_t waited_ns)
{
    unsigned *calls = data;

    assert_int_equal(waited_ns, 0);
    return ++*calls < 2;
}

static void test_left_out(void **state)
{
    size_t count = 200000, length = 24 + count * 16;
    uint8_t *bytes = calloc(1, length);
    struct file_bytes file = {0};
    unsigned calls = 0;
    struct replay_options options = {.filter = "tcp", .idle = enough, .data = &calls};
    struct replay *replay;
    struct fault fault = {0};

    (void)state;
    assert_non_null(bytes);
    put_pcap(&file, 0xa1b2c3d4, 4, 0, 1);
    memcpy(bytes, file.bytes, 24);
    assert_int_equal(replay_open_bytes(bytes, length, &options, &replay, &fault), 0);
    expect_end(replay, REPLAY_DAMAGE_NONE, 0, "");
    assert_int_equal(calls, 2);
    assert_int_equal(replay_facts(replay)->left_out, replay_facts(replay)->frames);
    assert_in_range(replay_facts(replay)->frames, 100000, 150000);
    replay_close(replay);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),     cmocka_unit_test(test_syntax),
        cmocka_unit_test(test_mixed),    cmocka_unit_test(test_all_links),
        cmocka_unit_test(test_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
