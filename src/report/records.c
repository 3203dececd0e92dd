/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The schemas of all records: each field once, with its unit, its words and what it means. */
#include "report/records.h"

#include "report/handshake_text.h"
#include "report/packet_text.h"
#include "report/rtt_text.h"

/* Lists of words, read out of the tables that own them. Each begins with a comma that is not meant. */
#define X(id, word, meaning) "," word
static const char verdict_words[] = VERDICT_TABLE(X);
static const char severity_words[] = SEVERITY_TABLE(X);
static const char outcome_words[] = OUTCOME_TABLE(X);
static const char flow_words[] = FLOW_TABLE(X);
#undef X
static const char state_words[] =
#define STATE(name, words, server) "," words
#include "tcp/fsm.def"
    ;
#define WORDS(list) (&(list)[1])

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
#define COUNT(fields) (sizeof(fields) / sizeof((fields)[0]))
#define SCHEMA(id, record, show, help) \
    const struct schema schema_##id = {#id, (help), id##_fields, COUNT(id##_fields), sizeof(record), (show), false}
/* The same for a record that text shows in one line. */
#define SCHEMA_LINE(id, record, show, help) \
    const struct schema schema_##id = {#id, (help), id##_fields, COUNT(id##_fields), sizeof(record), (show), true}

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
    W(state, WORDS(state_words), "our state after the segment"),
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
    W(from, WORDS(state_words), "the state before"),
    F(event, "", "what happened, by its name in `describe fsm`"),
    W(to, WORDS(state_words), "the state after"),
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
    W(severity, WORDS(severity_words), "how bad it is"),
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
    W(verdict, WORDS(verdict_words), "what the target is"),
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

#define F(member, unit, help) FIELD(struct rtt_probe_record, member, unit, help)
#define W(member, values, help) FIELD_WORDS(struct rtt_probe_record, member, values, help)
static const struct field rtt_probe_fields[] = {
    F(schema, "", "version of this record's form"),
    F(command, "", "the command that wrote it"),
    F(time, "", "when its SYN left, ISO 8601 in UTC"),
    F(target, "", "the target as it was given"),
    F(address, "", "the server's address"),
    F(port, "", "the server's port"),
    F(number, "", "its number in the series, from 1"),
    F(source_port, "", "our port"),
    W(outcome, WORDS(outcome_words), "what became of it"),
    F(answer, "", "the flags of the answer by name, or the ICMP error in words; null for none"),
    F(from, "", "address of who answered"),
    F(ttl, "", "TTL or hop limit of the answer"),
    F(rtt_ms, "ms", "round trip from the SYN to its answer; null where the pair is in doubt"),
    F(rtt_source, "", "where the round trip was taken from, or why there is none"),
    W(lost, LOSS_WORDS, "on which side the SYN or its answer was lost; null unless lost"),
    F(copies, "", "SYNs sent for it"),
    F(duplicates, "", "answers beyond the first"),
    F(t_ms, "ms", "when its SYN left, since the first SYN of the series"),
};
#undef F
#undef W
SCHEMA_LINE(rtt_probe, struct rtt_probe_record, rtt_probe_show, "One round trip of a series");

#define F(member, unit, help) FIELD(struct flow_record, member, unit, help)
#define W(member, values, help) FIELD_WORDS(struct flow_record, member, values, help)
static const struct field flow_fields[] = {
    F(source_port, "", "the source port that tells it from the others"),
    F(sent, "", "probes sent"),
    F(answered, "", "probes answered, with a SYN,ACK or an RST"),
    F(lost, "", "probes lost"),
    F(loss_percent, "percent", "lost of sent"),
    F(n, "", "round trips measured"),
    F(min_ms, "ms", "shortest round trip"),
    F(p50_ms, "ms", "median round trip"),
    F(max_ms, "ms", "longest round trip"),
    W(verdict, WORDS(flow_words), "what it is beside the other flows"),
    F(why, "", "what speaks against it; null for a good one"),
    F(confirm_sent, "", "probes sent in the second round, which tries bad and good flows in turn"),
    F(confirm_lost, "", "of these, how many were lost"),
};
#undef F
#undef W
SCHEMA(flow, struct flow_record, NULL, "One flow: the probes that left from one source port");

#define F(member, unit, help) FIELD(struct bin_record, member, unit, help)
static const struct field bin_fields[] = {
    F(from_ms, "ms", "lower edge, included"),
    F(to_ms, "ms", "upper edge, excluded"),
    F(count, "", "round trips in it"),
};
#undef F
SCHEMA(bin, struct bin_record, NULL, "One bin of a histogram");

#define F(member, unit, help) FIELD(struct rtt_record, member, unit, help)
#define W(member, values, help) FIELD_WORDS(struct rtt_record, member, values, help)
#define O(member, of, help) FIELD_OF(struct rtt_record, member, of, help)
static const struct field rtt_fields[] = {
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
    W(mode, MODE_WORDS, "half-open: SYN and its answer; full: the handshake is completed and closed"),
    W(verdict, WORDS(verdict_words), "what the target is"),
    F(reason, "", "the verdict in one sentence"),
    F(from, "", "address of who said it"),
    F(ttl, "", "TTL or hop limit of the packet that decided"),
    F(hops, "", "estimate from it of the hops to the sender: distance to the next of 64, 128, 255"),
    F(dns_ms, "ms", "time that the name's resolution took"),
    F(sent, "", "probes sent: answered + refused + unreachable + ambiguous + late + lost"),
    F(answered, "", "probes answered by a SYN,ACK in time, the pair in no doubt"),
    F(refused, "", "probes answered by an RST in time"),
    F(unreachable, "", "probes answered by an ICMP error"),
    F(ambiguous, "", "probes answered where SYN and answer cannot be paired with certainty"),
    F(late, "", "probes answered after the time-out"),
    F(lost, "", "probes that were not answered"),
    F(lost_forward, "", "of the lost, those whose SYN never arrived"),
    F(lost_reverse, "", "of the lost, those whose answer never came back"),
    F(lost_unknown, "", "of the lost, those whose direction cannot be told"),
    F(loss_percent, "percent", "lost of sent; null when nothing was sent"),
    F(duplicates, "", "answers beyond the first for the same SYN"),
    F(unsent, "", "probes that never left, or were ended before their time was over"),
    F(n, "", "round trips that the figures below rest on"),
    F(min_ms, "ms", "shortest round trip"),
    F(mean_ms, "ms", "mean"),
    F(p50_ms, "ms", "median"),
    F(p50_low_ms, "ms", "lower end of the median's 95 % confidence interval; null for few samples"),
    F(p50_high_ms, "ms", "upper end of it"),
    F(p90_ms, "ms", "90th percentile"),
    F(p95_ms, "ms", "95th percentile"),
    F(p99_ms, "ms", "99th percentile"),
    F(max_ms, "ms", "longest round trip"),
    F(mdev_ms, "ms", "standard deviation, as ping's mdev"),
    F(jitter_ms, "ms", "smoothed difference of successive round trips (RFC 3550 6.4.1)"),
    F(jitter_n, "", "differences that the jitter rests on"),
    F(rtt_source, "", "where the round trips were taken from"),
    F(duration_ms, "ms", "from the first SYN to the end of the last probe"),
    F(capture_dropped, "", "packets that the capture lost"),
    F(flows_bad, "", "flows confirmed as bad; null without a sweep of source ports"),
    F(unmet, "", "the clauses of --expect that failed, with what was seen; null for none"),
    O(flows, &schema_flow, "one entry a source port, with --source-port A-B"),
    O(histogram, &schema_bin, "the distribution of the round trips"),
};
#undef F
#undef W
#undef O
SCHEMA(rtt, struct rtt_record, rtt_show, "A series of round trips to one target");

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

#define F(member, unit, help) FIELD(struct cell_record, member, unit, help)
#define W(member, values, help) FIELD_WORDS(struct cell_record, member, values, help)
static const struct field cell_fields[] = {
    F(event, "", "the event's name"),
    F(words, "", "the event in words"),
    W(state, WORDS(state_words), "the state that it meets"),
    W(action, "GO,ON,DROP,ODD,DENY,NEVER", "what kind of cell it is"),
    W(next, WORDS(state_words), "the state after"),
    F(effects, "", "what is done, by names, with | between them"),
    F(reference, "", "the section that it follows, of RFC 9293 where no RFC is named"),
};
#undef F
#undef W
SCHEMA(cell, struct cell_record, NULL, "One cell of the state machine's table");

#define F(member, unit, help) FIELD(struct state_record, member, unit, help)
#define W(member, values, help) FIELD_WORDS(struct state_record, member, values, help)
static const struct field state_fields[] = {
    W(state, WORDS(state_words), "our state"),
    F(server, "", "what the server's state must be then"),
};
#undef F
#undef W
SCHEMA(state, struct state_record, NULL, "One state of the state machine");

#define F(member, unit, help) FIELD(struct effect_record, member, unit, help)
static const struct field effect_fields[] = {
    F(effect, "", "its name"),
    F(meaning, "", "what is done, or how the connection ended"),
};
#undef F
SCHEMA(effect, struct effect_record, NULL, "One effect of the state machine");

#define F(member, unit, help) FIELD(struct option_record, member, unit, help)
static const struct field option_fields[] = {
    F(kind, "", "kind number in IANA's registry"),
    F(word, "", "the word for it in packetdrill's notation"),
    F(name, "", "its name in the registry"),
    F(lengths, "", "the lengths that it may have"),
    F(reference, "", "where it is defined"),
};
#undef F
SCHEMA(option, struct option_record, NULL, "One kind of TCP option");

#define F(member, unit, help) FIELD(struct field_record, member, unit, help)
#define W(member, values, help) FIELD_WORDS(struct field_record, member, values, help)
static const struct field field_fields[] = {
    F(record, "", "the record that it belongs to"),
    F(key, "", "its key"),
    W(type, "boolean,integer,number,string,array,object", "its type in JSON"),
    F(unit, "", "its unit, empty for none"),
    F(values, "", "the words that it may be, with commas"),
    F(help, "", "what it means"),
};
#undef F
#undef W
SCHEMA(field, struct field_record, NULL, "One field of a record");

#define F(member, unit, help) FIELD(struct verdict_record, member, unit, help)
#define W(member, values, help) FIELD_WORDS(struct verdict_record, member, values, help)
static const struct field verdict_fields[] = {
    W(verdict, WORDS(verdict_words), "the word for it"),
    F(meaning, "", "what it says of the target"),
};
#undef F
#undef W
SCHEMA(verdict, struct verdict_record, NULL, "One verdict about a target");

#define F(member, unit, help) FIELD(struct outcome_record, member, unit, help)
#define W(member, values, help) FIELD_WORDS(struct outcome_record, member, values, help)
static const struct field outcome_fields[] = {
    W(outcome, WORDS(outcome_words), "the word for it"),
    F(meaning, "", "what became of the probe"),
};
#undef F
#undef W
SCHEMA(outcome, struct outcome_record, NULL, "What may become of one probe of a series");

#define F(member, unit, help) FIELD(struct finding_kind_record, member, unit, help)
#define W(member, values, help) FIELD_WORDS(struct finding_kind_record, member, values, help)
static const struct field finding_kind_fields[] = {
    F(id, "", "its stable name"),
    W(severity, WORDS(severity_words), "how bad it is"),
    F(meaning, "", "what it says"),
    F(reference, "", "where the rule that it breaks is written"),
};
#undef F
#undef W
SCHEMA(finding_kind, struct finding_kind_record, NULL, "One kind of finding");

#define F(member, unit, help) FIELD(struct exit_record, member, unit, help)
static const struct field exit_fields[] = {
    F(status, "", "the number"),
    F(name, "", "its name"),
    F(meaning, "", "when the program ends with it"),
};
#undef F
SCHEMA(exit, struct exit_record, NULL, "One exit status");

#define F(member, unit, help) FIELD(struct command_record, member, unit, help)
static const struct field command_fields[] = {
    F(command, "", "its name"),
    F(arguments, "", "what stands behind it"),
    F(values, "", "the words that this may be, with commas"),
    F(summary, "", "what it is for"),
};
#undef F
SCHEMA(command, struct command_record, NULL, "One command");

#define F(member, unit, help) FIELD(struct argument_record, member, unit, help)
static const struct field argument_fields[] = {
    F(command, "", "the command"),
    F(group, "", "the group that it belongs to"),
    F(name, "", "the long option"),
    F(key, "", "the short option"),
    F(argument, "", "what it takes"),
    F(help, "", "what it does"),
    F(values, "", "the words that it may take, with commas"),
};
#undef F
SCHEMA(argument, struct argument_record, NULL, "One option of a command line");
/* clang-format on */
