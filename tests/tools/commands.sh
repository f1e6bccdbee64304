# SPDX-License-Identifier: Apache-2.0
# where: host
# shellcheck shell=sh
# The commands of bcc itself: run, compile, check, dump, list, doctor, help.

run --version
check "--version" shown '^bcc [0-9]'
run --help
check "--help lists commands" shown '^  doctor '
check "--help lists tools" shown '^  opensnoop '
run
check "nothing is wrong usage" is 2
for command in run compile check dump list doctor help; do
	run $command --help
	check "$command --help" shown "^usage: bcc $command "
done
run list
check "list" shown '^runqlat +cpu +Summarise'
run help runqlat
check "help TOOL" shown '^(usage: runqlat .*|  *)\[interval \[count\]\]$'
run doctor
check "doctor" shown '^tracepoints?|^kernel '
ln -s "$(realpath "$BCC")" "$dir/execsnoop"
"$dir/execsnoop" --help > "$dir/out" 2> "$dir/err"
check "a link with a tool's name is the tool" shown '^usage: execsnoop '

run check tools/process/execsnoop.bpf.c examples/hello_world.c
check "check is silent about what is right" is 0
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
prepare "$work/opens" "$dir"
"$BCC" opensnoop -d 3 -p $work_pid > /dev/full 2> "$dir/err" &
sleep 1
go
wait
check "a full disk is reported" complains 'cannot write the output: No space left on device'

# events and maps of a program without TOOL()
cat > "$dir/mine.c" <<'C'
struct event { u32 pid; char comm[16]; };
BPF_RINGBUF_OUTPUT(events, 8);
BPF_HASH(counts, u32, u64);
BPF_HISTOGRAM(sizes);

TRACEPOINT_PROBE(syscalls, sys_enter_getppid)
{
	struct event e = { .pid = bpf_get_current_pid_tgid() >> 32 };

	bpf_get_current_comm(e.comm, sizeof(e.comm));
	if (e.comm[0] != 'c' || e.comm[1] != 'a' || e.comm[2] != 'l')
		return 0;
	if (!counts.lookup(&e.pid))
		events.ringbuf_output(&e, sizeof(e), 0);
	counts.increment(e.pid);
	sizes.increment(bpf_log2l(5));
	return 0;
}
C
# ran WORDS...: bcc run of it while a process named "calls" makes 1000 such calls
ran() {
	prepare "$work/calls"
	start run "$@" "$dir/mine.c" || not_ok "mine.c attaches"
	go
	stop
}
ran
check "run shows events" shown "$work_pid.*calls"
check "run shows maps at the end" shown "$work_pid.* 1000\$"
check "run shows histograms" shown '4 -> 7 +: 1000 '
check "run ends with 0" is 0
ran --json
check "run --json gives JSON lines" json_lines
check "run --json has events and maps" shown "\"pid\":$work_pid,\"comm\":\"calls\""
ran -d 2
check "run -D defines" is 0
run run -DWORD=1 -d 1 examples/hello_world.c
check "run -d ends by itself" is 0

# objects: the kernel takes them from bpftool, and from libbpf (which bpftool uses)
load() {
	unshare -m sh -c 'mount -t bpf bpf /sys/fs/bpf && bpftool prog loadall "$1" /sys/fs/bpf/test &&
		ls /sys/fs/bpf/test' - "$1" > "$dir/out" 2> "$dir/err"
}
for source in examples/hello_world.c examples/bitehist.c examples/task_switch.c examples/disksnoop.c \
	tools/*/opensnoop.bpf.c tools/*/execsnoop.bpf.c tools/*/runqlat.bpf.c "$dir/mine.c"; do
	run compile "$source" -o "$dir/object.o"
	check "compile $(basename "$source")" is 0
	check "bpftool loads it" load "$dir/object.o"
done
cat > "$dir/xdp.c" <<'C'
int pass(struct xdp_md *ctx) { return 2; }
C
run compile "$dir/xdp.c" -o "$dir/xdp.o"
check "a program's type comes from its context" load "$dir/xdp.o"
check "under its name" shown '^pass$'
printf 'int any(void *ctx) { return 0; }\n' > "$dir/any.c"
run compile "$dir/any.c" --program any=socket_filter -o "$dir/any.o"
check "or from --program" load "$dir/any.o"

# terminals
COLUMNS=40 "$BCC" opensnoop --help > "$dir/out"
check "help is as wide as the terminal" [ "$(awk '/^examples:/ { exit } length($0) > 40 && /^ / { n++ } END { print n + 0 }' "$dir/out")" = 0 ]
printf 'int x = y;\n' > "$dir/bad.c"
script -qec "$BCC check $dir/bad.c" /dev/null > "$dir/out" < /dev/null
check "colours on a terminal" [ -n "$(tr -dc '\033' < "$dir/out")" ]
NO_COLOR=1 script -qec "$BCC check $dir/bad.c" /dev/null > "$dir/out" < /dev/null
check "none with NO_COLOR" [ -z "$(tr -dc '\033' < "$dir/out")" ]
run check "$dir/bad.c"
check "none in a file" [ -z "$(tr -dc '\033' < "$dir/err")" ]

# doctor's table: a line for each thing, yes or no, and what is lost
run doctor
check "doctor ends with 0" is 0
check "doctor names the kernel" [ "$(head -1 "$dir/out" | cut -d' ' -f2 | tr -d ,)" = "$(uname -r)" ]
for thing in 'kernel type information' 'tracepoints' 'kernel function probes' 'function trampolines' \
	'just-in-time compiler' 'no lockdown' 'capabilities of this process' 'tracefs' 'build configuration'; do
	check "doctor: $thing" shown "^$thing.* (yes|no)( |\$)"
done
check "doctor says what is lost" [ "$(awk '/  no  / { n++ } /without it: / { n-- } END { print n <= 0 }' "$dir/out")" = 1 ]
