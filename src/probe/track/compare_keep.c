/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is kept of a connection until it is compared. */
#include "probe/track/compare_parts.h"

#include <stdlib.h>
#include <string.h>

int64_t compare_apart(int64_t a, int64_t b)
{
    int64_t apart;

    if (__builtin_sub_overflow(a, b, &apart))
        return a > b ? INT64_MAX : INT64_MIN + 1;
    return apart;
}

static void keep_end(struct compare_end *end, const struct follow_end *from)
{
    struct options options;
    struct option_summary summary;

    end->isn = from->isn;
    end->has_isn = from->has_isn;
    end->next = from->next;
    end->has_next = from->has_next;
    end->syn_seen = from->syn_seen;
    end->segments = from->counts.segments;
    end->unseen = from->counts.unseen;
    end->rtt_min = from->rtt_min;
    if (!from->syn_seen)
        return;
    follow_options(from, &options);
    options_summarize(&options, &summary);
    end->has_ts_val = summary.has_timestamps;
    end->ts_val = summary.ts_val;
    options_set_timestamps(&options, 0, 0);
    memcpy(end->options, options.bytes, options.length);
    end->options_length = options.length;
}

static void keep_facts(struct compare_kept *kept, const struct compare_side *side)
{
    const struct connection *connection = side->connection;
    const struct follow *follow = &connection->follow;
    struct follow_verdict verdict;

    follow_judge(follow, side->end_at, &verdict);
    kept->number = connection->number;
    kept->key = connection->key;
    kept->tunnel = connection->tunnel;
    kept->first_at = follow->first_at;
    kept->last_at = follow->last_at;
    kept->end_at = side->end_at > follow->last_at ? side->end_at : follow->last_at;
    kept->has_time = !(connection->notes & TRACK_NOTE_NO_TIME);
    kept->server_half = kept->has_time ? verdict.server_half.rtt : FOLLOW_UNKNOWN;
    kept->verdict = verdict.verdict;
    kept->ending = verdict.ending;
    kept->began_late = verdict.began_late;
    kept->one_way = verdict.one_way;
    kept->notes = connection->notes;
    kept->client = follow->client;
    kept->client_known = follow->client_known;
    for (unsigned i = 0; i < 2; i++) {
        keep_end(&kept->ends[i], &follow->ends[i]);
        kept->segments += kept->ends[i].segments;
    }
}

static uint8_t sample_length(const struct story_segment *segment)
{
    return segment->sample_length < STORY_PAYLOAD ? segment->sample_length : STORY_PAYLOAD;
}

static void keep_segment(struct compare_kept *kept, const struct story_segment *from)
{
    const struct segment *segment = &from->segment;
    struct compare_digest *digest = &kept->digests[kept->count++];
    uint8_t *bytes = &kept->bytes[kept->bytes_length];
    struct option_summary summary;

    options_summarize(&segment->options, &summary);
    *digest = (struct compare_digest){
        .at = from->input.at,
        .frame = from->frame,
        .seq = segment->seq,
        .ack = segment->flags & TCP_ACK ? segment->ack : 0,
        .length = (uint32_t)segment->payload_total,
        .bytes_at = kept->bytes_length,
        .ts_val = summary.ts_val,
        .ts_ecr = summary.ts_ecr,
        .flags = segment->flags,
        .window = segment->window,
        .ip_id = from->input.ip_id,
        .options_length = segment->options.length,
        .sample_length = sample_length(from),
        .ttl = from->input.hop_limit,
        .traffic_class = from->traffic_class,
        .from = from->input.from,
        .has_ip_id = from->input.has_ip_id,
        .dont_fragment = from->dont_fragment,
        .has_timestamps = summary.has_timestamps,
    };
    memcpy(bytes, segment->options.bytes, segment->options.length);
    memcpy(bytes + segment->options.length, from->sample, digest->sample_length);
    kept->bytes_length += digest->options_length + digest->sample_length;
}

/* A segment that no end takes says nothing of what lies between. */
static bool is_told(const struct story_segment *segment)
{
    return !segment->is_icmp && !segment->input.checksum_bad;
}

static int keep_segments(struct compare_kept *kept, const struct story *story, size_t most)
{
    size_t count = 0, bytes = 0, at;

    for (at = 0; at < story->count && count < most; at++)
        if (is_told(&story->segments[at])) {
            bytes +=
                story->segments[at].segment.options.length + sample_length(&story->segments[at]);
            count++;
        }
    kept->not_kept = story->lost;
    for (size_t i = at; i < story->count; i++)
        kept->not_kept += is_told(&story->segments[i]);
    for (size_t i = 0; i < story->count; i++)
        kept->bad += !story->segments[i].is_icmp && story->segments[i].input.checksum_bad;
    if (count == 0)
        return 0;
    kept->digests = malloc(count * sizeof *kept->digests);
    kept->bytes = malloc(bytes + 1);
    if (!kept->digests || !kept->bytes)
        return -FAULT_MEMORY;
    for (size_t i = 0; i < at; i++)
        if (is_told(&story->segments[i]))
            keep_segment(kept, &story->segments[i]);
    return 0;
}

int compare_keep(struct compare_kept *kept, const struct compare_side *side, bool few)
{
    int result = 0;

    *kept = (struct compare_kept){.partner = COMPARE_NONE};
    keep_facts(kept, side);
    if (side->story)
        result = keep_segments(kept, side->story, few ? COMPARE_FEW : COMPARE_SEGMENTS);
    if (result < 0)
        compare_kept_release(kept);
    return result;
}

void compare_kept_release(struct compare_kept *kept)
{
    free(kept->digests);
    free(kept->bytes);
    kept->digests = NULL;
    kept->bytes = NULL;
}

size_t compare_kept_bytes(const struct compare_kept *kept)
{
    return kept->count * sizeof *kept->digests + kept->bytes_length;
}

void compare_digest_options(const struct compare_kept *side, const struct compare_digest *digest,
                            struct options *ret_options)
{
    options_parse(&side->bytes[digest->bytes_at], digest->options_length, ret_options);
}
