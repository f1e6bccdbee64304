// error: 14 function_value
// error: 15 function_value
static int callback(u32 i, void *at)
{
	return i > 3;
}

int f(struct xdp_md *ctx);

int g(struct xdp_md *ctx)
{
	u64 sum = bpf_loop(3, callback, NULL, 0);

	sum += (u64)callback;
	return sum + bpf_loop(3, f, NULL, 0);
}

int f(struct xdp_md *ctx)
{
	return 1;
}
