# SPDX-License-Identifier: Apache-2.0
# where: host
# shellcheck shell=sh
# What another user than root may do, and what they are told.
# as_nobody WORDS...: bcc without any capability
as_nobody() {
	setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all --bounding-set=-all \
		"$dir/bcc" "$@" > "$dir/out" 2> "$dir/err" < /dev/null
	status=$?
}
chmod 755 "$dir"
cp "$BCC" "$dir/bcc"
cp examples/hello_world.c "$dir/hello.c"
printf 'int f(void *ctx)\n{\n\treturn x;\n}\n' > "$dir/bad.c"
mkdir -m 777 "$dir/there"
as_nobody check "$dir/hello.c"
check "check needs no privileges" is 0
as_nobody check "$dir/bad.c"
check "and finds errors" complains 'bad\.c:3:9: error: '
as_nobody compile "$dir/hello.c" -o "$dir/there/hello.o"
check "compile needs none either" [ -s "$dir/there/hello.o" ]
as_nobody dump --asm "$dir/hello.c"
check "nor does dump" shown ': exit$|exit$'
for words in opensnoop "biolatency 1 1" "run $dir/hello.c"; do
	# shellcheck disable=SC2086
	as_nobody $words
	check "bcc $words: status 1" is 1
	check "bcc $words: names the capabilities" complains 'CAP_BPF and CAP_PERFMON missing'
	check "bcc $words: says what to do" complains 'run it as root'
	check "bcc $words: shows nothing" empty out
done
as_nobody doctor
check "doctor answers" is 0
check "doctor says what is missing" shown 'CAP_BPF and CAP_PERFMON missing'
as_nobody list
check "list lists" shown '^opensnoop '
as_nobody opensnoop --help
check "help helps" shown '^usage: opensnoop '
chmod 600 "$dir/hello.c"
as_nobody check "$dir/hello.c"
check "a file that may not be read" complains 'cannot read .*hello\.c: Permission denied'
# with CAP_BPF and CAP_PERFMON alone, tracefs stays out of reach, unless it is mounted for all
setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all,+bpf --ambient-caps=-all,+bpf \
	"$dir/bcc" opensnoop > "$dir/out" 2> "$dir/err" < /dev/null
check "one capability of two: the other is named" complains 'CAP_PERFMON'
