# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# needs: kprobes
( dd if=/dev/zero of=/dev/null bs=1 count=300000 2> /dev/null & )
"$BCC" vfsstat 1 2 > "$dir/out" 2> "$dir/err"
check "ends after two reports" [ $? = 0 ]
check "has the heading" shown '^TIME         READ/s  WRITE/s  FSYNC/s   OPEN/s CREATE/s UNLINK/s  MKDIR/s  RMDIR/s$'
check "has two rows" shown_times 2 '^[0-9:]{8}: ( +[0-9]+){8}$'
check "counts reads" shown '^[0-9:]{8}: +[1-9][0-9]*'
