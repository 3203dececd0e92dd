# SPDX-License-Identifier: GPL-3.0-or-later
"""usage: tun_pair.py NAMESPACE NAMESPACE: makes a device tun0 in each and carries packets between them."""
import ctypes
import fcntl
import os
import select
import struct
import sys
import time

CLONE_NEWNET = 0x40000000
TUNSETIFF = 0x400454CA
IFF_TUN_NO_PI = 0x1001
SECONDS = 60  # an end, whatever becomes of the test


def tun(namespace):
    with open(namespace) as there:
        if ctypes.CDLL(None, use_errno=True).setns(there.fileno(), CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), 'setns')
    device = os.open('/dev/net/tun', os.O_RDWR)
    fcntl.ioctl(device, TUNSETIFF, struct.pack('16sH22x', b'tun0', IFF_TUN_NO_PI))
    return device


def main():
    ends = [tun(namespace) for namespace in sys.argv[1:]]
    other = {ends[0]: ends[1], ends[1]: ends[0]}
    print('ready', flush=True)
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        for device in select.select(ends, [], [], 1)[0]:
            try:
                os.write(other[device], os.read(device, 65536))
            except OSError:  # the other end is not up yet
                pass


main()
