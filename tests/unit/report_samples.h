/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Handshakes as records, filled by hand, one of every kind that the renderers must show: shared by their tests. */
#ifndef TESTS_UNIT_REPORT_SAMPLES_H
#define TESTS_UNIT_REPORT_SAMPLES_H

#include "report/records.h"

#define NONE RECORD_UNKNOWN
#define LIST(array) {(array), sizeof(array) / sizeof((array)[0])}
#define SYN_OPTIONS "mss 1460,sackOK,TS val 3815604532 ecr 0,nop,wscale 7"
#define CLIENT_ISN 305441741
#define SERVER_ISN 2852126720

/* Segments: time, flags, relative seq and ack, window, its bytes, length, options, state, the server's state. */
#define OUT(t, flag, s, a, w, wb, l, o, st, sv) \
    .t_ms = (t), .direction = "out", .flags = (flag), .seq = CLIENT_ISN + (s), .relative_seq = (s), \
    .ack = (a) == NONE ? NONE : SERVER_ISN + (a), .relative_ack = (a), .window = (w), .window_bytes = (wb), \
    .length = (l), .ttl = 64, .options = (o), .state = (st), .server_state = (sv)
#define IN(t, flag, s, a, w, wb, l, o, st, sv) \
    .t_ms = (t), .direction = "in", .flags = (flag), .seq = SERVER_ISN + (s), .relative_seq = (s), \
    .ack = (a) == NONE ? NONE : CLIENT_ISN + (a), .relative_ack = (a), .window = (w), .window_bytes = (wb), \
    .length = (l), .ttl = 64, .options = (o), .state = (st), .server_state = (sv)
#define ICMP(t, words, hops, st) \
    .t_ms = (t), .direction = "in", .flags = NULL, .seq = NONE, .relative_seq = NONE, .ack = NONE, \
    .relative_ack = NONE, .window = NONE, .window_bytes = NONE, .length = NONE, .ttl = (hops), .options = NULL, \
    .state = (st), .icmp = (words)

static const struct options_record sample_offered = {
    .mss = 1460, .wscale = 7, .sack = true, .timestamps = true, .options = SYN_OPTIONS,
};

/* What is the same in all of them. */
#define COMMON \
    .schema = RECORD_SCHEMA_VERSION, .command = "handshake", .time = "2026-01-02T03:04:05.678901Z"
#define ORIGIN \
    .source_port = 40312, .interface = "veth0", .guard = "filter,md5,minttl", .isn_client = CLIENT_ISN
#define IPV4 .family = "IPv4", .source = "198.18.0.1", .offered = &sample_offered
#define ONE_SYN .attempts = 1, .dns_ms = NAN
#define NOT_ANSWERED \
    .isn_server = NONE, .answered = NULL, .in_effect = NULL, .bytes_sent = 0, .bytes_acked = 0, .bytes_received = 0, \
    .connect_ms = NAN
#define NO_ICMP .icmp_type = NONE, .icmp_code = NONE
#define TO_80 .target = "198.18.0.2:80", .host = "198.18.0.2", .addresses = 1, .address = "198.18.0.2", .port = 80

/* ---- open, closed from our side ---- */

static const struct options_record open_answered = {
    .mss = 1460, .wscale = 10, .sack = true, .timestamps = true,
    .options = "mss 1460,sackOK,TS val 77001 ecr 3815604532,nop,wscale 10",
};
static const struct options_record open_in_effect = {
    .mss = 1448, .wscale = 10, .sack = true, .timestamps = true, .options = "mss 1448,sackOK,TS,wscale 10",
};
#define TS1 "nop,nop,TS val 3815604532 ecr 77001"
#define TS2 "nop,nop,TS val 77002 ecr 3815604533"
static const struct segment_record open_segments[] = {
    {OUT(0, "SYN", 0, NONE, 64240, 64240, 0, SYN_OPTIONS, "SYN-SENT", "SYN-RECEIVED")},
    {IN(0.038214, "SYN,ACK", 0, 1, 65160, 65160, 0, "mss 1460,sackOK,TS val 77001 ecr 3815604532,nop,wscale 10",
        "ESTABLISHED", "SYN-RECEIVED")},
    {OUT(0.052871, "ACK", 1, 1, 502, 64256, 0, TS1, "ESTABLISHED", "ESTABLISHED")},
    {OUT(0.1375, "FIN,ACK", 1, 1, 502, 64256, 0, TS1, "FIN-WAIT-1", "CLOSE-WAIT")},
    {IN(0.161, "ACK", 1, 2, 64, 65536, 0, TS2, "FIN-WAIT-2", "CLOSE-WAIT")},
    {IN(0.240001, "FIN,ACK", 1, 2, 64, 65536, 0, TS2, "TIME-WAIT", "LAST-ACK")},
    {OUT(0.249, "ACK", 2, 2, 502, 64256, 0, TS1, "TIME-WAIT", "CLOSED")},
};
static const struct step_record open_steps[] = {
    {-0.004, "CLOSED", "USER_OPEN", "SYN-SENT", "SYN|ARM", "open", "3.10.1", NONE},
    {0.038214, "SYN-SENT", "RX_SYN_ACK", "ESTABLISHED", "ACK|SEND|OPENED|REARM", "SYN,ACK that acknowledges our SYN",
     "3.10.7.3, 3.5 figure 7", 1},
    {0.13, "ESTABLISHED", "USER_CLOSE", "FIN-WAIT-1", "FIN", "close", "3.10.4", NONE},
    {0.161, "FIN-WAIT-1", "RX_ACK_FIN", "FIN-WAIT-2", "REARM", "ACK of our FIN", "3.10.7.4", 4},
    {0.240001, "FIN-WAIT-2", "RX_FIN", "TIME-WAIT", "ACK|LINGER", "FIN in order", "3.10.7.4", 5},
    {1000.3, "TIME-WAIT", "TIMER_2MSL", "CLOSED", "DONE", "2 MSL have passed", "3.10.8", NONE},
};
static const struct handshake_record sample_open = {
    COMMON, ORIGIN, IPV4, ONE_SYN, NO_ICMP, TO_80,
    .verdict = "open", .reason = "198.18.0.2:80 answered the first SYN after 38.2 µs; closed by both sides",
    .from = "198.18.0.2", .ttl = 64, .hops = 0, .answered_attempt = 1, .rtt_ms = 0.038214,
    .rtt_source = "capture: SYN copy 1 to SYN,ACK, ns", .lost_forward = 0, .lost_reverse = 0,
    .connect_ms = 0.038214, .isn_server = SERVER_ISN, .answered = &open_answered, .in_effect = &open_in_effect,
    .bytes_sent = 0, .bytes_acked = 0, .bytes_received = 0, .closed = "closed by both sides",
    .duration_ms = 1000.3, .segments = LIST(open_segments), .steps = LIST(open_steps),
};

/* ---- refused ---- */

static const struct segment_record refused_segments[] = {
    {OUT(0, "SYN", 0, NONE, 64240, 64240, 0, SYN_OPTIONS, "SYN-SENT", "LISTEN")},
    {.t_ms = 0.021, .direction = "in", .flags = "RST,ACK", .seq = 0, .relative_seq = NONE, .ack = CLIENT_ISN + 1,
     .relative_ack = 1, .window = 0, .window_bytes = 0, .length = 0, .ttl = 64, .options = "", .state = "CLOSED",
     .server_state = "CLOSED"},
};
static const struct step_record refused_steps[] = {
    {0, "CLOSED", "USER_OPEN", "SYN-SENT", "SYN|ARM", "open", "3.10.1", NONE},
    {0.021, "SYN-SENT", "RX_RST", "CLOSED", "REFUSED", "RST exactly where it counts", "3.10.7.3, 3.10.7.4", 1},
};
static const struct handshake_record sample_refused = {
    COMMON, ORIGIN, IPV4, ONE_SYN, NO_ICMP, NOT_ANSWERED, TO_80,
    .verdict = "refused", .reason = "198.18.0.2 refuses connections to port 80: RST after 21 µs",
    .from = "198.18.0.2", .ttl = 64, .hops = 0, .answered_attempt = 1, .rtt_ms = 0.021,
    .rtt_source = "capture: SYN copy 1 to RST, ns", .lost_forward = 0, .lost_reverse = 0, .closed = NULL,
    .duration_ms = 0.021, .unmet = "state=open: refused, mss>=1400: unknown",
    .segments = LIST(refused_segments), .steps = LIST(refused_steps),
};

/* ---- unreachable, by the word of a router ---- */

static const struct segment_record unreachable_segments[] = {
    {OUT(0, "SYN", 0, NONE, 64240, 64240, 0, SYN_OPTIONS, "SYN-SENT", "LISTEN")},
    {ICMP(0.412, "communication administratively prohibited from 198.18.0.9", 63, "CLOSED")},
};
static const struct step_record unreachable_steps[] = {
    {0, "CLOSED", "USER_OPEN", "SYN-SENT", "SYN|ARM", "open", "3.10.1", NONE},
    {0.412, "SYN-SENT", "ICMP_HARD", "CLOSED", "UNREACHABLE", "ICMP error that will not pass",
     "RFC 1122 4.2.3.9, RFC 5927 4", 1},
};
static const struct handshake_record sample_unreachable = {
    COMMON, ORIGIN, IPV4, ONE_SYN, NOT_ANSWERED,
    .target = "db.example:5432", .host = "db.example", .addresses = 3, .address = "198.18.0.2", .port = 5432,
    .verdict = "unreachable",
    .reason = "router 198.18.0.9 says that communication with 198.18.0.2:5432 is administratively prohibited",
    .from = "198.18.0.9", .ttl = 63, .hops = 1, .icmp_type = 3, .icmp_code = 13, .answered_attempt = 1,
    .rtt_ms = NAN, .rtt_source = "the server did not answer", .lost_forward = NONE, .lost_reverse = NONE,
    .duration_ms = 0.412, .segments = LIST(unreachable_segments), .steps = LIST(unreachable_steps),
};

/* ---- filtered: three SYNs, silence ---- */

static const struct segment_record filtered_segments[] = {
    {OUT(0, "SYN", 0, NONE, 64240, 64240, 0, SYN_OPTIONS, "SYN-SENT", "LISTEN")},
    {OUT(1000.104, "SYN", 0, NONE, 64240, 64240, 0, "mss 1460,sackOK,TS val 3815605532 ecr 0,nop,wscale 7",
         "SYN-SENT", "LISTEN"), .note = "copy 2"},
    {OUT(3000.251, "SYN", 0, NONE, 64240, 64240, 0, "mss 1460,sackOK,TS val 3815607532 ecr 0,nop,wscale 7",
         "SYN-SENT", "LISTEN"), .note = "copy 3"},
};
static const struct step_record filtered_steps[] = {
    {0, "CLOSED", "USER_OPEN", "SYN-SENT", "SYN|ARM", "open", "3.10.1", NONE},
    {1000.1, "SYN-SENT", "TIMER_RESEND", "SYN-SENT", "RESEND|ARM", "no acknowledgment in time", "RFC 6298 5.4", NONE},
    {3000.2, "SYN-SENT", "TIMER_RESEND", "SYN-SENT", "RESEND|ARM", "no acknowledgment in time", "RFC 6298 5.4", NONE},
    {7000.3, "SYN-SENT", "TIMER_GIVE_UP", "CLOSED", "RST|TIMED_OUT", "no acknowledgment after the last retry",
     "3.8.3 R2", NONE},
};
static const struct handshake_record sample_filtered = {
    COMMON, ORIGIN, IPV4, .dns_ms = NAN, NO_ICMP, NOT_ANSWERED, TO_80, .attempts = 3,
    .verdict = "filtered", .reason = "198.18.0.2:80 answered none of 3 SYNs in 7 s", .from = NULL, .ttl = NONE,
    .hops = NONE, .answered_attempt = NONE, .rtt_ms = NAN, .rtt_source = "no SYN was answered",
    .lost_forward = NONE, .lost_reverse = NONE, .duration_ms = 7000.3, .segments = LIST(filtered_segments),
    .steps = LIST(filtered_steps),
};

/* ---- a retransmission: the first SYN was lost, then a reset by the server; long ---- */

static const struct segment_record retry_segments[] = {
    {OUT(0, "SYN", 0, NONE, 64240, 64240, 0, SYN_OPTIONS, "SYN-SENT", "LISTEN")},
    {OUT(1000.104, "SYN", 0, NONE, 64240, 64240, 0, "mss 1460,sackOK,TS val 3815605532 ecr 0,nop,wscale 7",
         "SYN-SENT", "LISTEN"), .note = "copy 2"},
    {IN(1000.152, "SYN,ACK", 0, 1, 65160, 65160, 0, "mss 1460,sackOK,TS val 77001 ecr 3815605532,nop,wscale 10",
        "ESTABLISHED", "SYN-RECEIVED or ESTABLISHED")},
    {OUT(1000.16, "ACK", 1, 1, 502, 64256, 0, TS1, "ESTABLISHED", "SYN-RECEIVED or ESTABLISHED")},
    {IN(1000.2, "SYN,ACK", 0, 1, 65160, 65160, 0, "mss 1460,sackOK,TS val 77001 ecr 3815605532,nop,wscale 10",
        "ESTABLISHED", "SYN-RECEIVED or ESTABLISHED"), .note = "duplicate"},
    {IN(12345.678901, "RST", 1, NONE, 0, 0, 0, "", "CLOSED", "CLOSED")},
};
static const struct finding_record retry_findings[] = {
    {"TP-SEG-DUPLICATE", "info", "the SYN,ACK came twice"},
    {"TP-OPT-ODD", "low", "the answer's window scale is larger than any receiver needs"},
    {"TP-SEG-CHECKSUM", "medium", "a segment with a wrong checksum was ignored: it may be forged, or the network "
                                  "interface computes checksums later than the capture sees the packet"},
    {"TP-SEC-ISN", "high", "the initial sequence number is the same as last time"},
};
static const struct handshake_record sample_retry = {
    COMMON, ORIGIN, IPV4, NO_ICMP, TO_80, .attempts = 2,
    .verdict = "reset", .reason = "198.18.0.2:80 answered the second SYN and reset the connection 11.3 s later",
    .from = "198.18.0.2", .ttl = 61, .hops = 3, .answered_attempt = 2, .dns_ms = 3.25, .rtt_ms = 0.048,
    .rtt_source = "capture: SYN copy 2 to SYN,ACK, ns (the echoed timestamp names the copy)", .lost_forward = 1,
    .lost_reverse = 0, .connect_ms = 1000.152, .isn_server = SERVER_ISN, .answered = &open_answered,
    .in_effect = &open_in_effect, .bytes_sent = 0, .bytes_acked = 0, .bytes_received = 0, .closed = "reset by the peer",
    .duration_ms = 12345.678901, .capture_dropped = 12, .segments = LIST(retry_segments),
    .findings = LIST(retry_findings),
};

/* ---- simultaneous open, and IPv6 with long addresses ---- */

static const struct options_record simultaneous_offered = {
    .mss = 1440, .wscale = NONE, .sack = true, .ecn = true, .fastopen = true, .mptcp = true,
    .options = "mss 1440,sackOK,FO,mptcp capable v1,uto 600,raw:fd04beef",
};
static const struct options_record simultaneous_answered = {
    .mss = 1440, .wscale = NONE, .sack = true, .options = "mss 1440,sackOK,raw:63040000",
};
static const struct options_record simultaneous_in_effect = {
    .mss = 1440, .wscale = NONE, .sack = true, .options = "mss 1440,sackOK",
};
static const struct segment_record simultaneous_segments[] = {
    {OUT(0, "SYN,ECE,CWR", 0, NONE, 64240, 64240, 0, "mss 1440,sackOK,FO,mptcp capable v1,uto 600,raw:fd04beef",
         "SYN-SENT", "LISTEN")},
    {IN(0.9, "SYN", 0, NONE, 28800, 28800, 0, "mss 1440,sackOK,raw:63040000", "SYN-RECEIVED",
        "SYN-SENT or SYN-RECEIVED")},
    {OUT(0.95, "SYN,ACK", 0, 1, 64240, 64240, 0, "mss 1440,sackOK", "SYN-RECEIVED", "SYN-SENT or SYN-RECEIVED")},
    {IN(1.8, "SYN,ACK", 0, 1, 28800, 28800, 0, "mss 1440,sackOK", "ESTABLISHED", "SYN-RECEIVED or ESTABLISHED")},
    {OUT(1.85, "RST,ACK", 1, 1, 0, 0, 0, "", "CLOSED", "CLOSED")},
};
static const struct step_record simultaneous_steps[] = {
    {0, "CLOSED", "USER_OPEN", "SYN-SENT", "SYN|ARM", "open", "3.10.1", NONE},
    {0.9, "SYN-SENT", "RX_SYN", "SYN-RECEIVED", "SYN_ACK|ARM", "SYN that crosses ours", "3.10.7.3", 1},
    {1.8, "SYN-RECEIVED", "RX_SYN_ACK", "ESTABLISHED", "ACK|SEND|OPENED|REARM", "SYN,ACK that acknowledges our SYN",
     "3.10.7.3, 3.5 figure 7", 3},
    {1.84, "ESTABLISHED", "USER_ABORT", "CLOSED", "RST|ABORTED", "abort", "3.10.5", NONE},
};
static const struct handshake_record sample_simultaneous = {
    COMMON, ORIGIN, ONE_SYN, NO_ICMP, .target = "[2001:db8:1234:5678:9abc:def0:1234:5678]:443",
    .host = "2001:db8:1234:5678:9abc:def0:1234:5678", .addresses = 1, .address = "2001:db8:1234:5678:9abc:def0:1234:5678",
    .port = 443, .family = "IPv6", .source = "2001:db8:1234:5678:ffff:eeee:dddd:cccc", .verdict = "open",
    .reason = "[2001:db8:1234:5678:9abc:def0:1234:5678]:443 opened at the same time; aborted from this side",
    .from = "2001:db8:1234:5678:9abc:def0:1234:5678", .ttl = 57, .hops = 7, .answered_attempt = NONE,
    .rtt_ms = NAN, .rtt_source = "the SYNs crossed: no pair of question and answer", .lost_forward = NONE,
    .lost_reverse = NONE, .connect_ms = 1.8, .isn_server = SERVER_ISN, .offered = &simultaneous_offered,
    .answered = &simultaneous_answered, .in_effect = &simultaneous_in_effect, .bytes_sent = 0, .bytes_acked = 0,
    .bytes_received = 0, .closed = "aborted from this side", .duration_ms = 1.85,
    .segments = LIST(simultaneous_segments), .steps = LIST(simultaneous_steps),
};

/* ---- data in both directions, a hole, SACK ---- */

static const struct segment_record data_segments[] = {
    {OUT(0, "SYN", 0, NONE, 64240, 64240, 0, SYN_OPTIONS, "SYN-SENT", "LISTEN")},
    {IN(18.402, "SYN,ACK", 0, 1, 65160, 65160, 0, "mss 1460,sackOK,TS val 77001 ecr 3815604532,nop,wscale 10",
        "ESTABLISHED", "SYN-RECEIVED or ESTABLISHED")},
    {OUT(18.45, "ACK,PSH", 1, 1, 502, 64256, 18, TS1, "ESTABLISHED", "SYN-RECEIVED or ESTABLISHED"),
     .payload = "GET / HTTP/1.0\\r\\n\\r\\n"},
    {IN(37.1, "ACK", 1, 19, 64, 65536, 1448, TS2, "ESTABLISHED", "ESTABLISHED"),
     .payload = "HTTP/1.0 200 OK\\r\\nContent-Type: text/plain\\r\\n\\r\\n"},
    {OUT(37.12, "ACK", 19, 1449, 502, 64256, 0, TS1, "ESTABLISHED", "ESTABLISHED")},
    {IN(37.3, "PSH,ACK", 2897, 19, 64, 65536, 5, TS2, "ESTABLISHED", "ESTABLISHED"), .note = "behind a hole",
     .payload = "tail\\n"},
    {OUT(37.31, "ACK", 19, 1449, 502, 64256, 0,
         "nop,nop,TS val 3815604569 ecr 77020,nop,nop,sack 2852129617:2852129622", "ESTABLISHED", "ESTABLISHED")},
    {ICMP(40.5, "port unreachable from 198.18.0.2", 64, "ESTABLISHED")},
    {OUT(45.0, "RST,ACK", 19, 1449, 0, 0, 0, "", "CLOSED", "CLOSED")},
};
static const struct handshake_record sample_data = {
    COMMON, ORIGIN, IPV4, ONE_SYN, NO_ICMP, TO_80, .verdict = "open",
    .reason = "198.18.0.2:80 answered the first SYN after 18.4 ms; aborted from this side", .from = "198.18.0.2",
    .ttl = 64, .hops = 0, .answered_attempt = 1, .rtt_ms = 18.402, .rtt_source = "capture: SYN copy 1 to SYN,ACK, ns",
    .lost_forward = 0, .lost_reverse = 0, .connect_ms = 18.402, .isn_server = SERVER_ISN, .answered = &open_answered,
    .in_effect = &open_in_effect, .bytes_sent = 18, .bytes_acked = 18, .bytes_received = 1448,
    .received = "HTTP/1.0 200 OK\\r\\nContent-Type: text/plain\\r\\n\\r\\nbackslash n: \\\\n, bytes: \\xff\\xfe\\x00 and a "
                "line that is longer than the page is wide, so that it has to go on in another one\\n"
                "1\\n2\\n3\\n4\\n5\\n6\\n7\\n8\\n9\\n10\\n",
    .closed = "aborted from this side", .duration_ms = 45.0, .segments = LIST(data_segments),
};

/* ---- could not be measured ---- */

static const struct handshake_record sample_inconclusive = {
    COMMON, .dns_ms = NAN, NO_ICMP, NOT_ANSWERED, .target = "nowhere.example:80", .host = "nowhere.example",
    .addresses = NONE, .address = NULL, .port = 80, .attempts = 0, .family = NULL, .source = NULL, .source_port = NONE, .interface = NULL, .guard = NULL,
    .isn_client = NONE, .offered = NULL, .verdict = "inconclusive",
    .reason = "the name 'nowhere.example' does not exist", .from = NULL, .ttl = NONE, .hops = NONE,
    .answered_attempt = NONE, .rtt_ms = NAN, .rtt_source = NULL, .lost_forward = NONE, .lost_reverse = NONE,
    .duration_ms = NAN,
};

static const struct sample {
    const char *name;
    const struct handshake_record *record;
} samples[] = {
    {"open", &sample_open},         {"refused", &sample_refused}, {"unreachable", &sample_unreachable},
    {"filtered", &sample_filtered}, {"retry", &sample_retry},     {"simultaneous", &sample_simultaneous},
    {"data", &sample_data},         {"inconclusive", &sample_inconclusive},
};
#define SAMPLE_COUNT (sizeof samples / sizeof samples[0])

#endif
