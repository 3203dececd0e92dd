/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One TCP segment: whose it is, and what its connection makes of it. */
#include "probe/track/track_parts.h"

/*
 * Of a packet nothing came behind the end of its frame, whatever its header says. Not of one that
 * was put together: no frame holds it.
 */
static void clip(struct track_work *work, struct packet *clipped)
{
    const struct packet *packet = work->packet;
    const struct replay_frame *frame = work->frame;
    const struct envelope *envelope = work->envelope;

    if (work->notes & TRACK_NOTE_FRAGMENTS)
        return;
    /* Of several packets in a frame all but the last end before it does. */
    size_t end = envelope->next != 0 || frame->wire_length < frame->length ? envelope->length
                                                                           : frame->wire_length;
    size_t begins = (size_t)(packet->payload - frame->bytes);
    if (begins + packet->payload_total <= end || begins + packet->payload_length > end)
        return;
    *clipped = *packet;
    clipped->payload_total = end - begins;
    work->packet = clipped;
    work->notes |= TRACK_NOTE_LENGTH;
    if (clipped->payload_length == clipped->payload_total)
        work->notes &= ~(unsigned)TRACK_NOTE_CUT;
}

static void judge_checksum(const struct track_work *work, struct tracked *tracked)
{
    const struct packet *packet = work->packet;
    enum checksum_state state = checksum_check(packet, TCP_CHECKSUM_AT);

    /* It may be the sum of what the header claims, which did not come. */
    if (state == CHECKSUM_BAD && work->notes & TRACK_NOTE_LENGTH)
        state = CHECKSUM_UNKNOWN;
    /* A receiver's card that joined segments leaves the checksum of the first. */
    if (state == CHECKSUM_BAD && work->giant)
        state = CHECKSUM_UNKNOWN;
    if (packet->checksum == CHECKSUM_BAD)
        state = CHECKSUM_BAD; /* no end takes what is in it */
    if (state == CHECKSUM_BAD)
        tracked->notes |= TRACK_NOTE_CHECKSUM;
    if (state == CHECKSUM_PARTIAL)
        tracked->notes |= TRACK_NOTE_PARTIAL;
    tracked->checksum = state;
    tracked->input.checksum_bad = state == CHECKSUM_BAD;
}

static void follow(struct track_entry *entry, struct tracked *tracked)
{
    struct connection *connection = &entry->connection;

    if (tracked->input.at < connection->follow.last_at)
        tracked->notes |= TRACK_NOTE_BACKWARDS;
    follow_segment(&connection->follow, &tracked->input, &tracked->step);
}

static int tell(const struct track_work *work, struct track_entry *entry,
                const struct tracked *tracked)
{
    struct track *track = work->track;
    const struct track_calls *calls = &track->options.calls;
    struct connection *connection = &entry->connection;

    connection->notes |= tracked->notes;
    connection->last_frame = tracked->frame->number;
    int got = calls->segment ? calls->segment(track->options.data, connection, tracked) : 0;
    return got != 0 ? got : track_touch(track, entry);
}

/* A SYN that was taken for one in the middle of another connection. */
static int take_stray(const struct track_work *work, struct track_entry *entry,
                      struct track_stray *stray)
{
    struct tracked tracked = {
        .frame = &stray->frame,
        .packet = &stray->packet,
        .segment = &stray->segment,
        .input = stray->input,
        .notes = stray->notes,
        .checksum = stray->checksum,
        .before = stray->number,
    };

    stray->number = 0;
    follow(entry, &tracked);
    return tell(work, entry, &tracked);
}

static int begin(struct track_work *work, const struct track_key *key, uint32_t tag,
                 struct tracked *tracked)
{
    struct track_stray *strays[TRACK_STRAYS];
    unsigned count = track_strays_find(work->track, key, tag, tracked, strays);
    uint16_t flags = tracked->segment->flags;
    struct track_entry *entry;
    int got = track_begin(work, key, tag, &entry);

    if (got != 0)
        return got;
    if (count > 0) {
        entry->connection.first_frame = strays[0]->frame.number;
        entry->connection.interface = strays[0]->frame.interface;
    } else if (!(flags & TCP_SYN) || flags & TCP_ACK) {
        work->track->counts.begun_late++;
    }
    for (unsigned i = 0; i < count; i++) {
        got = take_stray(work, entry, strays[i]);
        if (got != 0)
            return got;
    }
    follow(entry, tracked);
    return tell(work, entry, tracked);
}

/* The ports stand first, whatever is wrong with the rest. */
static uint16_t port_at(const struct packet *packet, size_t at)
{
    return (uint16_t)(packet->payload[at] << 8 | packet->payload[at + 1]);
}

int track_segment(struct track_work *work)
{
    struct track *track = work->track;
    struct packet clipped;
    struct segment segment;
    struct track_key key;
    struct tracked tracked;
    uint8_t from;

    clip(work, &clipped);
    const struct packet *packet = work->packet;
    if (packet->payload_length < TCP_HEADER_MIN) {
        track->counts.unread++;
        return 0;
    }
    track_key_make(work, &packet->source, port_at(packet, 0), &packet->destination,
                   port_at(packet, 2), &key, &from);
    uint32_t tag = track_tag(track, &key);
    track_fetch_slot(track, tag);
    if (segment_read_cut(packet, &segment) < 0) {
        track->counts.unread++;
        return 0;
    }
    track_fetch_entry(track, tag);
    track->counts.segments++;
    tracked.frame = work->frame;
    tracked.packet = packet;
    tracked.segment = &segment;
    tracked.notes = work->notes;
    tracked.before = 0;
    tracked.step.events = 0;
    tracked.input = (struct follow_input){
        .at = track->at,
        .segment = &segment,
        .from = from,
        .giant = work->giant,
        .hop_limit = packet->hop_limit,
        .has_ip_id = packet->family == IP_FAMILY_V4,
        .ip_id = packet->identification,
    };
    judge_checksum(work, &tracked);

    uint32_t item = track_find(track, &key, tag);
    if (item & TRACK_ITEM_STONE) {
        item &= ~TRACK_ITEM_STONE;
        if (track_stone_covers(track, item, &segment, from)) {
            track->counts.late++;
            return 0;
        }
        track_stone_lift(track, item);
        item = 0;
    }
    if (item != 0) {
        struct track_entry *entry = track_pool_at(&track->entries, item);
        unsigned notes = tracked.notes;

        follow(entry, &tracked);
        if (tracked.step.events & FOLLOW(STRAY_SYN) && !(segment.flags & TCP_ACK))
            track_stray_keep(track, entry, &tracked);
        if (!(tracked.step.events & FOLLOW(PORT_REUSE)))
            return tell(work, entry, &tracked);
        tracked.notes = notes;
        int got = track_finish(track, entry, TRACK_WHY_REUSED, track->at);
        if (got != 0)
            return got;
    }
    return begin(work, &key, tag, &tracked);
}
