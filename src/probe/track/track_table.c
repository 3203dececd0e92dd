/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table that finds a connection by its key, and the hash behind it. */
#include <stdlib.h>

#include "probe/track/track_parts.h"

#define SLOTS_MIN 1024

_Static_assert(sizeof(struct track_key) == 52, "no padding: keys are compared as bytes");

static inline uint64_t rotate(uint64_t word, unsigned bits)
{
    return word << bits | word >> (64 - bits);
}

static inline void mix(uint64_t v[4])
{
    v[0] += v[1];
    v[1] = rotate(v[1], 13) ^ v[0];
    v[0] = rotate(v[0], 32);
    v[2] += v[3];
    v[3] = rotate(v[3], 16) ^ v[2];
    v[0] += v[3];
    v[3] = rotate(v[3], 21) ^ v[0];
    v[2] += v[1];
    v[1] = rotate(v[1], 17) ^ v[2];
    v[2] = rotate(v[2], 32);
}

static inline void take(uint64_t v[4], uint64_t word)
{
    v[3] ^= word;
    mix(v);
    v[0] ^= word;
}

static inline uint64_t word_at(const void *bytes)
{
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    return word;
}

static inline uint32_t half_at(const void *bytes)
{
    uint32_t half;
    memcpy(&half, bytes, sizeof half);
    return half;
}

/* SipHash-1-3 (Aumasson and Bernstein, INDOCRYPT 2012), as Linux and Rust use it for such tables;
 * the words of IPv4 leave out what is zero. */
uint32_t track_tag(const struct track *track, const struct track_key *key)
{
    const uint64_t *seed = track->options.seed;
    const struct track_end *ends = key->ends;
    uint64_t v[4] = {seed[0] ^ 0x736f6d6570736575, seed[1] ^ 0x646f72616e646f6d,
                     seed[0] ^ 0x6c7967656e657261, seed[1] ^ 0x7465646279746573};

    if (key->family == IP_FAMILY_V4) {
        take(v, (uint64_t)half_at(ends[0].address) << 32 | half_at(ends[1].address));
    } else {
        for (unsigned i = 0; i < 2; i++) {
            take(v, word_at(ends[i].address));
            take(v, word_at(ends[i].address + 8));
        }
    }
    take(v, (uint64_t)ends[0].port << 48 | (uint64_t)ends[1].port << 32 |
                (uint64_t)key->vlan[0] << 16 | key->vlan[1]);
    take(v, (uint64_t)key->session << 16 | (uint64_t)key->family << 8 | key->tunnel);
    if (key->interface != 0 || key->tunnel_ends != 0)
        take(v, (uint64_t)key->interface << 32 | key->tunnel_ends);
    v[2] ^= 0xff;
    mix(v);
    mix(v);
    mix(v);
    return (uint32_t)((v[0] ^ v[1] ^ v[2] ^ v[3]) >> 32);
}

static const struct track_key *key_of(const struct track *track, uint32_t item)
{
    if (item & TRACK_ITEM_STONE) {
        const struct track_stone *stone = track_pool_at(&track->stones, item & ~TRACK_ITEM_STONE);
        return &stone->key;
    }
    const struct track_entry *entry = track_pool_at(&track->entries, item);
    return &entry->connection.key;
}

void track_fetch_slot(const struct track *track, uint32_t tag)
{
    if (track->table.slots)
        __builtin_prefetch(&track->table.slots[tag & track->table.mask]);
}

/* What a processor fetches at once. */
#define LINE 64

static void fetch(const void *from, const void *to)
{
    for (const uint8_t *at = from; at < (const uint8_t *)to; at += LINE)
        __builtin_prefetch(at, 1);
    __builtin_prefetch((const uint8_t *)to - 1, 1);
}

void track_fetch_entry(const struct track *track, uint32_t tag)
{
    const struct track_table *table = &track->table;

    if (table->count == 0)
        return;
    for (size_t at = tag & table->mask; table->slots[at].item != 0; at = (at + 1) & table->mask) {
        uint32_t item = table->slots[at].item;

        if (table->slots[at].tag != tag || item & TRACK_ITEM_STONE)
            continue;
        const struct track_entry *entry = track_pool_at(&track->entries, item);
        const struct follow *follow = &entry->connection.follow;
        fetch(entry, follow->ends[0].holes.hole);
        fetch(&follow->ends[1], follow->ends[1].holes.hole);
        fetch(&follow->first_at, &entry->connection.icmp_errors);
        return;
    }
}

uint32_t track_find(const struct track *track, const struct track_key *key, uint32_t tag)
{
    const struct track_table *table = &track->table;

    if (table->count == 0)
        return 0;
    for (size_t at = tag & table->mask;; at = (at + 1) & table->mask) {
        const struct track_slot *slot = &table->slots[at];

        if (slot->item == 0)
            return 0;
        if (slot->tag == tag && track_key_equal(key_of(track, slot->item), key))
            return slot->item;
    }
}

void track_table_add(struct track_table *table, uint32_t tag, uint32_t item)
{
    size_t at = tag & table->mask;

    while (table->slots[at].item != 0)
        at = (at + 1) & table->mask;
    table->slots[at] = (struct track_slot){tag, item};
    table->count++;
}

int track_table_reserve(struct track_table *table)
{
    size_t room = table->slots ? table->mask + 1 : 0;

    if (table->count < room / 2)
        return 0;
    size_t more = room > 0 ? room * 2 : SLOTS_MIN;
    struct track_table larger = {.slots = calloc(more, sizeof *larger.slots), .mask = more - 1};
    if (!larger.slots)
        return -FAULT_MEMORY;
    for (size_t i = 0; i < room; i++)
        if (table->slots[i].item != 0)
            track_table_add(&larger, table->slots[i].tag, table->slots[i].item);
    free(table->slots);
    *table = larger;
    return 0;
}

void track_table_remove(struct track_table *table, uint32_t tag, uint32_t item)
{
    size_t at = tag & table->mask;

    while (table->slots[at].item != item)
        at = (at + 1) & table->mask;
    /* What the search would not find behind the gap moves into it. */
    for (size_t next = (at + 1) & table->mask; table->slots[next].item != 0;
         next = (next + 1) & table->mask) {
        size_t home = table->slots[next].tag & table->mask;

        if (((next - home) & table->mask) >= ((next - at) & table->mask)) {
            table->slots[at] = table->slots[next];
            at = next;
        }
    }
    table->slots[at].item = 0;
    table->count--;
}
