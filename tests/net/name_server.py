# SPDX-License-Identifier: GPL-3.0-or-later
"""A name server on 127.0.0.1 for the tests: what it answers depends on the name's first label."""
import socket
import struct
import time

SECONDS = 30  # an end, whatever becomes of the test
V4 = [bytes([198, 18, 0, 7])]
TWO = V4 + [bytes([198, 18, 0, 8])]
V6 = [bytes.fromhex('20010db8000000000000000000000007')]

ONCE = ('once', 'never')  # answered the first time only


def main():
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
    server.bind(('127.0.0.1', 53))
    server.settimeout(1)
    asked = {}
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        try:
            query, client = server.recvfrom(4096)
        except socket.timeout:
            continue
        at, labels = 12, []
        while query[at]:
            labels.append(query[at + 1:at + 1 + query[at]].decode())
            at += 1 + query[at]
        kind = struct.unpack('!H', query[at + 1:at + 3])[0]
        name = labels[0].lower()
        asked[name] = asked.get(name, 0) + 1
        if name == 'silent' or (name == 'second' and asked[name] == 1) or (name in ONCE and asked[name] > 1):
            continue
        code, data = 0, V4 if kind == 1 else []
        if name in ('none', 'never'):
            code, data = 3, []
        elif name == 'fails':
            code, data = 2, []
        elif name == 'both':
            data = TWO if kind == 1 else V6
        answer = query[:2] + struct.pack('!HHHHH', 0x8180 | code, 1, len(data), 0, 0) + query[12:at + 5]
        for value in data:
            answer += struct.pack('!HHHIH', 0xC00C, kind, 1, 60, len(value)) + value
        server.sendto(answer, client)


main()
