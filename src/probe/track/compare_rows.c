/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows and findings of a comparison while they are gathered, and their words. */
#include "probe/track/compare_parts.h"

#include <stdarg.h>
#include <stdio.h>

static const char *const place_words[COMPARE_PLACE_COUNT] = {
#define X(id, word) [COMPARE_PLACE_##id] = word,
    COMPARE_PLACE_TABLE(X)
#undef X
};

void compare_row(struct compare_pair *pair, enum compare_place place, const char *what,
                 const char *a, const char *b, const char *meaning)
{
    if (pair->row_count < COMPARE_ROWS)
        pair->rows[pair->row_count++] =
            (struct difference_record){place_words[place], what, a, b, meaning};
}

/* Longer ones are cut; they are made of short parts. */
#define TEXT_SIZE 1024

const char *compare_text(struct arena *arena, const char *format, ...)
{
    char text[TEXT_SIZE];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return arena_copy(arena, text);
}

/* The same finding may be made in both directions. */
void compare_find(struct compare_pair *pair, enum finding finding, const char *format, ...)
{
    char text[TEXT_SIZE];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (pair->found[finding])
        pair->found[finding] = compare_text(pair->arena, "%s; %s", pair->found[finding], text);
    else
        pair->found[finding] =
            compare_text(pair->arena, "%s: %s", finding_row(finding)->meaning, text);
}

const char *compare_way(const struct compare_pair *pair, unsigned direction)
{
    if (pair->near < 0)
        return "";
    return compare_near(pair, direction) == 0 ? " on the way from A to B"
                                              : " on the way from B to A";
}

struct compare_both compare_both_of(const struct compare_pair *pair, uint32_t index,
                                    unsigned direction)
{
    const struct compare_kept *a = pair->sides[0], *b = pair->sides[1];

    return (struct compare_both){{a, b},
                                 {&a->digests[index], &b->digests[pair->other[0][index]]},
                                 compare_near(pair, direction)};
}
