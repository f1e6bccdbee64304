// error: 9 recursive_call
static int down(int n);
static int up(int n)
{
	return n > 10 ? n : down(n + 1);
}
static int down(int n)
{
	return up(n - 1);
}

int f(struct xdp_md *ctx)
{
	return up(ctx->rx_queue_index);
}
