/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of stat/isn/ when memory runs out, at every place in turn: reported, and nothing leaks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

/* The sources themselves, so that it is their memory. */
#include "scarce_memory.h"
#include "stat/isn/cost_n50.c"
#include "stat/isn/sp800_22_words.c"
#include "stat/isn/sp800_90b_contexts.c"
#include "stat/isn/sp800_90b_tuples.c"
/* A name that two of them have. */
#define compare_values battery_compare_values
#include "stat/isn/battery.c"
#undef compare_values
#undef malloc
#undef calloc
#undef realloc
#undef free

#define COUNT 600

static uint32_t values[COUNT];
static uint8_t bytes[COUNT];

static int estimate_cost(void)
{
    struct isn_cost cost;

    return isn_cost_estimate(values, COUNT, 1, &cost);
}

static int estimate_interval(void)
{
    double low, high;

    return isn_cost_interval(values, COUNT, 1, 40, 1, &low, &high);
}

static int test_series(void)
{
    struct isn_battery battery = {0};
    int status = isn_battery_add_series(&battery, "all", values, COUNT);

    /* More than the first room. */
    if (status == 0)
        status = isn_battery_add_series(&battery, "again", values, COUNT);
    isn_battery_release(&battery);
    return status;
}

static int remember_contexts(void)
{
    struct isn_predictions predictions;

    return isn_90b_contexts(bytes, COUNT, &predictions);
}

static int remember_dictionary(void)
{
    struct isn_predictions predictions;

    return isn_90b_dictionary(bytes, COUNT, &predictions);
}

static int count_tuples(void)
{
    double tuple, repeated;

    return isn_90b_tuples(bytes, COUNT, &tuple, &repeated);
}

static int count_serial(void)
{
    struct isn_score scores[2];

    return isn_sp_serial(bytes, COUNT, 3, scores);
}

static int count_entropy(void)
{
    struct isn_score score;

    return isn_sp_entropy(bytes, COUNT, 3, &score);
}

static int count_templates(void)
{
    struct isn_score scores[4];

    return isn_sp_templates(bytes, COUNT, 3, 2, scores, 4) == 4 ? 0 : -FAULT_MEMORY;
}

static void test_memory(void **state)
{
    static int (*const calls[])(void) = {
        estimate_cost, estimate_interval, test_series,   remember_contexts, remember_dictionary,
        count_tuples,  count_serial,      count_entropy, count_templates,
    };

    (void)state;
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        bool counts_bits =
            calls[i] == count_serial || calls[i] == count_entropy || calls[i] == count_templates;
        unsigned room = 0;
        int status = -FAULT_MEMORY;

        for (size_t k = 0; k < COUNT; k++) {
            values[k] = (uint32_t)(k * k * 2654435761U);
            bytes[k] = (uint8_t)(counts_bits ? values[k] >> 30 & 1 : values[k] >> 24);
        }
        for (; status != 0; room++) {
            assert_in_range(room, 0, 100);
            allocations_left = room;
            status = calls[i]();
            assert_true(status == 0 || status == -FAULT_MEMORY);
            assert_int_equal(allocations_open, 0);
        }
        /* Each asks for some. */
        assert_true(room > 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
