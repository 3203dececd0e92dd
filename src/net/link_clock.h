/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether an adapter's own clock can stamp what passes, and stamps of it. */
#ifndef NET_LINK_CLOCK_H
#define NET_LINK_CLOCK_H

#include "net/link.h"

/* What an adapter says of its stamps (ETHTOOL_GET_TS_INFO). */
struct link_clock_facts {
    bool known;        /* it was asked and answered */
    uint32_t modes;    /* SOF_TIMESTAMPING_… */
    int32_t clock;     /* number of its PTP hardware clock, -1: none */
    uint32_t transmit; /* bits 1 << HWTSTAMP_TX_… */
    uint32_t receive;  /* bits 1 << HWTSTAMP_FILTER_… */
};

/*
 * NULL if its clock can stamp every frame of both directions; else link_stamp_words() for the
 * host's clock that is used in its place, which say why. A round trip is the difference of two
 * stamps of one clock: with one direction alone there would be none.
 */
const char *link_clock_lacks(const struct link_clock_facts *facts);

/*
 * Takes the adapter's clock for this link if that can be. Frames that come in carry its stamp then;
 * those that go out are not the capture's, which have only the host's, but come from the error
 * queue of the raw socket, where the kernel puts what was sent through it with the adapter's stamp
 * (SO_TIMESTAMPING): frames that others send do not appear. Switching an adapter's stamps on needs
 * CAP_NET_ADMIN unless somebody has done so; it stays on. Sets the link's words.
 */
void link_clock_take(struct link *link);

/* The same path with the kernel's stamps, which any interface has, in place of the adapter's. 0 or
 * -FAULT_SYSTEM. For tests, and what link_clock_take() ends with. */
int link_clock_begin(struct link *link, bool adapter);
void link_clock_end(struct link *link);

/* The next stamped frame that was sent: 1, or 0 when none waits. */
int link_clock_next(struct link *link, struct frame *ret_frame);

#endif
