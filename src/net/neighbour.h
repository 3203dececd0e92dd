/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether the next hop is there at all: what the kernel's neighbour table says (ARP, neighbour
 * discovery). */
#ifndef NET_NEIGHBOUR_H
#define NET_NEIGHBOUR_H

#include "net/route.h"

enum neighbour_state {
    NEIGHBOUR_UNKNOWN, /* no entry, or none is needed: loopback, tun */
    NEIGHBOUR_FOUND,   /* it has answered */
    NEIGHBOUR_SILENT,  /* asked for, and no answer (INCOMPLETE, FAILED): nothing was sent to it */
    NEIGHBOUR_STATE_COUNT
};

/* Asks about the route's next hop. Never fails: what cannot be asked is UNKNOWN. */
enum neighbour_state neighbour_ask(const struct route *route);

#endif
