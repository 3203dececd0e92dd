/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kinds of servers whose numbers go up, each in a file of its own; for the judges of increments
 * alone. */
#ifndef STAT_ISN_INCREMENTS_H
#define STAT_ISN_INCREMENTS_H

#include "stat/isn/audit.h"
#include "stat/isn/steps.h"

/* Samples of another tuple than the fixed one that it takes to say that the tuple does not matter.
 */
#define ISN_INCREMENTS_OTHERS 8U
bool isn_increments_can_be_told(const struct isn_samples *samples);

/* Each returns whether that is it, and has filled in the audit then. In the order of asking. */
bool isn_increments_tick(struct isn_steps *steps, struct isn_audit *audit);
bool isn_increments_stepping(struct isn_steps *steps, struct isn_audit *audit);
bool isn_increments_counted(struct isn_steps *steps, struct isn_audit *audit);
/* 1, 0 or -FAULT_MEMORY. */
int isn_increments_level(const struct isn_samples *samples, struct isn_steps *steps,
                         struct isn_audit *audit);
/* The same; it is some other judge's where an exact generator is behind it. */
int isn_increments_random(const struct isn_samples *samples, struct isn_steps *steps,
                          struct isn_audit *audit);

/* Whether the numbers themselves come out of a generator whose state can be seen; 1, 0 or
 * -FAULT_MEMORY. That is another judge's. */
int isn_increments_exact(const struct isn_samples *samples);
/* The same of the increments, which is WEAK_PRNG; the audit's own state, for numbers, stays empty.
 */
int isn_increments_generated(const struct isn_samples *samples, const struct isn_steps *steps,
                             struct isn_audit *audit);

/* The verdict, with log10_p of the family unless there is a better one. */
void isn_increments_conclude(struct isn_audit *audit, enum isn_class class, double log10_p);

/* M: rate with its standard error; step 0: not known. */
void isn_increments_clock(struct isn_audit *audit, double rate, double error, double residual,
                          double step, double log10_p);

/* The quantiles of the steps without the clock's share, into audit->increment. */
void isn_increments_quantiles(struct isn_steps *steps, double rate, struct isn_audit *audit);

/* The greatest number of which all the steps less `each` are multiples; 0: they are all 0. Those
 * with a lost probe do not count. */
uint32_t isn_increments_lattice(const struct isn_steps *steps, int64_t each);

/* Others' connections: `extra` in steps that took `seconds`, of them `late` in those longer than
 * the median, which half of what is lost would be. */
void isn_increments_foreign(struct isn_audit *audit, double extra, double late, double seconds);

#endif
