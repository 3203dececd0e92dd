/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The clock in the numbers of one 4-tuple, and what kind of server has it. */
#include "stat/isn/fixed_clock.h"

#include <math.h>
#include <stdlib.h>

#include "base/err.h"
#include "stat/isn/clock_name.h"
#include "stat/isn/fixed_parts.h"

enum { LEAST = 8, LEVELS_FEW = 4 };

/* Shares of the circle that levels may take, and of the numbers that must be on them. */
#define CIRCLE_MOST   0.125
#define COVERED_MOST  0.85
#define COVERED_LEAST 0.25

#define Z95           1.959963984540054
#define SHORT_LOG10_P (-9.0)
#define LEAST_LOG10_P (-1e6)
#define SHORT_BITS    31.5
#define COARSEST      (1u << 28) /* numbers: levels so broad are none */
#define SHARP         (1 << 20)  /* numbers: what is off by more is rather random than a clock */

/* ---- what was found, told ---- */

/* numbers a second; more than the fit says where random increments walk away from the clock, where
 * others' connections are taken off, or where it stands still for longer than samples are apart. */
static double rate_error(const struct isn_fixed_clock *found, double step)
{
    const struct isn_track *track = &found->track;
    double duration = track->times[track->count - 1] - track->times[0];
    double walk = 0, others = 0, still = 0;

    if (found->has_each && found->each.deviation > 0)
        walk = found->each.deviation * sqrt((double)track->count) / duration;
    if (found->step.found && found->step.foreign_time > 0)
        others = found->step.step * sqrt(found->step.foreign / found->step.foreign_time);
    if (step * (double)track->count > found->fit.pace.rate * duration)
        still = step / (2 * duration);
    return hypot(hypot(found->fit.rate_error, walk), hypot(others, still));
}

/* numbers a second; others' connections go with the time. */
static double clock_rate(const struct isn_fixed_clock *found)
{
    double others = found->step.found ? found->step.step * found->step.foreign : 0;

    return found->fit.pace.rate - others;
}

static void tell_clock(const struct isn_fixed_clock *found, struct isn_audit *audit)
{
    struct isn_clock *clock = &audit->clock;
    const struct isn_fit *fit = &found->fit;
    double step = isn_fixed_clock_lattice(found), rate = clock_rate(found);
    double reach = Z95 * rate_error(found, step);
    const struct isn_clock_name *name;

    if (rate <= reach) {
        *clock = (struct isn_clock){.rate = NAN,
                                    .low = NAN,
                                    .high = NAN,
                                    .nominal = NAN,
                                    .ppm = NAN,
                                    .residual = NAN,
                                    .wrap = NAN,
                                    .step = NAN,
                                    .uptime = NAN,
                                    .log10_p = NAN};
        isn_audit_note(
            audit, true, "clock in the fixed tuple", found->vote.share, found->vote.log_p / M_LN10,
            "%.0f %% of %zu pairs agree within %u numbers, but on no clock: %.4g +- "
            "%.2g/s",
            100 * found->vote.share, found->vote.pairs, found->vote.tolerance, rate, reach);
        return;
    }
    *clock = (struct isn_clock){.found = true,
                                .rate = rate,
                                .low = rate - reach,
                                .high = rate + reach,
                                .nominal = NAN,
                                .ppm = NAN,
                                .residual = fit->deviation / rate,
                                .wrap = 0x1p32 / rate,
                                .step = step,
                                .uptime = NAN,
                                .log10_p = found->vote.log_p / M_LN10};
    name = isn_clock_name(clock->rate, clock->low, clock->high);
    if (name) {
        clock->nominal = name->rate;
        clock->name = name->name;
        clock->ppm = (clock->rate / name->rate - 1) * 1e6;
    }
    isn_audit_note(audit, true, "clock in the fixed tuple", found->vote.share, clock->log10_p,
                   "%.0f %% of %zu pairs are within %u numbers of a clock of %.8g/s",
                   100 * found->vote.share, found->vote.pairs, found->vote.tolerance, clock->rate);
    isn_audit_note(audit, true, "rate of the clock", clock->rate, NAN,
                   "%.9g/s, 95 %% %.9g to %.9g, from %zu numbers; %.3g us about it; wraps every "
                   "%.4g s",
                   clock->rate, clock->low, clock->high,
                   found->quickest ? found->quickest : fit->used, clock->residual * 1e6,
                   clock->wrap);
}

static void tell_connections(const struct isn_fixed_clock *found, struct isn_audit *audit)
{
    struct isn_per_connection *connection = &audit->connection;
    const struct isn_connection_step *step = &found->step;
    const struct isn_each *each = &found->each;

    *connection = (struct isn_per_connection){
        .k = NAN, .low = NAN, .high = NAN, .foreign = NAN, .foreign_log10_p = NAN};
    if (step->found) {
        connection->found = connection->exact = true;
        connection->k = connection->low = connection->high = step->step;
        connection->foreign = step->foreign;
        if (step->foreign_pairs)
            connection->foreign_log10_p = -6.0 * (double)step->foreign_pairs;
        isn_audit_note(audit, true, "increment of each connection", step->step, step->log10_p,
                       "%zu of %zu pairs of neighbours went up by exactly %u for each connection",
                       step->hits, step->pairs, step->step);
        return;
    }
    if (!found->has_each) {
        isn_audit_note(audit, false, "increment of each connection", each->each, NAN,
                       "none: no step is common to %zu pairs of neighbours, and connections "
                       "explain %.1f %% of what they are off",
                       step->pairs, 100 * fmax(each->gain, 0));
        return;
    }
    connection->found = true;
    connection->k = each->each;
    connection->low = each->each - Z95 * each->error;
    connection->high = each->each + Z95 * each->error;
    /* So sharp a mean is one number. */
    if (each->error < 0.05 && fabs(each->each - nearbyint(each->each)) < 0.1 + 3 * each->error &&
        each->each > ISN_CONNECTION_LEAST) {
        connection->exact = true;
        connection->k = nearbyint(each->each);
    }
    isn_audit_note(audit, true, "increment of each connection", each->each,
                   fmax(-0.5 * pow(each->each / each->error, 2) / M_LN10, LEAST_LOG10_P),
                   "%.6g +- %.2g for each connection, by regression of %zu pairs of neighbours",
                   each->each, Z95 * each->error, each->pairs);
}

static void tell_backends(const struct isn_fixed_clock *found, bool mixed, struct isn_audit *audit)
{
    const struct isn_clusters *clusters = &found->clusters;
    double count = (double)found->track.count;

    audit->epochs = mixed ? 0 : clusters->count;
    audit->backend_count =
        clusters->count < ISN_BACKENDS_MOST ? clusters->count : ISN_BACKENDS_MOST;
    for (size_t i = 0; i < audit->backend_count; i++) {
        const struct isn_cluster *cluster = &clusters->list[i];

        audit->backends[i] = (struct isn_backend){
            .share = (double)cluster->count / count,
            .offset = (uint32_t)found->fit.levels[i],
            .first = found->track.times[cluster->first],
            .last = found->track.times[cluster->last],
        };
    }
    if (mixed)
        isn_audit_note(audit, true, "levels of the fixed tuple", (double)clusters->count, NAN,
                       "%zu levels with %.0f %% of the numbers, %zu changes between them: servers "
                       "take turns",
                       clusters->count, 100 * (double)clusters->covered / count,
                       clusters->switches);
    else if (clusters->count > 1)
        isn_audit_note(audit, false, "levels of the fixed tuple", (double)clusters->count, NAN,
                       "%zu, one after the other: the key changed, the second one from %.1f s on",
                       clusters->count, audit->backends[1].first);
    else
        isn_audit_note(audit, false, "levels of the fixed tuple", 1, NAN,
                       "one, with %.0f %% of the numbers: one server, one key",
                       100 * (double)clusters->covered / count);
    /* One level, one key is no list of servers. */
    if (!mixed && clusters->count == 1)
        audit->backend_count = 0;
}

/* ---- what no level has ---- */

static int tell_rest(const struct isn_samples *samples, const struct isn_fixed_clock *found,
                     struct isn_audit *audit)
{
    size_t *rows = calloc(samples->fixed_count + 1, sizeof *rows), count = 0;
    struct isn_track track;
    struct isn_vote vote;
    int err;

    for (size_t i = 0; rows && i < samples->fixed_count; i++) {
        if (found->of[i] == ISN_CLUSTER_NONE)
            rows[count++] = samples->fixed[i];
    }
    err = rows ? isn_track_make(samples, rows, count, &track) : -FAULT_MEMORY;
    free(rows);
    if (err)
        return err;
    err = isn_clock_vote(&track, &vote);
    isn_track_release(&track);
    if (err || count < LEAST)
        return err;
    if (vote.log_p < ISN_VOTE_LOG_P)
        isn_audit_note(audit, true, "another clock in the fixed tuple", vote.pace.rate,
                       vote.log_p / M_LN10,
                       "%.0f %% of the pairs of the other %zu numbers follow a clock of %.7g/s",
                       100 * vote.share, count, vote.pace.rate);
    else
        isn_audit_note(audit, false, "another clock in the fixed tuple", NAN, vote.log_p / M_LN10,
                       "none in the other %zu numbers", count);
    return 0;
}

/* ---- F, while one key was in use ---- */

/* When a level was in use, for certain. */
static void level_span(const struct isn_fixed_clock *found, size_t level,
                       struct isn_fixed_view *view)
{
    const struct isn_cluster *cluster = &found->clusters.list[level];

    view->from = level == 0 ? -INFINITY : found->track.times[cluster->first];
    view->until = level + 1 == found->clusters.count ? INFINITY : found->track.times[cluster->last];
}

/* The level with the most numbers of other tuples in its time. */
static size_t most_varied(const struct isn_samples *samples, const struct isn_fixed_clock *found)
{
    size_t best = 0, most = 0;

    for (size_t level = 0; level < found->clusters.count; level++) {
        struct isn_fixed_view view;
        size_t count = 0;

        level_span(found, level, &view);
        for (size_t i = 0; i < samples->varying_count; i++) {
            double time = isn_fixed_time(samples, samples->varying[i]);

            count += time >= view.from && time <= view.until;
        }
        if (count > most) {
            most = count;
            best = level;
        }
    }
    return best;
}

/* The shortest arc with 95 % of what the pace leaves of the fixed tuple on a level. */
static int spread_of(const struct isn_fixed_clock *found, size_t level, double *ret_spread)
{
    const struct isn_track *track = &found->track;
    uint32_t *rests = calloc(track->count + 1, sizeof *rests);
    size_t count = 0;

    if (!rests)
        return -FAULT_MEMORY;
    for (size_t i = 0; i < track->count; i++) {
        if (found->of[i] == level)
            rests[count++] = isn_pace_rest(&found->fit.pace, track->isns[i], track->times[i],
                                           track->contacts[i]);
    }
    *ret_spread = isn_values_width(rests, count, 0).arc;
    free(rests);
    return 0;
}

static int judge_function(const struct isn_samples *samples, const struct isn_fixed_clock *found,
                          struct isn_audit *audit)
{
    size_t level = most_varied(samples, found);
    struct isn_fixed_view view = {
        .pace = isn_fixed_clock_pace(found),
        /* Four numbers, each as far off as a neighbour. */
        .noise = (uint32_t)fmin(4.0 * found->vote.tolerance + 16, 0x1p29),
    };
    struct isn_width width = {.arc = NAN, .bits = NAN};
    double log10_p = 0, near;
    int verdict = spread_of(found, level, &view.spread);

    level_span(found, level, &view);
    if (verdict == 0)
        verdict = isn_fixed_function(samples, &view, audit, &width, &log10_p);
    if (verdict < 0)
        return verdict;
    near = fmax(ISN_FIXED_APART * view.spread + 64, 4.0 * found->vote.tolerance);
    audit->class = ISN_CLASS_RFC6528;
    if (verdict == 1) {
        audit->class = ISN_CLASS_TUPLE_FUNCTION;
        audit->log10_p = log10_p;
    } else if (isnan(width.bits)) {
        audit->class = ISN_CLASS_INCONCLUSIVE;
        audit->why = "a clock, but too few different tuples to say what they add to it";
    } else if (width.arc < near && found->fit.deviation > SHARP) {
        return 0;
    } else if (width.arc < near) {
        /* All tuples are as near each other as the one. */
        audit->class = audit->connection.found ? ISN_CLASS_CLOCK_COUNTER : ISN_CLASS_CLOCK;
        isn_audit_note(audit, true, "F and the tuple", width.arc, width.log10_p,
                       "all tuples lie on an arc of %.3g numbers about the clock", width.arc);
    } else if (width.log10_p < SHORT_LOG10_P && width.bits < SHORT_BITS) {
        audit->class = ISN_CLASS_RFC6528_SHORT_HASH;
        audit->log10_p = fmax(audit->log10_p, width.log10_p);
    } else if (audit->connection.found) {
        audit->class = ISN_CLASS_RFC6528_COUNTER;
    }
    return 1;
}

static int decide(const struct isn_samples *samples, const struct isn_fixed_clock *found,
                  struct isn_audit *audit)
{
    bool mixed = isn_fixed_clock_mixed(found);
    int verdict = 1;

    audit->log10_p = found->vote.log_p / M_LN10;
    tell_clock(found, audit);
    tell_connections(found, audit);
    tell_backends(found, mixed, audit);
    if (mixed) {
        audit->class = ISN_CLASS_MIXTURE;
        audit->tuple.hash_bits = NAN;
        verdict = tell_rest(samples, found, audit);
        verdict = verdict < 0 ? verdict : 1;
    } else {
        verdict = judge_function(samples, found, audit);
    }
    audit->severity = isn_class_severity(audit->class);
    return verdict;
}

/*
 * Whether few numbers are on levels, and hardly any on one that lasts: what comes again for a
 * moment, as numbers that repeat do, and no server that takes its turn.
 */
static bool passes_by(const struct isn_fixed_clock *found)
{
    const struct isn_track *track = &found->track;
    double duration = track->times[track->count - 1] - track->times[0];
    double pause = duration / (double)track->count;
    size_t lasting = 0;

    /* A clock that is seen to go from one number to the next is one, whatever its keys. */
    if (2 * found->clusters.covered >= track->count || found->vote.share >= 0.5 ||
        (found->vote.share >= 0.25 && found->fit.pace.rate * pause > 4.0 * found->vote.tolerance))
        return false;
    for (size_t i = 0; i < found->clusters.count; i++) {
        const struct isn_cluster *cluster = &found->clusters.list[i];

        if (track->times[cluster->last] - track->times[cluster->first] > duration / 2)
            lasting += cluster->count;
    }
    return 10 * lasting < track->count;
}

/* Levels without a clock under them are no clock. */
static bool goes(const struct isn_fixed_clock *found)
{
    const struct isn_track *track = &found->track;
    double duration = track->times[track->count - 1] - track->times[0];
    double rate = found->fit.pace.rate;

    if (found->vote.tolerance >= COARSEST || passes_by(found))
        return false;
    if (found->step.found || found->has_each)
        return true;
    return rate * duration > 2.0 * found->vote.tolerance + 2 &&
           rate > Z95 * rate_error(found, isn_fixed_clock_lattice(found));
}

/*
 * Levels that are servers, or keys: narrow against the room between them, or any number would find
 * one by chance, and home to nearly all numbers, or few with a good part of them where the others'
 * numbers are of another kind. Numbers that happen to come again make small ones as well.
 */
static bool levels_hold(const struct isn_fixed_clock *found)
{
    const struct isn_clusters *clusters = &found->clusters;
    double covered = (double)clusters->covered / (double)found->track.count;

    if (!isn_fixed_clock_mixed(found))
        return true;
    if (2 * found->reach * (double)clusters->count > CIRCLE_MOST * 0x1p32)
        return false;
    return covered > COVERED_MOST || (covered > COVERED_LEAST && clusters->count <= LEVELS_FEW);
}

int isn_judge_fixed_clock(const struct isn_samples *samples, struct isn_audit *audit)
{
    struct isn_fixed_clock found;
    int verdict;

    if (samples->fixed_count < LEAST)
        return 0;
    verdict = isn_fixed_clock_find(samples, &found);
    if (verdict == 1 && goes(&found) && levels_hold(&found)) {
        verdict = decide(samples, &found, audit);
    } else if (verdict == 1 && !levels_hold(&found)) {
        isn_audit_note(audit, false, "levels of the fixed tuple", (double)found.clusters.count,
                       found.vote.log_p / M_LN10,
                       "%zu levels with %.0f %% of the numbers, each %.3g numbers wide: no servers "
                       "that take turns",
                       found.clusters.count,
                       100 * (double)found.clusters.covered / (double)found.track.count,
                       2 * found.reach);
        verdict = 0;
    } else if (verdict >= 0) {
        isn_audit_note(audit, false, "clock in the fixed tuple", found.vote.share,
                       found.vote.log_p / M_LN10, "none in %zu pairs of neighbours",
                       found.vote.pairs);
        verdict = 0;
    }
    isn_fixed_clock_release(&found);
    return verdict;
}
