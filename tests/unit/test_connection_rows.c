/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of the rows of captured connections: what each segment is said to be. */
#include "tale.h"

#define AT(ms, segment)                                                                            \
    {                                                                                              \
        (ms), (segment), NULL, NULL, NULL                                                          \
    }

struct row {
    double ms;
    const char *segment, *note, *client, *server;
};

static void play(const struct row *rows, size_t count)
{
    struct tale tale;

    tale_begin(&tale);
    for (size_t i = 0; i < count; i++) {
        struct line line = AT(rows[i].ms, rows[i].segment);

        tale_segment(&tale, &line, 0);
    }
    tale_tell(&tale, 0);
    for (size_t i = 0; i < count; i++) {
        const struct read_segment_record *row = tale_row(&tale, i);

        tale_text(row->seen.note, rows[i].note);
        tale_text(row->seen.state, rows[i].client);
        tale_text(row->seen.server_state, rows[i].server);
        assert_int_equal(row->frame, i + 1);
        tale_number(row->seen.t_ms, rows[i].ms - rows[0].ms);
    }
    tale_end(&tale);
}

/* The state of a server that has said nothing yet is known by what it will say. */
static void test_hint(void **state)
{
    static const struct row answered[] = {
        {0, "> S 0:0 <mss 9,TS val 1 ecr 0>", NULL, "SYN-SENT", "LISTEN"},
        {1000, "> S 0:0 <mss 9,TS val 2 ecr 0>", "copy 2", "SYN-SENT", "SYN-RECEIVED"},
        {1001, "< S. 0:0 ack 1 <mss 9,TS val 9 ecr 2>", NULL, "ESTABLISHED", "SYN-RECEIVED"},
        {1002, "> . 1:1 ack 1 <TS val 3 ecr 9>", NULL, "ESTABLISHED", "ESTABLISHED"},
        {1003, "> F. 1:1 ack 1", NULL, "FIN-WAIT-1", "CLOSE-WAIT"},
        {1004, "< F. 1:1 ack 1", "crosses the other FIN", "CLOSING", "FIN-WAIT-1"},
    };
    static const struct row refused[] = {
        {5, "> S 0:0", NULL, "SYN-SENT", "CLOSED"},
        {6, "< R. 0:0 ack 1", NULL, "CLOSED", "CLOSED"},
    };
    static const struct row crossed[] = {
        {0, "> S 0:0", NULL, "SYN-SENT", "?"},
        {1, "< S 0:0", "crosses the other SYN", "SYN-RECEIVED", "SYN-RECEIVED"},
    };

    (void)state;
    play(answered, COUNT_OF(answered));
    play(refused, COUNT_OF(refused));
    play(crossed, COUNT_OF(crossed));
}

#define E "ESTABLISHED"
#define OPEN                                                                                       \
    {0, "> S 0:0 <mss 100,sackOK,nop,wscale 1>", NULL, "SYN-SENT", "SYN-RECEIVED"},                \
        {10, "< S. 0:0 ack 1 <mss 100,sackOK,nop,wscale 1>", NULL, E, "SYN-RECEIVED"},             \
    {                                                                                              \
        12, "> . 1:1 ack 1", NULL, E, E                                                            \
    }

static void test_notes(void **state)
{
    static const struct row data[] = {
        OPEN,
        {20, "> . 1:101 ack 1", NULL, E, E},
        {21, "> . 201:301 ack 1", "100 bytes before it missing", E, E},
        {22, "< . 1:1 ack 101", NULL, E, E},
        {23, "< . 1:1 ack 101", "duplicate ACK 1", E, E},
        {24, "> . 101:201 ack 1", "out of order", E, E},
        {400, "> . 101:201 ack 1", "sent again", E, E},
        {401, "< . 1:1 ack 301", NULL, E, E},
        {900, "> . 201:301 ack 1", "sent again in vain", E, E},
        {901, "< . 1:1 ack 401", "100 bytes not captured", E, E},
        {902, "> . 401:502 ack 1", "100 bytes before it missing, larger than the MSS", E, E},
        {903, "> . 502:503 ack 1 badsum", "wrong checksum", E, E},
        {904, "> .U 502:503 ack 1 ce", "urgent, congestion marked", E, E},
        {905, "> S 900:900", "not the connection's SYN", E, E},
        {906, "< . 1:1 ack 401", "challenge ACK", E, E},
    };
    static const struct row windows[] = {
        OPEN,
        {20, "< . 1:1 ack 1 win 0", "window closed", E, E},
        {30, "> . 1:2 ack 1", "window probe", E, E},
        {31, "< . 1:1 ack 1 win 0", "answers the probe, window closed", E, E},
        {40, "< . 1:1 ack 1 win 25", "window update", E, E},
        {41, "> . 1:51 ack 1", "fills the window", E, E},
        {42, "< . 1:1 ack 51 win 25", NULL, E, E},
        {9000, "> . 50:50 ack 1", "keep-alive", E, E},
        {9001, "< . 1:1 ack 51 win 25", "answers the keep-alive", E, E},
    };
    static const struct row resets[] = {
        OPEN,
        {20, "< R 9:9", "not at the window's edge", E, E},
        {21, "< R 100000:100000", "proves nothing", E, E},
        {22, "< R 1:1 ttl 40", "probably by somebody else", "CLOSED", E},
    };
    /* The SYN,ACK behind it shows whose it was not. */
    static const struct row forged[] = {
        {0, "> S 0:0", NULL, "SYN-SENT", "SYN-RECEIVED"},
        {1, "< R. 0:0 ack 1 ttl 40", "probably by somebody else", "CLOSED", "CLOSED"},
        {2, "< S. 0:0 ack 1", NULL, "CLOSED", "SYN-RECEIVED"},
    };
    static const struct row twins[] = {
        {0, "> S 0:0 id 5", NULL, "SYN-SENT", "SYN-RECEIVED"},
        {0.1, "> S 0:0 id 5", "the same packet twice", "SYN-SENT", "SYN-RECEIVED"},
        {1, "< S. 0:0 ack 1 id 9", NULL, E, "SYN-RECEIVED"},
        {1.1, "< S. 0:0 ack 1 id 9", "the same packet twice", E, "SYN-RECEIVED"},
    };

    (void)state;
    play(data, COUNT_OF(data));
    play(windows, COUNT_OF(windows));
    play(resets, COUNT_OF(resets));
    play(forged, COUNT_OF(forged));
    play(twins, COUNT_OF(twins));
}

static const struct line sacked[] = {
    SCRIPT_OPEN,
    AT(20, "> P. 1:101 ack 1 ttl 63 id 77"),
    AT(21, "> . 201:301 ack 1"),
    AT(22, "< . 1:1 ack 101 win 7 <nop,nop,sack 185:285>"),
    AT(40, "> . 1:101 ack 1"),
    AT(41, "< . 1:1 ack 101 win 7 <nop,nop,sack 4294967281:85 185:285>"),
    AT(50, "< R 1:1"),
};

/* A header's figures; SACK blocks count from the ISN of who sent the data. */
static void test_figures(void **state)
{
    const struct read_segment_record *row;
    struct tale tale;

    (void)state;
    tale_play(&tale, sacked, 0);
    row = tale_row(&tale, 1);
    tale_number(row->rtt_ms, 10);
    assert_int_equal(row->copy, 1);
    assert_int_equal(row->answers, 1);
    assert_int_equal(row->seen.window_bytes, 1000);
    row = tale_row(&tale, 3);
    tale_text(row->seen.direction, "out");
    tale_text(row->seen.flags, "PSH,ACK");
    assert_int_equal(row->seen.seq, 0xfffffff1);
    assert_int_equal(row->seen.ack, 0);
    assert_int_equal(row->seen.relative_seq, 1);
    assert_int_equal(row->seen.relative_ack, 1);
    assert_int_equal(row->seen.window, 1000);
    assert_int_equal(row->seen.window_bytes, 2000);
    assert_int_equal(row->seen.length, 100);
    assert_int_equal(row->seen.ttl, 63);
    assert_int_equal(row->ip_id, 77);
    tale_text(row->seen.options, "");
    tale_text(row->seen.payload, "GET / HTTP/1.1\\r\\n\\0");
    tale_text(row->events, "data");
    tale_text(row->state_doubt, NULL);
    tale_text(row->reset_by, NULL);
    assert_int_equal(row->copy, RECORD_UNKNOWN);
    row = tale_row(&tale, 4);
    assert_int_equal(row->missing_bytes, 100);
    assert_int_equal(row->ip_id, RECORD_UNKNOWN);
    row = tale_row(&tale, 5);
    tale_text(row->has, "201-301");
    tale_text(row->lacks, "101-201");
    tale_text(row->twice, NULL);
    assert_int_equal(row->seen.window_bytes, 14);
    row = tale_row(&tale, 6);
    assert_int_equal(row->repeated_bytes, 100);
    row = tale_row(&tale, 7);
    tale_text(row->twice, "1-101");
    tale_text(row->has, "201-301");
    row = tale_row(&tale, 8);
    tale_text(row->reset_by, "end");
    assert_int_equal(row->seen.ack, RECORD_UNKNOWN);
    tale_end(&tale);
}

/* A capture that began late: numbers are relative to the first that was seen. */
static void test_began_late(void **state)
{
    static const struct line lines[] = {AT(0, "< P. 100:200 ack 50"), AT(1, "> . 50:50 ack 200")};
    struct tale tale;

    (void)state;
    tale_play(&tale, lines, 0);
    assert_int_equal(tale_row(&tale, 0)->seen.relative_seq, 1);
    assert_int_equal(tale_row(&tale, 0)->seen.relative_ack, 1);
    assert_int_equal(tale_row(&tale, 1)->seen.relative_seq, 1);
    assert_int_equal(tale_row(&tale, 1)->seen.relative_ack, 101);
    assert_int_equal(tale_row(&tale, 1)->seen.window_bytes, RECORD_UNKNOWN);
    tale_text(tale_row(&tale, 1)->state_doubt, "began-late");
    tale_text(tale_row(&tale, 1)->server_state_doubt, "began-late");
    tale_end(&tale);
}

/* What the capture did to a packet is said beside it. */
static void test_captured(void **state)
{
    static const struct line lines[] = {AT(0, "> S 0:0"), AT(1, "< S. 0:0 ack 1")};
    struct tale tale;

    (void)state;
    tale_begin(&tale);
    tale_segment(&tale, &lines[0], TRACK_NOTE_FRAGMENTS | TRACK_NOTE_CONFLICT);
    tale_segment(&tale, &lines[1], TRACK_NOTE_CUT | TRACK_NOTE_BACKWARDS | TRACK_NOTE_LENGTH);
    tale_icmp(&tale, 2, 1, 3, 1);
    tale_tell(&tale, 0);
    tale_text(tale_row(&tale, 0)->seen.note, "in fragments, fragments disagree");
    tale_text(tale_row(&tale, 1)->seen.note, "claims more bytes than came, stamp goes back");
    tale_text(tale_row(&tale, 2)->seen.direction, "out");
    tale_text(tale_row(&tale, 2)->seen.state, "ESTABLISHED");
    tale_text(tale_row(&tale, 2)->seen.flags, NULL);
    tale_findings(&tale, "TP-CAP-CONFLICT TP-SEG-IP-LENGTH TP-CAP-BACKWARDS TP-OPT-NO-MSS "
                         "TP-OPT-NO-MSS TP-ICMP-NOTE TP-CAP-CUT TP-CAP-FRAGMENTS");
    tale_end(&tale);
}

/* One segment while it passes: nothing of what follows is known. */
static void test_single(void **state)
{
    static const struct line syn = AT(1.5, "> S 0:0 <mss 100>");
    struct replay_frame frame = {.number = 9, .at_ns = 1500000007, .has_time = true};
    struct packet packet = {.family = IP_FAMILY_V4};
    struct tracked tracked = {.frame = &frame, .packet = &packet, .checksum = CHECKSUM_PARTIAL};
    struct read_row_record row;
    struct tale tale;

    (void)state;
    tale_begin(&tale);
    tale.connection.key.vlan[0] = 3;
    script_read(&tale.script, syn.segment, &tracked.input);
    tracked.segment = &tale.script.segment;
    tracked.input.at = frame.at_ns;
    follow_segment(&tale.connection.follow, &tracked.input, &tracked.step);
    connection_row(&tale.connection, &tracked, "y.pcap", &tale.arena, &row);
    tale_text(row.command, "read");
    tale_text(row.file, "y.pcap");
    tale_text(row.time, "1970-01-01T00:00:01.500000007Z");
    assert_int_equal(row.connection, 7);
    tale_text(row.source, "198.18.0.1");
    assert_int_equal(row.source_port, 40000);
    tale_text(row.destination, "198.18.0.2");
    assert_int_equal(row.destination_port, 80);
    tale_text(row.vlan, "3");
    tale_text(row.tunnel, NULL);
    assert_int_equal(row.relative_seq, 0);
    assert_int_equal(row.relative_ack, RECORD_UNKNOWN);
    assert_int_equal(row.segment.frame, 9);
    tale_text(row.segment.events, "syn");
    tale_text(row.segment.seen.server_state, "?");
    tale_text(row.segment.server_state_doubt, "unanswered");
    tale_text(row.segment.checksum, "partial");
    frame.has_time = false;
    connection_row(&tale.connection, &tracked, "y.pcap", &tale.arena, &row);
    tale_text(row.time, NULL);
    frame.has_time = true;
    frame.at_ns = -1;
    connection_row(&tale.connection, &tracked, "y.pcap", &tale.arena, &row);
    tale_text(row.time, "1969-12-31T23:59:59.999999999Z");
    tale_end(&tale);
}

/* What ICMP says of a segment, while it passes: it may end the attempt. */
static void test_single_icmp(void **state)
{
    static const struct line syn = AT(1, "> S 0:0 <mss 100>");
    struct replay_frame frame = {.number = 9, .at_ns = 1500000000, .has_time = true};
    struct packet packet = {
        .family = IP_FAMILY_V4,
        .hop_limit = 63,
        .source = {.family = IP_FAMILY_V4, .bytes = {198, 18, 0, 9}},
    };
    struct icmp icmp = {.type = 3, .code = 3, .kind = ICMP_CLASS_HARD};
    struct tracked_icmp tracked = {.frame = &frame, .packet = &packet, .icmp = &icmp};
    struct read_row_record row;
    struct tale tale;

    (void)state;
    tale_begin(&tale);
    tale_segment(&tale, &syn, 0);
    tracked.at = frame.at_ns;
    connection_row_icmp(&tale.connection, &tracked, "y.pcap", &tale.arena, &row);
    tale_text(row.segment.seen.state, "SYN-SENT"); /* it does not count: it quotes another */
    tracked.counted = true;
    connection_row_icmp(&tale.connection, &tracked, "y.pcap", &tale.arena, &row);
    tale_text(row.command, "read");
    assert_int_equal(row.connection, 7);
    tale_text(row.time, "1970-01-01T00:00:01.500000000Z");
    tale_text(row.source, "198.18.0.9");
    assert_int_equal(row.source_port, RECORD_UNKNOWN);
    tale_text(row.destination, "198.18.0.1");
    assert_int_equal(row.destination_port, 40000);
    assert_int_equal(row.relative_seq, RECORD_UNKNOWN);
    assert_int_equal(row.segment.frame, 9);
    tale_number(row.segment.seen.t_ms, 1499);
    tale_text(row.segment.seen.direction, "in");
    tale_text(row.segment.seen.icmp, "port unreachable from 198.18.0.9");
    tale_text(row.segment.seen.state, "CLOSED");
    tale_text(row.segment.seen.server_state, "?");
    tale_end(&tale);
}

/* The client's machine explains the segments; where it cannot, that is said. */
static void test_steps(void **state)
{
    static const struct line late[] = {AT(0, "< P. 100:200 ack 50")};
    const struct step_record *steps;
    struct tale tale;

    (void)state;
    tale_play(&tale, sacked, 0);
    steps = tale.record.steps.items;
    assert_true(tale.record.steps.count >= 3);
    tale_text(steps[0].from, "CLOSED");
    tale_text(steps[0].to, "SYN-SENT");
    assert_int_equal(steps[0].segment, RECORD_UNKNOWN);
    tale_text(steps[1].to, "ESTABLISHED");
    assert_int_equal(steps[1].segment, 1);
    tale_number(steps[1].t_ms, 10);
    tale_end(&tale);
    tale_play(&tale, late, 0);
    assert_int_equal(tale.record.steps.count, 0);
    tale_text(tale.record.steps_end, "the client's SYN is not in the capture");
    tale_end(&tale);
}

/* The lesson is there where it is wanted, and nowhere else. */
static void test_lessons(void **state)
{
    struct tale tale;

    (void)state;
    tale_play(&tale, sacked, 0);
    tale_icmp(&tale, 60, 0, 3, 1);
    tale_tell(&tale, 0);
    for (size_t i = 0; i < tale.record.segments.count; i++) {
        assert_non_null(tale_row(&tale, i)->why);
        assert_true(strlen(tale_row(&tale, i)->why) > 10);
        assert_non_null(tale_row(&tale, i)->reference);
    }
    tale.context.without = CONNECTION_LESSONS;
    tale_tell(&tale, 0);
    for (size_t i = 0; i < tale.record.segments.count; i++) {
        tale_text(tale_row(&tale, i)->why, NULL);
        tale_text(tale_row(&tale, i)->reference, NULL);
    }
    tale_end(&tale);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hint),        cmocka_unit_test(test_notes),
        cmocka_unit_test(test_figures),     cmocka_unit_test(test_began_late),
        cmocka_unit_test(test_captured),    cmocka_unit_test(test_single),
        cmocka_unit_test(test_single_icmp), cmocka_unit_test(test_steps),
        cmocka_unit_test(test_lessons),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
