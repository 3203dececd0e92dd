/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of probe/climber_answer: what is kept of a SYN when it is seen leaving. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "probe/climber.h"

#define PORT 40000
#define SEQ  1000u

/* A climb with one SYN under way. */
struct scene {
    struct climber climber;
    struct climber_shot shot;
    struct ladder_shot row;
};

static const struct address here = {.family = IP_FAMILY_V4, .bytes = {198, 18, 0, 1}},
                            there = {.family = IP_FAMILY_V4, .bytes = {198, 18, 0, 2}};

static void begin(struct scene *scene)
{
    *scene = (struct scene){
        .climber = {.subject = {.route = {.source = here}, .address = there, .port = 80}},
        .shot = {.part = LADDER_PART_RUNGS, .port = PORT},
        .row = {.sent_at = 5, .syn = {.seq = SEQ}},
    };
    scene->climber.shots = &scene->row;
    scene->climber.count = 1;
    scene->shot.climber = &scene->climber;
}

/* The capture shows a segment of ours on its way out. */
static void leave(struct scene *scene, uint32_t seq, uint16_t identification, int64_t at)
{
    const struct segment segment = {
        .source_port = PORT, .destination_port = 80, .seq = seq, .flags = TCP_SYN};
    uint8_t bytes[TCP_HEADER_MIN];
    struct packet packet = {
        .family = IP_FAMILY_V4,
        .source = here,
        .destination = there,
        .identification = identification,
        .protocol = IP_PROTOCOL_TCP,
        .payload = bytes,
        .payload_length = sizeof bytes,
        .payload_total = sizeof bytes,
    };

    assert_int_equal(segment_write(&segment, bytes, sizeof bytes), sizeof bytes);
    climber_shot_packet(&scene->shot, &packet, at);
}

/* A server that gives back the IP ID of what it answers is known by that. */
static void test_own_syn(void **state)
{
    struct scene scene;

    (void)state;
    begin(&scene);
    leave(&scene, SEQ, 4711, 7);
    assert_true(scene.shot.left);
    assert_int_equal(scene.row.sent_at, 7);
    assert_int_equal(scene.row.ip_id, 4711);
}

/* A copy that the path or the capture shows again changes nothing, nor does another's SYN. */
static void test_own_again(void **state)
{
    struct scene scene;

    (void)state;
    begin(&scene);
    leave(&scene, SEQ + 1, 4710, 6);
    assert_false(scene.shot.left);
    assert_int_equal(scene.row.sent_at, 5);
    assert_int_equal(scene.row.ip_id, 0);
    leave(&scene, SEQ, 4711, 7);
    leave(&scene, SEQ, 4712, 8);
    assert_int_equal(scene.row.sent_at, 7);
    assert_int_equal(scene.row.ip_id, 4711);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_own_syn),
        cmocka_unit_test(test_own_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
