/* SPDX-License-Identifier: GPL-3.0-or-later */
/* In which order the rungs are sent, so that neither loss nor a change on the way looks like a
 * rule.
 */
#ifndef PROBE_LADDER_RUNGS_PLAN_H
#define PROBE_LADDER_RUNGS_PLAN_H

#include "base/arena.h"
#include "probe/ladder/rungs.h"

#define RUNGS_REPEAT     3 /* the default of --repeat */
#define RUNGS_REPEAT_MAX 100
#define RUNGS_BETWEEN    6 /* rungs from one control to the next, at most */
/* Of each control at least, where rungs are repeated: three SYNs without an answer beside so many
 * with one are no chance, even where a dozen rungs are asked and one of the controls is no use. */
#define RUNGS_CONTROLS 10

struct rungs_plan_options {
    uint64_t seed;     /* the same number, the same plan */
    uint32_t features; /* 1 << RUNG_FEATURE_…, the rows of the matrix that are wanted; 0: all */
    unsigned repeat;   /* how often each rung is sent: 1 … RUNGS_REPEAT_MAX */
};

/* One SYN. What differs from SYN to SYN: rung_values_draw() with the turn's index in the plan. */
struct rungs_turn {
    enum rung_id rung;
    unsigned repeat; /* from 0: which of this rung's */
};

/*
 * The turns, in `arena`. Never fails, never empty. In it are
 *
 * - the rungs of the features, what those are to be held against (rung.beside), and all controls;
 * - each rung but the controls `repeat` times, once in each of `repeat` rounds; each round is
 *   shuffled anew, and from one repeat of a rung to the next lie at least a quarter of the rungs,
 *   so that a burst of losses does not meet two repeats;
 * - controls first, last and evenly between, at most RUNGS_BETWEEN rungs apart, in turn the one and
 *   the other, each at least RUNGS_CONTROLS and `repeat` times (once where nothing is repeated);
 *   when they go unanswered, so may what stands beside them;
 * - a rung that asks for a cookie before the first that needs one. A turn whose rung is not ready
 *   (rung_ready()) is to be left out: there is no cookie.
 */
const struct rungs_turn *rungs_plan(const struct rungs_plan_options *options, struct arena *arena,
                                    size_t *ret_count);

/* Whether this rung is in such a plan. */
bool rungs_plan_has(const struct rungs_plan_options *options, enum rung_id id);

#endif
