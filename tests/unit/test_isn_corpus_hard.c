/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The audit of every made-up server where it is hard: loss, others' connections, three columns. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "isn_corpus.h"

static void test_loss(void **state)
{
    struct isn_corpus corpus = {.options = isn_options_make(2048), .first_seed = 9501, .seeds = 3};

    (void)state;
    corpus.options.burst = 768;
    corpus.options.loss = 0.02;
    isn_corpus_all(&corpus, NULL);
    isn_corpus_expect(&corpus, 99, 99);
}

/* 20 a second of others. */
static void test_busy(void **state)
{
    struct isn_corpus corpus = {.options = isn_options_make(2048), .first_seed = 9601, .seeds = 3};

    (void)state;
    corpus.options.burst = 768;
    corpus.options.background = 20;
    isn_corpus_all(&corpus, NULL);
    isn_corpus_expect(&corpus, 95, 98);
}

/* Cookies and a formula of address and port need to know those. */
static void test_plain(void **state)
{
    static const char *const extended[] = {"cookie_linux", "cookie_bsd", "cookie_djb", "crc_tuple",
                                           NULL};
    struct isn_corpus corpus = {
        .options = isn_options_make(2048), .plain = true, .first_seed = 9701, .seeds = 1};

    (void)state;
    isn_corpus_all(&corpus, extended);
    isn_corpus_expect(&corpus, 98, 98);
}

/* Without our sequence number cookies are no other class. */
static void test_plain_cookies(void **state)
{
    static const char *const names[] = {"cookie_linux", "cookie_bsd"};
    static struct isn_audit audit;
    struct isn_options options = isn_options_make(512);

    (void)state;
    for (uint64_t seed = 9801; seed < 9806; seed++) {
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
            struct isn_samples samples =
                isn_corpus_samples(isn_stream_find(names[i]), seed, &options, true);

            isn_corpus_run(&samples, true, &audit);
            assert_int_equal(audit.class, ISN_CLASS_INCONCLUSIVE);
            assert_non_null(strstr(audit.why, "SYN cookies"));
            isn_audit_release(&audit);
            isn_samples_release(&samples);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_loss),
        cmocka_unit_test(test_busy),
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_plain_cookies),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
