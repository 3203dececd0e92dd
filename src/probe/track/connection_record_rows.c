/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A connection's segments as rows: followed a second time, knowing what became of its SYN. */
#include "probe/track/connection_parts.h"
#include "probe/track/connection_segment.h"

/* The second pass. */
struct retelling {
    struct telling *telling;
    struct follow follow;
    struct follow_state client, server; /* after the segment before */
    int64_t shut_at[2];                 /* since when each end's window is closed; 0: it is open */
};

static void begin(struct retelling *retelling, struct telling *telling)
{
    const struct follow *first = telling->follow;
    int answered = telling->verdict.server_half.answered_copy;
    enum follow_hint hint = FOLLOW_HINT_NONE;
    struct follow_step step;

    if (first->refused)
        hint = FOLLOW_HINT_REFUSED;
    else if (telling->client->syn_seen && telling->server->syn_seen)
        hint = FOLLOW_HINT_ANSWERED;
    *retelling = (struct retelling){.telling = telling};
    follow_init_hint(&retelling->follow, hint,
                     answered == OPENING_UNKNOWN ? first->copies_before : (uint32_t)answered);
    follow_states(&retelling->follow, &step);
    retelling->client = step.client;
    retelling->server = step.server;
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
        if (input->at > retelling->shut_at[from])
            retelling->telling->shut_for[from] += input->at - retelling->shut_at[from];
        retelling->shut_at[from] = 0;
    }
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
    note_window(retelling, &input, &step);
    segment_row(&row_case, retelling->telling->arena, row);
    retelling->client = step.client;
    retelling->server = step.server;
}

static void tell_icmp(struct retelling *retelling, const struct story_segment *segment,
                      struct read_segment_record *row)
{
    struct follow *follow = &retelling->follow;

    if (segment->icmp_counted) {
        follow_icmp(follow, segment->quoted, follow->ends[segment->quoted & 1].isn,
                    segment->icmp_class);
        /* RFC 1122 section 4.2.3.9: a hard error ends the attempt. */
        if (segment->icmp_class == ICMP_CLASS_HARD && segment->quoted == follow->client)
            retelling->client =
                (struct follow_state){.state = SERVER_CLOSED, .doubt = FOLLOW_DOUBT_NONE};
    }
    const struct icmp_case icmp_case = {
        .segment = segment,
        .client = follow->client,
        .origin = retelling->telling->follow->first_at,
        .client_state = retelling->client,
        .server_state = retelling->server,
    };

    icmp_row(&icmp_case, retelling->telling->arena, row);
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
        if (retelling.shut_at[i] != 0 && telling->follow->last_at > retelling.shut_at[i])
            telling->shut_for[i] += telling->follow->last_at - retelling.shut_at[i];
    return 0;
}

void connection_row(const struct connection *connection, const struct tracked *tracked,
                    const char *file, struct arena *arena, struct read_row_record *ret_record)
{
    const struct segment *segment = tracked->segment;
    unsigned from = tracked->input.from & 1;
    struct row_case row_case = {
        .follow = &connection->follow,
        .input = &tracked->input,
        .segment = segment,
        .step = &tracked->step,
        .origin = connection->follow.first_at,
        .frame = tracked->frame->number,
        .notes = tracked->notes,
        .checksum = CHECKSUM_UNKNOWN,
        .sample = segment->payload,
        .sample_length =
            segment->payload_length < STORY_PAYLOAD ? segment->payload_length : STORY_PAYLOAD,
    };
    struct address address;
    char text[ADDRESS_TEXT_SIZE];

    if (tracked->notes & TRACK_NOTE_CHECKSUM)
        row_case.checksum = CHECKSUM_BAD;
    else if (tracked->notes & TRACK_NOTE_PARTIAL)
        row_case.checksum = CHECKSUM_PARTIAL;
    else if (segment->payload_length == segment->payload_total)
        row_case.checksum = CHECKSUM_GOOD;
    *ret_record = (struct read_row_record){
        .schema = RECORD_SCHEMA_VERSION,
        .command = "read",
        .file = file,
        .connection = (int64_t)connection->number,
        .source_port = segment->source_port,
        .destination_port = segment->destination_port,
        .vlan = telling_vlan(&connection->key, arena),
        .tunnel = telling_tunnel(&connection->tunnel, arena),
        .relative_seq = tracked->step.relative_seq == FOLLOW_UNKNOWN ? RECORD_UNKNOWN
                                                                     : tracked->step.relative_seq,
        .relative_ack = tracked->step.relative_ack == FOLLOW_UNKNOWN ? RECORD_UNKNOWN
                                                                     : tracked->step.relative_ack,
    };
    if (tracked->frame->has_time)
        ret_record->time = telling_time(tracked->frame->at_ns, arena);
    track_address(&connection->key, from, &address);
    ret_record->source = arena_copy(arena, address_show(&address, text));
    track_address(&connection->key, !from, &address);
    ret_record->destination = arena_copy(arena, address_show(&address, text));
    segment_row(&row_case, arena, &ret_record->segment);
}
