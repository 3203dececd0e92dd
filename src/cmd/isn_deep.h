/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `isn --deep`: the searches that take seconds to minutes, on all cores. */
#ifndef CMD_ISN_DEEP_H
#define CMD_ISN_DEEP_H

#include "cmd/isn.h"

/*
 * Searches all 2^32 states of smoltcp's generator where the audit found no structure, in up to
 * ISN_DEEP_WINDOWS runs of the numbers. What it finds the audit adopts; what it does not is noted
 * as evidence. Progress on standard error where that is a terminal. SIGINT and SIGTERM end the
 * search and nothing else here: the audit stays as it was, and whoever else handles the signal gets
 * it afterwards. 0 or -FAULT_MEMORY.
 */
#define ISN_DEEP_WINDOWS 4
int isn_deep(struct isn_run *isn, const struct isn_samples *samples, struct isn_audit *audit);

#endif
