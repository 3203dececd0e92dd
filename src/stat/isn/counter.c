/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Judges servers that add the same to their number with each connection. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "stat/isn/increments.h"
#include "stat/isn/quantile.h"
#include "stat/isn/ticks.h"

/* The increment is the commonest of the shortest gaps, where few others connect in between. */
#define SHORT_LEAST 8U
#define SHORT_SHARE 0.8
/* Of all steps so many are multiples of it, of at most so many connections; some backwards, where
 * answers overtook each other. */
#define MULTIPLE_SHARE 0.95
#define MULTIPLES      4096
#define BACKWARDS      8
/* So many that are no multiple may be the ticks of a slow clock. */
#define TICKS_LEAST 3U
/* Gaps that differ no more than that cannot tell time from connections. */
#define ALIKE 1.2

struct multiple {
    uint32_t step;
    int32_t connections;
};

static int compare(const void *a, const void *b)
{
    const struct multiple *x = a, *y = b;

    if (x->step != y->step)
        return x->step < y->step ? -1 : 1;
    return (abs(x->connections) > abs(y->connections)) -
           (abs(x->connections) < abs(y->connections));
}

static struct multiple *multiples_of(uint32_t step)
{
    size_t count = MULTIPLES + BACKWARDS + 1;
    struct multiple *multiples = calloc(count, sizeof *multiples);

    for (int32_t i = 0; multiples && i < (int32_t)count; i++) {
        int32_t connections = i - BACKWARDS;

        multiples[i] = (struct multiple){(uint32_t)((int64_t)connections * step), connections};
    }
    if (multiples)
        qsort(multiples, count, sizeof *multiples, compare);
    return multiples;
}

static const struct multiple *find(const struct multiple *multiples, uint32_t step)
{
    size_t low = 0;
    size_t high = MULTIPLES + BACKWARDS + 1;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (multiples[middle].step < step)
            low = middle + 1;
        else
            high = middle;
    }
    return low < MULTIPLES + BACKWARDS + 1 && multiples[low].step == step ? &multiples[low] : NULL;
}

/* What the steps are, in connections. */
struct tally {
    size_t single, multiple, none; /* none: that no lost probe explains */
    double extra, late, seconds;   /* other connections, those in long gaps, the time */
};

/* Replaces the steps by connections, 1 for those that are no multiple. */
static void count(struct isn_steps *steps, const struct multiple *multiples, uint32_t step,
                  double median, struct tally *tally)
{
    for (size_t i = 0; i < steps->count; i++) {
        uint32_t bare = (uint32_t)steps->step[i];
        const struct multiple *found = NULL;

        steps->whole[i] = 1;
        if (bare == step) {
            tally->single++;
            tally->multiple++;
        } else if ((found = find(multiples, bare))) {
            tally->multiple++;
            steps->whole[i] = found->connections;
        } else if (steps->step[i] % step == 0) {
            steps->whole[i] = steps->step[i] / step;
        }
        if (steps->open[i] || steps->gap[i] <= 0)
            continue;
        tally->none += bare != step && !found;
        tally->seconds += steps->gap[i];
        if (found && found->connections > 1) {
            tally->extra += found->connections - 1;
            tally->late += steps->gap[i] > median ? found->connections - 1 : 0;
        }
    }
}

static bool is_counter(struct isn_steps *steps, const struct tally *tally)
{
    struct isn_ticks ticks;
    uint64_t common = 0;
    size_t extras = 0;

    if ((double)tally->multiple < MULTIPLE_SHARE * (double)steps->count)
        return false;
    /* Others do not connect always so many at once; a tick may be worth several connections. */
    for (size_t i = 0; i < steps->count; i++) {
        if (steps->open[i] || steps->whole[i] == 1)
            continue;
        common = isn_gcd(common, (uint64_t)llabs(steps->whole[i] - 1));
        extras++;
    }
    if (extras >= 2 && common > 1)
        return false;
    /* Too many connections at regular times are a clock. */
    isn_ticks_split(steps->time, steps->whole, steps->open, steps->count, 1, 1, steps->other_whole);
    isn_ticks_judge(steps->time, steps->other_whole, steps->count + 1, &ticks);
    return !ticks.regular;
}

static void report(struct isn_steps *steps, const struct tally *tally, uint32_t step,
                   struct isn_audit *audit)
{
    double most;
    double least;
    double log10_p =
        fmin(0, (double)(tally->multiple - 1) * log10((MULTIPLES + BACKWARDS + 1) / 4294967296.0));

    isn_increments_quantiles(steps, 0, audit);
    audit->increment.step = step;
    audit->increment.lattice = step;
    audit->connection = (struct isn_per_connection){.found = true,
                                                    .exact = true,
                                                    .k = step,
                                                    .low = step,
                                                    .high = step,
                                                    .foreign = 0,
                                                    .foreign_log10_p = NAN};
    isn_increments_foreign(audit, tally->extra, tally->late, tally->seconds);
    isn_increments_conclude(audit, ISN_CLASS_COUNTER, log10_p);
    isn_audit_note(audit, true, "one increment", (double)tally->single / (double)steps->count,
                   log10_p, "%zu of %zu steps are %u exactly, %zu more a multiple of it",
                   tally->single, steps->count, step, tally->multiple - tally->single);
    memcpy(steps->scratch, steps->gap, steps->count * sizeof *steps->gap);
    most = isn_quantile(steps->scratch, steps->count, 0.95);
    least = isn_quantile(steps->scratch, steps->count, 0.05);
    if (most < ALIKE * least)
        isn_audit_note(audit, false, "clock or counter", most / least, NAN,
                       "cannot be told, as all gaps are alike, %.4g to %.4g s", least, most);
}

/* Whether the steps from one tuple to another are multiples as well: those of one alone may have a
 * hash in common. */
static bool between_tuples(const struct isn_samples *samples, const struct isn_steps *steps,
                           const struct multiple *multiples)
{
    size_t steps_between = 0;
    size_t found = 0;

    for (size_t i = 0; i < steps->count; i++) {
        const struct isn_sample *before = &samples->rows[i], *after = &samples->rows[i + 1];

        if (steps->open[i] || (before->port == after->port && before->src == after->src))
            continue;
        steps_between++;
        found += find(multiples, (uint32_t)steps->step[i]) != NULL;
    }
    return (double)found >= SHORT_SHARE * (double)steps_between;
}

static int look(const struct isn_samples *samples, struct isn_steps *steps, uint32_t step,
                struct isn_audit *audit)
{
    struct multiple *multiples = multiples_of(step);
    struct tally tally = {0};
    bool between;

    if (!multiples)
        return -FAULT_MEMORY;
    memcpy(steps->scratch, steps->gap, steps->count * sizeof *steps->gap);
    count(steps, multiples, step, isn_quantile(steps->scratch, steps->count, 0.5), &tally);
    between = between_tuples(samples, steps, multiples);
    free(multiples);
    if (!between || !is_counter(steps, &tally))
        return 0;
    if (tally.none >= TICKS_LEAST && steps->family && isn_increments_stepping(steps, audit))
        return 1;
    report(steps, &tally, step, audit);
    return 1;
}

int isn_judge_counter(const struct isn_samples *samples, struct isn_audit *audit)
{
    struct isn_steps steps;
    int64_t mode = 0;
    size_t short_count;
    size_t most;
    uint32_t step;
    int ret = 0;

    if (samples->count < ISN_AUDIT_LEAST || !isn_increments_can_be_told(samples))
        return 0;
    ret = isn_steps_make(samples, &steps);
    if (ret < 0)
        return ret;
    most = isn_steps_mode(&steps, &mode, &short_count);
    step = (uint32_t)mode;
    if (step != 0 && short_count >= SHORT_LEAST &&
        (double)most >= SHORT_SHARE * (double)short_count) {
        ret = look(samples, &steps, step, audit);
    }
    isn_steps_release(&steps);
    return ret;
}
