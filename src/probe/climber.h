/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One target whose ladder of options is climbed. Private to the engine. */
#ifndef PROBE_CLIMBER_H
#define PROBE_CLIMBER_H

#include "probe/climb.h"
#include "probe/climber_strain.h"
#include "probe/engine_parts.h"

/* SYNs of a block of those on the one 4-tuple. */
#define CLIMBER_BLOCK  4
#define CLIMBER_BLOCKS (CLIMB_SAME / CLIMBER_BLOCK)

/* ns: a SYN,ACK that comes again so soon is a copy that the path has made. No stack is so hasty:
 * RFC 6298 5.7 has 1 s, the most hasty 200 ms. */
#define CLIMBER_COPY INT64_C(100000000)

/* Which SYNs come next. Those on the one 4-tuple go beside the first two, the one that is held
 * beside all. */
enum climber_stage {
    CLIMBER_RUNGS,
    CLIMBER_LIMITED,
    CLIMBER_CHECKS,
    CLIMBER_HOLDING, /* the one that is held is waited for, and nothing else */
    CLIMBER_DONE
};

/* What has become of the connection that is to be held half-open. */
enum climber_hold {
    CLIMBER_HOLD_NONE,  /* none is wanted, or it has not begun */
    CLIMBER_HOLD_ASKED, /* its SYN is out */
    CLIMBER_HOLD_HELD,
    CLIMBER_HOLD_OVER
};

/* One SYN and what answers it. */
struct climber_shot {
    struct contact contact;
    struct climber *climber;
    enum ladder_part part;
    size_t row;               /* of the climber's shots */
    struct ports_lease lease; /* not of the one 4-tuple's, which is the climber's */
    struct ports *ports;      /* whose that is */
    uint16_t port;
    struct craft_header header;   /* of an RST of ours */
    struct tcb tcb;               /* in SYN-SENT: what is acceptable is judged by it */
    size_t data_length;           /* that the SYN carries */
    int64_t sent_at, answered_at; /* ns: handed over; its answer was read */
    bool left;                    /* seen leaving */
    bool answered;                /* with a SYN,ACK */
    bool over;                    /* refused, unreachable or lost */
    bool missed;                  /* that counts against the peer */
    bool reset;                   /* an RST has left */
    bool settled;                 /* nothing more is to be done about it */
    bool forgotten;               /* it never left, and has no row */
    int64_t until;                /* ns: how long it is listened for, once settled */
    struct climber_shot *next, *previous;
};

/* A whole connection with its script. */
struct climber_check {
    struct contact contact;
    struct climber *climber;
    struct check *check;
    struct ports_lease lease;
    int64_t until; /* ns: ended from outside then, whatever it waits for */
};

struct climber {
    struct engine *engine;
    struct subject subject;
    struct links_entry *link; /* NULL again once it is gone */
    const char *stamp_words;
    struct arena memory; /* of the plan */
    struct pace pace;
    uint64_t seed;
    struct rung_values values; /* with the cookie, once one has come */
    struct stream stream;      /* for the blocks that judge answers */

    /* What is sent. */
    enum climber_stage stage;
    const struct rungs_turn *turns;
    size_t turn_count, at; /* the next turn */
    size_t firm;           /* SYNs sent that are neither doubtful nor forbidden */
    size_t left_out;       /* turns for which there was no cookie */
    struct rung_values same_values;
    struct spec_random same_random;
    struct ports_lease same_lease;
    unsigned same_at;          /* the next of the one 4-tuple */
    enum rung_id same_rung;    /* of a block */
    int64_t same_due;          /* ns: not before this */
    struct climber_shot *same; /* the last one, flying or resting */
    enum climber_hold hold_state;
    unsigned hold_tries;
    struct climber_shot *held;
    uint64_t drawn; /* values beyond the plan's turns */
    unsigned hops, limited_at;
    bool arrived;    /* a SYN that was to expire on the way reached the peer */
    unsigned script; /* the next check */
    struct climber_check *checking;
    struct climber_shot *flying, *resting; /* not settled; settled and listened for */
    unsigned flying_count;                 /* but for the one that is held */

    /* What has come. */
    struct ladder_shot *shots;
    size_t count, room;
    struct ladder_hold hold;
    struct check *checks[CHECK_SCRIPT_COUNT];
    size_t answers, lost;
    unsigned opened[RUNG_COUNT];
    uint8_t ttl; /* of the first SYN,ACK */
    struct climber_strain strain;
    unsigned resets_wanted; /* the kernel's RST did not come: so many, one after the other */
    struct fault fault;
    const char *ended; /* why it ended before its end */
    bool over;
    struct climber *next_of, *previous_of;
};

/* ---- climber: its life --- */

/* Shows each SYN of its ladder once. 0 or a fault. */
int climber_dry(struct engine *engine, const struct subject *subject, struct fault *fault);
void climber_stop(struct climber *climber, const char *why);
void climber_lost(struct climber *climber, const struct fault *fault);
void climber_discard(struct climber *climber);
/* Ends it early: what was measured stays. `why` is to outlive it; NULL: it needs no reason. */
void climber_end(struct climber *climber, const char *why);
/* It has ended, and is reported when the loop comes round. */
void climber_finish(struct climber *climber);
void climbers_reap(struct engine *engine);

/* ---- climber_base: the SYN of a system --- */

/* What the SYNs that are no rungs offer: Linux' set, or where that was tried and not answered the
 * nearest that was. */
enum rung_id climber_base(const struct climber *climber);

/* ---- climber_turns: what leaves when --- */

/* Sends what is due and looks after what has waited long enough; when to come back: ns from now. */
void climbers_due(struct engine *engine, int64_t now);
int64_t climbers_next(struct engine *engine, int64_t now);
/* What was queued has left by `now`. */
void climbers_left(struct engine *engine, int64_t now);

/* ---- climber_shot: SYNs out --- */

/* What a SYN is to be. */
struct climber_syn {
    enum ladder_part part;
    enum rung_id rung;
    unsigned repeat;
    uint8_t hop_limit; /* of LIMITED */
    struct rung_values values;
    struct spec_random random;
};
/* Sends it. 0 or a fault. */
int climber_shot_send(struct climber *climber, const struct climber_syn *syn, struct fault *fault);
void climber_shot_free(struct climber_shot *shot);
/* Ends the half-open connection that the peer may have. */
void climber_shot_reset(struct climber_shot *shot);
/* Nothing more is to be done about it, but to listen. */
void climber_shot_settle(struct climber_shot *shot);
/* Looks after those that have waited long enough. */
void climber_shots_due(struct climber *climber, int64_t now);
int64_t climber_shots_next(const struct climber *climber, int64_t now);
/* What is kept of it; not of one that is forgotten. */
struct ladder_shot *climber_row(const struct climber_shot *shot);
/* A port that this climb has not used and nobody else's connection to the peer has, out of the
 * guarded ones or the reserved. 0 or a fault. */
int climber_take_port(struct climber *climber, struct ports *ports, struct ports_lease *ret_lease,
                      struct fault *fault);

/* ---- climber_answer: what comes back --- */

/* The SYN was not answered in time. */
void climber_shot_lost(struct climber_shot *shot);

/* ---- climber_hold: the one that is held --- */

void climber_hold_answered(struct climber_shot *shot, const struct ladder_look *look);
/* What comes for it later. */
void climber_hold_packet(struct climber_shot *shot, const struct packet *packet,
                         const struct segment *segment, int64_t at);
/* Its SYN was not answered. */
void climber_hold_missed(struct climber *climber);
/* It is over: its time is, or it is ended from outside. */
void climber_hold_end(struct climber *climber, bool cut_short);

/* ---- climber_check: whole connections --- */

/* Begins the next, if there is one. An error ends the checks; false: it ended the run. */
bool climber_check_next(struct climber *climber);
/* How many are still to come. */
unsigned climber_checks_left(const struct climber *climber);
void climber_check_due(struct climber *climber, int64_t now);
int64_t climber_check_wait(const struct climber *climber, int64_t now);
void climber_check_stop(struct climber *climber);
void climber_checks_free(struct climber *climber);

/* ---- climber_show --- */

void climber_show(const struct climber *climber, int64_t now, struct climb_state *ret_state);
/* All that came, for climb_record(). `time` and `next_hop` are room for its texts. */
void climber_sum_up(const struct climber *climber, char time[40], char next_hop[ADDRESS_TEXT_SIZE],
                    struct climb *ret_climb);
/* The packets of a dry run, to whoever wants to see them. */
int climber_packets(struct climber *climber, struct fault *fault);

#endif
