#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the hand-made captures, byte for byte the same each time: odd.py FOLDER

What each holds stands in its function; each function's name is its file's. See README."""

import os
import struct
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import frames as fr  # noqa: E402  (behind the line that finds it)
from frames import BEGIN_NS, Talk, pcap, pk  # noqa: E402

MAKERS = {}


def makes(name):
    """The function below gives this file's bytes."""
    def take(function):
        MAKERS[name] = function
        return function
    return take


# --- link layers and tunnels ----------------------------------------------------------------------

@makes("link-null-big-endian.pcap")
def _():
    """BSD loopback, AF in the byte order of a big-endian machine; IPv4 and IPv6."""
    talks = Talk().whole(), Talk(40001, 6, 0.2).whole()
    return pcap(fr.frames(*talks, wrap=lambda p, s: fr.null(p, s, ">")), 0, ">")


@makes("link-raw-ipv6-nano.pcap")
def _():
    """No link layer at all, IPv6 by the file's word, nanoseconds, big-endian."""
    return pcap(fr.frames(Talk(family=6, step=0.000123457).whole(), wrap=fr.raw), 229, ">", True)


@makes("link-many.pcapng")
def _():
    """Eighteen interfaces with a link type each, more than are told of."""
    out = fr.section()
    for name, link, _wrap in fr.LINKS:
        out += fr.interface("<", link, name)
    for number, (_name, _link, wrap) in enumerate(fr.LINKS):
        talk = Talk(40000 + number, 4 if number % 2 else 6, number * 0.05).open().request(20, 30).close()
        for at, frame in fr.frames(talk, wrap=wrap):
            out += fr.enhanced("<", number, at // 1000, frame)
    return out


def one_link(name, link, wrap):
    def make():
        """One link type, a connection of each family."""
        talks = Talk().whole(), Talk(40001, 6, 0.01).whole()
        return pcap(fr.frames(*talks, wrap=wrap), link)
    MAKERS[f"link-{name}.pcap"] = make


for row in fr.LINKS:
    if row[0] in ("ppp", "pppoe", "80211", "nflog", "sll2", "qinq"):
        one_link(*row)


@makes("tunnels.pcap")
def _():
    """IP in IP, 6in4, 4in6, GRE with and without a key, over both families; one of each family in
    it."""
    rows = []
    for number, (_name, wrap) in enumerate(fr.TUNNELS):
        for family in (4, 6):
            talk = Talk(41000 + number, family, number * 0.1 + family / 50)
            rows += fr.frames(talk.open().request(20, 30).close(), wrap=wrap)
    return pcap(sorted(rows))


@makes("tunnel-fragments.pcap")
def _():
    """An IP-in-IP packet whose outer packet comes in two fragments."""
    talk = Talk().open().request(700, 30)
    rows = []
    for at, sender, packet in talk.packets:
        if len(packet) < 700:
            rows += [(at, fr.TUNNELS[0][1](packet, sender))]
            continue
        ends = fr.OUTER[4]
        for part, offset in ((packet[:400], 0), (packet[400:], 400)):
            rows.append((at + offset, fr.ethernet(v4_fragment(ends, part, offset, offset == 0, 4, 9),
                                                  sender)))
    return pcap([(BEGIN_NS + at, frame) for at, frame in rows])


@makes("vlan-same-ports.pcap")
def _():
    """The same addresses and ports in VLAN 5, in VLAN 6, in no VLAN and in VLAN 5 of provider 100.
    """
    rows = []
    wraps = fr.vlan(5), fr.vlan(6), fr.ethernet, fr.vlan(100, 5, kinds=(0x88A8, 0x8100))
    for number, wrap in enumerate(wraps):
        talk = Talk(at=number * 0.0002, isn=(1000 + 77 * number, 5000 + 9999 * number))
        rows += fr.frames(talk.open().request(50 + number, 60).close(), wrap=wrap)
    return pcap(sorted(rows))


@makes("vlan-priority.pcap")
def _():
    """Priority tags (VLAN 0) in one direction only, as some servers send them."""
    return pcap(fr.frames(Talk().whole(),
                          wrap=lambda p, s: fr.vlan(0x6000)(p, s) if s else fr.ethernet(p, s)))


# --- IP --------------------------------------------------------------------------------------------

def v4_fragment(ends, part, offset, more, protocol, ident, ttl=64):
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(part), ident, offset // 8 | more << 13, ttl,
                       protocol, 0, *ends)
    return head[:10] + struct.pack("!H", pk.checksum(head)) + head[12:] + part


def fragments(talk, packet, sizes, sender=0, order=None, ident=77, drop=(), step=0.0001):
    """Cuts the packet's TCP part; the pieces join the connection in this order."""
    family = talk.family
    ends = (talk.ends[sender], talk.ends[1 - sender])
    body, pieces, at = packet[20 if family == 4 else 40:], [], 0
    for size in (*sizes, 65536):
        part = body[at:at + size]
        more = at + size < len(body)
        if family == 4:
            pieces.append(v4_fragment(ends, part, at, more, 6, ident))
        else:
            head = struct.pack("!BBHI", 6, 0, at | more, ident)
            pieces.append(pk.build_ip(6, *ends, 44, head + part))
        at += size
        if not more:
            break
    for index in order or range(len(pieces)):
        if index not in drop:
            talk.add(sender, pieces[index], step)


def fragmented(family):
    def make():
        """TCP headers split over fragments, backwards, overlapping, one missing, one twice."""
        talks = []
        for number, how in enumerate(({}, {"order": (2, 1, 0)}, {"drop": (1,)}, {"order": (0, 1, 1, 2)})):
            talk = Talk(42000 + number, family, number)
            for flags, length in (("S", 0), ("P.", 100)):
                if flags == "P.":
                    talk.s("S."), talk.c(".")
                packet = talk.c(flags, length, show=False)
                fragments(talk, packet, (8, 16), **how, ident=77 + 100 * number + len(talk.packets))
            talk.s(".")
            talk.close()
            talks.append(talk)
        talk = Talk(42009, family, 9).open()
        packet = talk.c("P.", 100, show=False)
        head = 20 if family == 4 else 40
        fragments(talk, packet, (40, 40), order=(0,), ident=500)
        fragments(talk, packet[:head + 60] + b"?" * 60, (24, 48), order=(1, 2), ident=500)
        talk.s(".")
        talk.close()
        return pcap(fr.frames(*talks, talk))
    return make


MAKERS["fragments-4.pcap"], MAKERS["fragments-6.pcap"] = fragmented(4), fragmented(6)


@makes("ipv6-extensions.pcap")
def _():
    """Hop-by-hop options, destination options, routing, an atomic fragment, an authentication
    header, all of them; then one that never ends and an encrypted one."""
    def extended(packet, chain):
        body, following = packet[40:], 6
        for kind in reversed(chain):
            length = 0
            head = {0: b"\5\2\0\0\1\0", 60: b"\1\4\0\0\0\0", 43: b"\0\0\0\0\0\0"}.get(kind)
            if kind == 44:
                body = struct.pack("!BBHI", following, 0, 0, 7) + body
            elif kind == 51:
                body = struct.pack("!BBHII", following, 2, 0, 5, 1) + b"\0" * 4 + body
            elif kind == 50:
                body = struct.pack("!II", 5, 1) + bytes(range(64))
            else:
                body = bytes([following, length]) + head + body
            following = kind
        return packet[:4] + struct.pack("!HB", len(body), following) + packet[7:40] + body
    rows = []
    chains = ((0,), (60,), (43,), (44,), (51,), (0, 60, 43, 44, 51, 60), (60,) * 20, (50,))
    for number, chain in enumerate(chains):
        talk = Talk(43000 + number, 6, number * 0.1).open().close()
        talk.packets = [(at, sender, extended(packet, chain)) for at, sender, packet in talk.packets]
        rows += fr.frames(talk)
    return pcap(rows)


@makes("ipv4-options.pcap")
def _():
    """IP options before the TCP header: record route, router alert, a bad length."""
    rows = []
    for number, text in enumerate((b"\x07\x07\x04\0\0\0\0\0", b"\x94\x04\0\0", b"\x07\x00\0\0")):
        talk = Talk(43100 + number, at=number * 0.1).open().close()
        packets = []
        for at, sender, packet in talk.packets:
            head = bytes([0x45 + len(text) // 4, packet[1]]) + struct.pack("!H", len(packet) + len(text))
            head += packet[4:10] + b"\0\0" + packet[12:20] + text
            head = head[:10] + struct.pack("!H", pk.checksum(head)) + head[12:]
            packets.append((at, sender, head + packet[20:]))
        talk.packets = packets
        rows += fr.frames(talk)
    return pcap(rows)


@makes("giants.pcap")
def _():
    """Segments before the card cuts them: 20,000 bytes, IP length 0 (TSO), an IPv6 jumbogram; the
    file keeps the first 100 bytes of each."""
    talk, six = Talk(), Talk(40001, 6, 1)
    rows = []
    for one in (talk, six):
        one.open()
        one.c("P.", 20000)
        one.s(".")
        packet = one.c("P.", 65000 if one is talk else 66000, show=False) if one is talk else None
        if one is talk:
            packet = packet[:2] + b"\0\0" + packet[4:10] + b"\0\0" + packet[12:]
            packet = packet[:10] + struct.pack("!H", pk.checksum(packet[:20])) + packet[12:]
        else:
            data = bytes(97 + at % 26 for at in range(70000))
            segment = pk.Segment(40001, 80, one.next[0], one.next[1], pk.ACK | pk.PSH, 501, payload=data)
            whole = segment.bytes_of(6, *one.ends)
            one.next[0] += len(data)
            extension = b"\6\0\xc2\x04" + struct.pack("!I", len(whole) + 8)
            packet = struct.pack("!IHBB", 6 << 28, 0, 0, 64) + one.ends[0] + one.ends[1] + extension + whole
        one.add(0, packet)
        one.s(".")
        one.close()
        rows += fr.frames(one)
    return pcap(rows, snaplen=100)


# --- TCP -------------------------------------------------------------------------------------------

@makes("options.pcap")
def _():
    """A connection for each: SYN and SYN,ACK with options that are rare, old, bad or unknown."""
    odd = ("mss 1460,sackOK,nop,wscale 15", "mss 1460,wscale 255,nop", "mss 0,nop,nop,sackOK",
           "mss 65535,sackOK,TS val 0 ecr 0,nop,wscale 0", "mss 1460,mss 536", "raw:020305,nop",
           "mss 1460,raw:0302,nop,nop", "mss 1460,raw:04030a,nop", "mss 1460,raw:0809000000010000,nop,nop,nop",
           "mss 1460,raw:0800", "mss 1460,raw:0801", "mss 1460,raw:0828,nop,nop", "mss 1460,raw:08",
           "eol,raw:020405b4030307", "nop,nop,nop,nop,nop,nop,nop,nop", "raw:4c0401020304,nop,nop,raw:4d02",
           "mss 1460,raw:fd04beef,raw:fe06f9891234", "mss 1460,raw:fd12f989000102030405060708090a0b0c0d",
           "mss 1460,FO ,nop,nop", "mss 1460,FO 0011223344556677,nop,nop", "mss 1460,FO 001122,nop,nop,nop",
           "mss 1460,raw:1c048005", "mss 1460,raw:1312" + "ab" * 16 + ",nop,nop",
           "mss 1460,raw:1d100102" + "cd" * 12, "mss 1460,raw:1d03,raw:00,nop",
           "mss 1460,raw:1e0c00810102030405060708", "mss 1460,raw:1e040181", "mss 1460,raw:1e03f0,nop",
           "mss 1460,raw:ac02,nop,nop", "mss 1460,raw:ae0b0102030405060708,nop", "mss 1460,raw:0e0301,nop",
           "mss 1460,raw:0606aabbccdd,nop,nop", "mss 1460,raw:0a02,raw:0903c0,nop,nop,nop",
           "mss 1460,raw:0b06000000070c0600000007", "sack 100:200,nop,nop", "raw:050600000001,nop,nop",
           "mss 1460,TS val 1 ecr 99,nop,nop", "raw:ff28" + "ee" * 38)
    rows = []
    for number, text in enumerate(odd):
        talk = Talk(44000 + number, at=number * 0.05, options=(text, "mss 1400,sackOK,nop,wscale 7"))
        rows += fr.frames(talk.open().close())
    for number, text in enumerate(odd[:4] + odd[8:13]):
        talk = Talk(45000 + number, at=5 + number * 0.05, options=("mss 1460,sackOK,nop,wscale 7", text))
        rows += fr.frames(talk.open().request(10, 20).close())
    return pcap(rows)


@makes("headers.pcap")
def _():
    """TCP headers that lie: data offset below 5 and beyond the packet, reserved bits, wrong
    checksums, flags that cannot be, port 0, both ends the same; IP lengths too small and too
    large."""
    rows = []
    talk = Talk(46000).open()
    for words in (1, 4, 15):
        talk.c("P.", 8, offset=words, seq=1)
    talk.c("P.", 8, reserved=0xE, seq=1), talk.c("P.", 8, bad=True, seq=1)
    for letters in ("0", "FSRP.UEW", "FS", "SR", "F", "FPU", "R.", "SE", "W"):
        talk.c(letters, seq=9)
    rows += fr.frames(talk)
    rows += fr.frames(Talk(0, at=1).open().close(), Talk(46001, at=2, server_port=0).open().close())
    land = Talk(80, at=3)
    land.ends = (land.ends[0],) * 2
    land.c("S"), land.s("S."), land.c(".")
    rows += fr.frames(land)
    whole = Talk(46002, at=4).open()
    packet = whole.c("P.", 30, show=False)
    for length in (0, 10, 19, 20, 30, 39, 41, len(packet) + 1, 65535):
        whole.add(0, packet[:2] + struct.pack("!H", length) + packet[4:])
    for words in (0, 4, 6, 15):
        whole.add(0, bytes([0x40 + words]) + packet[1:])
    whole.add(0, bytes([0x55]) + packet[1:])
    rows += fr.frames(whole)
    six = Talk(46003, 6, 5).open()
    packet = six.c("P.", 30, show=False)
    for length in (0, 19, 20, 21, 51, 65535):
        six.add(0, packet[:4] + struct.pack("!H", length) + packet[6:])
    return pcap(rows + fr.frames(six))


@makes("cut-headers.pcap")
def _():
    """Every packet of a connection, cut off by the capture at each length from 0 to 80 bytes."""
    talk = Talk(46100)
    talk.options = ("mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 7",) * 2
    syn = fr.frames(talk.open())[0]
    rows = [(syn[0] + size * 1000000, syn[1][:size], len(syn[1])) for size in range(len(syn[1]) + 1)]
    return pcap(rows)


@makes("snaplen.pcap")
def _():
    """54, 68 and 96 bytes kept of each packet."""
    rows = []
    for number, size in enumerate((54, 58, 68, 96)):
        options = (fr.USUAL.format(100, 0), fr.USUAL.format(900, 100))
        talk = Talk(46200 + number, at=number, options=options).whole()
        rows += [(at, frame[:size], len(frame)) for at, frame in fr.frames(talk)]
    return pcap(rows, snaplen=96)


@makes("wrap.pcap")
def _():
    """Sequence numbers that pass 2^32 in the handshake and in the data, and ISNs of 0 and 2^32 -
    1."""
    talks = [Talk(46300 + number, at=number, isn=isn).whole()
             for number, isn in enumerate(((0xFFFFFFFF, 0), (0xFFFFFFFE, 0xFFFFFFFF), (0xFFFFFFC0, 0xFFFFFE00),
                                           (0, 0xFFFFFFFF), (0x7FFFFFFF, 0x80000000)))]
    lost = Talk(46309, at=9, isn=(0xFFFFFC00, 7)).open()
    lost.c(".", 700), lost.c(".", 700, show=False), lost.c(".", 700, dt=0.0001)
    lost.s(".", ack=701, options=b"\1\1" + pk.options_from_text(f"sack {0xFFFFFC00 + 1401 - 2**32}:{0xFFFFFC00 + 2101 - 2**32}"))
    lost.c(".", 700, seq=701), lost.s(".")
    lost.close()
    return pcap(fr.frames(*talks, lost))


@makes("late.pcap")
def _():
    """Captures that begin late: with the SYN,ACK, with the ACK, in the middle, with a FIN, with an
    RST, with a window update; and one direction only: the client's, the server's."""
    rows = []
    for number, skip in enumerate((1, 2, 3, 7, 8)):
        rows += fr.frames(Talk(46400 + number, at=number).whole())[skip:]
    for sender in (0, 1):
        talk = Talk(46410 + sender, at=10 + sender).whole()
        talk.packets = [packet for packet in talk.packets if packet[1] == sender]
        rows += fr.frames(talk)
    reset = Talk(46420, at=20)
    reset.next = [5000, 6000]
    reset.s("R."), reset.s("R", seq=9, ack=0)
    return pcap(rows + fr.frames(reset))


@makes("openings.pcap")
def _():
    """Refused, refused without ACK, unanswered with back-off, answered late, SYN,ACK lost and
    repeated, never acknowledged, reset by the client, wrong acknowledgment, both ends open, split
    handshakes, data in SYN and SYN,ACK, a SYN in the middle, a new ISN on the repeat, the ACK
    lost."""
    rows, port = [], 46500
    def talk(**more):
        nonlocal port
        port += 1
        return Talk(port, at=(port - 46500) * 10, **more)
    talks = []
    def has(one):
        talks.append(one)
        return one

    t = has(talk())
    t.c("S"), t.s("R.")

    t = has(talk())
    t.c("S"), t.s("R", seq=0, ack=None)

    t = has(talk())
    [t.c("S", seq=0, dt=gap) for gap in (0, 1, 2, 4)]

    t = has(talk())
    t.c("S"), t.c("S", seq=0, dt=1), t.s("S.", ack=1, dt=0.004), t.c(".", seq=1), t.close()

    t = has(talk())
    t.c("S"), t.s("S."), t.c("S", seq=0, dt=1), t.s("S.", seq=0), t.c("."), t.close()

    t = has(talk())
    t.c("S"), [t.s("S.", seq=0, dt=gap) for gap in (0.004, 1, 2)]

    t = has(talk())
    t.c("S"), t.s("S."), t.c("R", seq=1)

    t = has(talk())
    t.c("S"), t.s("S.", ack=2), t.c("R", seq=2), t.c("S", seq=0, dt=1), t.s("R.", seq=0, ack=1)

    t = has(talk())
    t.c("S"), t.s("S", dt=0.001), t.c("S.", seq=0), t.s("S.", seq=0, dt=0.001), t.close()

    t = has(talk())
    t.c("S"), t.s("S", dt=0.001), t.c(".", dt=0.001), t.s(".", dt=0.001), t.close()

    t = has(talk())
    t.c("S"), t.s(".", seq=0), t.s("S"), t.c("S.", seq=0), t.s("."), t.close()

    t = has(talk())
    t.c("S"), t.s("S"), t.c("S.", seq=0), t.s("."), t.close()

    t = has(talk())
    t.c("S", 20), t.s("S.", 30), t.c("."), t.close()

    t = has(talk())
    t.c("S", 20), t.s("S.", ack=1), t.c(".", 20, seq=1), t.s("."), t.close()

    t = has(talk())
    t.open(), t.c("S", seq=0), t.s("."), t.c("S", seq=90000), t.s("."), t.close()

    t = has(talk())
    t.c("S"), t.s("S."), t.s("S.", seq=500, ack=1, dt=1), t.c(".")

    t = has(talk())
    t.c("S"), t.s("S."), t.c(".", show=False), t.c("P.", 50), t.s("."), t.close()

    t = has(talk())
    t.c("S"), t.s("S."), t.c("."), t.s("S.", seq=0, dt=0.2), t.c("."), t.close()

    t = has(talk())
    t.c("S"), t.s("S.", dt=-0.001), t.c("."), t.close()

    t = has(talk())
    t.c("S."), t.s("R", ack=None, seq=t.next[0], absolute=True)

    t = has(talk())
    t.c("F."), t.s("R"), t.c("."), t.s("R")
    t = has(talk(server_port=40000))
    t.open().close()
    rows = fr.frames(*talks)
    return pcap(rows)


@makes("icmp.pcap")
def _():
    """ICMP errors for a SYN: unreachable of several kinds, cut quotes, a foreign quote, one in the
    middle of a connection, fragmentation needed; IPv4 and IPv6."""
    rows = []
    router = {4: bytes([198, 18, 9, 9]), 6: bytes.fromhex("20010db80000000000000000000000fe")}
    for family, kinds in ((4, ((3, 0), (3, 1), (3, 3), (3, 13), (11, 0), (3, 4))), (6, ((1, 0), (1, 1), (1, 3), (1, 4), (3, 0), (2, 0)))):
        for number, (kind, code) in enumerate(kinds):
            talk = Talk(46700 + number, family, number * 3 + family * 10)
            syn = talk.c("S")
            talk.add(1, pk.build_icmp_error(router[family], syn, kind, code, (28 if family == 4 else 48) if number == 1 else None, 1280, 60))
            if number == 4:
                talk.c("S", seq=0, dt=1)
            rows += fr.frames(talk)
        talk = Talk(46790, family, 90 + family).open()
        data = talk.c(".", 1460)
        talk.add(1, pk.build_icmp_error(router[family], data, *((3, 4) if family == 4 else (2, 0)), None, 1280))
        talk.c(".", 1220, seq=1), talk.c(".", 240, seq=1221, dt=0.0001), talk.s("."), talk.close()
        talk.add(1, pk.build_icmp_error(router[family], Talk(1, family).c("S"), *((3, 3) if family == 4 else (1, 4))))
        talk.add(1, pk.build_icmp_error(router[family], data, *((3, 3) if family == 4 else (1, 4)), 20))
        rows += fr.frames(talk)
    return pcap(rows)


@makes("resets.pcap")
def _():
    """Resets in the middle: exact; inside the window, and challenged; outside; forged with another
    TTL while the end goes on; racing the answer; after the FIN; with data; of a closed end for
    late data."""
    talks = []
    def open_one():
        talks.append(Talk(46800 + len(talks), at=len(talks)).open())
        return talks[-1]

    t = open_one()
    t.request(), t.s("R.")

    t = open_one()
    t.request(), t.s("R", seq=1500, ack=None), t.c("."), t.request().close()

    t = open_one()
    t.request(), t.s("R", seq=900000, ack=None), t.request().close()

    t = open_one()
    t.c("P.", 100), t.s("R.", seq=1, ttl=55, ident=7, dt=0.001), t.s(".", dt=0.003), t.s("P.", 300)
    t.c(".")

    t = open_one()
    t.c("P.", 100), t.s("R.", seq=1, ttl=55, ident=7, dt=0.001)
    t.s("R.", seq=1461, ttl=55, ident=7, dt=0), t.s("R.", seq=4381, ttl=55, ident=7, dt=0)

    t = open_one()
    t.request().close(), t.s("R", seq=902), t.c("R", seq=122)

    t = open_one()
    t.request(), t.s("R.", 40)

    t = open_one()
    t.c("F."), t.s("."), t.s(".", 200), t.c("R", seq=2), t.s(".", 200), t.c("R", seq=2)
    return pcap(fr.frames(*talks))


@makes("closings.pcap")
def _():
    """The client first, the server first, both at once, half-closed with data, FIN repeated, FIN
    with data, FIN lost in the capture, never closed."""
    talks = []
    def open_one():
        talks.append(Talk(46900 + len(talks), at=len(talks)).open())
        return talks[-1]

    t = open_one()
    t.close()

    t = open_one()
    t.s("F."), t.c("."), t.c("F."), t.s(".")

    t = open_one()
    a = t.next[1]
    t.c("F."), t.s("F.", ack=1), t.c("."), t.s(".")
    assert a

    t = open_one()
    t.c("F."), t.s("."), t.s("P.", 500), t.c("."), t.s("F."), t.c(".")

    t = open_one()
    t.c("F."), t.c("F.", seq=1, dt=0.3), t.s("."), t.s("F."), t.s("F.", seq=1, dt=0.3), t.c(".")

    t = open_one()
    t.c("FP.", 100), t.s("FP.", 200), t.c(".")

    t = open_one()
    t.c("F.", show=False), t.s("F."), t.c(".")

    t = open_one()
    t.request()

    t = open_one()
    t.c("F.")
    return pcap(fr.frames(*talks))


@makes("losses.pcap")
def _():
    """Lost before the capture and repeated (fast, by time-out), behind it, out of order, twice by
    the capture (same identification) and by the net, holes of the capture, acknowledged unseen,
    SACK with several blocks, D-SACK, a go-back-N sender."""
    talks = []
    def open_one(**more):
        talks.append(Talk(47000 + len(talks), at=len(talks) * 2, **more).open())
        return talks[-1]
    def sack(t, *edges):
        blocks = [f"{t.isn[0] + a}:{t.isn[0] + b}" for a, b in edges]
        return b"\1\1" + pk.options_from_text("sack " + " ".join(blocks))

    t = open_one()  # fast retransmit
    t.c(".", 1000), t.c(".", 1000, show=False), [t.c(".", 1000, dt=0.0002) for _ in range(3)]
    t.s(".", ack=1001)
    for upto in (3001, 4001, 5001):
        t.s(".", ack=1001, options=sack(t, (2001, upto)), dt=0.0002)
    t.c(".", 1000, seq=1001), t.s("."), t.close()

    t = open_one()  # time-out
    t.c(".", 1000), t.c(".", 1000, seq=1, dt=0.3), t.s("."), t.close()

    t = open_one()  # the ACK was lost: spurious
    t.c(".", 1000), t.s(".", dt=0.2), t.c(".", 1000, seq=1, dt=0.05)
    t.s(".", options=sack(t, (1, 1001))), t.close()

    t = open_one()  # out of order
    t.c(".", 1000, show=False), t.c(".", 1000)
    t.s(".", ack=1, options=sack(t, (1001, 2001)), dt=0.0001)
    t.c(".", 1000, seq=1, dt=0.0005), t.s("."), t.close()

    t = open_one()  # the same packet twice
    t.c(".", 1000), t.c(".", 1000, seq=1, ident=t.ident[0], dt=0.00001), t.s(".")
    t.s(".", ident=t.ident[1], dt=0.00001), t.close()

    t = open_one()  # the net doubles it
    t.c(".", 1000), t.c(".", 1000, seq=1, ident=t.ident[0], dt=0.15), t.s("."), t.s("."), t.close()

    t = open_one()  # the capture lost some
    t.c(".", 1000), t.c(".", 1000, show=False), t.c(".", 1000), t.s("."), t.c(".", 500), t.s(".")
    t.close()

    t = open_one()  # acknowledged unseen at the end
    t.c(".", 1000), t.c(".", 1000, show=False), t.s("."), t.close()

    t = open_one()  # three holes
    for number in range(8):
        t.c(".", 500, show=number not in (1, 3, 5))
    t.s(".", ack=501, options=sack(t, (3001, 4001), (2001, 2501), (1001, 1501)))
    for seq in (501, 1501, 2501):
        t.c(".", 500, seq=seq)
    t.s("."), t.close()

    t = open_one()  # go-back-N
    t.c(".", 1000, show=False), t.c(".", 1000), t.c(".", 1000)
    [t.c(".", 1000, seq=seq, dt=0.2 if seq == 1 else 0.0001) for seq in (1, 1001, 2001)]
    t.s("."), t.close()

    t = open_one()  # partly new
    t.c(".", 1000), t.c(".", 1500, seq=1, dt=0.3)
    t.next[0] += 500
    t.s("."), t.close()
    return pcap(fr.frames(*talks))


@makes("windows.pcap")
def _():
    """A window that fills, closes, is probed in three manners and opens; keep-alives with and
    without a byte; windows with a scale of 14 and without any."""
    talks = []
    def open_one(**more):
        talks.append(Talk(47200 + len(talks), at=len(talks) * 20, **more))
        return talks[-1]
    plain = {"options": ("mss 1000", "mss 1000")}

    t = open_one(**plain)
    t.c("S"), t.s("S.", win=2000), t.c(".")
    t.c(".", 1000), t.c(".", 1000, dt=0.0001), t.s(".", win=0)
    t.c(".", 1, seq=2001, dt=0.3), t.s(".", ack=2001, win=0)     # one byte, not taken
    t.c(".", 0, seq=2000, dt=0.6), t.s(".", ack=2001, win=0)     # nothing, the number before: Linux
    t.c(".", 1, dt=1.2), t.s(".", win=3000), t.s(".", win=4000, dt=0.1)
    t.c(".", 500), t.s(".", win=4000), t.close()

    t = open_one()
    t.open().request()
    t.c(".", 0, seq=120, dt=5), t.s("."), t.c(".", 1, seq=120, data=b"\0", dt=5), t.s(".")
    t.s(".", 0, seq=900, dt=1), t.c("."), t.close()

    t = open_one(options=("mss 1460,nop,wscale 14", "mss 1460,nop,wscale 14"))
    t.open()
    t.c(".", 100, win=65535), t.s(".", win=65535), t.close()

    t = open_one(options=("mss 1460,nop,wscale 7", "mss 1460"))
    t.open(), t.c(".", 100, win=65535), t.s(".", win=512), t.close()
    return pcap(fr.frames(*talks))


@makes("reuse.pcap")
def _():
    """The same ports again: after TIME-WAIT, after an RST, after a refusal, with a lower ISN, and
    while the old connection is still open."""
    rows, at = [], 0
    for isn, end in ((1000, "close"), (90000000, "reset"), (500000, "refused"), (200, "open"), (77777777, "close")):
        talk = Talk(47300, at=at, isn=(isn, isn * 3 % 2**32))
        if end == "refused":
            talk.c("S"), talk.s("R.")
        else:
            talk.open().request()
            if end == "close":
                talk.close()
            elif end == "reset":
                talk.s("R.")
        rows += fr.frames(talk)
        at += 3
    return pcap(rows)


@makes("urgent.pcap")
def _():
    """Urgent data: a pointer behind the data, inside, far ahead, without the flag, with nothing."""
    t = Talk(47400).open()
    t.c("P.U", 1, urgent=1), t.c("P.U", 10, urgent=5), t.c(".U", 10, urgent=900)
    t.c(".", 10, urgent=7), t.c(".U", urgent=0)
    t.s("."), t.close()
    return pcap(fr.frames(t))


@makes("backwards.pcap")
def _():
    """Stamps that go backwards: by a microsecond, by the second of a clock set back, a packet out
    of its place, before 1970 as some writers have it (stamps count unsigned), the year 2106."""
    rows = fr.frames(Talk(47500).whole())
    rows[2] = (rows[1][0] - 1000, rows[2][1])
    late = [(at - 3600 * 10**9, frame) for at, frame in fr.frames(Talk(47501).whole())]
    far = fr.frames(Talk(47502).whole())
    far = [((2**32 - 2) * 10**9 + at % 10**9, frame) for at, frame in far]
    early = [(at % 10**9, frame) for at, frame in fr.frames(Talk(47503).whole())]
    swapped = fr.frames(Talk(47504, at=9).whole())
    swapped[4:6] = swapped[5:3:-1]
    return pcap(rows + late + swapped + far + early)


# --- files -----------------------------------------------------------------------------------------

@makes("file-cut-record.pcap")
def _():
    """The file ends in the middle of a packet."""
    return pcap(fr.frames(Talk().whole()))[:-20]


@makes("file-cut-head.pcap")
def _():
    """The file ends in the middle of a packet's head."""
    return pcap(fr.frames(Talk().open())) + bytes(7)


@makes("file-long-record.pcap")
def _():
    """A packet that says that it has 2^31 bytes."""
    return pcap(fr.frames(Talk().open())) + struct.pack("<IIII", 1700000001, 0, 2**31, 2**31) + bytes(100)


@makes("file-microseconds.pcap")
def _():
    """A stamp with more than a million microseconds, a captured length above the wire's, a length
    of 0."""
    rows = fr.frames(Talk().whole())
    text = bytearray(pcap(rows))
    text[24 + 4:24 + 8] = struct.pack("<I", 1500000)
    at = 24 + 16 + len(rows[0][1])
    text[at + 12:at + 16] = struct.pack("<I", 20)
    return bytes(text) + struct.pack("<IIII", 1700000009, 0, 0, 60)


@makes("file-header-only.pcap")
def _():
    """A capture without packets, of a link type nobody knows."""
    return pcap([], 9999)


def plain_ng(order="<", resolution=None, units=1000, offset=None, head=b"", tail=b""):
    out = fr.section(order) + fr.interface(order, 1, "eth0", resolution, 0, offset) + head
    for at, frame in fr.frames(Talk().whole()):
        out += fr.enhanced(order, 0, (at - (offset or 0) * 10**9) * 1000 // units // 1000, frame)
    return out + tail


@makes("file-big-endian.pcapng")
def _():
    """Big-endian, stamps in nanoseconds."""
    return plain_ng(">", 9, 1)


@makes("file-binary-stamps.pcapng")
def _():
    """Stamps in units of 2^-20 s, counted from an offset of an hour."""
    out = fr.section() + fr.interface("<", 1, "tick", 0x80 | 20, 0, 3600)
    for at, frame in fr.frames(Talk().whole()):
        out += fr.enhanced("<", 0, (at - 3600 * 10**9) * 2**20 // 10**9, frame)
    return out


@makes("file-blocks.pcapng")
def _():
    """Blocks of other kinds between the packets: names, statistics, a custom one, one unknown, a
    comment, a Simple Packet Block and an obsolete Packet Block."""
    rows = fr.frames(Talk().whole())
    out = fr.section(options=fr.option("<", 1, b"a comment") + fr.option("<", 0, b""))
    out += fr.interface("<", 1, "eth0")
    out += fr.block("<", 4, struct.pack("<HH", 1, 8) + bytes([198, 18, 0, 1]) + b"abc\0" + bytes(4))
    out += fr.block("<", 0x7FFF0001, b"nobody knows me")
    for number, (at, frame) in enumerate(rows):
        units = at // 1000
        if number == 4:
            out += fr.block("<", 3, struct.pack("<I", len(frame)) + frame)
        elif number == 5:
            out += fr.block("<", 2, struct.pack("<HHIIII", 0, 3, units >> 32, units & 0xFFFFFFFF, len(frame),
                                                len(frame)) + frame)
        else:
            out += fr.enhanced("<", 0, units, frame,
                               options=fr.option("<", 1, b"look here") + fr.option("<", 0, b"") if number == 6 else b"")
    statistics = fr.option("<", 4, struct.pack("<Q", 10)) + fr.option("<", 5, struct.pack("<Q", 3)) + fr.option("<", 0, b"")
    out += fr.block("<", 5, struct.pack("<III", 0, 0, 0) + statistics)
    return out + fr.block("<", 0x0BAD, struct.pack("<I", 32473) + b"custom")


@makes("file-two-sections.pcapng")
def _():
    """Two sections of different byte order; interface 0 is another one in each, with another link
    type."""
    return plain_ng("<") + fr.section(">") + fr.interface(">", 101, "tun0", 9) + b"".join(
        fr.enhanced(">", 0, at + 10**9, frame) for at, frame in fr.frames(Talk(40001, 6).whole(), wrap=fr.raw))


@makes("file-bad-block.pcapng")
def _():
    """A block whose two lengths differ."""
    whole = plain_ng()
    return whole[:-4] + struct.pack("<I", 4) + bytes(64)


@makes("file-no-interface.pcapng")
def _():
    """A packet of an interface that was not described."""
    return plain_ng(tail=fr.enhanced("<", 7, 1700000000000000, b"\0" * 60))


@makes("file-long-block.pcapng")
def _():
    """A block that says that it has almost 2^32 bytes."""
    return plain_ng(tail=struct.pack("<II", 6, 0xFFFFFFF0) + bytes(40))


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    os.makedirs(sys.argv[1], exist_ok=True)
    for name, make in MAKERS.items():
        with open(os.path.join(sys.argv[1], name), "wb") as out:
            out.write(make())


if __name__ == "__main__":
    main()
