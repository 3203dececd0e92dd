/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A story made by hand, for the tests of what is told from it. */
#ifndef SHADOW_SCRIPT_H
#define SHADOW_SCRIPT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/track/story.h"

struct tale {
    struct story story;
};

static inline void tale_begin(struct tale *tale)
{
    *tale = (struct tale){0};
}

static inline void tale_end(struct tale *tale)
{
    free(tale->story.segments);
    tale_begin(tale);
}

static inline struct story_segment *tale_more(struct tale *tale)
{
    struct story *story = &tale->story;

    if (story->count == story->room) {
        story->room = story->room ? 2 * story->room : 16;
        story->segments = reallocarray(story->segments, story->room, sizeof *story->segments);
        if (!story->segments)
            abort();
    }
    memset(&story->segments[story->count], 0, sizeof *story->segments);
    return &story->segments[story->count++];
}

/* A segment of end `from` as it passes; returns its index. */
static inline size_t tale_put(struct tale *tale, int64_t at, uint8_t from,
                              const struct segment *segment)
{
    struct story_segment *entry = tale_more(tale);

    entry->input.at = at;
    entry->input.from = from;
    entry->input.has_ip_id = true;
    entry->input.ip_id = (uint16_t)tale->story.count;
    entry->segment = *segment;
    entry->segment.payload = NULL;
    entry->segment.payload_length = 0;
    return tale->story.count - 1;
}

static inline void tale_print(const struct tale *tale)
{
    uint32_t isn[2] = {0, 0};

    for (size_t i = 0; i < tale->story.count; i++) {
        const struct story_segment *entry = &tale->story.segments[i];
        const struct segment *segment = &entry->segment;
        char flags[TCP_FLAGS_TEXT_SIZE];

        if (segment->flags & TCP_SYN)
            isn[entry->input.from] = segment->seq;
        printf("# %3zu %10.3f %s %-8s %u:%zu ack %u win %u\n", i, (double)entry->input.at / 1e6,
               entry->input.from ? "<" : ">", tcp_flags_show(segment->flags, flags),
               segment->seq - isn[entry->input.from], segment->payload_total,
               segment->ack - isn[!entry->input.from], segment->window);
    }
}

#endif
