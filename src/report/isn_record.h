/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The record of an audit out of the audit. */
#ifndef REPORT_ISN_RECORD_H
#define REPORT_ISN_RECORD_H

#include "base/arena.h"
#include "report/finding.h"
#include "report/records_isn.h"
#include "stat/isn/audit.h"

/* A record of which nothing is known but the command. */
void isn_record_init(struct isn_record *record);

/*
 * Fills in all that the audit says: class to battery, n, gaps, duration_s, rtt_us, attack_rate, and
 * where they are still NULL, verdict (open, or inconclusive) and reason. The audit and `options`
 * may go once it is done, `arena` (which must not be growing a text) is to outlive the record.
 */
void isn_record_fill(struct isn_record *record, const struct isn_audit *audit,
                     const struct isn_samples *samples, const struct isn_audit_options *options,
                     struct arena *arena);

/* Adds a finding to those of the record; `text` is kept as a pointer. `arena` as above. */
void isn_record_add_finding(struct isn_record *record, enum finding finding, const char *text,
                            struct arena *arena);

#endif
