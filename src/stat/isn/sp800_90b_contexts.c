/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The predictors of NIST SP 800-90B that remember what followed which symbols: MultiMMC, LZ78Y. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "stat/isn/sp800_90b.h"

#define DEPTH           16
#define ENTRIES_MOST    100000 /* of MultiMMC, in each depth */
#define DICTIONARY_MOST 65536  /* of LZ78Y */
#define ROOT            1

/* What followed a context: the most frequent symbol, of several the greatest. */
struct context {
    uint32_t times;
    uint8_t symbol;
    bool entered; /* LZ78Y: stands in the dictionary, and is not just on the way to one that does */
};

/*
 * A tree whose path from the root is a context, the latest symbol first; edges, and how often a
 * symbol followed, are in one hash table. After `failed` (no memory) nothing is found.
 */
struct tree {
    struct context *contexts; /* by number; 0 is none, 1 the root */
    uint32_t contexts_count;
    uint32_t contexts_room;
    uint64_t *keys; /* 0: free */
    uint32_t *values;
    size_t used;
    size_t slots; /* a power of two */
    bool failed;
};

enum key_kind { EDGE, FOLLOWER };

static uint64_t key_of(uint32_t context, enum key_kind kind, uint8_t symbol)
{
    return (uint64_t)context << 9 | (uint64_t)kind << 8 | symbol;
}

/* Where the key stands, or would. */
static size_t slot_of(const struct tree *tree, uint64_t key)
{
    size_t slot = (size_t)(key * 0x9e3779b97f4a7c15 >> 32) & (tree->slots - 1);

    while (tree->keys[slot] != 0 && tree->keys[slot] != key)
        slot = (slot + 1) & (tree->slots - 1);
    return slot;
}

static void tree_release(struct tree *tree)
{
    free(tree->contexts);
    free(tree->keys);
    free(tree->values);
}

/* Twice the slots, or the first ones. */
static void table_grow(struct tree *tree)
{
    struct tree next = *tree;

    next.slots = tree->slots == 0 ? 4096 : 2 * tree->slots;
    next.keys = calloc(next.slots, sizeof(*next.keys));
    next.values = calloc(next.slots, sizeof(*next.values));
    if (next.keys == NULL || next.values == NULL) {
        free(next.keys);
        free(next.values);
        tree->failed = true;
        return;
    }
    for (size_t i = 0; i < tree->slots; i++) {
        if (tree->keys[i] == 0)
            continue;
        size_t slot = slot_of(&next, tree->keys[i]);

        next.keys[slot] = tree->keys[i];
        next.values[slot] = tree->values[i];
    }
    free(tree->keys);
    free(tree->values);
    *tree = next;
}

/* The value of the key, entered as 0 if it is not there; NULL: no memory. */
static uint32_t *value_at(struct tree *tree, uint64_t key)
{
    size_t slot = slot_of(tree, key);

    if (tree->keys[slot] == 0) {
        if (2 * tree->used >= tree->slots) {
            table_grow(tree);
            if (tree->failed)
                return NULL;
            slot = slot_of(tree, key);
        }
        tree->keys[slot] = key;
        tree->used++;
    }
    return &tree->values[slot];
}

static uint32_t context_add(struct tree *tree)
{
    if (tree->contexts_count == tree->contexts_room) {
        uint32_t room = tree->contexts_room == 0 ? 1024 : 2 * tree->contexts_room;
        struct context *contexts = realloc(tree->contexts, room * sizeof(*contexts));

        if (contexts == NULL) {
            tree->failed = true;
            return 0;
        }
        tree->contexts = contexts;
        tree->contexts_room = room;
    }
    tree->contexts[tree->contexts_count] = (struct context){0};
    return tree->contexts_count++;
}

/* Empty but for no context and the root. */
static void tree_init(struct tree *tree)
{
    *tree = (struct tree){0};
    table_grow(tree);
    context_add(tree);
    context_add(tree);
}

/* The context with one symbol more in front; 0: there is none, and it was not to be made. */
static uint32_t context_below(struct tree *tree, uint32_t context, uint8_t symbol, bool make)
{
    uint64_t key = key_of(context, EDGE, symbol);
    size_t slot;
    uint32_t *below;
    uint32_t made;

    if (tree->failed)
        return 0;
    slot = slot_of(tree, key);
    if (tree->keys[slot] != 0)
        return tree->values[slot];
    if (!make)
        return 0;
    made = context_add(tree);
    below = made == 0 ? NULL : value_at(tree, key);
    if (below == NULL)
        return 0;
    *below = made;
    return made;
}

/* Whether the symbol has followed this context. */
static bool has_followed(const struct tree *tree, uint32_t context, uint8_t symbol)
{
    return tree->keys[slot_of(tree, key_of(context, FOLLOWER, symbol))] != 0;
}

static void follow(struct tree *tree, uint32_t context, uint8_t symbol)
{
    uint32_t *times = value_at(tree, key_of(context, FOLLOWER, symbol));
    struct context *here = &tree->contexts[context];

    if (times == NULL)
        return;
    ++*times;
    if (*times > here->times || (*times == here->times && symbol > here->symbol)) {
        here->times = *times;
        here->symbol = symbol;
    }
}

static void score(struct isn_predictions *predictions, bool correct, size_t *run)
{
    predictions->predictions++;
    predictions->correct += correct;
    *run = correct ? *run + 1 : 0;
    if (*run > predictions->run)
        predictions->run = *run;
}

/* Enters symbols[at] behind all the contexts before it, of at most DEPTH symbols. */
static void enter(struct tree *tree, const uint8_t *symbols, size_t at, size_t *entries)
{
    uint32_t context = ROOT;

    for (size_t depth = 1; depth <= DEPTH && depth <= at; depth++) {
        bool room = entries[depth] < ENTRIES_MOST;

        context = context_below(tree, context, symbols[at - depth], room);
        if (context == 0)
            return;
        bool known = has_followed(tree, context, symbols[at]);

        if (known || room)
            follow(tree, context, symbols[at]);
        entries[depth] += !known && room;
    }
}

int isn_90b_contexts(const uint8_t *symbols, size_t count, struct isn_predictions *ret_predictions)
{
    struct tree tree;
    struct isn_predictions predictions = {0};
    size_t entries[DEPTH + 1] = {0};
    size_t scores[DEPTH + 1] = {0};
    size_t winner = 1;
    size_t run = 0;

    tree_init(&tree);
    for (size_t i = 2; i < count && !tree.failed; i++) {
        uint32_t context = ROOT;
        size_t next = winner;
        bool correct = false;

        enter(&tree, symbols, i - 1, entries);
        for (size_t depth = 1; depth <= DEPTH && depth <= i; depth++) {
            context = context_below(&tree, context, symbols[i - depth], false);
            if (context == 0)
                break;
            if (tree.contexts[context].times == 0 || tree.contexts[context].symbol != symbols[i])
                continue;
            correct |= depth == winner;
            if (++scores[depth] >= scores[next])
                next = depth;
        }
        score(&predictions, correct, &run);
        winner = next;
    }
    tree_release(&tree);
    if (tree.failed)
        return -FAULT_MEMORY;
    *ret_predictions = predictions;
    return 0;
}

/* The contexts of 1 … DEPTH symbols before `at`, 0 where there is none. */
static void walk(struct tree *tree, const uint8_t *symbols, size_t at, bool make, uint32_t *path)
{
    uint32_t context = ROOT;

    for (size_t depth = 1; depth <= DEPTH; depth++) {
        if (context != 0)
            context = context_below(tree, context, symbols[at - depth], make);
        path[depth] = context;
    }
}

int isn_90b_dictionary(const uint8_t *symbols, size_t count,
                       struct isn_predictions *ret_predictions)
{
    struct tree tree;
    struct isn_predictions predictions = {0};
    size_t size = 0;
    size_t run = 0;

    tree_init(&tree);
    for (size_t i = DEPTH + 1; i < count && !tree.failed; i++) {
        uint32_t path[DEPTH + 1];
        uint32_t most = 0;
        bool correct = false;

        walk(&tree, symbols, i - 1, size < DICTIONARY_MOST, path);
        for (size_t depth = DEPTH; depth > 0; depth--) {
            uint32_t context = path[depth];

            if (context == 0)
                continue;
            if (!tree.contexts[context].entered && size < DICTIONARY_MOST) {
                tree.contexts[context].entered = true;
                size++;
            }
            if (tree.contexts[context].entered)
                follow(&tree, context, symbols[i - 1]);
        }
        walk(&tree, symbols, i, false, path);
        for (size_t depth = DEPTH; depth > 0; depth--) {
            const struct context *context = &tree.contexts[path[depth]];

            if (path[depth] == 0 || context->times <= most)
                continue;
            most = context->times;
            correct = context->symbol == symbols[i];
        }
        score(&predictions, correct, &run);
    }
    tree_release(&tree);
    if (tree.failed)
        return -FAULT_MEMORY;
    *ret_predictions = predictions;
    return 0;
}
