#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Made-up TCP servers whose initial sequence numbers follow a formula of one's choice, at addresses
that no kernel owns; they open and close connections, and that is all.

usage: isn_server.py [OPTION]... INTERFACE ADDRESS[,ADDRESS]... PORT=KIND...

  --time SECONDS        ends by itself (default 60)
  --ttl N               of SYN,ACKs (default 64); --later-ttl N of what comes after the handshake
  --options TEXT        of SYN,ACKs, packetdrill's notation (default mss 1460); 'ecr *' echoes
  --seed N              of keys and start values (default 1)
  --count-ids           IP IDs count the packets, as on an old host (else 0)
  --repeat SECONDS      each SYN,ACK comes once more, so much later, reset or not
  --refuse-after N      RSTs in place of SYN,ACKs from the (N+1)st SYN of a port on
  --silent-after N      nothing at all from there on
  --every N             only each N-th SYN is answered from --silent-after on

Other ports refuse. The kinds are listed in KINDS, with where they come from. Prints READY, and at
its end for each port: PORT KIND syns N resets N wrong N half-open N most N, where 'resets' are RSTs
that RFC 5961 accepts (their number is exactly what we expect next) and that end a connection,
'wrong' those with another number, 'half-open' the connections that wait for the client at the end,
and 'most' how many did at once.
"""

import argparse
import hashlib
import heapq
import ipaddress
import os
import random
import select
import signal
import struct
import sys
import time
import zlib

sys.dont_write_bytecode = True
import packet as pk  # noqa: E402  (after the line that keeps the source tree clean)

MAC = bytes.fromhex("020000000003")
MASK = 0xFFFFFFFF
DAY = 86400 * 10**9


class Question:
    """What a SYN brings: t in ns since the host was switched on, two days before it was started."""

    def __init__(self, t, tuple_, sport, cseq, mss):
        self.t, self.tuple, self.sport, self.cseq, self.mss = t, tuple_, sport, cseq, mss


class Formula:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.key = self.random.randbytes(16)
        self.state = self.random.getrandbits(32)
        self.tick = None

    def keyed(self, question, salt=b""):
        data = self.key + question.tuple + salt
        return int.from_bytes(hashlib.blake2s(data).digest()[:4], "big")

    def stepped(self, question, period_ns):
        """Periods that have passed since the SYN before."""
        now = question.t // period_ns
        passed = 0 if self.tick is None else now - self.tick
        self.tick = now
        return passed


def constant(formula, question):
    """FreeRTOS+TCP's demo, early Nut/Net."""
    return 1000000


def counter(formula, question):
    """uC/TCP-IP's increment (CVE-2020-27630)."""
    formula.state += 65527
    return formula.state


def clock4us(formula, question):
    """RFC 793's clock of 4 us, without anything else."""
    return question.t // 4000


def uip(formula, question):
    """uIP: 1 more every 500 ms (CVE-2020-27634)."""
    return 1 + question.t // (500 * 10**6)


def bsd44(formula, question):
    """4.4BSD: 64000 every 500 ms and 64000 a connection."""
    formula.state += 64000 * (formula.stepped(question, 500 * 10**6) + 1)
    return formula.state


def ticks(formula, question):
    """lwIP without a hook: the number of half seconds since the start is added each time."""
    formula.state += question.t // (500 * 10**6)
    return formula.state


def honeyd(formula, question):
    """Honeyd: the same five increments in turn."""
    formula.tick = ((formula.tick or 0) + 1) % 5
    formula.state += (formula.tick + 1) * 17317 - 640
    return formula.state


def mongoose(formula, question):
    """Mongoose's own stack: our port in the low half, the backlog's entry in the high half."""
    return 3 << 16 | question.sport


def crc(formula, question):
    """CRC32 of the tuple, as a careless F."""
    return zlib.crc32(question.tuple) ^ int.from_bytes(formula.key[:4], "big")


def fnet(formula, question):
    """FNET 4.6.3: increments of 8 bits, for want of parentheses (CVE-2020-27633)."""
    formula.tick = ((formula.tick or 1234567) * 16807) % 0x7FFFFFFF
    formula.state += (64000 + formula.tick) & 0xFF
    return formula.state


def increments(formula, question):
    """Random positive increments of 15 bits: Windows 2000 and its like (CERT CA-2001-09)."""
    formula.state += formula.random.randint(1, 1 << 15)
    return formula.state


def lcg(formula, question):
    """Numerical Recipes' generator, its whole state on the wire."""
    formula.state = (1664525 * formula.state + 1013904223) & MASK
    return formula.state


def rand_r(formula, question):
    """ANSI C's generator as CycloneTCP put it together (CVE-2020-27631)."""
    value = 0
    for bits in (11, 10, 10):
        formula.state = (1103515245 * formula.state + 12345) & MASK
        value = value << bits | (formula.state >> 16) % (1 << bits)
    return value


def xorshift(formula, question):
    """Marsaglia's xorshift32."""
    x = formula.state or 1
    x ^= x << 13 & MASK
    x ^= x >> 17
    x ^= x << 5 & MASK
    formula.state = x
    return x


def static_hash(formula, question):
    """RFC 6528 without its clock."""
    return formula.keyed(question)


def half(formula, question):
    """16 random bits in the upper half."""
    return int.from_bytes(os.urandom(2), "big") << 16


def rfc6528(formula, question):
    """RFC 6528 with RFC 793's clock."""
    return formula.keyed(question) + question.t // 4000


def openbsd(formula, question):
    """OpenBSD: a hash, 4096 a connection and 2^19 every 500 ms."""
    formula.state += 4096 + (formula.stepped(question, 500 * 10**6) << 19)
    return formula.keyed(question) + formula.state


def uniform(formula, question):
    """A generator that nobody can guess: arc4random()."""
    return int.from_bytes(os.urandom(4), "big")


def mt19937(formula, question):
    """Matsumoto and Nishimura's Mersenne Twister, as std::mt19937 and PHP's mt_rand() have it."""
    return formula.random.getrandbits(32)


def bernstein(formula, question):
    """Bernstein's own SYN cookies: 5 bits of time, 3 of MSS, 24 of a hash, on top of ours."""
    minute = question.t // (64 * 10**9)
    sizes = (0, 536, 1300, 1400, 1460)
    index = max(i for i, mss in enumerate(sizes) if mss <= (question.mss or 536))
    hashed = formula.keyed(question, struct.pack("!Q", minute)) & 0xFFFFFF
    return question.cseq + ((minute & 31) << 27 | index << 24 | hashed)


def freebsd(formula, question):
    """FreeBSD's syncookie_generate(): flags in the low byte, hidden by the top byte of the hash."""
    epoch = question.t // (15 * 10**9)
    sizes = (216, 536, 1200, 1360, 1400, 1440, 1452, 1460)
    index = max(i for i, mss in enumerate(sizes) if mss <= max(216, question.mss or 536))
    flags = index << 5 | 1 << 2 | epoch & 1
    hashed = formula.keyed(question, struct.pack("!QIB", epoch, question.cseq, flags))
    return hashed & ~0xFF | flags ^ hashed >> 24


def overrun(formula, question):
    """RFC 6528, and from the 120th SYN on cookies, whose hash a test can tell: it is always 1."""
    formula.tick = (formula.tick or 0) + 1
    return rfc6528(formula, question) if formula.tick < 120 else question.cseq + 1


KINDS = {
    "constant": constant, "counter": counter, "clock4us": clock4us, "uip": uip, "bsd44": bsd44,
    "ticks": ticks, "honeyd": honeyd, "mongoose": mongoose, "crc": crc, "fnet": fnet,
    "increments": increments, "lcg": lcg, "rand_r": rand_r, "xorshift": xorshift,
    "static-hash": static_hash, "half": half, "rfc6528": rfc6528, "openbsd": openbsd,
    "uniform": uniform, "mt19937": mt19937, "bernstein": bernstein, "freebsd": freebsd,
    "overrun": overrun,
}


class Port:
    """One listener: its formula, the connections that are under way, what came."""

    def __init__(self, kind, seed):
        self.kind, self.formula = kind, Formula(seed)
        self.open = {}  # client's address and port -> [next number of the client's, our ISN, done]
        self.closed = {}  # the same -> the client's next number, where FINs closed the connection
        self.syns = self.resets = self.wrong = self.most = 0

    def half_open(self):
        return sum(not done for _, _, done in self.open.values())


class Server:
    def __init__(self, arguments):
        self.arguments = arguments
        self.sock = pk.raw_socket(arguments.interface)
        texts = arguments.address.split(",")
        self.addresses = [ipaddress.ip_address(text).packed for text in texts]
        self.ports = {}
        for number, entry in enumerate(arguments.port):
            port, kind = entry.split("=")
            self.ports[int(port)] = Port(kind, arguments.seed * 1000 + number)
        self.start, self.ident, self.later = time.time_ns(), 7, []

    # --- frames ---

    def arrive(self, frame):
        if frame[12:14] == b"\x08\x06":
            if frame[20:22] == b"\0\1" and frame[38:42] in self.addresses:
                self.sock.send(frame[6:12] + MAC + b"\x08\x06" + frame[14:20] + b"\0\2" + MAC
                               + frame[38:42] + frame[22:32])
            return
        packet = pk.parse_ip(frame[14:]) if frame[12:14] in (b"\x08\x00", b"\x86\xdd") else None
        if packet is None:
            return
        if packet.protocol == 58 and packet.transport[:1] == b"\x87":
            if packet.transport[8:24] in self.addresses:
                self.advertise(frame, packet)
        elif packet.segment and packet.dst in self.addresses and packet.checksum_good:
            self.answer(packet, frame[6:12])

    def advertise(self, frame, packet):
        asked = packet.transport[8:24]
        body = b"\x88\0\0\0\x60\0\0\0" + asked + b"\2\1" + MAC
        value = pk.checksum(pk.pseudo(6, asked, packet.src, 58, len(body)) + body)
        body = body[:2] + struct.pack("!H", value) + body[4:]
        self.sock.send(frame[6:12] + MAC + b"\x86\xdd"
                       + pk.build_ip(6, asked, packet.src, 58, body, 255))

    def send(self, to, mac, segment, ttl):
        """A segment in answer to the packet `to`; the frame, to send it again."""
        if self.arguments.count_ids:
            self.ident = self.ident + 1 & 0xFFFF
        whole = segment.bytes_of(to.family, to.dst, to.src)
        ident = self.ident if self.arguments.count_ids else 0
        frame = (mac + MAC + struct.pack("!H", pk.ETHERTYPE[to.family])
                 + pk.build_ip(to.family, to.dst, to.src, 6, whole, ttl, 0, ident))
        self.sock.send(frame)
        return frame

    # --- TCP ---

    def refuse(self, packet, mac):
        asked = packet.segment
        length = len(asked.payload) + bool(asked.flags & pk.SYN) + bool(asked.flags & pk.FIN)
        if asked.flags & pk.ACK:
            answer = pk.Segment(asked.dport, asked.sport, asked.ack, 0, pk.RST, 0)
        else:
            answer = pk.Segment(asked.dport, asked.sport, 0, asked.seq + length, pk.RST | pk.ACK, 0)
        self.send(packet, mac, answer, self.arguments.ttl)

    def answer(self, packet, mac):
        asked = packet.segment
        port = self.ports.get(asked.dport)
        who = (packet.src, asked.sport)
        if asked.flags & pk.RST:
            if port is not None:
                self.reset(port, who, asked)
        elif port is None:
            self.refuse(packet, mac)
        elif asked.flags & pk.SYN:
            self.listen(port, who, packet, mac)
        elif who not in port.open:
            self.refuse(packet, mac)
        else:
            self.go_on(port, who, packet, mac)

    def reset(self, port, who, asked):
        if who in port.open and asked.seq == port.open[who][0]:
            port.resets += 1
            del port.open[who]
        elif port.closed.get(who) != asked.seq:
            port.wrong += 1

    def listen(self, port, who, packet, mac):
        asked, options = packet.segment, self.arguments
        port.syns += 1
        if options.refuse_after is not None and port.syns > options.refuse_after:
            self.refuse(packet, mac)
            return
        if options.silent_after is not None and port.syns > options.silent_after:
            if not options.every or port.syns % options.every:
                return
        if who in port.open:  # in SYN-RECEIVED the same number again, whatever it asks
            isn = port.open[who][1]
        else:
            mss = next((struct.unpack("!H", value)[0]
                        for kind, value in pk.options_split(asked.options)
                        if kind == 2 and len(value) == 2), 0)
            tuple_ = packet.src + packet.dst + struct.pack("!HH", asked.sport, asked.dport)
            question = Question(time.time_ns() - self.start + 2 * DAY, tuple_, asked.sport,
                                asked.seq, mss)
            isn = KINDS[port.kind](port.formula, question) & MASK
            port.open[who] = [asked.seq + 1 & MASK, isn, False]
            port.most = max(port.most, port.half_open())
        stamp = pk.timestamp_of(asked.options)
        text = options.options if stamp else options.options.replace("TS val", "#").split("#")[0]
        raw = pk.options_from_text(text.strip(","), 0, stamp[0] if stamp else 0)
        segment = pk.Segment(asked.dport, asked.sport, isn, asked.seq + 1, pk.SYN | pk.ACK, 16384,
                             0, raw)
        frame = self.send(packet, mac, segment, options.ttl)
        if options.repeat:
            heapq.heappush(self.later, (time.monotonic() + options.repeat, frame))

    def go_on(self, port, who, packet, mac):
        """After the handshake: an acknowledgment of all, a FIN for a FIN."""
        asked = packet.segment
        expected, isn, done = port.open[who]
        port.open[who][2] = True
        length = len(asked.payload) + bool(asked.flags & pk.FIN)
        if asked.seq != expected or not length:
            return
        flags = pk.ACK | (pk.FIN if asked.flags & pk.FIN else 0)
        segment = pk.Segment(asked.dport, asked.sport, isn + 1, expected + length, flags, 16384)
        self.send(packet, mac, segment, self.arguments.later_ttl or self.arguments.ttl)
        port.open[who][0] = expected + length & MASK
        if asked.flags & pk.FIN:
            port.closed[who] = port.open.pop(who)[0]

    # --- the loop ---

    def run(self):
        end = time.monotonic() + self.arguments.time
        while (now := time.monotonic()) < end:
            while self.later and self.later[0][0] <= now:
                self.sock.send(heapq.heappop(self.later)[1])
            wait = min(end, self.later[0][0] if self.later else end) - now
            if select.select([self.sock], [], [], max(0, wait))[0]:
                frame, address = self.sock.recvfrom(70000)
                if address[2] != 4:  # not our own
                    self.arrive(frame)

    def report(self):
        for number, port in self.ports.items():
            print(number, port.kind, "syns", port.syns, "resets", port.resets, "wrong", port.wrong,
                  "half-open", port.half_open(), "most", port.most, flush=True)


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--time", type=float, default=60)
    parser.add_argument("--ttl", type=int, default=64)
    parser.add_argument("--later-ttl", type=int)
    parser.add_argument("--options", default="mss 1460")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count-ids", action="store_true")
    parser.add_argument("--repeat", type=float)
    parser.add_argument("--refuse-after", type=int)
    parser.add_argument("--silent-after", type=int)
    parser.add_argument("--every", type=int)
    parser.add_argument("interface")
    parser.add_argument("address")
    parser.add_argument("port", nargs="+")
    server = Server(parser.parse_args())
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print("READY", flush=True)
    try:
        server.run()
    finally:
        server.report()


if __name__ == "__main__":
    main()
