/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The verdict in one plain sentence that a person can put in a ticket. */
#ifndef PROBE_REASON_H
#define PROBE_REASON_H

#include "probe/result.h"

/* The sentence, without a full stop; lives in `memory`. */
const char *reason_sentence(const struct probe *probe, enum verdict verdict,
                            const struct result_context *context,
                            const struct opening_verdict *opening, struct arena *memory);

/* How a connection that was open ended: one of CLOSED_WORDS; NULL if it never was. */
const char *reason_closed(const struct probe *probe);

#endif
