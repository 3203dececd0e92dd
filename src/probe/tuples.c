/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The connections of a run by fingerprint: an open hash table that forgets the oldest. */
#include "probe/tuples.h"

#include <assert.h>
#include <stdlib.h>

/* The lowest two bits of a slot are flags; 0 is an empty slot. */
#define LIVE       UINT64_C(1)
#define GENERATION UINT64_C(2)
#define FLAGS      (LIVE | GENERATION)

#define FIRST_SIZE 256
#define FIRST_BITS 8

static uint64_t key_of(uint64_t fingerprint)
{
    uint64_t key = fingerprint & ~FLAGS;
    return key ? key : FLAGS + 1;
}

/* The slot that holds the key, or the empty one where it belongs. */
static uint64_t *slot_of(const struct tuples *tuples, uint64_t key)
{
    size_t at = (size_t)(key >> tuples->shift);

    while (tuples->slots[at] && (tuples->slots[at] & ~FLAGS) != key)
        at = (at + 1) & (tuples->size - 1);
    return &tuples->slots[at];
}

enum tuple_state tuples_find(const struct tuples *tuples, uint64_t fingerprint)
{
    if (tuples->size == 0)
        return TUPLE_NEW;
    uint64_t slot = *slot_of(tuples, key_of(fingerprint));
    return slot == 0 ? TUPLE_NEW : slot & LIVE ? TUPLE_LIVE : TUPLE_USED;
}

/* Moves all to a table of `size` slots, or, if `forget`, all but what is neither young nor alive:
 * what is left is old from then on. */
static int move_to(struct tuples *tuples, size_t size, unsigned shift, bool forget,
                   struct fault *fault)
{
    struct tuples moved = {
        .size = size, .shift = shift, .young = tuples->young, .generation = tuples->generation};

    moved.slots = calloc(size, sizeof *moved.slots);
    if (!moved.slots)
        return fault_set(fault, FAULT_MEMORY, 0, "out of memory");
    for (size_t i = 0; i < tuples->size; i++) {
        uint64_t slot = tuples->slots[i];

        if (slot == 0 || (forget && !(slot & LIVE) && (slot & GENERATION) != tuples->generation))
            continue;
        if (forget)
            slot = (slot & ~GENERATION) | tuples->generation;
        *slot_of(&moved, slot & ~FLAGS) = slot;
        moved.count++;
    }
    if (forget) {
        moved.generation ^= GENERATION;
        moved.young = 0;
    }
    free(tuples->slots);
    *tuples = moved;
    return 0;
}

static int make_room(struct tuples *tuples, struct fault *fault)
{
    int error = 0;

    if (tuples->size == 0)
        return move_to(tuples, FIRST_SIZE, 64 - FIRST_BITS, false, fault);
    if (tuples->young == TUPLES_REMEMBERED)
        error = move_to(tuples, tuples->size, tuples->shift, true, fault);
    /* At most half full, so that a search ends soon. */
    if (!error && tuples->count >= tuples->size / 2)
        error = move_to(tuples, 2 * tuples->size, tuples->shift - 1, false, fault);
    return error;
}

int tuples_take(struct tuples *tuples, uint64_t fingerprint, struct fault *fault)
{
    int error = make_room(tuples, fault);

    if (error)
        return error;
    uint64_t key = key_of(fingerprint), *slot = slot_of(tuples, key);
    if (*slot == 0)
        tuples->count++;
    if (*slot == 0 || (*slot & GENERATION) != tuples->generation)
        tuples->young++;
    *slot = key | LIVE | tuples->generation;
    return 0;
}

void tuples_return(struct tuples *tuples, uint64_t fingerprint)
{
    assert(tuples->size > 0);
    uint64_t *slot = slot_of(tuples, key_of(fingerprint));

    assert(*slot & LIVE);
    *slot &= ~LIVE;
}

void tuples_release(struct tuples *tuples)
{
    free(tuples->slots);
    *tuples = (struct tuples){0};
}
