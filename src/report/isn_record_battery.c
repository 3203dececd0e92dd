/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The part of an audit's record that tells of the tests for structure of any kind. */
#include <stdlib.h>
#include <string.h>

#include "report/isn_record_parts.h"

static const char sp800_22[] = "SP 800-22";

static int compare_tests(const void *a, const void *b)
{
    const struct isn_test *x = *(const struct isn_test *const *)a,
                          *y = *(const struct isn_test *const *)b;
    if (x->rejected != y->rejected)
        return x->rejected ? -1 : 1;
    if (x->p != y->p)
        return x->p < y->p ? -1 : 1;
    return (x > y) - (x < y); /* one is not of the tests' own order */
}

static struct isn_test_record test_record(const struct isn_test *test, struct arena *arena)
{
    return (struct isn_test_record){
        .series = test->series,
        .name = arena_copy(arena, test->name),
        .statistic = test->statistic,
        .p = test->p,
        .rejected = test->rejected,
    };
}

/* Those that reject first, and the lowest p first. */
static struct record_list worst(const struct isn_battery *battery, struct arena *arena)
{
    const struct isn_test **order = arena_take(arena, battery->count, sizeof *order);
    size_t count = battery->count < ISN_WORST_TESTS ? battery->count : ISN_WORST_TESTS;
    for (size_t i = 0; i < battery->count; i++)
        order[i] = &battery->tests[i];
    qsort(order, battery->count, sizeof *order, compare_tests);
    struct isn_test_record *records = arena_take(arena, count, sizeof *records);
    for (size_t i = 0; i < count; i++)
        records[i] = test_record(order[i], arena);
    return (struct record_list){.items = records, .count = count};
}

static struct record_list published(const struct isn_battery *battery, struct arena *arena)
{
    struct isn_test_record *records = arena_take(arena, battery->count, sizeof *records);
    size_t count = 0;
    for (size_t i = 0; i < battery->count; i++)
        if (strncmp(battery->tests[i].name, sp800_22, strlen(sp800_22)) == 0)
            records[count++] = test_record(&battery->tests[i], arena);
    return (struct record_list){.items = records, .count = count};
}

static struct record_list estimates(const struct isn_audit *audit, struct arena *arena)
{
    size_t count = audit->has_entropies ? audit->entropy_count : 0;
    struct isn_estimate_record *records = arena_take(arena, count, sizeof *records);
    for (size_t i = 0; i < count; i++) {
        const struct isn_entropy *entropy = &audit->entropies[i];
        records[i] = (struct isn_estimate_record){
            .estimator = entropy->name,
            .lane = entropy->lane < 0 ? RECORD_UNKNOWN : entropy->lane,
            .symbols = (int64_t)entropy->symbols,
            .bits = entropy->bits,
        };
    }
    return (struct record_list){.items = records, .count = count};
}

const void *isn_record_battery(const struct isn_audit *audit, struct arena *arena)
{
    if (audit->battery.count == 0 && !audit->has_entropies)
        return NULL;
    struct isn_battery_record *record = arena_take(arena, 1, sizeof *record);
    *record = (struct isn_battery_record){
        .tests = (int64_t)audit->battery.count,
        .rejected = (int64_t)audit->rejected,
        .alpha = ISN_BATTERY_ALPHA,
        .worst = worst(&audit->battery, arena),
        .sp800_22 = published(&audit->battery, arena),
        .sp800_90b = estimates(audit, arena),
    };
    return record;
}
