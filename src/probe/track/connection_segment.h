/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One captured segment as a row. Private to probe/track. */
#ifndef PROBE_TRACK_CONNECTION_SEGMENT_H
#define PROBE_TRACK_CONNECTION_SEGMENT_H

#include "base/arena.h"
#include "probe/track/story.h"
#include "report/records_read.h"

/* A segment and what was found out about it. */
struct row_case {
    const struct follow *follow; /* after it */
    const struct follow_input *input;
    const struct segment *segment;
    const struct follow_step *step;
    int64_t origin; /* the instant that counts as 0 */
    uint64_t frame;
    unsigned notes; /* enum track_note */
    enum checksum_state checksum;
    const uint8_t *sample; /* the first bytes of its data, at most STORY_PAYLOAD */
    size_t sample_length;
};
void segment_row(const struct row_case *row_case, struct arena *arena,
                 struct read_segment_record *ret_row);

/* An ICMP error about the connection; the states are those after it. */
struct icmp_case {
    const struct story_segment *segment;
    uint8_t client; /* index of that end */
    int64_t origin;
    struct follow_state client_state, server_state;
};
/* What it does to the client's state. */
void icmp_take(const struct story_segment *segment, uint8_t client, struct follow_state *ret_state);
void icmp_row(const struct icmp_case *icmp_case, struct arena *arena,
              struct read_segment_record *ret_row);

#endif
