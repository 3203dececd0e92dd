/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of compare share: connections as they are kept, pairs of them, and what became of
 * their segments. */
#ifndef PROBE_TRACK_COMPARE_PARTS_H
#define PROBE_TRACK_COMPARE_PARTS_H

#include "probe/track/compare.h"
#include "report/finding.h"

#define COMPARE_SEGMENTS 1000                /* kept of one connection */
#define COMPARE_FEW      16                  /* kept of it once much is kept in all */
#define COMPARE_ROOM     ((size_t)256 << 20) /* bytes of segments from which much is kept */
#define COMPARE_ROWS     96                  /* differences told of one connection */
#define COMPARE_NONE     UINT32_MAX

/* Directions: by what the client sends, and what the server sends. */
enum compare_direction { COMPARE_FORWARD, COMPARE_REVERSE };

/* What is kept of one segment. */
struct compare_digest {
    int64_t at;
    uint64_t frame;
    uint32_t seq, ack, length;
    uint32_t bytes_at; /* in the connection's bytes: options, then the first bytes of data */
    uint32_t ts_val, ts_ecr;
    uint16_t flags, window, ip_id;
    uint8_t options_length, sample_length;
    uint8_t ttl, traffic_class;
    uint8_t from; /* end */
    bool has_ip_id : 1, dont_fragment : 1, has_timestamps : 1;
};

/* What is kept of one end. */
struct compare_end {
    uint32_t isn, next, ts_val;
    uint64_t segments, unseen;
    int64_t rtt_min;
    uint8_t options[OPTIONS_MAX], options_length; /* of its SYN, timestamps' values as zeros */
    bool has_isn, has_next, has_ts_val, syn_seen;
};

/* A connection of one capture. */
struct compare_kept {
    uint64_t number;
    struct track_key key;
    struct tunnel tunnel;
    struct compare_end ends[2];
    int64_t first_at, last_at, end_at;
    int64_t server_half; /* FOLLOW_UNKNOWN */
    enum verdict verdict;
    enum follow_ending ending;
    uint64_t notes;
    uint64_t segments;
    struct compare_digest *digests;
    uint8_t *bytes;
    uint32_t count, bytes_length;
    uint64_t not_kept;
    uint64_t bad;     /* with a wrong checksum: no end takes them, and they are not compared */
    uint32_t partner; /* index in the other capture, or COMPARE_NONE */
    uint8_t client;
    uint8_t matched_by; /* enum compare_matched */
    bool client_known, began_late, one_way;
    bool has_time; /* the file has stamps for all of its segments */
};

enum compare_matched {
    COMPARE_BY_NOTHING,
    COMPARE_BY_ENDS,
    COMPARE_BY_ISN,
    COMPARE_BY_TIMESTAMPS,
    COMPARE_BY_ORDER,
    COMPARE_BY_COUNT
};

struct compare_capture {
    const char *file;
    struct compare_kept *kept;
    uint32_t count, room;
};

struct compare {
    struct compare_capture captures[2];
    size_t bytes; /* of digests and their bytes */
};

/* Copies a connection: 0 or -FAULT_MEMORY. `few`: no more than COMPARE_FEW of its segments. */
int compare_keep(struct compare_kept *kept, const struct compare_side *side, bool few);
void compare_kept_release(struct compare_kept *kept);
size_t compare_kept_bytes(const struct compare_kept *kept);

/* Puts the connections of each capture in the order of their numbers, and finds partners. 0 or
 * -FAULT_MEMORY. */
int compare_match(struct compare *compare);

/* a less b; the nearest value where that cannot be told. */
int64_t compare_apart(int64_t a, int64_t b);

/* What became of a segment between the captures. */
enum compare_fate {
    COMPARE_FATE_OPEN,
    COMPARE_FATE_MATCHED,
    COMPARE_FATE_CUT,     /* its bytes are there, in segments of other sizes */
    COMPARE_FATE_LOST,    /* only nearer to its sender; sent again and seen then, or no data */
    COMPARE_FATE_GONE,    /* the same, and its data never arrived */
    COMPARE_FATE_ADDED,   /* only farther from its sender */
    COMPARE_FATE_HOLE,    /* arrived, as its acknowledgment proves: the other capture missed it */
    COMPARE_FATE_OUTSIDE, /* the other capture does not cover it */
    COMPARE_FATE_COUNT
};

/* A connection in both captures while it is compared. */
struct compare_pair {
    const struct compare *compare;
    const struct compare_kept *sides[2];
    struct arena *arena;
    uint32_t *other[2]; /* by capture and digest: the other's digest, or COMPARE_NONE */
    uint8_t *fates[2];  /* enum compare_fate */
    /* By direction: B's sequence numbers less A's. */
    uint32_t shift[2];
    bool shift_known[2];
    bool ids_hold[2]; /* by direction: the IP identification is the same in both */
    int near;         /* the capture nearer to the client, 0 or 1; -1: not known */
    int64_t between;  /* ns, there and back; FOLLOW_UNKNOWN */
    bool impossible;  /* the SYN,ACK was at the nearer capture before it was at the farther one */
    bool early_acks;  /* as were acknowledgments of data */
    int hops;         /* FOLLOW_UNKNOWN */

    struct difference_record *rows;
    size_t row_count;
    const char *found[FINDING_COUNT];               /* NULL: not found */
    uint64_t fate_counts[2][2][COMPARE_FATE_COUNT]; /* by capture, direction */
    uint64_t added_resets[2], injected[2];          /* by direction */
    uint64_t doubled[2]; /* by direction: packets once more that the nearer capture has once */
    uint64_t holes[2];   /* by capture */
    bool addresses, rewritten;
    /* By direction: nothing comes through any longer; some bytes never do; large segments alone. */
    bool silenced[2], swallowed[2], swallowed_large[2];
    bool ttl_reset[2], ids_new[2], stamps_new[2]; /* by direction: values of another stack */
};

static inline unsigned compare_direction(const struct compare_kept *side,
                                         const struct compare_digest *digest)
{
    return digest->from == side->client ? COMPARE_FORWARD : COMPARE_REVERSE;
}

/* The capture nearer to the sender of a direction; A where that is not known. */
static inline unsigned compare_near(const struct compare_pair *pair, unsigned direction)
{
    return (pair->near == 1) != (direction == COMPARE_REVERSE);
}

/* Behind its last byte in sequence space. */
static inline uint32_t compare_end_of(const struct compare_digest *digest)
{
    return digest->seq + digest->length + !!(digest->flags & TCP_SYN) + !!(digest->flags & TCP_FIN);
}

/* The same sequence number as the other capture has it. */
static inline uint32_t compare_translate(const struct compare_pair *pair, unsigned capture,
                                         unsigned direction, uint32_t seq)
{
    return capture == 0 ? seq + pair->shift[direction] : seq - pair->shift[direction];
}

/* Pairs the segments, finds the shifts, the order of the captures, and what lies between. */
void compare_segments(struct compare_pair *pair);
/* Says what became of those without a partner; `near` must be known by now. */
void compare_fates(struct compare_pair *pair);
/* Which capture is nearer to the client. */
void compare_order(struct compare_pair *pair);

enum compare_place {
#define X(id, word) COMPARE_PLACE_##id,
    COMPARE_PLACE_TABLE(X)
#undef X
        COMPARE_PLACE_COUNT
};
/* Adds a row; its texts live in the arena. Beyond COMPARE_ROWS it is left out. */
void compare_row(struct compare_pair *pair, enum compare_place place, const char *what,
                 const char *a, const char *b, const char *meaning);
/* Notes a finding; its text is the meaning, and what `format` adds after a colon. */
void compare_find(struct compare_pair *pair, enum finding finding, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* " on the way from A to B" for what a direction's sender sent; "" where that is not known. */
const char *compare_way(const struct compare_pair *pair, unsigned direction);
const char *compare_text(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

void compare_ends(struct compare_pair *pair);
/* The openings: SYN and SYN,ACK. */
void compare_openings(struct compare_pair *pair);
/* Two lists of options that a direction's sender sent: rows, findings. */
void compare_options(struct compare_pair *pair, unsigned direction, enum compare_place place,
                     const struct options options[2]);
/* A segment in both, as A's digest of that index has it. */
struct compare_both {
    const struct compare_kept *sides[2];
    const struct compare_digest *digests[2];
    unsigned near; /* the one nearer to its sender */
};
struct compare_both compare_both_of(const struct compare_pair *pair, uint32_t index,
                                    unsigned direction);
/* All segments that both have: their headers; options but of the opening; first bytes of data. */
void compare_fields(struct compare_pair *pair);
void compare_payload(struct compare_pair *pair);
/* What was lost, cut otherwise, put in between. */
void compare_missing(struct compare_pair *pair);

/* Whether it is two connections with something between them: known after compare_fields(). */
bool compare_is_two(const struct compare_pair *pair);

/* Verdict, reason and the rest; of a connection that one capture has. */
void compare_judge(struct compare_pair *pair, struct compare_record *record);
void compare_judge_alone(const struct compare *compare, unsigned capture,
                         const struct compare_kept *kept, struct arena *arena,
                         struct compare_record *record);

/* The options of a segment. */
void compare_digest_options(const struct compare_kept *side, const struct compare_digest *digest,
                            struct options *ret_options);

#endif
