# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# I/O on a disk of our own: 20 reads, 5 writes, one request each.
refused 1 '^ERROR: can only use -D or -F\. Exiting\.$' biolatency -D -F
refused 1 "^no such disk 'no-such-disk'\$" biolatency -d no-such-disk
refused 2 'argument interval: ' biolatency 0
make_disk || { echo "# $test_name: no loop device here"; return 0; }
traced() {
	start biolatency -d "$disk" "$@" || not_ok "biolatency $* attaches"
	disk_reads 20
	disk_writes 5
	stop
}
# counted N [SECTION]: the counts of all histograms, or of that one, add up to N
counted() {
	awk -v n="$1" -v section="${2:-}" '/ = / { on = $0 == section } $2 == "->" && (on || section == "") { sum += $5 }
		END { exit sum != n }' "$dir/out"
}
traced
check "ends with 0 at Ctrl-C" is 0
check "has the banner" heading 'Tracing block device I/O... Hit Ctrl-C to end.'
check "shows a histogram" shown '^ {5}usecs               : count     distribution$'
check "-d counts the requests of this disk" counted 25
traced -e
check "-e shows the average" shown '^avg = [0-9]+ usecs, total: [0-9]+ usecs, count: 25$'
traced -Q
check "-Q counts them, too" counted 25
traced -D
check "-D names the disk" counted 25 "disk = $disk"
check "-D shows no other" shown_times 1 '^disk = '
traced -F
check "-F names reads" shown '^flags = ([A-Za-z]+-)*Read$'
check "-F names writes" shown '^flags = ([A-Za-z]+-)*Sync-([A-Za-z]+-)*Write$'
check "-F counts both" counted 25
[ -z "${IN_VM:-}" ] || return 0            # the rest is the same on every kernel
traced -m -e
check "-m changes the unit" shown '^avg = [0-9]+ msecs, total: [0-9]+ msecs, count: 25$'
traced -j -D
check "-j prints JSON" json "lines[0]['disk'] == '$disk' and lines[0]['val_type'] == 'usecs'
	and sum(d['count'] for d in lines[0]['data']) == 25 and len(lines) == 1"
check "-j prints nothing else" [ "$(wc -l < "$dir/out")" = 1 ]
run biolatency -T 1 2
check "ends after so many reports" is 0
check "-T adds the time" shown_times 2 '^[0-2][0-9]:[0-5][0-9]:[0-5][0-9] *$'
