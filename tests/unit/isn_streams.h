/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Made-up servers for the tests of stat/isn: their initial sequence numbers, sampled as an audit
 * would sample them. */
#ifndef TESTS_UNIT_ISN_STREAMS_H
#define TESTS_UNIT_ISN_STREAMS_H

#include "stat/isn/sample.h"

struct isn_server;
struct isn_contact;

/* A kind of server. */
struct isn_stream {
    const char *name;
    const char *class;   /* what an audit must call it */
    const char *formula; /* of the number; t: time, conns: connections so far */
    size_t minimum;      /* samples that must do; 0: only a deep search finds it */
    /* Sets the state up: server is zero but for its secret and its clock. May be NULL. */
    void (*start)(struct isn_server *server);
    /* The number for one connection; server->connections has counted it. */
    uint32_t (*next)(struct isn_server *server, const struct isn_contact *contact);
};

enum { ISN_STREAM_COUNT = 60 };

extern const struct isn_stream isn_streams[ISN_STREAM_COUNT];

/* Ends the test if there is none of this name. */
const struct isn_stream *isn_stream_find(const char *name);

/*
 * How the server is sampled. First a burst: SYNs 60 … 100 us apart, always from new ports. Then,
 * 1 ms … 1.2 s apart, the fixed tuple or the next new port, by a coin; then eight SYNs of the fixed
 * tuple that prove cookies; then a pause of 65 … 130 s and the fixed tuple again. New ports come as
 * p, p^a, p^b, p^a^b and as p, p+d, p+2d.
 */
struct isn_options {
    size_t count;         /* SYNs, in all phases together */
    size_t burst;         /* of these */
    size_t slow;          /* after the pause */
    bool cookie_block;    /* eight of them are the proof of cookies */
    double fixed_share;   /* of the middle phase: the fixed tuple */
    double burst_fixed;   /* of the burst, too, which audits of this design do not do */
    double second_source; /* of the new ports: from another address */
    double jitter_us;     /* mean of the exponential delay of each time stamp */
    bool in_order;        /* no SYN,ACK overtakes another */
    double background;    /* connections a second that the server has with others */
    double loss;          /* of SYNs and of SYN,ACKs together */
};

/* Burst: a quarter, at most 64. Cookie block: from 64 on. Slow: 16 from 128 on. Jitter: 30 us. */
struct isn_options isn_options_make(size_t count);

/*
 * Fills rows, room for options->count, in the order in which the server answered; with jitter, the
 * times of a burst are not all in that order. Returns their number, smaller by what was lost. The
 * same arguments give the same rows.
 */
size_t isn_stream_make(const struct isn_stream *stream, uint64_t seed,
                       const struct isn_options *options, struct isn_sample *rows);

/* Only `count` numbers one after the other, new ports all, 80 us apart. */
void isn_stream_values(const struct isn_stream *stream, uint64_t seed, size_t count,
                       uint32_t *values);

/* The same, but so many ns apart. */
void isn_stream_paced(const struct isn_stream *stream, uint64_t seed, int64_t pause, size_t count,
                      uint32_t *values);

#endif
