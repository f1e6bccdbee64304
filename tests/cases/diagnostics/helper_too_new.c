// error: 11 helper_too_new
// kernel: 5.10
// message: Linux 5.17
static long step(u32 i, void *p)
{
	return 0;
}

int f(struct xdp_md *ctx)
{
	return bpf_loop(10, step, 0, 0);
}
