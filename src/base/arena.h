/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Memory for what lives and dies together: the texts and lists of one record. A thin coat over
 * glibc's obstacks. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdio.h>

#include <obstack.h>
#include <stddef.h>

struct arena {
    struct obstack stack;
    void *first; /* what arena_clear() goes back to */
};

/* Running out of memory ends the program through the handler that glibc calls
 * (obstack_alloc_failed_handler). */
void arena_init(struct arena *arena);
/* Frees all that was taken, and the arena. */
void arena_release(struct arena *arena);
/* Frees all that was taken; the memory waits for the next. */
void arena_clear(struct arena *arena);

/* `count` items of `size` bytes, not initialised; at least one byte. */
void *arena_take(struct arena *arena, size_t count, size_t size);

/* A copy of `text`. */
const char *arena_copy(struct arena *arena, const char *text);

/* Adds to the text that is growing; arena_finish() ends it and returns it. */
void arena_print(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
const char *arena_finish(struct arena *arena);

#endif
