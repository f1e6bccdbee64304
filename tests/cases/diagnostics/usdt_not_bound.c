// error: 6 usdt_not_bound
int f(struct pt_regs *ctx)
{
	u64 value = 0;

	bpf_usdt_readarg(1, ctx, &value);
	return value;
}
