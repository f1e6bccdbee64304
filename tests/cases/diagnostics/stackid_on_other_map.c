// error: 6 stackid_on_other_map
// message: BPF_STACK_TRACE
BPF_HASH(counts, u32);
int f(struct xdp_md *ctx)
{
	return counts.get_stackid(ctx, 0);
}
