// error: 10 block_too_large
struct block { char bytes[300000]; };
BPF_ARRAY(blocks, struct block, 2);

int f(struct xdp_md *ctx)
{
	int zero = 0;
	struct block *b = blocks.lookup(&zero);

	if (b)  __builtin_memset(b, 1, sizeof(*b));
	return 0;
}
