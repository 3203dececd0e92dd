#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A kernel server for very many connections; prints READY when it listens, ends by itself.

usage: many_server.py [--time SECONDS] PORT...

Listens on all addresses of both families, says nothing, and closes when the client has. Asked to end
(SIGTERM) it says what it saw:

    accepted N closed N reset N open N most N

`closed` by the client's FIN, `open` still, `most` at once.
"""
import argparse
import resource
import select
import signal
import socket


class Ended(Exception):
    pass


def end(_number, _frame):
    raise Ended


def listen(port):
    sock = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    sock.setblocking(False)
    sock.bind(('::', port))
    sock.listen(65535)
    return sock


class Server:
    def __init__(self, ports):
        self.epoll = select.epoll()
        self.listeners = {}
        self.connections = {}
        self.counts = dict.fromkeys(('accepted', 'closed', 'reset', 'open', 'most'), 0)
        for port in ports:
            sock = listen(port)
            self.listeners[sock.fileno()] = sock
            self.epoll.register(sock, select.EPOLLIN)

    def accept(self, listener):
        counts = self.counts
        while True:
            try:
                sock, _ = listener.accept()
            except BlockingIOError:
                return
            sock.setblocking(False)
            self.connections[sock.fileno()] = sock
            self.epoll.register(sock, select.EPOLLIN)
            counts['accepted'] += 1
            counts['open'] += 1
            counts['most'] = max(counts['most'], counts['open'])

    def read(self, descriptor):
        sock = self.connections[descriptor]
        try:
            if sock.recv(4096):
                return
            self.counts['closed'] += 1
        except BlockingIOError:
            return
        except OSError:
            self.counts['reset'] += 1
        self.counts['open'] -= 1
        del self.connections[descriptor]
        sock.close()

    def serve(self):
        while True:
            for descriptor, _ in self.epoll.poll():
                if descriptor in self.listeners:
                    self.accept(self.listeners[descriptor])
                else:
                    self.read(descriptor)


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument('--time', type=int, default=60)
    parser.add_argument('port', type=int, nargs='+')
    arguments = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGALRM, end)
    signal.alarm(arguments.time)
    server = Server(arguments.port)
    try:
        print('READY', flush=True)
        server.serve()
    except Ended:
        print(*(f'{name} {count}' for name, count in server.counts.items()), flush=True)


main()
