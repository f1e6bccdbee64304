# SPDX-License-Identifier: Apache-2.0
# When it can read a line, starts programs in several ways and prints for each: pid, result, name of
# the program, its arguments as JSON.
import json
import os
import sys

ENOENT, EACCES = -2, -13
scratch = sys.argv[1]
link = scratch + "/a link"
os.symlink("/bin/true", link)
readonly = scratch + "/text"
open(readonly, "w").close()
with open("/proc/self/comm", "w") as f:
    f.write("starter")
sys.stdin.readline()
deeds = [
    (0, "true", ["/bin/true"]),
    (0, "true", ["/bin/true", "one", "two three", "", 'quo"te', "back\\slash", "new\nline"]),
    (0, "true", ["/bin/true", "--needle=7"]),
    (0, "a link", [link, "x"]),
    (0, "true", ["/bin/true"] + [str(n) for n in range(1, 30)]),
    (0, "true", ["/bin/true", "l" * 200, "after"]),
    (ENOENT, "starter", ["/nonexistent/program", "x"]),
    (EACCES, "starter", [readonly, "y"]),
]
for result, name, argv in deeds:
    pid = os.fork()
    if pid == 0:
        try:
            os.execv(argv[0], argv)
        except OSError:
            os._exit(1)
    os.waitpid(pid, 0)
    print(pid, result, name, json.dumps(argv), sep="\t")
