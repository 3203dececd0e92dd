/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One SYN, its copies and what answers it: a probe of a half-open series. Private to the engine. */
#ifndef PROBE_EXCHANGE_H
#define PROBE_EXCHANGE_H

#include "probe/engine_parts.h"
#include "probe/pattern.h"

struct exchange {
    struct contact contact;
    struct pinger *pinger;
    uint64_t number;
    size_t flow;
    struct ports_lease lease;
    uint32_t iss, ts_offset; /* TSval of a copy: ts_offset + milliseconds */
    struct craft_values syn;
    struct opening opening;
    enum answer answer;
    bool judged;
    enum outcome outcome; /* once judged */
    /* Whoever answered first. */
    struct address from;
    uint8_t ttl;
    uint16_t flags;
    struct icmp icmp;

    int64_t due; /* of the queue that it is in */
    struct exchange **queue;
    struct exchange *next, *previous;       /* in the queue */
    struct exchange *next_of, *previous_of; /* of the same pinger */
    struct turn turn;
};

/* Sends the first SYN. 0; PORTS_BUSY: the flow is taken by another; a fault. */
int exchange_open(struct pinger *pinger, uint64_t number, uint16_t source_port, size_t flow,
                  struct fault *fault);
/* The run ends: whose answer may still be on its way has no outcome and counts as not sent. */
void exchange_stop(struct exchange *exchange);
/* Ends it without a word. */
void exchange_free(struct exchange *exchange);

/* Its SYN could not be sent. */
void exchange_unsent(struct exchange *exchange, const struct fault *fault);

/* For its own files: it waits for the answer to its last copy; for nothing; it has its outcome,
 * which is counted. */
void exchange_wait(struct exchange *exchange, int64_t now);
void exchange_leave(struct exchange *exchange);
void exchange_judge(struct exchange *exchange);

/* Repeats the SYNs that have waited long enough, and gives up those that have no tries left. */
void exchanges_due(struct engine *engine, int64_t now);
/* ns until then; TCB_NEVER if none waits. */
int64_t exchanges_next(const struct engine *engine, int64_t now);

#endif
