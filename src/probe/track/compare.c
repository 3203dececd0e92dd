/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two captures of the same connections: taken in, paired, told one by one. */
#include "probe/track/compare_parts.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct compare *compare_new(const char *file_a, const char *file_b)
{
    struct compare *compare = calloc(1, sizeof *compare);

    if (!compare)
        return NULL;
    compare->captures[0].file = file_a;
    compare->captures[1].file = file_b;
    return compare;
}

void compare_free(struct compare *compare)
{
    if (!compare)
        return;
    for (unsigned i = 0; i < 2; i++) {
        for (uint32_t at = 0; at < compare->captures[i].count; at++)
            compare_kept_release(&compare->captures[i].kept[at]);
        free(compare->captures[i].kept);
    }
    free(compare);
}

static int make_room(struct compare_capture *capture)
{
    uint32_t room = capture->room ? capture->room * 2 : 64;

    if (capture->count < capture->room)
        return 0;
    struct compare_kept *kept = realloc(capture->kept, room * sizeof *kept);

    if (!kept)
        return -FAULT_MEMORY;
    capture->kept = kept;
    capture->room = room;
    return 0;
}

int compare_add(struct compare *compare, unsigned capture, const struct compare_side *side)
{
    struct compare_capture *into = &compare->captures[capture];
    int result;

    assert(capture < 2);
    if (into->count >= COMPARE_MAX)
        return -FAULT_RANGE;
    result = make_room(into);
    if (result < 0)
        return result;
    result = compare_keep(&into->kept[into->count], side, compare->bytes > COMPARE_ROOM);
    if (result < 0)
        return result;
    compare->bytes += compare_kept_bytes(&into->kept[into->count]);
    into->count++;
    return 0;
}

static const char *show_end(const struct compare_kept *kept, unsigned end, struct arena *arena)
{
    struct address address = {.family = (enum ip_family)kept->key.family};
    char text[ADDRESS_TEXT_SIZE];

    memcpy(address.bytes, kept->key.ends[end].address, sizeof address.bytes);
    address_show(&address, text);
    return address.family == IP_FAMILY_V6
               ? compare_text(arena, "[%s]:%u", text, kept->key.ends[end].port)
               : compare_text(arena, "%s:%u", text, kept->key.ends[end].port);
}

static double milliseconds(int64_t ns)
{
    return ns < 0 ? NAN : (double)ns / 1e6;
}

/* What one capture says of the connection by itself. */
static void describe(unsigned capture, const struct compare_kept *kept, struct arena *arena,
                     struct compare_record *record)
{
    const char *client = show_end(kept, kept->client, arena);
    const char *server = show_end(kept, !kept->client, arena);

    *(capture == 0 ? &record->connection_a : &record->connection_b) = (int64_t)kept->number;
    *(capture == 0 ? &record->client_a : &record->client_b) = client;
    *(capture == 0 ? &record->server_a : &record->server_b) = server;
    *(capture == 0 ? &record->verdict_a : &record->verdict_b) = verdict_word(kept->verdict);
    *(capture == 0 ? &record->rtt_a_ms : &record->rtt_b_ms) = milliseconds(kept->server_half);
    *(capture == 0 ? &record->segments_a : &record->segments_b) = (int64_t)kept->segments;
    if (!record->target)
        record->target = server;
}

static void begin(const struct compare *compare, struct compare_record *record)
{
    compare_record_init(record);
    record->file_a = compare->captures[0].file;
    record->file_b = compare->captures[1].file;
}

static const char *const matched_words[COMPARE_BY_COUNT] = {
    [COMPARE_BY_ENDS] = "ends",
    [COMPARE_BY_ISN] = "isn",
    [COMPARE_BY_TIMESTAMPS] = "timestamps",
    [COMPARE_BY_ORDER] = "order",
};

static void tell_pair(const struct compare *compare, const struct compare_kept *a,
                      struct arena *arena, struct compare_record *record)
{
    const struct compare_kept *b = &compare->captures[1].kept[a->partner];
    struct compare_pair *pair = arena_take(arena, 1, sizeof *pair);

    memset(pair, 0, sizeof *pair);
    pair->compare = compare;
    pair->sides[0] = a;
    pair->sides[1] = b;
    pair->arena = arena;
    pair->rows = arena_take(arena, COMPARE_ROWS, sizeof *pair->rows);
    describe(0, a, arena, record);
    describe(1, b, arena, record);
    record->matched_by = matched_words[a->matched_by];
    compare_segments(pair);
    compare_order(pair);
    compare_fates(pair);
    compare_ends(pair);
    compare_openings(pair);
    compare_fields(pair);
    compare_payload(pair);
    compare_missing(pair);
    compare_judge(pair, record);
}

int compare_run(struct compare *compare,
                int (*take)(void *data, const struct compare_record *record), void *data,
                struct arena *arena)
{
    struct compare_record record;
    int result = compare_match(compare);

    for (unsigned capture = 0; capture < 2 && result == 0; capture++)
        for (uint32_t i = 0; i < compare->captures[capture].count && result == 0; i++) {
            struct compare_kept *kept = &compare->captures[capture].kept[i];

            if (capture == 1 && kept->partner != COMPARE_NONE)
                continue; /* told with A's */
            arena_clear(arena);
            begin(compare, &record);
            if (kept->partner != COMPARE_NONE) {
                tell_pair(compare, kept, arena, &record);
            } else {
                describe(capture, kept, arena, &record);
                compare_judge_alone(compare, capture, kept, arena, &record);
            }
            result = take(data, &record);
        }
    return result;
}
