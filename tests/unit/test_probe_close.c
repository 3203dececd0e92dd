/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of a probe once it is open: data in both directions, the ways to close, and interruptions.
 */
#include "probe_cases.h"

/* Our data, all of it, and what the peer's window and ours are. */
static void send_data(struct lab *lab, const char *text)
{
    lab->spec.data = (const uint8_t *)text;
    lab->spec.data_length = strlen(text);
}

/* An RST that acknowledges our FIN: the port was open, and this is only how the peer closes. */
static void test_reset_of_our_fin(void **state)
{
    struct lab *lab = *state;

    establish(lab);
    expect_sent(lab, TCP_ACK, 1, 1);
    until_fin(lab, 1, 1);
    lab->ttl = 60;
    lab_feed(lab, TCP_RST | TCP_ACK, 1, 2);
    expect_silence(lab);
    expect(lab, VERDICT_OPEN, "rst_received", "the server then reset it");
    expect_findings(lab, "TP-SEG-RST-TTL TP-CLOSE-RESET");
    assert_int_equal(lab->record.ttl, 57);
}

/* The same while our FIN was still on its way: then it is a reset. */
static void test_reset_before_our_fin(void **state)
{
    struct lab *lab = *state;

    establish(lab);
    expect_sent(lab, TCP_ACK, 1, 1);
    until_fin(lab, 1, 1);
    lab_feed(lab, TCP_RST | TCP_ACK, 1, 1);
    expect(lab, VERDICT_RESET, "rst_received", "");
    expect_findings(lab, "");
}

/* A closed socket's RST has no ACK: that it comes when it can be the answer to our FIN is all it says. */
static void test_reset_by_a_closed_socket(void **state)
{
    struct lab *lab = *state;

    establish(lab);
    expect_sent(lab, TCP_ACK, 1, 1);
    until_fin(lab, 1, 1);
    lab_wait(lab, 6 * MS);
    lab_feed(lab, TCP_RST, 1, 0);
    expect(lab, VERDICT_OPEN, "rst_received", "the server then reset it");
    expect_findings(lab, "TP-CLOSE-RESET");
}

/* The same too soon to be an answer: somebody had reset the connection before. */
static void test_reset_too_soon_for_our_fin(void **state)
{
    struct lab *lab = *state;

    establish(lab);
    expect_sent(lab, TCP_ACK, 1, 1);
    until_fin(lab, 1, 1);
    lab_feed(lab, TCP_RST, 1, 0);
    expect(lab, VERDICT_RESET, "rst_received", "");
}

static void test_server_speaks_first(void **state)
{
    struct lab *lab = *state;

    establish(lab);
    expect_sent(lab, TCP_ACK, 1, 1);
    lab_feed_data(lab, TCP_ACK | TCP_PSH, 1, 1, "220 ready\r\n");
    expect_sent(lab, TCP_ACK, 1, 12);
    until_fin(lab, 1, 12);
    lab_feed(lab, TCP_FIN | TCP_ACK, 12, 2);
    expect_sent(lab, TCP_ACK, 2, 13);
    lab_wait(lab, 0);
    expect(lab, VERDICT_OPEN, "both", "closed by both sides");
    expect_findings(lab, "");
    assert_string_equal(lab->record.received, "220 ready\\r\\n");
    assert_int_equal(lab->record.bytes_received, 11);
}

/* SYN,ACK with data and FIN in it: all in one segment. */
static void test_server_says_all_at_once(void **state)
{
    struct lab *lab = *state;

    lab_start(lab);
    lab_feed_data(lab, TCP_SYN | TCP_ACK | TCP_FIN, 0, 1, "bye");
    lab_reach(lab, PHASE_CLOSING);
    lab_feed(lab, TCP_ACK, 5, 2);
    expect(lab, VERDICT_OPEN, "both", "the server closed first");
    expect_findings(lab, "TP-SYN-DATA");
    assert_string_equal(lab->record.received, "bye");
}

static void test_server_closes_first(void **state)
{
    struct lab *lab = *state;

    establish(lab);
    expect_sent(lab, TCP_ACK, 1, 1);
    lab_feed(lab, TCP_FIN | TCP_ACK, 1, 1);
    /* The answer and our own FIN in one. */
    expect_sent(lab, TCP_FIN | TCP_ACK, 1, 2);
    assert_int_equal(lab->probe.tcb.state, STATE_LAST_ACK);
    lab_feed(lab, TCP_ACK, 2, 2);
    expect_silence(lab);
    expect(lab, VERDICT_OPEN, "both", "the server closed first");
    expect_findings(lab, "");
}

static void test_both_close_at_once(void **state)
{
    struct lab *lab = *state;

    establish(lab);
    expect_sent(lab, TCP_ACK, 1, 1);
    until_fin(lab, 1, 1);
    lab_feed(lab, TCP_FIN | TCP_ACK, 1, 1);
    assert_int_equal(lab->probe.tcb.state, STATE_CLOSING);
    expect_sent(lab, TCP_ACK, 2, 2);
    lab_feed(lab, TCP_ACK, 2, 2);
    lab_wait(lab, 0);
    expect(lab, VERDICT_OPEN, "both", "closed by both sides");
    expect_findings(lab, "");
}

/* It acknowledges our FIN and keeps its side open: an RST ends that. */
static void test_server_never_closes(void **state)
{
    struct lab *lab = *state;
    int64_t closing_at;

    establish(lab);
    expect_sent(lab, TCP_ACK, 1, 1);
    until_fin(lab, 1, 1);
    closing_at = lab->now;
    lab_feed(lab, TCP_ACK, 1, 2);
    assert_int_equal(lab->probe.tcb.state, STATE_FIN_WAIT_2);
    lab_wait(lab, 5 * SECOND);
    expect_sent(lab, TCP_RST | TCP_ACK, 2, 1);
    assert_true((lab->out[lab->outs - 1].at - closing_at) / MS <= 1000);
    expect(lab, VERDICT_OPEN, "rst_sent", "the server did not close in time and got an RST");
    expect_findings(lab, "TP-CLOSE-NONE");
    assert_non_null(
        strstr(((const struct finding_record *)lab->record.findings.items)->text, "within 1 s"));
}

/* Nor does it acknowledge it. */
static void test_server_falls_silent(void **state)
{
    struct lab *lab = *state;

    lab->spec.close_timeout = 60 * SECOND;
    establish(lab);
    expect_sent(lab, TCP_ACK, 1, 1);
    lab_wait(lab, 60 * SECOND);
    for (unsigned i = 0; i < 4; i++) /* once and three repeats */
        expect_sent(lab, TCP_FIN | TCP_ACK, 1, 1);
    expect_sent(lab, TCP_RST | TCP_ACK, 2, 1);
    expect_silence(lab);
    expect(lab, VERDICT_OPEN, "timeout", "then the server fell silent");
}

/* Its FIN unheard, the client says so: packets to the server may be lost. */
static void test_fin_never_acknowledged(void **state)
{
    struct lab *lab = *state;

    establish(lab);
    lab_wait(lab, 5 * SECOND);
    expect(lab, VERDICT_OPEN, "rst_sent", "the server never acknowledged our FIN and got an RST");
    expect_findings(lab, "TP-CLOSE-NONE");
    assert_non_null(strstr(((const struct finding_record *)lab->record.findings.items)->text,
                           "did not acknowledge our FIN within 1 s"));
}

static void test_time_wait(void **state)
{
    struct lab *lab = *state;

    lab->spec.time_wait = 2 * SECOND;
    establish(lab);
    expect_sent(lab, TCP_ACK, 1, 1);
    until_fin(lab, 1, 1);
    lab_feed(lab, TCP_FIN | TCP_ACK, 1, 2);
    expect_sent(lab, TCP_ACK, 2, 2);
    lab_wait(lab, SECOND);
    lab->ts_val--;
    lab_feed(lab, TCP_FIN | TCP_ACK, 1, 2);
    expect_sent(lab, TCP_ACK, 2, 2);
    lab_wait(lab, 1900 * MS);
    assert_int_equal(lab->probe.tcb.state, STATE_TIME_WAIT);
    lab_wait(lab, 200 * MS);
    expect(lab, VERDICT_OPEN, "both", "");
    expect_findings(lab, "TP-SEG-DUPLICATE");
}

/* After the end everything is late, and what wants an answer gets an RST. */
static void test_late_segment(void **state)
{
    struct lab *lab = *state;

    establish(lab);
    lab_feed(lab, TCP_RST | TCP_ACK, 1, 1);
    lab->read = lab->outs;
    lab_feed(lab, TCP_ACK, 1, 1);
    expect_sent(lab, TCP_RST, 1, 0);
    lab_feed(lab, TCP_RST, 1, 0);
    expect_silence(lab);
    expect(lab, VERDICT_RESET, "rst_received", "");
    expect_findings(lab, "TP-SEG-LATE");
}

static void test_wait_receives(void **state)
{
    struct lab *lab = *state;
    int64_t began;

    lab->spec.wait = 2 * SECOND;
    establish(lab);
    began = lab->now;
    expect_sent(lab, TCP_ACK, 1, 1);
    lab_wait(lab, SECOND);
    lab_feed_data(lab, TCP_ACK, 6, 1, " world");
    expect_sent(lab, TCP_ACK, 1, 1);
    lab_feed_data(lab, TCP_ACK, 1, 1, "hello");
    expect_sent(lab, TCP_ACK, 1, 12);
    lab_reach(lab, PHASE_CLOSING);
    assert_int_equal((lab->now - began + 500 * MS) / SECOND, 2);
    lab_feed(lab, TCP_FIN | TCP_ACK, 12, 2);
    lab_wait(lab, 0);
    expect(lab, VERDICT_OPEN, "both", "");
    expect_findings(lab, "");
    assert_string_equal(lab->record.received, "hello world");
}

/* We have nothing to say but a FIN; the server answers, and closes when it likes to. */
static void test_half_close(void **state)
{
    struct lab *lab = *state;

    lab->spec.half_close = true;
    lab->spec.wait = 10 * SECOND;
    lab_start(lab);
    expect_sent(lab, TCP_SYN, 0, 0);
    lab_feed(lab, TCP_SYN | TCP_ACK, 0, 1);
    expect_sent(lab, TCP_FIN | TCP_ACK, 1, 1);
    lab_feed(lab, TCP_ACK, 1, 2);
    lab_wait(lab, 8 * SECOND);
    assert_int_equal(lab->probe.tcb.state, STATE_FIN_WAIT_2);
    lab_feed_data(lab, TCP_ACK, 1, 2, "late");
    expect_sent(lab, TCP_ACK, 2, 5);
    lab_feed(lab, TCP_FIN | TCP_ACK, 5, 2);
    lab_wait(lab, 0);
    expect(lab, VERDICT_OPEN, "both", "");
    expect_findings(lab, "");
    assert_string_equal(lab->record.received, "late");
}

static void test_close_with_rst(void **state)
{
    struct lab *lab = *state;

    lab->spec.close = CLOSE_RST;
    establish(lab);
    expect_sent(lab, TCP_ACK, 1, 1);
    lab_wait(lab, SECOND);
    expect_sent(lab, TCP_RST | TCP_ACK, 1, 1);
    expect_silence(lab);
    expect(lab, VERDICT_OPEN, "rst_sent", "reset by us");
    expect_findings(lab, "");
}

static void test_close_not_at_all(void **state)
{
    struct lab *lab = *state;

    lab->spec.close = CLOSE_NONE;
    establish(lab);
    expect_sent(lab, TCP_ACK, 1, 1);
    lab_wait(lab, SECOND);
    expect_silence(lab);
    lab_feed(lab, TCP_ACK | TCP_PSH, 1, 1); /* what comes now is the next owner's business */
    expect_silence(lab);
    expect(lab, VERDICT_OPEN, "none", "left open");
    expect_findings(lab, "");
}

static void test_data_acknowledged(void **state)
{
    struct lab *lab = *state;
    const struct segment *segment;

    send_data(lab, "GET / HTTP/1.0\r\n\r\n");
    establish(lab);
    segment = expect_sent(lab, TCP_ACK | TCP_PSH, 1, 1);
    assert_int_equal(segment->payload_length, 18);
    assert_memory_equal(segment->payload, "GET / HTTP/1.0\r\n\r\n", 18);
    lab_feed(lab, TCP_ACK, 1, 19);
    until_fin(lab, 19, 1);
    lab_feed(lab, TCP_FIN | TCP_ACK, 1, 20);
    lab_wait(lab, 0);
    expect(lab, VERDICT_OPEN, "both", "");
    expect_findings(lab, "");
    assert_int_equal(lab->record.bytes_sent, 18);
    assert_int_equal(lab->record.bytes_acked, 18);
}

static void test_data_never_acknowledged(void **state)
{
    struct lab *lab = *state;

    send_data(lab, "anybody?");
    establish(lab);
    lab_wait(lab, 60 * SECOND);
    for (unsigned i = 0; i < 4; i++)
        expect_sent(lab, TCP_ACK | TCP_PSH, 1, 1);
    expect_sent(lab, TCP_RST | TCP_ACK, 9, 1);
    expect_silence(lab);
    expect(lab, VERDICT_OPEN, "timeout", "then the server fell silent");
    assert_int_equal(lab->record.bytes_sent, 8);
    assert_int_equal(lab->record.bytes_acked, 0);
    expect_findings(lab, "");
}

/* What was never sent is not counted as sent. */
static void test_data_never_sent(void **state)
{
    struct lab *lab = *state;
    struct segment answer;

    send_data(lab, "no room for this");
    lab_start(lab);
    answer = lab_segment(lab, TCP_SYN | TCP_ACK, 0, 1);
    answer.window = 0;
    lab_take(lab, &answer);
    lab_feed(lab, TCP_RST, 1, 0);
    expect(lab, VERDICT_RESET, "rst_received", "");
    assert_int_equal(lab->record.bytes_sent, 0);
}

/* --window 0 keeps the peer's data out for good. */
static void test_our_window_zero(void **state)
{
    struct lab *lab = *state;

    lab->spec.window = 0;
    lab_start(lab);
    assert_int_equal(lab_next(lab)->segment.window, 0);
    lab_feed(lab, TCP_SYN | TCP_ACK, 0, 1);
    assert_int_equal(expect_sent(lab, TCP_ACK, 1, 1)->window, 0);
    lab_feed_data(lab, TCP_ACK, 1, 1, "x");
    assert_int_equal(expect_sent(lab, TCP_ACK, 1, 1)->window, 0);
    finish_politely(lab);
    expect(lab, VERDICT_OPEN, "both", "");
    expect_findings(lab, "");
    assert_int_equal(lab->record.bytes_received, 0);
}

/* This machine's kernel, say, sends an RST of its own. */
static void test_foreign_segment(void **state)
{
    struct lab *lab = *state;
    struct segment reset = {.source_port = LAB_SOURCE_PORT,
                            .destination_port = LAB_PORT,
                            .seq = LAB_ISS + 1,
                            .flags = TCP_RST};

    establish(lab);
    lab_capture_out(lab, &reset);
    assert_int_equal(lab->probe.tcb.state, STATE_ESTABLISHED);
    finish_politely(lab);
    expect(lab, VERDICT_OPEN, "both", "");
    expect_findings(lab, "TP-LOCAL-SEGMENT");
}

/* More packets than are kept: what of ours is not in the trace is no stranger's. */
static void test_trace_full(void **state)
{
    struct lab *lab = *state;
    struct seen filler = {.stamped = true, .from = lab->server};

    establish(lab);
    filler.at = lab->now;
    while (trace_packet(&lab->probe.trace, &filler) != TRACE_NONE)
        continue;
    finish_politely(lab);
    expect(lab, VERDICT_OPEN, "both", "");
    expect_findings(lab, "TP-LOCAL-TRACE");
}

/* The same byte again with another value: somebody tampers. */
static void test_data_conflict(void **state)
{
    struct lab *lab = *state;

    lab->spec.wait = SECOND;
    establish(lab);
    lab_feed_data(lab, TCP_ACK, 1, 1, "abcd");
    lab_feed_data(lab, TCP_ACK, 1, 1, "abXd");
    lab_reach(lab, PHASE_CLOSING);
    lab_feed(lab, TCP_FIN | TCP_ACK, 5, 2);
    lab_wait(lab, 0);
    expect(lab, VERDICT_OPEN, "both", "");
    expect_findings(lab, "TP-DATA-CONFLICT TP-SEG-DUPLICATE");
    assert_string_equal(lab->record.received, "abcd");
}

/* RFC 5961: an RST that is only near gets a challenge, and one far off gets nothing. */
static void test_forged_resets(void **state)
{
    struct lab *lab = *state;

    establish(lab);
    expect_sent(lab, TCP_ACK, 1, 1);
    lab_feed(lab, TCP_RST, 100, 0);
    expect_sent(lab, TCP_ACK, 1, 1);
    lab_feed(lab, TCP_RST, 0x40000000, 0);
    expect_silence(lab);
    finish_politely(lab);
    expect(lab, VERDICT_OPEN, "both", "");
    expect_findings(lab, "TP-SEG-RST-INEXACT TP-SEG-RST-BLIND");
}

enum { IN_EXCHANGE, IN_FIN_WAIT_1, IN_FIN_WAIT_2, IN_CLOSE_WAIT, IN_TIME_WAIT, PLACES };

static void lead_to(struct lab *lab, unsigned place)
{
    lab->spec.time_wait = 10 * SECOND;
    if (place == IN_CLOSE_WAIT)
        send_data(lab, "to be acknowledged");
    establish(lab);
    if (place == IN_CLOSE_WAIT)
        lab_feed(lab, TCP_FIN | TCP_ACK, 1, 1);
    else if (place != IN_EXCHANGE)
        lab_reach(lab, PHASE_CLOSING);
    if (place == IN_FIN_WAIT_2)
        lab_feed(lab, TCP_ACK, 1, 2);
    else if (place == IN_TIME_WAIT)
        lab_feed(lab, TCP_FIN | TCP_ACK, 1, 2);
    lab->read = lab->outs;
}

/* Interrupted wherever it is, it leaves nothing half-open behind. */
static void test_stop(void **state)
{
    struct lab *lab = *state;
    enum ip_family family = lab->client.family;

    for (unsigned place = 0; place < PLACES; place++) {
        lead_to(lab, place);
        probe_stop(&lab->probe, "interrupted", lab->now);
        lab_pump(lab);
        if (place == IN_TIME_WAIT) {
            expect(lab, VERDICT_OPEN, "both", "");
        } else {
            assert_int_equal(lab_next(lab)->segment.flags, TCP_RST | TCP_ACK);
            expect(lab, VERDICT_OPEN, "rst_sent", "reset by us when stopped");
        }
        expect_silence(lab);
        expect_findings(lab, "");
        lab_close(lab);
        lab_open_with(lab, family);
    }
}

static void test_lost(void **state)
{
    struct lab *lab = *state;
    enum ip_family family = lab->client.family;

    for (unsigned place = 0; place < PLACES; place++) {
        lead_to(lab, place);
        probe_lost(&lab->probe, "the interface is down", lab->now);
        lab_pump(lab);
        expect_silence(lab);
        expect(lab, VERDICT_OPEN, "lost", "then the interface was lost");
        expect_findings(lab, "TP-LOCAL-LINK");
        lab_close(lab);
        lab_open_with(lab, family);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(test_reset_of_our_fin),
        BOTH(test_reset_before_our_fin),
        BOTH(test_reset_by_a_closed_socket),
        BOTH(test_reset_too_soon_for_our_fin),
        BOTH(test_server_speaks_first),
        BOTH(test_server_says_all_at_once),
        BOTH(test_server_closes_first),
        BOTH(test_both_close_at_once),
        BOTH(test_server_never_closes),
        BOTH(test_server_falls_silent),
        BOTH(test_fin_never_acknowledged),
        BOTH(test_time_wait),
        BOTH(test_late_segment),
        BOTH(test_wait_receives),
        BOTH(test_half_close),
        BOTH(test_close_with_rst),
        BOTH(test_close_not_at_all),
        BOTH(test_data_acknowledged),
        BOTH(test_data_never_acknowledged),
        BOTH(test_data_never_sent),
        BOTH(test_our_window_zero),
        BOTH(test_foreign_segment),
        BOTH(test_trace_full),
        BOTH(test_data_conflict),
        BOTH(test_forged_resets),
        BOTH(test_stop),
        BOTH(test_lost),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
