/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of telling a connection. Private to probe/track. */
#ifndef PROBE_TRACK_CONNECTION_PARTS_H
#define PROBE_TRACK_CONNECTION_PARTS_H

#include "probe/track/connection_record.h"

/* A segment sent again: how often, and when the first times. */
struct repeated {
    unsigned count;
    struct follow_copy copies[FOLLOW_COPIES];
};

/* One connection while its record is made. */
struct telling {
    const struct connection *connection;
    const struct connection_context *context;
    const struct follow *follow;
    const struct follow_end *client, *server;
    struct follow_verdict verdict;
    /* Of each end, only with a story: */
    int64_t shut_for[2];     /* ns that its window was closed */
    struct repeated most[2]; /* what it sent again most often */
    struct arena *arena;
    struct connection_record *record;
};

/* Whether times of it mean anything: the file has stamps. */
static inline bool telling_has_time(const struct telling *telling)
{
    return !(telling->connection->notes & TRACK_NOTE_NO_TIME);
}

/* A text that grows is finished and kept; durations for people: "1.03 ms". */
const char *telling_duration(int64_t ns, char text[32]);
/* "stamps of microseconds" as `handshake` says it: "capture, microseconds". */
const char *telling_stamps(int64_t resolution_ns, struct arena *arena);
/* ISO 8601 with nanoseconds. */
const char *telling_time(int64_t at_ns, struct arena *arena);
/* "100", "100.200"; NULL: none. */
const char *telling_vlan(const struct track_key *key, struct arena *arena);
/* "GRE 198.18.0.1 > 198.18.0.2 key 7"; NULL: none. */
const char *telling_tunnel(const struct tunnel *tunnel, struct arena *arena);
/* "198.18.0.1:80", "[2001:db8::1]:80" */
const char *telling_place(const struct track_key *key, unsigned end, struct arena *arena);

/* connection_record_options.c: offered, answered, in_effect. */
void telling_options(struct telling *telling);

/* connection_record_ends.c: one end; its state is that of the verdict. */
const struct read_end_record *telling_end(const struct telling *telling,
                                          const struct follow_end *end,
                                          const struct follow_state *state);

/* connection_backoff.c: times between `count` copies; NULL: fewer than two. */
const char *backoff_gaps(const struct follow_copy *copies, unsigned count, struct arena *arena);
/* How they grow: "doubles from 1 s, as RFC 6298 has it"; NULL: fewer than two. */
const char *backoff_words(const struct follow_copy *copies, unsigned count, struct arena *arena);

/* connection_record_reason.c */
void telling_reason(struct telling *telling);
void telling_sources(struct telling *telling);

/* connection_record_rows.c: segments and steps; 0 or -FAULT_MEMORY. */
int telling_rows(struct telling *telling);

/* connection_notes.c: what is worth reading beside the arrow; NULL: nothing. */
struct noted {
    const struct segment *segment;
    const struct follow_step *step;
    unsigned notes; /* enum track_note */
};
const char *telling_note(const struct noted *noted, struct arena *arena);

/* connection_record_found.c */
struct record_list telling_findings(struct telling *telling);

#endif
