/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From votes to levels to the fit: the clock of the fixed tuple. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "stat/isn/fixed_clock.h"
#include "stat/isn/fixed_each.h"
#include "stat/isn/fixed_parts.h"

enum { QUICKEST_LEAST = 8, LEVEL_LEAST = 3, LEVEL_SHARE = 33, STAIRS_LEAST = 4 };

/* Numbers that a clock went through between two of the tuple: more is beyond what is asked here. */
#define GONE_MOST 0x1p61

/* Levels that hold fewer of the numbers leave the rest to others. */
#define COVERED 0.85

/* Answers come late by so much now and then, s; those that do are no more than this part of the
 * punctual ones in any one place. */
#define LATE      0.1
#define LATE_PART 8

/* ---- steps ---- */

static void take_steps_off(struct isn_track *track, uint32_t step)
{
    for (size_t i = 0; i < track->count; i++)
        track->isns[i] -= step * (uint32_t)track->contacts[i];
}

/* The vote, and once more when it is known what each connection adds. */
static int elect(const struct isn_samples *samples, struct isn_fixed_clock *clock)
{
    struct isn_vote vote;
    int err = isn_clock_vote(&clock->track, &clock->vote);

    if (err || clock->vote.log_p > ISN_VOTE_LOG_P)
        return err;
    err = isn_connection_step(samples, clock->vote.pace.rate, &clock->step);
    if (err || !clock->step.found)
        return err;
    take_steps_off(&clock->track, clock->step.step);
    err = isn_clock_vote(&clock->track, &vote);
    if (!err && vote.log_p < ISN_VOTE_LOG_P) {
        clock->vote = vote;
    } else {
        take_steps_off(&clock->track, -clock->step.step);
        clock->step.found = false;
    }
    return err;
}

/* ---- levels ---- */

static double middle(const double *values, const struct isn_cluster *cluster)
{
    return (values[cluster->first] + values[cluster->last]) / 2;
}

/* Whether two levels are one, as far as the fit can tell. */
static bool one_level(const struct isn_fixed_clock *clock, size_t a, size_t b)
{
    const struct isn_cluster *list = clock->clusters.list;
    const struct isn_fit *fit = &clock->fit;
    double apart = fabs(fit->levels[a] - fit->levels[b]);
    double time = fabs(middle(clock->track.times, &list[a]) - middle(clock->track.times, &list[b]));
    double contacts =
        fabs(middle(clock->track.contacts, &list[a]) - middle(clock->track.contacts, &list[b]));
    /* Random increments wander about a little: so near, two keys hardly ever are. */
    double allowed = fmax(clock->reach, fmin(8 * clock->reach, 0x1p32 / 1024));

    allowed += 4 * fit->rate_error * time;
    if (clock->has_each)
        allowed += 4 * fit->each_error * contacts + 0.02 * fit->pace.rate * time;
    /* Nearer than the noise is broad, two keys could not be told from one. */
    return fmin(apart, 0x1p32 - apart) <= fmax(fmin(allowed, 0x1p32 / 256), 2 * clock->reach);
}

static bool join_levels(struct isn_fixed_clock *clock)
{
    for (size_t b = 1; b < clock->clusters.count; b++) {
        for (size_t a = 0; a < b; a++) {
            if (!one_level(clock, a, b))
                continue;
            isn_cluster_join(&clock->clusters, clock->of, clock->track.count, a, b);
            return true;
        }
    }
    return false;
}

static bool fit_levels(struct isn_fixed_clock *clock)
{
    return isn_cluster_fit(&clock->track, &clock->clusters, clock->of, NULL, clock->has_each,
                           &clock->fit.pace, &clock->fit);
}

/* Whether a number so far from a level is of that one, and came late: the clock seems to be back.
 */
static bool is_late(const struct isn_fixed_clock *clock, size_t level, double at)
{
    double behind = fmod(clock->fit.levels[level] - at + 0x1p32, 0x1p32);

    return behind <= fmin(LATE * clock->fit.pace.rate, 0x1p32 / 256);
}

/* Small levels of late numbers go to the level they are of; the pace has no use for them. */
static void join_late_levels(struct isn_fixed_clock *clock)
{
    struct isn_clusters *clusters = &clock->clusters;
    double *levels = clock->fit.levels;

    for (size_t b = clusters->count; b-- > 0;) {
        size_t a = 0;

        while (a < clusters->count &&
               (a == b || clusters->list[b].count > clusters->list[a].count / LATE_PART ||
                !is_late(clock, a, levels[b])))
            a++;
        if (a == clusters->count)
            continue;
        if (a > b) /* the earlier place stays, at the level of the many */
            levels[b] = levels[a];
        isn_cluster_join(clusters, clock->of, clock->track.count, a < b ? a : b, a < b ? b : a);
        a = a < b ? b : a;
        memmove(&levels[a], &levels[a + 1], (clusters->count - a) * sizeof *levels);
    }
}

static void join_late_numbers(struct isn_fixed_clock *clock)
{
    const struct isn_track *track = &clock->track;

    for (size_t i = 0; i < track->count; i++) {
        double at = (double)isn_pace_rest(&clock->fit.pace, track->isns[i], track->times[i],
                                          track->contacts[i]);

        for (size_t c = 0; c < clock->clusters.count && clock->of[i] == ISN_CLUSTER_NONE; c++) {
            if (!is_late(clock, c, at))
                continue;
            clock->of[i] = (uint8_t)c;
            clock->clusters.list[c].count++;
            clock->clusters.covered++;
        }
    }
}

/* Twice: the fit of the first levels makes better ones. */
static int make_levels(struct isn_fixed_clock *clock)
{
    size_t count = clock->track.count, least = count / LEVEL_SHARE;
    double duration = clock->track.times[count - 1] - clock->track.times[0];
    double drift = duration > 0 ? 8 * clock->reach / duration : 0;

    clock->fit.pace = clock->vote.pace;
    for (int round = 0; round < 2; round++) {
        int err =
            isn_cluster(&clock->track, &clock->fit.pace, clock->reach, drift,
                        least > LEVEL_LEAST ? least : LEVEL_LEAST, &clock->clusters, clock->of);

        if (!err && clock->clusters.count == 0)
            err = isn_cluster(&clock->track, &clock->fit.pace, clock->reach, drift, LEVEL_LEAST,
                              &clock->clusters, clock->of);
        if (err)
            return err;
        if (clock->clusters.count == 0 || !fit_levels(clock))
            return 0;
        while (join_levels(clock)) {
            if (!fit_levels(clock))
                return 0;
        }
    }
    join_late_levels(clock);
    join_late_numbers(clock);
    return 1;
}

static int compare_ups(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

/*
 * A coarse clock stands still for so long that its steps may be taken for keys: levels that go up
 * and up, by little, while the pace found explains nothing. Then their slope is the pace, and it
 * may be off by a step.
 */
static bool staircase(const struct isn_fixed_clock *clock, double *ret_rate, double *ret_step)
{
    const struct isn_clusters *clusters = &clock->clusters;
    const struct isn_track *track = &clock->track;
    size_t last = clusters->count - 1;
    double duration = track->times[track->count - 1] - track->times[0];
    double between = duration / (double)track->count, up = 0, time, ups[ISN_CLUSTERS_MOST];

    if (clusters->count < STAIRS_LEAST || clock->fit.pace.rate * between > 2 * clock->reach)
        return false;
    for (size_t i = 0; i < last; i++) {
        ups[i] = fmod(clock->fit.levels[i + 1] - clock->fit.levels[i] + 0x1p32, 0x1p32);
        if (ups[i] > 0x1p32 / 16)
            return false;
        up += ups[i];
    }
    time = middle(track->times, &clusters->list[last]) - middle(track->times, &clusters->list[0]);
    if (!(time > 0))
        return false;
    qsort(ups, last, sizeof ups[0], compare_ups);
    *ret_rate = clock->fit.pace.rate + up / time;
    *ret_step = ups[last / 2];
    return true;
}

static int climb(struct isn_fixed_clock *clock)
{
    double rate, step;

    if (!staircase(clock, &rate, &step))
        return 1;
    clock->vote.pace.rate = rate;
    clock->vote.tolerance = (uint32_t)fmax(step, clock->vote.tolerance);
    clock->reach = 1.5 * clock->vote.tolerance + 64;
    return make_levels(clock);
}

/* ---- the quickest answers ---- */

static int compare_times(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

/* Marks the answers with the shortest fifth of round trips; their number, 0 if not all are known.
 */
static int choose_quickest(const struct isn_samples *samples, bool *chosen, int64_t *times)
{
    size_t count = samples->fixed_count, picked = 0;

    for (size_t i = 0; i < count; i++) {
        times[i] = samples->rows[samples->fixed[i]].rtt;
        if (times[i] <= 0)
            return 0;
    }
    qsort(times, count, sizeof times[0], compare_times);
    for (size_t i = 0; i < count; i++) {
        chosen[i] = samples->rows[samples->fixed[i]].rtt <= times[(count - 1) / 5];
        picked += chosen[i];
    }
    return picked >= QUICKEST_LEAST ? (int)picked : 0;
}

static int fit_quickest(const struct isn_samples *samples, struct isn_fixed_clock *clock)
{
    bool *chosen = calloc(samples->fixed_count + 1, sizeof *chosen);
    int64_t *times = calloc(samples->fixed_count + 1, sizeof *times);
    struct isn_fit fit;
    int picked = -FAULT_MEMORY;

    if (chosen && times)
        picked = choose_quickest(samples, chosen, times);
    /* Fewer numbers, but straighter: only if it is so. */
    if (picked > 0 &&
        isn_cluster_fit(&clock->track, &clock->clusters, clock->of, chosen, clock->has_each,
                        &clock->fit.pace, &fit) &&
        fit.rate_error < clock->fit.rate_error) {
        clock->fit.pace = fit.pace;
        clock->fit.rate_error = fit.rate_error;
        memcpy(clock->fit.levels, fit.levels, sizeof fit.levels);
        clock->quickest = (size_t)picked;
    }
    free(chosen);
    free(times);
    return picked < 0 ? picked : 0;
}

/* ---- all of it ---- */

int isn_fixed_clock_find(const struct isn_samples *samples, struct isn_fixed_clock *ret_clock)
{
    int err;

    memset(ret_clock, 0, sizeof *ret_clock);
    err = isn_track_make(samples, samples->fixed, samples->fixed_count, &ret_clock->track);
    if (err)
        return err;
    ret_clock->of = calloc(samples->fixed_count + 1, sizeof *ret_clock->of);
    if (!ret_clock->of)
        return -FAULT_MEMORY;
    err = elect(samples, ret_clock);
    if (err || ret_clock->vote.log_p > ISN_VOTE_LOG_P)
        return err;
    ret_clock->reach = 1.5 * ret_clock->vote.tolerance + 64;
    err = isn_fixed_each_near(ret_clock);
    if (!err)
        err = make_levels(ret_clock);
    if (err > 0)
        err = climb(ret_clock);
    if (err <= 0)
        return err;
    err = isn_fixed_each_all(ret_clock);
    if (err)
        return err;
    err = fit_quickest(samples, ret_clock);
    return err ? err : 1;
}

void isn_fixed_clock_release(struct isn_fixed_clock *clock)
{
    isn_track_release(&clock->track);
    free(clock->of);
    memset(clock, 0, sizeof *clock);
}

struct isn_pace isn_fixed_clock_pace(const struct isn_fixed_clock *clock)
{
    struct isn_pace pace = clock->fit.pace;

    if (clock->step.found)
        pace.each += clock->step.step;
    return pace;
}

bool isn_fixed_clock_mixed(const struct isn_fixed_clock *clock)
{
    const struct isn_clusters *clusters = &clock->clusters;

    if (clusters->count > 1 && clusters->switches > 3 * clusters->count)
        return true;
    /* Levels that come one after the other, none of them again, are keys; where neighbours agree,
     * the rest has only had more keys than there is room for. */
    if (clusters->count > 1 && clusters->switches < clusters->count)
        return false;
    return (double)clusters->covered < COVERED * (double)clock->track.count &&
           clock->vote.share < COVERED * COVERED;
}

static uint64_t divisor(uint64_t a, uint64_t b)
{
    while (b) {
        uint64_t rest = a % b;

        a = b;
        b = rest;
    }
    return a;
}

double isn_fixed_clock_lattice(const struct isn_fixed_clock *clock)
{
    const struct isn_track *track = &clock->track;
    size_t before[ISN_CLUSTERS_MOST];
    bool begun[ISN_CLUSTERS_MOST] = {false};
    uint64_t step = 0;

    for (size_t i = 0; i < track->count && step != 1; i++) {
        uint8_t c = clock->of[i];

        if (c == ISN_CLUSTER_NONE)
            continue;
        if (begun[c]) {
            size_t b = before[c];
            double gone = clock->fit.pace.rate * (track->times[i] - track->times[b]);
            int64_t going = (int64_t)fmax(fmin(gone, GONE_MOST), -GONE_MOST);
            /* As it would be without 2^32. */
            int64_t up = going + (int32_t)(track->isns[i] - track->isns[b] - (uint32_t)going);

            step = divisor(step, (uint64_t)(up < 0 ? -up : up));
        }
        before[c] = i;
        begun[c] = true;
    }
    return step ? (double)step : 1;
}
