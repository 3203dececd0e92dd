/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The battery for "no structure": all tests of an audit in one family that keeps its promise. */
#include "stat/isn/battery.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "stat/isn/battery_tests.h"

#define LAGS 16
/* Five a cell, and eight: the tail of few large cells is the heavier one. */
#define BYTE_LEAST   1280
#define NIBBLE_LEAST 128

static struct isn_test *grow(struct isn_battery *battery)
{
    if (battery->count == battery->room) {
        size_t room = battery->room == 0 ? 128 : 2 * battery->room;
        struct isn_test *tests = realloc(battery->tests, room * sizeof(*tests));

        if (tests == NULL)
            return NULL;
        battery->tests = tests;
        battery->room = room;
    }
    return &battery->tests[battery->count++];
}

int isn_battery_add(struct isn_battery *battery, const char *series, double statistic, double p,
                    const char *format, ...)
{
    struct isn_test *test = grow(battery);
    va_list list;

    if (test == NULL)
        return -FAULT_MEMORY;
    /* What could not be computed is no evidence. */
    *test = (struct isn_test){.series = series, .statistic = statistic, .p = p >= 0 ? p : 1};
    va_start(list, format);
    vsnprintf(test->name, sizeof(test->name), format, list);
    va_end(list);
    return 0;
}

/* What the tests of one series share. */
struct series {
    struct isn_battery *battery;
    const char *name;
    const uint32_t *values;
    size_t count;
    uint32_t *differences; /* count - 1 */
    uint32_t *sorted;
};

static int add(const struct series *series, struct isn_score score, const char *name)
{
    return isn_battery_add(series->battery, series->name, score.statistic, score.p, "%s", name);
}

static int add_bits(const struct series *series)
{
    int status = 0;

    for (unsigned bit = 0; bit < 32 && status == 0; bit++) {
        struct isn_score score = isn_test_bit(series->values, series->count, bit);

        status =
            isn_battery_add(series->battery, series->name, score.statistic, score.p, "bit %u", bit);
    }
    return status;
}

static int add_symbols_at(const struct series *series, const uint32_t *values, size_t count,
                          const char *of, unsigned byte)
{
    bool bytes = count >= BYTE_LEAST;
    unsigned width = bytes ? 8 : 4;
    int status = 0;

    for (unsigned half = 0; half < (bytes ? 1U : 2U) && status == 0; half++) {
        struct isn_score score = isn_test_symbols(values, count, 8 * byte + 4 * half, width);

        status = isn_battery_add(series->battery, series->name, score.statistic, score.p,
                                 "%s %u%s, chi-square", bytes ? "byte" : "nibble",
                                 bytes ? byte : 2 * byte + half, of);
    }
    return status;
}

static int add_symbols(const struct series *series)
{
    int status = 0;

    if (series->count < NIBBLE_LEAST)
        return 0;
    for (unsigned byte = 0; byte < 4 && status == 0; byte++)
        status = add_symbols_at(series, series->values, series->count, "", byte);
    for (unsigned byte = 0; byte < 4 && status == 0; byte += 3)
        status = add_symbols_at(series, series->differences, series->count - 1,
                                " of the differences", byte);
    return status;
}

static int add_correlations(const struct series *series)
{
    int status = 0;

    for (size_t lag = 1; lag <= LAGS && status == 0; lag++) {
        struct isn_score score = isn_test_correlation(series->values, series->count, lag);

        status = isn_battery_add(series->battery, series->name, score.statistic, score.p,
                                 "correlation, lag %zu", lag);
    }
    return status;
}

static int add_increments(const struct series *series)
{
    int status = 0;

    for (unsigned byte = 0; byte < 4 && status == 0; byte++) {
        struct isn_score score =
            isn_test_increment(series->values, series->values + 1, series->count - 1, 8 * byte);

        status = isn_battery_add(series->battery, series->name, score.statistic, score.p,
                                 "byte %u, commonest increment", byte);
    }
    return status;
}

static int add_order(const struct series *series)
{
    struct isn_score wave = isn_test_periodogram(series->values, series->count);
    uint32_t median = series->sorted[series->count / 2];
    int status = wave.statistic < 0 ? -FAULT_MEMORY : add(series, wave, "Fisher's g");

    if (status == 0)
        status = add(series, isn_test_median_runs(series->values, series->count, median),
                     "runs about the median");
    if (status == 0)
        status =
            add(series, isn_test_up_down_runs(series->values, series->count), "runs up and down");
    if (status == 0)
        status = add(series, isn_test_spacings(series->sorted, series->count), "Rao's spacings");
    return status;
}

static int add_collisions(const struct series *series)
{
    int status = add(series, isn_test_collisions(series->sorted, series->count), "collisions");

    if (status == 0)
        series->battery->tests[series->battery->count - 1].collision = true;
    return status;
}

static int compare_values(const void *a, const void *b)
{
    uint32_t first = *(const uint32_t *)a;
    uint32_t second = *(const uint32_t *)b;

    return (first > second) - (first < second);
}

int isn_battery_add_series(struct isn_battery *battery, const char *series, const uint32_t *isns,
                           size_t count)
{
    struct series all = {.battery = battery, .name = series, .values = isns, .count = count};
    int status = 0;

    if (count == 0)
        return 0;
    all.differences = malloc(count * sizeof(*all.differences));
    all.sorted = malloc(count * sizeof(*all.sorted));
    if (all.differences == NULL || all.sorted == NULL) {
        status = -FAULT_MEMORY;
    } else {
        for (size_t i = 0; i + 1 < count; i++)
            all.differences[i] = isns[i + 1] - isns[i];
        memcpy(all.sorted, isns, count * sizeof(*isns));
        qsort(all.sorted, count, sizeof(*all.sorted), compare_values);
        status = add_collisions(&all);
    }
    if (status == 0 && count >= ISN_BATTERY_LEAST) {
        static int (*const parts[])(const struct series *) = {
            add_bits, add_symbols, add_correlations, add_order, add_increments,
        };

        for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && status == 0; i++)
            status = parts[i](&all);
    }
    free(all.differences);
    free(all.sorted);
    return status;
}

/* The test of the family with the least p that is not rejected yet; NULL: there is none. */
static struct isn_test *least_left(struct isn_battery *battery)
{
    struct isn_test *least = NULL;

    for (size_t i = 0; i < battery->count; i++) {
        struct isn_test *test = &battery->tests[i];

        if (!test->collision && !test->rejected && (least == NULL || test->p < least->p))
            least = test;
    }
    return least;
}

size_t isn_battery_judge(struct isn_battery *battery, double alpha)
{
    size_t collisions = 0;
    size_t rejected = 0;
    size_t left;

    for (size_t i = 0; i < battery->count; i++) {
        battery->tests[i].rejected = false;
        collisions += battery->tests[i].collision;
    }
    /* The list is short, and nearly always the first step is the last: no sorted copy of it. */
    for (left = battery->count - collisions; left > 0; left--) {
        struct isn_test *least = least_left(battery);

        if (least->p >= alpha / (double)left)
            break;
        least->rejected = true;
        rejected++;
    }
    for (size_t i = 0; i < battery->count; i++) {
        struct isn_test *test = &battery->tests[i];

        if (test->collision && test->p < ISN_COLLISION_ALPHA / (double)collisions) {
            test->rejected = true;
            rejected++;
        }
    }
    return rejected;
}

void isn_battery_release(struct isn_battery *battery)
{
    free(battery->tests);
    *battery = (struct isn_battery){0};
}
