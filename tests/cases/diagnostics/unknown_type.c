// error: 3 unknown_type
struct event {
	u46 stamp;
};
int f(struct xdp_md *ctx)
{
	return sizeof(struct event);
}
