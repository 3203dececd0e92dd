/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sequence diagram of a handshake: two lifelines, what went between them, the states on either
 * side. */
#ifndef REPORT_LADDER_H
#define REPORT_LADDER_H

#include <stdio.h>

#include "report/output.h"
#include "report/records.h"

/* What is told of a segment beyond its struct segment_record. */
struct ladder_more {
    char what[320];                       /* what its note does not say */
    char ranges[400];                     /* sequence numbers of what its sender has and lacks */
    char place[64];                       /* where it stands in the capture; with style->verbose */
    bool state_doubtful, server_doubtful; /* the states are marked with "?" */
    const char *lesson, *reference;       /* with style->explain; NULL: none */
};

/* What a ladder is drawn from. */
struct ladder_case {
    const void *segments; /* records that begin with a struct segment_record, `stride` bytes each */
    size_t segment_count, stride;
    const struct step_record *steps;
    size_t step_count;
    const char *client, *server; /* addresses: who stands at the lifelines; "out" is the client's */
    int64_t client_port, server_port;
    /* What became of the client's SYNs. */
    bool silence; /* nobody answered */
    int64_t answered_attempt, lost_forward, lost_reverse;
    /* Of a capture; NULL: none of it. Fills what it knows of a segment; the rest is empty. */
    void (*more)(const void *segment, const struct style *style, struct ladder_more *ret_more);
};

/*
 * Draws the segments, and the steps where they change a state without a segment or style->explain
 * wants them all. Fits style->width (40 at least). Of very many segments the middle is left out and
 * counted, unless style->verbose. With `more` the TTL of both sides is told, and of the steps only
 * time-outs are explained: the segments' lessons tell the others.
 */
void ladder_show(const struct ladder_case *ladder_case, const struct style *style, FILE *stream);

#endif
