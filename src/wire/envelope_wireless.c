/* SPDX-License-Identifier: GPL-3.0-or-later */
/* IEEE 802.11 data frames, the aggregates among them, and the heads that capture puts before them.
 */
#include "wire/envelope_parts.h"

#define PRISM_SIZE 144 /* always (tcpdump.org, LINKTYPE_IEEE802_11_PRISM) */
/* An AVS header begins with its version, 0x80211001 or …2, and its length. */
#define AVS_MAGIC      0x80211000
#define AVS_MAGIC_MASK 0xfffff000
#define AVS_MIN        8

/* Radiotap (radiotap.org): the fields present before `flags` and in it. */
#define RADIOTAP_MIN       8
#define RADIOTAP_TSFT      0x00000001
#define RADIOTAP_FLAGS     0x00000002
#define RADIOTAP_EXTENDED  0x80000000
#define RADIOTAP_TSFT_SIZE 8
#define RADIOTAP_DATA_PAD  0x20

#define PPI_MIN 8

/* Frame control's two bytes, IEEE 802.11-2020 9.2.4.1. */
#define CONTROL_VERSION   0x03
#define CONTROL_TYPE      0x0c
#define CONTROL_DATA      0x08
#define CONTROL_NO_DATA   0x40 /* of a data frame's subtype */
#define CONTROL_QOS       0x80 /* of a data frame's subtype */
#define CONTROL_TO_DS     0x01
#define CONTROL_FROM_DS   0x02
#define CONTROL_PROTECTED 0x40
#define CONTROL_ORDER     0x80 /* of a QoS frame: an HT control field follows */
#define SEQUENCE_FRAGMENT 0x0f
#define QOS_AGGREGATE     0x80

#define SUBFRAME_ALIGN 4
#define SUBFRAME_MIN   14

void layer_prism(struct walk *walk)
{
    struct reader ahead = walk->reader;
    /* Linux drivers gave AVS headers under prism's number. */
    if ((reader_u32(&ahead) & AVS_MAGIC_MASK) == AVS_MAGIC) {
        walk_to(walk, LAYER_AVS, 0);
        return;
    }
    reader_skip(&walk->reader, PRISM_SIZE);
    walk_to(walk, LAYER_WIRELESS, 0);
}

void layer_avs(struct walk *walk)
{
    struct reader *reader = &walk->reader;
    reader_skip(reader, 4);
    uint32_t length = reader_u32(reader);
    if (length < AVS_MIN && !reader->bad) {
        walk_end(walk, ENVELOPE_MALFORMED);
        return;
    }
    reader_skip(reader, length - AVS_MIN);
    walk_to(walk, LAYER_WIRELESS, 0);
}

/* Whether the radiotap header from `start` on says that the 802.11 header is padded. */
static bool is_padded(struct reader ahead, size_t start, uint32_t present)
{
    uint32_t more = present;
    if (!(present & RADIOTAP_FLAGS))
        return false;
    while (more & RADIOTAP_EXTENDED && !ahead.bad)
        more = __builtin_bswap32(reader_u32(&ahead));
    if (present & RADIOTAP_TSFT) {
        size_t over = (ahead.at - start) % RADIOTAP_TSFT_SIZE;
        reader_skip(&ahead, (over ? RADIOTAP_TSFT_SIZE - over : 0) + RADIOTAP_TSFT_SIZE);
    }
    return reader_u8(&ahead) & RADIOTAP_DATA_PAD;
}

void layer_radiotap(struct walk *walk)
{
    struct reader *reader = &walk->reader;
    size_t start = reader->at;
    uint8_t version = reader_u8(reader);
    reader_skip(reader, 1);
    uint16_t length = walk_u16_le(walk);
    uint32_t present = walk_u32_le(walk);
    if ((version != 0 || length < RADIOTAP_MIN) && !reader->bad) {
        walk_end(walk, ENVELOPE_MALFORMED);
        return;
    }
    struct reader head = *reader;
    reader_skip(reader, (size_t)length - RADIOTAP_MIN);
    if (!reader->bad) {
        head.length = start + length;
        walk->padded = is_padded(head, start, present);
    }
    walk_to(walk, LAYER_WIRELESS, 0);
}

void layer_ppi(struct walk *walk)
{
    reader_skip(&walk->reader, 2); /* version and flags */
    uint16_t length = walk_u16_le(walk);
    uint32_t link_type = walk_u32_le(walk);
    if (length < PPI_MIN && !walk->reader.bad) {
        walk_end(walk, ENVELOPE_MALFORMED);
        return;
    }
    reader_skip(&walk->reader, (size_t)length - PPI_MIN);
    walk_to(walk, LAYER_LINK, link_type);
}

void layer_wireless(struct walk *walk)
{
    struct reader *reader = &walk->reader;
    size_t start = reader->at;
    uint8_t control = reader_u8(reader);
    uint8_t flags = reader_u8(reader);
    if (reader->bad)
        return;
    if (control & CONTROL_VERSION) {
        walk_end(walk, ENVELOPE_MALFORMED);
        return;
    }
    if ((control & CONTROL_TYPE) != CONTROL_DATA || control & CONTROL_NO_DATA) {
        walk_other(walk, ENVELOPE_SPACE_WIRELESS,
                   (uint32_t)(control & CONTROL_TYPE) << 2 | control >> 4);
        return;
    }
    reader_skip(reader, 20); /* duration and three addresses */
    uint16_t sequence = walk_u16_le(walk);
    if (flags & CONTROL_TO_DS && flags & CONTROL_FROM_DS)
        reader_skip(reader, 6); /* the fourth address */
    uint16_t qos = 0;
    if (control & CONTROL_QOS) {
        qos = walk_u16_le(walk);
        if (flags & CONTROL_ORDER)
            reader_skip(reader, 4);
    }
    size_t over = (reader->at - start) % 4;
    if (walk->padded && over > 0)
        reader_skip(reader, 4 - over);
    if (reader->bad)
        return;
    if (flags & CONTROL_PROTECTED)
        walk_end(walk, ENVELOPE_SEALED);
    else if (sequence & SEQUENCE_FRAGMENT)
        walk_end(walk, ENVELOPE_PIECE);
    else
        walk_to(walk, qos & QOS_AGGREGATE ? LAYER_SUBFRAME : LAYER_LLC, 0);
}

void layer_subframe(struct walk *walk)
{
    struct reader *reader = &walk->reader;
    size_t start = reader->at;
    reader_skip(reader, 12); /* destination and source */
    size_t length = reader_u16(reader);
    if (reader->bad)
        return;
    size_t left = reader_left(reader);
    if (length <= left) {
        size_t end = reader->at + length;
        size_t over = (end - start) % SUBFRAME_ALIGN;
        size_t next = end + (over ? SUBFRAME_ALIGN - over : 0);
        if (next < reader->length && reader->length - next >= SUBFRAME_MIN)
            walk->envelope->next = next;
        reader->length = end;
        walk->missing = 0;
    } else if (walk->missing > length - left) {
        walk->missing = length - left;
    }
    walk_to(walk, LAYER_LLC, 0);
}
