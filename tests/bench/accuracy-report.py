#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares what the tools reported with the capture, probe by probe; prints tables and goals.

usage: accuracy-report.py --text|--json direct|relay RUNS CAPTURE PORT

The wire's round trip: from a SYN's stamp to that of the first SYN-ACK for it, before the flow's
next SYN. A run that reports no ports reports in the order of its SYNs; all of it is left out when
the numbers differ.
"""

import json
import math
import struct
import sys
from statistics import median

MOST_US = 1.0  # what the issue allows at the 99th percentile
ENOUGH = 0.95  # of the probes, to call it measured
CASES = {"idle": "idle", "busy": "all cores busy"}
PATHS = {"direct": "over veth", "relay": "through a 2 ms relay"}


def read_capture(path, port):
    """[(stamp_ns, client's port, wire RTT in microseconds or None)] of each SYN, in order."""
    with open(path, "rb") as file:
        data = file.read()
    magic, link = struct.unpack_from("<I", data)[0], struct.unpack_from("<I", data, 20)[0]
    if magic != 0xA1B23C4D or link != 1:
        sys.exit("bench: the capture has no nanoseconds or no Ethernet")
    probes, latest, at = [], {}, 24
    while at + 16 <= len(data):
        seconds, nanoseconds, captured, _ = struct.unpack_from("<IIII", data, at)
        frame = data[at + 16:at + 16 + captured]
        at += 16 + captured
        if len(frame) < 54 or frame[12:14] != b"\x08\x00" or frame[23] != 6:
            continue
        tcp = 14 + (frame[14] & 15) * 4
        stamp = seconds * 10**9 + nanoseconds
        source, destination, sequence, acknowledged = struct.unpack_from("!HHII", frame, tcp)
        flags = frame[tcp + 13] & 0x17
        if destination == port and flags == 0x02:
            latest[source] = probe = [stamp, source, None, (sequence + 1) & 0xFFFFFFFF]
            probes.append(probe)
        elif source == port and flags == 0x12:
            probe = latest.get(destination)
            if probe and probe[2] is None and probe[3] == acknowledged:
                probe[2] = (stamp - probe[0]) / 1e3
    return [tuple(probe[:3]) for probe in probes]


def join(run, probes):
    """[error in microseconds], and how many reported times have no probe of their own."""
    mine = [p for p in probes if run["began_ns"] <= p[0] <= run["ended_ns"]]
    reported, pairs = run["reported"], []
    if any(port is not None for port, _ in reported):
        by_port = {}
        for _, port, wire in mine:  # a port used twice cannot be told apart
            by_port[port] = None if port in by_port else wire
        pairs = [(rtt, by_port.get(port)) for port, rtt in reported]
    elif len(reported) == len(mine):
        pairs = [(rtt, wire) for (_, rtt), (_, _, wire) in zip(reported, mine)]
    errors = [rtt - wire for rtt, wire in pairs if rtt is not None and wire is not None]
    return errors, sum(rtt is not None for _, rtt in reported) - len(errors)


def rank(values, share):
    return sorted(values)[max(math.ceil(share * len(values)) - 1, 0)]


def summary(case, tool, runs, probes):
    errors, strangers, wanted = [], 0, sum(run["wanted"] for run in runs)
    for run in runs:
        some, others = join(run, probes)
        errors += some
        strangers += others
    row = {"case": case, "tool": tool, "probes": wanted, "n": len(errors), "unmatched": strangers}
    if errors:
        sizes = [abs(error) for error in errors]
        row.update({"median_us": median(sizes), "p95_us": rank(sizes, 0.95),
                    "p99_us": rank(sizes, 0.99), "max_us": max(sizes),
                    "median_signed_us": median(errors)})
    return row


def goals(path, table):
    """[(words, met or None, what was seen)]"""
    for case, words in CASES.items():
        words += ", " + PATHS[path]
        ours = table.get((case, "tcpprobe"))
        if not ours:
            yield f"RTT within {MOST_US:g} us at p99, {words}", None, "tcpprobe was not run"
            continue
        enough = ours["n"] >= ENOUGH * ours["probes"]
        seen = f"{ours['n']} of {ours['probes']} probes"
        if ours["n"]:
            seen = f"{ours['p99_us']:.2f} us, {seen}"
        yield (f"RTT within {MOST_US:g} us at p99, {words}",
               enough and ours["p99_us"] <= MOST_US, seen)
        peers = {tool: row["p99_us"] for (which, tool), row in table.items()
                 if which == case and tool != "tcpprobe" and row["n"]}
        if peers:
            best = min(peers, key=peers.get)
            yield (f"every peer's p99 worse, {words}",
                   enough and ours["p99_us"] < peers[best], f"{best} {peers[best]:.2f} us")


def micro(value):
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def print_text(path, table):
    print(f"Error of the reported RTT against an independent capture, in us, {PATHS[path]}\n")
    heads = ["", "median", "p95", "p99", "max", "sign", "probes"]
    for case, words in CASES.items():
        lines = [[words, *heads[1:]]]
        for (which, tool), row in table.items():
            if which != case:
                continue
            counts = f"{row['n']} of {row['probes']}"
            counts += f", {row['unmatched']} not in the capture" if row["unmatched"] else ""
            if not row["n"]:
                lines.append([tool, "-", "-", "-", "-", "-", counts])
                continue
            middle = row["median_signed_us"]
            sign = "+" if middle > 0 else "-" if middle < 0 else "0"
            numbers = [micro(row[f"{key}_us"]) for key in ("median", "p95", "p99", "max")]
            lines.append([tool, *numbers, sign, counts])
        widths = [max(len(line[i]) for line in lines) for i in range(len(heads))]
        for line in lines:
            print("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip())
        print()
    for words, met, seen in goals(path, table):
        print(f"{'skipped ' if met is None else 'met     ' if met else 'NOT MET '} {words}: {seen}")
    print()


def print_json(path, table):
    for row in table.values():
        print(json.dumps({"kind": "accuracy", "path": path, **row}))
    for words, met, seen in goals(path, table):
        print(json.dumps({"kind": "goal", "goal": words, "met": met, "seen": seen}))


def main():
    form, path, runs_path, capture_path, port = sys.argv[1:]
    with open(runs_path, encoding="utf-8") as file:
        runs = [json.loads(line) for line in file]
    probes = read_capture(capture_path, int(port))
    tools = list(dict.fromkeys(run["tool"] for run in runs if run["round"] == 0))
    table = {(case, tool): summary(case, tool, [run for run in runs if run["case"] == case and
                                                run["tool"] == tool], probes)
             for case in CASES for tool in tools}
    (print_json if form == "--json" else print_text)(path, table)
    return 0


sys.exit(main())
