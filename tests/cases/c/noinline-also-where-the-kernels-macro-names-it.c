// run: f = 3
#define LOCAL static __attribute__((noinline, unused))
LOCAL int one(int n)
{
	volatile char big[300];

	for (int i = 0; i < 300; i++)
		big[i] = n;
	return big[n & 255];
}

static int __noinline two(int n)
{
	return one(n) + 1;
}

int f(struct xdp_md *ctx)
{
	volatile char big[150];

	for (int i = 0; i < 150; i++)
		big[i] = 2;
	return two(ctx->rx_queue_index + big[3]);
}
