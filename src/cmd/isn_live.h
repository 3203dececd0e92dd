/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `isn TARGET…`: initial sequence numbers sampled from servers. */
#ifndef CMD_ISN_LIVE_H
#define CMD_ISN_LIVE_H

#include "cmd/isn.h"

/* Samples, audits and reports each target of the run (isn->run is open). An exit status, or a
 * fault. */
int isn_live(struct isn_run *isn, struct fault *fault);

#endif
