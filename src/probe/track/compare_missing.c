/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was lost between two captures, put in between, cut otherwise, or missed by one of them. */
#include "probe/track/compare_parts.h"

#include <inttypes.h>

static const char *who(unsigned direction)
{
    return direction == COMPARE_FORWARD ? "client" : "server";
}

static const char *number(const struct compare_pair *pair, uint64_t count)
{
    return compare_text(pair->arena, "%" PRIu64 " segment%s", count, count == 1 ? "" : "s");
}

/* The first of those with a fate: its frame in the file. */
static uint64_t first_frame(const struct compare_pair *pair, unsigned capture, unsigned direction,
                            enum compare_fate fate)
{
    const struct compare_kept *side = pair->sides[capture];

    for (uint32_t i = 0; i < side->count; i++)
        if (pair->fates[capture][i] == fate &&
            compare_direction(side, &side->digests[i]) == direction)
            return side->digests[i].frame;
    return 0;
}

static void one_sided(struct compare_pair *pair, unsigned capture, const char *what, uint64_t count,
                      const char *meaning)
{
    const char *text = number(pair, count);

    compare_row(pair, COMPARE_PLACE_SEGMENT, what, capture == 0 ? text : NULL,
                capture == 1 ? text : NULL, meaning);
}

static void tell_lost(struct compare_pair *pair, unsigned direction)
{
    unsigned near = compare_near(pair, direction);
    const uint64_t *counts = pair->fate_counts[near][direction];
    uint64_t lost = counts[COMPARE_FATE_LOST], gone = counts[COMPARE_FATE_GONE];
    uint64_t frame =
        first_frame(pair, near, direction, lost > 0 ? COMPARE_FATE_LOST : COMPARE_FATE_GONE);
    const char *way = compare_way(pair, direction);

    if (lost + gone == 0)
        return;
    const char *doubt =
        pair->holes[!near] > 0 ? "; this capture misses others that did arrive" : "";
    const char *never =
        gone == 0 ? ""
                  : compare_text(pair->arena, "; what is in %" PRIu64 " of them never came", gone);

    one_sided(pair, near, "lost", lost + gone,
              compare_text(pair->arena, "of the %s, lost%s (the first: frame %" PRIu64 ")%s%s",
                           who(direction), way, frame, never, doubt));
    /* What a proxy keeps for itself is not lost. */
    if (gone > 0 || !(pair->impossible || pair->early_acks))
        compare_find(pair, FINDING_CMP_LOST, "%s of the %s%s%s", number(pair, lost + gone),
                     who(direction), never, doubt);
}

static void tell_added(struct compare_pair *pair, unsigned direction)
{
    unsigned far = !compare_near(pair, direction);
    uint64_t added = pair->fate_counts[far][direction][COMPARE_FATE_ADDED];
    uint64_t resets = pair->added_resets[direction];
    /* With holes in the nearer capture it may have missed them. */
    uint64_t injected = pair->holes[!far] == 0 ? pair->injected[direction] : 0;
    const char *what = injected > 0 ? "injected" : resets == added ? "reset" : "added";

    if (added == 0)
        return;
    if (pair->doubled[direction] == added) {
        one_sided(pair, far, what, added,
                  compare_text(pair->arena,
                               "of the %s, once more: duplicated%s (the first: frame %" PRIu64 ")",
                               who(direction), compare_way(pair, direction),
                               first_frame(pair, far, direction, COMPARE_FATE_ADDED)));
        return;
    }
    one_sided(pair, far, what, added,
              compare_text(pair->arena,
                           "as if of the %s%s, put in between (the first: frame %" PRIu64 ")%s%s",
                           who(direction), compare_way(pair, direction),
                           first_frame(pair, far, direction, COMPARE_FATE_ADDED),
                           resets > 0 && resets < added ? ", with an RST" : "",
                           injected > 0 ? ", with data" : ""));
    if (resets > 0)
        compare_find(pair, FINDING_CMP_RESET, "as if from the %s", who(direction));
    if (injected > 0) {
        compare_find(pair, FINDING_CMP_INJECTED, "%s, as if from the %s", number(pair, injected),
                     who(direction));
        pair->rewritten = true;
    }
}

/* Which capture is nearer to whom is not known: no telling lost ones from those put in between. */
static void tell_unknown(struct compare_pair *pair, unsigned direction)
{
    for (unsigned i = 0; i < 2; i++) {
        const uint64_t *counts = pair->fate_counts[i][direction];
        uint64_t count =
            counts[COMPARE_FATE_LOST] + counts[COMPARE_FATE_GONE] + counts[COMPARE_FATE_ADDED];

        if (count > 0)
            one_sided(pair, i, "alone", count,
                      compare_text(pair->arena, "of the %s, only in %s: lost, or put in between",
                                   who(direction), i == 0 ? "A" : "B"));
    }
}

static void tell_cut(struct compare_pair *pair, unsigned direction)
{
    uint64_t counts[2];

    for (unsigned i = 0; i < 2; i++)
        counts[i] = pair->fate_counts[i][direction][COMPARE_FATE_CUT];
    if (counts[0] + counts[1] == 0)
        return;
    compare_row(pair, COMPARE_PLACE_SEGMENT, "segmentation", number(pair, counts[0]),
                number(pair, counts[1]),
                compare_text(pair->arena,
                             "the same bytes of the %s in segments of other sizes: cut or joined "
                             "by a network card, or on the way",
                             who(direction)));
}

static void tell_holes(struct compare_pair *pair)
{
    for (unsigned i = 0; i < 2; i++) {
        const char *name = i == 0 ? "A" : "B";

        if (pair->holes[i] == 0)
            continue;
        one_sided(pair, !i, "missed", pair->holes[i],
                  compare_text(pair->arena,
                               "not in %s, which misses segments that it sees acknowledged", name));
        compare_find(pair, FINDING_CMP_HOLES, "%s in %s", number(pair, pair->holes[i]), name);
    }
}

static void tell_bad(struct compare_pair *pair)
{
    uint64_t a = pair->sides[0]->bad, b = pair->sides[1]->bad;

    if (a != b)
        compare_row(pair, COMPARE_PLACE_SEGMENT, "checksum", a > 0 ? number(pair, a) : NULL,
                    b > 0 ? number(pair, b) : NULL,
                    "with a wrong checksum: no end takes them, and they are not compared");
}

static void tell_part(struct compare_pair *pair)
{
    for (unsigned i = 0; i < 2; i++) {
        const struct compare_kept *side = pair->sides[i];
        uint64_t outside = pair->fate_counts[i][0][COMPARE_FATE_OUTSIDE] +
                           pair->fate_counts[i][1][COMPARE_FATE_OUTSIDE];
        const char *name = i == 0 ? "A" : "B", *other = i == 0 ? "B" : "A";

        if (side->not_kept > 0)
            compare_find(pair, FINDING_CMP_PART, "%s's after the first %" PRIu32, name,
                         side->count);
        if (outside > 0)
            compare_find(pair, FINDING_CMP_PART, "%s of %s, which %s does not cover",
                         number(pair, outside), name, other);
    }
}

void compare_missing(struct compare_pair *pair)
{
    for (unsigned direction = 0; direction < 2; direction++) {
        if (pair->near < 0) {
            tell_unknown(pair, direction);
        } else {
            tell_lost(pair, direction);
            tell_added(pair, direction);
        }
        tell_cut(pair, direction);
    }
    tell_holes(pair);
    tell_bad(pair);
    tell_part(pair);
}
