/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of an audit's own parts when memory runs out, at every place in turn: reported, and nothing
 * leaks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/err.h"
#include "isn_corpus.h"
#include "scarce_memory.h"

/* The sources themselves, so that it is their memory; what two of them call alike is renamed. */
#define compare_values compare_prices
#include "stat/isn/audit_price.c"
#undef compare_values
#include "stat/isn/audit_inform.c"
#include "stat/isn/bias.c"
#include "stat/isn/entropy.c"
#undef malloc
#undef calloc
#undef realloc
#undef free

/* Audits with ever more memory until there is enough: how often there was not. */
static unsigned failures(const char *name, bool brief)
{
    struct isn_options options = isn_options_make(256);
    struct isn_samples samples = isn_corpus_samples(isn_stream_find(name), 1, &options, false);
    struct isn_audit_options how = {
        .window = 65535, .packet_rate = 100000, .random = 1, .brief = brief};
    static struct isn_audit audit;
    unsigned failed = 0;
    int result;

    do {
        allocations_left = failed;
        result = isn_audit_run(&samples, &how, &audit);
        isn_audit_release(&audit);
        assert_int_equal(allocations_open, 0);
        assert_true(result == 0 || result == -FAULT_MEMORY);
        failed += result != 0;
    } while (result != 0 && failed < 100);
    isn_samples_release(&samples);
    return failed;
}

static void test_reported(void **state)
{
    (void)state;
    /* Values, pairs, both ends of steps, the numbers of the battery. */
    assert_int_equal(failures("random32", true), 5);
    /* And the errors, the numbers of what is information. */
    assert_int_equal(failures("random32", false), 7);
    assert_int_equal(failures("clk4us", false), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_reported)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
