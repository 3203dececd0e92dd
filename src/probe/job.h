/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One whole connection in the engine: guarded, probed, closed, reported. Private to the engine. */
#ifndef PROBE_JOB_H
#define PROBE_JOB_H

#include "probe/engine_parts.h"

struct job {
    struct contact contact;
    struct engine *engine;
    struct pinger *pinger; /* whose probe `number` this is; NULL: a handshake for its own sake */
    uint64_t number;
    struct subject *subject; /* the pinger's, or: */
    struct subject own;
    struct ports_lease lease;
    struct links_entry *link; /* NULL again once it is gone */
    const char *stamp_words;  /* what its stamps are; they outlive it */
    struct probe *probe;
    bool over;        /* its connection has ended; to be reported when the loop comes round */
    struct turn turn; /* a SYN that wants to be repeated */
    ev_timer timer;
    struct job *next, *previous; /* all that are under way, or all that are over */
};

/*
 * Opens a connection and sends its SYN. `pinger` NULL: it takes the subject over. 0; PORTS_BUSY
 * (try again when another is over); a fault. Nothing has been taken over unless it is 0.
 */
int job_open(struct engine *engine, struct subject *subject, struct pinger *pinger, uint64_t number,
             uint16_t source_port, struct fault *fault);

/* Sends what the probe wants sent, and sets its timer; lists it when it is over. */
void job_pump(struct job *job);

/* A packet of its could not be sent. */
void job_unsent(struct job *job, const struct fault *fault);

/* Reports those that are over, and frees them. */
void job_reap(struct engine *engine);
/* Ends it from outside. */
void job_stop(struct job *job, const char *why);
/* Ends it because its interface is gone. */
void job_lost(struct job *job, const char *why);
/* Frees it without a report, ending its connection politely. */
void job_discard(struct job *job);

#endif
