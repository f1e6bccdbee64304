# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
check "attaches" start syscount
dd if=/dev/zero of=/dev/null bs=1 count=5000 2> /dev/null
stop
check "has the banner" shown '^Tracing syscalls, printing top 10\.\.\. Ctrl\+C to quit\.$'
check "has the heading" shown '^SYSCALL                   COUNT$'
check "counts calls" shown '^write +[5-9][0-9]{3}|^write +[0-9]{5,}'
check "says goodbye" shown '^Detaching\.\.\.$'

start syscount -LP -T 3
dd if=/dev/zero of=/dev/null bs=1 count=5000 2> /dev/null
stop
check "-P -L has the heading" shown '^PID    COMM               COUNT        TIME \(us\)$'
check "-T limits the rows" [ "$(grep -cE '^[0-9]+ ' "$dir/out")" -le 3 ]

start syscount -e ENOENT
for _ in 1 2 3; do cat /nonexistent 2> /dev/null; done
stop
check "-e counts these failures" shown '^openat +[1-9]'

start syscount --syscall write
dd if=/dev/zero of=/dev/null bs=1 count=100 2> /dev/null
stop
check "--syscall counts it alone" [ "$(grep -cE '^[a-z_0-9]+ +[0-9]+$' "$dir/out")" = 1 ]
"$BCC" syscount --syscall nonsense > "$dir/out" 2> "$dir/err"
check "an unknown call is refused" complains "^Error: syscall 'nonsense' not found\. Exiting\.\$"
"$BCC" syscount -l > "$dir/out" 2> "$dir/err"
check "-l lists the calls" shown '^read +write +open'
