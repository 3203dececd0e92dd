#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Samples of made-up servers, for the time that their analysis takes.

usage: isn-samples.py KIND COUNT SEED

KIND: linux (RFC 6528 with 64 ns), random, counter (65527 a connection), bsd44, lcg. Six columns,
half of the rows of one tuple, 45 ms apart in the mean.
"""

import hashlib
import random
import sys

MASK = 0xFFFFFFFF


def main():
    kind, count, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    chance = random.Random(seed)
    key, state = chance.randbytes(16), chance.getrandbits(32)
    time, tuples = 1_770_000_000_000_000_000, 0
    began = time
    lines = ["# time_ns src_port isn src cseq mss"]
    for _ in range(count):
        time += int(chance.expovariate(1 / 45e6))
        if chance.random() < 0.5:
            port, source = 61000, 0
        else:
            port, source = 1024 + tuples % 59000, tuples // 59000
            tuples += 1
        if kind == "linux":
            tuple_ = source.to_bytes(4, "big") + port.to_bytes(2, "big")
            hashed = hashlib.blake2s(tuple_, key=key, digest_size=4).digest()
            isn = int.from_bytes(hashed, "big") + (time >> 6)
        elif kind == "random":
            isn = chance.getrandbits(32)
        elif kind == "counter":
            isn = state = state + 65527
        elif kind == "bsd44":
            state += 64000
            isn = state + (time - began) // 500_000_000 * 64000
        else:
            isn = state = (1664525 * state + 1013904223) & MASK
        seen = time + int(chance.expovariate(1 / 3e4))
        cseq, mss = chance.getrandbits(32), chance.choice((1460, 1460, 1440, 1300, 536))
        lines.append(f"{seen} {port} {isn & MASK} {source} {cseq} {mss}")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
