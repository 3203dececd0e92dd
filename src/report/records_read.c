/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The schemas of what is read from captures: connections, their ends and segments, captures. */
#include "report/records_read.h"

#include "report/connection_text.h"
#include "report/read_words.h"
#include "report/records_parts.h"

/* clang-format off */

/* What a segment is, for a record of its own and within a connection's; `at` is the path to it. */
#define SEGMENT_FIELDS(record, at) \
    FIELD_PATH(record, at seen.t_ms, "t_ms", "ms", "time since the connection's first segment in the capture"), \
    FIELD_PATH_WORDS(record, at seen.direction, "direction", "out,in", "out: from the client, in: from the server"), \
    FIELD_PATH(record, at seen.flags, "flags", "", "the flags of the header by name, with commas"), \
    FIELD_PATH(record, at seen.seq, "seq", "", "sequence number as in the header"), \
    FIELD_PATH(record, at seen.ack, "ack", "", "acknowledgment number; null without the ACK flag"), \
    FIELD_PATH(record, at seen.window, "window", "", "the window field as in the header"), \
    FIELD_PATH(record, at seen.window_bytes, "window_bytes", "bytes", "the window with the scale in effect applied; null where that was not seen"), \
    FIELD_PATH(record, at seen.length, "length", "bytes", "payload, as long as it was on the wire"), \
    FIELD_PATH(record, at seen.ttl, "ttl", "", "TTL or hop limit as it was captured"), \
    FIELD_PATH(record, at seen.options, "options", "", "TCP options in packetdrill's notation, empty for none"), \
    FIELD_PATH_WORDS(record, at seen.state, "state", READ_STATE_WORDS, "the client's state once the segment has arrived; ? where nothing tells"), \
    FIELD_PATH_WORDS(record, at seen.server_state, "server_state", READ_STATE_WORDS, "the server's state once the segment has arrived; ? where nothing tells"), \
    FIELD_PATH(record, at seen.note, "note", "", "what is special about it, in words: a repetition, a gap before it, a wrong checksum, …"), \
    FIELD_PATH(record, at seen.payload, "payload", "", "the first bytes of the payload, unprintable ones escaped"), \
    FIELD_PATH(record, at seen.icmp, "icmp", "", "where this is no segment but an ICMP message about the connection: its words and sender"), \
    FIELD_PATH(record, at frame, "frame", "", "number of the frame in the file, from 1, as Wireshark counts them"), \
    FIELD_PATH(record, at events, "events", "", "what the segment is and does, by the words of `describe events`, with commas"), \
    FIELD_PATH_WORDS(record, at state_doubt, "state_doubt", DOUBT_WORDS, "why the client's state is only what it is at least, by a word of `describe doubts`; null: it is certain"), \
    FIELD_PATH_WORDS(record, at server_state_doubt, "server_state_doubt", DOUBT_WORDS, "why the server's state is only what it is at least; null: it is certain"), \
    FIELD_PATH(record, at copy, "copy", "", "of a SYN or SYN,ACK: which copy of it this is, from 1"), \
    FIELD_PATH(record, at answers, "answers", "", "of a SYN,ACK, and of the ACK that completes the handshake: which copy it answers, from 1; null where it cannot be told"), \
    FIELD_PATH(record, at rtt_ms, "rtt_ms", "ms", "round trip that it ends, from the capture point to its sender and back; null where the pair is ambiguous"), \
    FIELD_PATH(record, at missing_bytes, "missing_bytes", "bytes", "data before it that are not in the capture, or that it acknowledges although they are not"), \
    FIELD_PATH(record, at repeated_bytes, "repeated_bytes", "bytes", "data in it that had been seen before"), \
    FIELD_PATH(record, at duplicates, "duplicates", "", "of a duplicate ACK: the how-manieth of its kind"), \
    FIELD_PATH(record, at has, "has", "", "what its sender has behind a hole, by SACK: relative sequence numbers, each range up to but without its end"), \
    FIELD_PATH(record, at lacks, "lacks", "", "what its sender lacks below that, in the same form"), \
    FIELD_PATH(record, at twice, "twice", "", "what its sender got twice, by D-SACK, in the same form"), \
    FIELD_PATH_WORDS(record, at reset_by, "reset_by", RECORDS_WORDS(FOLLOW_WHO_TABLE), "of an RST: who probably sent it, by TTL, sequence number and what came after" RECORDS_MEANINGS(FOLLOW_WHO_TABLE)), \
    FIELD_PATH(record, at ip_id, "ip_id", "", "the IP header's identification; null for IPv6"), \
    FIELD_PATH_WORDS(record, at checksum, "checksum", READ_CHECKSUM_WORDS, "the TCP checksum; partial: left to the network card of the machine that captured it"), \
    FIELD_PATH(record, at why, "why", "", "what it is for and why, in sentences; null unless that is asked for"), \
    FIELD_PATH(record, at reference, "reference", "", "the sections that say so; null unless that is asked for")

/* A doubt's words, without the one for none. */
#define NO_DOUBT    "certain"
#define DOUBT_WORDS (RECORDS_WORDS(FOLLOW_DOUBT_TABLE) + sizeof NO_DOUBT)

static const struct field read_segment_fields[] = {SEGMENT_FIELDS(struct read_segment_record, )};
SCHEMA(read_segment, struct read_segment_record, NULL, "One segment of a connection in a capture, or an ICMP message about one");

#define F(member, unit, help) FIELD(struct read_row_record, member, unit, help)
static const struct field read_row_fields[] = {
    F(schema, "", "version of this record's form"),
    F(command, "", "the command that wrote it"),
    F(file, "", "the file as it was given"),
    F(connection, "", "number of the connection that it belongs to, in order of first segments, from 1"),
    F(time, "", "when it was captured, ISO 8601 in UTC"),
    F(source, "", "address of its sender"),
    F(source_port, "", "port of its sender"),
    F(destination, "", "address of its receiver"),
    F(destination_port, "", "port of its receiver"),
    F(vlan, "", "VLAN tags around it, the outer one first"),
    F(tunnel, "", "the tunnel that it came in"),
    F(relative_seq, "", "sequence number less the sender's initial one; null where that was not seen"),
    F(relative_ack, "", "acknowledgment number less the receiver's initial sequence number"),
    SEGMENT_FIELDS(struct read_row_record, segment.),
};
#undef F
SCHEMA_LINE(read_row, struct read_row_record, read_row_show, "One segment of a capture as it passes: what is known of it without what follows");

#define F(member, unit, help) FIELD(struct read_end_record, member, unit, help)
#define W(member, values, help) FIELD_WORDS(struct read_end_record, member, values, help)
static const struct field read_end_fields[] = {
    F(segments, "", "segments that it sent"),
    F(data_segments, "", "of these, segments with data"),
    F(bytes, "bytes", "data that it sent, repeated ones included"),
    F(repeated_bytes, "bytes", "of these, data that had been seen before"),
    F(acked_bytes, "bytes", "its data that the other end acknowledged"),
    F(missing_bytes, "bytes", "of these, data that are not in the capture"),
    F(retransmissions, "", "segments sent again"),
    F(fast, "", "of these, those sent because of duplicate ACKs, without a time-out"),
    F(spurious, "", "of these, those that had been acknowledged already"),
    F(twins, "", "packets that were captured twice, not sent again"),
    F(out_of_order, "", "segments that came behind what was sent after them"),
    F(gaps, "", "segments before which data are missing"),
    F(duplicate_acks, "", "ACKs that it repeated because something was missing"),
    F(keep_alives, "", "keep-alives that it sent"),
    F(window_probes, "", "probes of the other end's closed window"),
    F(zero_windows, "", "times that it closed its window"),
    F(window_updates, "", "segments that only changed its window"),
    F(window_full, "", "segments that filled the other end's window"),
    F(resets, "", "RSTs with its address, whoever sent them"),
    F(challenges, "", "challenge ACKs (RFC 5961)"),
    F(bad, "", "segments that no end takes: a wrong checksum, impossible flags or options, numbers far from all others"),
    F(syns, "", "copies of its SYN or SYN,ACK"),
    F(syn_gaps_ms, "ms", "times between these copies, with commas; null for fewer than two"),
    F(backoff, "", "how these times grow, in words"),
    F(rtt_min_ms, "ms", "shortest round trip from the capture point to the other end and back, by its data and their ACKs"),
    F(ttl, "", "TTL or hop limit of its segments at the capture point"),
    F(hops, "", "estimate from it of the hops between it and the capture point: distance to the next of 64, 128, 255"),
    F(window_bytes, "bytes", "the window that it advertised last, scaled"),
    W(state, READ_STATE_WORDS, "its state where the capture of the connection ends"),
    W(doubt, DOUBT_WORDS, "why that is only what the state is at least; null: it is certain"),
};
#undef F
#undef W
SCHEMA(read_end, struct read_end_record, NULL, "What one end of a connection did");

#define F(member, unit, help) FIELD(struct connection_record, member, unit, help)
#define W(member, values, help) FIELD_WORDS(struct connection_record, member, values, help)
#define O(member, of, help) FIELD_OF(struct connection_record, member, of, help)
static const struct field read_fields[] = {
    F(schema, "", "version of this record's form"),
    F(command, "", "the command that wrote it"),
    F(file, "", "the file as it was given"),
    F(connection, "", "number of the connection in the file, in order of first segments, from 1"),
    F(time, "", "when its first segment was captured, ISO 8601 in UTC"),
    F(target, "", "the server and its port"),
    F(source, "", "the client's address: who sent the first SYN, or probably did where the capture begins later"),
    F(source_port, "", "the client's port"),
    F(address, "", "the server's address"),
    F(port, "", "the server's port"),
    W(family, "IPv4,IPv6", "the address family"),
    F(interface, "", "the interface that its first segment was captured on, where the file names it"),
    F(vlan, "", "VLAN tags around it, the outer one first"),
    F(tunnel, "", "the tunnel that it runs in"),
    W(verdict, RECORDS_WORDS(VERDICT_TABLE), "what became of the client's SYN, and of the connection"),
    F(reason, "", "the verdict in one sentence"),
    F(from, "", "address of who said it"),
    F(ttl, "", "TTL or hop limit, at the capture point, of the packet that decided"),
    F(hops, "", "estimate from it of the hops to the sender: distance to the next of 64, 128, 255"),
    F(icmp_type, "", "type of the ICMP error that decided"),
    F(icmp_code, "", "code of the ICMP error that decided"),
    F(attempts, "", "SYNs that the client sent"),
    F(answered_attempt, "", "which of them was answered, from 1; null where it cannot be told"),
    F(rtt_ms, "ms", "round trip between client and server: server_rtt_ms + client_rtt_ms; null where either is"),
    F(rtt_source, "", "where the round trip was taken from, or why there is none"),
    F(server_rtt_ms, "ms", "SYN to SYN,ACK: capture point to server and back, which `handshake` calls rtt_ms; null where the pair is ambiguous"),
    F(server_rtt_source, "", "which copies it was taken from, or why there is none"),
    F(client_rtt_ms, "ms", "SYN,ACK to ACK: capture point to client and back; null where the pair is ambiguous"),
    F(client_rtt_source, "", "which copies it was taken from, or why there is none"),
    F(lost_forward, "", "SYNs known to be lost behind the capture point, or to have come too late"),
    F(lost_reverse, "", "SYN,ACKs known to be lost"),
    F(connect_ms, "ms", "first SYN to the SYN,ACK that opened: what connect() took, as the capture point saw it"),
    F(isn_client, "", "the client's initial sequence number"),
    F(isn_server, "", "the server's initial sequence number"),
    O(offered, &schema_options, "the options of the client's SYN"),
    O(answered, &schema_options, "the options of the SYN,ACK"),
    O(in_effect, &schema_options, "what holds for the connection; null where a SYN is not in the capture"),
    F(bytes_sent, "bytes", "data that the client sent, each byte once"),
    F(bytes_acked, "bytes", "of these, data that the server acknowledged"),
    F(bytes_received, "bytes", "data that the server sent, each byte once"),
    F(retransmissions, "", "segments that either end sent again"),
    W(ending, RECORDS_WORDS(FOLLOW_ENDING_TABLE), "how it ended, as far as the capture goes, by a word of `describe endings`"),
    W(closed, CLOSED_WORDS, "the same in the words of `handshake`, seen from the client; null if it was never open"),
    W(reset_by, RECORDS_WORDS(FOLLOW_WHO_TABLE), "who probably sent the RST that ended it; null if none did" RECORDS_MEANINGS(FOLLOW_WHO_TABLE)),
    F(simultaneous, "", "both ends sent a SYN, and these crossed (RFC 9293 3.5 figure 7)"),
    F(split, "", "the SYN,ACK came as an ACK and a SYN apart from each other"),
    F(began_late, "", "the capture began when it was already under way"),
    F(one_way, "", "segments of one direction only are in the capture"),
    F(early, "", "told as soon as the opening was decided; the connection goes on"),
    F(duration_ms, "ms", "from its first to its last segment"),
    F(first_frame, "", "number of its first frame in the file, from 1"),
    F(last_frame, "", "number of its last frame so far"),
    F(segment_count, "", "its segments in the capture"),
    O(client, &schema_read_end, "what the client did"),
    O(server, &schema_read_end, "what the server did"),
    F(unmet, "", "the clauses of --expect that failed, with what was seen; null for none"),
    O(segments, &schema_read_segment, "all segments in the capture's order; empty where only a summary was asked for"),
    O(steps, &schema_step, "the steps of the client's state machine, which explain its segments; empty like segments"),
    F(steps_end, "", "why the steps end before the segments do; null: they do not"),
    O(findings, &schema_finding, "what was out of the ordinary"),
};
#undef F
#undef W
#undef O
SCHEMA(read, struct connection_record, connection_show, "One connection in a capture");

#define F(member, unit, help) FIELD(struct read_interface_record, member, unit, help)
static const struct field read_interface_fields[] = {
    F(number, "", "its number in the file, from 0"),
    F(name, "", "its name, where the file has one"),
    F(link_type, "", "the link type of its frames"),
    F(snaplen, "bytes", "bytes of each frame that were kept at most; null: all"),
    F(frames, "", "frames captured on it"),
    F(dropped, "", "frames that it lost, as the file tells"),
};
#undef F
SCHEMA(read_interface, struct read_interface_record, NULL, "One interface of a capture");

#define F(member, unit, help) FIELD(struct capture_record, member, unit, help)
#define W(member, values, help) FIELD_WORDS(struct capture_record, member, values, help)
#define O(member, of, help) FIELD_OF(struct capture_record, member, of, help)
static const struct field capture_fields[] = {
    F(schema, "", "version of this record's form"),
    F(command, "", "the command that wrote it"),
    F(file, "", "the file as it was given"),
    W(format, "pcap,pcapng", "the file's format"),
    W(byte_order, "little,big", "the byte order of its headers"),
    F(resolution_ns, "ns", "steps that its stamps go in; 0: finer than 1 ns"),
    F(time, "", "the earliest stamp, ISO 8601 in UTC"),
    F(duration_ms, "ms", "from the earliest to the latest stamp"),
    F(frames, "", "frames in the file, as far as it could be read"),
    F(bytes, "bytes", "captured bytes of them"),
    F(left_out, "", "of the frames, those that the filter left out"),
    F(packets, "", "IP packets, fragments included"),
    F(segments, "", "TCP segments with a readable header"),
    F(icmp, "", "ICMP errors about TCP segments"),
    F(other, "", "IP packets that are neither"),
    F(not_ip, "", "frames that hold no IP packet, ARP for instance"),
    F(cut, "", "frames whose headers the snapshot length cut off"),
    F(malformed, "", "frames with impossible headers"),
    F(sealed, "", "frames that are encrypted"),
    F(unknown_link, "", "frames of a link type that is not known"),
    F(unread, "", "TCP segments whose header is cut off or impossible"),
    F(fragments, "", "IP fragments"),
    F(reassembled, "", "packets put together from fragments"),
    F(incomplete, "", "packets of which fragments are missing"),
    F(tagged, "", "frames with VLAN tags"),
    F(tunnelled, "", "packets within a tunnel"),
    F(backwards, "", "frames whose stamp is earlier than that of the frame before"),
    F(backwards_most_ms, "ms", "the largest such step back"),
    F(dropped, "", "frames that the capture lost, as the file tells"),
    F(connections, "", "TCP connections"),
    F(open, "", "of these, those with the verdict open"),
    F(refused, "", "of these, those with the verdict refused"),
    F(unreachable, "", "of these, those with the verdict unreachable"),
    F(filtered, "", "of these, those with the verdict filtered"),
    F(reset, "", "of these, those with the verdict reset"),
    F(inconclusive, "", "of these, those with the verdict inconclusive"),
    F(half_open, "", "of the inconclusive ones, those whose SYN,ACK was not answered: very many are a SYN flood or a scan"),
    F(began_late, "", "of the connections, those that were under way when the capture began"),
    F(given_up, "", "of the connections, those given up because too many were open at once (--most)"),
    F(late, "", "segments that came after their connection was over"),
    F(open_most, "", "connections that were open at once, at most"),
    W(damage, READ_DAMAGE_WORDS, "what is wrong with the file behind what could be read"),
    F(damage_at, "bytes", "where that is in the file"),
    O(interfaces, &schema_read_interface, "the interfaces that the file tells of"),
    O(findings, &schema_finding, "what is out of the ordinary"),
};
#undef F
#undef W
#undef O
SCHEMA(capture, struct capture_record, capture_show, "One capture");
/* clang-format on */
