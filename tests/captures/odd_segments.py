# SPDX-License-Identifier: GPL-3.0-or-later
"""Hand-made captures: what may be odd in single segments, and where a capture begins."""

import struct

import frames as fr
from frames import Talk, makes, pcap, pk


@makes("options.pcap")
def _():
    """A connection for each: SYN and SYN,ACK with options that are rare, old, bad or unknown."""
    odd = (
        "mss 1460,sackOK,nop,wscale 15", "mss 1460,wscale 255,nop", "mss 0,nop,nop,sackOK",
        "mss 65535,sackOK,TS val 0 ecr 0,nop,wscale 0", "mss 1460,mss 536", "raw:020305,nop",
        "mss 1460,raw:0302,nop,nop", "mss 1460,raw:04030a,nop",
        "mss 1460,raw:0809000000010000,nop,nop,nop", "mss 1460,raw:0800", "mss 1460,raw:0801",
        "mss 1460,raw:0828,nop,nop", "mss 1460,raw:08", "eol,raw:020405b4030307",
        "nop,nop,nop,nop,nop,nop,nop,nop", "raw:4c0401020304,nop,nop,raw:4d02",
        "mss 1460,raw:fd04beef,raw:fe06f9891234",
        "mss 1460,raw:fd12f989000102030405060708090a0b0c0d", "mss 1460,FO ,nop,nop",
        "mss 1460,FO 0011223344556677,nop,nop", "mss 1460,FO 001122,nop,nop,nop",
        "mss 1460,raw:1c048005", "mss 1460,raw:1312abababababababababababababababab,nop,nop",
        "mss 1460,raw:1d100102cdcdcdcdcdcdcdcdcdcdcdcd", "mss 1460,raw:1d03,raw:00,nop",
        "mss 1460,raw:1e0c00810102030405060708", "mss 1460,raw:1e040181",
        "mss 1460,raw:1e03f0,nop", "mss 1460,raw:ac02,nop,nop",
        "mss 1460,raw:ae0b0102030405060708,nop", "mss 1460,raw:0e0301,nop",
        "mss 1460,raw:0606aabbccdd,nop,nop", "mss 1460,raw:0a02,raw:0903c0,nop,nop,nop",
        "mss 1460,raw:0b06000000070c0600000007", "sack 100:200,nop,nop",
        "raw:050600000001,nop,nop", "mss 1460,TS val 1 ecr 99,nop,nop",
        "raw:ff28eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
    )
    rows = []
    for number, text in enumerate(odd):
        talk = Talk(44000 + number, at=number * 0.05, options=(text,
                                                               "mss 1400,sackOK,nop,wscale 7"))
        rows += fr.frames(talk.open().close())
    for number, text in enumerate(odd[:4] + odd[8:13]):
        talk = Talk(45000 + number, at=5 + number * 0.05, options=("mss 1460,sackOK,nop,wscale 7",
                                                                   text))
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
    rows = [(syn[0] + size * 1000000, syn[1][:size], len(syn[1])) for size in range(len(syn[1])
                                                                                    + 1)]
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
             for number, isn in enumerate(((0xFFFFFFFF, 0), (0xFFFFFFFE, 0xFFFFFFFF), (0xFFFFFFC0,
                                                                                       0xFFFFFE00),
                                           (0, 0xFFFFFFFF), (0x7FFFFFFF, 0x80000000)))]
    lost = Talk(46309, at=9, isn=(0xFFFFFC00, 7)).open()
    lost.c(".", 700), lost.c(".", 700, show=False), lost.c(".", 700, dt=0.0001)
    lost.s(".", ack=701, options=b"\1\1" + pk.options_from_text("sack 377:1077"))
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
