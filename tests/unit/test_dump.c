/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of net/dump: what it wrote is read back with libpcap. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "net/link.h"

static char path[] = "/tmp/tcpprobe-dump.XXXXXX";

static int make_path(void **unused)
{
    (void)unused;
    memcpy(path + sizeof(path) - 7, "XXXXXX", 7);
    int descriptor = mkstemp(path);
    return descriptor < 0 ? -1 : close(descriptor);
}

static int remove_path(void **unused)
{
    (void)unused;
    return unlink(path);
}

/* A bare IPv4 and a bare IPv6 header, no more. */
static const uint8_t ipv4[20] = {0x45, 0, 0,   20, 0, 0, 0,   0, 64, 6,
                                 0,    0, 127, 0,  0, 1, 127, 0, 0,  1};
static const uint8_t ipv6[40] = {0x60, 0, 0, 0, 0, 0, 6, 64};

/* The IPv4 packet behind an Ethernet header. */
static struct frame ethernet_frame(int64_t stamp_ns)
{
    static uint8_t bytes[14 + sizeof(ipv4)] = {[0] = 1, [6] = 2, [12] = 8};
    memcpy(bytes + 14, ipv4, sizeof(ipv4));
    return (struct frame){.stamp_ns = stamp_ns,
                          .bytes = bytes,
                          .length = sizeof(bytes),
                          .wire_length = sizeof(bytes) + 100,
                          .link_type = DLT_EN10MB};
}

static struct frame raw_frame(const uint8_t *bytes, size_t length)
{
    return (struct frame){.stamp_ns = 1,
                          .bytes = bytes,
                          .length = length,
                          .wire_length = length,
                          .link_type = DLT_RAW};
}

static pcap_t *read_back(int link_type)
{
    char words[PCAP_ERRBUF_SIZE];
    pcap_t *pcap = pcap_open_offline_with_tstamp_precision(path, PCAP_TSTAMP_PRECISION_NANO, words);
    assert_non_null(pcap);
    assert_int_equal(pcap_datalink(pcap), link_type);
    return pcap;
}

static void test_nanoseconds(void **unused)
{
    (void)unused;
    struct dump *dump;
    struct fault fault;
    struct pcap_pkthdr *head;
    const u_char *bytes;
    struct frame frame = ethernet_frame(INT64_C(1795233906123456789));
    assert_int_equal(dump_open(path, &dump, &fault), 0);
    assert_int_equal(dump_frame(dump, &frame, &fault), 0);

    /* There before it is closed: that is what the flush is for. */
    for (int turn = 0; turn < 2; turn++) {
        pcap_t *pcap = read_back(DLT_EN10MB);
        assert_int_equal(pcap_next_ex(pcap, &head, &bytes), 1);
        assert_int_equal(head->ts.tv_sec, 1795233906);
        assert_int_equal(head->ts.tv_usec, 123456789);
        assert_int_equal(head->caplen, frame.length);
        assert_int_equal(head->len, frame.wire_length);
        assert_memory_equal(bytes, frame.bytes, frame.length);
        assert_int_equal(pcap_next_ex(pcap, &head, &bytes), PCAP_ERROR_BREAK);
        pcap_close(pcap);
        if (turn == 0)
            assert_int_equal(dump_close(dump, &fault), 0);
    }
}

static void test_empty(void **unused)
{
    (void)unused;
    struct dump *dump;
    struct pcap_pkthdr *head;
    const u_char *bytes;
    assert_int_equal(dump_open(path, &dump, NULL), 0);
    assert_int_equal(dump_close(dump, NULL), 0);
    pcap_t *pcap = read_back(DLT_RAW);
    assert_int_equal(pcap_next_ex(pcap, &head, &bytes), PCAP_ERROR_BREAK);
    pcap_close(pcap);
}

/* A file that begins with `first` gets a RAW packet of each family, and ARP, which cannot change.
 */
static void mixed(const struct frame *first)
{
    static const uint8_t arp[42] = {[12] = 8, [13] = 6};
    struct frame packets[] = {raw_frame(ipv4, sizeof(ipv4)), raw_frame(ipv6, sizeof(ipv6))};
    struct frame not_ip = {.bytes = arp,
                           .length = sizeof(arp),
                           .wire_length = sizeof(arp),
                           .link_type =
                               first->link_type == DLT_EN10MB ? DLT_LINUX_SLL : DLT_EN10MB};
    struct dump *dump;
    struct fault fault;
    struct pcap_pkthdr *head;
    const u_char *bytes;

    assert_int_equal(dump_open(path, &dump, &fault), 0);
    assert_int_equal(dump_frame(dump, first, &fault), 0);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(dump_frame(dump, &packets[i], &fault), 0);
    assert_int_equal(dump_frame(dump, &not_ip, &fault), 0);
    assert_int_equal(dump_close(dump, &fault), 0);

    pcap_t *pcap = read_back(first->link_type);
    assert_int_equal(pcap_next_ex(pcap, &head, &bytes), 1);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(pcap_next_ex(pcap, &head, &bytes), 1);
        /* wire/ finds the same packet in it. */
        int at = link_ip_offset(first->link_type, bytes, head->caplen);
        assert_true(at >= 0);
        assert_int_equal(head->caplen - (size_t)at, packets[i].length);
        assert_int_equal(head->len, head->caplen);
        assert_memory_equal(bytes + at, packets[i].bytes, packets[i].length);
    }
    assert_int_equal(pcap_next_ex(pcap, &head, &bytes), PCAP_ERROR_BREAK);
    pcap_close(pcap);
}

static void test_mixed(void **unused)
{
    (void)unused;
    static uint8_t cooked[20 + sizeof(ipv4)];
    struct frame frame = ethernet_frame(7);
    mixed(&frame);
    memcpy(cooked + 16, ipv4, sizeof(ipv4));
    cooked[14] = 8;
    frame = (struct frame){
        .bytes = cooked, .length = 36, .wire_length = 36, .link_type = DLT_LINUX_SLL};
    mixed(&frame);
    memset(cooked, 0, sizeof(cooked));
    memcpy(cooked + 20, ipv4, sizeof(ipv4));
    cooked[0] = 8;
    frame = (struct frame){
        .bytes = cooked, .length = 40, .wire_length = 40, .link_type = DLT_LINUX_SLL2};
    mixed(&frame);
}

/* Into a RAW file Ethernet frames go without their header. */
static void test_raw(void **unused)
{
    (void)unused;
    struct dump *dump;
    struct pcap_pkthdr *head;
    const u_char *bytes;
    struct frame raw = raw_frame(ipv6, sizeof(ipv6)), ethernet = ethernet_frame(9);
    assert_int_equal(dump_open(path, &dump, NULL), 0);
    assert_int_equal(dump_frame(dump, &raw, NULL), 0);
    assert_int_equal(dump_frame(dump, &ethernet, NULL), 0);
    assert_int_equal(dump_close(dump, NULL), 0);
    pcap_t *pcap = read_back(DLT_RAW);
    assert_int_equal(pcap_next_ex(pcap, &head, &bytes), 1);
    assert_int_equal(pcap_next_ex(pcap, &head, &bytes), 1);
    assert_int_equal(head->caplen, sizeof(ipv4));
    assert_int_equal(head->len, sizeof(ipv4) + 100);
    assert_memory_equal(bytes, ipv4, sizeof(ipv4));
    pcap_close(pcap);
}

static void test_faults(void **unused)
{
    (void)unused;
    struct dump *dump;
    struct fault fault;
    struct frame frame = ethernet_frame(1);
    assert_int_equal(dump_open("/nonexistent/file.pcap", &dump, &fault), -FAULT_IO);
    assert_string_equal(fault.what,
                        "cannot write '/nonexistent/file.pcap': no such file or directory");

    /* A full disk is noticed at the frame, not at the end. */
    assert_int_equal(dump_open("/dev/full", &dump, &fault), 0);
    assert_int_equal(dump_frame(dump, &frame, &fault), -FAULT_IO);
    assert_non_null(strstr(fault.what, "'/dev/full'"));
    dump_close(dump, NULL);

    assert_int_equal(dump_open("/dev/full", &dump, &fault), 0);
    assert_int_equal(dump_close(dump, &fault), -FAULT_IO);
    assert_int_equal(dump_close(NULL, &fault), 0);
}

/* A file takes what it can: a link type that libpcap has no number for is refused, and said why. */
static void test_unwritable(void **unused)
{
    (void)unused;
    struct dump *dump;
    struct fault fault;
    struct frame frame = ethernet_frame(1);
    frame.link_type = 65000;
    assert_int_equal(dump_open(path, &dump, &fault), 0);
    assert_int_equal(dump_frame(dump, &frame, &fault), -FAULT_IO);
    assert_non_null(strstr(fault.what, "link"));
    assert_int_equal(dump_close(dump, &fault), 0);
}

/* A stamp before 1970 has its part of a second in 0 … 999999999 all the same. */
static void test_before_1970(void **unused)
{
    (void)unused;
    struct dump *dump;
    struct fault fault;
    uint8_t bytes[40];
    struct frame frame = ethernet_frame(-1);
    assert_int_equal(dump_open(path, &dump, &fault), 0);
    assert_int_equal(dump_frame(dump, &frame, &fault), 0);
    assert_int_equal(dump_close(dump, &fault), 0);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fread(bytes, 1, sizeof bytes, file), sizeof bytes);
    fclose(file);
    uint32_t parts;
    memcpy(&parts, bytes + 28, sizeof parts);
    assert_int_equal(parts, 999999999);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_nanoseconds, make_path, remove_path),
        cmocka_unit_test_setup_teardown(test_empty, make_path, remove_path),
        cmocka_unit_test_setup_teardown(test_mixed, make_path, remove_path),
        cmocka_unit_test_setup_teardown(test_raw, make_path, remove_path),
        cmocka_unit_test_setup_teardown(test_unwritable, make_path, remove_path),
        cmocka_unit_test_setup_teardown(test_before_1970, make_path, remove_path),
        cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
