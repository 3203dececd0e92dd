/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The retransmission time-out of RFC 6298. */
#include "tcp/rtt.h"

/* Longer ones would overflow the sums below; no bound of a time-out lets them matter. */
#define SAMPLE_MAX (INT64_MAX / 16)

int64_t rtt_bounded(const struct tcb *tcb, int64_t rto)
{
    if (rto < tcb->parameters.rto_min)
        rto = tcb->parameters.rto_min;
    return rto < tcb->parameters.rto_max ? rto : tcb->parameters.rto_max;
}

void rtt_sample(struct tcb *tcb, int64_t sample)
{
    if (sample < 1)
        sample = 1; /* SRTT 0 means that there was none */
    if (sample > SAMPLE_MAX)
        sample = SAMPLE_MAX;
    if (tcb->srtt == 0) {
        tcb->srtt = sample;
        tcb->rttvar = sample / 2;
    } else {
        int64_t error = tcb->srtt > sample ? tcb->srtt - sample : sample - tcb->srtt;

        /* Beta is 1/4, alpha is 1/8; RTTVAR first, for it uses the SRTT from before (RFC 6298 2.3).
         */
        tcb->rttvar += (error - tcb->rttvar) / 4;
        tcb->srtt += (sample - tcb->srtt) / 8;
    }
    int64_t spread = 4 * tcb->rttvar;
    tcb->rto = rtt_bounded(tcb, tcb->srtt + (spread > RTT_GRANULARITY ? spread : RTT_GRANULARITY));
}

void rtt_back_off(struct tcb *tcb)
{
    int64_t longest = tcb->parameters.rto_max;

    tcb->rto = tcb->rto < longest / 2 ? tcb->rto * 2 : longest;
}
