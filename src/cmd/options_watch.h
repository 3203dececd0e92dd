/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is told of a climb while it goes on: what is going to be sent, and how far it is. */
#ifndef CMD_OPTIONS_WATCH_H
#define CMD_OPTIONS_WATCH_H

#include "cmd/run.h"

/* Puts the calls for that among the engine's: with -v, on a terminal, and for SIGQUIT. All goes to
 * standard error. */
void options_watch(struct run *run, struct engine_calls *calls);

#endif
