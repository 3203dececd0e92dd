#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the tools in rounds under `measure`; one JSON line a run into the file given last.

The order within a round is shuffled (the same way in every bench): grace periods and caches that a
run leaves behind belong to what it costs the next one.
"""

import json
import random
import re
import shutil
import subprocess
import sys
import time

# name, words on the command line, what a good run prints
PEERS = [
    ("nping", "nping -c1 --tcp -p {port} --flags syn {host}", r"RCVD .* SA "),
    ("hping3", "hping3 -S -c 1 -p {port} {host}", r"flags=SA"),
    ("nmap -sS", "nmap -sS -Pn -n --disable-arp-ping -p {port} {host}", r"{port}/tcp +open"),
    ("nmap -sT", "nmap -sT -Pn -n -p {port} {host}", r"{port}/tcp +open"),
]
# Those that goals compare run so often in a round, for their waits in the kernel vary.
OFTEN, TURNS = ("tcpprobe", "floor", "hping3"), 4
MOST_SECONDS = 840  # the server lives longer


def commands(tools, program, interface, host, port):
    """What to run: {name: (argv, pattern)}; peers that are not installed are named and left out."""
    chosen = {
        "tcpprobe": ([program, "handshake", f"{host}:{port}"], r"\bopen\b"),
        "floor": ([f"{tools}/floor", interface, host, port], r"^open "),
        "connect()": ([f"{tools}/connect", host, port], r"^open$"),
    }
    for name, words, pattern in PEERS:
        argv = words.format(port=port, host=host).split()
        if shutil.which(argv[0]):
            chosen[name] = (argv, pattern.replace("{port}", port))
        else:
            print(f"bench: {argv[0]} is not installed: left out", file=sys.stderr)
    return chosen


def run_one(tools, name, argv, pattern):
    output = f"{tools}/output"
    measure = [f"{tools}/measure", output, *argv]
    done = subprocess.run(measure, stdout=subprocess.PIPE, check=True, text=True)
    run = {"tool": name, **json.loads(done.stdout)}
    with open(output, encoding="utf-8", errors="replace") as file:
        text = file.read()
    run["good"] = run["status"] == 0 and re.search(pattern, text, re.MULTILINE) is not None
    if not run["good"]:
        print(f"bench: {name} failed with status {run['status']}:\n{text}", file=sys.stderr)
    return run


def run_round(number, tools, chosen, dice, file):
    """False when a run failed without which there is nothing to compare."""
    for turn in range(TURNS):
        names = [name for name in chosen if turn == 0 or name in OFTEN]
        for name in dice.sample(names, len(names)):
            run = run_one(tools, name, *chosen[name])
            if not run["good"] and name in ("tcpprobe", "floor"):
                return False
            if number > 0:  # the first round only warms the caches
                print(json.dumps({"round": number, "turn": turn, **run}), file=file)
    return True


def main():
    form, rounds, tools, program, interface, host, port, path = sys.argv[1:]
    chosen = commands(tools, program, interface, host, port)
    end = time.monotonic() + MOST_SECONDS
    dice = random.Random(1)
    watched = form == "--text" and sys.stderr.isatty()
    with open(path, "w", encoding="utf-8") as file:
        for number in range(int(rounds) + 1):
            if time.monotonic() > end:
                print(f"bench: stopped after {number - 1} rounds for want of time", file=sys.stderr)
                break
            if not run_round(number, tools, chosen, dice, file):
                return 1
            if watched:
                print(f"\rround {number} of {rounds}", end="", file=sys.stderr, flush=True)
    if watched:
        print("\r\033[K", end="", file=sys.stderr)
    return 0


sys.exit(main())
