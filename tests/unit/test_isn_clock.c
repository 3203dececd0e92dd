/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of stat/isn/clock_name, clock_pairs, clock_vote, cluster: known answers, and GSL's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_multifit.h>
#include <math.h>
#include <string.h>

#include "stat/isn/clock_name.h"
#include "stat/isn/clock_pairs.h"
#include "stat/isn/cluster.h"

enum { COUNT = 200 };

static double times[COUNT], contacts[COUNT];
static uint32_t isns[COUNT];
static const struct isn_track track = {COUNT, times, contacts, isns};
static struct isn_pair pairs[ISN_PAIRS_MOST];

/* 0 <= u < 1, always the same ones. */
static double uniform(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (double)(*state >> 40) / 0x1p24;
}

/* Gaps of 2 … 60 ms, one to five connections; noise is uniform and symmetric. */
static void fill(double rate, double each, double noise)
{
    uint64_t state = 7;
    double time = 0, contact = 0;

    for (size_t i = 0; i < COUNT; i++) {
        time += 0.002 + 0.058 * pow(uniform(&state), 3);
        contact += 1 + floor(5 * uniform(&state));
        times[i] = time;
        contacts[i] = contact;
        isns[i] = (uint32_t)(int64_t)floor(0xfff00000u + rate * time + each * contact +
                                           noise * (2 * uniform(&state) - 1));
    }
}

static void test_names(void **state)
{
    static const struct {
        double rate, reach, nominal; /* nominal 0: none */
    } rows[] = {
        {250000, NAN, 250000},
        {249960, NAN, 250000},
        {249940, NAN, 0},
        {249940, 20, 250000},
        {244140, NAN, 244140.625},
        {247000, 5000, 0},
        {15625781, NAN, 15625000},
        {1048576, NAN, 1048576},
        {1e6, NAN, 1e6},
        {1.02e6, 30000, 0},
        {2, 0.01, 2},
        {0.3, 0.01, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct isn_clock_name *name = isn_clock_name(
            rows[i].rate, rows[i].rate - rows[i].reach, rows[i].rate + rows[i].reach);

        if ((name ? name->rate : 0) != rows[i].nominal)
            fail_msg("%g +- %g: %s", rows[i].rate, rows[i].reach, name ? name->name : "none");
    }
    for (size_t i = 1; i < isn_clock_name_count; i++)
        assert_true(isn_clock_names[i].rate > isn_clock_names[i - 1].rate * 1.02);
}

static void test_votes(void **state)
{
    struct isn_pace pace = {.rate = 1000};
    struct isn_vote vote;

    (void)state;
    for (size_t i = 0; i < COUNT; i++)
        pairs[i] = (struct isn_pair){.time = 1, .contacts = 1, .up = 1000};
    vote = isn_pairs_vote(pairs, COUNT, &pace, UINT32_MAX, NULL);
    /* All of them off by nothing: 2^-32 each. */
    assert_int_equal(vote.tolerance, 0);
    assert_true(vote.share == 1 && fabs(vote.log_p + COUNT * 32 * M_LN2) < 1e-6);

    /* A quarter of them; the others are far away. Chernoff's bound is above the binomial's tail, by
     * no more than a factor of 2 sqrt(n). */
    for (size_t i = COUNT / 4; i < COUNT; i++)
        pairs[i].up = 3000000000u + (uint32_t)i * 1000003;
    for (size_t i = 0; i < COUNT / 4; i++)
        pairs[i].up = 1000 + (1u << 20) - 1;
    vote = isn_pairs_vote(pairs, COUNT, &pace, 1u << 22, NULL);
    assert_int_equal(vote.tolerance, (1u << 20) - 1);
    assert_true(vote.share == 0.25);

    double exact =
        log(gsl_cdf_binomial_Q(COUNT / 4 - 1, (2.0 * ((1 << 20) - 1) + 1) / 0x1p32, COUNT));

    assert_true(vote.log_p >= exact && vote.log_p < exact + log(2 * sqrt(COUNT)));
    /* Beyond the limit they do not count. */
    vote = isn_pairs_vote(pairs, COUNT, &pace, 1u << 18, NULL);
    assert_true(vote.log_p == 0 && vote.share == 0);
}

/* Numbers that are only of few values: pairs agree, but so do those drawn from afar. */
static void test_drawn(void **state)
{
    struct isn_pace still = {0};
    uint64_t random = 3;
    struct isn_vote vote;

    (void)state;
    fill(0, 0, 0);
    for (size_t i = 0; i < COUNT; i++)
        isns[i] = (uint32_t)(8 * uniform(&random)) << 29;

    size_t count = isn_pairs_make(&track, 1, 3, pairs);

    assert_int_equal(count, 3 * COUNT - 6);
    assert_true(isn_pairs_vote(pairs, count, &still, UINT32_MAX, NULL).log_p < -500);
    assert_true(isn_pairs_vote(pairs, count, &still, UINT32_MAX, &track).log_p > ISN_VOTE_LOG_P);
    assert_int_equal(isn_clock_vote(&track, &vote), 0);
    assert_true(vote.log_p > ISN_VOTE_LOG_P);
}

static void test_refine(void **state)
{
    struct isn_pace pace = {.rate = 249000};
    size_t count;

    (void)state;
    fill(250000, 64, 0);
    count = isn_pairs_make(&track, 1, 3, pairs);
    assert_true(isn_pairs_refine(pairs, count, 1u << 20, true, &pace));
    assert_true(fabs(pace.rate - 250000) < 10 && fabs(pace.each - 64) < 0.5);
    /* None within the tolerance: as before. */
    pace.rate = 1e9;
    assert_false(isn_pairs_refine(pairs, count, 10, false, &pace));
    assert_true(pace.rate == 1e9);
}

/* The same regression by GSL. */
static void test_each(void **state)
{
    struct isn_pace pace = {.rate = 250000};
    gsl_matrix *x;
    gsl_vector *y, *c = gsl_vector_alloc(2);
    gsl_matrix *covariance = gsl_matrix_alloc(2, 2);
    gsl_multifit_linear_workspace *work;
    double chisq;
    size_t count;

    (void)state;
    fill(250100, 300, 500);
    count = isn_pairs_make(&track, 1, 1, pairs);
    x = gsl_matrix_alloc(count, 2);
    y = gsl_vector_alloc(count);
    for (size_t i = 0; i < count; i++) {
        gsl_matrix_set(x, i, 0, pairs[i].time);
        gsl_matrix_set(x, i, 1, pairs[i].contacts);
        gsl_vector_set(y, i, (double)pairs[i].up - floor(pace.rate * pairs[i].time));
    }
    work = gsl_multifit_linear_alloc(count, 2);
    gsl_multifit_linear(x, y, c, covariance, &chisq, work);

    struct isn_each each = isn_pairs_each(pairs, count, 1u << 20, 1, &pace);

    assert_int_equal(each.pairs, count);
    assert_true(fabs(each.each - gsl_vector_get(c, 1)) < 1e-6);
    assert_true(fabs(each.error - sqrt(gsl_matrix_get(covariance, 1, 1))) < 1e-6);
    assert_true(fabs(each.deviation - sqrt(chisq / (double)(count - 2))) < 1e-6);
    assert_true(fabs(each.each - 300) < 4 * each.error && each.gain > 0.15);
    gsl_multifit_linear_free(work);
    gsl_matrix_free(x);
    gsl_matrix_free(covariance);
    gsl_vector_free(y);
    gsl_vector_free(c);
}

/* Clocks that are in no table, with time stamps 30 us off. */
static void test_vote(void **state)
{
    static const double rates[] = {77, 1000.02, 31415.9, 271828.18, 15625312, 42424242, 7.7e8};
    struct isn_vote vote;

    (void)state;
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        fill(rates[i], 0, rates[i] * 30e-6);
        assert_int_equal(isn_clock_vote(&track, &vote), 0);
        if (vote.log_p > -500 || fabs(vote.pace.rate - rates[i]) > 2e-3 * rates[i] + 0.5 ||
            vote.share < 0.9)
            fail_msg("%g: %g, log p %g", rates[i], vote.pace.rate, vote.log_p);
    }
    /* A step of each connection that is no part of the time's. */
    fill(1e6, 4096, 30);
    assert_int_equal(isn_clock_vote(&track, &vote), 0);
    assert_true(fabs(vote.pace.rate - 1e6) < 200 && fabs(vote.pace.each - 4096) < 2);
}

static void test_vote_few(void **state)
{
    struct isn_track few = track;
    struct isn_vote vote;

    (void)state;
    fill(1e6, 0, 0);
    few.count = 7;
    assert_int_equal(isn_clock_vote(&few, &vote), 0);
    assert_true(vote.log_p == 0);
}

/* Two servers that take turns, and a third of noise. */
static void test_cluster(void **state)
{
    struct isn_pace pace = {.rate = 1e6};
    struct isn_clusters clusters;
    uint64_t random = 5;
    uint8_t of[COUNT];
    size_t ones = 0;

    (void)state;
    fill(1e6, 0, 20);
    for (size_t i = 0; i < COUNT; i++) {
        isns[i] += i % 3 == 1 ? 0x40000000 : 0;
        if (i % 3 == 2)
            isns[i] = (uint32_t)(uniform(&random) * 0x1p32);
        ones += i % 3 < 2;
    }
    assert_int_equal(isn_cluster(&track, &pace, 100, 0, 4, &clusters, of), 0);
    assert_int_equal(clusters.count, 2);
    assert_int_equal(clusters.covered, ones);
    assert_int_equal(clusters.switches, ones - 1);
    assert_int_equal(clusters.list[0].first, 0);
    assert_int_equal(clusters.list[1].first, 1);
    assert_int_equal(of[3], 0);
    assert_int_equal(of[4], 1);
    assert_int_equal(of[5], ISN_CLUSTER_NONE);

    isn_cluster_join(&clusters, of, COUNT, 0, 1);
    assert_int_equal(clusters.count, 1);
    assert_int_equal(clusters.list[0].count, ones);
    assert_int_equal(clusters.switches, 0);
    assert_int_equal(of[4], 0);
}

/* Rate, step and two levels by GSL: the columns time, connections, and one for each level. */
static void test_fit(void **state)
{
    enum { COLUMNS = 4 };
    struct isn_pace pace = {.rate = 1e6, .each = 64};
    gsl_multifit_linear_workspace *work = gsl_multifit_linear_alloc(COUNT, COLUMNS);
    gsl_matrix *x = gsl_matrix_calloc(COUNT, COLUMNS);
    gsl_matrix *covariance = gsl_matrix_alloc(COLUMNS, COLUMNS);
    gsl_vector *y = gsl_vector_alloc(COUNT), *c = gsl_vector_alloc(COLUMNS);
    struct isn_clusters clusters = {.count = 2};
    struct isn_fit fit;
    uint8_t of[COUNT];
    double chisq;

    (void)state;
    fill(1000030, 60, 50);
    for (size_t i = 0; i < COUNT; i++) {
        of[i] = i >= COUNT / 2;
        isns[i] += of[i] ? 0x12345678 : 0;
        gsl_matrix_set(x, i, 0, times[i]);
        gsl_matrix_set(x, i, 1, contacts[i]);
        gsl_matrix_set(x, i, 2 + of[i], 1);
        gsl_vector_set(y, i,
                       (double)(int32_t)isn_pace_rest(&pace, isns[i] - (of[i] ? 0x12345678 : 0),
                                                      times[i], contacts[i]));
    }
    gsl_multifit_linear(x, y, c, covariance, &chisq, work);
    assert_true(isn_cluster_fit(&track, &clusters, of, NULL, true, &pace, &fit));
    assert_int_equal(fit.used, COUNT);
    assert_true(fabs(fit.pace.rate - 1e6 - gsl_vector_get(c, 0)) < 1e-4);
    assert_true(fabs(fit.pace.each - 64 - gsl_vector_get(c, 1)) < 1e-6);
    assert_true(fabs(fit.rate_error / sqrt(gsl_matrix_get(covariance, 0, 0)) - 1) < 0.01);
    assert_true(fabs(fit.each_error / sqrt(gsl_matrix_get(covariance, 1, 1)) - 1) < 0.01);
    assert_true(fabs(fit.levels[0] - (gsl_vector_get(c, 2) + 0x1p32)) < 1e-3);
    assert_true(fabs(fit.levels[1] - (gsl_vector_get(c, 3) + 0x12345678)) < 1e-3);
    gsl_multifit_linear_free(work);
    gsl_matrix_free(x);
    gsl_matrix_free(covariance);
    gsl_vector_free(y);
    gsl_vector_free(c);
}

/* Times centuries apart: 4e9 numbers a second are beyond 2^63 after 73 years. */
static void test_centuries(void **state)
{
    static const struct isn_pace pace = {4e9, 0}, none = {0, 0};

    (void)state;
    assert_int_equal(isn_pace_rest(&pace, 5, 3e9, 0), 5 - (uint32_t)UINT64_C(12000000000000000000));
    assert_int_equal(isn_pace_rest(&pace, 5, -3e9, 0),
                     5 + (uint32_t)UINT64_C(12000000000000000000));
    assert_int_equal(isn_pace_rest(&pace, 5, 2e9, 0), 5 - (uint32_t)UINT64_C(8000000000000000000));
    assert_int_equal(isn_pace_rest(&pace, 5, INFINITY, 0), 5);
    assert_int_equal(isn_pace_rest(&none, 5, 3e9, 0), 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),    cmocka_unit_test(test_votes),
        cmocka_unit_test(test_drawn),    cmocka_unit_test(test_refine),
        cmocka_unit_test(test_each),     cmocka_unit_test(test_vote),
        cmocka_unit_test(test_vote_few), cmocka_unit_test(test_cluster),
        cmocka_unit_test(test_fit),      cmocka_unit_test(test_centuries),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
