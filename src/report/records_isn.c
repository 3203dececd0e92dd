/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The schema of an audit of initial sequence numbers. */
#include "report/records_isn.h"

#include "report/isn_text.h"
#include "report/records_isn_parts.h"

/* clang-format off */
#define F(member, unit, help) FIELD(struct isn_record, member, unit, help)
#define W(member, values, help) FIELD_WORDS(struct isn_record, member, values, help)
#define O(member, of, help) FIELD_OF(struct isn_record, member, of, help)
static const struct field isn_fields[] = {
    F(schema, "", "version of this record's form"),
    F(command, "", "the command that wrote it"),
    F(time, "", "when it began, ISO 8601 in UTC; null for numbers out of a file"),
    F(target, "", "the target as it was given, or the file"),
    F(host, "", "its host part"),
    F(addresses, "", "how many addresses the name has; 1 for an address"),
    F(address, "", "the server's address"),
    F(port, "", "the server's port"),
    W(family, "IPv4,IPv6", "the address family"),
    F(source, "", "our address"),
    F(second_source, "", "the second address of ours that was used"),
    F(interface, "", "the interface that was captured on"),
    W(verdict, RECORDS_WORDS(VERDICT_TABLE), "what the target is; of numbers out of a file open, or inconclusive"),
    F(reason, "", "the result in one sentence"),
    F(from, "", "address of who answered"),
    F(ttl, "", "TTL or hop limit of the answers"),
    F(hops, "", "estimate from it of the hops to the sender: distance to the next of 64, 128, 255"),
    F(dns_ms, "ms", "time that the name's resolution took"),
    W(class, ISN_CLASS_WORDS, "the class of generator; null where there was no audit"),
    W(severity, ISN_SEVERITY_WORDS, "how bad it is; null where there was no audit"),
    F(summary, "", "what the class means, in a few words"),
    F(why, "", "why the class is INCONCLUSIVE, or the severity not the class's own"),
    F(log10_p, "", "decimal logarithm of the probability of as clear a proof by chance"),
    F(n, "", "numbers that were judged"),
    F(n_fixed, "", "those of the one 4-tuple that was asked again and again"),
    F(n_varying, "", "those of ever new 4-tuples"),
    F(sent, "", "SYNs sent; null for numbers out of a file"),
    F(lost, "", "SYNs without an answer; null for numbers out of a file"),
    F(gaps, "", "places where an answer is missing"),
    F(duration_s, "s", "from the first number to the last"),
    O(rtt_us, &schema_isn_rtt, "round trips from SYN to SYN,ACK, in microseconds"),
    O(clock, &schema_isn_clock, "the clock that the numbers follow"),
    O(per_connection, &schema_isn_per_connection, "what each connection adds to the numbers of all"),
    O(tuple, &schema_isn_tuple, "how the number depends on addresses and ports"),
    O(prng, &schema_isn_prng, "the generator whose state was recovered"),
    O(cookie, &schema_isn_cookie, "what the SYN cookies say"),
    O(backends, &schema_isn_backend, "servers behind one address, or keys one after the other"),
    F(epochs, "", "keys one after the other"),
    O(increment, &schema_isn_increment, "increments from one number to the next"),
    O(entropy, &schema_isn_entropy, "how many values there are"),
    O(cost, &schema_isn_cost, "what guessing takes"),
    F(attack_rate, "1/s", "packets a second that an attacker is taken to send"),
    F(certified_bits, "bits", "collision entropy that the sample certifies at 95 %"),
    O(evidence, &schema_isn_evidence, "facts for and against the class, in order of weight"),
    O(battery, &schema_isn_battery, "the tests for structure of any kind"),
    O(nmap, &schema_isn_nmap, "what nmap says, for comparison"),
    O(phase_space, &schema_isn_phase, "Zalewski's phase space, for comparison"),
    O(predicted, &schema_isn_predicted, "numbers that were predicted and then asked for"),
    O(front, &schema_isn_front, "what stands in front of the server"),
    F(whose, "", "whose numbers these are"),
    O(baseline, &schema_isn_baseline, "what differs from an earlier record (--baseline)"),
    F(capture_dropped, "", "packets that the capture lost"),
    F(took_ms, "ms", "time that the whole audit took, analysis included"),
    F(unmet, "", "the clauses of --expect that failed, with what was seen; null for none"),
    O(findings, &schema_finding, "what was out of the ordinary"),
};
#undef F
#undef W
#undef O
SCHEMA(isn, struct isn_record, isn_text, "One audit of a server's initial sequence numbers");
/* clang-format on */
