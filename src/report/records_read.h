/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The records of `read`: a connection of a capture, its segments, the capture, two captures
 * compared. */
#ifndef REPORT_RECORDS_READ_H
#define REPORT_RECORDS_READ_H

#include "report/records.h"

/*
 * A segment of a connection. `seen` has the keys of a handshake's segment; "out" is from the
 * client, the states are the client's and the server's once it has arrived.
 */
struct read_segment_record {
    struct segment_record seen; /* first: the ladder reads it */
    int64_t frame;              /* its number in the file */
    const char *events;         /* words of `describe events`, comma-separated */
    /* Why a state is what it is at least; NULL: certain. */
    const char *state_doubt, *server_state_doubt;
    int64_t copy;                    /* of a SYN or SYN,ACK: which, from 1 */
    int64_t answers;                 /* of a SYN,ACK and its ACK: the copy that it answers */
    double rtt_ms;                   /* of the pair that it ends: to this end and back */
    int64_t missing_bytes;           /* before it, or acknowledged by it without having been seen */
    int64_t repeated_bytes;          /* in it that had been seen before */
    int64_t duplicates;              /* of an ACK: the how-manieth */
    const char *has, *lacks, *twice; /* SACK, relative: "1461-2921,4381-5841" */
    const char *reset_by;            /* of an RST: enum follow_who's word */
    int64_t ip_id;
    const char *checksum; /* checksum_words(); NULL: not known */
    const char *why;      /* the lesson; NULL unless it is wanted */
    const char *reference;
};

/* The same alone, as a record of its own, while it passes: `read --each`. */
struct read_row_record {
    int64_t schema;
    const char *command, *file;
    int64_t connection;
    const char *time;   /* ISO 8601 UTC with nanoseconds */
    const char *source; /* of this segment */
    int64_t source_port;
    const char *destination;
    int64_t destination_port;
    const char *vlan, *tunnel;
    int64_t relative_seq, relative_ack;
    struct read_segment_record segment;
};

/* What one end did. */
struct read_end_record {
    int64_t segments, data_segments;
    int64_t bytes, repeated_bytes; /* data on the wire; of them those that had been seen before */
    int64_t acked_bytes;           /* acknowledged by the other end */
    int64_t missing_bytes;         /* of them those that are not in the capture */
    int64_t retransmissions, fast, spurious, twins, out_of_order, gaps;
    int64_t duplicate_acks, keep_alives, window_probes;
    int64_t zero_windows, window_updates, window_full;
    int64_t resets, challenges, bad;
    int64_t syns;            /* copies of its SYN or SYN,ACK */
    const char *syn_gaps_ms; /* times between them: "1003.2,2015.1"; NULL: fewer than two */
    const char *backoff;     /* in words: "doubles from 1.00 s (RFC 6298)"; NULL: nothing to say */
    double rtt_min_ms;       /* capture point to the other end and back, from data */
    int64_t ttl, hops;
    int64_t window_bytes; /* the last it advertised, scaled */
    const char *state;    /* where the capture of it ends */
    const char *doubt;    /* NULL: certain */
};

/* A connection. Keys that a handshake has, too, mean the same: we are the client. */
struct connection_record {
    int64_t schema;
    const char *command;
    const char *file;
    int64_t connection; /* its number in the file, from 1 */
    const char *time;   /* of its first segment, ISO 8601 UTC with microseconds */
    const char *target; /* the server: "198.18.0.2:80" */
    const char *source; /* the client */
    int64_t source_port;
    const char *address; /* the server */
    int64_t port;
    const char *family, *interface, *vlan, *tunnel;
    const char *verdict, *reason;
    const char *from; /* who said it */
    int64_t ttl, hops, icmp_type, icmp_code;
    int64_t attempts, answered_attempt;
    double rtt_ms; /* both halves */
    const char *rtt_source;
    double server_rtt_ms; /* SYN to SYN,ACK: capture point to server and back */
    const char *server_rtt_source;
    double client_rtt_ms; /* SYN,ACK to ACK: capture point to client and back */
    const char *client_rtt_source;
    int64_t lost_forward, lost_reverse;
    double connect_ms;
    int64_t isn_client, isn_server;
    const void *offered, *answered, *in_effect; /* struct options_record */
    int64_t bytes_sent, bytes_acked, bytes_received;
    int64_t retransmissions; /* of both ends */
    const char *ending; /* enum follow_ending's word */
    const char *closed; /* as a handshake has it */
    const char *reset_by;
    bool simultaneous, split, began_late, one_way, early;
    double duration_ms;
    int64_t first_frame, last_frame, segment_count;
    const void *client, *server; /* struct read_end_record */
    const char *unmet;
    struct record_list segments; /* struct read_segment_record; empty in a summary */
    struct record_list steps;    /* struct step_record, of the client's machine */
    const char *steps_end;       /* why the steps end before the segments do; NULL: they do not */
    struct record_list findings;
    /* For people only, not in the schema: one line, or a page. */
    bool brief;
    int64_t segments_left_out; /* beyond those that were kept */
};

/* An interface of a capture. */
struct read_interface_record {
    int64_t number;
    const char *name, *link_type;
    int64_t snaplen, frames, dropped;
};

/* A capture. */
struct capture_record {
    int64_t schema;
    const char *command, *file;
    const char *format, *byte_order;
    int64_t resolution_ns;
    const char *time; /* of the first frame */
    double duration_ms;
    int64_t frames, bytes; /* captured bytes */
    int64_t left_out;      /* by the filter */
    int64_t packets, segments, icmp, other;
    int64_t not_ip, cut, malformed, sealed, unknown_link; /* frames without a readable IP packet */
    int64_t unread;                                       /* TCP with an unreadable header */
    int64_t fragments, reassembled, incomplete;
    int64_t tagged, tunnelled;
    int64_t backwards;
    double backwards_most_ms;
    int64_t dropped;
    int64_t connections, open, refused, unreachable, filtered, reset, inconclusive;
    int64_t half_open;
    int64_t began_late, given_up, late, open_most;
    const char *damage; /* enum replay_damage's word */
    int64_t damage_at;
    struct record_list interfaces, findings;
};

/* One thing that differs between two captures of a connection. Where: no list of words for a
 * schema, for one of them has a comma. */
/* clang-format off */
#define COMPARE_PLACE_TABLE(X) \
    X(CONNECTION, "connection") \
    X(SYN,        "SYN") \
    X(SYN_ACK,    "SYN,ACK") \
    X(SEGMENT,    "segment")

/* What lies between the two captures, as far as the differences tell. Word, meaning. */
#define COMPARE_VERDICT_TABLE(X) \
    X(SAME,       "same",       "nothing was changed but what routers change: TTL, IP checksum, DSCP, ECN mark") \
    X(TRANSLATED, "translated", "addresses or ports were changed: NAT") \
    X(REWRITTEN,  "rewritten",  "more of the headers was changed, as sequence numbers, options, flags, window, DF, IP ID or ECN, or data were changed or put in") \
    X(PROXIED,    "proxied",    "the ends of it talk to something between them: a proxy answers for the server") \
    X(BLOCKED,    "blocked",    "segments of one end never reached the other capture, or something between reset it") \
    X(ONLY_A,     "only-a",     "only the first capture has it") \
    X(ONLY_B,     "only-b",     "only the second capture has it")
/* clang-format on */
enum compare_verdict {
#define X(id, word, meaning) COMPARE_VERDICT_##id,
    COMPARE_VERDICT_TABLE(X)
#undef X
        COMPARE_VERDICT_COUNT
};

/* How two connections were found to be the same one: both ends; initial sequence numbers;
 * timestamps; one end, the SYN's options and the order in time. */
#define COMPARE_MATCHED_WORDS "ends,isn,timestamps,order"

struct difference_record {
    const char *place;   /* COMPARE_PLACE_TABLE */
    const char *what;    /* "source", "mss", "isn", "ttl", "window", "dscp", … */
    const char *a, *b;   /* as each capture has it; NULL: absent */
    const char *meaning; /* "MSS clamped on the way from A to B" */
};

/* A connection in two captures. */
struct compare_record {
    int64_t schema;
    const char *command, *file_a, *file_b;
    int64_t connection_a, connection_b; /* numbers; unknown: not there */
    const char *target;                 /* as A has it, else B */
    const char *client_a, *server_a, *client_b, *server_b;
    const char *matched_by; /* COMPARE_MATCHED_WORDS; NULL: not matched */
    const char *verdict, *reason;
    const char *verdict_a, *verdict_b; /* of the connection itself in each */
    double rtt_a_ms, rtt_b_ms;         /* SYN to SYN,ACK at each: to the server and back */
    double between_ms;                 /* what lies between the two points, there and back */
    int64_t hops_between;              /* by the TTL of the client's segments */
    const char *client_side; /* "a", "b": the capture nearer to the client; NULL: not known */
    int64_t isn_client_shift, isn_server_shift; /* B less A, modulo 2^32; 0: the same */
    int64_t segments_a, segments_b;
    int64_t lost_forward, lost_reverse;   /* seen at the nearer point and not at the farther */
    int64_t added_forward, added_reverse; /* seen first at the farther point: put in between */
    const char *unmet;
    bool brief; /* text: a line, no page */
    struct record_list differences, findings;
};

extern const struct schema schema_read, schema_read_segment, schema_read_row, schema_read_end,
    schema_read_interface, schema_capture, schema_difference, schema_compare;

/* All of it unknown, but for the version and the command. */
void connection_record_init(struct connection_record *record);
void capture_record_init(struct capture_record *record);
void compare_record_init(struct compare_record *record);

#endif
