/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 64-bit LCGs of which only upper bits are seen: rand() of newlib and musl, Knuth's MMIX. The steps
 * between states lie in a lattice; the one close to what was seen is found by reducing it (Frieze,
 * Hastad, Kannan, Lagarias and Shamir, "Reconstructing truncated integer variables", 1988). */
#include <math.h>
#include <string.h>

#include "stat/isn/recover_parts.h"

#define MULTIPLIER UINT64_C(6364136223846793005)
/* MULTIPLIER - 1 is 4 times an odd number. */
#define STEP_EVEN 2U
/* Steps that are looked at together, of one ISN more. */
#define DIMENSION  4U
#define PLACES     64U
#define SWAPS_MOST 1000
/* The lattice is reduced when no vector is much shorter than the one before it. */
#define LOVASZ 0.75L

__extension__ typedef __int128 wide;

struct basis {
    wide vectors[DIMENSION][DIMENSION];
    /* The same made orthogonal, and the squares of their lengths. */
    long double orthogonal[DIMENSION][DIMENSION];
    long double square[DIMENSION];
};

/* What is seen of which generator: bits `hidden` to `modulus` - 1 of its state. */
static const struct variant {
    unsigned modulus;
    unsigned hidden;
    uint64_t increment;
    const char *name;
} variants[] = {
    {63, 32, 1, "rand() of newlib"},
    {64, 33, 1, "rand() of musl"},
    {64, 32, 1, "64-bit LCG of newlib and musl, upper 32 bits"},
    {64, 32, UINT64_C(1442695040888963407), "64-bit LCG of Knuth's MMIX, upper 32 bits"},
    {64, 33, UINT64_C(1442695040888963407), "64-bit LCG of Knuth's MMIX, upper 31 bits"},
};

#define VARIANTS (sizeof variants / sizeof *variants)

static uint64_t mask_of(unsigned bits)
{
    return UINT64_MAX >> (64 - bits);
}

uint32_t isn_step_lcg64(struct isn_recovery *recovery, int64_t time)
{
    uint64_t modulus_mask = mask_of((unsigned)recovery->parameters[2].value);
    uint64_t state = isn_recovery_state(recovery) * MULTIPLIER + recovery->parameters[1].value;

    (void)time;
    isn_recovery_state_set(recovery, state & modulus_mask);
    return (uint32_t)((state & modulus_mask) >> recovery->parameters[3].value);
}

/* ---- the lattice ---- */

static long double project(const long double *vector, const struct basis *basis, size_t on)
{
    long double product = 0;

    for (size_t i = 0; i < DIMENSION; i++)
        product += vector[i] * basis->orthogonal[on][i];
    return product / basis->square[on];
}

/* Gram and Schmidt, from the exact vectors each time, so that errors do not add up. */
static void make_orthogonal(struct basis *basis, size_t first)
{
    for (size_t i = first; i < DIMENSION; i++) {
        long double vector[DIMENSION];

        for (size_t j = 0; j < DIMENSION; j++)
            vector[j] = (long double)basis->vectors[i][j];
        memcpy(basis->orthogonal[i], vector, sizeof vector);
        for (size_t k = 0; k < i; k++) {
            long double share = project(vector, basis, k);

            for (size_t j = 0; j < DIMENSION; j++)
                basis->orthogonal[i][j] -= share * basis->orthogonal[k][j];
        }
        basis->square[i] = 0;
        for (size_t j = 0; j < DIMENSION; j++)
            basis->square[i] += basis->orthogonal[i][j] * basis->orthogonal[i][j];
    }
}

/* Takes from `target` the multiples of the vectors before `end` that come nearest to it (Babai). */
static void subtract_nearest(const struct basis *basis, size_t end, wide *target)
{
    for (size_t k = end; k-- > 0;) {
        long double vector[DIMENSION];
        wide times;

        for (size_t i = 0; i < DIMENSION; i++)
            vector[i] = (long double)target[i];
        times = (wide)roundl(project(vector, basis, k));
        for (size_t i = 0; i < DIMENSION; i++)
            target[i] -= times * basis->vectors[k][i];
    }
}

/* All successive steps of the LCG modulo 2^modulus, as short vectors (Lenstra, Lenstra, Lovasz). */
static void make_basis(struct basis *basis, unsigned modulus)
{
    uint64_t power = 1;
    size_t k = 1;

    memset(basis, 0, sizeof *basis);
    for (size_t i = 0; i < DIMENSION; i++, power *= MULTIPLIER) {
        basis->vectors[0][i] = power & mask_of(modulus);
        basis->vectors[i][i] = i == 0 ? 1 : (wide)1 << modulus;
    }
    make_orthogonal(basis, 0);
    for (int swaps = 0; k < DIMENSION && swaps < SWAPS_MOST;) {
        long double vector[DIMENSION];
        long double share;
        wide swapped[DIMENSION];

        subtract_nearest(basis, k, basis->vectors[k]);
        for (size_t i = 0; i < DIMENSION; i++)
            vector[i] = (long double)basis->vectors[k][i];
        share = project(vector, basis, k - 1);
        if (basis->square[k] >= (LOVASZ - share * share) * basis->square[k - 1]) {
            k++;
            continue;
        }
        memcpy(swapped, basis->vectors[k], sizeof swapped);
        memcpy(basis->vectors[k], basis->vectors[k - 1], sizeof swapped);
        memcpy(basis->vectors[k - 1], swapped, sizeof swapped);
        make_orthogonal(basis, k - 1);
        k = k > 1 ? k - 1 : 1;
        swaps++;
    }
}

/* ---- the search ---- */

/* The step from the state of isns[0] to the next, modulo 2^modulus; false when none fits all. */
static bool first_step(const struct basis *basis, const struct variant *variant,
                       const uint32_t *isns, uint64_t *ret_step)
{
    unsigned seen = variant->modulus - variant->hidden;
    wide target[DIMENSION];
    wide seen_first;

    for (size_t i = 0; i < DIMENSION; i++) {
        uint64_t step = (isns[i + 1] - isns[i]) & mask_of(seen);

        target[i] = (wide)step << variant->hidden;
    }
    seen_first = target[0];
    subtract_nearest(basis, DIMENSION, target);
    for (size_t i = 0; i < DIMENSION; i++)
        if (target[i] >= (wide)1 << variant->hidden || -target[i] >= (wide)1 << variant->hidden)
            return false;
    *ret_step = (uint64_t)(seen_first - target[0]) & mask_of(variant->modulus);
    return true;
}

/* The inverse of an odd number modulo 2^64, by Newton's iteration. */
static uint64_t inverse(uint64_t odd)
{
    uint64_t x = odd;

    for (int i = 0; i < 6; i++)
        x *= 2 - odd * x;
    return x;
}

/* The state of which `step` leads to the next one: its upper STEP_EVEN bits are those of the ISN.
 */
static bool state_of(const struct variant *variant, uint32_t isn, uint64_t step,
                     uint64_t *ret_state)
{
    uint64_t product = step - variant->increment;
    uint64_t low_mask = mask_of(variant->modulus - STEP_EVEN);
    uint64_t state = (product >> STEP_EVEN) * inverse((MULTIPLIER - 1) >> STEP_EVEN) & low_mask;

    state |= (uint64_t)isn << variant->hidden & mask_of(variant->modulus) & ~low_mask;
    *ret_state = state;
    return (product & mask_of(STEP_EVEN)) == 0 && state >> variant->hidden == isn;
}

static bool try_place(const struct isn_run *run, size_t at, const struct basis *basis,
                      const struct variant *variant, struct isn_recovery *recovery)
{
    const uint32_t *isns = run->isns + at;
    uint64_t step;
    uint64_t state;

    if (!first_step(basis, variant, isns, &step) || !state_of(variant, isns[0], step, &state))
        return false;
    isn_recovery_begin(recovery, ISN_GENERATOR_LCG64);
    recovery->name = variant->name;
    recovery->parameters[0] = (struct isn_parameter){"a", MULTIPLIER};
    recovery->parameters[1] = (struct isn_parameter){"c", variant->increment};
    recovery->parameters[2] = (struct isn_parameter){"log2 m", variant->modulus};
    recovery->parameters[3] = (struct isn_parameter){"hidden bits", variant->hidden};
    isn_recovery_state_set(recovery, state);
    if (!isn_recovery_foretells(recovery, isns, DIMENSION + ISN_RECOVERY_VERIFIED_LEAST))
        return false;
    for (size_t i = 0; i < DIMENSION; i++)
        isn_recovery_step(recovery, 0);
    isn_recovery_finish(recovery, run, at + DIMENSION, DIMENSION + 1, 3,
                        variant->modulus - variant->hidden);
    return true;
}

int isn_recover_lcg64(const struct isn_run *run, struct isn_recovery *recovery)
{
    size_t least = DIMENSION + 1 + ISN_RECOVERY_VERIFIED_LEAST;
    size_t places = isn_run_places(run, least, PLACES);
    struct basis bases[2];
    uint32_t bits = 0;

    for (size_t i = 0; i < run->count; i++)
        bits |= run->isns[i];
    make_basis(&bases[0], 63);
    make_basis(&bases[1], 64);
    for (size_t i = 0; i < VARIANTS; i++) {
        const struct variant *variant = &variants[i];

        if (bits > mask_of(variant->modulus - variant->hidden))
            continue;
        for (size_t j = 0; j < places; j++)
            if (try_place(run, isn_run_place(run, least, places, j), &bases[variant->modulus - 63],
                          variant, recovery))
                return 1;
    }
    return 0;
}
