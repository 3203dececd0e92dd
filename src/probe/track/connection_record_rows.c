/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A connection's segments as rows: followed a second time, knowing what became of its SYN. */
#include "probe/record_parts.h"
#include "probe/track/connection_parts.h"
#include "probe/track/connection_segment.h"
#include "probe/track/lesson.h"
#include "probe/track/shadow.h"

/* One segment sent again and again. */
struct repeats {
    uint32_t seq;
    struct repeated told;
};

/* The second pass. */
struct retelling {
    struct telling *telling;
    struct follow follow;
    struct follow_state client, server; /* after the segment before */
    int64_t shut_at[2];                 /* since when each end's window is closed; 0: it is open */
    /* What stands for an ISN that is not in the capture: the first number seen is 1. */
    uint32_t base[2];
    bool has_base[2];
    struct repeats again[2]; /* the last segment that each end repeated */
};

static void begin(struct retelling *retelling, struct telling *telling)
{
    const struct follow *first = telling->follow;
    int answered = telling->verdict.server_half.answered_copy;
    enum follow_hint hint = FOLLOW_HINT_NONE;
    struct follow_step step;

    if (first->refused)
        hint = FOLLOW_HINT_REFUSED;
    else if (telling->client->syn_seen && telling->server->syn_seen && !first->simultaneous)
        hint = FOLLOW_HINT_ANSWERED;
    *retelling = (struct retelling){.telling = telling};
    follow_init_hint(&retelling->follow, hint,
                     answered == OPENING_UNKNOWN ? first->copies_before : (uint32_t)answered);
    follow_states(&retelling->follow, &step);
    retelling->client = step.client;
    retelling->server = step.server;
}

/* Stamps that go to and fro by centuries come to more time than there is. */
static void add_shut(struct telling *telling, unsigned end, int64_t ns)
{
    int64_t *all = &telling->shut_for[end];

    if (ns > 0 && __builtin_add_overflow(*all, ns, all))
        *all = INT64_MAX;
}

/* How long an end kept its window closed. */
static void note_window(struct retelling *retelling, const struct follow_input *input,
                        const struct follow_step *step)
{
    unsigned from = input->from & 1;
    const struct follow_end *end = &retelling->follow.ends[from];

    if (step->events & FOLLOW(ZERO_WINDOW)) {
        if (retelling->shut_at[from] == 0)
            retelling->shut_at[from] = input->at;
    } else if (retelling->shut_at[from] != 0 && end->has_window && end->window > 0) {
        add_shut(retelling->telling, from, input->at - retelling->shut_at[from]);
        retelling->shut_at[from] = 0;
    }
}

/* The segment that an end sent again most often: its times tell of the timer. */
static void note_again(struct retelling *retelling, const struct follow_input *input,
                       const struct follow_step *step)
{
    unsigned from = input->from & 1;
    struct repeats *again = &retelling->again[from];
    struct repeated *most = &retelling->telling->most[from];

    if (!(step->events & FOLLOW(RETRANSMISSION)) || input->segment->flags & TCP_SYN)
        return;
    if (again->told.count == 0 || again->seq != input->segment->seq) {
        again->seq = input->segment->seq;
        again->told.count = 0;
    }
    if (again->told.count < FOLLOW_COPIES)
        again->told.copies[again->told.count] = (struct follow_copy){.at = input->at};
    if (again->told.count < UINT32_MAX)
        again->told.count++;
    if (again->told.count > most->count)
        *most = again->told;
}

static void need_base(struct retelling *retelling, unsigned end, uint32_t first)
{
    if (retelling->has_base[end])
        return;
    retelling->has_base[end] = true;
    retelling->base[end] = first;
}

/* Relative numbers for people where an ISN is not known; `from` sent it. */
static void tell_relative(struct retelling *retelling, const struct segment *segment, unsigned from,
                          struct segment_record *seen)
{
    bool joined = retelling->follow.ends[from].joined || retelling->follow.ends[!from].joined;

    if (seen->relative_seq == RECORD_UNKNOWN) {
        need_base(retelling, from, joined ? segment->seq - 1 : segment->seq);
        seen->relative_seq = (int32_t)(segment->seq - retelling->base[from]);
    }
    if (seen->relative_ack == RECORD_UNKNOWN && segment->flags & TCP_ACK) {
        need_base(retelling, !from, segment->ack - 1);
        seen->relative_ack = (int32_t)(segment->ack - retelling->base[!from]);
    }
}

static void tell_lesson(struct retelling *retelling, const struct story_segment *segment,
                        const struct follow_step *step, struct read_segment_record *row)
{
    const struct lesson_case lesson_case = {
        .segment = segment,
        .step = step,
        .follow = &retelling->follow,
        .client_before = retelling->client,
        .server_before = retelling->server,
    };
    struct lesson lesson;

    if (retelling->telling->context->without & CONNECTION_LESSONS)
        return;
    lesson = lesson_tell(&lesson_case, retelling->telling->arena);
    row->why = lesson.why;
    row->reference = lesson.reference;
}

/* Who sent the reset that counts may have shown only later. */
static void tell_who(const struct follow *first, const struct follow_input *input,
                     struct follow_step *step)
{
    if (step->events & FOLLOW(RST) && step->who == FOLLOW_WHO_UNKNOWN &&
        first->reset_who == FOLLOW_WHO_SOMEBODY && (input->from & 1) == first->reset_from &&
        input->segment->seq == first->last_rst_seq)
        step->who = FOLLOW_WHO_SOMEBODY;
}

static void tell_segment(struct retelling *retelling, const struct story_segment *segment,
                         struct read_segment_record *row)
{
    struct follow_input input = segment->input;
    struct follow_step step;
    struct row_case row_case = {
        .follow = &retelling->follow,
        .input = &input,
        .segment = &segment->segment,
        .step = &step,
        .origin = retelling->telling->follow->first_at,
        .frame = segment->frame,
        .notes = segment->notes,
        .checksum = segment->checksum,
        .sample = segment->sample,
        .sample_length = segment->sample_length,
    };

    input.segment = &segment->segment;
    follow_segment(&retelling->follow, &input, &step);
    tell_who(retelling->telling->follow, &input, &step);
    note_window(retelling, &input, &step);
    note_again(retelling, &input, &step);
    segment_row(&row_case, retelling->telling->arena, row);
    tell_relative(retelling, &segment->segment, input.from & 1, &row->seen);
    tell_lesson(retelling, segment, &step, row);
    retelling->client = step.client;
    retelling->server = step.server;
}

static void tell_icmp(struct retelling *retelling, const struct story_segment *segment,
                      struct read_segment_record *row)
{
    struct follow *follow = &retelling->follow;
    struct icmp_case icmp_case = {
        .segment = segment,
        .client = follow->client,
        .origin = retelling->telling->follow->first_at,
        .client_state = retelling->client,
        .server_state = retelling->server,
    };

    if (segment->icmp_counted)
        follow_icmp(follow, segment->quoted, segment->icmp_seq, segment->icmp_class);
    icmp_take(segment, follow->client, &icmp_case.client_state);
    icmp_row(&icmp_case, retelling->telling->arena, row);
    tell_lesson(retelling, segment, NULL, row);
    retelling->client = icmp_case.client_state;
}

static int tell_steps(struct telling *telling)
{
    const struct story *story = telling->context->story;
    struct step_record *rows;
    struct shadow shadow;
    int error = shadow_run(story, telling->follow->client, &shadow);

    if (error)
        return error;
    rows = arena_take(telling->arena, shadow.count + 1, sizeof *rows);
    for (size_t i = 0; i < shadow.count; i++)
        rows[i] = record_step(telling->arena, &shadow.steps[i], telling->follow->first_at);
    telling->record->steps = (struct record_list){.items = rows, .count = shadow.count};
    if (shadow.end != SHADOW_END_WHOLE)
        telling->record->steps_end = shadow_end_words(shadow.end);
    shadow_release(&shadow);
    return 0;
}

int telling_rows(struct telling *telling)
{
    const struct story *story = telling->context->story;
    struct read_segment_record *rows;
    struct retelling retelling;

    if (!story)
        return 0;
    rows = arena_take(telling->arena, story->count + 1, sizeof *rows);
    begin(&retelling, telling);
    for (size_t i = 0; i < story->count; i++)
        if (story->segments[i].is_icmp)
            tell_icmp(&retelling, &story->segments[i], &rows[i]);
        else
            tell_segment(&retelling, &story->segments[i], &rows[i]);
    telling->record->segments = (struct record_list){.items = rows, .count = story->count};
    telling->record->segments_left_out = (int64_t)story->lost;
    for (unsigned i = 0; i < 2; i++)
        if (retelling.shut_at[i] != 0)
            add_shut(telling, i, telling->follow->last_at - retelling.shut_at[i]);
    return tell_steps(telling);
}
