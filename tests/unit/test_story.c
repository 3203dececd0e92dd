/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of the story of a connection: what is kept of its segments, and how many. */
#include "probe/track/story.h"
#include "track_script.h"

static int keep(void *data, struct connection *connection, const struct tracked *tracked)
{
    (void)data;
    return story_add(connection->data, tracked);
}

static int keep_icmp(void *data, struct connection *connection, const struct tracked_icmp *tracked)
{
    (void)data;
    return story_add_icmp(connection->data, tracked);
}

static struct story kept;

/* The caller's data are set when the connection is first seen. */
static int first(void *data, struct connection *connection, const struct tracked *tracked)
{
    if (!connection->data)
        connection->data = &kept;
    return keep(data, connection, tracked);
}

/* Followed once more, the story is the same connection. */
static void test_again(void **state)
{
    struct script script;
    struct track_options options = {.calls = {.segment = first, .icmp = keep_icmp}};
    (void)state;
    story_init(&kept);
    script_begin(&script, options);
    script.interface = 5;
    struct shot shot = client_shot(40000, TCP_SYN, 1000, 0);
    shot.options = "mss 1460,sackOK,TS val 100 ecr 0,nop,wscale 7";
    assert_int_equal(script_shot(&script, &shot), 0);
    shot = server_shot(40000, TCP_SYN | TCP_ACK, 5000, 1001);
    shot.options = "mss 1400,nop,nop,TS val 7 ecr 100";
    script.at += SECOND / 100;
    assert_int_equal(script_shot(&script, &shot), 0);
    shot = client_shot(40000, TCP_ACK, 1001, 5001);
    shot.data = 60;
    shot.bad = true;
    assert_int_equal(script_shot(&script, &shot), 0);
    shot.bad = false;
    shot.data = 100;
    shot.cut = 70;
    assert_int_equal(script_shot(&script, &shot), 0);
    track_free(script.track);

    assert_int_equal(kept.count, 4);
    assert_int_equal(kept.lost, 0);
    const struct story_segment *segments = kept.segments;
    struct follow follow;
    follow_init(&follow);
    for (size_t i = 0; i < kept.count; i++) {
        struct follow_input input = segments[i].input;
        struct follow_step step;

        assert_null(input.segment);
        assert_null(segments[i].segment.payload);
        assert_false(segments[i].is_icmp);
        assert_int_equal(segments[i].frame, i + 1);
        assert_int_equal(segments[i].interface, 5);
        input.segment = &segments[i].segment;
        follow_segment(&follow, &input, &step);
    }
    assert_int_equal(follow.ends[0].mss, 1460);
    assert_int_equal(follow.ends[1].mss, 1400);
    assert_int_equal(follow.answer_at - follow.first_at, SECOND / 100);
    assert_int_equal(follow.ends[0].counts.bad, 1);
    assert_int_equal(follow.ends[0].counts.bytes, 100);

    assert_int_equal(segments[0].checksum, CHECKSUM_GOOD);
    assert_int_equal(segments[2].checksum, CHECKSUM_BAD);
    assert_int_equal(segments[2].notes, TRACK_NOTE_CHECKSUM);
    assert_int_equal(segments[2].segment.payload_total, 60);
    assert_int_equal(segments[2].sample_length, STORY_PAYLOAD);
    assert_int_equal(segments[3].checksum, CHECKSUM_UNKNOWN);
    assert_int_equal(segments[3].notes, TRACK_NOTE_CUT);
    assert_int_equal(segments[3].segment.payload_total, 100);
    assert_int_equal(segments[3].sample_length, 30);
    story_release(&kept);
}

static void test_icmp(void **state)
{
    struct packet packet = {.hop_limit = 61, .source = address_of("198.18.5.5")};
    struct icmp icmp = {.type = 3, .code = 13, .kind = ICMP_CLASS_HARD};
    struct replay_frame frame = {.number = 9, .interface = 2};
    struct tracked_icmp tracked = {.frame = &frame,
                                   .packet = &packet,
                                   .icmp = &icmp,
                                   .at = 77,
                                   .quoted = 1,
                                   .seq = 1000,
                                   .counted = true};
    struct story story;
    (void)state;
    story_init(&story);
    assert_int_equal(story_add_icmp(&story, &tracked), 0);
    assert_int_equal(story.count, 1);
    const struct story_segment *segment = story.segments;
    assert_true(segment->is_icmp);
    assert_int_equal(segment->input.at, 77);
    assert_int_equal(segment->input.hop_limit, 61);
    assert_int_equal(segment->frame, 9);
    assert_int_equal(segment->interface, 2);
    assert_int_equal(segment->quoted, 1);
    assert_int_equal(segment->icmp_seq, 1000);
    assert_int_equal(segment->icmp_type, 3);
    assert_int_equal(segment->icmp_code, 13);
    assert_int_equal(segment->icmp_class, ICMP_CLASS_HARD);
    assert_true(segment->icmp_counted);
    assert_true(address_equal(&segment->from, &packet.source));
    story_release(&story);
}

static void test_bound(void **state)
{
    struct segment segment = {0};
    struct replay_frame frame = {0};
    struct tracked tracked = {.frame = &frame, .segment = &segment};
    struct story story;
    (void)state;
    story_init(&story);
    for (uint32_t i = 0; i < STORY_MAX + 3; i++) {
        segment.seq = i;
        assert_int_equal(story_add(&story, &tracked), 0);
    }
    assert_int_equal(story.count, STORY_MAX);
    assert_int_equal(story.room, STORY_MAX);
    assert_int_equal(story.lost, 3);
    for (uint32_t i = 0; i < STORY_MAX; i++)
        assert_int_equal(story.segments[i].segment.seq, i);
    story_release(&story);
    assert_null(story.segments);
}

/* What several have together is bounded: then those that would grow only count, and a new one keeps
 * its first few. */
static void test_shared(void **state)
{
    struct story_room shared = {.most = 20 * sizeof(struct story_segment)};
    struct segment segment = {0};
    struct replay_frame frame = {0};
    struct tracked tracked = {.frame = &frame, .segment = &segment};
    struct story stories[3];
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        story_init(&stories[i]);
        story_share(&stories[i], &shared);
        for (uint32_t j = 0; j < 100; j++)
            assert_int_equal(story_add(&stories[i], &tracked), 0);
        assert_int_equal(stories[i].count + stories[i].lost, 100);
        assert_true(stories[i].room >= STORY_FEW);
    }
    assert_true(stories[0].count > STORY_FEW);
    assert_int_equal(stories[2].count, STORY_FEW);
    assert_true(shared.bytes <= 2 * shared.most + sizeof(struct story_segment) * 3 * STORY_FEW);

    /* With room again, what has lost some has an end. */
    story_release(&stories[0]);
    assert_int_equal(shared.bytes,
                     (stories[1].room + stories[2].room) * sizeof(struct story_segment));
    size_t count = stories[1].count;
    assert_true(shared.bytes < shared.most);
    assert_int_equal(story_add(&stories[1], &tracked), 0);
    assert_int_equal(stories[1].count, count);
    story_release(&stories[1]);
    story_release(&stories[2]);
    assert_int_equal(shared.bytes, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_again),
        cmocka_unit_test(test_icmp),
        cmocka_unit_test(test_bound),
        cmocka_unit_test(test_shared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
