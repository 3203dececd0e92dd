/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The connections of a run by fingerprint: which are alive, which were used, as far as remembered.
 */
#ifndef PROBE_TUPLES_H
#define PROBE_TUPLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* How many used ones are remembered: at least as many as this, at most twice. Living ones are never
 * forgotten. */
#define TUPLES_REMEMBERED 65536

enum tuple_state {
    TUPLE_NEW,  /* not known */
    TUPLE_USED, /* was alive, and is over */
    TUPLE_LIVE,
    TUPLE_STATE_COUNT
};

/* A set of fingerprints; all zero is an empty one. Two that differ in their lowest two bits alone
 * are the same. */
struct tuples {
    uint64_t *slots;
    size_t size;  /* slots, a power of two; 0: none yet */
    size_t count; /* slots in use */
    size_t young; /* of these, how many were used since the old ones were last forgotten */
    unsigned shift;
    uint64_t generation; /* the mark of the young */
};

enum tuple_state tuples_find(const struct tuples *tuples, uint64_t fingerprint);
/* Makes it a living one, known or not. 0 or -FAULT_MEMORY. */
int tuples_take(struct tuples *tuples, uint64_t fingerprint, struct fault *fault);
/* A living one is over. */
void tuples_return(struct tuples *tuples, uint64_t fingerprint);
void tuples_release(struct tuples *tuples);

#endif
