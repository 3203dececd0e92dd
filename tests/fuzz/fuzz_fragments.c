/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzzes the putting together of fragments: against the plainest model, a map that says for each
 * byte whether it is here; and with any bytes at all under narrow bounds. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "probe/fragments.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
    MAP = 1024,
    KEYS = 8,
    PIECES = MAP / 8,
    NARROW_DATAGRAMS = 4,
    NARROW_BYTES = 6000,
    SLACK = 2000, /* that the datagrams themselves may take */
};
#define SECOND INT64_C(1000000000)

enum state { STATE_NONE, STATE_OPEN, STATE_DEAD, STATE_WHOLE };

struct model {
    enum state state;
    bool has_head, has_end, conflict;
    uint32_t total; /* the end of what came */
    bool here[MAP], known[MAP];
    uint8_t value[MAP];
    struct {
        uint32_t offset, length;
    } piece[PIECES]; /* IPv6 only */
    unsigned pieces;
};
static struct model models[KEYS];

struct shape {
    unsigned key;
    bool is_v6, is_last;
    uint32_t offset, length, held;
    uint8_t flip;
};

static unsigned lost, lost_wanted;

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void note(void *data, const struct fragments_loss *loss)
{
    char text[FRAGMENTS_TEXT_SIZE];
    (void)data;
    lost++;
    check(strlen(fragments_loss_show(loss, text)) < sizeof text - 1);
    check(loss->fragments > 0 && loss->first_ns != INT64_MIN);
}

static uint8_t value_of(const struct shape *shape, uint32_t at)
{
    return (uint8_t)(at * 3 + 1) ^ (at % 5 == 0 ? shape->flip : 0);
}

static size_t build(const struct shape *shape, uint8_t *bytes)
{
    struct writer writer = writer_of(bytes, 48 + MAP);
    uint32_t more = shape->is_last ? 0 : 1;
    if (shape->is_v6) {
        writer_u32(&writer, 0x60000000);
        writer_u16(&writer, (uint16_t)(8 + shape->length));
        writer_u16(&writer, 0x2c40);
        writer_fill(&writer, 0x11, 32);
        writer_u16(&writer, 0x0600);
        writer_u16(&writer, (uint16_t)(shape->offset | more));
        writer_u32(&writer, shape->key);
    } else {
        writer_u16(&writer, 0x4500);
        writer_u16(&writer, (uint16_t)(20 + shape->length));
        writer_u16(&writer, (uint16_t)shape->key);
        writer_u16(&writer, (uint16_t)(more << 13 | shape->offset / 8));
        writer_u32(&writer, 0x40060000); /* no checksum: as an adapter gets it */
        writer_fill(&writer, 0x11, 8);
    }
    for (uint32_t i = 0; i < shape->held; i++)
        writer_u8(&writer, value_of(shape, shape->offset + i));
    check(!writer.bad);
    return writer.length;
}

static bool agrees(const struct model *model, const struct shape *shape, uint32_t *ret_overlap)
{
    bool agree = true;
    *ret_overlap = 0;
    for (uint32_t at = shape->offset; at < shape->offset + shape->length; at++) {
        *ret_overlap += model->here[at];
        if (at < shape->offset + shape->held && model->known[at] &&
            model->value[at] != value_of(shape, at))
            agree = false;
    }
    return agree;
}

static bool is_exact(const struct model *model, const struct shape *shape)
{
    for (unsigned i = 0; i < model->pieces; i++) {
        if (model->piece[i].offset == shape->offset && model->piece[i].length == shape->length)
            return true;
    }
    return false;
}

/* What the model says of a fragment, once it has taken it. */
static enum fragment_verdict model_put(struct model *model, const struct shape *shape)
{
    uint32_t end = shape->offset + shape->length, overlap;
    bool agree = agrees(model, shape, &overlap);
    if (shape->length == 0 || (!shape->is_last && shape->length % 8 != 0))
        return FRAGMENT_BAD;
    if (model->state == STATE_DEAD)
        return FRAGMENT_USELESS;
    if (model->state == STATE_WHOLE) {
        if (agree && overlap == shape->length)
            return FRAGMENT_DUPLICATE;
        memset(model, 0, sizeof *model);
        overlap = 0;
        agree = true;
    }
    if (model->has_end ? (shape->is_last ? end != model->total : end > model->total)
                       : shape->is_last && end < model->total)
        return FRAGMENT_BAD;
    model->state = STATE_OPEN;
    bool is_new_end = shape->is_last && !model->has_end;
    if (shape->is_v6 && overlap > 0 && (!agree || is_new_end || !is_exact(model, shape))) {
        model->state = STATE_DEAD;
        lost_wanted++;
        return FRAGMENT_USELESS;
    }
    model->conflict = model->conflict || !agree;
    if (overlap == shape->length && !is_new_end)
        return FRAGMENT_DUPLICATE;
    for (uint32_t at = shape->offset; at < end; at++) {
        if (model->here[at])
            continue;
        model->here[at] = true;
        model->known[at] = at < shape->offset + shape->held;
        model->value[at] = value_of(shape, at);
    }
    if (shape->is_v6) {
        check(model->pieces < PIECES);
        model->piece[model->pieces].offset = shape->offset;
        model->piece[model->pieces++].length = shape->length;
    }
    model->has_end = model->has_end || shape->is_last;
    model->total = end > model->total ? end : model->total;
    for (uint32_t at = 0; at < model->total; at++) {
        if (!model->here[at])
            return FRAGMENT_KEPT;
    }
    if (!model->has_end)
        return FRAGMENT_KEPT;
    model->state = STATE_WHOLE;
    return FRAGMENT_WHOLE;
}

static void check_whole(const struct model *model, const struct fragments_packet *whole)
{
    const struct packet *packet = &whole->packet;
    uint32_t known = 0;
    while (known < model->total && model->known[known])
        known++;
    check(packet->payload_total == model->total && packet->payload_length == known);
    check(memcmp(packet->payload, model->value, known) == 0);
    check(whole->conflict == model->conflict && !packet->is_fragment);
    check(whole->fragments >= 1 && whole->first_ns <= whole->last_ns);
}

static void run_model(struct reader *input)
{
    struct fragments_options options = {.lost = note};
    struct fragments *fragments = fragments_new(&options);
    int64_t now = 0;
    if (!fragments)
        return;
    memset(models, 0, sizeof models);
    while (reader_left(input) >= 5) {
        uint8_t first = reader_u8(input), flags = reader_u8(input);
        struct shape shape = {.key = first % KEYS, .is_v6 = first % 2, .is_last = flags & 1};
        shape.offset = (uint32_t)(reader_u8(input) % 64) * 8;
        shape.length = (uint32_t)(reader_u8(input) % 32) * 8 + (flags & 2 ? flags >> 5 : 0);
        shape.flip = flags & 4 ? 0xff : 0;
        uint8_t cut = reader_u8(input);
        shape.held =
            flags & 8 && shape.length > 0 ? shape.length - cut % shape.length : shape.length;
        if (flags & 16 && cut > 200) {
            now += 61 * SECOND;
            for (unsigned i = 0; i < KEYS; i++)
                lost_wanted += models[i].state == STATE_OPEN;
            memset(models, 0, sizeof models);
            fragments_expire(fragments, now);
            check(fragments_datagrams(fragments) == 0 && fragments_bytes(fragments) == 0);
        }
        if (shape.offset == 0 && shape.is_last)
            continue; /* a whole packet */

        uint8_t bytes[48 + MAP];
        size_t length = build(&shape, bytes);
        uint8_t *exact = malloc(length);
        struct packet packet;
        struct fragments_packet whole;
        if (!exact)
            break;
        memcpy(exact, bytes, length);
        check(packet_read(exact, length, false, &packet) == 0 && packet.is_fragment);
        int got = fragments_put(fragments, &packet, 0, now, &whole);
        free(exact);
        check(got == (int)model_put(&models[shape.key], &shape));
        check(lost == lost_wanted);
        if (got == FRAGMENT_WHOLE)
            check_whole(&models[shape.key], &whole);
    }
    for (unsigned i = 0; i < KEYS; i++)
        lost_wanted += models[i].state == STATE_OPEN;
    fragments_end(fragments);
    check(lost == lost_wanted);
    check(fragments_datagrams(fragments) == 0 && fragments_bytes(fragments) == 0);
    fragments_free(fragments);
}

/* Records of a length, a time and a packet. */
static void run_raw(struct reader *input)
{
    struct fragments_options options = {
        .datagrams = NARROW_DATAGRAMS, .bytes = NARROW_BYTES, .lost = note};
    struct fragments *fragments = fragments_new(&options);
    if (!fragments)
        return;
    while (reader_left(input) >= 10) {
        size_t length = reader_u8(input) * (size_t)4;
        int64_t at = (int64_t)((uint64_t)reader_u8(input) << 56);
        if (length > reader_left(input))
            length = reader_left(input);
        uint8_t *exact = malloc(length ? length : 1);
        struct packet packet;
        struct fragments_packet whole;
        if (!exact)
            break;
        memcpy(exact, reader_take(input, length), length);
        if (packet_read(exact, length, false, &packet) == 0 && packet.is_fragment) {
            at += at == INT64_MIN;
            int got = fragments_put(fragments, &packet, 0, at, &whole);
            check(got == -FAULT_MEMORY || (got >= 0 && got < FRAGMENT_COUNT));
            if (got == FRAGMENT_WHOLE) {
                size_t end = whole.packet.header_length + whole.packet.payload_length;
                check(!whole.packet.is_fragment && end <= whole.packet.total_length);
                check(whole.packet.total_length <= 65575);
                check(checksum_add(0, whole.packet.header, end) != UINT32_MAX);
            }
        }
        free(exact);
        check(fragments_datagrams(fragments) <= NARROW_DATAGRAMS);
        check(fragments_bytes(fragments) <= NARROW_BYTES + SLACK);
    }
    fragments_end(fragments);
    check(fragments_bytes(fragments) == 0);
    fragments_free(fragments);
}

/* The first byte chooses between the two. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct reader input = reader_of(data, size);
    lost = lost_wanted = 0;
    if (reader_u8(&input) % 2)
        run_raw(&input);
    else
        run_model(&input);
    return 0;
}
