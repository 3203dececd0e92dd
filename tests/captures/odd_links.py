# SPDX-License-Identifier: GPL-3.0-or-later
"""Hand-made captures: link layers, tunnels, VLANs, fragments, IP headers."""

import struct

import frames as fr
from frames import BEGIN_NS, MAKERS, Talk, makes, pcap, pk


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
        talk = Talk(40000 + number, 4 if number % 2 else 6, number * 0.05)
        talk.open().request(20, 30).close()
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
            rows.append((at + offset, fr.ethernet(v4_fragment(ends, part, offset, offset == 0, 4,
                                                              9),
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


def v4_fragment(ends, part, offset, more, protocol, ident, ttl=64):
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(part), ident, offset // 8 | more << 13,
                       ttl,
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
        for number, how in enumerate(({}, {"order": (2, 1, 0)}, {"drop": (1,)}, {"order": (0, 1, 1,
                                                                                           2)})):
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
        talk.packets = [(at, sender, extended(packet, chain)) for at, sender,
                        packet in talk.packets]
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
            head = bytes([0x45 + len(text) // 4, packet[1]]) + struct.pack("!H", len(packet)
                                                                           + len(text))
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
            segment = pk.Segment(40001, 80, one.next[0], one.next[1], pk.ACK | pk.PSH, 501,
                                 payload=data)
            whole = segment.bytes_of(6, *one.ends)
            one.next[0] += len(data)
            extension = b"\6\0\xc2\x04" + struct.pack("!I", len(whole) + 8)
            packet = struct.pack("!IHBB", 6 << 28, 0, 0,
                                 64) + one.ends[0] + one.ends[1] + extension + whole
        one.add(0, packet)
        one.s(".")
        one.close()
        rows += fr.frames(one)
    return pcap(rows, snaplen=100)
