# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# fields of deeds: pid, tid, fd, err, flags, mode, path
mkdir "$dir/files"
plain='"%-6d %-16s %4d %3d %s\n", $1, "opens", $3, $4, $7'
opens() { prepare "$work/opens" "$dir/files"; }
# traced WORDS...: opensnoop -p WORKLOAD WORDS while the workload runs
traced() {
	opens
	start opensnoop -p $work_pid "$@" || not_ok "opensnoop $* attaches"
	go
	stop
	rm -rf "$dir/files"
	mkdir "$dir/files"
}

traced
check "ends with 0 at Ctrl-C" is 0
check "has the heading" heading 'PID    COMM               FD ERR PATH'
want "$plain"
check "shows every open of the process as it was" rows
check "says nothing else" empty err

traced -F
want '"%-6d %-16s %4d %3d %s\n", $1, "opens", $3, $4, $7 ~ "^/" ? $7 : "'"$dir/files/"'" $7'
check "-F puts the directory in front" rows
traced --json -TUeF
check "--json gives JSON lines with all fields" json 'len(lines) == len(deeds) and all(
	[o["uid"], o["pid"], o["comm"], o["fd"], o["err"]] == [0, int(d[0]), "opens", int(d[2]), int(d[3])]
	and o["path"].endswith("/" + d[6].lstrip("/")) and o["flags"] == int(d[4], 8)
	and (o["mode"] is None) == (d[5] == "n/a ") and o["ts"] > 0
	for o, d in zip(lines, deeds))' "$dir/deeds"
[ -z "${IN_VM:-}" ] || return 0            # the rest is the same on every kernel
traced -x
want "$plain" '$4'
check "-x shows failures only" rows
traced -e -f O_CREAT -f O_PATH
want '"%-6d %-16s %4d %3d %-8s %-4s %s\n", $1, "opens", $3, $4, $5, $6, $7' \
	'$6 !~ /n.a/ && $7 != "." || $7 ~ /files$/'
check "-e has its heading" heading 'PID    COMM               FD ERR FLAGS    MODE PATH'
check "-e and -f show flags and mode of what has the flags" rows
traced -b 4 -u root
want "$plain"
check "-u root shows root's; -b does" rows
traced -u 65533
check "-u hides others'" shown_times 1 ''
traced -n pen
want "$plain"
check "-n shows names that contain it" rows
traced -n Pen
check "-n hides others" shown_times 1 ''
traced -TU
want '"0     %-6d %-16s %4d %3d %s\n", $1, "opens", $3, $4, $7'
check "-T and -U have the heading" heading 'TIME(s)       UID   PID    COMM               FD ERR PATH'
sed -i 's/^[0-9]*\.[0-9]\{9\}  *//' "$dir/out"
check "-T and -U put time and user in front" rows

# threads: the second one's id is known only afterwards, so it is the shell's that is filtered
opens
start opensnoop -t $work_pid -p 1
go
stop
want "$plain" '$1 == $2'
check "-t is titled TID" heading 'TID    COMM               FD ERR PATH'
check "-t wins over -p and hides other threads" rows

# containers: pinned maps of the caller
refused 1 'nonexistent' opensnoop --cgroupmap /nonexistent
# a child
run opensnoop --exec cat "$dir/missing"
check "--exec traces the command" shown "^[0-9]+ +cat +-1   2 $dir/missing\$"
check "--exec ends with it" is 0
check "--exec traces nothing else" [ "$(awk 'NR > 1 && $2 != "cat" && $2 != "bcc"' "$dir/out")" = "" ]
run opensnoop --exec /nonexistent/command
check "--exec says why it cannot" complains '^failed to exec command: '
refused 1 '^ERROR: can only use -p or --exec\. Exiting\.$' opensnoop -p 1 --exec true
refused 1 '^ERROR: --exec without command\. Exiting\.$' opensnoop --exec
refused 1 '^Bad flag: O_NONSENSE$' opensnoop -f O_NONSENSE
refused 2 'argument -u/--uid: ' opensnoop -u no-such-user
refused 2 'argument -d/--duration: ' opensnoop -d soon
refused 2 'unknown option --nonsense' opensnoop --nonsense
run opensnoop -d 1 -p 1
check "-d ends by itself" is 0
