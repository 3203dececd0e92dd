/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The life of a followed connection: begun, heard of, silent, ended. */
#include "probe/track/track_parts.h"

static const struct {
    int64_t silence; /* -1: never */
    enum track_why why;
} rules[FOLLOW_PHASE_COUNT] = {
#define X(id, silence, why) [FOLLOW_PHASE_##id] = {silence, TRACK_WHY_##why},
    TRACK_SILENCE_TABLE(X)
#undef X
};

static void enqueue(struct track *track, struct track_entry *entry, enum follow_phase phase)
{
    struct track_ends *queue = &track->queues[phase];

    entry->phase = (uint8_t)phase;
    entry->later = NULL;
    entry->earlier = queue->last;
    *(queue->last ? &queue->last->later : &queue->first) = entry;
    queue->last = entry;
    track->queued[phase]++;
}

static void dequeue(struct track *track, struct track_entry *entry)
{
    struct track_ends *queue = &track->queues[entry->phase];

    *(entry->earlier ? &entry->earlier->later : &queue->first) = entry->later;
    *(entry->later ? &entry->later->earlier : &queue->last) = entry->earlier;
    track->queued[entry->phase]--;
}

static void line_up(struct track *track, struct track_entry *entry)
{
    entry->newer = NULL;
    entry->older = track->all.last;
    *(track->all.last ? &track->all.last->newer : &track->all.first) = entry;
    track->all.last = entry;
}

static void fall_out(struct track *track, struct track_entry *entry)
{
    *(entry->older ? &entry->older->newer : &track->all.first) = entry->newer;
    *(entry->newer ? &entry->newer->older : &track->all.last) = entry->older;
}

static int64_t later_of(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* Takes it out of all lists; its memory stays. */
static void take_out(struct track *track, struct track_entry *entry)
{
    dequeue(track, entry);
    fall_out(track, entry);
    track_table_remove(&track->table, entry->tag, entry->item);
    track->counts.open--;
}

static void give_back(struct track *track, struct track_entry *entry)
{
    if (track->options.calls.freed)
        track->options.calls.freed(track->options.data, &entry->connection);
    track_pool_give(&track->entries, entry->item);
}

void track_drop(struct track *track, struct track_entry *entry)
{
    take_out(track, entry);
    give_back(track, entry);
}

static int tell_decided(struct track *track, struct connection *connection)
{
    if (connection->decided)
        return 0;
    connection->decided = true;
    return track->options.calls.decided
               ? track->options.calls.decided(track->options.data, connection)
               : 0;
}

int track_finish(struct track *track, struct track_entry *entry, enum track_why why,
                 int64_t at_least)
{
    const struct track_calls *calls = &track->options.calls;
    struct connection *connection = &entry->connection;
    int64_t silence = why == TRACK_WHY_END ? 0 : track->clock.elapsed - entry->touched_at;
    int64_t end_at = connection->follow.last_at;

    end_at += silence < TRACK_STAMP_MAX ? silence : TRACK_STAMP_MAX;
    track->counts.ended[why]++;
    take_out(track, entry);
    /* An opening that was given up leaves none: what comes after it would be something new. */
    if (why == TRACK_WHY_OVER || (why == TRACK_WHY_ROOM && connection->decided))
        track_stone_lay(track, entry, why == TRACK_WHY_ROOM);
    int got = tell_decided(track, connection);
    if (got == 0 && calls->ended)
        got = calls->ended(track->options.data, connection, why, later_of(end_at, at_least));
    give_back(track, entry);
    return got;
}

/*
 * Who makes room: what is over anyway; then, so that a flood of SYNs does not drive out what is
 * open, the longest undecided opening while these are at least an eighth of all; then who was not
 * heard of for about the longest time. Each connection goes back to the end once for all the
 * segments that it had since.
 */
static struct track_entry *find_victim(struct track *track)
{
    static const enum follow_phase over[] = {FOLLOW_PHASE_OVER, FOLLOW_PHASE_UNREACHABLE,
                                             FOLLOW_PHASE_CLOSING};
    struct track_ends *queues = track->queues;
    size_t openings = track->queued[FOLLOW_PHASE_OPENING];

    for (size_t i = 0; i < sizeof over / sizeof over[0]; i++)
        if (queues[over[i]].first)
            return queues[over[i]].first;
    if (openings >= track->options.connections / 8 || !queues[FOLLOW_PHASE_OPEN].first)
        return queues[FOLLOW_PHASE_OPENING].first;
    struct track_entry *entry = queues[FOLLOW_PHASE_OPEN].first;
    while (entry->touched > entry->queued) {
        dequeue(track, entry);
        enqueue(track, entry, FOLLOW_PHASE_OPEN);
        entry->queued = entry->touched;
        entry = queues[FOLLOW_PHASE_OPEN].first;
    }
    return entry;
}

static int make_room(struct track *track)
{
    while (track->counts.open >= track->options.connections) {
        struct track_entry *victim = find_victim(track);
        bool over = victim->phase == FOLLOW_PHASE_OVER;
        int got = track_finish(track, victim, over ? TRACK_WHY_OVER : TRACK_WHY_ROOM, 0);

        if (got != 0)
            return got;
    }
    return 0;
}

int track_begin(struct track_work *work, const struct track_key *key, uint32_t tag,
                struct track_entry **ret_entry)
{
    struct track *track = work->track;
    struct track_counts *counts = &track->counts;
    int got = make_room(track);
    if (got != 0)
        return got;
    uint32_t item = track_table_reserve(&track->table) < 0 ? 0 : track_pool_take(&track->entries);
    if (item == 0)
        return fault_set(work->fault, FAULT_MEMORY, 0, "out of memory for another connection");

    struct track_entry *entry = track_pool_at(&track->entries, item);
    memset(entry, 0, sizeof *entry);
    entry->item = item;
    entry->tag = tag;
    struct connection *connection = &entry->connection;
    connection->number = ++counts->connections;
    connection->key = *key;
    connection->first_frame = work->frame->number;
    connection->interface = work->frame->interface;
    connection->tunnel = *work->tunnel;
    connection->entry = entry;
    follow_init(&connection->follow);
    entry->touched_at = track->clock.elapsed;
    entry->touched = entry->queued = counts->frames;
    track_table_add(&track->table, tag, item);
    line_up(track, entry);
    enqueue(track, entry, FOLLOW_PHASE_OPENING);
    if (++counts->open > counts->open_most)
        counts->open_most = counts->open;
    *ret_entry = entry;
    return 0;
}

int track_touch(struct track *track, struct track_entry *entry)
{
    enum follow_phase phase = follow_phase(&entry->connection.follow);

    entry->touched_at = track->clock.elapsed;
    entry->touched = track->counts.frames;
    if (phase != FOLLOW_PHASE_OPEN || entry->phase != FOLLOW_PHASE_OPEN) {
        dequeue(track, entry);
        enqueue(track, entry, phase);
        entry->queued = entry->touched;
    }
    return phase == FOLLOW_PHASE_OPENING ? 0 : tell_decided(track, &entry->connection);
}

void track_revive(struct track *track, uint64_t frame)
{
    for (unsigned phase = 0; phase < FOLLOW_PHASE_COUNT; phase++) {
        struct track_entry *entry = track->queues[phase].last;

        /* Those that are open do not stand in order, nor does their time matter. */
        for (; entry && entry->touched >= frame && rules[phase].silence >= 0;
             entry = entry->earlier)
            entry->touched_at = track->clock.elapsed;
    }
}

/* Nothing that begins or moves from now on can be due before `check_at`. */
int track_expire(struct track *track)
{
    int64_t now = track->clock.elapsed;
    int64_t next = track_stones_expire(track);
    next = next - now < TRACK_LINGER_NS ? next : now + TRACK_LINGER_NS;
    for (unsigned phase = 0; phase < FOLLOW_PHASE_COUNT; phase++) {
        struct track_entry *entry;

        while (rules[phase].silence >= 0 && (entry = track->queues[phase].first)) {
            int64_t left = rules[phase].silence - (now - entry->touched_at);

            if (left > 0) {
                next = left < next - now ? now + left : next;
                break;
            }
            int got = track_finish(track, entry, rules[phase].why, 0);
            if (got != 0)
                return got;
        }
    }
    track->check_at = next;
    return 0;
}
