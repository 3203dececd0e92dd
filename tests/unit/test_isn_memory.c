/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of stat/isn when memory runs out, at every place in turn: reported, and nothing leaks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

/* What may still be allocated, and what was and is not freed. */
static unsigned allocations_left;
static int allocations_open;

static void *scarce_calloc(size_t count, size_t size)
{
    if (allocations_left == 0)
        return NULL;
    allocations_left--;
    allocations_open++;
    return calloc(count, size);
}

static void scarce_free(void *memory)
{
    allocations_open -= memory != NULL;
    free(memory);
}

/* The sources themselves, so that it is their memory. */
#define calloc(count, size) scarce_calloc(count, size)
#define free(memory)        scarce_free(memory)
#include "stat/isn/phase.c"
#include "stat/isn/sample.c"
#undef calloc
#undef free

static int make_samples(void)
{
    static const struct isn_sample rows[5];
    struct isn_samples samples;
    int result = isn_samples_make(rows, 5, true, &samples);

    if (!result) {
        assert_int_equal(samples.fixed_count, 5);
        isn_samples_release(&samples);
    }
    return result;
}

static int measure_phase(void)
{
    static const uint32_t isns[ISN_PHASE_MINIMUM];
    struct isn_phase phase;

    return isn_phase_measure(isns, ISN_PHASE_MINIMUM, 1, 0, &phase);
}

/* Fails at the first allocation, then at the second, … until all of them are given. */
static void starve(int (*step)(void), unsigned allocations)
{
    for (unsigned given = 0; given <= allocations; given++) {
        allocations_left = given;
        assert_int_equal(step(), given < allocations ? -FAULT_MEMORY : 0);
        assert_int_equal(allocations_open, 0);
    }
    assert_int_equal(allocations_left, 0);
}

static void test_samples(void **state)
{
    (void)state;
    starve(make_samples, 4);
}

static void test_phase(void **state)
{
    (void)state;
    starve(measure_phase, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_samples),
        cmocka_unit_test(test_phase),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
