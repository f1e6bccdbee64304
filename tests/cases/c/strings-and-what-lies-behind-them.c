// run: f = 0
struct event { char op[8]; char kind[4]; };
static const char table[] = "0123456789abcdef";

static void record(struct event *e, const char *op)
{
	__builtin_memcpy(&e->op, op, sizeof(e->op));
}

static int same(const char *a, const char *b, int n)
{
	for (int i = 0; i < n; i++)
		if (a[i] != b[i])
			return 0;
	return 1;
}

int f(struct xdp_md *ctx)
{
	struct event e = { .kind = "abc" };
	char t[] = "stop";

	record(&e, "read");
	if (e.op[3] != 'd' || e.op[4] || e.op[7])
		return 1;
	__builtin_memcpy(&e.op, t, 8);
	if (e.op[0] != 's' || e.op[5] || e.op[7])
		return 2;
	if (table[(ctx->rx_queue_index & 3) + 10] != 'a' || sizeof(table) != 17)
		return 3;
	return same("left", "left", 5) && !same("abc", "abd", 3) ? 0 : 4;
}
