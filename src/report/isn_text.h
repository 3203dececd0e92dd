/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The audit of initial sequence numbers as people read it. */
#ifndef REPORT_ISN_TEXT_H
#define REPORT_ISN_TEXT_H

#include "report/output.h"

/*
 * A page for a struct isn_record, about 30 lines: the verdict in one line that is never broken
 * ("SEVERITY: …", isn_reason()'s sentence), then what was sampled, what it means, the evidence,
 * what was found, the cost, the power of the sample, comparisons, changes, advice. With
 * style->verbose everything that was tested, with style->explain also how to read it. Where there
 * was no audit only "VERDICT: REASON".
 */
void isn_text(const void *record, const struct style *style, struct output *output);

#endif
