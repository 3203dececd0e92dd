/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lagged Fibonacci generators: random() of glibc and BSD (o[i] = o[i-3] + o[i-31], of which the
 * lowest bit is not shown) and other lags, sums and differences modulo a power of 2 (Knuth, The Art
 * of Computer Programming 2, 3.2.2); .NET's System.Random (a difference modulo 2^31 - 1). */
#include <assert.h>
#include <string.h>

#include "stat/isn/recover_parts.h"

#define LAG_MOST 64U
/* ISNs in a row that must be as the lags say. */
#define FORETOLD 24U
#define PLACES   16U
/* Lowest bits that are tried, 2^14 ways. */
#define OPEN_MOST 14U

enum kind {
    SUM_31, /* of 32-bit numbers, the upper 31 bits shown: off by 1 where two lowest bits carry */
    SUM,    /* modulo a power of 2, all bits shown */
    OLDER_LESS_NEWER, /* the same */
    NEWER_LESS_OLDER,
    DIFFERENCE, /* the older minus the newer, modulo 2^31 - 1 */
    KIND_COUNT
};

#define MERSENNE UINT32_C(0x7fffffff)

/* What an ISN is of those j and k > j before it; the mask has all bits that are ever set. */
struct relation {
    enum kind kind;
    uint32_t mask;
    size_t j;
    size_t k;
};

/* Whether isns[0] is as the relation says. */
static bool fits(const uint32_t *isns, const struct relation *relation)
{
    uint32_t newer = isns[-(ptrdiff_t)relation->j];
    uint32_t older = isns[-(ptrdiff_t)relation->k];

    switch (relation->kind) {
    case SUM_31:
        return ((isns[0] - newer - older) & MERSENNE) <= 1;
    case SUM:
        return ((isns[0] - newer - older) & relation->mask) == 0;
    case OLDER_LESS_NEWER:
        return ((isns[0] - older + newer) & relation->mask) == 0;
    case NEWER_LESS_OLDER:
        return ((isns[0] - newer + older) & relation->mask) == 0;
    case DIFFERENCE:
        /* The older one is at most as large as newer plus MERSENNE; all are below 2^31. */
        return (isns[0] + newer) % MERSENNE == older % MERSENNE;
    case KIND_COUNT:
        break;
    }
    return false;
}

uint32_t isn_step_additive(struct isn_recovery *recovery, int64_t time)
{
    size_t j = (size_t)recovery->parameters[0].value;
    size_t k = (size_t)recovery->parameters[1].value;
    uint64_t modulus = recovery->parameters[2].value;
    size_t subtracted = (size_t)recovery->parameters[3].value;
    bool hidden = modulus == UINT64_C(1) << 31 && subtracted == 0; /* the lowest bit is in words */
    uint32_t *words = recovery->words;
    uint32_t older = words[0];
    uint32_t newer = words[k - j];
    uint32_t next;

    (void)time;
    if (modulus == MERSENNE)
        next = older < newer ? older - newer + MERSENNE : older - newer;
    else
        next = subtracted == 0 ? older + newer : subtracted == j ? older - newer : newer - older;
    if (modulus != MERSENNE && !hidden)
        next &= (uint32_t)(modulus - 1);
    memmove(words, words + 1, (k - 1) * sizeof *words);
    words[k - 1] = next;
    return hidden ? next >> 1 : next;
}

bool isn_meets_additive(struct isn_recovery *recovery, uint32_t isn)
{
    uint32_t next = isn_step_additive(recovery, 0);
    size_t last = recovery->word_count - 1;

    if (!recovery->approximate)
        return next == isn;
    recovery->words[last] = isn << 1;
    return ((isn - next) & MERSENNE) <= 1;
}

/* ---- the lowest bits ---- */

/* Equations over GF(2) in up to 64 unknowns: rows[b] has b as its highest unknown, or is 0. */
struct equations {
    uint64_t rows[LAG_MOST];
    bool right[LAG_MOST];
    size_t rank;
};

static void equation_add(struct equations *equations, uint64_t row, bool right)
{
    while (row != 0) {
        size_t bit = 63 - (size_t)__builtin_clzll(row);

        if (equations->rows[bit] == 0) {
            equations->rows[bit] = row;
            equations->right[bit] = right;
            equations->rank++;
            return;
        }
        row ^= equations->rows[bit];
        right ^= equations->right[bit];
    }
}

/* Whether the equations say that the row is 1. */
static bool is_one(const struct equations *equations, uint64_t row)
{
    bool right = false;

    while (row != 0) {
        size_t bit = 63 - (size_t)__builtin_clzll(row);

        if (equations->rows[bit] == 0)
            return false;
        row ^= equations->rows[bit];
        right ^= equations->right[bit];
    }
    return right;
}

/* Two bits that carry are 1 both; of two that do not, one is 0 where the other is known as 1. */
static void lowest_bit_pair(struct equations *equations, uint64_t one, uint64_t two, bool carry)
{
    if (carry || is_one(equations, two))
        equation_add(equations, one, carry);
    if (carry || is_one(equations, one))
        equation_add(equations, two, carry);
}

/* From the lowest unknown up, each in terms of those below; the n-th one that no equation has for
 * its highest is bit n of `open`. */
static uint64_t equations_solve(const struct equations *equations, size_t count, uint64_t open)
{
    uint64_t solution = 0;

    for (size_t bit = 0; bit < count; bit++) {
        uint64_t value = (uint64_t)equations->right[bit] ^
                         (uint64_t)__builtin_parityll(equations->rows[bit] & solution);

        if (equations->rows[bit] == 0) {
            value = open & 1;
            open >>= 1;
        }
        solution |= value << bit;
    }
    return solution;
}

/* ISNs from isns[0] on that fit SUM_31 with lags j < k. */
struct stretch {
    const uint32_t *isns;
    size_t length;
    size_t j;
    size_t k;
};

/* Whether the lowest bits that went into the i-th one carry. */
static bool carries(const struct stretch *stretch, size_t i)
{
    const uint32_t *isns = stretch->isns + i;

    return ((isns[0] - isns[-(ptrdiff_t)stretch->j] - isns[-(ptrdiff_t)stretch->k]) & MERSENNE) ==
           1;
}

/* Whether these lowest bits of the k numbers before the stretch carry where they should. */
static bool explains(const struct stretch *stretch, uint64_t bits)
{
    for (size_t i = 0; i < stretch->length; i++) {
        size_t slot = i % stretch->k;
        uint64_t newer = bits >> (slot + stretch->k - stretch->j) % stretch->k & 1;

        if ((newer & bits >> slot) != carries(stretch, i))
            return false;
        bits ^= newer << slot;
    }
    return true;
}

static void equations_of(const struct stretch *stretch, struct equations *equations)
{
    uint64_t rows[LAG_MOST];
    size_t k = stretch->k;

    assert(k > 0 && k <= LAG_MOST);
    for (size_t i = 0; i < k; i++)
        rows[i] = UINT64_C(1) << i;
    for (size_t i = 0; i < stretch->length; i++) {
        uint64_t newer = rows[(i + k - stretch->j) % k];

        lowest_bit_pair(equations, newer, rows[i % k], carries(stretch, i));
        rows[i % k] ^= newer;
    }
}

/*
 * The hidden lowest bits of the k numbers before the stretch. They follow the same recurrence
 * without carry, and where the sum shown is one too high, both lowest bits were 1: two equations.
 * What these leave open is tried. Returns whether exactly one solution is left.
 */
static bool lowest_bits(const struct stretch *stretch, uint64_t *ret_bits)
{
    struct equations equations = {.rank = 0};
    size_t solutions = 0;
    size_t before;

    do {
        before = equations.rank;
        equations_of(stretch, &equations);
    } while (equations.rank > before);
    if (stretch->k - equations.rank > OPEN_MOST)
        return false;
    for (uint64_t open = 0; open < UINT64_C(1) << (stretch->k - equations.rank); open++) {
        uint64_t bits = equations_solve(&equations, stretch->k, open);

        if (!explains(stretch, bits))
            continue;
        *ret_bits = bits;
        if (++solutions > 1)
            return false;
    }
    return solutions == 1;
}

/* ---- the search ---- */

/* The lags that hold longest, and where. */
struct best {
    struct relation relation;
    size_t at;
    size_t length;
};

static const char *known_name(enum kind kind, size_t j, size_t k)
{
    if (kind == SUM_31 && j == 3 && k == 31)
        return "random() of glibc and BSD, 31 words of state";
    if (kind == SUM_31 && j == 1 && k == 63)
        return "random() of glibc and BSD, 63 words of state";
    if (kind == DIFFERENCE && j == 34 && k == 55)
        return ".NET System.Random with a seed";
    return isn_generator_row(ISN_GENERATOR_ADDITIVE)->name;
}

static void finish(struct isn_recovery *recovery, const struct isn_run *run,
                   const struct best *best)
{
    enum kind kind = best->relation.kind;
    size_t at = best->at;
    size_t j = best->relation.j;
    size_t k = best->relation.k;
    struct stretch stretch = {run->isns + at, best->length, j, k};
    uint64_t modulus = (uint64_t)best->relation.mask + 1;
    uint64_t bits = 0;

    isn_recovery_begin(recovery, ISN_GENERATOR_ADDITIVE);
    recovery->name = known_name(kind, j, k);
    recovery->parameters[0] = (struct isn_parameter){"lag j", j};
    recovery->parameters[1] = (struct isn_parameter){"lag k", k};
    recovery->parameters[2] = (struct isn_parameter){"modulus", kind == SUM_31 ? UINT64_C(1) << 31
                                                                : kind == DIFFERENCE ? MERSENNE
                                                                                     : modulus};
    if (kind == OLDER_LESS_NEWER || kind == NEWER_LESS_OLDER)
        recovery->parameters[3] =
            (struct isn_parameter){"lag subtracted", kind == OLDER_LESS_NEWER ? j : k};
    recovery->approximate = kind == SUM_31 && !lowest_bits(&stretch, &bits);
    memcpy(recovery->words, run->isns + at - k, k * sizeof *run->isns);
    for (size_t i = 0; i < k && kind == SUM_31; i++)
        recovery->words[i] = recovery->words[i] << 1 | (uint32_t)(bits >> i & 1);
    recovery->word_count = k;
    isn_recovery_finish(recovery, run, at - 1, k, 5.5, 30);
}

/* How many ISNs from `at` on, up to `most`, are as the relation says. */
static size_t length_of(const struct isn_run *run, const struct relation *relation, size_t at,
                        size_t most)
{
    size_t length = 0;

    while (length < most && at + length < run->count && !run->trivial[at + length] &&
           fits(run->isns + at + length, relation))
        length++;
    return length;
}

static void try_lags(const struct isn_run *run, const struct relation *relation, struct best *best)
{
    size_t k = relation->k;
    size_t places = isn_run_places(run, k + FORETOLD, PLACES);
    size_t longest = 0;
    size_t length;

    for (size_t i = 0; i < places && longest < FORETOLD; i++)
        longest =
            length_of(run, relation, isn_run_place(run, k + FORETOLD, places, i) + k, FORETOLD);
    if (longest < FORETOLD)
        return;
    for (size_t at = k; at < run->count; at += length + 1) {
        length = length_of(run, relation, at, run->count);
        if (length > best->length)
            *best = (struct best){*relation, at, length};
    }
}

int isn_recover_additive(const struct isn_run *run, struct isn_recovery *recovery)
{
    struct best best = {.length = 0};
    uint32_t bits = 0;

    for (size_t i = 0; i < run->count; i++)
        bits |= run->isns[i];
    if (bits == 0)
        return 0;
    bits = UINT32_MAX >> __builtin_clz(bits);
    for (enum kind kind = 0; kind < KIND_COUNT; kind++) {
        if ((kind == SUM && bits == MERSENNE) ||
            ((kind == SUM_31 || kind == DIFFERENCE) && bits > MERSENNE))
            continue;
        /* All of them: with a loss between i and i - j, lags that are too short hold, too. */
        for (size_t k = 2; k <= LAG_MOST; k++)
            for (size_t j = 1; j < k; j++)
                try_lags(run, &(struct relation){kind, bits, j, k}, &best);
    }
    if (best.length < FORETOLD)
        return 0;
    finish(recovery, run, &best);
    return 1;
}
