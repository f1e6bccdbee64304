# SPDX-License-Identifier: Apache-2.0
# When it can read a line, starts processes and threads that end in several ways and prints for
# each: name, pid, tid, seconds that it lived at least, how it ended (as exitsnoop has it), its code.
import ctypes
import os
import resource
import signal
import sys
import threading
import time

resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
libc = ctypes.CDLL(None)
sys.stdin.readline()


def rename(name):
    with open("/proc/thread-self/comm", "w") as f:
        f.write(name)


def kill(number):
    if number != signal.SIGKILL:
        signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


def thread():
    def body():
        rename("ends-thread")
        tid.append(threading.get_native_id())
        libc.syscall(60, 7)                # exit() of this thread alone
    tid = []
    t = threading.Thread(target=body, daemon=True)
    t.start()
    while not tid or os.path.exists(f"/proc/self/task/{tid[0]}"):
        time.sleep(0.01)
    os.write(w, str(tid[0]).encode())
    os._exit(0)


deeds = [
    ("ends-well", 0, lambda: os._exit(0), "0", 0),
    ("ends-with-3", 0.25, lambda: os._exit(3), "code 3", 3 << 8),
    ("ends-with-255", 0, lambda: os._exit(255), "code 255", 255 << 8),
    ("ends-by-TERM", 0, lambda: kill(signal.SIGTERM), "signal 15 (TERM)", 15),
    ("ends-by-KILL", 0, lambda: kill(signal.SIGKILL), "signal 9 (KILL)", 9),
    ("ends-threaded", 0, thread, "0", 0),
]
for name, age, end, how, code in deeds:
    r, w = os.pipe()
    pid = os.fork()
    if pid == 0:
        rename(name)
        time.sleep(age)
        end()
    os.close(w)
    os.waitpid(pid, 0)
    tid = os.read(r, 20)
    os.close(r)
    if tid:
        print("ends-thread", pid, tid.decode(), 0, "code 7", 7 << 8, sep="\t")
    print(name, pid, pid, age, how, code, sep="\t")
