/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The SYNs that expire on the way: what routers quote of them shows where on the way an option goes
 * missing. */
#ifndef PROBE_LADDER_LIMITED_H
#define PROBE_LADDER_LIMITED_H

#include "probe/ladder/rungs.h"
#include "probe/ladder/shot.h"

#define LIMITED_REPEAT   2 /* SYNs a hop */
#define LIMITED_HOPS_MAX 30

/* The SYN, into `spec`, as rung_spec() does: in even repeats as much as fits, which is Linux' set,
 * a Fast Open request, MP_CAPABLE, an unknown option, ECE and CWR; in odd ones what is let through
 * nearly everywhere, Linux' set with ECE and CWR, should something on the way drop the other. */
void limited_spec(const struct rung_values *values, unsigned repeat, struct spec *spec);

/* How far to go, by the TTL of a SYN,ACK: hops to it less one, and two more for a longer way there;
 * 0: the peer is next door. */
unsigned limited_hops(uint8_t ttl);

/* What the quotes say of one offer. */
struct limited_row {
    unsigned whole;      /* hops that quoted all of it as it left */
    uint8_t hop;         /* the first hop whose quote lacks it or has another value; 0: none */
    bool differs;        /* it was there, with another value */
    struct address from; /* who quoted that */
    uint8_t before; /* the last hop in front of that which quoted it as it was; 0: none, so it may
                       have been our own machine */
    uint8_t last;   /* the last hop of all that quoted it as it was; 0: none */
    struct address last_from; /* who did */
};
struct limited {
    unsigned hops; /* that quoted enough */
    struct limited_row rows[LADDER_OFFER_COUNT];
};

/* Pure. */
void limited_judge(const struct ladder_shot *shots, size_t count, struct limited *ret_limited);

#endif
