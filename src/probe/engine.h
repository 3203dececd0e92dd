/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The event loop: targets in, names resolved, probes run side by side, records out. */
#ifndef PROBE_ENGINE_H
#define PROBE_ENGINE_H

#include "probe/result.h"
#include "probe/target.h"

/* A target with one port, as the engine takes it. */
struct engine_target {
    struct target target;
    uint16_t port;
};

/* Gives the next target: true, or false when there are no more. */
typedef bool engine_source(void *data, struct engine_target *ret_target);

/*
 * Takes a record as soon as its connection has ended; valid during the call. A negative fault code
 * ends the run (nobody reads any more, the disk is full), and engine_run() returns it.
 */
typedef int engine_sink(void *data, const struct handshake_record *record, enum verdict verdict,
                        struct fault *fault);

/* The same for a packet that was made and not sent. */
typedef int engine_packet_sink(void *data, const struct packet_record *record, struct fault *fault);

/* Called when an unanswered SYN of a target was repeated: `copy` of `copies` is out. */
typedef void engine_progress(void *data, const char *target, unsigned copy, unsigned copies);

struct engine_options {
    const struct spec *spec;
    unsigned parallel;      /* probes at once, at least 1 */
    int64_t deadline;       /* ns for the whole run; 0: none */
    const char *write_path; /* capture file, or NULL */
    bool dry_run;           /* make the SYNs and send nothing; needs no privilege */
    engine_source *source;
    engine_sink *sink;
    engine_progress *progress; /* tells who waits that something is still going on; may be NULL */
    engine_packet_sink *packet_sink; /* takes the packets of a dry run */
    void *data;                      /* for all of these */
};

/* Runs until the source is empty and all probes are over, or a signal (SIGINT, SIGTERM, SIGHUP) or
 * the deadline stops it: what is under way is then ended politely and reported. 0, or a fault that
 * kept it from working at all (no privilege, no memory, no file). */
int engine_run(const struct engine_options *options, struct fault *fault);

#endif
