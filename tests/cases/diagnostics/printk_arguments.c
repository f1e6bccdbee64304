// error: 4 printk_arguments
int f(struct xdp_md *ctx)
{
	bpf_trace_printk("%d %d %d %d", 1, 2, 3, 4);
	return 0;
}
