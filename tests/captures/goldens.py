#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes what `tcpprobe read` prints of the captures: goldens.py PROGRAM FOLDER OUT

One file a capture: its lines, the record of the file, the page of its first connection, every
segment as it passes, each with what came on standard error and the exit status. Of some captures
all there is, in every format. A status that is not documented, or a signal, is said and makes this
fail.
"""

import concurrent.futures
import os
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from agree import captures  # noqa: E402

ROWS = "frame,connection,direction,flags,relative_seq,relative_ack,length,state,server_state,events"
RUNS = ((), ("--capture",), ("--connection", "1"), ("--each", "--csv", "--fields", ROWS))
STATUSES = (0, 2, 74)
# In full, in all formats: what, and the end of the file's name.
FORMATS = (("explain.txt", ("--explain", "--connection", "1,2")), ("json", ("--json",
                                                                            "--connection", "1,2")),
           ("csv", ("--csv",)), ("each.txt", ("--each",)), ("each.json", ("--each", "--json")),
           ("each.csv", ("--each", "--csv")), ("capture.json", ("--capture", "--json")),
           ("capture.csv", ("--capture", "--csv")), ("isn.txt", ("--isn",)))
IN_FULL = ("tcpdump/tcp-handshake-nano.pcap", "tcpdump/whois.pcap", "lab/simultaneous.pcap",
           "lab/synproxy-client.pcap", "odd/late.pcap", "odd/file-blocks.pcapng")


def run(program, folder, options, name):
    done = subprocess.run([program, "read", *options, name], cwd=folder, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, timeout=60,
                          env={**os.environ, "LC_ALL": "C.UTF-8", "COLUMNS": "80"})
    text = f"$ tcpprobe read {' '.join((*options, name))}\n".encode() + done.stdout
    if done.stderr:
        text += b"-- standard error\n" + done.stderr
    return done.returncode, text + f"-- status {done.returncode}\n\n".encode()


def one(program, folder, out, name):
    bad = []

    def write(path, runs):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            for options in runs:
                status, text = run(program, folder, options, name)
                file.write(text)
                if status not in STATUSES:
                    bad.append(f"{' '.join(options)} {name}: status {status}")

    write(os.path.join(out, name + ".txt"), RUNS)
    if name in IN_FULL:
        for end, options in FORMATS:
            write(os.path.join(out, "formats", f"{os.path.basename(name)}.{end}"), (options,))
    return bad


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    program, folder, out = sys.argv[1:]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        bad = sum(pool.map(lambda name: one(program, folder, out, name), captures(folder)), [])
    print("\n".join(bad))
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
