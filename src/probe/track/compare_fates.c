/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What became of segments that only one capture has: cut otherwise, lost, put in between, or missed
 * by the capture. */
#include "probe/track/compare_parts.h"

#include <stdlib.h>

/* Bytes of one direction, in the numbers of the capture that asks, from a reference on. */
struct range {
    int64_t first, behind;
};

struct ranges {
    struct range *list;
    size_t count;
    uint32_t reference;
};

static int range_compare(const void *left, const void *right)
{
    const struct range *a = left, *b = right;

    return (a->first > b->first) - (a->first < b->first);
}

static int64_t place(const struct ranges *ranges, uint32_t seq)
{
    return (int32_t)(seq - ranges->reference);
}

/*
 * What capture `of` holds of a direction, in the other's numbers: all of it, or what has no
 * partner. The ranges are in order and do not touch.
 */
static struct ranges gather(const struct compare_pair *pair, unsigned of, unsigned direction,
                            bool all, uint32_t reference)
{
    const struct compare_kept *side = pair->sides[of];
    struct ranges ranges = {arena_take(pair->arena, side->count, sizeof *ranges.list), 0,
                            reference};
    size_t merged = 0;

    for (uint32_t i = 0; i < side->count; i++) {
        const struct compare_digest *digest = &side->digests[i];
        uint32_t behind = compare_end_of(digest);

        if (compare_direction(side, digest) != direction || behind == digest->seq ||
            digest->flags & TCP_RST || (!all && pair->other[of][i] != COMPARE_NONE))
            continue;
        int64_t first = place(&ranges, compare_translate(pair, of, direction, digest->seq));

        ranges.list[ranges.count++] =
            (struct range){first, first + (int64_t)(uint32_t)(behind - digest->seq)};
    }
    if (ranges.count == 0)
        return ranges;
    qsort(ranges.list, ranges.count, sizeof *ranges.list, range_compare);
    for (size_t i = 1; i < ranges.count; i++) {
        struct range *last = &ranges.list[merged];

        if (ranges.list[i].first > last->behind)
            ranges.list[++merged] = ranges.list[i];
        else if (ranges.list[i].behind > last->behind)
            last->behind = ranges.list[i].behind;
    }
    ranges.count = merged + 1;
    return ranges;
}

static bool covers(const struct ranges *ranges, const struct compare_digest *digest)
{
    int64_t first = place(ranges, digest->seq);
    int64_t behind = first + (int64_t)(uint32_t)(compare_end_of(digest) - digest->seq);
    size_t low = 0, high = ranges->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (ranges->list[middle].behind < behind)
            low = middle + 1;
        else
            high = middle;
    }
    return low < ranges->count && ranges->list[low].first <= first;
}

/* One capture's view on one direction. */
struct view {
    struct compare_pair *pair;
    unsigned capture, direction;
    bool near;                /* this capture is the one nearer to the sender */
    struct ranges loose, all; /* the other capture's */
    bool has_ack;
    uint32_t ack;         /* the highest in the other capture, in this one's numbers */
    uint32_t first, last; /* digests that have a partner; COMPARE_NONE: none has */
    bool ended;           /* the other capture ended before this one */
};

static void find_ack(struct view *view)
{
    unsigned of = !view->capture;
    const struct compare_kept *side = view->pair->sides[of];

    for (uint32_t i = 0; i < side->count; i++) {
        const struct compare_digest *digest = &side->digests[i];

        if (compare_direction(side, digest) == view->direction || !(digest->flags & TCP_ACK) ||
            digest->flags & TCP_RST)
            continue;
        uint32_t ack = compare_translate(view->pair, of, view->direction, digest->ack);

        if (!view->has_ack || seq_before(view->ack, ack))
            view->ack = ack;
        view->has_ack = true;
    }
}

static void find_bounds(struct view *view)
{
    const struct compare_kept *side = view->pair->sides[view->capture];

    view->first = view->last = COMPARE_NONE;
    for (uint32_t i = 0; i < side->count; i++) {
        if (view->pair->other[view->capture][i] == COMPARE_NONE)
            continue;
        if (view->first == COMPARE_NONE)
            view->first = i;
        view->last = i;
    }
    if (view->last == COMPARE_NONE)
        return;
    /* What comes from beyond the other capture had to pass it. */
    for (uint32_t i = view->last + 1; i < side->count; i++) {
        unsigned direction = compare_direction(side, &side->digests[i]);

        view->ended |= compare_near(view->pair, direction) != view->capture &&
                       !(side->digests[i].flags & TCP_RST) && view->pair->near >= 0;
    }
}

/* Whether the other capture cannot have it. */
static bool is_outside(const struct view *view, uint32_t index)
{
    const struct compare_kept *other = view->pair->sides[!view->capture];

    if (other->one_way && other->ends[other->client ^ view->direction].segments == 0)
        return true;
    if (view->first == COMPARE_NONE)
        return other->began_late || other->not_kept > 0;
    if (index < view->first)
        return other->began_late;
    return index > view->last && (other->not_kept > 0 || view->ended);
}

static enum compare_fate judge(const struct view *view, uint32_t index)
{
    const struct compare_digest *digest = &view->pair->sides[view->capture]->digests[index];
    bool has_bytes = compare_end_of(digest) != digest->seq && !(digest->flags & TCP_RST);

    if (has_bytes && covers(&view->loose, digest))
        return COMPARE_FATE_CUT;
    if (is_outside(view, index))
        return COMPARE_FATE_OUTSIDE;
    bool elsewhere = has_bytes && covers(&view->all, digest);

    if (has_bytes && !elsewhere && view->has_ack && seq_upto(compare_end_of(digest), view->ack) &&
        !(digest->flags & TCP_SYN))
        return COMPARE_FATE_HOLE;
    if (!view->near)
        return COMPARE_FATE_ADDED;
    return has_bytes && !elsewhere ? COMPARE_FATE_GONE : COMPARE_FATE_LOST;
}

/* A direction falls silent: from some segment on nothing of it arrives. */
static bool is_silenced(const struct view *view)
{
    const struct compare_kept *side = view->pair->sides[view->capture];
    uint32_t missing = 0;
    bool any = false, gone = false;

    for (uint32_t i = 0; i < side->count; i++) {
        enum compare_fate fate = view->pair->fates[view->capture][i];

        if (compare_direction(side, &side->digests[i]) != view->direction)
            continue;
        if (fate == COMPARE_FATE_MATCHED || fate == COMPARE_FATE_CUT) {
            any = true;
            missing = 0;
            gone = false;
        } else if (fate == COMPARE_FATE_GONE || fate == COMPARE_FATE_LOST) {
            missing++;
            gone |= fate == COMPARE_FATE_GONE;
        }
    }
    return gone && (missing > 1 || !any);
}

/* As many copies of the same bytes are lost by no accident. */
#define SWALLOWED 3

/* Some bytes never arrive however often they are sent; *ret_large: only segments larger than any
 * that does arrive. */
static bool is_swallowed(const struct view *view, bool *ret_large)
{
    const struct compare_kept *side = view->pair->sides[view->capture];
    uint32_t seq = 0, copies = 0, most = 0, least_gone = UINT32_MAX, largest = 0;

    for (uint32_t i = 0; i < side->count; i++) {
        const struct compare_digest *digest = &side->digests[i];
        enum compare_fate fate = view->pair->fates[view->capture][i];

        if (compare_direction(side, digest) != view->direction)
            continue;
        if (fate == COMPARE_FATE_MATCHED && digest->length > largest)
            largest = digest->length;
        if (fate != COMPARE_FATE_GONE)
            continue;
        copies = copies > 0 && digest->seq == seq ? copies + 1 : 1;
        seq = digest->seq;
        most = copies > most ? copies : most;
        if (digest->length < least_gone)
            least_gone = digest->length;
    }
    *ret_large = most >= SWALLOWED && least_gone > largest && least_gone > 500;
    return most >= SWALLOWED;
}

/* So many segments are looked at for the first copy of a packet. */
#define DOUBLED_WITHIN 64

/* The same packet once more, as its identification shows, behind one that both have. */
static bool is_doubled(const struct view *view, uint32_t index)
{
    const struct compare_digest *digests = view->pair->sides[view->capture]->digests;
    const struct compare_digest *digest = &digests[index];

    if (!digest->has_ip_id || digest->ip_id == 0)
        return false;
    for (uint32_t i = 1; i <= index && i <= DOUBLED_WITHIN; i++) {
        const struct compare_digest *before = &digests[index - i];

        if (before->from == digest->from && before->has_ip_id && before->ip_id == digest->ip_id &&
            before->seq == digest->seq && before->ack == digest->ack &&
            before->length == digest->length && before->flags == digest->flags)
            return view->pair->fates[view->capture][index - i] == COMPARE_FATE_MATCHED;
    }
    return false;
}

static void count_fates(const struct view *view)
{
    struct compare_pair *pair = view->pair;
    const struct compare_kept *side = pair->sides[view->capture];

    for (uint32_t i = 0; i < side->count; i++) {
        if (compare_direction(side, &side->digests[i]) != view->direction)
            continue;
        uint8_t *fate = &pair->fates[view->capture][i];

        *fate = (uint8_t)(pair->other[view->capture][i] != COMPARE_NONE ? COMPARE_FATE_MATCHED
                                                                        : judge(view, i));
        pair->fate_counts[view->capture][view->direction][*fate]++;
        bool doubled = *fate == COMPARE_FATE_ADDED && is_doubled(view, i);

        pair->doubled[view->direction] += doubled;
        if (*fate == COMPARE_FATE_ADDED && !doubled && side->digests[i].flags & TCP_RST)
            pair->added_resets[view->direction]++;
        if (*fate == COMPARE_FATE_ADDED && side->digests[i].length > 0 &&
            !covers(&view->all, &side->digests[i]))
            pair->injected[view->direction]++;
        if (*fate == COMPARE_FATE_HOLE)
            pair->holes[!view->capture]++;
    }
    if (view->near) {
        pair->silenced[view->direction] = is_silenced(view);
        pair->swallowed[view->direction] =
            is_swallowed(view, &pair->swallowed_large[view->direction]);
    }
}

/* Of a capture that is known to have holes, nobody knows whether it missed a bare acknowledgment.
 */
static void doubt(struct compare_pair *pair, unsigned capture)
{
    const struct compare_kept *side = pair->sides[capture];

    if (pair->holes[!capture] == 0)
        return;
    for (uint32_t i = 0; i < side->count; i++) {
        const struct compare_digest *digest = &side->digests[i];
        unsigned direction = compare_direction(side, digest);
        uint64_t *counts = pair->fate_counts[capture][direction];
        uint8_t *fate = &pair->fates[capture][i];
        bool lost = *fate == COMPARE_FATE_LOST, added = *fate == COMPARE_FATE_ADDED;

        if (digest->flags & (TCP_RST | TCP_SYN) || !(lost || added) || digest->length > 0)
            continue;
        counts[*fate]--;
        *fate = COMPARE_FATE_HOLE;
        counts[*fate]++;
        pair->holes[!capture]++;
    }
}

void compare_fates(struct compare_pair *pair)
{
    for (unsigned i = 0; i < 4; i++) {
        struct view view = {.pair = pair, .capture = i & 1, .direction = i >> 1};
        const struct compare_kept *side = pair->sides[view.capture];
        const struct compare_end *end = &side->ends[side->client ^ view.direction];
        uint32_t reference = end->has_isn ? end->isn : end->next - (1u << 30);

        view.near = compare_near(pair, view.direction) == view.capture;
        view.loose = gather(pair, !view.capture, view.direction, false, reference);
        view.all = gather(pair, !view.capture, view.direction, true, reference);
        find_ack(&view);
        find_bounds(&view);
        count_fates(&view);
    }
    doubt(pair, 0);
    doubt(pair, 1);
}
