/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two captures of the same connections, from two places: what was changed, lost or put in between
 * them. */
#ifndef PROBE_TRACK_COMPARE_H
#define PROBE_TRACK_COMPARE_H

#include "base/arena.h"
#include "probe/track/story.h"
#include "report/records_read.h"

/* One connection as one of the captures has it. Copied by compare_add(), with its story. */
struct compare_side {
    const struct connection *connection;
    const struct story *story;
    int64_t end_at;
};

struct compare;

/* `file_a`, `file_b` must outlive it. NULL: out of memory. */
struct compare *compare_new(const char *file_a, const char *file_b);
void compare_free(struct compare *compare);

/* A connection of capture 0 (A) or 1 (B). 0, -FAULT_MEMORY, -FAULT_RANGE: more than COMPARE_MAX. */
#define COMPARE_MAX 100000
int compare_add(struct compare *compare, unsigned capture, const struct compare_side *side);

/*
 * Finds which connections of A and B are the same: by both ends; where an address translator
 * changed these, by the ISNs and timestamps; where a firewall changed the ISNs, too, by one end,
 * the SYN's options and the order in time. Then calls `take` for each pair, by A's numbers, and for
 * each connection that only one of them has. 0, -FAULT_MEMORY or what `take` returned. `arena` is
 * cleared before each: a record lasts for its call alone. To be called once.
 */
int compare_run(struct compare *compare,
                int (*take)(void *data, const struct compare_record *record), void *data,
                struct arena *arena);

#endif
