/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A series over a range of source ports: round by round over all flows, and then the bad ones and
 * good ones in turn. */
#ifndef PROBE_SWEEP_H
#define PROBE_SWEEP_H

#include "base/arena.h"
#include "base/err.h"
#include "probe/outcome.h"

struct pinger_probe;
struct sweep;

/* Flows from port `first` to `last`, `count` probes for each (0: endless). 0 or -FAULT_MEMORY. */
int sweep_new(uint16_t first, uint16_t last, uint64_t count, struct sweep **ret_sweep,
              struct fault *fault);
void sweep_free(struct sweep *sweep); /* NULL is fine */

/* The port of the next probe, and the number of its flow; the same until sweep_begun(). */
uint16_t sweep_next(const struct sweep *sweep, size_t *ret_flow);
void sweep_begun(struct sweep *sweep);
/* Whether flows of the present round are left, which need not wait for the interval. */
bool sweep_within_round(const struct sweep *sweep);
/* Whether all probes of the present phase have begun. */
bool sweep_all_begun(const struct sweep *sweep);
/* All probes have their outcomes: true if there are suspects to be confirmed, and the second phase
 * begins. */
bool sweep_confirm(struct sweep *sweep);

size_t sweep_flow(const struct sweep *sweep, uint16_t source_port);
void sweep_count(struct sweep *sweep, const struct pinger_probe *probe);
/* A lost probe has another outcome after all. */
void sweep_recount(struct sweep *sweep, const struct pinger_probe *probe);
/* The shortest round trip of a flow so far, ns; 0: none. */
int64_t sweep_usual(const struct sweep *sweep, size_t flow);

/* The records of its flows, and how many are bad. */
struct record_list sweep_records(struct sweep *sweep, struct arena *memory, int64_t *ret_bad);

#endif
