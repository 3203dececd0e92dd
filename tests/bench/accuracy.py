#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Has each tool measure round trips, idle and with all cores busy; one JSON line a run into FILE.

usage: accuracy.py PROBES PROGRAM HOST PORT FILE

Runs in the client's namespace, in rounds in which each tool has its turn. A run's line has what it
reported in the order of its probes: [source port or null, microseconds or null]. PROGRAM may be
empty: the peers alone.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time

ROUNDS = 5
FIRST_PORT = 20000  # hping3's, out of the kernel's own range
MOST_SECONDS = 120  # of one run, on a busy machine
BUSY_SECONDS = 1800
HERE = os.path.dirname(os.path.abspath(__file__))


def rows(pattern, text, port=None):
    """[(port, microseconds)] of each match; `port` makes one out of the group of that name."""
    for match in re.finditer(pattern, text, re.MULTILINE):
        groups = match.groupdict()
        yield (port(groups["port"]) if port else None, float(groups["ms"]) * 1e3)


def read_tcpprobe(text):
    for line in text.splitlines():
        record = json.loads(line)
        if record["schema"] == "rtt_probe" or "rtt_ms" in record:
            rtt = record.get("rtt_ms")
            yield record["source_port"], None if rtt is None else rtt * 1e3


def read_nping(text):
    """It prints when it sent and when it received, in tenths of a millisecond."""
    sent = None
    for what, seconds in re.findall(r"^(SENT|RCVD) \((\d+\.\d+)s\)", text, re.MULTILINE):
        if what == "SENT":
            if sent is not None:
                yield None, None
            sent = float(seconds)
        elif sent is not None:
            yield None, (float(seconds) - sent) * 1e6
            sent = None
    if sent is not None:
        yield None, None


def read_hping3(text):
    return rows(r"^len=.* flags=SA seq=(?P<port>\d+) .*rtt=(?P<ms>[\d.]+) ms", text,
                lambda number: FIRST_PORT + int(number))


def read_scapy(text):
    return rows(r"^(?P<port>\d+) (?P<ms>\S+)$", text, int)


def read_mtr(text):
    for microseconds, port in re.findall(r"^p 0 (\d+) (\d+)$", text, re.MULTILINE):
        yield int(port), float(microseconds)


def read_tcptraceroute(text):
    line = re.search(r"^ 1 .*$", text, re.MULTILINE)
    for word in re.findall(r"[\d.]+(?= ms)|\*", line.group() if line else ""):
        yield None, None if word == "*" else float(word) * 1e3


def read_nmap(text):
    srtt = re.search(r'<times srtt="(\d+)"', text)
    yield None, float(srtt.group(1)) if srtt else None


# tool: command, probes by one run of it (0: as many as are wanted), how its output is read
TOOLS = {
    "tcpprobe": ("{program} rtt -n {count} --interval 20ms --each --json {host}:{port}", 0,
                 read_tcpprobe),
    "nping": ("nping --tcp -c {count} --delay 20ms -p {port} --flags syn {host}", 0, read_nping),
    "hping3": ("hping3 -S -c {count} -i u20000 -s {first} -p {port} {host}", 0, read_hping3),
    "scapy": ("/usr/bin/python3 -B {here}/scapy-rtt.py {host} {port} {count}", 0, read_scapy),
    "mtr --tcp": ("mtr --tcp -P {port} -n -c {count} -i 0.02 -m 1 -G 1 -Z 1 --raw {host}", 0,
                  read_mtr),
    "tcptraceroute": ("tcptraceroute -n -q {count} -m 1 {host} {port}", 0, read_tcptraceroute),
    "nmap": ("nmap -sS -Pn -n --disable-arp-ping -p {port} -oX - {host}", 1, read_nmap),
}


def is_there(tool, command):
    if tool == "scapy":
        words = ["/usr/bin/python3", "-c", "import scapy"]
        there = subprocess.run(words, stderr=subprocess.DEVNULL, check=False).returncode == 0
    else:
        there = shutil.which(command.split()[0]) is not None
    if not there:
        print(f"bench: {tool} is not installed: left out", file=sys.stderr)
    return there


def run_one(tool, count, program, host, port):
    command, _, reader = TOOLS[tool]
    words = [word.format(program=program, count=count, host=host, port=port, here=HERE,
                         first=FIRST_PORT) for word in command.split()]
    run = {"tool": tool, "wanted": count, "began_ns": time.time_ns()}
    try:
        done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT if tool != "tcpprobe" else None,
                              timeout=MOST_SECONDS, check=False)
        run["status"], text = done.returncode, done.stdout.decode(errors="replace")
    except subprocess.TimeoutExpired as late:
        run["status"], text = "time", (late.stdout or b"").decode(errors="replace")
    run["ended_ns"] = time.time_ns()
    try:
        run["reported"] = list(reader(text))
    except (ValueError, KeyError, IndexError) as error:
        run["reported"] = []
        print(f"bench: cannot read {tool}: {error!r}", file=sys.stderr)
    if not any(rtt is not None for _, rtt in run["reported"]):
        print(f"bench: {tool} reported nothing, status {run['status']}:\n{text[:600]}",
              file=sys.stderr)
    return run


def run_case(case, probes, names, arguments, file):
    for number in range(ROUNDS):
        share = probes * (number + 1) // ROUNDS - probes * number // ROUNDS
        shift = number % len(names)
        for tool in names[shift:] + names[:shift]:
            each = TOOLS[tool][1] or share
            for _ in range(share // each if share else 0):
                run = run_one(tool, each, *arguments)
                print(json.dumps({"case": case, "round": number, **run}), file=file, flush=True)


def main():
    probes, program, host, port, path = sys.argv[1:]
    names = [tool for tool, (command, _, _) in TOOLS.items()
             if (program if tool == "tcpprobe" else is_there(tool, command))]
    loops, loop = [], ("import time\nend = time.monotonic() + %d\n"
                       "while time.monotonic() < end: pass" % BUSY_SECONDS)
    with open(path, "w", encoding="utf-8") as file:
        run_case("idle", int(probes), names, (program, host, port), file)
        try:
            for _ in range(os.cpu_count() or 1):
                loops.append(subprocess.Popen([sys.executable, "-c", loop]))
            run_case("busy", int(probes), names, (program, host, port), file)
        finally:
            for process in loops:
                process.kill()
                process.wait()
    return 0


try:
    sys.exit(main())
except KeyboardInterrupt:
    sys.exit(130)
