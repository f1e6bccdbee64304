// warning: 6 argument_too_small
int f(struct xdp_md *ctx)
{
	char name[8];

	bpf_get_current_comm(&name, 16);
	return name[0];
}
