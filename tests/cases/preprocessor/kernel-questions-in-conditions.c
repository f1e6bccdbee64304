// run: f = 0
#if !defined(__kernel_has_tracepoint) || !__kernel_has_tracepoint(sched, sched_switch)
#error
#endif
#if __kernel_has_tracepoint(sched, no_such_event) || __kernel_has_helper(bpf_no_such)
#error
#endif
#if !__btf_has_type(struct task_struct) || __btf_has_type(struct no_such_struct)
#error
#endif
#if !__btf_has_field(struct task_struct, se.vruntime) || __btf_has_field(struct task_struct, no_such)
#error
#endif
#if !__kernel_has_helper(bpf_ktime_get_ns) || !__kernel_has_map_type(ringbuf)
#error
#endif

int f(struct xdp_md *ctx)
{
	return 0;
}
