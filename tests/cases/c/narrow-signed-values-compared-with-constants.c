// run: f = 0
static int check(u64 x)
{
	s16 h = x * 3;
	s8 b = x >> 4;
	int r = 0;

	r |= (h == -3) << 0;
	r |= (h == 65533) << 1;
	r |= (h != 0) << 2;
	r |= (b == -1) << 3;
	r |= (b != 255) << 4;
	if ((s8)(x * 5) == -5)
		r |= 32;
	return r;
}

int f(struct xdp_md *ctx)
{
	u64 all = ~(u64)ctx->rx_queue_index;   /* -1 on queue 0 */

	return check(all) == 1 + 4 + 8 + 16 + 32 && check(all + 1) == 16 && check(0x10000) == 16 ? 0 : check(all);
}
