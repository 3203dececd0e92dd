/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of probe/track with stamps that go backwards, leap, are wild or missing. */
#include "track_script.h"

#define YEAR (365 * 24 * 3600 * SECOND)

static void tick(struct script *script, int64_t at)
{
    static const uint8_t arp[60] = {[12] = 8, [13] = 6};

    script->at = at;
    assert_int_equal(script_bytes(script, ETHERNET, arp, sizeof arp, sizeof arp), 0);
}

/* One connection open, one refused and lingering, one SYN in the air. */
static void prepare(struct script *script)
{
    script_begin(script, script_options(script));
    script_open(script, 1);
    assert_int_equal(client(script, 2, TCP_SYN, 1000, 0), 0);
    assert_int_equal(server(script, 2, TCP_RST | TCP_ACK, 0, 1001), 0);
    assert_int_equal(client(script, 3, TCP_SYN, 1000, 0), 0);
    script_is(script, "1.0 1.1 1.0 1! 2.0 2.1 2! 3.0");
}

/* A lone wild stamp ends nothing, and nothing is late behind it. */
static void test_wild(void **state)
{
    static const int64_t wild[] = {BEGIN + 10 * YEAR, INT64_MAX, 0,        INT64_MIN,
                                   BEGIN - 10 * YEAR, -1,        BEGIN / 2};
    (void)state;
    for (size_t i = 0; i < sizeof wild / sizeof wild[0]; i++) {
        struct script script;

        prepare(&script);
        tick(&script, wild[i]);
        script.at = BEGIN + SECOND / 2;
        assert_int_equal(server(&script, 2, TCP_RST | TCP_ACK, 0, 1001), 0);
        assert_int_equal(server(&script, 3, TCP_SYN | TCP_ACK, 1, 1001), 0);
        script_is(&script, "2.1 3.1");
        tick(&script, wild[i]);
        tick(&script, BEGIN + SECOND + SECOND / 2);
        script_is(&script, "2=OVER+1.500");
        /* A burst of them, shorter than what is believed, and then the right time again. */
        for (unsigned j = 0; j < 7; j++)
            tick(&script, wild[i]);
        tick(&script, BEGIN + 2 * SECOND);
        for (unsigned j = 0; j < 7; j++)
            tick(&script, wild[i]);
        script_is(&script, "");
        assert_int_equal(script_counts(&script)->open, 2);
        assert_int_equal(script_counts(&script)->late, 0);
        script_free(&script);
    }
}

/* The first stamp is the wild one: time goes on behind it. */
static void test_wild_first(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct script script;

        script_begin(&script, script_options(&script));
        script.at = i == 0 ? BEGIN + 10 * YEAR : 1;
        assert_int_equal(client(&script, 9, TCP_SYN, 1000, 0), 0);
        script.at = BEGIN;
        script_open(&script, 1);
        script_close(&script, 1);
        tick(&script, BEGIN);
        tick(&script, BEGIN);
        script_is(&script, i == 0 ? "1.0 2.0 2.1 2.0 2! 2.0 2.1 2.0"
                                  : "1.0 2.0 2.1 2.0 2! 2.0 2.1 2.0 1! 1=SILENT+0.000");
        tick(&script, BEGIN + 3 * SECOND);
        script_is(&script, "2=OVER+3.000");
        script_free(&script);
    }
}

/* A capture that pauses: the leap counts once several frames have confirmed it. */
static void test_pause(void **state)
{
    struct script script;
    (void)state;
    prepare(&script);
    for (unsigned i = 0; i < 7; i++)
        tick(&script, BEGIN + (3600 + i) * SECOND);
    script_is(&script, "");
    tick(&script, BEGIN + 3607 * SECOND);
    script_is(&script, "3! 3=SILENT+3600.000 2=OVER+3600.000");
    script_free(&script);
}

/* Frames so far apart that each is a leap. */
static void test_sparse(void **state)
{
    struct script script;
    (void)state;
    prepare(&script);
    for (unsigned i = 1; i < 8; i++)
        tick(&script, BEGIN + i * 600 * SECOND);
    script_is(&script, "");
    tick(&script, BEGIN + 4800 * SECOND);
    script_is(&script, "3! 3=SILENT+600.000 2=OVER+600.000");
    script_free(&script);
}

/* What comes behind a pause is not as old as the pause, although that is believed only later. */
static void test_behind_a_pause(void **state)
{
    struct script script;
    (void)state;
    prepare(&script);
    script.at += 3600 * SECOND;
    script_open(&script, 4);
    script_close(&script, 4);
    assert_int_equal(client(&script, 5, TCP_SYN, 1000, 0), 0);
    script_is(&script, "4.0 4.1 4.0 4! 4.0 4.1 4.0 5.0");
    tick(&script, script.at);
    script_is(&script, "3! 3=SILENT+3600.000 2=OVER+3600.000");
    tick(&script, script.at + TRACK_LINGER_NS);
    script_is(&script, "4=OVER+3601.000");
    assert_int_equal(track_end(script.track, &script.fault), 0);
    script_is(&script, "1=END+3601.000 5! 5=END+3601.000");
    script_free(&script);
}

static void test_backwards(void **state)
{
    struct script script;
    (void)state;
    script_begin(&script, script_options(&script));
    script_open(&script, 1);
    assert_int_equal(script.notes, 0);
    script.at -= 3 * SECOND;
    assert_int_equal(server(&script, 1, TCP_ACK, 5001, 1001), 0);
    assert_int_equal(script.notes, TRACK_NOTE_BACKWARDS);
    script.at += SECOND;
    assert_int_equal(server(&script, 1, TCP_ACK, 5001, 1001), 0);
    assert_int_equal(script.notes, TRACK_NOTE_BACKWARDS);
    script.at -= 2 * SECOND;
    assert_int_equal(client(&script, 2, TCP_SYN, 1000, 0), 0);
    assert_int_equal(script.notes, 0);
    const struct track_counts *counts = script_counts(&script);
    assert_int_equal(counts->backwards, 2);
    assert_int_equal(counts->backwards_most_ns, 3 * SECOND);
    assert_int_equal(counts->first_ns, BEGIN - 4 * SECOND);
    assert_int_equal(counts->last_ns, BEGIN);
    script_free(&script);
}

/* The clock was set back by an hour: from then on time goes on at the new place. */
static void test_set_back(void **state)
{
    struct script script;
    (void)state;
    prepare(&script);
    for (unsigned i = 0; i < 8; i++)
        tick(&script, BEGIN - 3600 * SECOND);
    script_is(&script, "");
    tick(&script, BEGIN - 3600 * SECOND + TRACK_LINGER_NS);
    script_is(&script, "2=OVER+1.000");
    for (unsigned i = 1; i <= 5; i++)
        tick(&script, BEGIN - 3600 * SECOND + i * 30 * SECOND);
    script_is(&script, "3! 3=SILENT+150.000");
    script_free(&script);
}

/* Two clocks an hour apart in one file, in bursts: the hour does not pass each time. */
static void test_two_clocks(void **state)
{
    struct script script;
    (void)state;
    script_begin(&script, script_options(&script));
    script_open(&script, 1);
    for (unsigned burst = 0; burst < 20; burst++) {
        int64_t offset = burst % 2 ? 3600 * SECOND : 0;

        if (burst == 2)
            assert_int_equal(client(&script, 2, TCP_SYN, 1000, 0), 0);
        for (unsigned i = 0; i < 10; i++)
            tick(&script, BEGIN + offset + (burst * 10 + i) * SECOND / 100);
    }
    script_is(&script, "1.0 1.1 1.0 1! 2.0");
    script_free(&script);
}

static void test_no_time(void **state)
{
    struct script script;
    (void)state;
    script_begin(&script, script_options(&script));
    script.no_time = true;
    script_open(&script, 1);
    assert_int_equal(script.notes, TRACK_NOTE_NO_TIME);
    assert_int_equal(script.last.follow.last_at, 0);
    script_close(&script, 1);
    assert_int_equal(client(&script, 1, TCP_SYN, 77000, 0), 0);
    assert_int_equal(script_counts(&script)->no_time, 7);
    assert_int_equal(script_counts(&script)->first_ns, 0);
    assert_int_equal(script_counts(&script)->last_ns, 0);
    /* One with a stamp, and then again none: the stamp before it stands in. */
    script.no_time = false;
    assert_int_equal(client(&script, 2, TCP_SYN, 1000, 0), 0);
    script.no_time = true;
    assert_int_equal(client(&script, 3, TCP_SYN, 1000, 0), 0);
    assert_int_equal(script.last.follow.last_at, BEGIN);
    assert_int_equal(script_counts(&script)->first_ns, BEGIN);
    assert_int_equal(script_counts(&script)->last_ns, BEGIN);
    assert_int_equal(script_counts(&script)->ended[TRACK_WHY_REUSED], 1);
    script_free(&script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wild),           cmocka_unit_test(test_wild_first),
        cmocka_unit_test(test_pause),          cmocka_unit_test(test_sparse),
        cmocka_unit_test(test_behind_a_pause), cmocka_unit_test(test_backwards),
        cmocka_unit_test(test_set_back),       cmocka_unit_test(test_two_clocks),
        cmocka_unit_test(test_no_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
