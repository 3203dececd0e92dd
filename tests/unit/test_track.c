/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of probe/track: which connection a segment is of, and when a connection ends. */
#include "track_script.h"

static void test_one_connection(void **state)
{
    struct script script;
    (void)state;
    script_begin(&script, script_options(&script));
    script_open(&script, 40000);
    script_is(&script, "1.0 1.1 1.0 1!");
    assert_int_equal(script_counts(&script)->open, 1);
    script_close(&script, 40000);
    script_is(&script, "1.0 1.1 1.0");
    script.at += TRACK_LINGER_NS - 1;
    assert_int_equal(client(&script, 50000, TCP_SYN, 1, 0), 0);
    script_is(&script, "2.0");
    script.at += 1;
    assert_int_equal(client(&script, 50000, TCP_SYN, 1, 0), 0);
    script_is(&script, "1=OVER+1.000 2.0");
    assert_int_equal(script.freed, 1);
    assert_int_equal(track_end(script.track, &script.fault), 0);
    script_is(&script, "2! 2=END+1.000");
    assert_int_equal(script.freed, 2);

    const struct track_counts *counts = script_counts(&script);
    assert_int_equal(counts->frames, 8);
    assert_int_equal(counts->segments, 8);
    assert_int_equal(counts->connections, 2);
    assert_int_equal(counts->begun_late, 0);
    assert_int_equal(counts->open, 0);
    assert_int_equal(counts->open_most, 2);
    assert_int_equal(counts->ended[TRACK_WHY_OVER], 1);
    assert_int_equal(counts->ended[TRACK_WHY_END], 1);
    assert_int_equal(counts->first_ns, BEGIN);
    assert_int_equal(counts->last_ns, BEGIN + SECOND);
    assert_int_equal(script.last.first_frame, 7);
    assert_int_equal(script.last.last_frame, 8);
    script_free(&script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_connection),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
