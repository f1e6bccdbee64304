# SPDX-License-Identifier: Apache-2.0
# Functions for tool tests. A test is a file NAME.sh: it starts a tool, causes events that the tool
# must show, ends it, and checks its output; one line "ok" or "not ok" a fact.
#
# Others use the machine at the same time, so facts are about the test's own processes and devices.
# A workload waits until the tool is attached and prints what it did, one line of fields (separated
# by tabs) a deed; the test makes from them the lines that the tool must show.
# shellcheck shell=sh

BCC=${BCC:-build/bcc}
dir=$(mktemp -d "${TMPDIR:-/tmp}/bcc-test.XXXXXX")
tool_pid=
disk_device=
# the interpreter itself: what is called python3 may be a script
python=$(python3 -c 'import sys; print(sys.executable)')
# Only what this test started is ended.
cleanup() {
	[ -z "$tool_pid" ] || kill -KILL "$tool_pid" 2>/dev/null
	[ -z "$disk_device" ] || losetup -d "$disk_device"
	rm -rf "$dir"
}
trap cleanup EXIT

ok() { echo "ok $test_name: $1"; }
not_ok() {
	for f in out err diff; do
		[ -s "$dir/$f" ] && { echo "--- $f"; head -20 "$dir/$f" | cut -c1-200; }
	done
	rm -f "$dir/diff"
	echo "not ok $test_name: $1"
}
# check FACT COMMAND...: the fact holds if the command succeeds
check() { fact=$1; shift; if "$@"; then ok "$fact"; else not_ok "$fact"; fi; }

# run WORDS...: bcc WORDS to its end; status in $status
run() { "$BCC" "$@" > "$dir/out" 2> "$dir/err" < /dev/null; status=$?; }
is() { [ "$status" = "$1" ]; }
# refused STATUS REGEX WORDS...: bcc WORDS ends so, says so on one line, and shows nothing else
refused() {
	refused_status=$1 refused_text=$2; shift 2
	run "$@"
	check "bcc $* is refused" is_refused
}
is_refused() { [ "$status" = "$refused_status" ] && complains "$refused_text" && [ ! -s "$dir/out" ]; }

# start WORDS...: bcc WORDS in the background, output to $dir/out and $dir/err; returns when it is
# attached (its process sleeps with an open event buffer, link or perf event).
start() {
	"$BCC" "$@" > "$dir/out" 2> "$dir/err" < /dev/null &
	tool_pid=$!
	for _ in $(seq 300); do
		kill -0 $tool_pid 2>/dev/null || return 1
		case $(readlink /proc/$tool_pid/fd/* 2>/dev/null) in
		*bpf?link* | *perf_event* | *raw-tracepoint*)
			grep -q '^State:.S' /proc/$tool_pid/status 2>/dev/null && return 0 ;;
		esac
		sleep 0.05
	done
	return 1
}
# stop [SIGNAL]: ends the tool as a user would; its exit status is in $status
stop() {
	sleep 0.3
	kill "-${1:-INT}" $tool_pid 2>/dev/null
	wait $tool_pid 2>/dev/null
	status=$?
	tool_pid=
}
# prepare COMMAND...: a workload that begins when it can read a line; its pid is in $work_pid,
# what it prints goes to $dir/deeds
prepare() {
	rm -f "$dir/go" "$dir/deeds"
	mkfifo "$dir/go"
	"$@" < "$dir/go" > "$dir/deeds" &
	work_pid=$!
	exec 9> "$dir/go"
	for _ in $(seq 200); do                # until it is in read(0, ...)
		grep -qs '^0 0x0 ' /proc/$work_pid/syscall && return
		sleep 0.05
	done
}
# go: lets it begin, and waits for its end
go() {
	echo >&9
	exec 9>&-
	wait $work_pid
}
# work: the C workloads, built by tests/suites/tools
work="${O:-build}/tests/tools/workloads"

# shown REGEX: some line of the output matches (grep -E); shown_times N REGEX: exactly N lines do
shown() { grep -qE -- "$1" "$dir/out"; }
shown_times() { [ "$(grep -cE -- "$2" "$dir/out")" = "$1" ]; }
not_shown() { ! grep -qE -- "$1" "$dir/out"; }
complains() { grep -qE -- "$1" "$dir/err"; }
# want FORMAT [AWK CONDITION]: lines made from the deeds by awk's printf, wanted in the output
want() {
	awk -F'\t' "${2:+$2 }"'{ printf '"$1"' }' "$dir/deeds" > "$dir/want"
}
# rows [REGEX]: the output behind its heading, of lines that match, is exactly what is wanted
rows() {
	tail -n +2 "$dir/out" | grep -E -- "${1:-}" > "$dir/rows"
	[ -s "$dir/want" ] && diff -u "$dir/want" "$dir/rows" > "$dir/diff"
}
heading() { [ "$(head -1 "$dir/out")" = "$1" ]; }
empty() { [ ! -s "$dir/$1" ]; }
json_lines() { "$python" -c 'import json, sys
for line in open(sys.argv[1]): json.loads(line)' "$dir/out"; }
# json EXPRESSION...: a Python expression that holds of `lines`, the parsed objects
json() { "$python" -c 'import json, sys
lines = [json.loads(line) for line in open(sys.argv[1])]
sys.exit(not eval("(" + sys.argv[2] + ")", {"json": json, "lines": lines, "deeds":
    [line.rstrip("\n").split("\t") for line in open(sys.argv[3])]}))' "$dir/out" "$1" "${2:-/dev/null}"; }
has_kprobes() { [ -e /sys/bus/event_source/devices/kprobe ]; }

# What the tool holds in the kernel: programs, their maps, and links, one line "KIND ID" each.
hold() {
	{
		cat /proc/$tool_pid/fdinfo/* 2>/dev/null |
			awk '$1 ~ /^(prog|map|link)_id:/ { print substr($1, 1, length($1) - 4), $2 }'
		bpftool prog show | awk -v ids=" $(cat /proc/$tool_pid/fdinfo/* 2>/dev/null |
			awk '$1 == "prog_id:" { printf "%s ", $2 }')" '
			/^[0-9]+:/ { ours = index(ids, " " ($1 + 0) " ") }
			ours && match($0, /map_ids [0-9,]+/) {
				n = split(substr($0, RSTART + 8, RLENGTH - 8), map, ",")
				for (k = 1; k <= n; k++) print "map", map[k]
			}'
	} | sort -u > "$dir/held"
}
# Nothing of that is left (the kernel frees late).
nothing_left() {
	[ -s "$dir/held" ] || return 1
	for _ in $(seq 20); do
		for kind in prog map link; do
			bpftool $kind show 2>/dev/null | sed -n "s/^\([0-9]*\): .*/$kind \1/p"
		done | sort > "$dir/present"
		comm -12 "$dir/held" "$dir/present" > "$dir/diff"
		[ -s "$dir/diff" ] || return 0
		sleep 0.2
	done
	return 1
}

# disk: a block device of our own, $disk_device; $disk is its name. false: not possible here
make_disk() {
	modprobe loop 2>/dev/null
	truncate -s 4M "$dir/disk" 2>/dev/null || return 1
	disk_device=$(losetup -f --show "$dir/disk" 2>/dev/null) || { disk_device=; return 1; }
	disk=$(basename "$disk_device")
}
# N direct reads/writes of 4 KiB, one after the other: each is one request
disk_reads() { dd if="$disk_device" of=/dev/null bs=4k count="$1" iflag=direct 2>/dev/null; }
disk_writes() { dd if=/dev/zero of="$disk_device" bs=4k count="$1" seek="${2:-0}" oflag=direct 2>/dev/null; }
