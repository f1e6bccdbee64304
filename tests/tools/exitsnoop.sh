# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
check "attaches" start exitsnoop
/bin/true
sh -c 'exit 3'
sh -c 'kill -TERM $$' 2> /dev/null
stop
check "has the heading" shown '^PCOMM            PID     PPID    TID     AGE\(s\)  EXIT_CODE$'
check "shows success" shown "^true +[0-9]+ +$$ +[0-9]+ +0\.[0-9]+ +0 *\$"
check "shows an exit status" shown "^sh +[0-9]+ +$$ +[0-9]+ +0\.[0-9]+ +code 3 *\$"
check "shows a signal" shown "signal 15 \(TERM\)"

start exitsnoop -x --label=L --utc
/bin/true
sh -c 'exit 4'
stop
check "-x hides success" not_shown '^.* true '
check "--utc and --label add columns" shown '^TIME-UTC     LABEL PCOMM '
check "label and time are in the rows" shown '^[0-9:]{8}\.[0-9]{3} L     sh .*code 4'

sleep 1 &
"$BCC" exitsnoop -p $! > "$dir/out" 2> "$dir/err"
check "-p ends with the process" shown '^sleep '
