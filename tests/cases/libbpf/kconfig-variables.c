// The kernel's configuration as variables; #if still sees it as macros.
// run: configuration = 7
#include <vmlinux.h>
#include <bpf/bpf_helpers.h>

extern u32 LINUX_KERNEL_VERSION __kconfig;
extern unsigned long CONFIG_HZ __kconfig;
extern enum libbpf_tristate CONFIG_BPF_SYSCALL __kconfig __weak;
extern bool CONFIG_NO_SUCH_OPTION __kconfig __weak;

#if !defined(CONFIG_BPF_SYSCALL) || CONFIG_HZ < 1
#error "the configuration is not known"
#endif

SEC("xdp")
int configuration(struct xdp_md *ctx)
{
	if (CONFIG_NO_SUCH_OPTION)
		return -1;
	return (LINUX_KERNEL_VERSION > KERNEL_VERSION(5, 0, 0)) + (CONFIG_HZ > 0) * 2 +
	       (CONFIG_BPF_SYSCALL == TRI_YES) * 4;
}
