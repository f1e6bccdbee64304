# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# needs: kprobes
# The workload makes 4000 reads, 2000 writes, 40 fsync, 400 opens, 80 unlink, 40 mkdir, 40 rmdir.
prepare "$work/vfs" "$dir"
start vfsstat -p $work_pid 4 1
go
wait $tool_pid
status=$?
tool_pid=
check "ends after one report" is 0
check "has the heading" heading \
	'TIME         READ/s  WRITE/s  FSYNC/s   OPEN/s CREATE/s UNLINK/s  MKDIR/s  RMDIR/s'
# CREATE/s is vfs_create(): open(O_CREAT) does not pass there. Debian's 5.10 has vfs_rmdir() inlined
# in the system call.
check "shows the rates" shown '^[0-9:]{8}:      1000      500       10      100        0       20       10       (10| 0)$'
check "says nothing else" empty err
run vfsstat 1 2
check "has the heading once" shown_times 1 '^TIME '
check "has two rows" shown_times 2 '^[0-9:]{8}: ( +[0-9]+){8}$'
check "counts those of all processes" shown '^[0-9:]{8}: +[1-9][0-9]*'
start vfsstat 20
stop
check "Ctrl-C ends with 0" is 0
check "and without a last line" shown_times 1 ''
refused 2 'argument interval: ' vfsstat x
