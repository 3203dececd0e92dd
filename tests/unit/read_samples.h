/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Connections of captures as records, filled by hand, one of every kind that the renderers must
 * show: shared by their tests. */
#ifndef TESTS_UNIT_READ_SAMPLES_H
#define TESTS_UNIT_READ_SAMPLES_H

#include "report/records_read.h"

#define NONE RECORD_UNKNOWN
/* clang-format off */
/* What is given of a sample stands behind what is unknown of all of them. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
#define LIST(array) {(array), sizeof(array) / sizeof((array)[0])}
#define CLIENT_ISN  305441741
#define SERVER_ISN  2852126720

/* What is unknown of a segment unless it is given behind it. */
#define NOT_KNOWN \
    .copy = NONE, .answers = NONE, .rtt_ms = NAN, .missing_bytes = NONE, .repeated_bytes = NONE, .duplicates = NONE
/* Frame, time, flags, relative seq and ack, window field and bytes, length, options, both states. */
#define OUT(n, t, flag, s, a, w, wb, l, o, st, sv) \
    .frame = (n), .ip_id = 4000 + (n), .checksum = "good", \
    .seen.t_ms = (t), .seen.direction = "out", .seen.flags = (flag), .seen.seq = CLIENT_ISN + (s), \
    .seen.relative_seq = (s), .seen.ack = (a) == NONE ? NONE : SERVER_ISN + (a), .seen.relative_ack = (a), \
    .seen.window = (w), .seen.window_bytes = (wb), .seen.length = (l), .seen.ttl = 63, .seen.options = (o), \
    .seen.state = (st), .seen.server_state = (sv)
#define IN(n, t, flag, s, a, w, wb, l, o, st, sv) \
    .frame = (n), .ip_id = 0, .checksum = "partial", \
    .seen.t_ms = (t), .seen.direction = "in", .seen.flags = (flag), .seen.seq = SERVER_ISN + (s), \
    .seen.relative_seq = (s), .seen.ack = (a) == NONE ? NONE : CLIENT_ISN + (a), .seen.relative_ack = (a), \
    .seen.window = (w), .seen.window_bytes = (wb), .seen.length = (l), .seen.ttl = 61, .seen.options = (o), \
    .seen.state = (st), .seen.server_state = (sv)
#define TS "nop,nop,TS val 3815604559 ecr 77020"
#define UNKNOWN_END \
    .acked_bytes = NONE, .rtt_min_ms = NAN, .ttl = NONE, .hops = NONE, .window_bytes = NONE

static const struct options_record read_offered = {
    .mss = 1460, .wscale = 7, .sack = true, .timestamps = true,
    .options = "mss 1460,sackOK,TS val 3815604532 ecr 0,nop,wscale 7",
};
static const struct options_record read_answered = {
    .mss = 1400, .wscale = 10, .sack = true, .timestamps = true,
    .options = "mss 1400,sackOK,TS val 77001 ecr 3815604532,nop,wscale 10",
};
static const struct options_record read_in_effect = {
    .mss = 1388, .wscale = 10, .sack = true, .timestamps = true, .options = "mss 1388,sackOK,TS,wscale 10",
};

#define COMMON .schema = RECORD_SCHEMA_VERSION, .command = "read", .file = "lab.pcapng", .time = "2026-01-02T03:04:05.678901Z"
#define FROM_A .source = "198.18.0.1", .source_port = 40312, .family = "IPv4"
#define TO_B .target = "198.18.0.2:80", .address = "198.18.0.2", .port = 80
#define NO_ICMP .icmp_type = NONE, .icmp_code = NONE
#define NO_ANSWER \
    .isn_server = NONE, .bytes_sent = 0, .bytes_acked = NONE, .bytes_received = 0, .connect_ms = NAN, .rtt_ms = NAN, \
    .server_rtt_ms = NAN, .client_rtt_ms = NAN, .lost_forward = NONE, .lost_reverse = NONE

/* ---- open: a SYN lost, a hole and SACK, a window that closes, closed by both ---- */

static const struct read_segment_record whole_segments[] = {
    {NOT_KNOWN, OUT(1, 0, "SYN", 0, NONE, 64240, 64240, 0, "mss 1460,sackOK,TS val 3815604532 ecr 0,nop,wscale 7", "SYN-SENT", "LISTEN"), .events = "syn", .copy = 1,
     .why = "the client asks for a connection and begins to count at its ISN 305441741", .reference = "RFC 9293 3.5"},
    {NOT_KNOWN, OUT(2, 1003.24, "SYN", 0, NONE, 64240, 64240, 0, "mss 1460,sackOK,TS val 3815605535 ecr 0,nop,wscale 7", "SYN-SENT", "SYN-RECEIVED"), .seen.note = "copy 2", .events = "syn-repeated", .copy = 2,
     .why = "no answer came in time, so the client sends the same SYN again", .reference = "RFC 9293 3.8.1, RFC 6298 5"},
    {NOT_KNOWN, IN(3, 1023.341, "SYN,ACK", 0, 1, 65160, 65160, 0, "mss 1400,sackOK,TS val 77001 ecr 3815605535,nop,wscale 10", "ESTABLISHED", "SYN-RECEIVED"), .events = "syn-ack", .copy = 1, .answers = 2, .rtt_ms = 20.101,
     .why = "the server acknowledges the SYN (a SYN takes one number) and sends its own; in SYN-RECEIVED it waits for the ACK", .reference = "RFC 9293 3.5"},
    {NOT_KNOWN, OUT(4, 1028.541, "ACK", 1, 1, 502, 64256, 0, TS, "ESTABLISHED", "ESTABLISHED"), .events = "handshake-ack", .answers = 1, .rtt_ms = 5.2,
     .why = "the client acknowledges the server's SYN: both ends are open", .reference = "RFC 9293 3.5"},
    {NOT_KNOWN, OUT(5, 1028.9, "PSH,ACK", 1, 1, 502, 64256, 18, TS, "ESTABLISHED", "ESTABLISHED"), .seen.payload = "GET / HTTP/1.0\\r\\n\\r\\n", .events = "data",
     .why = "18 bytes of data", .reference = "RFC 9293 3.10.7.4"},
    {NOT_KNOWN, IN(6, 1050.1, "ACK", 1, 19, 64, 65536, 1388, TS, "ESTABLISHED", "ESTABLISHED"), .seen.payload = "HTTP/1.0 200 OK\\r\\nContent-Type: text/plain\\r\\n", .events = "data", .rtt_ms = 21.2},
    {NOT_KNOWN, IN(7, 1050.3, "ACK", 2777, 19, 64, 65536, 1388, TS, "ESTABLISHED", "ESTABLISHED"), .seen.note = "1388 bytes before it missing", .events = "data,gap", .missing_bytes = 1388,
     .why = "1388 bytes before it are missing: lost on the way to the capture point, or captured in another order", .reference = "RFC 9293 3.4"},
    {NOT_KNOWN, OUT(8, 1055.4, "ACK", 19, 1389, 501, 64128, 0, "nop,nop,TS val 3815604585 ecr 77022,nop,nop,sack 2852129497:2852130885", "ESTABLISHED", "ESTABLISHED"), .seen.note = "duplicate ACK 1", .events = "duplicate-ack,sack", .duplicates = 1, .has = "2777-4165", .lacks = "1389-2777",
     .why = "the client waits for byte 1389, and tells by SACK that it has 2777 to 4164 already", .reference = "RFC 2018 3"},
    {NOT_KNOWN, IN(9, 1076, "ACK", 1389, 19, 64, 65536, 1388, TS, "ESTABLISHED", "ESTABLISHED"), .seen.note = "sent again, fast", .events = "data,retransmission,fast"},
    {NOT_KNOWN, OUT(10, 1081.2, "ACK", 19, 4165, 0, 0, 0, TS, "ESTABLISHED", "ESTABLISHED"), .seen.note = "window closed", .events = "zero-window", .rtt_ms = 5.2},
    {NOT_KNOWN, IN(11, 1290.7, "ACK", 4164, 19, 64, 65536, 0, TS, "ESTABLISHED", "ESTABLISHED"), .seen.note = "window probe", .events = "window-probe"},
    {NOT_KNOWN, OUT(12, 1296.1, "ACK", 19, 4165, 480, 61440, 0, TS, "ESTABLISHED", "ESTABLISHED"), .seen.note = "answers the probe", .events = "window-probe-ack"},
    {NOT_KNOWN, IN(13, 1317.1, "FIN,PSH,ACK", 4165, 19, 64, 65536, 500, TS, "CLOSE-WAIT", "FIN-WAIT-1"), .events = "data,fin"},
    {NOT_KNOWN, OUT(14, 1322.3, "FIN,ACK", 19, 4666, 480, 61440, 0, TS, "LAST-ACK", "TIME-WAIT"), .events = "fin"},
    {NOT_KNOWN, IN(15, 1342.6, "ACK", 4666, 20, 64, 65536, 0, TS, "CLOSED", "TIME-WAIT"), .events = ""},
};
static const struct step_record whole_steps[] = {
    {0, "CLOSED", "USER_OPEN", "SYN-SENT", "SYN|ARM", "open", "3.10.1", NONE},
    {1003.24, "SYN-SENT", "TIMER_RESEND", "SYN-SENT", "RESEND|ARM", "time-out of the oldest segment", "3.10.8", NONE},
    {1023.341, "SYN-SENT", "RX_SYN_ACK", "ESTABLISHED", "ACK|OPENED|REARM", "SYN,ACK that acknowledges our SYN", "3.10.7.3", 2},
    {1317.1, "ESTABLISHED", "RX_FIN", "CLOSE-WAIT", "ACK", "FIN in order", "3.10.7.4", 12},
    {1322.3, "CLOSE-WAIT", "USER_CLOSE", "LAST-ACK", "FIN", "close", "3.10.4", NONE},
    {1342.6, "LAST-ACK", "RX_ACK_FIN", "CLOSED", "DONE", "ACK of our FIN", "3.10.7.4", 14},
};
static const struct finding_record whole_findings[] = {
    {"TP-SYN-REPEATED", "low", "the client sent its SYN twice"},
    {"TP-DATA-RESENT", "low", "the server sent 1 segment again, because of duplicate ACKs"},
    {"TP-WIN-ZERO", "low", "the client closed its window for 215 ms"},
};
static const struct read_end_record whole_client = {
    .segments = 8, .data_segments = 1, .bytes = 18, .acked_bytes = 18, .duplicate_acks = 1, .zero_windows = 1,
    .syns = 2, .syn_gaps_ms = "1003.2", .backoff = "once, after 1 s", .rtt_min_ms = 20.3, .ttl = 63, .hops = 1,
    .window_bytes = 61440, .state = "CLOSED",
};
static const struct read_end_record whole_server = {
    .segments = 7, .data_segments = 4, .bytes = 4664, .acked_bytes = 4664, .retransmissions = 1, .fast = 1, .gaps = 1,
    .window_probes = 1, .syns = 1, .rtt_min_ms = 5.1, .ttl = 61, .hops = 3, .window_bytes = 65536, .state = "TIME-WAIT",
};
#define WHOLE \
    COMMON, FROM_A, TO_B, NO_ICMP, .connection = 3, .interface = "eth0", .verdict = "open", \
    .reason = "the server answered the second SYN with SYN,ACK after 20.1 ms; 1 SYN was lost on the way there, and the client's ACK came 5.2 ms later; the server closed first, and both ends are closed", \
    .from = "198.18.0.2", .ttl = 61, .hops = 3, .attempts = 2, .answered_attempt = 2, .rtt_ms = 25.301, \
    .rtt_source = "the sum of both sides of the capture point", .server_rtt_ms = 20.101, \
    .server_rtt_source = "capture stamps of 1 ns: the echoed timestamp names the copy", .client_rtt_ms = 5.2, \
    .client_rtt_source = "capture stamps of 1 ns: one SYN,ACK, one ACK", .lost_forward = 1, .lost_reverse = 0, \
    .connect_ms = 1023.341, .isn_client = CLIENT_ISN, .isn_server = SERVER_ISN, .offered = &read_offered, \
    .answered = &read_answered, .in_effect = &read_in_effect, .bytes_sent = 18, .bytes_acked = 18, .bytes_received = 4664, \
    .ending = "closed", .closed = "both", .duration_ms = 1342.6, .first_frame = 1, .last_frame = 15, .segment_count = 15, \
    .client = &whole_client, .server = &whole_server
static const struct connection_record read_whole = {
    WHOLE, .segments = LIST(whole_segments), .steps = LIST(whole_steps), .findings = LIST(whole_findings),
};

/* ---- open when the capture began, one direction, reset by somebody else ---- */

static const struct read_segment_record late_segments[] = {
    {NOT_KNOWN, IN(101, 0, "PSH,ACK", 0, NONE, 64, NONE, 1460, "", "ESTABLISHED", "ESTABLISHED"), .seen.seq = 77000,
     .seen.relative_seq = NONE, .seen.ack = 88000, .seen.relative_ack = NONE, .state_doubt = "began-late",
     .server_state_doubt = "began-late", .events = "data"},
    {NOT_KNOWN, IN(105, 12.5, "PSH,ACK", 0, NONE, 64, NONE, 1460, "", "?", "ESTABLISHED"), .seen.seq = 81380,
     .seen.relative_seq = NONE, .seen.ack = 88000, .seen.relative_ack = NONE, .state_doubt = "one-way",
     .server_state_doubt = "began-late", .events = "data,gap", .missing_bytes = 2920, .repeated_bytes = 20,
     .seen.note = "2920 bytes before it missing"},
    {NOT_KNOWN, IN(106, 12.6, "RST", 0, NONE, 0, 0, 0, "", "CLOSED", "CLOSED"), .seen.seq = 82840, .seen.ttl = 250,
     .seen.relative_seq = NONE, .state_doubt = "reset", .server_state_doubt = "reset", .events = "rst,rst-exact",
     .reset_by = "somebody else", .seen.note = "probably by somebody else"},
};
static const struct finding_record late_findings[] = {
    {"TP-SEG-RST-FORGED", "high", "the RST was probably sent by somebody else: its TTL is 250, that of the server's other segments 61"},
    {"TP-CAP-BEGAN-LATE", "info", "the capture began when the connection was under way"},
};
static const struct read_end_record late_client = {UNKNOWN_END, .state = "?", .doubt = "one-way"};
static const struct read_end_record late_server = {
    UNKNOWN_END, .segments = 3, .data_segments = 2, .bytes = 2920, .missing_bytes = 2920, .repeated_bytes = 20, .gaps = 1,
    .resets = 1, .ttl = 61, .hops = 3, .state = "CLOSED", .doubt = "reset",
};
static const struct connection_record read_late = {
    COMMON, NO_ICMP, NO_ANSWER, .source = "2001:db8::1:40", .source_port = 51234, .family = "IPv6",
    .target = "[2001:db8:0:2::80]:443", .address = "2001:db8:0:2::80", .port = 443, .connection = 12345, .vlan = "7",
    .tunnel = "GRE", .verdict = "reset",
    .reason = "it was open when the capture began, and then an RST came in the server's name, probably from somebody else, with TTL 250",
    .from = "2001:db8:0:2::80", .ttl = 250, .hops = 5, .attempts = 0, .answered_attempt = NONE,
    .rtt_source = "the SYN is not in the capture", .server_rtt_source = "the SYN is not in the capture",
    .client_rtt_source = "the SYN is not in the capture", .isn_client = NONE, .ending = "rst-forged", .closed = "rst_received",
    .reset_by = "somebody else", .began_late = true, .one_way = true, .duration_ms = 12.6, .first_frame = 101,
    .last_frame = 106, .segment_count = 3, .client = &late_client, .server = &late_server, .segments = LIST(late_segments),
    .findings = LIST(late_findings), .steps_end = "the client's SYN is not in the capture",
};

/* ---- filtered: four SYNs, silence ---- */

static const struct read_segment_record silent_segments[] = {
    {NOT_KNOWN, OUT(1, 0, "SYN", 0, NONE, 64240, 64240, 0, "mss 1460", "SYN-SENT", "LISTEN"), .server_state_doubt = "unanswered", .events = "syn", .copy = 1},
    {NOT_KNOWN, OUT(2, 1003.24, "SYN", 0, NONE, 64240, 64240, 0, "mss 1460", "SYN-SENT", "LISTEN"), .server_state_doubt = "unanswered", .events = "syn-repeated", .seen.note = "copy 2", .copy = 2},
    {NOT_KNOWN, OUT(3, 3018.34, "SYN", 0, NONE, 64240, 64240, 0, "mss 1460", "SYN-SENT", "LISTEN"), .server_state_doubt = "unanswered", .events = "syn-repeated", .seen.note = "copy 3", .copy = 3},
    {NOT_KNOWN, OUT(4, 7042.99, "SYN", 0, NONE, 64240, 64240, 0, "mss 1460", "SYN-SENT", "LISTEN"), .server_state_doubt = "unanswered", .events = "syn-repeated", .seen.note = "copy 4", .copy = 4},
};
static const struct options_record silent_offered = {.mss = 1460, .wscale = NONE, .options = "mss 1460"};
static const struct read_end_record silent_client = {
    .segments = 4, .acked_bytes = NONE, .syns = 4, .syn_gaps_ms = "1003.2,2015.1,4024.7",
    .backoff = "doubles from 1 s as RFC 6298 has it", .rtt_min_ms = NAN, .ttl = 63, .hops = 1, .window_bytes = 64240, .state = "SYN-SENT",
};
static const struct read_end_record silent_server = {UNKNOWN_END, .state = "LISTEN", .doubt = "unanswered"};
static const struct connection_record read_silent = {
    COMMON, FROM_A, TO_B, NO_ICMP, NO_ANSWER, .connection = 4, .verdict = "filtered",
    .reason = "the SYN was sent 4 times over 7.04 s, and nothing came back in 130 s", .ttl = NONE, .hops = NONE, .attempts = 4,
    .answered_attempt = NONE, .rtt_source = "no SYN,ACK", .isn_client = CLIENT_ISN, .offered = &silent_offered,
    .ending = "unanswered", .duration_ms = 7042.99, .first_frame = 1, .last_frame = 4, .segment_count = 4,
    .client = &silent_client, .server = &silent_server, .unmet = "state=open: filtered", .segments = LIST(silent_segments),
};

/* ---- unreachable, by the word of a router ---- */

static const struct read_segment_record barred_segments[] = {
    {NOT_KNOWN, OUT(20, 0, "SYN", 0, NONE, 64240, 64240, 0, "mss 1460", "SYN-SENT", "?"), .events = "syn", .copy = 1},
    {NOT_KNOWN, .frame = 21, .ip_id = NONE, .seen.t_ms = 0.412, .seen.direction = "in", .seen.seq = NONE, .seen.ack = NONE,
     .seen.relative_seq = NONE, .seen.relative_ack = NONE, .seen.window = NONE, .seen.window_bytes = NONE, .seen.length = NONE,
     .seen.ttl = 62, .seen.state = "CLOSED", .seen.server_state = "?", .events = "",
     .seen.icmp = "communication administratively prohibited from 198.18.0.9"},
};
static const struct connection_record read_barred = {
    COMMON, FROM_A, TO_B, NO_ANSWER, .connection = 5, .verdict = "unreachable",
    .reason = "the server is unreachable: 198.18.0.9 says 'communication administratively prohibited' (ICMP type 3 code 13, TTL 62)",
    .from = "198.18.0.9", .ttl = 62, .hops = 2, .icmp_type = 3, .icmp_code = 13, .attempts = 1, .answered_attempt = NONE,
    .rtt_source = "no SYN,ACK", .isn_client = CLIENT_ISN, .offered = &silent_offered, .ending = "unreachable",
    .duration_ms = 0.412, .first_frame = 20, .last_frame = 21, .segment_count = 1, .segments = LIST(barred_segments),
};

/* ---- told while it goes on; only the way to the server is known ---- */

static const struct connection_record read_early = {
    WHOLE, .connection = 6, .early = true, .ending = "open", .closed = NULL, .rtt_ms = NAN, .client_rtt_ms = NAN,
    .client_rtt_source = "several SYN,ACKs, and no timestamp tells which was acknowledged", .attempts = 1,
    .bytes_received = 123456789012,
};
#pragma GCC diagnostic pop
/* clang-format on */

static const struct {
    const char *name;
    const struct connection_record *record;
} read_samples[] = {
    {"whole", &read_whole},   {"late", &read_late},   {"silent", &read_silent},
    {"barred", &read_barred}, {"early", &read_early},
};
#define READ_SAMPLES (sizeof read_samples / sizeof read_samples[0])

#endif
