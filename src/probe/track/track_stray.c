/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SYNs in the middle of a connection, kept for the connection that they turn out to have begun. */
#include "probe/track/track_parts.h"

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

void track_stray_keep(struct track *track, const struct track_entry *entry,
                      const struct tracked *tracked)
{
    struct track_stray *stray = &track->strays[track->stray_count++ % TRACK_STRAYS];

    stray->number = entry->connection.number;
    stray->key = entry->connection.key;
    stray->tag = entry->tag;
    stray->frame = *tracked->frame;
    stray->packet = *tracked->packet;
    stray->segment = *tracked->segment;
    stray->input = tracked->input;
    stray->notes = tracked->notes & ~(unsigned)TRACK_NOTE_BACKWARDS;
    stray->checksum = tracked->checksum;

    stray->frame.length = least(stray->frame.length, sizeof stray->bytes);
    if (stray->frame.length > 0)
        memcpy(stray->bytes, tracked->frame->bytes, stray->frame.length);
    stray->frame.bytes = stray->bytes;
    stray->segment.payload_length = least(stray->segment.payload_length, sizeof stray->data);
    if (stray->segment.payload_length > 0)
        memcpy(stray->data, tracked->segment->payload, stray->segment.payload_length);
    stray->segment.payload = stray->data;
    stray->packet.header = stray->packet.payload = NULL;
    stray->packet.payload_length = 0;
    stray->input.segment = &stray->segment;
}

/* It is the same SYN again, or it is answered. */
static bool belongs(const struct track_stray *stray, const struct tracked *tracked)
{
    const struct segment *segment = tracked->segment;
    bool same_end = stray->input.from == tracked->input.from;

    if (segment->flags & TCP_ACK)
        return !same_end && segment->ack == stray->segment.seq + 1;
    return same_end && segment->seq == stray->segment.seq;
}

unsigned track_strays_find(struct track *track, const struct track_key *key, uint32_t tag,
                           const struct tracked *tracked,
                           struct track_stray *ret_strays[TRACK_STRAYS])
{
    unsigned count = 0;

    if (track->stray_count == 0 || tracked->input.checksum_bad ||
        (tracked->segment->flags & (TCP_SYN | TCP_RST)) != TCP_SYN)
        return 0;
    for (unsigned i = 0; i < TRACK_STRAYS; i++) {
        /* The oldest first. */
        struct track_stray *stray = &track->strays[(track->stray_count + i) % TRACK_STRAYS];

        if (stray->number != 0 && stray->tag == tag && track_key_equal(&stray->key, key) &&
            belongs(stray, tracked))
            ret_strays[count++] = stray;
    }
    return count;
}

void track_strays_clear(struct track *track)
{
    for (unsigned i = 0; i < TRACK_STRAYS; i++)
        track->strays[i].number = 0;
    track->stray_count = 0;
}
