/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is worth reading beside a captured segment's arrow. */
#include "probe/track/connection_parts.h"

/* Events that say all there is to say. Those that every connection has, and those whose words hold
 * a number, are not here. */
static const struct {
    uint64_t event;
    const char *words;
} plain[] = {
    {FOLLOW(SIMULTANEOUS_OPEN), "crosses the other SYN"},
    {FOLLOW(SPLIT), "split handshake"},
    {FOLLOW(EARLY_DATA), "data with the SYN"},
    {FOLLOW(STRAY_SYN), "not the connection's SYN"},
    {FOLLOW(OUT_OF_ORDER), "out of order"},
    {FOLLOW(OUTSIDE), "far outside"},
    {FOLLOW(KEEP_ALIVE_ACK), "answers the keep-alive"},
    {FOLLOW(WINDOW_PROBE), "window probe"},
    {FOLLOW(WINDOW_PROBE_ACK), "answers the probe"},
    {FOLLOW(WINDOW_UPDATE), "window update"},
    {FOLLOW(ZERO_WINDOW), "window closed"},
    {FOLLOW(WINDOW_FULL), "fills the window"},
    {FOLLOW(CHALLENGE_ACK), "challenge ACK"},
    {FOLLOW(URGENT), "urgent"},
    {FOLLOW(RST_INEXACT), "not at the window's edge"},
    {FOLLOW(RST_IMPOSSIBLE), "proves nothing"},
    {FOLLOW(SIMULTANEOUS_CLOSE), "crosses the other FIN"},
    {FOLLOW(CONGESTION), "congestion marked"},
    {FOLLOW(GIANT), "larger than the MSS"},
    {FOLLOW(CHECKSUM), "wrong checksum"},
    {FOLLOW(MALFORMED), "malformed"},
};

/* The same for what happened to the packet before it was a segment. That the capture cut data off
 * is true of all segments or none, and a finding. */
static const struct {
    unsigned note;
    const char *words;
} captured[] = {
    {TRACK_NOTE_LENGTH, "claims more bytes than came"},
    {TRACK_NOTE_FRAGMENTS, "in fragments"},
    {TRACK_NOTE_CONFLICT, "fragments disagree"},
    {TRACK_NOTE_BACKWARDS, "stamp goes back"},
    {TRACK_NOTE_NO_TIME, "no stamp"},
};

struct list {
    struct arena *arena;
    bool any;
};

static void put(struct list *list, const char *words)
{
    arena_print(list->arena, "%s%s", list->any ? ", " : "", words);
    list->any = true;
}

static void put_number(struct list *list, const char *before, long long number, const char *after)
{
    arena_print(list->arena, "%s%s%lld%s", list->any ? ", " : "", before, number, after);
    list->any = true;
}

static void put_again(struct list *list, uint64_t events)
{
    if (events & FOLLOW(TWIN))
        put(list, "the same packet twice");
    /* Of a SYN the number of the copy says it. */
    if (!(events & FOLLOW(RETRANSMISSION)) ||
        events & (FOLLOW(SYN_REPEATED) | FOLLOW(SYN_ACK_REPEATED)))
        return;
    if (events & FOLLOW(SPURIOUS))
        put(list, "sent again in vain");
    else if (events & FOLLOW(FAST))
        put(list, "sent again, fast");
    else
        put(list, "sent again");
}

static void put_numbers(struct list *list, const struct noted *noted)
{
    const struct follow_step *step = noted->step;
    uint64_t events = step->events;

    if (step->copy > 1)
        put_number(list, "copy ", step->copy, "");
    put_again(list, events);
    if (events & FOLLOW(GAP))
        put_number(list, "", step->missing,
                   step->missing == 1 ? " byte before it missing" : " bytes before it missing");
    else if (events & FOLLOW(ACKED_UNSEEN))
        put_number(list, "", step->missing,
                   step->missing == 1 ? " byte not captured" : " bytes not captured");
    /* A probe of a closed window may look like a keep-alive, too. */
    if (events & FOLLOW(KEEP_ALIVE) && !(events & FOLLOW(WINDOW_PROBE)))
        put(list, "keep-alive");
    if (events & FOLLOW(DUPLICATE_ACK) && !(events & FOLLOW(CHALLENGE_ACK)))
        put_number(list, "duplicate ACK ", step->duplicates, "");
    if (events & FOLLOW(RST) && step->who == FOLLOW_WHO_SOMEBODY)
        put(list, "probably by somebody else");
}

const char *telling_note(const struct noted *noted, struct arena *arena)
{
    struct list list = {.arena = arena};

    put_numbers(&list, noted);
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        if (noted->step->events & plain[i].event)
            put(&list, plain[i].words);
    for (size_t i = 0; i < sizeof captured / sizeof *captured; i++)
        if (noted->notes & captured[i].note)
            put(&list, captured[i].words);
    if (noted->segment->options_cut)
        put(&list, "options cut by the capture");
    return list.any ? arena_finish(arena) : NULL;
}
