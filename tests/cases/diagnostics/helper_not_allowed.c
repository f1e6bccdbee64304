// error: 4 helper_not_allowed
int kprobe__vfs_read(struct pt_regs *ctx)
{
	return bpf_xdp_adjust_head(ctx, 4);
}
