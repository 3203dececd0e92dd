/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Paces that pairs of numbers may vote for, and the one that they elect. */
#include <math.h>
#include <stdlib.h>

#include "base/err.h"
#include "stat/isn/clock_name.h"
#include "stat/isn/clock_pairs.h"
#include "stat/isn/periodogram.h"

enum { LEAST = 8, PEAKS = 3, MODES = 3, FINALISTS = 12, NAMES_MOST = 32 };
enum { PACES_MOST = 1 + NAMES_MOST + MODES + 2 * PEAKS };

struct paces {
    double rates[PACES_MOST];
    size_t count;
};

static void add(struct paces *paces, double rate)
{
    if (paces->count < PACES_MOST && isfinite(rate) && rate >= 0)
        paces->rates[paces->count++] = rate;
}

/* ---- the commonest quotients ---- */

#define QUOTIENT_LOW 1e-3
#define BIN          0.02 /* of the natural logarithm */
enum { QUOTIENTS = 1500 };

static void add_quotients(const struct isn_pair *pairs, size_t count, struct paces *paces)
{
    unsigned bins[QUOTIENTS] = {0};

    for (size_t i = 0; i < count; i++) {
        double bin = log(pairs[i].up / pairs[i].time / QUOTIENT_LOW) / BIN;

        /* What went up by more than half may as well have gone down. */
        if (pairs[i].up < UINT32_MAX / 2 && bin >= 0 && bin < QUOTIENTS)
            bins[(size_t)bin]++;
    }
    for (int mode = 0; mode < MODES; mode++) {
        size_t best = 1;

        for (size_t i = 1; i + 1 < QUOTIENTS; i++) {
            if (bins[i - 1] + bins[i] + bins[i + 1] > bins[best - 1] + bins[best] + bins[best + 1])
                best = i;
        }
        if (bins[best - 1] + bins[best] + bins[best + 1] < 2)
            return;
        add(paces, QUOTIENT_LOW * exp(BIN * ((double)best + 0.5)));
        for (size_t i = best - 1; i <= best + 1; i++)
            bins[i] = 0;
    }
}

/* ---- the periodograms' peaks ---- */

#define PERIODOGRAM_POINTS 512
#define PERIODOGRAM_TIME   1000.0 /* s: keeps the grid below 8000 steps */

struct points {
    double times[PERIODOGRAM_POINTS];
    uint32_t isns[PERIODOGRAM_POINTS];
    size_t count;
};

static int add_peaks(const struct points *points, bool centred, struct paces *paces)
{
    struct isn_peak peaks[PEAKS];
    int count = isn_periodogram(points->times, points->isns, points->count, centred, PEAKS, peaks);

    for (int i = 0; i < count; i++)
        add(paces, peaks[i].rate);
    return count < 0 ? count : 0;
}

static int compare_doubles(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

static int add_peaks_of_pairs(const struct isn_pair *pairs, size_t count, struct paces *paces)
{
    struct points points = {.count = 0};
    double *times = malloc((count + 1) * sizeof *times), longest;
    size_t step = count / PERIODOGRAM_POINTS + 1;

    if (!times)
        return -FAULT_MEMORY;
    for (size_t i = 0; i < count; i++)
        times[i] = pairs[i].time;
    qsort(times, count, sizeof *times, compare_doubles);
    /* The few long ones would make the grid fine for nothing. */
    longest = count ? fmin(times[count - 1 - count / 8], PERIODOGRAM_TIME) : 0;
    free(times);
    for (size_t i = 0; i < count; i += step) {
        if (pairs[i].time > longest)
            continue;
        points.times[points.count] = pairs[i].time;
        points.isns[points.count++] = pairs[i].up;
    }
    return add_peaks(&points, true, paces);
}

static int add_peaks_of_track(const struct isn_track *track, struct paces *paces)
{
    struct points points = {.count = 0};
    size_t count = track->count, step;

    while (count > LEAST && track->times[count - 1] - track->times[0] > PERIODOGRAM_TIME)
        count -= count / 8;
    step = count / PERIODOGRAM_POINTS + 1;
    for (size_t i = 0; i < count; i += step) {
        points.times[points.count] = track->times[i];
        points.isns[points.count++] = track->isns[i];
    }
    /* So slow a sampling has the pairs' periodogram only. */
    if (points.times[points.count - 1] - points.times[0] > PERIODOGRAM_TIME)
        return 0;
    return add_peaks(&points, false, paces);
}

/* ---- the election ---- */

static struct isn_vote refined(const struct isn_pair *pairs, size_t count, double rate)
{
    struct isn_pace pace = {.rate = rate};
    struct isn_vote best = isn_pairs_vote(pairs, count, &pace, UINT32_MAX, NULL), vote = best;

    for (int round = 0; round < 6; round++) {
        pace = vote.pace;
        if (!isn_pairs_refine(pairs, count, vote.tolerance, false, &pace))
            break;
        vote = isn_pairs_vote(pairs, count, &pace, UINT32_MAX, NULL);
        if (vote.log_p >= best.log_p)
            break;
        best = vote;
    }
    return best;
}

/* Whether two paces are the same as far as pairs so far apart in time can tell. */
static bool same(const struct isn_vote *a, const struct isn_vote *b, double time)
{
    double tolerance = fmin(a->tolerance, b->tolerance);

    return fabs(a->pace.rate - b->pace.rate) * time <= tolerance / 4 + 0.5;
}

static void keep(struct isn_vote finalists[FINALISTS], const struct isn_vote *vote, double time)
{
    size_t at = FINALISTS;

    for (size_t i = 0; i < FINALISTS && finalists[i].pairs; i++) {
        if (!same(&finalists[i], vote, time))
            continue;
        if (vote->log_p >= finalists[i].log_p)
            return;
        at = i + 1;
        break;
    }
    for (; at > 0 && vote->log_p < finalists[at - 1].log_p; at--) {
        if (at < FINALISTS)
            finalists[at] = finalists[at - 1];
    }
    if (at < FINALISTS)
        finalists[at] = *vote;
}

/* How much more distant pairs speak for it: a coarse clock stands still between neighbours. */
static double far_log_p(const struct isn_track *track, struct isn_pair *far,
                        const struct isn_vote *vote)
{
    uint32_t limit = vote->tolerance < 1u << 30 ? 2 * vote->tolerance + 16 : vote->tolerance;
    double sum = 0;

    for (size_t distance = 8; distance < track->count / 2 && distance <= 128; distance *= 4) {
        size_t count = isn_pairs_make(track, distance, distance, far);

        sum += isn_pairs_vote(far, count, &vote->pace, limit, track).log_p;
    }
    return sum;
}

static double mean_time(const struct isn_pair *pairs, size_t count)
{
    double sum = 0;

    for (size_t i = 0; i < count; i++)
        sum += pairs[i].time;
    return count ? sum / (double)count : 0;
}

static struct isn_vote elect(const struct isn_track *track, const struct isn_pair *pairs,
                             size_t count, const struct paces *paces, struct isn_pair *far)
{
    struct isn_vote finalists[FINALISTS] = {0}, best = {.pairs = count};
    double time = mean_time(pairs, count), best_sum = 0;

    for (size_t i = 0; i < paces->count; i++) {
        struct isn_vote vote = refined(pairs, count, paces->rates[i]);

        keep(finalists, &vote, time);
    }
    for (size_t i = 0; i < FINALISTS && finalists[i].log_p < ISN_VOTE_LOG_P; i++) {
        struct isn_vote vote = isn_pairs_vote(pairs, count, &finalists[i].pace, UINT32_MAX, track);
        double sum = vote.log_p;

        if (vote.log_p < ISN_VOTE_LOG_P)
            sum += far_log_p(track, far, &vote);
        if (sum < best_sum) {
            best_sum = sum;
            best = vote;
        }
    }
    best.log_p = fmin(0, best.log_p + log((double)paces->count));
    return best;
}

/* ---- refining the elected one ---- */

#define NEAR 0.1 /* s: so near, connections tell more than the clock */

/*
 * Two servers whose levels are near make votes of two kinds, and one broad tolerance may have them
 * all. The narrow one of the first kind is right if distant pairs keep to it, too; those of a clock
 * that goes up by large steps do not.
 */
static void narrow(const struct isn_track *track, struct isn_pair *far, const struct isn_pair *near,
                   size_t near_count, struct isn_vote *vote)
{
    uint32_t limit = vote->quarter < 1u << 26 ? 16 * vote->quarter + 64 : UINT32_MAX;
    struct isn_vote close = *vote;

    if (limit >= vote->tolerance / 4)
        return;
    /* The others have bent the pace. */
    for (int round = 0; round < 3; round++) {
        isn_pairs_refine(near, near_count, limit, false, &close.pace);
        close = isn_pairs_vote(near, near_count, &close.pace, limit, NULL);
    }
    for (size_t distance = 8; distance < track->count / 2 && distance <= 128; distance *= 4) {
        size_t count = isn_pairs_make(track, distance, distance, far);
        struct isn_vote distant = isn_pairs_vote(far, count, &close.pace, limit, NULL);

        if (distant.share < 0.7 * close.share)
            return;
    }
    close.log_p = fmax(close.log_p, vote->log_p);
    *vote = close;
}

/* From neighbours to ever more distant numbers, each time no farther than the rate can be trusted.
 * Those of two keys are all off by the same, which must not be taken for the clock's. */
static void lengthen(const struct isn_track *track, struct isn_pair *pairs, bool with_each,
                     struct isn_vote *vote)
{
    uint32_t limit = vote->tolerance < 1u << 30 ? 2 * vote->tolerance + 16 : vote->tolerance;

    for (size_t distance = 4; distance < track->count; distance *= 2) {
        size_t count = isn_pairs_make(track, distance, distance + 2, pairs);
        struct isn_vote far = isn_pairs_vote(pairs, count, &vote->pace, limit, NULL);
        struct isn_pace pace = vote->pace;

        /* A new key, or too few to go on. */
        if (count < LEAST || far.log_p > ISN_VOTE_LOG_P || far.share < vote->share / 4)
            return;
        if (isn_pairs_refine(pairs, count, far.tolerance, with_each, &pace) &&
            isn_pairs_vote(pairs, count, &pace, limit, NULL).log_p <= far.log_p)
            vote->pace = pace;
    }
}

static void finish(const struct isn_track *track, struct isn_pair *pairs, size_t count,
                   struct isn_vote *vote)
{
    struct isn_each each;
    struct isn_pace pace;
    bool with_each = false;

    narrow(track, pairs + count, pairs, count, vote);
    each = isn_pairs_each(pairs, count, vote->tolerance, NEAR, &vote->pace);
    pace = vote->pace;
    if (each.each >= 1 && each.each > 8 * each.error && each.gain > 0.1 &&
        isn_pairs_refine(pairs, count, vote->tolerance, true, &pace)) {
        struct isn_vote before = isn_pairs_vote(pairs, count, &vote->pace, UINT32_MAX, NULL);
        struct isn_vote better = isn_pairs_vote(pairs, count, &pace, UINT32_MAX, NULL);

        with_each = pace.each > 0 && better.log_p <= before.log_p;
        if (with_each) {
            vote->pace = pace;
            vote->tolerance = better.tolerance;
            vote->share = better.share;
        }
    }
    lengthen(track, pairs, with_each, vote);
}

int isn_clock_vote(const struct isn_track *track, struct isn_vote *ret_vote)
{
    struct paces paces = {{0}, 1}; /* no pace at all is one */
    struct isn_pair *pairs;
    size_t count;
    int err;

    *ret_vote = (struct isn_vote){0};
    if (track->count < LEAST)
        return 0;
    pairs = malloc(2 * ISN_PAIRS_MOST * sizeof *pairs);
    if (!pairs)
        return -FAULT_MEMORY;
    count = isn_pairs_make(track, 1, 3, pairs);
    for (size_t i = 0; i < isn_clock_name_count && i < NAMES_MOST; i++)
        add(&paces, isn_clock_names[i].rate);
    add_quotients(pairs, count, &paces);
    err = add_peaks_of_pairs(pairs, count, &paces);
    if (!err)
        err = add_peaks_of_track(track, &paces);
    if (!err) {
        *ret_vote = elect(track, pairs, count, &paces, pairs + count);
        if (ret_vote->log_p < ISN_VOTE_LOG_P)
            finish(track, pairs, count, ret_vote);
    }
    free(pairs);
    return err;
}

int isn_clock_choose(const struct isn_track *track, const double *rates, size_t count,
                     struct isn_vote *ret_vote)
{
    struct isn_pair *pairs;
    size_t pair_count;

    *ret_vote = (struct isn_vote){0};
    if (track->count < LEAST)
        return 0;
    pairs = malloc(ISN_PAIRS_MOST * sizeof *pairs);
    if (!pairs)
        return -FAULT_MEMORY;
    pair_count = isn_pairs_make(track, 1, 3, pairs);
    for (size_t i = 0; i < count; i++) {
        struct isn_vote vote = refined(pairs, pair_count, rates[i]);

        if (vote.log_p < ret_vote->log_p)
            *ret_vote = vote;
    }
    if (ret_vote->log_p < ISN_VOTE_LOG_P)
        lengthen(track, pairs, false, ret_vote);
    ret_vote->log_p = fmin(0, ret_vote->log_p + log((double)count + 1));
    free(pairs);
    return 0;
}
