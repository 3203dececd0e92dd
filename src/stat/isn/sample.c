/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Samples of initial sequence numbers put in order and split by their tuples. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "stat/isn/sample.h"

/* A row and its place: one allocation serves both orders, by time and by tuple. */
struct place {
    int64_t time;
    uint64_t tuple; /* src and port */
    size_t index;
};

static int compare_time(const void *a, const void *b)
{
    const struct place *x = a, *y = b;

    if (x->time != y->time)
        return x->time < y->time ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

static int compare_tuple(const void *a, const void *b)
{
    const struct place *x = a, *y = b;

    if (x->tuple != y->tuple)
        return x->tuple < y->tuple ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

static int compare_index(const void *a, const void *b)
{
    const size_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

static bool ordered(const struct isn_sample *rows, size_t count)
{
    int64_t latest = count ? rows[0].time : 0;

    for (size_t i = 1; i < count; i++) {
        if (rows[i].time < latest - ISN_SAMPLES_DISORDER)
            return false;
        if (rows[i].time > latest)
            latest = rows[i].time;
    }
    return true;
}

static size_t same_tuple(const struct place *places, size_t count)
{
    size_t same = 1;

    while (same < count && places[same].tuple == places[0].tuple)
        same++;
    return same;
}

/* Fills the two lists from places in the order of their tuples. */
static void split(const struct place *places, struct isn_samples *samples)
{
    const struct place *most = places;
    size_t most_count = 0;

    for (size_t i = 0, same; i < samples->count; i += same) {
        same = same_tuple(places + i, samples->count - i);
        /* Of two that were used equally often, the one that came first. */
        if (same > most_count || (same == most_count && places[i].index < most->index)) {
            most = places + i;
            most_count = same;
        }
        for (size_t k = 0; same <= 2 && k < same; k++)
            samples->varying[samples->varying_count++] = places[i + k].index;
    }
    for (size_t k = 0; most_count >= 3 && k < most_count; k++)
        samples->fixed[samples->fixed_count++] = most[k].index;
    qsort(samples->varying, samples->varying_count, sizeof samples->varying[0], compare_index);
}

int isn_samples_make(const struct isn_sample *rows, size_t count, bool extended,
                     struct isn_samples *ret_samples)
{
    size_t room = count ? count : 1;
    struct isn_samples samples = {
        .rows = calloc(room, sizeof *samples.rows),
        .count = count,
        .extended = extended,
        .fixed = calloc(room, sizeof *samples.fixed),
        .varying = calloc(room, sizeof *samples.varying),
    };
    struct place *places = calloc(room, sizeof *places);

    if (!samples.rows || !samples.fixed || !samples.varying || !places) {
        free(places);
        isn_samples_release(&samples);
        return -FAULT_MEMORY;
    }
    for (size_t i = 0; i < count; i++)
        places[i] = (struct place){.time = rows[i].time, .index = i};
    if (!ordered(rows, count))
        qsort(places, count, sizeof *places, compare_time);
    for (size_t i = 0; i < count; i++) {
        samples.rows[i] = rows[places[i].index];
        places[i] = (struct place){
            .tuple = (uint64_t)samples.rows[i].src << 16 | samples.rows[i].port, .index = i};
    }
    qsort(places, count, sizeof *places, compare_tuple);
    split(places, &samples);
    free(places);
    *ret_samples = samples;
    return 0;
}

void isn_samples_release(struct isn_samples *samples)
{
    free(samples->rows);
    free(samples->fixed);
    free(samples->varying);
    memset(samples, 0, sizeof *samples);
}
