/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bins with round edges for a picture of how times are distributed. */
#include "stat/histogram.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/err.h"
#include "stat/series.h"

/* Below this, logarithmic edges would not be whole numbers. */
#define LOGARITHMIC_LEAST 100
#define BINS_LEAST        5

/* clang-format off */
/* Edges within a decade, in tenths, from fine to coarse; `decades` is how many one turn spans. */
static const struct grid {
    int decades;
    size_t count;
    int tenths[10];
} grids[] = {
    {1, 10, {10, 12, 15, 20, 25, 30, 40, 50, 60, 80}},
    {1, 6, {10, 15, 20, 30, 50, 70}},
    {1, 3, {10, 20, 50}},
    {1, 1, {10}},
    {2, 1, {10}},
    {4, 1, {10}},
    {8, 1, {10}},
    {16, 1, {10}},
};
/* clang-format on */

/* The samples, sorted and within 0 … HISTOGRAM_TIME_MAX - 1, and how many bins they may have. */
struct material {
    int64_t *sorted;
    size_t count;
    size_t bins;
};

/* One more than there are bins. */
struct edges {
    size_t count;
    int64_t at[HISTOGRAM_BINS_MAX + 1];
};

/* The smallest of 1, 2, 5, 10, … with which the bins from that of `low` to that of `high` are at
 * most `bins`, edges being multiples of it. One is found: the largest has all times in its first
 * bin. */
static int64_t linear_step(int64_t low, int64_t high, size_t bins)
{
    static const int64_t factors[] = {1, 2, 5};

    for (int64_t power = 1;; power *= 10)
        for (size_t i = 0; i < 3; i++) {
            int64_t step = power * factors[i];

            if ((uint64_t)(high / step - low / step) < bins)
                return step;
        }
}

static void linear(int64_t low, int64_t high, size_t bins, struct edges *edges)
{
    int64_t step = linear_step(low, high, bins);

    edges->count = 0;
    for (int64_t at = low / step; at <= high / step + 1; at++)
        edges->at[edges->count++] = at * step;
}

/* The edges of a grid from the last at or below `low` to the first above `high`; false when they
 * make more than `bins` bins. */
static bool on_grid(const struct grid *grid, int64_t low, int64_t high, size_t bins,
                    struct edges *edges)
{
    int64_t last = 0;

    edges->count = 0;
    edges->at[edges->count++] = 0;
    for (int exponent = 0; last <= high; exponent += grid->decades) {
        int64_t power = LOGARITHMIC_LEAST / 10;

        for (int i = 0; i < exponent && power <= HISTOGRAM_TIME_MAX / 10; i++)
            power *= 10;
        for (size_t i = 0; i < grid->count && last <= high; i++) {
            int64_t edge = power * grid->tenths[i];

            /* The top of the range is an edge of every grid: none needs one beyond. */
            last = edge < HISTOGRAM_TIME_MAX ? edge : HISTOGRAM_TIME_MAX;
            if (last <= low)
                edges->count = 0;
            else if (edges->count > bins)
                return false;
            edges->at[edges->count++] = last;
        }
    }
    return edges->count - 1 <= bins;
}

static bool logarithmic(int64_t low, int64_t high, size_t bins, struct edges *edges)
{
    for (size_t i = 0; i < sizeof(grids) / sizeof(grids[0]); i++)
        if (on_grid(&grids[i], low, high, bins, edges))
            return true;
    return false;
}

static size_t bin_of(const struct edges *edges, int64_t time)
{
    size_t bin = 0;

    while (bin + 2 < edges->count && time >= edges->at[bin + 1])
        bin++;
    return bin;
}

/* The bounds of the part in the middle whose ends differ; false when 90 % are equal. */
static bool middle(const struct material *material, double *ret_low, double *ret_high)
{
    static const double outside[] = {0.25, 0.10, 0.05};

    for (size_t i = 0; i < sizeof(outside) / sizeof(outside[0]); i++) {
        *ret_low = series_quantile(material->sorted, material->count, outside[i]);
        *ret_high = series_quantile(material->sorted, material->count, 1 - outside[i]);
        if (*ret_low < *ret_high)
            return true;
    }
    return false;
}

/* The edges of the bulk, before them those of `low` that are below, behind them those of `high`
 * that are above. */
static void join(const struct edges *low, const struct edges *bulk, const struct edges *high,
                 struct edges *edges)
{
    size_t last = bulk->count - 1;

    edges->count = 0;
    for (size_t i = 0; i < low->count; i++)
        if (low->at[i] < bulk->at[0])
            edges->at[edges->count++] = low->at[i];
    for (size_t i = 0; i < bulk->count; i++)
        edges->at[edges->count++] = bulk->at[i];
    for (size_t i = 0; i < high->count; i++)
        if (high->at[i] > bulk->at[last])
            edges->at[edges->count++] = high->at[i];
}

/* Linear around the middle, logarithmic beyond; false when there is nothing to be gained. */
static bool tailed(const struct material *material, const struct edges *whole, struct edges *edges)
{
    const int64_t *sorted = material->sorted;
    size_t first = 0;
    size_t last = material->count - 1;
    size_t share = material->bins / 4;
    double low;
    double high;

    if (share == 0 || !middle(material, &low, &high) ||
        bin_of(whole, (int64_t)low) + 1 < bin_of(whole, (int64_t)high))
        return false;
    while ((double)sorted[first] < low - 3 * (high - low))
        first++;
    while ((double)sorted[last] > high + 3 * (high - low))
        last--;

    size_t tails = (size_t)(first > 0) + (size_t)(last < material->count - 1);
    struct edges before = {0};
    struct edges bulk = {0};
    struct edges behind = {0};

    if (tails == 0)
        return false;
    linear(sorted[first], sorted[last], material->bins - tails * share, &bulk);
    int64_t begin = bulk.at[0];
    int64_t end = bulk.at[bulk.count - 1];

    /* The bins of the bulk may have taken in what is just outside. */
    if (sorted[0] < begin && !logarithmic(sorted[0], begin - 1, share, &before))
        before = (struct edges){1, {0}};
    if (sorted[material->count - 1] >= end &&
        !logarithmic(end, sorted[material->count - 1], share, &behind))
        behind = (struct edges){1, {HISTOGRAM_TIME_MAX}};
    join(&before, &bulk, &behind, edges);
    return true;
}

static void count_samples(const struct material *material, const struct edges *edges,
                          struct histogram *histogram)
{
    size_t bin = 0;

    histogram->count = edges->count - 1;
    for (size_t i = 0; i < histogram->count; i++)
        histogram->bins[i] = (struct histogram_bin){edges->at[i], edges->at[i + 1], 0};
    for (size_t i = 0; i < material->count; i++) {
        while (material->sorted[i] >= histogram->bins[bin].to)
            bin++;
        histogram->bins[bin].count++;
    }
}

static void make(const struct material *material, struct histogram *histogram)
{
    int64_t min = material->sorted[0];
    int64_t max = material->sorted[material->count - 1];
    struct edges whole;
    struct edges edges;

    histogram->scale = max / 10 < min || max == min ? HISTOGRAM_LINEAR : HISTOGRAM_LOGARITHMIC;
    if (max == min) {
        /* One bin a tenth as wide as the time itself, more or less. */
        int64_t step = linear_step(0, min, 11);

        whole = (struct edges){2, {min / step * step, min / step * step + step}};
    } else if (histogram->scale == HISTOGRAM_LINEAR) {
        linear(min, max, material->bins, &whole);
    } else if (!logarithmic(min, max, material->bins, &whole)) {
        whole = (struct edges){2, {0, HISTOGRAM_TIME_MAX}};
    }
    if (tailed(material, &whole, &edges)) {
        histogram->scale = HISTOGRAM_TAILED;
        count_samples(material, &edges, histogram);
    } else {
        count_samples(material, &whole, histogram);
    }
}

int histogram_make(const int64_t *samples, size_t count, size_t bins_max,
                   struct histogram *ret_histogram)
{
    assert(bins_max >= 1 && bins_max <= HISTOGRAM_BINS_MAX);
    ret_histogram->scale = HISTOGRAM_LINEAR;
    ret_histogram->count = 0;
    if (count == 0)
        return 0;

    double wanted = ceil(2 * cbrt((double)count));
    struct material material = {series_sorted(samples, count), count, bins_max};

    if (!material.sorted)
        return -FAULT_MEMORY;
    if (wanted < BINS_LEAST)
        wanted = BINS_LEAST;
    if (wanted < (double)bins_max)
        material.bins = (size_t)wanted;
    for (size_t i = 0; i < count; i++) {
        if (material.sorted[i] < 0)
            material.sorted[i] = 0;
        if (material.sorted[i] >= HISTOGRAM_TIME_MAX)
            material.sorted[i] = HISTOGRAM_TIME_MAX - 1;
    }
    make(&material, ret_histogram);
    free(material.sorted);
    return 0;
}
