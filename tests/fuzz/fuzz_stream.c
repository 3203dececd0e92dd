/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzzes the received stream against the plainest model: a map that says for each byte whether it
 * is here. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "tcp/stream.h"
#include "wire/tcp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
    MAP = 4096,
    REACH = 64, /* within so many bytes there cannot be more islands than are kept */
    LENGTH = 40,
};
_Static_assert(REACH / 2 <= STREAM_ISLANDS, "an island needs a byte and a hole");

static bool here[MAP];
static uint8_t value[MAP];

static void check(bool holds)
{
    if (!holds)
        abort();
}

static uint32_t model_next(void)
{
    uint32_t next = 0;

    while (next < MAP && here[next])
        next++;
    return next;
}

/* Each block is wholly here; an island goes as far as it can. */
static void check_blocks(const struct stream *stream, uint32_t first)
{
    struct stream copy = *stream;
    struct stream_block blocks[4];
    unsigned count = stream_sack(&copy, blocks, 4);

    check(count <= 4 && !copy.has_dsack);
    for (unsigned i = 0; i < count; i++) {
        uint32_t left = blocks[i].left - first, right = blocks[i].right - first;

        check(left < right && right <= MAP);
        for (uint32_t at = left; at < right; at++)
            check(here[at]);
        if (i > 0 || !stream->has_dsack)
            check(!here[left - 1] && !here[right]);
    }
}

static void check_state(const struct stream *stream, uint32_t first)
{
    uint32_t next = model_next(), held = 0;

    check(stream->received == next && stream->next == first + next);
    for (uint32_t at = next; at < MAP; at++)
        held += here[at];
    check(stream_held(stream) == held);
    for (unsigned i = 0; i < stream->islands; i++) {
        check(seq_before(stream->next, stream->island[i].left));
        check(seq_before(stream->island[i].left, stream->island[i].right));
    }
    for (uint32_t at = 0; at < MAP && at < stream->size && !stream->partial; at++)
        check(!here[at] || stream->bytes[at] == value[at]);
    check_blocks(stream, first);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct reader input = reader_of(data, size);
    static uint8_t bytes[MAP];
    struct stream stream;
    uint32_t first = reader_u32(&input);
    uint64_t duplicate = 0;
    bool conflict = false, partial = false;

    memset(here, 0, sizeof(here));
    stream_init(&stream, bytes, reader_u16(&input) % (MAP + 1));
    stream_start(&stream, first);
    while (reader_left(&input) > 0 && stream.received < MAP - 2 * REACH - LENGTH) {
        uint32_t next = model_next();
        uint32_t from = next + reader_u8(&input) % REACH, back = reader_u8(&input) % LENGTH;
        uint32_t length = reader_u8(&input) % LENGTH, held = length;
        uint8_t fill = reader_u8(&input), payload[LENGTH];

        from = back > from ? 0 : from - back;
        if (from + length > next + REACH)
            length = from < next + REACH ? next + REACH - from : 0;
        if (fill & 128 && held)
            held = fill % held;
        for (uint32_t i = 0; i < LENGTH; i++)
            payload[i] = (uint8_t)(from + i + (fill & 64 && i == fill % LENGTH ? 1 : 0));

        uint32_t forecast = stream_next_after(&stream, first + from, length);
        for (uint32_t i = 0; i < length; i++) {
            bool there = i < held && from + i < stream.size;

            duplicate += here[from + i];
            partial = partial || (!here[from + i] && i >= held);
            if (here[from + i] && there && value[from + i] != payload[i])
                conflict = true;
            if (!here[from + i] && there)
                value[from + i] = payload[i];
            here[from + i] = true;
        }
        uint32_t gained = stream_put(&stream, first + from, payload, held, length);
        check(gained == model_next() - next);
        check(forecast == stream.next);
        check(stream.duplicate == duplicate);
        check(stream.partial == partial);
        check(partial || stream.conflict == conflict);
        check_state(&stream, first);
    }
    return 0;
}
