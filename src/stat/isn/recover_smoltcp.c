/* SPDX-License-Identifier: GPL-3.0-or-later */
/* smoltcp's generator (src/rand.rs), sPCG32 with 64 bits of state:
 * s = 0xbb2efcec3c39611d s + 0x7590ef39, output the low 32 bits of s >> (29 - (s >> 61)). */
#include <stdlib.h>

#include "base/err.h"
#include "stat/isn/recover_parts.h"

#define MULTIPLIER UINT64_C(0xbb2efcec3c39611d)
#define INCREMENT  UINT64_C(0x7590ef39)

/* Config.random_seed left at its default, or a small number: this many outputs of each. */
#define SEEDS   16U
#define OUTPUTS 4096U

static uint32_t output(uint64_t state)
{
    return (uint32_t)(state >> (29 - (state >> 61)));
}

uint32_t isn_step_smoltcp(struct isn_recovery *recovery, int64_t time)
{
    uint64_t state = isn_recovery_state(recovery) * MULTIPLIER + INCREMENT;

    (void)time;
    isn_recovery_state_set(recovery, state);
    return output(state);
}

/* ---- small seeds ---- */

/* Where an ISN is in the run, by open addressing; places are one too high, 0 is empty. */
struct lookup {
    uint32_t *places;
    uint32_t mask;
};

static int lookup_make(struct lookup *lookup, const struct isn_run *run)
{
    size_t size = 16;

    while (size < run->count * 16)
        size *= 2;
    lookup->places = calloc(size, sizeof *lookup->places);
    if (lookup->places == NULL)
        return -FAULT_MEMORY;
    lookup->mask = (uint32_t)size - 1;
    for (size_t i = 0; i < run->count; i++) {
        uint32_t slot = run->isns[i] & lookup->mask;

        while (lookup->places[slot] != 0 && run->isns[lookup->places[slot] - 1] != run->isns[i])
            slot = (slot + 1) & lookup->mask;
        if (lookup->places[slot] == 0)
            lookup->places[slot] = (uint32_t)i + 1;
    }
    return 0;
}

/* The first place of the ISN, or run->count. */
static size_t lookup_find(const struct lookup *lookup, const struct isn_run *run, uint32_t isn)
{
    uint32_t slot = isn & lookup->mask;

    while (lookup->places[slot] != 0) {
        if (run->isns[lookup->places[slot] - 1] == isn)
            return lookup->places[slot] - 1;
        slot = (slot + 1) & lookup->mask;
    }
    return run->count;
}

int isn_recover_smoltcp(const struct isn_run *run, struct isn_recovery *recovery)
{
    uint64_t states[SEEDS];
    struct lookup lookup;
    bool found = false;

    if (lookup_make(&lookup, run) < 0)
        return -FAULT_MEMORY;
    isn_recovery_begin(recovery, ISN_GENERATOR_SMOLTCP);
    for (uint64_t seed = 0; seed < SEEDS; seed++)
        states[seed] = seed;
    /* Seeds side by side: a processor multiplies several at once, but not one after the other. */
    for (uint64_t i = 0; i < OUTPUTS && !found; i++)
        for (uint64_t seed = 0; seed < SEEDS && !found; seed++) {
            size_t at;

            states[seed] = states[seed] * MULTIPLIER + INCREMENT;
            at = lookup_find(&lookup, run, output(states[seed]));
            if (at + ISN_RECOVERY_VERIFIED_LEAST >= run->count)
                continue;
            isn_recovery_state_set(recovery, states[seed]);
            recovery->parameters[0] = (struct isn_parameter){"random_seed", seed};
            if (!isn_recovery_foretells(recovery, run->isns + at, ISN_RECOVERY_VERIFIED_LEAST))
                continue;
            isn_recovery_finish(recovery, run, at, 1, 8, 32);
            found = true;
        }
    free(lookup.places);
    return found;
}

/* ---- any seed ---- */

/*
 * Given k = s >> 61, the output shows bits 29 - k to 60 - k. Hidden are the 29 - k below, and k
 * above: a candidate's number is k in bits 29 to 31, then those above, then those below. One more
 * below adds 1 to s and so MULTIPLIER to its successor.
 */
bool isn_recover_smoltcp_range(const uint32_t *isns, size_t isn_count, uint64_t first,
                               uint64_t count, struct isn_recovery *ret_recovery)
{
    uint64_t last = count > ISN_SMOLTCP_CANDIDATES ? ISN_SMOLTCP_CANDIDATES : first + count;
    uint64_t end;

    if (isn_count < ISN_RECOVERY_VERIFIED_LEAST + 1)
        return false;
    for (uint64_t at = first; at < last && at < ISN_SMOLTCP_CANDIDATES; at = end) {
        unsigned k = (unsigned)(at >> 29);
        unsigned below = 29 - k;
        uint64_t above = (at & ((UINT64_C(1) << 29) - 1)) >> below;
        uint64_t low = at & ((UINT64_C(1) << below) - 1);
        uint64_t state = (uint64_t)k << 61 | above << (61 - k) | (uint64_t)isns[0] << below | low;
        uint64_t next = state * MULTIPLIER + INCREMENT;

        end = at - low + (UINT64_C(1) << below);
        end = end < last ? end : last;
        for (uint64_t i = at; i < end; i++, next += MULTIPLIER) {
            struct isn_run run = {isns, NULL, NULL, isn_count};
            struct isn_recovery found;

            if (output(next) != isns[1])
                continue;
            isn_recovery_begin(&found, ISN_GENERATOR_SMOLTCP_64);
            isn_recovery_state_set(&found, state + (i - at));
            if (isn_recovery_foretells(&found, isns, ISN_RECOVERY_VERIFIED_LEAST)) {
                isn_recovery_finish(&found, &run, 0, 1, 32 * ISN_LOG10_2, 32);
                *ret_recovery = found;
                return true;
            }
        }
    }
    return false;
}
