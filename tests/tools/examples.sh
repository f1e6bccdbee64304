# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
traced() { start run "examples/$1.c" || not_ok "$1 attaches"; }
# by clone(); for a program alone a shell may use vfork()
children() { for _ in 1 2 3; do ( : ); done; }

traced hello_world
children
stop
check "hello_world greets each new process" shown '^ *[^ ].*-[0-9]+ +\[[0-9]{3}\] .* [0-9]+\.[0-9]+: .*Hello, World!$'
check "of this shell, too" [ "$(grep -cE "\-$$ .*Hello, World!\$" "$dir/out")" -ge 3 ]
check "and ends with 0 at Ctrl-C" is 0

traced trace_fields
children
stop
check "trace_fields has its heading" heading 'PID MESSAGE'
check "trace_fields shows two fields" [ "$(grep -c "^$$ Hello, World!\$" "$dir/out")" -ge 3 ]

run run examples/task_switch.c
check "task_switch ends after a second" is 0
check "task_switch counts" shown '^task_switch\[ *[0-9]+-> *[0-9]+\]=[0-9]+$'
check "and shows nothing else" [ "$(grep -vcE '^task_switch\[ *[0-9]+-> *[0-9]+\]=[0-9]+$' "$dir/out")" = 0 ]

if make_disk; then
	traced bitehist
	disk_reads 8
	dd if="$disk_device" of=/dev/null bs=64k count=4 iflag=direct 2>/dev/null
	stop
	check "bitehist has its banner" heading 'Tracing... Hit Ctrl-C to end.'
	check "bitehist has both titles" [ "$(grep -A1 histogram "$dir/out" | tr '\n' ' ')" = \
		"log2 histogram ~~~~~~~~~~~~~~ -- linear histogram ~~~~~~~~~~~~~~~~ " ]
	check "bitehist counts in the log2 histogram" shown '^ +4 -> 7 +: ([89]|[0-9]{2,}) '
	check "bitehist counts in the linear histogram" shown '^ +64 +: ([4-9]|[0-9]{2,}) '
	check "bitehist ends with 0" is 0
	traced disksnoop
	disk_reads 4
	disk_writes 3
	stop
	check "disksnoop has its heading" heading 'TIME(s)            T  BYTES    LAT(ms)'
	check "disksnoop shows reads" [ "$(grep -cE '^[0-9]+\.[0-9]{9} +R +4096 +[0-9.]+$' "$dir/out")" -ge 4 ]
	check "disksnoop shows writes" [ "$(grep -cE '^[0-9]+\.[0-9]{9} +W +4096 +[0-9.]+$' "$dir/out")" -ge 3 ]
fi

has_kprobes || return 0
prepare "$work/vfs" "$dir"
traced vfsreadlat
go
stop
check "vfsreadlat shows a histogram" shown '^ {5}usecs               : count     distribution$'
check "vfsreadlat counts the reads" [ "$(awk '$2 == "->" { n += $5 } END { print (n >= 4000) }' "$dir/out")" = 1 ]
run run examples/vfsreadlat.c 1 2
check "vfsreadlat ends after so many reports" shown_times 2 '^ {5}usecs '
prepare "$python" tests/tools/workloads/connects.py
traced tcpv4connect
go
stop
want '"%-6d %-12s %-16s %-16s %-4d\n", $1, "connector", $3, $5, $6' '$2 == 4'
check "tcpv4connect has its heading" heading 'PID    COMM         SADDR            DADDR            DPORT'
check "tcpv4connect shows the connections" rows "^$work_pid "
