/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ICMP errors, and the connection whose packet they quote. */
#include "probe/track/track_parts.h"

static struct track_entry *find(const struct track_work *work, const struct icmp *icmp,
                                uint16_t source_port, uint16_t destination_port, uint8_t *ret_from)
{
    struct track *track = work->track;
    struct track_key key;

    track_key_make(work, &icmp->quote.source, source_port, &icmp->quote.destination,
                   destination_port, &key, ret_from);
    uint32_t item = track_find(track, &key, track_tag(track, &key));
    return item == 0 || item & TRACK_ITEM_STONE ? NULL : track_pool_at(&track->entries, item);
}

static void note(struct connection *connection, const struct tracked_icmp *tracked)
{
    const struct icmp *icmp = tracked->icmp;

    if (connection->icmp_errors < UINT32_MAX)
        connection->icmp_errors++;
    if (!tracked->counted)
        return;
    connection->icmp_from = tracked->packet->source;
    connection->icmp_type = icmp->type;
    connection->icmp_code = icmp->code;
    connection->icmp_hop_limit = tracked->packet->hop_limit;
}

int track_icmp(struct track_work *work)
{
    struct track *track = work->track;
    const struct track_calls *calls = &track->options.calls;
    struct tracked_icmp tracked = {.frame = work->frame, .packet = work->packet};
    uint16_t source_port, destination_port;
    uint32_t seq;
    struct icmp icmp;

    if (icmp_read(work->packet, &icmp) < 0 || icmp.checksum == CHECKSUM_BAD ||
        icmp_quoted_tcp(&icmp, &source_port, &destination_port, &seq) < 0) {
        track->counts.other++;
        return 0;
    }
    track->counts.icmp++;
    struct track_entry *entry = find(work, &icmp, source_port, destination_port, &tracked.quoted);
    if (!entry) {
        track->counts.icmp_foreign++;
        return 0;
    }
    struct connection *connection = &entry->connection;
    tracked.icmp = &icmp;
    tracked.at = track->at;
    tracked.seq = seq;
    tracked.notes = work->notes;
    tracked.counted = follow_icmp(&connection->follow, tracked.quoted, seq, icmp.kind);
    note(connection, &tracked);
    int got = calls->icmp ? calls->icmp(track->options.data, connection, &tracked) : 0;
    return got != 0 ? got : track_touch(track, entry);
}
