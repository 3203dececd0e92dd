# SPDX-License-Identifier: GPL-3.0-or-later
"""Small captures for the tests of read, on standard output: captures.py KIND [NUMBER].

three     an open connection, a refused one, an unanswered one
counter N  N connections to a server that counts its sequence numbers up, and a few to another one
many N    N open connections, one after the other
slow N    N refused connections, a fifth of a second apart, each written as it is; then waits for
          standard input to end
tap       a connection on two interfaces, one for each direction, in pcapng
none      no packet at all
arp       no IP packet"""

import socket
import struct
import sys
import time

FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
MSS = bytes([2, 4, 5, 180])
BEGIN = 1770000000000000000


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def packet(source, destination, flags, seq, ack=0, options=b"", data=b""):
    (source, sport), (destination, dport) = source, destination
    ends = socket.inet_aton(source) + socket.inet_aton(destination)
    head = struct.pack("!HHIIBBHHH", sport, dport, seq % 2**32, ack % 2**32, (5 + len(options) // 4) << 4, flags, 64240, 0, 0)
    tcp = head + options + data
    summed = checksum(ends + struct.pack("!BBH", 0, 6, len(tcp)) + tcp)
    tcp = tcp[:16] + struct.pack("!H", summed) + tcp[18:]
    ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(tcp), 0, 0x4000, 64, 6, 0) + ends
    ip = ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:]
    return bytes(12) + b"\x08\x00" + ip + tcp


class Writer:
    def __init__(self):
        self.out = sys.stdout.buffer
        self.out.write(struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 262144, 1))

    def frame(self, at, frame):
        at += BEGIN
        self.out.write(struct.pack("<IIII", at // 10**9, at % 10**9, len(frame), len(frame)) + frame)


def opened(writer, at, client, server, cseq=1000, isn=9000):
    """Opened, a request and an answer, closed: nine frames; 2 ms to the server, 1 ms to the client."""
    steps = [
        (0, client, SYN, cseq, 0, MSS, b""),
        (2, server, SYN | ACK, isn, cseq + 1, MSS, b""),
        (3, client, ACK, cseq + 1, isn + 1, b"", b""),
        (4, client, PSH | ACK, cseq + 1, isn + 1, b"", b"GET"),
        (6, server, PSH | ACK, isn + 1, cseq + 4, b"", b"answer"),
        (7, client, ACK, cseq + 4, isn + 7, b"", b""),
        (8, client, FIN | ACK, cseq + 4, isn + 7, b"", b""),
        (10, server, FIN | ACK, isn + 7, cseq + 5, b"", b""),
        (11, client, ACK, cseq + 5, isn + 8, b"", b""),
    ]
    for ms, source, flags, seq, ack, options, data in steps:
        destination = server if source is client else client
        writer.frame(at + ms * 10**6, packet(source, destination, flags, seq, ack, options, data))


class Tap(Writer):
    """pcapng with two interfaces in nanoseconds: what the server sends is on the second."""

    def __init__(self, server):
        self.out = sys.stdout.buffer
        self.server = socket.inet_aton(server)
        self.block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
        for name in (b"east", b"west"):
            options = struct.pack("<HH4sHHB3xHH", 2, 4, name, 9, 1, 9, 0, 0)
            self.block(1, struct.pack("<HHI", 1, 0, 0) + options)

    def block(self, kind, body):
        body += bytes(-len(body) % 4)
        length = struct.pack("<I", len(body) + 12)
        self.out.write(struct.pack("<I", kind) + length + body + length)

    def frame(self, at, frame):
        at += BEGIN
        interface = int(frame[26:30] == self.server)
        self.block(6, struct.pack("<IIIII", interface, at >> 32, at % 2**32, len(frame), len(frame)) + frame)


def refused(writer, at, client, server, cseq=2000):
    writer.frame(at, packet(client, server, SYN, cseq, 0, MSS))
    writer.frame(at + 10**6, packet(server, client, RST | ACK, 0, cseq + 1))


def unanswered(writer, at, client, server, cseq=3000):
    for seconds in (0, 1, 3, 7):
        writer.frame(at + seconds * 10**9, packet(client, server, SYN, cseq, 0, MSS))


def main(kind, number=0):
    client, server = "198.18.0.1", ("198.18.0.2", 80)
    writer = Tap(server[0]) if kind == "tap" else Writer()
    if kind == "three":
        opened(writer, 0, (client, 40000), server)
        refused(writer, 10**9, (client, 40001), ("198.18.0.2", 81))
        unanswered(writer, 2 * 10**9, (client, 40002), ("198.18.0.3", 82))
    elif kind == "counter":
        for i in range(number):
            opened(writer, i * 20 * 10**6 + i * i % 7919 * 100, (client, 40000 + i * 7 % 20000), server,
                   1000 + 77 * i, 123456 + 64000 * i)
            if i % 50 == 0:
                opened(writer, i * 20 * 10**6 + 12 * 10**6, (client, 40000 + i), ("198.18.0.9", 443), 5, 7)
    elif kind == "many":
        for i in range(number):
            opened(writer, i * 20 * 10**6, (client, 10000 + i % 50000), server)
    elif kind == "slow":
        for i in range(number):
            refused(writer, i * 2 * 10**8, (client, 40000 + i), server)
            sys.stdout.flush()
            time.sleep(0.2)
        sys.stdin.read()
    elif kind == "tap":
        opened(writer, 0, (client, 40000), server)
    elif kind == "arp":
        writer.frame(0, bytes(12) + b"\x08\x06" + bytes(28))
    elif kind != "none":
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
