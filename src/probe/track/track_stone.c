/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is kept of connections that are over, so that their leftovers begin no new ones. */
#include "probe/track/track_parts.h"

static struct track_stone *stone_at(const struct track *track, uint32_t item)
{
    return track_pool_at(&track->stones, item);
}

static void enqueue(struct track *track, uint32_t item)
{
    struct track_stone *stone = stone_at(track, item);

    stone->due = track->clock.elapsed < INT64_MAX - TRACK_AFTERLIFE_NS
                     ? track->clock.elapsed + TRACK_AFTERLIFE_NS
                     : INT64_MAX;
    stone->later = 0;
    stone->earlier = track->last_stone;
    *(stone->earlier ? &stone_at(track, stone->earlier)->later : &track->first_stone) = item;
    track->last_stone = item;
}

static void dequeue(struct track *track, const struct track_stone *stone)
{
    *(stone->earlier ? &stone_at(track, stone->earlier)->later : &track->first_stone) =
        stone->later;
    *(stone->later ? &stone_at(track, stone->later)->earlier : &track->last_stone) = stone->earlier;
}

void track_stone_lift(struct track *track, uint32_t item)
{
    struct track_stone *stone = stone_at(track, item);

    dequeue(track, stone);
    track_table_remove(&track->table, stone->tag, item | TRACK_ITEM_STONE);
    track_pool_give(&track->stones, item);
    track->stone_count--;
}

/* The entry's place in the table is free by now. Without memory there is no stone: at worst a
 * leftover is told as a connection. */
void track_stone_lay(struct track *track, const struct track_entry *entry, bool renewed)
{
    const struct connection *connection = &entry->connection;

    if (track->stone_count >= track->options.connections)
        track_stone_lift(track, track->first_stone);
    uint32_t item = track_pool_take(&track->stones);
    if (item == 0)
        return;
    struct track_stone *stone = stone_at(track, item);
    *stone = (struct track_stone){.key = connection->key, .tag = entry->tag, .renewed = renewed};
    for (unsigned i = 0; i < 2; i++) {
        stone->isn[i] = connection->follow.ends[i].isn;
        stone->has_isn[i] = connection->follow.ends[i].syn_seen;
    }
    enqueue(track, item);
    track_table_add(&track->table, entry->tag, item | TRACK_ITEM_STONE);
    track->stone_count++;
}

int64_t track_stones_expire(struct track *track)
{
    while (track->first_stone != 0) {
        int64_t due = stone_at(track, track->first_stone)->due;

        if (due > track->clock.elapsed)
            return due;
        track_stone_lift(track, track->first_stone);
    }
    return INT64_MAX;
}

void track_stones_clear(struct track *track)
{
    while (track->first_stone != 0)
        track_stone_lift(track, track->first_stone);
}

bool track_stone_covers(struct track *track, uint32_t item, const struct segment *segment,
                        uint8_t from)
{
    struct track_stone *stone = stone_at(track, item);

    /* A SYN,ACK may come again long after the client has said no to it, and a SYN after an ICMP
     * error that its sender does not believe. */
    if (segment->flags & TCP_SYN && !(stone->has_isn[from] && stone->isn[from] == segment->seq))
        return false;
    if (stone->renewed) {
        dequeue(track, stone);
        enqueue(track, item);
    }
    return true;
}
