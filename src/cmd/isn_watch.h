/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is told of sampling while it goes on: what is going to be sent, how far it is, and an early
 * reading of the class. */
#ifndef CMD_ISN_WATCH_H
#define CMD_ISN_WATCH_H

#include "cmd/isn.h"

/* Puts the calls for that among the engine's: with -v, on a terminal, and for SIGQUIT. All goes to
 * standard error. */
void isn_watch(struct isn_run *isn, struct engine_calls *calls);

#endif
