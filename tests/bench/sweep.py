#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the scanners in rotation over one scene; one JSON line a run into the file given last.

usage: sweep.py SCENE ROUNDS TOOLS PROGRAM INTERFACE SERVER GATEWAY-MAC LISTENER-PID FILE

Runs in the client's namespace. PROGRAM may be empty: the peers alone. What the server saw is read
from its listener (SIGUSR1) and from its kernel (/proc/PID/net/snmp).
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time

OPEN_PORTS = (22, 80, 443, 1024, 8080, 8443, 15000, 27017, 32768, 49152, 60000, 65535)
HOSTS, MOST_PORTS = "198.19.0.0/16", "10000-19999"

# Each kind of output: a pattern whose groups are address and port, or port, or address alone.
NMAP_PORT = r"^(?P<port>\d+)/tcp +open\b"
NMAP_HOST = r"^Host: (?P<address>\S+) .*\b80/open/"
MASSCAN = r"^open tcp (?P<port>\d+) (?P<address>\S+) \d+$"
ZMAP = r"^(?P<address>\d+\.\d+\.\d+\.\d+)$"
OURS = r"^(?P<address>[\d.]+),(?P<port>\d+),open$"

RTT = ("{program} rtt -n 1 --parallel 20000 --rate 1000000 --csv --no-header "
       "--fields address,port,verdict --only verdict=open")
NMAP = "nmap -n -Pn --disable-arp-ping"
MASSCAN_SENDS = "masscan -e {interface} --router-mac {gateway} --wait 1 -oL -"

# A scene: what is scanned, how long a run may take, and {tool: (command, pattern)}.
# Two rows: closed politely, with four packets of ours, and ended as nmap ends all of its own, with
# three.
HANDSHAKE = ("{program} handshake --parallel 1000 --rate 1000000 --csv --no-header "
             "--fields address,port,verdict --only verdict=open")

SCENES = {
    "ports": (60, {
        "tcpprobe": (RTT + " --retries 1 {server}:1-65535", OURS),
        "nmap -sS": (NMAP + " -sS -p 1-65535 {server}", NMAP_PORT),
        "masscan": (MASSCAN_SENDS + " --rate 10000000 -p1-65535 {server}", MASSCAN),
    }),
    "ports-relay": (60, {
        "tcpprobe": (RTT + " --retries 1 {server}:1-65535", OURS),
        "nmap -sS": (NMAP + " -sS -p 1-65535 {server}", NMAP_PORT),
        "nmap -sS -T5": (NMAP + " -sS -T5 --min-rate 20000 -p 1-65535 {server}", NMAP_PORT),
        "masscan": (MASSCAN_SENDS + " --rate 50000 -p1-65535 {server}", MASSCAN),
    }),
    "hosts": (60, {
        "tcpprobe": (RTT + " --retries 1 {hosts}:80", OURS),
        "nmap -sS": (NMAP + " -sS -oG - -p 80 {hosts}", NMAP_HOST),
        "masscan": (MASSCAN_SENDS + " --rate 10000000 -p80 {hosts}", MASSCAN),
        "zmap": ("zmap -q -i {interface} -G {gateway} -b {tools}/nothing -r 0 -c 1 -p 80 {hosts}",
                 ZMAP),
    }),
    "handshakes": (40, {
        "tcpprobe": (HANDSHAKE + " {server}:{most}", OURS),
        "tcpprobe --close=rst": (HANDSHAKE + " --close=rst {server}:{most}", OURS),
        "nmap -sT": (NMAP + " -sT -p {most} {server}", NMAP_PORT),
        "masscan --banners": (MASSCAN_SENDS + " --adapter-ip 198.18.0.9 --banners "
                              "--rate 10000000 -p{most} {server}", MASSCAN),
    }),
}
SCENES["hosts-loss"] = (60, {**SCENES["hosts"][1],
                             "tcpprobe": (RTT + " --retries 2 {hosts}:80", OURS)})


def expected(scene, server):
    """The (address, port) pairs that are open, and how many targets there are."""
    if scene.startswith("ports"):
        return {(server, port) for port in OPEN_PORTS}, 65535
    if scene.startswith("hosts"):
        return {(f"198.19.{i >> 8}.{i & 255}", 80) for i in range(65536)}, 65536
    first, last = map(int, MOST_PORTS.split("-"))
    return {(server, port) for port in range(first, last + 1)}, last - first + 1


def found_in(path, pattern, server):
    with open(path, encoding="utf-8", errors="replace") as file:
        text = file.read()
    found = set()
    for match in re.finditer(pattern, text, re.MULTILINE):
        groups = match.groupdict()
        found.add((groups.get("address", server), int(groups.get("port", 80))))
    return found, text


class Server:
    """The other side's own count of what reached it."""

    def __init__(self, pid, output):
        self.pid, self.output = int(pid), output

    def passive_opens(self):
        with open(f"/proc/{self.pid}/net/snmp", encoding="ascii") as file:
            keys, values = [line.split() for line in file if line.startswith("Tcp:")]
        return int(dict(zip(keys, values))["PassiveOpens"])

    def said(self):
        """What it accepted, and how those ended, since the last time."""
        before = os.path.getsize(self.output)
        os.kill(self.pid, signal.SIGUSR1)
        end = time.monotonic() + 5
        while time.monotonic() < end:
            with open(self.output, encoding="ascii") as file:
                file.seek(before)
                line = file.read()
            if line.endswith("\n"):
                words = line.split()
                return {key: int(value) for key, value in zip(words[::2], words[1::2])}
            time.sleep(0.01)
        sys.exit("bench: the listener says nothing")


def run_one(scene, tool, words, tools, server, address):
    limit, chosen = SCENES[scene]
    _, pattern = chosen[tool]
    output = f"{tools}/output"
    server.said()
    opened = server.passive_opens()
    measure = [f"{tools}/measure", "-t", str(limit), output, *words]
    done = subprocess.run(measure, stdout=subprocess.PIPE, check=True, text=True)
    time.sleep(0.3)  # the server's last close
    run = {"scene": scene, "tool": tool, **json.loads(done.stdout), **server.said()}
    run["completed"] = server.passive_opens() - opened
    truth, run["targets"] = expected(scene, address)
    found, text = found_in(output, pattern, address)
    run["open"], run["found"] = len(truth), len(found & truth)
    run["invented"] = len(found - truth)
    if not found:
        print(f"bench: {tool} found nothing, status {run['status']}:\n{text[:600]}",
              file=sys.stderr)
    return run


def main():
    scene, rounds, tools, program, interface, address, gateway, pid, path = sys.argv[1:]
    server = Server(pid, os.environ["BENCH_LISTENER_OUTPUT"])
    with open(f"{tools}/nothing", "w", encoding="ascii"):
        pass
    commands = {}
    for tool, (text, _) in SCENES[scene][1].items():
        words = text.format(program=program, interface=interface, server=address, tools=tools,
                            gateway=gateway, hosts=HOSTS, most=MOST_PORTS).split()
        if tool.startswith("tcpprobe"):
            words = [program, *words[1:]]  # its path may have a space in it
            if not program:
                continue
        elif not shutil.which(words[0]):
            print(f"bench: {words[0]} is not installed: left out", file=sys.stderr)
            continue
        commands[tool] = words
    names = list(commands)
    with open(path, "a", encoding="utf-8") as file:
        for number in range(int(rounds)):
            shift = number % len(names)
            for tool in names[shift:] + names[:shift]:
                run = run_one(scene, tool, commands[tool], tools, server, address)
                print(json.dumps({"round": number, **run}), file=file, flush=True)
    return 0


try:
    sys.exit(main())
except KeyboardInterrupt:
    sys.exit(130)
