/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the headers of a peer's SYN,ACKs have in common. */
#include "probe/ladder/header.h"

#include <stdlib.h>
#include <string.h>

/* SYN,ACKs whose IP IDs are looked at: a climb brings some 300; of more (--repeat), the first. */
#define MOST 2048
/* Flow labels that are told apart. */
#define LABELS 256

struct tallies {
    unsigned ttl[256], traffic_class[256];
    struct {
        uint16_t window;
        unsigned count;
    } windows[64];
    size_t window_count;
    uint32_t labels[LABELS];
};

static bool is_answer(const struct ladder_shot *shot)
{
    return shot->has_answer && shot->came == MATRIX_SYN_ACK;
}

static void tally_window(struct tallies *tallies, uint16_t window)
{
    size_t at = 0;

    while (at < tallies->window_count && tallies->windows[at].window != window)
        at++;
    if (at == sizeof(tallies->windows) / sizeof(tallies->windows[0]))
        return;
    if (at == tallies->window_count)
        tallies->windows[tallies->window_count++].window = window;
    tallies->windows[at].count++;
}

static void tally_label(struct tallies *tallies, uint32_t label, struct ladder_header *header)
{
    unsigned at = 0;

    while (at < header->flow_labels && tallies->labels[at] != label)
        at++;
    if (at == header->flow_labels && at < LABELS)
        tallies->labels[header->flow_labels++] = label;
}

static void tally(const struct ladder_shot *shot, struct tallies *tallies,
                  struct ladder_header *header)
{
    const struct ladder_look *look = &shot->answer;

    header->n++;
    tallies->ttl[look->ttl]++;
    tallies->traffic_class[look->traffic_class]++;
    tally_window(tallies, look->segment.window);
    if (shot->part == LADDER_PART_RUNGS && shot->rung == RUNG_BARE && !header->has_bare) {
        header->has_bare = true;
        header->window_bare = look->segment.window;
    }
    header->reserved |= look->segment.flags & TCP_FLAGS_RESERVED;
    if (look->has_ip_id) {
        header->df_set += look->dont_fragment;
        header->df_clear += !look->dont_fragment;
    } else {
        tally_label(tallies, look->flow_label, header);
    }
}

/* The one seen most often; of equals the lowest. */
static uint8_t commonest(const unsigned counts[256])
{
    unsigned best = 0;

    for (unsigned i = 1; i < 256; i++)
        best = counts[i] > counts[best] ? i : best;
    return (uint8_t)best;
}

static void sum_up(struct tallies *tallies, struct ladder_header *header)
{
    unsigned others[256];

    header->ttl = commonest(tallies->ttl);
    header->ttl_others = header->n - tallies->ttl[header->ttl];
    if (header->ttl_others > 0) {
        memcpy(others, tallies->ttl, sizeof others);
        others[header->ttl] = 0;
        header->ttl_other = commonest(others);
    }
    header->traffic_class = commonest(tallies->traffic_class);
    header->traffic_classes_differ = tallies->traffic_class[header->traffic_class] < header->n;
    header->flow_label_zero = header->flow_labels == 1 && tallies->labels[0] == 0;
    while (header->window_count < HEADER_WINDOWS) {
        size_t best = 0;

        for (size_t i = 1; i < tallies->window_count; i++)
            if (tallies->windows[i].count > tallies->windows[best].count)
                best = i;
        if (tallies->windows[best].count == 0)
            break;
        header->windows[header->window_count++] = tallies->windows[best].window;
        tallies->windows[best].count = 0;
    }
}

static int by_time(const void *a, const void *b)
{
    const struct ipid_sample *x = a, *y = b;

    return (x->at > y->at) - (x->at < y->at);
}

static void judge_ids(const struct ladder_shot *shots, size_t count, struct ladder_header *header)
{
    struct ipid_sample samples[MOST];
    size_t taken = 0;

    for (size_t i = 0; i < count && taken < MOST; i++)
        if (is_answer(&shots[i]) && shots[i].answer.has_ip_id)
            samples[taken++] = (struct ipid_sample){
                .id = shots[i].answer.ip_id, .ours = shots[i].ip_id, .at = shots[i].answer.at};
    if (taken > 0)
        qsort(samples, taken, sizeof samples[0], by_time);
    ipid_judge(samples, taken, &header->ipid);
}

void header_judge(const struct ladder_shot *shots, size_t count, struct ladder_header *ret_header)
{
    struct tallies tallies = {0};

    *ret_header = (struct ladder_header){0};
    for (size_t i = 0; i < count; i++)
        if (is_answer(&shots[i]))
            tally(&shots[i], &tallies, ret_header);
    if (ret_header->n > 0)
        sum_up(&tallies, ret_header);
    judge_ids(shots, count, ret_header);
}
