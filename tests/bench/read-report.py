#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints the table and goals of reading a large capture.

usage: read-report.py --text|--json MADE RUNS
"""

import json
import sys
from statistics import median

LEAST_MB = 400  # a second, on one core
OURS = "tcpprobe"


def spread(values, digits):
    return f"{median(values):.{digits}f} ({min(values):.{digits}f}-{max(values):.{digits}f})"


def table(heads, rows):
    widths = [max(len(str(row[at])) for row in [heads] + rows) for at in range(len(heads))]
    for row in [heads] + rows:
        print("  ".join(str(cell).ljust(width) for cell, width in zip(row, widths)).rstrip())
    print()


def speed(run):
    """By CPU time: what else wants the core does not count; none of them has a second thread."""
    return run["bytes"] / run["cpu_us"]


def best(runs):
    return max(speed(run) for run in runs)


def main():
    made = json.loads(sys.argv[2])
    with open(sys.argv[3], encoding="utf-8") as lines:
        runs = [json.loads(line) for line in lines]
    if sys.argv[1] == "--json":
        for run in runs:
            print(json.dumps({"part": "read", **run}))
        return 0
    groups = {}
    for run in runs:
        groups.setdefault(run["scene"], {}).setdefault(run["tool"], []).append(run)
    print(f"A capture of {made['bytes'] / 1e6:.0f} MB with {made['connections']:,} connections and "
          f"{made['frames']:,} frames in memory,\non one core: median (least-most); MB/s of CPU time "
          "at best\n")
    rows, goals = [], []
    for scene, tools in groups.items():
        ours = [runs for tool, runs in tools.items() if tool.startswith(OURS)]
        for tool, of_tool in tools.items():
            others = ours and not tool.startswith(OURS)
            rows.append((scene, tool, spread([run["wall_ns"] / 1e9 for run in of_tool], 2),
                         spread([run["cpu_us"] / 1e6 for run in of_tool], 2),
                         f"{best(of_tool):.0f}",
                         f"{median(run['peak_kb'] for run in of_tool) / 1024:.0f}",
                         f"{best(ours[0]) / best(of_tool):.1f}" if others else "",
                         "/".join(sorted({str(run["status"]) for run in of_tool}))))
            if others and tool.startswith("tshark") and scene == "summary":
                goals.append((best(ours[0]) >= 10 * best(of_tool), f"10 times as fast as {tool}"))
            elif others and tool.startswith("tcptrace"):
                goals.append((best(ours[0]) >= best(of_tool), f"not slower than {tool}"))
        if ours and scene == "summary":
            goals.append((best(ours[0]) >= LEAST_MB, f"{LEAST_MB} MB/s"))
    table(("scene", "tool", "wall s", "CPU s", "MB/s", "peak MB", "ours is times", "status"), rows)
    for good, words in goals:
        print("met    " if good else "NOT MET", words)
    return 0


if __name__ == "__main__":
    sys.exit(main())
