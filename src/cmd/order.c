/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Output put into the order of the targets. */
#include "cmd/order.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

/* What is to be written for one target. */
struct slot {
    uint64_t index;
    char *text;
    size_t length;
    bool done;
    UT_hash_handle hh;
};

struct order {
    FILE *stream;
    const char *separator;
    struct slot *slots;
    uint64_t next; /* whose turn it is */
    bool begun;
};

struct order *order_new(FILE *stream, const char *separator)
{
    struct order *order = calloc(1, sizeof *order);

    if (order) {
        order->stream = stream;
        order->separator = separator;
    }
    return order;
}

static void drop(struct order *order, struct slot *slot)
{
    HASH_DEL(order->slots, slot);
    free(slot->text);
    free(slot);
}

void order_free(struct order *order)
{
    struct slot *slot, *next;

    if (!order)
        return;
    HASH_ITER (hh, order->slots, slot, next)
        drop(order, slot);
    free(order);
}

static struct slot *find(struct order *order, uint64_t index)
{
    struct slot *slot;

    HASH_FIND(hh, order->slots, &index, sizeof index, slot);
    return slot;
}

static struct slot *find_or_make(struct order *order, uint64_t index)
{
    struct slot *slot = find(order, index);

    if (slot)
        return slot;
    slot = calloc(1, sizeof *slot);
    if (!slot)
        return NULL;
    slot->index = index;
    HASH_ADD(hh, order->slots, index, sizeof slot->index, slot);
    return slot;
}

int order_add(struct order *order, uint64_t index, const char *text, size_t length,
              struct fault *fault)
{
    struct slot *slot = find_or_make(order, index);
    char *grown = slot ? realloc(slot->text, slot->length + length + 1) : NULL;

    if (!grown)
        return fault_set(fault, FAULT_MEMORY, 0, "out of memory");
    memcpy(grown + slot->length, text, length);
    slot->text = grown;
    slot->length += length;
    return 0;
}

static void write_slot(struct order *order, struct slot *slot)
{
    if (slot->length > 0) {
        if (order->begun)
            fputs(order->separator, order->stream);
        order->begun = true;
        fwrite(slot->text, 1, slot->length, order->stream);
    }
    drop(order, slot);
}

int order_done(struct order *order, uint64_t index, struct fault *fault)
{
    struct slot *slot = find_or_make(order, index);

    if (!slot)
        return fault_set(fault, FAULT_MEMORY, 0, "out of memory");
    slot->done = true;
    while ((slot = find(order, order->next)) && slot->done) {
        write_slot(order, slot);
        order->next++;
    }
    return 0;
}

static int by_index(const struct slot *a, const struct slot *b)
{
    return a->index < b->index ? -1 : a->index > b->index;
}

void order_finish(struct order *order)
{
    struct slot *slot, *next;

    HASH_SORT(order->slots, by_index);
    HASH_ITER (hh, order->slots, slot, next)
        write_slot(order, slot);
}
