# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# What holds for every tool: Ctrl-C and SIGTERM end it with 0, a closed pipe quietly; nothing is left
# in the kernel, not even after kill -9; --help and a wrong option have their statuses.
tools=$("$BCC" list | awk '{ print $1 }')
check "bcc list lists tools" [ -n "$tools" ]
# Some file opens, processes, I/O, connections: something to show.
stir() {
	/bin/true
	cat /etc/hostname > /dev/null
	[ -z "$disk_device" ] || disk_writes 1
	"$python" -c 'import socket
s = socket.create_server(("127.0.0.1", 0)); socket.create_connection(s.getsockname())'
}
make_disk
for tool in $tools; do
	case $tool in vfsstat) has_kprobes || continue ;; esac
	check "$tool attaches" start "$tool"
	hold
	stop KILL
	check "$tool leaves nothing after kill -9" nothing_left
	[ -z "${IN_VM:-}" ] || continue            # the rest is the same on every kernel
	check "$tool attaches again" start "$tool"
	hold
	stop INT
	check "$tool ends with 0 at Ctrl-C" is 0
	check "$tool leaves nothing" nothing_left
	run "$tool" --help
	check "$tool --help" is 0
	check "$tool has its usage" shown "^usage: $tool "
	refused 2 'unknown option --no-such-option' "$tool" --no-such-option
done
[ -z "${IN_VM:-}" ] || return 0
: > "$dir/status"
for tool in opensnoop execsnoop exitsnoop tcpconnect biosnoop; do
	[ "$tool" = biosnoop ] && [ -z "$disk_device" ] && continue
	{ "$BCC" "$tool" 2> "$dir/err" < /dev/null; echo $? > "$dir/status"; } | head -1 > "$dir/out" &
	for _ in $(seq 30); do
		sleep 0.2
		stir
		[ ! -s "$dir/status" ] || break
	done
	check "$tool ends quietly when nobody reads any more" empty err
	check "$tool does it with 0" [ "$(cat "$dir/status")" = 0 ]
	: > "$dir/status"
done
