// run: f = 0
static __attribute__((noinline)) u8 low(u64 x)
{
	return x;
}

static noinline int weigh(int a, int *out, u64 c, s16 d)
{
	*out = a + low(c);
	return d;
}

int f(struct xdp_md *ctx)
{
	int n = 0;
	int r = weigh(ctx->rx_queue_index + 1, &n, 0x1ff, -3);

	return r == -3 && n == 256 && low(256) == 0 ? 0 : n;
}
