# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
refused 1 "^no such disk 'no-such-disk'\$" biosnoop -d no-such-disk
refused 2 'unknown option' biosnoop --nonsense
make_disk || { echo "# $test_name: no loop device here"; return 0; }
traced() {
	start biosnoop -d "$disk" "$@" || not_ok "biosnoop $* attaches"
	disk_reads 3
	disk_writes 2 100
	stop
}
# wanted HEAD: rows of those requests, without times and process
wanted() {
	{
		printf 'dd %s R %-10d 4096 %s\n' "$disk" 0 "$1" "$disk" 8 "$2" "$disk" 16 "$2"
		printf 'dd %s W %-10d 4096 %s\n' "$disk" 800 "$3" "$disk" 808 "$2"
	} | tr -s ' ' | sed 's/ $//' > "$dir/want"
}
# Time, process and latencies are cut out behind a look at their form.
requests() {
	tail -n +2 "$dir/out" | sed -nE 's/^[0-9]+\.[0-9]{6} +(dd) +[0-9]+ +(.*[^ ]) +[0-9]+\.[0-9]{2}$/\1 \2/p' |
		tr -s ' ' > "$dir/rows"
	diff -u "$dir/want" "$dir/rows" > "$dir/diff"
}
traced
check "ends with 0 at Ctrl-C" is 0
check "has the heading" heading 'TIME(s)     COMM           PID     DISK      T SECTOR     BYTES  LAT(ms)'
wanted
check "shows the requests of this disk" requests
check "the first is at 0" shown '^0\.000000 '
check "says nothing else" empty err
traced -P
check "-P has its heading" heading 'TIME(s)     COMM           PID     DISK      T SECTOR     BYTES  P LAT(ms)'
wanted '?' S R
check "-P tells sequential from random" requests
traced -Q
check "-Q has its heading" heading 'TIME(s)     COMM           PID     DISK      T SECTOR     BYTES  QUE(ms) LAT(ms)'
check "-Q shows the time in the queue" shown_times 5 ' 4096 +[0-9]+\.[0-9]{2} +[0-9]+\.[0-9]{2}$'
traced --json
check "--json agrees" json "[[o['comm'], o['disk'], o['write'], o['sector'], o['bytes']] for o in lines] ==
	[['dd', '$disk', w, s, 4096] for w, s in (('R', 0), ('R', 8), ('R', 16), ('W', 800), ('W', 808))]
	and all(o['latency_ns'] > 0 and o['pid'] > 0 for o in lines)"
