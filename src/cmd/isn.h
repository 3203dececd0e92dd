/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the ways of `isn`, from a file and live, share: an audit made, reported and counted. */
#ifndef CMD_ISN_H
#define CMD_ISN_H

#include "cmd/failure.h"
#include "cmd/isn_baseline.h"
#include "cmd/run.h"
#include "report/isn_record.h"
#include "stat/isn/audit.h"

struct isn_run {
    struct run run;      /* first: the engine's calls get either */
    struct arena memory; /* of the record in hand */
    struct isn_audit_options options;
    struct isn_baseline *baseline; /* NULL: none */
    size_t reported;
    char fail_clause[FAILURE_CLAUSE_SIZE]; /* of --expect, which --fail-on adds */

    const char *reading; /* of a target that is being sampled: its class, early */
};

/* One target's numbers, audited. */
struct isn_report {
    struct isn_record *record; /* what is known of the target and the sampling is in it */
    const struct isn_samples *samples;
    const struct isn_audit *audit; /* NULL: there was none, for want of numbers */
    const char *source;            /* for the picture: "capture on eth0"; NULL: not said */
    int64_t date;                  /* when the numbers were taken, ns since 1970; 0: not known */
    uint64_t index;                /* of the target */
};

/*
 * Audits the numbers as the command line asks, with the searches of --deep. To be released with
 * isn_audit_release() whatever it returns. 0 or -FAULT_MEMORY.
 */
int isn_examine(struct isn_run *isn, const struct isn_samples *samples, struct isn_audit *ret_audit,
                struct fault *fault);

/*
 * Completes the record out of the audit and the baseline, judges, counts and prints it, keeps the
 * numbers (--save) and draws them (--plot). Then isn->memory is cleared. 0 or a fault that ends the
 * run.
 */
int isn_report(struct isn_run *isn, const struct isn_report *report, struct fault *fault);

#endif
