/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Samples of a server's initial sequence numbers, and the two ways to look at them: the same
 * 4-tuple again, and ever new ones. */
#ifndef STAT_ISN_SAMPLE_H
#define STAT_ISN_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One SYN,ACK's ISN and what asked for it. */
struct isn_sample {
    int64_t time;  /* ns of any clock that only goes forward; when the SYN,ACK came */
    uint32_t isn;  /* the server's */
    uint16_t port; /* ours */
    uint16_t mss;  /* of our SYN; 0: none, or not known */
    uint32_t cseq; /* our SYN's sequence number */
    uint32_t src;  /* which of our addresses: 0, 1, … */
    bool gap;      /* a probe before this one was not answered: no recovery crosses it */
    int64_t rtt;   /* ns from our SYN to the SYN,ACK; 0: not known */
};

/*
 * All samples in the server's order. `fixed` are the indices of those of the one 4-tuple (src
 * and port) that was used most often, if it was used three times or more; `varying` those of tuples
 * that were used once or twice. Others (a second tuple that was used often) are in neither.
 */
struct isn_samples {
    struct isn_sample *rows;
    size_t count;
    bool extended; /* src, cseq and mss were given */
    size_t *fixed, *varying;
    size_t fixed_count, varying_count;
};

/*
 * Takes a copy of rows and splits it. Their order is taken for the server's, as SYN,ACKs seldom
 * overtake each other, while the noise of the times makes neighbours of a burst change places; only
 * if a time is more than a second before one above it, the rows come from elsewhere and are sorted
 * by time. 0 or -FAULT_MEMORY.
 */
#define ISN_SAMPLES_DISORDER INT64_C(1000000000)
int isn_samples_make(const struct isn_sample *rows, size_t count, bool extended,
                     struct isn_samples *ret_samples);
void isn_samples_release(struct isn_samples *samples);

/* The difference b - a modulo 2^32 as a signed number, -2^31 … 2^31 - 1. */
static inline int32_t isn_wrap(uint32_t a, uint32_t b)
{
    return (int32_t)(b - a);
}

#endif
