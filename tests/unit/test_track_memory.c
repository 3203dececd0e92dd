/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of probe/track and its stories when memory runs out, at whatever allocation that is. */
#include "track_script.h"

#include "scarce_memory.h"

/* The sources themselves, so that their memory can run out. */
#include "probe/fragments.c"
#include "probe/fragments_pieces.c"
#include "probe/fragments_table.c"
#include "probe/track/story.c"
#include "probe/track/track.c"
#include "probe/track/track_pool.c"
#include "probe/track/track_table.c"

#define MANY 700 /* the table grows, and the pools have more than one block */

static unsigned failures;

static void expect(struct script *script, int got)
{
    if (got == 0)
        return;
    assert_int_equal(got, -FAULT_MEMORY);
    assert_int_equal(script->fault.code, FAULT_MEMORY);
    assert_true(strncmp(script->fault.what, "out of memory for ", 18) == 0);
    failures++;
}

/* Whatever fails, what comes after it goes on. */
static void play(struct script *script)
{
    static const uint8_t fragment[48] = {0x45, 0, 0, 48, 0, 1, 0x20, 0, 64, 6};
    uint8_t bytes[48];

    memcpy(bytes, fragment, sizeof bytes);
    uint16_t sum = checksum_fold(checksum_add(0, bytes, 20));
    bytes[10] = (uint8_t)(sum >> 8);
    bytes[11] = (uint8_t)sum;
    for (uint16_t port = 1; port <= MANY; port++)
        expect(script, client(script, port, TCP_SYN, 1000, 0));
    for (uint16_t port = 1; port <= MANY; port++)
        expect(script, server(script, port, TCP_RST | TCP_ACK, 0, 1001));
    expect(script, script_bytes(script, RAW, bytes, sizeof bytes, sizeof bytes));
    script->at += TRACK_LINGER_NS;
    expect(script, client(script, MANY + 1, TCP_SYN, 1000, 0));
    expect(script, client(script, 1, TCP_ACK, 1000, 0));
    expect(script, track_end(script->track, &script->fault));
    assert_int_equal(script_counts(script)->open, 0);
}

static void test_tracker(void **state)
{
    bool all_failed = true, none_failed = false;
    (void)state;
    for (unsigned left = 0; left < 30; left++) {
        struct script script = {.at = BEGIN};
        struct track_options options = script_options(&script);

        options.calls.segment = NULL;
        options.calls.decided = NULL;
        options.calls.ended = NULL;
        allocations_left = left;
        failures = 0;
        int got = track_new(&options, &script.track, &script.fault);
        expect(&script, got);
        if (got == 0) {
            play(&script);
            assert_int_equal(script.freed, script_counts(&script)->connections);
            script_free(&script);
        }
        assert_int_equal(allocations_open, 0);
        all_failed = all_failed && failures > 0;
        none_failed = failures == 0;
        assert_true(left > 1 || failures == 1);
    }
    assert_false(all_failed);
    assert_true(none_failed); /* the last rows had enough */
}

/* Without memory for what is kept of the dead, they are forgotten, and nothing else goes wrong. */
static void test_no_stones(void **state)
{
    struct script script;
    (void)state;
    allocations_left = 100;
    script_begin(&script, script_options(&script));
    script_open(&script, 1);
    script_close(&script, 1);
    script.at += TRACK_LINGER_NS;
    allocations_left = 0;
    assert_int_equal(client(&script, 2, TCP_ACK, 7, 7), 0);
    assert_int_equal(client(&script, 1, TCP_ACK, 1002, 5002), 0);
    script_is(&script, "1.0 1.1 1.0 1! 1.0 1.1 1.0 1=OVER+1.000 2.0 2! 3.0 3!");
    script_free(&script);
    assert_int_equal(allocations_open, 0);
}

static void test_story(void **state)
{
    uint8_t data[2] = {1, 2};
    struct segment segment = {.payload = data, .payload_length = 2, .payload_total = 2};
    struct replay_frame frame = {.number = 1};
    struct tracked tracked = {.frame = &frame, .segment = &segment};
    struct story story;
    (void)state;
    story_init(&story);
    allocations_left = 0;
    assert_int_equal(story_add(&story, &tracked), -FAULT_MEMORY);
    assert_int_equal(story.count, 0);
    allocations_left = 1;
    assert_int_equal(story_add(&story, &tracked), 0);
    while (story.count < story.room)
        assert_int_equal(story_add(&story, &tracked), 0);
    size_t full = story.count;
    assert_int_equal(story_add(&story, &tracked), -FAULT_MEMORY);
    assert_int_equal(story.count, full);
    assert_int_equal(story.segments[full - 1].sample[1], 2);
    story_release(&story);
    assert_int_equal(story.count, 0);
    assert_int_equal(allocations_open, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tracker),
        cmocka_unit_test(test_no_stones),
        cmocka_unit_test(test_story),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
