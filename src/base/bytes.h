/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bounded reading and writing of bytes in network order, with an error that sticks. */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A cursor over bytes that somebody else owns. A read past the end gives zeroes, moves nothing
 * and sets `bad`, which stays set: a parser reads on and asks once at the end.
 */
struct reader {
    const uint8_t *bytes;
    size_t length;
    size_t at; /* 0 … length */
    bool bad;
};

struct reader reader_of(const void *bytes, size_t length);
size_t reader_left(const struct reader *reader); /* 0 once bad */
uint8_t reader_u8(struct reader *reader);
uint16_t reader_u16(struct reader *reader);
uint32_t reader_u32(struct reader *reader);
uint64_t reader_u64(struct reader *reader);
/* The next `length` bytes in place, or NULL (and bad) where there are not so many. */
const uint8_t *reader_take(struct reader *reader, size_t length);
void reader_skip(struct reader *reader, size_t length);

/* The same for writing: a write past the end writes nothing and sets `bad`, which stays set. */
struct writer {
    uint8_t *bytes;
    size_t size;
    size_t length; /* written so far */
    bool bad;
};

struct writer writer_of(void *bytes, size_t size);
void writer_u8(struct writer *writer, uint8_t value);
void writer_u16(struct writer *writer, uint16_t value);
void writer_u32(struct writer *writer, uint32_t value);
void writer_u64(struct writer *writer, uint64_t value);
void writer_put(struct writer *writer, const void *bytes, size_t length);
void writer_fill(struct writer *writer, uint8_t value, size_t count);

#endif
