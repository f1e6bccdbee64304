// error: 6 floating_point
int f(struct xdp_md *ctx)
{
	u64 t = bpf_ktime_get_ns();

	return t * 1.5 > 3;
}
