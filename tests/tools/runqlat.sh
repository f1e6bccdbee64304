# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# The workload has three threads of two processes wait for one CPU, again and again.
traced() {
	prepare "$work/contention"
	start runqlat "$@" || not_ok "runqlat $* attaches"
	go
	stop
	read -r process thread child < "$dir/deeds"
}
of_process() {
	prepare "$work/contention"
	start runqlat -p $work_pid "$@"
	go
	stop
	read -r process thread child < "$dir/deeds"
}
# Waits of more than 1 ms, of which contention has many: rows that begin at 1024 us or more, or, with
# an argument, at that many of the unit.
long_waits() { awk -v from="${1:-1024}" '$2 == "->" && $1 >= from { n += $5 } END { exit n < 5 }' "$dir/out"; }
# sections NAME ID...: exactly these, in order of their keys' text
sections() {
	name=$1; shift
	printf '%s\n' "$@" | sort > "$dir/want"
	sed -n "s/^$name = //p" "$dir/out" | sort > "$dir/rows"
	diff -u "$dir/want" "$dir/rows" > "$dir/diff"
}

traced
check "ends with 0 at Ctrl-C" is 0
check "has the banner" heading 'Tracing run queue latency... Hit Ctrl-C to end.'
check "shows a histogram behind an empty line" [ "$(sed -n '2p;3p' "$dir/out" | tr '\n' '~')" = \
	"~     usecs               : count     distribution~" ]
check "with rows of the classic layout" shown '^ {1,9}[0-9]+ -> [0-9]+ {1,9} : [0-9]+ +\|\*{0,40} {0,40}\|$'
check "one bar is full" shown '\|\*{40}\|$'
check "shows the waits" long_waits
of_process -P
check "-p and -P show the one process" sections pid "$process"
check "-P shows its waits" long_waits
of_process -L
check "-L shows its threads" sections tid "$process" "$thread"
of_process --pidnss
check "--pidnss shows its namespace" sections pidns \
	"$(readlink /proc/self/ns/pid | tr -dc 0-9)"
[ -z "${IN_VM:-}" ] || return 0            # the rest is the same on every kernel
traced -m
check "-m changes the unit" shown '^ {5}msecs               : count'
check "-m has the waits in it" long_waits 2
of_process -L -P
check "-L beats -P" sections tid "$process" "$thread"
traced -P
check "-P shows every process" shown "^pid = $process\$"
check "children, too" shown "^pid = $child\$"
run runqlat -T 1 2
check "ends after so many reports" is 0
check "-T adds the time" shown_times 2 '^[0-2][0-9]:[0-5][0-9]:[0-5][0-9]$'
check "each report is a histogram" shown_times 2 '^ {5}usecs '
traced --json -L
check "--json has sections and slots" json "any(o['tid'] == $thread and o['val_type'] == 'usecs' and
	sum(d['count'] for d in o['data'] if d['interval-start'] >= 1024) > 5 for o in lines)"
refused 2 'argument interval: ' runqlat x
refused 2 'argument interval: ' runqlat 0
refused 2 'argument count: ' runqlat 1 x
refused 2 'surplus|unexpected|argument' runqlat 1 1 1
refused 2 'argument -p/--pid: ' runqlat -p -5
