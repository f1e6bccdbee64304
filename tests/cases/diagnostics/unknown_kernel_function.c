// error: 10 unknown_kernel_function
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

extern void bpf_no_such_function(int x) __ksym;

SEC("xdp")
int look(struct xdp_md *ctx)
{
	bpf_no_such_function(1);
	return 0;
}
