/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The first packet of a probe, made and not sent. */
#ifndef PROBE_DRY_H
#define PROBE_DRY_H

#include "base/arena.h"
#include "probe/ladder/rungs.h"
#include "probe/spec.h"
#include "report/records.h"

struct dry_run {
    const struct spec *spec;
    const struct route *route;
    const struct address *destination;
    uint16_t port;
    uint16_t mss;   /* offered in place of the spec's; 0: as the spec has it */
    bool on_ladder; /* the SYN is this rung's, which `spec` was made for */
    enum rung_id rung;
    struct spec_random random;
    const char *command; /* whose packet it is */
};

/* The record of it, its texts in `memory`. Where no source port was given, one of the dynamic ports
 * (RFC 6335) is taken from the random numbers. 0 or a fault of craft_packet(). */
int dry_run_packet(const struct dry_run *dry, struct craft *craft, const char *target,
                   struct arena *memory, struct packet_record *ret_record, struct fault *fault);

#endif
