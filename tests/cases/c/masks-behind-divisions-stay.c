// run: f = 0
static u64 table[4] = { 1, 2, 3, 4 };

int f(struct xdp_md *ctx)
{
	u64 local[4] = { 5, 6, 7, 8 };
	u32 n = ctx->rx_queue_index;

	return table[(n == 3) / 3 & 3] + local[n % 4u & 3] + table[(u8)(n / 200000000) & 3] - 7;
}
