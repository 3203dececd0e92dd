/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of flows_confirm: suspicions of loss and of slowness, confirmed, dropped or left open. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "stat/flows.h"

/* The suspect, and two others. */
static struct flow_counts flows[3];
static int64_t room[3][10];

/* `n` of 10 probes answered, in `first` ns, the next in 50 us more, and so on. */
static void times(size_t flow, size_t n, int64_t first)
{
    for (size_t i = 0; i < n; i++)
        room[flow][i] = first + (int64_t)i * 50000;
    flows[flow] = (struct flow_counts){.sent = 10, .times = room[flow], .n = n};
}

static void test_confirm_losses(void **state)
{
    static const struct {
        uint64_t before_lost, before_sent, lost, sent, others_lost, others_sent;
        enum flow_verdict verdict;
    } rows[] = {
        {5, 5, 12, 20, 0, 40, FLOW_BAD},      {5, 5, 20, 20, 0, 40, FLOW_BAD},
        {5, 5, 0, 20, 0, 40, FLOW_GOOD},      {3, 5, 0, 10, 0, 20, FLOW_GOOD},
        {2, 5, 0, 5, 0, 10, FLOW_SUSPECT},    /* too few to acquit: 2 of 5, 0 of 5 */
        {5, 5, 2, 20, 0, 40, FLOW_GOOD},      /* p = 0.107, and far better than before */
        {5, 5, 3, 20, 0, 40, FLOW_SUSPECT},   /* p = 0.033: between the two levels */
        {5, 5, 20, 20, 40, 40, FLOW_SUSPECT}, /* now the others lose as much, and it no less */
        {5, 5, 0, 0, 0, 40, FLOW_SUSPECT},    {5, 5, 20, 20, 0, 0, FLOW_SUSPECT},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct flow_finding before = {.verdict = FLOW_SUSPECT,
                                      .lossy = true,
                                      .sent = rows[i].before_sent,
                                      .lost = rows[i].before_lost};
        struct flow_counts flow = {.source_port = 7, .sent = rows[i].sent, .lost = rows[i].lost};
        struct flow_counts others[] = {
            {.sent = rows[i].others_sent / 2, .lost = rows[i].others_lost / 2},
            {.sent = rows[i].others_sent / 2, .lost = rows[i].others_lost / 2},
        };
        struct flow_finding finding;

        assert_int_equal(flows_confirm(&before, &flow, others, 2, &finding), 0);
        if (finding.verdict != rows[i].verdict)
            fail_msg("row %zu: %u, p = %g", i, finding.verdict, finding.loss_p);
        assert_int_equal(finding.lossy, finding.verdict != FLOW_GOOD);
        assert_false(finding.slow);
        assert_int_equal(finding.source_port, 7);
        assert_int_equal(finding.others_sent, rows[i].others_sent);
        assert_int_equal(finding.others_lost, rows[i].others_lost);
    }
}

static void test_confirm_numbers(void **state)
{
    struct flow_finding before = {.lossy = true, .sent = 5, .lost = 5};
    struct flow_counts flow = {.sent = 20, .lost = 12};
    struct flow_counts others[] = {{.sent = 20}, {.sent = 20}};
    struct flow_finding finding;

    (void)state;
    assert_int_equal(flows_confirm(&before, &flow, others, 2, &finding), 0);
    /* C(20, 12) / C(60, 12) */
    assert_true(fabs(finding.loss_p / 9.001979760398805e-08 - 1) < 1e-9);
    assert_true(isnan(finding.p50) && isnan(finding.others_p50) && isnan(finding.slow_p));
    assert_int_equal(flows_confirm(&before, &flow, NULL, 0, &finding), 0);
    assert_true(isnan(finding.loss_p));
    assert_int_equal(finding.verdict, FLOW_SUSPECT);
}

static void test_confirm_times(void **state)
{
    struct flow_finding before = {.slow = true, .sent = 5};
    struct flow_finding finding;

    (void)state;
    times(0, 10, 15000000);
    times(1, 10, 10000000);
    times(2, 10, 10010000);
    assert_int_equal(flows_confirm(&before, flows, flows + 1, 2, &finding), 0);
    assert_int_equal(finding.verdict, FLOW_BAD);
    assert_true(finding.slow && !finding.lossy);
    assert_int_equal(finding.n, 10);
    assert_int_equal(finding.others_n, 20);
    assert_true(fabs(finding.p50 - 15225000) < 1e-6);
    assert_true(fabs(finding.others_p50 - 10230000) < 1e-6);
    assert_true(fabs(finding.slow_p * 30045015 - 1) < 1e-9); /* C(30, 10) */

    /* As fast as the others now. */
    times(0, 10, 10005000);
    assert_int_equal(flows_confirm(&before, flows, flows + 1, 2, &finding), 0);
    assert_int_equal(finding.verdict, FLOW_GOOD);
    /* Clearly behind, but by less than the margin. */
    times(0, 10, 10600000);
    assert_int_equal(flows_confirm(&before, flows, flows + 1, 2, &finding), 0);
    assert_int_equal(finding.verdict, FLOW_GOOD);
    assert_true(finding.slow_p < 0.01);
    /* Too few to tell. */
    times(0, 4, 10005000);
    assert_int_equal(flows_confirm(&before, flows, flows + 1, 2, &finding), 0);
    assert_int_equal(finding.verdict, FLOW_SUSPECT);
    assert_true(finding.slow && !finding.lossy);
    /* It was slow, now it loses everything. */
    flows[0].n = 0;
    flows[0].lost = 10;
    assert_int_equal(flows_confirm(&before, flows, flows + 1, 2, &finding), 0);
    assert_int_equal(finding.verdict, FLOW_BAD);
    assert_true(finding.lossy && !finding.slow);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_confirm_losses),
        cmocka_unit_test(test_confirm_numbers),
        cmocka_unit_test(test_confirm_times),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
