/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pcapng files: blocks, sections, interfaces and the three kinds of packets.
 *
 * draft-ietf-opsawg-pcapng. libpcap's own reader wants all interfaces of a file to be of one link
 * type, and tells neither which interface a packet is of nor what the interfaces lost. */
#include <inttypes.h>
#include <stdlib.h>

#include "base/text.h"
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
#define BLOCK_MAX   ((uint32_t)REPLAY_FRAME_MAX + (1U << 20))
#define SOURCES_MAX 65536U

#define OPTION_END       0
#define OPTION_NAME      2  /* if_name */
#define OPTION_TSRESOL   9  /* if_tsresol */
#define OPTION_TSOFFSET  14 /* if_tsoffset */
#define OPTION_IFDROP    5  /* isb_ifdrop */
#define OPTION_OSDROP    7  /* isb_osdrop */
#define RESOLUTION_MICRO 6

/* The body of a block, without the three words around it. */
struct body {
    bool big;
    const uint8_t *bytes;
    size_t length;
};

struct option {
    uint16_t code, length;
    const uint8_t *value;
};

/* The next option of those from *at on. 1; 0: no more; -1: it goes beyond its block. */
static int option_next(const struct body *body, size_t *at, struct option *ret_option)
{
    size_t left = body->length - *at;

    if (left == 0)
        return 0;
    if (left < 4)
        return -1;
    *ret_option = (struct option){.code = number16(body->big, body->bytes + *at),
                                  .length = number16(body->big, body->bytes + *at + 2),
                                  .value = body->bytes + *at + 4};
    if (ret_option->code == OPTION_END)
        return 0;
    size_t padded = ((size_t)ret_option->length + 3) & ~(size_t)3;
    if (padded > left - 4)
        return -1;
    *at += 4 + padded;
    return 1;
}

static size_t extent(const struct replay *replay, const uint8_t *bytes, size_t left)
{
    return left < HEAD ? 0 : number32(replay->facts.big_endian, bytes + 4);
}

/* Notes damage of the block in the window. */
static int broken(struct replay *replay, struct fault *fault, const char *what)
{
    return replay_damaged(replay, REPLAY_DAMAGE_BLOCK, fault, "%s", what);
}

/* Begins a section. 1, or what replay_damaged() gives. */
static int read_section(struct replay *replay, const struct body *body, struct fault *fault)
{
    struct replay_pcapng *pcapng = &replay->pcapng;
    unsigned major = number16(body->big, body->bytes + 4);
    unsigned minor = number16(body->big, body->bytes + 6);

    /* Version 1.2 differs from 1.0 in nothing (draft, section 4.1). */
    if (major != 1 || (minor != 0 && minor != 2))
        return replay_damaged(replay, REPLAY_DAMAGE_BLOCK, fault, "a section of version %u.%u",
                              major, minor);
    pcapng->first += pcapng->count;
    pcapng->count = 0;
    return 1;
}

/* Makes room for another interface; false without memory. */
static bool make_room(struct replay_pcapng *pcapng)
{
    if (pcapng->count < pcapng->room)
        return true;
    uint32_t room = pcapng->room ? 2 * pcapng->room : 8;
    struct replay_source *sources = realloc(pcapng->sources, room * sizeof *sources);
    if (!sources)
        return false;
    pcapng->sources = sources;
    pcapng->room = room;
    return true;
}

static int read_interface(struct replay *replay, const struct body *body, struct fault *fault)
{
    struct replay_pcapng *pcapng = &replay->pcapng;
    struct replay_interface interface = {.link_type = number16(body->big, body->bytes),
                                         .snaplen = number32(body->big, body->bytes + 4),
                                         .dropped = -1};
    uint8_t resolution = RESOLUTION_MICRO;
    int64_t offset_s = 0;
    struct option option;
    size_t at = 8;
    int got;

    while ((got = option_next(body, &at, &option)) > 0) {
        if (option.code == OPTION_NAME)
            text_safe(option.value, strnlen((const char *)option.value, option.length),
                      interface.name, sizeof interface.name);
        else if (option.code == OPTION_TSRESOL && option.length == 1)
            resolution = option.value[0];
        else if (option.code == OPTION_TSOFFSET && option.length == 8)
            offset_s = (int64_t)number64(body->big, option.value);
    }
    if (got < 0)
        return broken(replay, fault, "an option of an interface goes beyond its block");
    if (pcapng->count == SOURCES_MAX)
        return broken(replay, fault, "a section of more than 65536 interfaces");
    if (!make_room(pcapng))
        return fault_set(fault, FAULT_MEMORY, 0, "out of memory");
    struct replay_source *source = &pcapng->sources[pcapng->count++];
    *source = (struct replay_source){.link_type = interface.link_type,
                                     .snaplen = interface.snaplen,
                                     .unit = stamp_unit_of(resolution, offset_s)};
    interface.resolution_ns = stamp_unit_ns(&source->unit);
    replay_add_interface(replay, &interface);
    return 1;
}

/* What an interface lost. Of several such blocks the last one stands: they count on. */
static int read_statistics(struct replay *replay, const struct body *body, struct fault *fault)
{
    uint32_t number = number32(body->big, body->bytes);
    struct option option;
    uint64_t dropped = 0, count;
    bool is_told = false;
    size_t at = 12;

    if (number >= replay->pcapng.count)
        return broken(replay, fault, "statistics of an interface that is not described");
    while (option_next(body, &at, &option) > 0) {
        if ((option.code != OPTION_IFDROP && option.code != OPTION_OSDROP) || option.length != 8)
            continue;
        count = number64(body->big, option.value);
        /* All ones: not known. */
        if (count == UINT64_MAX)
            continue;
        is_told = true;
        if (__builtin_add_overflow(dropped, count, &dropped) || dropped > INT64_MAX)
            dropped = INT64_MAX;
    }
    number += replay->pcapng.first;
    if (is_told && number < REPLAY_INTERFACES)
        replay->facts.interfaces[number].dropped = (int64_t)dropped;
    return 1;
}

/* A packet block: the interface, the stamp's two halves, both lengths, the frame. */
static int read_packet(struct replay *replay, const struct body *body, bool is_old,
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
static int read_simple(struct replay *replay, const struct body *body,
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
static int read_body(struct replay *replay, uint32_t type, const struct body *body,
                     struct replay_frame *ret_frame, struct fault *fault)
{
    switch (type) {
    case BLOCK_SECTION:
        return read_section(replay, body, fault);
    case BLOCK_INTERFACE:
        return read_interface(replay, body, fault);
    case BLOCK_STATISTICS:
        return read_statistics(replay, body, fault);
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
            return broken(replay, fault, "a section has no byte order");
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
    uint32_t type, total;

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
        struct body body = {.big = big, .bytes = block + HEAD, .length = total - FRAME};
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
    replay->extent = extent;
    if (read_head(replay, &type, &total, fault) != 1)
        return fault_set(fault, FAULT_IO, 0, "a pcapng file with an impossible first block");
    if (!stream_hold(stream, SECTION_START + 4))
        return fault_set(fault, FAULT_IO, 0, "a pcapng file that ends in its first block");
    unsigned major = number16(replay->facts.big_endian, stream_bytes(stream) + SECTION_START);
    if (major != 1)
        return fault_set(fault, FAULT_IO, 0, "a pcapng file of version %u", major);
    return 1;
}

void replay_pcapng_release(struct replay *replay)
{
    free(replay->pcapng.sources);
}
