/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which SYNs sample a server's initial sequence numbers: stages, ports, numbers, and the gaps
 * between them. */
#ifndef PROBE_ISN_PLAN_H
#define PROBE_ISN_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Enumerator, words, what it isolates. */
/* clang-format off */
#define ISN_STAGE_TABLE(X) \
    X(FIRST,    "to begin with",      "whether the port is open, the round trip, and whether our RSTs arrive") \
    X(BURST,    "back to back",       "nobody else's connections in between: the state of a generator") \
    X(MIXED,    "fixed and new ports","clock, counter and hash, told apart by gaps of all sizes") \
    X(COOKIES,  "proof of cookies",   "sequence number and MSS of ours in the server's number") \
    X(SLOW,     "after a pause",      "ticks of a minute, slow clocks, new keys") \
    X(LONG,     "after a long pause", "keys that are changed every five minutes") \
    X(FORETOLD, "foretold",           "the next numbers, foretold and then asked for") \
    X(WHOLE,    "one whole handshake","who speaks once the connection is open")
/* clang-format on */
enum isn_stage {
#define X(id, words, meaning) ISN_STAGE_##id,
    ISN_STAGE_TABLE(X)
#undef X
        ISN_STAGE_COUNT
};
const char *isn_stage_words(enum isn_stage stage);
const char *isn_stage_meaning(enum isn_stage stage);

/* SYNs without an answer that was reset, at most. */
#define ISN_PLAN_HALF_OPEN 8
/* SYNs of the proof of cookies. */
#define ISN_PLAN_BLOCK 8
/* At least so many samples. */
#define ISN_PLAN_LEAST 32

struct isn_plan_options {
    uint64_t random;              /* the same number, the same plan */
    size_t count;                 /* SYNs, at least ISN_PLAN_LEAST */
    bool slow, long_pause;        /* the stages after a pause */
    bool deep;                    /* a longer burst */
    double rate;                  /* SYNs a second at most, in the mean, but for the burst */
    int64_t least_gap;            /* ns, between any two SYNs, those of the burst, too */
    bool second_source;           /* there is one */
    uint16_t fixed_port;          /* of the fixed tuple; 0: any */
    uint16_t own_first, own_last; /* ports to stay away from: those of this machine's connections */
};

/* One SYN. */
struct isn_step {
    enum isn_stage stage;
    bool fixed;   /* of the one 4-tuple that is used again and again */
    bool settled; /* only when all before have been answered and reset, or are lost */
    uint32_t src; /* 0, or 1: the second source address */
    uint16_t port;
    uint16_t mss;
    uint32_t cseq;
    int64_t gap; /* ns: no sooner than this after the SYN before */
};

struct isn_plan {
    struct isn_step *steps;
    size_t count;
    uint16_t fixed_port;
    size_t per_stage[ISN_STAGE_COUNT];
    size_t fixed_count; /* steps of the fixed tuple */
    size_t most;        /* SYNs at most: these, the proof of cookies once more, what comes after */
    int64_t least_gap;  /* ns, as in the options */
    int64_t takes;      /* ns: the gaps together, which is how long it takes a server nearby */

    /* For the ports and numbers to come. */
    uint64_t random;
    uint16_t own_first, own_last, first;
    uint8_t used[2][65536 / 8]; /* ports, by source */
};

/* Makes the plan: to be released, unless it fails. 0 or -FAULT_MEMORY. */
int isn_plan_make(const struct isn_plan_options *options, struct isn_plan *ret_plan);
void isn_plan_release(struct isn_plan *plan);

/* A port that no step has, where one of them cannot be had. Never 0. */
uint16_t isn_plan_port(struct isn_plan *plan);
/* The fixed tuple gets another port. */
void isn_plan_move(struct isn_plan *plan);
/* All steps from `from` on that would come from the second source come from the first. */
void isn_plan_one_source(struct isn_plan *plan, size_t from);

/* The proof of cookies (ISN of the fixed tuple, our number A throughout but in the third and the
 * fourth), with another A each time. */
void isn_plan_block(struct isn_plan *plan, struct isn_step steps[ISN_PLAN_BLOCK]);
/* Whether its answers are neither those of cookies nor clearly others: the server's minute, or its
 * quarter of one, passed in between, perhaps. */
bool isn_plan_block_torn(const uint32_t isn[ISN_PLAN_BLOCK], const uint32_t cseq[ISN_PLAN_BLOCK]);

/* One SYN of a new port or of the fixed tuple, for a stage after the plan's own. */
struct isn_step isn_plan_more(struct isn_plan *plan, enum isn_stage stage, bool fixed);

#endif
