/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of state recovery share: places to begin, following, the end of a search. */
#include "stat/isn/recover_parts.h"

#include <string.h>

/* Outputs that others may have got between two ISNs. */
#define SKIPPED_MOST 64U

size_t isn_run_places(const struct isn_run *run, size_t least, size_t most)
{
    size_t room = run->count < least ? 0 : run->count - least + 1;

    return room < most ? room : most;
}

size_t isn_run_place(const struct isn_run *run, size_t least, size_t places, size_t i)
{
    return places < 2 ? 0 : (run->count - least) * i / (places - 1);
}

size_t isn_run_telling(const struct isn_run *run, size_t first, size_t count)
{
    size_t telling = 0;

    for (size_t i = first + 1; i < first + count; i++)
        telling += !run->trivial[i];
    return telling;
}

void isn_recovery_begin(struct isn_recovery *recovery, enum isn_generator generator)
{
    memset(recovery, 0, sizeof *recovery);
    recovery->generator = generator;
    recovery->name = isn_generator_row(generator)->name;
    recovery->next_mask = UINT32_MAX;
}

bool isn_low_bits(uint64_t a, uint64_t distance, unsigned hidden, unsigned modulus, int wrap,
                  uint64_t *ret_low)
{
    int64_t least = (int64_t)distance + (int64_t)wrap * (INT64_C(1) << modulus);
    int64_t most = least + (INT64_C(1) << hidden) - 1;
    uint64_t low;

    if (most < 0)
        return false;
    low = least < 0 ? 0 : ((uint64_t)least + a - 1) / a;
    *ret_low = low;
    return low < UINT64_C(1) << hidden && low * a <= (uint64_t)most;
}

bool isn_recovery_foretells(const struct isn_recovery *recovery, const uint32_t *isns, size_t least)
{
    struct isn_recovery copy = *recovery;

    for (size_t i = 1; i <= least; i++)
        if (isn_recovery_step(&copy, 0) != isns[i])
            return false;
    return true;
}

void isn_recovery_look_ahead(struct isn_recovery *recovery)
{
    struct isn_recovery copy = *recovery;

    for (size_t i = 0; i < ISN_RECOVERY_NEXT; i++)
        recovery->next[i] =
            isn_recovery_step(&copy, recovery->time + (int64_t)(i + 1) * recovery->median_gap);
}

/* Whether its ISNs show the state again, so that it is taken from them where they are not met. */
static bool shows_state(const struct isn_recovery *recovery)
{
    return recovery->timed || recovery->approximate;
}

/* Whether the generator's next output is this ISN; if so, its state is as after it. */
static bool meets(struct isn_recovery *recovery, uint32_t isn, int64_t time)
{
    if (recovery->generator == ISN_GENERATOR_PICOTCP)
        return isn_meets_picotcp(recovery, isn, time);
    if (recovery->generator == ISN_GENERATOR_TIME_RAND)
        return isn_meets_time_rand(recovery, isn, time);
    if (recovery->generator == ISN_GENERATOR_ADDITIVE)
        return isn_meets_additive(recovery, isn);
    return isn_recovery_step(recovery, time) == isn;
}

/* As meets(), but outputs may have been passed over; if none fits, nothing has changed. */
static bool reaches(struct isn_recovery *recovery, uint32_t isn, int64_t time)
{
    uint32_t before[ISN_RECOVERY_WORDS];

    if (shows_state(recovery))
        return meets(recovery, isn, time);
    memcpy(before, recovery->words, recovery->word_count * sizeof *before);
    for (size_t i = 0; i <= SKIPPED_MOST; i++)
        if (meets(recovery, isn, time)) {
            recovery->skipped += i;
            return true;
        }
    memcpy(recovery->words, before, recovery->word_count * sizeof *before);
    return false;
}

size_t isn_recovery_follow(struct isn_recovery *recovery, const uint32_t *isns,
                           const int64_t *times, size_t count)
{
    size_t matched = 0;
    size_t missed = 0;

    if (recovery->generator == ISN_GENERATOR_LANES || (recovery->timed && times == NULL)) {
        recovery->current = recovery->current && count == 0;
        return 0;
    }
    for (size_t i = 0; i < count; i++) {
        recovery->current = reaches(recovery, isns[i], times == NULL ? 0 : times[i]);
        matched += recovery->current;
        missed += !recovery->current;
        if (missed > (shows_state(recovery) ? 64 + matched : 16 + matched / 8)) {
            recovery->current = false;
            break;
        }
    }
    recovery->verified += matched;
    if (recovery->current)
        isn_recovery_look_ahead(recovery);
    return matched;
}

void isn_recovery_finish(struct isn_recovery *recovery, const struct isn_run *run, size_t at,
                         size_t used, double tried, double bits)
{
    recovery->used = used;
    recovery->verified = 0;
    recovery->skipped = 0;
    recovery->current = true;
    isn_recovery_follow(recovery, run->isns + at + 1,
                        run->times == NULL ? NULL : run->times + at + 1, run->count - at - 1);
    recovery->log10_chance = tried - (double)recovery->verified * bits * ISN_LOG10_2;
    if (recovery->log10_chance > 0)
        recovery->log10_chance = 0;
}
