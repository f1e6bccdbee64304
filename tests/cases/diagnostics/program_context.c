// error: 3 program_context
// message: static
int f(struct xdp_md *ctx, int length)
{
	return length;
}
