/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What records of one's own connections and of captured ones are made of, in one form for both. */
#ifndef PROBE_RECORD_PARTS_H
#define PROBE_RECORD_PARTS_H

#include "base/arena.h"
#include "probe/trace.h"
#include "report/records.h"

/* All texts and records live in `memory`. */

static inline double record_ms(int64_t ns)
{
    return (double)ns / 1e6;
}

/* What the SYN of one side says; `ecn` stands in its flags. */
const struct options_record *record_options(struct arena *memory, const struct options *options,
                                            bool ecn);

/* What both sides agreed on, for the side that sends: wscale is that of the windows that it gets;
 * negative without scaling. */
struct record_effect {
    uint16_t mss;
    int wscale;
    bool sack, timestamps, fastopen, ecn, mptcp;
};
const struct options_record *record_effect(struct arena *memory,
                                           const struct record_effect *effect);

/* "port unreachable from 198.18.0.9" */
const char *record_icmp(struct arena *memory, enum ip_family family, uint8_t type, uint8_t code,
                        const struct address *from);

/* The first bytes of data made safe; NULL for none. At most SEEN_PAYLOAD bytes. */
const char *record_sample(struct arena *memory, const uint8_t *bytes, size_t length);

/* A step; `origin` is the instant that counts as 0. */
struct step_record record_step(struct arena *memory, const struct traced_step *traced,
                               int64_t origin);

#endif
