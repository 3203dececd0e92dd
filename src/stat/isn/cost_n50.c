/* SPDX-License-Identifier: GPL-3.0-or-later */
/* N50 from a predictor's errors: guesses chosen on one half of the rows, judged on the other. */
#include "stat/isn/cost.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

#define SPACE 4294967296.0
/* Of less than so many hits no rate is reckoned; its lower limit stands so many sigmas below. */
#define HITS_LEAST 8
#define LIMIT_Z    3.0
/* Arcs for several attempts hold so many sixteenths of the chosen half. */
#define SHARES 8

/* A value and how often it was chosen. */
struct common {
    uint32_t value;
    uint32_t times;
};

/* The two halves in rising order, and room to work in. */
struct halves {
    uint32_t *chosen; /* even rows: the guesses come from them */
    size_t chosen_count;
    uint32_t *held; /* odd rows: they judge */
    size_t held_count;
    struct common *common; /* chosen_count */
    uint32_t lattice;
};

struct arc {
    uint32_t from;
    uint32_t length; /* last - first: 0 is one value */
};

static int compare_values(const void *a, const void *b)
{
    uint32_t first = *(const uint32_t *)a;
    uint32_t second = *(const uint32_t *)b;

    return (first > second) - (first < second);
}

/* The commonest first, those of equal times by value. */
static int compare_common(const void *a, const void *b)
{
    const struct common *first = a;
    const struct common *second = b;

    if (first->times != second->times)
        return first->times < second->times ? 1 : -1;
    return (first->value > second->value) - (first->value < second->value);
}

/* How many of the sorted values are below `limit`, which may be 2^32. */
static size_t count_below(const uint32_t *sorted, size_t count, uint64_t limit)
{
    size_t from = 0;

    while (count > 0) {
        size_t half = count / 2;

        if (sorted[from + half] < limit) {
            from += half + 1;
            count -= half + 1;
        } else {
            count = half;
        }
    }
    return from;
}

/* How many of the held-out rows lie on the arc, both ends included. */
static size_t covered(const struct halves *halves, struct arc arc)
{
    uint64_t end = (uint64_t)arc.from + arc.length + 1;
    size_t before = count_below(halves->held, halves->held_count, arc.from);

    if (end <= (uint64_t)1 << 32)
        return count_below(halves->held, halves->held_count, end) - before;
    return halves->held_count - before +
           count_below(halves->held, halves->held_count, end - ((uint64_t)1 << 32));
}

/* The shortest arc with `rows` (1 … chosen_count) of the chosen rows. */
static struct arc shortest_arc(const struct halves *halves, size_t rows)
{
    struct arc best = {halves->chosen[0], UINT32_MAX};

    for (size_t i = 0; i < halves->chosen_count; i++) {
        size_t last = i + rows - 1;
        uint32_t to = halves->chosen[last % halves->chosen_count];
        uint32_t length = to - halves->chosen[i];

        /* All the way round, with nothing but equal values on it. */
        if (last >= halves->chosen_count && length == 0)
            length = UINT32_MAX;
        if (length < best.length)
            best = (struct arc){halves->chosen[i], length};
    }
    return best;
}

/*
 * The shortest arc that covers half of the held-out rows, by halving the number of chosen rows on
 * it: coverage grows with that number, nearly without a step back. The whole circle if none does.
 */
static struct arc half_arc(const struct halves *halves)
{
    struct arc best = {0, UINT32_MAX};
    size_t low = 1;
    size_t high = halves->chosen_count;

    while (low <= high) {
        size_t middle = low + (high - low) / 2;
        struct arc arc = shortest_arc(halves, middle);

        if (2 * covered(halves, arc) >= halves->held_count) {
            best = arc;
            high = middle - 1;
        } else {
            low = middle + 1;
        }
    }
    return best;
}

static double arc_guesses(const struct halves *halves, struct arc arc)
{
    return floor((double)arc.length / halves->lattice) + 1;
}

/* Wilson's lower limit (Journal of the American Statistical Association 22, 1927). */
static double lower_limit(size_t hits, size_t count)
{
    double n = (double)count;
    double p = (double)hits / n;
    double square = LIMIT_Z * LIMIT_Z;

    if (hits < HITS_LEAST)
        return 0;
    return (p + square / (2 * n) - LIMIT_Z * sqrt(p * (1 - p) / n + square / (4 * n * n))) /
           (1 + square / n);
}

/* Takes these guesses if they need fewer packets: in one attempt, or in several of the limit. */
static void consider(const struct halves *halves, double guesses, size_t hits, bool list,
                     struct isn_cost *cost)
{
    bool once = 2 * hits >= halves->held_count;
    double share = (double)hits / (double)halves->held_count;
    double hit = once ? share : lower_limit(hits, halves->held_count);
    double packets = once ? guesses : isn_cost_repeated(guesses, hit);

    if (packets < cost->n50) {
        cost->n50 = packets;
        cost->guesses = guesses;
        cost->hit = hit;
        cost->attempts = isn_cost_attempts(hit);
        cost->list = list;
    }
}

static size_t fill_common(const struct halves *halves)
{
    size_t count = 0;

    for (size_t i = 0; i < halves->chosen_count; i++) {
        if (i == 0 || halves->chosen[i] != halves->chosen[i - 1])
            halves->common[count++] = (struct common){halves->chosen[i], 0};
        halves->common[count - 1].times++;
    }
    qsort(halves->common, count, sizeof(*halves->common), compare_common);
    return count;
}

static struct isn_cost estimate(const struct halves *halves)
{
    struct arc arc = half_arc(halves);
    struct isn_cost cost = {.n50 = INFINITY, .attempts = 1, .span = (double)arc.length + 1};
    size_t values = fill_common(halves);
    size_t hits = 0;

    if (arc.length == UINT32_MAX) {
        /* No arc of chosen rows holds half: what is known of all values is that half of them do. */
        cost.n50 = cost.guesses = ceil(SPACE / halves->lattice / 2);
        cost.span = SPACE / 2;
        cost.hit = 0.5;
    }
    for (size_t i = 0; i < values && 2 * hits < halves->held_count; i++) {
        hits += covered(halves, (struct arc){halves->common[i].value, 0});
        consider(halves, (double)(i + 1), hits, true, &cost);
    }
    if (arc.length != UINT32_MAX)
        consider(halves, arc_guesses(halves, arc), covered(halves, arc), false, &cost);
    for (size_t share = 2; share < SHARES; share++) {
        size_t rows = (halves->chosen_count * share + 2 * SHARES - 1) / (2 * SHARES);
        struct arc part = shortest_arc(halves, rows);

        consider(halves, arc_guesses(halves, part), covered(halves, part), false, &cost);
    }
    return cost;
}

static void halves_release(struct halves *halves)
{
    free(halves->chosen);
    free(halves->held);
    free(halves->common);
}

/* With `errors` the halves of them, sorted; else room for as many. 0 or -FAULT_MEMORY. */
static int halves_make(const uint32_t *errors, size_t count, uint32_t lattice,
                       struct halves *halves)
{
    halves->chosen_count = (count + 1) / 2;
    halves->held_count = count / 2;
    halves->lattice = lattice;
    halves->chosen = calloc(halves->chosen_count, sizeof(*halves->chosen));
    halves->held = calloc(halves->held_count, sizeof(*halves->held));
    halves->common = malloc(halves->chosen_count * sizeof(*halves->common));
    if (halves->chosen == NULL || halves->held == NULL || halves->common == NULL) {
        halves_release(halves);
        return -FAULT_MEMORY;
    }
    if (errors == NULL)
        return 0;
    for (size_t i = 0; i < count; i++)
        (i % 2 == 0 ? halves->chosen : halves->held)[i / 2] = errors[i];
    qsort(halves->chosen, halves->chosen_count, sizeof(*halves->chosen), compare_values);
    qsort(halves->held, halves->held_count, sizeof(*halves->held), compare_values);
    return 0;
}

int isn_cost_estimate(const uint32_t *errors, size_t count, uint32_t lattice,
                      struct isn_cost *ret_cost)
{
    struct halves halves;
    int status;

    if (count < ISN_COST_LEAST) {
        *ret_cost = (struct isn_cost){.n50 = (double)NAN, .span = (double)NAN};
        return 0;
    }
    status = halves_make(errors, count, lattice, &halves);
    if (status == 0) {
        *ret_cost = estimate(&halves);
        halves_release(&halves);
    }
    return status;
}

/* splitmix64 (Steele, Lea and Flood, OOPSLA 2014): one started value, as many as are wanted. */
static uint64_t draw(uint64_t *random)
{
    uint64_t z = *random += 0x9e3779b97f4a7c15;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

/* As many of the sorted values with repetition, in rising order: times are counted, not sorted. */
static void resample(const uint32_t *sorted, size_t count, uint32_t *times, uint64_t *random,
                     uint32_t *ret_sorted)
{
    size_t filled = 0;

    memset(times, 0, count * sizeof(*times));
    for (size_t i = 0; i < count; i++)
        times[draw(random) % count]++;
    for (size_t i = 0; i < count; i++)
        for (uint32_t k = 0; k < times[i]; k++)
            ret_sorted[filled++] = sorted[i];
}

static int compare_costs(const void *a, const void *b)
{
    double first = *(const double *)a;
    double second = *(const double *)b;

    return (first > second) - (first < second);
}

/* The n50 of each resample, in rising order. 0 or -FAULT_MEMORY. */
static int resampled_costs(const struct halves *all, size_t rounds, uint64_t random, double *costs)
{
    struct halves drawn;
    uint32_t *times = calloc(all->chosen_count, sizeof(*times));
    int status = halves_make(NULL, all->chosen_count + all->held_count, all->lattice, &drawn);

    if (status == 0 && times == NULL) {
        halves_release(&drawn);
        status = -FAULT_MEMORY;
    }
    if (status == 0) {
        for (size_t i = 0; i < rounds; i++) {
            resample(all->chosen, all->chosen_count, times, &random, drawn.chosen);
            resample(all->held, all->held_count, times, &random, drawn.held);
            costs[i] = estimate(&drawn).n50;
        }
        qsort(costs, rounds, sizeof(*costs), compare_costs);
        halves_release(&drawn);
    }
    free(times);
    return status;
}

int isn_cost_interval(const uint32_t *errors, size_t count, uint32_t lattice, size_t rounds,
                      uint64_t random, double *ret_low, double *ret_high)
{
    struct halves all;
    double *costs;
    int status;

    if (count < ISN_COST_LEAST || rounds < 40) {
        *ret_low = *ret_high = (double)NAN;
        return 0;
    }
    status = halves_make(errors, count, lattice, &all);
    if (status != 0)
        return status;
    costs = malloc(rounds * sizeof(*costs));
    status = costs == NULL ? -FAULT_MEMORY : resampled_costs(&all, rounds, random, costs);
    if (status == 0) {
        *ret_low = costs[rounds / 40];
        *ret_high = costs[rounds - 1 - rounds / 40];
    }
    free(costs);
    halves_release(&all);
    return status;
}
