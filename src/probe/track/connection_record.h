/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A connection of a capture as a record: verdict, both halves of the round trip, what went wrong,
 * segment by segment where they were kept. */
#ifndef PROBE_TRACK_CONNECTION_RECORD_H
#define PROBE_TRACK_CONNECTION_RECORD_H

#include "base/arena.h"
#include "probe/track/story.h"
#include "report/records_read.h"

/* What is known beside the connection. */
struct connection_context {
    const char *file;          /* as the user wrote it; "standard input" */
    const char *interface;     /* name in the file, NULL */
    const struct story *story; /* NULL: the segments were not kept, a summary is enough */
    enum track_why why;
    bool early;        /* the connection goes on: what is known so far */
    int64_t end_at;    /* for follow_judge() */
    int64_t stamps_ns; /* resolution of the file's stamps, for rtt_source; 0: finer than 1 ns */
    unsigned without;  /* enum connection_part that nobody looks at */
};

enum connection_part {
    CONNECTION_TEXTS = 1 << 0,   /* reason, rtt sources */
    CONNECTION_OPTIONS = 1 << 1, /* offered, answered, in_effect */
    CONNECTION_FINDINGS = 1 << 2,
    CONNECTION_LESSONS = 1 << 3, /* `why` and `reference` of segments */
};

/*
 * Fills the record; texts and lists live in `arena`. With a story the connection is followed a
 * second time, knowing what became of its SYN, so that the states are those that `handshake` shows.
 * 0 or -FAULT_MEMORY.
 */
int connection_record(const struct connection *connection, const struct connection_context *context,
                      struct arena *arena, struct connection_record *ret_record);

/* The verdict alone, for counting. */
enum verdict connection_verdict(const struct connection *connection, int64_t end_at);

/* Connections counted by what became of them. */
struct connection_tally {
    uint64_t verdicts[VERDICT_COUNT];
    uint64_t half_open; /* of the inconclusive ones: the SYN,ACK was not answered */
};
void connection_count(const struct connection *connection, int64_t end_at,
                      struct connection_tally *tally);

/* One segment's row while it passes, before anything is known of what follows: for `read --each`.
 */
void connection_row(const struct connection *connection, const struct tracked *tracked,
                    const char *file, struct arena *arena, struct read_row_record *ret_record);

/* Likewise an ICMP error's: from who reports it, who has no port, to whose segment it quotes. */
void connection_row_icmp(const struct connection *connection, const struct tracked_icmp *tracked,
                         const char *file, struct arena *arena, struct read_row_record *ret_record);

/* The record of a file, from what its reader and the tracker counted. */
struct capture_context {
    const char *file;
    const struct replay_facts *facts;
    const struct track_counts *counts;
    const struct connection_tally *tally; /* of its connections */
};
void capture_record(const struct capture_context *context, struct arena *arena,
                    struct capture_record *ret_record);

#endif
