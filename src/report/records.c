/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words of the records, and the schemas of those that handshakes are told in: each field once,
 * with its unit, its words and what it means. */
#include "report/records_parts.h"

#include "report/handshake_text.h"
#include "report/packet_text.h"

const char records_states[] =
#define STATE(name, words, server) "," words
#include "tcp/fsm.def"
    ;

const char *verdict_word(enum verdict verdict)
{
#define X(id, word, meaning) [VERDICT_##id] = word,
    static const char *const words[VERDICT_COUNT] = {VERDICT_TABLE(X)};
#undef X
    return words[verdict];
}

const char *verdict_meaning(enum verdict verdict)
{
#define X(id, word, meaning) [VERDICT_##id] = meaning,
    static const char *const meanings[VERDICT_COUNT] = {VERDICT_TABLE(X)};
#undef X
    return meanings[verdict];
}

const char *outcome_word(enum outcome outcome)
{
#define X(id, word, meaning) [OUTCOME_##id] = word,
    static const char *const words[OUTCOME_COUNT] = {OUTCOME_TABLE(X)};
#undef X
    return words[outcome];
}

const char *outcome_meaning(enum outcome outcome)
{
#define X(id, word, meaning) [OUTCOME_##id] = meaning,
    static const char *const meanings[OUTCOME_COUNT] = {OUTCOME_TABLE(X)};
#undef X
    return meanings[outcome];
}

const char *flow_word(enum flow_verdict verdict)
{
#define X(id, word, meaning) [FLOW_##id] = word,
    static const char *const words[FLOW_VERDICT_COUNT] = {FLOW_TABLE(X)};
#undef X
    return words[verdict];
}

const char *severity_word(enum severity severity)
{
#define X(id, word, meaning) [SEVERITY_##id] = word,
    static const char *const words[SEVERITY_COUNT] = {SEVERITY_TABLE(X)};
#undef X
    return words[severity];
}

const char *severity_meaning(enum severity severity)
{
#define X(id, word, meaning) [SEVERITY_##id] = meaning,
    static const char *const meanings[SEVERITY_COUNT] = {SEVERITY_TABLE(X)};
#undef X
    return meanings[severity];
}

/* clang-format off */
#define F(member, unit, help) FIELD(struct segment_record, member, unit, help)
#define W(member, values, help) FIELD_WORDS(struct segment_record, member, values, help)
static const struct field segment_fields[] = {
    F(t_ms, "ms", "time since the first SYN, by the capture's clock"),
    W(direction, "out,in", "out: sent by us, in: received"),
    F(flags, "", "the flags of the header by name, with commas"),
    F(seq, "", "sequence number as in the header"),
    F(ack, "", "acknowledgment number; null without the ACK flag"),
    F(window, "", "the window field as in the header"),
    F(window_bytes, "bytes", "the window with the scale in effect applied"),
    F(length, "bytes", "payload"),
    F(ttl, "", "TTL or hop limit as it was captured"),
    F(options, "", "TCP options in packetdrill's notation, empty for none"),
    W(state, STATE_WORDS, "our state after the segment"),
    F(server_state, "", "what the server's state must be after it"),
    F(note, "", "what is special about it: a repetition, a wrong checksum, …"),
    F(payload, "", "the first bytes of the payload, unprintable ones escaped"),
    F(icmp, "", "where this is no segment but an ICMP message about the connection: its words and sender"),
};
#undef F
#undef W
SCHEMA(segment, struct segment_record, NULL, "One segment, or an ICMP message about one, as it was captured");

#define F(member, unit, help) FIELD(struct step_record, member, unit, help)
#define W(member, values, help) FIELD_WORDS(struct step_record, member, values, help)
static const struct field step_fields[] = {
    F(t_ms, "ms", "time since the first SYN"),
    W(from, STATE_WORDS, "the state before"),
    F(event, "", "what happened, by its name in `describe fsm`"),
    W(to, STATE_WORDS, "the state after"),
    F(effects, "", "what it led to, by names, with | between them"),
    F(why, "", "the event in words"),
    F(reference, "", "the section that asks for it, of RFC 9293 where no RFC is named"),
    F(segment, "", "index into segments of the one that caused it; null for timers and our own wishes"),
};
#undef F
#undef W
SCHEMA(step, struct step_record, NULL, "One step of the state machine");

#define F(member, unit, help) FIELD(struct finding_record, member, unit, help)
#define W(member, values, help) FIELD_WORDS(struct finding_record, member, values, help)
static const struct field finding_fields[] = {
    F(id, "", "stable name of the kind of finding"),
    W(severity, RECORDS_WORDS(SEVERITY_TABLE), "how bad it is"),
    F(text, "", "what was seen, in one sentence"),
};
#undef F
#undef W
SCHEMA(finding, struct finding_record, NULL, "Something out of the ordinary");

#define F(member, unit, help) FIELD(struct options_record, member, unit, help)
static const struct field options_fields[] = {
    F(mss, "bytes", "maximum segment size"),
    F(wscale, "", "window scale, the shift count"),
    F(sack, "", "selective acknowledgments"),
    F(timestamps, "", "timestamps"),
    F(fastopen, "", "Fast Open"),
    F(ecn, "", "explicit congestion notification, which flags negotiate"),
    F(mptcp, "", "Multipath TCP"),
    F(options, "", "all options in packetdrill's notation"),
};
#undef F
SCHEMA(options, struct options_record, NULL, "TCP options: what one side offered, or what is in effect");

#define F(member, unit, help) FIELD(struct handshake_record, member, unit, help)
#define W(member, values, help) FIELD_WORDS(struct handshake_record, member, values, help)
#define O(member, of, help) FIELD_OF(struct handshake_record, member, of, help)
static const struct field handshake_fields[] = {
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
    F(source_port, "", "our port"),
    F(interface, "", "the interface that was captured on"),
    F(guard, "", "what kept the kernel from answering: filter, md5, minttl, with commas, or none"),
    W(verdict, RECORDS_WORDS(VERDICT_TABLE), "what the target is"),
    F(reason, "", "the verdict in one sentence"),
    F(from, "", "address of who said it"),
    F(ttl, "", "TTL or hop limit of the packet that decided"),
    F(hops, "", "estimate from it of the hops to the sender: distance to the next of 64, 128, 255"),
    F(icmp_type, "", "type of the ICMP error that decided"),
    F(icmp_code, "", "code of the ICMP error that decided"),
    F(attempts, "", "SYNs sent"),
    F(answered_attempt, "", "which of them was answered, from 1; null where it cannot be told"),
    F(dns_ms, "ms", "time that the name's resolution took"),
    F(rtt_ms, "ms", "round trip from a SYN to its answer; null where the pair is ambiguous"),
    F(rtt_source, "", "where the round trip was taken from, or why there is none"),
    F(lost_forward, "", "SYNs known to be lost"),
    F(lost_reverse, "", "SYN,ACKs known to be lost"),
    F(connect_ms, "ms", "first SYN to ESTABLISHED: what connect() would have taken"),
    F(isn_client, "", "our initial sequence number"),
    F(isn_server, "", "the server's initial sequence number"),
    O(offered, &schema_options, "the options of our SYN"),
    O(answered, &schema_options, "the options of the SYN,ACK"),
    O(in_effect, &schema_options, "what holds for the connection"),
    F(bytes_sent, "bytes", "data sent"),
    F(bytes_acked, "bytes", "data that the server acknowledged"),
    F(bytes_received, "bytes", "data received in order"),
    F(received, "", "the received data, unprintable bytes escaped"),
    W(closed, CLOSED_WORDS, "how the connection ended; null if it was never open"),
    F(duration_ms, "ms", "from the first SYN to the end"),
    F(capture_dropped, "", "packets that the capture lost"),
    F(unmet, "", "the clauses of --expect that failed, with what was seen; null for none"),
    O(segments, &schema_segment, "all segments in their order"),
    O(steps, &schema_step, "all steps of the state machine in their order"),
    O(findings, &schema_finding, "what was out of the ordinary"),
};
#undef F
#undef W
#undef O
SCHEMA(handshake, struct handshake_record, handshake_show, "One handshake with one target");

#define F(member, unit, help) FIELD(struct packet_record, member, unit, help)
#define W(member, values, help) FIELD_WORDS(struct packet_record, member, values, help)
static const struct field packet_fields[] = {
    F(schema, "", "version of this record's form"),
    F(command, "", "the command that wrote it"),
    F(target, "", "the target as it was given"),
    F(address, "", "the destination's address"),
    F(port, "", "the destination's port"),
    W(family, "IPv4,IPv6", "the address family"),
    F(source, "", "our address"),
    F(source_port, "", "our port"),
    F(interface, "", "the interface that it would leave by"),
    F(ttl, "", "TTL or hop limit"),
    F(tos, "", "TOS or traffic class"),
    F(flags, "", "the flags of the header by name, with commas"),
    F(seq, "", "sequence number"),
    F(window, "", "the window field"),
    F(options, "", "TCP options in packetdrill's notation"),
    F(length, "bytes", "the whole IP packet"),
    F(bytes, "", "the whole IP packet in hex"),
};
#undef F
#undef W
SCHEMA(packet, struct packet_record, packet_show, "One packet that would have been sent");
/* clang-format on */
