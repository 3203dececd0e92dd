/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A series of measured times, taken in one by one and summed up. */
#include "stat/series.h"

#include <gsl/gsl_randist.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

#define ROOM_FIRST 8U

struct series_body {
    int64_t min;
    int64_t max;
    int64_t last;
    double mean;
    double squares; /* M2: the sum of squared distances from the mean */
    double jitter;
    uint32_t kept;
    uint32_t room;
    int64_t samples[];
};

void series_init(struct series *series)
{
    *series = (struct series){0};
}

void series_release(struct series *series)
{
    if (series->n >= 2)
        free(series->body);
    series_init(series);
}

static struct series_body *body_resized(struct series_body *body, uint32_t room)
{
    body = realloc(body, sizeof(*body) + room * sizeof(body->samples[0]));
    if (body)
        body->room = room;
    return body;
}

/* The state after one sample, for the second to follow. */
static struct series_body *body_begin(int64_t sample)
{
    struct series_body *body = body_resized(NULL, ROOM_FIRST);

    if (!body)
        return NULL;
    body->min = body->max = body->last = sample;
    body->mean = (double)sample;
    body->squares = 0;
    body->jitter = 0;
    body->samples[0] = sample;
    body->kept = 1;
    return body;
}

/* `n` counts this sample too. */
static void body_add(struct series_body *body, uint64_t n, int64_t sample, uint64_t random)
{
    double value = (double)sample;
    double distance = value - body->mean;
    double step = fabs(value - (double)body->last);

    body->mean += distance / (double)n;
    body->squares += distance * (value - body->mean);
    body->jitter += (step - body->jitter) / 16;
    body->last = sample;
    if (sample < body->min)
        body->min = sample;
    if (sample > body->max)
        body->max = sample;

    if (body->kept < body->room) {
        body->samples[body->kept++] = sample;
    } else {
        uint64_t place = random % n;

        if (place < body->kept)
            body->samples[place] = sample;
    }
}

int series_add(struct series *series, int64_t sample, uint64_t random)
{
    if (series->n == 0) {
        series->only = sample;
        series->n = 1;
        return 0;
    }
    struct series_body *body = series->n == 1 ? body_begin(series->only) : series->body;

    if (body && body->kept == body->room && body->room < SERIES_KEPT_MAX)
        body = body_resized(body, body->room * 2);
    if (!body)
        return -FAULT_MEMORY;
    series->body = body;
    series->n++;
    body_add(body, series->n, sample, random);
    return 0;
}

const int64_t *series_samples(const struct series *series, size_t *ret_count)
{
    *ret_count = series->n < 2 ? (size_t)series->n : series->body->kept;
    if (series->n == 0)
        return NULL;
    return series->n == 1 ? &series->only : series->body->samples;
}

static int order(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left;
    int64_t b = *(const int64_t *)right;

    return (a > b) - (a < b);
}

int64_t *series_sorted(const int64_t *samples, size_t count)
{
    int64_t *sorted = malloc(count * sizeof(*sorted));

    if (!sorted)
        return NULL;
    memcpy(sorted, samples, count * sizeof(*sorted));
    qsort(sorted, count, sizeof(*sorted), order);
    return sorted;
}

double series_quantile(const int64_t *sorted, size_t count, double p)
{
    if (count == 0)
        return (double)NAN;
    double place = (double)(count - 1) * p;
    size_t below = (size_t)place;
    double low = (double)sorted[below];

    if (below + 1 >= count)
        return low;
    /* Not gsl_stats_quantile_from_sorted_data: its weighted sum can leave the range of the two
     * samples by a rounding error, so that p99 exceeds max and equal samples give unequal
     * quantiles. */
    return low + (place - (double)below) * ((double)sorted[below + 1] - low);
}

/* Down from the middle, where the distribution is known by symmetry: some sqrt(n) steps. */
uint64_t series_median_rank(uint64_t n)
{
    if (n < 6 || n > UINT_MAX)
        return 0;
    uint64_t k = (n - 1) / 2;
    double mass = gsl_ran_binomial_pdf((unsigned)k, 0.5, (unsigned)n); /* P(B = k) */
    double tail = n % 2 ? 0.5 : 0.5 - gsl_ran_binomial_pdf((unsigned)n / 2, 0.5, (unsigned)n) / 2;

    /* tail is P(B <= k), that is P(B < l) for l = k + 1. */
    while (k > 0 && tail > 0.025) {
        tail -= mass;
        mass *= (double)k / (double)(n - k + 1);
        k--;
    }
    return k + 1;
}

static void summarize_sorted(const int64_t *sorted, size_t count, struct series_summary *summary)
{
    uint64_t rank = series_median_rank(count);

    summary->quantile_n = count;
    summary->p50 = series_quantile(sorted, count, 0.50);
    summary->p90 = series_quantile(sorted, count, 0.90);
    summary->p95 = series_quantile(sorted, count, 0.95);
    summary->p99 = series_quantile(sorted, count, 0.99);
    if (rank > 0) {
        summary->p50_low = (double)sorted[rank - 1];
        summary->p50_high = (double)sorted[count - rank];
    }
}

int series_summarize(const struct series *series, struct series_summary *ret_summary)
{
    const double unknown = (double)NAN;
    struct series_summary summary = {
        .n = series->n,
        .min = unknown,
        .mean = unknown,
        .max = unknown,
        .mdev = unknown,
        .jitter = unknown,
        .p50 = unknown,
        .p90 = unknown,
        .p95 = unknown,
        .p99 = unknown,
        .p50_low = unknown,
        .p50_high = unknown,
    };

    if (series->n == 1) {
        summary.min = summary.mean = summary.max = (double)series->only;
        summary.mdev = 0;
        summarize_sorted(&series->only, 1, &summary);
    } else if (series->n >= 2) {
        const struct series_body *body = series->body;
        int64_t *sorted = series_sorted(body->samples, body->kept);

        if (!sorted)
            return -FAULT_MEMORY;
        summary.min = (double)body->min;
        summary.mean = body->mean;
        summary.max = (double)body->max;
        summary.mdev = sqrt(body->squares / (double)series->n);
        summary.jitter = body->jitter;
        summary.jitter_n = series->n - 1;
        summarize_sorted(sorted, body->kept, &summary);
        free(sorted);
    }
    *ret_summary = summary;
    return 0;
}
