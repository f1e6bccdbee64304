# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Two threads open as fast as they can: each call is a row or is reported as lost, exactly.
# lost: what the tool says at once and in its reports
lost() { sed -n 's/^Possibly lost \([0-9]*\) samples\{0,1\}.*/\1/p' "$dir/err" | awk '{ n += $1 } END { print n + 0 }'; }
adds_up() {
	shown_rows=$(grep -c '/nonexistent/flood' "$dir/out")
	made=$(cat "$dir/deeds")
	echo "# $test_name: $made calls made, $shown_rows rows, $(lost) lost"
	[ "$made" = "$((2 * $1))" ] && [ $((shown_rows + $(lost))) = "$made" ]
}
calls=${IN_VM:+50000}
calls=${calls:-200000}
for options in "-b 1" "-b 1024" ""; do
	prepare "$work/flood" $calls
	# shellcheck disable=SC2086
	start opensnoop -p $work_pid $options
	go
	sleep 0.5
	stop
	check "rows and lost are the calls made${options:+ with $options}" adds_up $calls
	[ -z "${IN_VM:-}" ] || return 0
done
# a reader that is slower than the flood
prepare "$work/flood" $calls
( "$BCC" opensnoop -p $work_pid -d 6 2> "$dir/err" < /dev/null ) | { sleep 4; cat > "$dir/out"; } &
reader=$!
sleep 2
go
wait $reader
check "so they are when nobody reads for a while" adds_up $calls
