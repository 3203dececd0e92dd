/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A captured segment as a record of its own, while it passes. */
#include "probe/track/connection_parts.h"
#include "probe/track/connection_segment.h"

static struct read_row_record beginning(const struct connection *connection,
                                        const struct replay_frame *frame, const char *file,
                                        struct arena *arena)
{
    return (struct read_row_record){
        .schema = RECORD_SCHEMA_VERSION,
        .command = "read",
        .file = file,
        .connection = (int64_t)connection->number,
        .time = frame->has_time ? telling_time(frame->at_ns, arena) : NULL,
        .source_port = RECORD_UNKNOWN,
        .destination_port = RECORD_UNKNOWN,
        .vlan = telling_vlan(&connection->key, arena),
        .tunnel = telling_tunnel(&connection->tunnel, arena),
        .relative_seq = RECORD_UNKNOWN,
        .relative_ack = RECORD_UNKNOWN,
    };
}

static const char *end_address(const struct connection *connection, unsigned end,
                               struct arena *arena)
{
    struct address address;
    char text[ADDRESS_TEXT_SIZE];

    track_address(&connection->key, end, &address);
    return arena_copy(arena, address_show(&address, text));
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
        .checksum = tracked->checksum,
        .sample = segment->payload,
        .sample_length =
            segment->payload_length < STORY_PAYLOAD ? segment->payload_length : STORY_PAYLOAD,
    };

    *ret_record = beginning(connection, tracked->frame, file, arena);
    ret_record->source_port = segment->source_port;
    ret_record->destination_port = segment->destination_port;
    if (tracked->step.relative_seq != FOLLOW_UNKNOWN)
        ret_record->relative_seq = tracked->step.relative_seq;
    if (tracked->step.relative_ack != FOLLOW_UNKNOWN)
        ret_record->relative_ack = tracked->step.relative_ack;
    ret_record->source = end_address(connection, from, arena);
    ret_record->destination = end_address(connection, !from, arena);
    segment_row(&row_case, arena, &ret_record->segment);
}

void connection_row_icmp(const struct connection *connection, const struct tracked_icmp *tracked,
                         const char *file, struct arena *arena, struct read_row_record *ret_record)
{
    const struct follow *follow = &connection->follow;
    struct story_segment kept;
    struct follow_step step;
    char text[ADDRESS_TEXT_SIZE];

    story_icmp(tracked, &kept);
    follow_states(follow, &step);
    struct icmp_case icmp_case = {
        .segment = &kept,
        .client = follow->client,
        .origin = follow->first_at,
        .client_state = step.client,
        .server_state = step.server,
    };
    icmp_take(&kept, follow->client, &icmp_case.client_state);
    *ret_record = beginning(connection, tracked->frame, file, arena);
    ret_record->source = arena_copy(arena, address_show(&kept.from, text));
    ret_record->destination = end_address(connection, kept.quoted, arena);
    ret_record->destination_port = connection->key.ends[kept.quoted & 1].port;
    icmp_row(&icmp_case, arena, &ret_record->segment);
}
