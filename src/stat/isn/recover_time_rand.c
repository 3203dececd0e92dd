/* SPDX-License-Identifier: GPL-3.0-or-later */
/* time() * rand() modulo 2^32, time() in seconds and rand() glibc's (level-ip). */
#include <string.h>

#include "stat/isn/recover_parts.h"

/* rand() of glibc: r[i] = r[i - 3] + r[i - 31], or one more, modulo 2^31. */
#define LAG_NEAR 3U
#define LAG_FAR  31U
#define MASK_31  UINT32_C(0x7fffffff)
/* Of so many ISNs after those that a state is from, so many must follow from it. */
#define AHEAD      12U
#define AHEAD_MUST 6U
/* Bits by which a number is known again while time() is even, and at most. */
#define BITS 20
/* 1 would be rand() alone, and small numbers are no time of the day: 1970-04-26. */
#define TIME_LEAST UINT32_C(10000000)
#define SECOND     INT64_C(1000000000)

static uint32_t inverse(uint32_t odd)
{
    uint32_t x = odd;

    for (int i = 0; i < 5; i++)
        x *= 2 - odd * x;
    return x;
}

/* What rand() gave, as far as time() shows it, with the bits that it hides taken from `guess`.
 * *ret_bits of it are known, 32 if it must be below 2^31. */
static uint32_t rand_of(uint32_t isn, uint32_t time, uint32_t guess, int *ret_bits)
{
    int even = __builtin_ctz(time);
    uint32_t number = (isn >> even) * inverse(time >> even);
    uint32_t mask = UINT32_MAX >> even;

    *ret_bits = 32 - even;
    return (number & mask) | (guess & ~mask);
}

/* The lowest bits of numbers of which so many are known: by these they are known again. */
static uint32_t mask_of(int bits)
{
    return (UINT32_C(1) << (bits < BITS ? bits : BITS)) - 1;
}

/* Whether time() of this value makes the ISN out of a number that follows from those before. */
static bool takes(const uint32_t *numbers, uint32_t isn, uint32_t time, uint32_t *ret_number)
{
    uint32_t sum = (numbers[0] + numbers[LAG_FAR - LAG_NEAR]) & MASK_31;
    uint32_t number;
    int bits;

    if (time == 0 || isn << (31 - __builtin_ctz(time)) << 1 != 0)
        return false;
    number = rand_of(isn, time, sum, &bits);
    if (number > MASK_31)
        return false;
    *ret_number = number;
    return ((number - sum) & mask_of(bits)) <= 1;
}

static uint32_t time_at(const struct isn_recovery *recovery, int64_t time)
{
    int64_t seconds = (time - recovery->time) / SECOND;

    return (uint32_t)(int64_t)(recovery->tick + (double)seconds);
}

static void push(struct isn_recovery *recovery, uint32_t number)
{
    memmove(recovery->words, recovery->words + 1, (LAG_FAR - 1) * sizeof *recovery->words);
    recovery->words[LAG_FAR - 1] = number;
}

uint32_t isn_step_time_rand(struct isn_recovery *recovery, int64_t time)
{
    uint32_t number = (recovery->words[0] + recovery->words[LAG_FAR - LAG_NEAR]) & MASK_31;

    push(recovery, number);
    return number * time_at(recovery, time);
}

bool isn_meets_time_rand(struct isn_recovery *recovery, uint32_t isn, int64_t time)
{
    uint32_t number = 0;
    int bits;

    /* Whole seconds passed, or one more: where in its second the server is, is not known. */
    for (uint32_t more = 0; more < 2; more++)
        if (takes(recovery->words, isn, time_at(recovery, time) + more, &number)) {
            recovery->tick = time_at(recovery, time) + more;
            recovery->time = time;
            push(recovery, number);
            return true;
        }
    if (time_at(recovery, time) != 0)
        number = rand_of(isn, time_at(recovery, time), 0, &bits);
    push(recovery, number & MASK_31);
    return false;
}

/* What an ISN has more than those 3 and 31 before it: 0 or time(), modulo 2^31. */
static uint32_t surplus(const uint32_t *isns)
{
    return (isns[0] - isns[-(int)LAG_NEAR] - isns[-(int)LAG_FAR]) & MASK_31;
}

/*
 * The LAG_FAR numbers before isns[0] into `words`; false if time() is another. Where the lowest
 * bits of the ISNs stand still, so do the numbers', and any time() that is found fits them for
 * ever.
 */
static bool numbers_of(const uint32_t *isns, uint32_t time, uint32_t *words)
{
    uint32_t changed = 0;
    int bits = 0;

    for (size_t i = 0; i < LAG_FAR; i++) {
        words[i] = rand_of(isns[(int)i - (int)LAG_FAR], time, 0, &bits);
        if (words[i] > MASK_31)
            return false;
        changed |= words[i] ^ words[0];
    }
    return (~changed & mask_of(bits)) == 0;
}

/* All of one second: then isns[0] shows time() every other time. */
static bool begin(struct isn_recovery *recovery, const uint32_t *isns)
{
    uint32_t time = surplus(isns);

    if (time < TIME_LEAST)
        return false;
    /* The highest bit is lost where time() is odd. */
    isn_recovery_begin(recovery, ISN_GENERATOR_TIME_RAND);
    for (int high = 0; high < 2; high++, time |= UINT32_C(1) << 31)
        if (numbers_of(isns, time, recovery->words)) {
            recovery->tick = time;
            return true;
        }
    return false;
}

/* Whether the state before run->isns[at] is worth being followed to the end. */
static bool goes_on(const struct isn_recovery *recovery, const struct isn_run *run, size_t at)
{
    struct isn_recovery copy = *recovery;
    size_t met = 0;

    for (size_t i = at; i < at + AHEAD; i++)
        met += isn_meets_time_rand(&copy, run->isns[i], run->times[i]);
    return met >= AHEAD_MUST;
}

int isn_recover_time_rand(const struct isn_run *run, struct isn_recovery *recovery)
{
    if (run->times == NULL)
        return 0;
    for (size_t at = LAG_FAR; at + AHEAD <= run->count; at++) {
        if (isn_run_telling(run, at - LAG_FAR, LAG_FAR + AHEAD) != LAG_FAR + AHEAD - 1 ||
            !begin(recovery, run->isns + at))
            continue;
        recovery->word_count = LAG_FAR;
        recovery->tick_rate = 1;
        recovery->timed = true;
        recovery->approximate = true;
        recovery->time = run->times[at - 1];
        if (!goes_on(recovery, run, at))
            continue;
        recovery->parameters[0] = (struct isn_parameter){"time", (uint64_t)recovery->tick};
        isn_recovery_finish(recovery, run, at - 1, LAG_FAR, 3, BITS - 2);
        if (recovery->verified >= 2 * ISN_RECOVERY_VERIFIED_LEAST)
            return 1;
    }
    return 0;
}
