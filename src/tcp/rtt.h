/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The retransmission time-out of RFC 6298. */
#ifndef TCP_RTT_H
#define TCP_RTT_H

#include "tcp/tcb.h"

/* G of RFC 6298, the clock's granularity: the event loop and the timestamps count milliseconds. */
#define RTT_GRANULARITY INT64_C(1000000)

/* Takes one measured round trip, ns (below 1 counts as 1): SRTT, RTTVAR and RTO anew (RFC
 * 6298 2.2, 2.3). */
void rtt_sample(struct tcb *tcb, int64_t sample);

/* The timer expired: RTO twice as long, at most rto_max (RFC 6298 5.5). */
void rtt_back_off(struct tcb *tcb);

/* rto_min … rto_max of the parameters (RFC 6298 2.4, 2.5). */
int64_t rtt_bounded(const struct tcb *tcb, int64_t rto);

#endif
