#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a capture says about a run with many targets.

usage: many.py FILE CLIENT CHECK [ARGUMENT]...

  parallel N        connections under way at once: N, and never more; from the first SYN of a
                    connection to the second FIN, or an RST
  rate N            in every window of a second, and of a tenth, at most N SYNs a second, and what
                    2 ms of slack may add
  mean N            so many SYNs a second on average, within 2 %
  gap MS            between the first SYNs of one connection and of the next at least so long
  gaps MS           and no more than a tenth longer on average
  closed N          N connections, each opened, closed by a FIN of either side, both acknowledged
  ended N           N connections, each that was opened ended by FINs of both sides or by an RST
  syns N            N SYNs were sent, copies included
"""
import struct
import sys

FIN, SYN, RST, ACK = 1, 2, 4, 16


def frames(path):
    with open(path, 'rb') as file:
        magic, = struct.unpack('<I', file.read(24)[:4])
        assert magic == 0xA1B23C4D, 'a capture in nanoseconds is wanted'
        while head := file.read(16):
            seconds, nanoseconds, length, _ = struct.unpack('<4I', head)
            yield seconds * 10**9 + nanoseconds, file.read(length)


def segments(path):
    """Time, source, source port, destination, destination port, flags of each TCP segment."""
    for at, frame in frames(path):
        kind, = struct.unpack('!H', frame[12:14])
        if kind == 0x0800 and frame[23] == 6:
            source, destination = frame[26:30], frame[30:34]
            tcp = 14 + (frame[14] & 15) * 4
        elif kind == 0x86DD and frame[20] == 6:
            source, destination = frame[22:38], frame[38:54]
            tcp = 54
        else:
            continue
        ports = struct.unpack('!HH', frame[tcp:tcp + 4])
        yield at, source, ports[0], destination, ports[1], frame[tcp + 13]


class Connection:
    def __init__(self, at):
        self.first, self.last = at, at
        self.syns = 0
        self.answered = self.acknowledged = self.reset = self.over = False
        self.fins = [False, False]


def connections(path, clients):
    """All that the client began, by its tuple, in the order of their first SYNs."""
    found, syns = {}, []
    for at, source, sport, destination, dport, flags in segments(path):
        ours = source in clients
        key = (source, sport, destination, dport) if ours else (destination, dport, source, sport)
        if ours and flags & SYN and not flags & ACK:
            found.setdefault(key, Connection(at)).syns += 1
            syns.append(at)
        if key not in found:
            continue
        connection = found[key]
        if not connection.over:
            connection.last = at
        connection.answered |= not ours and flags & (SYN | ACK) == SYN | ACK
        connection.acknowledged |= ours and flags & (SYN | ACK) == ACK
        # A server whose FIN was answered twice has gone by then, and says so.
        connection.reset |= bool(flags & RST) and not connection.over
        connection.fins[ours] |= bool(flags & FIN)
        connection.over = connection.reset or all(connection.fins)
    return list(found.values()), syns


def fail(*words):
    sys.exit('many.py: ' + ' '.join(str(word) for word in words))


def check_parallel(found, _syns, most):
    events = sorted([(c.first, 1) for c in found] + [(c.last, -1) for c in found])
    count = highest = 0
    for _, change in events:
        count += change
        highest = max(highest, count)
    if highest != int(most):
        fail(highest, 'connections were under way at once, not', most)


def check_rate(_found, syns, rate):
    rate = float(rate)
    for window in (10**9, 10**8):
        allowed = rate * (window / 1e9 + 0.002) + 1
        first = 0
        for last, at in enumerate(syns):
            while at - syns[first] >= window:
                first += 1
            if last - first + 1 > allowed:
                fail(last - first + 1, 'SYNs within', window / 1e9, 's, allowed are', allowed)


def check_mean(_found, syns, rate):
    mean = (len(syns) - 1) / (syns[-1] - syns[0]) * 1e9
    if not 0.98 <= mean / float(rate) <= 1.02:
        fail('the mean rate was', mean, 'not', rate)


def check_gap(found, _syns, milliseconds):
    gaps = [(b.first - a.first) / 1e6 for a, b in zip(found, found[1:])]
    if not gaps or min(gaps) < float(milliseconds) - 0.05:
        fail('gaps of', gaps, 'ms')


def check_gaps(found, _syns, milliseconds):
    mean = (found[-1].first - found[0].first) / (len(found) - 1) / 1e6
    if mean > 1.1 * float(milliseconds):
        fail('the gaps were', mean, 'ms on average')


def check_closed(found, _syns, count):
    bad = [c for c in found if not (c.answered and c.acknowledged and all(c.fins)) or c.reset]
    if len(found) != int(count) or bad:
        fail(len(found), 'connections,', len(bad), 'of them not closed on both sides:',
             [vars(c) for c in bad[:3]])


def check_ended(found, _syns, count):
    bad = [c for c in found if c.answered and not all(c.fins) and not c.reset]
    if len(found) != int(count) or bad:
        fail(len(found), 'connections,', len(bad), 'of them not ended:', [vars(c) for c in bad[:3]])


def check_syns(_found, syns, count):
    if len(syns) != int(count):
        fail(len(syns), 'SYNs, not', count)


def main():
    import ipaddress
    path, clients, check, *arguments = sys.argv[1:]
    clients = {ipaddress.ip_address(text).packed for text in clients.split(',')}
    globals()['check_' + check](*connections(path, clients), *arguments)


main()
