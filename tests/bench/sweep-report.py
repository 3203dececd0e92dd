#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints the sweeps' tables and goals.

usage: sweep-report.py --text|--json RUNS

Ratios of wall times are taken within a round, then the median. A tool that used up its time (status
137) did not end by itself; what it had printed by then counts.
"""

import json
import sys
from statistics import median

SCENES = {
    "ports": "65,535 ports of one host, 12 open, direct path",
    "ports-relay": "65,535 ports of one host, 12 open, 20 ms path",
    "hosts": "65,536 hosts that all answer",
    "hosts-loss": "65,536 hosts that all answer, 2 % loss each way",
    "handshakes": "10,000 open ports, handshake completed and closed",
}
LEAST_SHARE = 0.999  # what the issue asks for with the loss
NAME = "tcpprobe"


def spread(values, digits=2):
    low, middle, high = min(values), median(values), max(values)
    if low == high:
        return f"{middle:.{digits}f}"
    return f"{middle:.{digits}f} ({low:.{digits}f}-{high:.{digits}f})"


def add_figures(run):
    run["wall_s"] = run["wall_ns"] / 1e9
    run["cpu_s"] = run["cpu_us"] / 1e6
    run["cpu_us_per_target"] = run["cpu_us"] / run["targets"]
    run["peak_mb"] = run["peak_kb"] / 1024
    run["per_cpu_second"] = run["completed"] / max(run["cpu_s"], 1e-6)


class Scene:
    def __init__(self, name, runs):
        self.name, self.runs = name, {}
        for run in runs:
            self.runs.setdefault(run["tool"], []).append(run)
        self.runs = {tool: self.runs[tool] for tool in sorted(self.runs, key=lambda t: t != NAME)}

    def ratio(self, other):
        """Median of our wall time over theirs, round by round."""
        theirs = {run["round"]: run["wall_s"] for run in self.runs[other]}
        return median(run["wall_s"] / theirs[run["round"]] for run in self.runs[NAME]
                      if run["round"] in theirs)

    def all_found(self):
        """Each run ended well and found all and nothing else; and in words."""
        status = int(self.name.startswith("ports"))  # 1: some did not open
        good = [run for run in self.runs[NAME] if run["status"] == status and
                not run["invented"] and run["found"] == run["open"]]
        worst = min(self.runs[NAME], key=lambda run: (run["found"], -run["invented"]))
        words = f"{len(good)} of {len(self.runs[NAME])} runs"
        if len(good) < len(self.runs[NAME]):
            words += (f", the worst with {worst['found']} of {worst['open']}, {worst['invented']} "
                      f"invented, status {worst['status']}")
        return len(good) == len(self.runs[NAME]), words

    def not_slower(self, peer):
        words = f"{SCENES[self.name]}: no slower than {peer}"
        if peer not in self.runs:
            return words, None, f"no {peer}"
        ratio = self.ratio(peer)
        ours, theirs = (median(run["wall_s"] for run in self.runs[tool]) for tool in (NAME, peer))
        return words, ratio <= 1, f"{ratio:.2f} of its time ({ours:.2f} s, {theirs:.2f} s)"

    def goals(self):
        """[(words, met or None, what was seen)]"""
        where = SCENES[self.name]
        if NAME not in self.runs:
            yield where, None, f"{NAME} was not run"
            return
        if self.name == "hosts-loss":
            shares = [run["found"] / run["open"] for run in self.runs[NAME]]
            yield (f"{where}: at least {LEAST_SHARE:.1%}", min(shares) >= LEAST_SHARE,
                   spread([100 * share for share in shares], 3) + " %")
            return
        yield f"{where}: all found, none invented", *self.all_found()
        if self.name == "handshakes":
            yield from self.goals_of_handshakes(where)
            return
        for peer in {"hosts": ["zmap"], "ports-relay": ["nmap -sS", "nmap -sS -T5"]}.get(
                self.name, ["nmap -sS"]):
            yield self.not_slower(peer)

    def goals_of_handshakes(self, where):
        runs = self.runs[NAME]
        good = sum(run["completed"] == run["closed"] == run["targets"] for run in runs)
        yield (f"{where}: every one completed, and closed by FIN", good == len(runs),
               f"{good} of {len(runs)} runs, the fewest {min(run['closed'] for run in runs):,}")
        alike = self.runs.get(NAME + " --close=rst", runs)
        ours = median(run["per_cpu_second"] for run in alike)
        for peer in ("nmap -sT", "masscan --banners"):
            words = f"{where}: ended by RST as nmap's are, more of them per CPU second than {peer}"
            if peer in self.runs:
                theirs = median(run["per_cpu_second"] for run in self.runs[peer])
                yield words, ours > theirs, f"{ours:,.0f}, {theirs:,.0f}"
            else:
                yield words, None, f"no {peer}"

    def table(self):
        heads = ["", "wall s", "CPU s", "CPU us a target", "peak MB", "found, %", "invented"]
        if self.name == "handshakes":
            heads += ["completed", "of these closed", "completed per CPU s"]
        yield heads
        for tool, runs in self.runs.items():
            def column(key, digits, runs=runs):
                return spread([run[key] for run in runs], digits)
            late = sum(run["status"] == 137 for run in runs)
            failed = sum(run["status"] not in (0, 1, 2, 137) for run in runs)
            line = [tool, column("wall_s", 2), column("cpu_s", 2),
                    column("cpu_us_per_target", 1), column("peak_mb", 1),
                    spread([100 * run["found"] / run["open"] for run in runs], 3),
                    column("invented", 0)]
            if self.name == "handshakes":
                line += [column("completed", 0), column("closed", 0), column("per_cpu_second", 0)]
            notes = [f"{late} not ended in time"] * bool(late) + [f"{failed} failed"] * bool(failed)
            yield [*line, ", ".join(notes)]


def print_text(scenes):
    for scene in scenes:
        print(f"{SCENES[scene.name]}; medians (min-max)\n")
        lines = list(scene.table())
        width = max(len(line) for line in lines)
        lines = [line + [""] * (width - len(line)) for line in lines]
        widths = [max(len(line[i]) for line in lines) for i in range(width)]
        for line in lines:
            print("  ".join(cell.ljust(size) for cell, size in zip(line, widths)).rstrip())
        print()
    for scene in scenes:
        for words, met, seen in scene.goals():
            verdict = "skipped " if met is None else "met     " if met else "NOT MET "
            print(f"{verdict} {words}: {seen}")


def print_json(scenes):
    keys = ("round", "scene", "tool", "status", "wall_s", "cpu_s", "cpu_us_per_target", "peak_mb",
            "targets", "open", "found", "invented", "completed", "closed", "reset")
    for scene in scenes:
        for runs in scene.runs.values():
            for run in runs:
                print(json.dumps({"kind": "sweep", **{key: run[key] for key in keys}}))
        for words, met, seen in scene.goals():
            print(json.dumps({"kind": "goal", "goal": words, "met": met, "seen": seen}))


def main():
    form, path = sys.argv[1:]
    with open(path, encoding="utf-8") as file:
        runs = [json.loads(line) for line in file]
    for run in runs:
        add_figures(run)
    scenes = [Scene(name, [run for run in runs if run["scene"] == name]) for name in SCENES]
    scenes = [scene for scene in scenes if scene.runs]
    print_json(scenes) if form == "--json" else print_text(scenes)
    return 0


sys.exit(main())
