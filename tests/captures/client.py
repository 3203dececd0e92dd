#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client on the kernel's TCP for the captures, told what to do word by word.

usage: client.py [OPTION]... ADDRESS PORT [WORD]...

  send:N        sends N bytes (slow:N one by one, a tenth of a second apart)
  urgent        a byte of urgent data
  recv          reads until something has come, recv:N so many bytes, eof to the end
  shut          sends its FIN, close does both, reset closes with an RST
  wait:SECONDS

--port N our own; --fastopen: the first send goes with the SYN; --mptcp; --md5; --keepalive;
--buffer N SO_RCVBUF; --timeout SECONDS of the opening. It never fails: what does is printed.
"""

import argparse
import socket
import struct
import sys
import time

MPTCP, TCP_MD5SIG, MSG_FASTOPEN = 262, 14, 0x20000000


def md5_key(family, address):
    if family == socket.AF_INET:
        storage = struct.pack("=HH4s120x", family, 0, socket.inet_pton(family, address))
    else:
        storage = struct.pack("=HHI16sI100x", family, 0, 0, socket.inet_pton(family, address), 0)
    return storage + struct.pack("=BBHIi80s", 0, 0, 3, 0, 0, b"key")


def letters(count):
    return (b"abcdefghijklmnopqrstuvwxyz" * (count // 26 + 1))[:count]


def do(sock, word):
    name, _, value = word.partition(":")
    if name == "send":
        sock.sendall(letters(int(value)))
    elif name == "slow":
        for letter in letters(int(value)):
            sock.send(bytes([letter]))
            time.sleep(0.1)
    elif name == "urgent":
        sock.send(b"!", socket.MSG_OOB)
    elif name == "recv":
        wanted = int(value or 1)
        while wanted > 0:
            data = sock.recv(65536)
            wanted -= len(data) if data else wanted
    elif name == "eof":
        while sock.recv(65536):
            pass
    elif name == "shut":
        sock.shutdown(socket.SHUT_WR)
    elif name == "wait":
        time.sleep(float(value))
    elif name in ("close", "reset"):
        if name == "reset":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        sock.close()
    else:
        sys.exit(f"client: what is '{word}'?")


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    for name in ("port", "buffer"):
        parser.add_argument(f"--{name}", type=int, default=0)
    for name in ("fastopen", "mptcp", "md5", "keepalive"):
        parser.add_argument(f"--{name}", action="store_true")
    parser.add_argument("--timeout", type=float, default=10)
    parser.add_argument("address")
    parser.add_argument("to", type=int)
    parser.add_argument("words", nargs="*")
    arguments = parser.parse_args()
    words, address = arguments.words, (arguments.address, arguments.to)
    family = socket.AF_INET6 if ":" in arguments.address else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM, MPTCP if arguments.mptcp else 0)
    sock.settimeout(arguments.timeout)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if arguments.buffer:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, arguments.buffer)
    if arguments.port:
        sock.bind(("", arguments.port))
    if arguments.md5:
        sock.setsockopt(socket.IPPROTO_TCP, TCP_MD5SIG, md5_key(family, arguments.address))
    if arguments.keepalive:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 1)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 1)
    try:
        if arguments.fastopen:
            first = words.pop(0).partition(":")[2]
            sock.settimeout(None)  # without a cookie it waits for the handshake
            sock.sendto(letters(int(first)), MSG_FASTOPEN, address)
        else:
            sock.connect(address)
        for word in words:
            do(sock, word)
    except OSError as error:
        print("client:", error)


if __name__ == "__main__":
    main()
