/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of the record of a capture. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "probe/track/connection_record.h"

struct sample {
    struct replay_facts facts;
    struct track_counts counts;
    struct connection_tally tally;
    struct arena arena;
    struct capture_record record;
};

static void tell(struct sample *sample)
{
    const struct capture_context context = {.file = "x.pcap",
                                            .facts = &sample->facts,
                                            .counts = &sample->counts,
                                            .tally = &sample->tally};

    capture_record(&context, &sample->arena, &sample->record);
}

static int setup(void **state)
{
    static struct sample sample;

    memset(&sample, 0, sizeof sample);
    arena_init(&sample.arena);
    sample.facts.format = "pcap";
    sample.facts.resolution_ns = 1000;
    *state = &sample;
    return 0;
}

static int teardown(void **state)
{
    struct sample *sample = *state;

    arena_release(&sample->arena);
    return 0;
}

static const char *text_of(const struct sample *sample, const char *id)
{
    const struct finding_record *rows = sample->record.findings.items;

    for (size_t i = 0; i < sample->record.findings.count; i++)
        if (strcmp(rows[i].id, id) == 0)
            return rows[i].text;
    fail_msg("no %s", id);
    return NULL;
}

/* Nothing in it: nothing is known of times, and nothing is found. */
static void test_empty(void **state)
{
    struct sample *sample = *state;
    const struct capture_record *record = &sample->record;

    tell(sample);
    assert_string_equal(record->command, "read");
    assert_string_equal(record->file, "x.pcap");
    assert_string_equal(record->format, "pcap");
    assert_string_equal(record->byte_order, "little");
    assert_int_equal(record->resolution_ns, 1000);
    assert_null(record->time);
    assert_true(isnan(record->duration_ms));
    assert_int_equal(record->frames, 0);
    assert_int_equal(record->dropped, RECORD_UNKNOWN);
    assert_string_equal(record->damage, "none");
    assert_int_equal(record->damage_at, RECORD_UNKNOWN);
    assert_true(isnan(record->backwards_most_ms));
    assert_int_equal(record->interfaces.count, 0);
    assert_int_equal(record->findings.count, 0);
}

/* A pipe that was given up before it said anything, and a file without an interface. */
static void test_unknown(void **state)
{
    struct sample *sample = *state;
    const struct capture_record *record = &sample->record;

    sample->facts.interface_count = 0;
    sample->facts.resolution_ns = 0;
    tell(sample);
    assert_string_equal(record->format, "pcap");
    assert_int_equal(record->resolution_ns, RECORD_UNKNOWN);
    sample->facts.format = "";
    tell(sample);
    assert_null(record->format);
    assert_null(record->byte_order);
}

static void test_counts(void **state)
{
    struct sample *sample = *state;
    struct capture_record *record = &sample->record;
    struct track_counts *counts = &sample->counts;

    sample->facts.big_endian = true;
    sample->facts.frames = 100;
    sample->facts.bytes = UINT64_MAX;
    sample->facts.left_out = 3;
    counts->frames = 97;
    counts->first_ns = 1500000000;
    counts->last_ns = 4000000000;
    counts->packets = 90;
    counts->segments = 80;
    counts->icmp = 2;
    counts->other = 5;
    counts->verdicts[ENVELOPE_OTHER] = 4;
    counts->verdicts[ENVELOPE_SEALED] = 1;
    counts->verdicts[ENVELOPE_SHORT] = 1;
    counts->verdicts[ENVELOPE_DEEP] = 1;
    counts->connections = 12;
    counts->open_most = 7;
    counts->late = 6;
    counts->tagged = 9;
    for (unsigned i = 0; i < VERDICT_COUNT; i++)
        sample->tally.verdicts[i] = i + 1;
    sample->tally.half_open = 4;
    tell(sample);
    assert_string_equal(record->byte_order, "big");
    assert_string_equal(record->time, "1970-01-01T00:00:01.500000Z");
    assert_true(record->duration_ms > 2499.9 && record->duration_ms < 2500.1);
    assert_int_equal(record->frames, 100);
    assert_int_equal(record->bytes, INT64_MAX);
    assert_int_equal(record->left_out, 3);
    assert_int_equal(record->packets, 90);
    assert_int_equal(record->segments, 80);
    assert_int_equal(record->icmp, 2);
    assert_int_equal(record->other, 5);
    assert_int_equal(record->not_ip, 4);
    assert_int_equal(record->sealed, 1);
    assert_int_equal(record->malformed, 2);
    assert_int_equal(record->connections, 12);
    assert_int_equal(record->open, VERDICT_OPEN + 1);
    assert_int_equal(record->refused, VERDICT_REFUSED + 1);
    assert_int_equal(record->unreachable, VERDICT_UNREACHABLE + 1);
    assert_int_equal(record->filtered, VERDICT_FILTERED + 1);
    assert_int_equal(record->reset, VERDICT_RESET + 1);
    assert_int_equal(record->inconclusive, VERDICT_INCONCLUSIVE + 1);
    assert_int_equal(record->half_open, 4);
    assert_int_equal(record->open_most, 7);
    assert_int_equal(record->late, 6);
    assert_int_equal(record->tagged, 9);
    assert_int_equal(record->findings.count, 0);
}

static void test_interfaces(void **state)
{
    struct sample *sample = *state;
    struct replay_interface *interfaces = sample->facts.interfaces;
    const struct read_interface_record *rows;

    sample->facts.interface_count = REPLAY_INTERFACES + 5; /* the rest is only counted */
    for (unsigned i = 0; i < REPLAY_INTERFACES; i++)
        interfaces[i] = (struct replay_interface){.link_type = 999, .dropped = -1};
    interfaces[0] = (struct replay_interface){
        .link_type = 1, .snaplen = 96, .name = "eth7", .frames = 5, .dropped = 2};
    interfaces[1] = (struct replay_interface){.link_type = 101, .dropped = 0};
    tell(sample);
    assert_int_equal(sample->record.interfaces.count, REPLAY_INTERFACES);
    rows = sample->record.interfaces.items;
    assert_string_equal(rows[0].name, "eth7");
    assert_string_equal(rows[0].link_type, "EN10MB");
    assert_int_equal(rows[0].snaplen, 96);
    assert_int_equal(rows[0].frames, 5);
    assert_int_equal(rows[0].dropped, 2);
    assert_null(rows[1].name);
    assert_string_equal(rows[1].link_type, "RAW");
    assert_int_equal(rows[1].snaplen, RECORD_UNKNOWN);
    assert_int_equal(rows[1].dropped, 0);
    assert_string_equal(rows[2].link_type, "999");
    assert_int_equal(rows[2].dropped, RECORD_UNKNOWN);
    assert_int_equal(sample->record.dropped, 2);
    assert_string_equal(text_of(sample, "TP-CAP-DROPPED"),
                        "the capture lost 2 frames, as the file tells");
}

static void test_findings(void **state)
{
    struct sample *sample = *state;
    struct track_counts *counts = &sample->counts;
    const struct finding_record *rows;

    sample->facts.damage = REPLAY_DAMAGE_CUT;
    sample->facts.damage_at = 77;
    strcpy(sample->facts.damage_what, "16 of 60 bytes");
    counts->frames = counts->no_time = 2;
    counts->lost = 1;
    counts->first_loss = (struct fragments_loss){.reason = FRAGMENTS_LOSS_TIME};
    counts->unread = 1;
    counts->verdicts[ENVELOPE_LINK] = 2;
    counts->verdicts[ENVELOPE_CUT] = 1;
    counts->ended[TRACK_WHY_ROOM] = 3;
    counts->backwards = 1;
    counts->backwards_most_ns = 2000000;
    counts->begun_late = 1;
    tell(sample);
    assert_int_equal(sample->record.findings.count, 9);
    assert_string_equal(sample->record.damage, "cut");
    assert_int_equal(sample->record.damage_at, 77);
    assert_null(sample->record.time);
    assert_int_equal(sample->record.given_up, 3);
    assert_true(sample->record.backwards_most_ms > 1.9);
    rows = sample->record.findings.items;
    assert_string_equal(rows[0].id, "TP-CAP-DAMAGE");
    assert_string_equal(rows[0].severity, "medium");
    assert_string_equal(rows[0].text,
                        "it ends in the middle of a packet or block, at byte 77: 16 of 60 bytes");
    assert_string_equal(text_of(sample, "TP-CAP-UNREAD"),
                        "1 TCP segment has a header that is cut off or impossible");
    assert_string_equal(text_of(sample, "TP-CAP-LINK"),
                        "2 frames have a link type that is not known");
    assert_string_equal(text_of(sample, "TP-CAP-BACKWARDS"),
                        "1 time stamp is earlier than the one before");
    assert_string_equal(text_of(sample, "TP-CAP-ROOM"),
                        "3 connections were given up, as more were open than are followed at once "
                        "(--most)");
    assert_non_null(strstr(text_of(sample, "TP-CAP-INCOMPLETE"), "the rest did not come in time"));
    text_of(sample, "TP-CAP-NO-TIME");
    text_of(sample, "TP-CAP-CUT");
    text_of(sample, "TP-CAP-BEGAN-LATE");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_empty, setup, teardown),
        cmocka_unit_test_setup_teardown(test_unknown, setup, teardown),
        cmocka_unit_test_setup_teardown(test_counts, setup, teardown),
        cmocka_unit_test_setup_teardown(test_interfaces, setup, teardown),
        cmocka_unit_test_setup_teardown(test_findings, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
