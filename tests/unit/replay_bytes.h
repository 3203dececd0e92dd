/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Capture files written byte by byte, in either byte order, for the tests that read them. */
#ifndef REPLAY_BYTES_H
#define REPLAY_BYTES_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "net/replay.h"

/* cmocka.h comes before this file. */

struct file_bytes {
    bool big; /* how numbers are written from now on */
    size_t length;
    size_t block; /* where the pcapng block begins that is being written */
    uint8_t bytes[8192];
};

static inline void put_number(struct file_bytes *file, uint64_t value, unsigned size)
{
    assert_true(file->length + size <= sizeof file->bytes);
    for (unsigned i = 0; i < size; i++)
        file->bytes[file->length++] = (uint8_t)(value >> 8 * (file->big ? size - 1 - i : i));
}

static inline void put16(struct file_bytes *file, unsigned value)
{
    put_number(file, value, 2);
}

static inline void put32(struct file_bytes *file, uint32_t value)
{
    put_number(file, value, 4);
}

static inline void put_bytes(struct file_bytes *file, const void *bytes, size_t length)
{
    assert_true(file->length + length <= sizeof file->bytes);
    if (length > 0)
        memcpy(file->bytes + file->length, bytes, length);
    file->length += length;
}

static inline void put_pcap(struct file_bytes *file, uint32_t magic, unsigned minor,
                            uint32_t snaplen, uint32_t link_type)
{
    put32(file, magic);
    put16(file, 2);
    put16(file, minor);
    put32(file, 0);
    put32(file, 0);
    put32(file, snaplen);
    put32(file, link_type);
}

static inline void put_packet(struct file_bytes *file, uint32_t seconds, uint32_t part,
                              uint32_t length, uint32_t wire_length)
{
    put32(file, seconds);
    put32(file, part);
    put32(file, length);
    put32(file, wire_length);
}

/* A block: begun, its body put, ended. */
static inline void block_begin(struct file_bytes *file, uint32_t type)
{
    file->block = file->length;
    put32(file, type);
    put32(file, 0);
}

static inline void put_padding(struct file_bytes *file)
{
    while ((file->length - file->block) % 4 != 0)
        put_number(file, 0, 1);
}

static inline void block_end(struct file_bytes *file)
{
    put_padding(file);
    uint32_t total = (uint32_t)(file->length - file->block + 4);
    size_t end = file->length;
    file->length = file->block + 4;
    put32(file, total);
    file->length = end;
    put32(file, total);
}

static inline void put_option(struct file_bytes *file, unsigned code, const void *bytes,
                              size_t length)
{
    put16(file, code);
    put16(file, (unsigned)length);
    put_bytes(file, bytes, length);
    put_padding(file);
}

static inline void put_option64(struct file_bytes *file, unsigned code, uint64_t value)
{
    put16(file, code);
    put16(file, 8);
    put_number(file, value, 8);
}

static inline void put_section(struct file_bytes *file)
{
    block_begin(file, 0x0a0d0d0a);
    put32(file, 0x1a2b3c4d);
    put16(file, 1);
    put16(file, 0);
    put_number(file, UINT64_MAX, 8);
    block_end(file);
}

/* `resolution` below 0: without the option. */
static inline void put_interface(struct file_bytes *file, unsigned link_type, uint32_t snaplen,
                                 int resolution, const char *name)
{
    uint8_t byte = (uint8_t)resolution;

    block_begin(file, 1);
    put16(file, link_type);
    put16(file, 0);
    put32(file, snaplen);
    if (name)
        put_option(file, 2, name, strlen(name));
    if (resolution >= 0)
        put_option(file, 9, &byte, 1);
    if (name || resolution >= 0)
        put_option(file, 0, NULL, 0);
    block_end(file);
}

static inline void put_enhanced(struct file_bytes *file, uint32_t interface, uint64_t ticks,
                                const void *bytes, size_t length, uint32_t wire_length)
{
    block_begin(file, 6);
    put32(file, interface);
    put32(file, (uint32_t)(ticks >> 32));
    put32(file, (uint32_t)ticks);
    put32(file, (uint32_t)length);
    put32(file, wire_length);
    put_bytes(file, bytes, length);
    block_end(file);
}

/* Opens a copy of exactly the size, so that the sanitizer sees a read past the end. */
struct opened {
    uint8_t *copy;
    struct replay *replay;
};

static inline struct opened open_bytes(const uint8_t *bytes, size_t length,
                                       const struct replay_options *options)
{
    struct opened opened = {.copy = malloc(length ? length : 1)};
    struct fault fault = {0};

    assert_non_null(opened.copy);
    if (length > 0)
        memcpy(opened.copy, bytes, length);
    if (replay_open_bytes(opened.copy, length, options, &opened.replay, &fault) != 0)
        fail_msg("%s", fault.what);
    return opened;
}

static inline void close_bytes(struct opened *opened)
{
    replay_close(opened->replay);
    free(opened->copy);
}

static inline struct replay_frame next_frame(struct replay *replay)
{
    struct replay_frame frame;
    struct fault fault = {0};

    int got = replay_next(replay, &frame, &fault);
    if (got != 1)
        fail_msg("%d %s %s", got, fault.what, replay_facts(replay)->damage_what);
    return frame;
}

static inline void expect_end(struct replay *replay, enum replay_damage damage, uint64_t at,
                              const char *what)
{
    const struct replay_facts *facts = replay_facts(replay);
    struct replay_frame frame;
    struct fault fault = {0};

    /* The end stays the end. */
    for (int i = 0; i < 2; i++)
        assert_int_equal(replay_next(replay, &frame, &fault), 0);
    assert_string_equal(facts->damage_what, what);
    assert_int_equal(facts->damage, damage);
    assert_int_equal(facts->damage_at, at);
}

/* A file in memory that has a path: returns the descriptor. */
static inline int path_of(const uint8_t *bytes, size_t length, char path[64])
{
    int descriptor = memfd_create("replay", MFD_CLOEXEC);

    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, bytes, length), length);
    snprintf(path, 64, "/proc/self/fd/%d", descriptor);
    return descriptor;
}

#endif
