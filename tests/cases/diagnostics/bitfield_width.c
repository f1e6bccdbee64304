// error: 2 bitfield_width
struct event { u8 flags:9; };
int f(struct xdp_md *ctx)
{
	return sizeof(struct event);
}
