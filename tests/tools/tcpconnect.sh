# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# fields of deeds: pid, ip, saddr, lport, daddr, dport
ip link set lo up 2> /dev/null
traced() {
	prepare "$python" tests/tools/workloads/connects.py
	start tcpconnect -p $work_pid "$@" || not_ok "tcpconnect $* attaches"
	go
	stop
}
# Behind the row the column of DNS names would be.
trimmed() { sed -i 's/ *$//' "$dir/out" "$dir/want"; rows "$@"; }
plain='"%-7d %-12s %-2d %-16s %-16s %-6d\n", $1, "connector", $2, $3, $5, $6'

traced
check "ends with 0 at Ctrl-C" is 0
check "says nothing on standard error" empty err
sed -i '1{/^Tracing connect/d}' "$dir/out"
check "has the heading" shown '^PID     COMM         IP SADDR            DADDR            DPORT *$'
want "$plain"
check "shows the connections" trimmed '^[0-9]'
traced -L
want '"%-7d %-12s %-2d %-16s %-6d %-16s %-6d\n", $1, "connector", $2, $3, $4, $5, $6'
check "-L has its heading" shown '^PID     COMM         IP SADDR            LPORT  DADDR            DPORT *$'
check "-L shows the local port" trimmed '^[0-9]'
traced -c
want '"%-25s %-25s %-20d %-10d\n", $3, $5, $6, 2'
sort -u "$dir/want" -o "$dir/want"
sort "$dir/out" -o "$dir/out"
check "-c has its heading" shown '^LADDR                     RADDR                     RPORT                CONNECTS *$'
check "-c counts by addresses and port" trimmed '^[0-9:]'
[ -z "${IN_VM:-}" ] || return 0            # the rest is the same on every kernel
traced -4
want "$plain" '$2 == 4'
check "-4 shows IPv4 only" trimmed '^[0-9]'
if grep -q ::1 "$dir/deeds"; then
	traced -6
	want "$plain" '$2 == 6'
	check "-6 shows IPv6 only" trimmed '^[0-9]'
fi
prepare "$python" tests/tools/workloads/connects.py
start tcpconnect -p $work_pid -P 9,10
go
stop
check "-P hides other ports" not_shown connector
traced -U -u 0
want '"%-6d%-7d %-12s %-2d %-16s %-16s %-6d\n", 0, $1, "connector", $2, $3, $5, $6'
check "-U adds the user" trimmed '^0 '
traced -u 65533
check "-u hides others'" not_shown connector
traced -t
check "-t adds the time" shown '^TIME\(s\)  +PID '
check "-t begins with 0" shown '^0\.000 +[0-9]+ +connector '
traced --json
check "--json agrees" json '[[str(o["pid"]), str(o["ip"]), o["saddr"], o["daddr"], str(o["dport"]), "connector"]
	for o in lines] == [[d[0], d[1], d[2], d[4], d[5], "connector"] for d in deeds]' "$dir/deeds"
refused 2 'not allowed with argument' tcpconnect -4 -6
refused 2 'argument -P/--ports?: ' tcpconnect -P x
refused 2 'argument -P/--ports?: ' tcpconnect -P 70000
