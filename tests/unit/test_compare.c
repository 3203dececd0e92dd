/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of stat/compare: vectors worked out with whole numbers, and GSL's own distribution. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_rng.h>
#include <math.h>

#include "stat/compare.h"

static void assert_near(double value, double expected)
{
    if (!(fabs(value - expected) <= 1e-9 * fmax(1, fabs(expected))))
        fail_msg("%.17g, not %.17g", value, expected);
}

static void test_losses(void **state)
{
    /* Sums of binomial coefficients as fractions of whole numbers; the third is Fisher's lady
     * tasting tea, p = 17/70. */
    static const struct {
        uint64_t lost_a, sent_a, lost_b, sent_b;
        double ln_p;
    } rows[] = {
        {12, 20, 0, 40, -16.223236217429097},
        {5, 5, 5, 75, -11.46580124567704},
        {3, 4, 1, 4, -1.4152818979931432},
        {3, 3, 0, 21, -7.6128310304073565},
        {1, 5, 4, 35, -0.6799461071833939},
        {0, 5, 3, 5, 0},
        {10, 10, 0, 70, -28.129668146841237},
        {300, 1000, 100, 7000, -456.0103055099372},
        {0, 0, 3, 5, 0},
        {3, 5, 0, 0, 0},
        {5, 5, 5, 5, 0},
        {0, 5, 0, 5, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_near(compare_losses(rows[i].lost_a, rows[i].sent_a, rows[i].lost_b, rows[i].sent_b),
                    rows[i].ln_p);
}

static void test_losses_as_gsl(void **state)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);

    (void)state;
    gsl_rng_set(rng, 1);
    for (unsigned run = 0; run < 20000; run++) {
        unsigned sent_a = 1 + (unsigned)gsl_rng_uniform_int(rng, 60);
        unsigned sent_b = 1 + (unsigned)gsl_rng_uniform_int(rng, 200);
        unsigned lost_a = (unsigned)gsl_rng_uniform_int(rng, sent_a + 1);
        unsigned lost_b = (unsigned)gsl_rng_uniform_int(rng, sent_b + 1);
        unsigned lost = lost_a + lost_b;
        double p = lost_a == 0
                       ? 1
                       : gsl_cdf_hypergeometric_Q(lost_a - 1, lost, sent_a + sent_b - lost, sent_a);
        double ln_p = compare_losses(lost_a, sent_a, lost_b, sent_b);

        assert_true(ln_p <= 0);
        if (fabs(exp(ln_p) - p) > 1e-9 * p)
            fail_msg("%u of %u, %u of %u: %g, not %g", lost_a, sent_a, lost_b, sent_b, exp(ln_p),
                     p);
    }
    gsl_rng_free(rng);
}

/* Where p itself is no double any more. */
static void test_losses_of_many(void **state)
{
    double half = compare_losses(500000, 1000000, 0, 1000000);
    double most = compare_losses(900000, 1000000, 0, 1000000);

    (void)state;
    assert_true(isfinite(most) && most < half && half < -300000);
    /* All against none is one way of C(n, n/2), which Stirling knows. */
    assert_near(compare_losses(1000000, 1000000, 0, 1000000),
                -(2000000 * log(2) - log(M_PI * 1000000) / 2 - 1 / (8.0 * 1000000)));
    assert_true(compare_losses(500, 1000000, 500, 1000000) > log(0.45));
}

static void test_times_u(void **state)
{
    static const int64_t a[] = {7, 3, 5};
    static const int64_t b[] = {1, 3, 3, 5, 9};

    (void)state;
    /* 7: 4; 3: 1 + 2/2; 5: 3 + 1/2 */
    assert_near(compare_times_u(a, 3, b, 5), 9.5);
    assert_near(compare_times_u(a, 0, b, 5), 0);
    assert_near(compare_times_u(a, 3, b, 0), 0);
}

static void test_times(void **state)
{
    (void)state;
    /* Apart: exact, 1 / C(24, 3) and 1 / C(10, 5). */
    assert_near(compare_times(63, 3, 21), -log(2024));
    assert_near(compare_times(25, 5, 5), -log(252));
    /* R: pnorm((80 - 50 - .5) / sqrt(10 * 10 * 21 / 12), lower = FALSE) = 0.01287 */
    assert_near(compare_times(80, 10, 10), log(gsl_cdf_ugaussian_Q(29.5 / sqrt(175))));
    assert_true(fabs(exp(compare_times(80, 10, 10)) - 0.012876) < 1e-5);
    assert_true(compare_times(0, 10, 10) > log(0.999));
    assert_near(compare_times(0, 0, 10), 0);
    assert_near(compare_times(0, 10, 0), 0);
    /* Far out: the normal tail, no underflow. */
    assert_true(isfinite(compare_times(0.99e12, 1000000, 1000000)));
    assert_true(compare_times(0.99e12, 1000000, 1000000) < -100000);
}

/* Same distribution on both sides, few samples: p <= alpha in at most alpha of the runs. */
static void test_times_level(void **state)
{
    static const double levels[] = {0.05, 0.01, 0.001, 0.0001};
    unsigned hits[4] = {0, 0, 0, 0};
    const unsigned runs = 100000;
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);

    (void)state;
    gsl_rng_set(rng, 2);
    for (unsigned run = 0; run < runs; run++) {
        /* The ranks of 5 out of 45 are all that matters. */
        unsigned char taken[45] = {0};
        double rank_sum = 0;

        for (unsigned i = 0; i < 5;) {
            unsigned long rank = gsl_rng_uniform_int(rng, 45);

            if (!taken[rank]) {
                taken[rank] = 1;
                rank_sum += (double)rank + 1;
                i++;
            }
        }
        double ln_p = compare_times(rank_sum - 15, 5, 40);

        for (unsigned i = 0; i < 4; i++)
            hits[i] += ln_p <= log(levels[i]);
    }
    for (unsigned i = 0; i < 4; i++) {
        double expected = runs * levels[i];

        assert_true(hits[i] <= expected + 3 * sqrt(expected));
    }
    assert_true(hits[0] > 0.04 * runs);
    gsl_rng_free(rng);
}

static void test_choose(void **state)
{
    (void)state;
    assert_near(compare_ln_choose(8, 3), log(56));
    assert_near(compare_ln_choose(52, 5), log(2598960));
    assert_true(compare_ln_choose(9, 0) == 0 && compare_ln_choose(9, 9) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_losses),         cmocka_unit_test(test_losses_as_gsl),
        cmocka_unit_test(test_losses_of_many), cmocka_unit_test(test_times_u),
        cmocka_unit_test(test_times),          cmocka_unit_test(test_times_level),
        cmocka_unit_test(test_choose),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
