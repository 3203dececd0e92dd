/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds the state of a weak generator behind initial sequence numbers, and what comes next. */
#ifndef STAT_ISN_RECOVER_H
#define STAT_ISN_RECOVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stat/isn/sample.h"

/*
 * A generator is named only where it foretold numbers that took no part in finding it: four or more
 * in a row, exact to 32 bits, or what is as unlikely. Steps that occur in more than 1 % of a run
 * (and more than once) are no such numbers: a constant, a counter, a fixed tuple or +4096 would
 * pass for nearly any generator. A run most of whose steps are of that kind is not looked at.
 */
#define ISN_RECOVERY_VERIFIED_LEAST 4U

enum isn_recovery_cost {
    ISN_RECOVERY_NORMAL, /* milliseconds for some thousand ISNs */
    ISN_RECOVERY_DEEP, /* seconds to minutes: not by isn_recover(), but by a function of its own */
};

/* What recovers it when it is looked for in a run: enumerator, name, ISNs it needs to be found and
 * verified, cost, function (isn_recover_…), step (isn_step_…). In the order they are tried. */
/* clang-format off */
#define ISN_GENERATOR_TABLE(X) \
    X(LCG32,      "LCG modulo 2^32, whole state on the wire",          12, NORMAL, lcg32,      lcg) \
    X(LCG,        "LCG of unknown modulus, whole state on the wire",   18, NORMAL, lcg,        lcg) \
    X(DRAND48,    "48-bit LCG: mrand48(), java.util.Random.nextInt()",  6, NORMAL, drand48,    drand48) \
    X(LRAND48,    "48-bit LCG, 31 bits of it: lrand48()",               6, NORMAL, lrand48,    drand48) \
    X(LCG64,      "64-bit LCG: rand() of newlib and musl, MMIX",        9, NORMAL, lcg64,      lcg64) \
    X(RAND_R,     "rand_r(): CycloneTCP to 1.9.6, mTCP",                5, NORMAL, rand_r,     rand_r) \
    X(MSVC,       "Microsoft C's rand(), three packed into one",        5, NORMAL, msvc,       msvc) \
    X(SMOLTCP,    "smoltcp with a small random_seed",                   5, NORMAL, smoltcp,    smoltcp) \
    X(PICOTCP,    "picoTCP: LCG mixed with its clock",                 10, NORMAL, picotcp,    picotcp) \
    X(ADDITIVE,   "lagged sum or difference: random(), .NET",          55, NORMAL, additive,   additive) \
    X(XORSHIFT,   "xorshift of Marsaglia, as published",                8, NORMAL, xorshift,   linear) \
    X(LINEAR1,    "linear over GF(2), 32 bits of state on the wire",   47, NORMAL, linear1,    linear) \
    X(LINEAR2,    "linear over GF(2), 64 bits of state on the wire",   80, NORMAL, linear2,    linear) \
    X(LINEAR4,    "linear over GF(2), 128 bits of state on the wire", 145, NORMAL, linear4,    linear) \
    X(TIME_RAND,  "time() times rand()",                               48, NORMAL, time_rand,  time_rand) \
    X(MT19937,    "MT19937",                                          640, NORMAL, mt19937,    mt19937) \
    X(LANES,      "each bit a linear recurrence over GF(2)",          112, NORMAL, lanes,      none) \
    X(SMOLTCP_64, "smoltcp, any random_seed",                           5, DEEP,   none,       smoltcp)
/* clang-format on */

enum isn_generator {
#define X(id, name, least, cost, function, step) ISN_GENERATOR_##id,
    ISN_GENERATOR_TABLE(X)
#undef X
        ISN_GENERATOR_COUNT
};

/* One row of the table; NULL past the last one. */
struct isn_generator_row {
    const char *name;
    size_t least;
    enum isn_recovery_cost cost;
};
const struct isn_generator_row *isn_generator_row(enum isn_generator generator);

#define ISN_RECOVERY_WORDS      640
#define ISN_RECOVERY_PARAMETERS 4
#define ISN_RECOVERY_NEXT       3

struct isn_parameter {
    const char *name; /* "a", "c", "m", "lag j" …; NULL: no more parameters */
    uint64_t value;
};

struct isn_recovery {
    enum isn_generator generator;
    const char *name; /* of the very generator where it is known, else of its family */
    struct isn_parameter parameters[ISN_RECOVERY_PARAMETERS];
    /* The state after the last ISN followed, most significant word first, oldest number first;
     * after word_count the recovery's own constants follow. Ready to be shown in hex, %08x each.
     * None where a generator was proved, but too much of its state is missing (MT19937). */
    uint32_t words[ISN_RECOVERY_WORDS];
    size_t word_count;
    size_t used;         /* ISNs out of which the state was computed */
    size_t verified;     /* ISNs beyond them that were as foretold */
    size_t skipped;      /* outputs of the generator passed over between them: others got them */
    double log10_chance; /* of as good a match in random numbers, all candidates tried counted */
    bool current;        /* the last ISN handed in was met: next holds */
    bool timed;          /* depends on the time, too: next is for SYNs as far apart as the median */
    bool approximate;    /* a hidden bit is still open: a next value may be too low by 1, or by a
                          * time() with TIME_RAND */
    uint32_t next_mask;  /* the bits of next that are foretold: all but for LANES */
    uint32_t next[ISN_RECOVERY_NEXT]; /* defined when current */
    /* Of timed ones: ticks a second, and the tick at `time`, the time of the last ISN. */
    double tick_rate;
    double tick;
    int64_t time;
    int64_t median_gap; /* ns */
};

/*
 * Looks for each normal generator in a run of successive ISNs, in the table's order. `times` (ns,
 * one for each ISN) may be NULL: then no timed one is found. Of a run longer than
 * ISN_RECOVERY_RUN_MOST its first part is searched, and the rest followed. Returns 1 and fills
 * ret_recovery; 0 when nothing is found; -FAULT_MEMORY.
 */
#define ISN_RECOVERY_RUN_MOST 4096U
int isn_recover_run(const uint32_t *isns, const int64_t *times, size_t count,
                    struct isn_recovery *ret_recovery);

/* The same for one generator of cost NORMAL alone. */
int isn_recover_one(enum isn_generator generator, const uint32_t *isns, const int64_t *times,
                    size_t count, struct isn_recovery *ret_recovery);

/*
 * The same for samples: the longest runs without gaps in the order of time, the burst's first,
 * then all samples at once for generators that bear losses (MT19937). What was found is followed to
 * the last sample, over gaps as well. At most ISN_RECOVERY_RUNS_MOST runs are searched.
 */
#define ISN_RECOVERY_RUNS_MOST 16U
int isn_recover_samples(const struct isn_samples *samples, struct isn_recovery *ret_recovery);

/* The next run without gaps at or after *at, at least `least` long: *ret_first and its length, *at
 * moved behind it; 0 when there is none. */
size_t isn_samples_run(const struct isn_samples *samples, size_t least, size_t *at,
                       size_t *ret_first);

/*
 * Follows a generator through more ISNs: up to 64 of its outputs may lie between two of them, and a
 * few ISNs may be none of its own. Renews next, current, verified and skipped; times may be NULL
 * where the generator is not timed. Returns how many were as foretold.
 */
size_t isn_recovery_follow(struct isn_recovery *recovery, const uint32_t *isns,
                           const int64_t *times, size_t count);

/* The generator's next ISN, if asked at `time` (ns; only timed ones look at it), and moves on. */
uint32_t isn_recovery_step(struct isn_recovery *recovery, int64_t time);

/*
 * The exhaustive search for smoltcp's 64-bit state (its sPCG32, src/rand.rs): of the
 * ISN_SMOLTCP_CANDIDATES states that give isns[0], those from `first` on, `count` of them. `isns`
 * are five or more without a gap. About 1 ns a candidate; any split gives the same result. Returns
 * whether the state was found.
 */
#define ISN_SMOLTCP_CANDIDATES (UINT64_C(1) << 32)
bool isn_recover_smoltcp_range(const uint32_t *isns, size_t isn_count, uint64_t first,
                               uint64_t count, struct isn_recovery *ret_recovery);

#endif
