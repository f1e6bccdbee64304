# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# The workload makes 1000 getppid, 500 failing close, 200 failing unlink, 4 nanosleep of 25 ms.
mine() { prepare "$work/calls" $child; start syscount -p $work_pid "$@"; go; stop; }
child=
# counted NAME N...: these rows, in this order and nothing between them
counted() {
	: > "$dir/want"
	while [ $# -gt 0 ]; do printf '%-22s %8d\n' "$1" "$2" >> "$dir/want"; shift 2; done
	grep -E '^[a-z_0-9]+ +[0-9]+$' "$dir/out" | head -"$(wc -l < "$dir/want")" > "$dir/rows"
	diff -u "$dir/want" "$dir/rows" > "$dir/diff"
}

mine
check "ends with 0 at Ctrl-C" is 0
check "has the banner" shown '^Tracing syscalls, printing top 10\.\.\. Ctrl\+C to quit\.$'
check "has the time" shown '^\[[0-9:]{8}\]$'
check "has the heading" shown '^SYSCALL                   COUNT$'
check "counts the calls, most frequent first" counted getppid 1000 close 500 unlink 200 nanosleep 4
check "says goodbye" [ "$(tail -1 "$dir/out")" = Detaching... ]
mine -L
check "-L has its heading" shown '^SYSCALL                   COUNT        TIME \(us\)$'
check "-L sorts by time" [ "$(awk '/^SYSCALL/ { getline; print $1, $2 }' "$dir/out")" = "nanosleep 4" ]
check "-L measures it" [ "$(awk '$1 == "nanosleep" { print ($3 >= 100000 && $3 < 5000000) }' "$dir/out")" = 1 ]
child=child
mine
check "-p does not follow children" not_shown '^getppid'
prepare "$work/calls" child
start syscount -c $work_pid
go
stop
check "-c counts children" counted getppid 1000 close 500 unlink 200 nanosleep 4
child=
[ -z "${IN_VM:-}" ] || return 0            # the rest is the same on every kernel
mine -x
check "-x has its banner" shown '^Tracing failed syscalls, printing top 10\.\.\. Ctrl\+C to quit\.$'
check "-x counts failures only" counted close 500 unlink 200
check "-x hides success" not_shown '^getppid|^nanosleep'
mine -e ENOENT
check "-e counts this error only" counted unlink 200
mine -e 9
check "-e takes a number" counted close 500
check "and hides other errors" not_shown '^unlink'
mine --syscall getppid
check "--syscall has its banner" shown "^Tracing syscall 'getppid'\.\.\. Ctrl\+C to quit\.\$"
check "--syscall counts it" counted getppid 1000
check "--syscall hides others" shown_times 1 '^[a-z_0-9]+ +[0-9]+$'
mine -T 2
check "-T limits the rows" shown_times 2 '^[a-z_0-9]+ +[0-9]+$'
mine -L -m
check "-m has its heading" shown '^SYSCALL                   COUNT        TIME \(ms\)$'
check "-m measures in ms" shown '^nanosleep +4 +[1-4]?[0-9]{3}\.[0-9]{6}$'
mine -P
check "-P has its heading" shown '^PID    COMM               COUNT$'
check "-P counts by process" shown "^$work_pid +calls +17[0-9]{2}\$"
check "-P of one process has one row" shown_times 1 '^[0-9]+ '
prepare "$work/calls"
start syscount -t $work_pid -i 1
sleep 1.5
go
stop
check "-t counts a thread" counted getppid 1000 close 500
check "-i reports again and again" [ "$(grep -c '^\[' "$dir/out")" -ge 2 ]
check "each report begins anew" shown_times 1 '^getppid'
echo > "$dir/line"
run syscount -i 1 -d 2
check "-d ends by itself" is 0
check "after so many reports" shown_times 2 '^\['
"$BCC" syscount --exec "$work/calls" < "$dir/line" > "$dir/out" 2> "$dir/err"
check "--exec counts the command" shown '^getppid +1000$'
check "--exec counts its failures, too" shown '^unlink +200$'
mine --json -L
check "--json has names, counts and times" json '{o["nr"]: o["count"] for o in lines}["getppid"] == 1000
	and {o["nr"]: o["time_ns"] for o in lines}["nanosleep"] >= 100e6
	and [o["time_ns"] for o in lines] == sorted((o["time_ns"] for o in lines), reverse=True)'
run syscount -l
check "-l lists the calls in four columns" shown '^read +write +open +close *$'
check "-l does it with 0" is 0
refused 1 "^Error: syscall 'nonsense' not found\\. Exiting\\.\$" syscount --syscall nonsense
refused 2 "couldn't map NONSENSE to an errno" syscount -e NONSENSE
refused 2 'argument -T/--top: ' syscount -T x
refused 1 '^ERROR: can only use -p or --exec\. Exiting\.$' syscount -p 1 --exec true
