/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sequence diagram of a handshake: two lifelines, what went between them, the states on either
 * side. */
#ifndef REPORT_LADDER_H
#define REPORT_LADDER_H

#include <stdio.h>

#include "report/output.h"
#include "report/records.h"

/*
 * Draws record->segments, and record->steps where they change a state without a segment or
 * style->explain wants them all. Fits style->width (40 at least). Of very many segments the middle
 * is left out and counted, unless style->verbose.
 */
void ladder_show(const struct handshake_record *record, const struct style *style, FILE *stream);

#endif
