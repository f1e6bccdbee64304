// error: 7 bitfield_address
struct event { u8 flags:3; };
int f(struct xdp_md *ctx)
{
	struct event e = {};

	return !&e.flags;
}
