/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The headers of segments that both captures have, field by header, each told once a direction. */
#include "probe/track/compare_parts.h"

#include <inttypes.h>
#include <string.h>

enum header {
    HEADER_TTL,
    HEADER_DSCP,
    HEADER_MARK, /* congestion experienced: routers set it */
    HEADER_ECN,
    HEADER_DF,
    HEADER_IP_ID,
    HEADER_ECN_FLAGS,
    HEADER_FLAGS,
    HEADER_WINDOW,
    HEADER_TS_VAL,
    HEADER_SACK,
    HEADER_KINDS, /* which options there are, but in the opening */
    HEADER_COUNT
};

#define ECN_FLAGS ((unsigned)(TCP_ECE | TCP_CWR | TCP_AE))
#define ECN_BITS  3
#define MARKED    3

/* How often a field differs. */
struct tally {
    uint32_t all, differ;
    uint32_t first; /* A's digest */
    uint32_t shift; /* HEADER_TS_VAL */
    bool varies;
};

static bool reads_options(const struct compare_both *both, struct options options[2],
                          struct option_summary summaries[2])
{
    for (unsigned i = 0; i < 2; i++) {
        if (both->digests[i]->options_length == 0) {
            memset(&options[i], 0, sizeof options[i]);
            memset(&summaries[i], 0, sizeof summaries[i]);
            continue;
        }
        compare_digest_options(both->sides[i], both->digests[i], &options[i]);
        options_summarize(&options[i], &summaries[i]);
    }
    return true;
}

/* Those that are known by their names apart, all others together. */
static uint64_t kinds(const struct options *options)
{
    uint64_t mask = 0;

    for (unsigned i = 0; i < options->count; i++)
        if (options->list[i].kind > OPTION_NOP)
            mask |= UINT64_C(1) << (options->list[i].kind < 63 ? options->list[i].kind : 63);
    return mask;
}

/* Whether options of the same place must be looked at, which takes longer. */
static bool has_same_options(const struct compare_both *both)
{
    const struct compare_digest *a = both->digests[0], *b = both->digests[1];

    return a->options_length == b->options_length &&
           memcmp(&both->sides[0]->bytes[a->bytes_at], &both->sides[1]->bytes[b->bytes_at],
                  a->options_length) == 0;
}

/* SACK blocks speak of the other direction, and must be shifted as that is. */
static bool is_sack_wrong(const struct compare_pair *pair, const struct compare_both *both,
                          unsigned direction)
{
    struct options options[2];
    struct option_summary summaries[2];
    uint32_t shift = pair->shift[!direction];

    if ((has_same_options(both) && shift == 0) || !reads_options(both, options, summaries) ||
        summaries[0].sack_count != summaries[1].sack_count)
        return false;
    for (unsigned i = 0; i < summaries[0].sack_count; i++)
        if (summaries[0].sack[i].left + shift != summaries[1].sack[i].left ||
            summaries[0].sack[i].right + shift != summaries[1].sack[i].right)
            return true;
    return false;
}

static bool has_other_kinds(const struct compare_both *both)
{
    struct options options[2];
    struct option_summary summaries[2];

    return !has_same_options(both) && reads_options(both, options, summaries) &&
           kinds(&options[0]) != kinds(&options[1]);
}

/* Whether the field is to be compared there. */
static bool applies(const struct compare_pair *pair, const struct compare_both *both,
                    enum header header, unsigned direction)
{
    const struct compare_digest *a = both->digests[0], *b = both->digests[1];

    switch (header) {
    case HEADER_IP_ID:
        return a->has_ip_id && b->has_ip_id;
    case HEADER_DF:
        return pair->sides[0]->key.family == pair->sides[1]->key.family;
    case HEADER_WINDOW: /* an RST's means nothing */
        return !((a->flags | b->flags) & TCP_RST) &&
               (!(a->flags & TCP_ACK) || b->ack - a->ack == pair->shift[!direction]);
    case HEADER_TS_VAL:
        return a->has_timestamps && b->has_timestamps;
    case HEADER_SACK:
    case HEADER_KINDS:
        return !(a->flags & TCP_SYN);
    case HEADER_TTL:
    case HEADER_DSCP:
    case HEADER_MARK:
    case HEADER_ECN:
    case HEADER_ECN_FLAGS:
    case HEADER_FLAGS:
    case HEADER_COUNT:
        break;
    }
    return true;
}

static bool differs(const struct compare_pair *pair, const struct compare_both *both,
                    enum header header, unsigned direction)
{
    const struct compare_digest *a = both->digests[0], *b = both->digests[1];
    uint8_t near = both->digests[both->near]->traffic_class & ECN_BITS;
    uint8_t far = both->digests[!both->near]->traffic_class & ECN_BITS;
    bool marked = near != 0 && near != MARKED && far == MARKED;

    switch (header) {
    case HEADER_TTL:
        return a->ttl != b->ttl;
    case HEADER_DSCP:
        return a->traffic_class >> 2 != b->traffic_class >> 2;
    case HEADER_MARK:
        return marked;
    case HEADER_ECN:
        return near != far && !marked;
    case HEADER_DF:
        return a->dont_fragment != b->dont_fragment;
    case HEADER_IP_ID:
        return a->ip_id != b->ip_id;
    case HEADER_ECN_FLAGS:
        return (a->flags ^ b->flags) & ECN_FLAGS;
    case HEADER_FLAGS:
        return (a->flags ^ b->flags) & (TCP_FLAGS_ALL & ~ECN_FLAGS);
    case HEADER_WINDOW:
        return a->window != b->window;
    case HEADER_TS_VAL:
        return a->ts_val != b->ts_val;
    case HEADER_SACK:
        return is_sack_wrong(pair, both, direction);
    case HEADER_KINDS:
        return has_other_kinds(both);
    case HEADER_COUNT:
        break;
    }
    return false;
}

static const char *ecn_words(uint8_t bits)
{
    static const char *const words[] = {"Not-ECT", "ECT(1)", "ECT(0)", "CE"};

    return words[bits & ECN_BITS];
}

static const char *show(const struct compare_pair *pair, enum header header,
                        const struct compare_kept *side, const struct compare_digest *digest)
{
    char flags[TCP_FLAGS_TEXT_SIZE], text[OPTIONS_TEXT_SIZE];
    struct options options;

    switch (header) {
    case HEADER_TTL:
        return compare_text(pair->arena, "%u", digest->ttl);
    case HEADER_DSCP:
        return compare_text(pair->arena, "%u", digest->traffic_class >> 2);
    case HEADER_MARK:
    case HEADER_ECN:
        return ecn_words(digest->traffic_class);
    case HEADER_DF:
        return digest->dont_fragment ? "DF" : "no DF";
    case HEADER_IP_ID:
        return compare_text(pair->arena, "%u", digest->ip_id);
    case HEADER_ECN_FLAGS:
    case HEADER_FLAGS:
        return arena_copy(pair->arena, tcp_flags_show(digest->flags, flags));
    case HEADER_WINDOW:
        return compare_text(pair->arena, "%u", digest->window);
    case HEADER_TS_VAL:
        return compare_text(pair->arena, "%" PRIu32, digest->ts_val);
    case HEADER_SACK:
    case HEADER_KINDS:
        compare_digest_options(side, digest, &options);
        return arena_copy(pair->arena, options_show(&options, text));
    case HEADER_COUNT:
        break;
    }
    return NULL;
}

static const char *hops_words(const struct compare_pair *pair, const struct compare_both *both,
                              unsigned direction)
{
    int less = both->digests[both->near]->ttl - both->digests[!both->near]->ttl;
    const char *way = compare_way(pair, direction);

    if (pair->near < 0)
        return "counted down, or set anew";
    if (less < 0)
        return compare_text(pair->arena, "set anew%s", way);
    return compare_text(pair->arena, "%d hop%s%s", less, less == 1 ? "" : "s", way);
}

/* The key, what it means, and the finding; FINDING_COUNT: none. */
struct told {
    const char *what, *words;
    enum finding finding;
    bool routine; /* routers do it */
    bool own;     /* of a proxy's own connection it says nothing */
};

static struct told tell(const struct compare_pair *pair, const struct compare_both *both,
                        enum header header, const struct tally *tally, unsigned direction)
{
    const struct compare_digest *near = both->digests[both->near],
                                *far = both->digests[!both->near];
    const char *way = compare_way(pair, direction);
    struct arena *arena = pair->arena;

    switch (header) {
    case HEADER_TTL:
        return (struct told){"ttl", hops_words(pair, both, direction), FINDING_COUNT, true, false};
    case HEADER_DSCP:
        return (struct told){"dscp", compare_text(arena, "set anew%s", way), FINDING_CMP_DSCP, true,
                             false};
    case HEADER_MARK:
        return (struct told){"ecn", compare_text(arena, "congestion marked%s", way), FINDING_COUNT,
                             true, false};
    case HEADER_ECN:
        return (struct told){"ecn",
                             compare_text(arena, "%s%s",
                                          (far->traffic_class & ECN_BITS) == 0
                                              ? "the IP header's ECN bits cleared"
                                              : "the IP header's ECN bits changed",
                                          way),
                             FINDING_CMP_ECN, false, true};
    case HEADER_DF:
        return (struct told){
            "df", compare_text(arena, "%s%s", near->dont_fragment ? "cleared" : "set", way),
            FINDING_CMP_FRAGMENT, false, true};
    case HEADER_IP_ID:
        return (struct told){"ip_id", compare_text(arena, "given other values%s", way),
                             FINDING_CMP_FRAGMENT, false, true};
    case HEADER_ECN_FLAGS:
        return (struct told){"ecn_flags", compare_text(arena, "ECN's TCP flags changed%s", way),
                             FINDING_CMP_ECN, false, true};
    case HEADER_FLAGS:
        return (struct told){"flags", compare_text(arena, "changed%s", way), FINDING_CMP_FLAGS,
                             false, true};
    case HEADER_WINDOW:
        return (struct told){
            "window",
            compare_text(arena, "%s%s", far->window < near->window ? "made smaller" : "made larger",
                         way),
            FINDING_CMP_WINDOW, false, true};
    case HEADER_TS_VAL:
        return (struct told){"tsval",
                             tally->varies
                                 ? compare_text(arena, "given other values%s", way)
                                 : compare_text(arena, "all shifted by %" PRIu32, tally->shift),
                             FINDING_CMP_TIMESTAMPS, false, true};
    case HEADER_SACK:
        return (struct told){"sack_blocks", "not shifted as the sequence numbers are",
                             FINDING_CMP_SACK, false, false};
    case HEADER_KINDS:
    case HEADER_COUNT:
        break;
    }
    return (struct told){NULL, NULL, FINDING_COUNT, true, false};
}

static enum compare_place place_of(const struct compare_digest *digest)
{
    if (!(digest->flags & TCP_SYN))
        return COMPARE_PLACE_SEGMENT;
    return digest->flags & TCP_ACK ? COMPARE_PLACE_SYN_ACK : COMPARE_PLACE_SYN;
}

static void report(struct compare_pair *pair, enum header header, unsigned direction,
                   const struct tally *tally)
{
    struct compare_both both = compare_both_of(pair, tally->first, direction);
    const char *who = direction == COMPARE_FORWARD ? "client" : "server";
    struct options options[2];
    struct option_summary summaries[2];

    if (header == HEADER_KINDS) {
        reads_options(&both, options, summaries);
        compare_options(pair, direction, COMPARE_PLACE_SEGMENT, options);
        return;
    }
    struct told told = tell(pair, &both, header, tally, direction);
    pair->ids_new[direction] |= header == HEADER_IP_ID;
    /* Whatever shifts them shifts them all alike: a clock of its own does not. */
    pair->stamps_new[direction] |= header == HEADER_TS_VAL && tally->varies;
    const char *often =
        tally->all == 1 ? compare_text(pair->arena, "in the only segment of the %s", who)
        : tally->differ == tally->all
            ? compare_text(pair->arena, "in all %" PRIu32 " segments of the %s", tally->all, who)
            : compare_text(pair->arena, "in %" PRIu32 " of %" PRIu32 " segments of the %s",
                           tally->differ, tally->all, who);

    compare_row(pair, place_of(both.digests[0]), told.what,
                show(pair, header, both.sides[0], both.digests[0]),
                show(pair, header, both.sides[1], both.digests[1]),
                compare_text(pair->arena, "%s, %s", told.words, often));
    pair->rewritten |= !told.routine;
    if (told.finding != FINDING_COUNT && !(told.own && (pair->impossible || pair->early_acks)))
        compare_find(pair, told.finding, "%s %s, %s", told.what, told.words, often);
}

static void count(struct tally *tally, enum header header, const struct compare_both *both,
                  uint32_t index)
{
    uint32_t shift = both->digests[1]->ts_val - both->digests[0]->ts_val;

    if (tally->differ++ == 0) {
        tally->first = index;
        tally->shift = shift;
    }
    if (header == HEADER_TS_VAL)
        tally->varies |= shift != tally->shift;
}

/* Copies of a segment may be taken for one another: few of these say nothing. */
static bool is_enough(enum header header, const struct tally *tally)
{
    if (header == HEADER_IP_ID || header == HEADER_TS_VAL)
        return tally->differ > tally->all / 2;
    return tally->differ > 0;
}

void compare_fields(struct compare_pair *pair)
{
    const struct compare_kept *a = pair->sides[0];

    for (unsigned direction = 0; direction < 2; direction++) {
        struct tally tallies[HEADER_COUNT];

        memset(tallies, 0, sizeof tallies);
        for (uint32_t i = 0; i < a->count; i++) {
            if (pair->other[0][i] == COMPARE_NONE ||
                compare_direction(a, &a->digests[i]) != direction)
                continue;
            struct compare_both both = compare_both_of(pair, i, direction);

            for (int header = 0; header < HEADER_COUNT; header++) {
                if (!applies(pair, &both, (enum header)header, direction))
                    continue;
                tallies[header].all++;
                if (differs(pair, &both, (enum header)header, direction))
                    count(&tallies[header], (enum header)header, &both, i);
            }
        }
        for (int header = 0; header < HEADER_COUNT; header++)
            if (is_enough((enum header)header, &tallies[header]))
                report(pair, (enum header)header, direction, &tallies[header]);
    }
}
