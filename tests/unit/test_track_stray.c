/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of probe/track: a SYN in the middle of a connection that turns out to begin a new one. */
#include "track_script.h"

/* As script_on_segment(), and "4.0<1": connection 1 was told of it before. */
static int on_segment(void *data, struct connection *connection, const struct tracked *tracked)
{
    struct script *script = data;
    int got = script_on_segment(data, connection, tracked);

    if (tracked->before != 0) {
        got = script_told(script, "<%llu", (unsigned long long)tracked->before);
        assert_true(tracked->before < connection->number);
        assert_true(tracked->frame->number < script->frame);
        assert_int_equal(connection->last_frame, tracked->frame->number);
        assert_int_equal(tracked->frame->bytes[tracked->frame->length - 1], 0);
        assert_true(tracked->frame->length <= tracked->frame->wire_length);
        assert_int_equal(tracked->segment->payload_length, tracked->segment->payload_total < 64
                                                               ? tracked->segment->payload_total
                                                               : 64);
    }
    return got;
}

static void begin(struct script *script)
{
    struct track_options options = script_options(script);

    options.calls.segment = on_segment;
    script_begin(script, options);
    script_open(script, 40000);
    script_is(script, "1.0 1.1 1.0 1!");
    script->at += SECOND;
}

static int crashed(struct script *script, uint32_t isn)
{
    struct shot syn = client_shot(40000, TCP_SYN, isn, 0);

    syn.options = "mss 1400,wscale 9";
    return script_shot(script, &syn);
}

/* What a connection that began with its SYN is known by. */
static void check_begun(const struct script *script, uint64_t first_frame, uint32_t copies)
{
    const struct follow *follow = &script->last.follow;
    struct follow_verdict verdict;

    follow_judge(follow, script->at, &verdict);
    assert_int_equal(script->last.first_frame, first_frame);
    assert_int_equal(follow->client, 0);
    assert_int_equal(follow->ends[0].copy_count, copies);
    assert_int_equal(follow->ends[0].mss, 1400);
    assert_int_equal(follow->ends[0].wscale, 9);
    assert_int_equal(follow->ends[1].copy_count, 1);
    assert_false(verdict.began_late);
    assert_int_equal(verdict.verdict, VERDICT_OPEN);
    assert_int_equal(verdict.server_half.rtt, copies == 1 ? SECOND / 100 : OPENING_UNKNOWN);
    assert_int_equal(script_counts(script)->begun_late, 0);
}

static void test_answered(void **state)
{
    struct script script;
    (void)state;
    begin(&script);
    assert_int_equal(crashed(&script, 777000), 0);
    script_is(&script, "1.0");
    assert_int_equal(script.events & FOLLOW(STRAY_SYN), FOLLOW(STRAY_SYN));
    script.at += SECOND / 100;
    assert_int_equal(server(&script, 40000, TCP_SYN | TCP_ACK, 9000, 777001), 0);
    script_is(&script, "1=REUSED+1.010 2.0 <1 2.1");
    assert_int_equal(client(&script, 40000, TCP_ACK, 777001, 9001), 0);
    script_is(&script, "2.0 2!");
    check_begun(&script, 4, 1);
    assert_int_equal(script_counts(&script)->segments, 6);
    script_free(&script);
}

/* RFC 5961 section 4: a challenge ACK, the RST that it draws, and the SYN again. */
static void test_challenged(void **state)
{
    static const int64_t waits[] = {SECOND / 2, SECOND, 3 * SECOND};
    (void)state;
    for (size_t i = 0; i < sizeof waits / sizeof waits[0]; i++) {
        struct script script;

        begin(&script);
        assert_int_equal(crashed(&script, 777000), 0);
        assert_int_equal(server(&script, 40000, TCP_ACK, 5001, 1001), 0);
        assert_int_equal(script.events & FOLLOW(CHALLENGE_ACK), FOLLOW(CHALLENGE_ACK));
        assert_int_equal(client(&script, 40000, TCP_RST, 1001, 0), 0);
        script_is(&script, "1.0 1.1 1.0");
        script.at += waits[i];
        assert_int_equal(crashed(&script, 777000), 0);
        script_is(&script, i == 0   ? "1=REUSED+1.500 2.0 <1 2.0"
                           : i == 1 ? "1=OVER+2.000 2.0 <1 2.0"
                                    : "1=OVER+4.000 2.0 <1 2.0");
        script.at += SECOND / 100;
        assert_int_equal(server(&script, 40000, TCP_SYN | TCP_ACK, 9000, 777001), 0);
        assert_int_equal(client(&script, 40000, TCP_ACK, 777001, 9001), 0);
        script_is(&script, "2.1 2.0 2!");
        check_begun(&script, 4, 2);
        script_free(&script);
    }
}

/* Only the SYN that is answered, and each once; others stay where they are. */
static void test_others(void **state)
{
    struct script script;
    (void)state;
    begin(&script);
    assert_int_equal(crashed(&script, 555000), 0);
    assert_int_equal(crashed(&script, 777000), 0);
    assert_int_equal(server(&script, 40000, TCP_SYN, 777000, 0), 0);
    assert_int_equal(client(&script, 40001, TCP_SYN, 777000, 0), 0);
    script_is(&script, "1.0 1.0 1.1 2.0");
    script.at += SECOND / 100;
    assert_int_equal(server(&script, 40001, TCP_SYN | TCP_ACK, 9000, 777001), 0);
    script_is(&script, "2.1");
    assert_int_equal(server(&script, 40000, TCP_SYN | TCP_ACK, 9000, 777001), 0);
    script_is(&script, "1=REUSED+1.010 3.0 <1 3.1");
    assert_int_equal(client(&script, 40000, TCP_ACK, 777001, 9001), 0);
    script_is(&script, "3.0 3!");
    check_begun(&script, 5, 1);
    /* The same numbers once more, when all of it is over: nothing is told a third time. */
    assert_int_equal(client(&script, 40000, TCP_RST, 777001, 0), 0);
    script.at += 2 * SECOND;
    assert_int_equal(crashed(&script, 12), 0);
    script_is(&script, "3.0 3=OVER+3.010 4.0");
    assert_int_equal(track_end(script.track, &script.fault), 0);
    script_is(&script, "2! 2=END+3.010 4! 4=END+3.010");
    script_free(&script);
}

/* A SYN with data: what is kept of them is bounded. */
static void test_early_data(void **state)
{
    struct shot syn = client_shot(40000, TCP_SYN, 777000, 0);
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct script script;

        syn.data = i == 0 ? 10 : 1400;
        begin(&script);
        assert_int_equal(script_shot(&script, &syn), 0);
        assert_int_equal(server(&script, 40000, TCP_SYN | TCP_ACK, 9000, 777001), 0);
        script_is(&script, "1.0 1=REUSED+1.000 2.0 <1 2.1");
        assert_int_equal(script.last.follow.ends[0].counts.bytes, syn.data);
        script_free(&script);
    }
}

/* What is kept is of one capture, and bounded: of many the oldest are forgotten. */
static void test_forgotten(void **state)
{
    struct script script;
    (void)state;
    begin(&script);
    assert_int_equal(crashed(&script, 777000), 0);
    assert_int_equal(track_end(script.track, &script.fault), 0);
    script_is(&script, "1.0 1=END+1.000");
    assert_int_equal(server(&script, 40000, TCP_SYN | TCP_ACK, 9000, 777001), 0);
    script_is(&script, "2.1");
    script_free(&script);

    begin(&script);
    for (uint32_t i = 0; i < 100; i++)
        assert_int_equal(crashed(&script, 777000 + 1000 * i), 0);
    script.told_length = 0;
    script.told[0] = '\0';
    assert_int_equal(client(&script, 40000, TCP_RST, 1001, 0), 0);
    assert_int_equal(crashed(&script, 777000 + 67000), 0);
    script_is(&script, "1.0 1=REUSED+1.000 2.0");
    assert_int_equal(crashed(&script, 777000 + 68000), 0);
    script_is(&script, "2! 2=REUSED+1.000 3.0 <1 3.0");
    script_free(&script);
}

/* What the call returns at the SYN's second telling comes back at once. */
static void test_call_returns(void **state)
{
    struct script script;
    (void)state;
    begin(&script);
    assert_int_equal(crashed(&script, 777000), 0);
    script_is(&script, "1.0");
    script.stop_at = "<1";
    assert_int_equal(server(&script, 40000, TCP_SYN | TCP_ACK, 9000, 777001), 77);
    script_is(&script, "1=REUSED+1.000 2.0 <1");
    script_free(&script);
    assert_int_equal(script.freed, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answered),  cmocka_unit_test(test_challenged),
        cmocka_unit_test(test_others),    cmocka_unit_test(test_early_data),
        cmocka_unit_test(test_forgotten), cmocka_unit_test(test_call_returns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
