/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of probe/climb_record: whole climbs, made up, and the records that are made of them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "climb_check.h"

static void test_linux(void **state)
{
    struct scene scene = {.world = world_plain, .hops = 2, .box = 3, .repeats = 2};
    const struct ts_clock_record *clock;
    const struct header_record *header;
    const struct repeats_record *repeats;
    const struct quoted_record *quoted;

    (void)state;
    climb(&scene);
    assert_string_equal(record.reason,
                        "198.18.0.2:443 supports mss, wscale, sack, timestamps, ecn; declines "
                        "fastopen, accecn, mptcp");
    expect_words("verdict=open bare=supported mss=supported wscale=supported sack=supported "
                 "timestamps=supported sets=supported order=supported padding=supported "
                 "full=supported fastopen=declined ecn=supported accecn=declined mptcp=declined "
                 "md5=breaks uto=declined unknown=declined malformed=declined reserved=declined "
                 "data=declined checksum=declined severity=none cookies=no");
    expect_findings("");
    assert_int_equal(record.mss_bytes, 1460);
    assert_int_equal(record.wscale_shift, 10);
    assert_int_equal(record.window, 65160);
    assert_string_equal(record.layout, "mss,sackOK,TS,wscale");
    assert_int_equal(record.ttl, 62);
    assert_int_equal(record.hops, 2);
    assert_int_equal(record.expired, 4);
    assert_int_equal(record.connections, 0);
    assert_string_equal(record.from, record.address);
    assert_string_equal(row_of("mss")->values, "1460");
    assert_null(row_of("sack")->values);
    assert_null(row_of("sack")->otherwise);
    assert_null(row_of("sack")->in_effect);
    expect_in(row_of("mptcp")->evidence, "routers quote it whole up to hop 2, 198.18.2.2");
    expect_in(row_of("sack")->meaning, "selective acknowledgments (RFC 2018)");
    clock = record.clock;
    assert_string_equal(clock->kind, "runs");
    assert_string_equal(clock->offset, "each");
    assert_int_equal(clock->n, CLIMB_SAME);
    assert_true(fabs(clock->nominal_hz - 1000.0) < 0.001 && isnan(clock->uptime_s));
    assert_true(clock->rate_low_hz <= 1000.0 && clock->rate_high_hz >= 1000.0);
    assert_false(clock->low_bits_frozen);
    header = record.header;
    assert_string_equal(header->windows, "65160");
    assert_string_equal(header->df, "set");
    assert_string_equal(header->ip_id, "zero");
    assert_null(header->flow_label);
    assert_string_equal(header->reserved, "none");
    repeats = record.repeats;
    assert_true(repeats->answered && repeats->count == 2 && isnan(repeats->reset_ms));
    assert_true(fabs(((const struct repeat_record *)repeats->repeats.items)[1].t_ms - 3000.0) <
                0.001);
    quoted = record.quoted.items;
    assert_string_equal(quoted[0].offer, "mss");
    assert_string_equal(quoted[0].state, "whole");
    assert_int_equal(quoted[0].hop, 2);
    assert_string_equal(quoted[0].from, "198.18.2.2");
    assert_int_equal(record.rungs.count, RUNG_COUNT - 2); /* no cookie: two are left out */
    assert_int_equal(record.front.count, 7);

    scene.ipv6 = true;
    climb(&scene);
    expect_words("family=IPv6 severity=none sack=supported");
    header = record.header;
    assert_null(header->df);
    assert_null(header->ip_id);
    assert_string_equal(header->flow_label, "one");
}

static const struct quoted_record *quoted_of(const char *offer)
{
    for (size_t i = 0; i < record.quoted.count; i++) {
        const struct quoted_record *quoted =
            &((const struct quoted_record *)record.quoted.items)[i];

        if (strcmp(quoted->offer, offer) == 0)
            return quoted;
    }
    fail_msg("nobody quoted %s", offer);
    return NULL;
}

/* SYNs that never had an option do not tell how far it came. */
static void test_wall(void **state)
{
    struct scene scene = {.world = world_plain, .hops = 3, .wall = 1, .repeats = 1};

    (void)state;
    climb(&scene);
    expect_words("mptcp=breaks sack=supported fastopen=declined");
    assert_string_equal(quoted_of("sack")->state, "whole");
    assert_int_equal(quoted_of("sack")->hop, 3);
    assert_string_equal(quoted_of("mptcp")->state, "whole");
    assert_int_equal(quoted_of("mptcp")->hop, 1);
    assert_string_equal(quoted_of("mptcp")->from, "198.18.1.2");
    assert_int_equal(quoted_of("fastopen")->hop, 1);
    expect_in(row_of("mptcp")->evidence, "routers quote it whole up to hop 1, 198.18.1.2");
}

static void test_closed(void **state)
{
    struct scene scene = {.world = world_plain, .hops = 2, .silent = true, .stops = 6};
    struct fault fault = {.what = "name does not resolve: 'example'"};

    (void)state;
    arena_clear(&arena);
    scene_climb(&scene, &arena, &run);
    run.climb.ended = NULL;
    climb_record(&run.climb, &arena, &record);
    check_whole();
    expect_words("verdict=filtered");
    assert_string_equal(record.reason, "198.18.0.2:443 did not answer 6 SYNs");
    assert_null(record.from);
    expect_findings("");

    scene.silent = false;
    scene.world.closed = true;
    climb(&scene);
    expect_words("verdict=refused from=198.18.99.2");
    assert_string_equal(record.reason,
                        "198.18.0.2:443 refused 6 of 6 SYNs with an RST; interrupted");
    assert_int_equal(record.hops, 2);
    expect_findings("TP-OPT-ENDED ");

    scene.unreachable = true;
    climb(&scene);
    expect_words("verdict=unreachable from=198.18.1.2");
    assert_string_equal(
        record.reason,
        "198.18.0.2:443 is unreachable: 198.18.1.2 says 'host unreachable'; interrupted");

    scene = (struct scene){.world = world_plain, .silent = true, .stops = 2};
    climb(&scene);
    expect_words("verdict=inconclusive");
    assert_string_equal(record.reason, "198.18.0.2:443 was not measured: interrupted");

    climb_unmeasured(&run.climb.context, &fault, &arena, &record);
    run.left = 0;
    record.sent = 0;
    check_whole();
    expect_words("verdict=inconclusive");
    expect_in(record.reason, "was not measured: name does not resolve");
}

static void test_interrupted(void **state)
{
    struct scene scene = {.world = world_plain, .stops = 5, .left = 2};

    (void)state;
    climb(&scene);
    expect_words("verdict=open severity=low");
    expect_findings("TP-OPT-ENDED ");
    expect_in(finding_text(FINDING_OPT_ENDED), ": interrupted; ");
    expect_in(record.reason, "; interrupted");
    assert_int_equal(record.sent, 5);
    assert_int_equal(record.answered, 3);
    assert_null(record.repeats);
    for (size_t stops = 6; stops < 290; stops += 7) {
        scene.stops = stops;
        climb(&scene);
    }
}

/* Only some of the features: the others have no word. */
static void test_some(void **state)
{
    struct scene scene = {.world = world_plain, .repeats = 1};

    (void)state;
    scene.features = 1u << RUNG_FEATURE_SACK;
    climb(&scene);
    expect_words("sack=supported");
    assert_string_equal(record.reason, "198.18.0.2:443 supports sack");
    assert_null(record.mss);
    assert_null(record.timestamps);
    assert_int_equal(record.matrix.count, 1);
    assert_null(record.md5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_linux),  cmocka_unit_test(test_wall),
        cmocka_unit_test(test_closed), cmocka_unit_test(test_interrupted),
        cmocka_unit_test(test_some),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
