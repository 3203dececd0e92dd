/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Foretells a server's next initial sequence numbers from an audit of those before. */
#ifndef STAT_ISN_FORECAST_H
#define STAT_ISN_FORECAST_H

#include "stat/isn/audit.h"

/* What comes next, as far as the class allows. */
struct isn_forecast {
    bool possible;
    bool same_tuple;         /* only for the fixed tuple */
    struct isn_audit *audit; /* borrowed; its prng moves on with each number */
    uint32_t last;           /* the number it goes on from */
    int64_t last_time;       /* ns */
    uint32_t tolerance;      /* a number so far off, at most, counts as foretold; 0: exact */
    size_t at;               /* PERIODIC: place in the cycle */
};

/* Ready to foretell what comes after the last of the samples. */
void isn_forecast_begin(struct isn_audit *audit, const struct isn_samples *samples,
                        struct isn_forecast *ret_forecast);

/* The number that a SYN,ACK coming at `time` (ns, the samples' clock) to this port and source
 * would bear, as the next connection of all. */
uint32_t isn_forecast_number(const struct isn_forecast *forecast, int64_t time, uint16_t port,
                             uint32_t src);

/* Whether `isn` is as foretold. */
bool isn_forecast_met(const struct isn_forecast *forecast, uint32_t foretold, uint32_t isn);

/* The next connection's number came: goes on from it. */
void isn_forecast_seen(struct isn_forecast *forecast, const struct isn_sample *sample);

#endif
