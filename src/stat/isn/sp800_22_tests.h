/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The single tests of NIST SP 800-22 revision 1a: bits in, p values out. */
#ifndef STAT_ISN_SP800_22_TESTS_H
#define STAT_ISN_SP800_22_TESTS_H

#include <stddef.h>
#include <stdint.h>

#include "stat/isn/battery_tests.h"

/*
 * A bit is a byte of 0 or 1. The numbers are the publication's sections. All take any length (where
 * nothing can be said, p is 1); how long it should be is sp800_22.h's business.
 */

/* 2.1: s_obs = |ones - zeros| / sqrt n. */
struct isn_score isn_sp_frequency(const uint8_t *bits, size_t count);

/* 2.2, in blocks of `block` bits: chi-square. */
struct isn_score isn_sp_block_frequency(const uint8_t *bits, size_t count, size_t block);

/* The block that 2.2.7 asks for: 20 or more bits, above n / 100, fewer than 100 blocks. */
size_t isn_sp_block_length(size_t count);

/*
 * 2.3: the number of runs, for as many ones as there are. The publication has p = 0 where these are
 * four deviations off; one perfect stream of 16000 is, which would break the family's promise, and
 * the frequency test speaks of it anyway.
 */
struct isn_score isn_sp_runs(const uint8_t *bits, size_t count);

/* 2.4: chi-square of the longest run of ones in each block; the blocks have 8, 128 (from 6272 bits)
 * or 10000 bits (from 750000). The probabilities are computed, not the rounded ones of 3.4. */
struct isn_score isn_sp_longest_run(const uint8_t *bits, size_t count);

/* 2.5: chi-square of the ranks of `size` x `size` matrices (1 … 32; the publication's: 32). */
struct isn_score isn_sp_rank(const uint8_t *bits, size_t count, unsigned size);

/*
 * 2.6: d, of the peaks of the spectrum below the 95 % threshold, with the variance n (0.95) (0.05)
 * / 4. Of the first isn_smooth(count) bits. A NAN statistic: out of memory.
 */
struct isn_score isn_sp_spectral(const uint8_t *bits, size_t count);

/*
 * 2.7, eight blocks (`blocks`), for all aperiodic templates of `length` bits (2 … 12; the
 * publication's: 9) in rising order: their number is returned and ret_scores, room for `room`, gets
 * the chi-squares. An aperiodic template cannot overlap itself. 0: out of memory, or no room.
 */
size_t isn_sp_templates(const uint8_t *bits, size_t count, unsigned length, size_t blocks,
                        struct isn_score *ret_scores, size_t room);
/* How many there are: 148 of nine bits. With `ret_templates`, also which. */
size_t isn_sp_aperiodic(unsigned length, uint16_t *ret_templates);

/* 2.8: chi-square of how often nine ones occur in blocks of 1032 bits, overlaps counted; the
 * probabilities are computed (3.8 has a limit that does not fit so short a block). */
struct isn_score isn_sp_overlapping(const uint8_t *bits, size_t count);

/* 2.9, Maurer's: f_n with words of `length` bits (1 … 16), the first `start` of them to begin with.
 */
struct isn_score isn_sp_universal(const uint8_t *bits, size_t count, unsigned length, size_t start);
/* The length that 2.9.7 asks for, 6 … 16; 0: too few bits. `start` is 10 * 2^length. */
unsigned isn_sp_universal_length(size_t count);

/* 2.10: chi-square of the linear complexity of blocks of `block` bits (at most 5000). */
struct isn_score isn_sp_linear_complexity(const uint8_t *bits, size_t count, size_t block);
/* The length of the shortest shift register that makes the bits (Berlekamp and Massey). */
size_t isn_sp_register_length(const uint8_t *bits, size_t count);

/* 2.11, m 3 … 16: the two p values with their statistics. 0 or -FAULT_MEMORY. */
int isn_sp_serial(const uint8_t *bits, size_t count, unsigned m, struct isn_score ret_scores[2]);

/* 2.12, m 1 … 15: chi-square. 0 or -FAULT_MEMORY. */
int isn_sp_entropy(const uint8_t *bits, size_t count, unsigned m, struct isn_score *ret_score);

/* 2.13: the largest excursion, forward or `backward`. */
struct isn_score isn_sp_cusum(const uint8_t *bits, size_t count, int backward);

/* How many cycles the random walk has (J of 2.14.4): the excursions want 500 or more. */
size_t isn_sp_cycles(const uint8_t *bits, size_t count);
/* 2.14: chi-square of the visits to state -4 … 4, not 0, in a cycle. */
struct isn_score isn_sp_excursions(const uint8_t *bits, size_t count, int state);
/* 2.15: how often state -9 … 9, not 0, is visited in all. */
struct isn_score isn_sp_visits(const uint8_t *bits, size_t count, int state);

#endif
