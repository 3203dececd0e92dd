/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzzes all of `read` over whole capture files: frames, connections, stories, records; with few
 * connections at once, so that they make room for each other. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/replay.h"
#include "probe/track/connection_record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CONNECTIONS = 16 };

struct run {
    struct arena arena;
    struct track *track;
    const struct replay_facts *facts;
    struct connection_tally tally;
    uint64_t told, decided, ended, freed, last_number;
    int64_t stamps_ns;
};

/* As for one connection: what `read` keeps with it. */
struct kept {
    struct story story;
    uint64_t segments;
};

static void check(bool holds)
{
    if (!holds)
        abort();
}

static struct kept *kept_of(struct connection *connection)
{
    if (!connection->data) {
        struct kept *kept = calloc(1, sizeof *kept);
        check(kept != NULL);
        story_init(&kept->story);
        connection->data = kept;
    }
    return connection->data;
}

static int on_segment(void *data, struct connection *connection, const struct tracked *tracked)
{
    struct run *run = data;
    struct kept *kept = kept_of(connection);
    struct read_row_record row;
    run->told += tracked->before == 0;
    check(tracked->before < connection->number);
    kept->segments++;
    check(!(tracked->step.events & FOLLOW(PORT_REUSE)));
    check(story_add(&kept->story, tracked) == 0);
    connection_row(connection, tracked, "x", &run->arena, &row);
    arena_clear(&run->arena);
    return 0;
}

static int on_icmp(void *data, struct connection *connection, const struct tracked_icmp *tracked)
{
    struct run *run = data;
    struct read_row_record row;
    connection_row_icmp(connection, tracked, "x", &run->arena, &row);
    arena_clear(&run->arena);
    return story_add_icmp(&kept_of(connection)->story, tracked);
}

static int on_decided(void *data, struct connection *connection)
{
    struct run *run = data;
    check(connection->decided);
    run->decided++;
    return 0;
}

static int on_ended(void *data, struct connection *connection, enum track_why why, int64_t end_at)
{
    struct run *run = data;
    struct kept *kept = connection->data;
    struct connection_record record;
    struct connection_context context = {.file = "x",
                                         .story = &kept->story,
                                         .why = why,
                                         .end_at = end_at,
                                         .stamps_ns = run->stamps_ns};
    run->ended++;
    connection_count(connection, end_at, &run->tally);
    check(kept->segments > 0 && connection->last_frame > 0);
    check(end_at >= connection->follow.last_at);
    check(connection_record(connection, &context, &run->arena, &record) == 0);
    arena_clear(&run->arena);
    context.story = NULL;
    check(connection_record(connection, &context, &run->arena, &record) == 0);
    arena_clear(&run->arena);
    if (why == TRACK_WHY_END) {
        check(connection->number > run->last_number);
        run->last_number = connection->number;
    }
    return 0;
}

static void on_freed(void *data, struct connection *connection)
{
    struct run *run = data;
    struct kept *kept = connection->data;
    run->freed++;
    story_release(&kept->story);
    free(kept);
}

static void check_counts(const struct run *run)
{
    const struct track_counts *counts = track_counts(run->track);
    uint64_t frames = 0, ended = 0;
    for (unsigned i = 0; i < ENVELOPE_COUNT; i++)
        frames += counts->verdicts[i];
    for (unsigned i = 0; i < TRACK_WHY_COUNT; i++)
        ended += counts->ended[i];
    check(frames == counts->frames && counts->frames == run->facts->frames);
    check(counts->open == 0 && counts->open_most <= CONNECTIONS);
    check(ended == counts->connections && run->ended == ended);
    check(run->decided == ended && run->freed == ended);
    check(counts->segments == run->told + counts->late);
    check(counts->icmp_foreign <= counts->icmp && counts->begun_late <= counts->connections);
    check(counts->first_ns <= counts->last_ns);
}

static void play(struct replay *replay, struct run *run)
{
    const struct track_options options = {
        .connections = CONNECTIONS,
        .calls = {on_segment, on_icmp, on_decided, on_ended, on_freed},
        .data = run,
    };
    struct capture_record record;
    struct replay_frame frame;
    struct fault fault;
    int got;
    check(track_new(&options, &run->track, &fault) == 0);
    while ((got = replay_next(replay, &frame, &fault)) == 1)
        check(track_frame(run->track, &frame, &fault) == 0);
    check(got == 0);
    run->stamps_ns = run->facts->resolution_ns;
    check(track_wait(run->track, 1, &fault) == 0);
    check(track_end(run->track, &fault) == 0);
    check_counts(run);
    struct capture_context context = {.file = "x",
                                      .facts = run->facts,
                                      .counts = track_counts(run->track),
                                      .tally = &run->tally};
    capture_record(&context, &run->arena, &record);
    track_free(run->track);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct replay_options options = {0};
    struct run run = {0};
    struct replay *replay;
    struct fault fault;
    if (replay_open_bytes(data, size, &options, &replay, &fault) < 0)
        return 0;
    arena_init(&run.arena);
    run.facts = replay_facts(replay);
    play(replay, &run);
    arena_release(&run.arena);
    replay_close(replay);
    return 0;
}
