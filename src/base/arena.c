/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Memory for what lives and dies together, on glibc's obstacks. */
#include "base/arena.h"

#include <assert.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define obstack_chunk_alloc malloc
#define obstack_chunk_free  free

/* The macros of obstack.h mix int and size_t freely. */
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wpedantic"

/* They align by counting from a null pointer, which glibc may do and UBSan does not know. */
#define ALIGNS_FROM_NULL __attribute__((no_sanitize("pointer-overflow")))

ALIGNS_FROM_NULL void arena_init(struct arena *arena)
{
    obstack_init(&arena->stack);
    arena->first = obstack_alloc(&arena->stack, 1);
}

void arena_release(struct arena *arena)
{
    obstack_free(&arena->stack, NULL);
}

ALIGNS_FROM_NULL void arena_clear(struct arena *arena)
{
    obstack_free(&arena->stack, arena->first);
    arena->first = obstack_alloc(&arena->stack, 1);
}

ALIGNS_FROM_NULL void *arena_take(struct arena *arena, size_t count, size_t size)
{
    assert(size == 0 || count < INT_MAX / size);
    return obstack_alloc(&arena->stack, (int)(count * size) + 1);
}

ALIGNS_FROM_NULL const char *arena_copy(struct arena *arena, const char *text)
{
    size_t length = strlen(text);

    assert(length < INT_MAX);
    return obstack_copy0(&arena->stack, text, (int)length);
}

void arena_print(struct arena *arena, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    obstack_vprintf(&arena->stack, format, arguments);
    va_end(arguments);
}

ALIGNS_FROM_NULL const char *arena_finish(struct arena *arena)
{
    obstack_1grow(&arena->stack, '\0');
    return obstack_finish(&arena->stack);
}
