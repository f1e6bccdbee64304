// error: 7 invalid_operands
struct event { u64 stamp; };
int f(struct xdp_md *ctx)
{
	struct event e = {};

	return e + 1;
}
