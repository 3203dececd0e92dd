/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of net/replay: what can be opened, and what a file is that is no capture. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>

#include "replay_bytes.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

#define KIND(bytes, words) bytes, sizeof(bytes) - 1, words

static void test_no_capture(void **state)
{
    static const struct {
        const char *bytes;
        size_t length;
        const char *words;
    } rows[] = {
        {KIND("\x1f\x8b\x08\0\0\0\0\0", "compressed with gzip (zcat '%s' | tcpprobe read -)")},
        {KIND("\x28\xb5\x2f\xfd\x04", "compressed with zstd (zstdcat '%s' | tcpprobe read -)")},
        {KIND("\xfd\x37zXZ\0", "compressed with xz (xzcat '%s' | tcpprobe read -)")},
        {KIND("BZh91AY", "compressed with bzip2 (bzcat '%s' | tcpprobe read -)")},
        {KIND("\x04\x22\x4d\x18\x60", "compressed with lz4 (lz4cat '%s' | tcpprobe read -)")},
        {KIND("snoop\0\0\0\0\0\0\2", "a capture of Solaris' snoop")},
        {KIND("RTSS\0\1", "a capture of Microsoft's Network Monitor")},
        {KIND("GMBU\0\2", "a capture of Microsoft's Network Monitor")},
        {KIND("\x4d\x3c\x2b\xa1\2\0\4\0", "a changed form of pcap that is not known")},
        {KIND("GET / HTTP/1.1\r\n", "text, no capture")},
        {KIND("x", "text, no capture")},
        {KIND("\0\0\0\0\0\0", "no capture that is known (pcap, pcapng)")},
        {KIND("\x0a\x0d\x0d\x0a\x1c\0\0\0\1\2\3\4", "no capture that is known (pcap, pcapng)")},
        {KIND("\xd4\xc3\xb2\xa1\2\0\5\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
              "a pcap file of version 2.5")},
        {KIND("\xd4\xc3\xb2\xa1\1\0\4\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
              "a pcap file of version 1.4")},
        {KIND("", "empty")},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char path[64], wanted[256], tail[160];
        struct replay *replay;
        struct fault fault = {0};
        const char *at = strstr(rows[i].words, "%s");
        int descriptor = path_of((const uint8_t *)rows[i].bytes, rows[i].length, path);

        if (at)
            snprintf(tail, sizeof tail, "%.*s%s%s", (int)(at - rows[i].words), rows[i].words, path,
                     at + 2);
        else
            snprintf(tail, sizeof tail, "%s", rows[i].words);
        snprintf(wanted, sizeof wanted, "cannot read '%s': it is %s", path, tail);
        assert_int_equal(replay_open(path, NULL, &replay, &fault), -FAULT_IO);
        assert_string_equal(fault.what, wanted);
        close(descriptor);
    }
}

static void test_cannot_open(void **state)
{
    struct replay *replay;
    struct fault fault = {0};

    (void)state;
    assert_int_equal(replay_open("/", NULL, &replay, &fault), -FAULT_IO);
    assert_string_equal(fault.what, "cannot read '/': is a directory");
    assert_int_equal(fault.sys, EISDIR);
    assert_int_equal(replay_open("/nowhere/x\n.pcap", NULL, &replay, &fault), -FAULT_IO);
    assert_string_equal(fault.what, "cannot read '/nowhere/x\\n.pcap': no such file or directory");
    replay_close(NULL);
}

/* Standard input, from where it stands. */
static void test_standard_input(void **state)
{
    struct file_bytes file = {0};
    char path[64];
    struct replay *replay;
    struct fault fault = {0};
    uint8_t before[3 + sizeof file.bytes] = "abc";
    int saved = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);

    (void)state;
    put_pcap(&file, 0xa1b23c4d, 4, 0, 1);
    put_packet(&file, 1, 7, 0, 0);
    memcpy(before + 3, file.bytes, file.length);
    int descriptor = path_of(before, 3 + file.length, path);
    lseek(descriptor, 3, SEEK_SET);
    assert_int_equal(dup2(descriptor, STDIN_FILENO), STDIN_FILENO);
    assert_int_equal(replay_open("-", NULL, &replay, &fault), 0);
    assert_int_equal(replay_facts(replay)->size, file.length);
    assert_int_equal(next_frame(replay).at_ns, 1000000007);
    expect_end(replay, REPLAY_DAMAGE_NONE, 0, "");
    replay_close(replay);
    /* It stays open, at its end by now. */
    assert_int_equal(replay_open("-", NULL, &replay, &fault), -FAULT_IO);
    assert_string_equal(fault.what, "cannot read standard input: it is empty");
    assert_int_equal(pwrite(descriptor, "\x1f\x8b\x08", 3, 0), 3);
    lseek(descriptor, 0, SEEK_SET);
    assert_int_equal(replay_open("-", NULL, &replay, &fault), -FAULT_IO);
    assert_string_equal(
        fault.what, "cannot read standard input: it is compressed with gzip (put zcat before it)");
    close(STDIN_FILENO);
    assert_int_equal(replay_open("-", NULL, &replay, &fault), -FAULT_IO);
    assert_string_equal(fault.what, "cannot read standard input: bad file descriptor");
    assert_int_equal(dup2(saved, STDIN_FILENO), STDIN_FILENO);
    close(saved);
    close(descriptor);
}

/* Only a block that is no longer there makes reading a file fail: /proc/self/mem does at 0. */
static void test_read_fails(void **state)
{
    struct replay *replay;
    struct fault fault = {0};

    (void)state;
    assert_int_equal(replay_open("/proc/self/mem", NULL, &replay, &fault), -FAULT_IO);
    assert_string_equal(fault.what, "cannot read '/proc/self/mem': input/output error");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_capture),
        cmocka_unit_test(test_cannot_open),
        cmocka_unit_test(test_standard_input),
        cmocka_unit_test(test_read_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
