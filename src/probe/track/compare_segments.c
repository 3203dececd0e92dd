/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The segments of a connection in two captures: which is which. */
#include "probe/track/compare_parts.h"

#include <stdlib.h>
#include <string.h>

#define KIND (TCP_SYN | TCP_FIN | TCP_RST)

/* What a segment is known by: numbers as A has them. */
struct mark {
    uint32_t seq, ack, length, kind, ts_val, ts_ecr, ip_id;
    uint32_t flags, window;
};

struct marked {
    struct mark mark;
    uint32_t index;
};

/* How closely they must agree; the closest first. */
enum level {
    LEVEL_PACKET, /* the IP identification, too */
    LEVEL_COPY,   /* timestamps, all flags and the window, too */
    LEVEL_ACK,    /* numbers and flags */
    LEVEL_DATA,   /* all but the acknowledgment: something between acknowledges by itself */
    LEVEL_RESET,  /* an RST is an RST */
    LEVEL_COUNT
};

static bool mark_of(const struct compare_pair *pair, unsigned capture,
                    const struct compare_digest *digest, enum level level, struct mark *ret_mark)
{
    unsigned direction = compare_direction(pair->sides[capture], digest);
    bool counts = digest->length > 0 || digest->flags & KIND;
    struct mark mark = {.kind = digest->flags & KIND, .length = digest->length};

    mark.kind |= direction << 31;
    if (level == LEVEL_RESET) {
        mark.length = 0;
        *ret_mark = mark;
        return digest->flags & TCP_RST;
    }
    mark.seq = digest->seq - (capture == 1 ? pair->shift[direction] : 0);
    if (level <= LEVEL_ACK && digest->flags & TCP_ACK) {
        mark.kind |= TCP_ACK;
        mark.ack = digest->ack - (capture == 1 ? pair->shift[!direction] : 0);
    }
    if (level == LEVEL_COPY) {
        mark.ts_val = digest->ts_val;
        mark.ts_ecr = digest->ts_ecr;
        mark.flags = digest->flags;
        mark.window = digest->window;
    }
    if (level == LEVEL_PACKET || (pair->ids_hold[direction] && !(digest->flags & TCP_SYN)))
        mark.ip_id = digest->ip_id;
    *ret_mark = mark;
    switch (level) {
    case LEVEL_PACKET:
        return digest->has_ip_id && digest->ip_id != 0;
    case LEVEL_DATA:
        return counts;
    case LEVEL_COPY:
    case LEVEL_ACK:
    case LEVEL_RESET:
    case LEVEL_COUNT:
        break;
    }
    return true;
}

static int marked_compare(const void *left, const void *right)
{
    const struct marked *a = left, *b = right;
    int result = memcmp(&a->mark, &b->mark, sizeof a->mark);

    return result ? result : (a->index > b->index) - (a->index < b->index);
}

static size_t list(const struct compare_pair *pair, unsigned capture, enum level level,
                   struct marked *marked)
{
    const struct compare_kept *side = pair->sides[capture];
    size_t count = 0;

    for (uint32_t i = 0; i < side->count; i++)
        if (pair->other[capture][i] == COMPARE_NONE &&
            mark_of(pair, capture, &side->digests[i], level, &marked[count].mark))
            marked[count++].index = i;
    qsort(marked, count, sizeof *marked, marked_compare);
    return count;
}

static void join(const struct compare_pair *pair, const struct marked *a, size_t n,
                 const struct marked *b, size_t m)
{
    for (size_t i = 0, j = 0; i < n && j < m;) {
        int order = memcmp(&a[i].mark, &b[j].mark, sizeof a[i].mark);

        if (order == 0) {
            pair->other[0][a[i].index] = b[j].index;
            pair->other[1][b[j].index] = a[i].index;
        }
        i += order <= 0;
        j += order >= 0;
    }
}

/* Without the ISNs: the shift under which what both have lies together. */
static uint32_t guess_shift(const struct compare_end *a, const struct compare_end *b)
{
    int32_t apart = (int32_t)(b->next - a->next);

    if (!a->has_next || !b->has_next || (apart > -(1 << 26) && apart < 1 << 26))
        return 0;
    return (uint32_t)apart;
}

static void find_shifts(struct compare_pair *pair)
{
    for (unsigned direction = 0; direction < 2; direction++) {
        const struct compare_end *ends[2];

        for (unsigned i = 0; i < 2; i++)
            ends[i] = &pair->sides[i]->ends[pair->sides[i]->client ^ direction];
        pair->shift_known[direction] = ends[0]->has_isn && ends[1]->has_isn;
        pair->shift[direction] = pair->shift_known[direction] ? ends[1]->isn - ends[0]->isn
                                                              : guess_shift(ends[0], ends[1]);
    }
}

static void prepare(struct compare_pair *pair)
{
    for (unsigned i = 0; i < 2; i++) {
        uint32_t count = pair->sides[i]->count;

        pair->other[i] = arena_take(pair->arena, count, sizeof *pair->other[i]);
        pair->fates[i] = arena_take(pair->arena, count, sizeof *pair->fates[i]);
        for (uint32_t at = 0; at < count; at++)
            pair->other[i][at] = COMPARE_NONE;
        memset(pair->fates[i], COMPARE_FATE_OPEN, count);
    }
}

/* Where some segments have the same identification, nothing rewrites it: others that have not are
 * copies of each other. */
#define SOME 3

static void find_ids(struct compare_pair *pair)
{
    const struct compare_kept *a = pair->sides[0];
    uint32_t counts[2] = {0, 0};

    for (uint32_t i = 0; i < a->count; i++)
        counts[compare_direction(a, &a->digests[i])] += pair->other[0][i] != COMPARE_NONE;
    for (unsigned direction = 0; direction < 2; direction++)
        pair->ids_hold[direction] = counts[direction] >= SOME;
}

void compare_segments(struct compare_pair *pair)
{
    size_t n = pair->sides[0]->count, m = pair->sides[1]->count;
    struct marked *a = arena_take(pair->arena, n, sizeof *a);
    struct marked *b = arena_take(pair->arena, m, sizeof *b);

    prepare(pair);
    find_shifts(pair);
    for (int level = 0; level < LEVEL_COUNT; level++) {
        n = list(pair, 0, (enum level)level, a);
        m = list(pair, 1, (enum level)level, b);
        join(pair, a, n, b, m);
        if (level == LEVEL_PACKET)
            find_ids(pair);
    }
}
