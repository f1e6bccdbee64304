// error: 4 undeclared_function
int f(struct xdp_md *ctx)
{
	return bpf_ktime_get_nss() > 5;
}
