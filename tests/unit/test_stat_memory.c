/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of stat/ when memory runs out, at every place in turn: reported, and nothing leaks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

/* The sources themselves, so that it is their memory. */
#include "scarce_memory.h"
#include "stat/flows.c"
#include "stat/histogram.c"
#include "stat/series.c"
#undef malloc
#undef calloc
#undef realloc
#undef free

static const int64_t times[2][3] = {{10000000, 11000000, 12000000}, {30000000, 40000000, 50000000}};

static int suspect(void)
{
    struct flow_counts flows[8];
    struct flow_finding findings[8];

    for (size_t i = 0; i < 8; i++)
        flows[i] = (struct flow_counts){.sent = 4, .lost = 1, .times = times[i == 2], .n = 3};
    int result = flows_suspect(flows, 8, findings);

    if (!result)
        assert_int_equal(findings[2].verdict, FLOW_SUSPECT);
    return result;
}

static int confirm(void)
{
    struct flow_finding before = {.slow = true};
    struct flow_counts flow = {.sent = 3, .times = times[1], .n = 3};
    struct flow_counts other = {.sent = 3, .times = times[0], .n = 3};
    struct flow_finding finding;
    int result = flows_confirm(&before, &flow, &other, 1, &finding);

    if (!result)
        assert_int_equal(finding.others_n, 3);
    return result;
}

static int histogram(void)
{
    struct histogram ret_histogram;
    int result = histogram_make(times[0], 3, 20, &ret_histogram);

    if (result)
        assert_int_equal(ret_histogram.count, 0);
    return result;
}

static int summary(void)
{
    struct series series;
    struct series_summary ret_summary;
    int result = 0;

    series_init(&series);
    for (int64_t i = 0; i < 20 && !result; i++)
        result = series_add(&series, i, 0);
    if (!result)
        result = series_summarize(&series, &ret_summary);
    series_release(&series);
    return result;
}

/* Fails at the first allocation, the second, … until there are enough, which makes `needed`. */
static void exhaust(int (*work)(void), unsigned needed)
{
    for (unsigned i = 0; i < needed; i++) {
        allocations_left = i;
        assert_int_equal(work(), -FAULT_MEMORY);
        assert_int_equal(allocations_open, 0);
    }
    allocations_left = needed;
    assert_int_equal(work(), 0);
    assert_int_equal(allocations_open, 0);
    assert_int_equal(allocations_left, 0);
}

static void test_flows(void **state)
{
    (void)state;
    exhaust(suspect, 2 + 8 + 2);
    exhaust(confirm, 3);
}

static void test_histogram(void **state)
{
    (void)state;
    exhaust(histogram, 1);
}

static void test_series(void **state)
{
    (void)state;
    exhaust(summary, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_flows),
        cmocka_unit_test(test_histogram),
        cmocka_unit_test(test_series),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
