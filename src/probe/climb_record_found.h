/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The findings of a climb while they are gathered: each once. */
#ifndef PROBE_CLIMB_RECORD_FOUND_H
#define PROBE_CLIMB_RECORD_FOUND_H

#include "probe/climb_record_parts.h"
#include "report/finding.h"

struct climb_found {
    const struct climb_case *judged;
    const char *texts[FINDING_COUNT]; /* NULL: not found */
};

/* Begins a text with what the finding means; what is seen of it is to be added to the arena, and
 * climb_found_end() ends it. */
void climb_found_begin(const struct climb_found *found, enum finding finding);
void climb_found_end(struct climb_found *found, enum finding finding);
static inline bool climb_found_has(const struct climb_found *found, enum finding finding)
{
    return found->texts[finding] != NULL;
}

/* Rules that answers broke; the same SYN with different answers. */
void climb_found_rules(struct climb_found *found);
/* What became of features, on the way and on open connections. */
void climb_found_features(struct climb_found *found);

#endif
