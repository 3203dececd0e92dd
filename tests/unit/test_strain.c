/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of probe/strain: what ends sampling, and what does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "probe/strain.h"

#define MS INT64_C(1000000)

/* Repeatable chance. */
static uint32_t chance;

static uint32_t draw(void)
{
    chance ^= chance << 13;
    chance ^= chance >> 17;
    chance ^= chance << 5;
    return chance;
}

static bool happens(double probability)
{
    return (double)draw() < probability * 4294967296.0;
}

/* After how many SYNs, of 2048 at most, a path that loses so much of them, and so much of our RSTs,
 * is given up; 0: never. */
static size_t ends_after(double loss, double rst_loss, uint32_t seed)
{
    struct strain strain = {0};

    chance = seed * 2654435761U + 1;
    for (size_t i = 1; i <= 2048; i++) {
        if (happens(loss))
            strain_lost(&strain);
        else
            strain_answered(&strain, 10 * MS);
        if (happens(rst_loss))
            strain_repeated(&strain);
        if (strain_words(&strain))
            return i;
    }
    return 0;
}

static void test_paths_that_lose(void **state)
{
    size_t ended = 0;

    (void)state;
    for (uint32_t seed = 1; seed <= 50; seed++) {
        assert_int_equal(ends_after(0, 0, seed), 0);
        assert_int_equal(ends_after(0.02, 0.02, seed), 0);
        ended += ends_after(0.05, 0.05, seed) != 0;
        assert_in_range(ends_after(0.6, 0, seed), 8, 100);
        assert_in_range(ends_after(0, 0.7, seed), 10, 100);
    }
    assert_true(ended <= 1);
}

static void test_silence(void **state)
{
    struct strain strain = {0};

    (void)state;
    for (size_t i = 0; i < 200; i++)
        strain_answered(&strain, MS);
    for (size_t i = 0; i < 7; i++) {
        strain_lost(&strain);
        assert_null(strain_words(&strain));
    }
    strain_lost(&strain);
    assert_non_null(strstr(strain_words(&strain), "silent"));
    strain_answered(&strain, MS);
    assert_null(strain_words(&strain));
}

static void test_forgiven(void **state)
{
    struct strain strain = {0};

    (void)state;
    for (size_t i = 0; i < 30; i++)
        strain_lost(&strain);
    assert_non_null(strain_words(&strain));
    strain_forgive(&strain);
    assert_null(strain_words(&strain));
}

/* Every answer comes again: told within the first few. */
static void test_repeated(void **state)
{
    struct strain strain = {0};
    size_t i = 0;

    (void)state;
    while (!strain_words(&strain) && i < 100) {
        strain_answered(&strain, MS);
        strain_repeated(&strain);
        i++;
    }
    assert_in_range(i, 5, 16);
    assert_non_null(strstr(strain_words(&strain), "RSTs"));
}

static const char *after_times(int64_t first, int64_t then, size_t count)
{
    static struct strain strain;

    memset(&strain, 0, sizeof strain);
    for (size_t i = 0; i < 16; i++)
        strain_answered(&strain, first + (int64_t)i * MS / 100);
    for (size_t i = 0; i < count; i++)
        strain_answered(&strain, then);
    return strain_words(&strain);
}

static void test_slower(void **state)
{
    (void)state;
    assert_null(after_times(MS, MS, 100));
    assert_null(after_times(MS, 40 * MS, 100)); /* slower by less than matters */
    assert_non_null(strstr(after_times(MS, 80 * MS, 100), "round trips"));
    assert_null(after_times(30 * MS, 100 * MS, 100)); /* another path, perhaps */
    assert_non_null(after_times(30 * MS, 300 * MS, 100));
    assert_null(after_times(30 * MS, 300 * MS, 8)); /* a moment's jam */
    assert_null(after_times(0, 0, 100));            /* none known */
}

/* Samples of the fixed tuple, from `cookies_from` on with SYN cookies. */
static const char *after_numbers(size_t count, size_t cookies_from, uint32_t rate)
{
    static struct strain strain;

    memset(&strain, 0, sizeof strain);
    chance = 77;
    for (size_t i = 0; i < count; i++) {
        uint32_t cseq = i % 2 ? 0x12345678 : draw(), index = draw() % 4;

        bool cookie = strain_number(
            &strain, i < cookies_from ? (uint32_t)i * rate : 99u + cseq + index, cseq);

        assert_int_equal(cookie, i > cookies_from);
        if (!strain_cookies(&strain))
            assert_null(strain_words(&strain));
        if (strain_words(&strain))
            break;
    }
    return strain_words(&strain);
}

static void test_cookies(void **state)
{
    const char *words = after_numbers(100, 40, 15625);

    (void)state;
    assert_non_null(words);
    assert_non_null(strstr(words, "cookies"));
    assert_null(after_numbers(1000, 1000, 15625));
    assert_null(after_numbers(1000, 1000, 0)); /* always the same */
    assert_null(after_numbers(1000, 0, 0));    /* cookies from the beginning */
    assert_null(after_numbers(43, 40, 15625)); /* too few yet */
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_paths_that_lose), cmocka_unit_test(test_silence),
        cmocka_unit_test(test_forgiven),        cmocka_unit_test(test_repeated),
        cmocka_unit_test(test_slower),          cmocka_unit_test(test_cookies),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
