/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of flows_suspect: cases by hand, and simulated paths with and without a bad one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <string.h>

#include "stat/flows.h"

#define FLOWS_MAX 64
#define TIMES_MAX 100
#define US        1000.0
#define MS        1000000.0

/* Flows with room for their times. */
struct sweep {
    size_t count;
    struct flow_counts flows[FLOWS_MAX];
    int64_t times[FLOWS_MAX][TIMES_MAX];
    struct flow_finding findings[FLOWS_MAX];
};

static struct sweep sweep;

/* How many flows have this verdict. */
static size_t verdicts(enum flow_verdict verdict)
{
    size_t count = 0;

    for (size_t i = 0; i < sweep.count; i++)
        count += sweep.findings[i].verdict == verdict;
    return count;
}

static void judge(void)
{
    assert_int_equal(flows_suspect(sweep.flows, sweep.count, sweep.findings), 0);
    for (size_t i = 0; i < sweep.count; i++) {
        const struct flow_finding *finding = &sweep.findings[i];

        assert_int_equal(finding->source_port, sweep.flows[i].source_port);
        assert_int_equal(finding->sent, sweep.flows[i].sent);
        assert_int_equal(finding->lost, sweep.flows[i].lost);
        assert_true(finding->verdict < FLOW_BAD);
        assert_int_equal(finding->verdict == FLOW_SUSPECT, finding->lossy || finding->slow);
        assert_true(!finding->lossy || (finding->loss_p >= 0 && finding->loss_p <= 0.05));
        assert_true(!finding->slow || (finding->slow_p >= 0 && finding->slow_p <= 0.05));
    }
}

/* `count` flows of `sent` probes, none lost, no times. */
static void begin(size_t count, uint64_t sent)
{
    sweep.count = count;
    for (size_t i = 0; i < count; i++)
        sweep.flows[i] = (struct flow_counts){.source_port = (uint16_t)(40000 + i), .sent = sent};
}

static void times(size_t flow, size_t n, int64_t first, int64_t step)
{
    for (size_t i = 0; i < n; i++)
        sweep.times[flow][i] = first + (int64_t)i * step;
    sweep.flows[flow].times = sweep.times[flow];
    sweep.flows[flow].n = n;
}

/* 16 flows, 5 probes each, two of them losing everything. */
static void test_two_of_sixteen(void **state)
{
    (void)state;
    begin(16, 5);
    sweep.flows[3].lost = sweep.flows[11].lost = 5;
    judge();
    assert_int_equal(verdicts(FLOW_SUSPECT), 2);
    assert_int_equal(verdicts(FLOW_GOOD), 14);
    assert_int_equal(sweep.findings[3].verdict, FLOW_SUSPECT);
    assert_int_equal(sweep.findings[11].verdict, FLOW_SUSPECT);
    assert_true(sweep.findings[3].lossy && !sweep.findings[3].slow);
    assert_int_equal(sweep.findings[3].others_sent, 70);
    assert_int_equal(sweep.findings[3].others_lost, 0);
    /* 1 / C(75, 5) */
    assert_true(fabs(sweep.findings[3].loss_p * 17259390 - 1) < 1e-9);
    assert_true(isnan(sweep.findings[3].p50) && isnan(sweep.findings[3].slow_p));
    assert_int_equal(sweep.findings[0].others_sent, 0);
    assert_true(isnan(sweep.findings[0].loss_p));
}

static void test_few(void **state)
{
    (void)state;
    begin(8, 3);
    sweep.flows[0].lost = 3;
    judge();
    assert_int_equal(sweep.findings[0].verdict, FLOW_SUSPECT);
    /* One lost probe of each of two flows says nothing. */
    begin(8, 3);
    sweep.flows[0].lost = sweep.flows[1].lost = 1;
    judge();
    assert_int_equal(verdicts(FLOW_GOOD), 8);
    /* One probe a flow: chance cannot be told from a bad path; what lost all is not called good. */
    begin(16, 1);
    sweep.flows[0].lost = 1;
    judge();
    assert_int_equal(verdicts(FLOW_SUSPECT), 0);
    assert_int_equal(sweep.findings[0].verdict, FLOW_UNKNOWN);
}

/* Half of the flows, and most of them, lose everything: the rest is no reference there. */
static void test_many_bad(void **state)
{
    (void)state;
    for (size_t bad = 8; bad <= 14; bad += 6) {
        begin(16, 5);
        for (size_t i = 0; i < bad; i++)
            sweep.flows[i].lost = 5;
        judge();
        assert_int_equal(verdicts(FLOW_SUSPECT), bad);
        assert_int_equal(sweep.findings[0].verdict, FLOW_SUSPECT);
        assert_int_equal(sweep.findings[15].verdict, FLOW_GOOD);
    }
}

static void test_nothing_to_compare(void **state)
{
    (void)state;
    begin(0, 0);
    judge();
    begin(1, 10);
    sweep.flows[0].lost = 10;
    times(0, 3, 1000, 1);
    judge();
    assert_int_equal(sweep.findings[0].verdict, FLOW_UNKNOWN);
    /* Everything lost everywhere: nothing is known of any flow. */
    begin(16, 5);
    for (size_t i = 0; i < 16; i++)
        sweep.flows[i].lost = 5;
    judge();
    assert_int_equal(verdicts(FLOW_UNKNOWN), 16);
    /* One not sent, the others fine. */
    begin(4, 10);
    sweep.flows[2].sent = 0;
    judge();
    assert_int_equal(sweep.findings[2].verdict, FLOW_UNKNOWN);
    assert_int_equal(verdicts(FLOW_GOOD), 3);
}

/* Flows of different length, 12 of 40 lost against one in a hundred. */
static void test_uneven(void **state)
{
    (void)state;
    begin(5, 1000);
    for (size_t i = 0; i < 4; i++)
        sweep.flows[i].lost = 10;
    sweep.flows[4].sent = 40;
    sweep.flows[4].lost = 12;
    judge();
    assert_int_equal(sweep.findings[4].verdict, FLOW_SUSPECT);
    assert_int_equal(verdicts(FLOW_GOOD), 4);
    assert_int_equal(sweep.findings[4].others_lost, 40);
}

static void test_slow(void **state)
{
    (void)state;
    begin(16, 5);
    for (size_t i = 0; i < 16; i++)
        times(i, 5, 10000000 + (int64_t)(i * 7 % 16) * 1000, 50000);
    times(5, 5, 15000000, 50000);
    judge();
    assert_int_equal(verdicts(FLOW_SUSPECT), 1);
    assert_true(sweep.findings[5].slow && !sweep.findings[5].lossy);
    assert_true(fabs(sweep.findings[5].p50 - 15100000) < 1e-6);
    assert_int_equal(sweep.findings[5].others_n, 75);
    assert_true(sweep.findings[5].others_p50 > 10 * MS && sweep.findings[5].others_p50 < 10.3 * MS);
    /* All times of this flow above all others: 1 / C(80, 5). */
    assert_true(fabs(sweep.findings[5].slow_p * 24040016 - 1) < 1e-9);

    /* Half of the paths slow: found as well. */
    for (size_t i = 0; i < 16; i++)
        times(i, 5, (i % 2 ? 20000000 : 10000000) + (int64_t)i * 1000, 50000);
    judge();
    assert_int_equal(verdicts(FLOW_SUSPECT), 8);
    assert_int_equal(sweep.findings[1].verdict, FLOW_SUSPECT);
}

/* Eight paths of slightly different length are no fault, though nothing could be clearer. */
static void test_longer_is_not_slow(void **state)
{
    (void)state;
    begin(64, 10);
    for (size_t i = 0; i < 64; i++)
        times(i, 10, 10000000 + (int64_t)(i % 8) * 100000, 100);
    judge();
    assert_int_equal(verdicts(FLOW_GOOD), 64);
    /* One at twice the time stands out of them all the same. */
    for (size_t i = 7; i < 64; i += 8)
        times(i, 10, 20000000, 100);
    judge();
    assert_int_equal(verdicts(FLOW_SUSPECT), 8);
    /* A path that is faster than the others makes them no slower. */
    for (size_t i = 0; i < 64; i++)
        times(i, 10, i % 8 ? 10000000 + (int64_t)i : 5000000, 100);
    judge();
    assert_int_equal(verdicts(FLOW_SUSPECT), 0);
    /* Within 50 us all is noise of the machines at the ends. */
    for (size_t i = 0; i < 64; i++)
        times(i, 10, i % 8 ? 30000 : 70000, 100);
    judge();
    assert_int_equal(verdicts(FLOW_SUSPECT), 0);
}

/* One path is slow and another lossy; a flow may be both. */
static void test_both(void **state)
{
    (void)state;
    begin(24, 10);
    for (size_t i = 0; i < 24; i++) {
        sweep.flows[i].lost = i % 8 == 2 || i == 5 ? 6 : 0;
        times(i, 10 - sweep.flows[i].lost, i % 8 == 5 ? 30000000 : 10000000, 1000 + (int64_t)i);
    }
    judge();
    for (size_t i = 0; i < 24; i++) {
        assert_int_equal(sweep.findings[i].lossy, i % 8 == 2 || i == 5);
        assert_int_equal(sweep.findings[i].slow, i % 8 == 5);
    }
}

/* ---- simulations
 * --------------------------------------------------------------------------------- */

/* What a path is like. */
struct path {
    double loss;
    double delay;  /* ns */
    double jitter; /* mean of an exponential, ns */
};

static void probe(gsl_rng *rng, size_t flow, const struct path *path, unsigned sent)
{
    unsigned lost = gsl_ran_binomial(rng, path->loss, sent);

    for (unsigned i = 0; i < sent - lost; i++)
        sweep.times[flow][i] = (int64_t)(path->delay + gsl_ran_exponential(rng, path->jitter));
    sweep.flows[flow] = (struct flow_counts){.source_port = (uint16_t)(40000 + flow),
                                             .sent = sent,
                                             .lost = lost,
                                             .times = sweep.times[flow],
                                             .n = sent - lost};
}

/* Even loss and no difference between the paths, some of them very noisy: in 1 % of the runs, or
 * hardly more, is any flow suspect. */
static void test_even(void **state)
{
    static const struct {
        size_t flows;
        unsigned sent;
        struct path path;
    } rows[] = {
        {16, 5, {0.1, 10 * MS, 5 * MS}},    {16, 20, {0.1, 1 * MS, 20 * MS}},
        {64, 5, {0.1, 100 * US, 200 * US}}, {8, 50, {0.02, 20 * MS, 1 * MS}},
        {32, 10, {0.5, 10 * MS, 30 * MS}},  {4, 3, {0.3, 1 * MS, 1 * MS}},
        {64, 1, {0.1, 1 * MS, 5 * MS}},     {16, 10, {0.9, 10 * MS, 10 * MS}},
    };
    const unsigned runs = 500;
    unsigned all_alarms = 0;
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);

    (void)state;
    gsl_rng_set(rng, 1);
    for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
        unsigned alarms = 0;

        sweep.count = rows[row].flows;
        for (unsigned run = 0; run < runs; run++) {
            for (size_t i = 0; i < sweep.count; i++)
                probe(rng, i, &rows[row].path, rows[row].sent);
            judge();
            alarms += verdicts(FLOW_SUSPECT) > 0;
        }
        print_message("# even, row %zu: %u of %u\n", row, alarms, runs);
        /* 5 are expected at the most; more than 12 come with a probability of 0.2 %. */
        assert_true(alarms <= 12);
        all_alarms += alarms;
    }
    /* The bound is not a sharp one: in the mean there are far fewer. */
    assert_true(all_alarms <= sizeof(rows) / sizeof(rows[0]) * runs / 100);
    gsl_rng_free(rng);
}

/* One path of eight is bad: how many of its flows are found, and how many others accused. */
static void test_one_of_eight(void **state)
{
    static const struct {
        size_t flows;
        unsigned sent;
        struct path good;
        struct path bad;
        double found;   /* share of the bad flows, at least */
        double accused; /* share of the good flows, at most */
    } rows[] = {
        {16, 5, {0, 10 * MS, 1 * MS}, {1, 10 * MS, 1 * MS}, 0.99, 0.001},
        {64, 5, {0.01, 10 * MS, 1 * MS}, {0.8, 10 * MS, 1 * MS}, 0.98, 0.001},
        {64, 20, {0.01, 10 * MS, 1 * MS}, {0.3, 10 * MS, 1 * MS}, 0.97, 0.005},
        {64, 20, {0.1, 10 * MS, 1 * MS}, {0.6, 10 * MS, 1 * MS}, 0.97, 0.005},
        {32, 10, {0, 10 * MS, 1 * MS}, {0.5, 10 * MS, 1 * MS}, 0.97, 0.001},
        {16, 5, {0, 10 * MS, 1 * MS}, {0, 15 * MS, 1 * MS}, 0.99, 0.005},
        {64, 10, {0.05, 1 * MS, 500 * US}, {0.05, 2 * MS, 500 * US}, 0.98, 0.005},
    };
    const unsigned runs = 100;
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);

    (void)state;
    gsl_rng_set(rng, 2);
    for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
        size_t found = 0;
        size_t accused = 0;

        sweep.count = rows[row].flows;
        for (unsigned run = 0; run < runs; run++) {
            for (size_t i = 0; i < sweep.count; i++)
                probe(rng, i, i % 8 == 3 ? &rows[row].bad : &rows[row].good, rows[row].sent);
            judge();
            for (size_t i = 0; i < sweep.count; i++)
                if (sweep.findings[i].verdict == FLOW_SUSPECT)
                    ++*(i % 8 == 3 ? &found : &accused);
        }
        double bad = (double)(rows[row].flows / 8 * runs);

        print_message("# one of eight, row %zu: found %.4f, accused %.5f\n", row,
                      (double)found / bad, (double)accused / (7 * bad));
        assert_true((double)found >= rows[row].found * bad);
        assert_true((double)accused <= rows[row].accused * 7 * bad);
    }
    gsl_rng_free(rng);
}

/* The order in which the flows come changes nothing. */
static void test_order(void **state)
{
    static struct flow_counts flows[FLOWS_MAX];
    static struct flow_finding findings[FLOWS_MAX];
    const struct path good = {0.1, 10 * MS, 3 * MS};
    const struct path bad = {0.5, 12 * MS, 3 * MS};
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);

    (void)state;
    gsl_rng_set(rng, 3);
    sweep.count = 32;
    for (unsigned run = 0; run < 100; run++) {
        for (size_t i = 0; i < sweep.count; i++)
            probe(rng, i, i % 8 ? &good : &bad, 10);
        judge();
        memcpy(flows, sweep.flows, sizeof(flows));
        gsl_ran_shuffle(rng, flows, sweep.count, sizeof(flows[0]));
        assert_int_equal(flows_suspect(flows, sweep.count, findings), 0);
        for (size_t i = 0; i < sweep.count; i++) {
            const struct flow_finding *same = &sweep.findings[flows[i].source_port - 40000];

            assert_int_equal(findings[i].verdict, same->verdict);
            assert_int_equal(findings[i].lossy, same->lossy);
            assert_int_equal(findings[i].slow, same->slow);
            assert_int_equal(findings[i].others_lost, same->others_lost);
            assert_true(findings[i].loss_p == same->loss_p ||
                        (isnan(findings[i].loss_p) && isnan(same->loss_p)));
        }
    }
    gsl_rng_free(rng);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_two_of_sixteen),
        cmocka_unit_test(test_few),
        cmocka_unit_test(test_many_bad),
        cmocka_unit_test(test_nothing_to_compare),
        cmocka_unit_test(test_uneven),
        cmocka_unit_test(test_slow),
        cmocka_unit_test(test_longer_is_not_slow),
        cmocka_unit_test(test_both),
        cmocka_unit_test(test_even),
        cmocka_unit_test(test_one_of_eight),
        cmocka_unit_test(test_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
