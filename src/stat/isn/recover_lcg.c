/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Linear congruential generators whose whole state is the ISN: s = (a s + c) mod m. */
#include <math.h>

#include "stat/isn/recover_parts.h"

/* ISNs that a, c and m are computed from, and those after them that they must foretell. */
#define NUMBERS_32 4U
#define NUMBERS    10U
#define FORETOLD   8U
/* Places in a run where the search begins. */
#define PLACES 256U
/* m may come out as a multiple of the modulus: this many times at most. */
#define MULTIPLES 64U

__extension__ typedef unsigned __int128 wide;
__extension__ typedef __int128 signed_wide;

uint32_t isn_step_lcg(struct isn_recovery *recovery, int64_t time)
{
    const struct isn_parameter *parameters = recovery->parameters;

    (void)time;
    recovery->words[0] =
        (uint32_t)(((wide)parameters[0].value * recovery->words[0] + parameters[1].value) %
                   parameters[2].value);
    return recovery->words[0];
}

static void set(struct isn_recovery *recovery, enum isn_generator generator, uint64_t a, uint64_t c,
                uint64_t m, uint32_t state)
{
    isn_recovery_begin(recovery, generator);
    recovery->parameters[0] = (struct isn_parameter){"a", a};
    recovery->parameters[1] = (struct isn_parameter){"c", c};
    recovery->parameters[2] = (struct isn_parameter){"m", m};
    recovery->words[0] = state;
    recovery->word_count = 1;
}

/* Whether the state after isns[at] foretells the next ones, none of their steps being trivial, and
 * no counter. */
static bool holds(const struct isn_recovery *recovery, const struct isn_run *run, size_t at)
{
    return recovery->parameters[0].value > 1 &&
           isn_recovery_foretells(recovery, run->isns + at, FORETOLD) &&
           isn_run_telling(run, at, FORETOLD + 1) == FORETOLD;
}

/* The inverse of an odd number modulo 2^32, by Newton's iteration. */
static uint32_t inverse_32(uint32_t odd)
{
    uint32_t x = odd;

    for (int i = 0; i < 5; i++)
        x *= 2 - odd * x;
    return x;
}

/* a out of two successive steps. Where both are even, a is known modulo less than 2^32 only, but
 * then all steps are multiples of that power of two, and any such a is as good. */
static bool multiplier_32(const uint32_t *isns, uint32_t *ret_a)
{
    uint32_t one = isns[1] - isns[0];
    uint32_t two = isns[2] - isns[1];
    int even;

    if (one == 0)
        return false;
    even = __builtin_ctz(one);
    if (two == 0 || __builtin_ctz(two) < even)
        return false;
    *ret_a = (two >> even) * inverse_32(one >> even);
    return true;
}

int isn_recover_lcg32(const struct isn_run *run, struct isn_recovery *recovery)
{
    size_t least = NUMBERS_32 + FORETOLD;
    size_t places = isn_run_places(run, least, PLACES);
    uint32_t bits = 0;
    uint32_t a;

    /* A smaller modulus looks like this one as long as nothing wraps. */
    for (size_t i = 0; i < run->count; i++)
        bits |= run->isns[i];
    for (size_t i = 0; i < places && bits >> 31 != 0; i++) {
        size_t at = isn_run_place(run, least, places, i);
        const uint32_t *isns = run->isns + at;

        if (!multiplier_32(isns, &a) && !multiplier_32(isns + 1, &a))
            continue;
        if (isns[3] - a * isns[2] != isns[2] - a * isns[1])
            continue;
        set(recovery, ISN_GENERATOR_LCG32, a, isns[3] - a * isns[2], UINT64_C(1) << 32, isns[3]);
        if (holds(recovery, run, at + 3)) {
            isn_recovery_finish(recovery, run, at + 3, NUMBERS_32, 2.5, 32);
            return 1;
        }
    }
    return 0;
}

static wide gcd(wide a, wide b)
{
    while (b != 0) {
        wide rest = a % b;

        a = b;
        b = rest;
    }
    return a;
}

/* A multiple of the modulus: each t[i+2] t[i] - t[i+1]^2 is one, t being the steps. 0: none. */
static wide modulus_multiple(const uint32_t *isns)
{
    wide multiple = 0;

    for (size_t i = 0; i + 3 < NUMBERS; i++) {
        int64_t t[3];
        signed_wide determinant;

        for (size_t j = 0; j < 3; j++)
            t[j] = (int64_t)isns[i + j + 1] - (int64_t)isns[i + j];
        determinant = (signed_wide)t[2] * t[0] - (signed_wide)t[1] * t[1];
        multiple = gcd(multiple, (wide)(determinant < 0 ? -determinant : determinant));
    }
    return multiple;
}

/* The inverse of x modulo m, which have no factor in common. */
static uint64_t inverse(uint64_t x, uint64_t m)
{
    int64_t old_rest = (int64_t)x;
    int64_t rest = (int64_t)m;
    int64_t old_factor = 1;
    int64_t factor = 0;

    while (rest != 0) {
        int64_t quotient = old_rest / rest;
        int64_t next = old_rest - quotient * rest;
        int64_t next_factor = old_factor - quotient * factor;

        old_rest = rest;
        rest = next;
        old_factor = factor;
        factor = next_factor;
    }
    return (uint64_t)(old_factor < 0 ? old_factor + (int64_t)m : old_factor);
}

/* a and c with modulus m, or false. */
static bool multiplier(const uint32_t *isns, uint64_t m, uint64_t *ret_a, uint64_t *ret_c)
{
    for (size_t i = 0; i + 2 < NUMBERS; i++) {
        uint64_t one = (m + isns[i + 1] - isns[i]) % m;
        uint64_t two = (m + isns[i + 2] - isns[i + 1]) % m;
        uint64_t common = (uint64_t)gcd(one, m), rest = common > 0 ? m / common : 0;

        if (one == 0 || rest == 0 || common > 1024 || two % common != 0)
            continue;
        *ret_a = (uint64_t)((wide)(two / common) * inverse(one / common, rest) % rest);
        *ret_c = (uint64_t)((isns[i + 1] + (wide)m * m - (wide)*ret_a * isns[i]) % m);
        return true;
    }
    return false;
}

int isn_recover_lcg(const struct isn_run *run, struct isn_recovery *recovery)
{
    size_t least = NUMBERS + FORETOLD;
    size_t places = isn_run_places(run, least, PLACES);

    for (size_t i = 0; i < places; i++) {
        size_t at = isn_run_place(run, least, places, i);
        const uint32_t *isns = run->isns + at;
        wide multiple = modulus_multiple(isns);
        uint64_t most = 0;
        uint64_t a;
        uint64_t c;

        for (size_t j = 0; j < NUMBERS + FORETOLD; j++)
            most = isns[j] > most ? isns[j] : most;
        if (multiple <= most || multiple > (wide)MULTIPLES << 32)
            continue;
        /* The smallest first: a multiple looks like the modulus as long as nothing wraps. */
        for (uint64_t k = MULTIPLES; k > 0; k--) {
            uint64_t m = (uint64_t)multiple / k;

            if ((uint64_t)multiple % k != 0 || m <= most || m > UINT64_C(1) << 32 ||
                !multiplier(isns, m, &a, &c))
                continue;
            set(recovery, ISN_GENERATOR_LCG, a, c, m, isns[NUMBERS - 1]);
            if (holds(recovery, run, at + NUMBERS - 1)) {
                isn_recovery_finish(recovery, run, at + NUMBERS - 1, NUMBERS, 4.5, log2((double)m));
                return 1;
            }
        }
    }
    return 0;
}
