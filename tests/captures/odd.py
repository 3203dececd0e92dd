#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the hand-made captures, byte for byte the same each time: odd.py FOLDER

What each holds, its function in odd_*.py says, above which the file's name stands."""

import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import odd_files  # noqa: E402,F401  (they fill MAKERS)
import odd_links  # noqa: E402,F401
import odd_segments  # noqa: E402,F401
import odd_talks  # noqa: E402,F401
from frames import MAKERS  # noqa: E402


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    os.makedirs(sys.argv[1], exist_ok=True)
    for name, make in MAKERS.items():
        with open(os.path.join(sys.argv[1], name), "wb") as out:
            out.write(make())


if __name__ == "__main__":
    main()
