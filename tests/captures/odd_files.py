# SPDX-License-Identifier: GPL-3.0-or-later
"""Hand-made captures: what may be odd in the files themselves."""

import struct

import frames as fr
from frames import Talk, makes, pcap


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
    return pcap(fr.frames(Talk().open())) + struct.pack("<IIII", 1700000001, 0, 2**31,
                                                        2**31) + bytes(100)


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
    comment = fr.option("<", 1, b"look here") + fr.option("<", 0, b"")
    for number, (at, frame) in enumerate(rows):
        units = at // 1000
        if number == 4:
            out += fr.block("<", 3, struct.pack("<I", len(frame)) + frame)
        elif number == 5:
            out += fr.block("<", 2, struct.pack("<HHIIII", 0, 3, units >> 32, units & 0xFFFFFFFF,
                                                len(frame),
                                                len(frame)) + frame)
        else:
            out += fr.enhanced("<", 0, units, frame, options=comment if number == 6 else b"")
    statistics = fr.option("<", 4, struct.pack("<Q", 10)) + fr.option("<", 5, struct.pack("<Q", 3))
    statistics += fr.option("<", 0, b"")
    out += fr.block("<", 5, struct.pack("<III", 0, 0, 0) + statistics)
    return out + fr.block("<", 0x0BAD, struct.pack("<I", 32473) + b"custom")


@makes("file-two-sections.pcapng")
def _():
    """Two sections of different byte order; interface 0 is another one in each, with another link
    type."""
    return plain_ng("<") + fr.section(">") + fr.interface(">", 101, "tun0", 9) + b"".join(
        fr.enhanced(">", 0, at + 10**9, frame) for at, frame in fr.frames(Talk(40001, 6).whole(),
                                                                          wrap=fr.raw))


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
