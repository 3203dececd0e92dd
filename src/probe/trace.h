/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The trace of one connection: every packet seen, every step taken, every finding made. */
#ifndef PROBE_TRACE_H
#define PROBE_TRACE_H

#include "report/finding.h"
#include "tcp/tcb.h"
#include "wire/icmp.h"

/* What is worth a remark beside a packet in the ladder. Enumerator, words. */
/* clang-format off */
#define REMARK_TABLE(X) \
    X(COPY,         "copy")            /* a repeated SYN, with its number */ \
    X(REPEAT,       "repeated")        /* another segment of ours, again */ \
    X(DUPLICATE,    "duplicate")       /* the peer's, again */ \
    X(STRAY,        "does not answer ours") \
    X(CHECKSUM,     "wrong checksum") \
    X(LATE,         "late") \
    X(FOREIGN,      "not sent by us") \
    X(UNSEEN,       "not seen leaving")
/* clang-format on */
enum remark {
#define X(id, words) REMARK_INDEX_##id,
    REMARK_TABLE(X)
#undef X
        REMARK_COUNT
};
#define REMARK(id) (1u << REMARK_INDEX_##id)
const char *remark_words(enum remark remark);

#define SEEN_PAYLOAD 48

/* One packet. */
struct seen {
    int64_t at; /* on the probe's time line */
    bool outgoing;
    bool stamped; /* `at` is the capture's stamp, not the sending call's */
    bool is_icmp;
    struct segment segment; /* payload is NULL; see sample */
    struct icmp icmp;       /* is_icmp: without its quote's bytes */
    struct address from;
    uint8_t hop_limit;
    uint8_t sample[SEEN_PAYLOAD];
    uint8_t sample_length;
    enum state state; /* of ours, after it */
    uint8_t wscale;   /* shift count that holds for its window field */
    unsigned remarks;
    unsigned copy; /* of a SYN: 1, 2, … */
};

#define TRACE_NONE SIZE_MAX

struct traced_step {
    struct step step;
    size_t seen; /* index of the packet that caused it, or TRACE_NONE */
};

/* A finding, and how often it was made; the text is that of the first time. */
struct traced_finding {
    enum finding finding;
    unsigned count;
    char text[200];
};

/* Bounds against a peer that never stops: what is beyond is counted and not kept. */
#define TRACE_SEEN_MAX  20000
#define TRACE_STEPS_MAX 40000

struct trace {
    struct seen *seen;
    size_t seen_count, seen_room, seen_lost;
    size_t settled; /* packets before this one wait for no stamp */
    struct traced_step *steps;
    size_t step_count, step_room, steps_lost;
    struct traced_finding findings[FINDING_COUNT];
    unsigned finding_count;
};

void trace_init(struct trace *trace);
void trace_release(struct trace *trace);

/* Appends a packet; returns its index, or TRACE_NONE where it could not be kept. */
size_t trace_packet(struct trace *trace, const struct seen *seen);
void trace_step(struct trace *trace, const struct step *step, size_t seen);
/* Notes a finding in the words of its table. */
void trace_mark(struct trace *trace, enum finding finding);
/* Notes a finding in words of its own; only those of the first time are kept. */
void trace_finding(struct trace *trace, enum finding finding, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
bool trace_has_finding(const struct trace *trace, enum finding finding);

/*
 * Finds the segment of ours that a captured outgoing one is the copy of, and stamps it: the first
 * without a stamp that is the same in ports, sequence and acknowledgment number, flags, options and
 * length. Returns its index, or TRACE_NONE: then we did not send it.
 */
size_t trace_stamp(struct trace *trace, const struct segment *segment, int64_t at);

/* Puts the packets into the order of their times (sent ones get theirs only when their copies are
 * captured), and the steps' indices with them. Without the memory for that they stay as they are.
 */
void trace_sort(struct trace *trace);

#endif
