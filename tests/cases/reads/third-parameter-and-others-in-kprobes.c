// flag: -DARGUMENTS
// type: kprobe
// loads
#include <uapi/linux/ptrace.h>
#include <linux/fs.h>
#include <linux/sched.h>
#include <net/sock.h>
struct event { u32 pid; char name[32]; u64 ino; };
BPF_PERF_OUTPUT(events);
BPF_HASH(socks, u64, struct sock *);

int on_open(struct pt_regs *ctx, struct path *path, struct file *file, const struct cred *cred)
{
	struct event e = { .pid = bpf_get_current_pid_tgid() >> 32 };

	e.ino = file->f_inode->i_ino + cred->uid.val;
	bpf_probe_read_kernel_str(e.name, sizeof(e.name), path->dentry->d_name.name);
	events.perf_submit(ctx, &e, sizeof(e));
	return 0;
}

int kprobe__tcp_v4_connect(struct pt_regs *ctx, struct sock *sk)
{
	u64 id = bpf_get_current_pid_tgid();

	socks.update(&id, &sk);
	return 0;
}

int kretprobe__tcp_v4_connect(struct pt_regs *ctx)
{
	u64 id = bpf_get_current_pid_tgid();
	struct sock **skp = socks.lookup(&id), *sk;
	u16 port;

	if (!skp || PT_REGS_RC(ctx))
		return 0;
	sk = *skp;
	port = ntohs(sk->__sk_common.skc_dport);
	bpf_trace_printk("port %d family %d\n", port, sk->__sk_common.skc_family);
	if (((struct sock *)PT_REGS_PARM1(ctx))->sk_err)
		return 0;
	socks.delete(&id);
	return 0;
}

int syscall__openat(struct pt_regs *ctx, int dfd, const char __user *filename, int flags)
{
	char name[16];

	bpf_probe_read_user_str(name, sizeof(name), filename);
	return filename[0] == '/' && flags;
}

int arguments(struct pt_regs *ctx)
{
	return PT_REGS_PARM2(ctx) + PT_REGS_PARM6(ctx) + PT_REGS_IP(ctx) + PT_REGS_SP(ctx) + PT_REGS_FP(ctx);
}
