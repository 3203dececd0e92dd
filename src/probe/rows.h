/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A trace as lists of records: segments, steps, findings. */
#ifndef PROBE_ROWS_H
#define PROBE_ROWS_H

#include "base/arena.h"
#include "probe/probe.h"

/* Times count from the first SYN as it left. The trace must be sorted. Everything lives in
 * `memory`. */
struct record_list rows_segments(const struct probe *probe, struct arena *memory);
struct record_list rows_steps(const struct probe *probe, struct arena *memory);
/* The worst first. */
struct record_list rows_findings(const struct probe *probe, struct arena *memory);

#endif
