#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A scripted TCP peer that may be as rude as it likes, at an address that no kernel owns (ARP and
neighbour discovery are answered here, so no kernel interferes).

usage: peer.py [--time SECONDS] [--isn N] [--any] INTERFACE ADDRESS PORT SCRIPT

The script is packetdrill's notation, from the client's point of view: '>' is what the client must
send, '<' is what it gets. Numbers are relative: to the client's first SYN in what the client says
and to our --isn in what we say. What comes before a SYN is ignored, but with --any.

  > S 0:0(0) <mss 1460,*>    the next segment must be this; what is not named is not checked
  ~> . ack 1                 as '>', but others may come before it
  < S. 0:0(0) ack 1 win 8000 <mss 1460,sackOK,TS val 5 ecr *,nop,wscale 7>

  flags    of 'FSRP.UEW', 0 for none, * for any (P counts only where it is named)
  seq      A:B(LENGTH) or *; sent data are letters by position (a at 1) unless data "TEXT" says
           otherwise
  =N       absolute: seq =A:B(LENGTH), ack =N
  options  packetdrill's words, raw:HEX for bytes; 'ecr *' echoes the last TSval; in '>' also '*'
           for any options in this place, and '*' for any number
  in '<'   ttl N, tos N, badsum, sport N, port N (the client's), from ADDRESS, urg N, dup N,
           offset WORDS (a lying data offset), reserved BITS, frag BYTES (in IP fragments of so
           many bytes, a multiple of 8)
  in '>'   ttl N, tos N, win N, urg N, data "TEXT", within SECONDS (default 5),
           after SECONDS (not sooner than that after the line before)
  +SECONDS before a '<' line: waits first

  sleep SECONDS            and keeps what comes
  drain                    forgets what came unasked
  quiet SECONDS [FLAGS]    nothing comes in this time (or nothing with all of these flags)
  never FLAGS              from here on, nothing with all of these flags may come at all
  set isn N                another initial sequence number of ours from here on
  fresh                    the next segment begins another connection
  icmp TYPE CODE [quote BYTES] [from ADDRESS] [seq +N] [port +N] [extra N] [ttl N]
                           an ICMP error that quotes the last segment
  # comment

Prints READY, then each segment in the same notation; exit status 1 and a reason on stderr at the
first line that fails.
"""

import argparse
import ipaddress
import re
import select
import shlex
import struct
import sys
import time
from collections import deque

sys.dont_write_bytecode = True
import packet as pk  # noqa: E402  (after the line that keeps the source tree clean)

MAC = bytes.fromhex("020000000003")
WORD_KEYS = {"ack": str, "win": int, "ttl": int, "tos": int, "sport": int, "port": int,
             "from": str, "offset": int, "frag": int, "dup": int, "urg": int, "within": float,
             "after": float, "data": str, "reserved": int}


class Failure(Exception):
    """The client did not do what the script says, or the script is wrong."""


def letters(position, length):
    return bytes(97 + (position - 1 + at) % 26 for at in range(length))


class Line:
    """A '>', '~>' or '<' line, parsed."""

    def __init__(self, text):
        found = re.search(r"<(?!\s)([^<>]*)>", text[2:])
        self.options = found.group(1) if found else None
        if found:
            text = text[:2] + text[2:].replace(found.group(0), " ", 1)
        words = shlex.split(text)
        self.kind, self.flags = words[0], words[1]
        words = words[2:]
        self.seq, self.length, self.absolute, self.badsum, self.keys = None, None, False, False, {}
        if words and re.match(r"^(\*|=?-?\d+:)", words[0]):
            self.parse_sequence(words.pop(0))
        while words:
            name = words.pop(0)
            if name == "badsum":
                self.badsum = True
            elif name in WORD_KEYS and words:
                self.keys[name] = WORD_KEYS[name](words.pop(0))
            else:
                raise Failure(f"cannot understand '{name}'")
        if "data" in self.keys:
            text = self.keys["data"].encode().decode("unicode_escape")
            self.keys["data"] = text.encode("latin-1")

    def parse_sequence(self, text):
        if text == "*":
            return
        match = re.match(r"^(=?)(-?\d+):(-?\d+)\((\d+)\)$", text)
        if not match:
            raise Failure(f"cannot understand sequence '{text}'")
        self.absolute = bool(match.group(1))
        self.seq, end, self.length = (int(match.group(group)) for group in (2, 3, 4))
        if end - self.seq != self.length:
            raise Failure(f"'{text}' does not add up")


class Peer:
    def __init__(self, arguments):
        self.sock = pk.raw_socket(arguments.interface)
        self.address = ipaddress.ip_address(arguments.address)
        self.family, self.port = self.address.version, arguments.port
        self.end = time.monotonic() + arguments.time
        self.start = self.mark = time.monotonic()
        self.isn, self.iss, self.any = arguments.isn, None, arguments.any
        self.client = self.client_port = self.client_mac = self.last = None
        self.echo, self.forbidden, self.queue = 0, [], deque()

    # --- what comes ---

    def pump(self, until):
        """Reads frames until then, or until a segment is queued."""
        while not self.queue:
            left = min(until, self.end) - time.monotonic()
            if not select.select([self.sock], [], [], max(0, left))[0]:
                return
            frame, address = self.sock.recvfrom(70000)
            if address[2] != 4:  # not our own
                self.arrive(frame)

    def arrive(self, frame):
        if frame[12:14] == b"\x08\x06":
            if frame[20:22] == b"\0\1" and frame[38:42] == self.address.packed:
                self.sock.send(frame[6:12] + MAC + b"\x08\x06" + frame[14:20] + b"\0\2" + MAC
                               + self.address.packed + frame[22:32])
            return
        packet = pk.parse_ip(frame[14:]) if frame[12:14] in (b"\x08\x00", b"\x86\xdd") else None
        if packet is None:
            return
        if packet.protocol == 58 and packet.transport[:1] == b"\x87":
            if packet.transport[8:24] == self.address.packed:
                self.advertise(frame, packet)
        elif packet.segment and packet.dst == self.address.packed:
            segment = packet.segment
            if segment.dport != self.port or self.is_stray(segment):
                return
            self.client_mac = frame[6:12]
            if self.iss is None:
                self.iss = segment.seq
                self.client, self.client_port = packet.src, segment.sport
            stamp = pk.timestamp_of(segment.options)
            self.echo = stamp[0] if stamp else self.echo
            self.say(">", segment)
            for flags in self.forbidden:
                if segment.flags & flags == flags:
                    raise Failure(f"never {pk.flags_to_text(flags)}, and yet {pk.show(packet)}")
            if not packet.checksum_good:
                raise Failure(f"wrong checksum: {pk.show(packet)}")
            self.queue.append(packet)

    def is_stray(self, segment):
        """True for what an earlier connection, unknown to this script, still repeats."""
        if segment.flags & pk.SYN or self.any:
            return False
        if self.iss is not None and segment.sport == self.client_port:
            return False
        flags = pk.flags_to_text(segment.flags)
        print(f"not of this connection: {flags} from port {segment.sport}", flush=True)
        return True

    def advertise(self, frame, packet):
        """Answers a neighbour solicitation."""
        body = b"\x88\0\0\0\x60\0\0\0" + self.address.packed + b"\2\1" + MAC
        value = pk.checksum(pk.pseudo(6, self.address.packed, packet.src, 58, len(body)) + body)
        body = body[:2] + struct.pack("!H", value) + body[4:]
        self.sock.send(frame[6:12] + MAC + b"\x86\xdd"
                       + pk.build_ip(6, self.address.packed, packet.src, 58, body, 255))

    def take(self, seconds):
        self.pump(time.monotonic() + seconds)
        return self.queue.popleft() if self.queue else None

    def say(self, direction, segment):
        seq_base, ack_base = (self.iss, self.isn) if direction == ">" else (self.isn, self.iss)
        seq, length = (segment.seq - seq_base) & 0xFFFFFFFF, len(segment.payload)
        ack = f" ack {(segment.ack - ack_base) & 0xFFFFFFFF}" if segment.flags & pk.ACK else ""
        options = f" <{pk.options_to_text(segment.options)}>" if segment.options else ""
        print(f"{time.monotonic() - self.start:.6f} {direction} {pk.flags_to_text(segment.flags)} "
              f"{seq}:{seq + length}({length}){ack} win {segment.window}{options}", flush=True)

    # --- '>' ---

    def difference(self, line, packet):
        """None when the packet is what the line wants, otherwise what is wrong."""
        segment, keys = packet.segment, line.keys
        if line.flags != "*":
            ignored = 0 if "P" in line.flags else pk.PSH
            if segment.flags & ~ignored != pk.flags_from_text(line.flags):
                return f"flags {pk.flags_to_text(segment.flags)}"
        if segment.sport != self.client_port or packet.src != self.client:
            return f"it comes from port {segment.sport}, not {self.client_port}"
        if line.seq is not None:
            seq = segment.seq if line.absolute else (segment.seq - self.iss) & 0xFFFFFFFF
            if seq != line.seq & 0xFFFFFFFF or len(segment.payload) != line.length:
                return f"sequence {seq}:{seq + len(segment.payload)}({len(segment.payload)})"
        if "ack" in keys:
            absolute = keys["ack"].startswith("=")
            ack = segment.ack if absolute else (segment.ack - self.isn) & 0xFFFFFFFF
            if ack != int(keys["ack"].lstrip("=")) & 0xFFFFFFFF:
                return f"ack {ack}"
        for key, value in (("win", segment.window), ("ttl", packet.ttl), ("tos", packet.tos),
                           ("urg", segment.urgent), ("data", segment.payload)):
            if key in keys and keys[key] != value:
                return f"{key} {value}"
        if line.options is not None:
            return self.options_difference(line.options, segment.options)
        return None

    def options_difference(self, wanted, options):
        pattern = []
        for item in (part.strip() for part in wanted.split(",") if part.strip()):
            if item == "*":
                pattern.append(r"(?:[^,]+,)*")
                continue
            if item.startswith("sack "):
                edges = [(int(edge) + self.isn) & 0xFFFFFFFF for edge in re.findall(r"\d+", item)]
                item = "sack " + " ".join(f"{a}:{b}" for a, b in zip(edges[::2], edges[1::2]))
            pattern.append(re.escape(item).replace(r"\*", "[0-9a-f]+") + ",")
        text = pk.options_to_text(options)
        matches = re.fullmatch("".join(pattern), text + "," if text else "")
        return None if matches else f"options <{text}>"

    def expect(self, line):
        until = time.monotonic() + line.keys.get("within", 5.0)
        while True:
            packet = self.take(until - time.monotonic())
            if packet is None:
                raise Failure("nothing came")
            wrong = self.difference(line, packet)
            if wrong is None:
                break
            if line.kind == ">":
                raise Failure(f"{wrong}; got {pk.show(packet)}")
        now = time.monotonic()
        if now - self.mark < line.keys.get("after", 0):
            raise Failure(f"came after {now - self.mark:.3f} s already")
        self.last = packet

    # --- '<' ---

    def inject(self, line):
        if self.client is None:
            raise Failure("nothing came from a client yet")
        keys = line.keys
        flags = pk.flags_from_text(line.flags)
        base = 0 if line.absolute else self.isn
        ack = keys.get("ack", "=0")
        ack = int(ack[1:]) if ack.startswith("=") else int(ack) + self.iss
        position = (line.seq or 0) + bool(flags & pk.SYN)
        payload = keys.get("data", letters(position, line.length or 0))
        if line.length and len(payload) != line.length:
            raise Failure(f"the data have {len(payload)} bytes")
        options = pk.options_from_text(line.options or "", self.iss, self.echo)
        segment = pk.Segment(keys.get("sport", self.port), keys.get("port", self.client_port),
                             base + (line.seq or 0), ack, flags, keys.get("win", 65535),
                             keys.get("urg", 0), options, payload, keys.get("offset", 0),
                             keys.get("reserved", 0))
        source = ipaddress.ip_address(keys.get("from", str(self.address))).packed
        whole = segment.bytes_of(self.family, source, self.client, line.badsum)
        packet = pk.build_ip(self.family, source, self.client, 6, whole, keys.get("ttl", 64),
                             keys.get("tos", 0))
        segment.seq, segment.ack = segment.seq & 0xFFFFFFFF, segment.ack & 0xFFFFFFFF
        for _ in range(1 + keys.get("dup", 0)):
            self.say("<", segment)
            for part in self.fragments(packet, source, whole, keys) if "frag" in keys else [packet]:
                self.transmit(part)

    def fragments(self, packet, source, whole, keys):
        size, ttl = keys["frag"], keys.get("ttl", 64)
        for at in range(0, len(whole), size):
            part, more = whole[at:at + size], at + size < len(whole)
            if self.family == 6:
                head = struct.pack("!BBHI", 6, 0, at | more, 7)
                yield pk.build_ip(6, source, self.client, 44, head + part, ttl)
            else:
                head = struct.pack("!BBHHHBBH", 0x45, packet[1], 20 + len(part), 7,
                                   at // 8 | more << 13, ttl, 6, 0)
                head += source + self.client
                yield head[:10] + struct.pack("!H", pk.checksum(head)) + head[12:] + part

    def transmit(self, packet):
        ethertype = struct.pack("!H", pk.ETHERTYPE[self.family])
        self.sock.send(self.client_mac + MAC + ethertype + packet)

    def icmp(self, words):
        if self.last is None:
            raise Failure("no segment to quote")
        kind, code = int(words[0]), int(words[1])
        keys = dict(zip(words[2::2], words[3::2]))
        quoted = bytearray(self.last.raw)
        at = len(quoted) - len(self.last.transport)
        for key, place, size in (("port", 0, 2), ("seq", 4, 4)):
            old = int.from_bytes(quoted[at + place:at + place + size], "big")
            new = (old + int(keys.get(key, 0))) % (1 << 8 * size)
            quoted[at + place:at + place + size] = new.to_bytes(size, "big")
        source = ipaddress.ip_address(keys.get("from", str(self.address))).packed
        print(f"icmp {' '.join(words)}", flush=True)
        quote = int(keys["quote"]) if "quote" in keys else None
        self.transmit(pk.build_icmp_error(source, bytes(quoted), kind, code, quote,
                                          int(keys.get("extra", 0)), int(keys.get("ttl", 64))))

    # --- the script ---

    def quiet(self, seconds, flags):
        until = time.monotonic() + seconds
        while True:
            packet = self.take(until - time.monotonic())
            if packet is None:
                return
            if packet.segment.flags & flags == flags:
                raise Failure(f"not quiet: {pk.show(packet)}")

    def sleep(self, seconds):
        """Waits, still answering ARP and queueing what comes."""
        until, kept = time.monotonic() + seconds, []
        while True:
            self.pump(until)
            if not self.queue:
                break
            kept.append(self.queue.popleft())
        self.queue.extend(kept)

    def run(self, text):
        words = text.split()
        if words[0].startswith("+"):
            self.sleep(float(words.pop(0)))
            text = text.split(None, 1)[1]
        command, *words = words
        if command in (">", "~>"):
            self.expect(Line(text))
        elif command == "<":
            self.inject(Line(text))
        elif command == "sleep":
            self.sleep(float(words[0]))
        elif command == "drain":
            self.pump(time.monotonic())
            self.queue.clear()
        elif command == "quiet":
            self.quiet(float(words[0]), pk.flags_from_text(words[1] if len(words) > 1 else "0"))
        elif command == "never":
            self.forbidden.append(pk.flags_from_text(words[0]))
        elif command == "set" and words[0] == "isn":
            self.isn = int(words[1])
        elif command == "fresh":
            self.iss = self.client = self.last = None
            self.queue.clear()
        elif command == "icmp":
            self.icmp(words)
        else:
            raise Failure(f"unknown command '{command}'")
        self.mark = time.monotonic()
        if self.mark > self.end:
            raise Failure("the script took too long")


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--time", type=float, default=30)
    parser.add_argument("--isn", type=int, default=1000000)
    parser.add_argument("--any", action="store_true")
    for name in ("interface", "address"):
        parser.add_argument(name)
    parser.add_argument("port", type=int)
    parser.add_argument("script")
    arguments = parser.parse_args()
    with open(arguments.script, encoding="utf-8") as script:
        lines = script.read().splitlines()
    peer = Peer(arguments)
    print("READY", flush=True)
    for number, text in enumerate(lines, 1):
        text = text.strip()
        if not text or text.startswith("#"):
            continue
        try:
            peer.run(text)
        except (Failure, ValueError, IndexError) as error:
            print(f"peer: line {number}: {text}: {error}", file=sys.stderr)
            return 1
    print("DONE", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
