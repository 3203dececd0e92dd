/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Round trips of a series that may turn out to be the repeat of a lost answer. */
#include "probe/doubt.h"

#include <stdlib.h>
#include <utlist.h>

/* So many are remembered of one series: a path that is slow all along needs no more. */
#define DOUBTS_MAX 16

struct doubt {
    struct pinger_probe probe;
    struct address from;
    struct doubt *next;
};

void doubt_note(struct pinger *pinger, const struct pinger_probe *probe)
{
    struct doubt *doubt;
    unsigned count;

    /* 1 ns: shorter than any round trip to come. */
    if (pinger->sweep || !outcome_is_repeat(probe->verdict.rtt, 1))
        return;
    LL_COUNT(pinger->doubts, doubt, count);
    if (count == DOUBTS_MAX)
        return;
    doubt = malloc(sizeof *doubt);
    if (!doubt)
        return; /* it counts as it is */
    doubt->probe = *probe;
    doubt->from = *probe->from;
    doubt->probe.from = &doubt->from;
    doubt->probe.icmp = NULL;
    LL_APPEND(pinger->doubts, doubt);
}

void doubt_settle(struct pinger *pinger)
{
    struct doubt *doubt, *next;

    LL_FOREACH_SAFE(pinger->doubts, doubt, next)
    {
        if (!outcome_is_repeat(doubt->probe.verdict.rtt, pinger->usual))
            continue;
        LL_DELETE(pinger->doubts, doubt);
        pinger_take_back(pinger, &doubt->probe);
        free(doubt);
    }
}

void doubt_free(struct pinger *pinger)
{
    struct doubt *doubt, *next;

    LL_FOREACH_SAFE(pinger->doubts, doubt, next)
    free(doubt);
    pinger->doubts = NULL;
}
