// error: 6 wide_integer_operation
int f(struct xdp_md *ctx)
{
	unsigned __int128 a = ctx->rx_queue_index, b = 3;

	return a / b;
}
