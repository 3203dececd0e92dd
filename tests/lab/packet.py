# SPDX-License-Identifier: GPL-3.0-or-later
"""Bytes to packets and back, for the lab's relay and scripted peer: IP, TCP, ICMP errors."""

import socket
import struct
from dataclasses import dataclass

ETHERTYPE = {4: 0x0800, 6: 0x86DD}
FLAG_LETTERS = "FSRP.UEW"
FIN, SYN, RST, PSH, ACK, URG, ECE, CWR = (1 << bit for bit in range(8))
KINDS = {"mss": 2, "wscale": 3, "sackOK": 4, "sack": 5, "TS": 8, "FO": 34}


def flags_from_text(text):
    """'S.' -> SYN|ACK; '0' is no flag at all."""
    if text == "0":
        return 0
    value = 0
    for letter in text:
        if letter not in FLAG_LETTERS:
            raise ValueError(f"unknown flag '{letter}' in '{text}'")
        value |= 1 << FLAG_LETTERS.index(letter)
    return value


def flags_to_text(flags):
    return "".join(letter for bit, letter in enumerate(FLAG_LETTERS) if flags & 1 << bit) or "0"


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def pseudo(family, src, dst, protocol, length):
    if family == 4:
        return src + dst + struct.pack("!BBH", 0, protocol, length)
    return src + dst + struct.pack("!IHBB", length, 0, 0, protocol)


@dataclass
class Segment:
    """One TCP segment; options are raw bytes, padded by bytes_of()."""
    sport: int
    dport: int
    seq: int = 0
    ack: int = 0
    flags: int = 0
    window: int = 65535
    urgent: int = 0
    options: bytes = b""
    payload: bytes = b""
    offset: int = 0  # header length in words; 0: the right one
    reserved: int = 0  # the four bits behind it

    def bytes_of(self, family, src, dst, bad_checksum=False):
        options = self.options + b"\0" * (-len(self.options) % 4)
        words = self.offset or 5 + len(options) // 4
        head = struct.pack("!HHIIBBHHH", self.sport, self.dport, self.seq & 0xFFFFFFFF,
                           self.ack & 0xFFFFFFFF, words << 4 | self.reserved, self.flags,
                           self.window, 0, self.urgent)
        whole = head + options + self.payload
        value = checksum(pseudo(family, src, dst, 6, len(whole)) + whole)
        if bad_checksum:
            value ^= 0x5A5A
        return whole[:16] + struct.pack("!H", value) + whole[18:]


@dataclass
class Packet:
    """An IP packet as it came, with its transport part and, for TCP, the segment."""
    family: int
    src: bytes
    dst: bytes
    ttl: int
    tos: int
    protocol: int
    raw: bytes
    transport: bytes
    segment: Segment = None
    checksum_good: bool = True


def parse_segment(data):
    if len(data) < 20:
        return None
    sport, dport, seq, ack, words, flags, window, _, urgent = struct.unpack("!HHIIBBHHH", data[:20])
    length = (words >> 4) * 4
    if length < 20 or length > len(data):
        return None
    return Segment(sport, dport, seq, ack, flags, window, urgent, data[20:length], data[length:],
                   reserved=words & 15)


def parse_ip(data):
    """The packet in an IP header's bytes, or None."""
    if len(data) >= 20 and data[0] >> 4 == 4:
        head, total = (data[0] & 15) * 4, struct.unpack("!H", data[2:4])[0]
        data = data[:total]
        packet = Packet(4, data[12:16], data[16:20], data[8], data[1], data[9], data, data[head:])
    elif len(data) >= 40 and data[0] >> 4 == 6:
        data = data[:40 + struct.unpack("!H", data[4:6])[0]]
        tos = (data[0] & 15) << 4 | data[1] >> 4
        packet = Packet(6, data[8:24], data[24:40], data[7], tos, data[6], data, data[40:])
    else:
        return None
    if packet.protocol == 6:
        packet.segment = parse_segment(packet.transport)
        whole = packet.transport
        packet.checksum_good = not checksum(
            pseudo(packet.family, packet.src, packet.dst, 6, len(whole)) + whole)
    return packet


def build_ip(family, src, dst, protocol, payload, ttl=64, tos=0, ident=0):
    if family == 4:
        head = struct.pack("!BBHHHBBH4s4s", 0x45, tos, 20 + len(payload), ident, 0x4000, ttl,
                           protocol, 0, src, dst)
        return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + payload
    first = 6 << 28 | tos << 20
    return struct.pack("!IHBB16s16s", first, len(payload), protocol, ttl, src, dst) + payload


def build_icmp_error(src, quoted, kind, code, quote=None, extra=0, ttl=64):
    """An ICMP error from src to the sender of the packet 'quoted', with 'quote' bytes of it."""
    inner = parse_ip(quoted)
    body = quoted if quote is None else quoted[:quote]
    body = body[:548 if inner.family == 4 else 1232]
    message = struct.pack("!BBHI", kind, code, 0, extra) + body
    protocol = 1 if inner.family == 4 else 58
    covered = message
    if inner.family == 6:
        covered = pseudo(6, src, inner.src, 58, len(message)) + message
    message = message[:2] + struct.pack("!H", checksum(covered)) + message[4:]
    return build_ip(inner.family, src, inner.src, protocol, message, ttl)


def options_split(data):
    """Raw option bytes -> list of (kind, bytes of the value); a broken rest is (-1, rest)."""
    found, at = [], 0
    while at < len(data):
        kind = data[at]
        if kind == 0:
            found.append((0, b""))
            break
        if kind == 1:
            found.append((1, b""))
            at += 1
            continue
        if at + 1 >= len(data) or data[at + 1] < 2 or at + data[at + 1] > len(data):
            found.append((-1, data[at:]))
            break
        found.append((kind, data[at + 2:at + data[at + 1]]))
        at += data[at + 1]
    return found


def options_replace(data, kind, text):
    """Each good option of that kind becomes these bytes; all else stays as it is."""
    out, at = b"", 0
    while at < len(data) and data[at] != 0:
        length = 1 if data[at] == 1 else data[at + 1] if at + 1 < len(data) else 0
        if not length or length < 2 and data[at] != 1 or at + length > len(data):
            break
        out += text if data[at] == kind else data[at:at + length]
        at += length
    return out + data[at:]


def option_to_text(kind, value):
    names = {0: "eol", 1: "nop", 4: "sackOK"}
    if kind in names and not value:
        return names[kind]
    if kind == 2 and len(value) == 2:
        return f"mss {struct.unpack('!H', value)[0]}"
    if kind == 3 and len(value) == 1:
        return f"wscale {value[0]}"
    if kind == 8 and len(value) == 8:
        return "TS val {} ecr {}".format(*struct.unpack("!II", value))
    if kind == 5 and value and len(value) % 8 == 0:
        edges = struct.unpack(f"!{len(value) // 4}I", value)
        return "sack " + " ".join(f"{a}:{b}" for a, b in zip(edges[::2], edges[1::2]))
    if kind == 34:
        return f"FO {value.hex()}".strip()
    if kind == -1:
        return f"raw:{value.hex()}"
    return f"raw:{kind:02x}{len(value) + 2:02x}{value.hex()}"


def options_to_text(data):
    return ",".join(option_to_text(kind, value) for kind, value in options_split(data))


def options_from_text(text, sack_base=0, echo=0):
    """'mss 1460,sackOK,TS val 1 ecr *,nop,wscale 7,raw:fd04beef' -> bytes; 'ecr *' is 'echo'."""
    out = b""
    for item in filter(None, (part.strip() for part in text.split(","))):
        name, *words = item.split()
        if name in ("eol", "nop", "sackOK"):
            out += {"eol": b"\0", "nop": b"\1", "sackOK": b"\4\2"}[name]
        elif name == "mss":
            out += struct.pack("!BBH", 2, 4, int(words[0]))
        elif name == "wscale":
            out += struct.pack("!BBB", 3, 3, int(words[0]))
        elif name == "TS":
            ecr = echo if words[3] == "*" else int(words[3])
            out += struct.pack("!BBII", 8, 10, int(words[1]) & 0xFFFFFFFF, ecr & 0xFFFFFFFF)
        elif name == "sack":
            edges = [int(edge) for pair in words for edge in pair.split(":")]
            out += struct.pack(f"!BB{len(edges)}I", 5, 2 + 4 * len(edges),
                               *((edge + sack_base) & 0xFFFFFFFF for edge in edges))
        elif name == "FO":
            cookie = bytes.fromhex(words[0]) if words else b""
            out += struct.pack("!BB", 34, 2 + len(cookie)) + cookie
        elif name.startswith("raw:"):
            out += bytes.fromhex(name[4:])
        else:
            raise ValueError(f"unknown option '{item}'")
    return out


def timestamp_of(options):
    """(TSval, TSecr) or None."""
    for kind, value in options_split(options):
        if kind == 8 and len(value) == 8:
            return struct.unpack("!II", value)
    return None


def show(packet):
    """One line for logs."""
    segment = packet.segment
    if segment is None:
        return f"protocol {packet.protocol}, {len(packet.transport)} bytes"
    options = f" <{options_to_text(segment.options)}>" if segment.options else ""
    return (f"{flags_to_text(segment.flags)} seq {segment.seq} ack {segment.ack}"
            f" win {segment.window} len {len(segment.payload)} ttl {packet.ttl}{options}")


def raw_socket(interface):
    """A packet socket that sees every frame of the interface, in both directions."""
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    sock.bind((interface, 0))
    # PACKET_ADD_MEMBERSHIP, PACKET_MR_PROMISC
    index = socket.if_nametoindex(interface)
    sock.setsockopt(263, 1, struct.pack("iHH8s", index, 1, 0, b""))
    return sock
