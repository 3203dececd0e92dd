/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Findings while they are gathered. Private to probe/track. */
#ifndef PROBE_TRACK_FOUND_H
#define PROBE_TRACK_FOUND_H

#include "base/arena.h"
#include "report/finding.h"

#define FOUND_MAX 40

struct found {
    struct arena *arena;
    unsigned count;
    struct {
        enum finding finding;
        const char *text;
    } rows[FOUND_MAX];
};

static inline void found_begin(struct found *found, struct arena *arena)
{
    found->arena = arena;
    found->count = 0;
}

/* `text` lives as long as the arena. Those beyond FOUND_MAX are left out. */
void found_add(struct found *found, enum finding finding, const char *text);
void found_print(struct found *found, enum finding finding, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Records, the worst first. */
struct record_list found_list(const struct found *found);

#endif
