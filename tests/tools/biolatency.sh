# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A read that no cache answers: of the first disk there is.
disk=$(awk '$3 !~ /^(loop|ram|zram|dm-|sr|fd)/ { print $3; exit }' /proc/diskstats)
reads() {
	[ -b "/dev/$disk" ] && dd if="/dev/$disk" of=/dev/null bs=4k count=50 iflag=direct 2> /dev/null
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
	check "-D names the disk" shown "^disk = $disk\$"
	start biolatency -F
	reads
	stop
	check "-F names the flags" shown '^flags = .*Read$'
	start biosnoop -Q
	reads
	stop
	check "biosnoop has the heading" shown '^TIME\(s\) +COMM +PID +DISK +T SECTOR +BYTES +QUE\(ms\) +LAT\(ms\)$'
	check "biosnoop shows the reads" shown "^[0-9.]+ +dd +[0-9]+ +$disk +R [0-9]+ +4096 +[0-9.]+ +[0-9.]+\$"
else
	stop
	echo "# no disk to read from: only attaching was tested"
	check "biosnoop attaches" start biosnoop
	stop
fi
