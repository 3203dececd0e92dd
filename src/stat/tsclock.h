/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The clock behind a peer's TCP timestamps: how fast it runs, and whether all connections share it.
 */
#ifndef STAT_TSCLOCK_H
#define STAT_TSCLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* When the segment that was answered left is not known. */
#define TSCLOCK_SENT_UNKNOWN INT64_MIN

/* One TSval of the peer's (RFC 7323 3.2). Times are nanoseconds of one clock of ours. */
struct tsclock_sample {
    int64_t sent;     /* our segment, the very copy that was answered; or TSCLOCK_SENT_UNKNOWN */
    int64_t received; /* the answer; not before `sent` */
    uint32_t value;
};

enum tsclock_kind {
    TSCLOCK_FEW,       /* fewer than three samples, or all at one time */
    TSCLOCK_STILL,     /* always the same value: no clock, or one slower than rate_high */
    TSCLOCK_RUNS,      /* a clock */
    TSCLOCK_IRREGULAR, /* values that one clock does not explain: random, or of several clocks */
    TSCLOCK_COUNT
};

/* A clock that stacks are known to use. */
struct tsclock_nominal {
    double rate;     /* Hz */
    const char *who; /* where it is seen; static */
};

/* In rising order. */
extern const struct tsclock_nominal tsclock_nominals[];
extern const size_t tsclock_nominal_count;

/*
 * What one series says. NAN is unknown; from `rate` on, all is unknown unless it RUNS, but that a
 * STILL one has rate_low 0 and rate_high.
 */
struct tsclock {
    enum tsclock_kind kind;
    size_t n;
    double span;    /* s, from the first sample to the last */
    uint32_t grain; /* ticks: all values are so many, or a multiple, apart; 64 and more: the low
                     * six bits say something else, as Linux's SYN cookies do. Samples at even
                     * distances in time can all be apart by a multiple of much by chance */
    double log10_chance;        /* of random values as near to one line; 0: not on a line at all */
    double rate;                /* Hz: TSval's ticks in a second of our clock */
    double rate_low, rate_high; /* its 95 % interval */
    bool bounded;      /* the interval is not wider than what is certain: see tsclock_judge */
    double rate_alias; /* Hz: the clock is this one, or faster by a multiple of about so much */
    double noise;      /* s: deviation of the samples from the line, of which a tick is a part */
    unsigned wraps;    /* times that TSval went past 2^32 within the series */
    const struct tsclock_nominal *nominal; /* the known clock that it is; NULL: none, or several */
    double skew_ppm, skew_low,
        skew_high; /* the rate beside the nominal one, with its 95 % interval */
    int64_t at;    /* ns: about the middle of the series */
    double value;  /* ticks, 0 … 2^32: what the line says for this time */
};

/*
 * Judges the samples of one series in the order received: answers to one connection, or to SYNs of
 * one 4-tuple (a stack may draw the offset for each of both, RFC 7323 5.4).
 *
 * The rate is the slope of a weighted least-squares line through the values, each at the middle
 * between sent and received, or at received where not all are known to have been sent; an answer
 * that was held up weighs less. Its 95 % interval is that of Student's t, wider by the most that
 * cutting to whole grains can do to a slope. Where all times of sending are known, the value was
 * made after sending and before receiving, as exactly as our capture's stamps (2 µs): each pair of
 * samples then bounds the rate with certainty, however the path's delay varies, and where these
 * bounds do not contradict each other (`bounded`) the interval is cut to them.
 *
 * It RUNS where the line goes up and the samples lie on it as nearly as random ones do with a
 * chance of 10^-4 at most. Values are taken to go less than 2^31 ticks forward or back from one
 * sample to the next: rate_alias is 2^32 by the longest gap. Uneven gaps are the better samples.
 * Returns 0 or -FAULT_MEMORY.
 */
int tsclock_judge(const struct tsclock_sample *samples, size_t count, struct tsclock *ret_clock);

struct tsclock_series {
    const struct tsclock_sample *samples; /* in the order received */
    size_t count;
};

enum tsclock_offset {
    TSCLOCK_OFFSET_UNKNOWN, /* fewer than two series, no clock in any, or too imprecise to compare
                             */
    TSCLOCK_OFFSET_SHARED,  /* one clock and one offset for all */
    TSCLOCK_OFFSET_GROUPS,  /* several offsets, some in several series: so many machines */
    TSCLOCK_OFFSET_EACH,    /* each series has its own: per connection (or each another machine) */
    TSCLOCK_OFFSET_COUNT
};

struct tsclock_many {
    enum tsclock_offset offset;
    size_t series;        /* with at least one sample */
    size_t clocks;        /* different offsets among them; 0 where unknown */
    struct tsclock clock; /* of all samples where shared, else the series with the most exact rate;
                           * where none runs, the longest one's */
    double uptime; /* s, at the last sample: TSval by the nominal rate where that lies within the
                    * interval, else by the rate, if that is known within 1 %. NAN unless the offset
                    * is shared. It is the uptime only of a stack that counts from 0 at boot: Linux
                    * without random offsets begins 300 s before a wrap. */
    double wrap;   /* s: the uptime may be longer by any multiple of it */
};

/*
 * Compares the series of one address (one for each connection or 4-tuple; a single sample each will
 * do for a shared clock). 0 or -FAULT_MEMORY.
 */
int tsclock_compare(const struct tsclock_series *series, size_t count,
                    struct tsclock_many *ret_many);

#endif
