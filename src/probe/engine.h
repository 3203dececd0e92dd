/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The event loop: targets in, names resolved, probes run side by side, records out. */
#ifndef PROBE_ENGINE_H
#define PROBE_ENGINE_H

#include "probe/climb.h"
#include "probe/feed.h"
#include "probe/isn_sampling.h"
#include "probe/outcome.h"
#include "probe/spec.h"

/* One point of a series, for pictures and lists; in the order in which they were settled. */
struct engine_point {
    uint64_t number; /* of the probe, from 1 */
    int64_t at;      /* ns since the series' first SYN */
    int64_t rtt;     /* ns; OPENING_UNKNOWN without a sample */
    enum outcome outcome;
};

/* What has become of a target. */
struct engine_result {
    uint64_t index; /* of the target in the order of the feed, from 0 */
    enum verdict verdict;
    const struct handshake_record *handshake; /* one of these four, */
    const struct rtt_record *rtt;             /* valid during the call */
    const struct isn_sampling *isn;           /* also */
    const struct matrix_record *matrix;       /* also */
    int64_t first_at;                         /* ns: when a series' first SYN left */
    const struct engine_point *points;        /* of a series, where they are kept */
    size_t point_count;
};

/*
 * What the engine calls, all with `data`; NULL where not wanted. A negative fault code ends the run
 * (nobody reads any more, the disk is full), and engine_run() returns it.
 */
struct engine_calls {
    void *data;
    /* A target has been dealt with. */
    int (*result)(void *data, struct engine_result *result, struct fault *fault);
    /* All that came of one item of the feed has been reported: its addresses, where each is probed.
     */
    int (*item_done)(void *data, uint64_t index, struct fault *fault);
    /* One probe of a series has been dealt with; a later call with the same number replaces it. */
    int (*probe)(void *data, const struct rtt_probe_record *record, uint64_t index,
                 struct fault *fault);
    /* A packet that was made and not sent. */
    int (*packet)(void *data, const struct packet_record *record, uint64_t index,
                  struct fault *fault);
    /* Before the loop waits for something: what was held back should be written now. */
    int (*rest)(void *data, struct fault *fault);
    /* An unanswered SYN of a target was repeated: `copy` of `copies` is out. */
    void (*repeated)(void *data, const char *target, unsigned copy, unsigned copies);
    /* A few times a second. `total` UINT64_MAX: not known. */
    void (*progress)(void *data, uint64_t begun, uint64_t total);
    /* SIGQUIT: first each series as it stands now, then NULL. */
    void (*look)(void *data, const struct rtt_record *record);
    /* The same of sampling; NULL: the last one. */
    void (*look_isn)(void *data, const struct isn_sampling *sampling);
    /* Sampling of a target begins: what is going to be sent. */
    void (*announce)(void *data, const struct isn_sampling *sampling, const struct isn_plan *plan);
    /* A few times a second, for each target that is being sampled. */
    void (*watch)(void *data, const struct isn_sampling *sampling);
    /* Sampling pauses for a moment, with more numbers than the last time: an early reading of them
     * disturbs nothing if it takes less than a tenth of a second. */
    void (*reading)(void *data, const struct isn_sampling *sampling);
    /* The climb of a target's ladder of options begins. */
    void (*announce_climb)(void *data, const struct climb_state *state);
    /* A few times a second, for each target whose ladder is being climbed. */
    void (*watch_climb)(void *data, const struct climb_state *state);
    /* SIGQUIT: the same; NULL: the last one. */
    void (*look_climb)(void *data, const struct climb_state *state);
};

struct engine_options {
    const struct spec *spec;
    struct feed *feed;
    unsigned parallel;      /* targets at once, at least 1 */
    double rate;            /* SYNs a second, above 0 */
    int64_t spacing;        /* ns between one target and the next */
    int64_t deadline;       /* ns for the whole run; 0: none */
    const char *write_path; /* capture file, or NULL */
    bool writes_files;      /* the caller is going to write files when the run has ended */
    bool dry_run;           /* make the SYNs and send nothing; needs no privilege */
    bool all_addresses;     /* each address of a name, not only the first with a route */
    bool adapter_time;      /* stamps by the interface's clock, where it has one */
    unsigned without;       /* RESULT_…: what nobody looks at in the records of handshakes */
    uint64_t window;        /* items under way beyond the oldest that is not done; 0: no limit */

    bool series;        /* round trips instead of handshakes: */
    uint64_t count;     /* probes a target, or a flow; 0: endless */
    int64_t interval;   /* ns between two probes of a target */
    bool full;          /* complete each handshake and close it */
    uint16_t port_last; /* flows: source ports from spec->source_port to this; 0: no sweep */
    bool keep_points;   /* for engine_result.points */

    bool sampling;                /* initial sequence numbers instead: */
    struct isn_plan_options plan; /* but for what the engine knows: random, sources, ports */
    struct address second_source; /* family NONE: another address of the interface */
    bool one_source;              /* no second one is wanted */

    bool climbing; /* ladders of options instead: */
    struct climb_options climb;

    struct engine_calls calls;
};

/* Runs until the feed is empty and all probes are over, or a signal (SIGINT, SIGTERM, SIGHUP) or
 * the deadline stops it: what is under way is then ended politely and reported. (A second signal, a
 * second later or more, ends the program at once: the report may wait for its reader for ever.) 0,
 * or a fault that kept it from working at all (no privilege, no memory, no file). *ret_stopped: not
 * all targets of the feed were probed. */
int engine_run(const struct engine_options *options, bool *ret_stopped, struct fault *fault);

#endif
