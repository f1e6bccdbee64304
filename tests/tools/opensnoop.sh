# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
touch "$dir/present"

check "attaches" start opensnoop
cat "$dir/present"
cat "$dir/missing" 2>/dev/null
stop
check "ends with 0 at Ctrl-C" [ "$status" = 0 ]
check "has the heading" shown '^PID    COMM               FD ERR PATH$'
check "shows an open" shown "^[0-9]+ +cat +[0-9]+   0 $dir/present\$"
check "shows a failure" shown "^[0-9]+ +cat +-1   2 $dir/missing\$"

start opensnoop -x -n cat
cat "$dir/present" "$dir/missing" 2>/dev/null
head "$dir/missing" 2>/dev/null
stop
check "-x shows failures only" not_shown "$dir/present"
check "-n shows this name only" shown_times 1 "$dir/missing"

start opensnoop -TUe
( umask 022; : > "$dir/new" )
cat "$dir/present"
stop
check "-e shows flags and mode" shown "^[0-9.]+ +0 +[0-9]+ +.* +[0-9]+ +0 00001101 0666 $dir/new\$"
check "-e shows n/a where no mode applies" shown "00000000 n/a  $dir/present\$|00100000 n/a  $dir/present\$"

start opensnoop -f O_CREAT
cat "$dir/present"
: > "$dir/new"
stop
check "-f filters by flag" not_shown "$dir/present"
check "-f shows what has the flag" shown "$dir/new\$"

start opensnoop -F
( cd "$dir" && cat present )
stop
check "-F puts the directory in front" shown " $dir/present\$"

start opensnoop --json
cat "$dir/missing" 2>/dev/null
stop
check "--json gives JSON lines" json_lines
check "--json has raw values" shown "\"comm\":\"cat\",\"fd\":-1,\"err\":2,.*\"path\":\"$dir/missing\"}\$"

"$BCC" opensnoop --exec cat "$dir/present" > "$dir/out" 2> "$dir/err"
check "--exec traces the command" shown "cat +[0-9]+   0 $dir/present\$"
check "--exec traces nothing else" [ "$(awk 'NR > 1 && $2 != "cat"' "$dir/out" | grep -vc bcc)" = 0 ]

"$BCC" opensnoop -d 1 > "$dir/out" 2> "$dir/err"
check "-d ends by itself" [ $? = 0 ]
"$BCC" opensnoop -f O_NONSENSE > "$dir/out" 2> "$dir/err"
check "an unknown flag is refused" complains '^Bad flag: O_NONSENSE$'
