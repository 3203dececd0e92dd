/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of probe/track/connection_record: what became of connections, in figures and a sentence. */
#include "tale.h"

#define SYN     "> S 0:0 <mss 1460>"
#define SYN_ACK "< S. 0:0 ack 1 <mss 1460>"
#define AT(ms, segment)                                                                            \
    {                                                                                              \
        (ms), (segment), NULL, NULL, NULL                                                          \
    }

struct row {
    const char *name;
    const char *segments[10]; /* "MS SEGMENT" */
    double later;
    const char *verdict, *ending, *closed, *client, *server;
    const char *reason;
    const char *findings;
};

static const struct row rows[] = {
    {"open and closed",
     {"0 " SYN, "10 " SYN_ACK, "12 > . 1:1 ack 1", "13 > F. 1:1 ack 1", "23 < F. 1:1 ack 2",
      "25 > . 2:2 ack 2"},
     100,
     "open",
     "closed",
     "both",
     "TIME-WAIT",
     "CLOSED",
     "the server answered the SYN with SYN,ACK after 10 ms, and the client's ACK came 2 ms later; "
     "closed by both ends",
     ""},
    {"the server closes first",
     {"0 " SYN, "10 " SYN_ACK, "12 > . 1:1 ack 1", "13 < F. 1:1 ack 1", "23 > F. 1:1 ack 2",
      "25 < . 2:2 ack 2"},
     100,
     "open",
     "closed",
     "both",
     "CLOSED",
     "TIME-WAIT",
     "the server answered the SYN with SYN,ACK after 10 ms, and the client's ACK came 2 ms later; "
     "the server closed first, and both ends are closed",
     ""},
    {"refused",
     {"0 " SYN, "5 < R. 0:0 ack 1 ttl 60"},
     0,
     "refused",
     "refused",
     NULL,
     "CLOSED",
     "CLOSED",
     "the server refused the connection: RST after 5 ms, TTL 60",
     ""},
    {"unanswered",
     {"0 " SYN, "1000 " SYN, "3010 " SYN, "7020 " SYN},
     8000,
     "filtered",
     "unanswered",
     NULL,
     "SYN-SENT",
     "?",
     "the SYN was sent 4 times over 7.02 s, and nothing came back in 15 s",
     "TP-SYN-REPEATED"},
    {"given up with an RST",
     {"0 " SYN, "300 > R 1:1"},
     0,
     "filtered",
     "unanswered",
     NULL,
     "CLOSED",
     "?",
     "the SYN was sent once, and nothing came back in 300 ms",
     ""},
    {"the capture ends too early",
     {"0 " SYN},
     300,
     "inconclusive",
     "unanswered",
     NULL,
     "SYN-SENT",
     "?",
     "the capture ended before an answer could have come",
     ""},
    {"half-open",
     {"0 " SYN, "1 " SYN_ACK, "1001 " SYN_ACK, "3001 " SYN_ACK},
     9000,
     "inconclusive",
     "half-open",
     NULL,
     "SYN-SENT",
     "SYN-RECEIVED",
     "half-open: the SYN was answered, and the client said no more; the SYN,ACK was sent 3 times "
     "over 3 s",
     "TP-SYN-ACK-REPEATED TP-SYN-HALF-OPEN"},
    {"the client wants no more",
     {"0 " SYN, "10 " SYN_ACK, "11 > R 1:1"},
     0,
     "open",
     "abandoned",
     NULL,
     "CLOSED",
     "CLOSED",
     "the server answered the SYN with SYN,ACK after 10 ms; the client ended it with an RST",
     ""},
    {"reset by the server",
     {"0 " SYN, "10 " SYN_ACK, "12 > . 1:1 ack 1", "20 < R 1:1"},
     0,
     "reset",
     "rst-server",
     "rst_received",
     "CLOSED",
     "CLOSED",
     "the server answered with SYN,ACK, and then an RST came in the server's name, with TTL 64 "
     "(the SYN,ACK had 64)",
     ""},
    {"reset by the client",
     {"0 " SYN, "10 " SYN_ACK, "12 > . 1:1 ack 1", "20 > R 1:1"},
     0,
     "open",
     "rst-client",
     "rst_sent",
     "CLOSED",
     "CLOSED",
     "the server answered the SYN with SYN,ACK after 10 ms, and the client's ACK came 2 ms later; "
     "the client then reset it",
     ""},
    {"reset by somebody",
     {"0 " SYN, "10 " SYN_ACK, "12 > . 1:1 ack 1", "20 < R 1:1 ttl 50", "22 < P. 1:9 ack 1"},
     0,
     "reset",
     "rst-forged",
     "rst_received",
     "CLOSED",
     "ESTABLISHED",
     "the server answered with SYN,ACK, and then an RST came in the server's name, probably from "
     "somebody else, with TTL 50 (the SYN,ACK had 64)",
     "TP-SEG-RST-FORGED"},
    {"a FIN answered with an RST",
     {"0 " SYN, "10 " SYN_ACK, "12 > . 1:1 ack 1", "20 > F. 1:1 ack 1", "30 < R. 1:1 ack 2"},
     0,
     "open",
     "rst-server",
     "rst_received",
     "CLOSED",
     "CLOSED",
     "the server answered the SYN with SYN,ACK after 10 ms, and the client's ACK came 2 ms later; "
     "the server then reset it",
     "TP-CLOSE-RESET"},
    {"the SYNs cross",
     {"0 " SYN, "1 < S 0:0 <mss 1460>", "3 > S. 0:0 ack 1 <mss 1460>",
      "4 < S. 0:0 ack 1 <mss 1460>"},
     0,
     "open",
     "open",
     "none",
     "ESTABLISHED",
     "ESTABLISHED",
     "the SYNs of both ends crossed, and each answered the other's; still open where the capture "
     "ends",
     "TP-SYN-CROSSED"},
    {"split",
     {"0 " SYN, "1 < . 0:0 ack 1", "2 < S 0:0 <mss 1460>", "4 > S. 0:0 ack 1 <mss 1460>",
      "5 < . 1:1 ack 1"},
     0,
     "open",
     "open",
     "none",
     "ESTABLISHED",
     "ESTABLISHED",
     "the server answered the SYN with ACK and SYN apart; still open where the capture ends",
     "TP-SYN-SPLIT TP-SYN-CROSSED"},
    {"what comes back answers nothing",
     {"0 " SYN, "5 < R 0:0"},
     5000,
     "inconclusive",
     "unanswered",
     NULL,
     "SYN-SENT",
     "?",
     "nothing that came back answers the SYN",
     "TP-SEG-RST-BLIND"},
    {"the SYNs cross, and one is lost",
     {"0 " SYN, "1 < S 0:0 <mss 1460>", "3 > S. 0:0 ack 1 <mss 1460>", "4 < . 1:1 ack 1"},
     0,
     "open",
     "open",
     "none",
     "ESTABLISHED",
     "ESTABLISHED",
     "the SYNs of both ends crossed, and each answered the other's; still open where the capture "
     "ends",
     "TP-SYN-CROSSED"},
    {"broken alone",
     {"0 > . 1:1 ack 1 badsum"},
     0,
     "inconclusive",
     "open",
     NULL,
     "?",
     "?",
     "the capture holds only the end of it",
     "TP-SEG-CHECKSUM TP-CAP-BEGAN-LATE"},
    {"reset alone",
     {"0 > R 1:1"},
     0,
     "inconclusive",
     "rst-client",
     "rst_sent",
     "CLOSED",
     "CLOSED",
     "the capture holds only the end of it",
     "TP-CAP-BEGAN-LATE"},
    {"began late",
     {"0 < P. 100:200 ack 50", "1 > . 50:50 ack 200"},
     0,
     "open",
     "open",
     "none",
     "ESTABLISHED",
     "ESTABLISHED",
     "it was open when the capture began; still open where the capture ends",
     "TP-CAP-BEGAN-LATE"},
    {"one way",
     {"0 " SYN, "9 > . 1:1 ack 1", "10 > P. 1:11 ack 1"},
     0,
     "inconclusive",
     "open",
     "none",
     "ESTABLISHED",
     "ESTABLISHED",
     "only one direction is in the capture: that of the client",
     "TP-CAP-ONE-WAY"},
    {"the other way",
     {"0 " SYN_ACK, "9 < P. 1:11 ack 31"},
     0,
     "inconclusive",
     "open",
     "none",
     "ESTABLISHED",
     "ESTABLISHED",
     "only one direction is in the capture: that of the server",
     "TP-CAP-ONE-WAY TP-CAP-BEGAN-LATE"},
    {"an end falls silent",
     {"0 " SYN, "10 " SYN_ACK, "12 > . 1:1 ack 1", "20 > P. 1:9 ack 1", "220 > P. 1:9 ack 1",
      "620 > P. 1:9 ack 1", "1420 > P. 1:9 ack 1"},
     9000,
     "open",
     "timed-out",
     "timeout",
     "ESTABLISHED",
     "ESTABLISHED",
     "the server answered the SYN with SYN,ACK after 10 ms, and the client's ACK came 2 ms later; "
     "then one end fell silent",
     "TP-DATA-TIMED-OUT TP-DATA-RESENT"},
};

static void play(struct tale *tale, const struct row *row)
{
    tale_begin(tale);
    for (size_t i = 0; i < COUNT_OF(row->segments) && row->segments[i]; i++) {
        char *behind;
        struct line line = {strtod(row->segments[i], &behind), NULL, NULL, NULL, NULL};

        line.segment = behind + 1;
        tale_segment(tale, &line, 0);
    }
    tale_tell(tale, row->later);
}

static void same(const char *name, const char *what, const char *is, const char *wanted)
{
    if (!is != !wanted || (is && strcmp(is, wanted) != 0))
        fail_msg("%s: %s is '%s', not '%s'", name, what, is ? is : "null",
                 wanted ? wanted : "null");
}

static void test_rows(void **state)
{
    struct tale tale;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct row *row = &rows[i];
        char findings[512];
        struct connection_tally tally = {.half_open = 0};

        play(&tale, row);
        same(row->name, "the verdict", tale.record.verdict, row->verdict);
        same(row->name, "the ending", tale.record.ending, row->ending);
        same(row->name, "closed", tale.record.closed, row->closed);
        same(row->name, "the client", tale_client(&tale)->state, row->client);
        same(row->name, "the server", tale_server(&tale)->state, row->server);
        same(row->name, "the reason", tale.record.reason, row->reason);
        tale_finding_ids(&tale, findings, sizeof findings);
        same(row->name, "what was found", findings, row->findings);
        assert_int_equal(connection_verdict(&tale.connection, tale.context.end_at),
                         tale_verdict(row->verdict));
        connection_count(&tale.connection, tale.context.end_at, &tally);
        assert_int_equal(tally.verdicts[tale_verdict(row->verdict)], 1);
        assert_int_equal(tally.half_open, strcmp(row->ending, "half-open") == 0);
        assert_int_equal(tale.record.retransmissions,
                         tale_client(&tale)->retransmissions + tale_server(&tale)->retransmissions);
        assert_int_equal(tale.record.segments.count, tale.story.count);
        /* Broken ones are segments, too. */
        assert_int_equal(tale.record.segment_count, tale.record.segments.count);
        assert_int_equal(tale_client(&tale)->segments + tale_server(&tale)->segments,
                         tale.record.segment_count);
        tale_end(&tale);
    }
}

static const struct line whole[] = {
    AT(0, "> S 0:0 win 1000 <mss 1000,sackOK,TS val 7 ecr 0,nop,wscale 1> ttl 63"),
    AT(1000, "> S 0:0 win 1000 <mss 1000,sackOK,TS val 8 ecr 0,nop,wscale 1> ttl 63"),
    AT(1010, "< S. 0:0 ack 1 win 1000 <mss 900,sackOK,TS val 3 ecr 8,nop,wscale 2> ttl 120"),
    AT(1012, "> . 1:1 ack 1 <nop,nop,TS val 9 ecr 3> ttl 63"),
    AT(1020, "> P. 1:101 ack 1 <nop,nop,TS val 9 ecr 3> ttl 63"),
    AT(1030, "< P. 1:501 ack 101 win 9 <nop,nop,TS val 4 ecr 9> ttl 120"),
    AT(1031, "> . 101:101 ack 501 <nop,nop,TS val 9 ecr 4> ttl 63"),
};

static void test_figures(void **state)
{
    const struct options_record *options;
    const struct connection_record *record;
    struct tale tale;

    (void)state;
    tale_play(&tale, whole, 100);
    record = &tale.record;
    assert_int_equal(record->schema, RECORD_SCHEMA_VERSION);
    tale_text(record->command, "read");
    tale_text(record->file, "x.pcap");
    assert_int_equal(record->connection, 7);
    tale_text(record->time, "1970-01-01T00:00:00.000000Z");
    tale_text(record->target, "198.18.0.2:80");
    tale_text(record->source, "198.18.0.1");
    assert_int_equal(record->source_port, 40000);
    tale_text(record->address, "198.18.0.2");
    assert_int_equal(record->port, 80);
    tale_text(record->family, "IPv4");
    tale_text(record->interface, NULL);
    tale_text(record->vlan, NULL);
    tale_text(record->tunnel, NULL);
    tale_text(record->from, "198.18.0.2");
    assert_int_equal(record->ttl, 120);
    assert_int_equal(record->hops, 8);
    assert_int_equal(record->icmp_type, RECORD_UNKNOWN);
    assert_int_equal(record->attempts, 2);
    assert_int_equal(record->answered_attempt, 2);
    assert_int_equal(record->lost_forward, 1);
    assert_int_equal(record->lost_reverse, 0);
    tale_number(record->server_rtt_ms, 10);
    tale_text(record->server_rtt_source,
              "capture, microseconds: the echoed timestamp names the last SYN");
    tale_number(record->client_rtt_ms, 2);
    tale_text(record->client_rtt_source, "capture, microseconds: one SYN,ACK, one ACK");
    tale_number(record->rtt_ms, 12);
    tale_text(record->rtt_source, "the sum of both sides of the capture point");
    tale_number(record->connect_ms, 1010);
    assert_int_equal(record->isn_client, 0xfffffff0);
    assert_int_equal(record->isn_server, 0xffffffff);
    assert_int_equal(record->bytes_sent, 100);
    assert_int_equal(record->bytes_acked, 100);
    assert_int_equal(record->bytes_received, 500);
    tale_text(record->reset_by, NULL);
    tale_number(record->duration_ms, 1031);
    assert_int_equal(record->first_frame, 1);
    assert_int_equal(record->last_frame, 7);
    assert_int_equal(record->segment_count, 7);
    tale_text(record->reason,
              "the server answered the second SYN with SYN,ACK after 10 ms, and the "
              "client's ACK came 2 ms later; 1 SYN was lost on the way there; "
              "still open where the capture ends");
    options = record->offered;
    tale_text(options->options, "mss 1000,sackOK,TS val 7 ecr 0,nop,wscale 1");
    options = record->answered;
    assert_int_equal(options->mss, 900);
    options = record->in_effect;
    tale_text(options->options, "mss 900,sackOK,TS,wscale 2");
    tale_text(tale_client(&tale)->syn_gaps_ms, "1000.0");
    tale_text(tale_client(&tale)->backoff, "one wait of 1 s");
    assert_int_equal(tale_client(&tale)->syns, 2);
    assert_int_equal(tale_client(&tale)->bytes, 100);
    assert_int_equal(tale_client(&tale)->ttl, 63);
    assert_int_equal(tale_client(&tale)->hops, 1);
    assert_int_equal(tale_server(&tale)->window_bytes, 36);
    tale_number(tale_client(&tale)->rtt_min_ms, 10);
    tale_number(tale_server(&tale)->rtt_min_ms, 1);
    tale_end(&tale);
}

/* What nobody looks at is not made, and the rest is the same. */
static void test_without(void **state)
{
    struct tale tale;

    (void)state;
    tale_play(&tale, whole, 100);
    tale.context.without =
        CONNECTION_TEXTS | CONNECTION_OPTIONS | CONNECTION_FINDINGS | CONNECTION_LESSONS;
    tale.context.story = NULL;
    tale_tell(&tale, 100);
    tale_text(tale.record.reason, NULL);
    tale_text(tale.record.rtt_source, NULL);
    assert_null(tale.record.offered);
    assert_null(tale.record.in_effect);
    assert_int_equal(tale.record.findings.count, 0);
    assert_int_equal(tale.record.segments.count, 0);
    assert_int_equal(tale.record.steps.count, 0);
    tale_text(tale.record.verdict, "open");
    tale_number(tale.record.rtt_ms, 12);
    tale_end(&tale);
}

/* Addresses, VLANs, tunnels; the client may be either end. */
static void test_where(void **state)
{
    static const struct line lines[] = {AT(0, "< S 0:0"), AT(1, "> R. 0:0 ack 1")};
    struct tale tale;
    struct track_key *key = &tale.connection.key;

    (void)state;
    tale_begin(&tale);
    key->vlan[0] = 100;
    key->vlan[1] = 7;
    tale.connection.tunnel = (struct tunnel){
        .kind = TUNNEL_GRE,
        .source = {.family = IP_FAMILY_V4, .bytes = {198, 18, 1, 1}},
        .destination = {.family = IP_FAMILY_V4, .bytes = {198, 18, 1, 2}},
        .has_key = true,
        .key = 5,
    };
    tale.context.interface = "eth7";
    for (size_t i = 0; i < COUNT_OF(lines); i++)
        tale_segment(&tale, &lines[i], 0);
    tale_tell(&tale, 0);
    tale_text(tale.record.target, "198.18.0.1:40000");
    tale_text(tale.record.source, "198.18.0.2");
    tale_text(tale.record.vlan, "100.7");
    tale_text(tale.record.tunnel, "GRE 198.18.1.1 > 198.18.1.2 key 5");
    tale_text(tale.record.interface, "eth7");
    tale_text(tale.record.verdict, "refused");
    key->family = IP_FAMILY_V6;
    key->ends[0].address[15] = 1;
    tale_tell(&tale, 0);
    tale_text(tale.record.target, "[c612:1::1]:40000");
    tale_text(tale.record.family, "IPv6");
    tale_end(&tale);
}

static void test_icmp(void **state)
{
    static const struct line syn = AT(0, SYN);
    struct tale tale;

    (void)state;
    tale_begin(&tale);
    tale_segment(&tale, &syn, 0);
    tale_icmp(&tale, 3, 0, 3, 3);
    tale_tell(&tale, 0);
    tale_text(tale.record.verdict, "unreachable");
    tale_text(tale.record.reason, "the server is unreachable: 198.18.0.9 says 'port unreachable' "
                                  "(ICMP type 3 code 3, TTL 63)");
    tale_text(tale.record.from, "198.18.0.9");
    assert_int_equal(tale.record.ttl, 63);
    assert_int_equal(tale.record.icmp_type, 3);
    assert_int_equal(tale.record.icmp_code, 3);
    tale_text(tale_row(&tale, 1)->seen.icmp, "port unreachable from 198.18.0.9");
    tale_text(tale_row(&tale, 1)->seen.direction, "in");
    tale_text(tale_row(&tale, 1)->seen.state, "CLOSED");
    tale_text(tale_client(&tale)->state, "CLOSED");
    tale_findings(&tale, "");
    tale_end(&tale);
}

/* Without time stamps there are no times, and nothing is read out of their absence. */
static void test_no_time(void **state)
{
    struct tale tale;

    (void)state;
    tale_begin(&tale);
    for (size_t i = 0; i < COUNT_OF(whole); i++) {
        struct line line = whole[i];

        line.ms = 0;
        tale_segment(&tale, &line, TRACK_NOTE_NO_TIME);
    }
    tale_tell(&tale, 0);
    tale_text(tale.record.time, NULL);
    tale_number(tale.record.rtt_ms, NAN);
    tale_number(tale.record.duration_ms, NAN);
    tale_number(tale.record.connect_ms, NAN);
    tale_number(tale_row(&tale, 1)->seen.t_ms, NAN);
    tale_text(tale.record.rtt_source, "the file has no time stamps");
    tale_text(tale_client(&tale)->backoff, NULL);
    assert_null(strstr(tale.record.reason, "after"));
    tale_findings(&tale, "TP-SYN-REPEATED TP-CAP-NO-TIME");
    tale_end(&tale);
}

/* It goes on: no word of an end. */
static void test_early(void **state)
{
    struct tale tale;

    (void)state;
    tale_play(&tale, whole, 0);
    tale.context.early = true;
    tale_tell(&tale, 0);
    assert_true(tale.record.early);
    assert_null(strstr(tale.record.reason, "capture ends"));
    tale.context.early = false;
    tale.context.why = TRACK_WHY_SILENT;
    tale_tell(&tale, 0);
    assert_non_null(strstr(tale.record.reason, "; open, and then silent"));
    tale.context.why = TRACK_WHY_ROOM;
    tale_tell(&tale, 0);
    assert_non_null(strstr(tale.record.reason, "; still open when it was given up for others"));
    tale_finding(&tale, "TP-CAP-ROOM");
    tale_end(&tale);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),    cmocka_unit_test(test_figures),
        cmocka_unit_test(test_without), cmocka_unit_test(test_where),
        cmocka_unit_test(test_icmp),    cmocka_unit_test(test_no_time),
        cmocka_unit_test(test_early),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
