// error: 6 size_not_constant
int f(struct xdp_md *ctx)
{
	char a[16] = {}, b[16] = {};

	__builtin_memcpy(a, b, ctx->rx_queue_index);
	return a[3];
}
