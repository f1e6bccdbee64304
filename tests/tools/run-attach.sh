# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# where: host
# bcc run attaches by section and by --attach: uprobes, XDP, tc, sockets, cgroups, perf events,
# iterators. Interfaces are those of a network namespace made here. Nothing may remain, also after
# kill -9.
space=bcc-test-$$
inside() { ip netns exec "$space" "$@"; }
group=
cleanup_attach() { ip netns del "$space" 2> /dev/null; [ -z "$group" ] || rmdir "$group"; cleanup; }
trap cleanup_attach EXIT
# three datagrams to ourselves
packets() { for _ in 1 2 3; do inside sh -c 'echo x | bash -c "cat > /dev/udp/127.0.0.1/9"' 2> /dev/null; done; }
refused() { "$BCC" run -d 1 "$@" > "$dir/out" 2> "$dir/err"; [ $? = 1 ]; }
links_of() { bpftool link show 2> /dev/null | grep -c "^[0-9]*: $1 "; }
progs_named() { bpftool prog show 2> /dev/null | grep -c " name $1 "; }
# start_inside FD-KIND WORDS...: as start, in the network namespace; attached when such a descriptor
# is open, or "wait" for those that have none of their own
start_inside() {
	kind=$1; shift
	ip netns exec "$space" "$BCC" "$@" > "$dir/out" 2> "$dir/err" &
	tool_pid=$!
	for _ in $(seq 100); do
		kill -0 $tool_pid 2> /dev/null || return 1
		if ls -l /proc/$tool_pid/fd 2> /dev/null | grep -q "$kind" &&
			grep -q '^State:.S' /proc/$tool_pid/status 2> /dev/null; then
			sleep 0.2
			return 0
		fi
		sleep 0.05
	done
	return 1
}

cat > "$dir/probe.c" <<'END'
#include <linux/ptrace.h>
BPF_HASH(counts, u32, u64, 1000);
int count(struct pt_regs *ctx) { u32 k = bpf_get_current_pid_tgid() >> 32; counts.increment(k); return 0; }
END
cat > "$dir/section.c" <<'END'
#include <linux/ptrace.h>
#include <bpf/bpf_helpers.h>
SEC("uprobe/c:getenv") int by_section(struct pt_regs *ctx) { bpf_printk("getenv seen"); return 0; }
END
cat > "$dir/net.c" <<'END'
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
BPF_ARRAY(seen, u64, 4);
SEC("xdp") int at_xdp(struct xdp_md *ctx) { seen.increment(0); return XDP_PASS; }
SEC("tc") int at_tc(struct __sk_buff *skb) { seen.increment(1); return -1; }
SEC("socket") int at_socket(struct __sk_buff *skb) { seen.increment(2); return 0; }
SEC("cgroup_skb/egress") int at_group(struct __sk_buff *skb) { seen.increment(3); return 1; }
END
cat > "$dir/clock.c" <<'END'
BPF_ARRAY(hits, u64, 1);
int hit(struct bpf_perf_event_data *ctx) { hits.increment(0); return 0; }
END
cat > "$dir/iter.c" <<'END'
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
SEC("iter/task") int show(struct bpf_iter__task *ctx)
{
	char format[] = "task %d\n";
	u64 values[1] = { 0 };

	if (!ctx->task)
		return 0;
	values[0] = ctx->task->pid;
	bpf_seq_printf(ctx->meta->seq, format, sizeof(format), values, sizeof(values));
	return 0;
}
END

# uprobes -------------------------------------------------------------------------------------------
if [ -e /sys/bus/event_source/devices/uprobe ]; then
	check "uprobe by library name attaches" start run --attach count=uprobe:c:getenv "$dir/probe.c"
	env true; env true
	stop
	check "uprobe counts calls" shown '^counts\[ *[0-9]+\] = [1-9]'
	check "uprobe by section attaches" start run "$dir/section.c"
	env true
	stop
	check "uprobe by section prints" shown 'getenv seen'
	sh -c 'while :; do env true; done' & other=$!
	sleep 60 & sleeper=$!
	check "uprobe of one process attaches" start run --attach "count=c:getenv,pid=$sleeper" "$dir/probe.c"
	stop
	kill $other $sleeper
	check "a uprobe of one process sees no other" not_shown '^counts\['
	check "uprobe pattern attaches" start run --attach 'count=uprobe:c:get*nv' "$dir/probe.c"
	env true
	stop
	check "uprobe pattern counts" shown '^counts\[ *[0-9]+\] = [1-9]'
	if command -v cc > /dev/null; then
		printf 'int hello(int n) { return n + 1; }\n#include <stdio.h>\n%s\n' \
			'int main() { int n = 0; while (n < 3 && getchar() > 0) n = hello(n); return n != 3; }' > "$dir/t.c"
		cc -O0 -g -o "$dir/traced" "$dir/t.c"
		mkfifo "$dir/feed"
		mkdir "$dir/hidden"
		# the file exists only in the mount namespace of the process
		unshare -m sh -c 'mount -t tmpfs none "$1/hidden" && cp "$1/traced" "$1/hidden/" &&
			exec "$1/hidden/traced" < "$1/feed"' sh "$dir" & traced=$!
		exec 9> "$dir/feed"
		for _ in $(seq 50); do
			grep -q hidden/traced /proc/$traced/maps 2> /dev/null && break
			sleep 0.05
		done
		check "uprobe through a mount namespace attaches" start run \
			--attach "count=uretprobe:$dir/hidden/traced:hello,pid=$traced" \
			--attach "count=uprobe:$dir/hidden/traced:hello+0,pid=$traced" "$dir/probe.c"
		printf xyz >&9
		exec 9>&-
		wait $traced
		check "the traced program is not disturbed" [ $? = 0 ]
		stop
		check "uprobe and uretprobe count three calls each" shown "^counts\[ *$traced\] = 6"
		check "a missing symbol names its neighbour" refused --attach "count=uprobe:$dir/traced:helo" "$dir/probe.c"
		check "... in the remedy" complains 'There are: hello'
		strip "$dir/traced"
		check "a stripped file is refused" refused --attach "count=uprobe:$dir/traced:hello" "$dir/probe.c"
		check "... as stripped" complains 'stripped'
		objcopy --add-section .go.buildinfo="$dir/t.c" "$dir/traced" "$dir/gopher"
		check "a uretprobe on Go is refused" refused --attach "count=uretprobe:$dir/gopher:0x1000" "$dir/probe.c"
		check "... with the reason" complains 'stacks move'
	fi
	check "a missing library is named" refused --attach count=uprobe:nolib:f "$dir/probe.c"
	check "... with what to give" complains 'path of the file'
	check "a missing process is named" refused --attach count=uprobe:c:getenv,pid=4194999 "$dir/probe.c"
	check "... by number" complains 'no process 4194999'
fi

# perf events, iterators ------------------------------------------------------------------------------
check "perf_event attaches" start run --attach hit=perf_event:99hz "$dir/clock.c"
timeout 0.5 sh -c 'while :; do :; done'
stop
check "perf_event ticks" shown '^hits\[0\] = [1-9]'
check "an unknown perf event is refused" refused --attach hit=nonsense:5 "$dir/clock.c"
check "... with examples" complains 'cpu-clock'
if [ -r /sys/kernel/btf/vmlinux ]; then
	timeout 20 "$BCC" run "$dir/iter.c" > "$dir/out" 2> "$dir/err"
	check "an iterator ends by itself" [ $? = 0 ]
	check "an iterator lists this shell" shown "^task $$\$"
fi

# the network -----------------------------------------------------------------------------------------
check "an unattached program says what is missing" refused "$dir/net.c"
check "... with an example" complains '--attach at_xdp=xdp:'
if ip netns add "$space" 2> /dev/null && inside ip link set lo up; then
	check "xdp attaches" start_inside bpf_link run --attach at_xdp=lo "$dir/net.c"
	packets
	inside ip link show lo > "$dir/link"
	stop
	check "xdp sees packets" shown '^seen\[0\] = ([3-9]|[1-9][0-9])'
	check "xdp is on the interface meanwhile" grep -q xdp "$dir/link"
	check "xdp is gone" sh -c "! ip netns exec $space ip link show lo | grep -q xdp"
	check "xdp generic attaches" start_inside bpf_link run --attach at_xdp=lo,generic "$dir/net.c"
	kill -KILL $tool_pid; wait $tool_pid 2> /dev/null; tool_pid=
	sleep 0.2
	check "xdp is gone after kill -9" sh -c "! ip netns exec $space ip link show lo | grep -q xdp"
	check "no program is left after kill -9" [ "$(progs_named at_xdp)" = 0 ]
	check "a missing interface is refused" refused --attach at_xdp=nosuch0 "$dir/net.c"
	check "... with those that are" complains 'There are: '
	for how in "" ,clsact; do
		check "tc attaches $how" start_inside 'bpf-prog' run --attach at_tc=tc:lo,egress$how "$dir/net.c"
		packets
		inside tc qdisc show dev lo > "$dir/qdisc"
		stop
		check "tc sees packets $how" shown '^seen\[1\] = ([3-9]|[1-9][0-9])'
		check "no qdisc is left $how" sh -c "! ip netns exec $space tc qdisc show dev lo | grep -q clsact"
	done
	check "clsact was there meanwhile" grep -q clsact "$dir/qdisc"
	check "socket filter attaches" start_inside 'socket:' run --attach at_socket=socket_filter:lo "$dir/net.c"
	packets
	stop
	check "socket filter sees packets" shown '^seen\[2\] = ([3-9]|[1-9][0-9])'
fi
mount=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
if [ -n "$mount" ] && mkdir "$mount/bcc-test-$$" 2> /dev/null; then
	group=$mount/bcc-test-$$
	check "cgroup program attaches" start run --attach "at_group=cgroup:bcc-test-$$" "$dir/net.c"
	sh -c 'echo $$ > "$1/cgroup.procs"; for _ in 1 2 3; do bash -c "echo x > /dev/udp/127.0.0.1/9"; done' \
		sh "$group" 2> /dev/null
	stop
	check "cgroup program sees packets" shown '^seen\[3\] = ([3-9]|[1-9][0-9])'
	check "a directory that is no cgroup is refused" refused --attach at_group=cgroup:/proc "$dir/net.c"
	check "... as such" complains 'not a control group'
fi
check "a wrong kind is refused" refused --attach at_xdp=kprobe:vfs_read "$dir/net.c"
check "a wrong --attach is a usage error" sh -c "\"$BCC\" run --attach nonsense \"$dir/net.c\" 2> /dev/null; [ \$? = 2 ]"
check "no link is left" [ "$(links_of xdp)$(links_of tcx)$(links_of cgroup)" = 000 ]
check "no program is left" [ "$(progs_named at_tc)$(progs_named at_group)$(progs_named at_socket)" = 000 ]
