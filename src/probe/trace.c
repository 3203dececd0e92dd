/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The trace of one connection. */
#include "probe/trace.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const remarks[REMARK_COUNT] = {
#define X(id, words) [REMARK_INDEX_##id] = words,
    REMARK_TABLE(X)
#undef X
};

const char *remark_words(enum remark remark)
{
    assert(remark < REMARK_COUNT);
    return remarks[remark];
}

void trace_init(struct trace *trace)
{
    /* The findings' texts are many, and nobody looks behind finding_count. */
    memset(trace, 0, offsetof(struct trace, findings));
    trace->finding_count = 0;
}

void trace_release(struct trace *trace)
{
    free(trace->seen);
    free(trace->steps);
    trace_init(trace);
}

/* Room for one more of `size` bytes in an array that doubles; false where there is none. */
static bool make_room(void **array, size_t count, size_t *room, size_t max, size_t size)
{
    size_t wanted;
    void *grown;

    if (count < *room)
        return true;
    wanted = *room ? *room * 2 : 16;
    if (wanted > max)
        wanted = max;
    if (count >= wanted)
        return false;
    grown = reallocarray(*array, wanted, size);
    if (!grown)
        return false;
    *array = grown;
    *room = wanted;
    return true;
}

size_t trace_packet(struct trace *trace, const struct seen *seen)
{
    void *array = trace->seen;

    if (!make_room(&array, trace->seen_count, &trace->seen_room, TRACE_SEEN_MAX,
                   sizeof *trace->seen)) {
        trace->seen_lost++;
        return TRACE_NONE;
    }
    trace->seen = array;
    trace->seen[trace->seen_count] = *seen;
    trace->seen[trace->seen_count].segment.payload = NULL;
    trace->seen[trace->seen_count].icmp.has_quote = false;
    return trace->seen_count++;
}

void trace_step(struct trace *trace, const struct step *step, size_t seen)
{
    void *array = trace->steps;

    if (!make_room(&array, trace->step_count, &trace->step_room, TRACE_STEPS_MAX,
                   sizeof *trace->steps)) {
        trace->steps_lost++;
        return;
    }
    trace->steps = array;
    trace->steps[trace->step_count++] = (struct traced_step){.step = *step, .seen = seen};
}

void trace_finding(struct trace *trace, enum finding finding, const char *format, ...)
{
    struct traced_finding *traced = NULL;
    va_list arguments;

    for (unsigned i = 0; i < trace->finding_count; i++)
        if (trace->findings[i].finding == finding)
            traced = &trace->findings[i];
    if (traced) {
        traced->count++;
        return;
    }
    traced = &trace->findings[trace->finding_count++];
    traced->finding = finding;
    traced->count = 1;
    va_start(arguments, format);
    vsnprintf(traced->text, sizeof traced->text, format, arguments);
    va_end(arguments);
}

void trace_mark(struct trace *trace, enum finding finding)
{
    trace_finding(trace, finding, "%s", finding_row(finding)->meaning);
}

bool trace_has_finding(const struct trace *trace, enum finding finding)
{
    for (unsigned i = 0; i < trace->finding_count; i++)
        if (trace->findings[i].finding == finding)
            return true;
    return false;
}

static bool same_segment(const struct segment *a, const struct segment *b)
{
    return a->seq == b->seq && a->ack == b->ack && a->flags == b->flags &&
           a->source_port == b->source_port && a->destination_port == b->destination_port &&
           a->payload_total == b->payload_total && a->options.length == b->options.length &&
           memcmp(a->options.bytes, b->options.bytes, a->options.length) == 0;
}

size_t trace_stamp(struct trace *trace, const struct segment *segment, int64_t at)
{
    while (trace->settled < trace->seen_count &&
           (!trace->seen[trace->settled].outgoing || trace->seen[trace->settled].stamped))
        trace->settled++;
    for (size_t i = trace->settled; i < trace->seen_count; i++) {
        struct seen *seen = &trace->seen[i];

        if (seen->outgoing && !seen->stamped && !(seen->remarks & REMARK(FOREIGN)) &&
            same_segment(&seen->segment, segment)) {
            seen->at = at;
            seen->stamped = true;
            return i;
        }
    }
    return TRACE_NONE;
}

struct order {
    int64_t at;
    size_t index;
};

static int compare_order(const void *a, const void *b)
{
    const struct order *x = a, *y = b;

    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

void trace_sort(struct trace *trace)
{
    size_t count = trace->seen_count;
    struct order *order;
    struct seen *sorted;
    size_t *place;

    if (count < 2)
        return;
    order = calloc(count, sizeof *order);
    sorted = calloc(count, sizeof *sorted);
    place = calloc(count, sizeof *place);
    if (order && sorted && place) {
        for (size_t i = 0; i < count; i++)
            order[i] = (struct order){.at = trace->seen[i].at, .index = i};
        qsort(order, count, sizeof *order, compare_order);
        for (size_t i = 0; i < count; i++) {
            sorted[i] = trace->seen[order[i].index];
            place[order[i].index] = i;
        }
        memcpy(trace->seen, sorted, count * sizeof *sorted);
        for (size_t i = 0; i < trace->step_count; i++)
            if (trace->steps[i].seen != TRACE_NONE)
                trace->steps[i].seen = place[trace->steps[i].seen];
    }
    free(order);
    free(sorted);
    free(place);
}
