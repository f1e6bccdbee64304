// run: f = 0
// global: seen = 4
static u32 seen;
static __attribute__((noinline)) void note(u32 *p)
{
	if (!p)
		return;
	if (*p > 3)
		seen = *p;
}

int f(struct xdp_md *ctx)
{
	u32 a = 4, b = ctx->rx_queue_index;

	note(&a);
	note(&b);
	return 0;
}
