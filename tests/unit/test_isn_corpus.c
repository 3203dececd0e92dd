/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The whole audit of every made-up server, from 2048 samples: class and severity. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "isn_corpus.h"

static void test_2048(void **state)
{
    struct isn_corpus corpus = {.options = isn_options_make(2048), .first_seed = 9001, .seeds = 5};

    (void)state;
    isn_corpus_all(&corpus, NULL);
    isn_corpus_expect(&corpus, 100, 100);
}

/* The times may be off by far more than the pauses. */
static void test_jitter(void **state)
{
    struct isn_corpus corpus = {.options = isn_options_make(2048), .first_seed = 9101, .seeds = 2};

    (void)state;
    corpus.options.jitter_us = 10000;
    isn_corpus_all(&corpus, NULL);
    isn_corpus_expect(&corpus, 100, 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_2048),
        cmocka_unit_test(test_jitter),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
