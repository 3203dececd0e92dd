#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds the program's records against an independent capture, read by tshark.

usage: agree.py [--no-server] [--no-count] [--partial] [--mtu BYTES] CAPTURE RECORDS

RECORDS are JSON lines of 'handshake'. For each: every segment in its order with time, direction,
flags, numbers, window, length, TTL and options; the client's state after each, and the server's
(unless --no-server: where packets are lost on the way); numbers, options and round trip of the
opening; what is in effect; bytes received. Every expected value is tshark's, or follows from it by
RFC 9293, RFC 7323 and RFC 2018. --no-count: the connection is not over when the program ends.
--partial: checksums are not real on this interface.

What leaves is stamped once for all captures: times must agree within 2 us. What comes in is stamped
by each capture for itself, one after the other: half of them within 20 us, and all within 1 ms.
"""

import argparse
import ipaddress
import json
import statistics
import subprocess
import sys

FIELDS = ("frame.time_epoch", "ip.src", "ipv6.src", "ip.dst", "ipv6.dst", "tcp.srcport",
          "tcp.dstport", "tcp.seq_raw", "tcp.ack_raw", "tcp.flags", "tcp.window_size_value",
          "tcp.len", "ip.ttl", "ipv6.hlim", "tcp.options", "tcp.payload", "tcp.options.mss_val",
          "tcp.options.wscale.shift", "tcp.options.timestamp.tsval",
          "tcp.options.timestamp.tsecr", "tcp.option_kind", "tcp.checksum.status")
FLAGS = ((0x01, "FIN"), (0x02, "SYN"), (0x04, "RST"), (0x08, "PSH"), (0x10, "ACK"), (0x20, "URG"),
         (0x40, "ECE"), (0x80, "CWR"), (0x100, "AE"))
FIN, SYN, RST, ACK, ECE, CWR = 0x01, 0x02, 0x04, 0x10, 0x40, 0x80
WORD = 1 << 32


def number(text):
    return int(text, 0) if text else None


# How far a connection has come in a state (RFC 9293 figure 5).
PROGRESS = {"SYN-SENT": 1, "SYN-RECEIVED": 2, "ESTABLISHED": 3, "FIN-WAIT-1": 4, "CLOSE-WAIT": 4,
            "FIN-WAIT-2": 5, "CLOSING": 5, "LAST-ACK": 5, "TIME-WAIT": 6, "CLOSED": 7}


class Segment:
    """One packet as tshark sees it."""

    def __init__(self, line):
        value = dict(zip(FIELDS, line.split("\t")))
        whole, _, part = value["frame.time_epoch"].partition(".")
        self.ns = int(whole) * 10**9 + int(part.ljust(9, "0")[:9])
        self.source = (address(value["ip.src"] or value["ipv6.src"]), int(value["tcp.srcport"]))
        self.to = (address(value["ip.dst"] or value["ipv6.dst"]), int(value["tcp.dstport"]))
        self.seq, self.ack = int(value["tcp.seq_raw"]), int(value["tcp.ack_raw"])
        self.flags = int(value["tcp.flags"], 0)
        self.window = int(value["tcp.window_size_value"])
        self.length = int(value["tcp.len"])
        self.ttl = int(value["ip.ttl"] or value["ipv6.hlim"])
        self.options = bytes.fromhex(value["tcp.options"].replace(":", ""))
        self.payload = bytes.fromhex(value["tcp.payload"].replace(":", ""))
        self.mss = number(value["tcp.options.mss_val"])
        self.wscale = number(value["tcp.options.wscale.shift"])
        self.ts_val = number(value["tcp.options.timestamp.tsval"])
        self.ts_ecr = number(value["tcp.options.timestamp.tsecr"])
        self.kinds = {int(kind) for kind in value["tcp.option_kind"].split(",") if kind}
        self.good = value["tcp.checksum.status"] != "0"
        edges = [int(edge) for word in notation(self.options) if word.startswith("sack ")
                 for edge in word[5:].replace(":", " ").split()]
        self.sack = list(zip(edges[::2], edges[1::2]))

    def end(self):
        return (self.seq + self.length + bool(self.flags & SYN) + bool(self.flags & FIN)) % WORD

    def words(self):
        """The flags as 'SYN,ACK', in the order in which RFC 9293's figures say them."""
        return {name for bit, name in FLAGS if self.flags & bit}


def address(text):
    return ipaddress.ip_address(text.split(",")[0])


def notation(raw):
    """Options in packetdrill's notation; what needs more is left as its word."""
    words, at = [], 0
    while at < len(raw):
        kind = raw[at]
        if kind < 2:
            words.append(("eol", "nop")[kind])
            at += 1
            continue
        length = raw[at + 1]
        value = raw[at + 2:at + length]
        numbers = [int.from_bytes(value[i:i + 4], "big") for i in range(0, len(value), 4)]
        if kind == 2:
            words.append(f"mss {int.from_bytes(value, 'big')}")
        elif kind == 3:
            words.append(f"wscale {value[0]}")
        elif kind == 4:
            words.append("sackOK")
        elif kind == 5:
            blocks = zip(numbers[::2], numbers[1::2])
            words.append("sack " + " ".join(f"{left}:{right}" for left, right in blocks))
        elif kind == 8:
            words.append(f"TS val {numbers[0]} ecr {numbers[1]}")
        elif kind == 34:
            words.append(" ".join(["FO", value.hex()]).strip())
        elif kind == 30:
            words.append("mptcp")
        else:
            words.append(f"kind {kind}")
        at += length
    return words


class End:
    """One end of a connection, its states by RFC 9293 figure 5, from what it sends and gets."""

    def __init__(self, state):
        self.state = state
        self.next = None   # RCV.NXT
        self.early = {}    # out of order: seq -> (length, is FIN)
        self.fin = None    # the acknowledgment that covers our FIN
        self.said = None   # the acknowledgment that we sent last

    def sends(self, segment):
        if segment.flags & ACK:
            self.said = segment.ack
        if segment.flags & RST:
            self.state = "CLOSED"
        elif segment.flags & SYN:
            if self.state in ("CLOSED", "LISTEN", "SYN-SENT"):
                self.state = "SYN-RECEIVED" if segment.flags & ACK else "SYN-SENT"
            self.syn = (segment.seq + 1) % WORD
        if segment.flags & FIN:
            self.fin = segment.end()
            self.state = {"ESTABLISHED": "FIN-WAIT-1", "SYN-RECEIVED": "FIN-WAIT-1",
                          "CLOSE-WAIT": "LAST-ACK"}.get(self.state, self.state)

    def takes(self, segment):
        if not segment.good:
            return
        if segment.flags & RST:
            # what lies outside a closed window was not taken: there, our last word counts
            if self.next is None or segment.seq in (self.next, self.said):
                self.state = "CLOSED"
            return
        if segment.flags & SYN:
            if self.state == "LISTEN":
                self.state = "SYN-RECEIVED"
            elif self.state == "SYN-SENT":
                if segment.flags & ACK and (segment.ack - self.syn) % WORD >= WORD // 2:
                    return
                self.state = "ESTABLISHED" if segment.flags & ACK else "SYN-RECEIVED"
            if self.next is None:
                self.next = (segment.seq + 1) % WORD
            if not segment.length:
                return
        elif self.next is None:
            return
        if segment.flags & ACK and self.state == "SYN-RECEIVED":
            self.state = "ESTABLISHED"
        if self.fin is not None and segment.flags & ACK and segment.ack == self.fin:
            self.state = {"FIN-WAIT-1": "FIN-WAIT-2", "CLOSING": "TIME-WAIT",
                          "LAST-ACK": "CLOSED"}.get(self.state, self.state)
        self.take_data(segment)

    def take_data(self, segment):
        start = (segment.seq + bool(segment.flags & SYN)) % WORD
        if segment.length or segment.flags & FIN:
            self.early[start] = (segment.length, bool(segment.flags & FIN))
        moved = True
        while moved:
            moved = False
            for seq, (length, fin) in list(self.early.items()):
                ahead = (seq - self.next) % WORD
                past = (seq + length + fin - self.next) % WORD
                if ahead == 0 or (ahead >= WORD // 2 and 0 < past < WORD // 2):
                    self.next = (seq + length + fin) % WORD
                    del self.early[seq]
                    moved = True
                    if fin:
                        self.state = {"ESTABLISHED": "CLOSE-WAIT", "FIN-WAIT-1": "CLOSING",
                                      "FIN-WAIT-2": "TIME-WAIT"}.get(self.state, self.state)


def read_capture(path):
    command = ["tshark", "-n", "-r", path, "-d", "tcp.port==1-65535,data",
               "-o", "tcp.check_checksum:TRUE", "-o", "tcp.desegment_tcp_streams:FALSE",
               "-Y", "tcp && !icmp && !icmpv6", "-T", "fields", "-E", "separator=/t",
               "-E", "occurrence=a"]
    for field in FIELDS:
        command += ["-e", field]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL, text=True).stdout
    return [Segment(line) for line in output.splitlines()]


class Judge:
    def __init__(self, record, packets, arguments):
        self.record, self.arguments = record, arguments
        self.bad, self.late = [], []
        ours = (ipaddress.ip_address(record["source"]), record["source_port"])
        theirs = (ipaddress.ip_address(record["address"]), record["port"])
        self.out = lambda packet: packet.source == ours
        self.packets = [packet for packet in packets
                        if (packet.source, packet.to) in ((ours, theirs), (theirs, ours))]

    def same(self, what, said, seen):
        if said != seen:
            self.bad.append(f"{what}: the program says {said!r}, the capture {seen!r}")

    def near(self, what, said, seen, slack):
        if said is None or abs(said - seen) > slack:
            self.bad.append(f"{what}: the program says {said} ms, the capture {seen} ms")
            return
        if slack > 0.002:
            self.late.append(abs(said - seen))

    def judge(self):
        if not self.packets:
            self.bad.append("the capture has no packet of this connection")
        else:
            self.segments()
            self.states()
            self.opening()
        return self.bad

    def rows(self):
        return [row for row in self.record["segments"] if row["seq"] is not None]

    def segments(self):
        """Each direction in its order; between the two, times tell (they may be swapped where
        something arrives as something leaves). From then on packets are in the record's order."""
        rows, packets = self.rows(), self.packets
        if not self.arguments.no_count:
            self.same("number of segments", len(rows), len(packets))
        streams = {"out": iter([packet for packet in packets if self.out(packet)]),
                   "in": iter([packet for packet in packets if not self.out(packet)])}
        self.packets = []
        for index, row in enumerate(rows):
            packet = next(streams[row["direction"]], None)
            if packet is None:
                self.bad.append(f"segment {index} ({row['direction']} {row['flags']}) is not in "
                                "the capture")
                break
            self.packets.append(packet)
            name = f"segment {index} ({row['direction']} {sorted(packet.words())})"
            self.same(f"{name} flags", set(row["flags"].split(",")), packet.words())
            self.same(f"{name} seq", row["seq"], packet.seq)
            self.same(f"{name} ack", row["ack"], packet.ack if packet.flags & ACK else None)
            self.same(f"{name} window", row["window"], packet.window)
            self.same(f"{name} length", row["length"], packet.length)
            self.same(f"{name} ttl", row["ttl"], packet.ttl)
            said = [word if not word.startswith("mptcp") else "mptcp"
                    for word in row["options"].split(",") if word]
            self.same(f"{name} options", said, notation(packet.options))
            self.near(f"{name} time", row["t_ms"], (packet.ns - packets[0].ns) / 1e6,
                      0.002 if self.out(packet) else 1)

    def states(self):
        silent = self.record["verdict"] in ("filtered", "unreachable", "inconclusive")
        rows = self.rows()[:len(self.packets)]
        client, dealt = End("CLOSED"), {}
        for index in self.order():
            if self.out(self.packets[index]):
                client.sends(self.packets[index])
            else:
                client.takes(self.packets[index])
            dealt[index] = client.state
        # On the wire's time line, which the rows follow, the state does not go back.
        state = "SYN-SENT"
        for index, row in enumerate(rows):
            if PROGRESS[dealt[index]] >= PROGRESS[state]:
                state = dealt[index]
            self.same(f"state after segment {index}", row["state"], state)
        server = End("CLOSED" if self.record["verdict"] == "refused" else "LISTEN")
        for index, packet in enumerate(self.packets):
            if not self.out(packet):
                server.sends(packet)
            elif server.state != "CLOSED":
                server.takes(packet)
            if not self.arguments.no_server:
                self.same(f"server's state after segment {index}", rows[index]["server_state"],
                          "?" if silent else server.state)
        steps = self.record["steps"]
        self.same("first state", steps[0]["from"], "CLOSED")
        for one, other in zip(steps, steps[1:]):
            self.same("a step's beginning", other["from"], one["to"])
        self.same("last state", steps[-1]["to"], "CLOSED")
        last = {}
        for step in steps:
            if step["segment"] is not None:
                last[step["segment"]] = step["to"]
        for index, state in last.items():
            self.same(f"step of segment {index}", state, self.record["segments"][index]["state"])

    def order(self):
        """The packets' indices as the client dealt with them: what it sent without acknowledging
        what had just come in order, it sent before it knew of that."""
        client, order, known = End("SYN-SENT"), [], []
        client.syn = 0
        for index, packet in enumerate(self.packets):
            if not self.out(packet):
                order.append(index)
                client.state = "ESTABLISHED" if client.next is not None else "SYN-RECEIVED"
                client.takes(packet)
                known.append((index, client.next))
                continue
            at = len(order)
            if packet.flags & ACK and not packet.flags & RST:
                for came, following in known:
                    if following is not None and 0 < (following - packet.ack) % WORD < WORD // 2:
                        at = min(at, order.index(came))
            order.insert(at, index)
        return order

    def opening(self):
        record = self.record
        syns = [packet for packet in self.packets
                if self.out(packet) and packet.flags & (SYN | ACK) == SYN]
        if not syns:
            return
        first = syns[0]
        self.same("attempts", record["attempts"], len(syns))
        self.same("isn_client", record["isn_client"], first.seq)
        self.options("offered", record["offered"], first, first.flags & (ECE | CWR) == ECE | CWR)
        answers = [packet for packet in self.packets if not self.out(packet) and packet.good
                   and packet.flags & (SYN | ACK) == SYN | ACK
                   and 0 < (packet.ack - first.seq) % WORD < 65536]
        if record["verdict"] not in ("open", "reset") or not answers:
            return
        answer = answers[0]
        self.same("isn_server", record["isn_server"], answer.seq)
        self.same("from", ipaddress.ip_address(record["from"]), answer.source[0])
        if record["verdict"] == "open":
            self.same("ttl", record["ttl"], answer.ttl)
        self.options("answered", record["answered"], answer, answer.flags & (ECE | CWR) == ECE)
        self.in_effect(first, answer)
        if record["rtt_ms"] is not None:
            copy = syns[record["answered_attempt"] - 1]
            self.near("rtt_ms", record["rtt_ms"], (answer.ns - copy.ns) / 1e6, 1)
            if answer.ts_ecr is not None and 8 in copy.kinds:
                self.same("TSval of the answered copy", copy.ts_val, answer.ts_ecr)
        self.near("connect_ms", record["connect_ms"], (answer.ns - first.ns) / 1e6, 1)
        self.sacks(answer)
        self.data(answer)

    def options(self, name, said, packet, ecn):
        self.same(f"{name}.mss", said["mss"], packet.mss)
        self.same(f"{name}.wscale", said["wscale"], packet.wscale)
        self.same(f"{name}.sack", said["sack"], 4 in packet.kinds)
        self.same(f"{name}.timestamps", said["timestamps"], 8 in packet.kinds)
        self.same(f"{name}.fastopen", said["fastopen"], 34 in packet.kinds)
        self.same(f"{name}.mptcp", said["mptcp"], 30 in packet.kinds)
        self.same(f"{name}.ecn", said["ecn"], bool(ecn))

    def in_effect(self, syn, answer):
        """What both sides offered, and no more; the MSS is the server's (RFC 9293 3.7.1)."""
        said = self.record["in_effect"]
        default = 536 if self.record["family"] == "IPv4" else 1220
        path = self.arguments.mtu - (40 if self.record["family"] == "IPv4" else 60)
        self.same("in_effect.mss", said["mss"], min(answer.mss or default, path))
        both = syn.wscale is not None and answer.wscale is not None
        self.same("in_effect.wscale", said["wscale"], min(answer.wscale, 14) if both else None)
        for key, kind in (("sack", 4), ("timestamps", 8)):
            self.same(f"in_effect.{key}", said[key], kind in syn.kinds and kind in answer.kinds)
        self.same("in_effect.mptcp", said["mptcp"], False)
        self.same("in_effect.ecn", said["ecn"], syn.flags & (ECE | CWR) == ECE | CWR
                  and answer.flags & (ECE | CWR) == ECE)

    def sacks(self, answer):
        """Each block that we sent names bytes that had come, above the acknowledgment; only the
        first may lie below it (D-SACK, RFC 2883), and none may without SACK in effect."""
        came = set()
        for packet in self.packets:
            first = (packet.seq - answer.seq) % WORD
            if not self.out(packet):
                came.update(range(first, first + packet.length))
                continue
            for index, (left, right) in enumerate(packet.sack):
                left, right, ack = ((edge - answer.seq) % WORD
                                    for edge in (left, right, packet.ack))
                name = f"SACK block {left}:{right} beside ack {ack}"
                self.same(f"{name} allowed", self.record["in_effect"]["sack"], True)
                self.same(f"{name} not empty", left < right, True)
                self.same(f"{name} is new", left > ack or (right <= ack and index == 0), True)
                self.same(f"{name} has come", came.issuperset(range(left, right)), True)

    def data(self, answer):
        """Bytes received: as far as our last acknowledgment goes, without SYN and FIN."""
        fins = [packet for packet in self.packets if not self.out(packet) and packet.flags & FIN]
        acks = [(packet.ack - answer.seq - 1) % WORD for packet in self.packets
                if self.out(packet) and packet.flags & ACK]
        if not acks or self.arguments.no_count:
            return
        end = max(acks)
        if fins and end == (fins[0].end() - answer.seq - 1) % WORD:
            end -= 1
        self.same("bytes_received", self.record["bytes_received"], end)


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--no-server", action="store_true")
    parser.add_argument("--no-count", action="store_true")
    parser.add_argument("--partial", action="store_true")
    parser.add_argument("--mtu", type=int, default=1500)
    parser.add_argument("capture")
    parser.add_argument("records")
    arguments = parser.parse_args()
    packets = read_capture(arguments.capture)
    for packet in packets:
        packet.good |= arguments.partial
    with open(arguments.records, encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    bad, late = 0, []
    for record in records:
        if record["source"] is None:  # nothing was sent
            continue
        judge = Judge(record, packets, arguments)
        complaints = judge.judge()
        late += judge.late
        for words in complaints:
            print(f"{record['target']} from {record['source_port']}: {words}", file=sys.stderr)
            bad += 1
    if late and statistics.median(late) > 0.02:
        print(f"times of what came in differ by {statistics.median(late)} ms in the median",
              file=sys.stderr)
        bad += 1
    sys.exit(bad > 0 or not records)


if __name__ == "__main__":
    main()
