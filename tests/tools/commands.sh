# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# The commands of bcc itself: run, compile, check, dump, list, doctor, help; statuses and messages.
run() { "$BCC" "$@" > "$dir/out" 2> "$dir/err"; status=$?; }
is() { [ "$status" = "$1" ]; }

run --version
check "--version" shown '^bcc [0-9]'
run --help
check "--help lists commands" shown '^  doctor '
check "--help lists tools" shown '^  opensnoop '
run
check "nothing is wrong usage" is 2
run opensnop
check "an unknown command is wrong usage" is 2
check "the nearest is named" complains 'did you mean opensnoop\?'
for command in run compile check dump list doctor help; do
	run $command --help
	check "$command --help" shown "^usage: bcc $command "
done
run list
check "list" shown '^runqlat +cpu +Summarise'
run help runqlat
check "help TOOL" shown '^usage: runqlat .*\[interval \[count\]\]$'
run doctor
check "doctor" shown '^tracepoints?|^kernel '
ln -s "$(realpath "$BCC")" "$dir/execsnoop"
"$dir/execsnoop" --help > "$dir/out" 2> "$dir/err"
check "a link with a tool's name is the tool" shown '^usage: execsnoop '

run check tools/process/execsnoop.bpf.c examples/hello_world.c
check "check is silent about what is right" is 0
printf 'int f(void *ctx)\n{\n\treturn x;\n}\n' > "$dir/bad.c"
run check "$dir/bad.c"
check "check fails" is 1
check "check says where" complains 'bad\.c:3:9: error: '
run check /nonexistent.c
check "a missing file is named" complains "cannot read /nonexistent\.c: No such file"
run compile examples/hello_world.c -o "$dir/hello.o"
check "compile" is 0
run run -d 1 "$dir/hello.o"
check "an object runs" is 0
run compile tools/filesystem/opensnoop.bpf.c -o "$dir/opensnoop.o"
run run "$dir/opensnoop.o" -d 1 -x
check "an object of a tool takes options" shown '^PID    COMM               FD ERR PATH$'
for stage in --asm --ir --tree --preprocessed --btf "--after mem2reg"; do
	# shellcheck disable=SC2086
	run dump $stage examples/hello_world.c
	check "dump $stage" [ -s "$dir/out" ]
done
run run examples/hello_world.c surplus
check "surplus arguments are wrong usage" is 2
run opensnoop --ebpf
check "--ebpf prints the source" shown '^TOOL\("opensnoop"'
run opensnoop -p x
check "a bad number is wrong usage" is 2
check "the bad number is named" complains "argument -p/--pid: 'x' is not a process"
"$BCC" opensnoop > /dev/full -d 2 2> "$dir/err" &
sleep 0.5; cat /dev/null; wait $!
check "a full disk is reported" complains 'cannot write the output: No space left on device'
"$BCC" opensnoop 2> "$dir/err" | head -1 > "$dir/out"
check "a closed pipe is no error" [ ! -s "$dir/err" ]
