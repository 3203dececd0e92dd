/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The clock behind one series of TCP timestamps: rate, interval, nominal rate, skew. */
#include "stat/tsclock.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_math.h>
#include <math.h>
#include <stdlib.h>

#include "base/err.h"
#include "stat/series.h"

#define WRAP    4294967296.0
#define NS      1e-9
#define STAMP   2e-6 /* s: how exact a capture's stamp is taken to be */
#define CHANCE  (-4.0)
#define GRAIN   64.0  /* the coarsest that is known: SYN cookies hide six bits */
#define PAIRS   2000u /* of more samples, only some are compared pair by pair */
#define OFF_PPM 500.0 /* how far from its nominal rate a clock may be */

const struct tsclock_nominal tsclock_nominals[] = {
    {1, "one a second, the slowest of RFC 7323 5.4"},
    {2, "4.4BSD's slow timer"},
    {10, "older Windows"},
    {100, "kernels with 100 ticks a second"},
    {250, "Linux up to 4.12 with 250 ticks a second"},
    {300, "Linux up to 4.12 with 300 ticks a second"},
    {1000, "one a millisecond: Linux since 4.13, FreeBSD, macOS, Windows"},
    {1024, "kernels with 1024 ticks a second"},
    {1e6, "one a microsecond: Linux since 6.7 where the route wants it"},
    {1e9, "one a nanosecond"},
};
const size_t tsclock_nominal_count = sizeof(tsclock_nominals) / sizeof(tsclock_nominals[0]);

/* The samples as numbers: times in s since the first was received, values unwrapped since its. */
struct points {
    size_t count;
    bool bounded; /* from and to are known */
    double *from, *to, *time, *value, *weight;
    double grain;
};

struct line {
    double slope, error; /* standard error */
    double time, value;  /* the centre */
    double worst;        /* ticks: the largest residual */
    double deviation;    /* ticks: of all residuals */
    double reach;        /* sum of the slope's influence by each sample, 1/s */
};

static uint32_t divisor(uint32_t a, uint32_t b)
{
    while (b != 0) {
        uint32_t rest = a % b;

        a = b;
        b = rest;
    }
    return a;
}

static uint32_t fill(const struct tsclock_sample *samples, struct points *points)
{
    uint32_t grain = 0;
    double value = 0;
    int64_t start = samples[0].received;

    points->bounded = true;
    for (size_t i = 0; i < points->count; i++) {
        const struct tsclock_sample *sample = &samples[i];

        if (i > 0) {
            int32_t step = (int32_t)(sample->value - samples[i - 1].value);

            grain = divisor(grain, step < 0 ? 0u - (uint32_t)step : (uint32_t)step);
            value += step;
        }
        points->value[i] = value;
        points->weight[i] = 1;
        points->to[i] = (double)(sample->received - start) * NS;
        if (sample->sent == TSCLOCK_SENT_UNKNOWN)
            points->bounded = false;
        else
            points->from[i] = (double)(sample->sent - start) * NS;
    }
    for (size_t i = 0; i < points->count; i++)
        points->time[i] = points->bounded ? (points->from[i] + points->to[i]) / 2 : points->to[i];
    points->grain = fmin(grain, GRAIN);
    return grain;
}

/* Weighted least squares; false where the times do not determine it. */
static bool fit(const struct points *points, struct line *line)
{
    double sum = 0, across = 0, along = 0, squares = 0;

    *line = (struct line){0};
    for (size_t i = 0; i < points->count; i++) {
        sum += points->weight[i];
        line->time += points->weight[i] * points->time[i];
        line->value += points->weight[i] * points->value[i];
    }
    line->time /= sum;
    line->value /= sum;
    for (size_t i = 0; i < points->count; i++) {
        double pull = points->weight[i] * (points->time[i] - line->time);

        across += pull * (points->time[i] - line->time);
        along += pull * (points->value[i] - line->value);
        line->reach += fabs(pull);
    }
    if (!(across > 0))
        return false;
    line->slope = along / across;
    line->reach /= across;
    for (size_t i = 0; i < points->count; i++) {
        double rest = points->value[i] - line->value - line->slope * (points->time[i] - line->time);

        squares += points->weight[i] * rest * rest;
        line->worst = fmax(line->worst, fabs(rest));
    }
    squares /= (double)(points->count - 2);
    line->error = sqrt(squares / across);
    line->deviation = sqrt(squares * (double)points->count / sum);
    return true;
}

/* An answer weighs by how much longer than the quickest it took. 0 or -FAULT_MEMORY. */
static int weigh(struct points *points, double slope)
{
    int64_t *excess = malloc(points->count * sizeof *excess);
    double least = INFINITY;

    if (excess == NULL)
        return -FAULT_MEMORY;
    for (size_t i = 0; i < points->count; i++)
        least = fmin(least, points->to[i] - points->from[i]);
    for (size_t i = 0; i < points->count; i++)
        excess[i] = llrint((points->to[i] - points->from[i] - least) / NS);

    int64_t *sorted = series_sorted(excess, points->count);

    if (sorted != NULL) {
        double usual = fmax(STAMP, series_quantile(sorted, points->count, 0.5) * NS);

        if (slope > 0)
            usual = fmax(usual, points->grain / slope);
        for (size_t i = 0; i < points->count; i++) {
            double more = (double)excess[i] * NS / usual;

            points->weight[i] = 1 / (1 + more * more);
        }
        free(sorted);
    }
    free(excess);
    return sorted == NULL ? -FAULT_MEMORY : 0;
}

/* The rates that no pair of samples forbids: value <= rate * t + offset < value + grain for a t
 * between sent and received. False if there are none. */
static bool bound(const struct points *points, double *ret_low, double *ret_high)
{
    size_t stride = 1 + points->count / PAIRS;
    double low = 0, high = INFINITY;

    for (size_t i = 0; i < points->count; i += stride)
        for (size_t j = i + 1; j < points->count; j += j + stride < points->count ? stride : 1) {
            double up = points->value[j] - points->value[i];
            double longest = points->to[j] - points->from[i] + 2 * STAMP;
            double shortest = points->from[j] - points->to[i] - 2 * STAMP;

            if (longest > 0)
                low = fmax(low, (up - points->grain) / longest);
            if (shortest > 0)
                high = fmin(high, (up + points->grain) / shortest);
        }
    *ret_low = low;
    *ret_high = high;
    return low <= high;
}

/* The known clock of which alone the rate can be. */
static const struct tsclock_nominal *name(double low, double high)
{
    const struct tsclock_nominal *found = NULL;

    for (size_t i = 0; i < tsclock_nominal_count; i++) {
        double off = tsclock_nominals[i].rate * OFF_PPM * 1e-6;

        if (tsclock_nominals[i].rate + off < low || tsclock_nominals[i].rate - off > high)
            continue;
        if (found != NULL)
            return NULL;
        found = &tsclock_nominals[i];
    }
    return found;
}

static void measure(const struct tsclock_sample *samples, const struct points *points,
                    const struct line *line, struct tsclock *clock)
{
    size_t n = points->count;
    double half =
        gsl_cdf_tdist_Pinv(0.975, (double)n - 2) * line->error + points->grain / 2 * line->reach;
    double low, high, gap = 0;

    clock->rate = line->slope;
    clock->rate_low = fmax(0, line->slope - half);
    clock->rate_high = line->slope + half;
    if (points->bounded && bound(points, &low, &high)) {
        clock->bounded = true;
        /* The one interval misses once in twenty times, the other never. */
        if (low > clock->rate_high || high < clock->rate_low) {
            clock->rate_low = low;
            clock->rate_high = high;
        }
        clock->rate_low = fmax(clock->rate_low, low);
        clock->rate_high = fmin(clock->rate_high, high);
        clock->rate = fmin(fmax(clock->rate, clock->rate_low), clock->rate_high);
    }
    for (size_t i = 1; i < n; i++)
        gap = fmax(gap, points->time[i] - points->time[i - 1]);
    clock->rate_alias = WRAP / gap;
    clock->noise = line->deviation / line->slope;

    double last = samples[0].value + points->value[n - 1];

    clock->wraps = last >= WRAP ? (unsigned)(last / WRAP) : 0;
    clock->at = samples[0].received + llrint(line->time / NS);
    clock->value = fmod(samples[0].value + line->value, WRAP);
    if (clock->value < 0)
        clock->value += WRAP;
    clock->nominal = name(clock->rate_low, clock->rate_high);
    if (clock->nominal != NULL) {
        double nominal = clock->nominal->rate;

        clock->skew_ppm = (clock->rate / nominal - 1) * 1e6;
        clock->skew_low = (clock->rate_low / nominal - 1) * 1e6;
        clock->skew_high = (clock->rate_high / nominal - 1) * 1e6;
    }
}

static int judge(const struct tsclock_sample *samples, struct points *points, struct tsclock *clock)
{
    struct line line;

    clock->grain = fill(samples, points);
    clock->span = points->time[points->count - 1] - points->time[0];
    if (!fit(points, &line))
        return 0;
    if (clock->grain == 0) {
        double sure = points->bounded ? points->from[points->count - 1] - points->to[0] : 0;

        clock->kind = TSCLOCK_STILL;
        clock->rate_low = 0;
        clock->rate_high = 1 / (sure > 0 ? sure : clock->span);
        return 0;
    }
    if (points->bounded) {
        if (weigh(points, line.slope) < 0)
            return -FAULT_MEMORY;
        if (!fit(points, &line))
            return 0;
    }
    double share = (2 * line.worst + points->grain) / WRAP;

    clock->kind = TSCLOCK_IRREGULAR;
    clock->log10_chance = (double)(points->count - 2) * log10(fmin(1, share));
    /* Small random numbers are near to a line too, but to a level one. */
    if (clock->log10_chance <= CHANCE && share < 1.0 / 16 && line.slope > 0 &&
        line.worst <= points->grain + line.slope * clock->span / 4) {
        clock->kind = TSCLOCK_RUNS;
        measure(samples, points, &line, clock);
    }
    return 0;
}

int tsclock_judge(const struct tsclock_sample *samples, size_t count, struct tsclock *ret_clock)
{
    struct tsclock clock = {.n = count,
                            .span = count > 0 ? 0 : NAN,
                            .rate = NAN,
                            .rate_low = NAN,
                            .rate_high = NAN,
                            .rate_alias = NAN,
                            .noise = NAN,
                            .skew_ppm = NAN,
                            .skew_low = NAN,
                            .skew_high = NAN,
                            .value = NAN};
    int result = 0;

    if (count >= 3) {
        double *room = calloc(count, 5 * sizeof *room);

        if (room == NULL)
            return -FAULT_MEMORY;

        struct points points = {.count = count,
                                .from = room,
                                .to = room + count,
                                .time = room + 2 * count,
                                .value = room + 3 * count,
                                .weight = room + 4 * count};

        result = judge(samples, &points, &clock);
        free(room);
    }
    if (result == 0)
        *ret_clock = clock;
    return result;
}
