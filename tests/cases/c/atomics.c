// run: f = 0
// since: 5.12
// global: total = 71
// global: word = 1
static u64 total;
static u32 word = 8;

int f(struct xdp_md *ctx)
{
	u64 n = ctx->data_end - ctx->data, old;
	u32 w;

	__sync_fetch_and_add(&total, n);
	__sync_fetch_and_sub(&total, 4);
	lock_xadd(&total, 1);
	old = __sync_fetch_and_add(&total, 10);
	if (old != 61)
		return 1;
	if (__sync_val_compare_and_swap(&word, 8, 9) != 8 || __sync_lock_test_and_set(&word, 20) != 9)
		return 2;
	__sync_fetch_and_or(&word, 3);
	w = __sync_and_and_fetch(&word, 0x16);
	return w == 0x16 && __sync_bool_compare_and_swap(&word, 0x16, 1) ? 0 : w;
}
