/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pcapng files: blocks, and the three kinds of packets in them.
 *
 * draft-ietf-opsawg-pcapng. libpcap's own reader wants all interfaces of a file to be of one link
 * type, and tells neither which interface a packet is of nor what the interfaces lost. */
#include "net/replay_parts.h"

#define BLOCK_SECTION    REPLAY_MAGIC_SECTION
#define BLOCK_INTERFACE  1
#define BLOCK_OLD_PACKET 2
#define BLOCK_SIMPLE     3
#define BLOCK_STATISTICS 5
#define BLOCK_PACKET     6

#define BYTE_ORDER_MAGIC 0x1a2b3c4dU
#define ORDER_AT         8
#define SECTION_START    12 /* as much as shows the byte order */
#define FRAME            12 /* a block's type, its length, and its length again at the end */
#define HEAD             8
#define TRAILER          4
/* Blocks that are held whole: a frame, and what options may stand behind it. */
#define BLOCK_MAX ((uint32_t)REPLAY_FRAME_MAX + (1U << 20))

/* A packet block: the interface, the stamp's two halves, both lengths, the frame. */
static int read_packet(struct replay *replay, const struct replay_body *body, bool is_old,
                       struct replay_frame *ret_frame, struct fault *fault)
{
    const struct replay_pcapng *pcapng = &replay->pcapng;
    unsigned long long packet = replay->facts.frames + 1;
    bool big = body->big;
    uint32_t number = is_old ? number16(big, body->bytes) : number32(big, body->bytes);
    uint64_t ticks =
        (uint64_t)number32(big, body->bytes + 4) << 32 | number32(big, body->bytes + 8);
    uint32_t length = number32(big, body->bytes + 12), wire = number32(big, body->bytes + 16);

    if (length > REPLAY_FRAME_MAX || length > body->length - 20)
        return replay_damaged(replay, REPLAY_DAMAGE_LENGTH, fault,
                              "packet %llu has %lu bytes in a block of %zu", packet,
                              (unsigned long)length, body->length + FRAME);
    if (number >= pcapng->count)
        return replay_damaged(replay, REPLAY_DAMAGE_BLOCK, fault,
                              "packet %llu is of interface %lu, which is not described", packet,
                              (unsigned long)number);
    const struct replay_source *source = &pcapng->sources[number];
    *ret_frame = (struct replay_frame){.at_ns = stamp_ns(&source->unit, ticks),
                                       .has_time = true,
                                       .bytes = body->bytes + 20,
                                       .length = length,
                                       .wire_length = wire > length ? wire : length,
                                       .link_type = source->link_type,
                                       .interface = pcapng->first + number};
    return 1;
}

/* A Simple Packet Block: of the section's first interface, whose snaplen says what was captured. */
static int read_simple(struct replay *replay, const struct replay_body *body,
                       struct replay_frame *ret_frame, struct fault *fault)
{
    const struct replay_pcapng *pcapng = &replay->pcapng;
    unsigned long long packet = replay->facts.frames + 1;
    uint32_t wire = number32(body->big, body->bytes), length = wire;

    if (pcapng->count == 0)
        return replay_damaged(replay, REPLAY_DAMAGE_BLOCK, fault,
                              "packet %llu is of interface 0, which is not described", packet);
    if (pcapng->sources[0].snaplen != 0 && length > pcapng->sources[0].snaplen)
        length = pcapng->sources[0].snaplen;
    if (length > body->length - 4)
        length = (uint32_t)(body->length - 4);
    if (length > REPLAY_FRAME_MAX)
        return replay_damaged(replay, REPLAY_DAMAGE_LENGTH, fault, "packet %llu has %lu bytes",
                              packet, (unsigned long)length);
    *ret_frame = (struct replay_frame){.bytes = body->bytes + 4,
                                       .length = length,
                                       .wire_length = wire,
                                       .link_type = pcapng->sources[0].link_type,
                                       .interface = pcapng->first};
    return 1;
}

/* The least bytes between a block's lengths; 0: a block that is passed unseen. */
static uint32_t least_body(uint32_t type)
{
    switch (type) {
    case BLOCK_SECTION:
        return 16;
    case BLOCK_INTERFACE:
        return 8;
    case BLOCK_OLD_PACKET:
    case BLOCK_PACKET:
        return 20;
    case BLOCK_SIMPLE:
        return 4;
    case BLOCK_STATISTICS:
        return 12;
    default:
        return 0;
    }
}

static bool is_packet(uint32_t type)
{
    return type == BLOCK_PACKET || type == BLOCK_OLD_PACKET || type == BLOCK_SIMPLE;
}

/* Notes that the file ends within a block of `total` bytes; 0: within the head of one. */
static int cut(struct replay *replay, uint32_t type, uint32_t total, struct fault *fault)
{
    struct replay_facts *facts = &replay->facts;

    if (total == 0)
        return replay_damaged(replay, REPLAY_DAMAGE_CUT, fault,
                              "the file ends in the header of a block");
    if (is_packet(type))
        return replay_damaged(replay, REPLAY_DAMAGE_CUT, fault,
                              "the file ends in packet %llu, whose block has %zu of %lu bytes",
                              (unsigned long long)facts->frames + 1, stream_left(&replay->stream),
                              (unsigned long)total);
    return replay_damaged(replay, REPLAY_DAMAGE_CUT, fault,
                          "the file ends in a block of %lu bytes of type %lu", (unsigned long)total,
                          (unsigned long)type);
}

static int lengths_differ(struct replay *replay, uint32_t total, uint32_t again,
                          struct fault *fault)
{
    return replay_damaged(replay, REPLAY_DAMAGE_BLOCK, fault,
                          "a block has %lu bytes at its beginning and %lu at its end",
                          (unsigned long)total, (unsigned long)again);
}

/* Passes a block that says nothing here, whatever its size. */
static int pass(struct replay *replay, uint32_t type, uint32_t total, struct fault *fault)
{
    struct stream *stream = &replay->stream;

    if (!stream_pass(stream, total - TRAILER) || !stream_hold(stream, TRAILER))
        return cut(replay, type, total, fault);
    uint32_t again = number32(replay->facts.big_endian, stream_bytes(stream));
    if (again != total)
        return lengths_differ(replay, total, again, fault);
    stream->at += TRAILER;
    return 1;
}

/* Reads what a block has to say. 1; also with a frame where it is a packet's. */
static int read_body(struct replay *replay, uint32_t type, const struct replay_body *body,
                     struct replay_frame *ret_frame, struct fault *fault)
{
    switch (type) {
    case BLOCK_SECTION:
        return replay_read_section(replay, body, fault);
    case BLOCK_INTERFACE:
        return replay_read_interface(replay, body, fault);
    case BLOCK_STATISTICS:
        return replay_read_statistics(replay, body);
    case BLOCK_SIMPLE:
        return read_simple(replay, body, ret_frame, fault);
    default:
        return read_packet(replay, body, type == BLOCK_OLD_PACKET, ret_frame, fault);
    }
}

static int impossible(struct replay *replay, uint32_t type, uint32_t total, struct fault *fault)
{
    if (!is_packet(type))
        return replay_damaged(replay, REPLAY_DAMAGE_LENGTH, fault,
                              "a block of type %lu has %lu bytes", (unsigned long)type,
                              (unsigned long)total);
    return replay_damaged(replay, REPLAY_DAMAGE_LENGTH, fault,
                          "packet %llu is in a block of %lu bytes",
                          (unsigned long long)replay->facts.frames + 1, (unsigned long)total);
}

/* The head of the next block, which says how the bytes of its section stand. 1; or 0 where there is
 * none, or none that can be. */
static int read_head(struct replay *replay, uint32_t *ret_type, uint32_t *ret_total,
                     struct fault *fault)
{
    struct stream *stream = &replay->stream;

    *ret_total = 0;
    replay->record_at = stream_position(stream);
    if (!stream_hold(stream, HEAD)) {
        if (stream_left(stream) == 0)
            return replay_damaged(replay, REPLAY_DAMAGE_NONE, fault, "%s", "");
        return cut(replay, 0, 0, fault);
    }
    *ret_type = number32(replay->facts.big_endian, stream_bytes(stream));
    if (*ret_type == BLOCK_SECTION) {
        if (!stream_hold(stream, SECTION_START))
            return cut(replay, 0, 0, fault);
        const uint8_t *order = stream_bytes(stream) + ORDER_AT;
        replay->facts.big_endian = number32(true, order) == BYTE_ORDER_MAGIC;
        if (number32(replay->facts.big_endian, order) != BYTE_ORDER_MAGIC)
            return replay_damaged(replay, REPLAY_DAMAGE_BLOCK, fault, "%s",
                                  "a section has no byte order");
    }
    uint32_t total = number32(replay->facts.big_endian, stream_bytes(stream) + 4);
    uint32_t least = least_body(*ret_type);
    if (total < FRAME + least || total % 4 != 0 || (least > 0 && total > BLOCK_MAX))
        return impossible(replay, *ret_type, total, fault);
    *ret_total = total;
    return 1;
}

static int next(struct replay *replay, struct replay_frame *ret_frame, struct fault *fault)
{
    struct stream *stream = &replay->stream;
    uint32_t type = 0, total = 0;

    for (;;) {
        int got = read_head(replay, &type, &total, fault);
        if (got != 1)
            return got;
        if (least_body(type) == 0) {
            got = pass(replay, type, total, fault);
            if (got != 1)
                return got;
            continue;
        }
        if (!stream_hold(stream, total))
            return cut(replay, type, total, fault);
        bool big = replay->facts.big_endian;
        const uint8_t *block = stream_bytes(stream);
        uint32_t again = number32(big, block + total - TRAILER);
        if (again != total)
            return lengths_differ(replay, total, again, fault);
        struct replay_body body = {.big = big, .bytes = block + HEAD, .length = total - FRAME};
        got = read_body(replay, type, &body, ret_frame, fault);
        if (got != 1)
            return got;
        stream->at += total;
        if (is_packet(type))
            return 1;
    }
}

int replay_pcapng_begin(struct replay *replay, struct fault *fault)
{
    struct stream *stream = &replay->stream;
    uint32_t type, total;

    if (!stream_hold(stream, SECTION_START) ||
        number32(true, stream_bytes(stream)) != BLOCK_SECTION)
        return 0;
    const uint8_t *order = stream_bytes(stream) + ORDER_AT;
    if (number32(true, order) != BYTE_ORDER_MAGIC && number32(false, order) != BYTE_ORDER_MAGIC)
        return 0;
    /* The section is read with the rest; here it is only looked at whether it can be. */
    replay->facts.format = "pcapng";
    replay->next = next;
    if (read_head(replay, &type, &total, fault) != 1)
        return fault_set(fault, FAULT_IO, 0, "a pcapng file with an impossible first block");
    if (!stream_hold(stream, SECTION_START + 4))
        return fault_set(fault, FAULT_IO, 0, "a pcapng file that ends in its first block");
    unsigned major = number16(replay->facts.big_endian, stream_bytes(stream) + SECTION_START);
    if (major != 1)
        return fault_set(fault, FAULT_IO, 0, "a pcapng file of version %u", major);
    return 1;
}
