/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The attractor of initial sequence numbers, and guesses made from its points. */
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/err.h"
#include "stat/isn/phase.h"
#include "stat/isn/sample.h"

struct point {
    uint32_t distance; /* to the target */
    uint32_t x, y, z;
};

static uint32_t magnitude(uint32_t a, uint32_t b)
{
    uint32_t up = b - a, down = a - b;

    return up < down ? up : down;
}

static struct point point_at(const uint32_t *isns, size_t t)
{
    return (struct point){
        .x = isns[t] - isns[t - 1], .y = isns[t - 1] - isns[t - 2], .z = isns[t - 2] - isns[t - 3]};
}

static int compare_distance(const void *a, const void *b)
{
    const struct point *p = a, *q = b;

    if (p->distance != q->distance)
        return p->distance < q->distance ? -1 : 1;
    return (p->x > q->x) - (p->x < q->x);
}

static int compare_value(const void *a, const void *b)
{
    const uint32_t *p = a, *q = b;

    return (*p > *q) - (*p < *q);
}

/* How many values a list has whose candidates, in rising order, are widened by so much. */
static uint64_t listed(const uint32_t *candidates, size_t count, uint64_t width)
{
    uint64_t values = 0;

    for (size_t i = 0; i < count; i++) {
        /* Round the circle: the last one's neighbour is the first; alone, it has all of it. */
        uint64_t gap = i + 1 < count ? candidates[i + 1] - candidates[i]
                                     : ((uint64_t)1 << 32) - candidates[i] + candidates[0];

        values += gap < 2 * width + 1 ? gap : 2 * width + 1;
    }
    return values;
}

static uint64_t widest(const uint32_t *candidates, size_t count, uint32_t budget)
{
    uint64_t low = 0, high = budget;

    while (low < high) {
        uint64_t middle = (low + high + 1) / 2;

        if (listed(candidates, count, middle) <= budget)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

static bool is_listed(const uint32_t *candidates, size_t count, uint64_t width, uint32_t x)
{
    for (size_t i = 0; i < count; i++) {
        if (magnitude(candidates[i], x) <= width)
            return true;
    }
    return false;
}

/* The list is the same for all targets while it holds the whole attractor. */
struct list {
    uint32_t *candidates;
    size_t count;
    uint64_t width;
};

static void list_make(struct list *list, const struct point *points, size_t count, uint32_t budget)
{
    size_t kept = 0;

    for (size_t i = 0; i < count; i++)
        list->candidates[i] = points[i].x;
    qsort(list->candidates, count, sizeof list->candidates[0], compare_value);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || list->candidates[i] != list->candidates[kept - 1])
            list->candidates[kept++] = list->candidates[i];
    }
    list->count = kept;
    list->width = widest(list->candidates, kept, budget);
}

static void set_interval(struct isn_phase *phase)
{
    double z = 1.959963984540054, n = (double)phase->targets;
    double p = (double)phase->hits / n, scale = 1 + z * z / n;
    double centre = (p + z * z / (2 * n)) / scale;
    double reach = z / scale * sqrt(p * (1 - p) / n + z * z / (4 * n * n));

    phase->feasibility = p;
    phase->low = phase->hits == 0 ? 0 : centre - reach;
    phase->high = phase->hits == phase->targets ? 1 : centre + reach;
}

static void measure(const uint32_t *isns, size_t count, uint32_t budget, size_t neighbours,
                    struct point *points, struct list *list, struct isn_phase *phase)
{
    size_t half = count / 2, number = half - 3, left = count - half;
    size_t targets = left < ISN_PHASE_TARGETS ? left : ISN_PHASE_TARGETS;
    bool whole = neighbours >= number;

    for (size_t t = 3; t < half; t++)
        points[t - 3] = point_at(isns, t);
    if (whole)
        list_make(list, points, number, budget);
    for (size_t i = 0; i < targets; i++) {
        struct point target = point_at(isns, half + i * left / targets);

        if (!whole) {
            for (size_t k = 0; k < number; k++) {
                uint32_t y = magnitude(points[k].y, target.y), z = magnitude(points[k].z, target.z);

                points[k].distance = y > z ? y : z;
            }
            qsort(points, number, sizeof *points, compare_distance);
            list_make(list, points, neighbours, budget);
        }
        phase->hits += is_listed(list->candidates, list->count, list->width, target.x);
    }
    phase->targets = targets;
    set_interval(phase);
}

int isn_phase_measure(const uint32_t *isns, size_t count, uint32_t budget, size_t neighbours,
                      struct isn_phase *ret_phase)
{
    if (count < ISN_PHASE_MINIMUM)
        return -FAULT_RANGE;

    struct point *points = calloc(count / 2, sizeof *points);
    struct list list = {.candidates = calloc(count / 2, sizeof *list.candidates)};
    struct isn_phase phase = {0};
    int result = -FAULT_MEMORY;

    /* More candidates than the budget would not fit, however narrow. */
    if (neighbours == 0 || neighbours > budget)
        neighbours = budget;
    if (points && list.candidates) {
        measure(isns, count, budget, neighbours, points, &list, &phase);
        *ret_phase = phase;
        result = 0;
    }
    free(points);
    free(list.candidates);
    return result;
}
