/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of the options that were offered, answered, and are in effect. */
#ifndef REPORT_HANDSHAKE_OPTIONS_H
#define REPORT_HANDSHAKE_OPTIONS_H

#include <stdio.h>

#include "report/output.h"
#include "report/records.h"

/* Writes it with a blank line in front; nothing where there was no answer, unless style->verbose.
 */
void handshake_show_options(const struct handshake_record *record, const struct style *style,
                            FILE *stream);

#endif
