/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `isn --from FILE`: initial sequence numbers that exist already. */
#ifndef CMD_ISN_FROM_H
#define CMD_ISN_FROM_H

#include "cmd/isn.h"

/* Reads the file, audits and reports it. Needs no privilege and opens no socket. An exit status, or
 * a fault. */
int isn_from(struct isn_run *isn, struct fault *fault);

#endif
