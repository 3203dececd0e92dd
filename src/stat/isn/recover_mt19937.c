/* SPDX-License-Identifier: GPL-3.0-or-later */
/* MT19937 (Matsumoto and Nishimura, 1998), also where some of its outputs are missing. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "stat/isn/recover_parts.h"

#define SIZE   624
#define MIDDLE 397
/* By how many rows the recurrence's partners may be farther, for rows that are none of its own. */
#define MIDDLE_FARTHER 6
#define SIZE_FARTHER   8
/* Relations between rows that must hold, each with a chance of 2^-32 for one pair of partners. */
#define RELATIONS_LEAST 8U
/* With others' outputs between the rows, every so many rows are looked at first: enough of those
 * must have a relation. */
#define SPARSE       8U
#define SPARSE_LEAST 4U
/* Outputs that may be missing in all, in place of rows. */
#define MISSING_MOST 4096

static uint32_t twist(uint32_t one, uint32_t two)
{
    uint32_t mixed = (one & UINT32_C(0x80000000)) | (two & UINT32_C(0x7fffffff));

    return mixed >> 1 ^ (-(mixed & 1) & UINT32_C(0x9908b0df));
}

/* The other way round: the highest bit is that of the first word, the rest that of the second. */
static uint32_t untwist(uint32_t mixed)
{
    uint32_t low = mixed >> 31;

    return (mixed ^ (-low & UINT32_C(0x9908b0df))) << 1 | low;
}

static uint32_t temper(uint32_t y)
{
    y ^= y >> 11;
    y ^= y << 7 & UINT32_C(0x9d2c5680);
    y ^= y << 15 & UINT32_C(0xefc60000);
    return y ^ y >> 18;
}

static uint32_t untemper(uint32_t y)
{
    uint32_t x;

    y ^= y >> 18;
    y ^= y << 15 & UINT32_C(0xefc60000);
    x = y;
    for (int i = 0; i < 4; i++)
        x = y ^ (x << 7 & UINT32_C(0x9d2c5680));
    y = x;
    for (int i = 0; i < 2; i++)
        x = y ^ x >> 11;
    return x;
}

uint32_t isn_step_mt19937(struct isn_recovery *recovery, int64_t time)
{
    uint32_t *words = recovery->words;
    uint32_t next = words[MIDDLE] ^ twist(words[0], words[1]);

    (void)time;
    memmove(words, words + 1, (SIZE - 1) * sizeof *words);
    words[SIZE - 1] = next;
    return temper(next);
}

/* ---- which row is which output ---- */

/* A row's state word, and how many outputs after the first row of its set it is. */
struct row {
    uint32_t word;
    uint32_t parent;
    int32_t offset; /* from the parent */
    bool linked;
};

/* The row at the root of the set; *ret_offset of this one from it. */
static uint32_t root_of(struct row *rows, uint32_t at, int32_t *ret_offset)
{
    int32_t offset = 0;
    uint32_t root = at;

    while (rows[root].parent != root) {
        offset += rows[root].offset;
        root = rows[root].parent;
    }
    *ret_offset = offset;
    rows[at].offset = root == at ? 0 : offset;
    rows[at].parent = root;
    return root;
}

/* Output `later` came `distance` outputs after output `earlier`. */
static void link_rows(struct row *rows, size_t earlier, size_t later, int32_t distance)
{
    int32_t from;
    int32_t to;
    uint32_t one = root_of(rows, (uint32_t)earlier, &from);
    uint32_t two = root_of(rows, (uint32_t)later, &to);

    rows[earlier].linked = true;
    rows[later].linked = true;
    if (one == two)
        return;
    rows[two].parent = one;
    rows[two].offset = from + distance - to;
}

/* By how many rows the partners may have come nearer, for outputs that are missing: answers that
 * got lost, or those that others got as well. */
struct reach {
    size_t middle, size;
    double log10_pairs; /* of partners: what a relation is worth less */
};

static const struct reach lost = {16, 24, 2.9}, taken = {96, 144, 4.2};

/* The relations that hold for row i and the one after it; how many. Of row i only the highest bit
 * takes part: where an output is missing after it, they hold half of the time all the same, so that
 * they tell nothing of its place. */
static size_t relate(struct row *rows, size_t count, size_t i, const struct reach *reach, bool link)
{
    uint32_t mixed = twist(rows[i].word, rows[i + 1].word);
    size_t relations = 0;

    for (size_t far = i + SIZE - reach->size; far <= i + SIZE + SIZE_FARTHER && far < count; far++)
        for (size_t near = i + MIDDLE - reach->middle; near <= i + MIDDLE + MIDDLE_FARTHER; near++)
            if ((rows[far].word ^ rows[near].word) == mixed) {
                relations++;
                if (!link)
                    continue;
                link_rows(rows, i + 1, near, MIDDLE - 1);
                link_rows(rows, i + 1, far, SIZE - 1);
            }
    return relations;
}

/* The row that most others hang together with. */
static uint32_t largest_root(struct row *rows, size_t count, uint32_t *sizes)
{
    uint32_t best = 0;
    int32_t offset;

    memset(sizes, 0, count * sizeof *sizes);
    for (size_t i = 0; i < count; i++) {
        uint32_t root = root_of(rows, (uint32_t)i, &offset);

        sizes[root]++;
        if (sizes[root] > sizes[best])
            best = root;
    }
    return best;
}

/* ---- the outputs in their order ---- */

/* All outputs from the first to the last row, as far as they are known. */
struct outputs {
    uint32_t *words;
    bool *known;
    int32_t *row_at; /* the output that a row is; -1: not known */
    size_t count;
};

static void outputs_set(struct outputs *outputs, int64_t at, uint32_t word)
{
    if (at >= 0 && at < (int64_t)outputs->count) {
        outputs->words[at] = word;
        outputs->known[at] = true;
    }
}

/* Places rows that hang together, and those between two of them with nothing missing between. */
static void place(struct outputs *outputs, struct row *rows, size_t count, uint32_t root)
{
    int64_t first = INT64_MAX;
    size_t before = count;
    int32_t offset;

    for (size_t i = 0; i < count; i++) {
        outputs->row_at[i] = -1;
        if (!rows[i].linked || root_of(rows, (uint32_t)i, &offset) != root)
            continue;
        first = first == INT64_MAX ? offset - (int64_t)i : first;
        if (offset - first < 0 || offset - first >= (int64_t)outputs->count)
            continue;
        outputs->row_at[i] = (int32_t)(offset - first);
        if (before < i && outputs->row_at[i] - outputs->row_at[before] == (int32_t)(i - before))
            for (size_t j = before + 1; j < i; j++)
                outputs->row_at[j] = outputs->row_at[before] + (int32_t)(j - before);
        before = i;
    }
    for (size_t i = 0; i < count; i++)
        if (outputs->row_at[i] >= 0)
            outputs_set(outputs, outputs->row_at[i], rows[i].word);
}

/* What the words at i and i + 1 make, from the later ones; false where those are not known. */
static bool mixed_at(const struct outputs *outputs, size_t i, uint32_t *ret_mixed)
{
    if (i + SIZE >= outputs->count || !outputs->known[i + MIDDLE] || !outputs->known[i + SIZE])
        return false;
    *ret_mixed = outputs->words[i + MIDDLE] ^ outputs->words[i + SIZE];
    return true;
}

/* A word from the two that it is mixed with: all bits but one from the first, one from the second.
 */
static bool fill_earlier(struct outputs *outputs, size_t i)
{
    uint32_t low;
    uint32_t high;

    if (outputs->known[i] || i == 0 || !mixed_at(outputs, i - 1, &low) ||
        !mixed_at(outputs, i, &high))
        return false;
    outputs_set(outputs, (int64_t)i,
                (untwist(low) & UINT32_C(0x7fffffff)) | (untwist(high) & UINT32_C(0x80000000)));
    return true;
}

static bool fill_later(struct outputs *outputs, size_t i)
{
    uint32_t mixed = twist(outputs->words[i], outputs->words[i + 1]);
    bool *known = outputs->known;

    if (!known[i] || !known[i + 1] || known[i + MIDDLE] == known[i + SIZE])
        return false;
    if (known[i + MIDDLE])
        outputs_set(outputs, (int64_t)i + SIZE, outputs->words[i + MIDDLE] ^ mixed);
    else
        outputs_set(outputs, (int64_t)i + MIDDLE, outputs->words[i + SIZE] ^ mixed);
    return true;
}

/* Works out outputs that are missing; true when there was one. */
static bool fill(struct outputs *outputs)
{
    bool changed = false;

    for (size_t i = 0; i + SIZE < outputs->count; i++) {
        changed |= fill_earlier(outputs, i);
        changed |= fill_later(outputs, i);
    }
    return changed;
}

/* The last row up to which SIZE outputs are known; `count` if there is none. */
static size_t last_whole(const struct outputs *outputs, size_t count)
{
    size_t best = count;
    size_t length = 0;
    size_t at = 0;

    for (size_t i = 0; i < count; i++) {
        if (outputs->row_at[i] < 0)
            continue;
        for (; at <= (size_t)outputs->row_at[i]; at++)
            length = outputs->known[at] ? length + 1 : 0;
        if (length >= SIZE)
            best = i;
    }
    return best;
}

/* What holds, with which reach. */
struct found {
    size_t relations;
    const struct reach *reach;
};

static int conclude(const struct isn_run *run, struct row *rows, struct outputs *outputs,
                    uint32_t *sizes, const struct found *found, struct isn_recovery *recovery)
{
    size_t last;

    place(outputs, rows, run->count, largest_root(rows, run->count, sizes));
    for (int i = 0; i < 8 && fill(outputs); i++)
        continue;
    last = last_whole(outputs, run->count);
    isn_recovery_begin(recovery, ISN_GENERATOR_MT19937);
    if (last < run->count) {
        memcpy(recovery->words, outputs->words + outputs->row_at[last] - (SIZE - 1),
               SIZE * sizeof *outputs->words);
        recovery->word_count = SIZE;
        isn_recovery_finish(recovery, run, last, SIZE, 0, 32);
    }
    /* What the last rows foretell, the relations have counted already. They prove the generator
     * also where too many outputs are missing for a whole state. */
    recovery->used = SIZE;
    recovery->verified = found->relations;
    recovery->log10_chance =
        3.5 - (double)found->relations * (32 * ISN_LOG10_2 - found->reach->log10_pairs);
    return 1;
}

static int align(const struct isn_run *run, struct row *rows, const struct found *found,
                 struct isn_recovery *recovery)
{
    size_t room = run->count + MISSING_MOST;
    struct outputs outputs = {calloc(room, sizeof(uint32_t)), calloc(room, sizeof(bool)),
                              calloc(run->count, sizeof(int32_t)), room};
    uint32_t *sizes = calloc(run->count, sizeof *sizes);
    int result = -FAULT_MEMORY;

    if (outputs.words != NULL && outputs.known != NULL && outputs.row_at != NULL && sizes != NULL)
        result = conclude(run, rows, &outputs, sizes, found, recovery);
    free(outputs.words);
    free(outputs.known);
    free(outputs.row_at);
    free(sizes);
    return result;
}

/* Every so many rows' relations. */
static size_t relate_all(const struct isn_run *run, struct row *rows, const struct reach *reach,
                         size_t every)
{
    size_t relations = 0;

    for (size_t i = 0; i + SIZE - reach->size < run->count; i += every)
        if (!run->trivial[i + 1])
            relations += relate(rows, run->count, i, reach, every == 1);
    return relations;
}

int isn_recover_mt19937(const struct isn_run *run, struct isn_recovery *recovery)
{
    struct row *rows = calloc(run->count, sizeof *rows);
    struct found found = {0, &lost};
    int result = 0;

    if (rows == NULL)
        return -FAULT_MEMORY;
    for (size_t i = 0; i < run->count; i++)
        rows[i] = (struct row){untemper(run->isns[i]), (uint32_t)i, 0, false};
    found.relations = relate_all(run, rows, found.reach, 1);
    if (found.relations < RELATIONS_LEAST &&
        relate_all(run, rows, &taken, SPARSE) >= SPARSE_LEAST) {
        found.reach = &taken;
        found.relations = relate_all(run, rows, found.reach, 1);
    }
    if (found.relations >= RELATIONS_LEAST)
        result = align(run, rows, &found, recovery);
    free(rows);
    return result;
}
