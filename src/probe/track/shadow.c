/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A client's state machine driven by what a capture shows of it. */
#include "probe/track/shadow.h"

#include <assert.h>
#include <stdlib.h>

#include "base/err.h"
#include "probe/track/shadow_parts.h"
#include "tcp/witness.h"

#define SECOND INT64_C(1000000000)

/* The machine's clock stays so far from where its sums would overflow. */
#define CLOCK_MAX (INT64_MAX / 4)

#define STEPS_FEW 32

static const char *const end_words[SHADOW_END_COUNT] = {
#define X(id, words) [SHADOW_END_##id] = words,
    SHADOW_END_TABLE(X)
#undef X
};

const char *shadow_end_words(enum shadow_end end)
{
    assert(end < SHADOW_END_COUNT);
    return end_words[end];
}

bool shadow_is_client(const struct shadow_work *work, size_t index)
{
    const struct story_segment *entry = shadow_entry(work, index);

    return !entry->is_icmp && !entry->input.checksum_bad && entry->input.from == work->client;
}

bool shadow_is_server(const struct shadow_work *work, size_t index)
{
    const struct story_segment *entry = shadow_entry(work, index);

    return !entry->is_icmp && !entry->input.checksum_bad && entry->input.from != work->client;
}

int64_t shadow_clock(struct shadow_work *work, size_t index)
{
    int64_t at = shadow_entry(work, index)->input.at;
    int64_t first = shadow_entry(work, work->first)->input.at;
    uint64_t since = at > first ? (uint64_t)at - (uint64_t)first : 0;
    int64_t now = since < CLOCK_MAX ? (int64_t)since + SECOND : CLOCK_MAX;

    if (now > work->now)
        work->now = now;
    return at;
}

void shadow_keep(struct shadow_work *work, struct step step, int64_t at, size_t seen)
{
    struct shadow *shadow = work->shadow;

    if (shadow->count == shadow->room) {
        size_t room = shadow->room ? 2 * shadow->room : STEPS_FEW;
        struct traced_step *grown = reallocarray(shadow->steps, room, sizeof *grown);

        if (!grown) {
            work->no_memory = true;
            work->over = true;
            return;
        }
        shadow->steps = grown;
        shadow->room = room;
    }
    if (shadow->count == 0 || at > work->last_at)
        work->last_at = at;
    step.at = work->last_at;
    shadow->steps[shadow->count++] = (struct traced_step){.step = step, .seen = seen};
}

bool shadow_own(struct shadow_work *work, enum event event, int64_t at)
{
    if (!tcb_may(&work->tcb, event))
        return false;
    shadow_keep(work, tcb_step(&work->tcb, event, NULL, work->now), at, TRACE_NONE);
    return true;
}

void shadow_stop(struct shadow_work *work, enum shadow_end end, size_t index)
{
    if (work->over)
        return;
    work->over = true;
    work->shadow->end = end;
    work->shadow->end_at = index;
}

/* The client's first segment; false where it is not its SYN. */
static bool find_syn(struct shadow_work *work)
{
    for (size_t i = 0; i < work->story->count; i++) {
        const uint16_t flags = TCP_SYN | TCP_ACK | TCP_RST;

        if (!shadow_is_client(work, i))
            continue;
        work->first = i;
        return (shadow_entry(work, i)->segment.flags & flags) == TCP_SYN;
    }
    return false;
}

/* What waits for nothing that could be captured any more. */
static void finish(struct shadow_work *work)
{
    if (work->over)
        return;
    /* Its last ACK has left: all that is to come is that time passes. */
    if (work->tcb.state == STATE_TIME_WAIT && work->tcb.last_ack_sent == work->tcb.rcv_nxt)
        shadow_own(work, EVENT_TIMER_2MSL, work->last_at);
    if (work->story->lost > 0)
        shadow_stop(work, SHADOW_END_TOO_MANY, work->story->count);
}

static void run(struct shadow_work *work)
{
    size_t count = work->story->count;

    for (size_t i = work->first; i < count; i++)
        if (shadow_is_client(work, i) && !(shadow_entry(work, i)->segment.flags & TCP_RST))
            work->alive = i;
    shadow_set(work);
    shadow_own(work, EVENT_USER_OPEN, shadow_clock(work, work->first));
    if (!work->over)
        tcb_witness(&work->tcb, &shadow_entry(work, work->first)->segment, work->now);
    work->before = work->first;
    for (size_t i = work->first + 1; i < count && !work->over; i++) {
        if (!shadow_is_client(work, i))
            continue;
        shadow_receive(work, i);
        if (!work->over)
            shadow_client(work, i);
        work->before = i;
    }
    if (!work->over)
        shadow_receive(work, count);
    finish(work);
}

int shadow_run(const struct story *story, uint8_t client, struct shadow *ret_shadow)
{
    struct shadow_work work = {.story = story, .client = client, .shadow = ret_shadow};

    *ret_shadow = (struct shadow){.end = SHADOW_END_WHOLE, .end_at = TRACE_NONE};
    if (!find_syn(&work)) {
        shadow_stop(&work, SHADOW_END_NO_SYN, work.first);
        return 0;
    }
    run(&work);
    if (work.no_memory) {
        shadow_release(ret_shadow);
        return -FAULT_MEMORY;
    }
    return 0;
}

void shadow_release(struct shadow *shadow)
{
    free(shadow->steps);
    *shadow = (struct shadow){.end = shadow->end, .end_at = shadow->end_at};
}
