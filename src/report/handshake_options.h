/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of the options that were offered, answered, and are in effect. */
#ifndef REPORT_HANDSHAKE_OPTIONS_H
#define REPORT_HANDSHAKE_OPTIONS_H

#include <stdio.h>

#include "report/output.h"
#include "report/records.h"

/* Writes it with a blank line in front; nothing where there was no answer, unless style->verbose.
 * Each may be NULL. */
void handshake_show_options(const struct options_record *offered,
                            const struct options_record *answered,
                            const struct options_record *in_effect, const struct style *style,
                            FILE *stream);

#endif
