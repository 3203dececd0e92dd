/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of net/replay share: the stream of bytes, the two formats, the filter. */
#ifndef NET_REPLAY_PARTS_H
#define NET_REPLAY_PARTS_H

#include <endian.h>
#include <string.h>

#include "net/replay.h"

/* Bytes from a descriptor or from memory, of which a window can be looked at. */
struct stream {
    int descriptor; /* -1: memory */
    bool owned;     /* to be closed by us */
    bool waits;     /* a pipe, terminal, socket: its bytes come when they come */
    bool ended;     /* nothing more can be read */
    bool stopped;   /* because idle() said so */
    bool starved;   /* because there was no memory */
    int sys;        /* because of this errno */
    const uint8_t *bytes;
    uint8_t *buffer; /* what `bytes` is, unless it is the caller's memory */
    size_t capacity;
    size_t at, end;      /* of the window: not used yet, and read so far */
    uint64_t base, size; /* where in the file bytes[0] is; all of it, 0: not known */
    bool (*idle)(void *data, int64_t waited_ns);
    void *data;
};

/* Starts on a path ("-": standard input). 0; -FAULT_IO, -FAULT_MEMORY. */
int stream_open(struct stream *stream, const char *path, const struct replay_options *options,
                struct fault *fault);
void stream_of_bytes(struct stream *stream, const uint8_t *bytes, size_t length,
                     const struct replay_options *options);
void stream_release(struct stream *stream);
/* Reads until `length` bytes are in the window; false where the end comes before. */
bool stream_read(struct stream *stream, size_t length);
/* Passes `length` bytes without holding them; false where the end comes before. */
bool stream_pass(struct stream *stream, uint64_t length);

static inline size_t stream_left(const struct stream *stream)
{
    return stream->end - stream->at;
}

static inline bool stream_hold(struct stream *stream, size_t length)
{
    return stream_left(stream) >= length || stream_read(stream, length);
}

static inline const uint8_t *stream_bytes(const struct stream *stream)
{
    return stream->bytes + stream->at;
}

static inline uint64_t stream_position(const struct stream *stream)
{
    return stream->base + stream->at;
}

static inline uint16_t number16(bool big_endian, const uint8_t *bytes)
{
    uint16_t value;
    memcpy(&value, bytes, sizeof value);
    return big_endian ? be16toh(value) : le16toh(value);
}

static inline uint32_t number32(bool big_endian, const uint8_t *bytes)
{
    uint32_t value;
    memcpy(&value, bytes, sizeof value);
    return big_endian ? be32toh(value) : le32toh(value);
}

static inline uint64_t number64(bool big_endian, const uint8_t *bytes)
{
    uint64_t value;
    memcpy(&value, bytes, sizeof value);
    return big_endian ? be64toh(value) : le64toh(value);
}

/* What the stamps of an interface count. */
struct stamp_unit {
    uint64_t multiply, divide; /* decimal: one of them is 1 */
    uint8_t shift;             /* binary: 2^-shift seconds */
    bool is_binary;
    int64_t offset_s; /* added to each */
};

/* From pcapng's if_tsresol: a power of ten, or of two where the highest bit is set. */
struct stamp_unit stamp_unit_of(uint8_t resolution, int64_t offset_s);
int64_t stamp_unit_ns(const struct stamp_unit *unit); /* 0: finer than 1 ns */
int64_t stamp_ns(const struct stamp_unit *unit, uint64_t ticks);

struct replay_pcap {
    size_t head; /* bytes before each packet */
    uint32_t per_tick_ns;
    bool swapped;       /* version 2.0 to 2.2: the two lengths stand the other way round */
    bool maybe_swapped; /* version 2.3: some programs' do */
};

struct replay_source { /* an interface of the section that is being read */
    int link_type;
    uint32_t snaplen;
    struct stamp_unit unit;
};

struct replay_pcapng {
    struct replay_source *sources;
    uint32_t count, room;
    uint32_t first; /* its interface 0 in the numbers of the file */
};

struct filter;

/* The body of a block, without the three words around it. */
struct replay_body {
    bool big;
    const uint8_t *bytes;
    size_t length;
};

struct replay {
    struct stream stream;
    struct replay_facts facts;
    struct replay_options options;
    bool over;
    uint64_t record_at; /* where the packet or block begins that is being read */
    /* A frame without its number, or 0 at the end; -FAULT_MEMORY. */
    int (*next)(struct replay *replay, struct replay_frame *ret_frame, struct fault *fault);
    struct replay_pcap pcap;
    struct replay_pcapng pcapng;
    struct filter *filter;
    uint32_t unheard; /* frames left out since idle() was asked */
};

#define REPLAY_MAGIC_SECTION 0x0a0d0d0aU /* reads the same in both byte orders */

/* The file's head. 1: opened; 0: no such file; -FAULT_IO: one that cannot be read, with a reason
 * ("a pcap file of version 1.2") in `fault`. */
int replay_pcap_begin(struct replay *replay, struct fault *fault);
int replay_pcapng_begin(struct replay *replay, struct fault *fault);
void replay_pcapng_release(struct replay *replay);
/* What is in a block of at least as many bytes as its kind has. 1, or what replay_damaged() gives.
 */
int replay_read_section(struct replay *replay, const struct replay_body *body, struct fault *fault);
int replay_read_interface(struct replay *replay, const struct replay_body *body,
                          struct fault *fault);
int replay_read_statistics(struct replay *replay, const struct replay_body *body);

/* Notes the damage of the packet or block that is being read, or what ended the reading where
 * that was no end of the file. 0, or -FAULT_MEMORY where it ended for that. */
int replay_damaged(struct replay *replay, enum replay_damage damage, struct fault *fault,
                   const char *format, ...) __attribute__((format(printf, 4, 5)));
/* Counts an interface that the file has; returns its number. */
uint32_t replay_add_interface(struct replay *replay, const struct replay_interface *interface);

/* What a file that is no capture seems to be: words for "it is …"; `ret_unpack` gets the program
 * that unpacks it, or NULL. Never NULL. */
const char *replay_kind(const uint8_t *bytes, size_t length, const char **ret_unpack);

/* 0; -FAULT_SYNTAX, -FAULT_MEMORY. */
int filter_new(const char *expression, struct filter **ret_filter, struct fault *fault);
void filter_free(struct filter *filter); /* NULL is fine */
/* 1: the frame is wanted; 0: not; -FAULT_SYNTAX, -FAULT_MEMORY. */
int filter_takes(struct filter *filter, const struct replay_frame *frame, struct fault *fault);

#endif
