/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One target's series of round trips. Private to the engine. */
#ifndef PROBE_PINGER_H
#define PROBE_PINGER_H

#include "probe/exchange.h"
#include "probe/job.h"
#include "stat/series.h"

struct doubt;
struct sweep;

/* A judged probe, from wherever it comes. */
struct pinger_probe {
    uint64_t number;
    size_t flow;
    uint16_t source_port;
    struct outcome_verdict verdict;
    enum answer answer;
    const struct address *from; /* family NONE: nobody */
    uint8_t ttl;
    uint16_t flags;
    const struct icmp *icmp;
    unsigned copies, duplicates;
    int64_t sent_at; /* ns, engine's time line */
};

struct pinger {
    struct engine *engine;
    struct subject subject;
    struct links_entry *link; /* NULL again once it is gone */
    const char *stamp_words;
    struct pattern *pattern; /* half-open */
    struct exchange *exchanges;
    unsigned methods;    /* of the guards, in full mode */
    struct sweep *sweep; /* of source ports; NULL: none */

    uint64_t begun, pending; /* probes; of these, how many have no outcome yet */
    uint64_t counts[OUTCOME_COUNT];
    uint64_t losses[LOSS_COUNT];
    uint64_t duplicates;
    struct series samples;
    int64_t usual;             /* ns: the shortest round trip so far; 0: none */
    struct doubt *doubts;      /* round trips that may have to be taken back */
    int64_t first_at, last_at; /* ns: of the first SYN, and when the last outcome was known */
    struct engine_point *points;
    size_t point_count, point_room;
    /* What the verdict rests on. */
    bool answered_open;
    struct address from;
    uint8_t ttl;
    uint16_t flags;
    bool has_icmp;
    struct icmp icmp;
    struct fault fault;  /* why probes could not be sent */
    const char *stopped; /* from outside: why; else NULL */

    struct turn turn;
    bool blocked; /* its flow is still in use by an earlier probe, maybe another series' */
    int64_t next_at;
    bool in_cadence, over;
    struct pinger *next, *previous;         /* all, or all that are over */
    struct pinger *next_due, *previous_due; /* in the cadence, or of those that are blocked */
};

/* A probe has its outcome: counted and reported. */
void pinger_count(struct pinger *pinger, const struct pinger_probe *probe);
/* A probe ends without an outcome. */
void pinger_drop(struct pinger *pinger);
/* An answer to a probe that was lost, nobody knew where, came after all: it was late, or it is
 * known now on which side the first was lost. */
void pinger_recount(struct pinger *pinger, const struct pinger_probe *probe);
/* A round trip that was counted is none: a first answer was lost. */
void pinger_take_back(struct pinger *pinger, const struct pinger_probe *probe);
/* The shortest round trip so far, ns, of the series or of this flow of a sweep, whose path may be
 * another; 0: none. */
int64_t pinger_usual(const struct pinger *pinger, size_t flow);
/* A port has come back: those that waited for one may try again. */
void pingers_unblock(struct engine *engine);
/* A handshake of the series is over; the caller frees it. */
void pinger_take_job(struct pinger *pinger, const struct job *job);
/* Ends the series, or its phase, if all its probes have their outcomes. */
void pinger_check_end(struct pinger *pinger);

/* Lets those send again whose interval has passed; ns until the next, TCB_NEVER if there is none.
 */
void pingers_due(struct engine *engine, int64_t now);
int64_t pingers_next(const struct engine *engine, int64_t now);
/* Reports those that are over, and frees them. */
void pingers_reap(struct engine *engine);
/* Ends it with what it has; nothing more is sent. */
void pinger_stop(struct pinger *pinger, const char *why);
/* Ends it because its interface is gone. */
void pinger_lost(struct pinger *pinger, const struct fault *fault);
void pinger_discard(struct pinger *pinger);

/* Its record as things stand, in `memory`. */
void pinger_record(struct pinger *pinger, struct arena *memory, struct rtt_record *ret_record);
enum verdict pinger_verdict(const struct pinger *pinger);
/* The record of a target that was never probed. */
void pinger_unmeasured(const struct result_context *context, bool full, const struct fault *fault,
                       struct arena *memory, struct rtt_record *ret_record);
/* The record of one probe. */
void pinger_probe_record(const struct pinger *pinger, const struct pinger_probe *probe,
                         struct arena *memory, struct rtt_probe_record *ret_record);

#endif
