/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of probe/climb_record_found: what hosts and boxes on the way do, and what is said of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "climb_check.h"

static void test_hosts(void **state)
{
    struct scene scene = {.world = {.mss = 1460}, .repeats = 1, .counts = true};

    (void)state;
    /* As the 4.4BSD stack of slirp: an MSS and no more. */
    climb(&scene);
    expect_words("severity=low wscale=declined sack=declined timestamps=declined ecn=declined");
    assert_string_equal(record.reason, "198.18.0.2:443 supports mss; declines wscale, sack, "
                                       "timestamps, fastopen, ecn, accecn, mptcp");
    expect_findings("TP-OPT-IP-ID ");
    assert_int_equal(record.wscale_shift, RECORD_UNKNOWN);
    assert_string_equal(((const struct ts_clock_record *)record.clock)->kind, "none");
    assert_string_equal(((const struct header_record *)record.header)->ip_id, "counter");

    /* A host that gives its uptime away, and takes Fast Open. */
    scene = (struct scene){.world = world_plain, .uptime = true, .repeats = 1};
    scene.world.fastopen = scene.world.mptcp = true;
    climb(&scene);
    expect_words("severity=low fastopen=supported mptcp=supported");
    expect_findings("TP-OPT-UPTIME ");
    /* 5000 s, and those of the climb. */
    expect_in(finding_text(FINDING_OPT_UPTIME), "84.6 minutes by");
    assert_string_equal(((const struct ts_clock_record *)record.clock)->offset, "shared");
    assert_string_equal(row_of("fastopen")->in_effect, "works");

    /* A cookie that is of no use. */
    scene = (struct scene){.world = world_plain, .repeats = 1};
    scene.world.fastopen_old = true;
    climb(&scene);
    expect_words("fastopen=declined severity=none");
    assert_string_equal(row_of("fastopen")->in_effect, "fails");
    expect_findings("");

    /* SYN cookies. */
    scene = (struct scene){.world = world_plain, .cookies = true};
    scene.world.cookies = true;
    climb(&scene);
    expect_words("cookies=yes sack=supported wscale=supported ecn=supported severity=info");
    expect_in(record.reason, "; SYN cookies answer");
    expect_findings("TP-OPT-COOKIES ");
    assert_true(((const struct ts_clock_record *)record.clock)->low_bits_frozen);

    /* Rules broken by the host itself. */
    scene = (struct scene){.world = world_plain, .repeats = 1};
    scene.world.wscale_wrong = true;
    climb(&scene);
    expect_words("wscale=rewritten severity=medium");
    expect_findings("TP-OPT-WSCALE-UNOFFERED ");
    expect_in(finding_text(FINDING_OPT_WSCALE_UNOFFERED), "SYN,ACKs; bare: mss 1460,wscale 10 to");
    expect_in(row_of("bare")->rules, "TP-OPT-WSCALE-UNOFFERED");

    scene = (struct scene){.world = world_plain, .two_hosts = true, .repeats = 1};
    climb(&scene);
    expect_words("severity=info");
    expect_findings("TP-OPT-SEVERAL ");
    expect_in(finding_text(FINDING_OPT_SEVERAL), "TTL 64, and 63 in");

    scene = (struct scene){.world = world_plain, .repeats = 1};
    scene.world.one_of_two = true;
    climb(&scene);
    expect_words("sack=inconclusive");
    expect_in(finding_text(FINDING_OPT_SEVERAL), "drew mss,");
    expect_in(record.reason, "; no verdict on sack");
}

static void test_paths(void **state)
{
    struct scene scene = {.world = world_plain, .hops = 2, .box = 2, .repeats = 1};

    (void)state;
    scene.world.takes = OPTION_SACK_PERMITTED;
    scene.world.takes_whole = true;
    climb(&scene);
    expect_words("sack=stripped timestamps=supported severity=medium");
    expect_findings("TP-OPT-STRIPPED ");
    expect_in(record.reason, "198.18.0.2:443: sack stripped; supports mss, wscale, timestamps");
    expect_in(row_of("sack")->evidence, "gone at hop 2, 198.18.2.2; whole at hop 1");
    assert_string_equal(finding_text(FINDING_OPT_STRIPPED),
                        "an option went missing between here and there, with a sign of who took "
                        "it: sack (gone at hop 2, 198.18.2.2; whole at hop 1)");
    for (size_t i = 0; i < record.quoted.count; i++) {
        const struct quoted_record *quoted =
            &((const struct quoted_record *)record.quoted.items)[i];

        if (strcmp(quoted->offer, "sack") == 0) {
            assert_string_equal(quoted->state, "missing");
            assert_int_equal(quoted->hop, 2);
            assert_string_equal(quoted->from, "198.18.2.2");
        } else {
            assert_string_equal(quoted->state, "whole");
        }
    }

    /* The peer announces an MSS of its own also where ours is lost. */
    scene = (struct scene){.world = world_plain, .hops = 2, .box = 2, .repeats = 1};
    scene.world.takes = OPTION_MSS;
    scene.world.takes_whole = true;
    climb(&scene);
    expect_words("mss=stripped sack=supported severity=medium");
    expect_findings("TP-OPT-STRIPPED ");
    expect_in(record.reason, "198.18.0.2:443: mss stripped; supports wscale,");

    /* An MSS clamp. */
    scene = (struct scene){.world = world_plain, .hops = 2, .box = 1, .clamp = 1400, .repeats = 1};
    climb(&scene);
    expect_words("mss=rewritten sack=supported severity=low");
    expect_findings("TP-OPT-CLAMPED ");
    expect_in(record.reason, ": mss rewritten; supports wscale,");
    expect_in(row_of("mss")->evidence, "another value at hop 1, 198.18.1.2; nobody quoted it");
    assert_int_equal(record.mss_bytes, 1400);
    /* What no router shows, the value says at most. */
    scene.hops = 0;
    climb(&scene);
    expect_words("mss=supported severity=none");

    /* Taken on the way back: NOP are left. */
    scene = (struct scene){.world = world_plain, .repeats = 1};
    scene.world.takes_back = OPTION_TIMESTAMPS;
    climb(&scene);
    expect_words("timestamps=stripped");
    expect_findings("TP-OPT-STRIPPED ");
    expect_in(finding_text(FINDING_OPT_STRIPPED), "timestamps (NOP stand in its place");

    /* Lost SYNs: of those that are sent today, and of others. */
    scene = (struct scene){.world = world_plain, .repeats = 1};
    scene.world.drops = OPTION_TIMESTAMPS;
    climb(&scene);
    expect_words("timestamps=breaks sets=breaks severity=high sack=supported");
    expect_in(record.reason, "198.18.0.2:443: SYNs with timestamps, sets fail; supports");
    expect_findings("TP-OPT-BREAKS ");
    expect_in(finding_text(FINDING_OPT_BREAKS), "ts 0 of 3 opened");
    assert_string_equal(row_of("timestamps")->otherwise, "inconclusive");

    scene.world.drops = OPTION_FASTOPEN;
    climb(&scene);
    expect_words("fastopen=breaks severity=medium");
    expect_findings("TP-OPT-BREAKS-SOME ");
    expect_in(record.reason, ": SYNs with fastopen fail; supports");

    scene.world.drops = 0;
    scene.world.drops_flags = TCP_ECE | TCP_CWR;
    climb(&scene);
    expect_words("ecn=breaks accecn=breaks severity=high");
    expect_findings("TP-OPT-BREAKS TP-OPT-BREAKS-SOME ");

    /* A box that mends checksums, or answers itself. */
    scene = (struct scene){.world = world_plain, .repeats = 1};
    scene.world.mends_checksums = true;
    climb(&scene);
    expect_words("checksum=rewritten severity=high");
    expect_findings("TP-OPT-CHECKSUM ");
}

static void test_echo(void **state)
{
    struct scene scene = {.world = {.echoes_all = true}, .repeats = 1};

    (void)state;
    climb(&scene);
    expect_words("mss=echoed wscale=echoed sack=echoed timestamps=echoed unknown=echoed "
                 "severity=high");
    expect_in(record.reason, " echoed");
    expect_in(finding_text(FINDING_OPT_ECHO), "SYN,ACKs; ");

    scene = (struct scene){.world = world_plain, .repeats = 1};
    scene.world.echoes_ecn = true;
    climb(&scene);
    expect_words("ecn=echoed severity=medium");
    expect_findings("TP-OPT-ECN-ECHO TP-OPT-ECN-UNOFFERED ");
}

/* The open connection shows what the SYN,ACK did not. */
static void test_checks(void **state)
{
    struct check *holes = calloc(1, sizeof *holes);
    struct scene scene = {.world = world_plain, .repeats = 1, .check = holes};

    (void)state;
    assert_non_null(holes);
    scene.world.takes_back = OPTION_TIMESTAMPS;
    scene.world.takes_whole = true;
    holes->opened = holes->over = true;
    holes->segments = holes->with_timestamps = 5;
    climb(&scene);
    expect_words("timestamps=stripped severity=high");
    expect_findings("TP-OPT-STRIPPED TP-OPT-ONE-SIDED ");
    expect_in(row_of("timestamps")->evidence, "taken out of the SYN,ACK");
    assert_string_equal(row_of("timestamps")->in_effect, "one-sided");
    assert_int_equal(record.connections, 1);
    assert_int_equal(record.checks.count, 8);

    scene.world.takes_back = 0;
    holes->tcb.ts_on = true;
    holes->with_timestamps = 1;
    climb(&scene);
    expect_words("timestamps=supported severity=medium");
    expect_findings("TP-OPT-NOT-IN-EFFECT ");
    assert_string_equal(row_of("timestamps")->in_effect, "fails");

    /* SYN cookies hide SACK in timestamps: alone it is declined, and works where it was granted. */
    *holes = (struct check){.opened = true, .over = true, .tcb = {.ts_on = true}};
    holes->segments = holes->with_timestamps = 5;
    scene.world.ts = false;
    climb(&scene);
    expect_words("timestamps=supported");
    expect_in(row_of("timestamps")->evidence, "; granted and in effect on an open connection");
    assert_string_equal(row_of("timestamps")->in_effect, "works");
    free(holes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hosts),
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_echo),
        cmocka_unit_test(test_checks),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
