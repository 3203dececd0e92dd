# SPDX-License-Identifier: GPL-3.0-or-later
"""Packets wrapped in link layers, and capture files written byte by byte, as hand-made oddities
need them: what real tools would refuse to write."""

import os
import struct
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lab"))
import packet as pk  # noqa: E402  (behind the line that finds it)

BEGIN_NS = 1700000000 * 10**9  # of every hand-made capture
MACS = (bytes.fromhex("020000000001"), bytes.fromhex("020000000002"))
MAKERS = {}  # file name to the function that gives its bytes
SNAP = bytes.fromhex("aaaa03000000")


def makes(name):
    """The function below gives this file's bytes."""
    def take(function):
        MAKERS[name] = function
        return function
    return take


def family_of(packet):
    return packet[0] >> 4


def ethertype(packet):
    return struct.pack("!H", pk.ETHERTYPE.get(family_of(packet), pk.ETHERTYPE[4]))


# --- link layers: a function of the packet and of who sends it (0: the client) --------------------

def ethernet(packet, sender=0, tags=b"", kind=None):
    return MACS[1 - sender] + MACS[sender] + tags + (kind or ethertype(packet)) + packet


def vlan(*numbers, kinds=(0x8100,) * 4):
    tags = b"".join(struct.pack("!HH", kind, number) for kind, number in zip(kinds, numbers))
    return lambda packet, sender=0: ethernet(packet, sender, tags)


def ppp_number(packet):
    return struct.pack("!H", {4: 0x0021, 6: 0x0057}[family_of(packet)])


def pppoe(packet, sender=0, session=0x17):
    body = ppp_number(packet) + packet
    head = struct.pack("!BBHH", 0x11, 0, session, len(body))
    return ethernet(head + body, sender, kind=b"\x88\x64")


def mpls(packet, sender=0):
    labels = struct.pack("!II", (1000 + sender) << 12 | 63, (2000 + sender) << 12 | 1 << 8 | 63)
    return ethernet(labels + packet, sender, kind=b"\x88\x47")


def snap(packet, sender=0):
    body = SNAP + ethertype(packet) + packet
    return ethernet(body, sender, kind=struct.pack("!H", len(body)))


def null(packet, _sender=0, order="<"):
    return struct.pack(order + "I", {4: 2, 6: 30}[family_of(packet)]) + packet


def sll(packet, sender=0):
    return struct.pack("!HHH6s2s2s", 4 * (1 - sender), 1, 6, MACS[sender], b"",
                       ethertype(packet)) + packet


def sll2(packet, sender=0):
    return struct.pack("!2sHIHBB6s2s", ethertype(packet), 0, 2, 1, 4 * (1 - sender), 6,
                       MACS[sender],
                       b"") + packet


def nflog(packet, _sender=0):
    def tlv(kind, value):
        text = struct.pack("<HH", len(value) + 4, kind) + value
        return text + b"\0" * (-len(text) % 4)
    head = struct.pack("!BBH", {4: 2, 6: 10}[family_of(packet)], 0, 5)
    return head + tlv(1, ethertype(packet) + b"\1\0") + tlv(10, b"log\0") + tlv(9, packet)


def wireless(packet, sender=0, quality=b""):
    """An 802.11 data frame, from the station (0) to its access point and back; quality: QoS."""
    kind = 0x88 if quality else 0x08
    station, access = MACS
    addresses = access + station + access if sender == 0 else station + access + access
    return (struct.pack("<BBH", kind, 1 + sender, 0) + addresses + struct.pack("<H", 16) + quality
            + SNAP + ethertype(packet) + packet)


def radiotap(packet, sender=0):
    return struct.pack("<BBHIB", 0, 0, 9, 2, 0) + wireless(packet, sender, b"\0\0")


def hdlc(packet, _sender=0):
    return b"\x0f\x00" + ethertype(packet) + packet


def raw(packet, _sender=0):
    return packet


# Name, link type, function; what every capture reader should know.
LINKS = (
    ("ethernet", 1, ethernet), ("null", 0, null), ("loop", 108, lambda p, s=0: null(p, s, ">")),
    ("raw", 101, raw), ("ppp", 9, lambda p, s=0: ppp_number(p) + p),
    ("ppp-hdlc", 50, lambda p, s=0: b"\xff\x03" + ppp_number(p) + p), ("pppoe", 1, pppoe),
    ("vlan", 1, vlan(5)), ("qinq", 1, vlan(100, 5, kinds=(0x88A8, 0x8100))),
    ("old-qinq", 1, vlan(100, 5, kinds=(0x9100, 0x8100))), ("mpls", 1, mpls), ("snap", 1, snap),
    ("chdlc", 104, hdlc), ("80211", 105, wireless), ("radiotap", 127, radiotap), ("sll", 113, sll),
    ("sll2", 276, sll2), ("nflog", 239, nflog),
)


# --- tunnels: the outer packet around the inner one -----------------------------------------------

OUTER = {4: (bytes([198, 18, 9, 1]), bytes([198, 18, 9, 2])),
         6: tuple(bytes.fromhex("20010db8000900000000000000000%03x" % end) for end in (1, 2))}


def tunnel(outer_family, head=b"", number=None):
    def wrap(packet, sender=0):
        ends = OUTER[outer_family]
        protocol = number or {4: 4, 6: 41}[family_of(packet)]
        inside = head + ethertype(packet) if number == 47 else b""
        if len(inside) > 4:  # GRE's protocol stands before its key
            inside = head[:2] + ethertype(packet) + head[2:]
        return ethernet(pk.build_ip(outer_family, ends[sender], ends[1 - sender], protocol,
                                    inside + packet, 62), sender)
    return wrap


TUNNELS = (
    ("ipip", tunnel(4)), ("6in4-or-4in4", tunnel(4)), ("ip-in-6", tunnel(6)),
    ("gre", tunnel(4, b"\0\0", 47)), ("gre-key", tunnel(4, b"\x20\0\0\0\0\x2a", 47)),
    ("gre-in-6", tunnel(6, b"\0\0", 47)),
)


# --- files ----------------------------------------------------------------------------------------

def pcap(frames, link=1, order="<", nano=False, snaplen=262144):
    """frames: (ns, bytes[, wire length]). The bytes of a file."""
    magic = 0xA1B23C4D if nano else 0xA1B2C3D4
    out = struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, snaplen, link)
    for at, frame, *wire in frames:
        part = at % 10**9 // (1 if nano else 1000)
        out += struct.pack(order + "IIII", at // 10**9, part, min(len(frame), snaplen),
                           wire[0] if wire else len(frame)) + frame[:snaplen]
    return out


def option(order, code, value):
    return struct.pack(order + "HH", code, len(value)) + value + b"\0" * (-len(value) % 4)


def block(order, kind, body):
    body += b"\0" * (-len(body) % 4)
    return (struct.pack(order + "II", kind, len(body) + 12) + body
            + struct.pack(order + "I", len(body) + 12))


def section(order="<", options=b""):
    return block(order, 0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1) + options)


def interface(order, link, name="", resolution=None, snaplen=0, offset=None):
    options = b""
    if name:
        options += option(order, 2, name.encode())
    if resolution is not None:
        options += option(order, 9, bytes([resolution]))
    if offset is not None:
        options += option(order, 14, struct.pack(order + "q", offset))
    if options:
        options += option(order, 0, b"")
    return block(order, 1, struct.pack(order + "HHI", link, 0, snaplen) + options)


def enhanced(order, number, units, frame, wire=None, options=b""):
    body = struct.pack(order + "IIIII", number, units >> 32, units & 0xFFFFFFFF, len(frame),
                       wire or len(frame)) + frame + b"\0" * (-len(frame) % 4)
    return block(order, 6, body + options)


# --- conversations --------------------------------------------------------------------------------

USUAL = "mss 1460,sackOK,TS val {0} ecr {1},nop,wscale 7"


class Talk:
    """One connection, packet by packet; sequence numbers follow from what was sent."""

    def __init__(self, port=40000, family=4, at=0, server_port=80, isn=(1000, 5000),
                 options=("mss 1460,sackOK,nop,wscale 7",) * 2, step=0.004, ttl=(64, 61)):
        self.ends = {4: (bytes([198, 18, 0, 1]), bytes([198, 18, 0, 2])),
                     6: tuple(bytes.fromhex("20010db800000000000000000000%04x" % end)
                              for end in (1, 2))}[family]
        self.family, self.ports = family, (port, server_port)
        self.now, self.step, self.ttl = int(at * 1e9), int(step * 1e9), ttl
        self.isn, self.next, self.options = isn, list(isn), options
        self.packets, self.ident = [], [100, 7000]

    def send(self, sender, flags, length=0, seq=None, ack=None, options=None, dt=None, win=501,
             ttl=None, data=None, show=True, absolute=False, bad=False, ident=None, **segment):
        """seq and ack relative to the ISNs. show: False for what the capture has not. The packet.
        """
        bits = pk.flags_from_text(flags)
        self.now += self.step if dt is None else int(dt * 1e9)
        data = data if data is not None else bytes(97 + at % 26 for at in range(length))
        start = self.next[sender] if seq is None else seq if absolute else self.isn[sender] + seq
        upto = self.next[1 - sender]
        if ack is not None:
            upto = ack if absolute else self.isn[1 - sender] + ack
        if options is None:
            options = self.options[sender] if bits & pk.SYN else ""
        text = options if isinstance(options, bytes) else pk.options_from_text(options)
        built = pk.Segment(*(self.ports if sender == 0 else self.ports[::-1]), start,
                           upto if bits & pk.ACK or ack is not None else 0, bits, win,
                           options=text, payload=data, **segment)
        if seq is None:
            self.next[sender] = (start + len(data) + bool(bits & pk.SYN)
                                 + bool(bits & pk.FIN)) % 2**32
        if ident is None:
            self.ident[sender] += 1
        packet = pk.build_ip(self.family, self.ends[sender], self.ends[1 - sender], 6,
                             built.bytes_of(self.family, self.ends[sender], self.ends[1 - sender],
                                            bad),
                             ttl or self.ttl[sender], 0, ident or self.ident[sender])
        if show:
            self.packets.append((self.now, sender, packet))
        return packet

    def c(self, flags, *arguments, **more):
        return self.send(0, flags, *arguments, **more)

    def s(self, flags, *arguments, **more):
        return self.send(1, flags, *arguments, **more)

    def add(self, sender, packet, dt=None):
        """Something that is not a segment of this connection: an ICMP error, a fragment."""
        self.now += self.step if dt is None else int(dt * 1e9)
        self.packets.append((self.now, sender, packet))

    def open(self):
        self.c("S"), self.s("S."), self.c(".", dt=0.001)
        return self

    def request(self, length=120, answer=900):
        self.c("P.", length, dt=0.001), self.s(".")
        self.s("P.", answer, dt=0.001), self.c(".", dt=0.001)
        return self

    def close(self):
        self.c("F."), self.s("F."), self.c(".", dt=0.001)
        return self

    def whole(self):
        return self.open().request().close()


def frames(*talks, wrap=ethernet):
    """The packets of connections in order of time, framed."""
    packets = sorted((packet for talk in talks for packet in talk.packets), key=lambda p: p[0])
    return [(BEGIN_NS + at, wrap(packet, sender)) for at, sender, packet in packets]
