/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The audit of every made-up server from few samples: how often the class is right. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "isn_corpus.h"

static void test_512(void **state)
{
    struct isn_corpus corpus = {.options = isn_options_make(512), .first_seed = 9201, .seeds = 15};

    (void)state;
    isn_corpus_all(&corpus, NULL);
    isn_corpus_expect(&corpus, 99, 99);
}

static void test_128(void **state)
{
    struct isn_corpus corpus = {.options = isn_options_make(128), .first_seed = 9301, .seeds = 25};

    (void)state;
    isn_corpus_all(&corpus, NULL);
    isn_corpus_expect(&corpus, 98, 98);
}

/* Nothing is called random, whatever it is. */
static void test_64(void **state)
{
    struct isn_corpus corpus = {.options = isn_options_make(64), .first_seed = 9401, .seeds = 20};
    static const char *const random[] = {"random32", NULL};
    static struct isn_audit audit;

    (void)state;
    isn_corpus_all(&corpus, random);
    isn_corpus_expect(&corpus, 92, 94);
    for (uint64_t seed = 9401; seed < 9601; seed += ISN_CORPUS_EVERY) {
        struct isn_samples samples =
            isn_corpus_samples(isn_stream_find("random32"), seed, &corpus.options, false);

        isn_corpus_run(&samples, true, &audit);
        assert_int_equal(audit.class, ISN_CLASS_INCONCLUSIVE);
        assert_int_equal(audit.severity, ISN_SEVERITY_UNKNOWN);
        assert_non_null(strstr(audit.why, "no structure"));
        isn_audit_release(&audit);
        isn_samples_release(&samples);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_512),
        cmocka_unit_test(test_128),
        cmocka_unit_test(test_64),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
