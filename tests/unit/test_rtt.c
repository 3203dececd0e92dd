/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The retransmission time-out against the formulas of RFC 6298. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tcb_lab.h"
#include "tcp/rtt.h"

static struct tcb fresh(void)
{
    struct lab lab;
    struct tcb_parameters parameters = lab_parameters();

    lab_init(&lab, &parameters);
    return lab.tcb;
}

static void test_before_the_first_sample(void **state)
{
    struct tcb tcb = fresh();

    (void)state;
    assert_int_equal(tcb.rto, SECOND); /* 2.1 */
    assert_int_equal(tcb.srtt, 0);
}

static void test_samples(void **state)
{
    /* Worked out by hand from 2.2 and 2.3. */
    static const struct {
        int64_t sample, srtt, rttvar, rto;
    } rows[] = {
        {200 * MS, 200 * MS, 100 * MS, 600 * MS},
        {200 * MS, 200 * MS, 75 * MS, 500 * MS},
        {280 * MS, 210 * MS, 76250000, 515 * MS},
        {130 * MS, 200 * MS, 77187500, 508750000},
    };
    struct tcb tcb = fresh();

    (void)state;
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        rtt_sample(&tcb, rows[i].sample);
        assert_int_equal(tcb.srtt, rows[i].srtt);
        assert_int_equal(tcb.rttvar, rows[i].rttvar);
        assert_int_equal(tcb.rto, rows[i].rto);
    }
}

static void test_granularity(void **state)
{
    struct tcb tcb = fresh();

    (void)state;
    tcb.parameters.rto_min = 1;
    for (int i = 0; i < 200; i++)
        rtt_sample(&tcb, 40 * MS);
    /* The variance has died away: G is what is left (2.3). */
    assert_true(4 * tcb.rttvar < RTT_GRANULARITY);
    assert_int_equal(tcb.rto, 41 * MS);
}

static void test_bounds(void **state)
{
    struct tcb tcb = fresh();

    (void)state;
    rtt_sample(&tcb, 1000);
    assert_int_equal(tcb.rto, 200 * MS); /* 2.4 */
    rtt_sample(&tcb, INT64_MAX);
    assert_int_equal(tcb.rto, 60 * SECOND); /* 2.5 */
    tcb = fresh();
    rtt_sample(&tcb, 0);
    assert_int_equal(tcb.srtt, 1); /* there was one */
    rtt_sample(&tcb, -5);
    assert_int_equal(tcb.rto, 200 * MS);
    assert_int_equal(rtt_bounded(&tcb, 0), 200 * MS);
    assert_int_equal(rtt_bounded(&tcb, 3 * SECOND), 3 * SECOND);
    assert_int_equal(rtt_bounded(&tcb, INT64_MAX), 60 * SECOND);
}

static void test_back_off(void **state)
{
    static const int64_t seconds[] = {2, 4, 8, 16, 32, 60, 60, 60};
    struct tcb tcb = fresh();

    (void)state;
    for (unsigned i = 0; i < sizeof(seconds) / sizeof(seconds[0]); i++) {
        rtt_back_off(&tcb);
        assert_int_equal(tcb.rto, seconds[i] * SECOND); /* 5.5 */
    }
    tcb.parameters.rto_max = tcb.rto = INT64_MAX - 1;
    rtt_back_off(&tcb);
    assert_int_equal(tcb.rto, INT64_MAX - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_before_the_first_sample),
        cmocka_unit_test(test_samples),
        cmocka_unit_test(test_granularity),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_back_off),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
