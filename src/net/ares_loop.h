/* SPDX-License-Identifier: GPL-3.0-or-later */
/* c-ares on an event loop: its sockets watched, its time-outs kept. Private to the resolver. */
#ifndef NET_ARES_LOOP_H
#define NET_ARES_LOOP_H

#include <ares.h>
#include <ev.h>

#include "base/err.h"

struct ares_loop {
    struct ev_loop *loop;
    ares_channel channel;
    ev_timer timer; /* c-ares' own time-outs */
    struct ares_watched *watched;
};

/* Must stay where it is until it is closed. 0 or -FAULT_SYSTEM. */
int ares_loop_open(struct ares_loop *ares, struct ev_loop *loop, struct fault *fault);
/* Calls back for all that is under way. */
void ares_loop_close(struct ares_loop *ares);
/* To be called after whatever may have changed c-ares' next time-out. */
void ares_loop_rearm(struct ares_loop *ares);

#endif
