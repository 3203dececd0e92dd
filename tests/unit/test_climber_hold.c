/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of probe/climber_hold: what of the packets that come for the connection that is held is its
 * SYN,ACK again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "probe/climber.h"
#include "probe/ladder/repeats.h"

#define MILLISECOND INT64_C(1000000)
#define SECOND      INT64_C(1000000000)

#define OURS   1000u
#define THEIRS 7000u

/* One that was answered, and is held. */
struct held {
    struct climber climber;
    struct climber_shot shot;
};

static void hold(struct held *held)
{
    struct ladder_look first = {
        .at = SECOND,
        .segment = {.flags = TCP_SYN | TCP_ACK, .seq = THEIRS, .ack = OURS + 1},
    };

    *held = (struct held){.shot = {.part = LADDER_PART_HOLD}};
    held->shot.climber = &held->climber;
    held->climber.held = &held->shot;
    climber_hold_answered(&held->shot, &first);
    assert_true(held->climber.hold.answered);
}

/* A segment of the peer's comes so long after the SYN,ACK. */
static void come(struct held *held, uint16_t flags, uint32_t seq, uint32_t ack, int64_t after)
{
    const struct packet packet = {.family = IP_FAMILY_V4, .hop_limit = 64};
    const struct segment segment = {.flags = flags, .seq = seq, .ack = ack};

    climber_hold_packet(&held->shot, &packet, &segment, SECOND + after);
}

static void test_repeats(void **state)
{
    struct held held;
    struct ladder_repeats repeats;

    (void)state;
    hold(&held);
    come(&held, TCP_SYN | TCP_ACK, THEIRS, OURS + 1, SECOND);
    come(&held, TCP_SYN | TCP_ACK, THEIRS, OURS + 1, 3 * SECOND);
    come(&held, TCP_SYN | TCP_ACK, THEIRS, OURS + 1, 7 * SECOND);
    repeats_judge(&held.climber.hold, &repeats);
    assert_int_equal(repeats.count, 3);
    assert_int_equal(repeats.growth, REPEATS_DOUBLING);
    assert_false(repeats.isn_changed);
}

/* What the path has made of one SYN,ACK is no repeat of the peer's. */
static void test_copies(void **state)
{
    struct held held;
    struct ladder_repeats repeats;

    (void)state;
    hold(&held);
    come(&held, TCP_SYN | TCP_ACK, THEIRS, OURS + 1, 2 * MILLISECOND);
    come(&held, TCP_SYN | TCP_ACK, THEIRS, OURS + 1, SECOND);
    come(&held, TCP_SYN | TCP_ACK, THEIRS, OURS + 1, SECOND + MILLISECOND);
    come(&held, TCP_SYN | TCP_ACK, THEIRS, OURS + 1, 3 * SECOND);
    come(&held, TCP_SYN | TCP_ACK, THEIRS, OURS + 1, 3 * SECOND + 90 * MILLISECOND);
    repeats_judge(&held.climber.hold, &repeats);
    assert_int_equal(repeats.count, 2);
    assert_int_equal(repeats.gaps[0], SECOND);
    assert_int_equal(repeats.gaps[1], 2 * SECOND);
    assert_int_equal(repeats.growth, REPEATS_DOUBLING);
}

/* The hastiest stack is not taken for a path. */
static void test_hasty(void **state)
{
    struct held held;

    (void)state;
    hold(&held);
    come(&held, TCP_SYN | TCP_ACK, THEIRS, OURS + 1, 200 * MILLISECOND);
    assert_int_equal(held.climber.hold.repeat_count, 1);
}

static void test_another_isn(void **state)
{
    struct held held;
    struct ladder_repeats repeats;

    (void)state;
    hold(&held);
    come(&held, TCP_SYN | TCP_ACK, THEIRS + 64000, OURS + 1, SECOND);
    repeats_judge(&held.climber.hold, &repeats);
    assert_int_equal(repeats.count, 1);
    assert_true(repeats.isn_changed);
}

/* What answers another SYN, or none, is not that SYN,ACK. */
static void test_others(void **state)
{
    struct held held;

    (void)state;
    hold(&held);
    come(&held, TCP_SYN | TCP_ACK, THEIRS, OURS + 2, SECOND);
    come(&held, TCP_SYN, THEIRS, OURS + 1, SECOND);
    come(&held, TCP_ACK, THEIRS + 1, OURS + 1, SECOND);
    assert_int_equal(held.climber.hold.repeat_count, 0);
    assert_int_equal(held.climber.hold_state, CLIMBER_HOLD_HELD);
}

/* Of more than there is room for, the first are kept and all are counted. */
static void test_many(void **state)
{
    struct held held;

    (void)state;
    hold(&held);
    for (int i = 1; i <= LADDER_HOLD_REPEATS + 5; i++)
        come(&held, TCP_SYN | TCP_ACK, THEIRS, OURS + 1, i * SECOND);
    assert_int_equal(held.climber.hold.repeat_count, LADDER_HOLD_REPEATS + 5);
    assert_int_equal(held.climber.hold.repeats[LADDER_HOLD_REPEATS - 1].at,
                     SECOND + LADDER_HOLD_REPEATS * SECOND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_repeats), cmocka_unit_test(test_copies),
        cmocka_unit_test(test_hasty),   cmocka_unit_test(test_another_isn),
        cmocka_unit_test(test_others),  cmocka_unit_test(test_many),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
