/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of net/replay: pcapng files that contradict themselves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "replay_bytes.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static const char payload[] = "0123456789abcdefghij";

static void put_simple(struct file_bytes *file, uint32_t wire_length, size_t length)
{
    block_begin(file, 3);
    put32(file, wire_length);
    put_bytes(file, payload, length);
    block_end(file);
}

/* A section and an interface, then what a row says. */
static struct file_bytes begun(bool big)
{
    struct file_bytes file = {.big = big};

    put_section(&file);
    put_interface(&file, 1, 0, -1, NULL);
    put_enhanced(&file, 0, 0, payload, 4, 4);
    return file;
}

static void expect_damage(const struct file_bytes *file, size_t at, enum replay_damage damage,
                          const char *what)
{
    struct opened opened = open_bytes(file->bytes, file->length, NULL);

    next_frame(opened.replay);
    expect_end(opened.replay, damage, at, what);
    close_bytes(&opened);
}

/* Blocks whose lengths cannot be: patched into a good Enhanced Packet Block of 36 bytes. */
static void test_lengths(void **state)
{
    static const struct {
        size_t at;
        uint32_t value;
        enum replay_damage damage;
        const char *what;
    } rows[] = {
        {4, 0, REPLAY_DAMAGE_LENGTH, "packet 2 is in a block of 0 bytes"},
        {4, 28, REPLAY_DAMAGE_LENGTH, "packet 2 is in a block of 28 bytes"},
        {4, 37, REPLAY_DAMAGE_LENGTH, "packet 2 is in a block of 37 bytes"},
        {4, 0xfffffffc, REPLAY_DAMAGE_LENGTH, "packet 2 is in a block of 4294967292 bytes"},
        {4, 0x500004, REPLAY_DAMAGE_LENGTH, "packet 2 is in a block of 5242884 bytes"},
        {4, 0x500000, REPLAY_DAMAGE_CUT,
         "the file ends in packet 2, whose block has 36 of 5242880 bytes"},
        {4, 32, REPLAY_DAMAGE_BLOCK,
         "a block has 32 bytes at its beginning and 858927408 at its end"},
        {32, 40, REPLAY_DAMAGE_BLOCK, "a block has 36 bytes at its beginning and 40 at its end"},
        {20, 5, REPLAY_DAMAGE_LENGTH, "packet 2 has 5 bytes in a block of 36"},
        {20, 0xffffffff, REPLAY_DAMAGE_LENGTH, "packet 2 has 4294967295 bytes in a block of 36"},
        {8, 1, REPLAY_DAMAGE_BLOCK, "packet 2 is of interface 1, which is not described"},
        {8, 0xffffffff, REPLAY_DAMAGE_BLOCK,
         "packet 2 is of interface 4294967295, which is not described"},
        {0, 1, REPLAY_DAMAGE_BLOCK, "an option of an interface goes beyond its block"},
        {0, 0x0a0d0d0a, REPLAY_DAMAGE_BLOCK, "a section has no byte order"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        for (int big = 0; big < 2; big++) {
            struct file_bytes file = begun(big);
            size_t at = file.length;

            put_enhanced(&file, 0, UINT64_C(0x7fff7fff), payload, 4, 0x7fff);
            size_t end = file.length;
            assert_int_equal(end, at + 36);
            file.length = at + rows[i].at;
            put32(&file, rows[i].value);
            file.length = end;
            /* The digits "0123" read as a number differ by the byte order. */
            if (rows[i].value == 32 && big)
                continue;
            expect_damage(&file, at, rows[i].damage, rows[i].what);
        }
}

static void test_contradictions(void **state)
{
    struct file_bytes file = begun(false);
    size_t at = file.length;

    (void)state;
    /* A section of its own has no interfaces yet. */
    put_section(&file);
    size_t simple = file.length;
    put_simple(&file, 4, 4);
    expect_damage(&file, simple, REPLAY_DAMAGE_BLOCK,
                  "packet 2 is of interface 0, which is not described");
    file.bytes[at + 12] = 2;
    expect_damage(&file, at, REPLAY_DAMAGE_BLOCK, "a section of version 2.0");
    file.bytes[at + 12] = 1;
    file.bytes[at + 14] = 1;
    expect_damage(&file, at, REPLAY_DAMAGE_BLOCK, "a section of version 1.1");
    file.bytes[at + 14] = 2;
    expect_damage(&file, simple, REPLAY_DAMAGE_BLOCK,
                  "packet 2 is of interface 0, which is not described");
    /* What is passed must end as it begins, too. */
    file = begun(true);
    at = file.length;
    block_begin(&file, 10);
    put_bytes(&file, payload, 8);
    block_end(&file);
    file.bytes[file.length - 1] = 8;
    expect_damage(&file, at, REPLAY_DAMAGE_BLOCK,
                  "a block has 20 bytes at its beginning and 8 at its end");
    file.bytes[at + 4] = 0x40;
    expect_damage(&file, at, REPLAY_DAMAGE_CUT,
                  "the file ends in a block of 1073741844 bytes of type 10");
}

static void test_first_block(void **state)
{
    static const struct {
        size_t at;
        uint8_t value;
        const char *what;
    } rows[] = {
        {4, 24, "cannot read it: it is a pcapng file with an impossible first block"},
        {7, 1, "cannot read it: it is a pcapng file with an impossible first block"},
        {8, 0, "cannot read it: it is no capture that is known (pcap, pcapng)"},
        {12, 3, "cannot read it: it is a pcapng file of version 3"},
    };
    struct replay *replay;
    struct fault fault = {0};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct file_bytes file = begun(false);
        file.bytes[rows[i].at] = rows[i].value;
        assert_int_equal(replay_open_bytes(file.bytes, file.length, NULL, &replay, &fault),
                         -FAULT_IO);
        assert_string_equal(fault.what, rows[i].what);
    }
}

/* No more of them than memory should be spent on. */
static void test_too_many_interfaces(void **state)
{
    size_t length = 28 + (size_t)20 * 65537;
    uint8_t *bytes = malloc(length);
    struct file_bytes start = {0}, one = {0};
    struct replay *replay;
    struct replay_frame frame;
    struct fault fault = {0};

    (void)state;
    assert_non_null(bytes);
    put_section(&start);
    put_interface(&one, 1, 0, -1, NULL);
    assert_int_equal(start.length, 28);
    assert_int_equal(one.length, 20);
    memcpy(bytes, start.bytes, 28);
    for (size_t at = 28; at < length; at += 20)
        memcpy(bytes + at, one.bytes, 20);
    assert_int_equal(replay_open_bytes(bytes, length, NULL, &replay, &fault), 0);
    assert_int_equal(replay_next(replay, &frame, &fault), 0);
    assert_int_equal(replay_facts(replay)->interface_count, 65536);
    assert_int_equal(replay_facts(replay)->damage, REPLAY_DAMAGE_BLOCK);
    assert_int_equal(replay_facts(replay)->damage_at, length - 20);
    replay_close(replay);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_contradictions),
        cmocka_unit_test(test_first_block),
        cmocka_unit_test(test_too_many_interfaces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
