/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Foretells a server's next initial sequence numbers from an audit of those before. */
#ifndef STAT_ISN_FORECAST_H
#define STAT_ISN_FORECAST_H

#include "stat/isn/audit.h"

/* The bits of a port, and one that is always set. */
#define ISN_FORECAST_COLUMNS 17

/* A function of the port's bits that is linear over GF(2): what it makes of each of some
 * independent patterns, the one with the highest bit i at i. 0: there is none. */
struct isn_port_map {
    uint32_t patterns[ISN_FORECAST_COLUMNS];
    uint32_t values[ISN_FORECAST_COLUMNS];
};

/* What comes next, as far as the class allows. */
struct isn_forecast {
    bool possible;
    bool same_tuple;         /* only for the fixed tuple: `port` and `src` */
    struct isn_audit *audit; /* borrowed; its prng moves on with each number */
    uint32_t last;           /* the number it goes on from */
    int64_t last_time;       /* ns */
    uint16_t port;           /* of that number's SYN, and its source */
    uint32_t src;
    size_t since;       /* connections since then that were seen, on other tuples */
    uint32_t tolerance; /* a number so far off, at most, counts as foretold; 0: exact */
    size_t at;          /* PERIODIC: place in the cycle */
    uint32_t cycle[ISN_PERIOD_MOST]; /* increments in turn, beside clock and tuple */
    size_t period;                   /* of them; 0: none but the class's own */
    double boot;                     /* TICK_ACCUMULATOR: ns, when the ticks began */
    struct isn_port_map map;         /* TUPLE_FUNCTION that is linear over GF(2) */
};

/*
 * Ready to foretell what comes after the last of the samples. Possible for CONSTANT, COUNTER,
 * CLOCK, CLOCK_COUNTER, TICK_ACCUMULATOR, PERIODIC, TUPLE_FUNCTION and WEAK_PRNG; for STATIC_HASH
 * and the classes of RFC 6528 on the fixed tuple. Not where the samples themselves come out too far
 * from what is foretold (2^24: three in a row would mean little).
 */
void isn_forecast_begin(struct isn_audit *audit, const struct isn_samples *samples,
                        struct isn_forecast *ret_forecast);

/* The number that a SYN,ACK coming at `time` (ns, the samples' clock) to this port and source
 * would bear, as the next connection of all. */
uint32_t isn_forecast_number(const struct isn_forecast *forecast, int64_t time, uint16_t port,
                             uint32_t src);

/* Whether `isn` is as foretold. To be asked before isn_forecast_seen of it. */
bool isn_forecast_met(const struct isn_forecast *forecast, uint32_t foretold, uint32_t isn);

/* The next connection's number came: goes on from it. */
void isn_forecast_seen(struct isn_forecast *forecast, const struct isn_sample *sample);

#endif
