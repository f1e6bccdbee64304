// compiles
#include <vmlinux.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

SEC("kprobe/vfs_read")
int BPF_KPROBE(enter)
{
	return 0;
}

SEC("kretprobe/vfs_read")
int BPF_KRETPROBE(leave)
{
	return PT_REGS_RC(ctx) != 0;
}

SEC("fentry/vfs_read")
int BPF_PROG(trampoline)
{
	return ctx[0] != 0;
}

char LICENSE[] SEC("license") = "GPL";
