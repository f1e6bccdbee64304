// error: 6 pointer_table
static const char *const names[0] = { "one", "two", "three" };

int f(struct xdp_md *ctx)
{
	const char *name = names[ctx->rx_queue_index % 3];

	return name[0];
}
