/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of a probe up to its verdict: what answers a SYN and what does not, and what is lost on the
 * way. */
#include "probe_cases.h"

static void test_open_and_closed(void **state)
{
    struct lab *lab = *state;
    const struct segment_record *rows;

    establish(lab);
    expect_sent(lab, TCP_ACK, 1, 1);
    until_fin(lab, 1, 1);
    lab_feed(lab, TCP_FIN | TCP_ACK, 1, 2);
    expect_sent(lab, TCP_ACK, 2, 2);
    lab_wait(lab, 0);
    expect_silence(lab);
    expect(lab, VERDICT_OPEN, "both", "answered the SYN with SYN,ACK after");
    expect_findings(lab, "");
    assert_int_equal(lab->record.attempts, 1);
    assert_int_equal(lab->record.answered_attempt, 1);
    assert_int_equal(lab->record.lost_forward, 0);
    assert_int_equal(lab->record.lost_reverse, 0);
    assert_true(lab->record.rtt_ms > 5.09 && lab->record.rtt_ms < 5.11);
    assert_int_equal(lab->record.isn_client, LAB_ISS);
    assert_int_equal(lab->record.isn_server, LAB_IRS);
    assert_int_equal(lab->record.ttl, 57);
    assert_int_equal(lab->record.hops, 7);
    assert_string_equal(lab->record.from,
                        lab->client.family == IP_FAMILY_V4 ? "198.18.0.2" : "2001:db8::2");
    assert_int_equal(lab->record.segments.count, 6);
    rows = lab->record.segments.items;
    assert_string_equal(rows[1].flags, "SYN,ACK");
    assert_string_equal(rows[1].state, "ESTABLISHED");
    assert_int_equal(rows[5].relative_ack, 2);
}

static void test_refused(void **state)
{
    struct lab *lab = *state;

    lab_start(lab);
    lab->ttl = 128;
    lab_feed(lab, TCP_RST | TCP_ACK, 0, 1);
    expect_sent(lab, TCP_SYN, 0, 0);
    expect_silence(lab);
    expect(lab, VERDICT_REFUSED, "", "refused the connection: RST,ACK after 100 µs, TTL 128");
    expect_findings(lab, "");
    assert_int_equal(lab->record.hops, 0);
}

/* An RST that acknowledges nothing proves nothing: anybody can send it. */
static void test_blind_reset(void **state)
{
    struct lab *lab = *state;

    lab_start(lab);
    lab_feed(lab, TCP_RST, 0, 0);
    lab_feed(lab, TCP_RST | TCP_ACK, 0, 7);
    lab_wait(lab, 20 * SECOND);
    expect(lab, VERDICT_INCONCLUSIVE, "", "2 segments came from");
    expect_findings(lab, "TP-SEG-RST-BLIND");
    assert_int_equal(lab->record.attempts, 3);
}

static void test_silence(void **state)
{
    struct lab *lab = *state;
    int64_t began = lab->now;
    const struct lab_sent *copies[3];

    lab_start(lab);
    lab_wait(lab, 20 * SECOND);
    for (unsigned i = 0; i < 3; i++) {
        copies[i] = lab_next(lab);
        assert_int_equal(copies[i]->segment.flags, TCP_SYN);
        assert_int_equal(copies[i]->segment.seq, LAB_ISS);
    }
    /* 1 s, then twice that: RFC 6298 5.5. */
    assert_int_equal((copies[1]->at - began) / MS, 1000);
    assert_int_equal((copies[2]->at - began) / MS, 3000);
    assert_int_equal(copies[0]->header.identification, 65535);
    assert_int_equal(copies[1]->header.identification, 1);
    /* So that a peer whose SYN,ACKs are lost is not left half-open. */
    expect_sent(lab, TCP_RST, 1, 0);
    expect_silence(lab);
    expect(lab, VERDICT_FILTERED, "", "did not answer 3 SYNs in 7 s: nothing came back");
    expect_findings(lab, "");
    assert_int_equal(lab->record.lost_forward, RECORD_UNKNOWN);
    assert_null(lab->record.from);
}

static void icmp_case(struct lab *lab, uint8_t type, uint8_t code, size_t quoted, const char *words)
{
    lab_start(lab);
    lab_icmp(lab, type, code, 0, LAB_ISS, quoted, DAMAGE_NONE);
    expect_sent(lab, TCP_SYN, 0, 0);
    expect_silence(lab);
    expect(lab, VERDICT_UNREACHABLE, "", words);
    assert_int_equal(lab->record.icmp_type, type);
    assert_int_equal(lab->record.icmp_code, code);
    assert_int_equal(lab->record.ttl, 61);
    expect_findings(lab, "");
}

static void test_icmp_hard(void **state)
{
    struct lab *lab = *state;
    bool v4 = lab->client.family == IP_FAMILY_V4;

    icmp_case(lab, v4 ? 3 : 1, v4 ? 3 : 4, 1000, "port unreachable");
    assert_string_equal(lab->record.from, v4 ? "198.18.0.99" : "2001:db8::99");
}

/* RFC 792 quotes the header and 8 bytes, which is enough. */
static void test_icmp_soft_short(void **state)
{
    struct lab *lab = *state;
    bool v4 = lab->client.family == IP_FAMILY_V4;

    icmp_case(lab, v4 ? 11 : 3, 0, v4 ? 28 : 48, "is unreachable: ");
}

static void test_icmp_too_big(void **state)
{
    struct lab *lab = *state;
    bool v4 = lab->client.family == IP_FAMILY_V4;

    lab_start(lab);
    lab_icmp(lab, v4 ? 3 : 2, v4 ? 4 : 0, 1300, LAB_ISS, 1000, DAMAGE_NONE);
    assert_int_equal(lab->probe.tcb.state, STATE_SYN_SENT);
    assert_int_equal(lab->probe.tcb.parameters.mss_limit, v4 ? 1260 : 1240);
    lab_feed(lab, TCP_SYN | TCP_ACK, 0, 1);
    finish_politely(lab);
    expect(lab, VERDICT_OPEN, "both", "");
    expect_findings(lab, "TP-ICMP-NOTE");
}

/* It quotes somebody else's sequence number, or its checksum is wrong. */
static void test_icmp_foreign(void **state)
{
    struct lab *lab = *state;
    bool v4 = lab->client.family == IP_FAMILY_V4;

    lab_start(lab);
    lab_icmp(lab, v4 ? 3 : 1, v4 ? 3 : 4, 0, LAB_ISS + 1, 1000, DAMAGE_NONE);
    assert_int_equal(lab->probe.tcb.state, STATE_SYN_SENT);
    lab_icmp(lab, v4 ? 3 : 1, v4 ? 3 : 4, 0, LAB_ISS, 1000, DAMAGE_CHECKSUM);
    assert_int_equal(lab->probe.tcb.state, STATE_SYN_SENT);
    lab_feed(lab, TCP_RST | TCP_ACK, 0, 1);
    expect(lab, VERDICT_REFUSED, "", "");
    expect_findings(lab, "TP-ICMP-FOREIGN TP-SEG-CHECKSUM");
}

/* Silence but for ICMP errors that do not count is not "not even an ICMP error". */
static void test_icmp_foreign_only(void **state)
{
    struct lab *lab = *state;
    bool v4 = lab->client.family == IP_FAMILY_V4;

    lab_start(lab);
    lab_icmp(lab, v4 ? 3 : 1, v4 ? 3 : 4, 0, LAB_ISS + 1, 1000, DAMAGE_NONE);
    lab_wait(lab, 20 * SECOND);
    expect(lab, VERDICT_FILTERED, "", "nothing came back but ICMP errors that do not count");
    expect_findings(lab, "TP-ICMP-FOREIGN");
}

/* Once open an error is only noted; once over it is late, and nobody's forgery. */
static void test_icmp_later(void **state)
{
    struct lab *lab = *state;
    bool v4 = lab->client.family == IP_FAMILY_V4;

    establish(lab);
    lab_icmp(lab, v4 ? 3 : 1, v4 ? 3 : 4, 0, LAB_ISS + 1, 1000, DAMAGE_NONE);
    assert_int_equal(lab->probe.tcb.state, STATE_ESTABLISHED);
    lab_feed(lab, TCP_RST | TCP_ACK, 1, 1);
    lab_icmp(lab, v4 ? 3 : 1, v4 ? 3 : 4, 0, LAB_ISS + 1, 1000, DAMAGE_NONE);
    expect(lab, VERDICT_RESET, "rst_received", "reset the connection");
    expect_findings(lab, "TP-ICMP-NOTE");
    assert_int_equal(lab->record.icmp_type, RECORD_UNKNOWN);
}

static void damaged_case(struct lab *lab, enum damage damage, const char *finding)
{
    lab_start(lab);
    lab->damage = damage;
    lab_feed(lab, TCP_RST | TCP_ACK, 0, 1);
    assert_int_equal(lab->probe.tcb.state, STATE_SYN_SENT);
    lab_wait(lab, 20 * SECOND);
    expect(lab, VERDICT_INCONCLUSIVE, "", "no receiver accepts");
    expect_findings(lab, finding);
}

static void test_wrong_checksum(void **state)
{
    damaged_case(*state, DAMAGE_CHECKSUM, "TP-SEG-CHECKSUM");
}

static void test_wrong_ip_checksum(void **state)
{
    damaged_case(*state, DAMAGE_IP_CHECKSUM, "TP-SEG-IP-CHECKSUM");
}

static void test_fragment(void **state)
{
    damaged_case(*state, DAMAGE_FRAGMENT, "TP-SEG-FRAGMENT");
}

/* What transmit offload has not filled in yet is no damage: on loopback and veth all is like that.
 */
static void test_partial_checksum(void **state)
{
    struct lab *lab = *state;

    lab->damage = DAMAGE_PARTIAL;
    establish(lab);
    finish_politely(lab);
    expect(lab, VERDICT_OPEN, "both", "");
    expect_findings(lab, "");
}

static void test_reset_after_answer(void **state)
{
    struct lab *lab = *state;

    establish(lab);
    expect_sent(lab, TCP_ACK, 1, 1);
    lab_feed(lab, TCP_RST, 1, 0);
    expect_silence(lab);
    expect(lab, VERDICT_RESET, "rst_received", "answered with SYN,ACK and reset the connection");
    expect_findings(lab, "");
}

static void test_reset_by_another(void **state)
{
    struct lab *lab = *state;

    establish(lab);
    lab->ttl = 60;
    lab_feed(lab, TCP_RST, 1, 0);
    expect(lab, VERDICT_RESET, "rst_received", "with TTL 60 (the SYN,ACK had 57)");
    expect_findings(lab, "TP-SEG-RST-TTL");
}

static void test_window_zero_answer(void **state)
{
    struct lab *lab = *state;
    struct segment answer;

    lab_start(lab);
    answer = lab_segment(lab, TCP_SYN | TCP_ACK, 0, 1);
    answer.window = 0;
    lab_take(lab, &answer);
    lab_feed(lab, TCP_ACK, 1, 1);
    finish_politely(lab);
    expect(lab, VERDICT_OPEN, "both", "");
    expect_findings(lab, "TP-SYN-WINDOW-ZERO");
}

static void test_malformed_options(void **state)
{
    struct lab *lab = *state;
    struct segment answer;

    lab_start(lab);
    answer = lab_segment(lab, TCP_SYN | TCP_ACK, 0, 1);
    /* A window scale of 15, an MSS of 4 bytes less, an option that is longer than the header. */
    options_parse((const uint8_t *)"\x03\x03\x0f\x02\x04\x00\x10\x22\x40\x01\x01\x01", 12,
                  &answer.options);
    lab_take(lab, &answer);
    lab->timestamps = false;
    finish_politely(lab);
    expect(lab, VERDICT_OPEN, "both", "");
    expect_findings(lab, "TP-OPT-MALFORMED TP-OPT-MSS-TINY TP-OPT-WSCALE");
}

static void test_unoffered_option(void **state)
{
    struct lab *lab = *state;

    lab->spec.profile = PROFILE_BARE;
    establish(lab);
    lab->timestamps = false;
    finish_politely(lab);
    expect(lab, VERDICT_OPEN, "both", "");
    expect_findings(lab, "TP-OPT-UNOFFERED");
}

static void stop_case(struct lab *lab, bool lost)
{
    lab_start(lab);
    if (lost)
        probe_lost(&lab->probe, "the interface is down", lab->now);
    else
        probe_stop(&lab->probe, "interrupted", lab->now);
    lab_pump(lab);
    expect_sent(lab, TCP_SYN, 0, 0);
    if (!lost)
        expect_sent(lab, TCP_RST, 1, 0);
    expect_silence(lab);
    expect(lab, VERDICT_INCONCLUSIVE, "",
           lost ? "not measured: the interface is down" : "not measured: interrupted");
    expect_findings(lab, "");
}

static void test_stop_opening(void **state)
{
    stop_case(*state, false);
}

static void test_lost_opening(void **state)
{
    stop_case(*state, true);
}

/* Every event that the table may call odd in some state is a finding of its own. */
static void test_every_oddity_is_a_finding(void **state)
{
    struct lab *lab = *state;
    const struct segment segment = {.flags = TCP_ACK};

    lab_start(lab);
    for (unsigned event = 0; event < EVENT_COUNT; event++)
        for (unsigned at = 0; at < STATE_COUNT; at++) {
            if (fsm_cell((enum event)event, (enum state)at)->action != FSM_ODD)
                continue;
            lab->probe.trace.finding_count = 0;
            notice_odd(&lab->probe, (enum event)event, &segment);
            assert_int_equal(lab->probe.trace.finding_count, 1);
            assert_int_not_equal(lab->probe.trace.findings[0].finding, FINDING_MALFORMED);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(test_open_and_closed),
        BOTH(test_refused),
        BOTH(test_blind_reset),
        BOTH(test_silence),
        BOTH(test_icmp_hard),
        BOTH(test_icmp_soft_short),
        BOTH(test_icmp_too_big),
        BOTH(test_icmp_foreign),
        BOTH(test_icmp_foreign_only),
        BOTH(test_icmp_later),
        BOTH(test_wrong_checksum),
        {"test_wrong_ip_checksum", test_wrong_ip_checksum, setup, teardown, &families[0]},
        {"test_fragment", test_fragment, setup, teardown, &families[0]},
        BOTH(test_partial_checksum),
        BOTH(test_reset_after_answer),
        BOTH(test_reset_by_another),
        BOTH(test_window_zero_answer),
        BOTH(test_malformed_options),
        BOTH(test_unoffered_option),
        BOTH(test_stop_opening),
        BOTH(test_lost_opening),
        {"test_every_oddity_is_a_finding", test_every_oddity_is_a_finding, setup, teardown,
         &families[0]},
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
