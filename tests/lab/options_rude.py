#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Made-up servers whose manners are bad, or whose way is, at addresses that no kernel owns.

usage: options_rude.py [--time SECONDS] INTERFACE ADDRESS[,ADDRESS]... PORT=KIND...

The kinds are the methods of Rude. But for what these say, a server answers each SYN as Linux would,
and acknowledges what comes later. Prints READY, and at its end for each port and family:
PORT FAMILY syns N resets N wrong N others N, where 'resets' are RSTs with exactly the number that the
SYN,ACK acknowledged, 'wrong' those with another, and 'others' all other segments after the SYN.
"""

import argparse
import heapq
import ipaddress
import random
import select
import signal
import sys
import time

sys.dont_write_bytecode = True
import packet as pk  # noqa: E402  (after the line that keeps the source tree clean)

MAC = bytes.fromhex("020000000003")


class Connection:
    def __init__(self, packet, mac, tally):
        self.packet, self.mac, self.tally = packet, mac, tally
        self.asked, self.isn = packet.segment, random.getrandbits(32)
        self.kinds = dict(pk.options_split(self.asked.options))
        self.stamp = pk.timestamp_of(self.asked.options)
        self.number = tally["syns"]


class Rude:
    """Methods of a lower-case name are kinds: what answers a SYN; NAME_later: what answers others."""

    def __init__(self, arguments):
        self.sock = pk.raw_socket(arguments.interface)
        self.addresses = [ipaddress.ip_address(one).packed for one in arguments.address.split(",")]
        self.ports = {int(port): kind for port, kind in (one.split("=") for one in arguments.port)}
        self.connections, self.tallies, self.later, self.count = {}, {}, [], 0
        self.end = time.monotonic() + arguments.time

    # --- kinds ---

    def twice(self, connection):
        """Each SYN,ACK is doubled on its way."""
        self.syn_ack(connection)
        self.syn_ack(connection)

    def unreachable(self, connection):
        """An ICMP error for each SYN, from somebody who has nothing to say: the SYN,ACK follows."""
        kind, code = (3, 1) if connection.packet.family == 4 else (1, 3)
        asked = connection.packet
        self.transmit(connection, pk.build_icmp_error(asked.dst, asked.raw, kind, code))
        self.syn_ack(connection)

    def again(self, connection):
        """Its SYN,ACK answers each segment, as if it had never heard of the handshake's end."""
        self.syn_ack(connection)

    def again_later(self, connection, segment):
        self.syn_ack(connection)

    # --- what they have in common ---

    def syn_ack(self, connection, options=None, **keys):
        if options is None:
            options = f"mss {1460 if connection.packet.family == 4 else 1440}"
            if 4 in connection.kinds:
                options += ",nop,nop,sackOK"
            if connection.stamp:
                now = int(time.monotonic() * 1000)
                options += f",nop,nop,TS val {now} ecr {connection.stamp[0]}"
            if 3 in connection.kinds:
                options += ",nop,wscale 7"
            options = pk.options_from_text(options)
        self.send(connection, pk.SYN | pk.ACK, connection.isn, options, **keys)

    def send(self, connection, flags, seq, options=b"", payload=b""):
        asked, packet = connection.asked, connection.packet
        segment = pk.Segment(asked.dport, asked.sport, seq & 0xFFFFFFFF, asked.seq + 1, flags,
                             options=options, payload=payload)
        whole = segment.bytes_of(packet.family, packet.dst, packet.src)
        self.transmit(connection, pk.build_ip(packet.family, packet.dst, packet.src, 6, whole))

    def transmit(self, connection, packet):
        ethertype = pk.ETHERTYPE[connection.packet.family].to_bytes(2, "big")
        self.sock.send(connection.mac + MAC + ethertype + packet)

    def after(self, seconds, call, *arguments):
        self.count += 1
        heapq.heappush(self.later, (time.monotonic() + seconds, self.count, call, arguments))

    def arrive(self, frame):
        good = frame[12:14] in (b"\x08\x00", b"\x86\xdd")
        packet = pk.parse_ip(frame[14:]) if good else None
        segment = packet.segment if packet else None
        if not segment or packet.dst not in self.addresses or segment.dport not in self.ports:
            return
        kind = self.ports[segment.dport]
        key = (packet.src, segment.sport, segment.dport)
        tally = self.tallies.setdefault((segment.dport, packet.family),
                                        {"syns": 0, "resets": 0, "wrong": 0, "others": 0})
        if segment.flags & pk.SYN:
            tally["syns"] += 1
            if packet.checksum_good:
                self.connections[key] = Connection(packet, frame[6:12], tally)
                getattr(self, kind)(self.connections[key])
        elif key in self.connections and segment.flags & pk.RST:
            exact = segment.seq == (self.connections[key].asked.seq + 1) & 0xFFFFFFFF
            tally["resets" if exact else "wrong"] += 1
        elif key in self.connections:
            tally["others"] += 1
            getattr(self, f"{kind}_later", self.acknowledge)(self.connections[key], segment)

    def acknowledge(self, connection, segment):
        """Of data, which lie beyond a hole: with a block, if that was agreed on."""
        if not segment.payload:
            return
        options = b""
        if connection.stamp:
            now = int(time.monotonic() * 1000)
            options = pk.options_from_text(f"nop,nop,TS val {now} ecr {connection.stamp[0]}")
        if 4 in connection.kinds:
            options += pk.options_from_text(
                f"nop,nop,sack {segment.seq}:{segment.seq + len(segment.payload)}")
        self.send(connection, pk.ACK, connection.isn + 1, options)

    def run(self):
        while (now := time.monotonic()) < self.end:
            while self.later and self.later[0][0] <= now:
                _, _, call, arguments = heapq.heappop(self.later)
                call(*arguments)
            wait = min(self.end, self.later[0][0] if self.later else self.end) - now
            if select.select([self.sock], [], [], max(0, wait))[0]:
                frame, address = self.sock.recvfrom(70000)
                if address[2] != 4:  # not our own
                    self.arrive(frame)

    def report(self):
        for (port, family), tally in sorted(self.tallies.items()):
            print(port, family, *(word for pair in tally.items() for word in pair), flush=True)


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--time", type=float, default=60)
    parser.add_argument("interface")
    parser.add_argument("address")
    parser.add_argument("port", nargs="+")
    rude = Rude(parser.parse_args())
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print("READY", flush=True)
    try:
        rude.run()
    finally:
        rude.report()


if __name__ == "__main__":
    main()
