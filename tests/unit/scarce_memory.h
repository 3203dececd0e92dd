/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Memory that runs out after so many allocations, for the sources that are included behind this. */
#ifndef TESTS_UNIT_SCARCE_MEMORY_H
#define TESTS_UNIT_SCARCE_MEMORY_H

#include <stdbool.h>
#include <stdlib.h>

/* What may still be allocated, and what was and is not freed. */
static unsigned allocations_left;
static int allocations_open;

static void *counted(void *memory)
{
    allocations_open += memory != NULL;
    return memory;
}

static bool allowed(void)
{
    if (allocations_left == 0)
        return false;
    allocations_left--;
    return true;
}

__attribute__((unused)) static void *scarce_malloc(size_t size)
{
    return allowed() ? counted(malloc(size)) : NULL;
}

__attribute__((unused)) static void *scarce_calloc(size_t count, size_t size)
{
    return allowed() ? counted(calloc(count, size)) : NULL;
}

__attribute__((unused)) static void *scarce_realloc(void *old, size_t size)
{
    if (!allowed())
        return NULL;
    allocations_open -= old != NULL;
    return counted(realloc(old, size));
}

static void scarce_free(void *memory)
{
    allocations_open -= memory != NULL;
    free(memory);
}

#define malloc(size)        scarce_malloc(size)
#define calloc(count, size) scarce_calloc(count, size)
#define realloc(old, size)  scarce_realloc(old, size)
#define free(memory)        scarce_free(memory)

#endif
