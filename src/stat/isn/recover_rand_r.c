/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rand_r(): three steps of ISO C's example LCG, of which 11, 10 and 10 bits make one number
 * (CycloneTCP to 1.9.6, CVE-2020-27631; mTCP). */
#include "stat/isn/recover_parts.h"

#define PLACES 8U
/* Of the state only these bits ever reach an output. */
#define MASK UINT32_C(0x7ffffff)

static uint32_t advance(uint32_t state)
{
    return state * UINT32_C(1103515245) + 12345;
}

static uint32_t part(uint32_t state, unsigned bits)
{
    return state >> 16 & ((UINT32_C(1) << bits) - 1);
}

uint32_t isn_step_rand_r(struct isn_recovery *recovery, int64_t time)
{
    uint32_t first = advance(recovery->words[0]);
    uint32_t second = advance(first);
    uint32_t third = advance(second);

    (void)time;
    recovery->words[0] = third & MASK;
    return part(first, 11) << 20 | part(second, 10) << 10 | part(third, 10);
}

int isn_recover_rand_r(const struct isn_run *run, struct isn_recovery *recovery)
{
    size_t least = ISN_RECOVERY_VERIFIED_LEAST + 1;
    size_t places = isn_run_places(run, least, PLACES);

    isn_recovery_begin(recovery, ISN_GENERATOR_RAND_R);
    recovery->word_count = 1;
    for (size_t i = 0; i < places; i++) {
        size_t at = isn_run_place(run, least, places, i);
        const uint32_t *isns = run->isns + at;

        if ((isns[0] | isns[1] | isns[2] | isns[3] | isns[4]) >> 31 != 0)
            continue;
        for (uint32_t low = 0; low <= UINT16_MAX; low++) {
            uint32_t second = advance(isns[0] >> 20 << 16 | low);
            uint32_t third = advance(second);

            if (part(second, 10) != (isns[0] >> 10 & 0x3ff) || part(third, 10) != (isns[0] & 0x3ff))
                continue;
            recovery->words[0] = third & MASK;
            if (isn_recovery_foretells(recovery, isns, ISN_RECOVERY_VERIFIED_LEAST)) {
                isn_recovery_finish(recovery, run, at, 1, 6, 31);
                return 1;
            }
        }
    }
    return 0;
}
