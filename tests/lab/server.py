#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A TCP server of the kernel's with a chosen manner; prints READY when it listens, ends by itself.

usage: server.py [--time SECONDS] [--bytes N] [--delay SECONDS] ... MODE ADDRESS PORT

  echo          sends back what comes, closes after the client does
  sink          reads, says nothing, closes after the client does
  greet         sends a line at once, then as sink
  greet-close   sends a line at once and closes first
  close         closes first, at once
  half-close    shuts its own direction at once, goes on reading to the client's end
  late-close    reads to the client's end, sends a line after --delay, then closes
  never-close   reads, never closes
  unread        closes with received data unread: the kernel resets
  reset         resets right after accept
  reset-data    resets after the first data
  never-read    tiny receive buffer, never reads: zero window
  slow          tiny receive buffer, reads a little every --delay
  big           sends --bytes of position-determined letters, then as sink
  answer        the same once data have come
  urgent        sends one byte of urgent data at once, then as sink
  close-both    closes at the very moment that data arrives
  silent        listens, never accepts (--backlog 0 and fillers make a full accept queue)
  connect       no server: connects from PORT to --to again and again (simultaneous open)

What it saw goes to stdout: 'accept ADDRESS PORT', 'data N', 'eof', 'error NAME', 'text ...'.
"""

import argparse
import errno
import select
import signal
import socket
import struct
import sys
import threading
import time

MPTCP = 262
TCP_MD5SIG, TCP_DEFER_ACCEPT, TCP_FASTOPEN = 14, 9, 23


def say(*words):
    print(*words, flush=True)


def pattern(length):
    """Letters by position, so that a reordered or lost byte shows."""
    line = b"abcdefghijklmnopqrstuvwxyz"
    return (line * (length // 26 + 1))[:length]


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def read_to_end(connection, arguments, echo=False):
    """Reads to the client's FIN; returns how many bytes came."""
    total = 0
    while True:
        data = connection.recv(65536)
        if not data:
            say("eof", total)
            return total
        total += len(data)
        say("data", len(data))
        if arguments.show:
            say("text", data.decode("latin-1").encode("unicode_escape").decode())
        if echo:
            connection.sendall(data)


def serve(connection, arguments):
    mode = arguments.mode
    greeting = arguments.text.encode().decode("unicode_escape").encode("latin-1")
    if mode == "echo":
        read_to_end(connection, arguments, echo=True)
    elif mode == "sink":
        read_to_end(connection, arguments)
    elif mode in ("greet", "greet-close"):
        connection.sendall(greeting)
        if mode == "greet":
            read_to_end(connection, arguments)
        else:
            connection.shutdown(socket.SHUT_WR)
            read_to_end(connection, arguments)
    elif mode == "close":
        connection.shutdown(socket.SHUT_WR)
        read_to_end(connection, arguments)
    elif mode == "half-close":
        connection.shutdown(socket.SHUT_WR)
        say("shut")
        read_to_end(connection, arguments)
    elif mode == "late-close":
        read_to_end(connection, arguments)
        time.sleep(arguments.delay)
        connection.sendall(greeting)
    elif mode == "never-close":
        read_to_end(connection, arguments)
        time.sleep(arguments.time)
    elif mode == "unread":
        select.select([connection], [], [], 5)
    elif mode == "reset":
        time.sleep(arguments.delay)
        reset(connection)
        return
    elif mode == "reset-data":
        say("data", len(connection.recv(65536)))
        reset(connection)
        return
    elif mode == "never-read":
        time.sleep(arguments.time)
    elif mode == "slow":
        while True:
            data = connection.recv(512)
            if not data:
                say("eof")
                break
            time.sleep(arguments.delay)
    elif mode in ("big", "answer"):
        if mode == "answer":
            say("text", connection.recv(65536).decode("latin-1").encode("unicode_escape").decode())
        connection.sendall(pattern(arguments.bytes))
        read_to_end(connection, arguments)
    elif mode == "urgent":
        connection.send(b"!", socket.MSG_OOB)
        read_to_end(connection, arguments)
    elif mode == "close-both":
        say("data", len(connection.recv(65536)))
        connection.shutdown(socket.SHUT_WR)
        read_to_end(connection, arguments)
    connection.close()


def md5_key(family, address, key):
    """struct tcp_md5sig for one peer."""
    if family == socket.AF_INET:
        storage = struct.pack("=HH4s120x", family, 0, socket.inet_pton(family, address))
    else:
        storage = struct.pack("=HHI16sI100x", family, 0, 0, socket.inet_pton(family, address), 0)
    return storage + struct.pack("=BBHIi80s", 0, 0, len(key), 0, 0, key.encode())


def listen(arguments, family):
    sock = socket.socket(family, socket.SOCK_STREAM, MPTCP if arguments.mptcp else 0)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    small = 2048 if arguments.mode in ("never-read", "slow") else 0
    if arguments.buffer or small:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, arguments.buffer or small)
    if arguments.mss:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, arguments.mss)
    if arguments.defer:
        sock.setsockopt(socket.IPPROTO_TCP, TCP_DEFER_ACCEPT, arguments.defer)
    if arguments.md5:
        sock.setsockopt(socket.IPPROTO_TCP, TCP_MD5SIG, md5_key(family, arguments.md5, "key"))
    sock.bind((arguments.address, arguments.port))
    if arguments.fastopen:
        sock.setsockopt(socket.IPPROTO_TCP, TCP_FASTOPEN, 16)
    sock.listen(arguments.backlog)
    return sock


def connect_again(arguments, family):
    """Plays the other active opener: SYNs from our fixed port, until one meets the client's."""
    target, port = arguments.to
    say("READY")
    while True:
        sock = socket.socket(family, socket.SOCK_STREAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.settimeout(arguments.time)
        sock.bind((arguments.address, arguments.port))
        try:
            sock.connect((target, int(port)))
        except ConnectionRefusedError:
            sock.close()
            time.sleep(0.01)
            continue
        say("connected", *sock.getpeername()[:2])
        serve(sock, arguments)
        return


def serve_safely(connection, arguments):
    try:
        serve(connection, arguments)
    except OSError as error:
        say("error", errno.errorcode.get(error.errno, str(error)))
        connection.close()


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--time", type=int, default=30, help="ends by itself after so many seconds")
    parser.add_argument("--count", type=int, default=0, help="ends after so many (0: never)")
    parser.add_argument("--bytes", type=int, default=100000)
    parser.add_argument("--delay", type=float, default=0)
    parser.add_argument("--text", default="220 hello\\r\\n")
    parser.add_argument("--buffer", type=int, default=0, help="SO_RCVBUF")
    parser.add_argument("--mss", type=int, default=0, help="TCP_MAXSEG")
    parser.add_argument("--backlog", type=int, default=16)
    parser.add_argument("--defer", type=int, default=0, help="TCP_DEFER_ACCEPT, seconds")
    parser.add_argument("--md5", help="TCP_MD5SIG for this peer")
    parser.add_argument("--fastopen", action="store_true")
    parser.add_argument("--mptcp", action="store_true")
    parser.add_argument("--show", action="store_true", help="prints the data")
    parser.add_argument("--to", nargs=2, metavar=("ADDRESS", "PORT"))
    parser.add_argument("mode")
    parser.add_argument("address")
    parser.add_argument("port", type=int)
    arguments = parser.parse_args()
    modes = {line.split()[0] for line in __doc__.splitlines() if line.startswith("  ")}
    if arguments.mode not in modes:
        parser.error(f"unknown mode '{arguments.mode}'")
    signal.alarm(arguments.time)
    family = socket.AF_INET6 if ":" in arguments.address else socket.AF_INET
    if arguments.mode == "connect":
        arguments.mode = "sink"
        connect_again(arguments, family)
        return
    sock = listen(arguments, family)
    say("READY")
    done = 0
    while not arguments.count or done < arguments.count:
        if arguments.mode == "silent":
            time.sleep(arguments.time)
        connection, peer = sock.accept()
        say("accept", *peer[:2])
        done += 1
        if done == arguments.count:
            serve_safely(connection, arguments)
        else:
            threading.Thread(target=serve_safely, args=(connection, arguments), daemon=True).start()


if __name__ == "__main__":
    main()
