/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words of `read` as `describe` lists them: what segments, states and endings are. */
#include "cmd/describe_read.h"

#include "probe/follow/follow_words.h"
#include "report/records.h"

static struct record_list list_of(const void *items, size_t count)
{
    return (struct record_list){.items = items, .count = count};
}

struct record_list describe_events(struct arena *memory)
{
    struct event_kind_record *rows = arena_take(memory, FOLLOW_EVENT_COUNT, sizeof *rows);

    for (unsigned i = 0; i < FOLLOW_EVENT_COUNT; i++)
        rows[i] = (struct event_kind_record){
            .event = follow_event_word((enum follow_event)i),
            .meaning = follow_event_meaning((enum follow_event)i),
            .reference = follow_event_reference((enum follow_event)i),
        };
    return list_of(rows, FOLLOW_EVENT_COUNT);
}

struct record_list describe_doubts(struct arena *memory)
{
    struct doubt_record *rows = arena_take(memory, FOLLOW_DOUBT_COUNT, sizeof *rows);

    for (unsigned i = 0; i < FOLLOW_DOUBT_COUNT; i++)
        rows[i] = (struct doubt_record){.doubt = follow_doubt_word((enum follow_doubt)i),
                                        .meaning = follow_doubt_meaning((enum follow_doubt)i)};
    return list_of(rows, FOLLOW_DOUBT_COUNT);
}

struct record_list describe_endings(struct arena *memory)
{
    struct ending_record *rows = arena_take(memory, FOLLOW_ENDING_COUNT, sizeof *rows);

    for (unsigned i = 0; i < FOLLOW_ENDING_COUNT; i++)
        rows[i] = (struct ending_record){
            .ending = follow_ending_word((enum follow_ending)i),
            .closed = follow_ending_closed((enum follow_ending)i),
            .meaning = follow_ending_meaning((enum follow_ending)i),
        };
    return list_of(rows, FOLLOW_ENDING_COUNT);
}
