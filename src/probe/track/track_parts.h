/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of telling connections apart. Private to probe/track. */
#ifndef PROBE_TRACK_TRACK_PARTS_H
#define PROBE_TRACK_TRACK_PARTS_H

#include <string.h>

#include "probe/track/track.h"

/*
 * Capture time as it goes on: never backwards, and a lone wild stamp does not move it. Stamps up to
 * TRACK_LEAP_NS from the largest one count at once. A leap farther than that, forwards or
 * backwards, counts once TRACK_LEAP_FRAMES in a row are as far away; the nearest of them is
 * believed. Behind a leap backwards time goes on from there, and what lies between it and the
 * largest stamp that was ever believed does not pass a second time by a leap forwards (two clocks
 * in one file).
 */
#define TRACK_LEAP_NS     INT64_C(60000000000)
#define TRACK_LEAP_FRAMES 8
/* Stamps are taken into 0 … this, so that no sum of two differences overflows. The year is 2116. */
#define TRACK_STAMP_MAX (INT64_MAX / 2)

struct track_clock {
    int64_t elapsed;    /* since the first stamp */
    int64_t reference;  /* the largest stamp that was believed */
    int64_t highest;    /* of all of them, whatever leaps there were */
    int64_t nearest;    /* of the stamps in the leap that waits to be believed */
    int64_t waited;     /* counted in `elapsed` without stamps */
    uint64_t leap_from; /* the first frame in that leap */
    uint8_t leaping;    /* frames in that leap */
    bool forwards, has_reference;
};
/* True: a leap is believed; what was heard of since the frame `leap_from` was heard of behind it.
 */
bool track_clock_stamp(struct track_clock *clock, int64_t at, uint64_t frame);
void track_clock_wait(struct track_clock *clock, int64_t ns);

/* Items of one size in blocks, found by a number from 1; none is moved. */
#define TRACK_BLOCK 256
struct track_pool {
    uint8_t **blocks;
    size_t item_size, block_count, block_room;
    uint32_t used;   /* that were ever taken */
    uint32_t vacant; /* the first of those that were given back, 0: none */
};
void track_pool_init(struct track_pool *pool, size_t item_size);
void track_pool_release(struct track_pool *pool);
/* 0: out of memory. The item's bytes are anything. */
uint32_t track_pool_take(struct track_pool *pool);
void track_pool_give(struct track_pool *pool, uint32_t number);
static inline void *track_pool_at(const struct track_pool *pool, uint32_t number)
{
    return pool->blocks[(number - 1) / TRACK_BLOCK] + (number - 1) % TRACK_BLOCK * pool->item_size;
}

/*
 * How much silence ends a connection of each phase (follow_phase()), -1: none does, and why that
 * is. A client may try on after an ICMP error, for not every one believes it: most systems' third
 * try comes 4 s after the one before it.
 */
/* clang-format off */
#define TRACK_TRIES_NS INT64_C(5000000000)
#define TRACK_SILENCE_TABLE(X) \
    X(OPENING,     TRACK_PATIENCE_NS, SILENT) \
    X(UNREACHABLE, TRACK_TRIES_NS,    OVER) \
    X(OPEN,        INT64_C(-1),       SILENT) \
    X(CLOSING,     TRACK_PATIENCE_NS, OVER) \
    X(OVER,        TRACK_LINGER_NS,   OVER)
/* clang-format on */

/*
 * A connection that is followed. The queues are in the order in which they are due. That of the
 * open ones is put in order only when room is needed: who was heard since it was queued goes back
 * to the end instead, so that a segment of an open connection moves nothing.
 */
struct track_entry {
    struct track_entry *earlier, *later; /* in its queue */
    struct track_entry *older, *newer;   /* of all, by number */
    int64_t touched_at;                  /* clock.elapsed at its last segment */
    uint64_t touched, queued;            /* by track_counts.frames */
    uint32_t item, tag;
    uint8_t phase; /* enum follow_phase: its queue */
    struct connection connection;
};

/* What is left of a connection that is over: segments without a SYN of another ISN are its own. */
struct track_stone {
    struct track_key key;
    uint32_t isn[2];
    bool has_isn[2];
    bool renewed; /* its connection may well go on: each segment lets it live on */
    uint32_t tag;
    uint32_t earlier, later; /* items, 0: none */
    int64_t due;
};

/* SYNs in the middle that are kept, of all connections together, and how much of each. */
#define TRACK_STRAYS      32
#define TRACK_STRAY_BYTES 512
#define TRACK_STRAY_DATA  64
struct track_stray {
    uint64_t number; /* of its connection; 0: the place is vacant */
    struct track_key key;
    uint32_t tag;
    struct replay_frame frame;
    struct packet packet;
    struct segment segment;
    struct follow_input input;
    unsigned notes;
    enum checksum_state checksum;
    uint8_t bytes[TRACK_STRAY_BYTES], data[TRACK_STRAY_DATA];
};

/*
 * The table of entries and stones: open addressing, a slot is the hash's upper half and an item's
 * number. At most half of the slots are used; what is behind one that is taken out moves up.
 */
#define TRACK_ITEM_STONE UINT32_C(0x80000000)
struct track_slot {
    uint32_t tag;
    uint32_t item; /* 0: vacant; with TRACK_ITEM_STONE, a stone's */
};
struct track_table {
    struct track_slot *slots;
    size_t mask, count;
};

struct track_ends {
    struct track_entry *first, *last;
};

struct track {
    struct track_options options;
    struct track_counts counts;
    struct track_clock clock;
    int64_t check_at; /* clock.elapsed before which nothing is due */
    int64_t at;       /* stamp of the frame, or of the last before it that had one, else 0 */
    int64_t newest;   /* largest of them */
    bool has_at;
    struct track_table table;
    struct track_pool entries, stones;
    struct track_ends queues[FOLLOW_PHASE_COUNT], all;
    size_t queued[FOLLOW_PHASE_COUNT];
    uint32_t first_stone, last_stone;
    size_t stone_count;
    struct fragments *fragments;
    uint64_t stray_count; /* that were ever kept: the next one's place, modulo TRACK_STRAYS */
    struct track_stray strays[TRACK_STRAYS];
};

/* One IP packet at work. */
struct track_work {
    struct track *track;
    const struct replay_frame *frame;
    const struct envelope *envelope;
    const struct tunnel *tunnel;
    const struct packet *packet;
    bool giant;
    unsigned notes; /* enum track_note */
    struct fault *fault;
};

/* track_key.c: the place and ends of what the packet holds; `ret_from`: the end that sent it. */
void track_key_make(const struct track_work *work, const struct address *source,
                    uint16_t source_port, const struct address *destination,
                    uint16_t destination_port, struct track_key *ret_key, uint8_t *ret_from);
uint64_t track_place(const struct track_work *work);
static inline bool track_key_equal(const struct track_key *a, const struct track_key *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

/* track_table.c. A tag is the part of the hash that is kept. */
uint32_t track_tag(const struct track *track, const struct track_key *key);
/* Lets the processor fetch what a search will look at: its slot; and where that holds the tag,
 * which is the right one but for one in many millions, what a segment of that connection needs.
 * Among many connections nothing of it is in a cache, and to wait for one line after the other
 * takes longer than all that is done with them. */
void track_fetch_slot(const struct track *track, uint32_t tag);
void track_fetch_entry(const struct track *track, uint32_t tag);
/* The slot's item, 0: none. */
uint32_t track_find(const struct track *track, const struct track_key *key, uint32_t tag);
/* Makes sure that one more fits. 0 or -FAULT_MEMORY. */
int track_table_reserve(struct track_table *table);
void track_table_add(struct track_table *table, uint32_t tag, uint32_t item);
void track_table_remove(struct track_table *table, uint32_t tag, uint32_t item);

/* track_life.c */
/* A new connection; what must make room for it is ended. */
int track_begin(struct track_work *work, const struct track_key *key, uint32_t tag,
                struct track_entry **ret_entry);
/* It was heard of: tells what is decided, and moves it to where it belongs. */
int track_touch(struct track *track, struct track_entry *entry);
/* Ends it; `at_least`: what its end's time is not before. */
int track_finish(struct track *track, struct track_entry *entry, enum track_why why,
                 int64_t at_least);
/* What was heard of in this frame or behind it was heard of just now. */
void track_revive(struct track *track, uint64_t frame);
/* Ends what is due, and sets `check_at`. */
int track_expire(struct track *track);
/* Forgets it, and tells nothing but `freed`. */
void track_drop(struct track *track, struct track_entry *entry);

/* track_stone.c */
void track_stone_lay(struct track *track, const struct track_entry *entry, bool renewed);
void track_stone_lift(struct track *track, uint32_t item);
/* Lifts those that are due; returns when the next one is. */
int64_t track_stones_expire(struct track *track);
void track_stones_clear(struct track *track);
/* Whether the segment is a leftover of the connection under the stone. */
bool track_stone_covers(struct track *track, uint32_t item, const struct segment *segment,
                        uint8_t from);

/* track_stray.c */
void track_stray_keep(struct track *track, const struct track_entry *entry,
                      const struct tracked *tracked);
/* Those that a new connection's first segment shows to be its own SYN, in order. */
unsigned track_strays_find(struct track *track, const struct track_key *key, uint32_t tag,
                           const struct tracked *tracked,
                           struct track_stray *ret_strays[TRACK_STRAYS]);
void track_strays_clear(struct track *track);

/* track_segment.c, track_icmp.c: the packet is TCP's, ICMP's. */
int track_segment(struct track_work *work);
int track_icmp(struct track_work *work);

#endif
