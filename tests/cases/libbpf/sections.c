// compiles
// since: 5.16
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

char _license[] SEC("license") = "GPL";

int total;

__noinline int weigh(int x)
{
	return x * 3 + total;
}

int doubled(int x)
{
	return x * 2;
}

SEC("kprobe/do_unlinkat")
int BPF_KPROBE(on_unlink, int dfd, struct filename *name)
{
	const char *text = BPF_CORE_READ(name, name);
	char buffer[32];

	bpf_probe_read_kernel_str(buffer, sizeof(buffer), text);
	bpf_printk("%d %s", weigh(dfd), buffer);
	return 0;
}

SEC("kretprobe/do_unlinkat")
int BPF_KRETPROBE(on_unlink_exit, long ret)
{
	total += doubled(ret);
	return 0;
}

SEC("ksyscall/unlinkat")
int BPF_KSYSCALL(on_syscall, int dfd, const char *path)
{
	char buffer[16];

	bpf_probe_read_user_str(buffer, sizeof(buffer), path);
	bpf_printk("%s %d", buffer, dfd);
	return 0;
}

SEC("tracepoint/syscalls/sys_enter_openat")
int on_open(struct trace_event_raw_sys_enter *ctx)
{
	total += ctx->args[1] != 0;
	return 0;
}

SEC("tp/sched/sched_process_exec")
int on_exec(struct trace_event_raw_sched_process_exec *ctx)
{
	char name[64];
	unsigned offset = ctx->__data_loc_filename & 0xffff;

	bpf_probe_read_kernel_str(name, sizeof(name), (void *)ctx + offset);
	bpf_printk("%s", name);
	return 0;
}

SEC("raw_tp/sched_switch")
int BPF_PROG(on_switch_raw, bool preempt, struct task_struct *prev, struct task_struct *next)
{
	total += BPF_CORE_READ(next, pid);
	return 0;
}

SEC("tp_btf/sched_switch")
int BPF_PROG(on_switch, bool preempt, struct task_struct *prev, struct task_struct *next)
{
	total += next->pid + prev->real_parent->tgid;
	return 0;
}

SEC("fentry/do_unlinkat")
int BPF_PROG(enter_unlink, int dfd, struct filename *name)
{
	bpf_printk("%d %s %d %d %d", dfd, name->name, 1, 2, 3);
	return 0;
}

SEC("fexit.s/do_unlinkat")
int BPF_PROG(exit_unlink, int dfd, struct filename *name, int ret)
{
	return 0;
}

SEC("lsm/file_open")
int BPF_PROG(lsm_open, struct file *file)
{
	return file->f_flags ? 0 : -1;
}

SEC("iter/task")
int dump_task(struct bpf_iter__task *ctx)
{
	struct seq_file *seq = ctx->meta->seq;
	struct task_struct *task = ctx->task;

	if (!task)
		return 0;
	BPF_SEQ_PRINTF(seq, "%d %s\n", task->pid, task->comm);
	return 0;
}

SEC("uprobe//bin/bash:readline")
int BPF_UPROBE(on_readline, const char *prompt)
{
	return 0;
}

SEC("perf_event")
int on_sample(struct bpf_perf_event_data *ctx)
{
	total += ctx->regs.ip != 0;
	return 0;
}

SEC("tc")
int on_packet(struct __sk_buff *skb)
{
	return skb->len > 1000 ? 2 : 0;
}

SEC("cgroup_skb/egress")
int on_egress(struct __sk_buff *skb)
{
	return 1;
}

SEC("cgroup/connect4")
int on_connect(struct bpf_sock_addr *ctx)
{
	ctx->user_port = ctx->user_port;
	return 1;
}

SEC("sockops")
int on_sock(struct bpf_sock_ops *ops)
{
	return ops->op == BPF_SOCK_OPS_TCP_CONNECT_CB;
}

SEC("sk_msg")
int on_message(struct sk_msg_md *msg)
{
	return SK_PASS;
}

SEC("?socket")
int on_socket(struct __sk_buff *skb)
{
	return skb->len;
}

SEC("kprobe.multi/vfs_*")
int on_vfs(struct pt_regs *ctx)
{
	total += PT_REGS_PARM1(ctx) != 0 && PT_REGS_IP_CORE(ctx) != 0;
	return 0;
}
