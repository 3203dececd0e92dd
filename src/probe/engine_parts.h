/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the engine share: its state, the targets under way, and whose turn it is. */
#ifndef PROBE_ENGINE_PARTS_H
#define PROBE_ENGINE_PARTS_H

#include <ev.h>

#include "base/arena.h"
#include "net/echo.h"
#include "net/resolve.h"
#include "probe/contact.h"
#include "probe/engine.h"
#include "probe/links.h"
#include "probe/pace.h"
#include "probe/ports.h"
#include "probe/result.h"

struct engine;
struct job;
struct pinger;
struct sampler;
struct shot;
struct climber;
struct climber_check;
struct climber_shot;

/* Somebody who wants to send a SYN when the rate allows it. Embedded in whoever that is. */
struct turn {
    void (*take)(struct engine *engine, void *owner);
    void *owner;
    bool waiting;
    struct turn *next, *previous;
};

/* One item of the feed, until all that came of it has been reported. */
struct item {
    uint64_t index;
    unsigned users;
    struct item *next, *previous; /* all that are not done, oldest first */
};

/* Who is probed: one address and port. */
struct subject {
    struct item *item;
    char *text; /* as the user wrote it, with this port */
    char *host;
    uint16_t port;
    struct address address; /* family NONE: none was found */
    struct route route;
    unsigned addresses; /* how many the name has */
    int64_t dns_ns;     /* -1: no name was resolved */
    int64_t began_realtime;
    struct echo *echo; /* the target is `self` */
};

/* Signals that end the run: INT, TERM, HUP. */
#define ENGINE_SIGNALS 3
/* SYNs are repeated at most so often; each repetition has a time-out of its own. */
#define ENGINE_ATTEMPTS 21
/* Random bytes that are fetched at once. */
#define ENGINE_ENTROPY 4096

struct exchange;
struct pattern;

struct engine {
    const struct engine_options *options;
    struct ev_loop *loop;
    struct resolver *resolver; /* made when the first name comes */
    struct links links;
    struct dump *dump;
    struct contact *contacts; /* a table of all connections */
    struct ports *guarded, *reserved;
    struct arena memory; /* for one record at a time */

    /* Targets under way. */
    struct item *items;
    uint64_t item_count; /* taken up so far */
    unsigned parallel;   /* at once */
    unsigned active;     /* names being resolved, jobs, pingers, samplers and climbers */
    unsigned opening;    /* of these, those whose first SYN is still to come */
    struct lookup *lookups;
    struct start *starts; /* have a route, and wait for their turn */
    struct job *jobs;
    struct job *over; /* wait to be reported */
    struct pinger *pingers;
    struct pinger *ended; /* wait to be reported */
    struct sampler *samplers;
    struct sampler *sampled; /* wait to be reported */
    struct climber *climbers;
    struct climber *climbed; /* wait to be reported */
    bool blocked;            /* who is to begin has to wait for a port */
    bool exhausted;          /* the feed has no more */
    ev_io feed_readable;
    bool feed_waits;

    /* Whose turn it is, and when. */
    struct turn *turns;
    struct pace rate, spacing;
    struct pinger *cadence;                    /* those that send again, the soonest first */
    struct pinger *kept_back;                  /* those that wait for a port */
    struct exchange *waiting[ENGINE_ATTEMPTS]; /* for an answer, the soonest to give up first */
    struct exchange *lingering;                /* given up, but an answer would still count */
    struct pattern *patterns;                  /* SYNs to be copied */
    ev_timer wake, deadline, tick;
    bool draining; /* the turns are being taken */

    bool stopping;
    bool reduced;        /* what sockets do not need of privilege has been given up */
    int64_t clock_shift; /* CLOCK_REALTIME less CLOCK_MONOTONIC: brings stamps onto our time line */
    int error;           /* ends the run */
    struct fault fault;
    struct fault impaired; /* the first refusal of the system that cost a target its measurement */
    ev_signal signals[ENGINE_SIGNALS], quit;
    uint8_t entropy[ENGINE_ENTROPY];
    size_t entropy_left;
    char stop_why[64];
};

/* CLOCK_MONOTONIC: the time line of everything here. */
int64_t engine_now(void);
/* Ends the run with a fault. */
void engine_fail(struct engine *engine, int error, const struct fault *fault);
/* All sockets are open and no more will be needed: give up what is left of privilege. */
void engine_privilege(struct engine *engine);
/* Unpredictable bytes. False: the run ends. */
bool engine_random(struct engine *engine, void *bytes, size_t length);
/* Sets up signals, deadline, the timer that wakes it, and the tick of progress. */
void engine_listen(struct engine *engine);
/* The loop is to look who may send before it sleeps. */
void engine_wake(struct engine *engine);
/* Keeps clock_shift right where the system's time was set. */
void engine_follow_clock(struct engine *engine);
/* Our fault, or the system's, that no target is to blame for: the run cannot go on. */
bool engine_fatal(int error);

/* ---- turns: probe/turns --- */

/* Wants to send a SYN; nothing if it waits already. */
void turn_ask(struct engine *engine, struct turn *turn);
void turn_withdraw(struct engine *engine, struct turn *turn);
/* Lets all go whose turn it is now, and new targets begin. When to look again: ns from now, 0: at
 * once, TCB_NEVER: only when something happens. */
int64_t turns_take(struct engine *engine);

/* ---- intake: probe/intake, probe/subject --- */

/* Whether a target of the feed could be taken up now. */
bool intake_open(const struct engine *engine);
/* Takes up the next: false if there is none now. */
bool intake_next(struct engine *engine);
/* Whoever has to wait for the next target's time sees now if there will be none. */
void intake_look_ahead(struct engine *engine);
/* Lets the first that has a route begin. */
void intake_start(struct engine *engine);
/* It could not begin for want of a port: it does when one has come back. */
void intake_put_back(struct engine *engine, struct subject *subject);
/* Ends the names that are being resolved and the targets that have not begun. */
void intake_stop(struct engine *engine, const char *why);

/* Text in `text`, host in `host`; copied. False: out of memory, the run ends. */
bool subject_init(struct engine *engine, struct subject *subject, struct item *item,
                  const char *text, const char *host);
/* One that came of the item is done. */
void item_leave(struct engine *engine, struct item *item);
void subject_release(struct engine *engine, struct subject *subject);
/* The target could not be measured: reported. */
void subject_failed(struct engine *engine, struct subject *subject, int error,
                    const struct fault *fault);
/* The parts of a record that the subject knows. */
void subject_context(const struct subject *subject, char time[40],
                     struct result_context *ret_context);

/* ---- those that are under way --- */

/* Takes over a subject with a route; what goes wrong is reported. */
void job_start(struct engine *engine, struct subject *subject);
void pinger_start(struct engine *engine, struct subject *subject);
void sampler_start(struct engine *engine, struct subject *subject);
void climber_start(struct engine *engine, struct subject *subject);

void job_packet(struct job *job, const struct packet *packet, int64_t at);
void job_icmp(struct job *job, const struct packet *packet, const struct icmp *icmp, int64_t at);
void exchange_packet(struct exchange *exchange, const struct packet *packet, int64_t at);
void exchange_icmp(struct exchange *exchange, const struct packet *packet, const struct icmp *icmp,
                   int64_t at);
void shot_packet(struct shot *shot, const struct packet *packet, int64_t at);
void shot_icmp(struct shot *shot, const struct packet *packet, const struct icmp *icmp);
/* Its SYN could not be sent. */
void shot_unsent(struct shot *shot, const struct fault *fault);
void climber_shot_packet(struct climber_shot *shot, const struct packet *packet, int64_t at);
void climber_shot_icmp(struct climber_shot *shot, const struct packet *packet,
                       const struct icmp *icmp);
void climber_shot_unsent(struct climber_shot *shot, const struct fault *fault);
void climber_check_packet(struct climber_check *checking, const struct packet *packet, int64_t at);

#endif
