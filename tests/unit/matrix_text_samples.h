/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Matrices of options as records, filled by hand, one of every kind that text must show. */
#ifndef TESTS_UNIT_MATRIX_TEXT_SAMPLES_H
#define TESTS_UNIT_MATRIX_TEXT_SAMPLES_H

#include "report/records_matrix.h"

#define NONE        RECORD_UNKNOWN
#define LIST(array) {(array), sizeof(array) / sizeof((array)[0])}

/* clang-format off */
#define CLIMB(server) \
    .schema = RECORD_SCHEMA_VERSION, .command = "options", .time = "2026-01-02T03:04:05.678901Z", \
    .target = (server), .host = "198.18.0.2", .addresses = 1, .address = "198.18.0.2", .port = 443, \
    .family = "IPv4", .source = "198.18.0.1", .interface = "veth0", .from = "198.18.0.2", .ttl = 61, .hops = 3, \
    .dns_ms = NAN, .repeat = 3, .capture_dropped = 0
#define ALL_SENT(n) .sent = (n), .opened = (n), .reset = 0, .icmp = 0, .silent = 0
#define NO_OFFER    .offered = 0, .good = 0, .absent = 0, .echoed = 0, .bad = 0, .unasked = 0
#define OFFERED(n, yes, no) .offered = (n), .good = (yes), .absent = (no), .echoed = 0, .bad = 0, .unasked = 0

/* ---- a plain Linux ---- */

static const struct matrix_row_record plain_rows[] = {
    {.feature = "bare", .verdict = "supported", ALL_SENT(3), NO_OFFER,
     .evidence = "3 of 3 SYNs opened, 6 of 6 controls", .meaning = "a SYN without options (RFC 9293 3.5)"},
    {.feature = "mss", .verdict = "supported", .in_effect = "works", ALL_SENT(18), OFFERED(240, 240, 0), .values = "1460",
     .evidence = "18 of 18 SYNs opened, 6 of 6 controls; answered 240 of 240, values 1460",
     .meaning = "maximum segment size (RFC 9293 3.7.1)"},
    {.feature = "wscale", .verdict = "supported", .in_effect = "works", ALL_SENT(48), OFFERED(90, 90, 0), .values = "7",
     .evidence = "48 of 48 SYNs opened, 6 of 6 controls; answered 90 of 90, values 7",
     .meaning = "window scale (RFC 7323 2)"},
    {.feature = "sack", .verdict = "supported", .in_effect = "works", ALL_SENT(6), OFFERED(60, 60, 0),
     .evidence = "6 of 6 SYNs opened, 6 of 6 controls; answered 60 of 60",
     .meaning = "selective acknowledgments (RFC 2018)"},
    {.feature = "timestamps", .verdict = "supported", .in_effect = "works", ALL_SENT(12), OFFERED(75, 75, 0),
     .evidence = "12 of 12 SYNs opened, 6 of 6 controls; answered 75 of 75", .meaning = "timestamps (RFC 7323 3)"},
    {.feature = "fastopen", .verdict = "declined", .in_effect = "absent", ALL_SENT(12), OFFERED(21, 0, 21),
     .evidence = "12 of 12 SYNs opened, 6 of 6 controls; answered 0 of 21", .meaning = "Fast Open (RFC 7413)"},
    {.feature = "ecn", .verdict = "supported", .in_effect = "inconclusive", ALL_SENT(6), OFFERED(9, 9, 0),
     .evidence = "6 of 6 SYNs opened, 6 of 6 controls; answered 9 of 9",
     .meaning = "explicit congestion notification (RFC 3168)"},
    {.feature = "checksum", .verdict = "declined", .sent = 3, .opened = 0, .reset = 0, .icmp = 0, .silent = 3, NO_OFFER,
     .evidence = "0 of 3 SYNs opened (0 RST, 0 ICMP, 3 silence), 6 of 6 controls; dropped, as it must be",
     .meaning = "a wrong checksum (RFC 9293 3.1)"},
};
static const struct check_record plain_checks[] = {
    {"wscale", "wscale", "works", "the ACK announced 510, 65280 bytes scaled by 7, within the 65535 that it has room for",
     "the peer scales the windows that it announces (RFC 7323 2.3)"},
    {"our-wscale", "wscale", "inconclusive", "the peer sent no data into a window field of 4; --send makes it speak", "the peer scales the windows that we announce (RFC 7323 2.3)"},
    {"timestamps", "timestamps", "works", "4 of 4 segments have them", "every segment of the peer's has timestamps (RFC 7323 3.2)"},
    {"sack", "sack", "works", "a block 101 to 201 came for the data beyond the hole",
     "data beyond a hole are acknowledged with a SACK block (RFC 2018 4)"},
    {"mss", "mss", "works", "3 segments, the largest of 536 bytes", "no segment of the peer's is larger than our MSS (RFC 9293 3.7.1)"},
    {"fastopen", "fastopen", "absent", "no cookie was given",
     "data that came with the cookie are acknowledged with the SYN (RFC 7413 4.2.2)"},
    {"ecn", "ecn", "inconclusive", NULL, "a CE mark is answered with ECE until CWR comes (RFC 3168 6.1.3)"},
};
static const struct front_test_record plain_front[] = {
    {"identical-syn", "no", "4 identical SYNs had 4 different ISNs", "the same SYN again: does the same ISN come back"},
    {"low-bits", "no", "16 TSvals have 16 different values in their low 6 bits",
     "the low bits of TSval: do they stand still, as where options are hidden in them"},
    {"repeats", "no", "the SYN,ACK came again 3 times", "the SYN,ACK of a connection left half-open: does it come again"},
};
static const struct rung_record plain_rungs[] = {
    {"bare", "bare", "", "SYN", 3, 3, 0, 0, 0, "mss 1460", "mss", 64240, 61, 0, false},
    {"linux", "sets", "mss 1460,sackOK,TS val 3815604532 ecr 0,nop,wscale 7", "SYN", 3, 3, 0, 0, 0,
     "mss 1460,sackOK,TS val 77001 ecr 3815604532,nop,wscale 7", "mss,sackOK,TS,nop,wscale", 65160, 61, 0, false},
    {"full-nop", "full", "mss 1460,sackOK,TS val 3815604532 ecr 0,nop,wscale 7,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,"
     "nop,nop,nop,nop,nop,nop", "SYN", 3, 3, 0, 0, 0,
     "mss 1460,sackOK,TS val 77001 ecr 3815604532,nop,wscale 7", "mss,sackOK,TS,nop,wscale", 65160, 61, 0, false},
    {"ecn", "ecn", "mss 1460", "SYN,ECE,CWR", 3, 2, 0, 0, 1, "mss 1460", "mss", 65160, 61, 0, false},
    {"checksum", "checksum", "mss 1460", "SYN", 3, 0, 0, 0, 3, NULL, NULL, NONE, NONE, -1.9, false},
};
static const struct header_record plain_header = {
    .n = 292, .ttl = 61, .ttl_others = 0, .windows = "64240,65160", .window_bare = 64240, .df = "set", .ip_id = "zero",
    .ip_id_step = NAN, .ip_id_foreign_per_s = NAN, .reserved = "none", .traffic_class = 0};
static const struct ts_clock_record plain_clock = {
    .kind = "runs", .n = 16, .span_s = 58.21, .rate_hz = 1000.0021, .rate_low_hz = 999.9982, .rate_high_hz = 1000.006,
    .nominal_hz = 1000, .nominal_of = "Linux, FreeBSD, Windows", .skew_ppm = 2.1, .skew_low_ppm = -1.8, .skew_high_ppm = 3220,
    .offset = "each", .connections = 75, .uptime_s = NAN, .wrap_s = NAN};
static const struct repeat_record plain_repeats[] = {{1024.1, 1024.1}, {2048.2, 3072.3}, {4096.1, 7168.4}};
static const struct repeats_record plain_again = {
    .patience_ms = 8000, .held_ms = 8000.4, .answered = true, .growth = "doubling", .count = 3, .ratio = 2.0,
    .reset_ms = NAN, .finished = false, .repeats = LIST(plain_repeats)};
static const struct quoted_record plain_quoted[] = {
    {"mss", "whole", 2, "198.18.1.1"}, {"wscale", "whole", 2, "198.18.1.1"}, {"sack", "whole", 2, "198.18.1.1"},
    {"timestamps", "whole", 2, "198.18.1.1"}};
static const struct matrix_record matrix_plain = {
    CLIMB("198.18.0.2:443"), .verdict = "open",
    .reason = "198.18.0.2:443 supports mss, wscale, sack, timestamps and ecn; nothing on the way is seen to touch options",
    .bare = "supported", .mss = "supported", .wscale = "supported", .sack = "supported", .timestamps = "supported",
    .fastopen = "declined", .ecn = "supported", .checksum = "declined",
    .mss_bytes = 1460, .wscale_shift = 7, .window = 65160, .layout = "mss,sackOK,TS,nop,wscale",
    .cookies = "no", .cookies_why = "identical SYNs had different ISNs",
    .proxy = "no", .proxy_why = "the SYN,ACK comes again, and its window is not 0",
    .severity = "none", .sent = 295, .answered = 292, .refused = 0, .unreachable = 0, .lost = 3, .expired = 4, .connections = 3,
    .duration_ms = 63104.2, .header = &plain_header, .clock = &plain_clock, .repeats = &plain_again,
    .matrix = LIST(plain_rows), .checks = LIST(plain_checks), .front = LIST(plain_front), .quoted = LIST(plain_quoted),
    .rungs = LIST(plain_rungs)};

/* ---- a path that strips, clamps and echoes, IPv6 ---- */

static const struct matrix_row_record touched_rows[] = {
    {.feature = "mss", .verdict = "rewritten", .in_effect = "works", ALL_SENT(18), .offered = 200, .good = 188, .absent = 0,
     .echoed = 0, .bad = 12, .unasked = 3, .values = "536,1220,1380,1400",
     .evidence = "18 of 18 SYNs opened, 6 of 6 controls; answered 188 of 200, echoed 0, wrongly 12, unasked 3, values 536 1220 "
                 "1380 1400; it follows ours; 2 ICMP quotes show another value",
     .rules = "TP-OPT-MSS-TINY", .meaning = "maximum segment size (RFC 9293 3.7.1)"},
    {.feature = "timestamps", .verdict = "stripped", .in_effect = "one-sided", ALL_SENT(12), OFFERED(75, 0, 75),
     .evidence = "12 of 12 SYNs opened, 6 of 6 controls; answered 0 of 75; NOP stand in its place in 31 answers",
     .meaning = "timestamps (RFC 7323 3)"},
    {.feature = "fastopen", .verdict = "breaks", .otherwise = "declined", .in_effect = "fails", .sent = 12, .opened = 2, .reset = 3,
     .icmp = 1, .silent = 6, OFFERED(2, 0, 2),
     .evidence = "2 of 12 SYNs opened (3 RST, 1 ICMP, 6 silence), 6 of 6 controls; answered 0 of 2; fails: fastopen-request 1 of 6, "
                 "fastopen-data 1 of 6", .meaning = "Fast Open (RFC 7413)"},
    {.feature = "unknown", .verdict = "echoed", ALL_SENT(9), .offered = 9, .good = 0, .absent = 0, .echoed = 9, .bad = 0, .unasked = 0,
     .values = "1", .evidence = "9 of 9 SYNs opened, 6 of 6 controls; answered 0 of 9, echoed 9, wrongly 0, unasked 0, values 1; our "
     "own bytes came back", .rules = "TP-OPT-ECHO", .meaning = "options that nobody implements (RFC 9293 3.1)"},
    {.feature = "accecn", .verdict = "inconclusive", .sent = 1, .opened = 1, .reset = 0, .icmp = 0, .silent = 0, OFFERED(1, 0, 1),
     .evidence = "1 of 1 SYNs opened, 6 of 6 controls; answered 0 of 1; too few repeats to tell a rule",
     .meaning = "accurate ECN (RFC 9768)"},
};
static const struct check_record touched_checks[] = {
    {"timestamps", "timestamps", "one-sided", "2 of 2 segments behind the handshake have them",
     "every segment of the peer's has timestamps (RFC 7323 3.2)"},
    {"fastopen", "fastopen", "fails", "the data that came with the cookie had to be sent again",
     "data that came with the cookie are acknowledged with the SYN (RFC 7413 4.2.2)"},
};
static const struct rung_record touched_rungs[] = {
    {"fastopen-request", "fastopen", "mss 1440,FO", "SYN", 6, 1, 3, 1, 1, "mss 1380", "mss", 64800, 55, -5.2, true},
    {"unknown", "unknown", "mss 1440,raw:63040000", "SYN", 3, 3, 0, 0, 0, "mss 1380,raw:63040000", "mss,kind 99", 64800, 55, 0, false},
};
static const struct header_record touched_header = {
    .n = 260, .ttl = 55, .ttl_others = 14, .windows = "64800", .window_bare = NONE, .ip_id_step = NAN, .ip_id_foreign_per_s = NAN,
    .flow_label = "several", .reserved = "R10", .traffic_class = 2};
static const struct ts_clock_record touched_clock = {
    .kind = "none", .n = 0, .span_s = NAN, .rate_hz = NAN, .rate_low_hz = NAN, .rate_high_hz = NAN, .nominal_hz = NAN,
    .skew_ppm = NAN, .skew_low_ppm = NAN, .skew_high_ppm = NAN, .connections = NONE, .uptime_s = NAN, .wrap_s = NAN};
static const struct quoted_record touched_quoted[] = {
    {"mss", "changed", 2, "2001:db8:1::9"}, {"wscale", "whole", 4, "2001:db8:2::1"}, {"sack", "whole", 4, "2001:db8:2::1"},
    {"timestamps", "missing", 3, NULL}, {"fastopen", "missing", 3, NULL}};
static const struct repeats_record touched_again = {
    .patience_ms = 8000, .held_ms = NAN, .answered = false, .growth = "unknown", .count = 0, .ratio = NAN, .reset_ms = NAN};
static const struct finding_record touched_findings[] = {
    {"TP-OPT-ECHO", "high", "an option or value that nobody knows came back as it was sent: 9 answers"},
    {"TP-OPT-MSS-TINY", "medium", "a useless maximum segment size was announced"},
    {"TP-SEG-RESERVED", "low", "reserved header bits were set"},
    {"TP-OPT-NO-MSS", "info", "the SYN,ACK had no MSS option: the default of 536 (IPv4) or 1220 (IPv6) bytes holds"},
};
static const struct matrix_record matrix_touched = {
    .schema = RECORD_SCHEMA_VERSION, .command = "options", .time = "2026-01-02T03:04:05.678901Z",
    .target = "www.example:443", .host = "www.example", .addresses = 3, .address = "2001:db8:1234:5678:9abc:def0:1234:5678",
    .port = 443, .family = "IPv6", .source = "2001:db8::1", .interface = "veth0",
    .from = "2001:db8:1234:5678:9abc:def0:1234:5678", .ttl = 55, .hops = 9, .dns_ms = 3.2, .repeat = 3, .capture_dropped = 2,
    .verdict = "open", .reason = "www.example:443: timestamps stripped, mss rewritten, fastopen breaks the handshake",
    .mss = "rewritten", .timestamps = "stripped", .fastopen = "breaks", .unknown = "echoed", .accecn = "inconclusive",
    .mss_bytes = 1380, .wscale_shift = NONE, .window = NONE, .cookies = "inconclusive", .proxy = "inconclusive",
    .proxy_why = "nothing could be tested", .severity = "high", .sent = 120, .answered = 100, .refused = 3, .unreachable = 1,
    .lost = 16, .expired = 12, .connections = 1, .duration_ms = 24000, .ended = "interrupted after 120 of 295 SYNs",
    .unmet = "severity!=medium|high: severity is high", .header = &touched_header, .clock = &touched_clock,
    .repeats = &touched_again, .matrix = LIST(touched_rows), .checks = LIST(touched_checks), .quoted = LIST(touched_quoted),
    .rungs = LIST(touched_rungs), .findings = LIST(touched_findings)};

/* ---- SYN cookies behind a counter of IP IDs, a shared clock, a reset at the end ---- */

static const struct front_test_record cookie_front[] = {
    {"identical-syn", "yes", "4 identical SYNs had the same ISN twice", "the same SYN again: does the same ISN come back"},
    {"shifted-isn", "yes", "ours shifted by 7777, the peer's shifted by 7777 each time",
     "our ISN shifted by a known number: is the peer's shifted by as much"},
    {"two-clocks", "inconclusive", NULL, "timestamps and TTL before and after the handshake: are they of one host"},
};
static const struct header_record cookie_header = {
    .n = 4, .ttl = 61, .ttl_others = 0, .windows = "0", .window_bare = 0, .df = "clear", .ip_id = "counter", .ip_id_step = 3,
    .ip_id_foreign_per_s = 12.25, .reserved = "none", .traffic_class = 16};
static const struct ts_clock_record cookie_clock = {
    .kind = "runs", .n = 16, .span_s = 3.5, .rate_hz = 250.1, .rate_low_hz = 248, .rate_high_hz = 252.2, .nominal_hz = NAN,
    .skew_ppm = NAN, .skew_low_ppm = NAN, .skew_high_ppm = NAN, .offset = "shared", .connections = 30, .uptime_s = 1036800,
    .wrap_s = 17179869, .low_bits_frozen = true};
static const struct ts_clock_record still_clock = {
    .kind = "still", .n = 8, .span_s = 4, .rate_hz = NAN, .rate_low_hz = 0, .rate_high_hz = 0.25, .nominal_hz = NAN,
    .skew_ppm = NAN, .skew_low_ppm = NAN, .skew_high_ppm = NAN, .connections = NONE, .uptime_s = NAN, .wrap_s = NAN};
static const struct repeat_record cookie_repeats[] = {
    {500, 500}, {500, 1000}, {501, 1501}, {499, 2000}, {500, 2500}, {500, 3000}, {500, 3500}, {500, 4000}, {500, 4500}, {500, 5000}};
static const struct repeats_record cookie_again = {
    .patience_ms = 8000, .held_ms = 8000, .answered = true, .growth = "even", .count = 10, .ratio = 1, .reset_ms = 5600.2,
    .finished = true, .repeats = LIST(cookie_repeats)};
static const struct repeats_record no_again = {
    .patience_ms = 8000, .held_ms = 8000, .answered = true, .growth = "none", .count = 0, .ratio = NAN, .reset_ms = NAN,
    .finished = true};
static const struct matrix_record matrix_cookies = {
    CLIMB("db.example:5432"), .verdict = "open", .reason = "db.example:5432 answers with SYN cookies",
    .mss_bytes = NONE, .wscale_shift = NONE, .window = 0, .cookies = "yes", .cookies_why = "the ISN follows ours and nothing else",
    .proxy = "yes", .proxy_why = "the window is 0 until our ACK came", .severity = "info", .sent = 6, .answered = 4, .refused = 0,
    .unreachable = 0, .lost = 2, .expired = 0, .connections = 0, .duration_ms = NAN, .header = &cookie_header,
    .clock = &cookie_clock, .repeats = &cookie_again, .front = LIST(cookie_front)};

/* ---- not open ---- */

static const struct matrix_record matrix_refused = {
    CLIMB("198.18.0.2:81"), .verdict = "refused", .reason = "198.18.0.2 refuses connections to port 81: 6 of 6 SYNs had an RST",
    .mss_bytes = NONE, .wscale_shift = NONE, .window = NONE, .sent = 6, .answered = 0, .refused = 6, .unreachable = 0, .lost = 0,
    .expired = NONE, .connections = NONE, .duration_ms = 1201.5, .unmet = "state=open: refused"};

/* ---- nothing is known but that it is open ---- */

static const struct matrix_row_record empty_rows[] = {
    {.schema = NONE, .port = NONE, .sent = NONE, .opened = NONE, .reset = NONE, .icmp = NONE, .silent = NONE, .offered = NONE,
     .good = NONE, .absent = NONE, .echoed = NONE, .bad = NONE, .unasked = NONE}};
static const struct rung_record empty_rungs[] = {
    {.sent = NONE, .opened = NONE, .reset = NONE, .icmp = NONE, .silent = NONE, .window = NONE, .ttl = NONE, .log10_p = NAN}};
static const struct header_record empty_header = {
    .n = NONE, .ttl = NONE, .ttl_others = NONE, .window_bare = NONE, .ip_id_step = NAN, .ip_id_foreign_per_s = NAN, .traffic_class = NONE};
static const struct ts_clock_record empty_clock = {
    .kind = "runs", .n = NONE, .span_s = NAN, .rate_hz = NAN, .rate_low_hz = NAN, .rate_high_hz = NAN, .nominal_hz = NAN,
    .skew_ppm = NAN, .skew_low_ppm = NAN, .skew_high_ppm = NAN, .offset = "shared", .connections = NONE, .uptime_s = NAN, .wrap_s = NAN};
static const struct repeats_record empty_again = {
    .patience_ms = NAN, .held_ms = NAN, .answered = true, .count = NONE, .ratio = NAN, .reset_ms = NAN};
static const struct check_record empty_checks[1] = {{0}};
static const struct front_test_record empty_front[1] = {{0}};
static const struct quoted_record empty_quoted[] = {{.hop = NONE}};
static const struct finding_record empty_findings[1] = {{0}};
#define EMPTY \
    .schema = RECORD_SCHEMA_VERSION, .addresses = NONE, .port = NONE, .ttl = NONE, .hops = NONE, .dns_ms = NAN, .mss_bytes = NONE, \
    .wscale_shift = NONE, .window = NONE, .sent = NONE, .answered = NONE, .refused = NONE, .unreachable = NONE, .lost = NONE, \
    .expired = NONE, .connections = NONE, .repeat = NONE, .duration_ms = NAN, .capture_dropped = NONE
static const struct matrix_record matrix_empty = {EMPTY, .verdict = "open"};
static const struct matrix_record matrix_hollow = {
    EMPTY, .verdict = "open", .header = &empty_header, .clock = &empty_clock, .repeats = &empty_again, .matrix = LIST(empty_rows),
    .checks = LIST(empty_checks), .front = LIST(empty_front), .quoted = LIST(empty_quoted), .rungs = LIST(empty_rungs),
    .findings = LIST(empty_findings)};
static const struct matrix_record matrix_unmeasured = {EMPTY};
/* clang-format on */

static const struct {
    const char *name;
    const struct matrix_record *record;
} matrix_samples[] = {
    {"a plain Linux", &matrix_plain},
    {"a path that strips, rewrites and echoes", &matrix_touched},
    {"SYN cookies, repeats, a clock that all share", &matrix_cookies},
    {"refused", &matrix_refused},
    {"nothing known", &matrix_empty},
    {"nothing known, with parts", &matrix_hollow},
    {"not measured", &matrix_unmeasured},
};
#define MATRIX_SAMPLES (sizeof matrix_samples / sizeof matrix_samples[0])

/* Rows that stand alone. */
static const struct matrix_row_record alone_rows[] = {
    {.schema = RECORD_SCHEMA_VERSION,
     .command = "options",
     .time = "2026-01-02T03:04:05.678901Z",
     .target = "198.18.0.2:443",
     .address = "198.18.0.2",
     .port = 443,
     .feature = "mss",
     .verdict = "supported",
     .in_effect = "works",
     ALL_SENT(18),
     OFFERED(240, 240, 0),
     .values = "1400,1460",
     .evidence = "18 of 18 SYNs opened, 6 of 6 controls; answered 240 of 240, values 1400 1460",
     .meaning = "maximum segment size (RFC 9293 3.7.1)"},
    {.schema = RECORD_SCHEMA_VERSION,
     .command = "options",
     .time = "2026-01-02T03:04:05.678901Z",
     .target = "www.example:443",
     .address = "2001:db8::2",
     .port = 443,
     .feature = "fastopen",
     .verdict = "breaks",
     .otherwise = "declined",
     .sent = 12,
     .opened = 2,
     .reset = 3,
     .icmp = 1,
     .silent = 6,
     OFFERED(2, 0, 2),
     .evidence = "2 of 12 SYNs opened (3 RST, 1 ICMP, 6 silence), 6 of 6 controls; answered 0 of 2"
                 "; fails: fastopen-request 1 of 6",
     .rules = "TP-OPT-TFO-EMPTY",
     .meaning = "Fast Open (RFC 7413)"},
};

#endif
