#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Joins the runs with the independent capture and prints the table and the goals.

usage: report.py --text|--json RUNS CAPTURE

The answer is the first SYN-ACK that the client's interface saw during a run; the result's times are
counted from its stamp. Ratios and differences are taken within a turn, then the median.
"""

import json
import math
import struct
import sys
from statistics import median

FIN, SYN, RST, ACK = 1, 2, 4, 16
# what, the most that the issue allows
WALL_OVER_FLOOR_MS, CPU_MS, RESULT_MS = 3.0, 5.0, 10.0
ORDER = ["tcpprobe", "floor", "connect()", "hping3", "nping", "nmap -sS", "nmap -sT"]
COLUMNS = ["wall_ms", "cpu_ms", "peak_mb", "first_ms", "last_ms"]
HEADS = ["wall ms", "CPU ms", "peak MB", "answer to first byte", "to last byte, ms"]


def read_capture(path):
    """[(stamp_ns, by the client, flags)] of a nanosecond Ethernet capture's TCP segments."""
    with open(path, "rb") as file:
        data = file.read()
    magic, link = struct.unpack_from("<I", data)[0], struct.unpack_from("<I", data, 20)[0]
    if magic != 0xA1B23C4D or link != 1:
        sys.exit("bench: the capture has no nanoseconds or no Ethernet")
    segments, at = [], 24
    while at + 16 <= len(data):
        seconds, nanoseconds, captured, _ = struct.unpack_from("<IIII", data, at)
        frame = data[at + 16:at + 16 + captured]
        at += 16 + captured
        if len(frame) < 54 or frame[12:14] != b"\x08\x00" or frame[23] != 6:
            continue
        tcp = 14 + (frame[14] & 15) * 4
        from_client = struct.unpack_from("!H", frame, tcp)[0] != 8080
        segments.append((seconds * 10**9 + nanoseconds, from_client, frame[tcp + 13]))
    return segments


def join(runs, segments):
    """Adds what the capture knows to each run, in milliseconds and megabytes."""
    for run in runs:
        end = run["began_ns"] + run["wall_ns"]
        seen = [s for s in segments if run["began_ns"] <= s[0] <= end]
        answers = [at for at, from_client, flags in seen
                   if not from_client and flags & (SYN | ACK) == SYN | ACK]
        run["wall_ms"] = run["wall_ns"] / 1e6
        run["cpu_ms"] = run["cpu_us"] / 1e3
        run["peak_mb"] = round(run["peak_kb"] / 1024, 2)
        run["answered"] = bool(answers)
        finished = {from_client for _, from_client, flags in seen if flags & FIN}
        run["closed"] = len(finished) == 2 and not any(flags & RST for _, _, flags in seen)
        for key in ("first", "last"):
            run[f"{key}_ms"] = (run[f"{key}_ns"] - answers[0]) / 1e6 if answers else math.nan


def spread(values):
    return {"median": round(median(values), 4), "min": min(values), "max": max(values)}


def median_interval(values):
    """The median and what holds it at 95 % (sign test) in words; and the lower end of that."""
    ordered, n, k = sorted(values), len(values), 0
    while 2 * sum(math.comb(n, i) for i in range(k + 1)) <= 0.05 * 2**n:
        k += 1
    low, high = ordered[max(k - 1, 0)], ordered[n - max(k, 1)]
    name = "95 %" if k else "all"  # fewer than six cannot give 95 %
    return f"{median(values):+.2f} ms ({name}: {low:+.2f} to {high:+.2f})", low


class Bench:
    def __init__(self, runs):
        names = {run["tool"] for run in runs}
        self.tools = [name for name in ORDER if name in names]
        self.by = {tool: {} for tool in self.tools}
        self.failed = {tool: 0 for tool in self.tools}
        for run in runs:
            if run["good"] and run["answered"]:
                self.by[run["tool"]][run["round"], run["turn"]] = run
            else:
                self.failed[run["tool"]] += 1

    def pairs(self, one, other, key):
        """(value of one, value of other) for each turn in which both are there."""
        common = self.by[one].keys() & self.by.get(other, {}).keys()
        return [(self.by[one][turn][key], self.by[other][turn][key]) for turn in common]

    def summary(self, tool):
        runs = list(self.by[tool].values())
        row = {"tool": tool, "runs": len(runs), "failed": self.failed[tool]}
        if runs:
            row.update({key: spread([r[key] for r in runs]) for key in COLUMNS})
            ratios = [a / b for a, b in self.pairs(tool, "floor", "wall_ms")]
            row["wall_to_floor"] = round(median(ratios), 4) if ratios else None
        return row

    def goals(self):
        """[(words, met or None, what was seen)]"""
        ours = list(self.by["tcpprobe"].values())
        over = [a - b for a, b in self.pairs("tcpprobe", "floor", "wall_ms")]
        closed = sum(run["closed"] for run in ours)
        words, _ = median_interval(over)
        yield (f"complete handshake with its close within {WALL_OVER_FLOOR_MS:g} ms of the floor",
               median(over) <= WALL_OVER_FLOOR_MS and closed == len(ours),
               f"{words}, FIN both ways and no RST in {closed} of {len(ours)}")
        over = [a - b for a, b in self.pairs("tcpprobe", "hping3", "wall_ms")]
        if over:
            words, low = median_interval(over)
            yield "hping3's lone SYN not faster beyond the noise", low <= 0, words
        else:
            yield "hping3's lone SYN not faster beyond the noise", None, "no hping3"
        cpu = spread([r["cpu_ms"] for r in ours])
        yield f"at most {CPU_MS:g} ms of CPU", cpu["median"] <= CPU_MS, show(cpu)
        last = spread([r["last_ms"] for r in ours])
        yield (f"result on stdout at most {RESULT_MS:g} ms after the answer arrived",
               last["median"] <= RESULT_MS, f"{show(last)} to the last byte")


def show(values):
    digits = 0 if values["median"] >= 100 else 1 if values["median"] >= 10 else 2
    return f"{values['median']:.{digits}f} ({values['min']:.{digits}f}-{values['max']:.{digits}f})"


def print_text(bench):
    rows = [["", *HEADS, "wall / floor", "runs"]]
    for tool in bench.tools:
        row = bench.summary(tool)
        runs = f"{row['runs']}" + (f", {row['failed']} failed" if row["failed"] else "")
        cells = [show(row[key]) for key in COLUMNS] if row["runs"] else ["-"] * len(COLUMNS)
        ratio = row.get("wall_to_floor")
        rows.append([tool, *cells, f"{ratio:.2f}" if ratio else "-", runs])
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    print("One SYN, or one whole handshake, to an open port over a veth; medians (min-max)\n")
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
    print()
    for words, met, seen in bench.goals():
        print(f"{'skipped ' if met is None else 'met     ' if met else 'NOT MET '} {words}: {seen}")


def print_json(bench, runs):
    for run in runs:
        keys = ("round", "turn", "tool", "good", "answered", "closed", *COLUMNS)
        known = {key: None if run[key] != run[key] else run[key] for key in keys}
        print(json.dumps({"kind": "run", **known}))
    for tool in bench.tools:
        print(json.dumps({"kind": "tool", **bench.summary(tool)}))
    for words, met, seen in bench.goals():
        print(json.dumps({"kind": "goal", "goal": words, "met": met, "seen": seen}))


def main():
    form, runs_path, capture_path = sys.argv[1:]
    with open(runs_path, encoding="utf-8") as file:
        runs = [json.loads(line) for line in file]
    join(runs, read_capture(capture_path))
    bench = Bench(runs)
    for tool in ("tcpprobe", "floor"):
        if not bench.by.get(tool):
            print(f"bench: no good run of {tool}", file=sys.stderr)
            return 1
    if form == "--json":
        print_json(bench, runs)
    else:
        print_text(bench)
    return 0


sys.exit(main())
