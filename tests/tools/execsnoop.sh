# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
check "attaches" start execsnoop
/bin/echo one "two three" > /dev/null
sh -c "exec /nonexistent-program" 2> /dev/null
stop
check "has the heading" shown '^PCOMM            PID     PPID    RET ARGS$'
check "shows a program with its parent" shown "^echo +[0-9]+ +$$ +0 /bin/echo one two three\$"
check "shows no failures" not_shown " -2 /nonexistent-program"

start execsnoop -xqTUC
/bin/echo 'a"b' > /dev/null
sh -c "exec /nonexistent-program" 2> /dev/null
stop
check "-x shows failures" shown ' -2 "/nonexistent-program"$'
check "-q quotes" shown '0 "/bin/echo" "a\\"b"$'
check "-TUC add columns" shown '^TIME     UID   PCOMM            PID     PPID    CPU  RET ARGS$'

start execsnoop -l 'needle[0-9]' -n '^ech'
/bin/echo needle7 > /dev/null
/bin/echo needle > /dev/null
/bin/true needle8 > /dev/null
stop
check "-l and -n filter" shown_times 1 needle
check "-l and -n show what matches" shown needle7

start execsnoop --max-args 3
/bin/echo 1 2 3 4 > /dev/null
stop
check "--max-args cuts and says so" shown '/bin/echo 1 2 \.\.\.$'

start execsnoop --json
/bin/echo x > /dev/null
stop
check "--json gives JSON lines" json_lines
check "--json has arguments as a list" shown '"args":\["/bin/echo","x"\]}$'
