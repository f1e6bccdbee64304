// error: 6 helper_arguments
// error: 7 helper_arguments
// message: int bpf_redirect(int ifindex, u32 flags)
int f(struct xdp_md *ctx)
{
	bpf_ktime_get_ns(1);
	return bpf_redirect(1);
}
