/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of a run share beyond cmd/run.h. */
#ifndef CMD_RUN_PARTS_H
#define CMD_RUN_PARTS_H

#include "cmd/run.h"

/* The engine's tick: the line of progress. `data` is the run. */
void run_show_progress(void *data, uint64_t begun, uint64_t total);
/* The summary at the end, where somebody watches or the run was ended early. */
void run_tell_summary(struct run *run);

#endif
