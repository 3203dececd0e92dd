# SPDX-License-Identifier: GPL-3.0-or-later
"""Hand-made captures: connections and how they begin, suffer and end."""

import frames as fr
from frames import Talk, makes, pcap, pk


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
    for family, kinds in ((4, ((3, 0), (3, 1), (3, 3), (3, 13), (11, 0), (3, 4))),
                          (6, ((1, 0), (1, 1), (1, 3), (1, 4), (3, 0), (2, 0)))):
        head, closed = (28, (3, 3)) if family == 4 else (48, (1, 4))
        for number, (kind, code) in enumerate(kinds):
            talk = Talk(46700 + number, family, number * 3 + family * 10)
            syn = talk.c("S")
            quote = head if number == 1 else None
            talk.add(1, pk.build_icmp_error(router[family], syn, kind, code, quote, 1280, 60))
            if number == 4:
                talk.c("S", seq=0, dt=1)
            rows += fr.frames(talk)
        talk = Talk(46790, family, 90 + family).open()
        data = talk.c(".", 1460)
        large = (3, 4) if family == 4 else (2, 0)
        talk.add(1, pk.build_icmp_error(router[family], data, *large, None, 1280))
        talk.c(".", 1220, seq=1), talk.c(".", 240, seq=1221, dt=0.0001), talk.s("."), talk.close()
        foreign = Talk(1, family).c("S")
        talk.add(1, pk.build_icmp_error(router[family], foreign, *closed))
        talk.add(1, pk.build_icmp_error(router[family], data, *closed, 20))
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
    for isn, end in ((1000, "close"), (90000000, "reset"), (500000, "refused"), (200, "open"),
                     (77777777, "close")):
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
