// compiles
#include <vmlinux.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

SEC("kprobe/__x64_sys_openat")
int registers(struct pt_regs *ctx)
{
	struct pt_regs *regs = PT_REGS_SYSCALL_REGS(ctx);
	const char *path = (const char *)PT_REGS_PARM2_CORE_SYSCALL(regs);
	char text[8];

	bpf_core_read_user_str(text, sizeof(text), path);
	return text[0];
}

SEC("ksyscall/openat")
int BPF_KSYSCALL(entry, int dfd, const char *path, int flags, unsigned short mode)
{
	return dfd + flags + mode;
}

SEC("kretsyscall/openat")
int BPF_KRETPROBE(result, int fd)
{
	return fd;
}

SEC("uretprobe/libc.so.6:malloc")
int BPF_URETPROBE(allocated, void *where)
{
	return where != NULL;
}
