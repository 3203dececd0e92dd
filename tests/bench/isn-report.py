#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints the tables and goals of the audit of sequence numbers.

usage: isn-report.py --text|--json RUNS
"""

import json
import sys
from statistics import median

# samples: the most wall time in s and memory in MB that the issue allows, on one core
GOALS = {2048: (0.1, None), 1000000: (5.0, 500.0)}
CLASSES = {"linux": "RFC6528", "random": "RANDOM", "bsd44": "CLOCK_COUNTER", "lcg": "WEAK_PRNG"}


def spread(values, digits):
    low, middle, high = min(values), median(values), max(values)
    return f"{middle:.{digits}f} ({low:.{digits}f}-{high:.{digits}f})"


def table(heads, rows):
    widths = [max(len(str(row[at])) for row in [heads] + rows) for at in range(len(heads))]
    for row in [heads] + rows:
        print("  ".join(str(cell).ljust(width) for cell, width in zip(row, widths)).rstrip())
    print()


def grouped(runs, *keys):
    groups = {}
    for run in runs:
        groups.setdefault(tuple(run[key] for key in keys), []).append(run)
    return groups


def analysis(runs):
    rows, goals = [], []
    for (kind, count), group in grouped(runs, "kind", "count").items():
        wall = [run["wall_ns"] / 1e9 for run in group]
        cpu = [run["cpu_us"] / 1e6 for run in group]
        peak = [run["peak_kb"] / 1024 for run in group]
        classes = {run["class"] for run in group}
        rows.append((f"{count:,}", kind, "/".join(sorted(classes)), spread(wall, 3),
                     spread(cpu, 3), spread(peak, 0)))
        most_wall, most_peak = GOALS[count]
        # the least: what it takes where nothing else wants the core
        good = min(wall) <= most_wall and classes == {CLASSES[kind]}
        good = good and (most_peak is None or max(peak) <= most_peak)
        goals.append((good, f"{count:,} {kind} samples in {most_wall} s"
                      + (f" and {most_peak:.0f} MB" if most_peak else "")))
    print("Analysis of samples in a file, on one core: median (least-most)\n")
    table(("samples", "server", "class", "wall s", "CPU s", "peak MB"), rows)
    for good, words in goals:
        print("met    " if good else "NOT MET", words)
    print()


def samples(runs):
    rows = []
    for (tool,), group in grouped(runs, "tool").items():
        wall = [run["wall_ns"] / 1e9 for run in group]
        count = [run["answers"] for run in group]
        speed = [answers / seconds for answers, seconds in zip(count, wall)]
        rows.append((tool, spread(count, 0), spread(wall, 2), spread(speed, 1),
                     spread([run["cpu_us"] / 1e6 for run in group], 2)))
    print("Sequence numbers from one Linux peer, in rotation: median (least-most)\n")
    table(("tool", "numbers", "wall s", "a second", "CPU s"), rows)
    print("tcpprobe keeps to eight half-open connections and 50 SYNs a second unless told\n"
          "otherwise; its time includes the audit and three numbers foretold. nmap judges six.\n")


def verdicts(runs):
    print("What is said of servers of known formulas\n")
    table(("server", "tcpprobe", "severity", "N50", "foretold", "nmap -O: difficulty"),
          [(run["kind"], run["class"], run["severity"],
            "-" if run["n50"] is None else f"{run['n50']:.3g}", run["predicted"] or "-",
            run["nmap"]) for run in runs])
    weak = [run for run in runs if run["kind"] not in ("rfc6528", "uniform")]
    lucky = sum("Good luck" in run["nmap"] for run in weak)
    print(f"Of {len(weak)} weak servers nmap says 'Good luck!' to {lucky}.\n")


def main():
    with open(sys.argv[2], encoding="utf-8") as file:
        runs = [json.loads(line) for line in file]
    if sys.argv[1] == "--json":
        for run in runs:
            print(json.dumps(run))
        return
    for name, show in (("analysis", analysis), ("samples", samples), ("verdicts", verdicts)):
        chosen = [run for run in runs if run["scene"] == name]
        if chosen:
            show(chosen)


if __name__ == "__main__":
    main()
