/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which of two captures is nearer to the client, and what lies between them; their clocks need not
 * agree. */
#include "probe/track/compare_parts.h"

#include <stdlib.h>

/* Two clocks run apart by 1 ms or so in this time. */
#define TOGETHER INT64_C(10000000000)
#define SECOND   INT64_C(1000000000)

/* Which segments count. */
enum choice { CHOICE_ALL, CHOICE_FIRM }; /* FIRM: what something between would not make up */

/* B's stamps less A's, of the pairs of one direction: the difference of the clocks, more or less
 * the way between. */
struct deltas {
    int64_t least, most;
    int64_t first_at; /* A's clock */
    bool any;
};

/* Times of both can be compared. */
static bool has_times(const struct compare_pair *pair)
{
    return pair->sides[0]->has_time && pair->sides[1]->has_time;
}

static bool is_firm(const struct compare_digest *digest)
{
    return digest->length > 0 || (digest->flags & TCP_FIN);
}

static struct deltas find_deltas(const struct compare_pair *pair, unsigned direction,
                                 enum choice choice)
{
    const struct compare_kept *a = pair->sides[0], *b = pair->sides[1];
    struct deltas deltas = {.any = false};

    for (uint32_t i = 0; i < a->count; i++) {
        const struct compare_digest *digest = &a->digests[i];

        if (pair->other[0][i] == COMPARE_NONE || compare_direction(a, digest) != direction ||
            (choice == CHOICE_FIRM && !is_firm(digest)))
            continue;
        int64_t delta = compare_apart(b->digests[pair->other[0][i]].at, digest->at);

        if (!deltas.any)
            deltas = (struct deltas){delta, delta, digest->at, true};
        if (compare_apart(digest->at, deltas.first_at) > TOGETHER)
            break;
        if (delta < deltas.least)
            deltas.least = delta;
        if (delta > deltas.most)
            deltas.most = delta;
    }
    return deltas;
}

/*
 * What went forward passed the nearer capture first, what came back the farther one: so the sum of
 * the differences is a round trip between them, whatever the clocks show, and cannot be negative.
 */
static int by_time(const struct compare_pair *pair, enum choice choice)
{
    struct deltas forward = find_deltas(pair, COMPARE_FORWARD, choice);
    struct deltas reverse = find_deltas(pair, COMPARE_REVERSE, choice);

    if (!forward.any || !reverse.any || !has_times(pair))
        return -1;
    if (compare_apart(forward.least, reverse.most) > 0)
        return 0;
    if (compare_apart(forward.most, reverse.least) < 0)
        return 1;
    return -1;
}

/* Routers count the TTL down on the way. */
static int by_ttl(const struct compare_pair *pair, enum choice choice)
{
    const struct compare_kept *a = pair->sides[0], *b = pair->sides[1];
    uint64_t votes[2] = {0, 0};

    for (uint32_t i = 0; i < a->count; i++) {
        const struct compare_digest *digest = &a->digests[i];

        if (pair->other[0][i] == COMPARE_NONE || (choice == CHOICE_FIRM && !is_firm(digest)))
            continue;
        int less = digest->ttl - b->digests[pair->other[0][i]].ttl;

        if (less != 0)
            votes[(less < 0) != (compare_direction(a, digest) == COMPARE_REVERSE)]++;
    }
    if (votes[0] > 9 * votes[1])
        return 0;
    return votes[1] > 9 * votes[0] ? 1 : -1;
}

static bool is_private(const struct compare_kept *side, unsigned end)
{
    const uint8_t *bytes = side->key.ends[end].address;

    if (side->key.family == IP_FAMILY_V6)
        return (bytes[0] & 0xfe) == 0xfc; /* RFC 4193 */
    return bytes[0] == 10 || (bytes[0] == 172 && (bytes[1] & 0xf0) == 16) ||
           (bytes[0] == 192 && bytes[1] == 168); /* RFC 1918 */
}

/* A translator has the private address on its inside. */
static int by_privacy(const struct compare_pair *pair)
{
    for (unsigned end = 0; end < 2; end++) {
        bool a = is_private(pair->sides[0], pair->sides[0]->client ^ end);
        bool b = is_private(pair->sides[1], pair->sides[1]->client ^ end);

        if (a != b)
            return (end == 0) == a ? 0 : 1;
    }
    return -1;
}

static void find_near(struct compare_pair *pair)
{
    pair->near = by_ttl(pair, CHOICE_FIRM);
    if (pair->near < 0)
        pair->near = by_time(pair, CHOICE_FIRM);
    if (pair->near < 0)
        pair->near = by_ttl(pair, CHOICE_ALL);
    if (pair->near < 0)
        pair->near = by_privacy(pair);
    if (pair->near < 0)
        pair->near = by_time(pair, CHOICE_ALL);
}

static void find_hops(struct compare_pair *pair)
{
    for (unsigned direction = 0; direction < 2; direction++) {
        unsigned near = compare_near(pair, direction);
        const struct compare_kept *side = pair->sides[near], *far = pair->sides[!near];
        uint32_t counts[256] = {0}, all = 0, above = 0;
        int best = 0;

        for (uint32_t i = 0; i < side->count; i++) {
            const struct compare_digest *digest = &side->digests[i];

            if (pair->other[near][i] == COMPARE_NONE ||
                compare_direction(side, digest) != direction)
                continue;
            int less = digest->ttl - far->digests[pair->other[near][i]].ttl;

            if (pair->near < 0)
                less = abs(less);
            all++;
            if (less < 0)
                above++;
            else
                counts[less]++;
        }
        for (int i = 1; i < 256; i++)
            if (counts[i] > counts[best])
                best = i;
        pair->ttl_reset[direction] = above > all / 2;
        if (direction == COMPARE_FORWARD)
            pair->hops = all > 0 && counts[best] > above ? best : FOLLOW_UNKNOWN;
    }
}

/* The first and last SYN,ACK of a capture. */
static bool find_answers(const struct compare_kept *side, int64_t *ret_first, int64_t *ret_last)
{
    bool any = false;

    for (uint32_t i = 0; i < side->count; i++) {
        const struct compare_digest *digest = &side->digests[i];

        if (!(digest->flags & TCP_SYN) || compare_direction(side, digest) != COMPARE_REVERSE)
            continue;
        if (!any)
            *ret_first = digest->at;
        *ret_last = digest->at;
        any = true;
    }
    return any;
}

/*
 * The farther clock less the nearer one, at most: what went forward was at the nearer capture
 * first. Acknowledgments alone may be made up on the way and do not count. Of several the least but
 * one is taken, for two copies of a segment may have been taken for one.
 */
static bool find_offset(const struct compare_pair *pair, int64_t *ret_offset, int64_t *ret_at)
{
    const struct compare_kept *near = pair->sides[pair->near], *far = pair->sides[!pair->near];
    int64_t least[2] = {INT64_MAX, INT64_MAX}, at[2] = {0, 0};
    unsigned count = 0;

    for (uint32_t i = 0; i < near->count; i++) {
        const struct compare_digest *digest = &near->digests[i];
        uint32_t other = pair->other[pair->near][i];

        if (other == COMPARE_NONE || compare_direction(near, digest) != COMPARE_FORWARD ||
            (!is_firm(digest) && !(digest->flags & TCP_SYN)))
            continue;
        if (compare_apart(digest->at, near->first_at) > TOGETHER)
            break;
        int64_t delta = compare_apart(far->digests[other].at, digest->at);
        unsigned place = delta < least[0] ? 0 : 1;

        count++;
        if (delta >= least[1])
            continue;
        if (place == 0) {
            least[1] = least[0];
            at[1] = at[0];
        }
        least[place] = delta;
        at[place] = digest->at;
    }
    *ret_offset = least[count > 1];
    *ret_at = at[count > 1];
    return count > 0;
}

/* Clocks that run apart by 100 ppm, and stamps of a few microseconds. */
static int64_t slack(int64_t a, int64_t b)
{
    return 5000 + llabs(compare_apart(a, b)) / 10000;
}

/* Whether something at `near_at` came too early to be what the farther capture saw at `far_at`. */
static bool is_too_early(int64_t near_at, int64_t far_at, int64_t offset, int64_t offset_at)
{
    int64_t way = compare_apart(near_at, compare_apart(far_at, offset));

    return way < -slack(near_at, offset_at);
}

static bool has_holes(const struct compare_kept *side)
{
    return side->ends[0].unseen > 0 || side->ends[1].unseen > 0 || side->not_kept > 0 ||
           side->began_late || side->one_way;
}

/* Acknowledgments of data that were at the nearer capture before the server had sent them. */
static bool acknowledges_early(const struct compare_pair *pair, int64_t offset, int64_t offset_at)
{
    unsigned near = (unsigned)pair->near;
    const struct compare_kept *side = pair->sides[near], *far = pair->sides[!near];
    uint32_t at = 0, early = 0, highest = 0;
    bool any = false;

    for (uint32_t i = 0; i < side->count; i++) {
        const struct compare_digest *digest = &side->digests[i];

        if (compare_direction(side, digest) != COMPARE_REVERSE || !(digest->flags & TCP_ACK) ||
            digest->flags & (TCP_RST | TCP_SYN))
            continue;
        if (any && seq_upto(digest->ack, highest))
            continue;
        if (compare_apart(digest->at, offset_at) > TOGETHER)
            break;
        highest = digest->ack;
        uint32_t wanted = compare_translate(pair, near, COMPARE_FORWARD, highest);

        while (at < far->count) {
            const struct compare_digest *other = &far->digests[at];

            if (compare_direction(far, other) == COMPARE_REVERSE && other->flags & TCP_ACK &&
                !(other->flags & TCP_RST) && seq_upto(wanted, other->ack))
                break;
            at++;
        }
        /* The first one completes the handshake and acknowledges no data. */
        if (any && at < far->count)
            early += is_too_early(digest->at, far->digests[at].at, offset, offset_at);
        any = true;
    }
    return early > 1;
}

static void find_impossible(struct compare_pair *pair)
{
    int64_t offset = 0, offset_at = 0, first[2] = {0, 0}, last[2] = {0, 0};
    unsigned near = (unsigned)pair->near;

    if (pair->near < 0 || !has_times(pair) || !find_offset(pair, &offset, &offset_at))
        return;
    if (find_answers(pair->sides[near], &first[0], &last[0]) &&
        find_answers(pair->sides[!near], &first[1], &last[1]))
        pair->impossible = is_too_early(last[0], first[1], offset, offset_at);
    if (!has_holes(pair->sides[0]) && !has_holes(pair->sides[1]))
        pair->early_acks = acknowledges_early(pair, offset, offset_at);
}

/* Both halves of the opening tell it, or the segments that passed both. */
static void find_between(struct compare_pair *pair)
{
    pair->between = FOLLOW_UNKNOWN;
    if (pair->near < 0 || pair->impossible || !has_times(pair))
        return;
    unsigned near = (unsigned)pair->near;
    int64_t halves[2] = {pair->sides[near]->server_half, pair->sides[!near]->server_half};

    if (halves[0] >= 0 && halves[1] >= 0 && halves[0] >= halves[1]) {
        pair->between = halves[0] - halves[1];
        return;
    }
    struct deltas forward = find_deltas(pair, COMPARE_FORWARD, CHOICE_ALL);
    struct deltas reverse = find_deltas(pair, COMPARE_REVERSE, CHOICE_ALL);

    if (!forward.any || !reverse.any)
        return;
    int64_t between = near == 0 ? compare_apart(forward.least, reverse.most)
                                : compare_apart(reverse.least, forward.most);

    if (between >= 0 && between < 600 * SECOND)
        pair->between = between;
}

void compare_order(struct compare_pair *pair)
{
    find_near(pair);
    find_hops(pair);
    find_impossible(pair);
    find_between(pair);
}
