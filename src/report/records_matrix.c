/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The schemas of what a ladder of SYNs shows of a peer's options, and of what that rests on. */
#include "report/records_matrix.h"

#include "report/matrix_text.h"
#include "report/matrix_words.h"
#include "report/records_parts.h"
#include "stat/ipid.h"

#define VERDICTS RECORDS_WORDS(MATRIX_VERDICT_TABLE)
#define FEATURES RECORDS_WORDS(RUNG_FEATURE_TABLE)
#define SAYS     RECORDS_WORDS(FRONT_SAYS_TABLE)

/* clang-format off */
#define F(member, unit, help) FIELD(struct matrix_row_record, member, unit, help)
#define W(member, values, help) FIELD_WORDS(struct matrix_row_record, member, values, help)
#define ROW_FIELDS \
    W(feature, FEATURES, "what is asked about"), \
    W(verdict, VERDICTS, "what became of it"), \
    W(otherwise, VERDICTS, "of one that breaks the handshake: the verdict by those SYNs that opened; null: there is no other"), \
    W(in_effect, RECORDS_WORDS(CHECK_OUTCOME_TABLE), "what an open connection shows of it, as the outcome of a check; null: that was not looked at"), \
    F(sent, "", "its own SYNs that were sent"), \
    F(opened, "", "those of them that a SYN,ACK came to"), \
    F(reset, "", "those that an RST came to"), \
    F(icmp, "", "those that nothing but an ICMP error came to"), \
    F(silent, "", "those that nothing came to"), \
    F(offered, "", "SYNs of any kind that offered it and were answered with a SYN,ACK"), \
    F(good, "", "those of them whose answer took it up as the standard says"), \
    F(absent, "", "those whose answer had nothing of it"), \
    F(echoed, "", "those whose answer gave our own bytes back"), \
    F(bad, "", "those whose answer took it up, but not as the standard says"), \
    F(unasked, "", "answers with it to SYNs that did not offer it"), \
    F(values, "", "the first eight different values that came, with commas; null: none"), \
    F(evidence, "", "what the verdict rests on: figures, then the reason"), \
    F(rules, "", "ids of the rules that answers broke, with commas; null: none"), \
    F(meaning, "", "what it is, and where it is defined")
static const struct field matrix_row_fields[] = {
    ROW_FIELDS,
};
SCHEMA(matrix_row, struct matrix_row_record, NULL, "One row of a target's matrix of options");

static const struct field option_row_fields[] = {
    F(schema, "", "version of this record's form"),
    F(command, "", "the command that wrote it"),
    F(time, "", "when the run with this target began, ISO 8601 in UTC"),
    F(target, "", "the target as it was given"),
    F(address, "", "the server's address"),
    F(port, "", "the server's port"),
    ROW_FIELDS,
};
#undef F
#undef W
SCHEMA_LINE(option_row, struct matrix_row_record, matrix_row_text, "One row of a target's matrix of options as a record of its own");

#define F(member, unit, help) FIELD(struct rung_record, member, unit, help)
#define W(member, values, help) FIELD_WORDS(struct rung_record, member, values, help)
static const struct field rung_fields[] = {
    F(rung, "", "its name, as 'describe rungs' has it"),
    W(feature, FEATURES, "what it asks about"),
    F(offered, "", "its options in packetdrill's notation, as they were sent the last time"),
    F(flags, "", "the flags of its SYN by name, with commas"),
    F(sent, "", "times that it was sent"),
    F(opened, "", "times that a SYN,ACK came"),
    F(reset, "", "times that an RST came"),
    F(icmp, "", "times that nothing but an ICMP error came"),
    F(silent, "", "times that nothing came"),
    F(answered, "", "the options of the last SYN,ACK in packetdrill's notation; null: none came"),
    F(layout, "", "their kinds in order, and padding"),
    F(window, "", "the window field of that SYN,ACK"),
    F(ttl, "", "its TTL or hop limit"),
    F(log10_p, "", "decimal logarithm of the probability of so few SYN,ACKs by chance, beside SYNs without options; 0: there are not fewer"),
    F(breaks, "", "whether it breaks the handshake, which it should not: chance is ruled out"),
};
#undef F
#undef W
SCHEMA(rung, struct rung_record, NULL, "One rung of the ladder: a SYN that was sent several times");

#define F(member, unit, help) FIELD(struct check_record, member, unit, help)
#define W(member, values, help) FIELD_WORDS(struct check_record, member, values, help)
static const struct field check_fields[] = {
    W(check, RECORDS_WORDS(CHECK_TABLE), "what was looked at"),
    W(feature, FEATURES, "the row of the matrix that it belongs to"),
    W(outcome, RECORDS_WORDS(CHECK_OUTCOME_TABLE), "how it turned out" RECORDS_MEANINGS(CHECK_OUTCOME_TABLE)),
    F(detail, "", "what was seen, with its figures"),
    F(meaning, "", "what is to be seen where it works, and where that is defined"),
};
#undef F
#undef W
SCHEMA(check, struct check_record, NULL, "Whether what was negotiated is in effect on an open connection");

#define F(member, unit, help) FIELD(struct front_test_record, member, unit, help)
#define W(member, values, help) FIELD_WORDS(struct front_test_record, member, values, help)
static const struct field front_test_fields[] = {
    W(test, RECORDS_WORDS(FRONT_TEST_TABLE), "the test"),
    W(says, SAYS, "whether the sign of cookies or of a proxy is there"),
    F(detail, "", "what was seen, with its figures"),
    F(meaning, "", "what it looks at"),
};
#undef F
#undef W
SCHEMA(front_test, struct front_test_record, NULL, "One test for SYN cookies or a SYN proxy");

#define F(member, unit, help) FIELD(struct quoted_record, member, unit, help)
#define W(member, values, help) FIELD_WORDS(struct quoted_record, member, values, help)
static const struct field quoted_fields[] = {
    W(offer, RECORDS_WORDS(LADDER_OFFER_TABLE), "what our SYN offered"),
    W(state, "whole,missing,changed", "how routers quoted it"),
    F(hop, "", "the first hop that quoted it so; of whole: the last one"),
    F(from, "", "that router's address"),
};
#undef F
#undef W
SCHEMA(quoted, struct quoted_record, NULL, "What routers on the way quoted of one thing that our SYN offered");

#define F(member, unit, help) FIELD(struct header_record, member, unit, help)
#define W(member, values, help) FIELD_WORDS(struct header_record, member, values, help)
static const struct field syn_ack_header_fields[] = {
    F(n, "", "SYN,ACKs that it rests on"),
    F(ttl, "", "the TTL or hop limit that was seen most often"),
    F(ttl_others, "", "SYN,ACKs with another one"),
    F(windows, "", "different window fields with commas, the most frequent first"),
    F(window_bare, "", "the window field in answer to a SYN without options"),
    W(df, "set,clear,mixed", "IPv4's flag don't fragment; null for IPv6"),
    W(ip_id, RECORDS_WORDS(IPID_TABLE), "how IPv4's identification field is made; null for IPv6" RECORDS_MEANINGS(IPID_TABLE)),
    F(ip_id_step, "", "of a counter: the median step from one SYN,ACK to the next"),
    F(ip_id_foreign_per_s, "1/s", "of a counter: packets a second to others, by its steps"),
    W(flow_label, "zero,one,several", "IPv6's flow labels; null for IPv4"),
    F(reserved, "", "the reserved bits that were set in any SYN,ACK by name, with commas, or none"),
    F(traffic_class, "", "the TOS or traffic class that was seen most often"),
};
#undef F
#undef W
SCHEMA(syn_ack_header, struct header_record, NULL, "What the headers of the SYN,ACKs have in common");

#define F(member, unit, help) FIELD(struct ts_clock_record, member, unit, help)
#define W(member, values, help) FIELD_WORDS(struct ts_clock_record, member, values, help)
static const struct field ts_clock_fields[] = {
    W(kind, "runs,still,irregular,few,none", "a clock, always the same value, values that one clock does not explain, too few to tell, or no timestamps"),
    F(n, "", "timestamps of the one 4-tuple that it rests on"),
    F(span_s, "s", "from the first of them to the last"),
    F(rate_hz, "Hz", "ticks in a second of our clock"),
    F(rate_low_hz, "Hz", "lower end of its 95 % interval"),
    F(rate_high_hz, "Hz", "upper end of its 95 % interval"),
    F(nominal_hz, "Hz", "the known clock that it is; null: none, or one of several"),
    F(nominal_of, "", "where that clock is seen"),
    F(skew_ppm, "ppm", "how much faster than the known clock it runs, by our clock"),
    F(skew_low_ppm, "ppm", "lower end of its 95 % interval"),
    F(skew_high_ppm, "ppm", "upper end of its 95 % interval"),
    W(offset, "shared,groups,each", "whether all connections share one offset, some do, or each has its own; null: not known"),
    F(connections, "", "connections that were compared for that"),
    F(uptime_s, "s", "since the clock was at 0, where one is shared: the uptime of a host whose clock begins there"),
    F(wrap_s, "s", "the uptime may be longer by any multiple of it"),
    F(low_bits_frozen, "", "whether the lowest bits stand still, as where options are hidden in them"),
};
#undef F
#undef W
SCHEMA(ts_clock, struct ts_clock_record, NULL, "The clock behind the peer's timestamps");

#define F(member, unit, help) FIELD(struct repeat_record, member, unit, help)
static const struct field synack_repeat_fields[] = {
    F(gap_ms, "ms", "since the SYN,ACK before it"),
    F(t_ms, "ms", "since the first SYN,ACK"),
};
#undef F
SCHEMA(synack_repeat, struct repeat_record, NULL, "One repeat of a SYN,ACK");

#define F(member, unit, help) FIELD(struct repeats_record, member, unit, help)
#define W(member, values, help) FIELD_WORDS(struct repeats_record, member, values, help)
#define O(member, of, help) FIELD_OF(struct repeats_record, member, of, help)
static const struct field synack_repeats_fields[] = {
    F(patience_ms, "ms", "how long a connection was wanted to be left half-open (--patience)"),
    F(held_ms, "ms", "how long it was"),
    F(answered, "", "whether its SYN was answered with a SYN,ACK at all"),
    W(growth, RECORDS_WORDS(REPEATS_TABLE), "how the gaps grow" RECORDS_MEANINGS(REPEATS_TABLE)),
    F(count, "", "repeats that came"),
    F(ratio, "", "median of one gap to the gap before it"),
    F(reset_ms, "ms", "when an RST of the peer's ended it, since the first SYN,ACK; null: none came"),
    F(finished, "", "whether no more repeats are to come"),
    O(repeats, &schema_synack_repeat, "the repeats in their order"),
};
#undef F
#undef W
#undef O
SCHEMA(synack_repeats, struct repeats_record, NULL, "How a SYN,ACK that is left unanswered comes again");

#define F(member, unit, help) FIELD(struct matrix_record, member, unit, help)
#define W(member, values, help) FIELD_WORDS(struct matrix_record, member, values, help)
#define O(member, of, help) FIELD_OF(struct matrix_record, member, of, help)
static const struct field matrix_fields[] = {
    F(schema, "", "version of this record's form"),
    F(command, "", "the command that wrote it"),
    F(time, "", "when it began, ISO 8601 in UTC"),
    F(target, "", "the target as it was given"),
    F(host, "", "its host part"),
    F(addresses, "", "how many addresses the name has; 1 for an address"),
    F(address, "", "the server's address"),
    F(port, "", "the server's port"),
    W(family, "IPv4,IPv6", "the address family"),
    F(source, "", "our address"),
    F(interface, "", "the interface that was captured on"),
    W(verdict, RECORDS_WORDS(VERDICT_TABLE), "what the target is; open where any SYN was answered with a SYN,ACK"),
    F(reason, "", "the result in one sentence"),
    F(from, "", "address of who answered"),
    F(ttl, "", "TTL or hop limit of the answers"),
    F(hops, "", "estimate from it of the hops to the sender: distance to the next of 64, 128, 255"),
    F(dns_ms, "ms", "time that the name's resolution took"),
#define X(id, name, words, reference) W(MATRIX_MEMBER_##id, VERDICTS, words ": what became of it; null: it was not asked"),
    RUNG_FEATURE_TABLE(X)
#undef X
    F(mss_bytes, "bytes", "maximum segment size that it announces to one who offers that of the route"),
    F(wscale_shift, "", "window scale that it announces to Linux' set of options, the shift count"),
    F(window, "", "the window field of the SYN,ACK to Linux' set"),
    F(layout, "", "the options of that SYN,ACK: kinds in order, and padding"),
    W(cookies, SAYS, "whether SYN cookies answer"),
    F(cookies_why, "", "why that is said"),
    W(proxy, SAYS, "whether a SYN proxy answers"),
    F(proxy_why, "", "why that is said"),
    W(severity, "none" SEVERITY_TABLE(RECORDS_COMMA), "that of the worst finding; null where nothing was measured"),
    F(sent, "", "SYNs of the ladder that were sent"),
    F(answered, "", "those of them that a SYN,ACK came to"),
    F(refused, "", "those that an RST came to"),
    F(unreachable, "", "those that nothing but an ICMP error came to"),
    F(lost, "", "those that nothing came to"),
    F(expired, "", "SYNs sent to expire on the way, so that routers quote them; not in sent"),
    F(connections, "", "connections that were opened whole"),
    F(repeat, "", "how often each SYN was to be sent (--repeat)"),
    F(duration_ms, "ms", "time that the whole climb took"),
    F(capture_dropped, "", "packets that the capture lost"),
    F(ended, "", "why it ended before its end; null: it did not"),
    F(unmet, "", "the clauses of --expect that failed, with what was seen; null for none"),
    O(header, &schema_syn_ack_header, "what the headers of the SYN,ACKs have in common; null: none came"),
    O(clock, &schema_ts_clock, "the clock behind the peer's timestamps"),
    O(repeats, &schema_synack_repeats, "how a SYN,ACK that is left unanswered comes again; null: that was not waited for"),
    O(matrix, &schema_matrix_row, "the matrix, a row for each thing that was asked about"),
    O(checks, &schema_check, "what was looked at on open connections"),
    O(front, &schema_front_test, "the tests for SYN cookies and SYN proxies"),
    O(quoted, &schema_quoted, "what routers on the way quoted of our SYNs"),
    O(rungs, &schema_rung, "the SYNs of the ladder and what came of each"),
    O(findings, &schema_finding, "what was out of the ordinary"),
};
#undef F
#undef W
#undef O
/* "options" are a part of other records. */
const struct schema schema_matrix = {
    "option_matrix", "What a target and the way to it make of TCP options and header bits",
    matrix_fields, COUNT(matrix_fields), sizeof(struct matrix_record), matrix_text, false};
/* clang-format on */

void matrix_record_init(struct matrix_record *record)
{
    *record = (struct matrix_record){
        .schema = RECORD_SCHEMA_VERSION,
        .command = "options",
        .addresses = RECORD_UNKNOWN,
        .port = RECORD_UNKNOWN,
        .ttl = RECORD_UNKNOWN,
        .hops = RECORD_UNKNOWN,
        .dns_ms = NAN,
        .mss_bytes = RECORD_UNKNOWN,
        .wscale_shift = RECORD_UNKNOWN,
        .window = RECORD_UNKNOWN,
        .repeat = RECORD_UNKNOWN,
        .duration_ms = NAN,
        .capture_dropped = RECORD_UNKNOWN,
    };
}

void matrix_row_init(struct matrix_row_record *row, const struct matrix_record *record)
{
    *row = (struct matrix_row_record){
        .schema = record->schema,
        .command = record->command,
        .time = record->time,
        .target = record->target,
        .address = record->address,
        .port = record->port,
        .sent = RECORD_UNKNOWN,
        .opened = RECORD_UNKNOWN,
        .reset = RECORD_UNKNOWN,
        .icmp = RECORD_UNKNOWN,
        .silent = RECORD_UNKNOWN,
        .offered = RECORD_UNKNOWN,
        .good = RECORD_UNKNOWN,
        .absent = RECORD_UNKNOWN,
        .echoed = RECORD_UNKNOWN,
        .bad = RECORD_UNKNOWN,
        .unasked = RECORD_UNKNOWN,
    };
}
