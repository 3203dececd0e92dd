/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of probe/trace: packets kept and put in order, stamps found, findings counted, bounds held.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "probe/trace.h"

static struct seen seen_of(int64_t at, bool outgoing, uint32_t seq)
{
    struct seen seen = {.at = at, .outgoing = outgoing, .stamped = !outgoing};

    seen.segment =
        (struct segment){.source_port = 1, .destination_port = 2, .seq = seq, .flags = TCP_ACK};
    return seen;
}

static void test_stamp(void **state)
{
    struct trace trace;
    struct segment segment;

    (void)state;
    trace_init(&trace);
    for (uint32_t i = 0; i < 4; i++) {
        struct seen seen = seen_of(10 * i, i != 1, i == 3 ? 2 : i);

        assert_int_equal(trace_packet(&trace, &seen), i);
    }
    segment = trace.seen[2].segment;
    assert_int_equal(trace_stamp(&trace, &segment, 21), 2);
    assert_int_equal(trace_stamp(&trace, &segment, 31), 3); /* the same again is the next copy */
    assert_int_equal(trace_stamp(&trace, &segment, 41), TRACE_NONE);
    assert_int_equal(trace.seen[2].at, 21);
    assert_int_equal(trace.seen[3].at, 31);
    assert_false(trace.seen[0].stamped);
    segment = trace.seen[1].segment; /* what came in is not ours */
    assert_int_equal(trace_stamp(&trace, &segment, 51), TRACE_NONE);
    assert_int_equal(trace.seen[1].at, 10);
    segment = trace.seen[0].segment;
    assert_int_equal(trace_stamp(&trace, &segment, 1), 0);
    trace_release(&trace);
}

/* Whatever differs, it is another segment. */
static void test_stamp_differs(void **state)
{
    struct seen seen = seen_of(0, true, 5);
    struct segment other[8];
    struct trace trace;

    (void)state;
    trace_init(&trace);
    assert_int_equal(options_add_timestamps(&seen.segment.options, 1, 2), 0);
    trace_packet(&trace, &seen);
    for (unsigned i = 0; i < 8; i++)
        other[i] = seen.segment;
    other[0].seq++;
    other[1].ack++;
    other[2].flags |= TCP_PSH;
    other[3].payload_total++;
    options_set_timestamps(&other[4].options, 1, 3);
    options_pad(&other[5].options);
    other[6].source_port++;
    other[7].destination_port++;
    for (unsigned i = 0; i < 8; i++)
        assert_int_equal(trace_stamp(&trace, &other[i], 9), TRACE_NONE);
    assert_int_equal(trace_stamp(&trace, &seen.segment, 9), 0);
    trace_release(&trace);
}

static void test_sort(void **state)
{
    static const int64_t times[] = {30, 10, 20, 10, 5};
    static const uint32_t order[] = {4, 1, 3, 2, 0};
    struct trace trace;

    (void)state;
    trace_init(&trace);
    trace_sort(&trace); /* nothing to sort */
    for (uint32_t i = 0; i < 5; i++) {
        struct seen seen = seen_of(times[i], false, i);
        struct step step = {.at = times[i], .event = EVENT_RX_DATA};

        trace_packet(&trace, &seen);
        trace_step(&trace, &step, i);
    }
    trace_step(&trace, &(struct step){.event = EVENT_USER_CLOSE}, TRACE_NONE);
    trace_sort(&trace);
    for (uint32_t i = 0; i < 5; i++) {
        assert_int_equal(trace.seen[i].segment.seq, order[i]);
        /* Steps stay in the order they were taken in, and keep their packets. */
        assert_int_equal(trace.seen[trace.steps[i].seen].segment.seq, i);
        assert_int_equal(trace.steps[i].step.at, times[i]);
    }
    assert_int_equal(trace.steps[5].seen, TRACE_NONE);
    trace_release(&trace);
}

static void test_findings(void **state)
{
    struct trace trace;
    char large[400];

    (void)state;
    trace_init(&trace);
    memset(large, 'x', sizeof large - 1);
    large[sizeof large - 1] = '\0';
    trace_finding(&trace, FINDING_PAWS, "first %d", 1);
    trace_finding(&trace, FINDING_LATE, "%s", large);
    trace_finding(&trace, FINDING_PAWS, "second %d", 2);
    assert_int_equal(trace.finding_count, 2);
    assert_string_equal(trace.findings[0].text, "first 1");
    assert_int_equal(trace.findings[0].count, 2);
    assert_int_equal(trace.findings[1].count, 1);
    assert_int_equal(strlen(trace.findings[1].text), sizeof trace.findings[1].text - 1);
    assert_true(trace_has_finding(&trace, FINDING_LATE));
    assert_false(trace_has_finding(&trace, FINDING_URGENT));
    for (unsigned round = 0; round < 2; round++)
        for (unsigned i = 0; i < FINDING_COUNT; i++)
            trace_mark(&trace, (enum finding)i);
    assert_int_equal(trace.finding_count, FINDING_COUNT);
    for (unsigned i = 0; i < trace.finding_count; i++) {
        enum finding finding = trace.findings[i].finding;

        if (finding != FINDING_PAWS && finding != FINDING_LATE)
            assert_string_equal(trace.findings[i].text, finding_row(finding)->meaning);
        for (unsigned j = 0; j < i; j++)
            assert_int_not_equal(trace.findings[j].finding, finding);
    }
    trace_release(&trace);
}

/* A peer that never stops costs only so much. */
static void test_bounds(void **state)
{
    struct seen seen = seen_of(0, false, 0);
    struct step step = {.event = EVENT_RX_DATA};
    struct trace trace;

    (void)state;
    trace_init(&trace);
    for (unsigned i = 0; i < TRACE_SEEN_MAX; i++) {
        seen.at = TRACE_SEEN_MAX - i;
        assert_int_equal(trace_packet(&trace, &seen), i);
    }
    assert_int_equal(trace_packet(&trace, &seen), TRACE_NONE);
    assert_int_equal(trace_packet(&trace, &seen), TRACE_NONE);
    for (unsigned i = 0; i < TRACE_STEPS_MAX + 3; i++)
        trace_step(&trace, &step, i % 2 ? 0 : TRACE_NONE);
    assert_int_equal(trace.seen_count, TRACE_SEEN_MAX);
    assert_int_equal(trace.seen_lost, 2);
    assert_int_equal(trace.step_count, TRACE_STEPS_MAX);
    assert_int_equal(trace.steps_lost, 3);
    trace_sort(&trace);
    for (unsigned i = 1; i < TRACE_SEEN_MAX; i++)
        assert_true(trace.seen[i - 1].at < trace.seen[i].at);
    assert_int_equal(trace.steps[1].seen, TRACE_SEEN_MAX - 1);
    trace_release(&trace);
    assert_int_equal(trace.seen_count, 0);
}

/* Bytes that belong to the frame are not pointed to when the frame has gone. */
static void test_nothing_borrowed(void **state)
{
    uint8_t bytes[4] = {1, 2, 3, 4};
    struct seen seen = seen_of(0, false, 0);
    struct trace trace;

    (void)state;
    trace_init(&trace);
    seen.segment.payload = bytes;
    seen.segment.payload_length = seen.segment.payload_total = sizeof bytes;
    seen.icmp.has_quote = true;
    trace_packet(&trace, &seen);
    assert_null(trace.seen[0].segment.payload);
    assert_false(trace.seen[0].icmp.has_quote);
    trace_release(&trace);
}

static void test_remarks(void **state)
{
    (void)state;
    for (unsigned i = 0; i < REMARK_COUNT; i++) {
        assert_true(strlen(remark_words((enum remark)i)) > 0);
        for (unsigned j = 0; j < i; j++)
            assert_string_not_equal(remark_words((enum remark)i), remark_words((enum remark)j));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stamp),   cmocka_unit_test(test_stamp_differs),
        cmocka_unit_test(test_sort),    cmocka_unit_test(test_findings),
        cmocka_unit_test(test_bounds),  cmocka_unit_test(test_nothing_borrowed),
        cmocka_unit_test(test_remarks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
