# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# needs: kprobes
# bcc run on kernel functions: kprobes by --attach, patterns (kprobe.multi where the kernel has it),
# trampolines and LSM where they work. Nothing may remain, also after kill -9.
refused() { "$BCC" run -d 1 "$@" > "$dir/out" 2> "$dir/err"; [ $? = 1 ]; }
feature() { "$BCC" doctor --json | grep "\"feature\":\"$1\"" | grep -q '"state":"yes"'; }
reads() { for _ in 1 2 3 4 5; do cat /etc/passwd > /dev/null; done; }
left() { bpftool prog show 2> /dev/null | grep -cE ' name (count|by_multi|at_entry|at_exit|on_open) '; }

cat > "$dir/probe.c" <<'END'
#include <linux/ptrace.h>
BPF_ARRAY(counts, u64, 1);
int count(struct pt_regs *ctx) { counts.increment(0); return 0; }
END
for how in kprobe:vfs_read kretprobe:vfs_read vfs_read kprobe:vfs_read+0 'kprobe:vfs_*' 'kretprobe:vfs_re*'; do
	check "$how attaches" start run --attach "count=$how" "$dir/probe.c"
	reads
	stop
	check "$how counts" shown '^counts\[0\] = [1-9]'
done
check "kprobes of two targets attach" start run --attach count=vfs_read --attach count=vfs_write "$dir/probe.c"
kill -KILL $tool_pid; wait $tool_pid 2> /dev/null; tool_pid=
sleep 0.3
check "no program is left after kill -9" [ "$(left)" = 0 ]
check "a missing function is refused" refused --attach count=kprobe:vfs_reed "$dir/probe.c"
check "... with near names" complains 'vfs_re'
check "a pattern without a match is refused" refused --attach 'count=kprobe:no_such_fn_*' "$dir/probe.c"
check "... as such" complains 'matches'

cat > "$dir/multi.c" <<'END'
#include <linux/bpf.h>
#include <linux/ptrace.h>
#include <bpf/bpf_helpers.h>
BPF_ARRAY(counts, u64, 1);
SEC("kprobe.multi/vfs_*") int by_multi(struct pt_regs *ctx) { counts.increment(0); return 0; }
END
check "SEC kprobe.multi attaches" start run "$dir/multi.c"
bpftool link show > "$dir/links" 2> /dev/null
reads
stop
check "SEC kprobe.multi counts" shown '^counts\[0\] = [1-9]'
if feature kprobe_multi && command -v bpftool > /dev/null; then
	check "it is one link" grep -q kprobe_multi "$dir/links"
fi

cat > "$dir/entry.c" <<'END'
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
BPF_ARRAY(counts, u64, 3);
SEC("fentry/vfs_read") int BPF_PROG(at_entry, struct file *f) { counts.increment(0); return 0; }
SEC("fexit/vfs_read") int BPF_PROG(at_exit, struct file *f) { counts.increment(1); return 0; }
END
if feature fentry; then
	check "fentry and fexit attach" start run "$dir/entry.c"
	reads
	stop
	check "fentry counts" shown '^counts\[0\] = [1-9]'
	check "fexit counts" shown '^counts\[1\] = [1-9]'
fi
cat > "$dir/lsm.c" <<'END'
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
BPF_ARRAY(counts, u64, 1);
SEC("lsm/file_open") int BPF_PROG(on_open, struct file *f) { counts.increment(0); return 0; }
END
# before 5.11 the hook is attached but not called in every configuration
if feature lsm && [ "$(uname -r | cut -d. -f1-2)" != 5.10 ]; then
	check "lsm attaches" start run "$dir/lsm.c"
	reads
	stop
	check "lsm counts" shown '^counts\[0\] = [1-9]'
fi
check "no program is left" [ "$(left)" = 0 ]
