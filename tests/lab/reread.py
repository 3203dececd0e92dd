#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds what 'read' says of a capture that 'handshake --write' made against what 'handshake' said.

usage: reread.py [--loose KEY,KEY] RECORD READ

RECORD and READ are one JSON object each: of 'handshake --json' and of 'read --connection 1 --json'.
What both know must be the same; --loose leaves keys out where the capture cannot show them.
"""

import json
import sys

SAME = ("verdict", "source", "source_port", "address", "port", "family", "from", "ttl",
        "icmp_type", "icmp_code",
        "attempts", "answered_attempt", "isn_client", "isn_server", "lost_forward", "lost_reverse",
        "closed",
        "offered", "answered", "in_effect", "bytes_acked", "bytes_received")
SEGMENT = ("direction", "flags", "seq", "ack", "window", "window_bytes", "length", "ttl",
           "options", "state",
           "server_state", "icmp")
STEP = ("from", "to", "event", "reason", "segment")
SLACK_MS = 0.003  # times are told in µs
STEP_SLACK_MS = 200


def main():
    arguments, loose = sys.argv[1:], set()
    if arguments[0] == "--loose":
        loose, arguments = set(arguments[1].split(",")), arguments[2:]
    with open(arguments[0], encoding="utf-8") as live, open(arguments[1], encoding="utf-8") as read:
        live, read = json.load(live), json.load(read)
    bad = []

    def same(what, one, other):
        if one != other:
            bad.append(f"{what}: handshake {one!r}, read {other!r}")

    def near(what, one, other):
        if (one is None) != (other is None) or one is not None and abs(one - other) > SLACK_MS:
            bad.append(f"{what}: handshake {one}, read {other}")

    for key in SAME:
        if key not in loose:
            same(key, live[key], read[key])
    for key, other in (("rtt_ms", "server_rtt_ms"), ("connect_ms", "connect_ms")):
        if key not in loose:
            near(key, live[key], read[other])
    if "segments" not in loose:
        same("number of segments", len(live["segments"]), len(read["segments"]))
        for index, (one, other) in enumerate(zip(live["segments"], read["segments"])):
            near(f"segment {index} t_ms", one["t_ms"], other["t_ms"])
            for key in SEGMENT:
                if f"segments.{key}" not in loose:
                    same(f"segment {index} ({one['flags']}) {key}", one[key], other[key])
    if "steps" not in loose:
        same("number of steps", len(live["steps"]), len(read["steps"]))
        for index, (one, other) in enumerate(zip(live["steps"], read["steps"])):
            # a user's call and a timer's end come a little before what they send
            if abs(one["t_ms"] - other["t_ms"]) > STEP_SLACK_MS:
                bad.append(f"step {index} t_ms: handshake {one['t_ms']}, read {other['t_ms']}")
            for key in STEP:
                if key in one and f"steps.{key}" not in loose:
                    same(f"step {index} ({one['from']} > {one['to']}) {key}", one[key],
                         other.get(key))
    print("\n".join(bad), file=sys.stderr)
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
