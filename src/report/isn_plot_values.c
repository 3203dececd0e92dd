/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the audit's picture shows, worked out of the samples. */
#include <math.h>
#include <stdlib.h>

#include "report/isn_plot_parts.h"

/* A pause is cut out of the axis when it takes as much of it, and so many seconds. */
#define PAUSE_SHARE   0.12
#define PAUSE_SECONDS 5.0
/* What is left of it on the axis. */
#define PAUSE_LEFT 0.07
/* Farther from all back ends than this is no one's. */
#define STRAY 33554432.0 /* 2^25 */
/* From so many values on the farthest are left out of a range. */
#define RANGE_ALL 100
/* So many of very many do for a median and a range, and are sorted in no time. */
#define SORTED_MOST 40000
/* What may be a clock, numbers a second. */
#define RATE_LEAST 1e-6
#define RATE_MOST  1e12

static double seconds_between(int64_t from, int64_t to)
{
    return (double)(to - from) / 1e9;
}

size_t isn_plot_times(const struct isn_samples *samples, double *times,
                      struct isn_plot_pause pauses[ISN_PLOT_PAUSES])
{
    const struct isn_sample *rows = samples->rows;
    size_t count = 0, next = 0;
    double total = 0, cut = 0, shift = 0, left;

    if (samples->count > 0)
        total = seconds_between(rows[0].time, rows[samples->count - 1].time);
    for (size_t i = 1; i < samples->count && count < ISN_PLOT_PAUSES; i++) {
        double pause = seconds_between(rows[i - 1].time, rows[i].time);

        if (pause > PAUSE_SECONDS && pause > PAUSE_SHARE * total) {
            pauses[count++] = (struct isn_plot_pause){(double)i, pause};
            cut += pause;
        }
    }
    left = total > cut ? (total - cut) * PAUSE_LEFT : 1;
    for (size_t i = 0; i < samples->count; i++) {
        times[i] = seconds_between(rows[0].time, rows[i].time) - shift;
        if (next < count && (size_t)pauses[next].at == i) {
            times[i] -= pauses[next].seconds - left;
            shift += pauses[next].seconds - left;
            pauses[next++].at = times[i] - left / 2;
        }
    }
    return count;
}

size_t isn_plot_various(const struct isn_samples *samples, size_t *rows)
{
    size_t count = 0, fixed = 0;

    if (2 * samples->varying_count + samples->fixed_count >= samples->count) {
        for (; count < samples->varying_count; count++)
            rows[count] = samples->varying[count];
        return count;
    }
    for (size_t i = 0; i < samples->count; i++) {
        if (fixed < samples->fixed_count && samples->fixed[fixed] == i)
            fixed++;
        else
            rows[count++] = i;
    }
    return count;
}

struct isn_plot_model isn_plot_model(const struct isn_audit *audit)
{
    struct isn_plot_model model = {0};

    if (audit->clock.found && audit->clock.rate > RATE_LEAST && audit->clock.rate < RATE_MOST)
        model.rate = audit->clock.rate;
    switch (audit->class) {
    case ISN_CLASS_COUNTER:
        model.each = audit->increment.found ? audit->increment.step : 0;
        model.shared = true;
        break;
    case ISN_CLASS_CLOCK_COUNTER:
        model.each = audit->connection.found ? audit->connection.k : 0;
        model.shared = true;
        break;
    case ISN_CLASS_RFC6528_COUNTER:
        model.each = audit->connection.found ? audit->connection.k : 0;
        model.apart = model.near = true;
        break;
    case ISN_CLASS_CONSTANT:
    case ISN_CLASS_CLOCK:
    case ISN_CLASS_TICK_ACCUMULATOR:
    case ISN_CLASS_PERIODIC:
    case ISN_CLASS_RANDOM_INCREMENT:
        model.shared = true;
        break;
    case ISN_CLASS_SYN_COOKIE_LINUX:
    case ISN_CLASS_SYN_COOKIE_BERNSTEIN:
        model.cseq = true;
        model.apart = true;
        break;
    case ISN_CLASS_TUPLE_FUNCTION:
    case ISN_CLASS_STATIC_HASH:
    case ISN_CLASS_RFC6528:
    case ISN_CLASS_RFC6528_SHORT_HASH:
        model.apart = model.near = true;
        break;
    case ISN_CLASS_SYN_COOKIE_FREEBSD:
    case ISN_CLASS_MIXTURE:
        model.apart = true;
        break;
    case ISN_CLASS_WEAK_PRNG:
    case ISN_CLASS_REDUCED_ENTROPY:
    case ISN_CLASS_BIASED:
    case ISN_CLASS_RANDOM:
    case ISN_CLASS_INCONCLUSIVE:
    case ISN_CLASS_COUNT:
        break;
    }
    if (!(fabs(model.each) < ISN_PLOT_NUMBERS))
        model.each = 0;
    return model;
}

double isn_plot_less(const struct isn_samples *samples, const struct isn_plot_model *model,
                     size_t row)
{
    const struct isn_sample *sample = &samples->rows[row];
    double clock =
        fmod(model->rate * seconds_between(samples->rows[0].time, sample->time), ISN_PLOT_NUMBERS);
    double counter = fmod(model->each * (double)row, ISN_PLOT_NUMBERS);
    uint32_t number = model->cseq ? sample->isn - sample->cseq : sample->isn;
    double less;

    number -= model->port * sample->port;
    less = fmod((double)number - clock - counter, ISN_PLOT_NUMBERS);
    return less < 0 ? less + ISN_PLOT_NUMBERS : less;
}

double isn_plot_wrap(double a, double b)
{
    return remainder(a - b, ISN_PLOT_NUMBERS);
}

size_t isn_plot_backend(const struct isn_audit *audit, double level)
{
    size_t nearest = audit->backend_count;
    double least = STRAY;

    for (size_t i = 0; i < audit->backend_count && i < ISN_BACKENDS_MOST; i++) {
        double distance = fabs(isn_plot_wrap(level, audit->backends[i].offset));

        if (distance < least) {
            least = distance;
            nearest = i;
        }
    }
    return nearest;
}

static int by_value(const void *one, const void *other)
{
    double a = *(const double *)one, b = *(const double *)other;
    return (a > b) - (a < b);
}

/* The values, or of very many some, in order; *count becomes their number. NULL: none, no memory.
 */
static double *sorted(const double *values, size_t *count)
{
    size_t wanted = *count < SORTED_MOST ? *count : SORTED_MOST;
    double *copy = wanted > 0 ? malloc(wanted * sizeof *copy) : NULL;

    if (!copy)
        return NULL;
    for (size_t i = 0; i < wanted; i++)
        copy[i] = values[isn_plot_pick(i, wanted, *count)];
    qsort(copy, wanted, sizeof *copy, by_value);
    *count = wanted;
    return copy;
}

/* The middle of the longest way around the circle that no level lies in is the place to cut it: the
 * median of the rest is the middle. */
bool isn_plot_middle(const double *levels, size_t count, double *ret_middle)
{
    double *order = sorted(levels, &count);
    double widest = -1;
    size_t after = 0;

    if (!order)
        return false;
    for (size_t i = 0; i < count; i++) {
        double before = i > 0 ? order[i - 1] : order[count - 1] - ISN_PLOT_NUMBERS;

        if (order[i] - before > widest) {
            widest = order[i] - before;
            after = i;
        }
    }
    after += count / 2;
    *ret_middle = order[after < count ? after : after - count];
    free(order);
    return true;
}

bool isn_plot_range(const double *values, size_t count, double *ret_low, double *ret_high)
{
    double *order = sorted(values, &count);
    size_t beyond = count >= RANGE_ALL ? count / 200 : 0;

    if (!order)
        return false;
    *ret_low = order[beyond];
    *ret_high = order[count - 1 - beyond];
    free(order);
    return true;
}

size_t isn_plot_pick(size_t i, size_t wanted, size_t count)
{
    size_t step = wanted > 0 ? count / wanted : 1;
    uint64_t mixed = ((uint64_t)i + 1) * UINT64_C(0x9e3779b97f4a7c15);

    if (count <= wanted)
        return i;
    return (size_t)((double)i * (double)count / (double)wanted) +
           (size_t)((mixed ^ mixed >> 29) >> 7) % step;
}

size_t isn_plot_sizes(const struct isn_samples *samples, const size_t *rows, size_t count,
                      double shares[ISN_PLOT_SIZES])
{
    size_t differences = count > 0 ? count - 1 : 0;
    size_t found[ISN_PLOT_SIZES] = {0};

    for (size_t i = 1; i < count; i++) {
        uint32_t before = samples->rows[rows ? rows[i - 1] : i - 1].isn;
        uint32_t difference = samples->rows[rows ? rows[i] : i].isn - before;

        found[difference == 0 ? 0 : 32 - __builtin_clz(difference)]++;
    }
    for (size_t i = 0; i < ISN_PLOT_SIZES; i++)
        shares[i] = differences > 0 ? (double)found[i] / (double)differences : 0;
    return differences;
}
