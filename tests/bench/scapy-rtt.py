#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Round trips as scapy's users take them: sr1, and the difference of the two packets' times.

usage: scapy-rtt.py HOST PORT COUNT      prints a line 'SOURCE-PORT MILLISECONDS' for each answer
"""

import sys
import time

from scapy.all import IP, TCP, conf, sr1

host, port, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
conf.verb = 0
for number in range(count):
    source = 30000 + number
    request = IP(dst=host) / TCP(sport=source, dport=port, flags="S", seq=number)
    answer = sr1(request, timeout=2)
    if answer is not None and answer.haslayer(TCP):
        print(source, (float(answer.time) - float(request.sent_time)) * 1e3, flush=True)
    time.sleep(0.02)
