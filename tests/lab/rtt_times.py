#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds the round trips of `rtt --each --json` against those of an independent capture.

usage: rtt_times.py RECORDS MICROSECONDS <FRAMES

FRAMES: a line for each TCP segment: flags, ports, sequence and acknowledgment number, seconds.
"""

import json
import sys

SYN, RST, ACK = 2, 4, 16


def read_frames(lines):
    """By the client's port: when its SYNs left, and when the first answer to them came."""
    sent, answered = {}, {}
    for line in lines:
        flags, source, destination, seq, ack, when = line.split()
        flags, when = int(flags, 0) & 0x17, float(when)
        if flags == SYN:
            sent.setdefault((source, int(seq)), []).append(when)
        elif flags in (SYN | ACK, RST | ACK):
            answered.setdefault((destination, int(ack) - 1 & 0xFFFFFFFF), when)
    return sent, answered


def main():
    records = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
    allowed = float(sys.argv[2])
    sent, answered = read_frames(sys.stdin)
    by_port = {}
    for (port, seq), times in sent.items():
        by_port.setdefault(int(port), []).append((times, answered.get((port, seq))))
    for exchanges in by_port.values():
        exchanges.sort(key=lambda exchange: exchange[0][0])
    faults, compared, worst = [], 0, 0.0
    for record in sorted(records, key=lambda record: record["number"]):
        if record["outcome"] == "unsent":
            continue
        exchanges = by_port.get(record["source_port"])
        if not exchanges:
            faults.append(f"no SYN of probe {record['number']} in the capture")
            continue
        times, answer = exchanges.pop(0)
        if len(times) != record["copies"]:
            faults.append(f"probe {record['number']}: {record['copies']} SYNs, captured "
                          f"{len(times)}")
        if record["rtt_ms"] is None:
            continue
        if answer is None or len(times) != 1:
            faults.append(f"probe {record['number']} has a round trip, the capture has "
                          f"{len(times)} SYNs, answer: {answer}")
            continue
        difference = abs(record["rtt_ms"] * 1000 - (answer - times[0]) * 1e6)
        compared += 1
        worst = max(worst, difference)
        if difference > allowed:
            faults.append(f"probe {record['number']}: {record['rtt_ms']} ms, captured "
                          f"{(answer - times[0]) * 1000:.6f} ms")
    if not compared:
        faults.append("no round trip was compared")
    print(f"{compared} round trips compared, the worst {worst:.3f} us off")
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
