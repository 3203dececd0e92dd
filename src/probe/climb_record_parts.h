/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of probe/climb_record share. */
#ifndef PROBE_CLIMB_RECORD_PARTS_H
#define PROBE_CLIMB_RECORD_PARTS_H

#include "probe/climb.h"
#include "probe/ladder/front.h"
#include "probe/ladder/header.h"
#include "probe/ladder/limited.h"
#include "probe/ladder/repeats.h"
#include "stat/tsclock.h"

/* A climb, and what the judges say of it. */
struct climb_case {
    const struct climb *climb;
    struct arena *arena;
    const struct ladder_facts **facts; /* of each shot that is a rung and was opened; else NULL */
    size_t settled;                    /* SYNs but those that were to expire on the way */
    size_t came[MATRIX_CAME_COUNT];    /* the settled ones, by enum matrix_came */
    size_t opened;                     /* rungs that a SYN,ACK came to */
    bool open;                         /* a SYN,ACK came to anything */
    struct matrix matrix;
    /* Of a feature that something happened to: what was seen of that, a clause; else NULL. */
    const char *signs[RUNG_FEATURE_COUNT];
    struct ladder_front front;
    struct ladder_header header;
    struct ladder_repeats repeats; /* where one was held */
    struct limited limited;
    struct check_rows checks;
    bool has_checks; /* connections were opened whole */
    /* Of the one 4-tuple, and of all; timestamps that came at all. */
    struct tsclock clock;
    struct tsclock_many many;
    size_t timestamps;
};

/* Whether a SYN,ACK came to it. */
bool climb_opened(const struct ladder_shot *shot);
/* The last SYN,ACK to a rung, of the ladder or beside it; NULL: none came. */
const struct ladder_shot *climb_last(const struct climb *climb, enum rung_id rung);
/* The feature's offer; LADDER_OFFER_COUNT: it is none. */
enum ladder_offer climb_offer(enum rung_feature feature);
/* Whether the feature has a row in the record: it was wanted, not only to compare others with, and
 * asked. */
bool climb_asked(const struct climb_case *judged, enum rung_feature feature);

void climb_judge(const struct climb *climb, struct arena *arena, struct climb_case *ret_judged);

/* What they fill of the record. */
void climb_record_rows(const struct climb_case *judged, struct matrix_record *record);
void climb_record_facts(const struct climb_case *judged, struct matrix_record *record);
void climb_record_findings(const struct climb_case *judged, struct matrix_record *record);
/* The sentence, without a full stop. */
const char *climb_record_reason(const struct climb_case *judged, enum verdict verdict);

#endif
