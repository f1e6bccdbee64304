# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# fields of deeds: name, pid, tid, age, how, code
traced() {
	prepare "$python" tests/tools/workloads/exits.py
	start exitsnoop "$@" || not_ok "exitsnoop $* attaches"
	go
	stop
}
# Ages are compared apart; then the column is cut out.
ages() {
	awk '/ends-with-3/ { n++; if ($5 < 0.25 || $5 > 20) n = -9 } /ends-well/ { if ($5 > 10) n = -9 }
		END { exit n != 1 }' "$dir/out"
}
cut_age() { sed -i -E 's/^(.{41})[0-9]+\.[0-9]{2} */\1/' "$dir/out"; }
plain='"%-16s %-7d %-7d %-7d %s\n", $1, $2, parent, $3, $5'
wanted() { awk -F'\t' -v parent="$work_pid" "${1:-}"'{ printf '"$plain"' }' "$dir/deeds" > "$dir/want"; }
ours() { cut_age; sed -i 's/ *$//' "$dir/out"; rows '^ends-'; }

traced
check "ends with 0 at Ctrl-C" is 0
check "has the heading" heading 'PCOMM            PID     PPID    TID     AGE(s)  EXIT_CODE'
check "ages are the time lived" ages
wanted '$1 != "ends-thread" '
check "shows how each process ended" ours
traced --per-thread
wanted
check "--per-thread shows threads, too" ours
prepare sh -c 'read x; exit 5'
start exitsnoop -p $work_pid
go
for _ in $(seq 50); do kill -0 $tool_pid 2>/dev/null || break; sleep 0.1; done
check "-p ends by itself" [ ! -e /proc/$tool_pid/exe ]
stop
check "-p shows the one process" shown_times 1 "^sh +$work_pid +$$ +$work_pid +[0-9.]+ +code 5 *\$"
check "and nothing else" [ "$(wc -l < "$dir/out")" = 2 ]
[ -z "${IN_VM:-}" ] || return 0            # the rest is the same on every kernel
traced -x
wanted '$6 && $1 != "ends-thread" '
check "-x hides success" ours
traced -t --label=mark -x
check "-t and --label have the heading" shown '^TIME-[A-Z+0-9-]+ +LABEL PCOMM  +PID '
check "-t and --label are in the rows" shown '^[0-9:]{8}\.[0-9]{3} mark  ends-with-3  .* code 3 *$'
traced --utc --label
check "--utc and an empty label" shown "^$(date -u +%H):[0-9:]{5}\.[0-9]{3} exit  ends-well  .* 0 *\$"
traced --json --per-thread
check "--json has raw values" json '[[o["comm"], str(o["pid"]), str(o["tid"]), str(o["exit_code"])]
	for o in lines if o["comm"].startswith("ends-")] == [[d[0], d[1], d[2], d[5]] for d in deeds]
	and all(o["age_ns"] >= 0 for o in lines)' "$dir/deeds"
refused 2 'argument -p/--pid: ' exitsnoop -p x
setpriv --reuid=65534 --regid=65534 --clear-groups "$BCC" exitsnoop > "$dir/out" 2> "$dir/err"
status=$?
check "without root the status is 77" is 77
