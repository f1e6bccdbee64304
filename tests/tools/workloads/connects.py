# SPDX-License-Identifier: Apache-2.0
# When it can read a line, opens TCP connections and prints for each: pid, version of IP, source,
# source port, destination, destination port.
import os
import socket
import sys

with open("/proc/self/comm", "w") as f:
    f.write("connector")
listeners = []
for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET, "127.0.0.2"), (socket.AF_INET6, "::1")):
    try:
        s = socket.socket(family)
        s.bind((host, 0))
        s.listen(8)
        listeners.append((family, s))
    except OSError:
        pass                               # a machine without IPv6
sys.stdin.readline()
for turn in range(2):
    for family, listener in listeners:
        c = socket.socket(family)
        c.connect(listener.getsockname()[:2])
        here, there = c.getsockname(), c.getpeername()
        print(os.getpid(), 4 if family == socket.AF_INET else 6, here[0], here[1], there[0], there[1],
              sep="\t")
