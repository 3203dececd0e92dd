/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pairs of numbers and their votes for a pace; for the search of clocks alone. */
#ifndef STAT_ISN_CLOCK_PAIRS_H
#define STAT_ISN_CLOCK_PAIRS_H

#include <stdbool.h>

#include "stat/isn/clock_vote.h"

struct isn_pair {
    double time, contacts; /* from one to the other */
    uint32_t up;
};

#define ISN_PAIRS_ANCHORS 2048
#define ISN_PAIRS_MOST    (3 * ISN_PAIRS_ANCHORS)

/* All pairs that are first … last apart, or of evenly chosen numbers with those; pairs has room for
 * ISN_PAIRS_MOST, and last - first is at most 2. Returns how many. */
size_t isn_pairs_make(const struct isn_track *track, size_t first, size_t last,
                      struct isn_pair *pairs);

/* The votes for the pace by pairs that are off by no more than `limit`, log_p not yet of several
 * paces. With a track, p0 is also compared with numbers drawn from it. */
struct isn_vote isn_pairs_vote(const struct isn_pair *pairs, size_t count,
                               const struct isn_pace *pace, uint32_t limit,
                               const struct isn_track *drawn);

/*
 * The pace anew by least squares from the pairs that are off by no more than the tolerance; `each`
 * only where with_each is set. Returns false, and changes nothing, if they do not determine it.
 */
bool isn_pairs_refine(const struct isn_pair *pairs, size_t count, uint32_t tolerance,
                      bool with_each, struct isn_pace *pace);

/*
 * What each connection adds, from pairs of neighbours that are off by no more than the tolerance
 * and less than `within` s apart: regression of what they are off on time and connections.
 */
struct isn_each {
    double each, error; /* numbers a connection, and its standard error */
    double gain;        /* share of the variance that it explains beside the rate */
    double deviation;   /* numbers: of what is left of a pair */
    size_t pairs;
};
struct isn_each isn_pairs_each(const struct isn_pair *pairs, size_t count, uint32_t tolerance,
                               double within, const struct isn_pace *pace);

#endif
