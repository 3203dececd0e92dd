#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A wire between two TUN devices, which may then be moved into other namespaces.

usage: tun.py LEFT RIGHT [SECONDS]

Prints READY when both devices exist; ends by itself after SECONDS (default 60).
"""

import fcntl
import os
import select
import signal
import struct
import sys

TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000


def open_tun(name):
    device = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI))
    return device


def main():
    left, right = open_tun(sys.argv[1]), open_tun(sys.argv[2])
    signal.alarm(int(sys.argv[3]) if len(sys.argv) > 3 else 60)
    print("READY", flush=True)
    while True:
        for device in select.select([left, right], [], [])[0]:
            try:
                packet = os.read(device, 65536)
                os.write(right if device == left else left, packet)
            except OSError:
                pass  # the other end is down: lost, as on any wire


if __name__ == "__main__":
    main()
