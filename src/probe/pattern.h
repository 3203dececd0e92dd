/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The SYN that a series' SYNs are copies of: made once by the state machine and libnet for all that
 * leave the same way. */
#ifndef PROBE_PATTERN_H
#define PROBE_PATTERN_H

#include "net/template.h"
#include "probe/spec.h"

struct pattern {
    struct route route; /* what it was made for */
    uint16_t mss;       /* that its SYN offers; 0: none */
    bool has_timestamps;
    bool has_ts_first; /* the user wants this TSval on the first SYN */
    uint32_t ts_first;
    struct craft_template template;
    struct craft_header header; /* to the first of its destinations */
    struct tcb tcb;             /* in SYN-SENT, as after the first SYN */
    struct stream stream;
    struct pattern *next;
};

/*
 * The pattern for a destination by its route, made when there is none yet in the list, which owns
 * it. `random` is for what the spec leaves open. 0; the faults of craft_template_make();
 * -FAULT_MEMORY.
 */
int pattern_find(struct pattern **list, const struct spec *spec, const struct route *route,
                 const struct address *destination, const struct spec_random *random,
                 struct craft *craft, struct pattern **ret_pattern, struct fault *fault);

/* The same, of nobody's list, and offering `mss` in the place of the spec's, if that offers one at
 * all; 0: as the spec has it. To be freed with pattern_free_all(). */
int pattern_make(const struct spec *spec, const struct route *route,
                 const struct address *destination, const struct spec_random *random, uint16_t mss,
                 struct craft *craft, struct pattern **ret_pattern, struct fault *fault);

/* Puts `mss` into the MSS option of a list, if there is one. */
void pattern_offer_mss(struct options *options, uint16_t mss);

/* What a segment means to a client in SYN-SENT that sent its SYN with this sequence number: the
 * effects of the state machine's steps. */
uint32_t pattern_answer(struct pattern *pattern, uint32_t iss, const struct segment *segment,
                        int64_t now);

void pattern_free_all(struct pattern **list);

#endif
