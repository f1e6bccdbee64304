# SPDX-License-Identifier: Apache-2.0
# where: host
# shellcheck shell=sh
# Programs and command lines that are wrong: one clear answer, the right status, nothing loaded.
# program TEXT: writes $dir/p.c
program() { printf '%s\n' "$1" > "$dir/p.c"; }
# finds LINE:COLUMN REGEX [WORDS...]: bcc check of the program fails with that error there, shows the
# source line and a caret below the column
finds() {
	place=$1 text=$2
	run check "$dir/p.c"
	check "$place $text" is_found
}
is_found() {
	line=${place%:*} column=${place#*:}
	is 1 || return 1
	grep -A2 -E "^$dir/p.c:$place: error: .*$text" "$dir/err" > "$dir/found" || return 1
	[ "$(sed -n 2p "$dir/found")" = "    $(sed -n "${line}p" "$dir/p.c" | expand)" ] || return 1
	# tabs before the column are as wide in both lines
	[ "$(sed -n 3p "$dir/found" | tr -d ' ')" = '^' ] &&
		[ "$(sed -n 3p "$dir/found" | wc -c)" -ge $((column + 4)) ]
}
head='int f(struct xdp_md *ctx)
{'
program "$head
	int x = 1
	return x;
}"
finds 3:11 "expected ';'"
check "says what to write instead" complains "help: insert ';' here"
program "$head
	struct nope q;
	char *p = \"a\";

	missing = 3;
	return p * 2;
}"
finds 3:14 "incomplete type"
check "several errors in one go" [ "$(grep -c ': error: ' "$dir/err")" = 3 ]
check "and the last one is found, too" complains "p\.c:7:11: error: '\*' does not work"
program "BPF_HASH(m, u32, u64);
$head
	u32 k = 1;

	m.lokup(&k);
	return 2;
}"
finds 6:4 "the map 'm' has no method 'lokup'"
check "the nearest method is named" complains 'did you mean .*lookup|methods are: lookup,'
program "$head
	return bpf_ktime_get_nss();
}"
finds 3:9 'bpf_ktime_get_nss'
check "the nearest helper is named" complains 'bpf_ktime_get_ns\b'
program "$head
	return bpf_get_stackid(ctx, 0, 0);
}"
run check "$dir/p.c"
check "a helper that this type of program may not call" complains 'p\.c:3:[0-9]+: error: .*bpf_get_stackid'
program "BPF_HASH(m, u32, u64);
$head
	u32 k = 1;
	u64 *v = m.lookup(&k);

	return *v;
}"
finds 7:10 "may be NULL"
program "$head
	char large[600];

	large[0] = 0;
	bpf_trace_printk(\"%s\", large);
	return 2;
}"
run check "$dir/p.c"
check "a stack too large" complains 'p\.c:3:7: error: .*512'
check "and what to use instead" complains 'help: .*BPF_PERCPU_ARRAY'
program "$head
	while (1)
		bpf_ktime_get_ns();
	return 2;
}"
run check "$dir/p.c"
check "a loop without an end" complains 'p\.c:[34]:[0-9]+: error: '
for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25; do echo "int x$n = y;"; done > "$dir/p.c"
run check "$dir/p.c"
check "many errors end with a count" complains '^[0-9]+ more errors'
program '}{)(][#@"'"'"'\'
run check "$dir/p.c"
check "nonsense is an error" is 1
head -c 4096 /dev/urandom > "$dir/p.c"
run check "$dir/p.c"
check "random bytes are an error" is 1
: > "$dir/p.c"
run check "$dir/p.c"
[ "$status" -le 1 ] && ok "an empty file does no harm" || not_ok "an empty file does no harm"

# probes
program 'TRACEPOINT_PROBE(syscalls, sys_enter_opennat) { return 0; }'
refused 1 'there is no tracepoint syscalls:sys_enter_opennat in this kernel' run "$dir/p.c"
check "the nearest tracepoint is named" complains 'Did you mean syscalls:sys_enter_openat\?'
program 'RAW_TRACEPOINT_PROBE(sched_swich) { return 0; }'
refused 1 'there is no raw tracepoint sched_swich' run "$dir/p.c"
if ! has_kprobes; then
	program 'int kprobe__vfs_read(struct pt_regs *ctx) { return 0; }'
	refused 1 'cannot probe kernel function vfs_read: this kernel is built without kprobes' run "$dir/p.c"
	check "says what else would do" complains 'Use a tracepoint instead'
	refused 1 'vfsstat' vfsstat
fi

# files
refused 1 'cannot read /nonexistent\.c: No such file or directory' run /nonexistent.c
refused 1 "cannot read $dir: Is a directory" run "$dir"
refused 1 "cannot read $dir: Is a directory" check "$dir"
refused 1 "cannot read $dir: Is a directory" compile "$dir"
echo 'not an object' > "$dir/x.o"
run run "$dir/x.o"
check "a file that is no object" is 1
refused 1 'cannot write .*/nonexistent/x\.o' compile examples/hello_world.c -o /nonexistent/x.o
refused 1 'cannot write .*/dev/full' compile examples/hello_world.c -o /dev/full
check "and leaves the device where it is" [ -c /dev/full ]
# command lines
refused 2 'unknown option (-x|-Z|--nonsense)' check --nonsense x.c
refused 2 'unknown option' dump --nonsense x.c
refused 2 "there is no command or tool 'opensnop'" opensnop
check "the nearest is named" complains 'did you mean opensnoop\?'
refused 2 "there is no command or tool '--nonsense'" --nonsense
refused 2 "argument -p/--pid: 'x' is not a process" opensnoop -p x
refused 2 "argument -d/--duration: " opensnoop -d 1x
refused 2 "argument -b/--buffer-pages: " opensnoop -b 99999999999999999999
refused 2 'argument -p' opensnoop -p
check "one line and the usage is all" [ "$(grep -c 'error: ' "$dir/err")" = 1 ]
