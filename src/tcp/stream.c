/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Received bytes in order: holes, overlaps, duplicates, and the SACK blocks that report them. */
#include "tcp/stream.h"

#include <assert.h>
#include <string.h>

#include "wire/tcp.h"

/* A run of received bytes whose values may be there only in part. */
struct run {
    uint32_t seq, length;
    const uint8_t *payload;
    uint32_t held; /* 0 … length: how many values are there */
};

void stream_init(struct stream *stream, uint8_t *bytes, size_t size)
{
    assert(bytes || size == 0);
    memset(stream, 0, sizeof(*stream));
    stream->bytes = bytes;
    stream->size = size;
}

void stream_start(struct stream *stream, uint32_t first)
{
    stream_init(stream, stream->bytes, stream->size);
    stream->first = first;
    stream->next = first;
}

static bool contains(const struct stream_block *block, uint32_t seq)
{
    return seq_upto(block->left, seq) && seq_before(seq, block->right);
}

/* Whether two blocks overlap or lie side by side. */
static bool touches(const struct stream_block *one, const struct stream_block *other)
{
    return seq_upto(one->left, other->right) && seq_upto(other->left, one->right);
}

static uint32_t absorbed(const struct stream *stream, uint32_t end)
{
    bool grew = true;

    while (grew) {
        grew = false;
        for (unsigned i = 0; i < stream->islands; i++) {
            const struct stream_block *island = &stream->island[i];

            if (seq_upto(island->left, end) && seq_before(end, island->right)) {
                end = island->right;
                grew = true;
            }
        }
    }
    return end;
}

uint32_t stream_next_after(const struct stream *stream, uint32_t seq, uint32_t length)
{
    uint32_t end = seq + length;

    if (length == 0 || seq_before(stream->next, seq) || seq_upto(end, stream->next))
        return stream->next;
    return absorbed(stream, end);
}

/* The part from `seq` on, `length` bytes of it. */
static struct run run_cut(const struct run *run, uint32_t seq, uint32_t length)
{
    uint32_t skip = seq - run->seq;
    struct run part = {.seq = seq, .length = length};

    if (skip < run->held) {
        part.payload = run->payload + skip;
        part.held = run->held - skip < length ? run->held - skip : length;
    }
    return part;
}

/* Where a sequence number lies in the stream; it is not before `first`. */
static uint64_t offset_of(const struct stream *stream, uint32_t seq)
{
    if (seq_before(seq, stream->next))
        return stream->received - (stream->next - seq);
    return stream->received + (seq - stream->next);
}

/* How many of the run's values the caller's buffer can hold. */
static size_t room_for(const struct stream *stream, const struct run *run, uint64_t offset)
{
    if (offset >= stream->size)
        return 0;
    return stream->size - (size_t)offset < run->held ? stream->size - (size_t)offset : run->held;
}

static void keep(struct stream *stream, const struct run *run)
{
    uint64_t offset = offset_of(stream, run->seq);
    size_t count = room_for(stream, run, offset);

    if (count)
        memcpy(stream->bytes + offset, run->payload, count);
    if (run->held < run->length)
        stream->partial = true;
}

/* Bytes that are here already. The first such run of a segment becomes its D-SACK (RFC 2883 section
 * 4). */
static void repeat(struct stream *stream, const struct run *run, bool *reported)
{
    uint64_t offset = offset_of(stream, run->seq);
    size_t count = room_for(stream, run, offset);

    stream->duplicate += run->length;
    if (count && !stream->partial && memcmp(stream->bytes + offset, run->payload, count) != 0)
        stream->conflict = true;
    if (!*reported) {
        stream->dsack = (struct stream_block){run->seq, run->seq + run->length};
        stream->has_dsack = true;
        *reported = true;
    }
}

/* Keeps what is new of a run that begins at `next` or behind it, piece by piece between the
 * islands. */
static void take_pieces(struct stream *stream, const struct run *run, bool *reported)
{
    uint32_t at = run->seq, end = run->seq + run->length;

    while (at != end) {
        uint32_t stop = end;
        bool here = false;

        for (unsigned i = 0; i < stream->islands && !here; i++) {
            const struct stream_block *island = &stream->island[i];

            if (contains(island, at)) {
                here = true;
                stop = seq_before(island->right, end) ? island->right : end;
            } else if (seq_before(at, island->left) && seq_before(island->left, stop)) {
                stop = island->left;
            }
        }
        struct run piece = run_cut(run, at, stop - at);
        if (here)
            repeat(stream, &piece, reported);
        else
            keep(stream, &piece);
        at = stop;
    }
}

static void forget_island(struct stream *stream, unsigned index)
{
    stream->islands--;
    memmove(&stream->island[index], &stream->island[index + 1],
            (stream->islands - index) * sizeof(stream->island[0]));
}

/* Joins the block with those that it touches and puts it in front (RFC 2018 section 4: the most
 * recent first). */
static void add_island(struct stream *stream, struct stream_block block)
{
    for (unsigned i = 0; i < stream->islands;) {
        if (!touches(&stream->island[i], &block)) {
            i++;
            continue;
        }
        if (seq_before(stream->island[i].left, block.left))
            block.left = stream->island[i].left;
        if (seq_before(block.right, stream->island[i].right))
            block.right = stream->island[i].right;
        forget_island(stream, i);
        i = 0; /* it has grown: it may touch others now */
    }
    if (stream->islands == STREAM_ISLANDS)
        stream->islands--;
    memmove(&stream->island[1], &stream->island[0], stream->islands * sizeof(stream->island[0]));
    stream->island[0] = block;
    stream->islands++;
}

static uint32_t advance(struct stream *stream, uint32_t end)
{
    uint32_t gained = absorbed(stream, end) - stream->next;

    stream->next += gained;
    stream->received += gained;
    for (unsigned i = 0; i < stream->islands;) {
        if (seq_upto(stream->island[i].right, stream->next))
            forget_island(stream, i);
        else
            i++;
    }
    return gained;
}

uint32_t stream_put(struct stream *stream, uint32_t seq, const uint8_t *payload, uint32_t held,
                    uint32_t length)
{
    struct run run = {
        .seq = seq, .length = length, .payload = payload, .held = held < length ? held : length};
    bool reported = false;

    assert(payload || held == 0);
    assert(length <= INT32_MAX);
    /* Before the first byte there is only the SYN: a keep-alive of one byte may lie there. */
    if (seq_before(seq, stream->next) && stream->next - seq > stream->received) {
        uint32_t skip = stream->next - seq - (uint32_t)stream->received;

        if (skip >= length)
            return 0;
        run = run_cut(&run, seq + skip, length - skip);
    }
    if (run.length && seq_before(run.seq, stream->next)) {
        uint32_t old = stream->next - run.seq < run.length ? stream->next - run.seq : run.length;
        struct run again = run_cut(&run, run.seq, old);

        repeat(stream, &again, &reported);
        run = run_cut(&run, run.seq + old, run.length - old);
    }
    if (run.length == 0)
        return 0;
    take_pieces(stream, &run, &reported);
    if (run.seq == stream->next)
        return advance(stream, run.seq + run.length);
    add_island(stream, (struct stream_block){run.seq, run.seq + run.length});
    return 0;
}

unsigned stream_sack(struct stream *stream, struct stream_block *blocks, unsigned max)
{
    unsigned count = 0;

    if (stream->has_dsack && count < max)
        blocks[count++] = stream->dsack;
    stream->has_dsack = false;
    for (unsigned i = 0; i < stream->islands && count < max; i++)
        blocks[count++] = stream->island[i];
    return count;
}

uint32_t stream_held(const struct stream *stream)
{
    uint32_t held = 0;

    for (unsigned i = 0; i < stream->islands; i++)
        held += stream->island[i].right - stream->island[i].left;
    return held;
}
