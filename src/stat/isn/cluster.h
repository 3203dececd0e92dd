/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Levels about which numbers lie once their pace is taken off: of servers behind one address, or of
 * keys one after the other. */
#ifndef STAT_ISN_CLUSTER_H
#define STAT_ISN_CLUSTER_H

#include <stdbool.h>

#include "stat/isn/clock_vote.h"

#define ISN_CLUSTERS_MOST 24

struct isn_cluster {
    size_t count, first, last; /* numbers of the track */
};

struct isn_clusters {
    struct isn_cluster list[ISN_CLUSTERS_MOST]; /* in the order of their first numbers */
    size_t count;
    size_t covered;  /* numbers in any of them */
    size_t switches; /* from one to another, as time goes on */
};

#define ISN_CLUSTER_NONE UINT8_MAX

/*
 * A number joins the level whose latest one is within `reach` of it (and `drift` more for each
 * second since), the nearest one, or begins a level. Only those with `least` numbers or more are
 * kept, the largest ones if there are more than room. `of`, room for track->count, gets each
 * number's place in the list or ISN_CLUSTER_NONE. 0 or -FAULT_MEMORY.
 */
int isn_cluster(const struct isn_track *track, const struct isn_pace *pace, double reach,
                double drift, size_t least, struct isn_clusters *ret_clusters, uint8_t *of);

/* Makes one of two, `to` < `from`. */
void isn_cluster_join(struct isn_clusters *clusters, uint8_t *of, size_t count, size_t to,
                      size_t from);

/* The pace by least squares with a level for each cluster of its own. */
struct isn_fit {
    struct isn_pace pace;
    double rate_error, each_error;    /* standard errors; each_error NAN without_each */
    double deviation;                 /* numbers: of what is left */
    size_t used;                      /* numbers */
    double levels[ISN_CLUSTERS_MOST]; /* at time 0 and no connections; 0 <= level < 2^32 */
};

/*
 * Of the numbers that are in a cluster and, unless it is NULL, in `chosen`. The pace must be so
 * good that neighbours in a cluster are less than 2^31 off. `with_each`: also what a connection
 * adds; else pace->each stays as it is. Returns false with fewer than four numbers, or if they
 * determine nothing.
 */
bool isn_cluster_fit(const struct isn_track *track, const struct isn_clusters *clusters,
                     const uint8_t *of, const bool *chosen, bool with_each,
                     const struct isn_pace *pace, struct isn_fit *ret_fit);

#endif
