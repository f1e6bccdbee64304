# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Reads that no cache answers: of a file, directly from its disk (a tmpfs cannot).
reads() {
	dd if=/dev/zero of="$dir/file" bs=4k count=50 oflag=direct 2> /dev/null &&
		dd if="$dir/file" of=/dev/null bs=4k iflag=direct 2> /dev/null
}
"$BCC" biolatency -D -F > "$dir/out" 2> "$dir/err"
check "-D with -F is refused" complains '^ERROR: can only use -D or -F\. Exiting\.$'
"$BCC" biolatency -d no-such-disk > "$dir/out" 2> "$dir/err"
check "an unknown disk is refused" complains "^no such disk 'no-such-disk'\$"
check "attaches" start biolatency -e
if reads; then
	stop
	check "shows a histogram" shown '^ {5}usecs               : count     distribution$'
	check "-e shows the average" shown '^avg = [0-9]+ usecs, total: [0-9]+ usecs, count: [0-9]+$'
	start biolatency -D
	reads
	stop
	check "-D names the disk" shown '^disk = [a-z]'
	start biolatency -F
	reads
	stop
	check "-F names the flags" shown '^flags = .*Read$'
	start biosnoop -Q
	reads
	stop
	check "biosnoop has the heading" shown '^TIME\(s\) +COMM +PID +DISK +T SECTOR +BYTES +QUE\(ms\) +LAT\(ms\)$'
	check "biosnoop shows the reads" shown '^[0-9.]+ +dd +[0-9]+ +[a-z][a-z0-9]* +R [0-9]+ +4096 +[0-9.]+ +[0-9.]+$'
else
	stop
	echo "# nothing here reads from a disk: only attaching was tested"
	check "biosnoop attaches" start biosnoop
	stop
fi
