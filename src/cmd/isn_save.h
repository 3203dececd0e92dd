/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `isn --save FILE`: the numbers kept, for `--from`. */
#ifndef CMD_ISN_SAVE_H
#define CMD_ISN_SAVE_H

#include "base/err.h"
#include "report/records_isn.h"
#include "stat/isn/sample.h"

/* Writes the file, whole or not at all, with a comment that says whose numbers they are. 0,
 * -FAULT_IO, -FAULT_MEMORY. */
int isn_save(const char *path, const struct isn_record *record, const struct isn_samples *samples,
             struct fault *fault);

#endif
