# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# traced WORDS...: execsnoop -P WORKLOAD WORDS while the workload starts programs
traced() {
	rm -rf "$dir/scratch"
	mkdir "$dir/scratch"
	prepare "$python" tests/tools/workloads/execs.py "$dir/scratch"
	start execsnoop -P $work_pid "$@" || not_ok "execsnoop $* attaches"
	go
	stop
}
# wanted FORMAT [CONDITION]: rows made by Python from pid, ret, comm, argv and line
wanted() {
	"$python" - "$dir/deeds" "$work_pid" "$1" "${2:-ret == 0}" > "$dir/want" <<'PY'
import json, sys
deeds, ppid, form, condition = sys.argv[1:]
for text in open(deeds):
    pid, ret, comm, argv = text.rstrip("\n").split("\t")
    argv, pid, ret, ppid = json.loads(argv), int(pid), int(ret), int(ppid)
    kept = [a[:127].replace("\n", "\\n") for a in argv[:20]] + ["..."] * (len(argv) > 20)
    line = " ".join(kept)
    quoted = " ".join('"' + a.replace('"', '\\"') + '"' for a in kept)
    if eval(condition):
        print(eval("f'''" + form + "'''"))
PY
}
plain='{comm:16} {pid:<7} {ppid:<7} {ret:3} {line}'

traced
check "ends with 0 at Ctrl-C" is 0
check "has the heading" heading 'PCOMM            PID     PPID    RET ARGS'
wanted "$plain"
check "shows the programs started, and no failures" rows
check "says nothing else" empty err
traced --fails
wanted "$plain" 'True'
check "-x shows failures, too" rows
traced -TUMC -l needle
check "-T -U -M -C add columns" heading 'TIME     UID   COMM             PID     PCOMM            PPID    CPU  RET ARGS'
wanted '0     {comm:16} {pid:<7} starter          {ppid:<7} CPU  {ret:3} {line}' '"needle" in line'
check "-T is the time of day" shown '^[0-2][0-9]:[0-5][0-9]:[0-5][0-9] 0 '
sed -i -E 's/^[0-9:]{8} //; s/ [0-9]   (   0 )/ CPU \1/' "$dir/out"
check "so are user, parent's name and CPU" rows
[ -z "${IN_VM:-}" ] || return 0            # the rest is the same on every kernel
traced -q
wanted '{comm:16} {pid:<7} {ppid:<7} {ret:3} {quoted}'
check "-q quotes" rows
traced -l 'needle=[0-9]$'
wanted "$plain" '"needle" in line'
check "-l shows matching arguments only" rows
traced -n '^a l'
wanted "$plain" '"link" in comm'
check "-n shows matching names only" rows
traced --max-args 3
wanted "$plain" '"needle" in line'
check "--max-args keeps what is short" shown '/bin/true --needle=7$'
check "--max-args cuts and says so" shown '/bin/true 1 2 \.\.\.$'
traced -u 65533
check "-u hides others'" shown_times 1 ''
traced -t -u root
check "-t has its heading" heading 'TIME(s) PCOMM            PID     PPID    RET ARGS'
check "-t begins with 0" shown '^0\.000   true  '
check "-u shows root's" shown_times 6 '^[0-9]+\.[0-9]{3} +[at]'
traced --json -x
check "--json has arguments as a list" json 'len(lines) == len(deeds) and all(
	[o["pid"], o["ret"], o["comm"], o["pcomm"], o["uid"]] == [int(d[0]), int(d[1]), d[2], "starter", 0]
	and o["args"] == [a[:127] for a in json.loads(d[3])[:20]] + ["..."] * (len(json.loads(d[3])) > 20)
	for o, d in zip(lines, deeds))' "$dir/deeds"
refused 2 'argument -u/--uid: ' execsnoop -u no-such-user
refused 2 'argument -n/--name: ' execsnoop -n '('
refused 2 'argument --max-args: ' execsnoop --max-args x
refused 1 'nonexistent' execsnoop --mntnsmap /nonexistent
