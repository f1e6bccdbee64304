# SPDX-License-Identifier: Apache-2.0
# Functions for tool tests. A test is a file NAME.sh: it starts a tool, causes events that the tool
# must show, ends it, and checks its output; one line "ok" or "not ok" a fact.
# shellcheck shell=sh

BCC=${BCC:-build/bcc}
dir=$(mktemp -d /tmp/bcc-test.XXXXXX)
tool_pid=
# Only what this test started is ended.
cleanup() { [ -z "$tool_pid" ] || kill -KILL "$tool_pid" 2>/dev/null; rm -rf "$dir"; }
trap cleanup EXIT

ok() { echo "ok $test_name: $1"; }
not_ok() {
	for f in out err; do
		[ -s "$dir/$f" ] && { echo "--- $f"; head -40 "$dir/$f"; }
	done
	echo "not ok $test_name: $1"
}
# check FACT COMMAND...: the fact holds if the command succeeds
check() { fact=$1; shift; if "$@"; then ok "$fact"; else not_ok "$fact"; fi; }

# start WORDS...: bcc WORDS in the background, output to $dir/out and $dir/err; returns when it is
# attached (its process sleeps with an open event buffer, link or perf event).
start() {
	"$BCC" "$@" > "$dir/out" 2> "$dir/err" &
	tool_pid=$!
	for _ in $(seq 200); do
		kill -0 $tool_pid 2>/dev/null || return 1
		if ls -l /proc/$tool_pid/fd 2>/dev/null | grep -qE 'bpf[-_]link|perf_event|raw-tracepoint' &&
			grep -q '^State:.S' /proc/$tool_pid/status 2>/dev/null; then
			sleep 0.1
			return 0
		fi
		sleep 0.05
	done
	return 1
}
# stop [SIGNAL]: ends the tool as a user would; its exit status is in $status
stop() {
	sleep 0.3
	kill "-${1:-INT}" $tool_pid 2>/dev/null
	wait $tool_pid
	status=$?
	tool_pid=
}
# shown REGEX: some line of the output matches (grep -E); shown_times N REGEX: exactly N lines do
shown() { grep -qE -- "$1" "$dir/out"; }
shown_times() { [ "$(grep -cE -- "$2" "$dir/out")" = "$1" ]; }
not_shown() { ! grep -qE -- "$1" "$dir/out"; }
complains() { grep -qE -- "$1" "$dir/err"; }
json_lines() { python3 -c 'import json, sys
for line in open(sys.argv[1]): json.loads(line)' "$dir/out"; }
has_kprobes() { [ -e /sys/bus/event_source/devices/kprobe ]; }
