# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
listen() {
	python3 -c 'import socket, sys
for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
    try:
        s = socket.socket(family)
        s.bind((host, 0))
        s.listen(5)
        c = socket.create_connection(s.getsockname()[:2])
        print(host, s.getsockname()[1])
    except OSError as e:
        print(host, "none", e)' > "$dir/ports"
	v4=$(awk '$1 == "127.0.0.1" { print $2 }' "$dir/ports")
	v6=$(awk '$1 == "::1" { print $2 }' "$dir/ports")
}
ip link set lo up 2> /dev/null || true

check "attaches" start tcpconnect
listen
stop
check "has the heading" shown '^PID     COMM         IP SADDR            DADDR            DPORT$'
check "shows an IPv4 connection" shown "^[0-9]+ +python3 +4  127\.0\.0\.1 +127\.0\.0\.1 +$v4 *\$"
[ "$v6" = none ] || check "shows an IPv6 connection" shown "^[0-9]+ +python3 +6  ::1 +::1 +$v6 *\$"

start tcpconnect -P 9,10
listen
stop
check "-P filters by port" not_shown python3
start tcpconnect -c -4
listen
stop
check "-c counts" shown "^127\.0\.0\.1 +127\.0\.0\.1 +$v4 +1 *\$"
check "-4 hides IPv6" not_shown '^::1'
"$BCC" tcpconnect -4 -6 > "$dir/out" 2> "$dir/err"
check "-4 with -6 is a usage error" [ $? = 2 ]
