#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A bridge between two interfaces with programmed, repeatable damage.

usage: relay.py [--time SECONDS] LEFT RIGHT [RULE]...

LEFT is the client's side. A rule is one argument of words:

    DIRECTION MATCH WHICH ACTION [ARGUMENT]...

  DIRECTION  '>' client to server, '<' server to client
  MATCH      any tcp syn synack ack (neither SYN, FIN, RST nor data) data fin rst
             port:N (a segment from or to this port)
             option:KIND or option:FROM-TO (a SYN or SYN,ACK with such an option), ttl:N
             badsum (a segment whose TCP checksum is wrong)
             any of them with @N behind: and from or to this port
  WHICH      of the matching packets: '2', '1-3', '3-' (the third and on) or '*'
  ACTION     drop | dup [COPIES] | delay MS | corrupt (the TCP checksum)
             hold N       let N more packets of this direction pass first
             ttl N | window N | options TEXT   rewrite; the checksum follows, a wrong one stays
             mend         a wrong TCP checksum is put right
             put OPTION   in the place of the option of that kind
             take KIND    this option vanishes without a trace
             echo         of a SYN,ACK: all options of its SYN are added that RFC 9293 and 7323 do
                          not have, as far as they fit, and its reserved bits
             reflect      of a SYN,ACK: AE, CWR and ECE are those of its SYN
             accecn       of a SYN,ACK: AE, CWR and ECE tell the mark that its SYN arrives with, as
                          behind a server that knows RFC 9768 (table 2)
             ecn N        the two bits of ECN in the IP header
             rst [seq=+N] [ack=+N] [ttl=N] [bare] [bad]
                 first send a forged RST,ACK to this packet's receiver, as if from its sender,
                 at this packet's own sequence number (bare: without ACK; bad: wrong checksum)
             back [FLAGS] [seq=N] [ack=+N] [ttl=N] [bad]
                 first answer this packet's sender, as if from its receiver; default flags 'R.',
                 acknowledging what it sent (ack=+N shifts that: a forgery that proves nothing)
             stray FLAGS [seq=+N] [ttl=N]
                 first send such a segment to this packet's receiver
             icmp TYPE CODE [from=ADDRESS] [quote=BYTES] [seq=+N] [port=+N] [extra=N] [keep]
                 ICMP error to this packet's sender, quoting it (seq, port: a falsified quote);
                 the packet itself is lost unless 'keep'

Several rules may hit one packet; they are applied in order. Prints READY, then a line for each
hit. At the end (SIGTERM or --time) exit status 1 and a line on stderr when a rule never hit.
"""

import argparse
import heapq
import ipaddress
import itertools
import select
import signal
import sys
import time

sys.dont_write_bytecode = True
import packet as pk  # noqa: E402  (after the line that keeps the source tree clean)


def matches(what, packet):
    if what == "any":
        return True
    segment = packet.segment
    if segment is None:
        return False
    word, _, value = what.partition(":")
    if word == "port":
        return int(value) in (segment.sport, segment.dport)
    if word == "ttl":
        return packet.ttl == int(value)
    if word == "option":
        first, _, last = value.partition("-")
        return bool(segment.flags & pk.SYN) and any(
            int(first) <= kind <= int(last or first)
            for kind, _ in pk.options_split(segment.options))
    handshake = segment.flags & (pk.SYN | pk.ACK)
    return {"tcp": True,
            "syn": handshake == pk.SYN,
            "synack": handshake == pk.SYN | pk.ACK,
            "ack": not segment.flags & (pk.SYN | pk.FIN | pk.RST) and not segment.payload,
            "data": bool(segment.payload),
            "fin": bool(segment.flags & pk.FIN),
            "badsum": not packet.checksum_good,
            "rst": bool(segment.flags & pk.RST)}[what]


class Rule:
    """One parsed rule, and how often it matched and hit."""
    REWRITES = ("corrupt", "ttl", "window", "options", "mend", "put", "take", "echo", "reflect",
                "accecn", "ecn")
    ACTIONS = ("drop", "dup", "delay", "hold", "rst", "back", "stray", "icmp") + REWRITES
    MATCHES = ("any", "tcp", "syn", "synack", "ack", "data", "fin", "rst", "badsum")

    def __init__(self, text):
        words = text.split()
        if len(words) < 4 or words[0] not in "<>" or words[3] not in self.ACTIONS:
            raise ValueError(f"cannot understand rule '{text}'")
        self.text, self.direction, match, which, self.action = text, *words[:4]
        self.match, _, self.port = match.partition("@")
        self.words = [word for word in words[4:] if "=" not in word]
        self.keys = dict(word.split("=", 1) for word in words[4:] if "=" in word)
        self.first, self.last = 1, None
        if which != "*":
            first, dash, last = which.partition("-")
            self.first = int(first)
            self.last = int(last) if last else None if dash else self.first
        self.seen = self.hits = 0
        if self.match not in self.MATCHES and \
                self.match.partition(":")[0] not in ("port", "option", "ttl"):
            raise ValueError(f"unknown match in rule '{text}'")

    def hit(self, direction, packet):
        if direction != self.direction or not matches(self.match, packet):
            return False
        if self.port and not matches("port:" + self.port, packet):
            return False
        self.seen += 1
        if self.seen < self.first or (self.last is not None and self.seen > self.last):
            return False
        self.hits += 1
        return True

    def number(self, key, default=0):
        return int(self.keys.get(key, default))


class Relay:
    def __init__(self, left, right, rules):
        # by the direction that leaves there
        self.sockets = {"<": pk.raw_socket(left), ">": pk.raw_socket(right)}
        self.rules = rules
        self.later = []  # heap of (due, count, direction, frame)
        self.held = []  # [packets still to pass, direction, frame]
        self.syns = {}  # the last SYN of each port of the client's, as it was sent on
        self.count = itertools.count()

    def send(self, direction, frame):
        try:
            self.sockets[direction].send(frame)
        except OSError as error:
            print(f"send failed: {error}", flush=True)

    def forward(self, direction, frame):
        """Sends a frame on, and those held frames whose turn has come."""
        self.send(direction, frame)
        for entry in self.held:
            if entry[1] == direction:
                entry[0] -= 1
        ripe = [entry for entry in self.held if entry[0] <= 0]
        self.held = [entry for entry in self.held if entry[0] > 0]
        for _, way, held in ripe:
            self.send(way, held)

    def rewrite(self, rule, packet):
        """The packet's bytes after a rule that changes it."""
        if rule.action == "corrupt":
            at = len(packet.raw) - len(packet.transport) + 16
            return packet.raw[:at] + bytes([packet.raw[at] ^ 0x5A]) + packet.raw[at + 1:]
        segment, ttl, tos, transport = packet.segment, packet.ttl, packet.tos, packet.transport
        text = " ".join(rule.words)
        bad = not packet.checksum_good and rule.action != "mend"
        if rule.action == "ttl":
            ttl = int(text)
        elif rule.action == "ecn":
            tos = tos & ~3 | int(text)
        elif rule.action == "window":
            segment.window = int(text)
        elif rule.action == "options":
            segment.options = pk.options_from_text(text)
        elif rule.action == "put":
            option = pk.options_from_text(text)
            segment.options = pk.options_replace(segment.options, option[0], option)
        elif rule.action == "take":
            segment.options = pk.options_replace(segment.options, int(text), b"")
        else:
            self.answer(rule, segment)
        if rule.action not in ("ttl", "ecn"):
            transport = segment.bytes_of(packet.family, packet.src, packet.dst, bad)
        ident = int.from_bytes(packet.raw[4:6], "big") if packet.family == 4 else 0
        return pk.build_ip(packet.family, packet.src, packet.dst, packet.protocol, transport, ttl,
                           tos, ident)

    KNOWN = (-1, 0, 1, 2, 3, 4, 5, 8)  # -1: what is no option; RFC 9293 3.1, 2018, 7323

    MARKS = (2, 3, 4, 6)  # AE, CWR, ECE for Not-ECT, ECT(1), ECT(0), CE: RFC 9768 table 2

    def answer(self, rule, segment):
        """Puts into a SYN,ACK what is made of its SYN."""
        syn = self.syns.get((segment.dport, segment.sport))
        if syn is None or rule.action == "mend":
            return
        if rule.action == "echo":
            segment.reserved |= syn.segment.reserved & ~1
            for kind, value in pk.options_split(syn.segment.options):
                option = b"" if kind in self.KNOWN else bytes([kind, len(value) + 2]) + value
                if len(segment.options) + len(option) <= 40:
                    segment.options += option
            return
        asked = (syn.segment.reserved & 1) << 2 | (syn.segment.flags & (pk.CWR | pk.ECE)) >> 6
        if rule.action == "accecn":
            if asked in (0, 3):  # no ECN, or the one of RFC 3168
                return
            asked = self.MARKS[syn.tos & 3]
        segment.reserved = segment.reserved & ~1 | asked >> 2
        segment.flags = segment.flags & ~(pk.CWR | pk.ECE) | (asked & 3) << 6

    def inject(self, rule, direction, packet, ethernet):
        """Sends the forged packet of an rst, back, stray or icmp rule."""
        segment = packet.segment
        back = "<" if direction == ">" else ">"
        turned = ethernet[6:12] + ethernet[:6] + ethernet[12:14]
        ttl = rule.number("ttl", 64)
        if rule.action == "icmp":
            quoted = bytearray(packet.raw)
            at = len(packet.raw) - len(packet.transport)
            for key, place, size in (("port", 0, 2), ("seq", 4, 4)):
                old = int.from_bytes(quoted[at + place:at + place + size], "big")
                new = (old + rule.number(key)) % (1 << 8 * size)
                quoted[at + place:at + place + size] = new.to_bytes(size, "big")
            source = packet.dst
            if "from" in rule.keys:
                source = ipaddress.ip_address(rule.keys["from"]).packed
            quote = rule.number("quote") or None
            kind, code = int(rule.words[0]), int(rule.words[1])
            self.send(back, turned + pk.build_icmp_error(source, bytes(quoted), kind, code, quote,
                                                         rule.number("extra"), ttl))
            return
        if rule.action == "back":
            after = segment.seq + len(segment.payload)
            after += bool(segment.flags & pk.SYN) + bool(segment.flags & pk.FIN)
            words = [word for word in rule.words if word != "bad"]
            flags = pk.flags_from_text(words[0] if words else "R.")
            forged = pk.Segment(segment.dport, segment.sport, rule.number("seq", segment.ack),
                                after + rule.number("ack") if flags & pk.ACK else 0, flags, 0)
            src, dst, way, head = packet.dst, packet.src, back, turned
        else:
            bare = "bare" in rule.words
            text = ("R" if bare else "R.") if rule.action == "rst" else rule.words[0]
            flags = pk.flags_from_text(text)
            forged = pk.Segment(segment.sport, segment.dport, segment.seq + rule.number("seq"),
                                segment.ack + rule.number("ack") if flags & pk.ACK else 0, flags, 0)
            src, dst, way, head = packet.src, packet.dst, direction, ethernet
        whole = forged.bytes_of(packet.family, src, dst, "bad" in rule.words)
        self.send(way, head + pk.build_ip(packet.family, src, dst, 6, whole, ttl))

    def arrive(self, direction, frame):
        packet = pk.parse_ip(frame[14:]) if frame[12:14] in (b"\x08\x00", b"\x86\xdd") else None
        if packet is None or packet.protocol == 58 and packet.transport[:1] >= b"\x82":
            self.send(direction, frame)  # ARP, neighbour discovery: not the rules' business
            return
        copies, due, hold = 1, None, None
        for rule in self.rules:
            if not rule.hit(direction, packet):
                continue
            print(f"{rule.text}: {pk.show(packet)}", flush=True)
            if rule.action == "drop":
                copies = 0
            elif rule.action == "dup":
                copies += int(rule.words[0]) if rule.words else 1
            elif rule.action == "delay":
                due = time.monotonic() + float(rule.words[0]) / 1000
            elif rule.action == "hold":
                hold = int(rule.words[0])
            elif rule.action in rule.REWRITES:
                packet = pk.parse_ip(self.rewrite(rule, packet))
            else:
                self.inject(rule, direction, packet, frame[:14])
                if rule.action == "icmp" and "keep" not in rule.words:
                    copies = 0
        if matches("syn", packet):
            self.syns[packet.segment.sport, packet.segment.dport] = packet
        out = frame[:14] + packet.raw
        for _ in range(copies):
            if due is not None:
                heapq.heappush(self.later, (due, next(self.count), direction, out))
            elif hold is not None:
                self.held.append([hold, direction, out])
            else:
                self.forward(direction, out)

    def run(self, until):
        by_descriptor = {sock.fileno(): ("<" if way == ">" else ">", sock)
                         for way, sock in self.sockets.items()}
        while time.monotonic() < until:
            wait = min(until, self.later[0][0] if self.later else until) - time.monotonic()
            ready, _, _ = select.select(list(by_descriptor), [], [], max(0, wait))
            for descriptor in ready:
                direction, sock = by_descriptor[descriptor]
                frame, address = sock.recvfrom(70000)
                if address[2] != 4:  # PACKET_OUTGOING: our own
                    self.arrive(direction, frame)
            while self.later and self.later[0][0] <= time.monotonic():
                _, _, direction, frame = heapq.heappop(self.later)
                self.forward(direction, frame)


class Stop(Exception):
    """SIGTERM has come."""


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--time", type=float, default=60)
    parser.add_argument("left")
    parser.add_argument("right")
    parser.add_argument("rules", nargs="*")
    arguments = parser.parse_args()
    rules = [Rule(text) for text in arguments.rules]
    relay = Relay(arguments.left, arguments.right, rules)

    def stop(_number, _frame):
        raise Stop
    signal.signal(signal.SIGTERM, stop)
    print("READY", flush=True)
    try:
        relay.run(time.monotonic() + arguments.time)
    except Stop:
        pass
    never = [rule.text for rule in rules if not rule.hits]
    for text in never:
        print(f"relay: rule never hit: {text}", file=sys.stderr)
    return 1 if never else 0


if __name__ == "__main__":
    sys.exit(main())
