// warning: 5 printk_format
// warning: 6 printk_format
int f(struct xdp_md *ctx)
{
	bpf_trace_printk("%5d\n", 1);
	bpf_trace_printk("%d %d\n", 1);
	return 0;
}
