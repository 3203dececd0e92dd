#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds what `tcpprobe read` says of captures against tshark, segment by segment, field by field.

usage: agree.py [--renew] [--jobs N] [--show] PROGRAM FOLDER [CAPTURE]...

Without CAPTURE: all captures of the folders tcpdump, lab and odd in FOLDER. What differs must stand
in FOLDER/differences, each with a reason that is explained there; what stands there and does not
differ any longer is as wrong as what differs and does not stand there. --renew writes the list
anew, with the reasons that reasons.py finds (it gives none to what it cannot explain: such a line
is marked '?', and the test fails). --show prints all differences and compares them with nothing.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import reasons  # noqa: E402

ANALYSIS = {  # tcp.analysis.X, and the word of ours for it
    "retransmission": "retransmission", "fast_retransmission": "fast",
    "spurious_retransmission": "spurious", "out_of_order": "out-of-order", "lost_segment": "gap",
    "ack_lost_segment": "acked-unseen", "duplicate_ack": "duplicate-ack",
    "keep_alive": "keep-alive", "keep_alive_ack": "keep-alive-ack", "zero_window": "zero-window",
    "zero_window_probe": "window-probe", "zero_window_probe_ack": "window-probe-ack",
    "window_update": "window-update", "window_full": "window-full", "reused_ports": "port-reuse",
}
FIELDS = [
    "frame.number", "tcp.stream", "tcp.srcport", "tcp.dstport", "tcp.flags", "tcp.flags.str",
    "tcp.seq", "tcp.ack", "tcp.seq_raw", "tcp.ack_raw", "tcp.window_size_value", "tcp.window_size",
    "tcp.window_size_scalefactor", "tcp.len", "tcp.time_relative", "tcp.option_kind",
    "tcp.options.mss_val", "tcp.options.wscale.shift", "tcp.options.sack_perm",
    "tcp.options.sack_le", "tcp.options.sack_re", "tcp.options.sack.dsack",
    "tcp.options.timestamp.tsval", "tcp.options.timestamp.tsecr", "tcp.checksum.status",
    "tcp.analysis.initial_rtt", "tcp.analysis.duplicate_ack_num",
] + ["tcp.analysis." + name for name in ANALYSIS]
FLAGS = (("FIN", 1, "F"), ("SYN", 2, "S"), ("RST", 4, "R"), ("PSH", 8, "P"), ("ACK", 16, "A"),
         ("URG", 32, "U"), ("ECE", 64, "E"), ("CWR", 128, "C"), ("AE", 256, "N"))
KINDS = {"eol": 0, "nop": 1, "mss": 2, "wscale": 3, "sackOK": 4, "sack": 5, "TS": 8, "uto": 28,
         "md5": 19, "ao": 29, "mptcp": 30, "FO": 34, "FOEXP": 254}
WORD = 1 << 32

Difference = collections.namedtuple("Difference", "frame field ours theirs")


def tshark(path):
    command = ["tshark", "-n", "-r", path, "-d", "tcp.port==1-65535,data",
               "-o", "tcp.check_checksum:TRUE", "-o", "tcp.desegment_tcp_streams:FALSE",
               "-Y", "tcp && !icmp && !icmpv6", "-T", "fields", "-E", "separator=/t",
               "-E", "occurrence=a"]
    for field in FIELDS:
        command += ["-e", field]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                          check=False, timeout=120)
    rows = {}
    for line in done.stdout.splitlines():
        row = dict(zip(FIELDS, line.split("\t")))
        rows[int(row["frame.number"])] = row
    return rows


def program(arguments, path, *options):
    done = subprocess.run([arguments.program, "read", "--json", *options, path],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False,
                          timeout=120)
    if done.returncode not in (0, 2, 74):
        sys.exit(f"{path}: read {' '.join(options)} ended with {done.returncode}: {done.stderr}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def words(options):
    """Packetdrill's notation to (name, rest)."""
    return [tuple(item.split(" ", 1)) if " " in item else (item, "")
            for item in options.split(",") if item]


def kinds(options):
    """The kinds of our options, None for those whose word says no number."""
    found = []
    for name, _rest in words(options):
        if name.startswith("raw:"):
            found.append(int(name[4:6], 16))
        else:
            found.append(KINDS.get(name))
    return found


def numbers(text):
    return [int(part, 0) for part in text.split(",") if part]


class Ours:
    """A row of ours in the words that tshark has for it."""

    def __init__(self, row):
        self.row = row
        self.events = set(filter(None, (row["events"] or "").split(",")))
        options = words(row["options"] or "")
        names = set((row["flags"] or "").split(","))
        self.flags = sum(bit for name, bit, _letter in FLAGS if name in names)
        self.kinds = kinds(row["options"] or "")
        self.values = {"mss": [int(rest) for name, rest in options if name == "mss"],
                       "wscale": [int(rest) for name, rest in options if name == "wscale"],
                       "sack_perm": sum(name == "sackOK" for name, _rest in options),
                       "sack": [tuple(map(int, pair.split(":"))) for name, rest in options
                                if name == "sack" for pair in rest.split()],
                       "ts": [(int(rest.split()[1]), int(rest.split()[3])) for name, rest in options
                              if name == "TS"]}


class Judge:
    def __init__(self, arguments, path):
        self.theirs = tshark(path)
        self.rows = program(arguments, path, "--each")
        self.connections = program(arguments, path)
        self.differences = []
        self.ours = {}
        for row in self.rows:
            if row["seq"] is not None:
                self.ours[row["frame"]] = Ours(row)

    def same(self, frame, field, ours, theirs):
        if ours != theirs:
            self.differences.append(Difference(frame, field, show(ours), show(theirs)))

    def judge(self):
        for frame in sorted(set(self.ours) | set(self.theirs)):
            if frame not in self.theirs or frame not in self.ours:
                self.same(frame, "segment", frame in self.ours, frame in self.theirs)
            else:
                self.segment(frame, self.ours[frame], self.theirs[frame])
        self.streams()
        self.round_trips()
        return self.differences

    def segment(self, frame, ours, theirs):
        row = ours.row
        flags = int(theirs["tcp.flags"], 16)
        self.same(frame, "flags", ours.flags, flags & 0x1FF)
        letters = "".join(letter if ours.flags & bit else "·"
                          for _name, bit, letter in reversed(FLAGS))
        self.same(frame, "flags.str", letters, theirs["tcp.flags.str"][-9:])
        self.same(frame, "ports", f"{row['source_port']}>{row['destination_port']}",
                  f"{theirs['tcp.srcport']}>{theirs['tcp.dstport']}")
        self.same(frame, "seq", row["seq"], number(theirs["tcp.seq_raw"]))
        if flags & 0x10:
            self.same(frame, "ack", row["ack"], number(theirs["tcp.ack_raw"]))
        self.same(frame, "len", row["length"], number(theirs["tcp.len"]))
        self.same(frame, "window", row["window"], number(theirs["tcp.window_size_value"]))
        self.scaled(frame, row, theirs)
        if row["relative_seq"] is not None:
            self.same(frame, "relative seq", row["relative_seq"] % WORD, number(theirs["tcp.seq"]))
        if row["relative_ack"] is not None and flags & 0x10:
            self.same(frame, "relative ack", row["relative_ack"] % WORD, number(theirs["tcp.ack"]))
        if theirs["tcp.time_relative"]:
            seconds = float(theirs["tcp.time_relative"])
            if row["t_ms"] is None:
                self.same(frame, "time", None, round(seconds, 6))
            elif abs(row["t_ms"] - seconds * 1000) > 0.0011:
                self.same(frame, "time", round(row["t_ms"] / 1000, 6), round(seconds, 6))
        self.options(frame, ours, theirs)
        self.checksum(frame, row, theirs)
        self.analysis(frame, ours, theirs)

    def scaled(self, frame, row, theirs):
        factor = number(theirs["tcp.window_size_scalefactor"])
        size = number(theirs["tcp.window_size"])
        self.same(frame, "scaled window", row["window_bytes"], None if factor == -1 else size)

    def options(self, frame, ours, theirs):
        seen = numbers(theirs["tcp.option_kind"])
        said = [kind if kind is not None else other
                for kind, other in zip(ours.kinds, seen + [None] * len(ours.kinds))]
        self.same(frame, "kinds", said, seen)
        self.same(frame, "mss", ours.values["mss"], numbers(theirs["tcp.options.mss_val"]))
        self.same(frame, "wscale", ours.values["wscale"],
                  numbers(theirs["tcp.options.wscale.shift"]))
        self.same(frame, "sack_perm", ours.values["sack_perm"],
                  len([part for part in theirs["tcp.options.sack_perm"].split(",") if part]))
        # relative to the other end's ISN, as far as tshark knows that
        edges = list(zip(numbers(theirs["tcp.options.sack_le"]),
                         numbers(theirs["tcp.options.sack_re"])))
        base = (number(theirs["tcp.ack_raw"]) or 0) - (number(theirs["tcp.ack"]) or 0)
        self.same(frame, "sack", ours.values["sack"],
                  [((left + base) % WORD, (right + base) % WORD) for left, right in edges])
        stamps = list(zip(numbers(theirs["tcp.options.timestamp.tsval"]),
                          numbers(theirs["tcp.options.timestamp.tsecr"])))
        self.same(frame, "timestamps", ours.values["ts"], stamps)
        self.same(frame, "d-sack", "d-sack" in ours.events, bool(theirs["tcp.options.sack.dsack"]))

    def checksum(self, frame, row, theirs):
        words_of = {"0": "bad", "1": "good", "2": "unknown", "3": "unknown", "": "unknown"}
        self.same(frame, "checksum", row["checksum"] or "unknown",
                  words_of.get(theirs["tcp.checksum.status"].split(",")[0], "?"))

    def analysis(self, frame, ours, theirs):
        events = set(ours.events)
        if events & {"syn-repeated", "syn-ack-repeated"}:
            events.add("retransmission")
        flags = {name for name in ANALYSIS if theirs["tcp.analysis." + name]}
        if flags & {"fast_retransmission", "spurious_retransmission"}:
            flags.add("retransmission")
        for name, word in ANALYSIS.items():
            self.same(frame, name, word in events, name in flags)
        if "duplicate_ack" in flags and "duplicate-ack" in events:
            self.same(frame, "duplicate_ack_num", ours.row["duplicates"],
                      number(theirs["tcp.analysis.duplicate_ack_num"]))

    def streams(self):
        """The same segments are one connection on both sides."""
        pairs = collections.Counter()
        firsts = {}
        for frame in sorted(set(self.ours) & set(self.theirs)):
            pair = self.ours[frame].row["connection"], number(self.theirs[frame]["tcp.stream"])
            pairs[pair] += 1
            firsts.setdefault(pair, frame)
        best = {}
        for (ours, theirs), count in sorted(pairs.items()):
            if count > best.get(ours, (0, None))[0]:
                best[ours] = count, theirs
        taken = {}
        for (ours, theirs), _count in sorted(pairs.items()):
            if best[ours][1] != theirs or taken.setdefault(theirs, ours) != ours:
                self.differences.append(Difference(firsts[ours, theirs], "stream", str(ours),
                                                   str(theirs)))

    def round_trips(self):
        first = {}
        for frame, row in sorted(self.theirs.items()):
            if row["tcp.analysis.initial_rtt"]:
                first.setdefault(number(row["tcp.stream"]), (frame,
                                                             row["tcp.analysis.initial_rtt"]))
        for connection in self.connections:
            frame = connection["first_frame"]
            row = self.theirs.get(frame)
            if row is None:
                continue
            _frame, theirs = first.get(number(row["tcp.stream"]), (None, None))
            ours = connection["rtt_ms"]
            if theirs is not None and ours is not None and abs(float(theirs)
                                                               * 1000 - ours) < 0.0021:
                continue
            self.same(frame, "initial_rtt", None if ours is None else f"{ours / 1000:.6f}",
                      None if theirs is None else f"{float(theirs):.6f}")


def number(text):
    return int(text.split(",")[0], 0) if text else None


def show(value):
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return " ".join(show(item) for item in value) or "-"
    if isinstance(value, tuple):
        return ":".join(map(str, value))
    return "-" if value is None or value == "" else str(value)


def ranges(frames):
    """1,2,3,7 as 1-3,7."""
    out = []
    for frame in frames:
        if out and out[-1][1] == frame - 1:
            out[-1][1] = frame
        else:
            out.append([frame, frame])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in out)


def expand(text):
    frames = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        frames += range(int(first), int(last or first) + 1)
    return frames


def table(found):
    """found: capture -> (judge, differences). The lines of the list."""
    lines = []
    for capture, (judge, differences) in sorted(found.items()):
        groups = collections.defaultdict(list)
        for difference in differences:
            why = reasons.why(capture, judge, difference)
            groups[difference.field, difference.ours, difference.theirs,
                   why].append(difference.frame)
        for (field, ours, theirs, why), frames in sorted(groups.items(),
                                                         key=lambda item: (item[1][0], item[0])):
            lines.append("\t".join((capture, ranges(frames), field, ours, theirs, why)))
    return lines


def read_table(path):
    """The list: (capture, frame, field) -> (ours, theirs)."""
    rows, unexplained = {}, []
    with open(path, encoding="utf-8") as text:
        for line in text:
            line = line.rstrip("\n")
            if not line or line.startswith("#"):
                continue
            capture, frames, field, ours, theirs, why = line.split("\t")
            if why not in reasons.REASONS:
                unexplained.append(line)
            for frame in expand(frames):
                rows[capture, frame, field] = ours, theirs
    return rows, unexplained


def captures(folder):
    return sorted(f"{room}/{name}" for room in ("lab", "odd", "tcpdump")
                  for name in os.listdir(os.path.join(folder, room))
                  if name.endswith((".pcap", ".pcapng")))


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--renew", action="store_true")
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("program")
    parser.add_argument("folder")
    parser.add_argument("captures", nargs="*")
    arguments = parser.parse_args()
    names = arguments.captures or captures(arguments.folder)

    def one(name):
        judge = Judge(arguments, os.path.join(arguments.folder, name))
        return name, (judge, judge.judge())

    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        found = dict(pool.map(one, names))
    segments = sum(len(set(judge.ours) & set(judge.theirs)) for judge, _ in found.values())
    count = sum(len(differences) for _, differences in found.values())
    print(f"{len(names)} captures, {segments} segments, {count} fields differ", file=sys.stderr)
    path = os.path.join(arguments.folder, "differences")
    if arguments.show:
        print("\n".join(table(found)))
        return 0
    if arguments.renew:
        with open(path, "w", encoding="utf-8") as out:
            out.write(reasons.head() + "\n".join(table(found)) + "\n")
        return 0
    listed, unexplained = read_table(path)
    bad = [f"no reason is given for: {line}" for line in unexplained]
    for name, (_judge, differences) in found.items():
        for frame, field, ours, theirs in differences:
            if listed.pop((name, frame, field), None) != (ours, theirs):
                bad.append(f"{name}, frame {frame}: {field}: ours {ours}, tshark's {theirs}")
    for (name, frame, field), (ours, theirs) in listed.items():
        if name in found:
            bad.append(f"{name}, frame {frame}: {field}: no longer ours {ours}, tshark's {theirs}")
    print("\n".join(bad[:200]))
    return 1 if bad or not segments else 0


if __name__ == "__main__":
    sys.exit(main())
