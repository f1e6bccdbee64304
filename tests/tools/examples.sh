# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
check "hello_world attaches" start run examples/hello_world.c
/bin/true
stop
check "hello_world greets" shown 'Hello, World!$'

check "trace_fields attaches" start run examples/trace_fields.c
/bin/true
stop
check "trace_fields shows two fields" shown '^[0-9]+ Hello, World!$'

"$BCC" run examples/task_switch.c > "$dir/out" 2> "$dir/err"
check "task_switch ends after a second" [ $? = 0 ]
check "task_switch counts" shown '^task_switch\[ *[0-9]+-> *[0-9]+\]=[0-9]+$'

check "bitehist attaches" start run examples/bitehist.c
sync
stop
check "bitehist has its banner" shown '^Tracing\.\.\. Hit Ctrl-C to end\.$'
check "bitehist has two titles" shown_times 2 '^(log2|linear) histogram$'

check "disksnoop attaches" start run examples/disksnoop.c
stop
check "disksnoop has its heading" shown '^TIME\(s\)            T  BYTES    LAT\(ms\)$'

has_kprobes || return 0
check "vfsreadlat attaches" start run examples/vfsreadlat.c
cat /etc/passwd > /dev/null
stop
check "vfsreadlat shows a histogram" shown '^ {5}usecs '
check "tcpv4connect attaches" start run examples/tcpv4connect.c
stop
check "tcpv4connect has its heading" shown '^PID    COMM         SADDR            DADDR            DPORT$'
