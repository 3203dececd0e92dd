/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The 48-bit LCG of drand48() and java.util.Random: s = 0x5DEECE66D s + 11 mod 2^48, of which the
 * upper 32 or 31 bits are seen (POSIX drand48; the documentation of java.util.Random). */
#include "stat/isn/recover_parts.h"

#define MULTIPLIER UINT64_C(0x5DEECE66D)
#define MASK       ((UINT64_C(1) << 48) - 1)
#define PLACES     256U
/* a 2^17 / 2^48, and a little more. */
#define WRAPS 13

static uint64_t advance(uint64_t state)
{
    return (state * MULTIPLIER + 11) & MASK;
}

/* How many bits of the state remain hidden. */
static unsigned hidden(const struct isn_recovery *recovery)
{
    return recovery->generator == ISN_GENERATOR_LRAND48 ? 17 : 16;
}

uint32_t isn_step_drand48(struct isn_recovery *recovery, int64_t time)
{
    uint64_t state = advance(isn_recovery_state(recovery));

    (void)time;
    isn_recovery_state_set(recovery, state);
    return (uint32_t)(state >> hidden(recovery));
}

static int recover(const struct isn_run *run, enum isn_generator generator,
                   struct isn_recovery *recovery)
{
    size_t least = ISN_RECOVERY_VERIFIED_LEAST + 2;
    size_t places = isn_run_places(run, least, PLACES);
    unsigned bits;

    isn_recovery_begin(recovery, generator);
    bits = hidden(recovery);
    for (size_t i = 0; i < places; i++) {
        size_t at = isn_run_place(run, least, places, i);
        const uint32_t *isns = run->isns + at;
        uint64_t base = advance((uint64_t)isns[0] << bits);
        uint64_t distance = (((uint64_t)isns[1] << bits) - base) & MASK;

        for (int wrap = -1; wrap <= WRAPS; wrap++) {
            uint64_t low;

            if (!isn_low_bits(MULTIPLIER, distance, bits, 48, wrap, &low))
                continue;
            isn_recovery_state_set(recovery, (base + MULTIPLIER * low) & MASK);
            if (isn_recovery_foretells(recovery, isns + 1, ISN_RECOVERY_VERIFIED_LEAST)) {
                isn_recovery_finish(recovery, run, at + 1, 2, 6, 48 - bits);
                return 1;
            }
        }
    }
    return 0;
}

int isn_recover_drand48(const struct isn_run *run, struct isn_recovery *recovery)
{
    return recover(run, ISN_GENERATOR_DRAND48, recovery);
}

int isn_recover_lrand48(const struct isn_run *run, struct isn_recovery *recovery)
{
    for (size_t i = 0; i < run->count; i++)
        if (run->isns[i] >> 31 != 0)
            return 0;
    return recover(run, ISN_GENERATOR_LRAND48, recovery);
}
