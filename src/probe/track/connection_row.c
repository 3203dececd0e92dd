/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A captured segment as a record of its own, while it passes. */
#include "probe/track/connection_parts.h"
#include "probe/track/connection_segment.h"

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
    struct address address;
    char text[ADDRESS_TEXT_SIZE];

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
