/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Received sequence space: what is here in order, what lies behind holes, and the SACK blocks that
 * say so. */
#ifndef TCP_STREAM_H
#define TCP_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Islands behind holes that are kept track of; a peer that makes more loses the oldest. */
#define STREAM_ISLANDS 32

struct stream_block {
    uint32_t left, right; /* sequence numbers, right is one past the end, as in RFC 2018 */
};

struct stream {
    uint8_t *bytes; /* the caller's buffer for the first `size` bytes of the stream; may be NULL
                       with size 0 */
    size_t size;
    uint32_t first;     /* sequence number of the stream's first byte, IRS + 1 */
    uint32_t next;      /* RCV.NXT as far as data goes (a FIN is the tcb's business) */
    uint64_t received;  /* bytes in order so far; those beyond `size` are counted, not kept */
    uint64_t duplicate; /* bytes that came again */
    bool conflict;      /* a byte came again with another value (kept: the first) */
    bool partial;       /* bytes came without their values: conflicts can no longer be told */
    unsigned islands;
    struct stream_block island[STREAM_ISLANDS]; /* the last changed one first (RFC 2018 4) */
    bool has_dsack;
    struct stream_block dsack; /* the last duplicate, to be reported once (RFC 2883) */
};

void stream_init(struct stream *stream, uint8_t *bytes, size_t size);

/* Begins at IRS + 1. */
void stream_start(struct stream *stream, uint32_t first);

/*
 * What RCV.NXT would be after the bytes seq … seq + length: pure. Equal to stream->next where they
 * leave a hole or bring nothing new.
 */
uint32_t stream_next_after(const struct stream *stream, uint32_t seq, uint32_t length);

/*
 * Takes bytes (already cut to the window by the caller); returns by how many bytes `next` advanced.
 * `payload` may be shorter than `length` (a capture cut short): then `held` of them are there, and
 * the rest counts without its values.
 */
uint32_t stream_put(struct stream *stream, uint32_t seq, const uint8_t *payload, uint32_t held,
                    uint32_t length);

/*
 * The SACK blocks for the next acknowledgment, at most `max` (1 … 4): a pending D-SACK first (RFC
 * 2883 section 4), then the islands, the most recent first. Clears the pending D-SACK. Returns
 * their number.
 */
unsigned stream_sack(struct stream *stream, struct stream_block *blocks, unsigned max);

/* Bytes held behind holes. */
uint32_t stream_held(const struct stream *stream);

#endif
