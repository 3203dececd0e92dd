/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is reported: the records of every command. Their members' names are the keys that scripts
 * rely on. */
#ifndef REPORT_RECORDS_H
#define REPORT_RECORDS_H

#include "report/schema.h"
#include "stat/flows.h"

#define RECORD_SCHEMA_VERSION 1

/* How a connection that was open ended, in words for scripts. */
#define CLOSED_WORDS "both,rst_sent,rst_received,timeout,none,lost"

/* Verdicts about a target. Enumerator, word, what it means. */
/* clang-format off */
#define VERDICT_TABLE(X) \
    X(OPEN,         "open",         "the three-way handshake was completed") \
    X(REFUSED,      "refused",      "the SYN was answered with an RST that acknowledges it") \
    X(UNREACHABLE,  "unreachable",  "an ICMP error that quotes our SYN came instead of an answer, or the next hop does not answer ARP or neighbour discovery") \
    X(FILTERED,     "filtered",     "silence after all retries") \
    X(RESET,        "reset",        "an RST came after the SYN,ACK, before the server had seen our FIN") \
    X(INCONCLUSIVE, "inconclusive", "could not be measured; the reason says why")

/* What became of one probe of a series. Those up to LOST were sent. */
#define OUTCOME_TABLE(X) \
    X(ANSWERED,     "answered",    "a SYN,ACK came in time, from a single SYN") \
    X(REFUSED,      "refused",     "an RST that acknowledges the SYN came in time") \
    X(UNREACHABLE,  "unreachable", "an ICMP error that quotes the SYN came") \
    X(AMBIGUOUS,    "ambiguous",   "an answer came, but the pair of SYN and answer is in doubt: no round trip is taken from it") \
    X(LATE,         "late",        "the answer came after the time-out") \
    X(LOST,         "lost",        "the SYN or its answer was lost") \
    X(UNSENT,       "unsent",      "it never left, or was ended before its time was over")

/* On which side the SYN or its answer was lost. */
#define LOSS_WORDS "forward,reverse,unknown"

/* What a flow, told by its source port, is beside the others. */
#define FLOW_TABLE(X) \
    X(UNKNOWN, "unknown", "nothing was sent on it, or there is none to compare it with") \
    X(GOOD,    "good",    "no worse than the others") \
    X(SUSPECT, "suspect", "worse than the others in the first round, and not confirmed") \
    X(BAD,     "bad",     "worse than the others in both rounds")

/* How a round trip is made. */
#define MODE_WORDS "half-open,full"

/* How bad a finding is, in rising order. */
#define SEVERITY_TABLE(X) \
    X(INFO,     "info",     "worth knowing") \
    X(LOW,      "low",      "unusual, seldom harmful") \
    X(MEDIUM,   "medium",   "breaks the protocol or hides something") \
    X(HIGH,     "high",     "breaks connections or security")
/* clang-format on */
enum verdict {
#define X(id, word, meaning) VERDICT_##id,
    VERDICT_TABLE(X)
#undef X
        VERDICT_COUNT
};
enum severity {
#define X(id, word, meaning) SEVERITY_##id,
    SEVERITY_TABLE(X)
#undef X
        SEVERITY_COUNT
};
enum outcome {
#define X(id, word, meaning) OUTCOME_##id,
    OUTCOME_TABLE(X)
#undef X
        OUTCOME_COUNT
};
const char *outcome_word(enum outcome outcome);
const char *outcome_meaning(enum outcome outcome);
const char *flow_word(enum flow_verdict verdict);
const char *verdict_word(enum verdict verdict);
const char *verdict_meaning(enum verdict verdict);
const char *severity_word(enum severity severity);
const char *severity_meaning(enum severity severity);

/* One segment seen on the wire. */
struct segment_record {
    double t_ms;              /* since the first SYN, capture clock */
    const char *direction;    /* "out", "in" */
    const char *flags;        /* "SYN,ACK" */
    int64_t seq, ack;         /* ack: unknown without the ACK flag */
    int64_t window;           /* the field */
    int64_t window_bytes;     /* scaled with what is in effect */
    int64_t length;           /* payload bytes */
    int64_t ttl;              /* TTL or hop limit */
    const char *options;      /* packetdrill notation, "" for none */
    const char *state;        /* the client's state after it */
    const char *server_state; /* what the server's must be after it */
    const char *note;         /* "copy 2", "duplicate", "checksum bad", … or NULL */
    const char *payload;      /* the first bytes, made safe, NULL for none */
    const char *icmp; /* "port unreachable from 198.18.0.9" or NULL for a segment */
    /* For people only, not in the schema: sequence numbers relative to the ISNs. */
    int64_t relative_seq, relative_ack;
};

/* One step of the state machine. */
struct step_record {
    double t_ms;
    const char *from, *event, *to; /* names as in `describe fsm` */
    const char *effects;           /* "ACK|SEND" */
    const char *why;               /* the event in words */
    const char *reference;         /* section of RFC 9293 unless it names another RFC */
    int64_t
        segment; /* index into segments of the one that caused it, unknown for timers and users */
};

struct finding_record {
    const char *id; /* stable: "TP-SEG-CHECKSUM" */
    const char *severity;
    const char *text;
};

/* One side's options, or what is in effect. */
struct options_record {
    int64_t mss;    /* unknown: not there */
    int64_t wscale; /* shift count; unknown: not there */
    bool sack, timestamps, fastopen, ecn, mptcp;
    const char *options; /* all of it in packetdrill notation */
};

/* The result of `handshake` for one target. */
struct handshake_record {
    int64_t schema;
    const char *command;
    const char *time;   /* when it began, ISO 8601 UTC with microseconds */
    const char *target; /* as the user wrote it */
    const char *host;
    int64_t addresses; /* how many addresses the name has; 1 for an address */
    const char *address;
    int64_t port;
    const char *family; /* "IPv4", "IPv6" */
    const char *source;
    int64_t source_port;
    const char *interface;
    const char *guard; /* what kept the kernel silent: "filter,md5,minttl", "none" */
    const char *verdict;
    const char *reason; /* one sentence without a full stop that a person can put in a ticket */
    const char *from;   /* address of who said it */
    int64_t ttl;        /* of that packet */
    int64_t hops;       /* estimate from it: distance to the next of 64, 128, 255 */
    int64_t icmp_type, icmp_code;
    int64_t attempts;         /* SYNs sent */
    int64_t answered_attempt; /* which of them was answered, from 1; unknown if it cannot be told */
    double dns_ms;
    double rtt_ms;
    const char *rtt_source; /* "capture: …"; why there is none otherwise */
    int64_t lost_forward,
        lost_reverse;  /* SYNs and SYN,ACKs known to be lost; unknown where it cannot be told */
    double connect_ms; /* first SYN to ESTABLISHED: what connect() would have taken */
    int64_t isn_client, isn_server;
    const void *offered;   /* struct options_record */
    const void *answered;  /* NULL: no SYN,ACK */
    const void *in_effect; /* NULL: never open */
    int64_t bytes_sent, bytes_acked, bytes_received;
    const char *received; /* received bytes made safe, NULL for none */
    const char *closed;   /* how it ended once open */
    double duration_ms;
    int64_t capture_dropped;
    const char *unmet; /* clauses of --expect that failed, with what was seen; NULL for none */
    struct record_list segments, steps, findings;
    /* For people only, not in the schema: one of several targets of the run. */
    bool brief;
};

/* One probe of `rtt`. */
struct rtt_probe_record {
    int64_t schema;
    const char *command;
    const char *time; /* when its SYN left, ISO 8601 UTC with microseconds */
    const char *target, *address;
    int64_t port;
    int64_t number; /* within its series, from 1 */
    int64_t source_port;
    const char *outcome;
    const char *answer; /* "SYN,ACK", "RST,ACK", the ICMP error's words; NULL for none */
    const char *from;   /* who answered */
    int64_t ttl;        /* of the answer */
    double rtt_ms;
    const char *rtt_source; /* "capture: …"; why there is none otherwise */
    const char *lost;       /* "forward", "reverse", "unknown"; NULL unless lost */
    int64_t copies;         /* SYNs sent for it */
    int64_t duplicates;     /* answers beyond the first for the same SYN */
    double t_ms;            /* since the series' first SYN */
};

/* One flow of a series that sweeps source ports. */
struct flow_record {
    int64_t source_port;
    int64_t sent, answered, lost;
    double loss_percent;
    int64_t n; /* samples */
    double min_ms, p50_ms, max_ms;
    const char *verdict;
    const char *why; /* NULL for good */
    int64_t confirm_sent, confirm_lost; /* of the second round; unknown if there was none */
};

/* One bin of a histogram: from <= value < to. */
struct bin_record {
    double from_ms, to_ms;
    int64_t count;
};

/* The result of `rtt` for one target. sent = answered + refused + unreachable + ambiguous + late +
 * lost. */
struct rtt_record {
    int64_t schema;
    const char *command;
    const char *time; /* when it began */
    const char *target, *host, *address;
    int64_t port;
    const char *family, *source, *interface;
    const char *mode;
    const char *verdict, *reason;
    const char *from; /* who gave the answer that the verdict rests on */
    int64_t ttl, hops;
    int64_t addresses; /* how many the name has */
    double dns_ms;
    int64_t sent, answered, refused, unreachable, ambiguous, late, lost;
    int64_t lost_forward, lost_reverse, lost_unknown;
    double loss_percent;
    int64_t duplicates, unsent;
    int64_t n; /* samples: round trips that are in no doubt */
    double min_ms, mean_ms, p50_ms, p50_low_ms, p50_high_ms, p90_ms, p95_ms, p99_ms, max_ms;
    double mdev_ms, jitter_ms;
    int64_t jitter_n; /* differences that the jitter rests on */
    const char *rtt_source;
    double duration_ms;
    int64_t capture_dropped;
    int64_t flows_bad; /* flows confirmed as bad; unknown without a sweep of source ports */
    const char *unmet;
    struct record_list flows, histogram;
    /* For people only, not in the schema: the only target of the run. */
    bool alone;
};

/* A packet that `--dry-run` would have sent. */
struct packet_record {
    int64_t schema;
    const char *command, *target, *address;
    int64_t port;
    const char *family, *source;
    int64_t source_port;
    const char *interface;
    int64_t ttl, tos;
    const char *flags;
    int64_t seq, window;
    const char *options;
    int64_t length;    /* bytes of IP packet */
    const char *bytes; /* all of it in hex */
};

/* The records of `describe`. */
struct cell_record {
    const char *event, *words, *state, *action, *next, *effects, *reference;
};
struct option_record {
    int64_t kind;
    const char *word, *name, *lengths, *reference;
};
struct field_record {
    const char *record, *key, *type, *unit, *values, *help;
};
struct state_record {
    const char *state, *server;
};
struct effect_record {
    const char *effect, *meaning;
};
struct verdict_record {
    const char *verdict, *meaning;
};
struct outcome_record {
    const char *outcome, *meaning;
};
struct event_kind_record {
    const char *event, *meaning, *reference;
};
struct doubt_record {
    const char *doubt, *meaning;
};
struct ending_record {
    const char *ending, *closed, *meaning;
};
struct finding_kind_record {
    const char *id, *severity, *meaning, *reference;
};
/* A class of generators of initial sequence numbers, and how bad an audit may find one. */
struct isn_class_record {
    const char *class, *severity, *summary, *meaning, *mend, *reference;
};
struct isn_severity_record {
    const char *severity, *meaning;
};
/* A verdict of the matrix of options. */
struct matrix_verdict_record {
    const char *verdict, *seen, *proves;
};
/* A row that the matrix may have, and what is looked at on open connections. */
struct feature_record {
    const char *feature, *meaning, *reference;
};
struct check_kind_record {
    const char *check, *feature, *meaning, *reference;
};
/* A rung of the ladder of options: a SYN. */
struct rung_kind_record {
    const char *rung, *feature, *role, *beside, *options, *purpose, *reference;
};
struct exit_record {
    int64_t status;
    const char *name, *meaning;
};
struct command_record {
    const char *command, *arguments, *values, *summary;
};
/* One option of a command line, for `describe commands` with an argument, the man page and the
 * completions. */
struct argument_record {
    const char *command, *group, *name, *key, *argument, *help, *values;
};
/* What a list that has no record of its own is shown as: `describe …` writes one of these a row. */

extern const struct schema schema_segment, schema_step, schema_finding, schema_options,
    schema_handshake, schema_rtt, schema_rtt_probe, schema_flow, schema_bin, schema_packet, schema_cell, schema_state, schema_effect, schema_option,
    schema_field, schema_verdict, schema_outcome, schema_finding_kind, schema_matrix_verdict, schema_feature, schema_check_kind, schema_rung_kind, schema_event_kind, schema_doubt, schema_ending, schema_isn_class, schema_isn_severity, schema_exit, schema_command, schema_argument;

#endif
