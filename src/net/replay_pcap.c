/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pcap files: their head, and one packet after the other.
 *
 * libpcap reads these too, yet takes about 150 ns a packet where this takes no more than the copy
 * out of the kernel, holds no byte position to tell damage by, and cannot do what pcapng wants
 * beside it. What it knows of old and changed formats is kept here (its sf-pcap.c; and
 * draft-ietf-opsawg-pcap). */
#include "net/replay_parts.h"

#define MAGIC_MICRO    0xa1b2c3d4U
#define MAGIC_NANO     0xa1b23c4dU
#define MAGIC_MODIFIED 0xa1b2cd34U /* Kuznetzov's: more in each packet's head */
#define FILE_HEAD      24
#define PACKET_HEAD    16
#define MODIFIED_HEAD  24
#define NS_IN_MICRO    1000
#define NS_IN_SECOND   INT64_C(1000000000)
#define LINK_MASK      0x03ffffffU /* above are the frame check sequence's length and its flag */
#define VERSION_ODD    543         /* of DG/UX, otherwise as 2.2 */

static bool is_magic(uint32_t magic)
{
    return magic == MAGIC_MICRO || magic == MAGIC_NANO || magic == MAGIC_MODIFIED;
}

static int cut(struct replay *replay, size_t want, struct fault *fault)
{
    size_t left = stream_left(&replay->stream), head = replay->pcap.head;
    unsigned long long number = replay->facts.frames + 1;

    if (left < head)
        return replay_damaged(replay, REPLAY_DAMAGE_CUT, fault,
                              "the file ends in the header of packet %llu", number);
    return replay_damaged(replay, REPLAY_DAMAGE_CUT, fault,
                          "the file ends in packet %llu, which has %zu of %zu bytes", number,
                          left - head, want - head);
}

static int next(struct replay *replay, struct replay_frame *ret_frame, struct fault *fault)
{
    struct stream *stream = &replay->stream;
    const struct replay_pcap *pcap = &replay->pcap;
    bool big = replay->facts.big_endian;

    replay->record_at = stream_position(stream);
    if (!stream_hold(stream, pcap->head)) {
        if (stream_left(stream) == 0)
            return replay_damaged(replay, REPLAY_DAMAGE_NONE, fault, "%s", "");
        return cut(replay, 0, fault);
    }
    const uint8_t *head = stream_bytes(stream);
    uint32_t seconds = number32(big, head), part = number32(big, head + 4);
    uint32_t length = number32(big, head + 8), wire_length = number32(big, head + 12);
    if (pcap->swapped || (pcap->maybe_swapped && length > wire_length)) {
        uint32_t other = length;
        length = wire_length;
        wire_length = other;
    }
    if (length > REPLAY_FRAME_MAX)
        return replay_damaged(replay, REPLAY_DAMAGE_LENGTH, fault, "packet %llu has %lu bytes",
                              (unsigned long long)replay->facts.frames + 1, (unsigned long)length);
    if (!stream_hold(stream, pcap->head + length))
        return cut(replay, pcap->head + length, fault);
    *ret_frame = (struct replay_frame){
        .at_ns = seconds * NS_IN_SECOND + (int64_t)part * pcap->per_tick_ns,
        .has_time = true,
        .bytes = stream_bytes(stream) + pcap->head,
        .length = length,
        .wire_length = wire_length > length ? wire_length : length,
        .link_type = replay->facts.interfaces[0].link_type,
    };
    stream->at += pcap->head + length;
    return 1;
}

/* Which of the two lengths of a packet comes first depends on the version. */
static bool set_version(struct replay_pcap *pcap, unsigned major, unsigned minor)
{
    if (major == VERSION_ODD && minor == 0) {
        pcap->swapped = true;
        return true;
    }
    pcap->swapped = minor < 3;
    pcap->maybe_swapped = minor == 3;
    return major == 2 && minor <= 4;
}

int replay_pcap_begin(struct replay *replay, struct fault *fault)
{
    struct stream *stream = &replay->stream;
    struct replay_pcap *pcap = &replay->pcap;

    if (!stream_hold(stream, 4))
        return 0;
    bool big = is_magic(number32(true, stream_bytes(stream)));
    if (!big && !is_magic(number32(false, stream_bytes(stream))))
        return 0;
    if (!stream_hold(stream, FILE_HEAD))
        return fault_set(fault, FAULT_IO, 0, "a pcap file that ends in its header");
    const uint8_t *head = stream_bytes(stream);
    uint32_t magic = number32(big, head);
    unsigned major = number16(big, head + 4), minor = number16(big, head + 6);
    if (!set_version(pcap, major, minor))
        return fault_set(fault, FAULT_IO, 0, "a pcap file of version %u.%u", major, minor);
    pcap->head = magic == MAGIC_MODIFIED ? MODIFIED_HEAD : PACKET_HEAD;
    pcap->per_tick_ns = magic == MAGIC_NANO ? 1 : NS_IN_MICRO;
    replay->facts.format = "pcap";
    replay->facts.big_endian = big;
    replay_add_interface(
        replay, &(struct replay_interface){.link_type = (int)(number32(big, head + 20) & LINK_MASK),
                                           .snaplen = number32(big, head + 16),
                                           .resolution_ns = pcap->per_tick_ns,
                                           .dropped = -1});
    stream->at += FILE_HEAD;
    replay->next = next;
    return 1;
}
