// error: 5 context_access
// message: 'di' of struct pt_regs
int kprobe__vfs_read(struct pt_regs *ctx)
{
	ctx->di = 0;
	return 0;
}
