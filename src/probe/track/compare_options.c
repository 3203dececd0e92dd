/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The options of one segment in two captures. */
#include "probe/track/compare_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Two lists: as the sender's side has it, and the other. */
struct lists {
    struct compare_pair *pair;
    unsigned direction, near; /* index of the list that is nearer to the sender */
    enum compare_place place;
    const struct options *lists;
    bool changed;
};

/* The word that scripts know an option by. */
static const char *what_of(const struct lists *lists, uint8_t kind)
{
    switch ((enum option_kind)kind) {
    case OPTION_MSS:
        return "mss";
    case OPTION_WSCALE:
        return "wscale";
    case OPTION_SACK_PERMITTED:
        return "sack";
    case OPTION_SACK:
        return "sack_blocks";
    case OPTION_TIMESTAMPS:
        return "timestamps";
    case OPTION_MD5:
        return "md5";
    case OPTION_UTO:
        return "uto";
    case OPTION_AO:
        return "ao";
    case OPTION_MPTCP:
        return "mptcp";
    case OPTION_FASTOPEN:
        return "fastopen";
    case OPTION_ACCECN0:
    case OPTION_ACCECN1:
        return "accecn";
    case OPTION_EDO:
        return "edo";
    case OPTION_EXP1:
    case OPTION_EXP2:
        return "experiment";
    case OPTION_EOL:
    case OPTION_NOP:
        break;
    }
    return compare_text(lists->pair->arena, "option_%u", kind);
}

static const struct option *find(const struct options *options, uint8_t kind)
{
    for (unsigned i = 0; i < options->count; i++)
        if (options->list[i].kind == kind)
            return &options->list[i];
    return NULL;
}

/* One option alone: its number, or in packetdrill's notation. */
static const char *show(const struct lists *lists, const struct options *options,
                        const struct option *option)
{
    struct options alone;
    struct option_summary summary;
    char text[OPTIONS_TEXT_SIZE];

    if (!option)
        return NULL;
    options_parse(&options->bytes[option->at], option->length, &alone);
    options_summarize(&alone, &summary);
    if (summary.has_mss)
        return compare_text(lists->pair->arena, "%u", summary.mss);
    if (summary.has_wscale)
        return compare_text(lists->pair->arena, "%u", summary.wscale);
    return arena_copy(lists->pair->arena, options_show(&alone, text));
}

static const char *show_all(const struct lists *lists, const struct options *options)
{
    char text[OPTIONS_TEXT_SIZE];

    return arena_copy(lists->pair->arena, options_show(options, text));
}

static const char *segment_words(const struct lists *lists)
{
    switch (lists->place) {
    case COMPARE_PLACE_SYN:
        return "the SYN";
    case COMPARE_PLACE_SYN_ACK:
        return "the SYN,ACK";
    case COMPARE_PLACE_CONNECTION:
    case COMPARE_PLACE_SEGMENT:
    case COMPARE_PLACE_COUNT:
        break;
    }
    return "a segment";
}

static void tell(struct lists *lists, const struct option *near, const struct option *far,
                 const char *meaning)
{
    const struct options *a = &lists->lists[lists->near], *b = &lists->lists[!lists->near];
    const char *texts[2] = {show(lists, a, near), show(lists, b, far)};

    lists->changed = true;
    compare_row(lists->pair, lists->place, what_of(lists, near ? near->kind : far->kind),
                texts[lists->near], texts[!lists->near], meaning);
}

/* Routers that may not move bytes write NOPs over an option. */
static bool is_noped(const struct options *options, const struct option *option)
{
    if (option->at + option->length > options->length)
        return false;
    for (unsigned i = 0; i < option->length; i++)
        if (options->bytes[option->at + i] != OPTION_NOP)
            return false;
    return true;
}

static void tell_missing(struct lists *lists, const struct option *near)
{
    struct compare_pair *pair = lists->pair;
    const char *way = compare_way(pair, lists->direction);
    char name[16];

    tell(lists, near, NULL,
         compare_text(pair->arena, "taken out%s%s", way,
                      is_noped(&lists->lists[!lists->near], near) ? ", with NOPs in its place"
                                                                  : ""));
    compare_find(pair, FINDING_CMP_STRIPPED, "%s of %s", option_name(near->kind, name),
                 segment_words(lists));
}

static void tell_added(struct lists *lists, const struct option *far)
{
    struct compare_pair *pair = lists->pair;
    char name[16];

    tell(lists, NULL, far,
         compare_text(pair->arena, "added%s", compare_way(pair, lists->direction)));
    compare_find(pair, FINDING_CMP_OPTION, "%s added to %s", option_name(far->kind, name),
                 segment_words(lists));
}

static void tell_mss(struct lists *lists, const struct option *near, const struct option *far)
{
    struct compare_pair *pair = lists->pair;
    struct option_summary from, to;
    const char *way = compare_way(pair, lists->direction);

    options_summarize(&lists->lists[lists->near], &from);
    options_summarize(&lists->lists[!lists->near], &to);
    bool lower = to.mss < from.mss;

    tell(lists, near, far,
         compare_text(pair->arena, "%s from %u to %u%s", lower ? "clamped" : "raised", from.mss,
                      to.mss, way));
    compare_find(pair, lower ? FINDING_CMP_CLAMPED : FINDING_CMP_OPTION, "%s: MSS %u became %u",
                 segment_words(lists), from.mss, to.mss);
}

static void tell_change(struct lists *lists, const struct option *near, const struct option *far)
{
    struct compare_pair *pair = lists->pair;
    const struct options *a = &lists->lists[lists->near], *b = &lists->lists[!lists->near];
    char name[16];

    if (near->length == far->length &&
        memcmp(&a->bytes[near->at], &b->bytes[far->at], near->length) == 0)
        return;
    /* The values of timestamps are told with the header's fields. */
    if (near->kind == OPTION_TIMESTAMPS && near->length == far->length)
        return;
    if (near->kind == OPTION_SACK) /* so are its numbers, which may have to be shifted */
        return;
    if (near->kind == OPTION_MSS && near->length == far->length) {
        tell_mss(lists, near, far);
        return;
    }
    tell(lists, near, far,
         compare_text(pair->arena, "changed%s", compare_way(pair, lists->direction)));
    compare_find(pair, FINDING_CMP_OPTION, "%s of %s changed", option_name(near->kind, name),
                 segment_words(lists));
}

static bool is_first(const struct options *options, unsigned at)
{
    return find(options, options->list[at].kind) == &options->list[at];
}

/* The order of the kinds that both have, without what only fills. */
static bool is_order_changed(const struct options *a, const struct options *b)
{
    unsigned j = 0;

    for (unsigned i = 0; i < a->count; i++) {
        if (a->list[i].kind <= OPTION_NOP || !is_first(a, i) || !find(b, a->list[i].kind))
            continue;
        while (j < b->count &&
               (b->list[j].kind <= OPTION_NOP || !is_first(b, j) || !find(a, b->list[j].kind)))
            j++;
        if (j < b->count && b->list[j].kind != a->list[i].kind)
            return true;
        j++;
    }
    return false;
}

static bool is_same_but_timestamps(const struct options *a, const struct options *b)
{
    struct options copies[2] = {*a, *b};

    options_set_timestamps(&copies[0], 0, 0);
    options_set_timestamps(&copies[1], 0, 0);
    return a->length == b->length && memcmp(copies[0].bytes, copies[1].bytes, a->length) == 0;
}

static void tell_layout(struct lists *lists)
{
    const struct options *near = &lists->lists[lists->near], *far = &lists->lists[!lists->near];
    const char *way = compare_way(lists->pair, lists->direction);
    bool order = is_order_changed(near, far);

    if (!order && (lists->changed || is_same_but_timestamps(near, far)))
        return;
    compare_row(lists->pair, lists->place, "options", show_all(lists, &lists->lists[0]),
                show_all(lists, &lists->lists[1]),
                compare_text(lists->pair->arena, "%s%s",
                             order ? "put into another order" : "laid out in another way", way));
}

void compare_options(struct compare_pair *pair, unsigned direction, enum compare_place place,
                     const struct options options[2])
{
    struct lists lists = {.pair = pair,
                          .direction = direction,
                          .near = compare_near(pair, direction),
                          .place = place,
                          .lists = options};
    const struct options *near = &options[lists.near], *far = &options[!lists.near];

    for (unsigned i = 0; i < near->count; i++) {
        const struct option *option = &near->list[i];
        const struct option *other = find(far, option->kind);

        if (option->kind <= OPTION_NOP || !is_first(near, i))
            continue;
        if (other)
            tell_change(&lists, option, other);
        else
            tell_missing(&lists, option);
    }
    for (unsigned i = 0; i < far->count; i++)
        if (far->list[i].kind > OPTION_NOP && is_first(far, i) && !find(near, far->list[i].kind))
            tell_added(&lists, &far->list[i]);
    tell_layout(&lists);
    pair->rewritten |= lists.changed;
    if (!is_same_but_timestamps(near, far))
        pair->rewritten = true;
}
