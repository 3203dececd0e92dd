/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bounded reading and writing of bytes in network order, with an error that sticks. */
#include "base/bytes.h"

#include <assert.h>
#include <string.h>

struct reader reader_of(const void *bytes, size_t length)
{
    static const uint8_t nothing[1];
    assert(bytes || length == 0);
    /* No arithmetic on a null pointer, not even by zero. */
    return (struct reader){.bytes = bytes ? bytes : nothing, .length = length};
}

size_t reader_left(const struct reader *reader)
{
    return reader->bad ? 0 : reader->length - reader->at;
}

const uint8_t *reader_take(struct reader *reader, size_t length)
{
    if (reader->bad || length > reader->length - reader->at) {
        reader->bad = true;
        return NULL;
    }
    const uint8_t *taken = reader->bytes + reader->at;
    reader->at += length;
    return taken;
}

void reader_skip(struct reader *reader, size_t length)
{
    (void)reader_take(reader, length);
}

/* Of a constant length, so that it becomes one load where it is inlined. */
static inline __attribute__((always_inline)) uint64_t read_number(struct reader *reader,
                                                                  size_t length)
{
    if (reader->bad || length > reader->length - reader->at) {
        reader->bad = true;
        return 0;
    }
    const uint8_t *bytes = reader->bytes + reader->at;
    uint64_t value = 0;
#pragma GCC unroll 8
    for (size_t i = 0; i < length; i++)
        value = value << 8 | bytes[i];
    reader->at += length;
    return value;
}

uint8_t reader_u8(struct reader *reader)
{
    return (uint8_t)read_number(reader, 1);
}

uint16_t reader_u16(struct reader *reader)
{
    return (uint16_t)read_number(reader, 2);
}

uint32_t reader_u32(struct reader *reader)
{
    return (uint32_t)read_number(reader, 4);
}

uint64_t reader_u64(struct reader *reader)
{
    return read_number(reader, 8);
}

struct writer writer_of(void *bytes, size_t size)
{
    assert(bytes || size == 0);
    return (struct writer){.bytes = bytes, .size = size};
}

/* Room for `length` more bytes, or NULL and bad. */
static uint8_t *writer_room(struct writer *writer, size_t length)
{
    if (writer->bad || length > writer->size - writer->length) {
        writer->bad = true;
        return NULL;
    }
    if (length == 0)
        return NULL;
    uint8_t *room = writer->bytes + writer->length;
    writer->length += length;
    return room;
}

static void write_number(struct writer *writer, uint64_t value, size_t length)
{
    uint8_t *room = writer_room(writer, length);
    for (size_t i = length; room && i > 0; i--) {
        room[i - 1] = (uint8_t)value;
        value >>= 8;
    }
}

void writer_u8(struct writer *writer, uint8_t value)
{
    write_number(writer, value, 1);
}

void writer_u16(struct writer *writer, uint16_t value)
{
    write_number(writer, value, 2);
}

void writer_u32(struct writer *writer, uint32_t value)
{
    write_number(writer, value, 4);
}

void writer_u64(struct writer *writer, uint64_t value)
{
    write_number(writer, value, 8);
}

void writer_put(struct writer *writer, const void *bytes, size_t length)
{
    uint8_t *room = writer_room(writer, length);
    if (room)
        memcpy(room, bytes, length);
}

void writer_fill(struct writer *writer, uint8_t value, size_t count)
{
    uint8_t *room = writer_room(writer, count);
    if (room)
        memset(room, value, count);
}
