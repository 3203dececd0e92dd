/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a climb of the ladder of options is asked for, and all that came of it, before it is judged.
 */
#ifndef PROBE_CLIMB_H
#define PROBE_CLIMB_H

#include "base/arena.h"
#include "probe/ladder/check.h"
#include "probe/ladder/limited.h"
#include "probe/ladder/rungs_plan.h"
#include "probe/ladder/shot.h"
#include "probe/result.h"
#include "report/records_matrix.h"

#define CLIMB_RATE     5.0 /* SYNs a second to one target, unless the user says otherwise */
#define CLIMB_PATIENCE (INT64_C(8) * 1000000000)
/* SYNs that may wait for an answer at once; the one that is held does not count. */
#define CLIMB_HALF_OPEN 8
/* SYNs on the one 4-tuple: blocks of four, spread over the whole climb. */
#define CLIMB_SAME 16

struct climb_options {
    uint32_t features; /* as rungs_plan_options has it */
    unsigned repeat;   /* 1 … RUNGS_REPEAT_MAX */
    int64_t patience;  /* ns that one connection is held half-open; 0: none is */
    double rate;       /* SYNs a second to each target */
    bool no_limited;   /* no SYNs that expire on the way */
    bool no_checks;    /* no whole connections */
};

/* Who was asked, and all that came. */
struct climb {
    struct result_context context; /* target, host, time, dns, dropped … */
    struct route route;
    struct address address;
    const struct climb_options *options;
    const struct ladder_shot *shots; /* in the order of leaving */
    size_t count;
    const struct ladder_hold *hold;                 /* NULL: --patience 0, or it was never begun */
    const struct check *checks[CHECK_SCRIPT_COUNT]; /* over; NULL: never begun */
    /* Turns of the plan that it ended before; without those that were left out for want of a Fast
     * Open cookie. */
    size_t unsent;
    const char *ended; /* why it ended before its end, a clause; NULL: it did not */
    int64_t lasted;    /* ns */
};

/* How far one that goes on has come, for a line of progress. */
struct climb_state {
    const char *target;
    size_t sent, to_come;  /* SYNs of all parts */
    size_t lost;           /* so far */
    int64_t lasted, takes; /* ns: so far, and about in all */
    /* "climbing the ladder", "asking the routers", "opening connections", "waiting for SYN,ACKs
     * that come again" */
    const char *doing;
};

/*
 * Judges a climb and makes the record of it, in `arena`. Where nothing but silence, RSTs or ICMP
 * errors came, the verdict says so and no feature has one. Never fails.
 */
void climb_record(const struct climb *climb, struct arena *arena, struct matrix_record *ret_record);

/* The record of a target that was never asked. */
void climb_unmeasured(const struct result_context *context, const struct fault *fault,
                      struct arena *arena, struct matrix_record *ret_record);

#endif
