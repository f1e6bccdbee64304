// A per-CPU variable of the kernel, by its id in BTF.
// since: 5.16
// compiles
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

extern const struct rq runqueues __ksym;

SEC("xdp")
int processors(struct xdp_md *ctx)
{
	struct rq *rq = bpf_per_cpu_ptr(&runqueues, 0);

	if (!rq)
		return -1;
	return rq->cpu;
}

char LICENSE[] SEC("license") = "GPL";
