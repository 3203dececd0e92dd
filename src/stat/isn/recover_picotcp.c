/* SPDX-License-Identifier: GPL-3.0-or-later */
/* picoTCP's generator: s = (1664525 s + 1013904223) ^ ~tick, s on the wire, tick of a clock that
 * counts from its start (CVE-2020-27635). Two ISNs in a row tell the tick. */
#include <math.h>
#include <stdlib.h>

#include "base/err.h"
#include "stat/isn/recover_parts.h"

/* How far a tick may be from the line through all: a millisecond clock and late packets. */
#define TOLERANCE 64
/* The clock as written, for where a run is too short to measure it. */
#define NOMINAL    1000.0
#define SPAN_LEAST 0.1
/* Outputs that went elsewhere leave two ISNs that are no pair; more than this share must be one. */
#define SHARE_LEAST 0.55
#define REFERENCES  16U

static uint32_t mix(uint32_t state)
{
    return state * UINT32_C(1664525) + UINT32_C(1013904223);
}

static uint32_t tick_of(uint32_t state, uint32_t next)
{
    return ~(mix(state) ^ next);
}

static double seconds(const struct isn_run *run, size_t from, size_t to)
{
    return (double)(run->times[to] - run->times[from]) / 1e9;
}

static int ascending(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;

    return (a > b) - (a < b);
}

/* The estimator of Theil and Sen, over pairs half the run apart; `slopes` has room for them. */
static double slope(const struct isn_run *run, double *slopes)
{
    size_t half = run->count / 2;
    size_t count = 0;

    if (seconds(run, 1, run->count - 1) < SPAN_LEAST)
        return NOMINAL;
    for (size_t i = 1; i + half < run->count; i++) {
        uint32_t from = tick_of(run->isns[i - 1], run->isns[i]);
        uint32_t to = tick_of(run->isns[i + half - 1], run->isns[i + half]);
        double span = seconds(run, i, i + half);

        if (span > 0)
            slopes[count++] = isn_wrap(from, to) / span;
    }
    if (count == 0)
        return NOMINAL;
    qsort(slopes, count, sizeof *slopes, ascending);
    return slopes[count / 2];
}

/* How many ticks are where the one at `reference` and the rate put them; the last such one. */
static size_t inliers(const struct isn_run *run, size_t reference, double rate, size_t *ret_last)
{
    uint32_t tick = tick_of(run->isns[reference - 1], run->isns[reference]);
    size_t count = 0;

    for (size_t i = 1; i < run->count; i++) {
        uint32_t expected = tick + (uint32_t)(int64_t)llround(rate * seconds(run, reference, i));
        int32_t off = isn_wrap(expected, tick_of(run->isns[i - 1], run->isns[i]));

        if (run->trivial[i] || off < -TOLERANCE || off > TOLERANCE)
            continue;
        count++;
        *ret_last = i;
    }
    return count;
}

uint32_t isn_step_picotcp(struct isn_recovery *recovery, int64_t time)
{
    double elapsed = recovery->tick_rate * (double)(time - recovery->time) / 1e9;
    uint32_t tick = (uint32_t)(int64_t)llround(recovery->tick + elapsed);

    recovery->words[0] = mix(recovery->words[0]) ^ ~tick;
    return recovery->words[0];
}

bool isn_meets_picotcp(struct isn_recovery *recovery, uint32_t isn, int64_t time)
{
    double elapsed = recovery->tick_rate * (double)(time - recovery->time) / 1e9;
    uint32_t tick = tick_of(recovery->words[0], isn);
    int32_t off = isn_wrap((uint32_t)(int64_t)llround(recovery->tick + elapsed), tick);
    /* The rate out of a short run is the nominal one, which may be a little wrong. */
    bool meets = fabs((double)off) <= TOLERANCE + fmin(elapsed / 100, 10000);

    if (meets) {
        recovery->tick = tick;
        recovery->time = time;
    }
    recovery->words[0] = isn;
    return meets;
}

static int64_t median_gap(const struct isn_run *run, double *gaps)
{
    for (size_t i = 1; i < run->count; i++)
        gaps[i - 1] = (double)(run->times[i] - run->times[i - 1]);
    qsort(gaps, run->count - 1, sizeof *gaps, ascending);
    return (int64_t)gaps[(run->count - 1) / 2];
}

static void describe(struct isn_recovery *recovery, const struct isn_run *run, double rate,
                     size_t last, size_t count)
{
    size_t end = run->count - 1;
    double tick = tick_of(run->isns[last - 1], run->isns[last]);

    isn_recovery_begin(recovery, ISN_GENERATOR_PICOTCP);
    recovery->parameters[0] = (struct isn_parameter){"a", 1664525};
    recovery->parameters[1] = (struct isn_parameter){"c", 1013904223};
    recovery->words[0] = run->isns[end];
    recovery->word_count = 1;
    recovery->timed = true;
    recovery->tick_rate = rate;
    recovery->tick = tick + rate * seconds(run, last, end);
    recovery->time = run->times[end];
    recovery->used = 3;
    recovery->verified = count - 2;
    recovery->log10_chance =
        log10(REFERENCES) + (double)run->count * ISN_LOG10_2 -
        (double)recovery->verified * (32 * ISN_LOG10_2 - log10(2 * TOLERANCE + 1));
    recovery->log10_chance = fmin(recovery->log10_chance, 0);
    recovery->current = true;
}

int isn_recover_picotcp(const struct isn_run *run, struct isn_recovery *recovery)
{
    double *room;
    double rate;
    size_t last = 0;
    int result = 0;

    if (run->times == NULL)
        return 0;
    room = malloc(run->count * sizeof *room);
    if (room == NULL)
        return -FAULT_MEMORY;
    rate = slope(run, room);
    for (size_t i = 0; i < REFERENCES && rate > 0 && result == 0; i++) {
        size_t reference = 1 + (run->count - 2) * i / (REFERENCES - 1);
        size_t count = inliers(run, reference, rate, &last);

        if ((double)count > SHARE_LEAST * (double)run->count &&
            count >= ISN_RECOVERY_VERIFIED_LEAST + 2) {
            describe(recovery, run, rate, last, count);
            recovery->median_gap = median_gap(run, room);
            isn_recovery_look_ahead(recovery);
            result = 1;
        }
    }
    free(room);
    return result;
}
