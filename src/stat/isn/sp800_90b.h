/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The estimators of NIST SP 800-90B (2018, section 6.3) for sources that are not IID: min-entropy
 * of the byte lanes and of the bits of ISNs. */
#ifndef STAT_ISN_SP800_90B_H
#define STAT_ISN_SP800_90B_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The publication wants 10^6 symbols; with the confidence terms, figures from so many ISNs on say
 * something. */
#define ISN_SP800_90B_LEAST 10000
/* Of more, the first so many are looked at: about a second. */
#define ISN_SP800_90B_MOST 65536

/*
 * Each is an upper bound of what one estimator would still allow, of one lane at a time: never the
 * entropy of the ISN, which may be wholly predictable from its predecessor. With 10^4 symbols the
 * confidence term keeps perfect bytes near 7 of 8 bits: report the number with the figure.
 */
struct isn_entropy {
    const char *name; /* static: "most common value", … */
    int lane; /* 0 (bits 0 … 7) … 3 (bits 24 … 31); -1: all bits, the highest of an ISN first */
    size_t symbols; /* how many were looked at */
    double bits;    /* min-entropy of a symbol, 0 … 8 of a byte and 0 … 1 of a bit; NAN: too few
                     * symbols for this estimator */
};

/* Seven of each lane, three of the bits. */
#define ISN_SP800_90B_ROWS 31

/* All estimators in the order of the publication, lane by lane, then the bits. 0 or -FAULT_MEMORY.
 */
int isn_sp800_90b(const uint32_t *isns, size_t count,
                  struct isn_entropy ret_rows[ISN_SP800_90B_ROWS]);

/*
 * The single ones. A symbol is a byte below `alphabet` (2 … 256); the result is its min-entropy in
 * bits, NAN where there are too few symbols. The binary ones take bytes of 0 or 1.
 */

/* 6.3.1: p + 2.576 sqrt(p (1 - p) / (L - 1)) of the most common value. 2 symbols or more. */
double isn_90b_most_common(const uint8_t *symbols, size_t count);
/* 6.3.2, binary: mean number of bits until one comes twice; that mean is 2 + 2 p (1 - p). */
double isn_90b_collision(const uint8_t *bits, size_t count);
/* 6.3.3, binary: the likeliest of all sequences of 128 bits by a first-order model. */
double isn_90b_markov(const uint8_t *bits, size_t count);
/* 6.3.4, binary: Maurer's statistic of words of six bits, the first 1000 of them the dictionary. */
double isn_90b_compression(const uint8_t *bits, size_t count);

/* 6.3.5 and 6.3.6: the tuples that occur 35 times or more, and the longer ones that are repeated at
 * all. 0 or -FAULT_MEMORY. */
int isn_90b_tuples(const uint8_t *symbols, size_t count, double *ret_tuple, double *ret_repeated);

/* What a predictor achieved: of `predictions` tries `correct`, and `run` the most in a row. */
struct isn_predictions {
    size_t predictions;
    size_t correct;
    size_t run;
};

/*
 * The entropy that follows, steps 5 to 7 of each: of the larger of the global probability with its
 * confidence term, of the local one that makes a run longer than `run` as rare as 1 in 100, and of
 * 1 / alphabet.
 */
double isn_90b_predictability(const struct isn_predictions *predictions, unsigned alphabet);

/* 6.3.7, windows of 63, 255, 1023 and 4095. */
struct isn_predictions isn_90b_windows(const uint8_t *symbols, size_t count);
/* 6.3.8, lags 1 … 128. */
struct isn_predictions isn_90b_lags(const uint8_t *symbols, size_t count);
/* 6.3.9, contexts of 1 … 16 symbols, 100000 entries each. 0 or -FAULT_MEMORY. */
int isn_90b_contexts(const uint8_t *symbols, size_t count, struct isn_predictions *ret_predictions);
/* 6.3.10, LZ78Y: contexts of 1 … 16 symbols, 65536 in all. 0 or -FAULT_MEMORY. */
int isn_90b_dictionary(const uint8_t *symbols, size_t count,
                       struct isn_predictions *ret_predictions);

#endif
