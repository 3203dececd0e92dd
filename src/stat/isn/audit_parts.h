/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of an audit share: the tree's own steps, which no judge needs. */
#ifndef STAT_ISN_AUDIT_PARTS_H
#define STAT_ISN_AUDIT_PARTS_H

#include "stat/isn/audit.h"

/* The class is WEAK_PRNG with this state: fills in all that says so. */
void isn_audit_recovered(struct isn_audit *audit, const struct isn_recovery *recovery);

/*
 * Sets the prices and what the sample certifies. The class is known. Errors and intervals are of
 * the first 65536 and 2048 rows. 0 or -FAULT_MEMORY.
 */
int isn_audit_price(const struct isn_samples *samples, const struct isn_audit_options *options,
                    struct isn_audit *audit);

/* Whether there is a hash, but of the ports alone: then another tuple is as good as the same. */
bool isn_audit_leaves_address_out(const struct isn_audit *audit);

/* Sets the severity: the class's, or another one, with its why, where findings or prices ask for
 * it.
 */
void isn_audit_weigh(struct isn_audit *audit);

/*
 * What is information only: the battery, where the class needed none, nmap's figures, the phase
 * space (of the first 16384 numbers), SP 800-90B (of the first 32768). 0 or -FAULT_MEMORY.
 */
int isn_audit_inform(const struct isn_samples *samples, struct isn_audit *audit);

/* Pairs of the same number. */
struct isn_pairs_alike {
    double apart, own; /* of different tuples, of the same one */
};

/*
 * Counts them. A number that is as the last one of its tuple, of the fixed one or right after it, is
 * left out: the answer was sent again, or what is mixed with the hash stood still. 0 or
 * -FAULT_MEMORY.
 */
int isn_audit_pairs(const struct isn_samples *samples, struct isn_pairs_alike *ret_pairs);

/* Fills the battery with all tests of all series and judges it; once only. 0 or -FAULT_MEMORY. */
int isn_audit_test(const struct isn_samples *samples, struct isn_audit *audit);

#endif
