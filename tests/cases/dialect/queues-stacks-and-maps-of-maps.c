// run: f = 0
BPF_QUEUE(fifo, u32, 4);
BPF_STACK(lifo, u32, 4);
BPF_ARRAY(inner, u64, 4);
BPF_ARRAY_OF_MAPS(outer, "inner", 2);
BPF_PROG_ARRAY(jumps, 4);

int f(struct xdp_md *ctx)
{
	u32 v = 1, x = 0;
	int k = 0;
	void *in;

	fifo.push(&v, 0);
	lifo.push(&v, 0);
	v = 2;
	fifo.push(&v, BPF_EXIST);
	lifo.push(&v, 0);
	if (fifo.peek(&x) || x != 1 || fifo.pop(&x) || x != 1 || fifo.pop(&x) || x != 2 || !fifo.pop(&x))
		return 1;
	if (lifo.pop(&x) || x != 2)
		return 2;
	in = outer.lookup(&k);
	if (in) {
		u64 *p = bpf_map_lookup_elem(in, &k);

		if (p)
			*p += 1;
	}
	jumps.call(ctx, 3);
	return 0;
}
