/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The segments of one connection kept, so that it can be told once its end is known. */
#include "probe/track/story.h"

#include <stdlib.h>
#include <string.h>

void story_init(struct story *story)
{
    *story = (struct story){0};
}

void story_share(struct story *story, struct story_room *shared)
{
    story->shared = shared;
}

void story_release(struct story *story)
{
    free(story->segments);
    if (story->shared)
        story->shared->bytes -= story->room * sizeof *story->segments;
    story_init(story);
}

/* A story has no gaps: what is not kept is its end. */
static bool has_room(const struct story *story)
{
    const struct story_room *shared = story->shared;

    if (story->lost > 0 || story->count >= STORY_MAX)
        return false;
    return story->count < story->room || story->room == 0 || !shared ||
           shared->bytes < shared->most;
}

/* Room for one more, all zero. 0 or -FAULT_MEMORY, with NULL where it is only counted. */
static int grow(struct story *story, struct story_segment **ret_segment)
{
    *ret_segment = NULL;
    if (!has_room(story)) {
        story->lost++;
        return 0;
    }
    if (story->count == story->room) {
        size_t room = story->room > 0 ? story->room * 2 : STORY_FEW;
        room = room < STORY_MAX ? room : STORY_MAX;
        struct story_segment *segments = realloc(story->segments, room * sizeof *segments);
        if (!segments)
            return -FAULT_MEMORY;
        if (story->shared)
            story->shared->bytes += (room - story->room) * sizeof *segments;
        story->segments = segments;
        story->room = room;
    }
    *ret_segment = &story->segments[story->count++];
    memset(*ret_segment, 0, sizeof **ret_segment);
    return 0;
}

int story_add(struct story *story, const struct tracked *tracked)
{
    const struct segment *segment = tracked->segment;
    struct story_segment *kept;
    int got = grow(story, &kept);

    if (!kept)
        return got;
    kept->input = tracked->input;
    kept->input.segment = NULL;
    kept->frame = tracked->frame->number;
    kept->interface = tracked->frame->interface;
    kept->notes = tracked->notes;
    kept->checksum = tracked->checksum;
    kept->segment = *segment;
    kept->segment.payload = NULL;
    kept->segment.payload_length = 0;
    if (tracked->packet) {
        kept->traffic_class = tracked->packet->traffic_class;
        kept->dont_fragment = tracked->packet->dont_fragment;
    }
    kept->sample_length =
        (uint8_t)(segment->payload_length < STORY_PAYLOAD ? segment->payload_length
                                                          : STORY_PAYLOAD);
    if (kept->sample_length > 0)
        memcpy(kept->sample, segment->payload, kept->sample_length);
    return 0;
}

void story_icmp(const struct tracked_icmp *tracked, struct story_segment *ret_kept)
{
    const struct icmp *icmp = tracked->icmp;

    *ret_kept = (struct story_segment){
        .input = {.at = tracked->at, .hop_limit = tracked->packet->hop_limit},
        .frame = tracked->frame->number,
        .interface = tracked->frame->interface,
        .notes = tracked->notes,
        .checksum = icmp->checksum,
        .is_icmp = true,
        .quoted = tracked->quoted,
        .icmp_type = icmp->type,
        .icmp_code = icmp->code,
        .icmp_counted = tracked->counted,
        .icmp_class = icmp->kind,
        .icmp_seq = tracked->seq,
        .icmp_mtu = icmp->mtu,
        .from = tracked->packet->source,
    };
}

int story_add_icmp(struct story *story, const struct tracked_icmp *tracked)
{
    struct story_segment *kept;
    int got = grow(story, &kept);

    if (kept)
        story_icmp(tracked, kept);
    return got;
}
