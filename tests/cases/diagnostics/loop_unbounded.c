// error: 6 loop_unbounded
int kprobe__vfs_read(struct pt_regs *ctx)
{
	int n = 0;

	while (ctx->di)
		n += bpf_get_smp_processor_id();
	return n;
}
