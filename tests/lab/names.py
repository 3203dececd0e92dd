#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A name server on 127.0.0.1 whose answers the name asks for; prints READY, ends by itself.

The first label of a name is words with '-' between: dN (the answer comes N ms late), aN (N addresses of
each family, from 198.18.64.1 and 2001:db8:64::1 on), none (no such name), silent (no answer). Other
words only tell names apart, which have one address of each family.
"""
import heapq
import ipaddress
import socket
import struct
import time

SECONDS = 60
FIRST = {1: ipaddress.ip_address('198.18.64.1'), 28: ipaddress.ip_address('2001:db8:64::1')}


def answer(query):
    """How late in seconds, and what; None: never."""
    end = query.index(0, 12)
    kind, = struct.unpack('!H', query[end + 1:end + 3])
    words = query[13:13 + query[12]].decode().lower().split('-')
    numbers = {word[0]: int(word[1:]) for word in words if word[1:].isdigit()}
    code = 3 if 'none' in words else 0
    count = numbers.get('a', 1) if kind in FIRST and not code else 0
    text = query[:2] + struct.pack('!HHHHH', 0x8180 | code, 1, count, 0, 0) + query[12:end + 5]
    for i in range(count):
        data = (FIRST[kind] + i).packed
        text += struct.pack('!HHHIH', 0xC00C, kind, 1, 60, len(data)) + data
    return None if 'silent' in words else (numbers.get('d', 0) / 1000, text)


def main():
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
    server.bind(('127.0.0.1', 53))
    print('READY', flush=True)
    late, ends = [], time.monotonic() + SECONDS
    while (now := time.monotonic()) < ends:
        while late and late[0][0] <= now:
            _, text, client = heapq.heappop(late)
            server.sendto(text, client)
        server.settimeout(max(0.0001, min(late[0][0] - now, 1) if late else 1))
        try:
            query, client = server.recvfrom(4096)
        except TimeoutError:
            continue
        if found := answer(query):
            heapq.heappush(late, (time.monotonic() + found[0], found[1], client))


main()
