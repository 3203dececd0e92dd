/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One target on its way through the engine: resolved, routed, guarded, probed, reported. Private to
 * the engine. */
#ifndef PROBE_JOB_H
#define PROBE_JOB_H

#include <ev.h>
#include <uthash.h>

#include "net/echo.h"
#include "net/guard.h"
#include "net/resolve.h"
#include "probe/engine.h"
#include "probe/links.h"

/* What tells the connections apart in a stream of frames. All bytes count: cleared before it is
 * filled. */
struct job_key {
    uint8_t local[16], remote[16];
    uint16_t local_port, remote_port;
    uint16_t family;
};

struct job {
    struct engine *engine;
    struct target target;
    uint16_t port;
    char text[TARGET_TEXT_SIZE];
    int64_t began_realtime, dns_ns;
    struct guard guard;
    struct links_entry *link; /* NULL again once it is gone */
    const char *stamp_words;  /* what its stamps are; they outlive it */
    struct echo *echo;        /* the target is `self` */
    struct probe *probe;      /* NULL until there is a route */
    struct job_key key;
    bool hashed;
    bool opening; /* its sockets are not open yet */
    bool over;    /* its connection has ended; to be reported when the loop comes round */
    ev_timer timer;
    UT_hash_handle hh;
    struct job *next, *previous; /* all that are under way */
};

/* Signals that end the run: INT, TERM, HUP. */
#define ENGINE_SIGNALS 3

/* The engine's state. */
struct engine {
    const struct engine_options *options;
    struct ev_loop *loop;
    struct resolver *resolver; /* made when the first name comes */
    struct links links;
    struct dump *dump;
    struct job *jobs;   /* a list of all */
    struct job *by_key; /* a hash table of those with a connection */
    unsigned parallel;  /* probes at once: what was asked for, as far as there are descriptors */
    unsigned active;
    unsigned opening;          /* of these, how many have no sockets yet */
    unsigned over;             /* of these, how many wait to be reported */
    struct engine_target next; /* read ahead, so that the last target is known to be the last */
    bool has_next;
    bool exhausted; /* the source has no more */
    bool stopping;
    bool reduced;        /* what sockets do not need of privilege has been given up */
    int64_t clock_shift; /* CLOCK_REALTIME less CLOCK_MONOTONIC: brings stamps onto our time line */
    int error;           /* ends the run */
    struct fault fault;
    struct fault impaired; /* the first refusal of the system that cost a target its measurement */
    ev_timer deadline;
    ev_timer again; /* keeps the loop from sleeping while there is work to do */
    ev_signal signals[ENGINE_SIGNALS];
};

/* CLOCK_MONOTONIC: the time line of everything here. */
int64_t engine_now(void);

/* Takes a target up; what goes wrong becomes its record. */
void job_start(struct engine *engine, const struct engine_target *target);

/* Sets the timer up, not running. */
void job_init_timer(struct job *job);

/* Sends what the probe wants sent, and sets its timer; marks it when it is over. */
void job_pump(struct job *job);

/* Reports a job and frees it; `fault` is why it was never probed, NULL where it was and is over. */
void job_report(struct job *job, const struct fault *fault);
/* Frees it, and all that it holds. */
void job_release(struct job *job);
/* Frees a job without a report, ending its connection politely if it has one. */
void job_discard(struct job *job);

/* Ends it from outside. */
void job_stop(struct job *job, const char *why);
/* Ends it because its interface is gone. */
void job_lost(struct job *job, const char *why);

/* The job whose connection a packet belongs to; `local` is our end. NULL if none. */
struct job *job_find(struct engine *engine, const struct address *local, uint16_t local_port,
                     const struct address *remote, uint16_t remote_port);

/* Begins to read from a link. */
void engine_watch(struct engine *engine, struct links_entry *entry);
/* Ends the run with a fault. */
void engine_fail(struct engine *engine, int error, const struct fault *fault);
/* All sockets are open and no more will be needed: give up what is left of privilege. */
void engine_privilege(struct engine *engine);

#endif
