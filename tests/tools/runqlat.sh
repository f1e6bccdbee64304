# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
"$BCC" runqlat 1 1 > "$dir/out" 2> "$dir/err"
check "ends after one report" [ $? = 0 ]
check "has the banner" shown '^Tracing run queue latency\.\.\. Hit Ctrl-C to end\.$'
check "shows a histogram" shown '^ {5}usecs               : count     distribution$'
check "has counts" shown '^ +[0-9]+ -> [0-9]+ +: [1-9][0-9]* +\|'

"$BCC" runqlat -mT 1 1 > "$dir/out" 2> "$dir/err"
check "-m changes the unit" shown ' msecs  '
check "-T adds the time" shown '^[0-9]{2}:[0-9]{2}:[0-9]{2}$'
"$BCC" runqlat -L 1 1 > "$dir/out" 2> "$dir/err"
check "-L makes sections" shown '^tid = [0-9]+$'
"$BCC" runqlat -P 1 1 > "$dir/out" 2> "$dir/err"
check "-P makes sections" shown '^pid = [0-9]+$'
"$BCC" runqlat --pidnss 1 1 > "$dir/out" 2> "$dir/err"
check "--pidnss makes sections" shown '^pidns = [0-9]+$'
"$BCC" runqlat --json 1 1 > "$dir/out" 2> "$dir/err"
check "--json gives JSON lines" json_lines
