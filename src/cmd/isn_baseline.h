/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `isn --baseline FILE`: what has changed since an earlier run. */
#ifndef CMD_ISN_BASELINE_H
#define CMD_ISN_BASELINE_H

#include "base/arena.h"
#include "base/err.h"
#include "report/records_isn.h"

struct isn_baseline;

/* Reads the records of `isn` in a file of JSON Lines; lines of other records are passed over, of
 * several for one target the last counts. 0 and *ret; -FAULT_IO, also for a file that is
 * none of JSON Lines or has no record of `isn`; -FAULT_MEMORY. */
int isn_baseline_read(const char *path, struct isn_baseline **ret, struct fault *fault);
void isn_baseline_free(struct isn_baseline *baseline); /* NULL is fine */

/*
 * Compares a record with the earlier one of its target (and address, where both have one): fills in
 * its `baseline`, and adds a finding where something is worse or different. False and nothing
 * where the target is new. All in `arena`.
 */
bool isn_baseline_compare(const struct isn_baseline *baseline, struct isn_record *record,
                          struct arena *arena);

#endif
