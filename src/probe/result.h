/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A finished probe as a record: verdict, reason, options, trace. */
#ifndef PROBE_RESULT_H
#define PROBE_RESULT_H

#include "base/arena.h"
#include "probe/probe.h"

/* Parts of a record that are dear where there are very many. */
enum result_part {
    RESULT_ROWS = 1 << 0,    /* segments and steps */
    RESULT_OPTIONS = 1 << 1, /* offered, answered, in_effect */
    RESULT_REASON = 1 << 2,
};

/* What is known about a target beside its connection. */
struct result_context {
    const char *target; /* as the user wrote it */
    const char *host;
    unsigned addresses; /* how many the name has; 0: not known */
    uint16_t port;
    const char *time;  /* when it began, ISO 8601 */
    int64_t dns_ns;    /* -1: no name was resolved */
    const char *guard; /* methods in words */
    bool guard_weak;
    const char *stamp_words; /* of the capture */
    bool next_hop_silent;    /* ARP or neighbour discovery had no answer for the next hop */
    const char *next_hop;    /* its address */
    int64_t dropped;         /* frames that the capture lost */
    unsigned without;        /* RESULT_…: parts that nobody looks at need not be made */
};

/*
 * Fills the record of a probe that is over; all texts and lists live in `memory` until the caller
 * frees it. The trace is put into order on the way, so the probe is not const.
 */
void result_handshake(struct probe *probe, const struct result_context *context,
                      struct arena *memory, struct handshake_record *ret_record);

/* The same for a target that never got as far as a SYN: inconclusive, with the fault as its reason.
 */
void result_unmeasured(const struct result_context *context, const struct fault *fault,
                       struct arena *memory, struct handshake_record *ret_record);

/* The distance that a received TTL suggests: what is missing to the next of 64, 128, 255. */
int64_t result_hops(uint8_t ttl);

/* The verdict of a probe that is over. */
enum verdict result_verdict(const struct probe *probe, const struct result_context *context);

#endif
