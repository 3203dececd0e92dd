/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The text of a handshake for people: the ladder, the options, what was measured, the verdict. */
#ifndef REPORT_HANDSHAKE_TEXT_H
#define REPORT_HANDSHAKE_TEXT_H

#include "report/output.h"
#include "report/records.h"

/* schema_handshake's `show`: a whole page, or for one of several targets (`brief`)
 * the verdict and the findings. `record` is a struct handshake_record; writes to output->stream. */
void handshake_show(const void *record, const struct style *style, struct output *output);

#endif
