/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of state recovery when memory runs out, at every place in turn: reported, and nothing
 * leaks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "isn_recover_streams.h"

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
#define malloc(size)        scarce_calloc(1, size)
#define calloc(count, size) scarce_calloc(count, size)
#define free(memory)        scarce_free(memory)
#include "stat/isn/recover.c"
#include "stat/isn/recover_mt19937.c"
#include "stat/isn/recover_picotcp.c"
#include "stat/isn/recover_smoltcp.c"
#undef malloc
#undef calloc
#undef free

#define ISNS 700

static struct stream stream;

/* Tries with ever more memory until there is enough: how often there was not. */
static unsigned failures(int expected)
{
    static struct isn_sample rows[ISNS];
    struct isn_samples samples = {.rows = rows, .count = ISNS};
    unsigned failed = 0;
    int result;

    for (size_t i = 0; i < ISNS; i++)
        rows[i] = (struct isn_sample){.time = stream.times[i], .isn = stream.isns[i]};
    do {
        struct isn_recovery recovery;

        allocations_left = failed;
        result = isn_recover_samples(&samples, &recovery);
        assert_int_equal(allocations_open, 0);
        assert_true(result == expected || result == -FAULT_MEMORY);
        failed += result != expected;
    } while (result != expected && failed < 100);
    return failed;
}

static void reports_that_memory_ran_out(void **state)
{
    uint64_t seed = 3;

    (void)state;
    stream_times(&stream, &seed);
    for (size_t i = 0; i < STREAM_MOST; i++)
        stream.isns[i] = noise(&seed);
    /* Copies, marks, steps, table, slopes and rows; then all samples at once. */
    assert_int_equal(failures(0), 10);
    stream_mt19937(&stream, &seed);
    assert_true(failures(1) > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(reports_that_memory_ran_out)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
