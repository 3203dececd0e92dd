/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The schemas of round trips: probes, flows, bins, series. */
#include "report/records_parts.h"
#include "report/rtt_text.h"

/* clang-format off */
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
    W(outcome, RECORDS_WORDS(OUTCOME_TABLE), "what became of it"),
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
    W(verdict, RECORDS_WORDS(FLOW_TABLE), "what it is beside the other flows"),
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
    W(verdict, RECORDS_WORDS(VERDICT_TABLE), "what the target is"),
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
/* clang-format on */
