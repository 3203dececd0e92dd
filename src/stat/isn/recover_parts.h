/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of state recovery share; for nobody else. */
#ifndef STAT_ISN_RECOVER_PARTS_H
#define STAT_ISN_RECOVER_PARTS_H

#include "stat/isn/recover.h"

/* log10 of 2: what one bit foretold is worth. */
#define ISN_LOG10_2 0.30102999566398120

/* Successive ISNs. trivial[i]: the step from i - 1 to i occurs in more than 1 % of the run, and
 * more than once; trivial[0] says nothing. */
struct isn_run {
    const uint32_t *isns;
    const int64_t *times;
    const bool *trivial;
    size_t count;
};

/* Where to begin a search, so that a loss somewhere does not spoil them all: `most` places at equal
 * distances that leave `least` ISNs behind them. */
size_t isn_run_places(const struct isn_run *run, size_t least, size_t most);
size_t isn_run_place(const struct isn_run *run, size_t least, size_t places, size_t i);

/* How many transitions among the `count` ISNs from `first` on are not trivial. */
size_t isn_run_telling(const struct isn_run *run, size_t first, size_t count);

/* An empty recovery of this generator. */
void isn_recovery_begin(struct isn_recovery *recovery, enum isn_generator generator);

/* The state in words 0 and 1 as one number. */
static inline uint64_t isn_recovery_state(const struct isn_recovery *recovery)
{
    return (uint64_t)recovery->words[0] << 32 | recovery->words[1];
}

static inline void isn_recovery_state_set(struct isn_recovery *recovery, uint64_t state)
{
    recovery->words[0] = (uint32_t)(state >> 32);
    recovery->words[1] = (uint32_t)state;
    recovery->word_count = 2;
}

/*
 * Whether the state that `recovery` has after isns[0] foretells the `least` ISNs after it, none
 * left out; the state is as before. For the search's last word.
 */
bool isn_recovery_foretells(const struct isn_recovery *recovery, const uint32_t *isns,
                            size_t least);

/*
 * Ends a search: with the state after run->isns[at] and `used` ISNs spent, follows the rest of the
 * run. `tried` is log10 of the number of candidates, `bits` what each ISN met is worth.
 */
void isn_recovery_finish(struct isn_recovery *recovery, const struct isn_run *run, size_t at,
                         size_t used, double tried, double bits);

/*
 * Hidden low bits of an LCG's state without trying them all: the one `low` < 2^hidden with which
 * a low, between distance + wrap 2^modulus and that plus 2^hidden - 1, moves the next state's upper
 * bits to where they were seen. Needs 2^hidden < a and a 2^hidden < 2^62; `wrap` goes from -1 up to
 * a 2^hidden / 2^modulus. Returns false when there is none.
 */
bool isn_low_bits(uint64_t a, uint64_t distance, unsigned hidden, unsigned modulus, int wrap,
                  uint64_t *ret_low);

/* Fills next from the state as it is. */
void isn_recovery_look_ahead(struct isn_recovery *recovery);

/* Each returns 1, 0 or -FAULT_MEMORY; each step is the generator's next ISN. */
#define X(id, name, least, cost, function, step)                                                   \
    int isn_recover_##function(const struct isn_run *run, struct isn_recovery *recovery);
ISN_GENERATOR_TABLE(X)
#undef X
#define X(id, name, least, cost, function, step)                                                   \
    uint32_t isn_step_##step(struct isn_recovery *recovery, int64_t time);
ISN_GENERATOR_TABLE(X)
#undef X

/*
 * Whether `isn` may be the next one of these, which leave something open. Their state is as after
 * it in any case, as far as it shows itself.
 */
bool isn_meets_picotcp(struct isn_recovery *recovery, uint32_t isn, int64_t time);
bool isn_meets_time_rand(struct isn_recovery *recovery, uint32_t isn, int64_t time);
bool isn_meets_additive(struct isn_recovery *recovery, uint32_t isn);

#endif
