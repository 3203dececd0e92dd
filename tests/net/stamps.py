# SPDX-License-Identifier: GPL-3.0-or-later
"""usage: stamps.py OURS THEIRS ADDRESS [some]: two captures (pcap) of the same frames, one by one.

Prints for frames from ADDRESS (out) and for the others (in): how many there are, in how many the stamps
are equal, the largest difference in nanoseconds, and in how many ours is the earlier one; all in the
coarser unit of the two files. A frame that stands in only one of them is an error, except with "some"
those that are not in ours.
"""
import ipaddress
import struct
import sys

UNITS = {0xA1B23C4D: 1, 0xA1B2C3D4: 1000}
HEADERS = 14 + 40 + 20


def frames(path):
    """The file's unit in nanoseconds, and {head of a frame: [its stamps, in order]}."""
    with open(path, 'rb') as file:
        data = file.read()
    unit = UNITS[struct.unpack_from('<I', data)[0]]
    found, at = {}, 24
    while at + 16 <= len(data):
        seconds, fraction, length, _ = struct.unpack_from('<IIII', data, at)
        frame = data[at + 16:at + 16 + length]
        found.setdefault(frame[:HEADERS], []).append(seconds * 10**9 + fraction * unit)
        at += 16 + length
    return unit, found


def main():
    (unit, ours), (other_unit, theirs) = frames(sys.argv[1]), frames(sys.argv[2])
    unit = max(unit, other_unit)
    address = ipaddress.ip_address(sys.argv[3]).packed
    start = 26 if len(address) == 4 else 22
    differences = {'out': [], 'in': []}
    some = sys.argv[4:] == ['some']
    theirs = {head: stamps for head, stamps in theirs.items() if address in head}
    for head in ours if some else {**ours, **theirs}:
        way = 'out' if head[start:start + len(address)] == address else 'in'
        mine, others = ours.get(head, []), theirs.get(head, [])
        if len(mine) != len(others):
            sys.exit(f'a frame is {len(mine)} times in one capture and {len(others)} times in the other')
        differences[way] += [(a // unit - b // unit) * unit for a, b in zip(mine, others)]
    for way, found in differences.items():
        most = max((abs(difference) for difference in found), default=0)
        early = sum(difference < 0 for difference in found)
        print(f'{way} frames={len(found)} equal={found.count(0)} most={most} early={early}')


main()
