// run: f = 0
struct inner { u8 k; u32 v[3]; };
struct outer { struct inner in[2]; u16 tail; union { u32 word; u8 byte; }; };

static u32 sum(const struct inner *p)
{
	return p->k + p->v[0] + p->v[1] + p->v[2];
}

int f(struct xdp_md *ctx)
{
	struct outer o = { .in[1].v = { [2] = 5, [0] = 1 }, .in[0] = { 3, { 1, 2, 3 } }, .word = 0x0102 };
	int *p = (int[]){ 10, 20, 30 };

	if (sum(&(struct inner){ 1, { 2, 3, 4 } }) != 10)
		return 1;
	if (sum(&o.in[0]) != 9 || sum(&o.in[1]) != 6 || o.byte != 2 || o.tail)
		return 2;
	o = (struct outer){ .tail = 8 };
	if (o.in[0].k || o.tail != 8 || o.word)
		return 3;
	return p[2] == 30 && ((struct inner){ .k = 4 }).k == 4 ? 0 : 4;
}
