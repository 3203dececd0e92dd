/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sequential clustering of what a pace leaves of numbers. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "stat/isn/cluster.h"
#include "stat/isn/sample.h"

/* A level while the numbers come in. */
struct open_level {
    size_t serial; /* in order of beginning, from 1 on; 0: unused */
    size_t count, first, last;
    uint32_t latest;
    double time;
};

enum { OPEN = 2 * ISN_CLUSTERS_MOST };

static struct open_level *nearest(struct open_level levels[OPEN], uint32_t rest, double time,
                                  double reach, double drift)
{
    struct open_level *best = NULL;
    double least = INFINITY;

    for (size_t i = 0; i < OPEN && levels[i].serial; i++) {
        double distance = fabs((double)isn_wrap(levels[i].latest, rest));

        if (distance <= reach + drift * fabs(time - levels[i].time) && distance < least) {
            least = distance;
            best = &levels[i];
        }
    }
    return best;
}

/* An unused one, or else of those that may be nothing the one that waited longest; or NULL. */
static struct open_level *vacant(struct open_level levels[OPEN], size_t least)
{
    struct open_level *best = NULL;

    for (size_t i = 0; i < OPEN; i++) {
        if (!levels[i].serial)
            return &levels[i];
        if (levels[i].count < least && (!best || levels[i].last < best->last))
            best = &levels[i];
    }
    return best;
}

static int compare_serials(const void *a, const void *b)
{
    const struct open_level *x = a, *y = b;

    return (x->serial > y->serial) - (x->serial < y->serial);
}

static int compare_counts(const void *a, const void *b)
{
    const struct open_level *x = a, *y = b;

    return (x->count < y->count) - (x->count > y->count);
}

static void count_up(struct isn_clusters *clusters, const uint8_t *of, size_t count)
{
    uint8_t before = ISN_CLUSTER_NONE;

    clusters->covered = clusters->switches = 0;
    for (size_t i = 0; i < count; i++) {
        if (of[i] == ISN_CLUSTER_NONE)
            continue;
        clusters->covered++;
        clusters->switches += before != ISN_CLUSTER_NONE && before != of[i];
        before = of[i];
    }
}

static void keep_levels(struct open_level levels[OPEN], size_t least, const size_t *serials,
                        size_t count, struct isn_clusters *clusters, uint8_t *of)
{
    size_t kept = 0;

    qsort(levels, OPEN, sizeof levels[0], compare_counts);
    while (kept < ISN_CLUSTERS_MOST && levels[kept].count >= least)
        kept++;
    qsort(levels, kept, sizeof levels[0], compare_serials);
    clusters->count = kept;
    for (size_t i = 0; i < kept; i++)
        clusters->list[i] = (struct isn_cluster){levels[i].count, levels[i].first, levels[i].last};
    for (size_t i = 0; i < count; i++) {
        of[i] = ISN_CLUSTER_NONE;
        for (size_t c = 0; c < kept; c++) {
            if (serials[i] == levels[c].serial)
                of[i] = (uint8_t)c;
        }
    }
    count_up(clusters, of, count);
}

int isn_cluster(const struct isn_track *track, const struct isn_pace *pace, double reach,
                double drift, size_t least, struct isn_clusters *ret_clusters, uint8_t *of)
{
    struct open_level levels[OPEN] = {{0}};
    size_t *serials = calloc(track->count + 1, sizeof *serials), serial = 0;

    if (!serials)
        return -FAULT_MEMORY;
    if (least < 1)
        least = 1;
    for (size_t i = 0; i < track->count; i++) {
        double time = track->times[i];
        uint32_t rest = isn_pace_rest(pace, track->isns[i], time, track->contacts[i]);
        struct open_level *level = nearest(levels, rest, time, reach, drift);

        if (!level) {
            level = vacant(levels, least);
            if (!level)
                continue;
            serial++;
            *level = (struct open_level){.serial = serial, .first = i};
        }
        level->count++;
        level->last = i;
        level->latest = rest;
        level->time = time;
        serials[i] = level->serial;
    }
    memset(ret_clusters, 0, sizeof *ret_clusters);
    keep_levels(levels, least, serials, track->count, ret_clusters, of);
    free(serials);
    return 0;
}

void isn_cluster_join(struct isn_clusters *clusters, uint8_t *of, size_t count, size_t to,
                      size_t from)
{
    struct isn_cluster *one = &clusters->list[to], *other = &clusters->list[from];

    one->count += other->count;
    if (other->first < one->first)
        one->first = other->first;
    if (other->last > one->last)
        one->last = other->last;
    clusters->count--;
    memmove(other, other + 1, (clusters->count - from) * sizeof *other);
    for (size_t i = 0; i < count; i++) {
        if (of[i] == from)
            of[i] = (uint8_t)to;
        else if (of[i] != ISN_CLUSTER_NONE && of[i] > from)
            of[i]--;
    }
    count_up(clusters, of, count);
}
