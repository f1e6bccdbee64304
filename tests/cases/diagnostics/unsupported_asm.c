// error: 4 unsupported_asm
int f(struct xdp_md *ctx)
{
	asm volatile("r0 = 1");
	return 0;
}
