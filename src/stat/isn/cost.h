/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What guessing an ISN costs: N50 from a predictor's errors, closed forms, and what a sample of so
 * many ISNs can certify. */
#ifndef STAT_ISN_COST_H
#define STAT_ISN_COST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Below so many errors there is no estimate: each half would hold fewer than eight. */
#define ISN_COST_LEAST 16

/* How many guesses it takes. */
struct isn_cost {
    double n50;      /* spoofed packets for a 50 % chance: the smaller of one attempt's guesses and
                      * of attempts * (guesses + 1); NAN: too few errors */
    double guesses;  /* in an attempt, after its SYN */
    double hit;      /* the share of the held-out errors that these guesses cover; where attempts is
                      * above 1, the lower limit of it that was reckoned with */
    double attempts; /* 1: one list of guesses is good for 50 % */
    double span;     /* sequence numbers from the first to the last guess of the arc that holds
                      * 50 %, whatever the lattice; 1 … 2^32 */
    bool list;       /* the guesses are the commonest values, not all values of an arc */
};

/*
 * N50 from prediction errors e = y - prediction modulo 2^32 of rows in the order of time, that the
 * predictor did not see. `lattice` (1 or more): all errors lie on one lattice of this step, see
 * isn_cost_lattice. Cross-validated: the guesses are chosen on the rows 0, 2, 4, … and judged on
 * rows 1, 3, 5, …; chosen and judged on the same rows a list of all values seen would hit always.
 * Candidates are the commonest values of the even rows, and the shortest circular arcs with a share
 * of them; of either the smallest that covers half of the odd rows, or less in several attempts,
 * where the lower limit (Wilson, z = 3, of at least eight hits) makes them cheaper. For errors
 * uniform over 2^32 it is near 2^31. 0 or -FAULT_MEMORY.
 */
int isn_cost_estimate(const uint32_t *errors, size_t count, uint32_t lattice,
                      struct isn_cost *ret_cost);

/*
 * The 95 % interval of its n50: the bootstrap (Efron, Annals of Statistics 7, 1979) with `rounds`
 * (200 is usual, at least 40) resamples, each half out of itself, for a row that came into both
 * would be no longer held out. `random` starts the numbers it draws; the same one gives the same
 * interval. NAN with too few errors. A round takes some 0.1 us an error: of a million, give a part,
 * whose interval is rather too wide. 0 or -FAULT_MEMORY.
 */
int isn_cost_interval(const uint32_t *errors, size_t count, uint32_t lattice, size_t rounds,
                      uint64_t random, double *ret_low, double *ret_high);

/*
 * The lattice step of errors: the greatest common divisor of their differences and of 2^32, so a
 * power of two unless all the signed differences from the first (-2^31 … 2^31 - 1) stay below 2^30
 * in size: then nothing has wrapped, and it is that of the differences alone. 1 when there are
 * fewer than two different errors.
 */
uint32_t isn_cost_lattice(const uint32_t *errors, size_t count);

/*
 * The packets for 50 % with `guesses` an attempt that hits with probability `hit`:
 * (guesses + 1) * max(1, ceil(ln 0.5 / ln(1 - hit))), a SYN and the guesses; INFINITY if hit is 0.
 */
double isn_cost_repeated(double guesses, double hit);

/* ceil(ln 0.5 / ln(1 - hit)), at least 1; INFINITY if hit is 0. */
double isn_cost_attempts(double hit);

/*
 * Guesses for 50 % where `acceptable` of `space` values would do and nothing is known about which:
 * space * (1 - 0.5^(1 / acceptable)). 2^31 of one value in 2^32; SYN cookies: Linux 8 in 2^32,
 * Bernstein 32 in 2^32, FreeBSD 1 in 2^24.
 */
double isn_cost_acceptable(double space, double acceptable);

/* Packets for 50 % that need only fall in the window: ceil(span / window), window 1 or more. */
double isn_cost_in_window(double span, double window);

/* Seconds that `packets` take at `rate` packets a second; INFINITY at rate 0. */
double isn_cost_seconds(double packets, double rate);

/*
 * How many times an attack must be begun when the server forgets the half-open connection after
 * `life` seconds (Linux: 63), for 50 % in all: 1 if n50 packets fit into one life at `rate`.
 */
double isn_cost_begun(double n50, double rate, double life);

/*
 * Bits of collision entropy (H2) that `count` ISNs with `collisions` pairs of equal ones certify at
 * 95 %: log2(count (count - 1) / 2 / U), U the upper limit of a Poisson count (no collision: 3.0).
 * Never below 0; 0 for fewer than two.
 */
double isn_cost_certified_bits(size_t count, double collisions);

/* Pairs of equal values; the values are sorted. */
double isn_cost_collisions(const uint32_t *sorted, size_t count);

/*
 * The 95 % upper limit of the probability of what was not seen in `trials`: 3 / trials (the rule of
 * three; Hanley and Lippman-Hand, JAMA 249, 1983), at most 1.
 */
double isn_cost_rule_of_three(size_t trials);

#endif
