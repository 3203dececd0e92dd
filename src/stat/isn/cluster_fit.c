/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rate, increment of each connection, and levels of all clusters, by one least squares. */
#include <math.h>
#include <string.h>

#include "stat/isn/cluster.h"
#include "stat/isn/sample.h"

#define NUMBERS 4294967296.0 /* 2^32 */

/* A cluster's running means, and where it stands. */
struct level {
    double count, t, c, x;
    uint32_t base, latest; /* the first one, and the last */
    double unwrapped;      /* the last one, from the first one on, beyond 2^32 if need be */
    bool begun;
};

struct sums {
    double tt, tc, cc, tx, cx, xx;
};

/* Welford's update: differences from the mean so far, so that nothing is lost of large times. */
static void level_add(struct level *level, struct sums *sums, double t, double c, double x)
{
    double dt = t - level->t, dc = c - level->c, dx = x - level->x, share;

    level->count++;
    share = (level->count - 1) / level->count;
    sums->tt += dt * dt * share;
    sums->tc += dt * dc * share;
    sums->cc += dc * dc * share;
    sums->tx += dt * dx * share;
    sums->cx += dc * dx * share;
    sums->xx += dx * dx * share;
    level->t += dt / level->count;
    level->c += dc / level->count;
    level->x += dx / level->count;
}

static bool solve(const struct sums *sums, double freedom, bool with_each, struct isn_fit *fit)
{
    double rate, each = 0, left, both = sums->tt * sums->cc - sums->tc * sums->tc;

    if (!(sums->tt > 0) || freedom < 1)
        return false;
    fit->each_error = NAN;
    if (with_each) {
        if (!(both > 1e-9 * sums->tt * sums->cc))
            return false;
        rate = (sums->tx * sums->cc - sums->cx * sums->tc) / both;
        each = (sums->cx * sums->tt - sums->tx * sums->tc) / both;
    } else {
        rate = sums->tx / sums->tt;
    }
    left = fmax(sums->xx - rate * sums->tx - each * sums->cx, 0);
    fit->deviation = sqrt(left / freedom);
    fit->rate_error = fit->deviation * (with_each ? sqrt(sums->cc / both) : 1 / sqrt(sums->tt));
    if (with_each)
        fit->each_error = fit->deviation * sqrt(sums->tt / both);
    fit->pace.rate += rate;
    fit->pace.each += each;
    return true;
}

bool isn_cluster_fit(const struct isn_track *track, const struct isn_clusters *clusters,
                     const uint8_t *of, const bool *chosen, bool with_each,
                     const struct isn_pace *pace, struct isn_fit *ret_fit)
{
    struct level levels[ISN_CLUSTERS_MOST] = {{0}};
    struct sums sums = {0};
    struct isn_fit fit = {.pace = *pace};

    for (size_t i = 0; i < track->count; i++) {
        double t = track->times[i], c = track->contacts[i];
        uint32_t rest = isn_pace_rest(pace, track->isns[i], t, c);
        struct level *level = &levels[of[i] == ISN_CLUSTER_NONE ? 0 : of[i]];

        if (of[i] == ISN_CLUSTER_NONE)
            continue;
        if (!level->begun) {
            level->base = level->latest = rest;
            level->begun = true;
        }
        /* Those that were not chosen still show the way. */
        level->unwrapped += isn_wrap(level->latest, rest);
        level->latest = rest;
        if (chosen && !chosen[i])
            continue;
        level_add(level, &sums, t, c, level->unwrapped);
        fit.used++;
    }
    if (fit.used < 4 ||
        !solve(&sums, (double)fit.used - (double)clusters->count - 1 - with_each, with_each, &fit))
        return false;
    for (size_t i = 0; i < clusters->count; i++) {
        double level = levels[i].base + levels[i].x - (fit.pace.rate - pace->rate) * levels[i].t -
                       (fit.pace.each - pace->each) * levels[i].c;

        fit.levels[i] = level - NUMBERS * floor(level / NUMBERS);
    }
    *ret_fit = fit;
    return true;
}
