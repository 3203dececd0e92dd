/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The segments of one connection kept, so that it can be told once its end is known. */
#include "probe/track/story.h"

#include <stdlib.h>
#include <string.h>

#define ROOM_MIN 8

void story_init(struct story *story)
{
    *story = (struct story){0};
}

void story_release(struct story *story)
{
    free(story->segments);
    story_init(story);
}

/* Room for one more, all zero. 0 or -FAULT_MEMORY, with NULL where it is only counted. */
static int grow(struct story *story, struct story_segment **ret_segment)
{
    *ret_segment = NULL;
    if (story->count >= STORY_MAX) {
        story->lost++;
        return 0;
    }
    if (story->count == story->room) {
        size_t room = story->room > 0 ? story->room * 2 : ROOM_MIN;
        room = room < STORY_MAX ? room : STORY_MAX;
        struct story_segment *segments = realloc(story->segments, room * sizeof *segments);
        if (!segments)
            return -FAULT_MEMORY;
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
    uint16_t source_port, destination_port;

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
        .icmp_mtu = icmp->mtu,
        .from = tracked->packet->source,
        .segment = {.seq = tracked->seq},
    };
    ret_kept->icmp_has_seq =
        icmp_quoted_tcp(icmp, &source_port, &destination_port, &ret_kept->icmp_seq) == 0;
}

int story_add_icmp(struct story *story, const struct tracked_icmp *tracked)
{
    struct story_segment *kept;
    int got = grow(story, &kept);

    if (kept)
        story_icmp(tracked, kept);
    return got;
}
