/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Servers with nothing to find: the audit finds nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "isn_corpus.h"

/* `seeds` audits of `count` samples, all of them with the right class. */
static void none_false(const char *name, size_t count, uint64_t first_seed, size_t seeds)
{
    struct isn_corpus corpus = {.options = isn_options_make(count)};

    for (size_t k = 0; k < seeds; k += ISN_CORPUS_EVERY)
        isn_corpus_one(isn_stream_find(name), first_seed + k, &corpus);
    isn_corpus_expect(&corpus, 100, 100);
}

/* 2000 of a cryptographic generator. */
static void test_random(void **state)
{
    (void)state;
    none_false("random32", 128, 40001, 1000);
    none_false("random32", 192, 50001, 500);
    none_false("random32", 256, 60001, 250);
    none_false("random32", 512, 70001, 200);
    none_false("random32", 2048, 80001, 50);
}

static void test_rfc6528(void **state)
{
    (void)state;
    none_false("linux64ns", 512, 90001, 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_rfc6528),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
