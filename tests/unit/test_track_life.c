/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of probe/track: how long a connection is followed, what comes after it, and who makes room.
 */
#include "track_script.h"

/* Something else, so that time is seen to go on. */
static void tick(struct script *script)
{
    static const uint8_t arp[60] = {[12] = 8, [13] = 6};

    assert_int_equal(script_bytes(script, ETHERNET, arp, sizeof arp, sizeof arp), 0);
}

static void pass(struct script *script, int64_t ns)
{
    for (; ns > (30 * SECOND); ns -= (30 * SECOND)) {
        script->at += (30 * SECOND);
        tick(script);
    }
    script->at += ns;
    tick(script);
}

/* All of this is over, and told a second of silence later. */
static void test_over(void **state)
{
    static const struct {
        const char *name, *told;
        struct {
            bool by_server;
            uint16_t flags;
            uint32_t seq, ack;
        } segments[8];
    } rows[] = {
        {"closed",
         "1.0 1.1 1.0 1! 1.0 1.1 1.0 1=OVER+1.000",
         {{0, TCP_SYN, 1000, 0},
          {1, TCP_SYN | TCP_ACK, 5000, 1001},
          {0, TCP_ACK, 1001, 5001},
          {0, TCP_ACK | TCP_FIN, 1001, 5001},
          {1, TCP_ACK | TCP_FIN, 5001, 1002},
          {0, TCP_ACK, 1002, 5002}}},
        {"refused",
         "1.0 1.1 1! 1=OVER+1.000",
         {{0, TCP_SYN, 1000, 0}, {1, TCP_RST | TCP_ACK, 0, 1001}}},
        {"reset",
         "1.0 1.1 1.0 1! 1.1 1=OVER+1.000",
         {{0, TCP_SYN, 1000, 0},
          {1, TCP_SYN | TCP_ACK, 5000, 1001},
          {0, TCP_ACK, 1001, 5001},
          {1, TCP_RST, 5001, 0}}},
        {"abandoned",
         "1.0 1.1 1.0 1! 1=OVER+1.000",
         {{0, TCP_SYN, 1000, 0}, {1, TCP_SYN | TCP_ACK, 5000, 1001}, {0, TCP_RST, 1001, 0}}},
        {"only its end", "1.1 1! 1=OVER+1.000", {{1, TCP_RST, 5001, 0}}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct script script;

        script_begin(&script, script_options(&script));
        for (unsigned j = 0; rows[i].segments[j].flags != 0; j++) {
            uint16_t flags = rows[i].segments[j].flags;
            uint32_t seq = rows[i].segments[j].seq, ack = rows[i].segments[j].ack;

            if (rows[i].segments[j].by_server)
                assert_int_equal(server(&script, 40000, flags, seq, ack), 0);
            else
                assert_int_equal(client(&script, 40000, flags, seq, ack), 0);
        }
        pass(&script, TRACK_LINGER_NS - 1);
        assert_int_equal(script_counts(&script)->open, 1);
        pass(&script, 1);
        script_is(&script, rows[i].told);
        assert_int_equal(script_counts(&script)->ended[TRACK_WHY_OVER], 1);
        script_free(&script);
    }
}

/* What comes within the second is its own, and lets the second begin anew. */
static void test_linger(void **state)
{
    struct script script;
    (void)state;
    script_begin(&script, script_options(&script));
    script_open(&script, 40000);
    script_close(&script, 40000);
    pass(&script, TRACK_LINGER_NS - 1);
    assert_int_equal(server(&script, 40000, TCP_FIN | TCP_ACK, 5001, 1002), 0);
    pass(&script, TRACK_LINGER_NS - 1);
    script_is(&script, "1.0 1.1 1.0 1! 1.0 1.1 1.0 1.1");
    pass(&script, 1);
    script_is(&script, "1=OVER+1.999");
    assert_int_equal(script_counts(&script)->late, 0);
    script_free(&script);
}

static void test_late_segments(void **state)
{
    struct script script;
    (void)state;
    script_begin(&script, script_options(&script));
    script_open(&script, 40000);
    script_close(&script, 40000);
    pass(&script, TRACK_LINGER_NS);
    script_is(&script, "1.0 1.1 1.0 1! 1.0 1.1 1.0 1=OVER+1.000");
    assert_int_equal(server(&script, 40000, TCP_FIN | TCP_ACK, 5001, 1002), 0);
    assert_int_equal(client(&script, 40000, TCP_RST, 1002, 0), 0);
    /* Its own SYN,ACK once more. */
    assert_int_equal(server(&script, 40000, TCP_SYN | TCP_ACK, 5000, 1001), 0);
    /* Nor is its own SYN a new connection's. */
    assert_int_equal(client(&script, 40000, TCP_SYN, 1000, 0), 0);
    script_is(&script, "");
    assert_int_equal(script_counts(&script)->late, 4);
    /* Not for ever. */
    pass(&script, TRACK_AFTERLIFE_NS - 1);
    assert_int_equal(client(&script, 40000, TCP_ACK, 1002, 5002), 0);
    script_is(&script, "");
    pass(&script, 1);
    assert_int_equal(client(&script, 40000, TCP_ACK, 1002, 5002), 0);
    script_is(&script, "2.0 2!");
    assert_int_equal(script_counts(&script)->late, 5);
    assert_int_equal(script_counts(&script)->begun_late, 1);
    script_free(&script);
}

static void test_syn_after_the_end(void **state)
{
    (void)state;
    for (unsigned by_server = 0; by_server < 2; by_server++) {
        struct script script;

        script_begin(&script, script_options(&script));
        script_open(&script, 40000);
        script_close(&script, 40000);
        pass(&script, TRACK_LINGER_NS);
        script_is(&script, "1.0 1.1 1.0 1! 1.0 1.1 1.0 1=OVER+1.000");
        if (by_server)
            assert_int_equal(server(&script, 40000, TCP_SYN | TCP_ACK, 5123, 9001), 0);
        else
            assert_int_equal(client(&script, 40000, TCP_SYN, 9000, 0), 0);
        script_is(&script, by_server ? "2.1" : "2.0");
        assert_int_equal(client(&script, 40000, TCP_ACK, 9001, by_server ? 5124 : 1), 0);
        script_is(&script, "2.0 2!");
        script_free(&script);
    }
}

/* Given up: an opening after more than Linux' longest wait. Its end tells how long it was silent.
 */
static void test_patience(void **state)
{
    struct script script;
    (void)state;
    script_begin(&script, script_options(&script));
    assert_int_equal(client(&script, 40000, TCP_SYN, 1000, 0), 0);
    pass(&script, TRACK_PATIENCE_NS - 1);
    assert_int_equal(client(&script, 40000, TCP_SYN, 1000, 0), 0);
    pass(&script, TRACK_PATIENCE_NS - 1);
    script_is(&script, "1.0 1.0");
    pass(&script, 1);
    script_is(&script, "1! 1=SILENT+259.999");
    /* What comes now is something new. */
    assert_int_equal(server(&script, 40000, TCP_SYN | TCP_ACK, 5000, 1001), 0);
    script_is(&script, "2.1");
    script_free(&script);
}

static void test_open_ones_stay(void **state)
{
    struct script script;
    (void)state;
    script_begin(&script, script_options(&script));
    script_open(&script, 40000);
    script_open(&script, 40001);
    assert_int_equal(server(&script, 40001, TCP_FIN | TCP_ACK, 5001, 1001), 0);
    assert_int_equal(client(&script, 40002, TCP_ACK, 1, 1), 0);
    pass(&script, 7200 * SECOND);
    assert_int_equal(client(&script, 40000, TCP_ACK, 1001, 5001), 0);
    assert_int_equal(client(&script, 40001, TCP_ACK, 1001, 5002), 0);
    assert_int_equal(client(&script, 40002, TCP_ACK, 1, 1), 0);
    script_is(&script, "1.0 1.1 1.0 1! 2.0 2.1 2.0 2! 2.1 3.0 3! 1.0 2.0 3.0");
    script_free(&script);
}

/* Both FINs, but the capture lacks the last ACK. */
static void test_last_ack_missing(void **state)
{
    struct script script;
    (void)state;
    script_begin(&script, script_options(&script));
    script_open(&script, 40000);
    assert_int_equal(client(&script, 40000, TCP_FIN | TCP_ACK, 1001, 5001), 0);
    assert_int_equal(server(&script, 40000, TCP_FIN | TCP_ACK, 5001, 1002), 0);
    pass(&script, TRACK_PATIENCE_NS - 1);
    script_is(&script, "1.0 1.1 1.0 1! 1.0 1.1");
    pass(&script, 1);
    script_is(&script, "1=OVER+130.000");
    script_free(&script);
}

/* A reset that its alleged sender knows nothing of: the connection goes on, and on. */
static void test_forged_reset(void **state)
{
    struct script script;
    (void)state;
    script_begin(&script, script_options(&script));
    script_open(&script, 40000);
    assert_int_equal(server(&script, 40000, TCP_RST, 5001, 0), 0);
    for (uint32_t i = 0; i < 4; i++) {
        struct shot there = client_shot(40000, TCP_ACK, 1001 + 10 * i, 5001 + 10 * i);
        struct shot back = server_shot(40000, TCP_ACK, 5001 + 10 * i, 1011 + 10 * i);

        there.data = back.data = 10;
        script.at += SECOND / 10;
        assert_int_equal(script_shot(&script, &there), 0);
        assert_int_equal(script_shot(&script, &back), 0);
    }
    pass(&script, 100 * TRACK_LINGER_NS);
    assert_int_equal(server(&script, 40000, TCP_ACK, 5041, 1041), 0);
    script_is(&script, "1.0 1.1 1.0 1! 1.1 1.0 1.1 1.0 1.1 1.0 1.1 1.0 1.1 1.1");
    script_free(&script);
}

static void test_numbers_at_the_end(void **state)
{
    struct script script;
    (void)state;
    script_begin(&script, script_options(&script));
    for (uint16_t port = 1; port <= 3; port++)
        assert_int_equal(client(&script, (uint16_t)(40003 - port), TCP_SYN, 1000, 0), 0);
    assert_int_equal(server(&script, 40002, TCP_RST | TCP_ACK, 0, 1001), 0);
    script_is(&script, "1.0 2.0 3.0 1.1 1!");
    script.at += SECOND / 2;
    tick(&script);
    assert_int_equal(track_end(script.track, &script.fault), 0);
    script_is(&script, "1=END+0.500 2! 2=END+0.500 3! 3=END+0.500");
    assert_int_equal(script.freed, 3);
    /* Another capture: an older one. Numbers go on, leftovers are forgotten. */
    script.at = BEGIN - 5000 * SECOND;
    assert_int_equal(client(&script, 40002, TCP_ACK, 1, 1), 0);
    script_is(&script, "4.0 4!");
    assert_int_equal(track_end(script.track, &script.fault), 0);
    script_is(&script, "4=END+-5000.000");
    assert_int_equal(script_counts(&script)->backwards, 0);
    assert_int_equal(script_counts(&script)->first_ns, BEGIN - 5000 * SECOND);
    script_free(&script);
}

/* A pipe that dries up. */
static void test_wait(void **state)
{
    struct script script;
    (void)state;
    script_begin(&script, script_options(&script));
    script_open(&script, 40000);
    script_close(&script, 40000);
    script_is(&script, "1.0 1.1 1.0 1! 1.0 1.1 1.0");
    assert_int_equal(track_wait(script.track, TRACK_LINGER_NS / 2, &script.fault), 0);
    script_is(&script, "");
    assert_int_equal(track_wait(script.track, TRACK_LINGER_NS / 2, &script.fault), 0);
    script_is(&script, "1=OVER+1.000");
    /* The stamps tell of the same time, which does not pass twice. */
    assert_int_equal(client(&script, 40001, TCP_SYN, 1000, 0), 0);
    assert_int_equal(track_wait(script.track, 100 * SECOND, &script.fault), 0);
    script.at += 101 * SECOND;
    tick(&script);
    script_is(&script, "2.0");
    script.at += 28 * SECOND;
    tick(&script);
    script_is(&script, "");
    script.at += 2 * SECOND;
    tick(&script);
    script_is(&script, "2! 2=SILENT+131.000");
    assert_int_equal(track_wait(script.track, INT64_MAX, &script.fault), 0);
    assert_int_equal(track_wait(script.track, INT64_MAX, &script.fault), 0);
    assert_int_equal(track_wait(script.track, -1, &script.fault), 0);
    tick(&script);
    script_free(&script);
}

static struct track_options narrow(struct script *script)
{
    struct track_options options = script_options(script);
    options.connections = 16;
    return options;
}

/* Who is over makes room first. */
static void test_room_of_what_is_over(void **state)
{
    struct script script;
    (void)state;
    script_begin(&script, narrow(&script));
    for (uint16_t port = 1; port <= 15; port++)
        script_open(&script, port);
    script_open(&script, 16);
    script_close(&script, 16);
    script_is(&script, "1.0 1.1 1.0 1! 2.0 2.1 2.0 2! 3.0 3.1 3.0 3! 4.0 4.1 4.0 4! "
                       "5.0 5.1 5.0 5! 6.0 6.1 6.0 6! 7.0 7.1 7.0 7! 8.0 8.1 8.0 8! "
                       "9.0 9.1 9.0 9! 10.0 10.1 10.0 10! 11.0 11.1 11.0 11! 12.0 12.1 12.0 12! "
                       "13.0 13.1 13.0 13! 14.0 14.1 14.0 14! 15.0 15.1 15.0 15! "
                       "16.0 16.1 16.0 16! 16.0 16.1 16.0");
    assert_int_equal(client(&script, 99, TCP_SYN, 1000, 0), 0);
    script_is(&script, "16=OVER+0.000 17.0");
    /* Now the one that was heard of the longest ago; the first was heard of again. */
    assert_int_equal(client(&script, 1, TCP_ACK, 1001, 5001), 0);
    assert_int_equal(client(&script, 98, TCP_SYN, 1000, 0), 0);
    script_is(&script, "1.0 2=ROOM+0.000 18.0");
    /* There are openings enough by now: they make room for each other. */
    assert_int_equal(client(&script, 97, TCP_SYN, 1000, 0), 0);
    script_is(&script, "17! 17=ROOM+0.000 19.0");
    /* What was driven out is not begun anew by each of its segments, but by a SYN. */
    for (unsigned i = 0; i < 3; i++) {
        pass(&script, TRACK_AFTERLIFE_NS - 1);
        assert_int_equal(client(&script, 2, TCP_ACK, 1001, 5001), 0);
    }
    script_is(&script, "18! 18=SILENT+149.999 19! 19=SILENT+149.999");
    assert_int_equal(script_counts(&script)->late, 3);
    assert_int_equal(client(&script, 2, TCP_SYN, 9001, 0), 0);
    script_is(&script, "20.0");
    assert_int_equal(script_counts(&script)->open_most, 16);
    script_free(&script);
}

/* A flood of SYNs has its bounds, and what is open survives it. */
static void test_flood(void **state)
{
    struct script script;
    (void)state;
    script_begin(&script, narrow(&script));
    for (uint16_t port = 1; port <= 8; port++)
        script_open(&script, port);
    for (uint32_t i = 0; i < 5000; i++) {
        struct shot shot = client_shot((uint16_t)(1000 + i), TCP_SYN, i, 0);

        shot.source = i % 2 ? "203.0.113.1" : "203.0.113.77";
        assert_int_equal(script_shot(&script, &shot), 0);
        script.told_length = 0;
        script.told[0] = '\0';
    }
    assert_int_equal(script_counts(&script)->open, 16);
    assert_int_equal(script_counts(&script)->open_most, 16);
    assert_int_equal(script_counts(&script)->ended[TRACK_WHY_ROOM], 5008 - 16);
    for (uint16_t port = 1; port <= 8; port++)
        assert_int_equal(server(&script, port, TCP_ACK, 5001, 1001), 0);
    script_is(&script, "1.1 2.1 3.1 4.1 5.1 6.1 7.1 8.1");
    assert_int_equal(track_end(script.track, &script.fault), 0);
    assert_int_equal(script.freed, 5008);
    script_free(&script);
}

/* Of what is over as many are remembered as may be open. */
static void test_stones_are_bounded(void **state)
{
    struct script script;
    (void)state;
    script_begin(&script, narrow(&script));
    for (uint16_t port = 1; port <= 17; port++) {
        assert_int_equal(client(&script, port, TCP_SYN, 1000, 0), 0);
        assert_int_equal(server(&script, port, TCP_RST | TCP_ACK, 0, 1001), 0);
        pass(&script, TRACK_LINGER_NS);
    }
    script.told_length = 0;
    assert_int_equal(client(&script, 2, TCP_ACK, 1001, 1), 0);
    assert_int_equal(client(&script, 17, TCP_ACK, 1001, 1), 0);
    assert_int_equal(script_counts(&script)->late, 2);
    assert_int_equal(client(&script, 1, TCP_ACK, 1001, 1), 0);
    script_is(&script, "18.0 18!");
    script_free(&script);
}

/* The table grows, and finds all of them again, whatever was taken out in between. */
static void test_many(void **state)
{
    enum { MANY = 6000 };
    struct script script;
    struct track_options options = script_options(&script);
    (void)state;
    options.calls.segment = NULL;
    options.calls.decided = NULL;
    options.calls.ended = NULL;
    options.seed[0] = 12345;
    options.connections = MANY;
    script_begin(&script, options);
    for (uint16_t port = 1; port <= MANY; port++)
        assert_int_equal(client(&script, port, TCP_SYN, 1000, 0), 0);
    for (uint16_t port = 1; port <= MANY; port += 3)
        assert_int_equal(server(&script, port, TCP_RST | TCP_ACK, 0, 1001), 0);
    pass(&script, TRACK_LINGER_NS);
    assert_int_equal(script_counts(&script)->open, MANY - MANY / 3);
    for (uint16_t port = 1; port <= MANY; port++)
        assert_int_equal(server(&script, port, TCP_ACK, 5000, 1001), 0);
    assert_int_equal(script_counts(&script)->connections, MANY);
    assert_int_equal(script_counts(&script)->late, MANY / 3);
    for (uint16_t port = 1; port <= MANY; port += 3)
        assert_int_equal(client(&script, port, TCP_SYN, 2000, 0), 0);
    assert_int_equal(script_counts(&script)->connections, MANY + MANY / 3);
    assert_int_equal(script_counts(&script)->open, MANY);
    assert_int_equal(track_end(script.track, &script.fault), 0);
    assert_int_equal(script.freed, MANY + MANY / 3);
    script_free(&script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_over),
        cmocka_unit_test(test_linger),
        cmocka_unit_test(test_late_segments),
        cmocka_unit_test(test_syn_after_the_end),
        cmocka_unit_test(test_patience),
        cmocka_unit_test(test_open_ones_stay),
        cmocka_unit_test(test_last_ack_missing),
        cmocka_unit_test(test_forged_reset),
        cmocka_unit_test(test_numbers_at_the_end),
        cmocka_unit_test(test_wait),
        cmocka_unit_test(test_room_of_what_is_over),
        cmocka_unit_test(test_flood),
        cmocka_unit_test(test_stones_are_bounded),
        cmocka_unit_test(test_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
