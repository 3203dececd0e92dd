/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tries the generators of the table on runs of initial sequence numbers. */
#include "stat/isn/recover.h"

#include <stdlib.h>

#include "base/err.h"
#include "stat/isn/recover_parts.h"

/* Numbers as evidence that a state was met at all; a step of a counter is none. */
#define COMMON_SHARE 100

struct method {
    struct isn_generator_row row;
    int (*recover)(const struct isn_run *run, struct isn_recovery *recovery);
    uint32_t (*step)(struct isn_recovery *recovery, int64_t time);
};

static const struct method methods[] = {
#define X(id, name, least, cost, function, step)                                                   \
    {{name, least, ISN_RECOVERY_##cost}, isn_recover_##function, isn_step_##step},
    ISN_GENERATOR_TABLE(X)
#undef X
};

const struct isn_generator_row *isn_generator_row(enum isn_generator generator)
{
    return generator < ISN_GENERATOR_COUNT ? &methods[generator].row : NULL;
}

int isn_recover_none(const struct isn_run *run, struct isn_recovery *recovery)
{
    (void)run;
    (void)recovery;
    return 0;
}

uint32_t isn_step_none(struct isn_recovery *recovery, int64_t time)
{
    (void)recovery;
    (void)time;
    return 0;
}

uint32_t isn_recovery_step(struct isn_recovery *recovery, int64_t time)
{
    return methods[recovery->generator].step(recovery, time);
}

/* ---- runs ---- */

/* A step and where it is. */
struct step {
    uint32_t value;
    uint32_t at;
};

static int by_value(const void *left, const void *right)
{
    uint32_t a = ((const struct step *)left)->value;
    uint32_t b = ((const struct step *)right)->value;

    return (a > b) - (a < b);
}

/* Marks the steps that are too common to tell anything; returns how many are not, or -1 without
 * memory. */
static long mark_trivial(const uint32_t *isns, size_t count, bool *trivial)
{
    struct step *steps = malloc(count * sizeof *steps);
    size_t most = count / COMMON_SHARE > 1 ? count / COMMON_SHARE : 1;
    size_t length;
    long telling = 0;

    if (steps == NULL)
        return -1;
    trivial[0] = true;
    for (size_t i = 1; i < count; i++)
        steps[i - 1] = (struct step){isns[i] - isns[i - 1], (uint32_t)i};
    qsort(steps, count - 1, sizeof *steps, by_value);
    for (size_t i = 0; i < count - 1; i += length) {
        for (length = 1; i + length < count - 1 && steps[i + length].value == steps[i].value;)
            length++;
        for (size_t j = i; j < i + length; j++)
            trivial[steps[j].at] = length > most;
        telling += length > most ? 0 : (long)length;
    }
    free(steps);
    return telling;
}

/* Tries the methods from `first` to `last` on the run. */
static int search(enum isn_generator first, enum isn_generator last, const uint32_t *isns,
                  const int64_t *times, size_t count, struct isn_recovery *ret_recovery)
{
    size_t searched = count < ISN_RECOVERY_RUN_MOST ? count : ISN_RECOVERY_RUN_MOST;
    struct isn_run run = {isns, times, NULL, searched};
    struct isn_recovery found;
    bool *trivial;
    long telling;
    int result = 0;

    if (count < ISN_RECOVERY_VERIFIED_LEAST + 1)
        return 0;
    trivial = malloc(searched * sizeof *trivial);
    telling = trivial == NULL ? -1 : mark_trivial(isns, searched, trivial);
    run.trivial = trivial;
    if (telling < 0)
        result = -FAULT_MEMORY;
    else if ((size_t)telling * 2 < searched - 1)
        last = first; /* nothing to be learnt: no method */
    else
        last++;
    for (enum isn_generator i = first; i < last && result == 0; i++)
        if (methods[i].row.cost == ISN_RECOVERY_NORMAL && searched >= methods[i].row.least)
            result = methods[i].recover(&run, &found);
    free(trivial);
    if (result > 0) {
        isn_recovery_follow(&found, isns + searched, times == NULL ? NULL : times + searched,
                            count - searched);
        *ret_recovery = found;
    }
    return result;
}

int isn_recover_run(const uint32_t *isns, const int64_t *times, size_t count,
                    struct isn_recovery *ret_recovery)
{
    return search(0, ISN_GENERATOR_COUNT - 1, isns, times, count, ret_recovery);
}

int isn_recover_one(enum isn_generator generator, const uint32_t *isns, const int64_t *times,
                    size_t count, struct isn_recovery *ret_recovery)
{
    return search(generator, generator, isns, times, count, ret_recovery);
}

/* ---- samples ---- */

size_t isn_samples_run(const struct isn_samples *samples, size_t least, size_t *at,
                       size_t *ret_first)
{
    for (size_t first = *at, end; first < samples->count; first = end) {
        end = first + 1;
        while (end < samples->count && !samples->rows[end].gap)
            end++;
        if (end - first >= least) {
            *at = end;
            *ret_first = first;
            return end - first;
        }
    }
    *at = samples->count;
    return 0;
}

/* What was found was not met to the end: finds the generator anew in later runs, from `at` on. */
static void renew(const struct isn_samples *samples, const uint32_t *isns, const int64_t *times,
                  size_t at, struct isn_recovery *recovery)
{
    size_t least = methods[recovery->generator].row.least;
    size_t first;
    size_t length;

    for (size_t runs = 0; runs < ISN_RECOVERY_RUNS_MOST && !recovery->current; runs++) {
        struct isn_recovery later;

        length = isn_samples_run(samples, least, &at, &first);
        if (length == 0)
            break;
        if (isn_recover_one(recovery->generator, isns + first, times + first, length, &later) != 1)
            continue;
        isn_recovery_follow(&later, isns + at, times + at, samples->count - at);
        if (later.current)
            *recovery = later;
    }
}

/* So long must a run be that no more than ISN_RECOVERY_RUNS_MOST are searched, or few less. */
static size_t long_enough(const struct isn_samples *samples)
{
    size_t least = ISN_RECOVERY_VERIFIED_LEAST + 1;

    for (;; least += least / 8 + 1) {
        size_t runs = 0;
        size_t at = 0;
        size_t first;

        while (isn_samples_run(samples, least, &at, &first) != 0)
            runs++;
        if (runs <= ISN_RECOVERY_RUNS_MOST)
            return least;
    }
}

/* The longest runs of the samples, burst first, then MT19937 over all of them. */
static int recover_rows(const struct isn_samples *samples, const uint32_t *isns,
                        const int64_t *times, struct isn_recovery *ret_recovery)
{
    size_t least = long_enough(samples);
    size_t at = 0;
    size_t first;
    size_t length;

    while ((length = isn_samples_run(samples, least, &at, &first)) != 0) {
        int result = isn_recover_run(isns + first, times + first, length, ret_recovery);

        if (result > 0) {
            isn_recovery_follow(ret_recovery, isns + at, times + at, samples->count - at);
            renew(samples, isns, times, at, ret_recovery);
        }
        /* Over the gaps there may be more of it. */
        if (result > 0 && ret_recovery->generator == ISN_GENERATOR_MT19937 &&
            !ret_recovery->current)
            break;
        if (result != 0)
            return result;
    }
    return isn_recover_one(ISN_GENERATOR_MT19937, isns, times, samples->count, ret_recovery);
}

int isn_recover_samples(const struct isn_samples *samples, struct isn_recovery *ret_recovery)
{
    uint32_t *isns = malloc((samples->count + 1) * sizeof *isns);
    int64_t *times = malloc((samples->count + 1) * sizeof *times);
    int result = -FAULT_MEMORY;

    if (isns != NULL && times != NULL) {
        for (size_t i = 0; i < samples->count; i++) {
            isns[i] = samples->rows[i].isn;
            times[i] = samples->rows[i].time;
        }
        result = recover_rows(samples, isns, times, ret_recovery);
    }
    free(isns);
    free(times);
    return result;
}
