# SPDX-License-Identifier: GPL-3.0-or-later
"""Why `tcpprobe read` and tshark differ, where they do: the reasons, and which of them it is.

The rules look at what both say of the segment, never at a frame's number. What no rule explains,
stays without a reason until somebody has looked at it: then a rule is written, or the program is
mended.
"""

REASONS = {
    "before":
        "Bytes that were captured before are a retransmission. tshark calls them out of "
        "order where they come within 3 ms or a round trip of what is behind them, or "
        "spurious where an ACK covers them; bytes seen for the first time are never a "
        "retransmission here.",
    "late":
        "Bytes seen for the first time behind the ACK that covers them came out of order, "
        "or the capture did. tshark calls them a spurious retransmission.",
    "twin":
        "The same packet twice, same IP identification within 100 ms: captured or copied "
        "twice, not sent again. tshark does not look at the identification.",
    "probe":
        "Linux probes a closed window with the sequence number before the next. That is a "
        "window probe as well as a keep-alive; tshark says keep-alive only. Its answer "
        "likewise.",
    "probe-byte":
        "A byte behind a closed window, sent to probe it, does not count as sent until it "
        "is acknowledged.",
    "unseen":
        "That bytes are acknowledged which are not in the capture is said once, of the ACK "
        "that does it; tshark says it of each ACK behind the highest byte captured.",
    "answered":
        "An RST that answers a SYN is no handshake, so there is no round trip of one; "
        "tshark takes the time to the next segment with ACK for it.",
    "ambiguous":
        "The round trip of the handshake is not told where SYN or SYN,ACK were repeated or "
        "lost and nothing says which copy was answered (Karn), where both ends opened, or "
        "where one half of it is missing in the capture.",
    "rst-window":
        "The window of an RST to a SYN is told as it stands in the header; tshark leaves it "
        "open whether that is scaled.",
    "syn-window":
        "Whether windows are scaled is known only where both SYNs were captured; tshark "
        "takes one SYN's scale for granted.",
    "forged":
        "Segments that no end takes (a wrong checksum, a reset far from where it would "
        "count, flags that cannot be, a wrong acknowledgment) do not move what is expected "
        "next; tshark counts with their numbers.",
    "reused":
        "A SYN of another sequence number on known ports begins a connection once the old "
        "one is over; otherwise it is a SYN in the middle (RFC 5961 4) until it is "
        "answered. tshark begins a stream with each. Where the old one had ended, nothing "
        "is said of its ports.",
    "crossing":
        "A SYN,ACK with its SYN's number, where both ends opened (RFC 9293 figure 7) or "
        "where SYN and ACK came apart, is no retransmission of the SYN.",
    "syn-ack":
        "A SYN,ACK again is a retransmission; tshark calls it out of order where data came "
        "since.",
    "vlan":
        "The same addresses and ports in different VLANs are different connections; tshark "
        "4.0 counts them as one.",
    "partial":
        "The checksum holds the pseudo-header's sum only: left to the card of the machine "
        "that captured. tshark calls it bad.",
    "length":
        "The IP header claims more than the frame had on the wire: a sum that is wrong may "
        "be that of what did not come. tshark goes by the frame.",
    "cut":
        "Of a TCP header that the capture cut, or that says that it is longer than the "
        "packet, tshark shows what there is, an option that is not all there by its kind, "
        "and no round trip. Ours takes a segment whose first 20 bytes are there, with the "
        "options that are whole.",
    "header":
        "The IP header's checksum is wrong: no end takes what is in it.",
    "land":
        "Both ends have the same address and port: nothing tells the directions apart, and "
        "tshark takes each segment for the same end's.",
    "piece":
        "tshark reads the first fragment of a packet whose rest never comes.",
    "deep":
        "More extension headers than are followed, or an encrypted packet, or Geneve's UDP, "
        "or a link type that is not read: there is no segment.",
    "options":
        "Behind an option with an impossible length tshark reads on or stops in its own "
        "way, shows no kind for it, and may stop reading the segment; ours shows the bytes "
        "as they are.",
    "acecn":
        "With accurate ECN tshark shows the three flags as a number.",
    "letters":
        "tshark has A for the accurate-ECN flag in a SYN.",
    "repeat":
        "An ACK that repeats the one before it; with tshark that belongs to another stream.",
    "wrap":
        "tshark mistakes an acknowledgment of 0 for none.",
    "stamp":
        "A stamp with more than 999,999 microseconds counts as it says; tshark shows its "
        "digits.",
    "timeless":
        "A Simple Packet Block has no stamp; tshark takes 1970 for it.",
    "backwards":
        "Where the stamps of a capture go backwards, a part that comes later in the file "
        "may tell of an earlier time; round trips that would be negative are not told.",
}


def head():
    lines = ["# Where `tcpprobe read` and tshark say different things of the captures, and why.",
             "# Made by agree.py --renew; the reasons are in reasons.py:", "#"]
    for name, words in REASONS.items():
        rest, line = words.split(), f"#   {name:<10}"
        for word in rest:
            if len(line) + 1 + len(word) > 100:
                lines.append(line)
                line = "#" + " " * 12
            line += " " + word
        lines.append(line)
    lines += ["#", "# capture, frames, field, ours, tshark's, reason", ""]
    return "\n".join(lines)


class Case:
    """One difference, with what is known of its segment."""

    def __init__(self, capture, judge, difference):
        self.capture, self.judge = capture, judge
        self.frame, self.field, self.ours, self.theirs = difference
        row = judge.ours.get(self.frame)
        self.events = row.events if row else set()
        self.flags = row.flags if row else 0
        self.row = row.row if row else None
        self.tshark = judge.theirs.get(self.frame)
        self.connection = None
        if self.row:
            for connection in judge.connections:
                if connection["connection"] == self.row["connection"]:
                    self.connection = connection

    def stream_has(self, *events):
        """Whether a segment of the same connection or of tshark's stream is one of these."""
        stream = self.tshark["tcp.stream"] if self.tshark else None
        for frame, row in self.judge.ours.items():
            same = self.row and row.row["connection"] == self.row["connection"]
            other = self.judge.theirs.get(frame)
            if (same or other and other["tcp.stream"] == stream) and row.events & set(events):
                return True
        return False

    def is_land(self):
        return self.row and (self.row["source"], self.row["source_port"]) == (
            self.row["destination"], self.row["destination_port"])

    def is_cut(self):
        """Whether tshark has segments of the stream that ours could not read, or only in part."""
        stream = self.tshark["tcp.stream"] if self.tshark else None
        return any(row["tcp.stream"] == stream and (frame not in self.judge.ours or
                   "cut" in (self.judge.ours[frame].row["note"] or ""))
                   for frame, row in self.judge.theirs.items())

    def answers_differ(self):
        """Whether SYN,ACKs of different numbers came."""
        mine = self.row["connection"]
        return len({row.row["seq"] for row in self.judge.ours.values()
                    if row.flags & 18 == 18 and row.row["connection"] == mine}) > 1

    def stream_split(self):
        """Whether tshark's stream and our connection do not hold the same segments."""
        if not self.row or not self.tshark:
            return False
        ours = {frame for frame, row in self.judge.ours.items()
                if row.row["connection"] == self.row["connection"] and frame in self.judge.theirs}
        theirs = {frame for frame, row in self.judge.theirs.items()
                  if row["tcp.stream"] == self.tshark["tcp.stream"] and frame in self.judge.ours}
        return ours != theirs


def of_segment(case):
    if case.ours == "yes":
        return "?"
    if case.capture.startswith("odd/fragments"):
        return "piece"
    if case.capture in ("odd/ipv6-extensions.pcap", "tcpdump/geneve.pcap", "tcpdump/bgp-aigp.pcap"):
        return "deep"
    return "cut"


def of_numbers(case):
    if case.is_land():
        return "land"
    new = case.stream_has("malformed", "outside") or case.answers_differ()
    return "reused" if case.stream_split() or new else "?"


def of_window(case):
    if case.flags & 4 and case.theirs == "-":
        return "rst-window"
    if case.stream_split() and case.stream_has("split-handshake"):
        return "crossing"
    if case.stream_split():
        return "reused"
    if case.ours == "-":
        return "syn-window"
    if case.stream_has("malformed"):
        return "options"
    if case.stream_has("checksum", "outside", "rst-impossible", "rst-inexact"):
        return "forged"
    return "?"


def of_round_trip(case):
    connection = case.connection
    if connection is None:
        return "?"
    if connection["verdict"] in ("refused", "reset"):
        return "answered"
    if case.capture == "odd/file-microseconds.pcap":
        return "stamp"
    if case.capture.endswith("backwards.pcap"):
        return "backwards"
    if case.ours == "-":
        return "ambiguous"
    if case.theirs == "-" and case.is_cut():
        return "cut"
    if case.stream_has("checksum"):
        return "forged"
    return "?"


def of_retransmission(case):
    if "twin" in case.events:
        return "twin"
    if case.ours == "yes":
        return "syn-ack" if "syn-ack-repeated" in case.events else "before"
    if case.flags & 2 and case.stream_has("simultaneous-open", "split-handshake"):
        return "crossing"
    if case.stream_has("checksum", "malformed", "outside", "rst-impossible", "rst-inexact",
                       "rst-exact") or case.connection and case.connection["reset_by"]:
        return "forged"
    if case.stream_split():
        return "reused"
    return "?"


def of_order(case):
    if "twin" in case.events:
        return "twin"
    if case.events & {"retransmission"}:
        return "syn-ack" if "syn-ack-repeated" in case.events else "before"
    if "out-of-order" in case.events:
        return "late"
    return of_retransmission(case)


def of_acks(case):
    if case.is_land():
        return "land"
    if case.stream_split() or case.connection["verdict"] != "open" or case.answers_differ():
        return "reused"
    if case.field == "lost_segment" and case.stream_has("window-probe"):
        return "probe-byte"
    if case.field == "ack_lost_segment" and case.theirs == "yes" or case.ours == "yes":
        if case.stream_has("window-probe"):
            return "probe-byte"
        if case.stream_has("gap", "acked-unseen"):
            return "unseen"
        if case.stream_has("outside", "malformed", "checksum", "rst-inexact"):
            return "forged"
        if case.stream_has("retransmission"):
            return "before"
    return "?"


def of_duplicates(case):
    if case.capture == "odd/wrap.pcap":
        return "wrap"
    if case.stream_split():
        return "repeat"
    if case.stream_has("outside", "malformed", "rst", "checksum"):
        return "forged"
    return "?"


def of_options(case):
    if case.theirs.startswith(case.ours.rstrip("-")) and case.is_cut():
        return "cut"
    return "options" if "malformed" in case.events else "?"


RULES = {
    "segment": of_segment, "len": of_numbers, "relative seq": of_numbers,
    "relative ack": of_numbers,
    "scaled window": of_window, "initial_rtt": of_round_trip, "retransmission": of_retransmission,
    "out_of_order": of_order, "spurious_retransmission": of_order, "fast_retransmission": of_order,
    "ack_lost_segment": of_acks, "lost_segment": of_acks, "duplicate_ack": of_duplicates,
    "duplicate_ack_num": of_duplicates, "kinds": of_options, "mss": of_options,
    "wscale": of_options,
    "sack_perm": of_options, "sack": of_options, "timestamps": of_options,
    "zero_window_probe": lambda case: "probe", "zero_window_probe_ack": lambda case: "probe",
    "window_update": lambda case: "forged" if case.stream_has("rst") else "?",
    "reused_ports": lambda case: "reused", "stream": lambda case: "reused",
}


def why(capture, judge, difference):
    case = Case(capture, judge, difference)
    if capture == "odd/vlan-same-ports.pcap":
        return "vlan"
    if case.field == "checksum" and case.ours == "partial" and case.theirs == "bad":
        return "partial"
    claims_more = case.row and "claims more bytes than came" in (case.row["note"] or "")
    if case.field == "checksum" and claims_more and case.ours == "unknown":
        return "length"
    if case.field == "checksum" and case.ours == "bad" and (claims_more or
                                                            case.theirs == "unknown"):
        return "header"
    if case.field == "flags.str":
        return "acecn" if "-" in case.theirs else "letters"
    if case.field == "time":
        if case.ours == "-" or abs(float(case.theirs)) > 1e9:
            return "timeless"
        if capture == "odd/file-microseconds.pcap":
            return "stamp"
        if case.is_cut():
            return "cut"
        if case.stream_split():
            return "crossing" if case.stream_has("split-handshake") else "reused"
    rule = RULES.get(case.field)
    return rule(case) if rule else "?"
