/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Output put into the order of the targets. */
#include "cmd/order.h"

#include <errno.h>
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

static void slot_free(struct slot *slot)
{
    free(slot->text);
    free(slot);
}

/* All slots as a list, which is the caller's; the table is empty then. */
static struct slot *take_all(struct order *order)
{
    struct slot *first = order->slots;

    HASH_CLEAR(hh, order->slots);
    return first;
}

void order_free(struct order *order)
{
    struct slot *slot, *next;

    if (!order)
        return;
    for (slot = take_all(order); slot; slot = next) {
        next = slot->hh.next;
        slot_free(slot);
    }
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

static void write_slot(struct order *order, const struct slot *slot)
{
    if (slot->length == 0)
        return;
    if (order->begun)
        fputs(order->separator, order->stream);
    order->begun = true;
    fwrite(slot->text, 1, slot->length, order->stream);
}

int order_done(struct order *order, uint64_t index, struct fault *fault)
{
    struct slot *slot = find_or_make(order, index);

    if (!slot)
        return fault_set(fault, FAULT_MEMORY, 0, "out of memory");
    slot->done = true;
    while ((slot = find(order, order->next)) && slot->done) {
        errno = 0;
        write_slot(order, slot);
        /* What went wrong is known now, and not when the next write fails. */
        if (ferror(order->stream))
            return fault_set(fault, FAULT_IO, errno, "cannot write the output");
        HASH_DEL(order->slots, slot);
        slot_free(slot);
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
    for (slot = take_all(order); slot; slot = next) {
        next = slot->hh.next;
        write_slot(order, slot);
        slot_free(slot);
    }
}
