/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One target whose initial sequence numbers are sampled. Private to the engine. */
#ifndef PROBE_SAMPLER_H
#define PROBE_SAMPLER_H

#include "probe/engine_parts.h"
#include "probe/isn_sampling.h"
#include "probe/pattern.h"
#include "probe/strain.h"

/* Values of MSS that are offered, and addresses of ours. */
#define SAMPLER_MSS     4
#define SAMPLER_SOURCES 2

/* Samples before the first early reading of them. */
#define SAMPLER_READING 32

/* Which SYNs come next. */
enum sampler_part {
    SAMPLER_PLANNED,
    SAMPLER_BLOCK,    /* the proof of cookies once more */
    SAMPLER_FORETOLD, /* the next numbers */
    SAMPLER_WHOLE,    /* one whole handshake */
    SAMPLER_DONE
};

/* One SYN and what answers it. */
struct shot {
    struct contact contact;
    struct sampler *sampler;
    struct isn_step step;
    struct ports_lease lease; /* not of the fixed tuple's, which is the sampler's */
    uint64_t number;
    uint32_t ts_val;
    int64_t sent_at, left_at; /* ns; as the capture has it, 0: not seen */
    int64_t answered_at;      /* ns; when its answer was read */
    bool answered;            /* with a SYN,ACK */
    bool over;                /* refused, unreachable or lost */
    bool reset;               /* an RST has left */
    bool settled;             /* nothing more is to be done about it */
    bool forgotten;           /* it was lost because it never left */
    uint32_t isn;
    size_t row;       /* of the samples */
    int64_t until;    /* ns: how long it is listened for, once settled */
    bool established; /* our ACK has left */
    struct shot *next, *previous;
};

struct sampler {
    struct engine *engine;
    struct subject subject;
    struct links_entry *link; /* NULL again once it is gone */
    const char *stamp_words;
    struct route routes[SAMPLER_SOURCES];
    unsigned sources;
    struct pattern *patterns[SAMPLER_SOURCES][SAMPLER_MSS];
    struct isn_plan plan;
    uint32_t ts_offset;
    uint16_t identification;
    struct ports_lease fixed_lease;

    /* What is sent. */
    enum sampler_part part;
    size_t at;                             /* the next step of the plan */
    struct isn_step block[ISN_PLAN_BLOCK]; /* once more */
    size_t block_at;                       /* of those */
    struct isn_step next;                  /* of what comes after the plan */
    bool has_next;
    uint32_t block_isn[ISN_PLAN_BLOCK], block_cseq[ISN_PLAN_BLOCK];
    size_t block_answers;
    bool block_repeated;
    int64_t last_sent;             /* ns: when the SYN before left */
    struct shot *flying, *resting; /* not settled; settled and listened for */
    unsigned flying_count;
    struct shot *fixed; /* the last one of the fixed tuple, flying or resting */
    uint64_t number;

    /* What has come. */
    struct isn_sample *rows;
    uint64_t *numbers; /* of the SYN that each row answers */
    struct isn_look *looks;
    size_t count, look_count, room, look_room;
    size_t sent, lost, repeats, refused, unreachable, first_repeats;
    size_t second_answers, second_lost;
    size_t burst_lost;
    uint64_t gap_after; /* the number of the latest SYN without an answer; 0: none */
    struct strain strain;
    size_t plain;      /* samples before the first that may be a SYN cookie, */
    size_t last_fixed; /* and up to the last of the fixed tuple */
    int64_t usual_rtt; /* ns: the shortest; 0: none yet */
    bool has_answer;
    struct address from;
    uint8_t ttl;
    uint16_t flags;
    bool has_icmp;
    struct icmp icmp;
    unsigned resets_wanted; /* the kernel's RST did not come: so many, one after the other */
    struct fault fault;
    const char *ended; /* why it ended before its end */

    /* The next numbers, foretold. */
    bool has_audit;
    struct isn_audit audit;
    struct isn_samples samples;
    struct isn_forecast *forecast;
    size_t foretold_count;
    bool same_tuple;
    struct isn_foretold foretold[ISN_FORETOLD];

    size_t read_at; /* samples: when the next early reading is due */
    bool over;
    struct sampler *next_of, *previous_of;
};

/* ---- sampler: its life --- */

/* Shows what it would send first in each stage. 0 or a fault. */
int sampler_dry(struct engine *engine, const struct subject *subject, struct fault *fault);
/* The packets of that, to whoever wants to see them. */
int sampler_packets(struct sampler *sampler, struct fault *fault);
void sampler_stop(struct sampler *sampler, const char *why);
void sampler_lost(struct sampler *sampler, const struct fault *fault);
void sampler_discard(struct sampler *sampler);
/* Ends it early: what was measured stays. `why` is to outlive it. */
void sampler_end(struct sampler *sampler, const char *why);
/* It has ended, and is reported when the loop comes round. */
void sampler_finish(struct sampler *sampler);
void samplers_reap(struct engine *engine);

/* ---- sampler_turns: what leaves when --- */

/* Sends what is due and looks after what has waited long enough; when to come back: ns from now. */
void samplers_due(struct engine *engine, int64_t now);
int64_t samplers_next(struct engine *engine, int64_t now);

/* ---- sampler_shot: SYNs out --- */

/* 0, PORTS_BUSY or a fault. */
int shot_send(struct sampler *sampler, const struct isn_step *step, struct fault *fault);
void shot_free(struct shot *shot);
/* The port of the fixed tuple. 0 or a fault. */
int sampler_reserve(struct sampler *sampler, struct fault *fault);
/* Queues a segment to the peer. */
void shot_transmit(struct shot *shot, const struct segment *segment);
/* Ends the half-open connection that the peer may have. */
void shot_reset(struct shot *shot);
/* Nothing more is to be done about it, but to listen. */
void shot_settle(struct shot *shot);
/* Looks after those that have waited long enough. */
void shots_due(struct sampler *sampler, int64_t now);
int64_t shots_next(const struct sampler *sampler, int64_t now);

/* ---- sampler_answer: what comes back --- */

/* The SYN was not answered in time. */
void shot_lost(struct shot *shot);

/* ---- sampler_foretell --- */

/* Whether the next numbers can be foretold from those that came. */
bool sampler_foresees(struct sampler *sampler);
/* A number that was foretold came, or did not (isn NULL). */
void sampler_foretold(struct sampler *sampler, const struct isn_sample *sample);

/* ---- sampler_record --- */

void sampler_show(const struct sampler *sampler, struct arena *memory, char time[40],
                  struct isn_sampling *ret_sampling);
/* A target that was never sampled. */
void sampler_unmeasured(const struct result_context *context, const struct fault *fault,
                        struct arena *memory, struct isn_sampling *ret_sampling);

#endif
