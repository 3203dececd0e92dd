/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Generators that are linear over GF(2) and show their whole state in 1, 2 or 4 ISNs: xorshift,
 * shift registers of any stride. The map itself is learnt, by elimination. */
#include <string.h>

#include "stat/isn/recover_parts.h"

#define ORDER_MOST 4U
/* The bits of a state, and the constant 1. */
#define KEYS_MOST (32 * ORDER_MOST + 1)
#define KEY_WORDS 3U
/* So many ISNs must be as the map says, and none in between otherwise. */
#define FORETOLD 12U
/* Of steps drawn from all over the run: how often, how many, and how many must be as foretold. One
 * in nine lost leaves one of 50 draws of 32
 * without a loss. */
#define TRIES 1024
#define DRAWS 72
#define BURST 64
#define SOME  6

/* What the map makes of a state: the next ISN. */
struct row {
    uint64_t key[KEY_WORDS];
    uint32_t right;
};

/* rows[b] has b as its highest bit, if there. */
struct map {
    struct row rows[KEYS_MOST];
    bool there[KEYS_MOST];
};

/* words of the recovery: the last ISNs, then for each bit of the key what it adds to the next ISN,
 * the constant first. */
static uint32_t *columns(struct isn_recovery *recovery)
{
    return recovery->words + recovery->word_count;
}

/* The state before isns[0]: bit 0 is the constant, then the oldest ISN. */
static struct row row_of(const uint32_t *isns, size_t order)
{
    struct row row = {{1}, isns[0]};

    for (size_t i = 0; i < order; i++) {
        uint64_t word = isns[(ptrdiff_t)i - (ptrdiff_t)order];
        size_t at = 1 + 32 * i;

        row.key[at / 64] |= word << at % 64;
        if (at % 64 > 32)
            row.key[at / 64 + 1] |= word >> (64 - at % 64);
    }
    return row;
}

static int highest(const struct row *row)
{
    for (int i = KEY_WORDS - 1; i >= 0; i--)
        if (row->key[i] != 0)
            return 64 * i + 63 - __builtin_clzll(row->key[i]);
    return -1;
}

static void row_add(struct row *row, const struct row *other)
{
    for (size_t i = 0; i < KEY_WORDS; i++)
        row->key[i] ^= other->key[i];
    row->right ^= other->right;
}

/* Takes what the map knows out of the row; the highest bit left, or -1. */
static int reduce(const struct map *map, struct row *row)
{
    int bit = highest(row);

    while (bit >= 0 && map->there[bit]) {
        row_add(row, &map->rows[bit]);
        bit = highest(row);
    }
    return bit;
}

/* The map bit by bit, those never seen adding nothing: rows from the lowest up. */
static void columns_fill(const struct map *map, size_t order, uint32_t *column)
{
    for (size_t bit = 0; bit <= 32 * order; bit++) {
        const struct row *row = &map->rows[bit];

        column[bit] = 0;
        if (!map->there[bit])
            continue;
        column[bit] = row->right;
        for (size_t below = 0; below < bit; below++)
            if (row->key[below / 64] >> below % 64 & 1)
                column[bit] ^= column[below];
    }
}

uint32_t isn_step_linear(struct isn_recovery *recovery, int64_t time)
{
    size_t order = recovery->word_count;
    const uint32_t *column = columns(recovery);
    uint32_t next = column[0];

    (void)time;
    for (size_t i = 0; i < order; i++)
        for (size_t bit = 0; bit < 32; bit++)
            next ^= column[1 + 32 * i + bit] & -(recovery->words[i] >> bit & 1);
    memmove(recovery->words, recovery->words + 1, (order - 1) * sizeof *recovery->words);
    recovery->words[order - 1] = next;
    return next;
}

/* ---- the best known ones ---- */

static uint32_t xorshift32(const uint32_t *isns)
{
    uint32_t x = isns[-1];

    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return x;
}

static uint32_t xorshift128(const uint32_t *isns)
{
    uint32_t t = isns[-4] ^ isns[-4] << 11;

    return isns[-1] ^ isns[-1] >> 19 ^ t ^ t >> 8;
}

static const struct known {
    size_t order;
    uint32_t (*next)(const uint32_t *isns);
    const char *name;
} known[] = {
    {1, xorshift32, "xorshift32 (13, 17, 5)"},
    {4, xorshift128, "xorshift128 of Marsaglia"},
};

#define KNOWN (sizeof known / sizeof known[0])

/* Its map, a bit of the state at a time; there is no constant in it. */
static void known_columns(const struct known *one, uint32_t *column)
{
    column[0] = 0;
    for (size_t i = 0; i < one->order; i++) {
        for (size_t bit = 0; bit < 32; bit++) {
            uint32_t state[ORDER_MOST] = {0};

            state[i] = UINT32_C(1) << bit;
            column[1 + 32 * i + bit] = one->next(state + one->order);
        }
    }
}

/* So many in a row are as this one says, from isns[at] on. */
static bool known_from(const struct known *one, const struct isn_run *run, size_t at)
{
    for (size_t i = at; i < at + ISN_RECOVERY_VERIFIED_LEAST; i++)
        if (run->trivial[i] || one->next(run->isns + i) != run->isns[i])
            return false;
    return true;
}

/* Without learning, for which lost answers leave too little. */
int isn_recover_xorshift(const struct isn_run *run, struct isn_recovery *recovery)
{
    for (size_t k = 0; k < KNOWN; k++) {
        const struct known *one = &known[k];

        for (size_t at = one->order; at + ISN_RECOVERY_VERIFIED_LEAST <= run->count; at++) {
            if (!known_from(one, run, at))
                continue;
            isn_recovery_begin(recovery, ISN_GENERATOR_XORSHIFT);
            recovery->name = one->name;
            recovery->word_count = one->order;
            known_columns(one, columns(recovery));
            memcpy(recovery->words, run->isns + at - one->order, one->order * sizeof *run->isns);
            isn_recovery_finish(recovery, run, at - 1, one->order, 4, 32);
            return 1;
        }
    }
    return 0;
}

/* ---- the search ---- */

static void finish(struct isn_recovery *recovery, const struct isn_run *run,
                   enum isn_generator generator, size_t order, const struct map *map, size_t at,
                   size_t used, size_t foretold)
{
    isn_recovery_begin(recovery, generator);
    recovery->parameters[0] = (struct isn_parameter){"rank", used};
    recovery->word_count = order;
    columns_fill(map, order, columns(recovery));
    memcpy(recovery->words, run->isns + at - order + 1, order * sizeof *run->isns);
    isn_recovery_finish(recovery, run, at, used + order, 3, 32);
    recovery->verified += foretold;
    recovery->log10_chance -= (double)foretold * 32 * ISN_LOG10_2;
}

/*
 * Learns from `at` on until FORETOLD ISNs were as the map said (1, with the last of them), or one
 * was not, or the run ends (0, with the place to begin anew behind it).
 */
static bool learn(const struct isn_run *run, size_t order, size_t *at, struct map *map,
                  size_t *ret_used)
{
    size_t foretold = 0;
    size_t used = 0;
    size_t i;

    memset(map->there, 0, sizeof map->there);
    for (i = *at + order; i < run->count; i++) {
        struct row row = row_of(run->isns + i, order);
        int bit;

        if (run->trivial[i])
            continue;
        bit = reduce(map, &row);
        if (bit >= 0) {
            map->rows[bit] = row;
            map->there[bit] = true;
            used++;
        } else if (row.right != 0) {
            break;
        } else if (++foretold == FORETOLD) {
            *at = i;
            *ret_used = used;
            return true;
        }
    }
    *at = i;
    return false;
}

static int recover(const struct isn_run *run, enum isn_generator generator, size_t order,
                   struct isn_recovery *recovery)
{
    struct map map;
    size_t used;

    for (size_t at = 0; at + order + FORETOLD < run->count;)
        if (learn(run, order, &at, &map, &used)) {
            finish(recovery, run, generator, order, &map, at, used, FORETOLD);
            return 1;
        }
    return 0;
}

/* ---- where answers were lost, or others had some ---- */

/* The step to isns[0], of a map without a constant: one bit less to learn. */
static struct row step_of(const uint32_t *isns)
{
    struct row row = row_of(isns, 1);

    row.key[0] &= ~UINT64_C(1);
    return row;
}

static bool contains(const size_t *list, size_t count, size_t value)
{
    for (size_t i = 0; i < count; i++)
        if (list[i] == value)
            return true;
    return false;
}

/* Learns from steps here and there among the first `count`, of which some may span a loss; whether
 * some more then were as the map said, and hardly any otherwise. */
static bool learn_scattered(const struct isn_run *run, size_t count, uint32_t *random,
                            struct map *map, size_t *ret_used)
{
    size_t drawn[DRAWS] = {0};
    size_t foretold = 0;
    size_t otherwise = 0;

    *ret_used = 0;
    memset(map->there, 0, sizeof map->there);
    for (size_t draw = 0; draw < DRAWS && foretold < SOME && otherwise < 3; draw++) {
        size_t i;
        struct row row;
        int bit;

        *random = *random * 1664525 + 1013904223;
        i = 1 + (size_t)((uint64_t)*random * (count - 1) >> 32);
        drawn[draw] = i;
        if (run->trivial[i])
            continue;
        row = step_of(run->isns + i);
        bit = reduce(map, &row);
        if (bit >= 0) {
            map->rows[bit] = row;
            map->there[bit] = true;
            ++*ret_used;
        } else {
            /* A step that was drawn before is as it was. */
            foretold += row.right == 0 && !contains(drawn, draw, i);
            otherwise += row.right != 0;
        }
    }
    return foretold >= SOME;
}

/* How many steps of the run are as the map says; *ret_at: the first of them. */
static size_t met(const struct isn_run *run, const struct map *map, size_t *ret_at)
{
    size_t count = 0;

    for (size_t i = run->count - 1; i > 0; i--) {
        struct row row = step_of(run->isns + i);

        if (run->trivial[i] || reduce(map, &row) >= 0 || row.right != 0)
            continue;
        *ret_at = i;
        count++;
    }
    return count;
}

/* A state of one ISN: each step tells of the map by itself, wherever it stands. */
static int recover_scattered(const struct isn_run *run, struct isn_recovery *recovery)
{
    uint32_t random = 1;
    struct map map;
    size_t used;
    size_t at = 0;

    for (size_t try = 0; try < TRIES; try++) {
        /* A burst, which an audit begins with, lets hardly any other connection in between. */
        size_t count = try % 2 && run->count > BURST ? BURST : run->count;

        if (!learn_scattered(run, count, &random, &map, &used) ||
            met(run, &map, &at) < used + FORETOLD)
            continue;
        finish(recovery, run, ISN_GENERATOR_LINEAR1, 1, &map, at, used, 0);
        /* With one wrong step in it a map is right half of the time, and cannot be followed. */
        if (recovery->verified >= used + FORETOLD)
            return 1;
    }
    return 0;
}

int isn_recover_linear1(const struct isn_run *run, struct isn_recovery *recovery)
{
    int result = recover(run, ISN_GENERATOR_LINEAR1, 1, recovery);

    return result != 0 ? result : recover_scattered(run, recovery);
}

int isn_recover_linear2(const struct isn_run *run, struct isn_recovery *recovery)
{
    return recover(run, ISN_GENERATOR_LINEAR2, 2, recovery);
}

int isn_recover_linear4(const struct isn_run *run, struct isn_recovery *recovery)
{
    return recover(run, ISN_GENERATOR_LINEAR4, 4, recovery);
}
