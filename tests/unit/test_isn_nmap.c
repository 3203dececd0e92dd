/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of stat/isn/nmap: figures worked out by hand, and what nmap says of known servers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "isn_streams.h"
#include "stat/isn/nmap.h"

static const int64_t times[ISN_NMAP_PROBES] = {0,         100000000, 200000000,
                                               300000000, 400000000, 500000000};

static void test_difference(void **state)
{
    (void)state;
    assert_int_equal(isn_nmap_difference(10, 7), 3);
    assert_int_equal(isn_nmap_difference(7, 10), 3);
    assert_int_equal(isn_nmap_difference(UINT32_MAX, 4), 5);
    assert_int_equal(isn_nmap_difference(0, 0x80000000), 0x80000000);
}

static void test_figures(void **state)
{
    static const struct {
        uint32_t isns[ISN_NMAP_PROBES];
        size_t count;
        uint32_t gcd;
        unsigned isr, sp;
    } rows[] = {
        {{5, 5, 5, 5, 5, 5}, 6, 0, 0, 0},
        /* 640000 a second: 8 log2 of that is 154.30. */
        {{0, 64000, 128000, 192000, 256000, 320000}, 6, 64000, 154, 0},
        /* Rates 10, 20, 10, 20, 10 a second; mean 14: 30.46. Deviation sqrt(120 / 4): 19.63. */
        {{0, 1, 3, 4, 6, 7}, 6, 1, 30, 20},
        /* The same forty times: the divisor takes it out again, and the mean is 560: 73.03. */
        {{0, 40, 120, 160, 240, 280}, 6, 40, 73, 20},
        /* Nine times: a divisor of nine stays in. Mean 126: 55.82; deviation 49.295: 44.98. */
        {{0, 9, 27, 36, 54, 63}, 6, 9, 56, 45},
        /* Backwards and over the end, it is all the same to it. */
        {{3, 2, 0, UINT32_MAX, UINT32_MAX - 2, UINT32_MAX - 3}, 6, 1, 30, 20},
        /* Four are enough; 10, 20, 10: mean 13.33: 29.90; deviation sqrt(66.67 / 2): 20.24. */
        {{0, 1, 3, 4}, 4, 1, 30, 20},
        /* Rates 10, 0, 0, 0, 0: mean 2: 8; deviation sqrt(80 / 4): 17.29. */
        {{0, 1, 1, 1, 1, 1}, 6, 1, 8, 17},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct isn_nmap seq = isn_nmap_judge(times, rows[i].isns, rows[i].count);

        if (seq.gcd != rows[i].gcd || seq.isr != rows[i].isr || seq.sp != rows[i].sp)
            fail_msg("row %zu: GCD=%x ISR=%u SP=%u", i, seq.gcd, seq.isr, seq.sp);
        assert_string_equal(seq.words, isn_nmap_words(seq.sp));
    }
}

/* Of two SYNs in one microsecond it takes the pause for a microsecond. */
static void test_same_time(void **state)
{
    static const int64_t close[] = {0, 400, 900, 999};
    static const uint32_t isns[] = {0, 2, 4, 6};

    (void)state;
    assert_int_equal(isn_nmap_judge(close, isns, 4).isr, (unsigned)(8 * log2(2e6) + 0.5));
}

static void test_words(void **state)
{
    static const struct {
        unsigned sp;
        const char *words;
    } rows[] = {
        {0, "Trivial joke"},
        {2, "Trivial joke"},
        {3, "Easy"},
        {5, "Easy"},
        {6, "Medium"},
        {10, "Medium"},
        {11, "Formidable"},
        {12, "Worthy challenge"},
        {15, "Worthy challenge"},
        {16, "Good luck!"},
        {266, "Good luck!"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_string_equal(isn_nmap_words(rows[i].sp), rows[i].words);
}

static void test_old(void **state)
{
    static const struct {
        uint32_t isns[ISN_NMAP_PROBES];
        const char *name;
        uint32_t gcd, index;
        const char *words;
    } rows[] = {
        {{7, 7, 7, 7, 7, 7}, "C", 0, 0, "Trivial joke"},
        {{0, 64000, 192000, 256000, 320000, 384000}, "64K", 64000, 1, "Trivial joke"},
        /* Before the one large step is looked at. */
        {{0, 64000, 192000, 64000000, 64064000, 64128000}, "64K", 64000, 1, "Trivial joke"},
        {{0, 800, 2400, 3200, 4000, 4800}, "i800", 800, 10, "Easy"},
        /* Differences 3, 6, 3, 6, 3, divided: 1, 2, 1, 2, 1; mean 1; sqrt(2 / 5) is 0.63. */
        {{0, 3, 9, 12, 18, 21}, "TD", 3, 1, "Trivial joke"},
        /* 0, 150, 0, 150, 1: mean 60, sqrt((3 * 3600 - 119 + 2 * 8100) / 5) is 73.33. */
        {{0, 0, 150, 150, 300, 301}, "TD", 1, 73, "Easy"},
        /* 0, 160, 0, 160, 1: mean 64, sqrt((2 * 4096 + 3969 + 2 * 9216) / 5) is 78.22. */
        {{0, 0, 160, 160, 320, 321}, "RI", 1, 78, "Easy"},
        {{0, 50000000, 50000001, 50000002, 50000003, 50000004}, "RI", 1, 20000000, "Good luck!"},
        {{0, 50000001, 50000002, 50000003, 50000004, 50000005}, "TR", 1, 9999999, "Good luck!"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct isn_nmap_old seq = isn_nmap_judge_old(rows[i].isns, ISN_NMAP_PROBES);

        if (strcmp(isn_nmap_old_name(seq.class), rows[i].name) || seq.gcd != rows[i].gcd ||
            seq.index != rows[i].index || strcmp(seq.words, rows[i].words))
            fail_msg("row %zu: %s %x %u %s", i, isn_nmap_old_name(seq.class), seq.gcd, seq.index,
                     seq.words);
    }
}

/* nmap's six SYNs, whose times it knows to 20 us; five of what it makes of them, the middle one.
 */
static unsigned usual_index(const struct isn_stream *stream)
{
    unsigned indices[5];

    for (unsigned seed = 0; seed < 5; seed++) {
        static const int64_t late[ISN_NMAP_PROBES] = {3000, 19000, 8000, 1000, 15000, 12000};
        int64_t sent[ISN_NMAP_PROBES];
        uint32_t isns[ISN_NMAP_PROBES];
        unsigned k = seed;

        isn_stream_paced(stream, seed, ISN_NMAP_INTERVAL, ISN_NMAP_PROBES, isns);
        for (size_t i = 0; i < ISN_NMAP_PROBES; i++)
            sent[i] = times[i] - late[(i + seed) % ISN_NMAP_PROBES];

        unsigned sp = isn_nmap_judge(sent, isns, ISN_NMAP_PROBES).sp;

        for (; k > 0 && indices[k - 1] > sp; k--)
            indices[k] = indices[k - 1];
        indices[k] = sp;
    }
    return indices[2];
}

/* What version 7.93 said of such servers over a network. */
static void test_servers(void **state)
{
    static const struct {
        const char *name;
        unsigned sp;
    } rows[] = {
        {"const0", 0},  {"clk4us", 40},  {"uip", 17},        {"bsd44", 17},
        {"fnet", 75},   {"ri15", 132},   {"mongoose", 0},    {"portmul", 0},
        {"lcg32", 260}, {"rand_r", 253}, {"linux64ns", 263}, {"random32", 259},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        unsigned sp = usual_index(isn_stream_find(rows[i].name));

        if (sp + 14 < rows[i].sp || sp > rows[i].sp + 14)
            fail_msg("%s: SP=%u", rows[i].name, sp);
    }
}

/* Most of what it wishes good luck with can be guessed. */
static void test_luck(void **state)
{
    size_t weak = 0, good = 0;

    (void)state;
    for (size_t i = 0; i < ISN_STREAM_COUNT; i++) {
        const char *class = isn_streams[i].class;
        bool sound = strncmp(class, "RFC6528", 7) == 0 || strncmp(class, "SYN_", 4) == 0 ||
                     strcmp(class, "RANDOM") == 0 || strcmp(class, "MIXTURE") == 0;
        bool luck = strcmp(isn_nmap_words(usual_index(&isn_streams[i])), "Good luck!") == 0;

        weak += luck && !sound;
        good += luck && sound;
    }
    /* All that are sound, and three quarters of the 46 that are not. */
    assert_int_equal(good, 14);
    assert_in_range(weak, 33, 38);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_difference), cmocka_unit_test(test_figures),
        cmocka_unit_test(test_same_time),  cmocka_unit_test(test_words),
        cmocka_unit_test(test_old),        cmocka_unit_test(test_servers),
        cmocka_unit_test(test_luck),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
