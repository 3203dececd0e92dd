/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Microsoft C's rand(), 15 bits a call, three calls packed into one number as 15 + 15 + 2 bits. */
#include "stat/isn/recover_parts.h"

#define PLACES 256U
/* a 2^16 / 2^31, and a little more. */
#define WRAPS      7
#define MULTIPLIER UINT32_C(214013)
/* Bit 31 of the state never reaches an output. */
#define MASK UINT32_C(0x7fffffff)

static uint32_t advance(uint32_t state)
{
    return state * MULTIPLIER + UINT32_C(2531011);
}

static uint32_t part(uint32_t state)
{
    return state >> 16 & 0x7fff;
}

uint32_t isn_step_msvc(struct isn_recovery *recovery, int64_t time)
{
    uint32_t first = advance(recovery->words[0]);
    uint32_t second = advance(first);
    uint32_t third = advance(second);

    (void)time;
    recovery->words[0] = third & MASK;
    return part(first) << 17 | part(second) << 2 | part(third) >> 13;
}

int isn_recover_msvc(const struct isn_run *run, struct isn_recovery *recovery)
{
    size_t least = ISN_RECOVERY_VERIFIED_LEAST + 1;
    size_t places = isn_run_places(run, least, PLACES);

    isn_recovery_begin(recovery, ISN_GENERATOR_MSVC);
    recovery->word_count = 1;
    for (size_t i = 0; i < places; i++) {
        size_t at = isn_run_place(run, least, places, i);
        const uint32_t *isns = run->isns + at;

        uint32_t base = advance(isns[0] >> 17 << 16);
        uint32_t distance = ((isns[0] >> 2 & 0x7fff) << 16) - base;

        for (int wrap = -1; wrap <= WRAPS; wrap++) {
            uint64_t low;

            if (!isn_low_bits(MULTIPLIER, distance & MASK, 16, 31, wrap, &low))
                continue;
            recovery->words[0] = advance(base + MULTIPLIER * (uint32_t)low) & MASK;
            if (part(recovery->words[0]) >> 13 != (isns[0] & 3))
                continue;
            if (isn_recovery_foretells(recovery, isns, ISN_RECOVERY_VERIFIED_LEAST)) {
                isn_recovery_finish(recovery, run, at, 1, 6, 32);
                return 1;
            }
        }
    }
    return 0;
}
