/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an audit's findings foretell of one number from an earlier one, and how far off that is. */
#ifndef STAT_ISN_PREDICT_H
#define STAT_ISN_PREDICT_H

#include "stat/isn/audit.h"

/* Numbers that the clock goes on in `elapsed` ns, in whole steps; 0 where none was found. */
int64_t isn_predict_clock(const struct isn_audit *audit, int64_t elapsed);

/* The part of the number that the port alone makes; 0 where no formula was found. Only
 * TUPLE_FUNCTION of one product or of the port itself has one. */
uint32_t isn_predict_tuple(const struct isn_audit *audit, uint16_t port);

/* What one connection adds: exact or the mean; 0 where nothing was found. */
double isn_predict_connection(const struct isn_audit *audit);

/*
 * Errors of predictions, one for each row that has one before it: number - prediction modulo 2^32.
 * `errors` has room for samples->count; returns how many there are, at most `most`, the first ones.
 *
 * across: each number from the one before, of whatever tuple, by clock, connection and tuple.
 * fixed: each number of the fixed tuple from the one before on it; connections in between counted.
 * level: each number of the fixed tuple less the clock, not from another one: how many levels there
 * are, and how far apart.
 */
size_t isn_predict_across(const struct isn_samples *samples, const struct isn_audit *audit,
                          size_t most, uint32_t *errors);
size_t isn_predict_fixed(const struct isn_samples *samples, const struct isn_audit *audit,
                         size_t most, uint32_t *errors);
size_t isn_predict_level(const struct isn_samples *samples, const struct isn_audit *audit,
                         size_t most, uint32_t *errors);

#endif
