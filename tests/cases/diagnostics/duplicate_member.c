// error: 2 duplicate_member
struct event { u64 stamp; u32 stamp; };
int f(struct xdp_md *ctx)
{
	return sizeof(struct event);
}
