// error: 9 null_check_missing
BPF_HASH(m, u32, u64);

int f(struct xdp_md *ctx)
{
	u32 k = 1;
	u64 *p = m.lookup(&k);

	*p += 1;
	return 0;
}
